use std::collections::BTreeSet;
use std::sync::Barrier;

use super::super::SqliteStore;
use super::super::query::LogReader;
use super::*;
use crate::digest::Sha256;
use crate::message::Mailbox;
use crate::sender::directory::change::ChangeFault;
use crate::sender::directory::{Change, Key, Kind, Listing, Publication};
use crate::sender::{Freshness, Standing};
use crate::time::Period;

const NOW: UnixTime = UnixTime::from_seconds(1_795_395_672);

fn mailbox(n: usize) -> Mailbox {
    Mailbox::parse(&format!("u{n}@tuyenquang.gov.vn")).unwrap()
}

fn listing(n: usize, agency: &str) -> Listing {
    Listing {
        mailbox: mailbox(n),
        kind: Kind::Unit,
        agency: agency.to_owned(),
        aliases: Vec::new(),
        codes: BTreeSet::new(),
        logins: BTreeSet::new(),
        publication: Publication::Portal,
        published_on: None,
        source: String::new(),
        period: Period::ALWAYS,
        pins: Vec::new(),
        request: None,
        successor: None,
        known: Period::ALWAYS,
    }
}

fn add(numbers: std::ops::Range<usize>) -> ChangeSet {
    let changes = numbers.map(|n| Change::Add(listing(n, &format!("Đơn vị {n}")))).collect();
    ChangeSet { changes, read_on: Some(NOW), base: None }
}

fn rename(n: usize, agency: &str) -> ChangeSet {
    let of = Key { mailbox: mailbox(n), from: None };
    ChangeSet { changes: vec![Change::Amend { of, to: listing(n, agency) }], ..ChangeSet::default() }
}

fn lan() -> By {
    By {
        source: "https://tuyenquang.gov.vn/danh-ba".into(),
        sha256: Some(Sha256::of(b"page")),
        user: "lan".into(),
        name: "Nguyễn Thị Lan".into(),
        reason: "định kỳ".into(),
    }
}

fn agency(directory: &Directory, n: usize, at: UnixTime) -> Option<String> {
    match directory.standing(&mailbox(n), at) {
        Standing::Official(listing) => Some(listing.agency.clone()),
        _ => None,
    }
}

struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("log.sqlite")
    }

    fn store(&self) -> DirectoryStore {
        DirectoryStore::open(&self.file(), "TQ").unwrap()
    }

    /// How many changes, listings, closings and entries there are.
    fn rows(&self) -> [u64; 4] {
        let connection = Connection::open(self.file()).unwrap();
        ["directory_changes", "directory_listings", "directory_closings", "entries"]
            .map(|table| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap())
    }
}

#[test]
fn a_change_set_and_its_entry_are_written_together_and_read_back() {
    let site = Site::new();
    let store = site.store();
    assert_eq!(living(&site.file()).unwrap().map(|_| ()), None);
    let applied = store.apply(&add(0..3), &lan(), NOW).unwrap();
    assert_eq!((applied.index, applied.added, applied.changed, applied.closed), (0, 3, 0, 0));
    let applied = store.apply(&rename(1, "Mới"), &lan(), NOW.plus(100)).unwrap();
    assert_eq!((applied.index, applied.added, applied.changed, applied.closed), (1, 0, 1, 0));
    assert_eq!(site.rows(), [2, 4, 1, 2]);
    let directory = living(&site.file()).unwrap().unwrap();
    assert_eq!(agency(&directory, 1, NOW.plus(100)).as_deref(), Some("Đơn vị 1"));
    assert_eq!(agency(&directory, 1, applied.known_from).as_deref(), Some("Mới"));
    // The leaf names the directory; whoever reads it can compare.
    let record = LogReader::open(&site.file()).unwrap().find(&applied.id).unwrap().unwrap();
    assert_eq!((record.kind.as_str(), record.verdict.as_str(), record.message.as_str()), ("directory", "", ""));
    let leaf = String::from_utf8(record.leaf).unwrap();
    assert!(leaf.contains(&format!("\"after\":\"{}\"", directory.digest().unwrap())), "{leaf}");
}

#[test]
fn every_change_is_told_with_who_made_it_and_persons_can_be_erased_but_nothing_else() {
    let site = Site::new();
    site.store().apply(&add(0..1), &lan(), NOW).unwrap();
    let reader = DirectoryReader::open(&site.file()).unwrap().unwrap();
    let made = reader.changes().unwrap().remove(0);
    assert_eq!((made.number, made.index, made.user.as_deref()), (1, 0, Some("lan")));
    assert_eq!((made.source_sha256, made.at), (Some(Sha256::of(b"page")), NOW));
    let other = Connection::open(site.file()).unwrap();
    other.execute_batch("UPDATE directory_changes SET user = NULL, name = NULL, salt = NULL").unwrap();
    assert_eq!(reader.changes().unwrap()[0].name, None);
    assert!(reader.read().is_ok());
    for wrong in [
        "DELETE FROM directory_listings",
        "DELETE FROM directory_changes",
        "UPDATE directory_listings SET body = '{}'",
        "UPDATE directory_changes SET known_from = 0",
    ] {
        assert!(other.execute_batch(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn rows_altered_by_somebody_who_removed_the_guards_are_noticed() {
    let site = Site::new();
    site.store().apply(&add(0..2), &lan(), NOW).unwrap();
    let other = Connection::open(site.file()).unwrap();
    let forge = "DROP TRIGGER directory_listings_are_final;
        UPDATE directory_listings SET body = replace(body, 'Đơn vị 1', 'Sở Y tế')";
    other.execute_batch(forge).unwrap();
    assert!(matches!(living(&site.file()), Err(Error::History(..))));
    assert!(matches!(site.store().apply(&add(2..3), &lan(), NOW), Err(Error::History(..))));
}

#[test]
fn a_change_that_cannot_be_made_leaves_neither_rows_nor_an_entry() {
    let site = Site::new();
    let store = site.store();
    store.apply(&add(0..2), &lan(), NOW).unwrap();
    let before = site.rows();
    let refused = store.apply(&add(1..5), &lan(), NOW.plus(9));
    assert!(matches!(refused, Err(Error::Change(ChangeFault::Overlap(_)))), "{refused:?}");
    assert_eq!(site.rows(), before);
}

#[test]
fn a_store_that_fails_half_way_leaves_neither_rows_nor_an_entry() {
    // Each table in turn refuses, as a full disk would at some page.
    for table in ["entries", "directory_changes", "directory_listings", "directory_closings"] {
        let site = Site::new();
        let store = site.store();
        store.apply(&add(0..2), &lan(), NOW).unwrap();
        let before = site.rows();
        let other = Connection::open(site.file()).unwrap();
        let refuse =
            format!("CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN SELECT raise(ABORT, 'refused'); END");
        other.execute_batch(&refuse).unwrap();
        assert!(matches!(store.apply(&rename(1, "Mới"), &lan(), NOW), Err(Error::Sqlite(..))), "{table}");
        assert_eq!(site.rows(), before);
        other.execute_batch("DROP TRIGGER refuse").unwrap();
        assert!(store.apply(&rename(1, "Mới"), &lan(), NOW).is_ok());
    }
}

#[test]
fn a_full_disk_leaves_everything_as_it_was_and_the_next_change_is_made() {
    let site = Site::new();
    let store = site.store();
    store.apply(&add(0..2), &lan(), NOW).unwrap();
    let before = site.rows();
    let pages: i64 = store.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    let limit = |most: i64| {
        let set = format!("PRAGMA max_page_count = {most}");
        store.connection.query_row(&set, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    limit(pages + 1);
    let refused = store.apply(&add(2..2000), &lan(), NOW);
    assert!(matches!(&refused, Err(Error::Sqlite(_, words)) if words.contains("full")), "{refused:?}");
    assert_eq!(site.rows(), before);
    limit(1 << 30);
    assert!(store.apply(&add(2..4), &lan(), NOW).is_ok());
}

#[test]
fn a_process_that_dies_before_its_commit_has_changed_nothing() {
    let site = Site::new();
    let store = site.store();
    store.apply(&add(0..2), &lan(), NOW).unwrap();
    let loaded = load(&store.connection, &store.file).unwrap();
    let plan = loaded.directory.plan(&add(2..900), NOW).unwrap();
    let transaction = Transaction::new_unchecked(&store.connection, TransactionBehavior::Immediate).unwrap();
    let mut rows = transaction.prepare(INSERT_LISTING).unwrap();
    for (id, listing) in (2_i64..).zip(&plan.opened) {
        rows.execute(params![id, 1, listing.write()]).unwrap();
    }
    // The files as a crash at this moment leaves them.
    let copy = Site::new();
    for suffix in ["", "-wal"] {
        let name = format!("log.sqlite{suffix}");
        std::fs::copy(site.folder.path().join(&name), copy.folder.path().join(&name)).unwrap();
    }
    assert_eq!(copy.rows(), [1, 2, 0, 1]);
    assert!(copy.store().apply(&add(2..3), &lan(), NOW).is_ok());
}

#[test]
fn a_file_that_cannot_be_written_is_told_and_can_still_be_read() {
    let site = Site::new();
    site.store().apply(&add(0..2), &lan(), NOW).unwrap();
    let store = site.store();
    store.connection.pragma_update(None, "query_only", true).unwrap();
    assert!(matches!(store.apply(&add(2..3), &lan(), NOW), Err(Error::Sqlite(..))));
    assert_eq!(store.read().unwrap().listings().len(), 2);
    assert!(matches!(DirectoryReader::open(Path::new("/nonexistent/log.sqlite")), Ok(None)));
    let garbage = site.folder.path().join("garbage.sqlite");
    std::fs::write(&garbage, vec![7; 4096]).unwrap();
    assert!(living(&garbage).is_err());
    assert!(DirectoryStore::open(&garbage, "TQ").is_err());
}

#[test]
fn many_who_change_it_at_once_each_get_an_entry_and_none_undoes_another() {
    let site = Site::new();
    site.store().apply(&add(0..8), &lan(), NOW).unwrap();
    let start = Barrier::new(4);
    std::thread::scope(|scope| {
        for n in 0..4 {
            let (site, start) = (&site, &start);
            scope.spawn(move || {
                let store = site.store();
                start.wait();
                store.apply(&rename(n, &format!("Mới {n}")), &lan(), NOW).unwrap();
            });
        }
    });
    assert_eq!(site.rows(), [5, 12, 4, 5]);
    let directory = site.store().read().unwrap();
    for n in 0..4 {
        assert_eq!(agency(&directory, n, NOW.plus(LEAD)), Some(format!("Mới {n}")));
    }
}

#[test]
fn changes_worked_out_against_an_older_state_are_refused() {
    let site = Site::new();
    let store = site.store();
    store.apply(&add(0..2), &lan(), NOW).unwrap();
    let base = store.read().unwrap().digest();
    store.apply(&rename(0, "Mới"), &lan(), NOW).unwrap();
    let late = ChangeSet { base, ..rename(1, "Khác") };
    assert!(matches!(store.apply(&late, &lan(), NOW), Err(Error::Change(ChangeFault::Outdated))));
}

#[test]
fn entries_of_mail_and_of_the_directory_share_one_row_of_indexes() {
    let site = Site::new();
    let (log, writer) = SqliteStore::open(&site.file(), "TQ").unwrap();
    let entry = |n: u8| {
        let mut entry = Entry::directory(&DirectoryChange {
            at: NOW,
            known_from: NOW,
            number: 1,
            by: &lan(),
            salt: &[n; 16],
            set: &ChangeSet::default(),
            counts: crate::sender::directory::change::Counts::default(),
            before: None,
            after: Sha256::of(&[n]),
        });
        entry.rulings.verdict = "flagged-unsigned";
        entry
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let append = |n| runtime.block_on(crate::gateway::Append::append(&log, entry(n))).unwrap().index();
    let store = site.store();
    assert_eq!(append(0), 0);
    assert_eq!(store.apply(&add(0..2), &lan(), NOW).unwrap().index, 1);
    assert_eq!(append(1), 2);
    drop(log);
    writer.join().unwrap();
}

#[test]
fn a_log_of_a_program_that_knew_no_directory_is_read_and_grows_its_tables() {
    let site = Site::new();
    let old = Connection::open(site.file()).unwrap();
    old.execute_batch(
        "CREATE TABLE entries (idx INTEGER PRIMARY KEY) STRICT; PRAGMA user_version = 1; DROP TABLE entries",
    )
    .unwrap();
    assert_eq!(living(&site.file()).unwrap().map(|_| ()), None);
    site.store().apply(&add(0..1), &lan(), NOW).unwrap();
    assert_eq!(site.rows(), [1, 1, 0, 1]);
    old.execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(matches!(DirectoryStore::open(&site.file(), "TQ"), Err(Error::Store(_))));
}

#[test]
fn a_watch_gives_each_change_once_and_rests_after_trouble() {
    let site = Site::new();
    let mut watch = Watch::new(&site.file(), 0);
    assert!(watch.look().unwrap().is_none());
    let store = site.store();
    assert!(watch.look().unwrap().is_none());
    store.apply(&add(0..2), &lan(), NOW).unwrap();
    assert_eq!(watch.look().unwrap().unwrap().revision(), 1);
    assert!(watch.look().unwrap().is_none());
    assert!(Watch::new(&site.file(), 1).look().unwrap().is_none());
    store.apply(&rename(0, "Mới"), &lan(), NOW).unwrap();
    Connection::open(site.file())
        .unwrap()
        .execute_batch(
            "DROP TRIGGER directory_listings_are_final; UPDATE directory_listings SET body = '{}' WHERE id = 2",
        )
        .unwrap();
    assert!(watch.look().is_err());
    assert!(watch.look().unwrap().is_none());
}

#[test]
fn an_import_without_changes_renews_the_age_and_is_an_entry() {
    let site = Site::new();
    let store = site.store();
    store.apply(&add(0..2), &lan(), NOW).unwrap();
    let later = NOW.plus(100 * 86_400);
    assert!(matches!(store.read().unwrap().freshness(later, 90), Freshness::Stale { .. }));
    let read = ChangeSet { read_on: Some(later), ..ChangeSet::default() };
    let applied = store.apply(&read, &lan(), later).unwrap();
    assert_eq!((applied.index, applied.added + applied.changed + applied.closed), (1, 0));
    let directory = store.read().unwrap();
    assert_eq!(directory.freshness(applied.known_from, 90), Freshness::Fresh);
    assert!(matches!(directory.freshness(later, 90), Freshness::Stale { .. }));
}
