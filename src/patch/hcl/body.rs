//! A file of the module as blocks and arguments, with where each stands.

use crate::verify::hcl::{At, Token, tokens};

/// What stands between the braces of a block, or in a file.
pub(super) struct Body<'a> {
    /// Behind the brace that opens it.
    pub start: usize,
    /// At the brace that closes it.
    pub end: usize,
    pub items: Vec<Item<'a>>,
}

pub(super) enum Item<'a> {
    Argument {
        name: &'a str,
        start: usize,
        /// First byte of the value, and the one behind it.
        value: (usize, usize),
    },
    Block(Block<'a>),
}

pub(super) struct Block<'a> {
    pub kind: &'a str,
    labels: Vec<&'a str>,
    pub start: usize,
    pub end: usize,
    pub body: Body<'a>,
}

impl<'a> Block<'a> {
    /// The kind and the labels.
    pub fn address(&self) -> Vec<String> {
        [self.kind].iter().chain(&self.labels).map(|it| (*it).to_owned()).collect()
    }
}

impl<'a> Body<'a> {
    pub fn blocks(&self) -> impl Iterator<Item = &Block<'a>> {
        self.items.iter().filter_map(|it| match it {
            Item::Block(block) => Some(block),
            Item::Argument { .. } => None,
        })
    }

    /// Where the value of an argument stands.
    pub fn argument(&self, wanted: &str) -> Option<(usize, usize)> {
        self.items.iter().find_map(|it| match it {
            Item::Argument { name, value, .. } if *name == wanted => Some(*value),
            _ => None,
        })
    }

    /// Where an argument begins.
    pub fn start_of(&self, wanted: &str) -> Option<usize> {
        self.items.iter().find_map(|it| match it {
            Item::Argument { name, start, .. } if *name == wanted => Some(*start),
            _ => None,
        })
    }

    /// Every name, each once.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for item in &self.items {
            let (Item::Argument { name, .. } | Item::Block(Block { kind: name, .. })) = item;
            if !names.iter().any(|it| it == name) {
                names.push((*name).to_owned());
            }
        }
        names
    }

    /// Calls `take` for every argument here and in the blocks within.
    pub fn each_argument(&self, take: &mut dyn FnMut(&'a str, (usize, usize))) {
        for item in &self.items {
            match item {
                Item::Argument { name, value, .. } => take(name, *value),
                Item::Block(block) => block.body.each_argument(take),
            }
        }
    }
}

/// Reads a file.
pub(super) fn parse(text: &str) -> Result<Body<'_>, &'static str> {
    let tokens = tokens(text).map_err(|it| it.reason)?;
    let mut at = 0;
    let items = items(&tokens, &mut at)?;
    Ok(Body { start: 0, end: text.len(), items })
}

/// The items up to a closing brace or the end. Recursion ends with the brackets, which have been matched.
fn items<'a>(tokens: &[At<'a>], at: &mut usize) -> Result<Vec<Item<'a>>, &'static str> {
    let mut items = Vec::new();
    loop {
        match tokens.get(*at) {
            Some(At { token: Token::End, .. }) => *at += 1,
            Some(At { token: Token::Name(name), start, .. }) => {
                *at += 1;
                items.push(item(tokens, at, name, *start)?);
            }
            Some(At { token: Token::Sign(b'}'), .. }) | None => return Ok(items),
            Some(_) => return Err("a name begins every argument and every block"),
        }
    }
}

fn item<'a>(tokens: &[At<'a>], at: &mut usize, name: &'a str, start: usize) -> Result<Item<'a>, &'static str> {
    let mut labels = Vec::new();
    loop {
        let token = tokens.get(*at).ok_or("a name stands alone")?;
        *at += 1;
        match token.token {
            Token::Text(label) | Token::Name(label) => labels.push(label),
            Token::Sign(b'=') if labels.is_empty() => {
                let value = value(tokens, at).ok_or("an argument has no value")?;
                return Ok(Item::Argument { name, start, value });
            }
            Token::Sign(b'{') => {
                let items = items(tokens, at)?;
                let close = tokens.get(*at).ok_or("a block is never closed")?;
                *at += 1;
                let body = Body { start: token.end, end: close.start, items };
                return Ok(Item::Block(Block { kind: name, labels, start, end: close.end, body }));
            }
            _ => return Err("a name stands alone"),
        }
    }
}

/// The value up to the end of its line, over every bracket in it.
fn value(tokens: &[At<'_>], at: &mut usize) -> Option<(usize, usize)> {
    let start = tokens.get(*at)?.start;
    let mut end = start;
    let mut depth = 0usize;
    while let Some(token) = tokens.get(*at) {
        match token.token {
            Token::Sign(b'{' | b'[' | b'(' | b'$') => depth += 1,
            Token::Sign(b'}') if depth == 0 => break,
            Token::Sign(b'}' | b']' | b')') => depth = depth.saturating_sub(1),
            Token::End if depth == 0 => break,
            _ => {}
        }
        if token.token != Token::End {
            end = token.end;
        }
        *at += 1;
    }
    (end > start).then_some((start, end))
}
