//! The program `dieu7`: the command line over the library.

mod commands;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run()
}
