//! Where the log is kept, and the directory beside it. One embedded SQLite file by default.

pub mod directory;
pub mod query;
mod remembering;
mod signatures;
pub mod sqlite;

pub use remembering::Remembering;
pub use sqlite::{SqliteStore, StoreError};
