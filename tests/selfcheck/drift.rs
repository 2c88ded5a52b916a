//! Both targets read the same leaves of the plan, and no leaf is decided for nobody.
//!
//! A leaf that only one target reads is a decision that the other one lost. Reads are recorded over every example and every
//! spec of `tests/specs`, so that a leaf behind a branch counts too.

use std::collections::BTreeSet;

use dagforge::blueprint::{Blueprints, Recording, leaves, value_of};
use dagforge::plan::Plan;
use dagforge::render::{File, Rooms, Target, always, render};
use minijinja::{Value, context};

use crate::glob::{Listed, unlisted};
use crate::specs::{compiled, specs};

/// Maps whose keys are data.
const KEYED: &[&str] = &["layers[].publishes", "config.files"];

/// Read by CloudFormation alone.
const CFN_ALONE: &[Listed] = &[
    ("*_text", "CloudFormation has a text where Terraform has the number or boolean beside it"),
    ("ui.load_balancer.deletion_protection", "as above: Terraform reads `deployment.protection.enabled`"),
    ("ui.load_balancer.scheme", "Terraform has a boolean: `internal`"),
    (
        "*.no_egress_cidr",
        "an inline rule that keeps CloudFormation from adding the default one, which Terraform removes",
    ),
    (
        "data.database.created.secret.template",
        "`GenerateSecretString` fills a template; Terraform encodes the object itself",
    ),
    ("deployment.protection.*_policy", "`DeletionPolicy` and `UpdateReplacePolicy`; Terraform has `prevent_destroy`"),
    ("deployment.protection.guarded_types[]", "a stack policy"),
    ("layers[].description", "`Description` of a template"),
    ("platform.security.groups[].published", "stacks find each other through SSM; Terraform has locals"),
    ("layers[].publishes.*.path", "stacks find each other through SSM; Terraform has locals"),
    ("ui.load_balancer.https.requested.names[]", "Terraform validates what the certificate itself lists"),
    (
        "network.created.flow_logs.log_group.reference",
        "Terraform wants the group's ARN here, which is no value of the plan",
    ),
];

/// Read by Terraform alone.
const TF_ALONE: &[Listed] = &[
    ("*.adopted", "an import block; CloudFormation finds by the name what exists, in the change set of `ops.sh`"),
    ("config.bucket", "CloudFormation leaves the upload of the config to a command of the runbook"),
    ("config.encryption", "as above"),
    ("config.kms_key", "as above"),
    ("config.files.*.fixed_key", "as above"),
    ("data.code_bucket", "an output of the module; CloudFormation publishes the bucket"),
    ("data.data_bucket", "as above"),
    ("locations[].access_points[].uid", "CloudFormation has a text: `uid_text`"),
    ("locations[].access_points[].gid", "CloudFormation has a text: `gid_text`"),
    ("data.config_bucket", "an output of the module; CloudFormation publishes the bucket"),
    ("data.database.created.final_snapshot", "CloudFormation names the snapshot itself"),
    ("*.name_prefix", "Terraform creates a replacement first, so its name is generated; CloudFormation generates all"),
    ("data.database.created.parameters[].apply_method", "CloudFormation chooses it itself"),
    ("data.database.created.instance.storage_gib", "see `*_text` above"),
    ("deployment.account", "CloudFormation cannot refuse an account; the runbook compares it first"),
    ("deployment.protection.secret_recovery_days", "CloudFormation always leaves 30 days"),
    ("deployment.region", "the provider's; a stack is deployed by whoever chose the region"),
    ("locations[].revision_is_input", "a local value where it is; a stack has a parameter where its body prints one"),
    ("locations[].key", "the name of a location's own revision; a stack has a parameter of its own"),
    ("repositories[].*", "outputs of the module; CloudFormation publishes each"),
    ("registry.uri", "an output of the module; CloudFormation publishes it"),
    ("network.created.zones_by_count", "CloudFormation asks for the zones in place, with `Fn::GetAZs`"),
    ("ui.load_balancer.drop_invalid_headers", "see `*_text` above"),
    ("ui.load_balancer.idle_timeout", "see `*_text` above"),
    ("ui.load_balancer.internal", "CloudFormation has a word: `scheme`"),
    ("*.route.target.deregistration_delay", "see `*_text` above"),
    ("revision.*", "the frame of a template has a parameter exactly where its body prints a revision"),
    ("tasks[].key", "the name of a task's own revision; a stack has a parameter of its own"),
    ("tasks[].revision_is_input", "see `locations[].revision_is_input`"),
    ("terraform.*", "settings of the module"),
];

/// Read by no blueprint.
const NOBODY: &[Listed] = &[
    ("access", "null where nobody is named"),
    ("access.deploy_role.arn", "the workflow names it"),
    ("extra.*", "files of the user's own, as they are"),
    ("layers[].adopts", "the commands of the runbook and of `ops.sh` say it"),
    ("config.files.*", "the parts of the init container's command"),
    ("config.directory", "the mounts of the containers say it"),
    ("data.compute_logs_bucket", "an environment variable of the containers"),
    ("data.database.host", "an environment variable of the containers"),
    ("data.database.created.cluster", "null where an instance is created"),
    ("data.database.*password*", "secrets of the containers and statements of the execution roles"),
    ("data.database.rotated_secret", "the rule of `platform.restart` has it"),
    ("data.database.sign_in", "a statement of the roles"),
    ("data.database.security_group", "the rules of `platform.security` say it"),
    ("data.file_systems[].security_group", "the rules of `platform.security` say it"),
    ("*.created_secrets[].value", "the runbook has it from `runbook.empty_secrets`"),
    ("encryption", "null where no key is created"),
    ("deployment.boundary", "every role has it"),
    ("operations.alarms.topic", "every alarm has it"),
    ("deployment.role_root", "the path of every role begins with it"),
    ("deployment.cpu_architecture", "every task definition has it"),
    ("deployment.gitrev", "the images end in it"),
    ("deployment.log_*", "every log group has it"),
    ("deployment.partition", "the region's; ARNs ask for it at deploy time"),
    ("deployment.protection.stack_policy", "whether the file is rendered at all"),
    ("instance.*.value", "environment variables of the init container"),
    ("instance.*.variable", "environment variables of the init container"),
    ("layers[].capabilities[]", "the commands of the runbook"),
    ("github", "null without a workflow, which is then not rendered at all"),
    ("overrides[].*", "done on the rendered text, whatever rendered it"),
    ("layers[].owner", "which blueprint is rendered for whom"),
    ("layers[].parameters[]", "the commands of the runbook"),
    ("layers[].publishes.*.parameter_type", "the frame of a template is given its parameters"),
    ("locations[].server.host", "workspace.yaml has it from `instance.servers`"),
    ("locations[].server.port", "the container, its command and the security group rules say it"),
    ("local.dockerfile", "null where every code location has its own"),
    ("local.services[].ports[].published", "a text in a compose file; rules and read-back compare the number"),
    ("*.log_group.reference", "the containers' log configuration says it"),
    ("*_log_group.reference", "the containers' log configuration says it"),
    ("locations[].takes_revision", "the commands of the runbook"),
    ("network.cidrs[]", "clients of the load balancer"),
    ("network.created", "null with an existing VPC, for which there is no network layer"),
    ("network.created.endpoint_group.published", "false: nothing of another layer is in the group"),
    ("network.created.endpoint_group.id", "there is one such group, so its identifier is the blueprint's"),
    ("network.created.public[].nat", "null: a public subnet has the type of a private one"),
    ("network.public_subnets[]", "subnets of the load balancer"),
    ("ui.load_balancer.clients[]", "the rules of `platform.security` say it"),
    ("tasks[].image_source", "the image of the container; the runbook has it from `runbook.tasks`"),
    ("tasks[].package*", "the init containers, the task's mount and a statement of its role"),
    ("tasks[].takes_revision", "the commands of the runbook"),
    ("tasks[].trigger_from[]", "variables and statements of the code locations"),
    ("*[].repository.uri", "`repositories` has it, and the containers' images"),
    ("revision.strict_pattern", "the frame of a template is given its parameters"),
];

#[derive(Default)]
struct Reads {
    all: BTreeSet<String>,
    cfn: BTreeSet<String>,
    tf: BTreeSet<String>,
    rest: BTreeSet<String>,
}

impl Reads {
    fn of_everything() -> Self {
        let blueprints = Blueprints::embedded();
        let mut reads = Self::default();
        for spec in specs("examples").into_iter().chain(specs("tests/specs")) {
            for compiled in compiled(&spec, &blueprints) {
                reads.add(&compiled.plan, &blueprints);
            }
        }
        reads
    }

    fn add(&mut self, plan: &Plan, blueprints: &Blueprints) {
        let value = value_of(plan);
        self.all.extend(leaves(&value, KEYED));
        self.cfn.extend(read(&value, |rooms| drain(render(plan, rooms, Target::Cfn, blueprints))));
        self.tf.extend(read(&value, |rooms| drain(render(plan, rooms, Target::Tf, blueprints))));
        self.rest.extend(read(&value, |rooms| drain(always(rooms, blueprints))));
        self.rest.extend(read(&value, |rooms| drain(render(plan, rooms, Target::Compose, blueprints))));
        self.rest.extend(read(&value, |rooms| drain(render(plan, rooms, Target::Github, blueprints))));
        let recording = Recording::of(&value, KEYED);
        let instance = recording.root().get_attr("instance").unwrap();
        for name in ["dagster/dagster.yaml.j2", "dagster/workspace.yaml.j2"] {
            blueprints.render(name, context! { instance => instance.clone() }).unwrap();
        }
        self.rest.extend(recording.read());
    }
}

fn read(plan: &Value, through: impl FnOnce(&Rooms)) -> BTreeSet<String> {
    let recording = Recording::of(plan, KEYED);
    through(&Rooms::of_value(recording.root()));
    recording.read()
}

fn drain<E: std::fmt::Display>(files: impl Iterator<Item = Result<File, E>>) {
    for file in files {
        file.unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn no_leaf_is_lost_on_the_way_to_a_target() {
    let reads = Reads::of_everything();
    let nobody =
        reads.all.iter().filter(|it| ![&reads.cfn, &reads.tf, &reads.rest].iter().any(|read| read.contains(*it)));
    let mut problems = unlisted("read by CloudFormation alone", reads.cfn.difference(&reads.tf), CFN_ALONE);
    problems.extend(unlisted("read by Terraform alone", reads.tf.difference(&reads.cfn), TF_ALONE));
    problems.extend(unlisted("read by no blueprint", nobody, NOBODY));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
