//! Where the log is kept. One embedded SQLite file by default.

pub mod query;
pub mod sqlite;

pub use sqlite::{SqliteStore, StoreError};
