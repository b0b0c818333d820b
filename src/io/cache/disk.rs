//! The cache's file: SQLite, written behind by one thread. Nothing waits for it.

use std::fmt;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Row, params};

use crate::digest::{Digested, Sha256};
use crate::io::fetch::Validators;
use crate::time::UnixTime;
use crate::x509::Name;

use super::dates::Dates;
use super::record::{Inquiry, Record};

/// `sha256` finds octets that the disk has changed.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS answers (
    id BLOB PRIMARY KEY,
    address TEXT NOT NULL,
    issuer BLOB NOT NULL,
    key BLOB NOT NULL,
    serial BLOB,
    octets BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    taken INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    again INTEGER NOT NULL,
    used INTEGER NOT NULL,
    this_update INTEGER NOT NULL,
    next_update INTEGER,
    number BLOB,
    tag TEXT,
    modified TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failures (
    address TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    failure TEXT NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 1;
";
/// Without the octets: to be sorted, rows are held in memory.
const SIZES: &str = "SELECT id, length(octets) FROM answers ORDER BY used DESC";
const LOAD: &str = "SELECT address, issuer, key, serial, octets, sha256, taken, asked, again, used, this_update,
    next_update, number, tag, modified FROM answers WHERE id = ?1";
const KEEP: &str = "INSERT OR REPLACE INTO answers (id, address, issuer, key, serial, octets, sha256, taken, asked,
    again, used, this_update, next_update, number, tag, modified)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
const CONFIRM: &str = "UPDATE answers SET asked = ?2, again = ?3, used = ?4 WHERE id = ?1";
const FORGET: &str = "DELETE FROM answers WHERE id = ?1";
const FAILED: &str = "INSERT OR REPLACE INTO failures (address, at, failure) VALUES (?1, ?2, ?3)";
const FEW_FAILURES: &str = "DELETE FROM failures WHERE address NOT IN
    (SELECT address FROM failures ORDER BY at DESC LIMIT 1000)";
const ANSWERED: &str = "DELETE FROM failures WHERE address = ?1";
const LIST: &str = "SELECT address, issuer, length(octets), taken, this_update, next_update, number FROM answers
    WHERE serial IS NULL ORDER BY address";
const LISTS: &str = "SELECT octets, sha256 FROM answers WHERE serial IS NULL ORDER BY address";
const LIST_FAILURES: &str = "SELECT address, at, failure FROM failures ORDER BY at DESC";

/// Writes that may wait; what comes on top is not kept over a restart.
const QUEUE: usize = 256;
/// How long another process may hold the file.
const BUSY: Duration = Duration::from_secs(5);
/// A disk that stays full is said once in so long.
const SAY_AGAIN: Duration = Duration::from_mins(5);
/// Shape of the file that this program writes.
const SCHEMA_VERSION: i64 = 1;

/// A list in the cache, for `doctor`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listed {
    /// Where it was fetched.
    pub address: String,
    /// Whose it is.
    pub issuer: Option<Name>,
    /// How large it is.
    pub octets: usize,
    /// When it was fetched.
    pub taken: UnixTime,
    /// Its dates and number.
    pub dates: Dates,
}

/// An address that failed last, for `doctor`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failed {
    /// The address.
    pub address: String,
    /// When.
    pub at: UnixTime,
    /// Why.
    pub failure: String,
}

/// Why a file keeps no cache.
#[derive(Debug)]
pub enum CacheError {
    /// Its folder, or the thread that writes.
    Io(std::io::Error),
    /// A newer program wrote it.
    Newer(i64),
    /// SQLite.
    Sqlite(rusqlite::Error),
}

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::Newer(version) => write!(f, "a newer dieu7 wrote it (shape {version})"),
            Self::Sqlite(error) => write!(f, "{error}"),
        }
    }
}

impl From<std::io::Error> for CacheError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<rusqlite::Error> for CacheError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

enum Job {
    Answered(String),
    Confirm(Sha256, UnixTime, UnixTime, UnixTime),
    Failed(Failed),
    Forget(Sha256),
    Keep(Box<(Inquiry, Record)>),
    Stop,
}

/// The writer's end. Clones share one writer.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    jobs: SyncSender<Job>,
}

type Opened = (Disk, Vec<(Inquiry, Record)>, JoinHandle<()>);

impl Disk {
    /// Opens or makes the file and reads what it has. One that is no database is made anew: it is only a cache.
    pub(super) fn open(file: &Path, limit: usize) -> Result<Opened, CacheError> {
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::DirBuilder::new().recursive(true).mode(0o750).create(folder)?;
        }
        let (connection, records) = match read(file, limit) {
            Err(CacheError::Sqlite(error)) if is_broken(&error) => {
                tracing::warn!(file = %file.display(), %error, "the cache of revocation data is broken, and made anew");
                remove(file);
                read(file, limit)?
            }
            other => other?,
        };
        let (jobs, waiting) = sync_channel(QUEUE);
        let writer = std::thread::Builder::new().name("cache-writer".to_owned());
        let writer = writer.spawn(move || write(&connection, &waiting))?;
        Ok((Self { jobs }, records, writer))
    }

    pub(super) fn keep(&self, inquiry: Inquiry, record: Record) {
        self.send(Job::Keep(Box::new((inquiry, record))));
    }

    pub(super) fn confirm(&self, inquiry: &Inquiry, record: &Record) {
        self.send(Job::Confirm(inquiry.digest(), record.asked, record.again, record.used));
    }

    pub(super) fn forget(&self, inquiry: &Inquiry) {
        self.send(Job::Forget(inquiry.digest()));
    }

    pub(super) fn failed(&self, address: &str, at: UnixTime, failure: &str) {
        self.send(Job::Failed(Failed { address: address.to_owned(), at, failure: failure.to_owned() }));
    }

    pub(super) fn answered(&self, address: &str) {
        self.send(Job::Answered(address.to_owned()));
    }

    /// Ends the writer after what waits already.
    pub(super) fn stop(&self) {
        // Not `try_send`: a stop that is lost would be waited for. The writer takes what is in the queue, however slow.
        let _ = self.jobs.send(Job::Stop);
    }

    fn send(&self, job: Job) {
        match self.jobs.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => tracing::warn!("the disk of the cache is slow; one write is left out"),
            Err(TrySendError::Disconnected(_)) => tracing::warn!("the writer of the cache has died"),
        }
    }
}

fn read(file: &Path, limit: usize) -> Result<(Connection, Vec<(Inquiry, Record)>), CacheError> {
    // Made by ourselves, because SQLite would let others read it.
    std::fs::OpenOptions::new().append(true).create(true).mode(0o640).open(file)?;
    let connection = Connection::open(file)?;
    connection.busy_timeout(BUSY)?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version > SCHEMA_VERSION {
        return Err(CacheError::Newer(version));
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // The last writes may be lost with the power; the file stays whole. They are fetched again.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    let page: usize = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    // Rows that are let go leave holes, and what replaces one is written before that goes.
    let pages = limit.saturating_mul(2).checked_div(page).unwrap_or_default().max(1024);
    connection.pragma_update(None, "max_page_count", i64::try_from(pages).unwrap_or(i64::MAX))?;
    connection.execute_batch(SCHEMA)?;
    let records = load(&connection, limit)?;
    Ok((connection, records))
}

/// What was used last, up to `limit` octets, the oldest first. The rest is let go: the file may hold twice as much.
fn load(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<(Inquiry, Record)>> {
    let sizes = |row: &Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, usize>(1)?));
    let sizes = connection.prepare(SIZES)?.query_map([], sizes)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let (mut load, mut forget) = (connection.prepare(LOAD)?, connection.prepare(FORGET)?);
    let (mut room, mut records) = (limit, Vec::new());
    for (id, octets) in sizes {
        if let Some(left) = room.checked_sub(octets) {
            room = left;
            records.extend(load.query_row([&id], record)?);
        } else {
            room = 0;
            // On a full disk it may fail; there is a next start.
            let _ = forget.execute([&id]);
        }
    }
    records.reverse();
    Ok(records)
}

/// `None` when the disk changed the octets.
fn record(row: &Row<'_>) -> rusqlite::Result<Option<(Inquiry, Record)>> {
    let octets = Digested::from(row.get::<_, Vec<u8>>(4)?);
    if row.get::<_, Vec<u8>>(5)? != octets.sha256().as_bytes() {
        return Ok(None);
    }
    let time = |column| row.get::<_, i64>(column).map(UnixTime::from_seconds);
    let blob = |column| row.get::<_, Vec<u8>>(column).map(Arc::<[u8]>::from);
    let inquiry = Inquiry {
        address: row.get::<_, String>(0)?.into(),
        issuer: blob(1)?,
        key: blob(2)?,
        serial: row.get::<_, Option<Vec<u8>>>(3)?.map(Arc::from),
    };
    let record = Record {
        octets,
        taken: time(6)?,
        asked: time(7)?,
        again: time(8)?,
        used: time(9)?,
        dates: Some(Dates {
            this_update: time(10)?,
            next_update: row.get::<_, Option<i64>>(11)?.map(UnixTime::from_seconds),
            number: row.get(12)?,
        }),
        validators: Validators { tag: row.get(13)?, modified: row.get(14)? },
    };
    Ok(Some((inquiry, record)))
}

fn is_broken(error: &rusqlite::Error) -> bool {
    match error {
        rusqlite::Error::SqliteFailure(..) => {
            matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown)
            )
        }
        // Columns of other types: not the shape that this program writes.
        _ => true,
    }
}

fn remove(file: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        // What is not there need not be removed; what stays makes the next opening fail.
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}

fn write(connection: &Connection, waiting: &Receiver<Job>) {
    let mut said: Option<Instant> = None;
    while let Ok(job) = waiting.recv() {
        if matches!(job, Job::Stop) {
            break;
        }
        if let Err(error) = run(connection, &job)
            && said.is_none_or(|said| said.elapsed() >= SAY_AGAIN)
        {
            tracing::warn!(%error, "revocation data is not kept on disk; it will be fetched again after a restart");
            said = Some(Instant::now());
        }
    }
}

fn run(connection: &Connection, job: &Job) -> rusqlite::Result<()> {
    match job {
        Job::Answered(address) => connection.prepare_cached(ANSWERED)?.execute([address])?,
        Job::Confirm(id, asked, again, used) => connection.prepare_cached(CONFIRM)?.execute(params![
            id.as_bytes(),
            asked.seconds(),
            again.seconds(),
            used.seconds()
        ])?,
        Job::Failed(Failed { address, at, failure }) => {
            connection.prepare_cached(FAILED)?.execute(params![address, at.seconds(), failure])?;
            connection.prepare_cached(FEW_FAILURES)?.execute([])?
        }
        Job::Forget(id) => connection.prepare_cached(FORGET)?.execute([id.as_bytes()])?,
        Job::Stop => 0,
        Job::Keep(kept) => {
            let (inquiry, record) = &**kept;
            let Some(dates) = &record.dates else { return Ok(()) };
            connection.prepare_cached(KEEP)?.execute(params![
                inquiry.digest().as_bytes(),
                inquiry.address,
                inquiry.issuer,
                inquiry.key,
                inquiry.serial,
                &record.octets[..],
                record.octets.sha256().as_bytes(),
                record.taken.seconds(),
                record.asked.seconds(),
                record.again.seconds(),
                record.used.seconds(),
                dates.this_update.seconds(),
                dates.next_update.map(UnixTime::seconds),
                dates.number,
                record.validators.tag,
                record.validators.modified,
            ])?
        }
    };
    Ok(())
}

/// The octets of the lists that a cache's file holds, without those that the disk has changed. Nothing is changed.
pub fn lists(file: &Path) -> Result<Vec<Vec<u8>>, CacheError> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY)?;
    let rows = connection
        .prepare(LISTS)?
        .query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows
        .into_iter()
        .filter(|(octets, digest)| Sha256::of(octets).as_bytes() == &digest[..])
        .map(|(octets, _)| octets)
        .collect())
}

/// The lists that a cache's file holds, and the addresses that failed last. Nothing is changed.
pub fn list(file: &Path) -> Result<(Vec<Listed>, Vec<Failed>), CacheError> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY)?;
    let time = UnixTime::from_seconds;
    let lists = connection
        .prepare(LIST)?
        .query_map([], |row| {
            Ok(Listed {
                address: row.get(0)?,
                issuer: Name::parse(&row.get::<_, Vec<u8>>(1)?).ok(),
                octets: row.get(2)?,
                taken: time(row.get(3)?),
                dates: Dates {
                    this_update: time(row.get(4)?),
                    next_update: row.get::<_, Option<i64>>(5)?.map(time),
                    number: row.get(6)?,
                },
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let failures = connection
        .prepare(LIST_FAILURES)?
        .query_map([], |row| Ok(Failed { address: row.get(0)?, at: time(row.get(1)?), failure: row.get(2)? }))?
        .collect::<rusqlite::Result<_>>()?;
    Ok((lists, failures))
}
