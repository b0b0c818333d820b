//! The program `dieu7`: the command line over the library.

mod commands;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before any thread starts, and before anything is read that a stranger could have written.
    dieu7::io::worker::entered().unwrap_or_else(commands::run)
}
