//! The whole way of a mail, octets to verdict: without the keys of an agency there is no way to "legally equivalent" but
//! with a paper that an agency did sign.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use crate::budget::Budget;
use crate::digest::Sha256;
use crate::dossier::{self, Content, Examined};
use crate::evidence::{Answer, Evidence, Need, Piece};
use crate::io::files::BUILT_IN_POLICY;
use crate::io::samples::{self, SETTINGS, Sample};
use crate::message::Message;
use crate::pdf::Reading;
use crate::pdf::fuzz::{consistent, stands, truthful};
use crate::policy::{self, Case, Judgement, Policy, Rulebook, Verdict};
use crate::sender::Directory;
use crate::settings::Settings;
use crate::time::UnixTime;
use crate::x509::{AnchorStore, Certificate};

/// Time of receipt: within the periods of every certificate and list of the samples.
const AT: &str = "2026-11-02T01:30:00Z";

const ANCHORS: [&[u8]; 3] = [
    include_bytes!("../../fixtures/pki/anchors/gov-root.der"),
    include_bytes!("../../fixtures/pki/anchors/public-issuing.der"),
    include_bytes!("../../fixtures/pki/anchors/public-root.der"),
];
const INTERMEDIATES: [&[u8]; 4] = [
    include_bytes!("../../fixtures/pki/intermediates/gov-issuing.der"),
    include_bytes!("../../fixtures/pki/intermediates/gov-no-crl.der"),
    include_bytes!("../../fixtures/pki/intermediates/missing-issuing.der"),
    include_bytes!("../../fixtures/pki/intermediates/public-issuing.der"),
];
const LISTS: [&[u8]; 4] = [
    include_bytes!("../../fixtures/pki/crls/gov-issuing.crl"),
    include_bytes!("../../fixtures/pki/crls/gov-root.crl"),
    include_bytes!("../../fixtures/pki/crls/public-issuing.crl"),
    include_bytes!("../../fixtures/pki/crls/public-root.crl"),
];

/// The province of the samples.
static RULEBOOK: LazyLock<Arc<Rulebook>> = LazyLock::new(|| {
    let certificate = |der: &[u8]| Certificate::parse(der).expect("a committed certificate reads");
    let mut anchors = AnchorStore::default();
    anchors.read(include_str!("../../fixtures/pki/anchors.toml")).expect("the committed anchors read");
    for der in ANCHORS {
        anchors.install(certificate(der)).expect("the committed anchors are pinned");
    }
    let rulebook = Rulebook::new(
        vec![Policy::read(BUILT_IN_POLICY).expect("the policy that is built in reads")],
        anchors,
        INTERMEDIATES.map(certificate).to_vec(),
        Some(Directory::from_csv(include_str!("../../fixtures/directory.csv")).expect("the directory reads")),
        Settings::read(SETTINGS, Path::new("/")).expect("the settings of the demo read").sender,
        &[],
    );
    Arc::new(rulebook.expect("there is a policy"))
});

/// The sample whose envelope every input is given: an official of the department, logged in.
static SENT: LazyLock<Sample> = LazyLock::new(|| samples::all().swap_remove(0));

/// Digests of everything that a signature covers in a paper which is equivalent.
static SIGNED: LazyLock<BTreeSet<Sha256>> = LazyLock::new(|| {
    let mut signed = BTreeSet::new();
    for sample in samples::all() {
        let Examined { dossier, octets } = dossier::examine(&sample.message(), &mut Budget::for_message());
        let expected = sample.expect.document.iter().map(|document| document.verdict == "met");
        for ((document, octets), met) in dossier.documents.iter().zip(&octets).zip(expected) {
            if met && let Content::Pdf(Ok(reading)) = &document.content {
                signed.extend(covered(reading, octets).map(|(digest, _)| digest));
            }
        }
    }
    signed
});

/// What each signature covers, and where that ends.
fn covered<'r>(reading: &'r Reading, octets: &'r [u8]) -> impl Iterator<Item = (Sha256, usize)> + 'r {
    reading.signatures.iter().filter_map(|signature| {
        let range = signature.byte_range.ok()?;
        let digest = Sha256::of(&range.signed_slices(octets)?.concat());
        Some((digest, usize::try_from(range.end()).ok()?))
    })
}

/// Octets that begin as a PDF are put into a mail, everything else is one.
pub(super) fn examine(octets: &[u8]) {
    let mail = if octets.starts_with(b"%PDF") { attached(octets) } else { octets.to_vec() };
    let (case, judgement) = judged(mail);
    let examined = case.examined.as_ref().expect("examining never fails");
    for (document, octets) in examined.dossier.documents.iter().zip(&examined.octets) {
        if let Content::Pdf(Ok(reading)) = &document.content {
            consistent(octets, reading);
        }
    }
    assert_eq!(judgement.verdict == Verdict::LegallyEquivalent, is_all_met(&judgement));
    for document in judgement.documents.iter().filter(|document| document.result == policy::DocumentResult::Met) {
        let index = examined.dossier.documents.iter().position(|one| one.n == document.n);
        let index = index.expect("what is judged was examined");
        let Content::Pdf(Ok(reading)) = &examined.dossier.documents[index].content else {
            panic!("only a PDF can be equivalent to paper")
        };
        let octets = &examined.octets[index];
        let known = covered(reading, octets).filter(|(digest, _)| SIGNED.contains(digest)).map(|(_, end)| end).max();
        let known = known.expect("nobody signed what was judged equivalent to paper");
        truthful(&octets[..known], octets);
        assert!(reading.signatures.iter().any(|signature| stands(reading, signature)));
    }
}

fn is_all_met(judgement: &Judgement) -> bool {
    judgement.not_applicable.is_none()
        && !judgement.documents.is_empty()
        && judgement.documents.iter().all(|document| document.result == policy::DocumentResult::Met)
}

fn attached(pdf: &[u8]) -> Vec<u8> {
    let head: &[u8] = b"From: Van thu <vanthu.sonoivu@tinhmau.example>\r\nTo: vanthu.vpubnd@tinhmau.example\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n\
        --=_b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\n\
        Content-Transfer-Encoding: binary\r\n\r\n";
    [head, pdf, b"\r\n--=_b--\r\n"].concat()
}

fn judged(mail: Vec<u8>) -> (Case, Judgement) {
    let message = Message::parse(SENT.message().envelope().clone(), mail);
    let examined = dossier::examine(&message, &mut Budget::for_message());
    let case = Case {
        message: Some(Arc::new(message)),
        examined: Some(Arc::new(examined)),
        evidence: Evidence::default(),
        rulebook: Arc::clone(&RULEBOOK),
        at: UnixTime::parse(AT).expect("a time"),
        remarks: Vec::new(),
    }
    .gathered(|needs| needs.into_iter().map(|need: Need| (need, lists())).collect());
    let judgement = policy::judge(&case, &mut Budget::for_message());
    (case, judgement)
}

fn lists() -> Answer {
    let piece = |octets: &[u8]| Piece::new(octets, "", None);
    Answer::of(LISTS.map(piece).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_genuine_paper_is_equivalent_so_that_the_rule_is_not_empty() {
        let sample = dossier::examine(&SENT.message(), &mut Budget::for_message());
        let mail = attached(&sample.octets[0]);
        assert_eq!(judged(mail).1.verdict, Verdict::LegallyEquivalent);
    }
}
