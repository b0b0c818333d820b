//! Notices that the living directory was changed by another process.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{DirectoryReader, DirectoryStoreError};
use crate::sender::Directory;

/// The directory of one log, and which change was seen last.
#[derive(Debug)]
pub struct Watch {
    file: PathBuf,
    reader: Option<DirectoryReader>,
    seen: u64,
}

impl Watch {
    /// How often to look. With the time that a large directory takes to be read this stays below [`super::LEAD`].
    pub const EVERY: Duration = Duration::from_millis(500);

    /// Begins with nothing seen, so that the first look gives what is there.
    #[must_use]
    pub fn new(log_file: &Path) -> Self {
        Self { file: log_file.to_owned(), reader: None, seen: 0 }
    }

    /// The directory, when it is another than at the last look.
    pub fn look(&mut self) -> Result<Option<Directory>, DirectoryStoreError> {
        if self.reader.is_none() {
            self.reader = DirectoryReader::open(&self.file)?;
        }
        let Some(reader) = &self.reader else { return Ok(None) };
        if reader.revision()? == self.seen {
            return Ok(None);
        }
        let loaded = reader.load()?;
        self.seen = loaded.revision;
        Ok(Some(loaded.directory))
    }
}
