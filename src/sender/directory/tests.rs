use super::*;

const HEADER: &str = "mailbox,kind,agency,aliases,logins,published_on,source,valid_from,valid_to,signers\n";

fn csv(rows: &str) -> Result<Directory, Vec<DirectoryError>> {
    Directory::from_csv(&format!("# read_on=2026-11-01\n{HEADER}{rows}"))
}

fn day(text: &str) -> UnixTime {
    UnixTime::parse(text).unwrap()
}

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

#[test]
fn a_row_is_read_with_its_lists_codes_and_pins() {
    let pin = "AB".repeat(32);
    let directory = csv(&format!(
        "SoYTe@tuyenquang.gov.vn,unit,Sở Y tế,SYT; MST:5000 123456,VanThu;lan@x,2013-08-01,https://tuyenquang.gov.vn,2013-08-01,,{pin}\n"
    ))
    .unwrap();
    let Standing::Official(listing) = directory.standing(&mailbox("soyte@tuyenquang.gov.vn"), day("2026-11-24")) else {
        panic!()
    };
    assert_eq!(listing.aliases, ["SYT"]);
    assert!(listing.codes.contains("5000123456") && listing.logins.contains("vanthu"));
    assert_eq!(listing.pins[0].certificate.to_string(), pin.to_lowercase());
    assert_eq!(directory.coded("MST:5000123456", day("2026-11-24")).count(), 1);
    assert_eq!(directory.named("sở y TẾ", day("2026-11-24")).count(), 1);
}

#[test]
fn every_error_of_a_file_is_told_with_its_line_and_column() {
    let errors = csv("\
        nobody,unit,,,,,,,,\n\
        a@b.vn,boss,A,,,1/8/2013,,2013-08-01,2013-07-31,xyz\n\
        c@b.vn,unit,C,,,,,2013-01-01,2014-01-01,\n\
        c@b.vn,unit,C,,,,,2014-01-01,,\n\
        d@b.vn,unit\n")
    .unwrap_err();
    let found: Vec<(u64, Option<&str>)> = errors.iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(
        found,
        [
            (3, Some("mailbox")),
            (3, Some("agency")),
            (4, Some("kind")),
            (4, Some("signers")),
            (4, Some("published_on")),
            (4, Some("valid_to")),
            (6, Some("valid_from")),
            (7, None),
        ]
    );
    assert_eq!(errors[6].fault, RowFault::Overlap(5));
}

#[test]
fn a_wrong_header_or_day_of_reading_is_told() {
    let errors = Directory::from_csv("mailbox,kind\na@b.vn,unit\n").unwrap_err();
    assert_eq!((errors[0].line, &errors[0].fault), (1, &RowFault::Header));
    let errors = Directory::from_csv(&format!("# read_on=soon\n{HEADER}")).unwrap_err();
    assert_eq!((errors[0].line, errors[0].column), (1, Some("read_on")));
    assert!(Directory::from_csv("").is_err());
    assert!(Directory::from_csv(&format!("\u{feff}{HEADER}")).is_ok());
}

#[test]
fn periods_of_one_mailbox_follow_each_other_and_the_day_decides() {
    let directory = csv("\
        a@b.vn,unit,Cũ,,,,,2013-08-01,2025-06-30,\n\
        a@b.vn,unit,Mới,,,2025-07-10,,2025-07-01,,\n\
        p@b.vn,personal,,,,,,,,\n")
    .unwrap();
    let agency = |at: &str| match directory.standing(&mailbox("a@b.vn"), day(at)) {
        Standing::Official(listing) => Some(listing.agency.as_str()),
        Standing::NotInForce(_) => None,
        Standing::NotListed | Standing::OwnSite(_) | Standing::Personal(_) => panic!(),
    };
    assert_eq!(agency("2013-07-31"), None);
    assert_eq!(agency("2013-08-01"), Some("Cũ"));
    assert_eq!(agency("2025-06-30T23:59:59+07:00"), Some("Cũ"));
    // In force, but not yet published.
    assert_eq!(agency("2025-07-01"), None);
    assert_eq!(agency("2025-07-10"), Some("Mới"));
    assert!(matches!(directory.standing(&mailbox("p@b.vn"), day("2025-01-01")), Standing::Personal(_)));
    assert_eq!(directory.standing(&mailbox("q@b.vn"), day("2025-01-01")), Standing::NotListed);
}

#[test]
fn age_is_counted_from_the_day_of_reading() {
    let directory = csv("").unwrap();
    assert_eq!(directory.freshness(day("2026-12-01"), 30), Freshness::Fresh);
    assert_eq!(directory.freshness(day("2026-12-02"), 30), Freshness::Stale { days: 31 });
    assert_eq!(Directory::from_csv(HEADER).unwrap().freshness(day("2026-12-02"), 30), Freshness::Undated);
}

#[test]
fn the_toml_form_says_the_same() {
    let directory = Directory::from_toml(
        "read_on = \"2026-11-01\"\n[[mailbox]]\nmailbox = \"a@b.vn\"\nkind = \"unit\"\nagency = \"A\"\nlogins = [\"X\"]\n",
    )
    .unwrap();
    let same = csv("a@b.vn,unit,A,,X,,,,,\n").unwrap();
    assert_eq!((directory.listings(), directory.read_on()), (same.listings(), same.read_on()));
}

#[test]
fn errors_of_toml_stand_at_the_line_of_their_value() {
    let errors = Directory::from_toml(
        "[[mailbox]]\nmailbox = \"a@b.vn\"\nkind = \"unit\"\nagency = \"A\"\nvalid_from = \"x\"\n\n[[mailbox]]\nmailbox = \"y\"\nkind = \"z\"\n",
    )
    .unwrap_err();
    let found: Vec<(u64, Option<&str>)> = errors.iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(found, [(5, Some("valid_from")), (8, Some("mailbox")), (9, Some("kind"))]);
    let errors = Directory::from_toml("[[mailbox]]\nmailbox = \"a@b.vn\"\nkind = \"unit\"\nboss = 1\n").unwrap_err();
    assert!(matches!(errors[0], DirectoryError { line: 4, fault: RowFault::Syntax(_), .. }), "{errors:?}");
}

#[test]
fn a_mailbox_among_twenty_thousand_is_looked_up_among_its_own_rows() {
    let rows = (0..20_000).fold(String::new(), |rows, n| {
        rows + &format!("u{n}@b.vn,unit,Đơn vị {n},,,2013-08-01,,2013-08-01,2020-12-31,\nu{n}@b.vn,unit,Đơn vị {n},,,,,2021-01-01,,\n")
    });
    let directory = csv(&rows).unwrap();
    let boxes: Vec<Mailbox> = (0..20_000).map(|n| mailbox(&format!("u{n}@b.vn"))).collect();
    let found = boxes.iter().filter(|b| matches!(directory.standing(b, day("2026-11-24")), Standing::Official(_)));
    assert_eq!(found.count(), 20_000);
    assert!(boxes.iter().all(|mailbox| directory.by_mailbox[mailbox].len() == 2));
}
