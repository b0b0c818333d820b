//! Everything that waits: sockets, files, the log, the clock, and the boundary behind which attachments are read.
//!
//! Every wait has a deadline and every read a size cap.

pub mod bundle;
pub mod cache;
pub mod clock;
pub mod evidence_keeper;
pub mod evidence_store;
pub mod fetch;
pub mod files;
pub mod gather;
pub mod milter;
pub mod pieces;
pub mod reception;
mod regular;
pub mod resolve;
pub mod samples;
pub mod sources;
pub mod store;
pub mod trust_folder;
pub mod worker;
