//! Text into a spec: read, lay an environment over it, check the shape, deserialize. All findings of a step at once.

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use serde_path_to_error::{Path, Segment};

use super::locate::Locator;
use super::overlay::{ENVIRONMENTS, Origin, lay};
use super::path::{SpecPath, Step};
use super::read::read;
use super::retired::refuse_retired;
use super::schema::grammar;
use super::shape::Walk;
use crate::diagnostic::{Diagnostics, Place};
use crate::source::Source;

/// The type of a whole spec.
pub trait Document: DeserializeOwned + JsonSchema {}

/// A spec with where its parts were written.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// The spec, with the environment laid over it.
    pub spec: T,
    /// Places findings about the spec where their text is: `loaded.origin.place(&mut found)`.
    pub origin: Origin,
}

/// Loads a spec as it is without its environments, or with one of them.
pub fn load<T: Document>(source: &Source, environment: Option<&str>) -> Result<Loaded<T>, Diagnostics> {
    Loading::<T>::begin(source)?.one(environment)
}

/// Loads everything that a command works on: the environment asked for, else each of them, else the spec alone.
pub fn load_all<T: Document>(source: &Source, environment: Option<&str>) -> Result<Vec<Loaded<T>>, Diagnostics> {
    let loading = Loading::<T>::begin(source)?;
    if environment.is_some() || loading.environments.is_empty() {
        return Ok(vec![loading.one(environment)?]);
    }
    let mut found = Diagnostics::default();
    let mut all = Vec::new();
    for name in loading.environments.keys() {
        match loading.one(Some(name)) {
            Ok(loaded) => all.push(loaded),
            Err(more) => found.append(more),
        }
    }
    if found.is_empty() { Ok(all) } else { Err(found) }
}

/// What is left of a spec that has flaws of shape, without the parts that have them.
#[derive(Clone, Debug)]
pub struct Remnant<T> {
    /// The rest.
    pub loaded: Loaded<T>,
    /// What is missing of it, as paths of the laid out spec.
    pub left_out: Vec<SpecPath>,
}

/// What is left of everything that `load_all` refuses, so that other rules need not wait until the shape is right.
/// There is none where nothing can be told without what is missing, such as a required key.
pub fn remnants<T: Document>(source: &Source, environment: Option<&str>) -> Vec<Remnant<T>> {
    let loading = match Loading::<T>::begin(source) {
        Ok(loading) if loading.sound => loading,
        _ => return Vec::new(),
    };
    if environment.is_some() || loading.environments.is_empty() {
        return loading.remnant(environment).into_iter().collect();
    }
    loading.environments.keys().filter_map(|name| loading.remnant(Some(name))).collect()
}

/// A text that was read, with its overlays taken apart.
struct Loading<'t, T> {
    locator: Locator<'t>,
    schema: Value,
    base: Map<String, Value>,
    environments: Map<String, Value>,
    /// Every value of the text is in the tree as it was written.
    sound: bool,
    /// What is wrong whichever environment is asked for.
    found: Diagnostics,
    spec: PhantomData<T>,
}

impl<'t, T: Document> Loading<'t, T> {
    fn begin(source: &'t Source) -> Result<Self, Diagnostics> {
        let (tree, mut found) = read(source);
        let Some(tree) = tree else {
            return Err(found);
        };
        let sound = found.is_empty();
        let locator = Locator::new(source);
        let schema = grammar::<T>();
        let mut walk = Walk { schema: &schema, written: &|it| locator.written(it), partial: true, found: &mut found };
        let Value::Object(mut base) = tree else {
            walk.document(&tree);
            return Err(found);
        };
        let overlays = base.shift_remove(ENVIRONMENTS).unwrap_or_default();
        walk.document(&json!({ENVIRONMENTS: overlays}));
        let environments = overlays.as_object().cloned().unwrap_or_default();
        Ok(Self { locator, schema, base, environments, sound, found, spec: PhantomData })
    }

    fn one(&self, environment: Option<&str>) -> Result<Loaded<T>, Diagnostics> {
        let mut found = self.found.clone();
        let Laid { tree, origin, mut inside } = self.laid_out(environment, &mut found);
        origin.place(&mut inside);
        found.append(inside);
        if !found.is_empty() {
            return Err(found);
        }
        match serde_path_to_error::deserialize(tree) {
            Ok(spec) => Ok(Loaded { spec, origin }),
            Err(error) => {
                found.bad_value(&origin.trace(&path(error.path())), &error.inner().to_string(), &[]);
                Err(found)
            }
        }
    }

    /// The spec with an environment laid over it; what is wrong with the environment itself is reported.
    fn laid_out(&self, environment: Option<&str>, found: &mut Diagnostics) -> Laid {
        let mut tree = self.base.clone();
        let origin = match environment {
            Some(name) => self.overlay(name, &mut tree, found),
            None => Origin::default(),
        };
        let mut inside = Diagnostics::default();
        let tree = self.walk(tree, &origin, false, &mut inside);
        Laid { tree, origin, inside }
    }

    /// What the deserializer takes once everything that was found is gone, and whatever it refuses by itself.
    fn remnant(&self, environment: Option<&str>) -> Option<Remnant<T>> {
        let Laid { mut tree, origin, inside } = self.laid_out(environment, &mut Diagnostics::default());
        let mut left_out = Vec::new();
        for flaw in inside.iter() {
            let Place::Spec(at, _) = &flaw.place else { return None };
            remove(&mut tree, at);
            left_out.push(at.clone());
        }
        loop {
            match serde_path_to_error::deserialize(&tree) {
                Ok(spec) => return Some(Remnant { loaded: Loaded { spec, origin }, left_out }),
                Err(error) => {
                    let at = path(error.path());
                    if !remove(&mut tree, &at) {
                        return None;
                    }
                    left_out.push(at);
                }
            }
        }
    }

    /// Lays an environment over the tree. Its keys are checked by themselves too: one that is `null` deletes what the
    /// spec has, and misspelt it would delete nothing.
    fn overlay(&self, name: &str, tree: &mut Map<String, Value>, found: &mut Diagnostics) -> Origin {
        let at = SpecPath::from(ENVIRONMENTS).key(name);
        let Some(overlay) = self.environments.get(name) else {
            let known: Vec<&str> = self.environments.keys().map(String::as_str).collect();
            match known.as_slice() {
                [] => found.no_environments(name),
                known => found.unknown_environment(&ENVIRONMENTS.into(), name, known),
            }
            return Origin::default();
        };
        let mut overlay = overlay.as_object().cloned().unwrap_or_default();
        if overlay.shift_remove(ENVIRONMENTS).is_some() {
            found.nested_environments(&at.key(ENVIRONMENTS));
        }
        let origin = lay(tree, &overlay, at.clone());
        let whole = Origin::whole(at);
        let mut inside = Diagnostics::default();
        self.walk(overlay, &whole, true, &mut inside);
        whole.place(&mut inside);
        found.append(inside);
        origin
    }

    /// Reports everything about the shape of a tree, and hands it back without what has been reported already.
    fn walk(&self, mut tree: Map<String, Value>, origin: &Origin, partial: bool, found: &mut Diagnostics) -> Value {
        refuse_retired(&mut tree, found);
        let tree = Value::Object(tree);
        let written = |path: &SpecPath| self.locator.written(&origin.trace(path));
        Walk { schema: &self.schema, written: &written, partial, found }.document(&tree);
        tree
    }
}

/// A spec with an environment laid over it.
struct Laid {
    tree: Value,
    origin: Origin,
    /// What is wrong with its shape, by paths of the tree.
    inside: Diagnostics,
}

/// Takes a value out of a tree, or the whole list that it is in: the others would change their places. Says whether there was
/// anything to take.
fn remove(tree: &mut Value, at: &SpecPath) -> bool {
    let mut here = tree;
    for (step, next) in at.steps().iter().zip(at.steps().iter().skip(1).map(Some).chain([None])) {
        let (Value::Object(map), Step::Key(name)) = (here, step) else { return false };
        match next {
            Some(Step::Key(_)) => match map.get_mut(name) {
                Some(below) => here = below,
                None => return false,
            },
            Some(Step::Index(_)) | None => return map.shift_remove(name).is_some(),
        }
    }
    false
}

/// The path that the deserializer was at.
fn path(path: &Path) -> SpecPath {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Enum { variant } => Some(Step::Key(variant.clone())),
        Segment::Unknown => None,
    };
    path.iter().map_while(step).collect()
}

#[cfg(test)]
mod tests;
