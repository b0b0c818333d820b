//! Notices that the living directory was changed by another process.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{DirectoryReader, DirectoryStoreError};
use crate::sender::Directory;

/// Looks that are left out after one that failed: half a minute, so that a file in trouble is neither read nor
/// complained of twice a second.
const REST: u32 = 60;

/// The directory of one log, and which change was seen last.
#[derive(Debug)]
pub struct Watch {
    file: PathBuf,
    reader: Option<DirectoryReader>,
    seen: u64,
    rest: u32,
}

impl Watch {
    /// How often to look. With the second that 100,000 versions take to be read (`tests/bench/directory.rs`) this stays
    /// well below [`super::LEAD`].
    pub const EVERY: Duration = Duration::from_millis(500);

    /// Begins with the directory of this [`Directory::revision`].
    #[must_use]
    pub fn new(log_file: &Path, seen: u64) -> Self {
        Self { file: log_file.to_owned(), reader: None, seen, rest: 0 }
    }

    /// The directory, when it is another than the one seen last.
    pub fn look(&mut self) -> Result<Option<Directory>, DirectoryStoreError> {
        if let Some(left) = self.rest.checked_sub(1) {
            self.rest = left;
            return Ok(None);
        }
        let found = self.read();
        if found.is_err() {
            self.rest = REST;
            // A log that was put in place of another is opened anew.
            self.reader = None;
        }
        found
    }

    fn read(&mut self) -> Result<Option<Directory>, DirectoryStoreError> {
        if self.reader.is_none() {
            self.reader = DirectoryReader::open(&self.file)?;
        }
        let Some(reader) = &self.reader else { return Ok(None) };
        if reader.revision()? == self.seen {
            return Ok(None);
        }
        let directory = reader.read()?;
        self.seen = directory.revision();
        Ok(Some(directory))
    }
}
