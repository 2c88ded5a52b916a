//! Places in every style of YAML.

use super::*;

const TEXT: &str = r#"name: demo   # the name
network:
  cidr: 10.0.0.0/16
  subnets: {public: [10.0.0.0/24, "10.0.1.0/24"], private: [], "odd key": {}}
list:
  - name: etl
    env: &e
      A: 1
      "quoted key": on
      "esc\u0061ped": 'it''s'
  - name: ml
    port: "4000"
    env: *e
    note: |
      multi
      line
  - "tab\there"
  - plain words # comment
  -
  - {}
  - - nested
  - !!str 22
  - &x true
  - "double
    line"
  - plain
    line
empty:
flag: true
tagged: !!str 22
"deep \"est\"":
  {flow: [1, {b: ~}]}
"#;

fn find(path: SpecPath, part: Part) -> Option<&'static str> {
    let source = Source::new("x", TEXT);
    Locator::new(&source).find(&path, part).map(|it| &TEXT[it])
}

fn path(dotted: &str) -> SpecPath {
    let step = |it: &str| it.parse().map_or_else(|_| Step::Key(it.to_owned()), Step::Index);
    dotted.split('/').filter(|it| !it.is_empty()).map(step).collect()
}

#[test]
fn values() {
    for (at, written) in [
        ("name", "demo"),
        ("network", "cidr: 10.0.0.0/16"),
        ("network/cidr", "10.0.0.0/16"),
        ("network/subnets", r#"{public: [10.0.0.0/24, "10.0.1.0/24"], private: [], "odd key": {}}"#),
        ("network/subnets/public", r#"[10.0.0.0/24, "10.0.1.0/24"]"#),
        ("network/subnets/public/0", "10.0.0.0/24"),
        ("network/subnets/public/1", r#""10.0.1.0/24""#),
        ("network/subnets/private", "[]"),
        ("network/subnets/odd key", "{}"),
        ("list/0", "name: etl"),
        ("list/0/env/A", "1"),
        ("list/0/env/quoted key", "on"),
        ("list/0/env/escaped", "'it''s'"),
        ("list/1/port", r#""4000""#),
        ("list/1/env", "A: 1"),
        ("list/1/env/A", "1"),
        ("list/1/note", "|"),
        ("list/2", r#""tab\there""#),
        ("list/3", "plain words"),
        ("list/4", ""),
        ("list/5", "{}"),
        ("list/6", "- nested"),
        ("list/6/0", "nested"),
        ("list/7", "22"),
        ("list/8", "true"),
        ("list/9", "\"double"),
        ("list/10", "plain"),
        ("empty", ""),
        ("flag", "true"),
        ("tagged", "22"),
        ("deep \"est\"/flow/1/b", "~"),
        ("deep \"est\"", "{flow: [1, {b: ~}]}"),
    ] {
        assert_eq!(find(path(at), Part::Value), Some(written), "{at}");
    }
}

#[test]
fn keys() {
    for (at, written) in [
        ("name", "name"),
        ("network/subnets/private", "private"),
        ("network/subnets/odd key", r#""odd key""#),
        ("list/0/env/quoted key", r#""quoted key""#),
        ("list/0/env/escaped", r#""esc\u0061ped""#),
        ("list/1/env/A", "A"),
        ("empty", "empty"),
        ("deep \"est\"", r#""deep \"est\"""#),
    ] {
        assert_eq!(find(path(at), Part::Key), Some(written), "{at}");
    }
}

#[test]
fn what_is_not_there_is_not_found_but_its_surroundings_are() {
    assert_eq!(find(path("nope"), Part::Value), None);
    assert_eq!(find(path("name/x"), Part::Key), None);
    let source = Source::new("x", TEXT);
    let locator = Locator::new(&source);
    let nearest = |at: &str, part| locator.nearest(&path(at), part).map(|it| &TEXT[it]);
    assert_eq!(nearest("network/nat", Part::Value), Some("network"));
    assert_eq!(nearest("network", Part::Value), Some("network"));
    assert_eq!(nearest("network/subnets/public", Part::Value), Some(r#"[10.0.0.0/24, "10.0.1.0/24"]"#));
    assert_eq!(nearest("list/0", Part::Key), Some("name: etl"));
    assert_eq!(nearest("list/0/run/cpu", Part::Value), Some("name: etl"));
    assert_eq!(nearest("empty", Part::Value), Some("empty"));
    assert_eq!(nearest("web/domain", Part::Value), None);
}

#[test]
fn written_is_what_the_user_typed() {
    let source = Source::new("x", "a: 1.10\nb: \"x\"\nc: 0x1F\n");
    let locator = Locator::new(&source);
    assert_eq!(locator.written(&"a".into()), Some("1.10"));
    assert_eq!(locator.written(&"b".into()), Some("\"x\""));
    assert_eq!(locator.written(&"c".into()), Some("0x1F"));
}

#[test]
fn the_slow_way_is_bounded() {
    let source = Source::new("x", "- {}\n".repeat(500));
    let locator = Locator::new(&source);
    let found = (0..500).filter(|it| locator.find(&SpecPath::root().index(*it), Part::Value).is_some()).count();
    assert_eq!(found, PROBES);
}
