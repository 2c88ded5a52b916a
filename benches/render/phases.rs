//! The steps of a render in this process, each with its CPU time.

use std::hint::black_box;

use dagforge::blueprint::Blueprints;
use dagforge::check::check_all;
use dagforge::compile::compile;
use dagforge::output::Stage;
use dagforge::render::Target;
use dagforge::source::Source;
use dagforge::spec::{Spec, load_all};
use dagforge::verify::Reader;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use tempfile::TempDir;

use crate::median;

const STEPS: [&str; 7] = ["load", "check", "plan", "render", "read back", "write", "plan.json"];

/// The share of each step, of the medians over some rounds.
pub fn shares(spec: &str, rounds: usize) -> Vec<(&'static str, f64)> {
    let each: Vec<[f64; 7]> = (0..rounds).map(|_| round(spec)).collect();
    let medians = [0, 1, 2, 3, 4, 5, 6].map(|step| median(each.iter().map(|it| it[step]).collect()));
    let all: f64 = medians.iter().sum();
    STEPS.into_iter().zip(medians).map(|(name, seconds)| (name, seconds / all)).collect()
}

/// CPU seconds of each step.
fn round(spec: &str) -> [f64; 7] {
    let mut clock = Clock { last: now(), spent: [0.0; 7] };
    let blueprints = Blueprints::embedded();
    let loaded = load_all::<Spec>(&Source::new("dagforge.yaml", spec), None).unwrap_or_else(|_| panic!("a spec"));
    clock.tick(0);
    assert!(!check_all(&loaded).has_errors());
    clock.tick(1);
    let compiled = compile(&loaded[0].spec, None, &blueprints).unwrap();
    clock.tick(2);
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut stage = Stage::new(&folder.path().join("rendered")).unwrap();
    let mut reader = Reader::default();
    clock.tick(5);
    for file in compiled.files(&Target::ALL, &blueprints) {
        let file = file.unwrap();
        clock.tick(if file.path == "plan.json" { 6 } else { 3 });
        reader.read(&file);
        clock.tick(4);
        stage.add(&file).unwrap();
        clock.tick(5);
    }
    assert!(black_box(reader.problems()).is_empty());
    clock.tick(4);
    stage.commit(|_| true).unwrap();
    clock.tick(5);
    clock.spent
}

struct Clock {
    last: f64,
    spent: [f64; 7],
}

impl Clock {
    fn tick(&mut self, step: usize) {
        let now = now();
        self.spent[step] += now - self.last;
        self.last = now;
    }
}

fn now() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6
}
