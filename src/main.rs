//! The command line: parses arguments, calls the library, prints, and chooses the exit code.

fn main() {}
