//! `build:` of a code location or task as written: where its image is built from.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::ProjectPath;

/// Where an image is built from. `ops.sh` and the workflow build it; nothing else looks there.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Folder that `docker build` is given, from the folder that holds `output/`; default `.`, that folder itself.
    pub context: Option<ProjectPath>,
    /// Dockerfile, from the context; default `Dockerfile`.
    pub dockerfile: Option<ProjectPath>,
    /// Files and folders that the image is made of, from the folder that holds `output/`: a change of one of them releases
    /// it; default the context.
    pub paths: Option<Vec<ProjectPath>>,
}
