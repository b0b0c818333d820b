//! What later revisions did, as facts for the judge: the level, and what no rule explains.

use serde::{Deserialize, Serialize};

use super::unexplained::Unexplained;

/// What incremental updates did after signing; ordered from harmless to suspicious.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Modification {
    /// Nothing.
    None,
    /// Validation data, document timestamps that are not shown, and metadata about the file.
    LongTermValidation,
    /// A further field was signed.
    FurtherSignature,
    /// Fields of the form that are no signatures were given values or appearances.
    FormFilling,
    /// Markup annotations and their pop-ups were added, changed or removed (ISO 32000-2, table 257, value 3).
    Annotation,
    /// Something else.
    Other,
}

/// What one revision changed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Change {
    /// The most suspicious of what it did.
    pub level: Modification,
    /// Why it is more than a further signature; the first of them.
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
