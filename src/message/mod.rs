//! The octets of an e-mail, as values: envelope, header fields, strict From, MIME leaves, stamps already there.
//!
//! Not here: who the sender is (`sender`), what a document is worth (`pdf`, `signature`).
//! Standards: RFC 5321, 5322, 2045-2049, 2231, 6532.

mod archive;
pub mod attachment;
mod body;
pub mod charset;
pub mod claims;
mod delimiter;
mod entity;
pub mod envelope;
pub mod from;
pub mod kind;
pub mod legacy;
pub mod mailbox;
pub mod name;
pub mod parameters;
mod raw;
pub mod secret;
pub mod signed;
pub mod source;
pub mod stamps;
mod syllable;
pub mod transfer;
pub mod walk;
pub mod words;
mod zip;

pub use attachment::{Ambiguity, Attachment, Role};
pub use charset::{ForeignText, TextPlace};
pub use claims::Claims;
pub use envelope::Envelope;
pub use from::FromFault;
pub use kind::FileKind;
pub use mailbox::Mailbox;
pub use name::FileName;
pub use raw::{Header, Layout, Message};
pub use signed::SignedMail;
pub use source::{Extractor, Source};
pub use walk::{Walk, walk, walk_past_pdfs};
