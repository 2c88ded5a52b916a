//! What a render costs: CPU time against a bare program that writes the same bytes, and peak memory.
//!
//! `cargo bench` runs both interleaved, each as a process of its own, and prints medians of ratios: those hold on a busy machine
//! too. How the time of a render is spent is measured in this process, by the library.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for developers"
)]

#[cfg(unix)]
mod bare;
#[cfg(unix)]
mod child;
#[cfg(unix)]
mod phases;
#[cfg(unix)]
mod spec;

#[cfg(unix)]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["bare", pack, folder] => bare::write(pack.as_ref(), folder.as_ref()),
        ["measured", program, words @ ..] => child::measured(program, words),
        _ => run(),
    }
}

#[cfg(not(unix))]
fn main() {
    println!("CPU time and memory of a child process are measured on Unix alone");
}

/// Measured runs of each program.
#[cfg(unix)]
const ROUNDS: usize = 15;

/// Times the CPU time of the bare program that a render may take, but for the read-back. minijinja alone takes three.
#[cfg(unix)]
const TARGET: f64 = 8.0;

#[cfg(unix)]
fn run() {
    println!(
        "CPU time of both targets on {}, as multiples of a bare program that writes the same files; at most {TARGET:.0}x is wanted \
         for all but the read-back",
        child::file_system()
    );
    println!("{:>9} {:>6} {:>6} {:>9} {:>11} {:>8} {:>10}", "", "", "", "all but", "", "", "rendered");
    println!(
        "{:>9} {:>6} {:>6} {:>9} {:>11} {:>8} {:>10}",
        "locations", "files", "MB", "read-back", "read-back", "together", "again"
    );
    for locations in [50, 200] {
        let measured = compare(locations);
        println!(
            "{locations:>9} {:>6} {:>6.1} {:>8.2}x {:>10.2}x {:>7.2}x {:>9.2}x",
            measured.files,
            measured.megabytes,
            measured.render - measured.read_back,
            measured.read_back,
            measured.render,
            measured.again
        );
    }
    println!("\nshare of each step in a render, in per cent of its CPU time");
    for locations in [50, 200] {
        let shares = phases::shares(&spec::with(locations), ROUNDS);
        let shares: Vec<String> = shares.iter().map(|(name, share)| format!("{name} {:.0}", share * 100.0)).collect();
        println!("{locations:>9} {}", shares.join(", "));
    }
    println!("\npeak memory in MB: check holds the plan alone, one target writes two files of three");
    println!("{:>9} {:>8} {:>8} {:>8}", "locations", "check", "one", "both");
    for locations in [1, 50, 200, 1000] {
        let spec = spec::with(locations);
        let check = child::peak_megabytes(&spec, &["check"], &[]);
        let one = child::peak_megabytes(&spec, &["render", "cfn"], &["--out", "OUT"]);
        let both = child::peak_megabytes(&spec, &["render", "all"], &["--out", "OUT"]);
        println!("{locations:>9} {check:>8.1} {one:>8.1} {both:>8.1}");
    }
}

/// Medians of one size of spec.
#[cfg(unix)]
struct Measured {
    files: usize,
    megabytes: f64,
    /// A first render, over the bare program.
    render: f64,
    /// The part of it that reads the rendered text back.
    read_back: f64,
    /// A render of what is there already, over the bare program.
    again: f64,
}

#[cfg(unix)]
fn compare(locations: usize) -> Measured {
    let spec = spec::with(locations);
    let bench = child::Bench::new(&spec);
    let pack = bare::pack(&bench.folder("packed", |folder| bench.render(folder)), &bench.path("pack"));
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let bare = bench.bare(&bench.path("bare"));
        let folder = bench.path("rendered");
        first.push(bench.render(&folder).cpu / bare.cpu);
        again.push(bench.render(&folder).cpu / bare.cpu);
        std::fs::remove_dir_all(folder).unwrap();
        std::fs::remove_dir_all(bench.path("bare")).unwrap();
    }
    let read_back = phases::shares(&spec, ROUNDS).iter().find(|(name, _)| *name == "read back").map_or(0.0, |it| it.1);
    let render = median(first);
    Measured {
        files: pack.files,
        megabytes: pack.megabytes,
        render,
        read_back: render * read_back,
        again: median(again),
    }
}

#[cfg(unix)]
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
