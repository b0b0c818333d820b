//! Reading the living directory, through a connection of its own that can neither write nor slow whoever does.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::super::sqlite::BUSY;
use super::error::DirectoryStoreError as Error;
use super::load::{load, revision};
use crate::digest::Sha256;
use crate::sender::Directory;
use crate::time::UnixTime;

// Read whole: ten years of daily imports are a few thousand rows.
const CHANGES: &str = "SELECT seq, idx, at, known_from, read_on, source, source_sha256, reason, digest, user, name
    FROM directory_changes ORDER BY seq";

/// The living directory, open for reading.
#[derive(Debug)]
pub struct DirectoryReader {
    connection: Connection,
    file: PathBuf,
}

/// One change set as it was recorded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Made {
    /// Its number, from 1.
    pub number: u64,
    /// Index of its entry in the log.
    pub index: u64,
    /// When it was recorded.
    pub at: UnixTime,
    /// From when on it counts.
    pub known_from: UnixTime,
    /// When the portal was read for it.
    pub read_on: Option<UnixTime>,
    /// Address or file that was read.
    pub source: String,
    /// Digest of what was read.
    pub source_sha256: Option<Sha256>,
    /// Why.
    pub reason: String,
    /// Digest of the directory after it.
    pub digest: String,
    /// Account of the operating system; `None` once it was erased.
    pub user: Option<String>,
    /// Name that the person gave; `None` once it was erased.
    pub name: Option<String>,
}

impl DirectoryReader {
    /// Opens what is there; `None` where there is no log.
    pub fn open(log_file: &Path) -> Result<Option<Self>, Error> {
        if !log_file.exists() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(log_file, flags).and_then(|connection| {
            connection.busy_timeout(BUSY)?;
            Ok(connection)
        });
        let connection = connection.map_err(|error| Error::sqlite(log_file, &error))?;
        Ok(Some(Self { connection, file: log_file.to_owned() }))
    }

    /// How many changes were recorded; 0 where there is no living directory.
    pub fn revision(&self) -> Result<u64, Error> {
        revision(&self.connection).map_err(|error| Error::sqlite(&self.file, &error))
    }

    /// The directory with all its history.
    pub fn read(&self) -> Result<Directory, Error> {
        Ok(load(&self.connection, &self.file)?.directory)
    }

    /// Every change set, from the first on: who, when, from what.
    pub fn changes(&self) -> Result<Vec<Made>, Error> {
        if self.revision()? == 0 {
            return Ok(Vec::new());
        }
        let read = || -> rusqlite::Result<Vec<Made>> {
            let mut query = self.connection.prepare(CHANGES)?;
            let rows = query.query_map([], |row| {
                let digest: Option<String> = row.get(6)?;
                Ok(Made {
                    number: row.get(0)?,
                    index: row.get(1)?,
                    at: UnixTime::from_seconds(row.get(2)?),
                    known_from: UnixTime::from_seconds(row.get(3)?),
                    read_on: row.get::<_, Option<i64>>(4)?.map(UnixTime::from_seconds),
                    source: row.get(5)?,
                    source_sha256: digest.as_deref().and_then(Sha256::from_hex),
                    reason: row.get(7)?,
                    digest: row.get(8)?,
                    user: row.get(9)?,
                    name: row.get(10)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|error| Error::sqlite(&self.file, &error))
    }
}
