//! The log: what was answered is on disk, in order and once, and what cannot be written is said.

use std::collections::BTreeSet;
use std::path::Path;

use dieu7::audit::{Entry, Receipt, Rulings};
use dieu7::digest::Sha256;
use dieu7::evidence::Need;
use dieu7::gateway::{Append as _, Gather as _, Unrecorded};
use dieu7::io::sources::DropFolder;
use dieu7::io::store::query::LogReader;
use dieu7::io::store::{Remembering, SqliteStore};
use dieu7::sender::replay::Seen;
use dieu7::time::UnixTime;

fn entry(n: usize) -> Entry {
    let leaf = format!("{{\"n\":{n}}}").into_bytes();
    Entry {
        report: leaf.clone(),
        rulings: Rulings {
            at: UnixTime::from_seconds(1_795_395_672),
            verdict: "flagged-unsigned",
            queue_id: format!("Q{n}"),
            message_id: format!("<{n}@example>"),
            mailbox: "a@b.example".into(),
            message: Some(Sha256::of(&leaf)),
            documents: vec![(Sha256::of(b"doc").to_string(), "a.pdf".into(), "unmet")],
            signatures: vec![signature(n)],
        },
        leaf,
    }
}

/// The signature of every third entry is that of the first.
fn signature(n: usize) -> Sha256 {
    Sha256::of(if n.is_multiple_of(3) { String::new() } else { n.to_string() }.as_bytes())
}

/// Appends `count` entries at once and gives their answers; everything is on disk when it returns.
fn append(file: &Path, count: usize) -> Vec<Result<Receipt, Unrecorded>> {
    let (store, writer) = SqliteStore::open(file, "TQ").unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let answers = runtime.block_on(async {
        let tasks: Vec<_> = (0..count)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move { store.append(entry(n)).await })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        answers
    });
    drop(store);
    writer.join().unwrap();
    answers
}

#[test]
fn every_answered_entry_is_there_once_with_an_index_and_a_code_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log/log.sqlite");
    let receipts: Vec<Receipt> = append(&file, 600).into_iter().map(Result::unwrap).collect();
    let indexes: BTreeSet<u64> = receipts.iter().map(Receipt::index).collect();
    assert_eq!(indexes, (0..600).collect());
    let log = LogReader::open(&file).unwrap();
    assert_eq!(log.count().unwrap(), 600);
    for receipt in receipts.iter().step_by(97) {
        let record = log.find(receipt.id()).unwrap().unwrap();
        assert_eq!(record.index, receipt.index());
        assert_eq!(Sha256::of(&record.leaf), receipt.leaf());
    }
}

#[test]
fn a_log_that_is_opened_again_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.sqlite");
    append(&file, 3);
    let receipt = append(&file, 1).remove(0).unwrap();
    assert_eq!(receipt.index(), 3);
    assert_eq!(receipt.id(), "TQ-20261123-00003");
}

#[test]
fn records_are_found_by_code_index_and_queue_id_and_listed_by_pages() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.sqlite");
    append(&file, 5);
    let log = LogReader::open(&file).unwrap();
    assert_eq!(log.find("3").unwrap().unwrap().index, 3);
    let of_queue = log.find("Q2").unwrap().unwrap();
    assert_eq!(log.find(&of_queue.id).unwrap().unwrap().queue_id, "Q2");
    assert!(log.find("' OR 1=1 --").unwrap().is_none());
    let page: Vec<u64> = log.newest(Some(4), None, 2).unwrap().iter().map(|record| record.index).collect();
    assert_eq!(page, [3, 2]);
    assert!(log.newest(None, Some("not-applicable"), 9).unwrap().is_empty());
}

#[test]
fn a_log_that_cannot_be_opened_says_which_file() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("a-file");
    std::fs::write(&blocked, b"").unwrap();
    let error = SqliteStore::open(&blocked.join("log.sqlite"), "TQ").unwrap_err();
    assert!(error.to_string().contains("a-file"));
    let garbage = folder.path().join("garbage.sqlite");
    std::fs::write(&garbage, vec![7; 4096]).unwrap();
    assert!(SqliteStore::open(&garbage, "TQ").is_err());
}

#[test]
fn an_entry_that_is_refused_does_not_take_those_beside_it_along() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.sqlite");
    append(&file, 1);
    let other = rusqlite::Connection::open(&file).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON entries WHEN new.queue_id = 'Q7'
        BEGIN SELECT raise(ABORT, 'refused'); END; BEGIN IMMEDIATE";
    other.execute_batch(refuse).unwrap();
    // While another process writes, entries gather for one commit.
    let release = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        other.execute_batch("ROLLBACK").unwrap();
    });
    let answers = append(&file, 20);
    release.join().unwrap();
    let refused: Vec<usize> = (0..20).filter(|n| answers[*n].is_err()).collect();
    assert_eq!(refused, [7]);
    assert_eq!(LogReader::open(&file).unwrap().count().unwrap(), 20);
}

#[test]
fn an_entry_that_cannot_be_written_is_answered_as_such_and_the_next_one_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.sqlite");
    append(&file, 1);
    // Another process takes the file for itself, for longer than the writer waits.
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let answers = append_to_locked(&file);
    assert!(answers.is_err());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(append(&file, 1).remove(0).unwrap().index(), 1);
}

#[test]
fn a_log_that_is_removed_while_it_is_written_takes_no_more_entries() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.sqlite");
    let (store, writer) = SqliteStore::open(&file, "TQ").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(runtime.block_on(store.append(entry(0))).is_ok());
    for name in std::fs::read_dir(folder.path()).unwrap().flatten() {
        std::fs::remove_file(name.path()).unwrap();
    }
    assert!(runtime.block_on(store.append(entry(1))).is_err());
    drop(store);
    writer.join().unwrap();
}

fn append_to_locked(file: &Path) -> Result<Receipt, Unrecorded> {
    match SqliteStore::open(file, "TQ") {
        // Opening already needs the lock; that is an answer too.
        Err(error) => Err(Unrecorded(error.to_string())),
        Ok((store, writer)) => {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let answer = runtime.block_on(store.append(entry(0)));
            drop(store);
            writer.join().unwrap();
            answer
        }
    }
}

#[test]
fn entries_are_found_by_the_signatures_of_their_messages() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.sqlite");
    let (store, writer) = SqliteStore::open(&file, "TQ").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for n in 0..7 {
        // One after the other: of those that wait together nobody knows which comes first.
        runtime.block_on(store.append(entry(n))).unwrap();
    }
    drop(store);
    writer.join().unwrap();
    let log = LogReader::open(&file).unwrap();
    let queue_ids = |signatures: &[Sha256], most| -> Vec<String> {
        log.signed(signatures, most).unwrap().into_iter().map(|one| one.queue_id).collect()
    };
    assert_eq!(queue_ids(&[signature(4)], 9), ["Q4"]);
    assert_eq!(queue_ids(&[signature(0)], 9), ["Q0", "Q3", "Q6"]);
    assert_eq!(queue_ids(&[signature(0), signature(0)], 2), ["Q0", "Q3"]);
    assert!(queue_ids(&[Sha256::of(b"another")], 9).is_empty());
    assert_eq!(log.length().unwrap(), 7);
}

#[test]
fn a_log_of_an_older_program_gets_what_it_lacks_and_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.sqlite");
    append(&file, 2);
    let older = rusqlite::Connection::open(&file).unwrap();
    older.execute_batch("DROP TABLE signatures; PRAGMA user_version = 1").unwrap();
    drop(older);
    assert_eq!(append(&file, 4).len(), 4);
    let log = LogReader::open(&file).unwrap();
    assert_eq!(log.count().unwrap(), 6);
    assert_eq!(log.signed(&[signature(3)], 9).unwrap().len(), 2);
}

#[tokio::test]
async fn the_log_is_asked_whether_it_has_a_signature_and_says_when_it_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.sqlite");
    let none = DropFolder::new(folder.path().join("crls"));
    let sources = Remembering::new(none, file.clone());
    let need = |n| Need::SeenBefore { signatures: vec![signature(n)] };
    let missing = sources.gather(vec![need(1)]).await.remove(0).1;
    assert_eq!((Seen::read(&missing.pieces, None), missing.tried.len()), (Seen::Unasked, 1));
    let writing = file.clone();
    tokio::task::spawn_blocking(move || append(&writing, 2)).await.unwrap();
    let of = async |n, queue_id: &[u8]| {
        let answers = sources.gather(vec![need(n)]).await;
        assert_eq!(answers[0].0, need(n));
        Seen::read(&answers[0].1.pieces, Some(queue_id))
    };
    assert!(matches!(of(1, b"Q9").await, Seen::Before(_)));
    assert_eq!(of(1, b"Q1").await, Seen::First);
    assert_eq!(of(2, b"Q9").await, Seen::First);
}
