//! Each operation on a template in the layout of the house, and what the text becomes.

use serde_json::json;

use super::*;
use crate::blueprint::{Mode, laid_out};

const TEXT: &str = r#"Resources:
  # The cluster.
  Cluster:
    Type: AWS::ECS::Cluster
    Properties:
      ClusterName: "acme" # as it is called
      CapacityProviders: ["FARGATE", "FARGATE_SPOT"]
      Nothing: []
      # Reasons.
      Role: !GetAtt Role.Arn
      Tags:
        - Key: "a"
          Value: "1"
        - Key: "b"
          Value: "2"
      Flow: {"A": 1, "B": {"C": true}}
"#;

fn done(kind: OperationKind, path: &str, value: Value) -> Result<String, Trouble> {
    let steps: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
    edit(TEXT, kind, &steps, &value).map(|it| laid_out(Mode::CloudFormation, &it))
}

/// The lines that an operation takes and gives.
fn change(kind: OperationKind, path: &str, value: Value) -> (Vec<String>, Vec<String>) {
    let new = done(kind, path, value).unwrap_or_else(|trouble| panic!("{path}: {trouble:?}"));
    read(&new).unwrap_or_else(|error| panic!("{path}: {}\n{new}", error.reason));
    let diff = similar::TextDiff::from_lines(TEXT, &new);
    let of = |tag| diff.iter_all_changes().filter(move |it| it.tag() == tag).map(|it| it.value().trim_end().to_owned());
    (of(similar::ChangeTag::Delete).collect(), of(similar::ChangeTag::Insert).collect())
}

fn assert_change(kind: OperationKind, path: &str, value: Value, gone: &[&str], new: &[&str]) {
    let (was, is) = change(kind, &format!("/Resources/Cluster/Properties{path}"), value);
    assert_eq!(
        (was, is),
        (gone.iter().map(|it| (*it).to_owned()).collect(), new.iter().map(|it| (*it).to_owned()).collect()),
        "{path}"
    );
}

#[test]
fn replaces_in_place() {
    use OperationKind::Replace;
    assert_change(
        Replace,
        "/ClusterName",
        json!("x"),
        &["      ClusterName: \"acme\" # as it is called"],
        &["      ClusterName: \"x\" # as it is called"],
    );
    assert_change(Replace, "/Tags/1/Value", json!(7), &["          Value: \"2\""], &["          Value: 7"]);
    assert_change(
        Replace,
        "/CapacityProviders/0",
        json!({"Ref": "P"}),
        &["      CapacityProviders: [\"FARGATE\", \"FARGATE_SPOT\"]"],
        &["      CapacityProviders: [{Ref: \"P\"}, \"FARGATE_SPOT\"]"],
    );
    assert_change(
        Replace,
        "/Flow/B/C",
        json!(false),
        &["      Flow: {\"A\": 1, \"B\": {\"C\": true}}"],
        &["      Flow: {\"A\": 1, \"B\": {\"C\": false}}"],
    );
    assert_change(
        Replace,
        "/Tags/0",
        json!({"Key": "c", "More": [{"x-y": ["a", 1]}]}),
        &["        - Key: \"a\"", "          Value: \"1\""],
        &["        - Key: \"c\"", "          More:", "            - \"x-y\": [\"a\", 1]"],
    );
    assert_change(
        Replace,
        "/Role",
        json!("one\ntwo\n"),
        &["      Role: !GetAtt Role.Arn"],
        &["      Role: \"one\\n\\", "        two\\n\""],
    );
}

#[test]
fn adds_where_it_says() {
    use OperationKind::Add;
    let item = json!({"Key": "n", "Value": "v"});
    let lines = ["        - Key: \"n\"", "          Value: \"v\""];
    for path in ["/Tags/-", "/Tags/0", "/Tags/1", "/Tags/2"] {
        let (gone, new) = change(Add, &format!("/Resources/Cluster/Properties{path}"), item.clone());
        assert!(gone.is_empty(), "{path} {gone:?}");
        let mut new = new;
        new.sort_by_key(|it| !it.contains('-'));
        assert_eq!(new, lines, "{path}");
    }
    assert_change(Add, "/New", json!({"A": {"B": true}}), &[], &["      New:", "        A:", "          B: true"]);
    assert_change(Add, "/Nothing/-", json!({"A": 1}), &["      Nothing: []"], &["      Nothing:", "        - A: 1"]);
    assert_change(
        Add,
        "/CapacityProviders/-",
        json!("X"),
        &["      CapacityProviders: [\"FARGATE\", \"FARGATE_SPOT\"]"],
        &["      CapacityProviders: [\"FARGATE\", \"FARGATE_SPOT\", \"X\"]"],
    );
    assert_change(
        Add,
        "/Flow/Z",
        json!([]),
        &["      Flow: {\"A\": 1, \"B\": {\"C\": true}}"],
        &["      Flow: {\"A\": 1, \"B\": {\"C\": true}, Z: []}"],
    );
}

#[test]
fn removes_with_what_belongs_to_it() {
    use OperationKind::Remove;
    let nothing = Value::Null;
    assert_change(Remove, "/Role", nothing.clone(), &["      # Reasons.", "      Role: !GetAtt Role.Arn"], &[]);
    assert_change(Remove, "/Tags/1", nothing.clone(), &["        - Key: \"b\"", "          Value: \"2\""], &[]);
    assert_change(
        Remove,
        "/Tags/0/Key",
        nothing.clone(),
        &["        - Key: \"a\"", "          Value: \"1\""],
        &["        - Value: \"1\""],
    );
    assert_change(
        Remove,
        "/Flow/B/C",
        nothing.clone(),
        &["      Flow: {\"A\": 1, \"B\": {\"C\": true}}"],
        &["      Flow: {\"A\": 1, \"B\": {}}"],
    );
    assert_change(
        Remove,
        "/CapacityProviders/1",
        nothing.clone(),
        &["      CapacityProviders: [\"FARGATE\", \"FARGATE_SPOT\"]"],
        &["      CapacityProviders: [\"FARGATE\"]"],
    );
    let all = done(Remove, "/Resources/Cluster", nothing).unwrap();
    assert_eq!(all, "Resources: {}\n");
}

#[test]
fn tests_what_is_there() {
    use OperationKind::Test;
    let at = |path: &str, value| done(Test, &format!("/Resources/Cluster/Properties{path}"), value);
    assert!(at("/Role", json!({"Fn::GetAtt": "Role.Arn"})).is_ok());
    assert!(at("/Role", json!({"Fn::GetAtt": ["Role", "Arn"]})).is_ok());
    assert!(at("/Tags", json!([{"Value": "1", "Key": "a"}, {"Key": "b", "Value": "2"}])).is_ok());
    assert_eq!(at("/ClusterName", json!("x")), Err(Trouble::Test("`acme`".to_owned())));
    assert_eq!(at("/Role", json!("Role.Arn")), Err(Trouble::Test("`!GetAtt Role.Arn`".to_owned())));
}

#[test]
fn says_what_is_there_instead() {
    let missing = |path: &str| match done(OperationKind::Replace, path, json!(1)) {
        Err(Trouble::Missing { step, near }) => (step, near.len()),
        other => panic!("{other:?}"),
    };
    assert_eq!(missing("/Resources/Clster/Properties"), (1, 1));
    assert_eq!(missing("/Resources/Cluster/Properties/Tags/2"), (4, 2));
    assert_eq!(missing("/Resources/Cluster/Properties/Tags/-"), (4, 2));
    assert_eq!(missing("/Resources/Cluster/Properties/Tags/01"), (4, 2));
    assert_eq!(missing("/Resources/Cluster/Type/Name"), (3, 0));
}
