//! The living directory, kept in the log's file: every change of it in one transaction with its entry in the log, so that
//! there is never the one without the other.
//!
//! Rows are only added. What a version of a listing said stays, and so does when it became known and when it ceased to
//! be: any state can be made again ([`crate::sender::directory::history`]).

mod error;
mod load;
mod reader;
mod watch;

use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom as _, SystemRandom};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::sqlite::{NEXT_INDEX, insert, prepare};
pub use crate::audit::By;
use crate::audit::{DirectoryChange, Entry};
use crate::sender::Directory;
use crate::sender::directory::change::{ChangeSet, Plan};
use crate::time::UnixTime;
pub use error::DirectoryStoreError;
use error::DirectoryStoreError as Error;
use load::{Loaded, load, revision};
pub use reader::{DirectoryReader, Made};
pub use watch::Watch;

/// `directory_changes.known_from` is when a change counts. A version of a listing is known from when the change that
/// opened it counts until the one counts that closed it. `user`, `name` and `salt` may be erased; nothing else changes.
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS directory_changes (
    seq INTEGER PRIMARY KEY,
    idx INTEGER NOT NULL UNIQUE REFERENCES entries (idx),
    at INTEGER NOT NULL,
    known_from INTEGER NOT NULL,
    read_on INTEGER,
    source TEXT NOT NULL,
    source_sha256 TEXT,
    reason TEXT NOT NULL,
    digest TEXT NOT NULL,
    user TEXT,
    name TEXT,
    salt BLOB
) STRICT;
CREATE TABLE IF NOT EXISTS directory_listings (
    id INTEGER PRIMARY KEY,
    change INTEGER NOT NULL REFERENCES directory_changes (seq),
    body TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS directory_closings (
    listing INTEGER PRIMARY KEY REFERENCES directory_listings (id),
    change INTEGER NOT NULL REFERENCES directory_changes (seq)
) STRICT;
CREATE TRIGGER IF NOT EXISTS directory_changes_stay BEFORE DELETE ON directory_changes
    BEGIN SELECT raise(ABORT, 'the history of the directory is never deleted'); END;
CREATE TRIGGER IF NOT EXISTS directory_listings_stay BEFORE DELETE ON directory_listings
    BEGIN SELECT raise(ABORT, 'the history of the directory is never deleted'); END;
CREATE TRIGGER IF NOT EXISTS directory_closings_stay BEFORE DELETE ON directory_closings
    BEGIN SELECT raise(ABORT, 'the history of the directory is never deleted'); END;
CREATE TRIGGER IF NOT EXISTS directory_changes_are_final
    BEFORE UPDATE OF seq, idx, at, known_from, read_on, source, source_sha256, reason, digest ON directory_changes
    BEGIN SELECT raise(ABORT, 'the history of the directory is never changed'); END;
CREATE TRIGGER IF NOT EXISTS directory_listings_are_final BEFORE UPDATE ON directory_listings
    BEGIN SELECT raise(ABORT, 'the history of the directory is never changed'); END;
CREATE TRIGGER IF NOT EXISTS directory_closings_are_final BEFORE UPDATE ON directory_closings
    BEGIN SELECT raise(ABORT, 'the history of the directory is never changed'); END;
";
const INSERT_CHANGE: &str = "INSERT INTO directory_changes
    (seq, idx, at, known_from, read_on, source, source_sha256, reason, digest, user, name, salt)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const INSERT_LISTING: &str = "INSERT INTO directory_listings (id, change, body) VALUES (?1, ?2, ?3)";
const INSERT_CLOSING: &str = "INSERT INTO directory_closings (listing, change) VALUES (?1, ?2)";
const NEXT_LISTING: &str = "SELECT coalesce(max(id) + 1, 0) FROM directory_listings";

/// So many seconds after it is recorded a change counts. Every gateway beside the store has read it by then
/// ([`Watch`]), so that all mail received from then on is judged by it and none from before, and a verdict comes out
/// the same when it is asked for again.
pub const LEAD: i64 = 5;
/// How often a change set is worked out anew because somebody else changed the directory meanwhile.
const ATTEMPTS: u32 = 5;

/// The living directory, open for changes.
#[derive(Debug)]
pub struct DirectoryStore {
    connection: Connection,
    file: PathBuf,
    site: String,
}

/// A change set that is on disk.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Applied {
    /// Index of its entry in the log.
    pub index: u64,
    /// The entry's look-up code.
    pub id: String,
    /// From when on it counts.
    pub known_from: UnixTime,
    /// Listings that are new.
    pub added: usize,
    /// Listings that say something else now.
    pub changed: usize,
    /// Listings that ended or were retracted.
    pub closed: usize,
}

impl DirectoryStore {
    /// Opens the directory in the log's file; both are made where they are not there. `site` is the first part of each
    /// look-up code.
    pub fn open(log_file: &Path, site: &str) -> Result<Self, Error> {
        let connection = prepare(log_file)?;
        Ok(Self { connection, file: log_file.to_owned(), site: site.to_owned() })
    }

    /// The directory with all its history; without listings where nothing was recorded yet.
    pub fn read(&self) -> Result<Directory, Error> {
        Ok(load(&self.connection, &self.file)?.directory)
    }

    /// Makes all of the changes, or none, and writes the entry. `now` is the time at which it is recorded; it counts
    /// [`LEAD`] seconds later.
    pub fn apply(&self, set: &ChangeSet, by: &By, now: UnixTime) -> Result<Applied, Error> {
        let known_from = now.plus(LEAD);
        for _ in 0..ATTEMPTS {
            // Worked out before the lock is taken: mail waits for whoever holds it.
            let loaded = load(&self.connection, &self.file)?;
            let plan = loaded.directory.plan(set, known_from).map_err(Error::Change)?;
            if let Some(applied) = self.write(&loaded, &plan, set, by, now)? {
                return Ok(applied);
            }
        }
        Err(Error::Busy(self.file.clone()))
    }

    /// Writes a plan down; `None` where the directory that it was made for is no longer the newest.
    fn write(
        &self,
        loaded: &Loaded,
        plan: &Plan,
        set: &ChangeSet,
        by: &By,
        now: UnixTime,
    ) -> Result<Option<Applied>, Error> {
        let fail = |error: rusqlite::Error| Error::sqlite(&self.file, &error);
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(fail)?;
        if revision(&transaction).map_err(fail)? != loaded.directory.revision() {
            return Ok(None);
        }
        let number = loaded.directory.revision() + 1;
        let mut salt = [0; 16];
        SystemRandom::new().fill(&mut salt).map_err(|_| Error::Randomness)?;
        let entry = Entry::directory(&DirectoryChange {
            at: now,
            known_from: plan.link.known_from,
            number,
            by,
            salt: &salt,
            set,
            counts: plan.counts,
            before: loaded.directory.digest(),
            after: plan.link.digest,
        });
        let written = || -> rusqlite::Result<_> {
            let index: u64 = transaction.query_row(NEXT_INDEX, [], |row| row.get(0))?;
            let receipt = insert(&transaction, &entry, &self.site, index)?;
            transaction.execute(
                INSERT_CHANGE,
                params![
                    number,
                    index,
                    now.seconds(),
                    plan.link.known_from.seconds(),
                    plan.link.read_on.map(UnixTime::seconds),
                    by.source,
                    by.sha256.map(|digest| digest.to_string()),
                    by.reason,
                    plan.link.digest.to_string(),
                    by.user,
                    by.name,
                    salt,
                ],
            )?;
            let first: i64 = transaction.query_row(NEXT_LISTING, [], |row| row.get(0))?;
            let mut listing = transaction.prepare(INSERT_LISTING)?;
            for (id, opened) in (first..).zip(&plan.opened) {
                listing.execute(params![id, number, opened.write()])?;
            }
            let mut closing = transaction.prepare(INSERT_CLOSING)?;
            for id in plan.closed.iter().filter_map(|place| loaded.ids.get(*place)) {
                closing.execute(params![id, number])?;
            }
            Ok(receipt)
        };
        let receipt = written().map_err(fail)?;
        transaction.commit().map_err(fail)?;
        Ok(Some(Applied {
            index: receipt.index(),
            id: receipt.id().to_owned(),
            known_from: plan.link.known_from,
            added: plan.counts.added,
            changed: plan.counts.changed,
            closed: plan.counts.closed,
        }))
    }
}

/// The living directory of this log; `None` where nothing was ever recorded.
pub fn living(log_file: &Path) -> Result<Option<Directory>, Error> {
    let Some(reader) = DirectoryReader::open(log_file)? else { return Ok(None) };
    Ok(Some(reader.read()?).filter(|directory| directory.revision() > 0))
}

#[cfg(test)]
mod tests;
