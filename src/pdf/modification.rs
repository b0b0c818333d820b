//! What later revisions did, as facts for the judge: the level, and what no rule explains.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What incremental updates did after signing; ordered from harmless to suspicious.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Modification {
    /// Nothing.
    None,
    /// Validation data, document timestamps that are not shown, and metadata about the file.
    LongTermValidation,
    /// A further field was signed.
    FurtherSignature,
    /// Fields of the form were filled in. Not told from `Other` yet.
    FormFilling,
    /// Annotations were added. Not told from `Other` yet.
    Annotation,
    /// Something else.
    Other,
}

/// What one revision changed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Change {
    /// The most suspicious of what it did.
    pub level: Modification,
    /// Why it is `Other`; the first of them.
    pub unexplained: Vec<Unexplained>,
    /// Fields that were added, signed, or given another value or appearance.
    pub fields: Vec<ChangedField>,
}

impl Change {
    /// A revision that did nothing, or that came before the first signature.
    pub(super) const fn none() -> Self {
        Self { level: Modification::None, unexplained: Vec::new(), fields: Vec::new() }
    }
}

/// A form field that a revision touched: what a field lock asks about (ISO 32000-2, 12.8.2.4 and 12.7.5.5).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ChangedField {
    /// Full name, parts joined by dots (12.7.4.2).
    pub name: String,
    /// Object number of the field.
    pub number: u32,
    /// Whether it is a signature field; such a field is signed by this revision.
    pub signature: bool,
    /// Whether this revision added it.
    pub new: bool,
}

/// An object that a revision wrote and no rule explains.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Unexplained {
    /// Object number; 0 is the trailer.
    pub number: u32,
    /// What is wrong with it.
    pub why: Why,
}

/// Why an object is unexplained.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Why {
    /// The trailer names another catalog.
    CatalogExchanged,
    /// The value of a key was changed, added or removed.
    Key(String),
    /// The object was given another generation.
    Generation,
    /// It was removed.
    Freed,
    /// A revision that holds no signature of its own adds or fills fields.
    NothingSigned,
    /// It was written again, and no rule allows that.
    Overwritten,
    /// Something else refers to it as well, and would change with it.
    Shared,
    /// It cannot be read.
    Unreadable,
    /// Nothing that is allowed leads to it.
    Unreached,
    /// Its number belonged to another object before.
    Reused,
}

impl fmt::Display for Unexplained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        match &self.why {
            Why::CatalogExchanged => f.write_str("the trailer names another catalog"),
            Why::Key(key) => write!(f, "key /{key} of object {number} was changed"),
            Why::Generation => write!(f, "object {number} was given another generation"),
            Why::Freed => write!(f, "object {number} was removed"),
            Why::NothingSigned => write!(f, "object {number} changes signature fields without signing"),
            Why::Overwritten => write!(f, "object {number} was written again"),
            Why::Shared => write!(f, "object {number} was written again, and others refer to it"),
            Why::Unreadable => write!(f, "object {number} cannot be read"),
            Why::Unreached => write!(f, "object {number} was added, and nothing that is allowed leads to it"),
            Why::Reused => write!(f, "object {number} takes the number of a removed one"),
        }
    }
}
