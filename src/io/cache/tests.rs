use std::path::Path;

use super::*;
use crate::io::fetch::Validators;

const HOUR: Duration = Duration::from_hours(1);
const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

fn inquiry(address: &str) -> Inquiry {
    Inquiry { address: address.into(), issuer: [1][..].into(), key: [2][..].into(), serial: None }
}

fn dates(this_update: i64, next_update: i64, number: u8) -> Dates {
    Dates { this_update: NOW.plus(this_update), next_update: Some(NOW.plus(next_update)), number: Some(vec![number]) }
}

fn record(octets: &[u8], dates: Option<Dates>) -> Record {
    Record::new(octets.into(), dates, Validators::default(), NOW, HOUR)
}

fn octets(cache: &Cache, inquiry: &Inquiry) -> Option<Vec<u8>> {
    cache.peek(inquiry).map(|record| record.octets.to_vec())
}

/// Closes the cache and waits until all is on disk.
fn close(cache: &Cache, writer: Option<JoinHandle<()>>) {
    cache.close();
    writer.unwrap().join().unwrap();
}

#[test]
fn an_answer_is_fresh_until_its_end_and_not_longer_than_it_is_left_alone() {
    let day = record(b"a", Some(dates(0, 86_400, 1)));
    assert!(day.is_fresh(NOW.plus(3599)) && !day.is_fresh(NOW.plus(3600)));
    let ending = record(b"a", Some(dates(0, 1800, 1)));
    assert!(ending.is_fresh(NOW.plus(1799)) && !ending.is_fresh(NOW.plus(1800)));
    let ended = record(b"a", Some(dates(-7200, -3600, 1)));
    assert!(ended.is_fresh(NOW) && !ended.is_fresh(NOW.plus(RETRY)));
}

#[test]
fn an_answer_that_nobody_vouches_for_is_asked_for_again_in_minutes() {
    let planted = record(b"a", None);
    assert!(planted.is_fresh(NOW.plus(UNPROVEN - 1)) && !planted.is_fresh(NOW.plus(UNPROVEN)));
}

#[test]
fn a_clock_that_goes_back_makes_nothing_fresh_for_ever() {
    let taken = record(b"a", Some(dates(0, 1_000_000_000, 1)));
    assert!(taken.is_fresh(NOW.plus(-30)), "a step of seconds is nothing");
    assert!(!taken.is_fresh(NOW.plus(-86_400)));
    let cache = Cache::in_memory(1000);
    cache.offer(inquiry("a"), taken);
    assert_eq!(cache.due(NOW.plus(-86_400)).0, [inquiry("a")], "it is asked for again at once");
    assert!(cache.confirm(&inquiry("a"), NOW.plus(-86_400), HOUR).unwrap().is_fresh(NOW.plus(-86_400)));
}

#[test]
fn a_list_goes_neither_back_in_its_number_nor_in_its_date() {
    let cache = Cache::in_memory(1000);
    assert_eq!(cache.offer(inquiry("a"), record(b"5", Some(dates(-100, 86_400, 5)))), Kept::New);
    assert_eq!(cache.offer(inquiry("a"), record(b"4", Some(dates(0, 86_400, 4)))), Kept::Older);
    assert_eq!(cache.offer(inquiry("a"), record(b"6", Some(dates(-200, 86_400, 6)))), Kept::Older);
    assert_eq!(octets(&cache, &inquiry("a")).unwrap(), b"5");
    assert!(!cache.peek(&inquiry("a")).unwrap().is_fresh(NOW.plus(RETRY)), "the newest may come soon");
    assert_eq!(cache.offer(inquiry("a"), record(b"6", Some(dates(-50, 86_400, 6)))), Kept::New);
    assert_eq!(octets(&cache, &inquiry("a")).unwrap(), b"6");
}

#[test]
fn a_newer_list_from_before_a_clock_went_back_is_not_asked_for_at_once_again() {
    let cache = Cache::in_memory(1000);
    cache.offer(inquiry("a"), record(b"5", Some(dates(-100, 86_400, 5))));
    let back = NOW.plus(-31_536_000);
    let older = Record::new(b"4"[..].into(), None, Validators::default(), back, HOUR);
    assert_eq!(cache.offer(inquiry("a"), older), Kept::Older);
    let known = cache.peek(&inquiry("a")).unwrap();
    assert!(known.is_fresh(back.plus(RETRY - 1)) && !known.is_fresh(back.plus(RETRY)));
    assert!(!known.is_fresh(NOW), "and when the clock is right again, it is asked for");
}

#[test]
fn what_nobody_vouches_for_does_not_drive_out_what_the_issuer_signed() {
    let cache = Cache::in_memory(1000);
    cache.offer(inquiry("a"), record(b"true", Some(dates(-100, 60, 5))));
    assert_eq!(cache.offer(inquiry("a"), record(b"planted", None)), Kept::Older);
    let later = Record::new(b"indirect"[..].into(), None, Validators::default(), NOW.plus(60), HOUR);
    assert_eq!(cache.offer(inquiry("a"), later), Kept::New, "what has ended stands in nobody's way");
}

#[test]
fn the_oldest_used_go_when_there_is_no_more_room() {
    let cache = Cache::in_memory(30);
    for name in ["a", "b", "c"] {
        cache.offer(inquiry(name), record(&[0; 10], None));
    }
    assert!(cache.look(&inquiry("a"), NOW).is_some());
    cache.offer(inquiry("d"), record(&[0; 10], None));
    assert_eq!(cache.size(), (3, 30));
    assert!(cache.peek(&inquiry("b")).is_none() && cache.peek(&inquiry("a")).is_some());
    cache.offer(inquiry("huge"), record(&[0; 31], None));
    assert_eq!(cache.size(), (0, 0), "what alone is too large is not kept");
}

#[test]
fn the_number_of_answers_has_an_end() {
    let cache = Cache::in_memory(usize::MAX);
    for n in 0..=RECORDS {
        cache.offer(inquiry(&n.to_string()), record(b"", None));
    }
    assert_eq!(cache.size().0, RECORDS);
}

#[test]
fn lists_are_due_ahead_of_their_end_each_at_its_own_time_and_only_while_they_are_wanted() {
    let cache = Cache::in_memory(1000);
    let ocsp = Inquiry { serial: Some([9][..].into()), ..inquiry("a") };
    cache.offer(ocsp, record(b"o", Some(dates(0, 86_400, 1))));
    let (due, next) = cache.due(NOW);
    assert_eq!((due.len(), next), (0, None), "OCSP is asked when it is needed");
    for n in 0..20 {
        cache.offer(inquiry(&n.to_string()), record(b"a", Some(dates(0, 86_400, 1))));
    }
    let (due, next) = cache.due(NOW.plus(2699));
    assert!(due.is_empty() && next.unwrap() >= NOW.plus(2700));
    let early = cache.due(NOW.plus(3100)).0.len();
    assert!((1..20).contains(&early), "{early} of 20 at once");
    assert_eq!(cache.due(NOW.plus(3600)).0.len(), 20);
    assert_eq!(cache.due(NOW.plus(31 * 86_400)).0.len(), 0);
}

#[test]
fn what_the_issuer_signed_survives_a_restart_and_what_not_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new").join("revocation.sqlite");
    let (cache, writer) = Cache::open(&file, 1000);
    let ocsp = Inquiry { serial: Some([9][..].into()), ..inquiry("ocsp") };
    let tagged = Validators { tag: Some("\"x\"".to_owned()), modified: None };
    let list = Record::new(b"list"[..].into(), Some(dates(0, 86_400, 5)), tagged, NOW, HOUR);
    cache.offer(inquiry("list"), list.clone());
    cache.offer(ocsp.clone(), record(b"response", Some(dates(0, 60, 1))));
    cache.offer(inquiry("planted"), record(b"planted", None));
    cache.failed("dead", NOW, "no connection");
    cache.failed("alive", NOW, "no connection");
    cache.answered("alive");
    close(&cache, writer);
    let (listed, failed) = super::list(&file).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].address.as_str(), listed[0].octets, &listed[0].dates), ("list", 4, &dates(0, 86_400, 5)));
    assert_eq!(failed, [Failed { address: "dead".into(), at: NOW, failure: "no connection".into() }]);
    let (cache, writer) = Cache::open(&file, 1000);
    assert_eq!(cache.peek(&inquiry("list")), Some(list));
    assert_eq!(octets(&cache, &ocsp).unwrap(), b"response");
    assert_eq!(cache.peek(&inquiry("planted")), None);
    assert_eq!(cache.offer(inquiry("list"), record(b"old", Some(dates(0, 86_400, 4)))), Kept::Older);
    close(&cache, writer);
}

#[test]
fn of_a_file_that_holds_more_what_was_used_last_is_read_and_the_rest_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("revocation.sqlite");
    let (cache, writer) = Cache::open(&file, 1000);
    for (name, used) in [("b", 2), ("c", 3), ("a", 1)] {
        let at = NOW.plus(used);
        cache.offer(
            inquiry(name),
            Record::new([7; 300][..].into(), Some(dates(0, 86_400, 5)), Validators::default(), at, HOUR),
        );
    }
    close(&cache, writer);
    let (cache, writer) = Cache::open(&file, 700);
    assert_eq!(cache.size(), (2, 600));
    assert!(cache.peek(&inquiry("b")).is_some() && cache.peek(&inquiry("c")).is_some());
    cache.offer(inquiry("d"), record(&[8; 300], Some(dates(0, 86_400, 5))));
    assert!(cache.peek(&inquiry("b")).is_none(), "the order is that of use");
    close(&cache, writer);
    let (listed, _) = super::list(&file).unwrap();
    let names: Vec<&str> = listed.iter().map(|list| list.address.as_str()).collect();
    assert_eq!(names, ["c", "d"]);
}

#[test]
fn octets_that_the_disk_has_changed_are_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("revocation.sqlite");
    let (cache, writer) = Cache::open(&file, 1000);
    cache.offer(inquiry("a"), record(b"whole", Some(dates(0, 86_400, 5))));
    cache.offer(inquiry("b"), record(b"bent", Some(dates(0, 86_400, 5))));
    close(&cache, writer);
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.execute("UPDATE answers SET octets = x'00' WHERE address = 'b'", []).unwrap();
    drop(connection);
    let (cache, writer) = Cache::open(&file, 1000);
    assert!(cache.peek(&inquiry("a")).is_some() && cache.peek(&inquiry("b")).is_none());
    close(&cache, writer);
}

fn keeps_in_memory(file: &Path) {
    let (cache, writer) = Cache::open(file, 1000);
    assert!(writer.is_none());
    cache.offer(inquiry("a"), record(b"a", Some(dates(0, 86_400, 5))));
    assert!(cache.peek(&inquiry("a")).is_some());
    cache.close();
}

#[test]
fn a_file_that_is_no_cache_is_made_anew_and_a_folder_that_cannot_be_made_is_done_without() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("revocation.sqlite");
    std::fs::write(&file, [b'x'; 5000]).unwrap();
    let (cache, writer) = Cache::open(&file, 1000);
    cache.offer(inquiry("a"), record(b"a", Some(dates(0, 86_400, 5))));
    close(&cache, writer);
    let (cache, writer) = Cache::open(&file, 1000);
    assert!(cache.peek(&inquiry("a")).is_some());
    close(&cache, writer);
    keeps_in_memory(&file.join("below-a-file"));
    keeps_in_memory(folder.path());
}

#[test]
fn a_file_of_a_newer_program_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("revocation.sqlite");
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    keeps_in_memory(&file);
    let version: i64 =
        rusqlite::Connection::open(&file).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}

#[test]
fn a_full_disk_keeps_nothing_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("revocation.sqlite");
    // The file may have 1024 pages of 4096 octets; SQLite then says what it says of a full disk.
    let (cache, writer) = Cache::open(&file, 1 << 20);
    cache.memory().limit = usize::MAX;
    for n in 0..30 {
        cache.offer(inquiry(&n.to_string()), record(&vec![n; 300 << 10], Some(dates(0, 86_400, 5))));
    }
    assert_eq!(cache.size().0, 30, "memory has all");
    close(&cache, writer);
    let (cache, writer) = Cache::open(&file, 1 << 20);
    let (records, octets) = cache.size();
    assert!((1..30).contains(&records) && octets <= 1 << 20, "{records} records of {octets} octets");
    close(&cache, writer);
}
