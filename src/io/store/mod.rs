//! Where the log is kept, and the directory beside it. One embedded SQLite file by default.

pub mod directory;
pub mod query;
pub mod sqlite;

pub use sqlite::{SqliteStore, StoreError};
