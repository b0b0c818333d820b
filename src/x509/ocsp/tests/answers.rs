use super::*;
use crate::algorithm::DigestAlgorithm;
use crate::asn1::encode;
use crate::time::UnixTime;
use crate::x509::Reason;

fn at(text: &str) -> UnixTime {
    UnixTime::parse(text).unwrap()
}

#[test]
fn a_statement_has_the_dates_of_its_answer_and_the_digest_of_its_piece() {
    let world = World::new();
    let draft = world.direct();
    let statements = world.ask(&draft).unwrap();
    let [statement] = &statements[..] else { panic!("{statements:?}") };
    assert_eq!(statement.status, RevocationStatus::Good);
    assert_eq!(statement.this_update, at("2027-01-01T00:00:00Z"));
    assert_eq!(statement.next_update, Some(at("2027-01-08T00:00:00Z")));
    assert_eq!(statement.pieces, [draft.response().fingerprint()]);
    assert_eq!((&statement.signer, statement.vouches_since), (&world.root, None));
}

#[test]
fn an_answer_without_next_update_says_so() {
    let world = World::new();
    let draft = OcspDraft { answers: vec![AnswerDraft { next_update: None, ..world.good() }], ..world.direct() };
    assert_eq!(world.ask(&draft).unwrap()[0].next_update, None);
}

#[test]
fn revocations_come_with_their_reason_and_suspensions_apart() {
    let world = World::new();
    let status = |reason| {
        let answer = world.good().saying(&revoked("20260601000000Z", reason));
        world.status(&OcspDraft { answers: vec![answer], ..world.direct() }).unwrap()
    };
    let at = at("2026-06-01T00:00:00Z");
    let with = |reason| RevocationStatus::Revoked { at, reason, invalid_from: None };
    assert_eq!(status(None), with(Reason::Unspecified));
    assert_eq!(status(Some(1)), with(Reason::KeyCompromise));
    assert_eq!(status(Some(6)), RevocationStatus::Hold { at });
    // No list is changed here, so nothing can be removed from one.
    assert_eq!(status(Some(8)), with(Reason::Unknown));
    assert_eq!(status(Some(77)), with(Reason::Unknown));
}

#[test]
fn a_certificate_that_was_never_issued_is_suspended_since_1970_and_not_good() {
    let world = World::new();
    let answer = world.good().saying(&revoked("19700101000000Z", Some(6)));
    let extensions = vec![extension(&ocsp_oid(9), false, &[5, 0])];
    let draft = OcspDraft { answers: vec![answer], extensions, ..world.direct() };
    assert_eq!(world.status(&draft), Ok(RevocationStatus::Hold { at: UnixTime::from_seconds(0) }));
}

#[test]
fn extensions_of_an_answer_add_the_reason_the_day_of_the_loss_and_the_archive() {
    let world = World::new();
    let day = encode(0x18, &[b"20260501000000Z"]);
    let crl_extension = super::super::super::testing::extension;
    let answer = AnswerDraft {
        extensions: vec![
            crl_extension(21, false, &[10, 1, 1]),
            crl_extension(24, false, &day),
            extension(&ocsp_oid(6), false, &encode(0x18, &[b"20200101000000Z"])),
        ],
        ..world.good().saying(&revoked("20260601000000Z", None))
    };
    let statements = world.ask(&OcspDraft { answers: vec![answer.clone()], ..world.direct() }).unwrap();
    let invalid_from = Some(at("2026-05-01T00:00:00Z"));
    let status = |reason| RevocationStatus::Revoked { at: at("2026-06-01T00:00:00Z"), reason, invalid_from };
    assert_eq!(statements[0].status, status(Reason::KeyCompromise));
    assert_eq!(statements[0].vouches_since, Some(at("2020-01-01T00:00:00Z")));
    // The reason inside the answer is not softened by the one beside it.
    let inside = AnswerDraft { status: revoked("20260601000000Z", Some(2)), ..answer };
    let statements = world.ask(&OcspDraft { answers: vec![inside], ..world.direct() }).unwrap();
    assert_eq!(statements[0].status, status(Reason::CaCompromise));
}

#[test]
fn unknown_is_not_good() {
    let world = World::new();
    let answers = vec![world.good().saying(&UNKNOWN)];
    assert_eq!(world.status(&OcspDraft { answers, ..world.direct() }), Err(OcspFault::Unknown));
}

#[test]
fn of_answers_that_contradict_each_other_the_worst_counts() {
    let world = World::new();
    let (hold, gone) = (revoked("20260601000000Z", Some(6)), revoked("20260701000000Z", Some(4)));
    let status = |answers: &[&[u8]]| {
        let answers = answers.iter().map(|status| world.good().saying(status)).collect();
        world.status(&OcspDraft { answers, ..world.direct() })
    };
    let suspended = RevocationStatus::Hold { at: at("2026-06-01T00:00:00Z") };
    let superseded =
        RevocationStatus::Revoked { at: at("2026-07-01T00:00:00Z"), reason: Reason::Superseded, invalid_from: None };
    assert_eq!(status(&[&GOOD, &GOOD]), Ok(RevocationStatus::Good));
    assert_eq!(status(&[&GOOD, &UNKNOWN]), Err(OcspFault::Unknown));
    assert_eq!(status(&[&UNKNOWN, &hold, &GOOD]), Ok(suspended));
    assert_eq!(status(&[&GOOD, &gone, &hold, &UNKNOWN]), Ok(superseded));
    assert_eq!(status(&[&gone, &gone]), Ok(superseded));
}

#[test]
fn two_revocations_are_both_said_because_the_time_of_the_signature_decides_which_is_worse() {
    let world = World::new();
    let answers = [revoked("20260601000000Z", Some(4)), revoked("20260701000000Z", Some(1))];
    let answers = answers.iter().map(|status| world.good().saying(status)).collect();
    assert_eq!(world.ask(&OcspDraft { answers, ..world.direct() }).unwrap().len(), 2);
}

#[test]
fn every_digest_calls_the_certificate_and_one_that_is_not_known_calls_nothing() {
    let world = World::new();
    for digest in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
        let answers = vec![AnswerDraft::called(&world.leaf, &world.root, digest)];
        assert_eq!(world.status(&OcspDraft { answers, ..world.direct() }), Ok(RevocationStatus::Good), "{digest}");
    }
    let subject = Subject::of(&world.leaf, &world.root).unwrap();
    let id = CertId::of(&subject, DigestAlgorithm::Sha256).unwrap().der();
    // SHA-256 under the name of SHA3-256 and under that of MD5.
    for last in [&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 8][..], &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 2, 5]] {
        let rest = id.get(2 + 15..).unwrap();
        let id = encode(0x30, &[&encode(0x30, &[&encode(6, &[last]), &[5, 0]]), rest]);
        let answers = vec![AnswerDraft { id, ..world.good() }];
        assert_eq!(world.status(&OcspDraft { answers, ..world.direct() }), Err(OcspFault::OtherCertificate));
    }
}

#[test]
fn all_four_fields_of_the_identifier_must_agree() {
    let world = World::new();
    let (other_key, other_name) = (Party::new("Root", 9), Party::new("Other", 1));
    let stranger = Party::new("Person", 3);
    let other = Draft { serial: 8, ..Draft::leaf(&stranger, &world.top) }.certificate();
    let named = Draft::leaf(&stranger, &other_name).certificate();
    for answer in [
        AnswerDraft::good(&other, &world.root),
        AnswerDraft::good(&world.leaf, &root(&other_key)),
        AnswerDraft::good(&named, &root(&other_name)),
        // Fields of two digests: the name by SHA-256, the rest by SHA-1.
        AnswerDraft { id: mixed(&world), ..world.good() },
    ] {
        let draft = OcspDraft { answers: vec![answer.clone()], ..world.direct() };
        assert_eq!(world.status(&draft), Err(OcspFault::OtherCertificate));
        let beside = OcspDraft { answers: vec![answer, world.good()], ..world.direct() };
        assert_eq!(world.status(&beside), Ok(RevocationStatus::Good));
    }
}

fn mixed(world: &World) -> Vec<u8> {
    let spki = world.top.spki();
    let key = super::super::request::key_bits(&spki).unwrap();
    let name = DigestAlgorithm::Sha256.digest(&[world.leaf.issuer().der()]).unwrap();
    let key = DigestAlgorithm::Sha1.digest(&[key]).unwrap();
    let algorithm = [0x30, 9, 6, 5, 0x2b, 14, 3, 2, 26, 5, 0];
    encode(0x30, &[&algorithm, &encode(4, &[&name]), &encode(4, &[&key]), &[2, 1, 7]])
}

#[test]
fn a_serial_number_with_zeros_before_it_is_the_same_number() {
    let world = World::new();
    let subject = Subject { serial: &[0, 0, 7], ..Subject::of(&world.leaf, &world.root).unwrap() };
    let id = CertId::of(&subject, DigestAlgorithm::Sha1).unwrap();
    assert_eq!(id.serial(), [7]);
    let padded = id.der();
    // By hand, because what is written here has the shortest form.
    let padded = encode(0x30, &[padded.get(2..padded.len() - 3).unwrap(), &[2, 2, 0, 7]]);
    let answers = vec![AnswerDraft { id: padded, ..world.good() }];
    assert_eq!(world.status(&OcspDraft { answers, ..world.direct() }), Ok(RevocationStatus::Good));
}

#[test]
fn times_with_fractions_are_read_and_those_of_other_kinds_are_not() {
    let world = World::new();
    let draft = OcspDraft {
        answers: vec![AnswerDraft {
            this_update: "20270101000000.500Z",
            next_update: Some("20270108000000.25Z"),
            ..world.good()
        }],
        produced_at: "20270101000100.123456Z",
        ..world.direct()
    };
    let statement = &world.ask(&draft).unwrap()[0];
    assert_eq!(statement.this_update, at("2027-01-01T00:00:00Z"));
    let utc = draft.der().windows(2).position(|pair| pair == [0x18, 22]).unwrap();
    let mut bent = draft.der();
    bent[utc] = 0x17;
    assert!(matches!(OcspResponse::parse(&bent), Err(OcspError::Malformed(_))));
}

#[test]
fn dates_that_cannot_be_make_the_response_unusable() {
    let world = World::new();
    let with = |this_update, next_update, produced_at| {
        let answers = vec![AnswerDraft { this_update, next_update, ..world.good() }];
        world.status(&OcspDraft { produced_at, answers, ..world.direct() })
    };
    let (day, next) = ("20270101000000Z", Some("20270108000000Z"));
    assert_eq!(with(day, next, day), Ok(RevocationStatus::Good));
    assert_eq!(with(day, Some(day), day), Ok(RevocationStatus::Good));
    assert!(matches!(with(day, Some("20261231235959Z"), day), Err(OcspFault::EndsBeforeItBegins { .. })));
    assert!(matches!(with(day, next, "20261231235459Z"), Err(OcspFault::KnownAfterProduced { .. })));
    // Clocks of one responder differ by minutes; then it is known since the signature only.
    assert_eq!(with(day, next, "20261231235500Z"), Ok(RevocationStatus::Good));
    let answers = vec![AnswerDraft { this_update: day, ..world.good() }];
    let draft = OcspDraft { answers, produced_at: "20261231235500Z", ..world.direct() };
    assert_eq!(world.ask(&draft).unwrap()[0].this_update, at("2026-12-31T23:55:00Z"));
}

#[test]
fn critical_extensions_that_are_not_known_make_the_response_unusable() {
    let world = World::new();
    let odd = |critical| vec![extension(&[0x2a, 3, 4], critical, &[5, 0])];
    let with = |of_answer: Vec<Vec<u8>>, of_whole: Vec<Vec<u8>>| {
        let answers = vec![AnswerDraft { extensions: of_answer, ..world.good() }];
        world.status(&OcspDraft { answers, extensions: of_whole, ..world.direct() })
    };
    let fault = Err(OcspFault::CriticalExtension { oid: "1.2.3.4".into() });
    assert_eq!(with(odd(false), odd(false)), Ok(RevocationStatus::Good));
    assert_eq!(with(odd(true), vec![]), fault);
    assert_eq!(with(vec![], odd(true)), fault);
    // What is known may be critical.
    let nonce = vec![extension(&ocsp_oid(2), true, &[4, 1, 7])];
    let cutoff = vec![extension(&ocsp_oid(6), true, &encode(0x18, &[b"20200101000000Z"]))];
    assert_eq!(with(cutoff, nonce), Ok(RevocationStatus::Good));
}

#[test]
fn the_nonce_is_read_with_and_without_its_own_octet_string_and_compared() {
    let world = World::new();
    let with = |value: &[u8]| {
        let extensions = vec![extension(&ocsp_oid(2), false, value)];
        OcspDraft { extensions, ..world.direct() }.response()
    };
    assert_eq!(world.direct().response().nonce_match(b"ab"), NonceMatch::Absent);
    assert_eq!(with(&[4, 2, b'a', b'b']).nonce_match(b"ab"), NonceMatch::Equal);
    assert_eq!(with(b"ab").nonce_match(b"ab"), NonceMatch::Equal);
    assert_eq!(with(&[4, 2, b'a', b'c']).nonce_match(b"ab"), NonceMatch::Different);
    assert_eq!(with(&[4, 0]).nonce_match(b"ab"), NonceMatch::Different);
}

#[test]
fn a_name_that_its_issuer_writes_otherwise_calls_the_certificate_too() {
    // The root's own certificate has the name in capitals, the leaf in small letters: equal after RFC 5280, 7.1.
    let world = World::new();
    let shouting = Party::new("ROOT", 1);
    let issuer = root(&shouting);
    assert_eq!(issuer.subject(), world.leaf.issuer());
    let subject = Subject { issuer: issuer.subject().der(), ..Subject::of(&world.leaf, &issuer).unwrap() };
    let id = CertId::of(&subject, DigestAlgorithm::Sha1).unwrap().der();
    for id in [id, world.good().id] {
        let draft = OcspDraft { answers: vec![AnswerDraft { id, ..world.good() }], ..world.direct() };
        assert_eq!(world.ask_about(&world.leaf, &issuer, draft.response()).unwrap().len(), 1);
    }
}

#[test]
fn a_response_that_comes_twice_speaks_once() {
    let world = World::new();
    let mut set = OcspSet::default();
    assert!(set.is_empty());
    set.insert(world.direct().response());
    set.insert(world.direct().response());
    assert_eq!(set.len(), 1);
    let response = world.direct().response();
    assert_eq!(set.response(response.fingerprint()).unwrap().octets(), response.octets());
}
