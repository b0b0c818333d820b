use super::super::history::{HistoryFault, Version};
use super::super::{Freshness, Kind, Publication, RequestKind, Role, Standing};
use super::*;

fn day(text: &str) -> UnixTime {
    UnixTime::parse(text).unwrap()
}

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

fn listing(address: &str, from: Option<&str>, agency: &str) -> Listing {
    Listing {
        mailbox: mailbox(address),
        kind: Kind::Unit,
        agency: agency.to_owned(),
        aliases: vec![format!("{agency} tỉnh")],
        codes: BTreeSet::from(["5000123456".to_owned()]),
        logins: BTreeSet::from(["lan".to_owned()]),
        publication: Publication::Portal,
        published_on: from.map(day),
        source: "https://tuyenquang.gov.vn/danh-ba".to_owned(),
        period: Period::new(from.map(day), None).unwrap(),
        pins: Vec::new(),
        request: None,
        successor: None,
        known: Period::ALWAYS,
    }
}

fn key(address: &str, from: &str) -> Key {
    Key { mailbox: mailbox(address), from: Some(day(from)) }
}

fn set(changes: Vec<Change>) -> ChangeSet {
    ChangeSet { changes, ..ChangeSet::default() }
}

/// A directory of 2013 with the mailboxes `a` and `b`.
fn first() -> Directory {
    let added = ["a@b.vn", "b@b.vn"].map(|address| Change::Add(listing(address, Some("2013-08-01"), address)));
    Directory::default().apply(&set(added.to_vec()), day("2013-08-01")).unwrap()
}

fn agency<'d>(directory: &'d Directory, at: &str, known_at: &str) -> Option<&'d str> {
    match directory.standing_as_known(&mailbox("a@b.vn"), day(at), day(known_at)) {
        Standing::Official(listing) => Some(&listing.agency),
        _ => None,
    }
}

#[test]
fn what_was_known_at_receipt_decides_whatever_was_learned_later() {
    let renamed = listing("a@b.vn", Some("2013-08-01"), "Mới");
    let amend = Change::Amend { of: key("a@b.vn", "2013-08-01"), to: renamed };
    let directory = first().apply(&set(vec![amend]), day("2020-05-01")).unwrap();
    assert_eq!(agency(&directory, "2019-01-01", "2019-01-01"), Some("a@b.vn"));
    // Learned in 2020 about 2019.
    assert_eq!(agency(&directory, "2019-01-01", "2020-05-01"), Some("Mới"));
    assert_eq!(agency(&directory, "2020-04-30T23:59:59+07:00", "2020-04-30T23:59:59+07:00"), Some("a@b.vn"));
    assert_eq!(agency(&directory, "2020-05-01", "2020-05-01"), Some("Mới"));
    // Before anything was known.
    assert_eq!(directory.standing(&mailbox("a@b.vn"), day("2013-07-31")), Standing::NotListed);
    assert_eq!(directory.named("Mới", day("2019-01-01")).count(), 0);
    assert_eq!(directory.named("mới", day("2021-01-01")).count(), 1);
    assert_eq!(directory.history(&mailbox("a@b.vn")).count(), 2);
}

#[test]
fn a_mailbox_that_was_closed_is_not_in_force_and_names_its_successor() {
    let request = Request {
        kind: RequestKind::Cancel,
        reason: "sáp nhập".into(),
        decision: "123/QĐ-UBND".into(),
        requested_on: Some(day("2025-06-20")),
        done_on: Some(day("2025-06-25")),
        notified_on: None,
    };
    let close = Change::Close {
        of: key("a@b.vn", "2013-08-01"),
        on: day("2025-06-30T23:59:59+07:00"),
        request: Some(request.clone()),
        successor: Some(mailbox("b@b.vn")),
    };
    let plan = first().plan(&set(vec![close.clone()]), day("2025-06-25")).unwrap();
    assert_eq!(plan.counts, Counts { added: 0, changed: 0, closed: 1 });
    let directory = first().apply(&set(vec![close]), day("2025-06-25")).unwrap();
    assert_eq!(agency(&directory, "2025-06-30", "2025-06-30"), Some("a@b.vn"));
    let Standing::NotInForce(found) = directory.standing(&mailbox("a@b.vn"), day("2025-07-01")) else { panic!() };
    assert_eq!((found.successor.as_ref(), found.request.as_ref()), (Some(&mailbox("b@b.vn")), Some(&request)));
}

#[test]
fn a_mailbox_that_is_listed_again_later_is_not_in_force_between_and_the_earlier_listing_speaks() {
    let close = Change::Close {
        of: key("a@b.vn", "2013-08-01"),
        on: day("2015-01-01"),
        request: None,
        successor: Some(mailbox("b@b.vn")),
    };
    let again = Change::Add(listing("a@b.vn", Some("2030-01-01"), "Lại"));
    // The order inside a set does not matter.
    let directory = first().apply(&set(vec![again, close]), day("2014-12-01")).unwrap();
    let Standing::NotInForce(found) = directory.standing(&mailbox("a@b.vn"), day("2020-01-01")) else { panic!() };
    assert!(found.successor.is_some());
    assert_eq!(agency(&directory, "2030-01-01", "2030-01-01"), Some("Lại"));
}

#[test]
fn a_mailbox_published_on_the_units_own_site_alone_is_never_official() {
    let own = Listing { publication: Publication::OwnSite, ..listing("a@b.vn", Some("2013-08-01"), "A") };
    let amend = Change::Amend { of: key("a@b.vn", "2013-08-01"), to: own.clone() };
    let directory = first().apply(&set(vec![amend]), day("2020-01-01")).unwrap();
    assert!(matches!(directory.standing(&mailbox("a@b.vn"), day("2019-01-01")), Standing::Official(_)));
    assert!(matches!(directory.standing(&mailbox("a@b.vn"), day("2020-01-01")), Standing::OwnSite(_)));
    let person = Listing { kind: Kind::Personal, ..own };
    let amend = Change::Amend { of: key("a@b.vn", "2013-08-01"), to: person };
    let directory = directory.apply(&set(vec![amend]), day("2021-01-01")).unwrap();
    assert!(matches!(directory.standing(&mailbox("a@b.vn"), day("2021-01-01")), Standing::Personal(_)));
}

#[test]
fn an_error_is_retracted_from_its_day_on_and_stays_known_of_the_time_before() {
    let retract = Change::Retract { of: key("a@b.vn", "2013-08-01") };
    let directory = first().apply(&set(vec![retract]), day("2020-01-01")).unwrap();
    assert_eq!(directory.standing(&mailbox("a@b.vn"), day("2020-01-01")), Standing::NotListed);
    assert_eq!(agency(&directory, "2019-12-31", "2019-12-31"), Some("a@b.vn"));
    assert_eq!(directory.known(day("2020-01-01")).count(), 1);
    assert_eq!(directory.at(day("2019-01-01"), day("2019-01-01")).count(), 2);
}

#[test]
fn pins_of_heads_and_delegates_have_days_and_end() {
    let certificate = Sha256::of(b"head");
    let of = key("a@b.vn", "2013-08-01");
    let pin = Pin {
        certificate,
        role: Role::Head,
        period: Period::new(Some(day("2014-01-01")), None).unwrap(),
        by: "Chánh Văn phòng".into(),
    };
    let added = set(vec![Change::PinAdded { of: of.clone(), pin }]);
    let directory = first().apply(&added, day("2014-01-01")).unwrap();
    assert_eq!(directory.pinned(&certificate, day("2016-01-01")).count(), 1);
    let on = day("2017-12-31T23:59:59+07:00");
    let ended = set(vec![Change::PinEnded { of: of.clone(), certificate, on }]);
    let directory = directory.apply(&ended, day("2018-01-15")).unwrap();
    // Known on that day as it was known on that day.
    assert_eq!(directory.pinned(&certificate, day("2018-01-10")).count(), 1);
    assert_eq!(directory.pinned(&certificate, day("2018-01-15")).count(), 0);
    assert_eq!(directory.pinned(&certificate, day("2016-01-01")).count(), 1);
    let again = directory.apply(&ended, day("2018-01-16"));
    assert_eq!(again.unwrap_err(), ChangeFault::NoSuchPin(of.clone(), certificate));
    let other = set(vec![Change::PinEnded { of: of.clone(), certificate: Sha256::of(b"x"), on }]);
    assert!(matches!(directory.apply(&other, day("2018-01-16")), Err(ChangeFault::NoSuchPin(..))));
}

#[test]
fn logins_count_from_when_they_are_recorded() {
    let logins = BTreeSet::from(["minh".to_owned()]);
    let change = Change::LoginsSet { of: key("a@b.vn", "2013-08-01"), logins: logins.clone() };
    let directory = first().apply(&set(vec![change]), day("2020-01-01")).unwrap();
    let of = |at: &str| match directory.standing(&mailbox("a@b.vn"), day(at)) {
        Standing::Official(listing) => listing.logins.clone(),
        _ => panic!(),
    };
    assert_eq!(of("2020-01-01"), logins);
    assert_eq!(of("2019-12-31"), BTreeSet::from(["lan".to_owned()]));
}

#[test]
fn changes_that_cannot_be_made_change_nothing_and_say_which_listing() {
    let of = key("a@b.vn", "2013-08-01");
    let later = key("a@b.vn", "2014-08-01");
    let close = |on: &str| Change::Close { of: of.clone(), on: day(on), request: None, successor: None };
    let cases = [
        (close("2013-07-31"), ChangeFault::EndsBeforeStart(of.clone())),
        (Change::Retract { of: later.clone() }, ChangeFault::NoSuchListing(later.clone())),
        (
            Change::Amend { of: of.clone(), to: listing("c@b.vn", Some("2013-08-01"), "C") },
            ChangeFault::OtherMailbox(of.clone()),
        ),
        (Change::Add(listing("a@b.vn", Some("2014-08-01"), "A")), ChangeFault::Overlap(later.clone())),
        (Change::Add(listing("a@b.vn", None, "A")), ChangeFault::Overlap(of.clone())),
    ];
    for (change, fault) in cases {
        // A sound change beside it does not get through.
        let sound = Change::Add(listing("c@b.vn", None, "C"));
        let refused = first().apply(&set(vec![sound, change]), day("2020-01-01"));
        assert_eq!(refused.unwrap_err(), fault);
    }
    let future = ChangeSet { read_on: Some(day("2020-01-03")), ..ChangeSet::default() };
    assert_eq!(first().apply(&future, day("2020-01-01")).unwrap_err(), ChangeFault::ReadInFuture(day("2020-01-03")));
}

#[test]
fn changes_worked_out_against_another_state_are_refused() {
    let (one, base) = (first(), first().digest());
    let changed = set(vec![Change::Retract { of: key("b@b.vn", "2013-08-01") }]);
    let two = one.apply(&changed, day("2014-01-01")).unwrap();
    let set = ChangeSet { changes: vec![Change::Retract { of: key("a@b.vn", "2013-08-01") }], base, read_on: None };
    assert!(one.apply(&set, day("2015-01-01")).is_ok());
    assert_eq!(two.apply(&set, day("2015-01-01")).unwrap_err(), ChangeFault::Outdated);
}

#[test]
fn a_change_that_says_what_is_said_already_is_none_but_a_reading_without_changes_renews_the_age() {
    let same = Change::Amend { of: key("a@b.vn", "2013-08-01"), to: listing("a@b.vn", Some("2013-08-01"), "a@b.vn") };
    let read = ChangeSet { changes: vec![same], read_on: Some(day("2020-01-01")), base: None };
    let plan = first().plan(&read, day("2020-01-02")).unwrap();
    assert_eq!((plan.counts, plan.opened.len(), plan.closed.len()), (Counts::default(), 0, 0));
    let directory = first().apply(&read, day("2020-01-02")).unwrap();
    assert_eq!(directory.listings(), first().listings());
    assert_ne!(directory.digest(), first().digest());
    assert_eq!(first().freshness(day("2020-01-03"), 30), Freshness::Undated);
    assert_eq!(directory.freshness(day("2020-01-03"), 30), Freshness::Fresh);
    // It was not known before it was recorded.
    assert_eq!(directory.freshness(day("2020-01-01"), 30), Freshness::Undated);
    assert_eq!(directory.freshness(day("2020-02-01"), 30), Freshness::Stale { days: 31 });
}

#[test]
fn an_older_page_that_is_imported_later_does_not_make_the_directory_older() {
    let read = |on: &str| ChangeSet { read_on: Some(day(on)), ..ChangeSet::default() };
    let directory = first().apply(&read("2020-01-01"), day("2020-01-01")).unwrap();
    let directory = directory.apply(&read("2019-01-01"), day("2020-01-05")).unwrap();
    assert_eq!(directory.read_on(), Some(day("2020-01-01")));
}

#[test]
fn what_a_clock_ahead_of_its_time_recorded_counts_from_the_next_change() {
    let close = |n: &str| set(vec![Change::Retract { of: key(n, "2013-08-01") }]);
    let ahead = ChangeSet { read_on: Some(day("2036-01-01")), ..close("a@b.vn") };
    let directory = first().apply(&ahead, day("2036-01-01")).unwrap();
    // Mail of now is judged by what is known now.
    assert!(matches!(directory.standing(&mailbox("a@b.vn"), day("2026-06-01")), Standing::Official(_)));
    let mended = directory.apply(&close("b@b.vn"), day("2026-07-01")).unwrap();
    assert!(matches!(mended.standing(&mailbox("a@b.vn"), day("2026-06-30")), Standing::Official(_)));
    assert_eq!(mended.standing(&mailbox("a@b.vn"), day("2026-07-01")), Standing::NotListed);
    // A reading of 2036 does not keep the directory young until then.
    assert_eq!(mended.freshness(day("2026-07-02"), 30), Freshness::Undated);
    assert_eq!(mended.newest(day("2026-07-02")), day("2026-07-02"));
    assert_eq!(directory.newest(day("2026-07-02")), day("2036-01-01"));
}

#[test]
fn a_version_that_was_known_for_no_time_at_all_is_left_out() {
    let at = day("2020-01-01");
    let amend = |agency: &str| {
        let to = listing("a@b.vn", Some("2013-08-01"), agency);
        set(vec![Change::Amend { of: key("a@b.vn", "2013-08-01"), to }])
    };
    let directory = first().apply(&amend("Một"), at).unwrap().apply(&amend("Hai"), at).unwrap();
    assert_eq!(agency(&directory, "2020-01-01", "2020-01-01"), Some("Hai"));
    assert_eq!(directory.history(&mailbox("a@b.vn")).count(), 2);
}

#[test]
fn the_versions_of_one_mailbox_are_bounded() {
    let mut directory = first();
    let mut at = day("2014-01-01");
    for n in 2.. {
        let to = listing("a@b.vn", Some("2013-08-01"), &format!("Tên {n}"));
        let amend = set(vec![Change::Amend { of: key("a@b.vn", "2013-08-01"), to }]);
        at = at.plus(DAY);
        match directory.apply(&amend, at) {
            Ok(next) => directory = next,
            Err(fault) => {
                assert_eq!((n, fault), (VERSIONS + 1, ChangeFault::TooManyVersions(mailbox("a@b.vn"))));
                return;
            }
        }
    }
}

/// A small generator, so that every run tries the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn change(&mut self, directory: &Directory) -> Change {
        let open: Vec<&Listing> = directory.listings().iter().filter(|l| l.known.to().is_none()).collect();
        let n = self.below(6);
        let start = day("2013-01-01").plus(i64::try_from(self.below(5000)).unwrap() * DAY);
        let address = format!("m{}@b.vn", self.below(4));
        let fresh = Listing {
            period: Period::new(Some(start), Some(start.plus(i64::try_from(self.below(900)).unwrap() * DAY))).unwrap(),
            logins: BTreeSet::from([format!("l{}", self.below(9))]),
            ..listing(&address, None, &format!("Sở {}", self.below(9)))
        };
        let Some(some) = open.get(usize::try_from(self.below(9)).unwrap()) else { return Change::Add(fresh) };
        let of = some.key();
        match n {
            0 => Change::Retract { of },
            1 => Change::Close { of, on: start, request: None, successor: None },
            2 => Change::LoginsSet { of, logins: fresh.logins },
            3 => Change::Amend { to: Listing { mailbox: of.mailbox.clone(), ..fresh }, of },
            _ => Change::Add(fresh),
        }
    }
}

#[test]
fn after_any_changes_the_directory_as_known_earlier_is_as_it_was_and_is_read_back_as_it_is() {
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let mut directory = Directory::default();
        let mut at = day("2014-01-01");
        // What is written down, as a store does.
        let (mut changes, mut rows): (Vec<Recorded>, Vec<(usize, Option<usize>, String)>) = Default::default();
        let mut ids: Vec<usize> = Vec::new();
        for _ in 0..60 {
            // Now and then two in one second, and a clock that goes back.
            let back = i64::try_from(dice.below(4)).unwrap() - 1;
            at = at.plus(back * DAY);
            let count = dice.below(3) + 1;
            let set = set((0..count).map(|_| dice.change(&directory)).collect());
            let Ok(plan) = directory.plan(&set, at) else { continue };
            let after = directory.apply(&set, at).unwrap();
            for earlier in [at.plus(-1), at.plus(-DAY), at.plus(-40 * DAY)] {
                let as_known = |directory: &Directory| -> Vec<String> {
                    let mut known: Vec<String> = directory.known(earlier).map(Listing::write).collect();
                    known.sort();
                    known
                };
                assert_eq!(as_known(&after), as_known(&directory), "seed {seed}");
                for n in 0..4 {
                    let (one, of) = (earlier.plus(-90 * DAY), mailbox(&format!("m{n}@b.vn")));
                    for moment in [earlier, one] {
                        let was = format!("{:?}", shape(directory.standing_as_known(&of, moment, earlier)));
                        assert_eq!(format!("{:?}", shape(after.standing_as_known(&of, moment, earlier))), was);
                    }
                }
            }
            for place in &plan.closed {
                rows[ids[*place]].1 = Some(changes.len());
            }
            rows.extend(plan.opened.iter().map(|listing| (changes.len(), None, listing.write())));
            changes.push(plan.link.clone());
            let versions: Vec<Version<'_>> =
                rows.iter().map(|(opened, closed, text)| Version { opened: *opened, closed: *closed, text }).collect();
            let (read, places) = Directory::read(changes.clone(), &versions).unwrap();
            assert_eq!(read.listings(), after.listings(), "seed {seed}");
            assert_eq!((read.digest(), read.read_on()), (after.digest(), after.read_on()));
            ids = places;
            directory = after;
        }
        assert!(changes.len() > 15, "{}", changes.len());
    }
}

/// What is said, without when it was known, which a later change may end.
fn shape(standing: Standing<'_>) -> (u8, Option<String>) {
    match standing {
        Standing::NotInForce(listing) => (0, Some(listing.write())),
        Standing::NotListed => (1, None),
        Standing::Official(listing) => (2, Some(listing.write())),
        Standing::OwnSite(listing) => (3, Some(listing.write())),
        Standing::Personal(listing) => (4, Some(listing.write())),
    }
}

#[test]
fn a_history_that_was_altered_afterwards_is_refused() {
    let set = set(vec![
        Change::Add(listing("a@b.vn", Some("2013-08-01"), "Sở A")),
        Change::Add(listing("b@b.vn", Some("2013-08-01"), "Sở B")),
    ]);
    let one = Directory::default().plan(&set, day("2014-01-01")).unwrap();
    let directory = Directory::default().after(&one);
    let retract = ChangeSet { changes: vec![Change::Retract { of: key("a@b.vn", "2013-08-01") }], ..set.clone() };
    let two = directory.plan(&retract, day("2015-01-01")).unwrap();
    let changes = vec![one.link.clone(), two.link];
    let texts: Vec<String> = one.opened.iter().map(Listing::write).collect();
    let version = |n: usize, closed| Version { opened: 0, closed, text: &texts[n] };
    let sound = [version(0, Some(1)), version(1, None)];
    assert!(Directory::read(changes.clone(), &sound).is_ok());
    let renamed = texts[0].replace("Sở A", "Sở C");
    let altered = [Version { text: &renamed, ..sound[0] }, sound[1]];
    assert_eq!(Directory::read(changes.clone(), &altered).unwrap_err(), HistoryFault::Altered(0));
    let opened_again = [version(0, None), sound[1]];
    assert_eq!(Directory::read(changes.clone(), &opened_again).unwrap_err(), HistoryFault::Altered(1));
    let closed_instead = [version(0, None), version(1, Some(1))];
    assert_eq!(Directory::read(changes.clone(), &closed_instead).unwrap_err(), HistoryFault::Altered(1));
    assert_eq!(Directory::read(changes.clone(), &sound[..1]).unwrap_err(), HistoryFault::Altered(0));
    let mut earlier = changes.clone();
    earlier[1].known_from = day("2014-06-01");
    assert_eq!(Directory::read(earlier, &sound).unwrap_err(), HistoryFault::Altered(1));
    for (opened, closed) in [(2, None), (0, Some(2)), (1, Some(1))] {
        let nowhere = [Version { opened, closed, text: &texts[0] }];
        assert_eq!(Directory::read(changes.clone(), &nowhere).unwrap_err(), HistoryFault::NoSuchChange(0));
    }
}

#[test]
fn a_listing_is_read_back_as_it_was_written() {
    let mut full = listing("nội.vụ@tuyenquang.gov.vn", Some("2013-08-01"), "Sở \"Nội vụ\"\n");
    full.pins.push(Pin {
        certificate: Sha256::of(b"x"),
        role: Role::Delegate,
        period: Period::new(None, Some(day("2020-01-01"))).unwrap(),
        by: "Lan".into(),
    });
    full.request = Some(Request {
        kind: RequestKind::Change,
        reason: "đổi tên".into(),
        decision: "1/QĐ".into(),
        requested_on: Some(day("2020-01-01")),
        done_on: None,
        notified_on: Some(day("2020-01-05")),
    });
    full.successor = Some(mailbox("x@b.vn"));
    let directory = Directory::default().apply(&set(vec![Change::Add(full.clone())]), day("2020-01-01")).unwrap();
    let plan = Directory::default().plan(&set(vec![Change::Add(full.clone())]), day("2020-01-01")).unwrap();
    let text = full.write();
    // Canonical: what a JSON tool makes of it, keys sorted, is the same.
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap().to_string(), text);
    let version = Version { opened: 0, closed: None, text: &text };
    let (read, _) = Directory::read(vec![plan.link], &[version]).unwrap();
    assert_eq!(read.listings(), directory.listings());
}
