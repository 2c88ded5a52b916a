//! `renames:` as written: the keys that code locations and tasks had before.

use schemars::JsonSchema;
use serde::Deserialize;

use super::keyed::Keyed;
use super::scalar::KeyName;

/// New keys of what AWS goes on to know under the old ones, so that nothing is replaced.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Renames {
    /// Code locations, the old key before the new one: `{sales: shop}`; default none.
    pub code_locations: Option<Keyed<KeyName>>,
    /// Tasks, the same way; default none.
    pub tasks: Option<Keyed<KeyName>>,
}
