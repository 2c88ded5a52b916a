//! Blueprints and values to text: minijinja with every convenience removed that could print a value unquoted.
//!
//! Invariant: what a blueprint prints is either its own text, an identifier, or a complete literal of the file's language.

mod deploy_time;
pub mod embedded;
mod error;
mod identifier;
mod layout;
mod literal;
mod mode;
mod own;
mod recording;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value};
use serde::Serialize;

pub use error::BlueprintError;
pub use mode::Mode;
pub use own::Flawed;
pub use recording::{Recording, leaves};

use crate::plan::text::{Input, Output, Part};
use literal::{Refused, Writer};

/// The blueprints of one run, each compiled when it is first rendered.
#[derive(Debug)]
pub struct Blueprints {
    environment: Environment<'static>,
    sources: BTreeMap<Cow<'static, str>, Cow<'static, str>>,
    shadowed: BTreeSet<String>,
}

/// One rendered blueprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The blueprint.
    pub name: String,
    /// The text, in the layout of its language, below a header where it was made with blueprints of the user's.
    pub text: String,
    /// Those blueprints.
    pub own: BTreeSet<String>,
    header: String,
    /// The inputs and outputs that the text refers to.
    pub uses: BTreeSet<Part>,
}

/// A plan, or anything else, as blueprints read it. Done once: files are rendered from items of the same value.
pub fn value_of(plan: &impl Serialize) -> Value {
    Value::from(Serde(plan))
}

impl Blueprints {
    /// The blueprints in the binary.
    pub fn embedded() -> Self {
        Self::of(
            embedded::FILES.iter().map(|(path, text)| (Cow::from(*path), Cow::from(*text))).collect(),
            BTreeSet::new(),
        )
    }

    /// Blueprints from anywhere; the path decides the language.
    pub fn of(sources: BTreeMap<Cow<'static, str>, Cow<'static, str>>, shadowed: BTreeSet<String>) -> Self {
        let environment = environment(sources.clone());
        Blueprints { environment, sources, shadowed }
    }

    /// All paths.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(AsRef::as_ref)
    }

    /// The text of one blueprint.
    pub fn source(&self, name: &str) -> Option<&str> {
        self.sources.get(name).map(AsRef::as_ref)
    }

    /// The paths that do not come from the binary.
    pub fn shadowed(&self) -> &BTreeSet<String> {
        &self.shadowed
    }

    /// Renders one blueprint with the names in `context`, which is made with [`minijinja::context!`].
    pub fn render(&self, name: &str, context: Value) -> Result<Rendered, BlueprintError> {
        self.captured(name, context).map_err(|error| BlueprintError::from_minijinja(name, &error))
    }

    /// Renders a frame around a rendered body, which `context` has as well: what the body was made with, the whole is.
    pub fn frame(&self, name: &str, body: &Rendered, context: Value) -> Result<Rendered, BlueprintError> {
        let frame = self.render(name, context)?;
        if body.own.is_subset(&frame.own) {
            return Ok(frame);
        }
        let text = frame.body_text();
        let own = frame.own.union(&body.own).cloned().collect();
        Ok(Rendered::new(name, text, frame.uses, own))
    }

    fn captured(&self, name: &str, context: Value) -> Result<Rendered, Error> {
        let asked = Arc::new(Mutex::new(BTreeSet::from([name.to_owned()])));
        let environment = if self.shadowed.is_empty() {
            Cow::Borrowed(&self.environment)
        } else {
            let (mut environment, asked) = (self.environment.clone(), Arc::clone(&asked));
            environment.set_path_join_callback(move |name, parent| {
                asked.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
                join(name, parent)
            });
            Cow::Owned(environment)
        };
        let mut captured = environment.get_template(name)?.render_captured(context)?;
        let uses = captured.with_state_mut(|state| {
            state.get_extension_mut::<Uses>().map(|Uses(uses)| std::mem::take(uses)).unwrap_or_default()
        });
        let text = captured.into_output();
        let text = match Mode::of_path(name) {
            Some(Mode::Terraform) => layout::hcl(&text),
            Some(Mode::CloudFormation | Mode::Plain | Mode::Compose | Mode::Workflow) => layout::yaml(&text),
            _ => text,
        };
        let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Rendered::new(name, text, uses, asked.intersection(&self.shadowed).cloned().collect()))
    }
}

impl Rendered {
    fn new(name: &str, mut text: String, uses: BTreeSet<Part>, own: BTreeSet<String>) -> Self {
        let header = own::header(name, &own);
        text.insert_str(own::header_at(&text), &header);
        Rendered { name: name.to_owned(), text, uses, own, header }
    }

    /// The text for the frame around it: a blueprint of the same language that prints it as it is.
    pub fn body(&self) -> Value {
        Value::from_safe_string(self.body_text())
    }

    /// The text without its header.
    fn body_text(&self) -> String {
        self.text.replacen(&self.header, "", 1)
    }

    /// What a CloudFormation template with this text has to declare: the name of each parameter and the part that it stands
    /// for, without what `published` says the template itself publishes.
    ///
    /// Two outputs of one name would need one parameter, which is a fault of the plan's names.
    pub fn parameters(&self, published: impl Fn(&Output) -> bool) -> Result<BTreeMap<String, &Part>, BlueprintError> {
        let mut parameters: BTreeMap<String, &Part> = BTreeMap::new();
        for part in &self.uses {
            match part {
                Part::Input(Input::GitRev(_)) => {}
                Part::Output(output) if !published(output) => {}
                _ => continue,
            }
            let name =
                deploy_time::cfn_name(part).map_err(|Refused(reason)| BlueprintError::new(&self.name, reason))?;
            if let Some(Part::Output(other)) = parameters.insert(name.to_string(), part) {
                let message = format!("`{part}` and `<{other}>` are both named `{name}`");
                return Err(BlueprintError::new(&self.name, message));
            }
        }
        Ok(parameters)
    }
}

/// The logical id that a blueprint makes of a word.
pub fn logical_id(word: &str) -> String {
    identifier::pascal(&[word]).unwrap_or_else(|_| word.to_owned())
}

/// A text, number or boolean as a literal of a language, or why it has none.
pub(crate) fn literal(mode: Mode, value: &Value) -> Result<String, String> {
    let mut out = String::new();
    let written = Writer { out: &mut out, mode, uses: &mut BTreeSet::new() }.value(value);
    written.map(|()| out).map_err(|Refused(reason)| reason)
}

/// Text that was put together from literals, in the layout of its language.
pub(crate) fn laid_out(mode: Mode, text: &str) -> String {
    match mode {
        Mode::Terraform => layout::hcl(text),
        _ => layout::yaml(text),
    }
}

/// The parts printed by the render that a minijinja state belongs to.
#[derive(Default)]
struct Uses(BTreeSet<Part>);

/// Begins what the loader is asked for where a blueprint imports one of another language, since only the loader can refuse.
const FOREIGN: &str = "\0";

fn environment(sources: BTreeMap<Cow<'static, str>, Cow<'static, str>>) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_debug(true);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    if let Ok(syntax) =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()
    {
        environment.set_syntax(syntax);
    }
    environment.set_auto_escape_callback(|name| Mode::of_path(name).map_or(AutoEscape::None, Mode::escape));
    environment.set_path_join_callback(join);
    environment.set_loader(move |name| match name.strip_prefix(FOREIGN) {
        Some(reason) => Err(Error::new(ErrorKind::InvalidOperation, reason.to_owned())),
        None => Ok(sources.get(name).map(|text| text.to_string())),
    });
    environment.set_formatter(print);
    environment.add_filter("pascal", identifier::pascal_filter);
    environment.add_filter("snake", identifier::snake_filter);
    environment.add_test("none", |value: &Value| value.is_none());
    environment
}

/// The blueprint that another one asks for, unless it is of another language.
fn join<'a>(name: &'a str, parent: &str) -> Cow<'a, str> {
    match (Mode::of_path(name), Mode::of_path(parent)) {
        (Some(inner), Some(outer)) if inner != outer => {
            format!("{FOREIGN}{} cannot be printed inside {}", inner.name(), outer.name()).into()
        }
        _ => name.into(),
    }
}

/// Prints one `{{ … }}`.
fn print(out: &mut minijinja::Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let refuse = |Refused(reason): Refused| Error::new(ErrorKind::InvalidOperation, reason);
    let mode = Mode::of_escape(state.auto_escape())
        .ok_or_else(|| refuse(Refused("no value can be printed here: the language is unknown".to_owned())))?;
    if value.is_safe() {
        // Only what this function wrote, and a blueprint's own text around it, is ever marked safe. It brings its last line end
        // along, and the line that it is printed on has one already.
        let text = value.as_str().unwrap_or_default();
        return Ok(out.write_str(text.strip_suffix('\n').unwrap_or(text))?);
    }
    let Uses(uses) = state.get_or_insert_extension_with(Uses::default);
    Writer { out, mode, uses }.value(value).map_err(refuse)
}
