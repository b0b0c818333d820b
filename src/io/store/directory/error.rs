//! Why the living directory cannot be read or changed.

use std::fmt;
use std::path::{Path, PathBuf};

use super::super::StoreError;
use crate::sender::directory::change::ChangeFault;
use crate::sender::directory::history::HistoryFault;

/// Why the living directory cannot be read or changed. Nothing of a change set was written.
#[derive(Debug)]
pub enum DirectoryStoreError {
    /// Others changed the directory again and again meanwhile.
    Busy(PathBuf),
    /// The changes cannot be made to this directory.
    Change(ChangeFault),
    /// What is recorded does not agree with itself.
    History(PathBuf, HistoryFault),
    /// The numbers of the recorded changes have a gap, or a digest is none.
    Numbering(PathBuf),
    /// The system gives no random octets.
    Randomness,
    /// SQLite's own words: disk full, read-only, locked.
    Sqlite(PathBuf, String),
    /// The log's file cannot be opened.
    Store(StoreError),
}

impl DirectoryStoreError {
    pub(super) fn sqlite(file: &Path, error: &rusqlite::Error) -> Self {
        Self::Sqlite(file.to_owned(), error.to_string())
    }
}

impl From<StoreError> for DirectoryStoreError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for DirectoryStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy(file) => write!(f, "the directory in {} is being changed by others", file.display()),
            Self::Change(fault) => write!(f, "{fault}"),
            Self::History(file, fault) => write!(f, "the directory in {}: {fault}", file.display()),
            Self::Numbering(file) => {
                write!(f, "the directory in {}: the recorded changes are not in one row", file.display())
            }
            Self::Randomness => f.write_str("the system gives no random octets"),
            Self::Sqlite(file, words) => write!(f, "the directory in {}: {words}", file.display()),
            Self::Store(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for DirectoryStoreError {}
