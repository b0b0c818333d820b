use super::*;
use crate::digest::Sha256;
use crate::sender::directory::Pin;
use crate::time::Period;

const HEADER: &str = "mailbox,kind,agency,aliases,logins,published_on,source,valid_from,valid_to,signers\n";
const PIN: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const OTHER_PIN: &str = "2222222222222222222222222222222222222222222222222222222222222222";

fn directory() -> Directory {
    Directory::from_csv(&format!(
        "{HEADER}\
        ubnd@tq.vn,unit,UBND xã Tân Thành,MST:0500000000;MNS:1057890,,,,,,{PIN}\n\
        thanh@tq.vn,unit,UBND xã Tân Thanh,MST:0501000000,,,,,,{OTHER_PIN}\n\
        soyte@tq.vn,unit,Sở Y tế,Department of Health,,,,,,\n\
        vp1@tq.vn,unit,Văn phòng,,,,,,,\n\
        vp2@tq.vn,unit,Văn phòng,,,,,,,\n\
        thue1@tq.vn,unit,Chi cục Thuế,MST:0600000000,,,,,,\n\
        thue2@tq.vn,unit,Chi cục Thuế,MST:0600000000,,,,,,\n\
        cu@tq.vn,unit,Sở Cũ,MST:0502000000,,,,,2020-01-01,\n\
        hoa@tq.vn,unit,Ủy ban nhân dân xã Hòa An,,,,,,,\n\
        an@tq.vn,personal,Sở Y tế,,,,,,,\n"
    ))
    .unwrap()
}

fn signer(common_name: &str) -> SignerFacts {
    SignerFacts {
        fingerprint: Sha256::of(b"unknown"),
        emails: Vec::new(),
        common_name: Some(common_name.into()),
        organizations: vec!["UBND tỉnh Tuyên Quang".into()],
        localities: vec!["Tuyên Quang".into()],
        codes: Vec::new(),
        of_person: false,
        under: Hierarchy::PublicDuty,
    }
}

fn day(text: &str) -> UnixTime {
    UnixTime::parse(text).unwrap()
}

const TODAY: &str = "2026-11-24";

/// As if the sender had these pins.
fn bind_with(pins: &[Pin], mailbox: &str, signer: &SignerFacts, on: &str) -> Binding {
    let directory = directory();
    let listed = directory.listings().iter().find(|listing| listing.mailbox.to_string() == mailbox).unwrap();
    let mut sender = listed.clone();
    sender.pins.extend_from_slice(pins);
    let parents = ["UBND tỉnh Tuyên Quang".to_owned(), "Tuyên Quang".to_owned()];
    bind(
        signer,
        &Against { sender: &sender, directory: &directory, parents: &parents, signed: day(on), received: day(TODAY) },
    )
}

fn bind_to(mailbox: &str, signer: &SignerFacts) -> Binding {
    bind_with(&[], mailbox, signer, TODAY)
}

fn pin(role: Role, from: Option<&str>, to: Option<&str>) -> Pin {
    Pin {
        certificate: Sha256::of(b"unknown"),
        role,
        period: Period::new(from.map(day), to.map(day)).unwrap(),
        by: "Văn thư".into(),
    }
}

fn person(common_name: &str) -> SignerFacts {
    SignerFacts { of_person: true, ..signer(common_name) }
}

fn other(by: Bound) -> impl Fn(&Binding) -> bool {
    move |binding| matches!(binding, Binding::OtherAgency { by: rule, .. } if *rule == by)
}

const UNKNOWN: Binding = Binding::Unknown(Doubt::Different);
const PUBLIC_CA: Binding = Binding::Unknown(Doubt::PublicCa);
const SEVERAL: Binding = Binding::Unknown(Doubt::SeveralAgencies);
const PARENTS: Binding = Binding::Unknown(Doubt::Parents);
const UNPINNED: Binding = Binding::Person(Unpinned::Nowhere);

#[test]
fn a_pin_binds_below_any_anchor_and_whatever_the_certificate_says() {
    let pinned = |pin| SignerFacts {
        fingerprint: Sha256::from_hex(pin).unwrap(),
        under: Hierarchy::Other,
        ..signer("UBND xã Tân Thanh")
    };
    assert_eq!(bind_to("ubnd@tq.vn", &pinned(PIN)), Binding::Bound(Bound::Pinned));
    assert!(other(Bound::Pinned)(&bind_to("ubnd@tq.vn", &pinned(OTHER_PIN))));
    assert_eq!(
        bind_to("soyte@tq.vn", &SignerFacts { under: Hierarchy::Other, ..signer("Sở Y tế") }),
        Binding::Unknown(Doubt::NoLawfulPath)
    );
}

#[test]
fn a_persons_certificate_binds_by_a_dated_pin_as_head_or_delegate_alone() {
    let bound = |pins: &[Pin]| bind_with(pins, "soyte@tq.vn", &person("Nguyễn Văn A"), TODAY);
    for role in [Role::Head, Role::Delegate] {
        assert_eq!(bound(&[pin(role, Some("2026-01-01"), None)]), Binding::Bound(Bound::Pinned));
        assert_eq!(bound(&[pin(role, Some("2026-01-01"), Some("2026-12-31"))]), Binding::Bound(Bound::Pinned));
        assert_eq!(bound(&[pin(role, None, None)]), Binding::Person(Unpinned::Undated));
        assert_eq!(bound(&[pin(role, None, Some("2026-12-31"))]), Binding::Person(Unpinned::Undated));
        for (from, to) in [("2025-01-01", Some("2026-11-23")), ("2026-11-25", None)] {
            assert_eq!(bound(&[pin(role, Some(from), to)]), Binding::Person(Unpinned::OtherDays), "{from}");
        }
    }
    assert_eq!(bound(&[pin(Role::Agency, None, None)]), Binding::Person(Unpinned::AsAgency));
    // Out of office for some months, and back.
    let twice = [pin(Role::Head, Some("2020-01-01"), Some("2021-01-01")), pin(Role::Head, Some("2026-01-01"), None)];
    assert_eq!(bound(&twice), Binding::Bound(Bound::Pinned));
}

#[test]
fn a_pin_holds_for_the_day_of_signing_and_not_for_that_of_receipt() {
    let former = [pin(Role::Head, Some("2020-01-01"), Some("2026-06-30"))];
    let bound = |signed| bind_with(&former, "soyte@tq.vn", &person("A"), signed);
    assert_eq!(bound("2026-06-15"), Binding::Bound(Bound::Pinned));
    // Without a timestamp the day of receipt stands for that of signing.
    assert_eq!(bound(TODAY), Binding::Person(Unpinned::OtherDays));
    let next = [pin(Role::Head, Some("2026-07-01"), None)];
    let bound = |signed| bind_with(&next, "soyte@tq.vn", &person("A"), signed);
    assert_eq!(bound("2026-06-15"), Binding::Person(Unpinned::OtherDays));
    assert_eq!(bound(TODAY), Binding::Bound(Bound::Pinned));
}

#[test]
fn a_pin_for_other_days_is_not_overridden_by_a_name() {
    let ended = [pin(Role::Agency, None, Some("2026-01-01"))];
    let bound = |signed| bind_with(&ended, "soyte@tq.vn", &signer("Sở Y tế"), signed);
    assert_eq!(bound("2025-12-31"), Binding::Bound(Bound::Pinned));
    assert_eq!(bound(TODAY), Binding::Unknown(Doubt::PinnedForOtherDays));
}

#[test]
fn a_mailbox_binds_below_public_duty_only() {
    let with = |email: &str, under| SignerFacts { emails: vec![email.into()], under, ..signer("x") };
    assert_eq!(bind_to("ubnd@tq.vn", &with("UBND@tq.vn", Hierarchy::PublicDuty)), Binding::Bound(Bound::Mailbox));
    assert_eq!(bind_to("ubnd@tq.vn", &with("UBND@tq.vn", Hierarchy::PublicCa)), PUBLIC_CA);
    assert!(other(Bound::Mailbox)(&bind_to("ubnd@tq.vn", &with("soyte@tq.vn", Hierarchy::PublicDuty))));
    assert_eq!(bind_to("ubnd@tq.vn", &with("soyte@tq.vn", Hierarchy::PublicCa)), PUBLIC_CA);
    assert_eq!(bind_to("soyte@tq.vn", &with("an@tq.vn", Hierarchy::PublicDuty)), UNPINNED);
    assert_eq!(bind_to("ubnd@tq.vn", &with("an@tq.vn", Hierarchy::PublicDuty)), UNKNOWN);
    let of_person = SignerFacts { of_person: true, ..with("soyte@tq.vn", Hierarchy::PublicDuty) };
    assert_eq!(bind_to("soyte@tq.vn", &of_person), UNPINNED);
    for nearly in
        ["ubnd@tq.vn.evil.vn", "ubnd@x.tq.vn", "x.ubnd@tq.vn", "\u{443}bnd@tq.vn", "ubnd@tq.vn\0", "<ubnd@tq.vn>"]
    {
        assert_eq!(bind_to("ubnd@tq.vn", &with(nearly, Hierarchy::PublicDuty)), UNKNOWN, "{nearly:?}");
    }
}

#[test]
fn a_code_binds_below_public_cas_too() {
    let with = |code: &str, under| SignerFacts { codes: vec![code.into()], under, ..signer("x") };
    for under in [Hierarchy::PublicDuty, Hierarchy::PublicCa] {
        assert_eq!(bind_to("ubnd@tq.vn", &with("MST:0500000000", under)), Binding::Bound(Bound::Code));
        assert_eq!(bind_to("ubnd@tq.vn", &with("mns: 1057890", under)), Binding::Bound(Bound::Code));
        assert!(other(Bound::Code)(&bind_to("ubnd@tq.vn", &with("0501000000", under))));
    }
    assert_eq!(bind_to("ubnd@tq.vn", &with("MST:0500000000", Hierarchy::Other)), Binding::Unknown(Doubt::NoLawfulPath));
    // A part of the unit is a unit of its own, and a number of another kind is another number.
    assert_eq!(bind_to("ubnd@tq.vn", &with("MST:0500000000-001", Hierarchy::PublicCa)), PUBLIC_CA);
    assert_eq!(bind_to("ubnd@tq.vn", &with("MST:1057890", Hierarchy::PublicCa)), PUBLIC_CA);
    // An entry that is no longer in force accuses nobody.
    assert_eq!(bind_to("ubnd@tq.vn", &with("0502000000", Hierarchy::PublicDuty)), UNKNOWN);
}

#[test]
fn a_name_binds_exactly_and_accents_are_left_out_for_unique_ascii_only() {
    assert_eq!(bind_to("ubnd@tq.vn", &signer("UBND XÃ TÂN THÀNH")), Binding::Bound(Bound::Name));
    assert!(other(Bound::Name)(&bind_to("ubnd@tq.vn", &signer("UBND xã Tân Thanh"))));
    assert_eq!(bind_to("hoa@tq.vn", &signer("Uỷ ban nhân dân xã Hoà An")), Binding::Bound(Bound::Name));
    assert_eq!(bind_to("hoa@tq.vn", &signer("UBND xã Hòa An")), UNKNOWN);
    assert_eq!(bind_to("soyte@tq.vn", &signer("Sờ Y tế")), UNKNOWN);
    assert_eq!(bind_to("soyte@tq.vn", &signer("S\u{1edf} Y t\u{435}\u{302}\u{301}")), UNKNOWN);
    assert_eq!(bind_to("soyte@tq.vn", &SignerFacts { under: Hierarchy::PublicCa, ..signer("Sở Y tế") }), PUBLIC_CA);
}

#[test]
fn accents_are_left_out_only_where_the_whole_certificate_has_none() {
    let ascii = |name: &str| SignerFacts {
        organizations: vec!["UBND tinh Tuyen Quang".into()],
        localities: vec!["Tuyen Quang".into()],
        ..signer(name)
    };
    assert_eq!(bind_to("soyte@tq.vn", &ascii("SO Y TE")), Binding::Bound(Bound::NameWithoutAccents));
    assert_eq!(bind_to("soyte@tq.vn", &ascii("Department of Health")), Binding::Bound(Bound::Name));
    assert_eq!(bind_to("ubnd@tq.vn", &ascii("UBND xa Tan Thanh")), SEVERAL);
    // One that writes accents elsewhere would have written them here.
    assert_eq!(bind_to("soyte@tq.vn", &signer("SO Y TE")), UNKNOWN);
    assert_eq!(bind_to("soyte@tq.vn", &signer("Department of Health")), Binding::Bound(Bound::Name));
}

#[test]
fn a_name_of_two_agencies_binds_nobody_and_one_of_two_mailboxes_of_one_agency_does() {
    assert_eq!(bind_to("vp1@tq.vn", &signer("Văn phòng")), SEVERAL);
    assert_eq!(bind_to("ubnd@tq.vn", &signer("Văn phòng")), SEVERAL);
    for mailbox in ["thue1@tq.vn", "thue2@tq.vn"] {
        assert_eq!(bind_to(mailbox, &signer("Chi cục Thuế")), Binding::Bound(Bound::Name), "{mailbox}");
    }
    assert!(other(Bound::Name)(&bind_to("ubnd@tq.vn", &signer("Chi cục Thuế"))));
}

#[test]
fn a_name_under_other_parents_or_under_none_binds_nobody() {
    let hanoi = SignerFacts { localities: vec!["Hà Nội".into()], ..signer("Sở Y tế") };
    assert_eq!(bind_to("soyte@tq.vn", &hanoi), PARENTS);
    assert_eq!(bind_to("ubnd@tq.vn", &hanoi), PARENTS);
    let second = SignerFacts {
        organizations: vec!["UBND tỉnh Tuyên Quang".into(), "UBND thành phố Hà Nội".into()],
        ..signer("Sở Y tế")
    };
    assert_eq!(bind_to("soyte@tq.vn", &second), PARENTS);
    let bare = SignerFacts { organizations: Vec::new(), localities: Vec::new(), ..signer("Sở Y tế") };
    assert_eq!(bind_to("soyte@tq.vn", &bare), PARENTS);
    // Its own name as O does not say in which province.
    let own =
        SignerFacts { organizations: vec!["Sở Y tế".into()], localities: Vec::new(), ..signer("Sở Y tế") };
    assert_eq!(bind_to("soyte@tq.vn", &own), PARENTS);
    let ascii = SignerFacts { localities: vec!["Tuyen Quang".into()], ..signer("Sở Y tế") };
    assert_eq!(bind_to("soyte@tq.vn", &ascii), Binding::Bound(Bound::Name));
}

#[test]
fn a_person_of_the_agency_is_told_apart() {
    let of_agency = SignerFacts { organizations: vec!["Sở Y tế".into()], ..person("Nguyễn Văn A") };
    assert_eq!(bind_to("soyte@tq.vn", &of_agency), UNPINNED);
    assert_eq!(bind_to("ubnd@tq.vn", &of_agency), UNKNOWN);
    let with_code = SignerFacts { codes: vec!["MST:0500000000".into()], under: Hierarchy::PublicCa, ..person("A") };
    assert_eq!(bind_to("ubnd@tq.vn", &with_code), UNPINNED);
    assert!(other(Bound::Code)(&bind_to("soyte@tq.vn", &with_code)));
    // Called like the agency, and a person all the same.
    assert_eq!(bind_to("soyte@tq.vn", &person("Sở Y tế")), UNPINNED);
}

#[test]
fn a_stronger_rule_goes_before_a_weaker_one() {
    let mixed = SignerFacts { codes: vec!["MST:0500000000".into()], ..signer("UBND xã Tân Thanh") };
    assert_eq!(bind_to("ubnd@tq.vn", &mixed), Binding::Bound(Bound::Code));
    assert!(other(Bound::Code)(&bind_to("thanh@tq.vn", &mixed)));
    let mailbox = SignerFacts { emails: vec!["thanh@tq.vn".into()], ..mixed };
    assert_eq!(bind_to("thanh@tq.vn", &mailbox), Binding::Bound(Bound::Mailbox));
}

#[test]
fn of_a_person_neither_name_nor_mailbox_is_put_beside_the_entry() {
    let facts = SignerFacts { emails: vec!["an@tq.vn".into()], ..person("Nguyễn Văn A") };
    let directory = directory();
    let compared = Compared::new(&facts, directory.listings().first());
    assert_eq!((compared.certificate.name, compared.certificate.mailboxes), (None, Vec::new()));
    assert_eq!(compared.listing.unwrap().agency, "UBND xã Tân Thành");
    let agency = Compared::new(&signer(&"ư".repeat(1_000_000)), None);
    assert!(agency.certificate.name.unwrap().chars().count() <= 200);
}

#[test]
fn a_mailbox_that_passed_to_another_agency_binds_no_certificate_of_the_one_before() {
    let named = |name: &str| SignerFacts { emails: vec!["soyte@tq.vn".into()], ..signer(name) };
    assert_eq!(bind_to("soyte@tq.vn", &named("Sở Y tế")), Binding::Bound(Bound::Mailbox));
    assert_eq!(bind_to("soyte@tq.vn", &named("Sở Y tế và Dân số")), Binding::Bound(Bound::Mailbox));
    assert_eq!(bind_to("soyte@tq.vn", &named("UBND xã Tân Thành")), Binding::Unknown(Doubt::Contradictory));
}
