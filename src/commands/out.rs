//! What a command says to its user. Names of files, mails and certificates are chosen by strangers, so nothing in them
//! may steer the terminal.

use std::fmt::Write as _;
use std::io::Write as _;

use super::failure::USAGE;

/// Exit code of a command whose reader has gone (`dieu7 log list | head`): what a shell shows for SIGPIPE.
const READER_GONE: i32 = 141;

/// A line on standard output. Where nobody reads on, the command ends without a word.
pub fn line(arguments: std::fmt::Arguments<'_>) {
    let text = harmless(&arguments.to_string());
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(READER_GONE),
        Err(error) => {
            error_line(format_args!("dieu7: {error}"));
            std::process::exit(USAGE.into());
        }
    }
}

/// A line on standard error. Where nobody reads it there is nobody left to tell.
pub fn error_line(arguments: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{}", harmless(&arguments.to_string()));
}

/// Spells out what would steer a terminal or turn the direction of text. Inside a JSON string, the only place of JSON
/// where such characters stand, this is the same string.
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for symbol in text.chars() {
        match symbol {
            '\n' => out.push('\n'),
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(symbol));
            }
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_a_terminal_is_spelt_out() {
        assert_eq!(harmless("a\u{1b}[2J\u{9b}\u{202e}\r\nSở Nội vụ"), "a\\u001b[2J\\u009b\\u202e\\u000d\nSở Nội vụ");
    }

    #[test]
    fn a_string_of_json_stays_the_same_string() {
        let json = serde_json::to_string("a\u{7f}\u{9b}\u{202e}\u{1b}").unwrap();
        let read: String = serde_json::from_str(&harmless(&json)).unwrap();
        assert_eq!(read, "a\u{7f}\u{9b}\u{202e}\u{1b}");
    }
}
