//! Reading the directory's tables.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::DirectoryStoreError as Error;
use crate::digest::Sha256;
use crate::sender::Directory;
use crate::sender::directory::history::{Recorded, Version};
use crate::time::UnixTime;

const HAS_TABLES: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'directory_changes'";
// Relies on the primary key: this is asked twice a second.
const REVISION: &str = "SELECT coalesce(max(seq), 0) FROM directory_changes";
const CHANGES: &str = "SELECT seq, known_from, read_on, digest FROM directory_changes ORDER BY seq";
const LISTINGS: &str = "SELECT listing.id, listing.change, closing.change, listing.body
    FROM directory_listings listing LEFT JOIN directory_closings closing ON closing.listing = listing.id
    ORDER BY listing.id";

/// The directory as it was at one moment.
pub(super) struct Loaded {
    pub directory: Directory,
    /// For each of [`Directory::listings`] its row.
    pub ids: Vec<i64>,
}

/// Number of the newest change; 0 where there is none, also in the file of a program that knew no directory.
pub(super) fn revision(connection: &Connection) -> rusqlite::Result<u64> {
    let tables: u64 = connection.prepare_cached(HAS_TABLES)?.query_row([], |row| row.get(0))?;
    if tables == 0 {
        return Ok(0);
    }
    connection.prepare_cached(REVISION)?.query_row([], |row| row.get(0))
}

pub(super) fn load(connection: &Connection, file: &Path) -> Result<Loaded, Error> {
    let fail = |error: rusqlite::Error| Error::sqlite(file, &error);
    // One view of all tables, whoever writes meanwhile.
    let view = Transaction::new_unchecked(connection, TransactionBehavior::Deferred).map_err(fail)?;
    if revision(&view).map_err(fail)? == 0 {
        return Ok(Loaded { directory: Directory::default(), ids: Vec::new() });
    }
    let changes = changes(&view).map_err(fail)?;
    let changes: Option<Vec<Recorded>> = changes.into_iter().zip(1..).map(|(change, n)| change.numbered(n)).collect();
    let changes = changes.ok_or_else(|| Error::Numbering(file.to_owned()))?;
    let rows = rows(&view).map_err(fail)?;
    let place = |number: i64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let versions: Vec<Version<'_>> = rows
        .iter()
        .map(|row| Version { opened: place(row.opened), closed: row.closed.map(place), text: &row.body })
        .collect();
    let read = Directory::read(changes, &versions);
    let (directory, places) = read.map_err(|fault| Error::History(file.to_owned(), fault))?;
    let ids = places.into_iter().filter_map(|place| rows.get(place)).map(|row| row.id).collect();
    Ok(Loaded { directory, ids })
}

struct ChangeRow {
    number: i64,
    known_from: i64,
    read_on: Option<i64>,
    digest: String,
}

impl ChangeRow {
    /// As a record, when it is the `n`-th.
    fn numbered(self, n: i64) -> Option<Recorded> {
        let digest = Sha256::from_hex(&self.digest).filter(|_| self.number == n)?;
        Some(Recorded {
            known_from: UnixTime::from_seconds(self.known_from),
            read_on: self.read_on.map(UnixTime::from_seconds),
            digest,
        })
    }
}

fn changes(view: &Connection) -> rusqlite::Result<Vec<ChangeRow>> {
    let mut query = view.prepare(CHANGES)?;
    let rows = query.query_map([], |row| {
        Ok(ChangeRow { number: row.get(0)?, known_from: row.get(1)?, read_on: row.get(2)?, digest: row.get(3)? })
    })?;
    rows.collect()
}

struct ListingRow {
    id: i64,
    opened: i64,
    closed: Option<i64>,
    body: String,
}

fn rows(view: &Connection) -> rusqlite::Result<Vec<ListingRow>> {
    let mut query = view.prepare(LISTINGS)?;
    let rows = query.query_map([], |row| {
        Ok(ListingRow { id: row.get(0)?, opened: row.get(1)?, closed: row.get(2)?, body: row.get(3)? })
    })?;
    rows.collect()
}
