use super::super::intake::{self, Request, Told};
use super::*;

const HEADER: &str = "mailbox,kind,agency,aliases,logins,published_on,source,valid_from,valid_to,signers";

fn day(text: &str) -> UnixTime {
    UnixTime::parse(text).unwrap()
}

fn directory(rows: &str) -> Directory {
    Directory::from_csv(&format!("{HEADER}\n{rows}")).unwrap()
}

fn read(text: &str, publication: Publication) -> Intake {
    let request = Request {
        publication,
        source: "https://x.vn/",
        read_on: day("2026-11-01"),
        kind: Kind::Unit,
        valid_from: None,
        columns: Told::default(),
        charset: None,
    };
    intake::read(text.as_bytes(), &request).unwrap()
}

fn page(rows: &str) -> Intake {
    read(&format!("Đơn vị;Hộp thư\n{rows}"), Publication::Portal)
}

fn question(directory: &Directory) -> Question<'_> {
    let at = day("2026-11-01");
    Question { directory, known_at: at.plus(3_600), day: at, publication: Publication::Portal, reopen: false }
}

/// The directory after the changes, as it is known then.
fn after(directory: &Directory, diff: &Diff, close_missing: bool) -> Directory {
    directory.apply(&diff.changes(directory, Some(day("2026-11-01")), close_missing), day("2026-11-02")).unwrap()
}

fn agency(directory: &Directory, mailbox: &str, on: &str) -> Option<String> {
    let known_at = day("2026-11-03");
    let mailbox = Mailbox::parse(mailbox).unwrap();
    match directory.standing_as_known(&mailbox, day(on), known_at) {
        super::super::Standing::Official(listing) => Some(listing.agency.clone()),
        _ => None,
    }
}

#[test]
fn a_list_that_says_the_same_changes_nothing() {
    let directory = directory("a@x.vn,unit,Sở Y tế,,lan,,,2013-08-01,,\nb@x.vn,unit,B,,,,,,,\n");
    let diff = diff(&page("SỞ Y TẾ;A@x.vn\nB;b@x.vn\n"), &question(&directory));
    assert_eq!((diff.unchanged, diff.in_scope, diff.is_empty(true)), (2, 2, true));
}

#[test]
fn a_new_mailbox_is_official_from_the_day_of_reading() {
    let directory = directory("b@x.vn,unit,B,,,,,,,\n");
    let diff = diff(&page("A;a@x.vn\nB;b@x.vn\n"), &question(&directory));
    assert_eq!((diff.added.len(), diff.unchanged), (1, 1));
    let after = after(&directory, &diff, false);
    assert_eq!(agency(&after, "a@x.vn", "2026-10-31"), None);
    assert_eq!(agency(&after, "a@x.vn", "2026-11-01").unwrap(), "A");
}

#[test]
fn another_agency_has_it_from_that_day_on_and_the_logins_stay() {
    let directory = directory(&format!("a@x.vn,unit,Cũ,CU,lan,,,2013-08-01,,{}\n", "ab".repeat(32)));
    let diff = diff(&page("Mới;a@x.vn\n"), &question(&directory));
    assert_eq!(diff.changed[0].fields, [Field::Agency]);
    let after = after(&directory, &diff, false);
    assert_eq!(agency(&after, "a@x.vn", "2026-10-31").unwrap(), "Cũ");
    assert_eq!(agency(&after, "a@x.vn", "2026-11-01").unwrap(), "Mới");
    let listing = after.at(day("2026-11-02"), day("2026-11-03")).next().unwrap();
    assert!(listing.logins.contains("lan") && listing.pins.is_empty() && listing.aliases.is_empty());
}

#[test]
fn what_is_missing_is_closed_only_when_asked_and_too_much_is_told() {
    let rows: String = (0..10).fold(String::new(), |all, n| all + &format!("u{n}@x.vn,unit,U{n},,,,,2013-08-01,,\n"));
    let directory = directory(&rows);
    let list = |n: usize| (0..n).fold(String::new(), |all, n| all + &format!("U{n};u{n}@x.vn\n"));
    let found = diff(&page(&list(8)), &question(&directory));
    assert_eq!((found.missing.len(), found.misses_too_many(), found.is_empty(false)), (2, false, true));
    assert_eq!(agency(&after(&directory, &found, false), "u9@x.vn", "2026-11-01").unwrap(), "U9");
    let closed = after(&directory, &found, true);
    assert_eq!(agency(&closed, "u9@x.vn", "2026-11-01"), None);
    assert_eq!(agency(&closed, "u9@x.vn", "2026-10-31").unwrap(), "U9");
    assert!(diff(&page(&list(7)), &question(&directory)).misses_too_many());
}

#[test]
fn a_list_of_units_says_nothing_about_persons_or_other_sites() {
    let directory = directory("a@x.vn,unit,A,,,,,,,\np@x.vn,personal,,,,,,,,\n");
    assert!(diff(&page("A;a@x.vn\n"), &question(&directory)).missing.is_empty());
    let own = read("Đơn vị;Hộp thư\nA;a@x.vn\nB;b@x.vn\n", Publication::OwnSite);
    let question = Question { publication: Publication::OwnSite, ..question(&directory) };
    let diff = diff(&own, &question);
    assert_eq!(diff.not_followed[0].reason, Reason::OnPortal);
    assert_eq!((diff.added.len(), diff.missing.len()), (1, 0));
}

#[test]
fn a_closed_mailbox_is_not_opened_by_an_old_page() {
    let directory = directory("a@x.vn,unit,A,,,,,2013-08-01,2025-06-30,\nb@x.vn,unit,B,,,,,2027-01-01,,\n");
    let list = page("A;a@x.vn\nB;b@x.vn\n");
    let found = diff(&list, &question(&directory));
    let reasons: Vec<Reason> = found.not_followed.iter().map(|row| row.reason).collect();
    assert_eq!(reasons, [Reason::Closed(end_of(day("2025-06-30"))), Reason::Planned(day("2027-01-01"))]);
    let reopened = diff(&list, &Question { reopen: true, ..question(&directory) });
    let after = after(&directory, &reopened, false);
    assert_eq!(agency(&after, "a@x.vn", "2026-10-31"), None);
    assert_eq!(agency(&after, "a@x.vn", "2026-11-01").unwrap(), "A");
}

#[test]
fn our_own_form_corrects_what_it_speaks_of_and_leaves_the_rest() {
    let directory = Directory::from_csv(&format!(
        "{HEADER},successor\na@x.vn,unit,A,,,,,2013-08-01,,,b@x.vn\nc@x.vn,unit,C,,,,,2013-08-01,2020-12-31,,\nc@x.vn,unit,D,,,,,2021-01-01,,,\n"
    ))
    .unwrap();
    let own = format!(
        "{HEADER}\na@x.vn,unit,A,,lan,,,2014-01-01,,\nc@x.vn,unit,C,,,,,2013-08-01,2020-12-31,\nc@x.vn,unit,E,,,,,2021-01-01,,\n"
    );
    let diff = diff(&read(&own, Publication::Portal), &question(&directory));
    assert_eq!((diff.changed.len(), diff.unchanged, diff.added.len()), (2, 1, 0));
    let after = after(&directory, &diff, false);
    let listing = after.history(&Mailbox::parse("a@x.vn").unwrap()).last().unwrap();
    assert_eq!(listing.period.from(), Some(day("2014-01-01")));
    assert!(listing.successor.is_some() && listing.logins.contains("lan"));
    assert_eq!(agency(&after, "c@x.vn", "2022-01-01").unwrap(), "E");
}

#[test]
fn an_export_read_again_says_the_same_in_both_forms() {
    let pin = "cd".repeat(32);
    let header = "publication,request,reason,decision,requested_on,done_on,notified_on,successor,pins";
    let text = format!(
        "{HEADER},{header}\na@x.vn,unit,\"'=A, 1\",SYT;MST:5000,lan;mai,2013-08-01,https://x.vn,2013-08-01,2026-12-31,{pin},own-site,change,-lý do,QĐ 1,2026-01-02,2026-01-05,2026-01-06,b@x.vn,{pin} head 2026-01-01..2026-06-30 Sở Nội vụ;{pin} delegate ..\n"
    );
    let directory = Directory::from_csv(&text).unwrap();
    let read_on = Some(day("2026-11-01"));
    let csv = Directory::to_csv(read_on, directory.listings().iter()).unwrap();
    let toml = Directory::to_toml(read_on, directory.listings().iter());
    assert!(csv.contains("'-lý do"), "{csv}");
    for again in [Directory::from_csv(&csv).unwrap(), Directory::from_toml(&toml).unwrap()] {
        assert_eq!((again.listings(), again.read_on()), (directory.listings(), read_on));
    }
    let found = diff(&read(&csv, Publication::Portal), &question(&directory));
    assert!(found.is_empty(true) && found.unchanged == 1, "{found:?}");
}

#[test]
fn twenty_thousand_mailboxes_are_held_against_each_other_by_look_up() {
    let rows: String =
        (0..20_000).fold(String::new(), |all, n| all + &format!("u{n}@x.vn,unit,U{n},,,,,2013-08-01,,\n"));
    let directory = directory(&rows);
    let list: String = (0..20_000)
        .fold(String::new(), |all, n| all + &format!("U{};u{n}@x.vn\n", if n % 100 == 0 { n + 1 } else { n }));
    let diff = diff(&page(&list), &question(&directory));
    assert_eq!((diff.changed.len(), diff.unchanged), (200, 19_800));
}
