//! Delivery of dagster.yaml and workspace.yaml: their place in the bucket and the init container that fetches them, or
//! that has them in its environment.
//!
//! The digest of both files, or their text, stands in the init container's definition, so that a config edit is a new revision of the
//! task definition, rolled out and rolled back like code.

use indexmap::IndexMap;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::deployment::Deployment;
use super::image::Image;
use super::instance::{Instance, Token};
use super::names::hex;
use super::task::{Container, Dependency, Log, LogGroup, Mount, Variable, sorted, variable};
use super::text::{Text, output, text};
use crate::spec::Spec;
use crate::spec::data::Delivery;

/// Where webserver and daemon find their config unless the spec says where: their `DAGSTER_HOME`, a volume of its own.
pub const DIRECTORY: &str = "/opt/dagster/config";
/// Volume with the config.
pub const VOLUME: &str = "config";
/// Name of the init container.
const CONTAINER: &str = "config";
/// The official AWS CLI image at a fixed version
/// (<https://gallery.ecr.aws/aws-cli/aws-cli>).
const INIT_IMAGE: &str = "public.ecr.aws/aws-cli/aws-cli:2.31.23";
/// Environment variable with the bucket's name.
const BUCKET_VARIABLE: &str = "DAGFORGE_CONFIG_BUCKET";

/// Image of the init containers: the spec's, or the official one.
pub fn init_image(spec: &Spec) -> &str {
    let image = spec.images.as_ref().and_then(|it| it.init.as_ref());
    image.map_or(INIT_IMAGE, |it| it.as_str())
}

/// A rendered config file.
#[derive(Clone, Debug)]
pub struct ConfigText {
    /// `dagster.yaml` or `workspace.yaml`.
    pub name: &'static str,
    /// Its whole text.
    pub text: String,
}

/// Delivery of the config.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// SHA-256 of both files.
    pub digest: String,
    /// Bucket they are fetched from; none where they are in the task definitions.
    pub bucket: Option<Text>,
    /// Prefix of every config object.
    pub prefix: String,
    /// The files, by identifier in snake case.
    pub files: IndexMap<String, ConfigFile>,
    /// Encryption of the objects; `AES256` is S3's own key.
    pub encryption: String,
    /// ARN of the KMS key of `aws:kms`.
    pub kms_key: Option<Text>,
    /// Folder they are mounted at.
    pub directory: String,
}

/// A config file in the bucket.
#[derive(Clone, Debug, Serialize)]
pub struct ConfigFile {
    /// Name of the file.
    pub name: String,
    /// Key under the digest: CloudFormation deployments keep every config they ever had.
    pub digest_key: String,
    /// Key without the digest: Terraform would delete a digest's object, so there the bucket's versions keep the old configs.
    pub fixed_key: String,
    /// The object's version, which Terraform knows.
    pub version: Text,
    /// Its text; the file itself is in `config/`.
    #[serde(skip)]
    text: String,
}

impl Config {
    /// Resolves where the files are delivered from.
    pub fn resolve(spec: &Spec, deployment: &Deployment, bucket: Option<&Text>, texts: &[ConfigText]) -> Self {
        let digest = digest(texts);
        // A bucket that exists is encrypted as its owner has chosen.
        let kms_key = deployment.kms_key.clone().filter(|_| bucket.is_some_and(|it| it.as_literal().is_none()));
        let prefix = prefix(spec);
        let files = texts.iter().map(|file| {
            let id = file.name.replace('.', "_");
            let file = ConfigFile {
                name: file.name.to_owned(),
                digest_key: format!("{prefix}/{digest}/{}", file.name),
                fixed_key: format!("{prefix}/{}", file.name),
                version: output("data", &format!("{id}_version")),
                text: file.text.clone(),
            };
            (id, file)
        });
        Self {
            files: files.collect(),
            encryption: if kms_key.is_some() { "aws:kms" } else { "AES256" }.to_owned(),
            kms_key,
            digest,
            bucket: bucket.cloned(),
            prefix,
            directory: deployment.home.clone(),
        }
    }

    /// The init container: it fetches or writes the files, fills the tokens and ends. `image` is the core image.
    pub fn container(
        &self,
        spec: &Spec,
        image: &Image,
        deployment: &Deployment,
        instance: &Instance,
        log_group: &LogGroup,
    ) -> Container {
        let tokens = instance.tokens().map(|it| variable(&it.variable, &it.value));
        let own = self.environment(deployment);
        Container {
            name: CONTAINER.to_owned(),
            // To fetch takes the AWS CLI; to write, what the core image has.
            image: if self.bucket.is_some() { init_image(spec).into() } else { image.reference.clone() },
            credentials: image.credentials_parameter().filter(|_| self.bucket.is_none()),
            essential: false,
            cpu: None,
            memory: None,
            entry_point: vec!["/bin/sh".to_owned(), "-ec".to_owned()],
            command: vec![self.script(instance)],
            working_directory: None,
            // Files that root owns and nobody may write: the containers that read them run as somebody else.
            user: Some("0:0".to_owned()),
            environment: sorted(own.into_iter().chain(tokens).collect()),
            secrets: Vec::new(),
            ports: Vec::new(),
            health_check: None,
            depends_on: Vec::new(),
            mounts: vec![Mount { volume: VOLUME.to_owned(), path: self.directory.clone(), read_only: false }],
            read_only_root: true,
            init_process: false,
            stop_timeout: 30,
            log: Log::new(log_group, CONTAINER),
        }
    }

    fn environment(&self, deployment: &Deployment) -> Vec<Variable> {
        match &self.bucket {
            Some(bucket) => vec![variable(BUCKET_VARIABLE, bucket), variable("AWS_DEFAULT_REGION", &deployment.region)],
            None => self.files.values().map(|it| variable(&text_variable(it), it.text.trim_end())).collect(),
        }
    }

    /// One line a step. `umask 0222` leaves the files 0444; a variable that is empty or a token left over fails the task.
    fn script(&self, instance: &Instance) -> Text {
        let mut script = text![format!("umask 0222\ncd {}\n", self.directory)];
        for file in self.files.values() {
            script.push(match self.bucket {
                Some(_) => self.fetch(file),
                None => text![format!("printf '%s\\n' \"${{{}:?is empty}}\" > {}\n", text_variable(file), file.name)],
            });
        }
        for Token { token, variable, .. } in instance.tokens() {
            script.push(format!("sed -i \"s|{token}|${{{variable}:?is empty}}|\" dagster.yaml\n"));
        }
        script.push("left=$(sed -n '/__DAGFORGE_/p' dagster.yaml)\n");
        script.push("if [ -n \"$left\" ]; then echo \"dagster.yaml has a token left: $left\" >&2; exit 1; fi\n");
        script
    }

    fn fetch(&self, file: &ConfigFile) -> Text {
        let object = Text::by_target(
            text![file.digest_key.as_str()],
            text![file.fixed_key.as_str(), " --version-id ", &file.version],
        );
        text![
            format!("aws s3api get-object --bucket \"${BUCKET_VARIABLE}\" --key "),
            object,
            format!(
                " {name} > /dev/null || {{ echo \"{name} cannot be fetched: was the config uploaded?\" >&2; exit 1; }}\n",
                name = file.name
            )
        ]
    }
}

/// Prefix of every config object in the bucket.
pub fn prefix(spec: &Spec) -> String {
    let prefix = spec.config.as_ref().and_then(|it| it.prefix.as_ref());
    prefix.map_or("config", |it| it.as_str()).to_owned()
}

/// The files are in the task definitions, not in a bucket.
pub fn is_inline(spec: &Spec) -> bool {
    spec.config.as_ref().and_then(|it| it.delivery) == Some(Delivery::Inline)
}

/// Environment variable with the text of a file: `DAGFORGE_DAGSTER_YAML`.
fn text_variable(file: &ConfigFile) -> String {
    format!("DAGFORGE_{}", file.name.replace('.', "_").to_ascii_uppercase())
}

/// The mount of a container that reads the config.
pub fn mount(deployment: &Deployment) -> Mount {
    Mount { volume: VOLUME.to_owned(), path: deployment.home.clone(), read_only: true }
}

/// What a container that reads the config waits for.
pub fn dependency() -> Dependency {
    Dependency { container: CONTAINER.to_owned(), condition: "SUCCESS".to_owned() }
}

/// Environment of a container that reads the config.
pub fn home(deployment: &Deployment) -> Variable {
    variable("DAGSTER_HOME", &deployment.home)
}

/// Where such a container finds workspace.yaml.
pub fn workspace(deployment: &Deployment) -> String {
    format!("{}/workspace.yaml", deployment.home)
}

/// SHA-256 over names, lengths and texts, so that no two sets of files share one.
fn digest(texts: &[ConfigText]) -> String {
    let mut hash = Sha256::new();
    for file in texts {
        hash.update(format!("{}\n{}\n", file.name, file.text.len()));
        hash.update(&file.text);
    }
    hex(&hash.finalize())
}
