//! Faults of rendered templates are found before anybody deploys them.

use dagforge::render::File;
use dagforge::verify::{Problem, Stacks};

fn stacks(files: &[(&str, &str)]) -> Vec<Problem> {
    let mut stacks = Stacks::default();
    for (path, text) in files {
        stacks.read(&File { path: (*path).to_owned(), text: (*text).to_owned() });
    }
    stacks.problems()
}

fn problems(text: &str) -> Vec<String> {
    let found = stacks(&[("cfn/x.yaml", text)]);
    found.into_iter().map(|it| format!("{}: {}", it.line.unwrap_or(0), it.message)).collect()
}

const SOUND: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Description: "All ways to refer"
Parameters:
  GitRev: {Type: String}
  DatabaseHost:
    Type: AWS::SSM::Parameter::Value<String>
    Default: /aws/service/ami
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Name: !Sub "${AWS::StackName}-${GitRev}-${!Literal}"
      Policy: {"Fn::Sub": ["${Own}${DatabaseHost}", {Own: !Ref Bucket}]}
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      Name: {Ref: AWS::Region}
      Policy:
        Condition: {Sub: "${nothing}"}
  Service:
    Type: AWS::ECS::Service
    DependsOn: [Role]
    Properties:
      A: !GetAtt Role.Arn
      B: !GetAtt [Bucket, Arn]
      C: !Join [",", [!Sub "${Bucket.Arn}/*", !Select [0, !GetAZs ""]]]
Outputs:
  Arn: {Value: !GetAtt Service.ServiceArn}
"#;

#[test]
fn a_sound_template_has_no_problem() {
    assert_eq!(problems(SOUND), [""; 0]);
}

/// What is replaced in the sound template, by what, and the problem that this makes.
const FAULTS: &[(&str, &str, &str)] = &[
    ("!Ref Bucket", "!Ref Bukket", "13: `Bukket` is no parameter or resource of this template"),
    ("!GetAtt Role.Arn", "!GetAtt GitRev.Arn", "24: `GitRev` is no resource of this template"),
    ("[Bucket, Arn]", "[Buket, Arn]", "25: `Buket` is no resource of this template"),
    ("${Bucket.Arn}", "${Buckett.Arn}", "26: `Buckett` is no resource of this template"),
    ("${AWS::StackName}", "${AWS::Stackname}", "12: `AWS::Stackname` is no parameter or resource of this template"),
    ("DependsOn: [Role]", "DependsOn: Rol", "22: `Rol` is no resource of this template"),
    ("-${GitRev}", "", "4: nothing uses the parameter `GitRev`"),
    ("  Bucket:\n", "  Role:\n", "14: `Role` stands here a second time"),
    ("  Bucket:\n", "  GitRev:\n", "14: `GitRev` is already a parameter"),
    ("  Bucket:\n", "  Bucket_1:\n", "14: `Bucket_1` is no logical id, which is alphanumeric"),
    ("    Type: AWS::S3::Bucket\n", "", "14: `Bucket` has no Type"),
    ("Description:", "Discription:", "2: a template has no section `Discription`"),
    ("Name: {Ref: AWS::Region}", "Name: !Ref Role", "1: a circular dependency: Bucket → Role → Bucket"),
    ("Name: {Ref: AWS::Region}", "Name: !Ref Bucket", "1: a circular dependency: Bucket → Bucket"),
    ("Value: !GetAtt Service.", "Value: !GetAtt Servic.", "28: `Servic` is no resource of this template"),
];

#[test]
fn finds_what_is_wrong() {
    for (from, to, expected) in FAULTS {
        assert!(SOUND.contains(from), "{from}");
        let found = problems(&SOUND.replacen(from, to, 1));
        assert!(found.iter().any(|it| it == expected), "{to}: {found:#?}");
    }
}

#[test]
fn limits_hold() {
    let resources = |count: usize| -> String {
        let each = (0..count).map(|idx| format!("  R{idx}: {{Type: A::B::C}}\n"));
        format!("Resources:\n{}", each.collect::<String>())
    };
    assert_eq!(problems(&resources(500)), [""; 0]);
    assert_eq!(problems(&resources(501)), ["502: 501 Resources, but a template holds at most 500"]);
    let padded = resources(1) + &format!("# {}\n", "x".repeat(51_200));
    assert_eq!(problems(&padded), ["0: 51236 bytes, but a template body holds at most 51200"]);
    assert_eq!(problems("Description: \"x\"\n"), ["1: a template declares at least one resource"]);
}

#[test]
fn what_is_taken_from_another_stack_is_published_before() {
    let producer =
        "Resources:\n  Host:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Name: \"/dagforge/a/data/host\"\n";
    let consumer = "Parameters:\n  Host:\n    Type: AWS::SSM::Parameter::Value<String>\n    Default: \"/dagforge/a/data/host\"\nResources:\n  A: {Type: A::B::C, Name: !Ref Host}\n";
    assert_eq!(stacks(&[("cfn/1.yaml", producer), ("cfn/2.yaml", consumer)]), []);
    let message = |files: &[(&str, &str)]| stacks(files).into_iter().map(|it| it.message).collect::<Vec<_>>();
    let missing = message(&[("cfn/2.yaml", consumer)]);
    assert_eq!(missing, ["no template publishes `/dagforge/a/data/host`"]);
    let late = message(&[("cfn/1.yaml", consumer), ("cfn/2.yaml", producer)]);
    assert_eq!(late, ["`/dagforge/a/data/host` is published only later, by cfn/2.yaml"]);
    let twice = message(&[("cfn/1.yaml", producer), ("cfn/2.yaml", producer)]);
    assert_eq!(twice, ["`/dagforge/a/data/host` is already published by cfn/1.yaml"]);
}
