//! The directory of a province: 20,000 mailboxes with ten years of history, 100,000 versions.
//!
//! `cargo bench --bench directory` prints one line a figure. Every look-up must find what it asks for, else the run fails.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail loudly")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

use dieu7::io::store::directory::{By, DirectoryStore, living};
use dieu7::message::Mailbox;
use dieu7::sender::Standing;
use dieu7::sender::directory::{Change, ChangeSet, Key, Kind, Listing, Publication};
use dieu7::time::{Period, UnixTime};

const MAILBOXES: usize = 20_000;
const VERSIONS: i64 = 5;
/// Two years between one version and the next.
const BETWEEN: i64 = 2 * 365 * 86_400;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.sqlite");
    let store = DirectoryStore::open(&file, "TQ").unwrap();
    let begin = UnixTime::parse("2016-01-01").unwrap();
    let mut now = begin;
    for version in 0..VERSIONS {
        now = begin.plus(version * BETWEEN);
        let set = ChangeSet { changes: changes(version), read_on: Some(now), base: None };
        let start = Instant::now();
        let applied = store.apply(&set, &By::default(), now).unwrap();
        assert_eq!(applied.added + applied.changed, MAILBOXES);
        println!("change of all {MAILBOXES} mailboxes, number {}: {} ms", version + 1, start.elapsed().as_millis());
    }
    let start = Instant::now();
    let one = ChangeSet {
        changes: changes(0).into_iter().take(1).map(|change| again(&change)).collect(),
        ..ChangeSet::default()
    };
    store.apply(&one, &By::default(), now.plus(100)).unwrap();
    println!("change of one mailbox: {} ms", start.elapsed().as_millis());
    drop(store);
    println!("file: {} MB", std::fs::metadata(&file).unwrap().len() / 1_000_000);

    let before = resident();
    let start = Instant::now();
    let directory = living(&file).unwrap().unwrap();
    println!("{} versions loaded: {} ms", directory.listings().len(), start.elapsed().as_millis());
    let start = Instant::now();
    let directory = directory.prepared();
    println!("its names made ready for look-up: {} ms", start.elapsed().as_millis());
    println!("memory: {} MB", resident().saturating_sub(before) / 1000);

    let mailboxes: Vec<Mailbox> = (0..MAILBOXES).map(mailbox).collect();
    let strangers: Vec<Mailbox> = (MAILBOXES..2 * MAILBOXES).map(mailbox).collect();
    for (what, at) in [("today", now.plus(1000)), ("in the first year", begin.plus(1000))] {
        nanoseconds(&format!("look-up of a mailbox {what}"), &mailboxes, |mailbox| {
            assert!(matches!(directory.standing(mailbox, at), Standing::Official(_)));
        });
    }
    nanoseconds("look-up of a mailbox that is not listed", &strangers, |mailbox| {
        assert_eq!(directory.standing(mailbox, now), Standing::NotListed);
    });
    let names: Vec<String> = (0..MAILBOXES).map(|n| agency(n, VERSIONS - 1)).collect();
    nanoseconds("look-up of an agency by its name", &names, |name| {
        assert_eq!(directory.named(name, now.plus(50)).count(), 1, "{name}");
    });
    nanoseconds("age", &mailboxes, |_| {
        black_box(directory.freshness(now, 90));
    });
    let start = Instant::now();
    assert_eq!(directory.at(now.plus(1000), now.plus(1000)).count(), MAILBOXES);
    println!("state at a day: {} ms", start.elapsed().as_millis());
}

fn mailbox(n: usize) -> Mailbox {
    Mailbox::parse(&format!("vanthu.donvi{n}@tuyenquang.gov.vn")).unwrap()
}

fn agency(n: usize, version: i64) -> String {
    // Mergers and renamings come once in ten years; logins, pins and days change more often.
    format!("Ủy ban nhân dân xã số {n}{}", if version < 3 { "" } else { " (mới)" })
}

fn listing(n: usize, version: i64) -> Listing {
    Listing {
        mailbox: mailbox(n),
        kind: Kind::Unit,
        agency: agency(n, version),
        aliases: vec![format!("UBND xã số {n}")],
        codes: BTreeSet::from([format!("50001{n:05}")]),
        logins: BTreeSet::from([format!("vanthu{n}.1"), format!("vanthu{n}.2"), format!("lan{version}")]),
        publication: Publication::Portal,
        published_on: UnixTime::parse("2013-08-01"),
        source: "https://tuyenquang.gov.vn/danh-ba-thu-dien-tu".to_owned(),
        period: Period::new(UnixTime::parse("2013-08-01"), None).unwrap(),
        pins: Vec::new(),
        request: None,
        successor: None,
        known: Period::ALWAYS,
    }
}

fn changes(version: i64) -> Vec<Change> {
    let change = |n| match listing(n, version) {
        listing if version == 0 => Change::Add(listing),
        to => Change::Amend { of: to.key(), to },
    };
    (0..MAILBOXES).map(change).collect()
}

fn again(change: &Change) -> Change {
    let of = Key { mailbox: change.mailbox().clone(), from: UnixTime::parse("2013-08-01") };
    Change::LoginsSet { of, logins: BTreeSet::from(["moi".to_owned()]) }
}

fn nanoseconds<T>(what: &str, of: &[T], mut work: impl FnMut(&T)) {
    of.iter().for_each(&mut work);
    let start = Instant::now();
    of.iter().for_each(&mut work);
    let each = start.elapsed().as_nanos() / u128::try_from(of.len()).unwrap();
    println!("{what}: {each} ns");
}

/// Resident memory, in kB.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
