//! File names as the sender wrote them, and as it is safe to show them.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// Longest name shown, in characters.
pub const SHOWN: usize = 128;
/// Longest name kept for the look at secrecy marks; file systems end at 255 octets.
const KEPT: usize = 4_096;

/// The decoded name of a file. It is shown cleaned: no control, format or direction character, NFC, at most
/// [`SHOWN`] characters with the ending kept, so that nobody takes an `.exe` for a `.pdf`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct FileName {
    shown: String,
    whole: String,
    deceptive: bool,
}

impl FileName {
    /// The name `decoded`, cleaned.
    #[must_use]
    pub fn new(decoded: &str) -> Self {
        let whole = clean(decoded, KEPT);
        let deceptive = decoded.chars().any(|c| is_hidden(c) && !matches!(c, '\t' | '\r' | '\n'));
        Self { shown: shorten(&whole), whole, deceptive }
    }

    /// What may be shown; empty when the sender gave no name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// Whether characters were removed that make a reader see another name than the system (NUL, controls,
    /// direction overrides, zero-width characters).
    #[must_use]
    pub fn is_deceptive(&self) -> bool {
        self.deceptive
    }

    /// The cleaned name before it was shortened; for the look at secrecy marks only.
    #[must_use]
    pub fn whole(&self) -> &str {
        &self.whole
    }

    /// The ending by which a system chooses a program; Windows leaves full stops and spaces at the end of a name out.
    #[must_use]
    pub fn opened_ending(&self) -> Option<String> {
        let (_, ending) = self.whole.trim_end_matches(['.', ' ']).rsplit_once('.')?;
        Some(ending.to_lowercase())
    }

    /// What follows the last full stop, in lower case.
    #[must_use]
    pub fn ending(&self) -> Option<String> {
        let (_, ending) = self.whole.rsplit_once('.')?;
        Some(ending.trim().to_lowercase())
    }
}

/// Text without control, format and direction characters, white space collapsed, NFC, at most `limit` characters.
#[must_use]
pub fn clean(text: &str, limit: usize) -> String {
    let mut out = String::new();
    let mut space = false;
    // A base letter with thousands of marks would make NFC reorder for long: the input is cut first.
    for c in text.chars().take(limit.saturating_mul(4)).filter(|c| c.is_whitespace() || !is_hidden(*c)).nfc() {
        if c.is_whitespace() {
            space = !out.is_empty();
            continue;
        }
        if space {
            out.push(' ');
            space = false;
        }
        out.push(c);
    }
    match out.char_indices().nth(limit) {
        Some((end, _)) => out[..end].trim_end().to_owned(),
        None => out,
    }
}

/// Characters that are not seen, or change how their neighbours are seen: controls, bidirectional formatting
/// (UAX 9), zero-width, tags, and the byte order mark. Letters' own joiners are no part of Vietnamese.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn shorten(name: &str) -> String {
    if name.chars().count() <= SHOWN {
        return name.to_owned();
    }
    let ending = match name.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() <= 16 => format!(".{ending}"),
        _ => String::new(),
    };
    let head: String = name.chars().take(SHOWN - 1 - ending.chars().count()).collect();
    format!("{head}…{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direction_overrides_and_nul_are_removed_and_told() {
        let name = FileName::new("cong van\u{202e}fdp.exe");
        assert_eq!(name.as_str(), "cong vanfdp.exe");
        assert!(name.is_deceptive());
        assert!(FileName::new("a.pdf\0.exe").is_deceptive());
        assert!(!FileName::new("Quyết định số 12.pdf").is_deceptive());
    }

    #[test]
    fn decomposed_vietnamese_is_shown_composed() {
        assert_eq!(FileName::new("Ba\u{302}\u{301}t.pdf").as_str(), "Bất.pdf");
    }

    #[test]
    fn a_name_of_ten_thousand_octets_keeps_its_ending() {
        let name = FileName::new(&format!("{}.pdf", "a".repeat(4_000)));
        assert_eq!(name.as_str().chars().count(), SHOWN);
        assert_eq!(name.ending().as_deref(), Some("pdf"));
        assert!(name.as_str().ends_with("….pdf"));
        assert_eq!(FileName::new(&"x".repeat(10_000)).as_str().chars().count(), SHOWN);
        assert!(FileName::new(&"e\u{301}\u{323}".repeat(10_000)).as_str().chars().count() <= SHOWN);
    }
}
