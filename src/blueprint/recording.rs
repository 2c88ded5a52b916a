//! Which leaves of the plan a render reads: the plan behind objects that keep a log.
//!
//! Both targets are rendered from the same plan, so a leaf that only one of them reads is a decision that the other lost.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr, ValueKind};

/// A plan that remembers what is read of it.
#[derive(Debug)]
pub struct Recording {
    root: Value,
    log: Arc<Log>,
}

#[derive(Debug)]
struct Log {
    read: Mutex<BTreeSet<String>>,
    keyed: BTreeSet<String>,
}

impl Recording {
    /// Wraps a plan. A path in `keyed` is that of a map whose keys come from the spec: its leaves are `tags.*`, not one path for
    /// each key. Items of a list are always `subnets[]`.
    pub fn of(plan: &Value, keyed: &[&str]) -> Self {
        let keyed = keyed.iter().map(|path| (*path).to_owned()).collect();
        let log = Arc::new(Log { read: Mutex::default(), keyed });
        Recording { root: wrap(plan.clone(), String::new(), &log), log }
    }

    /// The plan for a render; an item to render a file of is taken out of it too.
    pub fn root(&self) -> Value {
        self.root.clone()
    }

    /// The paths of all leaves read so far.
    pub fn read(&self) -> BTreeSet<String> {
        self.log.read.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The paths of all leaves of a plan, with the same generalisation.
pub fn leaves(plan: &Value, keyed: &[&str]) -> BTreeSet<String> {
    let recording = Recording::of(plan, keyed);
    visit(&recording.root());
    recording.read()
}

fn visit(value: &Value) {
    match value.kind() {
        ValueKind::Seq => value.try_iter().into_iter().flatten().for_each(|item| visit(&item)),
        ValueKind::Map => {
            for key in value.try_iter().into_iter().flatten() {
                visit(&value.get_item(&key).unwrap_or_default());
            }
        }
        _ => {}
    }
}

struct Recorded {
    value: Value,
    path: String,
    log: Arc<Log>,
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.value, f)
    }
}

fn wrap(value: Value, path: String, log: &Arc<Log>) -> Value {
    if matches!(value.kind(), ValueKind::Map | ValueKind::Seq) {
        return Value::from_object(Recorded { value, path, log: Arc::clone(log) });
    }
    log.read.lock().unwrap_or_else(PoisonError::into_inner).insert(path);
    value
}

impl Object for Recorded {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        if self.value.kind() == ValueKind::Seq { ObjectRepr::Seq } else { ObjectRepr::Map }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let value = self.value.get_item(key).ok().filter(|value| !value.is_undefined())?;
        let path = match key.as_str() {
            None => format!("{}[]", self.path),
            Some(_) if self.log.keyed.contains(&self.path) => format!("{}.*", self.path),
            Some(key) if self.path.is_empty() => key.to_owned(),
            Some(key) => format!("{}.{key}", self.path),
        };
        Some(wrap(value, path, &self.log))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.value.kind() {
            ValueKind::Seq => Enumerator::Seq(self.value.len().unwrap_or_default()),
            _ => Enumerator::Values(self.value.try_iter().into_iter().flatten().collect()),
        }
    }
}
