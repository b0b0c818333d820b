//! dieu7 ("Điều 7"): a mail gateway that decides by Article 7.2 of Decision 12/2013/QĐ-UBND whether the documents
//! of a message are legally equivalent to paper, stamps the message, and keeps a log that auditors can verify.
//!
//! A message goes through six stages, each a function from what earlier stages made to one new value:
//!
//! ```text
//! octets --receive--> Message --examine--> Dossier --gather--> Evidence --judge--> Judgement --record--> Receipt --stamp--> headers
//!           io          pure                 io                  pure                 io            pure, then io
//! ```
//!
//! The modules in dependency order, lowest first; each line can be understood with only the lines above it:
//!
//! - [`budget`], [`digest`], [`time`], [`asn1`], [`algorithm`]: limits, digests, moments, DER values, algorithms
//! - [`message`], [`pdf`], [`x509`], [`cms`], [`evidence`]: octets into values
//! - [`signature`], [`sender`]: what one signature proves; who sent the message
//! - [`dossier`]: everything that a message claims
//! - [`policy`]: what the law asks, and the verdict
//! - [`audit`], [`report`]: the log's entries and receipts; a judgement in words
//! - [`stamp`], [`milter`]: header fields; the protocol that Postfix speaks
//! - [`gateway`]: one message through the six stages
//! - [`io`], [`settings`]: everything that waits; what the operator wrote
//!
//! Everything outside [`io`], [`gateway`] and the command line is plain synchronous Rust: no socket, no file, no
//! clock, no randomness. `tests/it/layers.rs` holds the modules to this order.

pub mod algorithm;
pub mod asn1;
pub mod audit;
pub mod budget;
pub mod cms;
pub mod digest;
pub mod dossier;
pub mod evidence;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod gateway;
pub mod io;
pub mod message;
pub mod milter;
pub mod pdf;
pub mod policy;
pub mod report;
pub mod sender;
pub mod settings;
pub mod signature;
pub mod stamp;
pub mod time;
pub mod x509;
