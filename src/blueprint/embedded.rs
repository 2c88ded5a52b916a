//! The blueprints that are part of the binary.

macro_rules! embed {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/blueprints/", $path)))),*]
    };
}

/// Path below `blueprints/` and text, one line for each file in the order of `ls`.
pub const FILES: &[(&str, &str)] = embed![
    "cfn/_aging.yaml.j2",
    "cfn/_alarm.yaml.j2",
    "cfn/_alarms.yaml.j2",
    "cfn/_alarms_location.yaml.j2",
    "cfn/_bucket.yaml.j2",
    "cfn/_cluster.yaml.j2",
    "cfn/_container.yaml.j2",
    "cfn/_dashboard.yaml.j2",
    "cfn/_database.yaml.j2",
    "cfn/_database_cluster.yaml.j2",
    "cfn/_database_instance.yaml.j2",
    "cfn/_database_members.yaml.j2",
    "cfn/_database_sign_in.yaml.j2",
    "cfn/_deploy_role.yaml.j2",
    "cfn/_endpoints.yaml.j2",
    "cfn/_failures.yaml.j2",
    "cfn/_file_system.yaml.j2",
    "cfn/_https.yaml.j2",
    "cfn/_in_process.yaml.j2",
    "cfn/_listener_rule.yaml.j2",
    "cfn/_load_balancer.yaml.j2",
    "cfn/_log_group.yaml.j2",
    "cfn/_metric_filter.yaml.j2",
    "cfn/_policy.yaml.j2",
    "cfn/_publish.yaml.j2",
    "cfn/_restart.yaml.j2",
    "cfn/_role.yaml.j2",
    "cfn/_secret.yaml.j2",
    "cfn/_security.yaml.j2",
    "cfn/_service.yaml.j2",
    "cfn/_tags.yaml.j2",
    "cfn/_target_group.yaml.j2",
    "cfn/_task.yaml.j2",
    "cfn/_volumes.yaml.j2",
    "cfn/_watched.yaml.j2",
    "cfn/_webserver.yaml.j2",
    "cfn/access.yaml.j2",
    "cfn/data.yaml.j2",
    "cfn/encryption.yaml.j2",
    "cfn/location.yaml.j2",
    "cfn/network.yaml.j2",
    "cfn/operations.yaml.j2",
    "cfn/platform.yaml.j2",
    "cfn/registry.yaml.j2",
    "cfn/stack-policy.json.j2",
    "cfn/task.yaml.j2",
    "cfn/template.yaml.j2",
    "cfn/ui.yaml.j2",
    "compose/.env.example.j2",
    "compose/Dockerfile.j2",
    "compose/Makefile.j2",
    "compose/_service.yaml.j2",
    "compose/compose.yaml.j2",
    "compose/dagster.yaml.j2",
    "compose/workspace.yaml.j2",
    "dagster/_in_process.yaml.j2",
    "dagster/_instance.yaml.j2",
    "dagster/_source.yaml.j2",
    "dagster/_storage.yaml.j2",
    "dagster/dagster.yaml.j2",
    "dagster/workspace.yaml.j2",
    "github/_changes.yml.j2",
    "github/_check.yml.j2",
    "github/_platform.yml.j2",
    "github/_release.yml.j2",
    "github/_steps.yml.j2",
    "github/deploy.yml.j2",
    "images/core/Dockerfile.j2",
    "ops/_adopt.sh.j2",
    "ops/_calls.sh.j2",
    "ops/_deploy.sh.j2",
    "ops/_destroy.sh.j2",
    "ops/_facts.sh.j2",
    "ops/_images.sh.j2",
    "ops/_open.sh.j2",
    "ops/_rollback.sh.j2",
    "ops/_services.sh.j2",
    "ops/_terraform.sh.j2",
    "ops/ops.sh.j2",
    "runbook/README.md.j2",
    "runbook/_add_location.md.j2",
    "runbook/_add_location_created.md.j2",
    "runbook/_add_location_elsewhere.md.j2",
    "runbook/_adopt.md.j2",
    "runbook/_changes.md.j2",
    "runbook/_cloudformation.md.j2",
    "runbook/_cluster.md.j2",
    "runbook/_database.md.j2",
    "runbook/_external.md.j2",
    "runbook/_images.md.j2",
    "runbook/_key.md.j2",
    "runbook/_local.md.j2",
    "runbook/_login.md.j2",
    "runbook/_open.md.j2",
    "runbook/_pipeline.md.j2",
    "runbook/_push.md.j2",
    "runbook/_renamed.md.j2",
    "runbook/_secrets.md.j2",
    "runbook/_tasks.md.j2",
    "runbook/_upload.md.j2",
    "tf/_aging.tf.j2",
    "tf/_alarm.tf.j2",
    "tf/_alarms.tf.j2",
    "tf/_alarms_location.tf.j2",
    "tf/_bucket.tf.j2",
    "tf/_cluster.tf.j2",
    "tf/_config_object.tf.j2",
    "tf/_container.tf.j2",
    "tf/_dashboard.tf.j2",
    "tf/_database.tf.j2",
    "tf/_database_cluster.tf.j2",
    "tf/_database_instance.tf.j2",
    "tf/_database_managed.tf.j2",
    "tf/_database_members.tf.j2",
    "tf/_deploy_role.tf.j2",
    "tf/_endpoints.tf.j2",
    "tf/_failures.tf.j2",
    "tf/_file_system.tf.j2",
    "tf/_https.tf.j2",
    "tf/_in_process.tf.j2",
    "tf/_listener_rule.tf.j2",
    "tf/_load_balancer.tf.j2",
    "tf/_log_group.tf.j2",
    "tf/_login_rule.tf.j2",
    "tf/_metric_filter.tf.j2",
    "tf/_policy.tf.j2",
    "tf/_repository.tf.j2",
    "tf/_restart.tf.j2",
    "tf/_role.tf.j2",
    "tf/_secret.tf.j2",
    "tf/_security.tf.j2",
    "tf/_service.tf.j2",
    "tf/_target_group.tf.j2",
    "tf/_task.tf.j2",
    "tf/_volumes.tf.j2",
    "tf/_watched.tf.j2",
    "tf/_webserver.tf.j2",
    "tf/access.tf.j2",
    "tf/config.tf.j2",
    "tf/data.tf.j2",
    "tf/encryption.tf.j2",
    "tf/location.tf.j2",
    "tf/moved.tf.j2",
    "tf/network.tf.j2",
    "tf/operations.tf.j2",
    "tf/outputs.tf.j2",
    "tf/platform.tf.j2",
    "tf/registry.tf.j2",
    "tf/task.tf.j2",
    "tf/ui.tf.j2",
    "tf/variables.tf.j2",
    "tf/versions.tf.j2",
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn files_below(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in folder.read_dir().into_iter().flatten() {
            let entry = entry.unwrap();
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                files_below(&entry.path(), &format!("{path}/"), found);
            } else if path.ends_with(".j2") {
                found.push(path);
            }
        }
    }

    #[test]
    fn the_list_is_the_folder() {
        let mut found = Vec::new();
        files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints"), "", &mut found);
        found.sort();
        let listed: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        assert_eq!(listed, found, "list every file of blueprints/ in src/blueprint/embedded.rs, sorted");
    }
}
