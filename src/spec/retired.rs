//! Keys that one may well expect in a spec and that it does not have: with what takes their place, or not yet.

use serde_json::{Map, Value};

use super::path::{SpecPath, Step};
use crate::diagnostic::Diagnostics;

/// A key that a spec has no more, or that other tools have.
struct Retired {
    /// Keys between dots; `*` is any key or index.
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
        each(tree, retired.path, &mut |path, value| {
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

/// Reports keys that are planned, and takes them out of the tree.
pub(super) fn refuse_not_yet(tree: &mut Map<String, Value>, patterns: &[&str], found: &mut Diagnostics) {
    for pattern in patterns {
        each(tree, pattern, &mut |path, value| {
            // `null` asks for nothing.
            if !value.is_null() {
                found.not_supported_yet(path);
            }
            true
        });
    }
}

/// Calls `take` for every value at a pattern, and removes those it takes.
fn each(tree: &mut Map<String, Value>, pattern: &str, take: &mut dyn FnMut(&SpecPath, &Value) -> bool) {
    let steps: Vec<&str> = pattern.split('.').collect();
    within(tree, &steps, &SpecPath::root(), take);
}

fn within(
    map: &mut Map<String, Value>,
    steps: &[&str],
    at: &SpecPath,
    take: &mut dyn FnMut(&SpecPath, &Value) -> bool,
) {
    let Some((step, rest)) = steps.split_first() else {
        return;
    };
    let names: Vec<String> = map.keys().filter(|it| *step == "*" || it == step).cloned().collect();
    for name in names {
        let path = at.key(&name);
        if !rest.is_empty() {
            if let Some(value) = map.get_mut(&name) {
                below(value, rest, &path, take);
            }
        } else if map.get(&name).is_some_and(|it| take(&path, it)) {
            map.shift_remove(&name);
        }
    }
}

/// A `*` may stand for a list's index too.
fn below(value: &mut Value, steps: &[&str], at: &SpecPath, take: &mut dyn FnMut(&SpecPath, &Value) -> bool) {
    match value {
        Value::Object(map) => within(map, steps, at, take),
        Value::Array(list) if steps.first() == Some(&"*") => {
            for (index, item) in list.iter_mut().enumerate() {
                below(item, &steps[1..], &at.step(Step::Index(index)), take);
            }
        }
        _ => {}
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
            "code_locations": {"a": {"volumes": {}, "module": "a"}, "b": {"volumes": null}},
        });
        let tree = tree.as_object_mut().unwrap();
        let mut found = Diagnostics::default();
        refuse_retired(tree, &mut found);
        refuse_not_yet(tree, &["code_locations.*.volumes"], &mut found);
        let said: Vec<&str> = found.iter().map(|it| it.message.as_str()).collect();
        let expected = [
            "`env` is not a key of a spec",
            "`gitrev: required` is not a part of a spec",
            "`output.cfn.layout` is not a key of a spec",
            "`code_locations.a.volumes` is not supported yet",
        ];
        assert_eq!(said, expected);
        let rest =
            json!({"output": {"cfn": {"stack_policy": true}}, "code_locations": {"a": {"module": "a"}, "b": {}}});
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
