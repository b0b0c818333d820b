//! The report of one judged input: what it means and what a clerk does now, then everything that stands behind it.
//!
//! [`Report::new`] puts a judgement and the facts that it rests on into sentences of one language, in the order in which
//! they are read; the writers [`Report::text`] and [`html::page`] only lay them out. [`json::report`] is for programs.
//! Whatever the log's pages show of a document comes from here too, so that everybody reads the same words.
//!
//! Nothing here decides: conditions, conclusions and reasons are those of `policy` and `signature`. Times, names and
//! indications are shown as Circular 15/2025/TT-BKHCN, appendix II, asks of checking software.

mod advice;
mod binding;
mod bottom;
mod certificate;
mod compose;
mod document;
pub mod evidence;
mod failure;
pub mod html;
mod indication;
pub mod json;
mod lang;
mod model;
mod outside;
mod proven;
mod revision;
mod revoked;
mod said;
mod sender;
mod signature;
mod structure;
mod text;
mod unexplained;
mod words;

pub use advice::advice;
pub use bottom::{Bottom, Subject};
pub use compose::Judged;
pub use lang::{Lang, Words};
pub use model::{Block, Line, Mark, Report, Row, Section, Table};
pub use revoked::reason as revocation_reason;
pub use said::{Piece, Said};
