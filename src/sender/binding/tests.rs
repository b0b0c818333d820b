use super::*;

const HEADER: &str = "mailbox,kind,agency,aliases,logins,published_on,source,valid_from,valid_to,signers\n";
const PIN: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const OTHER_PIN: &str = "2222222222222222222222222222222222222222222222222222222222222222";

fn directory() -> Directory {
    Directory::from_csv(&format!(
        "{HEADER}\
        ubnd@tq.vn,unit,UBND xã Tân Thành,MST:500,,,,,,{PIN}\n\
        thanh@tq.vn,unit,UBND xã Tân Thanh,MST:501,,,,,,{OTHER_PIN}\n\
        soyte@tq.vn,unit,Sở Y tế,Department of Health,,,,,,\n\
        vp1@tq.vn,unit,Văn phòng,,,,,,,\n\
        vp2@tq.vn,unit,Văn phòng,,,,,,,\n\
        cu@tq.vn,unit,Sở Cũ,MST:502,,,,,2020-01-01,\n\
        an@tq.vn,personal,Sở Y tế,,,,,,,\n"
    ))
    .unwrap()
}

fn signer(common_name: &str) -> SignerFacts {
    SignerFacts {
        fingerprint: Sha256::of(b"unknown"),
        emails: Vec::new(),
        common_name: Some(common_name.into()),
        organization: vec!["UBND tỉnh Tuyên Quang".into()],
        locality: Some("Tuyên Quang".into()),
        tax_codes: Vec::new(),
        personal_ids: false,
        under: Hierarchy::PublicDuty,
    }
}

fn bind_to(mailbox: &str, signer: &SignerFacts) -> Binding {
    let directory = directory();
    let at = UnixTime::parse("2026-11-24").unwrap();
    let sender = directory.listings().iter().find(|listing| listing.mailbox.to_string() == mailbox).unwrap();
    bind(signer, sender, &directory, &["UBND tỉnh Tuyên Quang".into(), "Tuyên Quang".into()], at)
}

fn other(by: Bound) -> impl Fn(&Binding) -> bool {
    move |binding| matches!(binding, Binding::OtherAgency { by: rule, .. } if *rule == by)
}

#[test]
fn a_pin_binds_below_any_anchor_and_whoever_it_names() {
    let pinned = |pin| SignerFacts {
        fingerprint: Sha256::from_hex(pin).unwrap(),
        under: Hierarchy::Other,
        personal_ids: true,
        ..signer("Nguyễn Văn A")
    };
    assert_eq!(bind_to("ubnd@tq.vn", &pinned(PIN)), Binding::Bound(Bound::Pinned));
    assert!(other(Bound::Pinned)(&bind_to("ubnd@tq.vn", &pinned(OTHER_PIN))));
}

#[test]
fn a_mailbox_binds_below_public_duty_only() {
    let with = |email: &str, under| SignerFacts { emails: vec![email.into()], under, ..signer("x") };
    assert_eq!(bind_to("ubnd@tq.vn", &with("UBND@tq.vn", Hierarchy::PublicDuty)), Binding::Bound(Bound::Mailbox));
    assert_eq!(bind_to("ubnd@tq.vn", &with("UBND@tq.vn", Hierarchy::PublicCa)), Binding::Unknown);
    assert!(other(Bound::Mailbox)(&bind_to("ubnd@tq.vn", &with("soyte@tq.vn", Hierarchy::PublicDuty))));
    assert_eq!(bind_to("ubnd@tq.vn", &with("soyte@tq.vn", Hierarchy::PublicCa)), Binding::Unknown);
    assert_eq!(bind_to("soyte@tq.vn", &with("an@tq.vn", Hierarchy::PublicDuty)), Binding::Person);
    assert_eq!(bind_to("ubnd@tq.vn", &with("an@tq.vn", Hierarchy::PublicDuty)), Binding::Unknown);
}

#[test]
fn a_code_binds_below_public_cas_too() {
    let with = |code: &str, under| SignerFacts { tax_codes: vec![code.into()], under, ..signer("x") };
    for under in [Hierarchy::PublicDuty, Hierarchy::PublicCa] {
        assert_eq!(bind_to("ubnd@tq.vn", &with("MST:500", under)), Binding::Bound(Bound::Code));
        assert!(other(Bound::Code)(&bind_to("ubnd@tq.vn", &with("501", under))));
    }
    assert_eq!(bind_to("ubnd@tq.vn", &with("MST:500", Hierarchy::Other)), Binding::Unknown);
    // An entry that is no longer in force accuses nobody.
    assert_eq!(bind_to("ubnd@tq.vn", &with("502", Hierarchy::PublicDuty)), Binding::Unknown);
}

#[test]
fn a_name_binds_exactly_and_accents_are_left_out_for_unique_ascii_only() {
    assert_eq!(bind_to("ubnd@tq.vn", &signer("UBND XÃ TÂN THÀNH")), Binding::Bound(Bound::Name));
    assert!(other(Bound::Name)(&bind_to("ubnd@tq.vn", &signer("UBND xã Tân Thanh"))));
    assert_eq!(bind_to("ubnd@tq.vn", &signer("UBND xa Tan Thanh")), Binding::Unknown);
    assert_eq!(bind_to("soyte@tq.vn", &signer("SO Y TE")), Binding::Bound(Bound::NameWithoutAccents));
    assert_eq!(bind_to("soyte@tq.vn", &signer("Sờ Y tế")), Binding::Unknown);
    assert_eq!(bind_to("soyte@tq.vn", &signer("Department of Health")), Binding::Bound(Bound::Name));
    assert_eq!(
        bind_to("soyte@tq.vn", &SignerFacts { under: Hierarchy::PublicCa, ..signer("Sở Y tế") }),
        Binding::Unknown
    );
}

#[test]
fn a_name_of_two_mailboxes_or_under_other_parents_binds_nobody() {
    assert_eq!(bind_to("vp1@tq.vn", &signer("Văn phòng")), Binding::Unknown);
    assert_eq!(bind_to("ubnd@tq.vn", &signer("Văn phòng")), Binding::Unknown);
    let hanoi = SignerFacts { locality: Some("Hà Nội".into()), ..signer("Sở Y tế") };
    assert_eq!(bind_to("soyte@tq.vn", &hanoi), Binding::Unknown);
    assert_eq!(bind_to("ubnd@tq.vn", &hanoi), Binding::Unknown);
    let bare = SignerFacts { organization: Vec::new(), locality: None, ..signer("Sở Y tế") };
    assert_eq!(bind_to("soyte@tq.vn", &bare), Binding::Unknown);
    let ascii = SignerFacts { locality: Some("Tuyen Quang".into()), ..signer("Sở Y tế") };
    assert_eq!(bind_to("soyte@tq.vn", &ascii), Binding::Bound(Bound::Name));
}

#[test]
fn a_person_of_the_agency_is_told_apart() {
    let person = SignerFacts { personal_ids: true, ..signer("Nguyễn Văn A") };
    let of_agency = SignerFacts { organization: vec!["Sở Y tế".into()], ..person.clone() };
    assert_eq!(bind_to("soyte@tq.vn", &of_agency), Binding::Person);
    assert_eq!(bind_to("ubnd@tq.vn", &of_agency), Binding::Unknown);
    let with_code = SignerFacts { tax_codes: vec!["MST:500".into()], under: Hierarchy::PublicCa, ..person };
    assert_eq!(bind_to("ubnd@tq.vn", &with_code), Binding::Person);
    assert!(other(Bound::Code)(&bind_to("soyte@tq.vn", &with_code)));
}
