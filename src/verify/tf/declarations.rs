//! Blocks at the top of a file, and what they declare.

use super::{Module, Place};
use crate::render::File;
use crate::verify::hcl::{At, Token};

impl Module {
    /// Notes the address of every block and of every local.
    pub(super) fn declare(&mut self, file: &File, tokens: &[At<'_>]) {
        let mut depth = 0usize;
        let mut in_locals = false;
        let mut header: Vec<(&str, usize)> = Vec::new();
        for (idx, At { token, line, .. }) in tokens.iter().enumerate() {
            match token {
                Token::Name(name) if depth == 0 => header.push((name, *line)),
                Token::Text(label) if depth == 0 => header.push((label, *line)),
                Token::Name(name) if depth == 1 && in_locals && assigns(tokens, idx) => {
                    self.address(file, format!("local.{name}"), *line);
                }
                Token::Sign(b'{') if depth == 0 => {
                    in_locals = self.block(file, &header);
                    header.clear();
                    depth = 1;
                }
                Token::Sign(b'{' | b'[' | b'(') => depth += 1,
                Token::Sign(b'$') => depth += 1,
                Token::Sign(b'}' | b']' | b')') => depth = depth.saturating_sub(1),
                Token::Sign(b'=') if depth == 0 => {
                    self.problem(file, *line, "an attribute outside of any block".to_owned());
                    header.clear();
                }
                Token::End if depth == 0 => {
                    if let [(name, line), ..] = header.as_slice() {
                        self.problem(file, *line, format!("`{name}` begins no block"));
                    }
                    header.clear();
                }
                _ => {}
            }
        }
    }

    /// Notes one block; true for `locals`, whose attributes are addresses of their own.
    fn block(&mut self, file: &File, header: &[(&str, usize)]) -> bool {
        let words: Vec<&str> = header.iter().map(|(word, _)| *word).collect();
        let line = header.first().map_or(1, |(_, line)| *line);
        let address = match words.as_slice() {
            ["resource", kind, name] => format!("{kind}.{name}"),
            ["data" | "ephemeral" | "module" | "output" | "check", ..] => words.join("."),
            ["variable", name] => format!("var.{name}"),
            ["provider", name] => {
                self.providers.insert((*name).to_owned());
                return false;
            }
            ["locals"] => return true,
            ["terraform" | "moved" | "import" | "removed"] => return false,
            _ => {
                self.problem(file, line, format!("`{}` is no block that Terraform knows", words.join(" ")));
                return false;
            }
        };
        self.address(file, address, line);
        false
    }

    fn address(&mut self, file: &File, address: String, line: usize) {
        if let Some(before) = self.declared.get(&address) {
            let message = format!("`{address}` is already declared in {} line {}", before.file, before.line);
            return self.problem(file, line, message);
        }
        self.declared.insert(address, Place { file: file.path.clone(), line });
    }
}

/// Whether the name at `idx` begins an attribute.
fn assigns(tokens: &[At<'_>], idx: usize) -> bool {
    let sign = |at: usize| tokens.get(at).map(|it| it.token);
    let begins = matches!(idx.checked_sub(1).and_then(sign), Some(Token::End | Token::Sign(b'{')));
    begins && sign(idx + 1) == Some(Token::Sign(b'=')) && sign(idx + 2) != Some(Token::Sign(b'='))
}
