//! Octets of a PDF into signed revisions: where each signature is, what exactly it covers, what was changed after it,
//! and what is odd about the structure (ISO 32000-2, 7.5 and 12.8).
//!
//! The reader is our own, because everything rests on positions: it follows the cross-reference chain of the whole
//! file, holds every object against its entry, and accounts for every octet. hayro-syntax reads form and pages a
//! second time as a check. Nothing here hashes, knows cryptography, or decides: what a finding means for a paper is the
//! policy's.
//!
//! From octets upwards: `lexer`, `value` (tokens, objects with positions); `filter`, `xref`, `chain` (sections,
//! revisions); `file` (objects on demand), `survey` (one pass over all); `field`, `signature`, `permission`; `geometry`,
//! `pages`, `page_box`; `change` (one revision against the one before); `ink`, `appearance` (what lies under a stamp);
//! `shadow`, `active`, `security_store`; `second`; `reading` (all of it, for the judge).

mod active;
mod appearance;
mod byte_range;
mod chain;
mod change;
mod contents;
mod fault;
mod field;
mod file;
mod filter;
mod geometry;
mod inherit;
mod ink;
mod lexer;
mod modification;
mod oddity;
mod page_box;
mod pages;
mod permission;
mod reading;
mod second;
mod security_store;
mod shadow;
mod signature;
mod span;
mod survey;
mod text;
mod unexplained;
mod value;
mod xref;

#[cfg(test)]
mod build;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
#[cfg(test)]
mod tests;

pub use active::{ActiveContent, ActiveKind};
pub use appearance::{Ground, Shown};
pub use byte_range::{ByteRange, ByteRangeError, Coverage};
pub use contents::{ContentsError, contents_octets, padding_is_zero, string_octets};
pub use fault::{Fault, Limit, ReadError};
pub use geometry::Rectangle;
pub use lexer::is_white;
pub use modification::{Change, ChangedField, Modification};
pub use oddity::{Oddity, OddityKind, Weight};
pub use permission::{Access, FieldLock, Permissions};
pub use reading::{Reading, Revision, XrefKind, read};
pub use security_store::{MAX_STORE, SecurityStore, Stored};
pub use shadow::{Shadow, ShadowKind};
pub use signature::{SignatureField, SignatureKind, SubFilter};
pub use span::Span;
pub use unexplained::{Seat, Unexplained, Why};
