//! What responders (RFC 6960) may say of a signer whose CA publishes no list, and who may say it.

use dieu7::signature::{Revocation, Validated};

use super::forge::{self, Key};
use super::forms::paper_of;
use super::hierarchy::{Cms, Hierarchy, Holder, RECEIVED, responder};
use super::paper;
use crate::ocsp::responses::{Answer, Response, for_responders, good, nonce, revoked, unknown};

const ALIVE: (&str, &str) = ("20140115000000Z", "20290114000000Z");

/// A signer who names a responder, and the paper signed.
fn signed(vgca: &Hierarchy) -> (Holder, Vec<u8>) {
    let extensions = [forge::for_documents(), vec![responder("http://ocsp.example/")]].concat();
    let signer =
        Holder::new(("CN=Cong, O=Van phong, C=VN", "noivu", 9), Some(&vgca.issuing), ALIVE, &extensions, false);
    let file = paper::sign(paper_of("adbe.pkcs7.detached", ""), |signed| Cms::of(&signer).over(signed));
    (signer, file)
}

/// The judgement where the root has a list and the issuing CA has none, and this is what was answered.
fn heard(vgca: &Hierarchy, file: &[u8], response: &Response<'_>) -> Validated {
    let lists = [vgca.root.list("20261030000000Z", "20261130000000Z", &[])];
    vgca.judge_hearing(file, &lists, &[response.der()], RECEIVED).0
}

fn outcome(one: &Validated) -> (Option<Revocation>, &'static str) {
    (one.revocation, one.conclusion.sub_indication().unwrap_or("passed"))
}

#[test]
fn a_response_of_the_issuer_or_of_its_responder_takes_the_place_of_a_list() {
    let vgca = Hierarchy::default();
    let (signer, file) = signed(&vgca);
    let saying = |status| Answer {
        this_update: "20261101000000Z",
        ..Answer::about(&signer.certificate, &vgca.issuing.certificate, status)
    };
    let by_issuer = |status| Response {
        produced_at: "20261101000000Z",
        ..Response::of(&vgca.issuing.key, &vgca.issuing.certificate, saying(status))
    };
    assert_eq!(outcome(&heard(&vgca, &file, &by_issuer(good()))), (Some(Revocation::Clear), "passed"));
    let gone = outcome(&heard(&vgca, &file, &by_issuer(revoked("20260101000000Z", 1))));
    assert_eq!(gone, (Some(Revocation::Revoked), "REVOKED_NO_POE"));
    let held = outcome(&heard(&vgca, &file, &by_issuer(revoked("20260101000000Z", 6))));
    assert_eq!(held, (Some(Revocation::OnHold), "TRY_LATER"));
    let nobody = outcome(&heard(&vgca, &file, &by_issuer(unknown())));
    assert_eq!(nobody, (Some(Revocation::OcspUnknown), "TRY_LATER"));
    let delegate =
        |issuer| Holder::new(("CN=OCSP, C=VN", "vpubnd", 11), Some(issuer), ALIVE, &for_responders(9), false);
    let by = |responder: &Holder| {
        let response = Response::by_delegate(&responder.key, &responder.certificate, saying(good()));
        outcome(&heard(&vgca, &file, &Response { produced_at: "20261101000000Z", ..response }))
    };
    assert_eq!(by(&delegate(&vgca.issuing)), (Some(Revocation::Clear), "passed"));
    // Another trusted CA certified this one, and it does not speak for the issuer.
    assert_eq!(by(&delegate(&vgca.root)), (Some(Revocation::Unavailable), "TRY_LATER"));
}

#[test]
fn a_response_over_sha_1_does_not_acquit_when_a_stranger_may_have_chosen_what_was_signed() {
    let vgca = Hierarchy::default();
    let (signer, file) = signed(&vgca);
    let with = |weak, extensions: Vec<Vec<u8>>, status| {
        let answer = Answer {
            this_update: "20261101000000Z",
            ..Answer::about(&signer.certificate, &vgca.issuing.certificate, status)
        };
        let response = Response::of(&vgca.issuing.key, &vgca.issuing.certificate, answer);
        outcome(&heard(&vgca, &file, &Response { weak, extensions, produced_at: "20261101000000Z", ..response }))
    };
    let chosen = || vec![nonce(b"0123456789abcdef")];
    assert_eq!(with(true, chosen(), good()), (Some(Revocation::Unavailable), "TRY_LATER"));
    assert_eq!(with(true, Vec::new(), good()), (Some(Revocation::Clear), "passed"));
    assert_eq!(with(false, chosen(), good()), (Some(Revocation::Clear), "passed"));
    // It accuses all the same.
    assert_eq!(with(true, chosen(), revoked("20260101000000Z", 1)).0, Some(Revocation::Revoked));
}

#[test]
fn a_response_that_was_signed_later_than_now_does_not_acquit() {
    let vgca = Hierarchy::default();
    let (signer, file) = signed(&vgca);
    let produced = |produced_at| {
        let ca = &vgca.issuing.certificate;
        let answer = Answer { this_update: "20261101000000Z", ..Answer::about(&signer.certificate, ca, good()) };
        outcome(&heard(&vgca, &file, &Response { produced_at, ..Response::of(&vgca.issuing.key, ca, answer) }))
    };
    assert_eq!(produced("20261101000000Z"), (Some(Revocation::Clear), "passed"));
    assert_eq!(produced("20270101000000Z"), (Some(Revocation::Unavailable), "TRY_LATER"));
}

#[test]
fn a_responder_that_its_issuer_has_revoked_does_not_acquit() {
    let vgca = Hierarchy::default();
    let (signer, file) = signed(&vgca);
    let responder = Holder::new(("CN=OCSP, C=VN", "vpubnd", 11), Some(&vgca.issuing), ALIVE, &for_responders(9), false);
    let answer = Answer {
        this_update: "20261101000000Z",
        ..Answer::about(&signer.certificate, &vgca.issuing.certificate, good())
    };
    let response = Response::by_delegate(&responder.key, &responder.certificate, answer);
    let response = Response { produced_at: "20261101000000Z", ..response }.der();
    let judged = |entries: &[(u8, &str, Option<u8>, Option<&str>)]| {
        // Out of date, so that it says nothing of the signer.
        let lists = [
            vgca.root.list("20261030000000Z", "20261130000000Z", &[]),
            vgca.issuing.list("20250101000000Z", "20250201000000Z", entries),
        ];
        outcome(&vgca.judge_hearing(&file, &lists, std::slice::from_ref(&response), RECEIVED).0)
    };
    assert_eq!(judged(&[]), (Some(Revocation::Clear), "passed"));
    assert_eq!(judged(&[(11, "20241201000000Z", Some(1), None)]).1, "TRY_LATER");
}

#[test]
fn what_a_thief_signs_about_the_own_certificate_is_no_answer() {
    let vgca = Hierarchy::default();
    let (signer, file) = signed(&vgca);
    let answer = Answer {
        this_update: "20261101000000Z",
        ..Answer::about(&signer.certificate, &vgca.issuing.certificate, good())
    };
    let response = Response::by_delegate(&signer.key, &signer.certificate, answer);
    assert_eq!(outcome(&heard(&vgca, &file, &response)), (Some(Revocation::Unavailable), "TRY_LATER"));
    let stranger = Key::of("ministry");
    let answer = Answer {
        this_update: "20261101000000Z",
        ..Answer::about(&signer.certificate, &vgca.issuing.certificate, good())
    };
    let response = Response::of(&stranger, &vgca.issuing.certificate, answer);
    assert_eq!(outcome(&heard(&vgca, &file, &response)), (Some(Revocation::Unavailable), "TRY_LATER"));
}
