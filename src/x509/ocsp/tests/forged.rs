//! What attackers make of responses, each beside a harmless sibling.

use super::*;
use crate::algorithm::{DigestAlgorithm, VerifyError};
use crate::asn1::{context, encode};
use crate::x509::testing::{basic_constraints, key_usage};
use crate::x509::{CertificateFault, SignatureFault};

const MISMATCH: OcspFault = OcspFault::Signature(SignatureFault::Verify(VerifyError::Mismatch));

#[test]
fn what_was_signed_cannot_be_changed() {
    let world = World::new();
    let gone = OcspDraft { answers: vec![world.good().saying(&UNKNOWN)], ..world.direct() };
    let signature = world.top.sign(&gone.tbs());
    let forged = OcspResponse::parse(&envelope(0, &world.direct().basic_with(&signature))).unwrap();
    assert_eq!(world.ask_about(&world.leaf, &world.root, forged).unwrap_err(), MISMATCH);
    assert_eq!(world.status(&gone), Err(OcspFault::Unknown));
    assert_eq!(world.status(&world.direct()), Ok(RevocationStatus::Good));
}

/// Erlang/OTP and PKI.js, 2026: the certificate in the response was believed because it was there.
#[test]
fn a_responder_that_certified_itself_is_nobody() {
    let world = World::new();
    let itself = Draft { issuer: &world.helper, ..world.delegation() };
    assert_eq!(world.refusal(&world.delegated(&itself)), ResponderFault::NotIssued);
    assert_eq!(world.status(&world.delegated(&world.delegation())), Ok(RevocationStatus::Good));
}

#[test]
fn a_certificate_that_only_names_the_issuer_is_not_issued() {
    let world = World::new();
    // The name of the root, the key of the attacker.
    let pretender = Party::new("Root", 9);
    let forged = Draft { issuer: &pretender, ..world.delegation() };
    assert_eq!(world.refusal(&world.delegated(&forged)), ResponderFault::NotIssued);
    // The same with everything of the true certificate but its signature.
    let mut true_one = world.delegation().der();
    *true_one.last_mut().unwrap() ^= 1;
    let draft = OcspDraft { certificates: vec![true_one], ..world.delegated(&world.delegation()) };
    assert_eq!(world.refusal(&draft), ResponderFault::NotIssued);
}

#[test]
fn a_responder_of_another_trusted_ca_does_not_speak_for_this_one() {
    let mut world = World::new();
    let other = Party::new("Other", 2);
    world.anchors.trust(root(&other));
    let foreign = Draft { issuer: &other, ..world.delegation() };
    let mut draft = world.delegated(&foreign);
    draft.certificates.push(root(&other).der().to_vec());
    assert_eq!(world.refusal(&draft), ResponderFault::NotIssued);
    // The other CA itself neither.
    let draft = OcspDraft::delegated(&other, &root(&other), world.good());
    assert_eq!(world.refusal(&draft), ResponderFault::NotIssued);
    // For its own certificates it does.
    let person = Draft::leaf(&Party::new("Person", 3), &other).certificate();
    let draft = OcspDraft::delegated(&world.helper, &foreign.certificate(), AnswerDraft::good(&person, &root(&other)));
    assert_eq!(world.ask_about(&person, &root(&other), draft.response()).unwrap().len(), 1);
}

#[test]
fn a_ca_above_or_below_the_issuer_does_not_speak_for_it() {
    let world = World::new();
    let middle = Party::new("Middle", 6);
    let authority = Draft::authority(&middle, &world.top).certificate();
    let person = Draft::leaf(&Party::new("Person", 3), &middle).certificate();
    let answer = || AnswerDraft::good(&person, &authority);
    let ask = |draft: &OcspDraft<'_>| world.ask_about(&person, &authority, draft.response()).map(|said| said.len());
    let not_issued = Err(OcspFault::Responder(ResponderFault::NotIssued));
    // The root, and the root's responder, for a certificate of the CA below.
    assert_eq!(ask(&OcspDraft::delegated(&world.top, &world.root, answer())), not_issued);
    let delegation = world.delegation().certificate();
    assert_eq!(ask(&OcspDraft::delegated(&world.helper, &delegation, answer())), not_issued);
    // The CA below for a certificate of the root.
    let below = OcspDraft::delegated(&middle, &authority, world.good());
    assert_eq!(world.refusal(&below), ResponderFault::ExtendedKeyUsage);
    assert_eq!(ask(&OcspDraft::new(&middle, answer())), Ok(1));
}

#[test]
fn any_certificate_of_the_issuer_is_no_responder() {
    let world = World::new();
    let any = super::super::super::testing::extension(37, false, &encode(0x30, &[&[6, 4, 0x55, 0x1d, 0x25, 0]]));
    for extensions in [
        vec![key_usage(0x80)],
        vec![key_usage(0x80), any.clone()],
        vec![key_usage(0x80), ext_key_usage(4)],
        vec![key_usage(0x80), ext_key_usage(8)],
        vec![key_usage(0x86), basic_constraints(None)],
    ] {
        let draft = Draft { extensions, ..world.delegation() };
        assert_eq!(world.refusal(&world.delegated(&draft)), ResponderFault::ExtendedKeyUsage);
    }
    let draft = Draft { extensions: vec![key_usage(0x80), ext_key_usage(9)], ..world.delegation() };
    assert_eq!(world.status(&world.delegated(&draft)), Ok(RevocationStatus::Good));
}

#[test]
fn a_responder_with_a_faulty_certificate_is_not_believed() {
    let world = World::new();
    let with = |more: Vec<Vec<u8>>| Draft { extensions: [responder_extensions(), more].concat(), ..world.delegation() };
    let refusal = |more| match world.refusal(&world.delegated(&with(more))) {
        ResponderFault::Certificate(fault) => fault,
        other => panic!("{other:?}"),
    };
    let odd = |critical| extension(&[0x2a, 3, 4], critical, &[5, 0]);
    assert_eq!(world.status(&world.delegated(&with(vec![odd(false)]))), Ok(RevocationStatus::Good));
    assert!(matches!(refusal(vec![odd(true)]), CertificateFault::UnknownCriticalExtension { .. }));
    assert!(matches!(refusal(vec![ext_key_usage(9)]), CertificateFault::DuplicateExtension { .. }));
    // That it need not be checked may be said as critical.
    let critical = vec![key_usage(0x80), ext_key_usage(9), extension(&ocsp_oid(5), true, &[5, 0])];
    let draft = Draft { extensions: critical, ..world.delegation() };
    assert_eq!(world.status(&world.delegated(&draft)), Ok(RevocationStatus::Good));
}

#[test]
fn nobody_vouches_for_the_own_key() {
    let mut world = World::new();
    let person = Party::new("Person", 3);
    let both = Draft { extensions: responder_extensions(), ..Draft::leaf(&person, &world.top) };
    world.leaf = both.certificate();
    // The certificate itself, and a twin of another name with the same key.
    let twin_party = Party::new("Twin", 3);
    let twin = Draft { subject: &twin_party, serial: 8, ..both.clone() }.certificate();
    for (party, certificate) in [(&person, &world.leaf), (&twin_party, &twin)] {
        let draft = OcspDraft::delegated(party, certificate, world.good());
        assert_eq!(world.refusal(&draft), ResponderFault::SelfVouching);
    }
    // Pinned by the operator, or not: a stolen key says that it is not stolen.
    let text = format!(
        "[[anchor]]\nid = \"r\"\nkind = \"service\"\npurpose = [\"ocsp\"]\nsubject = \"CN=x\"\nsha256 = \"{}\"\n\
         source = \"s\"\nlegal-basis = \"l\"\n",
        world.leaf.fingerprint()
    );
    world.anchors.read(&text).unwrap();
    world.anchors.install(world.leaf.clone()).unwrap();
    let draft = OcspDraft::new(&person, world.good());
    assert_eq!(world.refusal(&draft), ResponderFault::SelfVouching);
    // For others it speaks, and others for it.
    let other = Draft { serial: 8, ..Draft::leaf(&world.helper, &world.top) }.certificate();
    let draft = OcspDraft::new(&person, AnswerDraft::good(&other, &world.root));
    assert_eq!(world.ask_about(&other, &world.root, draft.response()).unwrap().len(), 1);
    assert_eq!(world.status(&world.delegated(&world.delegation())), Ok(RevocationStatus::Good));
}

#[test]
fn an_answer_for_another_serial_or_another_issuers_same_serial_is_none() {
    let world = World::new();
    let other = Draft { serial: 8, ..Draft::leaf(&world.helper, &world.top) }.certificate();
    let draft = OcspDraft { answers: vec![AnswerDraft::good(&other, &world.root)], ..world.direct() };
    assert_eq!(world.status(&draft), Err(OcspFault::OtherCertificate));
    // Serial number 7 of another CA, in a response that the right CA signed.
    let foreign = Party::new("Other", 2);
    let theirs = Draft::leaf(&world.helper, &foreign).certificate();
    let draft = OcspDraft { answers: vec![AnswerDraft::good(&theirs, &root(&foreign))], ..world.direct() };
    assert_eq!(world.status(&draft), Err(OcspFault::OtherCertificate));
}

/// Whoever can make SHA-1 of two keys equal still has to sign with the right one.
#[test]
fn an_identifier_that_fits_makes_no_signer() {
    let world = World::new();
    let attacker = Party::new("Root", 9);
    // The identifier is that of the true issuer: as a collision would make it.
    let draft = OcspDraft { signer: &attacker, responder: by_key(&world.top), ..world.direct() };
    assert_eq!(world.status(&draft), Err(MISMATCH));
    let by_name = OcspDraft { signer: &attacker, ..world.direct() };
    assert_eq!(world.status(&by_name), Err(MISMATCH));
}

#[test]
fn a_signer_other_than_the_one_named_is_nobody() {
    let world = World::new();
    let stranger = Party::new("Stranger", 8);
    // Signed by the issuer, and named after somebody else: then nobody says who signed.
    for responder in [by_key(&stranger), by_name(&stranger)] {
        let draft = OcspDraft { responder, ..world.direct() };
        assert_eq!(world.refusal(&draft), ResponderFault::Missing);
    }
    let delegated = world.delegated(&world.delegation());
    let draft = OcspDraft { responder: by_key(&stranger), ..delegated.clone() };
    assert_eq!(world.refusal(&draft), ResponderFault::Missing);
    // Named after the issuer, signed by its responder.
    assert_eq!(world.status(&OcspDraft { responder: by_key(&world.top), ..delegated }), Err(MISMATCH));
    // A key identifier by another digest names nobody.
    let digest = DigestAlgorithm::Sha256.digest(&[Subject::of(&world.leaf, &world.root).unwrap().key]).unwrap();
    let responder = encode(context(2), &[&encode(4, &[&digest])]);
    assert_eq!(world.refusal(&OcspDraft { responder, ..world.direct() }), ResponderFault::Missing);
}

#[test]
fn ecdsa_with_zero_for_r_and_s_is_refused() {
    let world = World::new();
    for value in [&[0x30, 6, 2, 1, 0, 2, 1, 0][..], &[0x30, 6, 2, 1, 1, 2, 1, 0], &[0x30, 0], &[]] {
        for draft in [world.direct(), world.delegated(&world.delegation())] {
            let response = OcspResponse::parse(&envelope(0, &draft.basic_with(value))).unwrap();
            assert_eq!(world.ask_about(&world.leaf, &world.root, response).unwrap_err(), MISMATCH);
        }
    }
}

#[test]
fn a_signature_algorithm_of_another_key_or_none_at_all_is_refused() {
    let world = World::new();
    let basic = world.direct().basic();
    let at = basic.windows(12).position(|window| window == crate::x509::testing::ECDSA_SHA256).unwrap();
    let with = |algorithm: &[u8]| {
        let mut inner = Vec::new();
        inner.extend_from_slice(&world.direct().tbs());
        inner.extend_from_slice(algorithm);
        inner.extend_from_slice(&basic[at + 12..]);
        let response = OcspResponse::parse(&envelope(0, &encode(0x30, &[&inner]))).unwrap();
        world.ask_about(&world.leaf, &world.root, response).map(|said| said.len())
    };
    let rsa = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0];
    let other_key = OcspFault::Signature(SignatureFault::Verify(VerifyError::OtherKey));
    assert_eq!(with(crate::x509::testing::ECDSA_SHA256), Ok(1));
    assert_eq!(with(&rsa), Err(other_key));
    assert!(matches!(with(&[0x30, 4, 6, 2, 0x2a, 3]), Err(OcspFault::Signature(SignatureFault::Scheme(_)))));
}

#[test]
fn certificates_beside_the_signature_prove_nothing_and_spoil_nothing() {
    let world = World::new();
    let mut draft = world.delegated(&world.delegation());
    let honest = draft.certificates.remove(0);
    // What is no certificate, one cut short, a stranger, and the honest one last.
    draft.certificates =
        vec![vec![5, 0], encode(0x30, &[&honest[4..honest.len() / 2]]), world.leaf.der().to_vec(), honest.clone()];
    assert_eq!(draft.response().certificates().len(), 2);
    assert_eq!(world.status(&draft), Ok(RevocationStatus::Good));
    draft.certificates.pop();
    assert_eq!(world.refusal(&draft), ResponderFault::Missing);
    // Those of the same name are tried, but not for ever.
    let twins = |count: u8| -> Vec<Vec<u8>> {
        let twin = |serial| Draft { serial, extensions: vec![], ..world.delegation() }.der();
        (0..count).map(|at| twin(20 + at)).chain([honest.clone()]).collect()
    };
    draft.certificates = twins(3);
    assert_eq!(world.status(&draft), Ok(RevocationStatus::Good));
    draft.certificates = twins(u8::try_from(MAX_CANDIDATES).unwrap());
    assert_eq!(world.refusal(&draft), ResponderFault::ExtendedKeyUsage);
}

#[test]
fn signature_checks_are_paid_for() {
    let world = World::new();
    let search = PathSearch { pool: &[], anchors: &world.anchors, purposes: &[], at: NOW };
    let verified = Verified::default();
    let question = Question { certificate: &world.leaf, issuer: &world.root, search, verified: &verified };
    let mut set = OcspSet::default();
    set.insert(world.direct().response());
    set.insert(world.delegated(&world.delegation()).response());
    let mut budget = Budget::for_message();
    while budget.signature_check().is_ok() {}
    let said = set.statements(&question, &mut budget);
    assert!(said.statements.is_empty());
    assert!(said.silent.iter().all(|(_, silence)| *silence == Silence::Ocsp(OcspFault::Exhausted)));
    assert_eq!(said.silent.len(), 2);
}
