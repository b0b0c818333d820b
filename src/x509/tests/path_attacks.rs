//! What others got wrong in paths, each beside a harmless sibling. Laxness of PKCS#1 v1.5, small exponents, r = s = 0 and
//! points off their curve are in the tests of `algorithm`; scopes of lists in `crl_search`.

use super::super::testing::*;
use super::super::*;
use super::{budget, build};
use crate::algorithm::KeyError;
use crate::asn1::{context, context_primitive, encode};

fn fault(result: Result<Path, PathError>) -> PathFault {
    match result.unwrap_err() {
        PathError::Bad { fault, .. } => fault,
        other => panic!("{other}"),
    }
}

/// The outcome for a leaf with `names` (its alternative names) below CAs with name constraints, the upper one first.
fn under(constraints: &[Vec<u8>], names: &[u8]) -> Result<Path, PathError> {
    let top = Party::new("Root", 1);
    let mut above = top.clone();
    let mut pool = Vec::new();
    for (at, constraint) in (10..).zip(constraints) {
        let below = Party::new(&format!("CA{at}"), at);
        let extensions = vec![basic_constraints(None), key_usage(0x06), constraint.clone()];
        pool.push(Draft { extensions, ..Draft::authority(&below, &above) }.certificate());
        above = below;
    }
    let person = Party::new("Person", 3);
    let extensions = vec![key_usage(0x40), extension(17, false, &encode(0x30, &[names]))];
    let leaf = Draft { extensions, ..Draft::leaf(&person, &above) }.certificate();
    build(&leaf, &pool, &AnchorStore::trusting([root(&top)]))
}

/// nameConstraints of one subtree; `number` 0 permits and 1 excludes.
fn constraint(number: u8, base: &[u8]) -> Vec<u8> {
    extension(30, true, &encode(0x30, &[&encode(context(number), &[&encode(0x30, &[base])])]))
}

fn email(text: &str) -> Vec<u8> {
    encode(context_primitive(1), &[text.as_bytes()])
}

fn dns(text: &str) -> Vec<u8> {
    encode(context_primitive(2), &[text.as_bytes()])
}

const OUTSIDE: PathFault = PathFault::Names(NameFault::Constrained);

/// webpki (2026): constraints on URIs were not looked at, and a wildcard passed for one of the names it stands for.
#[test]
fn constraints_on_addresses_and_wildcards_hold() {
    let permitted = constraint(0, &uri(".gov.vn"));
    assert!(under(std::slice::from_ref(&permitted), &uri("http://a.gov.vn/")).is_ok());
    assert_eq!(fault(under(&[permitted], &uri("http://a.com.vn/"))), OUTSIDE);
    assert_eq!(fault(under(&[constraint(1, &uri(".gov.vn"))], &uri("http://a.gov.vn/"))), OUTSIDE);
    let permitted = constraint(0, &dns("ca.gov.vn"));
    assert!(under(std::slice::from_ref(&permitted), &dns("*.ca.gov.vn")).is_ok());
    assert_eq!(fault(under(&[permitted], &dns("*.gov.vn"))), OUTSIDE);
}

#[test]
fn a_ca_below_cannot_widen_what_one_above_allows() {
    let (narrow, wide) = (constraint(0, &dns("ca.gov.vn")), constraint(0, &dns("vn")));
    for order in [[narrow.clone(), wide.clone()], [wide, narrow]] {
        assert!(under(&order, &dns("x.ca.gov.vn")).is_ok());
        assert_eq!(fault(under(&order, &dns("x.com.vn"))), OUTSIDE);
    }
}

#[test]
fn a_mailbox_beyond_ascii_does_not_slip_past_constraints_on_mailboxes() {
    // SmtpUTF8Mailbox (RFC 9598).
    let value = encode(context(0), &[&encode(0x0c, &["đ@evil.vn".as_bytes()])]);
    let mailbox = encode(context(0), &[&[6, 8, 0x2b, 6, 1, 5, 5, 7, 8, 9], &value]);
    assert_eq!(fault(under(&[constraint(0, &email("gov.vn"))], &mailbox)), OUTSIDE);
    assert_eq!(fault(under(&[constraint(1, &email("evil.vn"))], &mailbox)), OUTSIDE);
    assert!(under(&[constraint(0, &dns("gov.vn"))], &mailbox).is_ok());
}

#[test]
fn a_constrained_kind_that_is_not_evaluated_is_refused() {
    let registered = encode(context_primitive(8), &[&[0x2a, 3]]);
    assert_eq!(fault(under(&[constraint(1, &registered)], &registered)), OUTSIDE);
    assert_eq!(fault(under(&[constraint(0, &registered)], &registered)), OUTSIDE);
    assert!(under(&[constraint(1, &registered)], &dns("gov.vn")).is_ok());
    // Minimum and maximum are of no use (RFC 5280, 4.2.1.10), so a constraint that has them is not understood.
    let with_minimum = constraint(0, &[dns("vn"), vec![0x80, 1, 1]].concat());
    assert!(matches!(fault(under(&[with_minimum], &dns("x.vn"))), PathFault::Certificate(_)));
}

#[test]
fn the_name_of_the_subject_and_the_mailbox_in_it_are_constrained_too() {
    let top = Party::new("Root", 1);
    let middle = Party::new("CA", 2);
    let with = |subject: &Party, constraint: Vec<u8>| {
        let extensions = vec![basic_constraints(None), key_usage(0x06), constraint];
        let issuing = Draft { extensions, ..Draft::authority(&middle, &top) }.certificate();
        let leaf = Draft::leaf(subject, &middle).certificate();
        build(&leaf, &[issuing], &AnchorStore::trusting([root(&top)]))
    };
    let person = Party::new("Person", 3);
    assert!(with(&person, constraint(0, &directory("O=Test, C=VN"))).is_ok());
    assert_eq!(fault(with(&person, constraint(0, &directory("O=Tests, C=VN")))), OUTSIDE);
    assert_eq!(fault(with(&person, constraint(1, &directory("C=VN")))), OUTSIDE);
    let mut writer = person;
    writer.name = "emailAddress=a@evil.vn, CN=Person, O=Test, C=VN".to_owned();
    assert_eq!(fault(with(&writer, constraint(0, &email("gov.vn")))), OUTSIDE);
    assert!(with(&writer, constraint(0, &email("evil.vn"))).is_ok());
}

/// CVE-2020-0601: a curve written out has whatever generator makes a known key fit.
#[test]
fn a_ca_whose_key_writes_its_curve_out_issues_nothing() {
    let (top, middle, person) = (Party::new("Root", 1), Party::new("CA", 2), Party::new("Person", 3));
    let issue = |spki| {
        let issuing = Draft { spki, ..Draft::authority(&middle, &top) }.certificate();
        let leaf = Draft::leaf(&person, &middle).certificate();
        build(&leaf, &[issuing], &AnchorStore::trusting([root(&top)]))
    };
    assert!(issue(None).is_ok());
    let named = middle.spki();
    let point = &named[23..];
    // ECParameters with a version and nothing else is enough to be no name.
    let algorithm = encode(0x30, &[&[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1], &[0x30, 3, 2, 1, 1]]);
    let explicit = encode(0x30, &[&algorithm, point]);
    let refused = PathFault::Signature(SignatureFault::Key(KeyError::ExplicitCurve));
    assert_eq!(fault(issue(Some(explicit))), refused);
}

/// A modulus of 16,384 bits costs milliseconds a check, one of a megabyte hours.
#[test]
fn a_ca_with_an_oversized_key_is_refused_before_it_computes() {
    let (top, middle, person) = (Party::new("Root", 1), Party::new("CA", 2), Party::new("Person", 3));
    let rsa = |octets: usize| {
        let key = encode(0x30, &[&encode(2, &[&[0], &vec![0xff; octets]]), &[2, 3, 1, 0, 1]]);
        let algorithm = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
        encode(0x30, &[&algorithm, &encode(3, &[&[0], &key])])
    };
    let leaf = Draft::leaf(&person, &middle).certificate();
    for (octets, bits) in [(2_048, 16_384), (100_000, 800_000), (64, 512)] {
        let issuing = Draft { spki: Some(rsa(octets)), ..Draft::authority(&middle, &top) }.certificate();
        let found = build(&leaf, &[issuing], &AnchorStore::trusting([root(&top)]));
        assert_eq!(fault(found), PathFault::Signature(SignatureFault::Key(KeyError::Modulus { bits })));
    }
}

/// webpki (2023): every way through a graph was tried. See also the mesh in `path`.
#[test]
fn a_ladder_of_twins_does_not_double_the_work_with_every_rung() {
    // Two certificates for each of nine names, each signed with either key of the name above.
    let names: Vec<[Party; 2]> =
        (0..9).map(|at| [Party::new(&format!("L{at}"), 20 + at), Party::new(&format!("L{at}"), 60 + at)]).collect();
    let mut pool = Vec::new();
    for pair in names.windows(2) {
        for (subject, issuer) in pair[1].iter().flat_map(|subject| pair[0].iter().map(move |issuer| (subject, issuer)))
        {
            pool.push(Draft::authority(subject, issuer).certificate());
        }
    }
    let leaf = Draft::leaf(&Party::new("Person", 3), &names[8][0]).certificate();
    let anchors = AnchorStore::trusting([root(&Party::new("Root", 1))]);
    let mut budget = budget();
    let search = PathSearch { pool: &pool, anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    assert!(search.build(&leaf, &mut budget).is_err());
    let left = std::iter::from_fn(|| budget.signature_check().ok()).count() as u64;
    assert!(crate::budget::SIGNATURE_CHECKS - left <= u64::from(MAX_CHECKS), "{left}");
}
