//! The command line: what each command is called, and where its work begins.

// In place of the standard macros, which panic when the reader of a pipe has gone and pass on what steers terminals.
macro_rules! println {
    ($($said:tt)*) => { $crate::commands::out::line(format_args!($($said)*)) };
}
macro_rules! eprintln {
    ($($said:tt)*) => { $crate::commands::out::error_line(format_args!($($said)*)) };
}

mod bundle;
mod cli;
mod config;
mod demo;
mod directory;
mod doctor;
mod failure;
mod lang;
mod log;
mod out;
mod policy;
mod serve;
mod trust;
mod verify;

use std::process::ExitCode;

/// Reads the command line, does what it asks, and gives the exit code: 0 all equivalent or fine, 1 flagged, 2 usage or
/// settings, 3 unreadable input.
pub fn run() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let lang = cli::language(&arguments);
    let matches = cli::localised(lang).try_get_matches_from(&arguments);
    let parsed = matches.and_then(|matches| <cli::Cli as clap::FromArgMatches>::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let lang = cli.lang.unwrap_or(lang);
    let result = match cli.command {
        cli::Command::Serve(arguments) => serve::run(&arguments),
        cli::Command::Verify(arguments) => verify::run(&arguments, lang),
        cli::Command::Demo(arguments) => demo::run(&arguments, lang),
        cli::Command::Doctor(arguments) => doctor::run(&arguments, lang),
        cli::Command::Log(arguments) => log::run(&arguments, lang),
        cli::Command::Trust(arguments) => trust::run(&arguments, lang),
        cli::Command::Bundle(arguments) => bundle::run(&arguments, lang),
        cli::Command::Directory(arguments) => directory::run(&arguments, lang),
        cli::Command::Policy(arguments) => policy::run(&arguments, lang),
        cli::Command::Config(arguments) => config::run(&arguments, lang),
    };
    ExitCode::from(result.unwrap_or_else(|failure| failure.report(lang)))
}
