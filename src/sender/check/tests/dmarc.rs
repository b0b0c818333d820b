//! DMARC.

use super::spf::zone;
use super::*;
use crate::sender::checks::{AuthResult as R, Dmarc};

/// A message signed by `domain`, with that domain's key and the zone.
fn judged(domain: &str, lines: &str) -> Dmarc {
    let text = signed(&TAGS.replace("tq.gov.vn", domain), HONEST, BODY);
    let key = format!("txt k1._domainkey.{domain} {}", record(""));
    let none =
        "none _dmarc.tq.gov.vn\nnone _dmarc.gov.vn\nnone _dmarc.vn\nnone _dmarc.evil.vn\nnone _dmarc.so.tq.gov.vn";
    check(&mail(&text), &zone(&format!("{key}\n{lines}\n{none}")), NOW).dmarc
}

fn result(domain: &str, lines: &str) -> R {
    judged(domain, lines).result
}

#[test]
fn what_passes_must_belong_to_the_domain_that_a_reader_sees() {
    let zone = "txt _dmarc.tq.gov.vn v=DMARC1; p=reject; sp=none";
    let dmarc = judged("tq.gov.vn", zone);
    let expected = Dmarc { result: R::Pass, domain: Some("tq.gov.vn".into()), policy: Some("reject".into()) };
    assert_eq!(dmarc, expected);
    assert_eq!(result("so.tq.gov.vn", zone), R::Pass);
    assert_eq!(result("evil.vn", zone), R::Fail);
    assert_eq!(result("so.tq.gov.vn", "txt _dmarc.tq.gov.vn v=DMARC1; p=reject; adkim=s"), R::Fail);
    assert_eq!(result("tq.gov.vn", ""), R::None);
}

#[test]
fn a_domain_below_may_be_an_organization_of_its_own() {
    let zone = "txt _dmarc.tq.gov.vn v=DMARC1; p=reject\ntxt _dmarc.so.tq.gov.vn v=DMARC1; p=none; psd=n";
    assert_eq!(result("so.tq.gov.vn", zone), R::Fail);
}

#[test]
fn a_public_suffix_binds_nobody_together() {
    let zone = "txt _dmarc.gov.vn v=DMARC1; p=reject; psd=y\nnone _dmarc.other.gov.vn";
    let dmarc = judged("other.gov.vn", zone);
    assert_eq!((dmarc.result, dmarc.domain.as_deref()), (R::Fail, Some("gov.vn")));
    let zone = "txt _dmarc.gov.vn v=DMARC1; p=reject\nnone _dmarc.other.gov.vn";
    assert_eq!(result("other.gov.vn", zone), R::Pass);
}

#[test]
fn the_policy_is_that_of_the_name_below_or_of_the_absent_one() {
    let policy = |lines: &str| judged("tq.gov.vn", lines).policy;
    let above = "txt _dmarc.gov.vn v=DMARC1; p=none; sp=quarantine; np=reject; psd=n\n";
    assert_eq!(policy(&format!("{above}a tq.gov.vn 10.0.0.1")).as_deref(), Some("quarantine"));
    let text = signed(TAGS, HONEST, BODY);
    let mut zone = zone(&format!("{above}none _dmarc.tq.gov.vn\nnone _dmarc.vn\ntxt {KEY_NAME} {}", record("")));
    let absent = Reply { outcome: Outcome::NoName, records: Vec::new(), authenticated: false };
    assert_eq!(check(&mail(&text), &zone, NOW).dmarc.result, R::Temperror);
    zone.insert(Question::new("tq.gov.vn", RecordKind::A), absent);
    assert_eq!(check(&mail(&text), &zone, NOW).dmarc.policy.as_deref(), Some("reject"));
    assert_eq!(policy("txt _dmarc.tq.gov.vn v=DMARC1; p=reject; t=y").as_deref(), Some("quarantine"));
    assert_eq!(policy("txt _dmarc.tq.gov.vn v=DMARC1; p=odd; rua=mailto:a@b.vn").as_deref(), Some("none"));
    assert_eq!(policy("txt _dmarc.tq.gov.vn v=DMARC1; p=odd"), None);
    assert_eq!(policy("txt _dmarc.tq.gov.vn p=reject; v=DMARC1"), None);
}

#[test]
fn without_an_answer_of_dns_there_is_no_result() {
    let text = signed(TAGS, HONEST, BODY);
    let judged = |lines: &str| check(&mail(&text), &zone(lines), NOW).dmarc.result;
    assert_eq!(judged("none _dmarc.gov.vn\nnone _dmarc.vn"), R::Temperror);
    let policy = "txt _dmarc.tq.gov.vn v=DMARC1; p=reject\nnone _dmarc.gov.vn\nnone _dmarc.vn";
    // The key was not answered: its signature may pass yet.
    assert_eq!(judged(policy), R::Temperror);
}

#[test]
fn a_message_without_one_from_has_no_policy() {
    let text = signed(TAGS, &format!("From: b@evil.vn\r\n{HONEST}"), BODY);
    assert_eq!(lookup(&mail(&text)), None);
    assert_eq!(check(&mail(&text), &Transcript::default(), NOW).dmarc, Dmarc::default());
}

#[test]
fn a_signature_that_this_gateway_does_not_accept_is_no_failure_of_the_domain() {
    let text = signed(&format!("{TAGS}; l=5"), HONEST, BODY);
    let zone = zone("txt _dmarc.tq.gov.vn v=DMARC1; p=reject\nnone _dmarc.gov.vn\nnone _dmarc.vn");
    assert_eq!(check(&mail(&text), &zone, NOW).dmarc.result, R::Policy);
}
