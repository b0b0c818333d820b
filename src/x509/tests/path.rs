use super::super::testing::*;
use super::super::*;
use super::{budget, build};
use crate::budget::SIGNATURE_CHECKS;
use crate::time::{UnixTime, Within};

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
    assert_eq!(with(vec![basic_constraints(None), explicit]), PathFault::Policy);
    let negative = extension(54, true, &[2, 1, 0xff]);
    assert_eq!(
        with(vec![basic_constraints(None), negative]),
        certificate(CertificateFault::MalformedExtension { oid: "2.5.29.54".to_owned() })
    );
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

#[test]
fn a_pinned_certificate_of_a_service_issues_nothing() {
    let (service, person) = (Party::new("TSA", 1), Party::new("Person", 3));
    let pinned = Draft { extensions: vec![], ..Draft::leaf(&service, &Party::new("Root", 2)) }.certificate();
    let anchors = AnchorStore::trusting([pinned.clone()]);
    let leaf = Draft::leaf(&person, &service).certificate();
    assert_eq!(fault(build(&leaf, &[], &anchors)), PathFault::NotCa);
    assert_eq!(build(&pinned, &[], &anchors).unwrap().certificates().len(), 1);
}

#[test]
fn a_root_of_version_1_ends_a_path_once_it_is_trusted() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let old = Draft { extensions: vec![], ..Draft::authority(&top, &top) }.certificate();
    assert!(build(&Draft::leaf(&person, &top).certificate(), &[], &AnchorStore::trusting([old])).is_ok());
}

#[test]
fn the_budget_of_the_message_ends_a_search() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let mut budget = budget();
    while budget.signature_check().is_ok() {}
    let anchors = AnchorStore::trusting([root(&top)]);
    let search = PathSearch { pool: &[], anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    let leaf = Draft::leaf(&person, &top).certificate();
    assert_eq!(search.build(&leaf, &mut budget), Err(PathError::Exhausted));
    assert_eq!(crl(&top, &[], &[]).signed_by(&root(&top), &mut budget), Err(CrlFault::Exhausted));
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
    assert_eq!(path.unlisted_ca(&store, NOW), Some(&issuing));
    let listed = ENTRY
        .replace("PIN", &issuing.fingerprint().to_string())
        .replace("test-root", "test-a")
        .replace("CN=Root", "CN=A")
        .replace("public-duty", "public-ca");
    let mut answering = store.clone();
    answering.read(&listed.replace("public-ca", "ocsp")).unwrap();
    assert_eq!(path.unlisted_ca(&answering, NOW), Some(&issuing));
    store.read(&listed).unwrap();
    assert_eq!(path.unlisted_ca(&store, NOW), None);
}

#[test]
fn a_mesh_of_cross_signed_authorities_ends_at_a_limit() {
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
    let search = PathSearch { pool: &pool, anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    assert_eq!(search.build(&leaf, &mut budget), Err(PathError::Exhausted));
    let left = std::iter::from_fn(|| budget.signature_check().ok()).count() as u64;
    assert!(left >= SIGNATURE_CHECKS - u64::from(MAX_CHECKS), "{left}");
}

#[test]
fn what_one_search_verified_costs_the_next_nothing() {
    let (top, middle, person) = (Party::new("Root", 1), Party::new("CA", 2), Party::new("Person", 3));
    let pool = [Draft::authority(&middle, &top).certificate()];
    let leaf = Draft::leaf(&person, &middle).certificate();
    let anchors = AnchorStore::trusting([root(&top)]);
    let search = PathSearch { pool: &pool, anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    let verified = Verified::default();
    let mut budget = budget();
    let found = search.build_knowing(&verified, &leaf, &mut budget).unwrap();
    while budget.signature_check().is_ok() {}
    assert_eq!(search.build_knowing(&verified, &leaf, &mut budget), Ok(found));
    assert_eq!(search.build(&leaf, &mut budget), Err(PathError::Exhausted));
}

#[test]
fn what_was_verified_of_one_certificate_says_nothing_of_a_forged_twin() {
    let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
    let anchors = AnchorStore::trusting([root(&top)]);
    let leaf = Draft::leaf(&person, &top).certificate();
    let forged = Draft::leaf(&person, &Party::new("Root", 9)).certificate();
    let search = PathSearch { pool: &[], anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    let verified = Verified::default();
    assert!(search.build_knowing(&verified, &leaf, &mut budget()).is_ok());
    for _ in 0..2 {
        let refused = fault(search.build_knowing(&verified, &forged, &mut budget()));
        assert!(matches!(refused, PathFault::Signature(_)));
    }
    assert!(search.build_knowing(&verified, &leaf, &mut budget()).is_ok());
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
fn of_two_paths_the_one_with_the_policy_that_the_user_wants_is_found() {
    let (top, a, person) = (Party::new("Root", 1), Party::new("A", 2), Party::new("Person", 3));
    let policy = |last: u8| extension(32, true, &[0x30, 7, 0x30, 5, 6, 3, 0x60, 1, last]);
    let issued = |last: u8| {
        let extensions = vec![basic_constraints(None), key_usage(0x06), policy(last)];
        Draft { extensions, serial: last, ..Draft::authority(&a, &top) }.certificate()
    };
    let both = [0x30, 14, 0x30, 5, 6, 3, 0x60, 1, 1, 0x30, 5, 6, 3, 0x60, 1, 2];
    let leaf = Draft { extensions: vec![extension(32, true, &both)], ..Draft::leaf(&person, &a) }.certificate();
    let pool = [issued(1), issued(2)];
    let anchors = AnchorStore::trusting([root(&top)]);
    let search = PathSearch { pool: &pool, anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    let under = |policy: &str| {
        let policies = InitialPolicies::requiring([policy.to_owned()]);
        search.build_under(&policies, &Verified::default(), &leaf, &mut budget())
    };
    assert_eq!(under("2.16.1.1").unwrap().certificates()[1], pool[0]);
    assert_eq!(under("2.16.1.2").unwrap().certificates()[1], pool[1]);
    assert_eq!(fault(under("2.16.1.3")), PathFault::Policy);
}
