//! Octets that are no response, or hardly one.

use super::*;
use crate::asn1::{Asn1Error, Value, context, encode};
use crate::x509::testing::mutations;

fn error(octets: &[u8]) -> OcspError {
    OcspResponse::parse(octets).unwrap_err()
}

#[test]
fn a_responder_without_answer_gives_none_whatever_it_sends_along() {
    let world = World::new();
    let basic = world.direct().basic();
    for (code, status) in [
        (1, ResponseStatus::MalformedRequest),
        (2, ResponseStatus::InternalError),
        (3, ResponseStatus::TryLater),
        (4, ResponseStatus::Other(4)),
        (5, ResponseStatus::SigRequired),
        (6, ResponseStatus::Unauthorized),
        (0xff, ResponseStatus::Other(0xff)),
    ] {
        let bare = encode(0x30, &[&[10, 1, code]]);
        assert_eq!(error(&bare), OcspError::NotSuccessful(status));
        assert_eq!(error(&envelope(code, &basic)), OcspError::NotSuccessful(status));
    }
    assert!(OcspResponse::parse(&envelope(0, &basic)).is_ok());
    assert_eq!(error(&[0x30, 3, 10, 1, 0]), OcspError::NoBytes);
    assert!(matches!(error(&[0x30, 4, 10, 2, 0, 0]), OcspError::Malformed(_)));
    assert!(matches!(error(&[0x30, 2, 10, 0]), OcspError::Malformed(_)));
}

#[test]
fn only_the_basic_type_is_read() {
    let world = World::new();
    let bytes = encode(0x30, &[&[6, 3, 0x2a, 3, 4], &encode(4, &[&world.direct().basic()])]);
    let other = encode(0x30, &[&[10, 1, 0], &encode(context(0), &[&bytes])]);
    assert_eq!(error(&other), OcspError::NotBasic { oid: "1.2.3.4".into() });
}

#[test]
fn a_response_without_its_envelope_is_read_as_signers_embed_it() {
    let world = World::new();
    let response = OcspResponse::parse(&world.direct().basic()).unwrap();
    assert_eq!(world.ask_about(&world.leaf, &world.root, response).unwrap().len(), 1);
}

#[test]
fn nothing_may_follow_at_any_height() {
    let world = World::new();
    let draft = world.direct();
    let trailing = OcspError::Malformed(Asn1Error::Trailing);
    let garbage = |octets: Vec<u8>| [octets, vec![5, 0]].concat();
    assert_eq!(error(&garbage(draft.der())), trailing);
    assert_eq!(error(&garbage(draft.basic())), trailing);
    // After the BasicOCSPResponse inside the envelope, after the fields of ResponseBytes, after those of the envelope.
    assert_eq!(error(&envelope(0, &garbage(draft.basic()))), trailing);
    let oid = encode(6, &[&ocsp_oid(1)]);
    let bytes = encode(0x30, &[&oid, &encode(4, &[&draft.basic()]), &[5, 0]]);
    assert_eq!(error(&encode(0x30, &[&[10, 1, 0], &encode(context(0), &[&bytes])])), trailing);
    let bytes = encode(0x30, &[&oid, &encode(4, &[&draft.basic()])]);
    assert_eq!(error(&encode(0x30, &[&[10, 1, 0], &encode(context(0), &[&bytes, &[5, 0]])])), trailing);
    assert_eq!(error(&encode(0x30, &[&[10, 1, 0], &encode(context(0), &[&bytes]), &[5, 0]])), trailing);
    // After the certificates, after the answers, and inside an answer.
    let basic = draft.basic();
    assert_eq!(error(&encode(0x30, &[Value::only(&basic).unwrap().content, &[5, 0]])), trailing);
    let id = encode(0x30, &[&world.good().id[2..], &[5, 0]]);
    let answers = vec![AnswerDraft { id, ..world.good() }];
    assert_eq!(error(&OcspDraft { answers, ..draft.clone() }.der()), trailing);
    // "Good" has no content.
    let answers = vec![world.good().saying(&[0x80, 1, 0])];
    assert!(matches!(error(&OcspDraft { answers, ..draft }.der()), OcspError::Malformed(_)));
}

#[test]
fn a_status_of_another_kind_is_none() {
    let world = World::new();
    for status in [&[0x83, 0][..], &[5, 0], &[0xa0, 0], &[0x81, 0], &[0xa1, 0]] {
        let answers = vec![world.good().saying(status)];
        let octets = OcspDraft { answers, ..world.direct() }.der();
        assert!(matches!(error(&octets), OcspError::Malformed(_)), "{status:?}");
    }
}

#[test]
fn an_extension_that_occurs_twice_makes_the_response_unreadable() {
    let world = World::new();
    let nonce = |octet| extension(&ocsp_oid(2), false, &[4, 1, octet]);
    let twice = OcspDraft { extensions: vec![nonce(1), nonce(2)], ..world.direct() };
    assert!(matches!(error(&twice.der()), OcspError::Malformed(_)));
    let cutoff = |day: &[u8]| extension(&ocsp_oid(6), false, &encode(0x18, &[day]));
    let extensions = vec![cutoff(b"20200101000000Z"), cutoff(b"20100101000000Z")];
    let answers = vec![AnswerDraft { extensions, ..world.good() }];
    assert!(matches!(error(&OcspDraft { answers, ..world.direct() }.der()), OcspError::Malformed(_)));
    let once = OcspDraft { extensions: vec![nonce(1)], ..world.direct() };
    assert_eq!(world.status(&once), Ok(RevocationStatus::Good));
}

#[test]
fn more_extensions_than_anyone_needs_are_refused() {
    let world = World::new();
    let many = |count: u8| -> Vec<Vec<u8>> { (0..count).map(|at| extension(&[0x2a, at], false, &[])).collect() };
    assert_eq!(error(&OcspDraft { extensions: many(51), ..world.direct() }.der()), OcspError::TooMany);
    let fitting = OcspDraft { extensions: many(50), ..world.direct() };
    assert_eq!(world.status(&fitting), Ok(RevocationStatus::Good));
}

#[test]
fn a_version_of_the_future_is_not_guessed() {
    let world = World::new();
    let tbs = world.direct().tbs();
    let with = |version: &[u8]| {
        let tbs = encode(0x30, &[&encode(context(0), &[version]), &tbs[3..]]);
        let signature = encode(3, &[&[0], &world.top.sign(&tbs)]);
        let basic = encode(0x30, &[&tbs, crate::x509::testing::ECDSA_SHA256, &signature]);
        OcspResponse::parse(&envelope(0, &basic))
    };
    assert_eq!(tbs[..2], [0x30, 0x81], "one octet of length follows");
    // Version 1 written out is no DER, and does no harm.
    assert_eq!(world.ask_about(&world.leaf, &world.root, with(&[2, 1, 0]).unwrap()).unwrap().len(), 1);
    assert!(matches!(with(&[2, 1, 1]), Err(OcspError::Version)));
}

#[test]
fn answers_are_counted_and_octets_are_too() {
    let world = World::new();
    let many = |count| OcspDraft { answers: vec![world.good(); count], ..world.direct() };
    assert_eq!(many(MAX_ANSWERS).response().answers().len(), MAX_ANSWERS);
    assert_eq!(world.status(&many(MAX_ANSWERS)), Ok(RevocationStatus::Good));
    assert_eq!(error(&many(MAX_ANSWERS + 1).der()), OcspError::TooMany);
    assert_eq!(error(&many(10_000).der()), OcspError::TooLarge);
    assert_eq!(error(&vec![0x30; MAX_RESPONSE + 1]), OcspError::TooLarge);
    assert!(world.ask(&OcspDraft { answers: vec![], ..world.direct() }).is_err());
    let crowd = OcspDraft { certificates: vec![world.leaf.der().to_vec(); MAX_CERTIFICATES + 5], ..world.direct() };
    assert_eq!(crowd.response().certificates().len(), MAX_CERTIFICATES);
}

#[test]
fn nesting_costs_nothing() {
    for tag in [0x30, 0xa0, 0x24] {
        let mut deep = vec![5, 0];
        while deep.len() < MAX_RESPONSE - 8 {
            deep = encode(tag, &[&deep]);
        }
        assert!(matches!(error(&deep), OcspError::Malformed(_)));
    }
}

#[test]
fn indefinite_lengths_are_refused() {
    let mut octets = vec![0x30, 0x80];
    octets.extend_from_slice(&[10, 1, 0, 0, 0]);
    assert_eq!(error(&octets), OcspError::Malformed(Asn1Error::Length));
}

#[test]
fn bent_responses_never_panic_and_never_say_what_nobody_signed() {
    let world = World::new();
    let draft = OcspDraft {
        answers: vec![world.good().saying(&revoked("20260601000000Z", Some(1))), world.good()],
        extensions: vec![extension(&ocsp_oid(2), false, &[4, 2, 1, 2])],
        ..world.delegated(&world.delegation())
    };
    for bent in mutations(&draft.der(), 4_000) {
        let Ok(response) = OcspResponse::parse(&bent) else { continue };
        let changed = response.signed_octets() != draft.tbs();
        let statements = world.ask_about(&world.leaf, &world.root, response).unwrap_or_default();
        assert!(statements.is_empty() || !changed);
        assert!(statements.iter().all(|statement| statement.status != RevocationStatus::Good));
    }
}
