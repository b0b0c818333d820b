//! Questions at a terminal. Where nobody sits at one nothing is asked, and the answer is no.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::super::lang::Lang;

/// Whether somebody can be asked: he reads what is written and writes what is read.
pub fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// What was typed after `question`, without blanks around it; `None` at the end of input.
pub fn answer(question: &str) -> Option<String> {
    let mut out = std::io::stdout();
    let _ = write!(out, "{} ", super::super::out::harmless(question));
    let _ = out.flush();
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim().to_owned()),
    }
}

/// Whether `question` was answered with yes, in either language.
pub fn confirmed(question: &str, lang: Lang) -> bool {
    let hint = lang.pick("[c = có / k = không]", "[y = yes / n = no]");
    let said = answer(&format!("{question} {hint}")).unwrap_or_default().to_lowercase();
    matches!(said.as_str(), "c" | "có" | "co" | "y" | "yes")
}
