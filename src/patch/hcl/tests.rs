//! Each operation on a file of the module, and what the text becomes.

use serde_json::json;

use super::*;
use crate::blueprint::{Mode, laid_out};

const TEXT: &str = r#"resource "aws_lb" "ui" {
  # Reasons.
  idle_timeout = 600
  internal     = true

  subnets = [local.a, local.b]
  tags    = { Name = "acme-ui" }

  setting {
    name = "a"
  }

  setting {
    name = "b"
  }

  lifecycle {
    prevent_destroy = true
  }
}

terraform {
  required_version = ">= 1.11"
}
"#;

fn done(kind: OperationKind, path: &str, value: Value) -> Result<String, Trouble> {
    let steps: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
    edit(TEXT, kind, &steps, if path.starts_with("/resource") { 3 } else { 1 }, &value)
        .map(|it| laid_out(Mode::Terraform, &it))
}

fn assert_change(kind: OperationKind, path: &str, value: Value, gone: &[&str], new: &[&str]) {
    let text = done(kind, path, value).unwrap_or_else(|trouble| panic!("{path}: {trouble:?}"));
    text.parse::<hcl_edit::structure::Body>().unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
    let diff = similar::TextDiff::from_lines(TEXT, &text);
    let of = |tag| {
        let changes = diff.iter_all_changes().filter(move |it| it.tag() == tag);
        changes.map(|it| it.value().trim_end().to_owned()).filter(|it| !it.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(
        (of(similar::ChangeTag::Delete), of(similar::ChangeTag::Insert)),
        (gone.iter().map(|it| (*it).to_owned()).collect(), new.iter().map(|it| (*it).to_owned()).collect()),
        "{path}\n{text}"
    );
}

#[test]
fn replaces_in_place() {
    use OperationKind::Replace;
    let at = |rest: &str| format!("/resource/aws_lb/ui{rest}");
    assert_change(Replace, &at("/idle_timeout"), json!(90), &["  idle_timeout = 600"], &["  idle_timeout = 90"]);
    assert_change(
        Replace,
        &at("/subnets/0"),
        json!({"Ref": "aws_subnet.x[0].id"}),
        &["  subnets = [local.a, local.b]"],
        &["  subnets = [aws_subnet.x[0].id, local.b]"],
    );
    assert_change(
        Replace,
        &at("/tags/Name"),
        json!("${x}"),
        &["  tags    = { Name = \"acme-ui\" }"],
        &["  tags    = { Name = \"$${x}\" }"],
    );
    assert_change(Replace, &at("/setting/1/name"), json!("c"), &["    name = \"b\""], &["    name = \"c\""]);
    assert_change(
        Replace,
        "/terraform/required_version",
        json!(">= 1.12"),
        &["  required_version = \">= 1.11\""],
        &["  required_version = \">= 1.12\""],
    );
}

#[test]
fn adds_where_it_says() {
    use OperationKind::Add;
    let at = |rest: &str| format!("/resource/aws_lb/ui{rest}");
    assert_change(Add, &at("/enable_http2"), json!(false), &[], &["  enable_http2 = false"]);
    assert_change(
        Add,
        &at("/access_logs"),
        json!([{"bucket": {"Ref": "local.bucket"}, "enabled": true}]),
        &[],
        &["  access_logs {", "    bucket  = local.bucket", "    enabled = true", "  }"],
    );
    assert_change(Add, &at("/setting/-"), json!({"name": "c"}), &[], &["  setting {", "    name = \"c\"", "  }"]);
    assert_change(
        Add,
        &at("/tags/a b"),
        json!("x"),
        &["  tags    = { Name = \"acme-ui\" }"],
        &["  tags    = { Name = \"acme-ui\", \"a b\" = \"x\" }"],
    );
    assert_change(
        Add,
        &at("/map"),
        json!({"a": 1, "long": ["x"]}),
        &[],
        &["  map = {", "    a    = 1", "    long = [\"x\"]", "  }"],
    );
}

#[test]
fn removes_with_what_belongs_to_it() {
    use OperationKind::Remove;
    let at = |rest: &str| format!("/resource/aws_lb/ui{rest}");
    let nothing = Value::Null;
    assert_change(
        Remove,
        &at("/idle_timeout"),
        nothing.clone(),
        &["  # Reasons.", "  idle_timeout = 600", "  internal     = true"],
        &["  internal = true"],
    );
    assert_change(
        Remove,
        &at("/setting"),
        nothing.clone(),
        &["  setting {", "    name = \"a\"", "  }", "  setting {", "    name = \"b\"", "  }"],
        &[],
    );
    assert_change(Remove, &at("/tags/Name"), nothing, &["  tags    = { Name = \"acme-ui\" }"], &["  tags    = {}"]);
}

#[test]
fn tests_what_is_there() {
    use OperationKind::Test;
    let at = |path: &str, value| done(Test, &format!("/resource/aws_lb/ui{path}"), value);
    assert!(at("/subnets", json!([{"Ref": "local.a"}, {"Ref": "local.b"}])).is_ok());
    assert!(at("/tags", json!({"Name": "acme-ui"})).is_ok());
    assert!(at("/setting", json!([{"name": "a"}, {"name": "b"}])).is_ok());
    assert!(at("/lifecycle", json!({"prevent_destroy": true})).is_ok());
    assert_eq!(at("/idle_timeout", json!("600")), Err(Trouble::Test("`600`".to_owned())));
    assert_eq!(at("/idle_timeout", json!(60)), Err(Trouble::Test("`600`".to_owned())));
}

#[test]
fn says_what_is_there_instead() {
    let missing = |path: &str| match done(OperationKind::Replace, path, json!(1)) {
        Err(Trouble::Missing { step, near }) => (step, near.len()),
        other => panic!("{other:?}"),
    };
    assert_eq!(missing("/resource/aws_lb/ui/nothing"), (3, 6));
    assert_eq!(missing("/resource/aws_lb/ui/setting/2"), (4, 2));
    assert_eq!(missing("/resource/aws_lb/ui/idle_timeout/x"), (4, 0));
    assert_eq!(missing("/resource/aws_lb/ui/tags/name"), (4, 1));
}
