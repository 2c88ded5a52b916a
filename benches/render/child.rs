//! Programs as processes of their own, and what the system says they cost.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use tempfile::TempDir;

/// What one run cost.
pub struct Cost {
    /// CPU seconds, of the program and of the system for it.
    pub cpu: f64,
    /// Peak memory.
    pub megabytes: f64,
}

/// A spec in a folder of its own.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    /// Writes the spec, on the disk that the checkout is on: there rendered files belong, and what a write costs is up to the
    /// file system.
    pub fn new(spec: &str) -> Self {
        let bench = Self { folder: TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap() };
        std::fs::write(bench.path("dagforge.yaml"), spec).unwrap();
        bench
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Fills a folder.
    pub fn folder(&self, name: &str, fill: impl FnOnce(&Path) -> Cost) -> PathBuf {
        let path = self.path(name);
        fill(&path);
        path
    }

    /// `dagforge render all` into a folder.
    pub fn render(&self, into: &Path) -> Cost {
        let spec = self.path("dagforge.yaml");
        let words = ["render", "all", spec.to_str().unwrap(), "--out", into.to_str().unwrap()];
        run(env!("CARGO_BIN_EXE_dagforge"), &words)
    }

    /// The bare program into a folder.
    pub fn bare(&self, into: &Path) -> Cost {
        let this = std::env::current_exe().unwrap();
        let pack = self.path("pack");
        run(this.to_str().unwrap(), &["bare", pack.to_str().unwrap(), into.to_str().unwrap()])
    }
}

/// Peak memory of a command with a spec, by what comes before the spec and what behind it.
pub fn peak_megabytes(spec: &str, before: &[&str], behind: &[&str]) -> f64 {
    let bench = Bench::new(spec);
    let (spec, out) = (bench.path("dagforge.yaml"), bench.path("rendered"));
    let mut words = before.to_vec();
    words.push(spec.to_str().unwrap());
    words.extend(behind.iter().map(|word| if *word == "OUT" { out.to_str().unwrap() } else { word }));
    run(env!("CARGO_BIN_EXE_dagforge"), &words).megabytes
}

/// The file system that everything is written to, where the system says so.
pub fn file_system() -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let around = fields.filter(|it| it.len() > 2 && folder.starts_with(it[1]));
    // Of mounts at one place the last one is on top.
    around.max_by_key(|it| it[1].len()).map_or_else(|| "an unknown file system".to_owned(), |it| it[2].to_owned())
}

/// Runs a program below a process that has no other child, so that what the system adds up is that program's alone.
fn run(program: &str, words: &[&str]) -> Cost {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["measured", program]).args(words).stderr(Stdio::inherit()).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{program} {words:?} failed");
    let numbers: Vec<f64> = printed.split_whitespace().map(|it| it.parse().unwrap()).collect();
    let [cpu, megabytes] = numbers.as_slice() else { panic!("{printed}") };
    Cost { cpu: *cpu, megabytes: *megabytes }
}

/// The process in between: prints CPU seconds and peak memory of its child.
pub fn measured(program: &str, words: &[&str]) {
    let status = Command::new(program).args(words).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{program} {words:?}: {status}");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let cpu = (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6;
    // Linux counts kilobytes, macOS bytes.
    let unit = if cfg!(target_os = "macos") { 1e6 } else { 1e3 };
    println!("{cpu} {}", usage.max_rss() as f64 / unit);
}
