//! What may be wrong in a file of anchors, and where.

use std::fmt;

use crate::digest::Sha256;

/// An error in a file of anchors.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AnchorsError {
    /// Where, counted from 1.
    pub line: usize,
    /// What.
    pub fault: AnchorsFault,
}

/// What is wrong in a file of anchors.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AnchorsFault {
    /// An address of lists that is not one of the web.
    Crl(String),
    /// Two entries with this id.
    DuplicateId(String),
    /// Two entries with this pin.
    DuplicatePin(Sha256),
    /// A period that is no date or RFC 3339 moment, or ends before it begins.
    Period(String),
    /// A pin that is not 64 hexadecimal digits.
    Pin(String),
    /// No purpose at all.
    Purpose,
    /// A subject that is no distinguished name.
    Subject(String),
    /// Not TOML, an unknown key, a missing one, or a value of the wrong type.
    Syntax(String),
}

impl fmt::Display for AnchorsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.fault {
            AnchorsFault::Crl(text) => write!(f, "\"{text}\" is not an address such as \"http://ca.vn/ca.crl\""),
            AnchorsFault::DuplicateId(id) => write!(f, "id \"{id}\" is used twice"),
            AnchorsFault::DuplicatePin(pin) => write!(f, "pin {pin} is used twice"),
            AnchorsFault::Period(text) => write!(f, "\"{text}\" is not a date, or the period ends before it begins"),
            AnchorsFault::Pin(text) => write!(f, "\"{text}\" is not a SHA-256 of 64 hexadecimal digits"),
            AnchorsFault::Purpose => f.write_str("purpose is empty"),
            AnchorsFault::Subject(text) => write!(f, "\"{text}\" is not a name such as \"CN=..., O=..., C=VN\""),
            AnchorsFault::Syntax(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for AnchorsError {}
