//! What a blueprint can and cannot do.

use std::collections::{BTreeMap, BTreeSet};

use dagforge::blueprint::{Blueprints, value_of};
use dagforge::plan::text::{Input, text};
use minijinja::{Value, context};

fn blueprints(files: &[(&'static str, &'static str)]) -> Blueprints {
    let files = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    Blueprints::of(files, BTreeSet::new())
}

fn cfn(text: &'static str) -> Result<String, String> {
    let name = Value::from("a: \"b\"");
    let map = Value::from_pairs([("a", "b")]);
    blueprints(&[("cfn/x.yaml.j2", text)])
        .render("cfn/x.yaml.j2", context! { name, map, list => [1, 2], nothing => (), infinite => f64::INFINITY })
        .map(|rendered| rendered.text)
        .map_err(|error| error.message)
}

#[test]
fn what_has_no_literal_is_refused() {
    for (blueprint, reason) in [
        ("{{ misspelt }}", "undefined value: `misspelt` is undefined"),
        ("{{ map.misspelt }}", "undefined value: `map.misspelt` is undefined"),
        ("{{ 'x' if false }}", "invalid operation: an undefined value has no CloudFormation literal"),
        ("{{ nothing }}", "invalid operation: null has no CloudFormation literal"),
        ("{{ map }}", "invalid operation: a map has no CloudFormation literal"),
        ("{{ [[1]] }}", "invalid operation: a list inside a list has no CloudFormation literal"),
        ("{{ [nothing] }}", "invalid operation: null has no CloudFormation literal"),
        ("{{ infinite }}", "invalid operation: a number that is not finite has no CloudFormation literal"),
        ("{% macro m() %}x{% endmacro %}{{ m }}", "invalid operation: a map has no CloudFormation literal"),
        ("{% macro m() %}x{% endmacro %}{{ [m()] }}", "invalid operation: printed text cannot be an item of a list"),
        (
            "{{ '{{resolve:ssm:x}}' }}",
            "invalid operation: the `{{resolve:` inside this text would be evaluated, and CloudFormation cannot escape it",
        ),
    ] {
        assert_eq!(cfn(blueprint), Err(reason.to_owned()), "{blueprint}");
    }
}

#[test]
fn there_is_no_way_around_the_literal_writer() {
    for blueprint in [
        "{{ name|safe }}",
        "{{ name|escape }}",
        "{{ name|e }}",
        "{{ name|string }}",
        "{{ name|tojson }}",
        "{{ name|default('x') }}",
        "{% autoescape false %}{{ name }}{% endautoescape %}",
        "{% autoescape 'html' %}{{ name }}{% endautoescape %}",
        "{% autoescape 'none' %}{% macro m() %}{{ name }}{% endmacro %}{{ m() }}{% endautoescape %}",
        "{% if misspelt is defined %}{% endif %}",
        "{% filter pascal %}{{ name }}{% endfilter %}",
        "{{ name|pascal }}",
        "{{ name|snake }}",
        "{{ ['a', none]|pascal }}",
        "{{ map|pascal }}",
        "{{ '1a'|pascal }}",
        "{{ ''|snake }}",
        "{{ 'A'|snake }}",
    ] {
        assert!(cfn(blueprint).is_err(), "{blueprint}");
    }
}

#[test]
fn printed_text_is_printed_once_and_values_never_raw() {
    let quoted = "\"a: \\\"b\\\"\"";
    for blueprint in [
        "{{ name }}",
        "{% macro m() %}{{ name }}{% endmacro %}{{ m() }}",
        "{% macro m(v) %}{{ v }}{% endmacro %}{% macro n(v) %}{{ m(v) }}{% endmacro %}{{ n(name) }}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ name }}{% endcall %}",
        "{% set v %}{{ name }}{% endset %}{{ v }}",
        "{% set v = name %}{{ v }}",
        "{% with v = name %}{{ v }}{% endwith %}",
        "{% for v in [name] %}{{ v }}{% endfor %}",
        "{% autoescape true %}{{ name }}{% endautoescape %}",
        "{{ 'a: \"b\"' }}",
        "{{ 'a: ' ~ '\"b\"' }}",
        "{{ name[:] }}",
        "{{ map and name }}",
        "{{ 'x' if not name else name }}",
        "{% macro m(v='a: \"b\"') %}{{ v }}{% endmacro %}{{ m() }}",
    ] {
        assert_eq!(cfn(blueprint).as_deref(), Ok(format!("{quoted}\n").as_str()), "{blueprint}");
    }
    // Taken apart or joined, printed text is a value again.
    for blueprint in [
        "{% macro m() %}{{ name }}{% endmacro %}{{ m()[1:] }}",
        "{% macro m() %}{{ name }}{% endmacro %}{{ m() ~ name }}",
        "{% set v %}{{ name }}{% endset %}{{ v ~ '' }}",
    ] {
        let text = cfn(blueprint).unwrap();
        let read: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        assert!(read.is_string() && text.starts_with('"'), "{text}");
    }
}

#[test]
fn macros_of_another_file_know_the_language_they_are_called_in() {
    let blueprints = blueprints(&[
        (
            "cfn/_task.yaml.j2",
            "{% macro name(task) %}\n  Name: {{ task.name }}\n  Uri: {{ task.uri }}\n{% endmacro %}\n",
        ),
        ("cfn/x.yaml.j2", "{% import \"cfn/_task.yaml.j2\" as task %}\nA:\n{{ task.name(plan) }}\nB: 1\n"),
        ("cfn/y.yaml.j2", "A:\n{% include \"cfn/_part.yaml.j2\" %}\nB: 1\n"),
        ("cfn/_part.yaml.j2", "  Name: {{ plan.name }}\n"),
    ]);
    let plan = Value::from_pairs([("name", Value::from("on")), ("uri", value_of(&text!["s3://", Input::Account]))]);
    let rendered = blueprints.render("cfn/x.yaml.j2", context! { plan => &plan }).unwrap();
    assert_eq!(rendered.text, "A:\n  Name: \"on\"\n  Uri: !Sub \"s3://${AWS::AccountId}\"\nB: 1\n");
    assert_eq!(rendered.uses.len(), 1);
    assert_eq!(
        blueprints.render("cfn/y.yaml.j2", context! { plan => &plan }).unwrap().text,
        "A:\n  Name: \"on\"\nB: 1\n"
    );
}

#[test]
fn a_language_does_not_include_another() {
    let blueprints = blueprints(&[("tf/_x.tf.j2", "x\n"), ("cfn/x.yaml.j2", "{% include \"tf/_x.tf.j2\" %}\n")]);
    let error = blueprints.render("cfn/x.yaml.j2", context! {}).unwrap_err();
    assert_eq!(error.message, "invalid operation: Terraform cannot be printed inside CloudFormation");
}

#[test]
fn a_frame_prints_the_body_as_it_is() {
    let blueprints = blueprints(&[
        ("cfn/x.yaml.j2", "  Bucket{{ key|pascal }}:\n    Name: {{ text }}\n"),
        (
            "cfn/_frame.yaml.j2",
            "Parameters:\n{% for name in parameters %}\n  {{ name|pascal }}:\n    Type: String\n{% endfor %}\nResources:\n{{ body }}\nOutputs: {}\n",
        ),
    ]);
    let text = value_of(&text!["${x}", Input::GitRev(None)]);
    let room = blueprints.render("cfn/x.yaml.j2", context! { text, key => "ml-ops" }).unwrap();
    let parameters: Vec<String> = room.parameters(|_| false).unwrap().into_keys().collect();
    let frame = blueprints.render("cfn/_frame.yaml.j2", context! { body => room.body(), parameters }).unwrap();
    insta::assert_snapshot!(frame.text, @r#"
    Parameters:
      GitRev:
        Type: String
    Resources:
      BucketMlOps:
        Name: !Sub "${!x}${GitRev}"
    Outputs: {}
    "#);
}

#[test]
fn an_error_names_its_place() {
    let blueprints = blueprints(&[
        ("tf/x.tf.j2", "a = 1\n{% include \"tf/_y.tf.j2\" %}\n"),
        ("tf/_y.tf.j2", "b = 2\nc = {{ plan.misspelt }}\n"),
    ]);
    let plan = Value::from_pairs([("name", "acme")]);
    let error = blueprints.render("tf/x.tf.j2", context! { plan }).unwrap_err();
    insta::assert_snapshot!(error, @r#"
    blueprint `tf/_y.tf.j2` line 2: undefined value: `plan.misspelt` is undefined
    ---------------------------------- _y.tf.j2 -----------------------------------
       1 | b = 2
       2 > c = {{ plan.misspelt }}
         i        ^^^^^^^^^^^^^ undefined value
    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    "#);
    assert_eq!((error.name.as_str(), error.line), ("tf/_y.tf.j2", Some(2)));
}

#[test]
fn a_shadowed_blueprint_has_unix_line_ends() {
    let files = BTreeMap::from([("cfn/_role.yaml.j2".to_owned(), "x\r\n".to_owned())]);
    let all = Blueprints::shadowed_by("mine", files).unwrap();
    assert_eq!(all.source("cfn/_role.yaml.j2"), Some("x\n"));
    assert!(all.shadowed().contains("cfn/_role.yaml.j2"));
}

#[test]
fn text_for_people_and_words_refuse_control_characters() {
    let blueprints =
        blueprints(&[("README.md.j2", "{{ x }}\n"), ("images/Dockerfile.j2", "RUN pip install \"{{ x }}\"\n")]);
    let render = |name, x: &str| blueprints.render(name, context! { x }).map(|it| it.text).map_err(|it| it.message);
    assert_eq!(render("README.md.j2", "it's `x`").as_deref(), Ok("it's `x`\n"));
    assert!(render("README.md.j2", "a\nb").is_err());
    assert_eq!(render("images/Dockerfile.j2", "dagster>=1.2").as_deref(), Ok("RUN pip install \"dagster>=1.2\"\n"));
    for hostile in ["a\nRUN x", "a\"", "$(x)", "`x`", "a\\", "a # b"] {
        assert!(render("images/Dockerfile.j2", hostile).is_err(), "{hostile}");
    }
}
