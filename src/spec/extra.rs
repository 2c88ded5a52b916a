//! `extra:` as written: templates and module files of one's own, which become a part of the output.

use schemars::generate::SchemaGenerator;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Deserializer};

use super::scalar::ProjectPath;

/// Files that are deployed with everything else; paths are from the folder of the spec.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    /// CloudFormation templates, each of which becomes a stack after all others, in this order; default none. What they take
    /// from the deployment is in SSM parameters below `/dagforge/<deployment>/`.
    pub cfn: Option<Vec<ExtraFile>>,
    /// Files of the Terraform module; default none. What they take from the deployment is in its locals.
    pub tf: Option<Vec<ExtraFile>>,
}

/// A file beside the spec.
#[derive(Clone, Debug)]
pub struct ExtraFile {
    /// Where it is.
    pub path: ProjectPath,
    /// What it says: whoever may read files brings it. None means that there is no such file, or that nobody looked.
    pub text: Option<String>,
}

impl Extra {
    /// Brings the texts of all files.
    pub fn bring(&mut self, mut read: impl FnMut(&str) -> Option<String>) {
        for file in self.cfn.iter_mut().chain(self.tf.iter_mut()).flatten() {
            file.text = read(file.path.as_str());
        }
    }
}

impl<'de> Deserialize<'de> for ExtraFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { path: ProjectPath::deserialize(deserializer)?, text: None })
    }
}

impl JsonSchema for ExtraFile {
    fn inline_schema() -> bool {
        ProjectPath::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        ProjectPath::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        ProjectPath::json_schema(generator)
    }
}
