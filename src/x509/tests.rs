use std::collections::BTreeMap;
use std::fs;

use super::testing::*;
use super::*;
use crate::algorithm::DigestAlgorithm;
use crate::budget::Budget;
use crate::time::{UnixTime, Within};

fn budget() -> Budget {
    Budget::for_message()
}

fn build(leaf: &Certificate, pool: &[Certificate], anchors: &AnchorStore) -> Result<Path, PathError> {
    PathSearch { pool, anchors, purposes: &Purpose::ALL, at: NOW }.build(leaf, &mut budget())
}

fn fault(result: Result<Path, PathError>) -> PathFault {
    match result.unwrap_err() {
        PathError::Bad { fault, .. } => fault,
        other => panic!("{other}"),
    }
}

#[test]
fn a_path_runs_from_the_leaf_through_the_pool_to_the_anchor() {
    let (top, middle, person) = (Party::new("Root", 1), Party::new("CA", 2), Party::new("Person", 3));
    let anchor = root(&top);
    let issuing = Draft::authority(&middle, &top).certificate();
    let leaf = Draft::leaf(&person, &middle).certificate();
    let anchors = AnchorStore::trusting([anchor.clone()]);
    let path = build(&leaf, std::slice::from_ref(&issuing), &anchors).unwrap();
    assert_eq!(path.certificates(), [leaf.clone(), issuing, anchor]);
    assert_eq!(path.issuers().count(), 2);
    assert_eq!(path.out_of_period(NOW), None);
    assert_eq!(path.weak().count(), 0);
    assert_eq!(build(&leaf, &[], &anchors), Err(PathError::NotTrusted));
}

#[test]
fn a_pinned_issuing_ca_ends_the_path_without_its_root() {
    let (top, middle, person) = (Party::new("Root", 1), Party::new("CA", 2), Party::new("Person", 3));
    let issuing = Draft::authority(&middle, &top).certificate();
    let leaf = Draft::leaf(&person, &middle).certificate();
    let path = build(&leaf, &[], &AnchorStore::trusting([issuing.clone()])).unwrap();
    assert_eq!(path.certificates(), [leaf, issuing]);
}

#[test]
fn a_message_cannot_bring_its_own_root() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let twin = root(&Party::new("Root", 9));
    let leaf = Draft::leaf(&person, &Party::new("Root", 9)).certificate();
    let error = build(&leaf, &[twin], &AnchorStore::trusting([root(&top)])).unwrap_err();
    assert!(matches!(error, PathError::Bad { fault: PathFault::Signature(_), .. }));
}

#[test]
fn what_is_wrong_in_a_ca_is_said() {
    let (top, middle, person) = (Party::new("Root", 1), Party::new("CA", 2), Party::new("Person", 3));
    let anchors = AnchorStore::trusting([root(&top)]);
    let leaf = Draft::leaf(&person, &middle).certificate();
    let with = |extensions: Vec<Vec<u8>>| {
        let issuing = Draft { extensions, ..Draft::authority(&middle, &top) }.certificate();
        fault(build(&leaf, &[issuing], &anchors))
    };
    assert_eq!(with(vec![]), PathFault::NotCa);
    assert_eq!(with(vec![extension(19, true, &[0x30, 0])]), PathFault::NotCa);
    assert_eq!(with(vec![basic_constraints(None), key_usage(0x80)]), PathFault::NotForSigning);
    let certificate = |fault| PathFault::Certificate(fault);
    assert_eq!(
        with(vec![basic_constraints(None), extension(99, true, &[5, 0])]),
        certificate(CertificateFault::UnknownCriticalExtension { oid: "2.5.29.99".to_owned() })
    );
    assert_eq!(
        with(vec![basic_constraints(None), basic_constraints(None)]),
        certificate(CertificateFault::DuplicateExtension { oid: "2.5.29.19".to_owned() })
    );
    assert_eq!(
        with(vec![extension(19, true, &[0x30, 5])]),
        certificate(CertificateFault::MalformedExtension { oid: "2.5.29.19".to_owned() })
    );
    let explicit = extension(36, true, &[0x30, 3, 0x80, 1, 0]);
    assert_eq!(with(vec![basic_constraints(None), explicit]), PathFault::ExplicitPolicy);
    let any_mapped = extension(33, true, &[0x30, 13, 0x30, 11, 6, 4, 0x55, 0x1d, 0x20, 0, 6, 3, 0x55, 1, 1]);
    assert_eq!(
        with(vec![basic_constraints(None), any_mapped]),
        certificate(CertificateFault::MalformedExtension { oid: "2.5.29.33".to_owned() })
    );
}

#[test]
fn a_critical_policy_and_an_empty_issuer_alternative_name_are_no_fault() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let policies = extension(32, true, &[0x30, 8, 0x30, 6, 6, 4, 0x60, 0x85, 0x40, 1]);
    let alternative = extension(18, false, &[0x30, 0]);
    let draft = Draft { extensions: vec![key_usage(0x40), policies, alternative], ..Draft::leaf(&person, &top) };
    let leaf = draft.certificate();
    assert_eq!(leaf.policies(), ["2.16.704.1"]);
    assert!(build(&leaf, &[], &AnchorStore::trusting([root(&top)])).is_ok());
}

#[test]
fn inner_and_outer_algorithm_must_agree() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let sha384 = [0x30, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
    let leaf = Draft { inner_algorithm: &sha384, ..Draft::leaf(&person, &top) }.certificate();
    let result = build(&leaf, &[], &AnchorStore::trusting([root(&top)]));
    assert_eq!(fault(result), PathFault::Certificate(CertificateFault::AlgorithmsDiffer));
}

#[test]
fn the_path_length_counts_authorities_that_are_not_self_issued() {
    let (top, a, b, person) = (Party::new("Root", 1), Party::new("A", 2), Party::new("B", 4), Party::new("Person", 3));
    let rolled = Party::new("A", 5);
    let anchors = AnchorStore::trusting([root(&top)]);
    let limited = |len| {
        let extensions = vec![basic_constraints(Some(len)), key_usage(0x06)];
        Draft { extensions, ..Draft::authority(&a, &top) }.certificate()
    };
    let second = Draft::authority(&b, &a).certificate();
    let below_b = Draft::leaf(&person, &b).certificate();
    assert_eq!(fault(build(&below_b, &[second.clone(), limited(0)], &anchors)), PathFault::PathLength);
    assert!(build(&below_b, &[second, limited(1)], &anchors).is_ok());
    // A new key under the same name.
    let self_issued = Draft::authority(&rolled, &a).certificate();
    let leaf = Draft::leaf(&person, &rolled).certificate();
    assert_eq!(build(&leaf, &[self_issued, limited(0)], &anchors).unwrap().certificates().len(), 4);
}

#[test]
fn name_constraints_hold_for_everything_below() {
    let (top, a, person) = (Party::new("Root", 1), Party::new("A", 2), Party::new("Person", 3));
    let anchors = AnchorStore::trusting([root(&top)]);
    // Excluded: mailboxes at x.vn.
    let excluded = extension(30, true, &[0x30, 10, 0xa1, 8, 0x30, 6, 0x81, 4, b'x', b'.', b'v', b'n']);
    let extensions = vec![basic_constraints(None), excluded];
    let issuing = Draft { extensions, ..Draft::authority(&a, &top) }.certificate();
    let with = |email: &[u8]| {
        let name = crate::asn1::encode(0x30, &[&crate::asn1::encode(0x81, &[email])]);
        let draft = Draft { extensions: vec![extension(17, false, &name)], ..Draft::leaf(&person, &a) };
        build(&draft.certificate(), std::slice::from_ref(&issuing), &anchors)
    };
    assert_eq!(fault(with(b"a@X.vn")), PathFault::Names(NameFault::Constrained));
    assert!(with(b"a@y.vn").is_ok());
}

#[test]
fn an_expired_path_is_found_and_said_but_one_in_its_period_is_preferred() {
    let (top, a, person) = (Party::new("Root", 1), Party::new("A", 2), Party::new("Person", 3));
    let anchors = AnchorStore::trusting([root(&top)]);
    let old = Draft { to: "20100101000000Z", serial: 1, ..Draft::authority(&a, &top) }.certificate();
    let new = Draft { serial: 2, ..Draft::authority(&a, &top) }.certificate();
    let leaf = Draft::leaf(&person, &a).certificate();
    let path = build(&leaf, std::slice::from_ref(&old), &anchors).unwrap();
    assert_eq!(path.out_of_period(NOW), Some((&old, Within::After)));
    let path = build(&leaf, &[old, new.clone()], &anchors).unwrap();
    assert_eq!(path.certificates()[1], new);
}

const ENTRY: &str = r#"
[[anchor]]
id = "test-root"
kind = "root"
purpose = ["public-duty"]
subject = "CN=Root, O=Test, C=VN"
valid = { from = "2010-01-01", to = "2030-01-01" }
sha256 = "PIN"
source = "test"
legal-basis = "test"
"#;

fn pinned(certificate: &Certificate) -> AnchorStore {
    let mut store = AnchorStore::default();
    store.read(&ENTRY.replace("PIN", &certificate.fingerprint().to_string())).unwrap();
    store
}

#[test]
fn an_anchor_counts_once_installed_and_is_named_while_missing() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let anchor = root(&top);
    let leaf = Draft::leaf(&person, &top).certificate();
    let mut store = pinned(&anchor);
    let missing = PathError::AnchorMissing { id: "test-root".to_owned() };
    assert_eq!(build(&leaf, &[], &store), Err(missing.clone()));
    // A twin of the same name changes nothing, and is not let in.
    let twin = root(&Party::new("Root", 9));
    assert_eq!(build(&leaf, std::slice::from_ref(&twin), &store), Err(missing));
    assert_eq!(store.install(twin.clone()).unwrap_err().sha256, twin.fingerprint());
    assert_eq!(store.install(anchor).unwrap().id(), "test-root");
    let path = build(&leaf, &[], &store).unwrap();
    assert_eq!((path.anchor(), path.purpose()), ("test-root", Purpose::PublicDuty));
}

#[test]
fn an_anchor_serves_its_purposes_in_its_period_only() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let anchor = root(&top);
    let leaf = Draft::leaf(&person, &top).certificate();
    let mut store = pinned(&anchor);
    store.install(anchor).unwrap();
    let search = |purposes: &[Purpose], at: &str| {
        let at = UnixTime::parse(at).unwrap();
        PathSearch { pool: &[], anchors: &store, purposes, at }.build(&leaf, &mut budget())
    };
    assert!(search(&[Purpose::PublicDuty], "2020-01-01").is_ok());
    assert_eq!(search(&[Purpose::Timestamping], "2020-01-01"), Err(PathError::NotTrusted));
    let outside = |ended| Err(PathError::OutsideTrustPeriod { id: "test-root".to_owned(), ended });
    assert_eq!(search(&[Purpose::PublicDuty], "2031-01-01"), outside(true));
    assert_eq!(search(&[Purpose::PublicDuty], "2009-01-01"), outside(false));
}

#[test]
fn an_issuing_ca_that_no_entry_lists_is_told() {
    let (top, a, person) = (Party::new("Root", 1), Party::new("A", 2), Party::new("Person", 3));
    let anchor = root(&top);
    let mut store = AnchorStore::default();
    let text = ENTRY.replace("PIN", &anchor.fingerprint().to_string()).replace("public-duty", "public-ca");
    store.read(&text).unwrap();
    store.install(anchor).unwrap();
    let issuing = Draft::authority(&a, &top).certificate();
    let leaf = Draft::leaf(&person, &a).certificate();
    let path = build(&leaf, std::slice::from_ref(&issuing), &store).unwrap();
    assert_eq!(path.unlisted_ca(&store), Some(&issuing));
    let listed = ENTRY
        .replace("PIN", &issuing.fingerprint().to_string())
        .replace("test-root", "test-a")
        .replace("CN=Root", "CN=A")
        .replace("public-duty", "public-ca");
    store.read(&listed).unwrap();
    assert_eq!(path.unlisted_ca(&store), None);
}

#[test]
fn a_mesh_of_cross_signed_authorities_ends_quickly() {
    // Everyone signs everyone, and nobody leads to the anchor: 20 names make more than 10^18 simple paths.
    let parties: Vec<Party> = (0..20).map(|at| Party::new(&format!("M{at}"), 10 + at)).collect();
    let mut pool = Vec::new();
    for subject in &parties {
        for issuer in &parties {
            if subject.name != issuer.name {
                pool.push(Draft::authority(subject, issuer).certificate());
            }
        }
    }
    let leaf = Draft::leaf(&Party::new("Person", 3), &parties[0]).certificate();
    let anchors = AnchorStore::trusting([root(&Party::new("Root", 1))]);
    let mut budget = budget();
    let started = std::time::Instant::now();
    let search = PathSearch { pool: &pool, anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    assert_eq!(search.build(&leaf, &mut budget), Err(PathError::Exhausted));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn a_chain_longer_than_the_limit_is_refused() {
    let parties: Vec<Party> = (0..12).map(|at| Party::new(&format!("D{at}"), 40 + at)).collect();
    let pool: Vec<Certificate> =
        parties.windows(2).map(|pair| Draft::authority(&pair[1], &pair[0]).certificate()).collect();
    let anchors = AnchorStore::trusting([root(&parties[0])]);
    let person = Party::new("Person", 3);
    let below = |at: usize| Draft::leaf(&person, &parties[at]).certificate();
    assert!(build(&below(MAX_DEPTH - 2), &pool, &anchors).is_ok());
    assert_eq!(fault(build(&below(MAX_DEPTH - 1), &pool, &anchors)), PathFault::TooLong);
}

#[test]
fn who_may_sign_documents_is_read_from_the_usages() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let with = |extensions: Vec<Vec<u8>>| {
        Draft { extensions, ..Draft::leaf(&person, &top) }.certificate().may_sign_documents()
    };
    let purpose = |last: u8| extension(37, false, &[0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, last]);
    assert_eq!(with(vec![]), Ok(()));
    assert_eq!(with(vec![key_usage(0x40)]), Ok(()));
    assert_eq!(with(vec![key_usage(0x80), purpose(4)]), Ok(()));
    assert_eq!(with(vec![key_usage(0x80), purpose(36)]), Ok(()));
    assert_eq!(with(vec![key_usage(0x20)]), Err(UsageFault::KeyUsage));
    assert!(matches!(with(vec![key_usage(0x80), purpose(1)]), Err(UsageFault::ExtendedKeyUsage { .. })));
}

#[test]
fn a_crl_says_good_hold_or_revoked_and_the_worst_counts() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let leaf = Draft::leaf(&person, &top).certificate();
    let reason = |code: u8| vec![extension(21, false, &[0x0a, 1, code])];
    let at = UnixTime::parse("2025-01-01T00:00:00Z").unwrap();
    let status = |entries: &[(u8, &[Vec<u8>])]| crl(&top, entries, &[]).status(&leaf).unwrap();
    assert_eq!(status(&[(6, &[]), (8, &[])]), CrlStatus::Good);
    assert_eq!(status(&[(9, &[]), (7, &reason(6)), (1, &[])]), CrlStatus::Hold { at });
    let revoked = |reason| CrlStatus::Revoked { at, reason, invalid_from: None };
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
    assert_eq!(with(point(&[0x81, 1, 0xff])).status(&leaf), Ok(CrlStatus::Good));
    assert_eq!(with(point(&[0x81, 1, 0xff])).status(&authority), Err(Unusable::OtherScope));
    assert_eq!(with(point(&[0x82, 1, 0xff])).status(&leaf), Err(Unusable::OtherScope));
    let full_name = [0xa0, 6, 0xa0, 4, 0x86, 2, b'u', b':'];
    assert_eq!(with(point(&full_name)).status(&leaf), Err(Unusable::OtherPoint));
    assert!(matches!(with(extension(99, true, &[5, 0])).status(&leaf), Err(Unusable::CriticalExtension { .. })));
    let odd_entry = [extension(99, true, &[5, 0])];
    assert!(matches!(crl(&top, &[(1, &odd_entry)], &[]).status(&leaf), Err(Unusable::CriticalExtension { .. })));
    let foreign = [extension(29, true, &[0x30, 0])];
    assert_eq!(crl(&top, &[(1, &foreign)], &[]).status(&leaf), Err(Unusable::Indirect));
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
    assert_eq!(with(b"http://a/1.crl"), Ok(CrlStatus::Good));
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

// ---- data of others ----

#[test]
fn every_vietnamese_certificate_is_read_and_those_pinned_are_recognised() {
    let Some(folder) = corpora("vn/certs") else { return };
    let mut store = AnchorStore::published().unwrap();
    let mut installed = Vec::new();
    for path in files(&folder) {
        for certificate in read_certificates(&fs::read(&path).unwrap()).unwrap() {
            assert_eq!(certificate.fault(), None, "{}", path.display());
            certificate.public_key().unwrap();
            if let Ok(entry) = store.install(certificate.clone()) {
                assert_eq!(entry.subject(), certificate.subject(), "{}", entry.id());
                installed.push(entry.id().to_owned());
            }
        }
    }
    let missing: Vec<&str> = store.missing().map(AnchorEntry::id).collect();
    assert_eq!(missing, ["vgca-dcs-g2", "neac-rs", "neac-mobilepki", "neac-tsa"]);
}

#[test]
fn the_government_portal_leads_to_vgca_g1_although_sha_1_is_in_the_way() {
    let Some(folder) = corpora("vn/certs") else { return };
    let read = |name: &str| read_certificates(&fs::read(folder.join(name)).unwrap()).unwrap().remove(0);
    let leaf = read("from-pdf-b50df16d49fa.der");
    assert_eq!(leaf.may_sign_documents(), Ok(()));
    assert_eq!(leaf.emails(), ["thongtinchinhphu@chinhphu.vn"]);
    assert!(leaf.crl_urls().contains(&"http://ca.gov.vn/pki/pub/crl/cp.crl"));
    let at = UnixTime::parse("2018-09-13").unwrap();
    let search = |store: &AnchorStore, pool: &[Certificate]| {
        PathSearch { pool, anchors: store, purposes: &[Purpose::PublicDuty], at }.build(&leaf, &mut budget())
    };
    let mut store = AnchorStore::published().unwrap();
    assert_eq!(search(&store, &[]), Err(PathError::AnchorMissing { id: "vgca-cp-g1".to_owned() }));
    // The root alone, and the issuing CA as anybody may send it.
    store.install(read("vgca-tool/VGCA_ROOTCA_BIN")).unwrap();
    let path = search(&store, &[read("vgca-tool/CP_BIN")]).unwrap();
    assert_eq!((path.anchor(), path.certificates().len()), ("vgca-root-g1", 3));
    assert_eq!(path.weak().count(), 2);
    // The issuing CA itself.
    store.install(read("vgca-tool/CP_BIN")).unwrap();
    let path = search(&store, &[]).unwrap();
    assert_eq!((path.anchor(), path.certificates().len()), ("vgca-cp-g1", 2));
    assert_eq!(path.weak().map(|(_, digest)| digest).collect::<Vec<_>>(), [DigestAlgorithm::Sha1]);
    assert_eq!(path.out_of_period(UnixTime::parse("2026-01-01").unwrap()), Some((&leaf, Within::After)));
}

/// The outcome of a PKITS case as a caller with CRLs only would reach it.
fn pkits_accepts(folder: &std::path::Path, row: &BTreeMap<&str, &str>) -> Result<(), String> {
    let list = |column: &str| row[column].split(',').filter(|name| !name.is_empty()).collect::<Vec<_>>();
    let read = |name: &str| {
        let octets = fs::read(folder.join(name)).unwrap();
        Certificate::parse(&octets).map_err(|error| format!("{name}: {error}"))
    };
    let leaf = read(row["leaf"])?;
    let pool: Vec<Certificate> = list("intermediates").into_iter().filter_map(|name| read(name).ok()).collect();
    let anchors = AnchorStore::trusting(list("anchors").into_iter().map(|name| read(name).unwrap()));
    let crls: Vec<Crl> = list("crls_or_ocsp")
        .into_iter()
        .filter_map(|name| Crl::parse(&fs::read(folder.join(name)).unwrap()).ok())
        .collect();
    let at = UnixTime::parse(row["validation_time"]).unwrap();
    let search = PathSearch { pool: &pool, anchors: &anchors, purposes: &Purpose::ALL, at };
    let path = search.build(&leaf, &mut budget()).map_err(|error| error.to_string())?;
    if let Some((certificate, place)) = path.out_of_period(at) {
        return Err(format!("{} is {place:?}", certificate.subject()));
    }
    none_revoked(&search, &path, &crls, 0)
}

/// Whether fresh CRLs say of every certificate on the path that it is good; a CRL may be signed by another key of its
/// issuer, when that key's certificate is good as well.
fn none_revoked(search: &PathSearch<'_>, path: &Path, crls: &[Crl], depth: u32) -> Result<(), String> {
    for (certificate, issuer) in path.issuers() {
        let believed = |crl: &Crl| {
            let signs = |signer: &Certificate| crl.signed_by(signer, &mut budget()).is_ok();
            let other = |signer: &&Certificate| {
                let good = |path: Path| none_revoked(search, &path, crls, depth + 1).is_ok();
                depth < 2 && signs(signer) && search.build(signer, &mut budget()).is_ok_and(good)
            };
            signs(issuer) || search.pool.iter().any(|signer| other(&signer))
        };
        let mut outcome = Err("no CRL".to_owned());
        for crl in crls.iter().filter(|crl| crl.issuer() == certificate.issuer()) {
            if crl.next_update().is_none_or(|next| next < search.at) {
                outcome = outcome.or_else(|_: String| Err("stale CRL".to_owned()));
            } else if !believed(crl) {
                outcome = outcome.or_else(|_| Err("CRL of an unknown signer".to_owned()));
            } else {
                match crl.status(certificate) {
                    Ok(CrlStatus::Good) => outcome = Ok(()),
                    Ok(status) => return Err(format!("{status:?}")),
                    Err(error) => outcome = outcome.or_else(|_| Err(error.to_string())),
                }
            }
        }
        if crls.iter().any(|crl| crl.is_delta() && crl.issuer() == certificate.issuer()) {
            return Err("a delta CRL is at hand and not evaluated".to_owned());
        }
        outcome.map_err(|why| format!("{}: {why}", certificate.subject()))?;
    }
    Ok(())
}

/// Cases that end in "undetermined" instead of an accept: DSA (4.1.4, 4.1.5), explicit policies (4.8 to 4.12), lists for
/// some reasons, relative point names and indirect lists (4.14), delta lists (4.15).
fn not_evaluated(case: &str) -> bool {
    ["40104", "40105", "408", "409", "410", "411", "412", "414", "415"]
        .iter()
        .any(|section| case.strip_prefix("pkits/").is_some_and(|case| case.starts_with(section)))
}

#[test]
fn nist_pkits_has_no_false_accept_and_refuses_only_what_is_not_evaluated() {
    let Some(folder) = corpora("x509") else { return };
    let manifest = fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let mut lines = manifest.lines();
    let columns: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let mut agreed = 0;
    let mut left_out = 0;
    let mut wrong = Vec::new();
    for line in lines {
        let row: BTreeMap<&str, &str> = columns.iter().copied().zip(line.split('\t')).collect();
        let note = row["params_or_note"];
        // The initial policy set of a caller is not evaluated here.
        if note.contains("user_initial_policy_set") || note.contains("initial_explicit_policy") {
            left_out += 1;
            continue;
        }
        let outcome = pkits_accepts(&folder, &row);
        match (row["expected"], &outcome) {
            ("ACCEPT", Ok(())) | ("REJECT", Err(_)) => agreed += 1,
            ("ACCEPT", Err(why)) if not_evaluated(row["case_id"]) => println!("undetermined: {} {why}", row["case_id"]),
            (expected, _) => wrong.push(format!("{} expected {expected}: {outcome:?}", row["case_id"])),
        }
    }
    println!("{agreed} agreed, {left_out} left out");
    assert_eq!(wrong, Vec::<String>::new());
}
