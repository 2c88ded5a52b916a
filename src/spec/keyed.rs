//! Maps whose keys the user chooses.

use indexmap::IndexMap;

use super::scalar::KeyName;

/// Things by a key of the user's choice, in the order they are written.
///
/// The order is kept because it shows in the output, where a reader expects what the spec has first to come first.
/// Duplicate keys never arrive here: reading refuses them. Other keys than [`KeyName`] make an `IndexMap` of their own,
/// such as `IndexMap<EnvName, String>`.
pub type Keyed<T> = IndexMap<KeyName, T>;
