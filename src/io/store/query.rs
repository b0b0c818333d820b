//! Reading the log, through a connection of its own that can neither write nor slow the writer.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use crate::time::UnixTime;

const COLUMNS: &str = "idx, id, at, verdict, queue_id, message_id, mailbox, message, leaf, report";

/// One entry as it is listed and shown.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// Index in the log, from 0.
    pub index: u64,
    /// Look-up code.
    pub id: String,
    /// What it is about: `message`, or `directory`, a change of the directory.
    pub kind: String,
    /// When the message was received, or the change recorded.
    pub at: UnixTime,
    /// Verdict token; empty where it is about no message.
    pub verdict: String,
    /// Postfix's queue id.
    pub queue_id: String,
    /// Message-ID.
    pub message_id: String,
    /// From mailbox.
    pub mailbox: String,
    /// Digest of the message.
    pub message: String,
    /// The leaf's octets.
    #[serde(skip)]
    pub leaf: Vec<u8>,
    /// The report's octets.
    #[serde(skip)]
    pub report: Vec<u8>,
}

/// The log, open for reading.
#[derive(Debug)]
pub struct LogReader {
    connection: Connection,
}

impl LogReader {
    /// Opens an existing log.
    pub fn open(file: &Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self { connection: Connection::open_with_flags(file, flags)? })
    }

    /// The newest entries, newest first; `before` continues a page at the index that ended the last one.
    pub fn newest(&self, before: Option<u64>, verdict: Option<&str>, most: u32) -> rusqlite::Result<Vec<Record>> {
        // Relies on the primary key; a verdict that is rare walks further down it.
        let query = format!(
            "SELECT {COLUMNS} FROM entries
             WHERE idx < ?1 AND (?2 IS NULL OR verdict = ?2) ORDER BY idx DESC LIMIT ?3"
        );
        let before = before.and_then(|index| i64::try_from(index).ok()).unwrap_or(i64::MAX);
        self.connection.prepare(&query)?.query_map(params![before, verdict, most], record)?.collect()
    }

    /// The entry with this look-up code, index or queue id; the newest when several have it.
    pub fn find(&self, key: &str) -> rusqlite::Result<Option<Record>> {
        // Relies on the unique index of `id`, the primary key, and `entries_queue_id`.
        let query = format!(
            "SELECT {COLUMNS} FROM entries WHERE id = ?1 OR idx = ?2 OR (queue_id = ?1 AND queue_id <> '')
             ORDER BY idx DESC LIMIT 1"
        );
        let index = key.parse::<i64>().unwrap_or(-1);
        self.connection.query_row(&query, params![key, index], record).optional()
    }

    /// How many entries there are.
    pub fn count(&self) -> rusqlite::Result<u64> {
        self.connection.query_row("SELECT count(*) FROM entries", [], |row| row.get(0))
    }
}

/// The part of a leaf that tells what it is about.
#[derive(Default, Deserialize)]
struct About {
    #[serde(default)]
    kind: String,
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let leaf: Vec<u8> = row.get(8)?;
    let about: About = serde_json::from_slice(&leaf).unwrap_or_default();
    Ok(Record {
        index: row.get(0)?,
        id: row.get(1)?,
        kind: about.kind,
        at: UnixTime::from_seconds(row.get(2)?),
        verdict: row.get(3)?,
        queue_id: row.get(4)?,
        message_id: row.get(5)?,
        mailbox: row.get(6)?,
        message: row.get(7)?,
        leaf,
        report: row.get(9)?,
    })
}
