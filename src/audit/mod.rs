//! The log as values: what an entry holds, in which octets, and the receipt that a durable append gives.
//!
//! Not here: where entries are kept (`io::store`). Standards: RFC 8785 (canonical JSON).

mod directory;
mod entry;
mod receipt;

pub use directory::{By, DirectoryChange};
pub use entry::{Circumstances, Entry, Rulings};
pub use receipt::{Receipt, look_up_code};
