use super::super::testing::*;
use super::super::*;
use super::{budget, build};
use crate::time::UnixTime;

#[test]
fn a_crl_says_good_hold_or_revoked_and_the_worst_counts() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let leaf = Draft::leaf(&person, &top).certificate();
    let reason = |code: u8| vec![extension(21, false, &[0x0a, 1, code])];
    let at = UnixTime::parse("2025-01-01T00:00:00Z").unwrap();
    let status = |entries: &[(u8, &[Vec<u8>])]| crl(&top, entries, &[]).status(&leaf).unwrap();
    assert_eq!(status(&[(6, &[]), (8, &[])]), RevocationStatus::Good);
    assert_eq!(status(&[(9, &[]), (7, &reason(6)), (1, &[])]), RevocationStatus::Hold { at });
    let revoked = |reason| RevocationStatus::Revoked { at, reason, invalid_from: None };
    assert_eq!(status(&[(7, &reason(6)), (7, &reason(1))]), revoked(Reason::KeyCompromise));
    assert_eq!(status(&[(7, &reason(1)), (7, &reason(6))]), revoked(Reason::KeyCompromise));
    assert_eq!(status(&[(7, &[])]), revoked(Reason::Unspecified));
    assert_eq!(status(&[(7, &reason(77))]), revoked(Reason::Unknown));
}

#[test]
fn a_crl_that_is_not_evaluated_says_nothing() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let leaf = Draft::leaf(&person, &top).certificate();
    let authority = Draft::authority(&person, &top).certificate();
    let with = |list: Vec<u8>| crl(&top, &[], &[list]);
    let point = |flags: &[u8]| extension(28, true, &crate::asn1::encode(0x30, &[flags]));
    assert_eq!(with(extension(27, true, &[2, 1, 1])).status(&leaf), Err(Unusable::Delta));
    assert_eq!(with(point(&[0x84, 1, 0xff])).status(&leaf), Err(Unusable::Indirect));
    assert_eq!(with(point(&[0x83, 2, 0, 0x40])).status(&leaf), Err(Unusable::SomeReasons));
    assert_eq!(with(point(&[0x85, 1, 0xff])).status(&leaf), Err(Unusable::AttributeCertificates));
    assert_eq!(with(point(&[0x81, 1, 0xff])).status(&leaf), Ok(RevocationStatus::Good));
    assert_eq!(with(point(&[0x81, 1, 0xff])).status(&authority), Err(Unusable::OtherScope));
    assert_eq!(with(point(&[0x82, 1, 0xff])).status(&leaf), Err(Unusable::OtherScope));
    let full_name = [0xa0, 6, 0xa0, 4, 0x86, 2, b'u', b':'];
    assert_eq!(with(point(&full_name)).status(&leaf), Err(Unusable::OtherPoint));
    assert!(matches!(with(extension(99, true, &[5, 0])).status(&leaf), Err(Unusable::CriticalExtension { .. })));
    let odd_entry = [extension(99, true, &[5, 0])];
    assert!(matches!(crl(&top, &[(1, &odd_entry)], &[]).status(&leaf), Err(Unusable::CriticalExtension { .. })));
    assert_eq!(crl(&top, &[(1, &[entry_issuer(&top)])], &[]).status(&leaf), Err(Unusable::Indirect));
    let nobody = [extension(29, true, &[0x30, 0])];
    assert_eq!(crl(&top, &[(1, &nobody)], &[]).status(&leaf), Err(Unusable::EntryIssuer));
    let other = Party::new("Other", 2);
    assert_eq!(crl(&other, &[], &[]).status(&leaf), Err(Unusable::OtherIssuer));
}

#[test]
fn a_crl_for_one_point_speaks_for_certificates_that_name_it() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let point =
        |uri: &[u8]| crate::asn1::encode(0xa0, &[&crate::asn1::encode(0xa0, &[&crate::asn1::encode(0x86, &[uri])])]);
    let points = crate::asn1::encode(0x30, &[&crate::asn1::encode(0x30, &[&point(b"http://a/1.crl")])]);
    let leaf = Draft { extensions: vec![extension(31, false, &points)], ..Draft::leaf(&person, &top) }.certificate();
    assert_eq!(leaf.crl_urls(), ["http://a/1.crl"]);
    let with = |uri: &[u8]| {
        let scope = extension(28, true, &crate::asn1::encode(0x30, &[&point(uri)]));
        crl(&top, &[], &[scope]).status(&leaf)
    };
    assert_eq!(with(b"http://a/1.crl"), Ok(RevocationStatus::Good));
    assert_eq!(with(b"http://a/2.crl"), Err(Unusable::OtherPoint));
}

#[test]
fn a_crl_is_believed_when_its_issuer_signed_it_with_the_usage_for_it() {
    let top = Party::new("Root", 1);
    let list = crl(&top, &[], &[]);
    let signer = |party: &Party, usage| {
        let extensions = vec![basic_constraints(None), key_usage(usage)];
        Draft { extensions, ..Draft::authority(party, party) }.certificate()
    };
    assert_eq!(list.signed_by(&signer(&top, 0x06), &mut budget()), Ok(()));
    assert_eq!(list.signed_by(&signer(&top, 0x04), &mut budget()), Err(CrlFault::NotForSigning));
    assert_eq!(list.signed_by(&signer(&Party::new("X", 1), 0x06), &mut budget()), Err(CrlFault::OtherIssuer));
    assert!(matches!(
        list.signed_by(&signer(&Party::new("Root", 2), 0x06), &mut budget()),
        Err(CrlFault::Signature(_))
    ));
}

#[test]
fn crls_are_read_as_pem_too() {
    use base64::Engine as _;
    let der = crl_der(&Party::new("Root", 1), &[(7, &[])], &[]);
    let text = base64::engine::general_purpose::STANDARD.encode(&der);
    let pem = format!("-----BEGIN X509 CRL-----\n{text}\n-----END X509 CRL-----\n");
    let list = Crl::parse(pem.as_bytes()).unwrap();
    assert_eq!((list.der(), list.len()), (der.as_slice(), 1));
    assert_eq!(Crl::parse(b"<html>").unwrap_err(), CrlError::Pem);
}

#[test]
fn bent_certificates_and_crls_never_panic() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let excluded = extension(30, true, &[0x30, 10, 0xa1, 8, 0x30, 6, 0x81, 4, b'x', b'.', b'v', b'n']);
    let extensions = vec![basic_constraints(Some(3)), key_usage(0x06), excluded];
    let der = Draft { extensions, ..Draft::authority(&person, &top) }.der();
    let anchors = AnchorStore::trusting([root(&top)]);
    for bent in mutations(&der, 3_000) {
        if let Ok(certificate) = Certificate::parse(&bent) {
            let unchanged = bent == der;
            assert_eq!(build(&certificate, &[], &anchors).is_ok(), unchanged);
        }
    }
    let reason = vec![extension(21, false, &[0x0a, 1, 1])];
    let list = crl_der(&top, &[(7, &reason), (9, &[])], &[extension(20, false, &[2, 1, 1])]);
    let leaf = Draft::leaf(&person, &top).certificate();
    for bent in mutations(&list, 3_000) {
        if let Ok(crl) = Crl::parse(&bent) {
            let _ = crl.status(&leaf);
            assert_eq!(crl.signed_by(&root(&top), &mut budget()).is_ok(), bent == list);
        }
    }
}

#[test]
fn certificates_cross_a_process_boundary_as_their_octets() {
    let leaf = root(&Party::new("Root", 1));
    let octets = postcard::to_stdvec(&leaf).unwrap();
    assert_eq!(postcard::from_bytes::<Certificate>(&octets).unwrap(), leaf);
}

#[test]
fn a_large_crl_is_read_and_indexed_in_one_pass() {
    let top = Party::new("Root", 1);
    let time = crate::asn1::encode(crate::asn1::UTC_TIME, &[b"250101000000Z"]);
    let mut list = Vec::new();
    for serial in 0..100_000_u32 {
        let serial = crate::asn1::encode(2, &[&[0x11], &serial.to_be_bytes()]);
        list.extend(crate::asn1::encode(0x30, &[&serial, &time]));
    }
    let list = crate::asn1::encode(0x30, &[&list]);
    let name = Name::from_text(&top.name).unwrap();
    let tbs = crate::asn1::encode(0x30, &[&[2, 1, 1], ECDSA_SHA256, name.der(), &time, &time, &list]);
    let der = sealed(&tbs, &top);
    let started = std::time::Instant::now();
    let crl = Crl::parse(&der).unwrap();
    println!("{} octets, {} entries: {:?}", der.len(), crl.len(), started.elapsed());
    assert_eq!(crl.len(), 100_000);
}
