//! Everything that waits: sockets, files, the log, the clock, and the boundary behind which attachments are read.
//!
//! Every wait has a deadline and every read a size cap.

pub mod cache;
pub mod clock;
pub mod fetch;
pub mod files;
pub mod gather;
pub mod milter;
pub mod reception;
pub mod samples;
pub mod sources;
pub mod store;
pub mod worker;
