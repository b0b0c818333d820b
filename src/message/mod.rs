//! The octets of an e-mail, as values: envelope, header fields, strict From, MIME leaves, stamps already there.
//!
//! Not here: who the sender is (`sender`), what a document is worth (`pdf`, `signature`).
//! Standards: RFC 5321, 5322, 2045-2049, 2231, 6532.

pub mod envelope;
mod raw;

pub use envelope::Envelope;
pub use raw::{Header, Message};
