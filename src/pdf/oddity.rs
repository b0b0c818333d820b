//! What is odd about a file's structure, where, and how much it weighs for a signature.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One oddity and the octet at which it was met.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Oddity {
    /// What is odd.
    pub kind: OddityKind,
    /// Where: octets after a signature's range weigh more than those inside it.
    pub offset: u64,
}

/// Octets that programs read differently, or that no cross-reference explains.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum OddityKind {
    /// The catalog and the signatures do not agree on which one certifies the document.
    CertificationDisputed {
        /// Object number of the signature that the catalog names, or of the catalog.
        number: u32,
    },
    /// A signature certifies the document and is not the first one (ISO 32000-2, 12.8.2.2.1).
    CertificationMisplaced {
        /// Object number of the signature dictionary.
        number: u32,
    },
    /// A key stands twice in a trailer, signature, catalog, page or AcroForm dictionary.
    DuplicateKey {
        /// Object number of the dictionary; 0 for a trailer.
        number: u32,
        /// The key.
        key: String,
    },
    /// The octets of an object do not begin with the number and generation that its entry states.
    EntryMismatch {
        /// Number that the entry states.
        number: u32,
        /// Number and generation that stand in the file, if any do.
        found: Option<(u32, u16)>,
    },
    /// A revision's entry points into octets of another revision.
    EntryOutsideRevision {
        /// Object number.
        number: u32,
    },
    /// A field is reached twice, or the fields form a loop.
    FieldReachedTwice {
        /// Object number of the field.
        number: u32,
    },
    /// A field could not be read.
    FieldUnreadable {
        /// Object number of the field, or of what holds it.
        number: u32,
    },
    /// The header is not at the first octet.
    HeaderLate,
    /// The version in the header is none of those that there are.
    HeaderVersion,
    /// A revision after the first one names a stream that only newer readers look at.
    HybridUpdate,
    /// One section, or a hybrid pair of them, gives one object two places.
    TwoPlaces {
        /// Object number.
        number: u32,
    },
    /// A stream is longer or shorter than its dictionary says.
    LengthMismatch {
        /// Object number.
        number: u32,
    },
    /// Two objects share octets.
    ObjectsOverlap,
    /// An object, or the object stream it should be in, cannot be read.
    ObjectUnreadable {
        /// Object number.
        number: u32,
    },
    /// The second reader shows another number of pages, or other content on one.
    PagesDiffer {
        /// The first page that differs, counted from 1.
        page: u32,
    },
    /// The page tree cannot be walked, or is none.
    PagesUnreadable,
    /// `/Prev` leads forward in a file that is not linearised.
    PrevForward,
    /// A section is not followed by `startxref` and `%%EOF`.
    RevisionWithoutEnd,
    /// The second reader found another set of signatures.
    SecondReaderDiffers {
        /// Object number of the signature dictionary that only one of both found, or found differently.
        number: u32,
    },
    /// The second reader could not load the file, or was not asked because our own reader had met unreadable objects.
    SecondReaderRefuses,
    /// A signature dictionary was written again after it was signed, or its field was given another one.
    SignatureReplaced {
        /// Object number of the signature dictionary.
        number: u32,
    },
    /// Several fields share one signature dictionary.
    SignatureShared {
        /// Object number of the signature dictionary.
        number: u32,
    },
    /// A signature dictionary that no field reaches.
    SignatureWithoutField {
        /// Object number of the signature dictionary.
        number: u32,
    },
    /// `/Size` of a trailer is not above the number of every object: strict readers take those above for missing
    /// (ISO 32000-2, 7.5.5).
    SizeTooSmall {
        /// The largest number in use.
        number: u32,
    },
    /// A `startxref` does not name the section before it.
    StartxrefMismatch,
    /// More oddities than are kept; placed where the last of them is.
    TooMany,
    /// Octets that belong to no revision; the oddity's offset is that of the last one.
    Unaccounted {
        /// Offset of the first one.
        start: u64,
    },
    /// A signature field names a value that is no dictionary.
    ValueUnreadable {
        /// Object number of the field.
        number: u32,
    },
}

/// What an oddity means for one signature; ordered from harmless to fatal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Weight {
    /// A matter of style inside the signer's own octets.
    Remark,
    /// Inside the signer's own octets, but programs may show different things.
    Ambiguous,
    /// The signature cannot be relied on.
    Fatal,
}

impl Oddity {
    /// Weighs the oddity for a signature whose range ends at `signed_end`.
    ///
    /// After the signed range every oddity is fatal. Inside, the octets are the signer's own: style is remarked,
    /// and only what programs read differently is in doubt.
    pub fn weight(&self, signed_end: u64) -> Weight {
        if self.offset >= signed_end {
            return Weight::Fatal;
        }
        match self.kind {
            OddityKind::CertificationMisplaced { .. }
            | OddityKind::SignatureReplaced { .. }
            | OddityKind::SignatureShared { .. } => Weight::Fatal,
            OddityKind::DuplicateKey { .. }
            | OddityKind::EntryMismatch { .. }
            | OddityKind::EntryOutsideRevision { .. }
            | OddityKind::FieldReachedTwice { .. }
            | OddityKind::FieldUnreadable { .. }
            | OddityKind::HeaderLate
            | OddityKind::TwoPlaces { .. }
            | OddityKind::ObjectsOverlap
            | OddityKind::ObjectUnreadable { .. }
            | OddityKind::PagesDiffer { .. }
            | OddityKind::PagesUnreadable
            | OddityKind::PrevForward
            | OddityKind::SecondReaderDiffers { .. }
            | OddityKind::TooMany
            | OddityKind::ValueUnreadable { .. } => Weight::Ambiguous,
            // The narrower of both is what holds.
            OddityKind::CertificationDisputed { .. }
            | OddityKind::HeaderVersion
            | OddityKind::HybridUpdate
            | OddityKind::LengthMismatch { .. }
            | OddityKind::RevisionWithoutEnd
            | OddityKind::SecondReaderRefuses
            | OddityKind::SignatureWithoutField { .. }
            | OddityKind::SizeTooSmall { .. }
            | OddityKind::StartxrefMismatch
            | OddityKind::Unaccounted { .. } => Weight::Remark,
        }
    }
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            OddityKind::CertificationDisputed { number } => {
                write!(f, "catalog and signatures disagree on whether signature {number} certifies")
            }
            OddityKind::CertificationMisplaced { number } => {
                write!(f, "signature {number} certifies and is not the first one")
            }
            OddityKind::DuplicateKey { number, key } => write!(f, "key /{key} stands twice in object {number}"),
            OddityKind::EntryMismatch { number, found: Some((found, generation)) } => {
                write!(f, "entry of object {number} leads to object {found} {generation}")
            }
            OddityKind::EntryMismatch { number, found: None } => {
                write!(f, "entry of object {number} leads to no object")
            }
            OddityKind::EntryOutsideRevision { number } => {
                write!(f, "entry of object {number} leads into another revision")
            }
            OddityKind::FieldReachedTwice { number } => write!(f, "field {number} is reached twice"),
            OddityKind::FieldUnreadable { number } => write!(f, "field in object {number} cannot be read"),
            OddityKind::HeaderLate => f.write_str("header is not at the start of the file"),
            OddityKind::HeaderVersion => f.write_str("header names no known version"),
            OddityKind::HybridUpdate => f.write_str("an update shows different objects to older and newer readers"),
            OddityKind::TwoPlaces { number } => write!(f, "object {number} has two places"),
            OddityKind::LengthMismatch { number } => write!(f, "stream {number} has another length than it says"),
            OddityKind::ObjectsOverlap => f.write_str("objects overlap"),
            OddityKind::ObjectUnreadable { number } => write!(f, "object {number} cannot be read"),
            OddityKind::PagesDiffer { page } => write!(f, "page {page} reads differently in a second program"),
            OddityKind::PagesUnreadable => f.write_str("page tree cannot be read"),
            OddityKind::PrevForward => f.write_str("cross-reference chain leads forward"),
            OddityKind::RevisionWithoutEnd => f.write_str("revision has no end marker"),
            OddityKind::SecondReaderDiffers { number } => {
                write!(f, "a second reader finds another signature in object {number}")
            }
            OddityKind::SecondReaderRefuses => f.write_str("a second reader does not read the file"),
            OddityKind::SignatureReplaced { number } => write!(f, "signature {number} was replaced after signing"),
            OddityKind::SignatureShared { number } => write!(f, "several fields share signature {number}"),
            OddityKind::SignatureWithoutField { number } => write!(f, "no field reaches signature {number}"),
            OddityKind::SizeTooSmall { number } => write!(f, "size of the trailer does not count object {number}"),
            OddityKind::StartxrefMismatch => f.write_str("startxref names another section"),
            OddityKind::TooMany => f.write_str("more oddities than are kept"),
            OddityKind::Unaccounted { start } => write!(f, "octets from {start} belong to no revision"),
            OddityKind::ValueUnreadable { number } => write!(f, "value of signature field {number} is no signature"),
        }?;
        write!(f, ", at octet {}", self.offset)
    }
}

/// Oddities up to a limit.
#[derive(Debug, Default)]
pub(super) struct Oddities(Vec<Oddity>);

/// Enough to explain any real file; a hostile one could name a million.
const KEPT: usize = 256;

impl Oddities {
    pub(super) fn add(&mut self, kind: OddityKind, offset: usize) {
        let offset = offset as u64;
        let kept = self.0.len();
        if kept < KEPT {
            self.0.push(Oddity { kind, offset });
            return;
        }
        // What is dropped might be the one after a signed range, so the place of the last one is kept.
        let offset = dropped_at(&kind, offset);
        match self.0.get_mut(KEPT) {
            Some(rest) => rest.offset = rest.offset.max(offset),
            None => self.0.push(Oddity { kind: OddityKind::TooMany, offset }),
        }
    }

    pub(super) fn has_unreadable(&self) -> bool {
        self.0.iter().any(|oddity| {
            matches!(
                oddity.kind,
                OddityKind::EntryMismatch { .. } | OddityKind::ObjectUnreadable { .. } | OddityKind::TooMany
            )
        })
    }

    /// Whether octets belong to several objects.
    pub(super) fn has_overlap(&self) -> bool {
        self.0.iter().any(|oddity| matches!(oddity.kind, OddityKind::ObjectsOverlap | OddityKind::TooMany))
    }

    pub(super) fn into_vec(self) -> Vec<Oddity> {
        self.0
    }
}

/// Where one that is dropped counts: those that are fatal wherever they are, after everything.
fn dropped_at(kind: &OddityKind, offset: u64) -> u64 {
    match kind {
        OddityKind::CertificationMisplaced { .. }
        | OddityKind::SignatureReplaced { .. }
        | OddityKind::SignatureShared { .. } => u64::MAX,
        _ => offset,
    }
}
