//! Keys that one may well expect in a spec and that it does not have, with what takes their place.

use serde_json::{Map, Value};

use super::path::SpecPath;
use crate::diagnostic::Diagnostics;

/// A key that a spec has no more, or that other tools have.
struct Retired {
    /// Keys between dots.
    path: &'static str,
    /// Which values are meant.
    when: When,
    /// What to write instead.
    instead: &'static [&'static str],
}

/// Which values of a retired key are meant.
enum When {
    Always,
    Word(&'static str),
    Map,
}

const RETIRED: &[Retired] = &[
    Retired {
        path: "env",
        when: When::Always,
        instead: &[
            "for one deployment, make it a part of the name: `name: acme-prod`",
            "for several, write `environments: {prod: {…}}` and render with `--env prod`",
        ],
    },
    Retired {
        path: "gitrev",
        when: When::Word("required"),
        instead: &["remove it: without `gitrev` the revision is a parameter that every deployment has to be given"],
    },
    Retired {
        path: "gitrev",
        when: When::Map,
        instead: &[
            "remove it: the revision is a parameter of the deployment; `--gitrev \"$GITHUB_SHA\"` makes it a literal",
        ],
    },
    Retired {
        path: "adopt.cluster",
        when: When::Always,
        instead: &["remove it: a cluster holds no data, so a new one of the deployment's own loses none"],
    },
    Retired {
        path: "adopt.database",
        when: When::Always,
        instead: &[
            "write `database: {existing: {host: …}}`: one in another subnet group, or with another first user, would be replaced",
        ],
    },
    Retired {
        path: "adopt.file_systems",
        when: When::Always,
        instead: &[
            "write `storage: {efs: {shared: {existing: {id: …, security_group: …}}}}`: it has its mount targets already",
        ],
    },
    Retired {
        path: "adopt.secrets",
        when: When::Always,
        instead: &["name them in `secrets` of the code location or task: a secret that exists is only ever read"],
    },
    Retired {
        path: "cluster.create",
        when: When::Always,
        instead: &["remove it: a cluster is created unless `cluster.existing` names one"],
    },
    Retired {
        path: "config.delivery",
        when: When::Word("efs"),
        instead: &[
            "`inline` needs no bucket either: the first task to fill a file system would need a cluster that is not there yet",
        ],
    },
    Retired {
        path: "config.delivery",
        when: When::Word("image"),
        instead: &[
            "`inline` needs no bucket either: files in an image would not be the ones that were rendered and reviewed",
        ],
    },
    Retired {
        path: "config.trigger",
        when: When::Always,
        instead: &["remove it: the files' digest is in the task definitions, so every edit is a new revision of them"],
    },
    Retired {
        path: "database.protect",
        when: When::Always,
        instead: &["write `protect: false` at the top: it is about everything that holds data, and true by default"],
    },
    Retired {
        path: "discovery.mode",
        when: When::Always,
        instead: &[
            "remove it: code servers are found by private DNS of Cloud Map",
            "with Service Connect webserver and daemon would know only the code locations that were there when they were deployed",
        ],
    },
    Retired {
        path: "images.keep.tagged_days",
        when: When::Always,
        instead: &[
            "write `images: {keep: {tagged: 500}}`: images are counted, because one in use must not go when nobody releases for long",
        ],
    },
    Retired {
        path: "images.layout",
        when: When::Always,
        instead: &[
            "remove it: every image has a repository of its own, because IAM knows no tags: in one repository each role could pull every image, and the images of all would be counted together",
        ],
    },
    Retired {
        path: "images.mutability",
        when: When::Always,
        instead: &["remove it: tags are always immutable, so what was reviewed under a revision is what runs under it"],
    },
    Retired {
        path: "logs.firelens",
        when: When::Always,
        instead: &[
            "remove it: Dagster shows the last lines of a run that was killed, alarms count failed runs, and `ops.sh logs` and people with `access` read, all in CloudWatch",
            "what has to go elsewhere too is sent on from there: a subscription filter on the log group, as a file of your own below `extra`",
        ],
    },
    Retired {
        path: "logs.groups",
        when: When::Always,
        instead: &["remove it: every service, the runs of every code location and every task have a log group each"],
    },
    Retired {
        path: "output.cfn.layout",
        when: When::Always,
        instead: &["remove it: CloudFormation output always has one stack per layer"],
    },
    Retired {
        path: "output.cfn.refs",
        when: When::Always,
        instead: &["remove it: stacks always find each other through SSM parameters"],
    },
    Retired {
        path: "output.cfn.template_bucket",
        when: When::Always,
        instead: &["remove it: every template is small enough for `--template-body`, no bucket is needed"],
    },
    Retired {
        path: "runs.definition",
        when: When::Always,
        instead: &[
            "remove it: run definitions are always rendered, one for each code location, so that they are reviewed, keep `timeout_minutes`, sidecars and logs of their own, and the daemon may start these and no others",
            "what the launcher registers itself needs `ecs:RegisterTaskDefinition` on everything, and a copy of the daemon's has its one subnet and loses the database's password beside any other secret",
        ],
    },
];

/// Reports retired keys and takes them out of the tree, so that no later stage reports them again.
pub(super) fn refuse_retired(tree: &mut Map<String, Value>, found: &mut Diagnostics) {
    for retired in RETIRED {
        at(tree, retired.path, |path, value| {
            let meant = match retired.when {
                When::Always => true,
                When::Word(word) => value == word,
                When::Map => value.is_object(),
            };
            if meant {
                match retired.when {
                    When::Word(word) => found.retired_value(path, word, retired.instead),
                    _ => found.retired_key(path, retired.instead),
                }
            }
            meant
        });
    }
}

/// Calls `take` with the value at a path, if there is one, and removes it if it is taken.
fn at(tree: &mut Map<String, Value>, path: &str, take: impl FnOnce(&SpecPath, &Value) -> bool) {
    let (above, last) = path.rsplit_once('.').map_or((None, path), |(above, last)| (Some(above), last));
    let above = above.iter().flat_map(|it| it.split('.'));
    let map = above.into_iter().try_fold(tree, |map, step| map.get_mut(step)?.as_object_mut());
    let Some(map) = map else { return };
    if map.get(last).is_some_and(|it| take(&path.into(), it)) {
        map.shift_remove(last);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reports_and_removes() {
        let mut tree = json!({
            "env": "prod",
            "gitrev": "required",
            "output": {"cfn": {"layout": "single", "stack_policy": true}},
            "logs": null,
        });
        let tree = tree.as_object_mut().unwrap();
        let mut found = Diagnostics::default();
        refuse_retired(tree, &mut found);
        let said: Vec<&str> = found.iter().map(|it| it.message.as_str()).collect();
        let expected = [
            "`env` is not a key of a spec",
            "`gitrev: required` is not a part of a spec",
            "`output.cfn.layout` is not a key of a spec",
        ];
        assert_eq!(said, expected);
        let rest = json!({"output": {"cfn": {"stack_policy": true}}, "logs": null});
        assert_eq!(Value::Object(tree.clone()), rest);
    }

    #[test]
    fn a_written_revision_is_no_retired_key() {
        let mut tree = json!({"gitrev": "9f1c2d3"});
        let mut found = Diagnostics::default();
        refuse_retired(tree.as_object_mut().unwrap(), &mut found);
        assert!(found.is_empty());
    }
}
