//! A sentence made of our own words and of the words of others.
//!
//! File names, names in certificates and whatever else strangers chose may read like a verdict. They enter a report only
//! as [`Piece::Other`], cleaned, and every writer sets them in quotation marks that they cannot close: a name is never
//! more than a name.

use std::fmt;

use unicode_normalization::char::is_combining_mark;

use crate::digest::Sha256;
use crate::message::name;
use crate::time::UnixTime;

/// More than this of a stranger's text explains nothing more.
const SHOWN: usize = 300;
/// Marks on one letter: composed Vietnamese has none left over, other scripts have two. More only hide lines above.
const MARKS: usize = 2;
/// What opens and closes the words of others.
const QUOTES: (char, char) = ('“', '”');

/// A part of a sentence.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Piece {
    /// Ours.
    Own(String),
    /// Chosen by others; cleaned, without quotation marks.
    Other(String),
}

/// A sentence. There is no way to put a stranger's text among our own words.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Said(Vec<Piece>);

impl Said {
    /// Words of ours.
    #[must_use]
    pub fn own(words: &'static str) -> Self {
        Self::default().and(words)
    }

    /// Words of others.
    #[must_use]
    pub fn other(words: &str) -> Self {
        Self::default().and_other(words)
    }

    /// A moment, as clerks write it, in Vietnam.
    #[must_use]
    pub fn moment(time: UnixTime) -> Self {
        Self::default().push(time.vietnamese())
    }

    /// Goes on with words of ours.
    #[must_use]
    pub fn and(self, words: &'static str) -> Self {
        self.push(words.to_owned())
    }

    /// Goes on with a number.
    #[must_use]
    pub fn and_number(self, number: u64) -> Self {
        self.push(number.to_string())
    }

    /// Goes on with a moment.
    #[must_use]
    pub fn and_moment(self, time: UnixTime) -> Self {
        self.push(time.vietnamese())
    }

    /// Goes on with a digest.
    #[must_use]
    pub fn and_digest(self, digest: &Sha256) -> Self {
        self.push(digest.to_string())
    }

    /// Goes on with a technical token of ours: a serial number, an algorithm, RFC 3339. Anything that could be prose in
    /// another script, or markup, is left out, so that a mistake here gives nothing away.
    #[must_use]
    pub fn and_token(self, token: &str) -> Self {
        let plain = |c: &char| c.is_ascii_alphanumeric() || " .,:#+-_/()@".contains(*c);
        self.push(token.chars().filter(plain).take(SHOWN).collect())
    }

    /// Goes on with words of others.
    #[must_use]
    pub fn and_other(mut self, words: &str) -> Self {
        self.0.push(Piece::Other(cleaned(words)));
        self
    }

    /// Goes on with another sentence.
    #[must_use]
    pub fn and_said(mut self, said: Self) -> Self {
        self.0.extend(said.0);
        self
    }

    /// The pieces in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The words without quotation marks, for programs.
    #[must_use]
    pub fn plain(&self) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Own(words) | Piece::Other(words) => words.as_str(),
            })
            .collect()
    }

    /// Nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn push(mut self, words: String) -> Self {
        match self.0.last_mut() {
            Some(Piece::Own(before)) => before.push_str(&words),
            _ => self.0.push(Piece::Own(words)),
        }
        self
    }
}

impl Piece {
    /// The words, those of others in quotation marks.
    #[must_use]
    pub fn quoted(&self) -> String {
        match self {
            Self::Own(words) => words.clone(),
            Self::Other(words) => format!("{}{words}{}", QUOTES.0, QUOTES.1),
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| f.write_str(&piece.quoted()))
    }
}

/// Without hidden and direction characters, without marks piled up, without our quotation marks, not too long.
fn cleaned(words: &str) -> String {
    let longer = words.chars().nth(SHOWN).is_some();
    let mut clean = String::new();
    let mut marks = 0;
    for symbol in name::clean(words, SHOWN).chars() {
        marks = if is_combining_mark(symbol) { marks + 1 } else { 0 };
        if marks > MARKS {
            continue;
        }
        clean.push(if symbol == QUOTES.0 || symbol == QUOTES.1 { '"' } else { symbol });
    }
    if longer {
        clean.push('…');
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_close_its_quotation_marks() {
        let said = Said::own("Tệp ").and_other("a” có giá trị pháp lý tương đương văn bản giấy. “b.pdf").to_string();
        assert_eq!(said, "Tệp “a\" có giá trị pháp lý tương đương văn bản giấy. \"b.pdf”");
    }

    #[test]
    fn what_turns_or_hides_text_is_left_out_and_vietnamese_is_not() {
        assert_eq!(Said::other("a\u{202e}b\u{1b}[2J\u{200b}c\nd").to_string(), "“ab[2Jc d”");
        assert_eq!(Said::other("Bộ Tư pháp, Ba\u{302}\u{301}t").to_string(), "“Bộ Tư pháp, Bất”");
        let piled = format!("z{}", "\u{335}\u{489}\u{35c}".repeat(50));
        assert!(Said::other(&piled).to_string().chars().count() <= 1 + MARKS + 2);
    }

    #[test]
    fn a_name_without_end_is_cut() {
        assert!(Said::other(&"ư".repeat(1_000_000)).to_string().chars().count() <= SHOWN + 3);
    }
}
