//! The references found are those that a general parser of the language finds.

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::visit::{Visit, visit_traversal};

use super::*;

const SAMPLE: &str = include_str!("sample.tf");

#[derive(Default)]
struct Visitor(BTreeSet<String>);

impl Visit for Visitor {
    fn visit_traversal(&mut self, node: &Traversal) {
        if let Expression::Variable(root) = &node.expr {
            let words = if matches!(root.as_str(), "data" | "ephemeral") { 2 } else { 1 };
            let rest = node.operators.iter().take(words).map(|operator| match operator.value() {
                TraversalOperator::GetAttr(name) => format!(".{}", name.as_str()),
                _ => String::new(),
            });
            self.0.insert(root.to_string() + &rest.collect::<String>());
        }
        visit_traversal(self, node);
    }
}

fn module(files: &[(&str, &str)]) -> Module {
    let mut module = Module::default();
    for (path, text) in files {
        module.read(&File { path: (*path).to_owned(), text: (*text).to_owned() });
    }
    module
}

fn problems(text: &str) -> Vec<String> {
    let problems = module(&[("tf/x.tf", text)]).problems();
    problems.into_iter().map(|it| format!("{}: {}", it.line.unwrap(), it.message)).collect()
}

#[test]
fn references_are_those_of_a_general_parser() {
    let mut visitor = Visitor::default();
    visitor.visit_body(&hcl_edit::parser::parse_body(SAMPLE).unwrap());
    let own = ["each.", "self.", "count.", "path.", "terraform.", "v.", "s.", "k.", "setting.", "rule."];
    let expected: BTreeSet<String> =
        visitor.0.into_iter().filter(|it| it.contains('.') && !own.iter().any(|own| it.starts_with(own))).collect();
    let found: BTreeSet<String> = module(&[("tf/x.tf", SAMPLE)]).referred.into_keys().collect();
    assert_eq!(found, expected);
    assert!(expected.len() > 10, "{expected:?}");
}

#[test]
fn the_sample_is_sound() {
    assert_eq!(problems(SAMPLE), [""; 0]);
}

#[test]
fn finds_what_is_wrong() {
    for (text, expected) in [
        ("resource \"aws_x\" \"a\" {\n  b = aws_y.c.id\n}\n", "2: `aws_y.c` is declared nowhere"),
        ("resource \"aws_x\" \"a\" {\n  b = \"${var.c}\"\n}\n", "2: `var.c` is declared nowhere"),
        (
            "resource \"aws_x\" \"a\" {\n  b = \"$${var.c}\"\n  d = <<-E\n    ${local.c}\n  E\n}\n",
            "4: `local.c` is declared nowhere",
        ),
        ("resource \"aws_x\" \"a\" {\n  b = data.aws_z.c.id\n}\n", "2: `data.aws_z.c` is declared nowhere"),
        ("locals {\n  a = 1\n}\n", "2: nothing uses `local.a`"),
        ("variable \"a\" {}\n", "1: nothing uses `var.a`"),
        ("data \"aws_z\" \"a\" {}\n", "1: nothing uses `data.aws_z.a`"),
        (
            "resource \"aws_x\" \"a\" {}\nresource \"aws_x\" \"a\" {}\n",
            "2: `aws_x.a` is already declared in tf/x.tf line 1",
        ),
        ("resource \"aws_x\" \"a\" {\n", "1: a bracket is never closed"),
        ("resource \"aws_x\" \"a\" {\n  b = \"c\n}\n", "2: a quote is never closed"),
        ("resource \"aws_x\" \"a\" {\n  b = [1)\n}\n", "2: this bracket closes nothing"),
        ("resuorce \"aws_x\" \"a\" {\n}\n", "1: `resuorce aws_x a` is no block that Terraform knows"),
        ("a = 1\n", "1: an attribute outside of any block"),
        ("locals\n", "1: `locals` begins no block"),
    ] {
        assert_eq!(problems(text).first().map(String::as_str), Some(expected), "{text}");
    }
}

#[test]
fn declarations_and_references_meet_across_files() {
    let files = [
        ("tf/a.tf", "locals {\n  a = var.b\n}\n"),
        ("tf/b.tf", "variable \"b\" {}\noutput \"c\" {\n  value = local.a\n}\n"),
        ("tf/readme.md", "{"),
    ];
    assert_eq!(module(&files).problems(), []);
    let twice = module(&[files[0], ("tf/c.tf", "locals {\n  a = 1\n}\n")]).problems();
    assert!(twice.iter().any(|it| it.file == "tf/c.tf" && it.line == Some(2)), "{twice:?}");
}

#[test]
fn what_has_moved_is_declared_at_its_new_address_alone() {
    let moved = "moved {\n  from = aws_vpc.old\n  to   = aws_vpc.new\n}\n";
    assert_eq!(problems(&format!("{moved}resource \"aws_vpc\" \"new\" {{\n}}\n")), [""; 0]);
    assert_eq!(problems(moved), ["3: `aws_vpc.new` is declared nowhere"]);
}
