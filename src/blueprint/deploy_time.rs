//! Text with deploy-time parts in each language that can express them.

use std::borrow::Cow;

use super::identifier::{pascal, snake};
use super::literal::{Piece, Refused, Writer, Written, is_long};
use super::mode::Mode;
use crate::plan::Key;
use crate::plan::text::{Input, Output, Part, Text, Unset};

/// `!Ref X`, `!Sub "…${X}…"`, or a plain string.
pub(super) fn sub(writer: &mut Writer<'_>, text: &Text) -> Written {
    let text = for_mode(text, writer.mode);
    if let [part @ Part::Input(Input::Zone(index))] = text.parts() {
        remember(writer, part);
        return Ok(write!(writer.out, "!Select [{index}, !GetAZs \"\"]")?);
    }
    if let [part @ (Part::Input(_) | Part::Output(_))] = text.parts() {
        writer.out.write_str("!Ref ")?;
        return reference(writer, part);
    }
    let sub = text.as_literal().is_none();
    if sub {
        writer.out.write_str("!Sub ")?;
    }
    interpolated(writer, &text, Piece { sub, ..Piece::default() })
}

/// A bare reference, a quoted template, or a plain string.
pub(super) fn template(writer: &mut Writer<'_>, text: &Text) -> Written {
    let text = for_mode(text, writer.mode);
    if let [part @ (Part::Input(_) | Part::Output(_))] = text.parts() {
        return reference(writer, part);
    }
    interpolated(writer, &text, Piece::default())
}

fn interpolated(writer: &mut Writer<'_>, text: &Text, piece: Piece) -> Written {
    let last = text.parts().len().saturating_sub(1);
    let broken = text.parts().iter().enumerate().any(|(idx, part)| {
        literal(part).is_some_and(|text| if idx == last { is_long(text) } else { text.contains('\n') })
    });
    writer.open(broken)?;
    for (idx, part) in text.parts().iter().enumerate() {
        match part {
            Part::Literal(text) => {
                let then_expression = idx < last;
                writer.piece(text, Piece { broken, then_expression, ..piece })?;
            }
            part => {
                writer.out.write_str("${")?;
                reference(writer, part)?;
                writer.out.write_str("}")?;
            }
        }
    }
    writer.close(broken)
}

/// A plain string with the variables that `docker compose` puts in from the shell or `.env`.
pub(super) fn compose(writer: &mut Writer<'_>, text: &Text) -> Written {
    writer.open(false)?;
    for part in text.parts() {
        match part {
            Part::Literal(text) => writer.piece(text, Piece::default())?,
            Part::Input(input) => writer.out.write_str(&compose_variable(input)?)?,
            part => return Err(Refused(format!("a compose file does not know `{part}`"))),
        }
        remember(writer, part);
    }
    writer.close(false)
}

/// Interpolation as the Compose specification has it
/// (<https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md>). A default must end before a brace.
fn compose_variable(input: &Input) -> Result<String, Refused> {
    match input {
        Input::Account => Ok("${ACCOUNT:?}".to_owned()),
        Input::GitRev(_) => Ok("${GITREV:?}".to_owned()),
        Input::Environment(variable) => Ok(match &variable.unset {
            Unset::Refused => format!("${{{}:?}}", variable.name),
            Unset::RefusedUnlessEmpty => format!("${{{}?}}", variable.name),
            Unset::Default(value) => format!("${{{}:-{value}}}", variable.name),
        }),
        input => Err(Refused(format!("a compose file does not know `{}`", input.name()))),
    }
}

/// One shell word: literals in single quotes, inputs as the variables that the script sets first.
pub(super) fn word(writer: &mut Writer<'_>, text: &Text) -> Written {
    if text.parts().is_empty() {
        return Ok(writer.out.write_str("''")?);
    }
    for part in text.parts() {
        match part {
            Part::Literal(text) if text.contains('\0') => {
                return Err(Refused("a shell word cannot hold a NUL character".to_owned()));
            }
            Part::Literal(text) => write!(writer.out, "'{}'", text.replace('\'', r"'\''"))?,
            Part::Input(Input::GitRev(Some(_)) | Input::Zone(_) | Input::Environment(_))
            | Part::Output(_)
            | Part::ByTarget { .. } => {
                return Err(Refused(format!("a shell script does not know `{part}`")));
            }
            Part::Input(input) => write!(writer.out, "\"${{{}}}\"", shell_variable(input))?,
        }
        remember(writer, part);
    }
    Ok(())
}

/// Running text with placeholders.
pub(super) fn prose(writer: &mut Writer<'_>, text: &Text) -> Written {
    text.parts().iter().try_for_each(|part| match part {
        Part::Literal(text) => writer.plain(text),
        Part::ByTarget { .. } => Err(Refused(format!("`{part}` has no one reading"))),
        part => Ok(write!(writer.out, "{part}")?),
    })
}

fn shell_variable(input: &Input) -> &'static str {
    match input {
        Input::Account => "account_id",
        input => input.name(),
    }
}

/// A part as the target's own name for it.
fn reference(writer: &mut Writer<'_>, part: &Part) -> Written {
    let name = match writer.mode {
        Mode::CloudFormation => cfn_name(part)?,
        _ => tf_name(part)?,
    };
    writer.out.write_str(&name)?;
    remember(writer, part);
    Ok(())
}

fn remember(writer: &mut Writer<'_>, part: &Part) {
    if !matches!(part, Part::Literal(_)) && !writer.uses.contains(part) {
        writer.uses.insert(part.clone());
    }
}

/// The pseudo parameter, or the parameter or resource with the output's name.
pub(super) fn cfn_name(part: &Part) -> Result<Cow<'static, str>, Refused> {
    Ok(match part {
        Part::Input(Input::Account) => "AWS::AccountId".into(),
        Part::Input(Input::Region) => "AWS::Region".into(),
        Part::Input(Input::Partition) => "AWS::Partition".into(),
        Part::Input(Input::UrlSuffix) => "AWS::URLSuffix".into(),
        Part::Input(Input::GitRev(_)) => "GitRev".into(),
        Part::Output(output) => pascal(&[&output.name])?.into(),
        part => return Err(Refused(format!("`{part}` is no reference"))),
    })
}

/// The local or variable.
fn tf_name(part: &Part) -> Result<Cow<'static, str>, Refused> {
    Ok(match part {
        Part::Input(Input::Account) => "local.account_id".into(),
        Part::Input(Input::Region) => "local.region".into(),
        Part::Input(Input::Partition) => "local.partition".into(),
        Part::Input(Input::UrlSuffix) => "local.url_suffix".into(),
        Part::Input(Input::GitRev(None)) => "var.gitrev".into(),
        Part::Input(Input::Zone(index)) => format!("local.zones[{index}]").into(),
        Part::Input(Input::GitRev(Some(location))) => format!("local.gitrev_{}", location.snake()).into(),
        Part::Output(Output { name, owner, .. }) => {
            let words: Vec<&str> = [name.as_str()].into_iter().chain(owner.as_ref().map(Key::as_str)).collect();
            format!("local.{}", snake(&words)?).into()
        }
        part => return Err(Refused(format!("`{part}` is no reference"))),
    })
}

/// The text with its parts for this target alone.
fn for_mode(text: &Text, mode: Mode) -> Cow<'_, Text> {
    if !text.parts().iter().any(|part| matches!(part, Part::ByTarget { .. })) {
        return Cow::Borrowed(text);
    }
    let mut chosen = Text::new();
    for part in text.parts() {
        match part {
            Part::ByTarget { cfn, tf } => {
                let mine = if mode == Mode::CloudFormation { cfn } else { tf };
                chosen.push(for_mode(mine, mode).into_owned());
            }
            part => chosen.push(part.clone()),
        }
    }
    Cow::Owned(chosen)
}

fn literal(part: &Part) -> Option<&str> {
    match part {
        Part::Literal(text) => Some(text),
        _ => None,
    }
}
