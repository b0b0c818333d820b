//! Timestamps: over a signature and over a document, genuine and broken.

use dieu7::policy::{DocumentResult, Reason, Verdict};
use dieu7::signature::{Conclusion, Failure, FormatFault, Integrity, Proof, TimeSource, Timestamp, TimestampFault};

use super::forge::{Key, certificate};
use super::forms::{judged, only, paper_of};
use super::paper::{self, Paper, value};
use super::tokens::{self, Signature, TST_INFO, authority, for_timestamps, info, token};
use super::world::genuine;

const RFC3161: &str = "ETSI.RFC3161";

/// The department's signature with what `make` returns for its value in the place of a token.
fn stamped(make: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (key, signer) = (Key::of("noivu"), certificate("certificates/noivu"));
    let signature = Signature { token: Some(make), ..Signature::of(&key, &signer) };
    paper::sign(paper_of("ETSI.CAdES.detached", ""), |signed| signature.over(signed))
}

/// A token under a certificate with these extensions, or with the content under another type.
fn odd_token(extensions: Vec<Vec<u8>>, content_type: &[u8], imprinted: &[u8]) -> Vec<u8> {
    let (key, signer) = (Key::of("tsa"), authority(extensions));
    let signature = Signature { content_type, inside: true, ..Signature::of(&key, &signer) };
    signature.over(&info(imprinted, "20261102010000.25Z"))
}

#[test]
fn an_intact_token_over_the_signature_is_told_with_its_time() {
    let judgement = judged(&stamped(&token));
    assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{}", judgement.report());
    let one = only(&judgement);
    let [stamp] = &one.timestamps[..] else { panic!("one token") };
    assert!(stamp.is_intact(), "{:?}", stamp.outcome());
    assert_eq!(stamp.time().unwrap().to_string(), "2026-11-02T01:00:00Z");
    assert_eq!(one.level.unwrap().to_string(), "PAdES-B-T");
    assert!(stamp.signer().is_some());
    assert_eq!(stamp.proof(), Proof::Sound);
    assert_eq!(one.best_signature_time.to_string(), "2026-11-02T01:00:00Z");
    assert_eq!(one.time_source, TimeSource::SignatureTimestamp);
}

#[test]
fn a_broken_token_is_remarked_and_turns_no_genuine_signature_into_a_bad_one() {
    let data: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 1];
    let server = vec![super::forge::extension(37, &[0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1])];
    let unprotected = |value: &[u8]| {
        let (key, signer) = (Key::of("tsa"), authority(for_timestamps()));
        let attributes = Some(vec![]);
        Signature { content_type: TST_INFO, inside: true, attributes, ..Signature::of(&key, &signer) }
            .over(&info(value, "20261102010000Z"))
    };
    let bent = |value: &[u8]| {
        let mut octets = token(value);
        *octets.last_mut().unwrap() ^= 1;
        octets
    };
    for (what, make) in [
        ("imprint", &(|_: &[u8]| token(b"other")) as &dyn Fn(&[u8]) -> Vec<u8>),
        ("signature", &bent),
        ("signature", &|value| odd_token(for_timestamps(), data, value)),
        ("key-usage", &|value| odd_token(server.clone(), TST_INFO, value)),
        ("key-usage", &|value| odd_token(super::forge::for_documents(), TST_INFO, value)),
        ("signing-certificate", &unprotected),
        ("format", &|_| vec![0x30, 0]),
    ] {
        let judgement = judged(&stamped(make));
        let one = only(&judgement);
        assert_eq!(one.timestamps[0].outcome().unwrap_err().token(), what);
        assert_eq!(one.level.unwrap().to_string(), "PAdES-B-B", "{what}");
        assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{what}: {}", judgement.report());
        assert!(judgement.documents[0].remarks.contains(&Reason::TsBad), "{what}");
    }
}

#[test]
fn a_fraction_of_a_second_is_rounded_away_from_the_past() {
    let judgement = judged(&stamped(&|value| odd_token(for_timestamps(), TST_INFO, value)));
    let stamp = &only(&judgement).timestamps[0];
    assert_eq!(stamp.time().unwrap().to_string(), "2026-11-02T01:00:01Z");
    assert!(stamp.is_intact());
}

#[test]
fn a_document_timestamp_is_nobodys_signature_however_it_is_typed() {
    for kind in ["/Type /DocTimeStamp", "/Type /Sig", ""] {
        let dictionary = value("").replace("adbe.pkcs7.detached", RFC3161).replace("/Type /Sig", kind);
        let pdf = Paper::unsigned("15/QD-SNV").field_with(&dictionary).revision();
        let judgement = judged(&paper::sign(pdf, token));
        assert!(judgement.documents[0].reasons().contains(&Reason::SigNone), "{kind}: {}", judgement.report());
        assert_eq!(judgement.documents[0].result, DocumentResult::Unmet, "{kind}");
        let one = only(&judgement);
        assert!(one.is_timestamp && one.level.is_none(), "{kind}");
        assert_eq!(one.integrity, Integrity::Intact, "{kind}");
        assert_eq!(one.timestamps[0].time().unwrap().to_string(), "2026-11-02T01:00:00Z", "{kind}");
    }
}

#[test]
fn a_document_timestamp_over_other_octets_or_of_another_make_is_no_timestamp() {
    let data: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 1];
    let department = (Key::of("noivu"), certificate("certificates/noivu"));
    for (make, expected) in [
        (&(|_: &[u8]| token(b"other")) as &dyn Fn(&[u8]) -> Vec<u8>, Integrity::Failed(Failure::Hash)),
        (&|signed| odd_token(for_timestamps(), data, signed), Integrity::Failed(Failure::Format(FormatFault::Cms))),
        (
            &|signed| Signature::of(&department.0, &department.1).over(signed),
            Integrity::Failed(Failure::Format(FormatFault::Cms)),
        ),
        (&|signed| odd_token(super::forge::for_documents(), TST_INFO, signed), Integrity::Unsupported),
    ] {
        let judgement = judged(&paper::sign(paper_of(RFC3161, ""), make));
        assert_eq!(only(&judgement).integrity, expected);
        assert_ne!(judgement.documents[0].result, DocumentResult::Met);
    }
}

#[test]
fn a_signers_form_typed_as_a_timestamp_is_not_believed() {
    let (key, signer) = (Key::of("noivu"), certificate("certificates/noivu"));
    let dictionary = value("").replace("/Type /Sig", "/Type /DocTimeStamp");
    let pdf = Paper::unsigned("15/QD-SNV").field_with(&dictionary).revision();
    let judgement = judged(&paper::sign(pdf, |signed| Signature::of(&key, &signer).over(signed)));
    assert_eq!(only(&judgement).integrity, Integrity::Unsupported);
    assert!(matches!(only(&judgement).conclusion, Conclusion::Indeterminate(_)));
    assert_eq!(judgement.documents[0].result, DocumentResult::Undetermined);
    assert!(judgement.documents[0].reasons().contains(&Reason::SigFormat));
}

/// A document timestamp, field 20 and value 21, in a revision of its own; `keys` go into the catalog.
pub fn clocked(pdf: &[u8], keys: &str) -> Vec<u8> {
    let dictionary = value("").replace("adbe.pkcs7.detached", RFC3161).replace("/Type /Sig", "/Type /DocTimeStamp");
    let catalog =
        format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 20 0 R] /SigFlags 3 >> {keys} >>");
    let pdf = Paper::after(pdf)
        .object(1, &catalog)
        .object(20, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Gio) /F 132 /P 3 0 R /Rect [0 0 0 0] /V 21 0 R >>")
        .object(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R 20 0 R] >>")
        .object(21, &dictionary)
        .revision();
    paper::sign(pdf, tokens::token)
}

#[test]
fn a_later_document_timestamp_counts_as_a_timestamp_and_spoils_nothing() {
    let judgement = judged(&clocked(&genuine("15/QD-SNV"), ""));
    assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{}", judgement.report());
    let [signature, clock] = &judgement.documents[0].signatures[..] else { panic!("two") };
    assert_eq!(signature.validated.level.unwrap().to_string(), "PKCS#7-T");
    assert!(clock.validated.timestamps.iter().all(Timestamp::is_intact));
}

#[test]
fn tokens_beyond_the_limit_are_not_read_and_what_is_not_paid_for_accuses_nobody() {
    assert_eq!(TimestampFault::Unexamined.token(), "unexamined");
    let judgement = judged(&stamped(&|value| [token(value), [5, 0].repeat(20)].concat()));
    let one = only(&judgement);
    assert_eq!(one.timestamps.len(), dieu7::signature::MAX_TOKENS);
    assert!(one.timestamps[0].is_intact());
    // One that is intact is enough; junk beside it is anybody's.
    assert!(!judgement.documents[0].remarks.contains(&Reason::TsBad));
    assert_eq!(judgement.verdict, Verdict::LegallyEquivalent);
}
