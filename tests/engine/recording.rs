//! The plan tells which of its leaves a render read.

use std::collections::BTreeSet;

use dagforge::blueprint::{Blueprints, Recording, leaves, value_of};
use dagforge::plan::text::{Input, text};
use minijinja::context;
use serde_json::json;

const KEYED: &[&str] = &["tags", "locations[].environment"];

#[test]
fn reads_are_recorded_as_generalised_paths() {
    let blueprints = Blueprints::of(
        [("cfn/x.yaml.j2", concat!(
            "{% for location in plan.locations %}\n{{ location.key|pascal }}: {{ location.commands }}\n",
            "{% for name in location.environment %}\n  {{ name }}: {{ location.environment[name] }}\n{% endfor %}\n{% endfor %}\n",
            "{% if plan.zone %}\n{{ plan.zone.id }}\n{% endif %}\nX: {{ item.image.tag }}\n"
        ))]
        .map(|(path, text)| (path.into(), text.into()))
        .into(),
        BTreeSet::new(),
    );
    let plan = value_of(&json!({
        "name": "acme", "tags": {"a": "1", "b": "2"}, "zone": null, "network": {"id": "x", "cidr": "y"},
        "locations": [
            {"key": "a", "commands": ["x"], "environment": {"B": "c"}, "image": {"tag": "1", "name": "n"}},
            {"key": "b", "commands": [], "environment": {"C": "c"}, "image": {"tag": "1", "name": "n"}},
        ],
    }));
    let recording = Recording::of(&plan, KEYED);
    let item = recording.root().get_attr("locations").unwrap().get_item_by_index(1).unwrap();
    let rendered = blueprints.render("cfn/x.yaml.j2", context! { plan => recording.root(), item }).unwrap();
    assert!(rendered.text.contains("A: [\"x\"]\n"), "{}", rendered.text);
    let read: Vec<String> = recording.read().into_iter().collect();
    assert_eq!(
        read,
        ["locations[].commands[]", "locations[].environment.*", "locations[].image.tag", "locations[].key", "zone"]
    );
    let all: Vec<String> = leaves(&plan, KEYED).into_iter().collect();
    assert_eq!(
        all,
        [
            "locations[].commands[]",
            "locations[].environment.*",
            "locations[].image.name",
            "locations[].image.tag",
            "locations[].key",
            "name",
            "network.cidr",
            "network.id",
            "tags.*",
            "zone",
        ]
    );
}

#[test]
fn text_is_a_leaf() {
    #[derive(serde::Serialize)]
    struct Plan {
        bucket: dagforge::plan::Text,
    }
    let plan = value_of(&Plan { bucket: text!["a-", Input::Account] });
    assert_eq!(leaves(&plan, &[]), BTreeSet::from(["bucket".to_owned()]));
}
