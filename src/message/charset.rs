//! Remark for Article 7.4: texts of a mail that are not in Unicode (TCVN 6909:2001).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::entity::Entity;
use super::parameters::Parameters;
use super::{Message, legacy, name, words};

/// More texts than this tell nothing new.
pub const MOST: usize = 8;
/// Octets above 127 that no declaration explains and that are no UTF-8, in a set that is not recognised (RFC 1428).
const UNDECLARED: &str = "unknown-8bit";
/// Octets of all texts of a message together in which old sets are looked for.
const LOOKED_AT: usize = 16 * legacy::WINDOW;
/// The longest name of a character set that is kept (IANA: 40).
const LONGEST: usize = 40;

/// A text that is not in Unicode.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ForeignText {
    /// Where it stands.
    pub place: TextPlace,
    /// Its character set: recognised, else as declared, cleaned; `unknown-8bit` for neither.
    pub charset: String,
}

/// Texts that people read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextPlace {
    /// Names of sender and recipients.
    Addresses,
    /// The text of the mail, or one that is attached.
    Body,
    /// The name of a file.
    FileName,
    /// The subject.
    Subject,
}

impl ForeignText {
    /// The same from somebody who is not believed: only the letters that names of character sets have.
    #[must_use]
    pub fn cleaned(&self) -> Self {
        Self { place: self.place, charset: shown(self.charset.as_bytes()) }
    }
}

/// Collects the foreign texts of one message.
#[derive(Debug)]
pub(super) struct Texts {
    found: BTreeSet<ForeignText>,
    left: usize,
}

impl Default for Texts {
    fn default() -> Self {
        Self { found: BTreeSet::new(), left: LOOKED_AT }
    }
}

impl Texts {
    pub fn into_found(self) -> BTreeSet<ForeignText> {
        self.found
    }

    /// Looks at the fields that people read.
    pub fn header(&mut self, message: &Message) {
        for (field, value) in message.headers() {
            if field.eq_ignore_ascii_case(b"subject") {
                self.value(value, TextPlace::Subject);
            } else if [&b"cc"[..], b"from", b"to"].iter().any(|name| field.eq_ignore_ascii_case(name)) {
                self.value(value, TextPlace::Addresses);
            }
        }
    }

    /// Looks at the names of a file.
    pub fn names(&mut self, entity: &Entity) {
        for (parameters, parameter) in [(&entity.disposition, "filename"), (&entity.content_type, "name")] {
            for value in parameters.plain(parameter) {
                self.value(value, TextPlace::FileName);
            }
            if let Some((octets, charset)) = parameters.extended_octets(parameter) {
                self.octets(&octets, &charset, TextPlace::FileName);
            }
        }
    }

    /// Looks at a text part.
    pub fn body(&mut self, octets: &[u8], content_type: &Parameters) {
        let charset = content_type.plain("charset").next().unwrap_or_default();
        self.octets(octets, charset, TextPlace::Body);
    }

    /// A value with encoded words (RFC 2047).
    fn value(&mut self, value: &[u8], place: TextPlace) {
        for (charset, octets) in words::encoded(value) {
            self.octets(&octets, charset, place);
        }
        self.octets(value, b"", place);
    }

    fn octets(&mut self, octets: &[u8], charset: &[u8], place: TextPlace) {
        if self.found.len() >= MOST {
            return;
        }
        let declared = !is_unicode(charset);
        let text = std::str::from_utf8(octets);
        if !declared && octets.is_ascii() {
            return;
        }
        let recognised = match (self.pay(octets.len()), text) {
            (None, _) => None,
            // Who declares an old set and writes another says so by mistake; who writes Unicode in fonts of old sets too.
            (Some(()), Ok(text)) if !declared => legacy::recognise_text(text),
            (Some(()), _) => legacy::recognise(octets),
        };
        let charset = match recognised {
            Some(set) => set.name().to_owned(),
            None if declared => shown(charset),
            None if text.is_err() => UNDECLARED.to_owned(),
            None => return,
        };
        self.found.insert(ForeignText { place, charset });
    }

    fn pay(&mut self, octets: usize) -> Option<()> {
        self.left = self.left.checked_sub(octets.min(legacy::WINDOW))?;
        Some(())
    }
}

fn is_unicode(charset: &[u8]) -> bool {
    words::is_unicode(charset) || charset.get(..4).is_some_and(|head| head.eq_ignore_ascii_case(b"utf-"))
}

fn shown(charset: &[u8]) -> String {
    let name = name::clean(&String::from_utf8_lossy(charset).to_lowercase(), LONGEST);
    name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.:+()".contains(*c)).collect()
}
