//! The log in one SQLite file: one writer that commits what waits together, with an fsync, and then answers.

use std::fmt;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, Transaction, params};
use tokio::sync::{mpsc, oneshot};

use crate::audit::{Entry, Receipt};
use crate::digest::Sha256;
use crate::gateway::{Append, Unrecorded};

/// `leaf` and `report` are the octets that digests speak of; the other columns exist for queries.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS entries (
    idx INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    message TEXT NOT NULL,
    leaf BLOB NOT NULL,
    report BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS documents (
    idx INTEGER NOT NULL REFERENCES entries (idx),
    n INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (idx, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_at ON entries (at);
CREATE INDEX IF NOT EXISTS entries_queue_id ON entries (queue_id);
CREATE INDEX IF NOT EXISTS documents_sha256 ON documents (sha256);
";
pub(super) const NEXT_INDEX: &str = "SELECT coalesce(max(idx) + 1, 0) FROM entries";
const INSERT_ENTRY: &str = "INSERT INTO entries
    (idx, id, at, verdict, queue_id, message_id, mailbox, message, leaf, report)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const INSERT_DOCUMENT: &str = "INSERT INTO documents (idx, n, sha256, name, result) VALUES (?1, ?2, ?3, ?4, ?5)";

/// At most this many entries in one commit: enough to use one fsync well, small enough to answer soon.
const BATCH: usize = 256;
/// Entries that may wait for the writer; beyond it `append` itself waits.
const QUEUE: usize = 1024;
/// How long the writer waits for another process that holds the file.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// Shape of the file that this program writes: 1 has entries of messages alone, 2 also the directory (`super::directory`).
const SCHEMA_VERSION: i64 = 2;

/// Why the log cannot be opened or written.
#[derive(Debug)]
pub struct StoreError {
    file: PathBuf,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Folder(std::io::Error),
    NewerSchema(i64),
    Sqlite(String),
    Stopped,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match &self.cause {
            Cause::Folder(error) => write!(f, "the folder of the log {file} cannot be made: {error}"),
            Cause::NewerSchema(version) => write!(
                f,
                "the log {file} was written by a newer dieu7 (shape {version}, this program knows {SCHEMA_VERSION})"
            ),
            Cause::Sqlite(error) => write!(f, "the log {file} cannot be used: {error}"),
            Cause::Stopped => write!(f, "the writer of the log {file} has stopped"),
        }
    }
}

impl std::error::Error for StoreError {}

struct Job {
    entry: Entry,
    done: oneshot::Sender<Result<Receipt, String>>,
}

/// The log, open for appending. Clones share one writer.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    jobs: mpsc::Sender<Job>,
    file: PathBuf,
}

impl SqliteStore {
    /// Opens or makes the log; `site` is the first part of each look-up code. The writer runs in a thread of its own
    /// until the last clone is dropped; join the handle to know that all is on disk.
    pub fn open(file: &Path, site: &str) -> Result<(Self, JoinHandle<()>), StoreError> {
        let fail = |cause| StoreError { file: file.to_owned(), cause };
        let connection = prepare(file)?;
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let opened = identity(file).map_err(|error| fail(Cause::Folder(error)))?;
        let (site, path) = (site.to_owned(), file.to_owned());
        let writer = std::thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || write(connection, waiting, &site, &path, opened))
            .map_err(|error| fail(Cause::Folder(error)))?;
        Ok((Self { jobs, file: file.to_owned() }, writer))
    }
}

impl Append for SqliteStore {
    async fn append(&self, entry: Entry) -> Result<Receipt, Unrecorded> {
        let unrecorded = |cause| Unrecorded(StoreError { file: self.file.clone(), cause }.to_string());
        let (done, answer) = oneshot::channel();
        self.jobs.send(Job { entry, done }).await.map_err(|_| unrecorded(Cause::Stopped))?;
        match answer.await {
            Ok(written) => written.map_err(|error| unrecorded(Cause::Sqlite(error))),
            Err(_) => Err(unrecorded(Cause::Stopped)),
        }
    }
}

/// Opens the file for writing, makes what is missing of it, and refuses what a newer program wrote.
pub(super) fn prepare(file: &Path) -> Result<Connection, StoreError> {
    let fail = |cause| StoreError { file: file.to_owned(), cause };
    let sqlite = |error: rusqlite::Error| fail(Cause::Sqlite(error.to_string()));
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        // The log names mailboxes and files: other accounts of the machine have no business in it.
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o750).create(folder);
        made.map_err(|error| fail(Cause::Folder(error)))?;
    }
    let is_new = !file.exists();
    let connection = connect(file).map_err(sqlite)?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sqlite)?;
    if version > SCHEMA_VERSION {
        return Err(fail(Cause::NewerSchema(version)));
    }
    if version < SCHEMA_VERSION {
        // Two programs may do this at once: each statement does nothing the second time, and the lock keeps them apart.
        let schema = format!(
            "BEGIN IMMEDIATE; {SCHEMA} {} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;",
            super::directory::SCHEMA
        );
        connection.execute_batch(&schema).map_err(sqlite)?;
    }
    if let Some(folder) = folder.filter(|_| is_new) {
        give_to_owner_of(folder, file);
    }
    Ok(connection)
}

/// A log that root makes from the command line must be the gateway's to write: it belongs to whom its folder belongs.
/// SQLite gives the files beside it the same owner. For anybody but root this does nothing.
fn give_to_owner_of(folder: &Path, file: &Path) {
    let Ok(facts) = std::fs::metadata(folder) else { return };
    for suffix in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        // Not permitted to anybody else, and then not needed.
        let _ = std::os::unix::fs::chown(Path::new(&name), Some(facts.uid()), Some(facts.gid()));
    }
}

fn connect(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL syncs the WAL at each commit. NORMAL may lose acknowledged commits when the power fails.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// Which file it is, whatever its name.
type FileId = (u64, u64);

fn identity(file: &Path) -> std::io::Result<FileId> {
    std::fs::metadata(file).map(|facts| (facts.dev(), facts.ino()))
}

/// Natural batching: take whatever waits, commit it together, answer all.
fn write(mut connection: Connection, mut waiting: mpsc::Receiver<Job>, site: &str, file: &Path, opened: FileId) {
    let mut jobs = Vec::with_capacity(BATCH);
    while waiting.blocking_recv_many(&mut jobs, BATCH) > 0 {
        let written = match identity(file) {
            // A log that was removed or replaced under us would take records that nobody finds again.
            Ok(now) if now == opened => commit(&mut connection, &jobs, site).map_err(|error| Refusal::of(&error)),
            Ok(_) | Err(_) => {
                let why = "it was removed or replaced while dieu7 was running; restart dieu7".to_owned();
                Err(Refusal { why, of_one_entry: false })
            }
        };
        match written {
            Ok(receipts) => {
                for (job, receipt) in jobs.drain(..).zip(receipts) {
                    // A handler that gave up no longer listens; its entry stands all the same.
                    let _ = job.done.send(Ok(receipt));
                }
            }
            // One entry that cannot be written must not take its neighbours with it, nor come back to do so again.
            Err(refusal) if jobs.len() > 1 && refusal.of_one_entry => {
                for job in jobs.drain(..) {
                    let written = commit(&mut connection, std::slice::from_ref(&job), site);
                    let receipt = written.map(|mut receipts| receipts.pop()).map_err(|error| error.to_string());
                    if let Some(answer) = receipt.transpose() {
                        let _ = job.done.send(answer);
                    }
                }
            }
            Err(Refusal { why: error, .. }) => {
                tracing::error!(%error, entries = jobs.len(), "log not written");
                for job in jobs.drain(..) {
                    let _ = job.done.send(Err(error.clone()));
                }
            }
        }
    }
}

/// Why a batch is not in the log.
struct Refusal {
    why: String,
    /// It is an entry that is refused, not the whole file.
    of_one_entry: bool,
}

impl Refusal {
    fn of(error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{ConstraintViolation, TooBig, TypeMismatch};
        let of_one_entry = matches!(error.sqlite_error_code(), Some(ConstraintViolation | TooBig | TypeMismatch));
        Self { why: error.to_string(), of_one_entry }
    }
}

fn commit(connection: &mut Connection, jobs: &[Job], site: &str) -> rusqlite::Result<Vec<Receipt>> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let first: u64 = transaction.query_row(NEXT_INDEX, [], |row| row.get(0))?;
    let receipts: rusqlite::Result<Vec<Receipt>> =
        jobs.iter().zip(first..).map(|(job, index)| insert(&transaction, &job.entry, site, index)).collect();
    let receipts = receipts?;
    transaction.commit()?;
    Ok(receipts)
}

/// Writes one entry. The receipt counts once `transaction` is committed.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    entry: &Entry,
    site: &str,
    index: u64,
) -> rusqlite::Result<Receipt> {
    let rulings = &entry.rulings;
    let receipt = Receipt::after_durable_append(site, rulings.at, index, Sha256::of(&entry.leaf));
    transaction.prepare_cached(INSERT_ENTRY)?.execute(params![
        index,
        receipt.id(),
        rulings.at.seconds(),
        rulings.verdict,
        rulings.queue_id,
        rulings.message_id,
        rulings.mailbox,
        rulings.message.map(|digest| digest.to_string()).unwrap_or_default(),
        entry.leaf,
        entry.report,
    ])?;
    let mut document = transaction.prepare_cached(INSERT_DOCUMENT)?;
    for (n, (sha256, name, result)) in rulings.documents.iter().enumerate() {
        document.execute(params![index, n + 1, sha256, name, result])?;
    }
    Ok(receipt)
}
