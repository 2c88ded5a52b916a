//! Any text of the plan may be anything: a shell script says it, and nothing else. Read back by bash itself.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use dagforge::blueprint::Blueprints;
use minijinja::context;

use crate::hostile::FAMILIES;

#[test]
fn bash_reads_every_text_as_it_is() {
    let script = ("ops/texts.sh.j2".into(), "printf '%s\\0' {{ texts }} \"$(printf '%s' {{ one }})\"\n".into());
    let blueprints = Blueprints::of(BTreeMap::from([script]), BTreeSet::new());
    let shell = ["$(id)", "`id`", "${HOME}", "'\\''", "!!", "~", "*", "a;b", "a|b", "a&b", "a>b", "-n", "\\", "x\\\n"];
    let texts: Vec<&str> = FAMILIES.iter().flat_map(|(_, texts)| *texts).copied().chain(shell).collect();
    for one in &texts {
        let rendered = blueprints.render("ops/texts.sh.j2", context! { texts => texts.clone(), one => *one }).unwrap();
        let output = Command::new("bash").args(["--noprofile", "--norc", "-c", &rendered.text]).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{rendered:?}: {output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        let mut read: Vec<&str> = said.strip_suffix('\0').unwrap().split('\0').collect();
        // A command substitution drops line ends, so only what comes before them is compared.
        let last = read.pop().unwrap();
        assert_eq!(read, texts);
        assert_eq!(last, one.trim_end_matches('\n'));
    }
}
