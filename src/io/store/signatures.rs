//! The DKIM signatures of messages in the log, by which one that comes again is known.

use rusqlite::{Transaction, params};

use crate::digest::Sha256;

/// Added with shape 2 of the file; entries from before have none.
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS signatures (
    sha256 TEXT NOT NULL,
    idx INTEGER NOT NULL REFERENCES entries (idx),
    PRIMARY KEY (sha256, idx)
) STRICT, WITHOUT ROWID;
";

/// Relies on the primary keys of both tables.
pub(super) const ENTRIES: &str = "SELECT entries.idx, entries.queue_id, entries.at
    FROM signatures JOIN entries ON entries.idx = signatures.idx
    WHERE signatures.sha256 = ?1 ORDER BY signatures.idx LIMIT ?2";

const INSERT: &str = "INSERT OR IGNORE INTO signatures (sha256, idx) VALUES (?1, ?2)";

pub(super) fn insert(transaction: &Transaction<'_>, index: u64, signatures: &[Sha256]) -> rusqlite::Result<()> {
    let mut signature = transaction.prepare_cached(INSERT)?;
    for sha256 in signatures {
        signature.execute(params![sha256.to_string(), index])?;
    }
    Ok(())
}
