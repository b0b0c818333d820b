//! The forms of a signature: each is verified by its own rules, and none passes for another or for none.

use std::fmt::Write as _;

use dieu7::budget::Budget;
use dieu7::dossier::{self, Content};
use dieu7::evidence::Evidence;
use dieu7::pdf::{Reading, Span};
use dieu7::policy::{DocumentResult, Judgement, Reason, Verdict};
use dieu7::signature::{self, Constraints, Context, Failure, Integrity, Known, Validated};
use dieu7::time::UnixTime;
use dieu7::x509::{AnchorStore, Certificate};

use super::forge::{Draft, Key, certificate, extension};
use super::paper::{self, Paper, value};
use super::tokens::{Signature, ess, rsa_sha1, sha1_inside};
use super::world::{Mail, World};
use crate::cases::AT;

const CADES: &str = "ETSI.CAdES.detached";

/// A paper whose signature dictionary has this form and these further keys.
pub fn paper_of(form: &str, extra: &str) -> Paper {
    let dictionary = value(extra).replace("adbe.pkcs7.detached", form);
    Paper::unsigned("15/QD-SNV").field_with(&dictionary).revision()
}

pub fn judged(pdf: &[u8]) -> Judgement {
    World::default().judge(Mail::new(pdf).message())
}

pub fn only(judgement: &Judgement) -> &Validated {
    &judgement.documents[0].signatures[0].validated
}

fn department() -> (Key, Certificate) {
    (Key::of("noivu"), certificate("certificates/noivu"))
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        write!(text, "{octet:02X}").unwrap();
        text
    })
}

#[test]
fn a_cades_signature_must_name_its_certificate_among_what_is_signed() {
    let (key, signer) = department();
    let genuine = paper::sign(paper_of(CADES, ""), |signed| Signature::of(&key, &signer).over(signed));
    let judgement = judged(&genuine);
    assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{}", judgement.report());
    assert_eq!(only(&judgement).level.unwrap().to_string(), "PAdES-B-B");

    let bare = Signature { attributes: Some(vec![]), ..Signature::of(&key, &signer) };
    let judgement = judged(&paper::sign(paper_of(CADES, ""), |signed| bare.over(signed)));
    assert_eq!(only(&judgement).conclusion.sub_indication(), Some("SIG_CONSTRAINTS_FAILURE"));
    assert_eq!((judgement.documents[0].result, only(&judgement).level), (DocumentResult::Undetermined, None));
    // The same is sound in the form that does not ask for it, and has another name.
    let judgement = judged(&paper::sign(paper_of("adbe.pkcs7.detached", ""), |signed| bare.over(signed)));
    assert_eq!(judgement.verdict, Verdict::LegallyEquivalent);
    assert_eq!(only(&judgement).level.unwrap().to_string(), "PKCS#7-B");
}

#[test]
fn a_twin_with_the_same_key_cannot_take_the_place_of_the_certificate() {
    let (key, signer) = department();
    let issuing = certificate("intermediates/gov-issuing");
    let twin = |usage| {
        let extensions = vec![extension(15, &[3, 2, 0, usage])];
        Draft { extensions, ..Draft::of_department(&signer, &issuing, &key) }.issue(&Key::of("gov-issuing"))
    };
    let (named, other) = (twin(0x40), twin(0xc0));
    let sign = |bag| {
        let signature = Signature { bag, attributes: Some(vec![ess(&named)]), ..Signature::of(&key, &named) };
        judged(&paper::sign(paper_of(CADES, ""), |signed| signature.over(signed)))
    };
    let both = sign(vec![&other, &named]);
    assert_eq!(both.verdict, Verdict::LegallyEquivalent, "{}", both.report());
    assert_eq!(only(&both).signer.as_ref(), Some(&named));
    let substituted = sign(vec![&other]);
    assert_eq!(only(&substituted).conclusion.sub_indication(), Some("NO_SIGNING_CERTIFICATE_FOUND"));
    assert_eq!(substituted.documents[0].result, DocumentResult::Undetermined);
}

#[test]
fn the_two_forms_with_sha_1_are_verified_and_weak() {
    let (key, signer) = department();
    let certificates = format!("/Cert <{}>", hexadecimal(signer.der()));
    let array = format!("/Cert [<{}> (x)]", hexadecimal(signer.der()));
    let inside = |signed: &[u8]| sha1_inside(signed, &key, &signer);
    let bare = |signed: &[u8]| rsa_sha1(signed, &key);
    for (form, extra, sign) in [
        ("adbe.pkcs7.sha1", "", &inside as &dyn Fn(&[u8]) -> Vec<u8>),
        ("adbe.x509.rsa_sha1", certificates.as_str(), &bare),
        ("adbe.x509.rsa_sha1", array.as_str(), &bare),
    ] {
        let pdf = paper::sign(paper_of(form, extra), sign);
        let judgement = judged(&pdf);
        let one = only(&judgement);
        assert_eq!((&one.integrity, one.signer.as_ref()), (&Integrity::Intact, Some(&signer)), "{form}");
        assert_eq!(one.conclusion.sub_indication(), Some("CRYPTO_CONSTRAINTS_FAILURE_NO_POE"), "{form}");
        assert_eq!(judgement.documents[0].result, DocumentResult::Undetermined, "{form}");
        assert!(judgement.documents[0].reasons().contains(&Reason::SigWeak), "{form}");
        assert!(!judgement.documents[0].reasons().contains(&Reason::SigNone), "{form}");

        let mut changed = pdf;
        let at = changed.windows(6).position(|window| window == b"15/QD-").unwrap();
        changed[at + 1] = b'6';
        let judgement = judged(&changed);
        let failure = if extra.is_empty() { Failure::Hash } else { Failure::SigCrypto };
        assert_eq!(only(&judgement).integrity, Integrity::Failed(failure), "{form}");
        assert_eq!(judgement.documents[0].result, DocumentResult::Unmet, "{form}");
    }
}

#[test]
fn the_sha_1_forms_are_not_taken_for_each_other_or_for_a_form_without_content() {
    let (key, signer) = department();
    let inside = |signed: &[u8]| sha1_inside(signed, &key, &signer);
    let bare = |signed: &[u8]| rsa_sha1(signed, &key);
    let detached = |signed: &[u8]| Signature::of(&key, &signer).over(signed);
    for (form, sign) in [
        ("adbe.pkcs7.detached", &inside as &dyn Fn(&[u8]) -> Vec<u8>),
        ("adbe.pkcs7.detached", &bare),
        ("adbe.pkcs7.sha1", &bare),
        ("adbe.pkcs7.sha1", &detached),
        ("adbe.x509.rsa_sha1", &detached),
        (CADES, &inside),
    ] {
        let judgement = judged(&paper::sign(paper_of(form, ""), sign));
        assert!(matches!(only(&judgement).integrity, Integrity::Failed(Failure::Format(_))), "{form}");
        assert_ne!(judgement.documents[0].result, DocumentResult::Met, "{form}");
    }
}

#[test]
fn the_certificate_of_a_bare_signature_is_read_from_signed_octets_only() {
    let (key, signer) = department();
    let extra = format!("/Cert <{}>", hexadecimal(signer.der()));
    let mut pdf = paper::sign(paper_of("adbe.x509.rsa_sha1", &extra), |signed| rsa_sha1(signed, &key));
    // The same certificate after what is signed; the reader that a hostile file has taken over points there.
    let at = pdf.len() as u64;
    pdf.extend_from_slice(format!("<{}>", hexadecimal(signer.der())).as_bytes());
    let elsewhere = Span::new(at, pdf.len() as u64).unwrap();
    let examined = dossier::examine_file("a", pdf[..usize::try_from(at).unwrap()].to_vec(), &mut Budget::for_message());
    let Content::Pdf(Ok(mut reading)) = examined.dossier.documents[0].content.clone() else { panic!("a PDF") };
    let validate = |reading: &Reading| {
        let (anchors, evidence, known) = (AnchorStore::default(), Evidence::default(), Known::default());
        let constraints = Constraints::default();
        let context = Context {
            anchors: &anchors,
            intermediates: &[],
            evidence: &evidence,
            known: &known,
            at: UnixTime::parse(AT).unwrap(),
            constraints: &constraints,
        };
        signature::validate(&pdf, reading, &context, &mut Budget::for_message()).swap_remove(0)
    };
    assert_eq!(validate(&reading).integrity, Integrity::Intact);
    reading.signatures[0].certificates = vec![elsewhere];
    let lied = validate(&reading);
    assert_eq!((lied.integrity, lied.signer), (Integrity::NoCertificate, None));
    reading.signatures[0].certificates = Vec::new();
    assert_eq!(validate(&reading).conclusion.sub_indication(), Some("NO_SIGNING_CERTIFICATE_FOUND"));
}

#[test]
fn an_unknown_form_is_present_and_not_supported() {
    let (key, signer) = department();
    for form in ["PBAD.PAdES", "adbe.pkcs7.s5", "ETSI.CAdES.detached2"] {
        let pdf = paper::sign(paper_of(form, ""), |signed| Signature::of(&key, &signer).over(signed));
        let judgement = judged(&pdf);
        assert_eq!(only(&judgement).conclusion.sub_indication(), Some("SIG_CONSTRAINTS_FAILURE"), "{form}");
        assert_eq!(judgement.documents[0].result, DocumentResult::Undetermined, "{form}");
        assert!(judgement.documents[0].reasons().contains(&Reason::SigFormat), "{form}");
    }
}
