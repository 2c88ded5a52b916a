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

/// Times the CPU time of the bare program that a render may take.
#[cfg(unix)]
const TARGET: f64 = 3.0;

#[cfg(unix)]
fn run() {
    println!("CPU time of both targets, as multiples of a bare program that writes the same files");
    println!(
        "{:>9} {:>6} {:>6} {:>7} {:>11} {:>10} {:>10}",
        "locations", "files", "MB", "render", "read-back", "rendered", "target"
    );
    println!("{:>9} {:>6} {:>6} {:>7} {:>11} {:>10} {:>10}", "", "", "", "", "of that", "again", "");
    for locations in [50, 200] {
        let measured = compare(locations);
        let verdict = if measured.render <= TARGET { "met" } else { "missed" };
        println!(
            "{locations:>9} {:>6} {:>6.1} {:>6.2}x {:>10.2}x {:>9.2}x {:>10}",
            measured.files, measured.megabytes, measured.render, measured.read_back, measured.again, verdict
        );
    }
    println!("\nshare of each step in a render, in per cent of its CPU time");
    for locations in [50, 200] {
        let shares = phases::shares(&spec::with(locations), ROUNDS);
        let shares: Vec<String> = shares.iter().map(|(name, share)| format!("{name} {:.0}", share * 100.0)).collect();
        println!("{locations:>9} {}", shares.join(", "));
    }
    println!("\npeak memory in MB");
    for locations in [50, 200, 1000] {
        println!("{locations:>9} {:.1}", child::peak_megabytes(&spec::with(locations)));
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
