//! Names with a dot behind them: what expressions refer to.

use std::collections::BTreeSet;

use indexmap::IndexSet;

use super::{Module, Place};
use crate::render::File;
use crate::verify::hcl::{At, Token};

/// Names that Terraform itself brings along.
const BUILT_IN: [&str; 5] = ["count", "each", "path", "self", "terraform"];

impl Module {
    /// Notes every address that the file refers to.
    pub(super) fn refer(&mut self, file: &File, tokens: &[At<'_>]) {
        let own = iterators(tokens);
        let mut seen: IndexSet<[&str; 3]> = IndexSet::new();
        for (idx, At { token, line, .. }) in tokens.iter().enumerate() {
            let Token::Name(root) = token else { continue };
            let Some(address) = chain(&tokens[idx..]) else {
                continue;
            };
            let attribute = idx.checked_sub(1).is_some_and(|before| tokens[before].token == Token::Sign(b'.'));
            if attribute || moved(&tokens[..idx]) || BUILT_IN.contains(root) || own.contains(root) {
                continue;
            }
            if seen.insert(address) {
                let address = address.join(".").trim_end_matches('.').to_owned();
                let place = Place { file: file.path.clone(), line: *line };
                self.referred.entry(address).or_default().push(place);
            }
        }
    }
}

/// Whether what follows is named by `from`: blocks `moved` and `removed` name so what is declared no more.
fn moved(before: &[At<'_>]) -> bool {
    matches!(before, [.., At { token: Token::Name("from"), .. }, At { token: Token::Sign(b'='), .. }])
}

/// The words of a traversal that make its address: three below `data` and `ephemeral`, else two and an empty one.
fn chain<'a>(tokens: &[At<'a>]) -> Option<[&'a str; 3]> {
    let word = |idx: usize| match (tokens.get(2 * idx - 1)?.token, tokens.get(2 * idx)?.token) {
        (Token::Sign(b'.'), Token::Name(name)) => Some(name),
        _ => None,
    };
    let Token::Name(root) = tokens.first()?.token else {
        return None;
    };
    match root {
        "data" | "ephemeral" => Some([root, word(1)?, word(2)?]),
        _ => Some([root, word(1)?, ""]),
    }
}

/// Names bound by `for … in` and by `dynamic` blocks anywhere in the file.
fn iterators<'a>(tokens: &[At<'a>]) -> BTreeSet<&'a str> {
    let mut own = BTreeSet::new();
    for (idx, At { token, .. }) in tokens.iter().enumerate() {
        let Token::Name(word) = token else { continue };
        let after = |ahead: usize| tokens.get(idx + ahead).map_or(Token::End, |it| it.token);
        match (*word, after(1), after(2), after(3)) {
            ("for", Token::Name(only), Token::Name("in"), _) => _ = own.insert(only),
            ("for", Token::Name(key), Token::Sign(b','), Token::Name(value)) => own.extend([key, value]),
            ("dynamic", Token::Text(label), ..) => _ = own.insert(label),
            ("iterator", Token::Sign(b'='), Token::Name(name), _) => _ = own.insert(name),
            _ => {}
        }
    }
    own
}
