//! Validation material inside the document: it helps where its own signatures prove something, and nowhere else.

use dieu7::policy::{DocumentResult, Reason, Verdict};
use dieu7::signature::{Revocation, Source};

use super::forge::{Key, certificate, crl, fixtures};
use super::forms::{only, paper_of};
use super::paper::{self, Paper};
use super::timestamps::clocked;
use super::tokens::{self, Signature, archival};
use super::world::{Mail, World, genuine};

/// A world in which nothing is gathered.
fn deaf() -> World {
    World { crls: Vec::new(), ..World::default() }
}

fn list(ca: &str, from: &str, until: &str) -> Vec<u8> {
    let folder = if ca == "gov-root" { "anchors" } else { "intermediates" };
    let issuer = certificate(&format!("{folder}/{ca}"));
    crl(issuer.subject().der(), &Key::of(ca), from, Some(until), false)
}

fn fresh(ca: &str) -> Vec<u8> {
    list(ca, "20261101000000Z", "20261130000000Z")
}

/// Appends a store with these lists and certificates to a signed paper.
fn with_store(pdf: &[u8], crls: &[&[u8]], certificates: &[&[u8]]) -> Vec<u8> {
    let clocked = pdf.windows(5).any(|octets| octets == b"(Gio)");
    let fields = if clocked { "5 0 R 20 0 R" } else { "5 0 R" };
    let mut paper = Paper::after(pdf);
    let first = 31 + u32::try_from(crls.len()).unwrap();
    for (number, octets) in (31..).zip(crls.iter().chain(certificates)) {
        paper = paper.stream(number, octets);
    }
    let names = |from: u32, to: u32| (from..to).map(|number| format!("{number} 0 R")).collect::<Vec<_>>().join(" ");
    let lists = names(31, first);
    let certificates = names(first, first + u32::try_from(certificates.len()).unwrap());
    paper
        .object(30, &format!("<< /Type /DSS /CRLs [{lists}] /Certs [{certificates}] >>"))
        .object(
            1,
            &format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{fields}] /SigFlags 3 >> /DSS 30 0 R >>"),
        )
        .revision()
        .octets
}

#[test]
fn fresh_lists_of_the_cas_in_the_document_answer_where_nothing_was_gathered() {
    let (root, issuing) = (fresh("gov-root"), fresh("gov-issuing"));
    let pdf = genuine("15/QD-SNV");
    assert_ne!(deaf().verdict(&Mail::new(&pdf)), Verdict::LegallyEquivalent);
    let helped = with_store(&pdf, &[&root, &issuing], &[]);
    let judgement = deaf().judge(Mail::new(&helped).message());
    assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{}", judgement.report());
    assert!(only(&judgement).embedded.crls().all(|(_, source)| matches!(source, Source::SecurityStore { .. })));

    let forged = crl(
        certificate("intermediates/gov-issuing").subject().der(),
        &Key::of("untrusted-root"),
        "20261101000000Z",
        Some("20261130000000Z"),
        false,
    );
    let stale = list("gov-issuing", "20260901000000Z", "20261001000000Z");
    for (what, lists, expected) in [
        ("forged", [&root, &forged], Revocation::Unavailable),
        ("stale", [&root, &stale], Revocation::Stale),
        ("of one CA only", [&root, &root], Revocation::Unavailable),
    ] {
        let pdf = with_store(&pdf, &[lists[0], lists[1]], &[]);
        let judgement = deaf().judge(Mail::new(&pdf).message());
        assert_eq!(only(&judgement).revocation, Some(expected), "{what}");
        assert_eq!(judgement.documents[0].result, DocumentResult::Undetermined, "{what}");
    }
}

#[test]
fn lists_in_the_cms_object_answer_too() {
    let (root, issuing) = (fresh("gov-root"), fresh("gov-issuing"));
    let (key, signer) = (Key::of("noivu"), certificate("certificates/noivu"));
    let plain = Signature::of(&key, &signer);
    let beside = Signature { crls: vec![&root, &issuing], ..plain.clone() };
    let attributes = Some(vec![tokens::ess(&signer), archival(&[&root, &issuing])]);
    let among = Signature { attributes, ..plain };
    for (signature, expected) in [(beside, Source::SignedData), (among, Source::Archival)] {
        let pdf = paper::sign(paper_of("ETSI.CAdES.detached", ""), |octets| signature.over(octets));
        let judgement = deaf().judge(Mail::new(&pdf).message());
        assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{expected:?}: {}", judgement.report());
        assert!(only(&judgement).embedded.crls().all(|(_, source)| source == expected));
    }
}

#[test]
fn of_what_was_gathered_and_what_the_document_brings_the_worst_counts() {
    let (key, signer) = (Key::of("noivu-revoked"), certificate("certificates/noivu-revoked"));
    let pdf = paper::sign(paper_of("ETSI.CAdES.detached", ""), |signed| Signature::of(&key, &signer).over(signed));
    let revoking = std::fs::read(fixtures().join("pki/crls/gov-issuing.crl")).unwrap();
    let (root, clean) = (fresh("gov-root"), fresh("gov-issuing"));
    let newest = list("gov-issuing", "20261102000000Z", "20261230000000Z");
    // The thief's document brings a clean list, older or newer than the one that was gathered.
    for lists in [&clean, &newest] {
        let judgement = World::default().judge(Mail::new(&with_store(&pdf, &[&root, lists], &[])).message());
        assert_eq!(only(&judgement).revocation, Some(Revocation::Revoked));
    }
    // The gateway has a clean list, and the document one that names the signer.
    let world = World { crls: vec![root.clone(), clean.clone()], ..World::default() };
    assert_eq!(only(&world.judge(Mail::new(&pdf).message())).revocation, Some(Revocation::Clear));
    let told = world.judge(Mail::new(&with_store(&pdf, &[&revoking], &[])).message());
    assert_eq!(only(&told).revocation, Some(Revocation::Revoked));
    assert!(told.documents[0].reasons().contains(&Reason::CertRevokedNoProof));
}

#[test]
fn one_document_does_not_answer_for_its_sibling() {
    let (root, issuing) = (fresh("gov-root"), fresh("gov-issuing"));
    let (plain, helped) = (genuine("15/QD-SNV"), with_store(&genuine("16/QD-SNV"), &[&root, &issuing], &[]));
    let mail = Mail::new(&helped).part(super::world::part("application/pdf", "attachment; filename=b.pdf", &plain));
    let judgement = deaf().judge(mail.message());
    let results: Vec<_> = judgement.documents.iter().map(|document| document.result).collect();
    assert_eq!(results, [DocumentResult::Met, DocumentResult::Undetermined]);
}

#[test]
fn the_level_names_what_the_document_bears() {
    let (root, issuing) = (fresh("gov-root"), fresh("gov-issuing"));
    let authority = certificate("intermediates/gov-issuing");
    let (key, signer) = (Key::of("noivu"), certificate("certificates/noivu"));
    let sign = |make| {
        let signature = Signature { token: make, ..Signature::of(&key, &signer) };
        paper::sign(paper_of("ETSI.CAdES.detached", ""), |signed| signature.over(signed))
    };
    let stamp: &dyn Fn(&[u8]) -> Vec<u8> = &tokens::token;
    let (plain, stamped) = (sign(None), sign(Some(stamp)));
    let level = |pdf: &[u8]| only(&World::default().judge(Mail::new(pdf).message())).level.unwrap().to_string();
    let store = |pdf: &[u8]| with_store(pdf, &[&root, &issuing], &[authority.der()]);
    assert_eq!(level(&plain), "PAdES-B-B");
    assert_eq!(level(&store(&plain)), "PAdES-B-B");
    assert_eq!(level(&clocked(&plain, "")), "PAdES-B-T");
    assert_eq!(level(&stamped), "PAdES-B-T");
    assert_eq!(level(&with_store(&stamped, &[&root], &[authority.der()])), "PAdES-B-T");
    assert_eq!(level(&with_store(&stamped, &[&issuing], &[])), "PAdES-B-T");
    assert_eq!(level(&store(&stamped)), "PAdES-B-LT");
    assert_eq!(level(&clocked(&store(&stamped), "/DSS 30 0 R")), "PAdES-B-LTA");
    assert_eq!(level(&store(&clocked(&stamped, ""))), "PAdES-B-LT");
    // One timestamp cannot stand for that of B-T and keep what was gathered about itself.
    assert_eq!(level(&clocked(&store(&plain), "/DSS 30 0 R")), "PAdES-B-LT");
}
