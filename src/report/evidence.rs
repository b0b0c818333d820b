//! The record of what a judgement rests on (docs/evidence.md), with the octets that belong to it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::marker::PhantomData;

use crate::cms::SignedData;
use crate::digest::{Digested, Sha256};
use crate::dossier::{Content, Examined};
use crate::evidence::{FORMAT, Input, KeptCertificate, Record, Rules, Session, Signature, answered};
use crate::pdf::{SignatureField, SignatureKind, contents_octets};
use crate::policy::{Case, Judgement, SignatureJudgement, mask};
use crate::signature::{MAX_TOKENS, Trust};
use crate::x509::Certificate;

use super::bottom::Subject;
use super::compose::Judged;
use super::json;

/// What is to be said of a case beside the judgement.
#[derive(Clone, Debug)]
pub struct Around {
    /// Digest of the octets that were given.
    pub input: Sha256,
    /// Name and version of the program.
    pub program: String,
    /// What the case was judged by.
    pub rules: Rules,
    /// What was known of the sending session.
    pub session: Session,
}

/// A record, and every object that it names.
#[must_use]
pub fn record(judged: &Judged<'_>, case: &Case, around: Around) -> (Record, Vec<Digested>) {
    let (mut answers, octets) = answered(&case.evidence);
    let judged_by = judged.judgement.documents.iter().flat_map(|document| &document.signatures);
    let standings = judged_by.flat_map(|signature| &signature.validated.standings);
    let used: HashSet<Sha256> = standings.flat_map(|one| one.standing.used()).copied().collect();
    // Of the others nobody can tell: they may be about an authority for timestamps, or say the same in another form.
    for piece in answers.iter_mut().flat_map(|one| &mut one.pieces).filter(|piece| used.contains(&piece.sha256)) {
        piece.used = Some(true);
    }
    let mut kept = Kept { objects: octets, ..Kept::default() };
    let secret = judged.judgement.is_secret();
    let signatures = kept.signatures(judged.judgement, case);
    let record = Record {
        format: FORMAT.to_owned(),
        program: around.program,
        input: Input {
            name: if secret { String::new() } else { judged.name.to_owned() },
            sha256: around.input,
            kind: match judged.subject {
                Subject::File => "file",
                Subject::Message => "message",
            }
            .to_owned(),
        },
        at: case.at,
        session: around.session,
        rules: around.rules,
        answers,
        signatures,
        certificates: kept.certificates.into_values().collect(),
        report: if secret { serde_json::Value::Null } else { json::report(judged) },
    };
    (record, kept.objects)
}

/// The octets that signatures bring along and rest on, beside what was asked outside: values, tokens, certificates, and
/// lists and responses of the documents.
#[must_use]
pub fn objects(judgement: &Judgement, case: &Case) -> Vec<Digested> {
    let mut kept = Kept::default();
    kept.signatures(judgement, case);
    kept.objects
}

/// The field and the octets of one signature's value, without the padding.
fn value(examined: &Examined, document: usize, place: usize) -> Option<(&SignatureField, Vec<u8>)> {
    let Content::Pdf(Ok(reading)) = &examined.dossier.documents.get(document)?.content else { return None };
    let field = reading.signatures.get(place)?;
    let octets = contents_octets(examined.octets.get(document)?, *field.contents.as_ref().ok()?).ok()?;
    Some((field, octets))
}

#[derive(Default)]
struct Kept<'a> {
    certificates: BTreeMap<Sha256, KeptCertificate>,
    objects: Vec<Digested>,
    seen: HashSet<Sha256>,
    /// What the document brings along is shared by all its signatures: each piece is digested once, by its place.
    shared: HashMap<*const [u8], Sha256>,
    judged: PhantomData<&'a [u8]>,
}

impl<'a> Kept<'a> {
    fn object(&mut self, octets: &[u8]) -> Sha256 {
        let octets = Digested::from(octets);
        let digest = octets.sha256();
        if self.seen.insert(digest) {
            self.objects.push(octets);
        }
        digest
    }

    fn shared(&mut self, octets: &'a [u8]) -> Sha256 {
        let place: *const [u8] = octets;
        if let Some(digest) = self.shared.get(&place) {
            return *digest;
        }
        let digest = self.object(octets);
        self.shared.insert(place, digest);
        digest
    }

    fn certificate(&mut self, certificate: &Certificate, subject: String, used: bool) -> Sha256 {
        let sha256 = certificate.fingerprint();
        let mut fresh = false;
        let known = self.certificates.entry(sha256).or_insert_with(|| {
            fresh = true;
            KeptCertificate { sha256, subject, used }
        });
        known.used |= used;
        if fresh {
            self.objects.push(certificate.der().into());
        }
        sha256
    }

    fn signatures(&mut self, judgement: &'a Judgement, case: &Case) -> Vec<Signature> {
        let mut signatures = Vec::new();
        // Of a message with a secrecy mark the judgement holds no signatures, so nothing of them is kept here either.
        for (index, document) in judgement.documents.iter().enumerate() {
            for (place, signature) in document.signatures.iter().enumerate() {
                let value = case.examined.as_deref().and_then(|examined| value(examined, index, place));
                signatures.push(self.signature(document.n, signature, value));
            }
        }
        signatures
    }

    fn signature(
        &mut self,
        document: u32,
        signature: &'a SignatureJudgement,
        value: Option<(&SignatureField, Vec<u8>)>,
    ) -> Signature {
        let validated = &signature.validated;
        // Of a person only the agency is shown, here as in every report.
        let own = signature.signer().unwrap_or_default();
        let others = |certificate: &Certificate| mask(&certificate.subject().to_string());
        if let Some(signer) = &validated.signer {
            self.certificate(signer, own.clone(), false);
        }
        let (path, anchor) = match &validated.trust {
            Trust::Trusted(path) => {
                let certificates = path.certificates().iter().enumerate().map(|(depth, certificate)| {
                    let subject = if depth == 0 { own.clone() } else { others(certificate) };
                    self.certificate(certificate, subject, true)
                });
                (certificates.collect(), Some(path.anchor().to_owned()))
            }
            _ => (Vec::new(), None),
        };
        let timestamps =
            validated.timestamps.iter().flat_map(|token| token.signer().into_iter().chain(token.certificates()));
        for certificate in timestamps {
            self.certificate(certificate, others(certificate), false);
        }
        let mut seen = BTreeSet::new();
        let embedded = &validated.embedded;
        let pieces = embedded.crls().map(|(crl, _)| crl.der()).chain(embedded.ocsps().map(|(octets, _)| octets));
        let embedded = pieces.map(|octets| self.shared(octets)).filter(|digest| seen.insert(*digest)).collect();
        let (value, tokens) = value.map_or_else(Default::default, |(field, octets)| self.value(field, &octets));
        Signature { document, field: validated.field.clone(), value, timestamps: tokens, path, anchor, embedded }
    }

    /// The signature value and the tokens over it.
    fn value(&mut self, field: &SignatureField, padded: &[u8]) -> (Vec<Sha256>, Vec<Sha256>) {
        let Ok(cms) = SignedData::parse(padded) else {
            return (vec![self.object(padded)], Vec::new());
        };
        let value = vec![self.object(padded.get(..cms.consumed()).unwrap_or(padded))];
        let is_token = field.kind == SignatureKind::DocumentTimestamp;
        let tokens = if is_token { 0 } else { MAX_TOKENS };
        (value, cms.timestamp_tokens().take(tokens).map(|token| self.object(token)).collect())
    }
}
