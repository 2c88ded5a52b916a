//! The command line: parses arguments, runs one command, prints findings, and chooses the exit code.
//!
//! 0 is success, 1 findings or a difference, 2 usage or input and output. Data goes to stdout, everything else to stderr.

mod commands;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use dagforge::cli::Cli;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match commands::run(&Cli::parse()) {
        Ok(code) => code,
        // Whoever reads our output has seen enough, as `| head` has: no failure of ours.
        Err(error) if broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Where stderr is closed too, there is nobody left to tell.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().filter_map(|it| it.downcast_ref::<io::Error>());
    io.into_iter().any(|it| it.kind() == io::ErrorKind::BrokenPipe)
}
