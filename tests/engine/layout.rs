//! The layout of Terraform's language is Terraform's own.

use std::collections::BTreeSet;

use dagforge::blueprint::Blueprints;
use minijinja::context;

fn tf(text: &'static str) -> String {
    let blueprints = Blueprints::of([("tf/x.tf.j2".into(), text.into())].into(), BTreeSet::new());
    blueprints.render("tf/x.tf.j2", context! {}).unwrap().text
}

#[test]
fn cells_line_up_as_terraform_fmt_has_them() {
    insta::assert_snapshot!(tf(include_str!("layout.tf")), @r#"
    # A comment of its own
    resource "aws_x" "a" {
      name        = "a"                           # first
      longer_name = "b${replace("x", "\"", "}")}" # second
      x           = "c"

      tags = {
        Name           = "n"
        "Quoted = key" = "$${x}" // third
      }
      list = [
        "a = b", # no assignment
        { name = "x", value = "y" },
        local.x == 1 ? 2 : 3,
      ]
      one = 1

      three = jsonencode([{
        a   = 1
        bcd = { e = 2 }
        f   = { for k, v in local.x : k => v }
      }])
      text       = <<-EOT
        keep   = this
        # as it is }
      EOT
      after_text = 1
      /* a comment
           over lines {
      */
      b  = 2
      bb = "\u0024${local.x}" /* short */
      command = ["-c", join("\n", [
        "a",
        "b",
        ]), join("\n", [
        "c",
      ])]
      dynamic "x" {
        for_each = local.x >= 2 ? [1] : []
        content {}
      }
    }
    "#);
}

#[test]
fn a_laid_out_file_stays_as_it_is() {
    let once = tf(include_str!("layout.tf"));
    let blueprints = Blueprints::of([("tf/x.tf.j2".into(), once.clone().into())].into(), BTreeSet::new());
    assert_eq!(blueprints.render("tf/x.tf.j2", context! {}).unwrap().text, once);
}
