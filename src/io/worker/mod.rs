//! The boundary behind which attachments are read, and behind which is judged.
//!
//! For now both run in this process, on threads apart from those that wait; but what the reader found already
//! crosses in its versioned encoding, as it will from a process of its own, and the octets of documents go beside it.

mod in_process;
mod wire;

pub use in_process::InProcess;
