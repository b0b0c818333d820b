//! Where the log is kept. One embedded SQLite file by default.

pub mod query;
mod remembering;
mod signatures;
pub mod sqlite;

pub use remembering::Remembering;
pub use sqlite::{SqliteStore, StoreError};
