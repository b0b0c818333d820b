//! Lists made to cost: by size, by number, by likeness.

use super::super::testing::*;
use super::super::*;
use super::budget;
use crate::asn1::{self, Asn1Error, encode};

/// A list whose entries are these octets.
fn with_entries(list: &[u8], extensions: &[u8]) -> Vec<u8> {
    let top = Party::new("Root", 1);
    let time = encode(asn1::UTC_TIME, &[b"250101000000Z"]);
    let name = Name::from_text(&top.name).unwrap();
    let list = encode(asn1::SEQUENCE, &[list]);
    sealed(&encode(asn1::SEQUENCE, &[&[2, 1, 1], ECDSA_SHA256, name.der(), &time, &time, &list, extensions]), &top)
}

fn entry(serial: &[u8], extensions: &[u8]) -> Vec<u8> {
    let time = encode(asn1::UTC_TIME, &[b"2501010000Z"]);
    encode(asn1::SEQUENCE, &[&encode(asn1::INTEGER, &[serial]), &time, extensions])
}

fn leaf(serial: u8) -> Certificate {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    Draft { serial, ..Draft::leaf(&person, &top) }.certificate()
}

#[test]
fn a_list_above_the_limit_is_refused_before_it_is_read() {
    assert_eq!(Crl::parse(&vec![asn1::SEQUENCE; 50 << 20]).unwrap_err(), CrlError::TooLarge);
    assert_eq!(Crl::parse(&vec![b'-'; 50 << 20]).unwrap_err(), CrlError::TooLarge);
    let shared = std::sync::Arc::from(vec![asn1::SEQUENCE; 50 << 20]);
    assert_eq!(Crl::parse_shared(&shared).unwrap_err(), CrlError::TooLarge);
}

#[test]
fn more_of_the_smallest_entries_than_fit_are_refused() {
    let smallest = entry(&[7], &[]);
    let der = with_entries(&smallest.repeat(MAX_ENTRIES + 1), &[]);
    assert!(der.len() < MAX_CRL, "{}", der.len());
    assert_eq!(Crl::parse(&der).unwrap_err(), CrlError::TooLarge);
}

#[test]
fn a_list_of_version_1_has_no_extensions_and_there_is_no_version_3() {
    let top = Party::new("Root", 1);
    let list = |version: &[u8], extensions: &[u8]| {
        let time = encode(asn1::UTC_TIME, &[b"250101000000Z"]);
        let name = Name::from_text(&top.name).unwrap();
        let tbs = encode(asn1::SEQUENCE, &[version, ECDSA_SHA256, name.der(), &time, &time, extensions]);
        Crl::parse(&sealed(&tbs, &top)).map(|crl| crl.is_empty())
    };
    let number = extension(20, false, &[2, 1, 1]);
    let number = encode(asn1::context(0), &[&encode(asn1::SEQUENCE, &[&number])]);
    assert_eq!(list(&[], &[]), Ok(true));
    assert_eq!(list(&[2, 1, 1], &number), Ok(true));
    assert_eq!(list(&[], &number), Err(CrlError::Malformed(Asn1Error::Value)));
    assert_eq!(list(&[2, 1, 2], &number), Err(CrlError::Malformed(Asn1Error::Value)));
}

#[test]
fn a_serial_number_that_is_listed_often_is_found_and_the_worst_counts() {
    let held = entry(&[7], &encode(asn1::SEQUENCE, &[&reason_code(6)]));
    let mut list = held.repeat(10_000);
    list.extend(entry(&[0, 7], &encode(asn1::SEQUENCE, &[&reason_code(1)])));
    let crl = Crl::parse(&with_entries(&list, &[])).unwrap();
    assert_eq!(crl.len(), 10_001);
    assert!(matches!(crl.status(&leaf(7)), Ok(RevocationStatus::Revoked { reason: Reason::KeyCompromise, .. })));
    assert_eq!(crl.status(&leaf(8)), Ok(RevocationStatus::Good));
}

#[test]
fn serial_numbers_that_end_alike_are_told_apart() {
    let list: Vec<u8> =
        (1..20_000_u32).rev().flat_map(|at| entry(&[&at.to_be_bytes()[..], &[5; 8]].concat(), &[])).collect();
    let crl = Crl::parse(&with_entries(&list, &[])).unwrap();
    assert_eq!(crl.status(&leaf(5)), Ok(RevocationStatus::Good));
    let more = [list, entry(&[5], &[])].concat();
    let crl = Crl::parse(&with_entries(&more, &[])).unwrap();
    assert!(matches!(crl.status(&leaf(5)), Ok(RevocationStatus::Revoked { .. })));
}

#[test]
fn a_negative_serial_number_is_not_the_positive_one_with_its_digits() {
    // 0x85 alone is -123; 0x0085 is 133.
    let crl = Crl::parse(&with_entries(&entry(&[0x85], &[]), &[])).unwrap();
    assert!(matches!(crl.status(&leaf(0x85)), Ok(RevocationStatus::Revoked { .. })));
    let crl = Crl::parse(&with_entries(&entry(&[0, 0x85], &[]), &[])).unwrap();
    assert_eq!(crl.status(&leaf(0x85)), Ok(RevocationStatus::Good));
}

#[test]
fn what_is_empty_cut_short_or_said_twice_is_no_list() {
    let malformed = |list: &[u8]| Crl::parse(&with_entries(list, &[])).unwrap_err();
    assert_eq!(malformed(&entry(&[], &[])), CrlError::Malformed(Asn1Error::Value));
    assert_eq!(malformed(&[0x30, 0]), CrlError::Malformed(Asn1Error::Truncated));
    let twice = encode(asn1::SEQUENCE, &[&reason_code(1), &reason_code(8)]);
    assert_eq!(malformed(&entry(&[7], &twice)), CrlError::Malformed(Asn1Error::Value));
    let whole = with_entries(&entry(&[7], &[]), &[]);
    for len in 0..whole.len() {
        assert!(Crl::parse(&whole[..len]).is_err(), "{len}");
    }
    assert!(Crl::parse(&whole).is_ok());
    assert!(Crl::parse(&[&whole[..], &[0]].concat()).is_err());
}

#[test]
fn more_issuers_than_there_are_cas_are_refused() {
    let list = |count: usize| -> Vec<u8> {
        (0..count)
            .flat_map(|at| {
                let name = encode(asn1::SEQUENCE, &[&directory(&format!("CN={at}"))]);
                entry(&[7], &encode(asn1::SEQUENCE, &[&extension(29, true, &name)]))
            })
            .collect()
    };
    let indirect = issuing_point(&[&[0x84, 1, 0xff]]);
    let indirect = encode(asn1::context(0), &[&encode(asn1::SEQUENCE, &[&indirect])]);
    assert_eq!(Crl::parse(&with_entries(&list(MAX_ISSUERS + 1), &indirect)).unwrap_err(), CrlError::TooLarge);
    assert_eq!(Crl::parse(&with_entries(&list(MAX_ISSUERS), &indirect)).unwrap().len(), MAX_ISSUERS);
    // One issuer named again and again is one issuer.
    let name = encode(asn1::SEQUENCE, &[&extension(29, true, &encode(asn1::SEQUENCE, &[&directory("CN=A")]))]);
    assert_eq!(
        Crl::parse(&with_entries(&entry(&[7], &name).repeat(MAX_ISSUERS + 1), &indirect)).unwrap().len(),
        MAX_ISSUERS + 1
    );
}

#[test]
fn lists_beyond_the_limit_say_nothing_and_cost_nothing() {
    let top = Party::new("Root", 1);
    let mut set = CrlSet::default();
    let number = |number: u32| encode(asn1::INTEGER, &[&number.to_be_bytes()]);
    // Every delta could be applied to the one complete list.
    set.insert(crl(&top, &[], &[extension(20, false, &number(5))]));
    let one = crl(&top, &[], &[extension(27, true, &number(4)), extension(20, false, &number(6))]);
    for _ in 0..MAX_LISTS {
        set.insert(one.clone());
    }
    let (leaf, issuer) = (leaf(7), root(&top));
    let anchors = AnchorStore::trusting([issuer.clone()]);
    let search = PathSearch { pool: &[], anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    let verified = Verified::default();
    let question = Question { certificate: &leaf, issuer: &issuer, search, verified: &verified };
    let said = set.statements(&question, &mut budget());
    assert_eq!(said.silent.iter().filter(|(_, why)| *why == Silence::Fault(CrlFault::Exhausted)).count(), 1);
}

#[test]
fn hundreds_of_deltas_are_each_verified_once() {
    let top = Party::new("Root", 1);
    let mut set = CrlSet::default();
    for at in 0..100_u8 {
        set.insert(crl(&top, &[], &[extension(20, false, &[2, 1, at])]));
        set.insert(crl(&top, &[], &[extension(27, true, &[2, 1, at]), extension(20, false, &[2, 1, at + 1])]));
    }
    let (leaf, issuer) = (leaf(7), root(&top));
    let anchors = AnchorStore::trusting([issuer.clone()]);
    let search = PathSearch { pool: &[], anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    let verified = Verified::default();
    let question = Question { certificate: &leaf, issuer: &issuer, search, verified: &verified };
    let mut budget = budget();
    let said = set.statements(&question, &mut budget);
    let left = std::iter::from_fn(|| budget.signature_check().ok()).count() as u64;
    assert_eq!(crate::budget::SIGNATURE_CHECKS - left, 200);
    // Only the newest pair is not outdated by a delta that cannot be applied.
    assert_eq!(said.statements.len(), 1);
}

#[test]
fn bent_lists_of_every_kind_never_panic_and_are_never_believed() {
    let top = Party::new("Root", 1);
    let point = issuing_point(&[&full_name(&uri("u:1")), &[0x83, 2, 0, 0x60], &[0x84, 1, 0xff]]);
    let reason = vec![reason_code(1), entry_issuer(&top), extension(24, false, &encode(0x18, &[b"20240101000000Z"]))];
    let fresher = extension(46, false, &encode(0x30, &[&encode(0x30, &[&full_name(&uri("u:2"))])]));
    let ended = extension(60, false, &encode(0x18, &[b"20240101000000Z"]));
    let number = |arc| extension(arc, arc == 27, &[2, 1, 5]);
    let extensions = [point, fresher, ended, number(20), number(27), extension(35, false, &[0x30, 3, 0x80, 1, 1])];
    let der = crl_der(&top, &[(7, &reason), (9, &[])], &extensions);
    let points = distribution_points(&[&[full_name(&uri("u:1")), vec![0x81, 2, 0, 0x70]].concat()]);
    let leaf = Draft { extensions: vec![points], ..Draft::leaf(&Party::new("Person", 3), &top) }.certificate();
    let issuer = root(&top);
    let anchors = AnchorStore::trusting([issuer.clone()]);
    let search = PathSearch { pool: &[], anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    for bent in mutations(&der, 3_000) {
        let Ok(crl) = Crl::parse(&bent) else { continue };
        let _ = (crl.reach(&leaf), crl.look_up(&leaf), crl.status(&leaf), crl.number().map(ToString::to_string));
        let mut set = CrlSet::default();
        set.insert(crl);
        let verified = Verified::default();
        let question = Question { certificate: &leaf, issuer: &issuer, search, verified: &verified };
        assert!(set.statements(&question, &mut budget()).statements.is_empty() || bent == der);
    }
}
