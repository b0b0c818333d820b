//! Signatures that are sound, under certificates that prove nothing.

use dieu7::policy::{DocumentResult, Reason};
use dieu7::x509::Certificate;

use super::forge::{self, Draft, Key, certificate, extension, for_authorities};
use super::paper::{self, Paper};
use super::world::{Mail, World};

/// What the document signed under `signer` comes to.
fn judged(key: &Key, signer: &Certificate, bag: &[&Certificate], weak: bool) -> (DocumentResult, Vec<Reason>) {
    let pdf = paper::sign(Paper::unsigned("15/QD-SNV").field().revision(), |signed| {
        forge::cms(signed, key, signer, bag, weak)
    });
    let judgement = World::default().judge(Mail::new(&pdf).message());
    (judgement.documents[0].result, judgement.documents[0].reasons())
}

#[test]
fn only_a_certificate_that_its_ca_made_for_documents_and_for_that_day_counts() {
    let (department, issuing) = (certificate("certificates/noivu"), certificate("intermediates/gov-issuing"));
    let (key, ca) = (Key::of("noivu"), Key::of("gov-issuing"));
    let good = Draft::of_department(&department, &issuing, &key);
    let issued = |draft: &Draft<'_>| {
        let signer = draft.issue(&ca);
        judged(&key, &signer, &[&signer], false)
    };
    assert_eq!(issued(&good).0, DocumentResult::Met);
    let server = encoded_ekus(&[&[6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1]]);
    let usage = |bits: u8| extension(15, &[3, 2, 0, bits]);
    for (what, draft, reason) in [
        ("ended", Draft { to: "20200101000000Z", ..good.clone() }, Reason::TimeUnproven),
        ("not begun", Draft { from: "20300101000000Z", ..good.clone() }, Reason::CertNotYetValid),
        ("TLS server", Draft { extensions: vec![usage(0x80), server], ..good.clone() }, Reason::PathBad),
        ("key agreement", Draft { extensions: vec![usage(0x08)], ..good.clone() }, Reason::PathBad),
        ("a CA", Draft { extensions: for_authorities(), ..good.clone() }, Reason::PathBad),
        (
            "unknown critical",
            Draft { extensions: vec![usage(0x40), extension(99, &[5, 0])], ..good.clone() },
            Reason::PathBad,
        ),
    ] {
        let (result, reasons) = issued(&draft);
        assert_ne!(result, DocumentResult::Met, "{what}");
        assert!(reasons.contains(&reason), "{what}: {reasons:?}");
    }
}

fn encoded_ekus(purposes: &[&[u8]]) -> Vec<u8> {
    extension(37, &dieu7::asn1::encode(dieu7::asn1::SEQUENCE, purposes))
}

#[test]
fn nothing_that_the_message_brings_along_becomes_trusted() {
    let (department, issuing) = (certificate("certificates/noivu"), certificate("intermediates/gov-issuing"));
    let root = certificate("anchors/gov-root");
    let (key, own) = (Key::of("noivu"), Key::of("untrusted-root"));
    // A root of the attacker's under the true root's name, and an issuing CA under the true one's.
    let false_root = Draft {
        subject: root.subject().der(),
        issuer: root.subject().der(),
        extensions: for_authorities(),
        ..Draft::of_department(&department, &issuing, &own)
    }
    .issue(&own);
    let false_issuing = Draft {
        subject: issuing.subject().der(),
        issuer: root.subject().der(),
        extensions: for_authorities(),
        ..Draft::of_department(&department, &issuing, &own)
    }
    .issue(&own);
    let leaf = Draft::of_department(&department, &issuing, &key).issue(&own);
    // A department as a CA: its certificate must not issue any.
    let child =
        Draft { issuer: department.subject().der(), ..Draft::of_department(&department, &issuing, &key) }.issue(&key);
    for (what, signer, bag) in [
        ("false root", &leaf, vec![&leaf, &false_issuing, &false_root]),
        ("false root and the true ones", &leaf, vec![&false_root, &false_issuing, &leaf, &issuing, &root]),
        ("false issuing CA alone", &leaf, vec![&leaf, &false_issuing]),
        ("issued by a department", &child, vec![&child, &department, &issuing]),
        ("certificate missing", &department, vec![]),
        ("root as signer", &false_root, vec![&false_root]),
    ] {
        let (result, reasons) = judged(&key, signer, &bag, false);
        assert_ne!(result, DocumentResult::Met, "{what}: {reasons:?}");
    }
}

#[test]
fn a_signature_by_one_key_under_the_certificate_of_another_is_refused() {
    let department = certificate("certificates/noivu");
    let (result, reasons) = judged(&Key::of("taichinh"), &department, &[&department], false);
    assert_eq!((result, reasons), (DocumentResult::Unmet, vec![Reason::SigBad]));
}

#[test]
fn a_sha_1_signature_is_no_longer_secure() {
    let department = certificate("certificates/noivu");
    let (result, reasons) = judged(&Key::of("noivu"), &department, &[&department], true);
    assert_eq!((result, reasons), (DocumentResult::Undetermined, vec![Reason::SigWeak]));
}

#[test]
fn another_agency_is_not_the_sender_though_it_is_trusted() {
    for (name, reason) in [
        ("taichinh", Reason::SignerNotSender),
        ("ministry", Reason::SignerNotSender),
        ("head", Reason::SignerPerson),
        ("noivu-revoked", Reason::CertRevokedNoProof),
        ("noivu-no-crl", Reason::RevUnavailable),
        ("noivu-missing", Reason::AnchorMissing),
        ("noivu-lookalike", Reason::PathBad),
        ("noivu-untrusted", Reason::CaNotTrusted),
        ("noivu-expired", Reason::TimeUnproven),
        ("tsa", Reason::PathBad),
    ] {
        let signer = certificate(&format!("certificates/{name}"));
        let (result, reasons) = judged(&Key::of(name), &signer, &[&signer], false);
        assert_ne!(result, DocumentResult::Met, "{name}");
        assert!(reasons.contains(&reason), "{name}: {reasons:?}");
    }
}

#[test]
fn a_short_key_is_not_secure_whoever_certified_it() {
    let (department, issuing) = (certificate("certificates/noivu"), certificate("intermediates/gov-issuing"));
    let key = Key::short();
    let signer = Draft::of_department(&department, &issuing, &key).issue(&Key::of("gov-issuing"));
    assert_eq!(judged(&key, &signer, &[&signer], false), (DocumentResult::Undetermined, vec![Reason::SigWeak]));
}
