//! Octets of a PDF into signed revisions: where each signature is, what exactly it covers, what was changed after it,
//! and what is odd about the structure (ISO 32000-2, 7.5 and 12.8).
//!
//! The reader is our own, because everything rests on positions: it follows the cross-reference chain of the whole
//! file, holds every object against its entry, and accounts for every octet. lopdf, strict, walks the form a second time
//! as a check. Nothing here hashes, knows cryptography, or decides: what a finding means for a paper is the policy's.
//!
//! From octets upwards: `lexer`, `value` (tokens, objects with positions); `filter`, `xref`, `chain` (sections,
//! revisions); `file` (objects on demand), `survey` (one pass over all); `field`, `signature`, `change`
//! (one revision against the one before), `reading`.

mod active;
mod byte_range;
mod chain;
mod change;
mod contents;
mod fault;
mod field;
mod file;
mod filter;
mod lexer;
mod modification;
mod oddity;
mod reading;
mod second;
mod signature;
mod span;
mod survey;
mod text;
mod value;
mod xref;

#[cfg(test)]
mod build;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
#[cfg(test)]
mod tests;

pub use active::{ActiveContent, ActiveKind};
pub use byte_range::{ByteRange, ByteRangeError, Coverage};
pub use contents::{ContentsError, contents_octets, padding_is_zero};
pub use fault::{Fault, Limit, ReadError};
pub use modification::{Change, Modification, Unexplained, Why};
pub use oddity::{Oddity, OddityKind, Weight};
pub use reading::{Reading, Revision, XrefKind, read};
pub use signature::{Rectangle, SignatureField, SignatureKind, SubFilter};
pub use span::Span;
