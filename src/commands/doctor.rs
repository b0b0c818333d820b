//! `dieu7 doctor`: examines the installation and says what to mend.

mod directory;
mod installation;
mod postfix;
mod revocation;
mod workers;

use super::cli::ConfigFile;
use super::config;
use super::failure::{FINE, FLAGGED, Failure};
use super::lang::Lang;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// As it should be.
    Good,
    /// Works, but something will be undetermined, or wants attention.
    Attention,
    /// Mail is judged wrongly or not at all.
    Broken,
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Check {
    severity: Severity,
    /// What was found, in both languages.
    found: (String, String),
    /// What to do, in both languages; empty when good.
    advice: (String, String),
}

impl Check {
    fn good(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { severity: Severity::Good, found: (vi.into(), en.into()), advice: Default::default() }
    }

    fn new(severity: Severity, found: (String, String), advice: (String, String)) -> Self {
        Self { severity, found, advice }
    }

    fn print(&self, lang: Lang) {
        let mark = match self.severity {
            Severity::Good => "✓",
            Severity::Attention => "!",
            Severity::Broken => "✗",
        };
        println!("{mark} {}", lang.pick(&self.found.0, &self.found.1));
        if !self.advice.0.is_empty() {
            println!("    → {}", lang.pick(&self.advice.0, &self.advice.1));
        }
    }
}

pub fn run(arguments: &ConfigFile, lang: Lang) -> Result<u8, Failure> {
    let (settings, file) = config::load(arguments)?;
    let mut checks = installation::examine(&settings, file.as_deref());
    checks.extend(workers::examine(&settings));
    checks.extend(postfix::examine(&settings));
    for check in &checks {
        check.print(lang);
    }
    let count = |severity| checks.iter().filter(|check| check.severity == severity).count();
    println!(
        "\n{}: {}; {}: {}; {}: {}",
        lang.pick("Tốt", "Good"),
        count(Severity::Good),
        lang.pick("cần chú ý", "attention"),
        count(Severity::Attention),
        lang.pick("hỏng", "broken"),
        count(Severity::Broken)
    );
    Ok(if count(Severity::Broken) > 0 { FLAGGED } else { FINE })
}
