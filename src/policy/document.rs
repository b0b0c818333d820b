//! The three conditions for one document.

use std::collections::BTreeMap;

use crate::budget::Budget;
use crate::dossier::{Content, Document};
use crate::message::FileKind;
use crate::pdf::{Ground, ReadError, Reading, SignatureKind, SubFilter};
use crate::signature::{self, Context, Failure, FormatFault, Integrity, Validated};

use super::constraint::{ConstraintId, Finding};
use super::judgement::{DocumentJudgement, SignatureJudgement, distinct};
use super::outcome::Outcome::{self, Met, Undetermined, Unmet};
use super::read::Policy;
use super::reason::Reason;
use super::signed::{self, Beside, Later};
use super::signer::Bond;
use super::verdict::DocumentResult;

/// What all documents of a message are judged against.
pub(super) struct Bench<'a> {
    pub(super) policy: &'a Policy,
    pub(super) context: Context<'a>,
    /// Binds a signer to the sending agency.
    pub(super) bind: &'a dyn Fn(&Validated) -> Bond,
    /// Findings on (c) that are the same for every document of the message.
    pub(super) sending: &'a [Finding],
}

impl Bench<'_> {
    fn finding(&self, constraint: ConstraintId, outcome: Outcome, reason: Option<Reason>) -> Finding {
        let level = self.policy.level(constraint);
        Finding { constraint, outcome, reasons: reason.into_iter().collect(), level }
    }

    /// Judges one document on its octets.
    pub(super) fn judge(&self, document: &Document, octets: &[u8], budget: &mut Budget) -> DocumentJudgement {
        let mut judged = Self::blank(document);
        match &document.content {
            Content::Pdf(Ok(reading)) => self.pdf(&mut judged, reading, octets, budget),
            Content::Pdf(Err(error)) => self.unreadable(&mut judged, error),
            Content::Other => self.other_kind(&mut judged, document.kind),
            Content::TooLarge => {
                judged.findings.push(self.finding(ConstraintId::Readable, Undetermined, Some(Reason::FileTooLarge)));
            }
        }
        if let Some(ambiguity) = &document.ambiguity {
            judged.findings.push(self.finding(ConstraintId::Readable, Undetermined, Some(Reason::FileAmbiguous)));
            judged.details.push(format!("ambiguous: {}", token(ambiguity)));
        }
        if document.nested {
            judged.findings.push(self.finding(ConstraintId::SentDirectly, Unmet, Some(Reason::FileForwarded)));
        }
        if let Some(format) = self.policy.formats.as_ref().and_then(|formats| formats.outside(document)) {
            judged.remarks.push(Reason::FileFormat);
            judged.details.push(format!("format not on the list: {format}"));
        }
        judged.findings.extend(self.sending.iter().cloned());
        let unexamined = matches!(&document.content, Content::Pdf(Err(ReadError::TooLarge(_))) | Content::TooLarge);
        judged.result = result(&judged, unexamined);
        // What is found at a level that does not decide is remarked all the same.
        let remarked = judged.findings.iter().filter(|f| f.outcome != Met && f.weight() == Met && remarks(f));
        let remarked: Vec<Reason> = remarked.flat_map(|f| f.reasons.iter().copied()).collect();
        judged.remarks = distinct(judged.remarks.iter().copied().chain(remarked));
        judged
    }

    fn blank(document: &Document) -> DocumentJudgement {
        DocumentJudgement {
            n: document.n,
            name: document.name.clone(),
            kind: kind_token(document.kind),
            size: document.size,
            sha256: Some(document.sha256),
            result: DocumentResult::Undetermined,
            findings: Vec::new(),
            remarks: Vec::new(),
            signatures: Vec::new(),
            deciding: None,
            details: Vec::new(),
        }
    }

    fn pdf(&self, judged: &mut DocumentJudgement, reading: &Reading, octets: &[u8], budget: &mut Budget) {
        judged.findings.push(self.finding(ConstraintId::FileKind, Met, None));
        // Nothing looks at page pictures yet.
        judged.findings.push(self.finding(ConstraintId::Scan, Undetermined, Some(Reason::ScanUnknown)));
        if !reading.active.is_empty() {
            judged.remarks.push(Reason::FileActive);
        }
        if !reading.shadow.is_empty() {
            judged.remarks.push(Reason::ShadowPrepared);
            judged.details.extend(reading.shadow.iter().map(ToString::to_string));
        }
        judged.details.extend(reading.oddities.iter().map(ToString::to_string));
        let validated = signature::validate(octets, reading, &self.context, budget);
        let signers = reading.signatures.iter().map(|field| field.kind == SignatureKind::Signature);
        let candidates: Vec<usize> = signers.enumerate().filter_map(|(i, signs)| signs.then_some(i)).collect();
        for (index, one) in validated.iter().enumerate() {
            let Bond { binding, compared, of_person: person } = (self.bind)(one);
            let beside = Beside {
                earlier_broken: earlier_broken(&validated, index, reading),
                later: later(&validated, index, reading),
            };
            let findings = signed::weigh(one, beside, &binding, self.policy);
            // Whatever agency it belongs to: the name of a citizen stands in no header and no record.
            judged.signatures.push(SignatureJudgement { validated: one.clone(), binding, compared, person, findings });
        }
        if candidates.is_empty() {
            self.unsigned(judged, reading);
            return;
        }
        // One and the same signature meets (a) and (b). Where none does, the sender's speaks, so that what was done to it
        // is told rather than that a stamp over it is another agency's; then the best one; of equals the last.
        let rank = |index: &usize| {
            let signature = &judged.signatures[*index];
            let of_signer = |finding: &&Finding| finding.constraint == ConstraintId::SignerIsSender;
            let signer = signature.findings.iter().find(of_signer).map_or(Unmet, |finding| finding.outcome);
            (signature.weight() != Met, signer, signature.weight())
        };
        let deciding = candidates.into_iter().rev().min_by_key(rank);
        if let Some(index) = deciding {
            let signature = &judged.signatures[index];
            judged.findings.extend(signature.findings.iter().cloned());
            judged.remarks.extend(signed::remarks(&signature.validated));
            judged.deciding = Some(index);
        }
    }

    /// No signature that a signer made, at most document timestamps. But what is typed as a timestamp and has the form of
    /// a signature, and a signature that cannot be read, must never look like none.
    fn unsigned(&self, judged: &mut DocumentJudgement, reading: &Reading) {
        let contradicts = reading.signatures.iter().any(|field| field.sub_filter != SubFilter::EtsiRfc3161);
        if contradicts || reading.has_hidden_signature() {
            judged.findings.push(self.finding(ConstraintId::SignatureIntact, Undetermined, Some(Reason::SigFormat)));
        } else {
            judged.findings.push(self.finding(ConstraintId::SignaturePresent, Unmet, Some(Reason::SigNone)));
        }
        judged.findings.push(self.nothing_to_follow());
    }

    /// Condition (b) where there is no certificate to ask about.
    fn nothing_to_follow(&self) -> Finding {
        self.finding(ConstraintId::TrustedPath, Undetermined, None)
    }

    fn unreadable(&self, judged: &mut DocumentJudgement, error: &ReadError) {
        let reason = match error {
            ReadError::Encrypted => Reason::FileEncrypted,
            ReadError::TooLarge(_) => Reason::FileTooLarge,
            ReadError::Broken { .. } | ReadError::NotPdf => Reason::FileBroken,
        };
        judged.details.push(error.to_string());
        judged.findings.push(self.finding(ConstraintId::Readable, Undetermined, Some(reason)));
        judged.findings.push(self.nothing_to_follow());
        judged.findings.push(self.finding(ConstraintId::FileKind, Met, None));
    }

    fn other_kind(&self, judged: &mut DocumentJudgement, kind: FileKind) {
        let (a, c) = match kind {
            FileKind::Editable(_) => (None, (Unmet, Reason::FileEditable)),
            FileKind::Archive(_) | FileKind::Tnef => (Some(Reason::FileArchive), (Undetermined, Reason::FileArchive)),
            FileKind::External | FileKind::Partial => {
                (Some(Reason::FileAmbiguous), (Undetermined, Reason::FileAmbiguous))
            }
            FileKind::TooLarge => (Some(Reason::FileTooLarge), (Undetermined, Reason::FileTooLarge)),
            FileKind::Empty
            | FileKind::Calendar
            | FileKind::Image(_)
            | FileKind::Pkcs7
            | FileKind::Pdf
            | FileKind::Unknown => (None, (Unmet, Reason::FileNotPdf)),
        };
        judged.findings.push(self.finding(ConstraintId::FileKind, c.0, Some(c.1)));
        judged.findings.push(self.finding(ConstraintId::Readable, Undetermined, a.or(Some(c.1))));
        judged.findings.push(self.nothing_to_follow());
    }
}

/// The name of a variant, as it stands in reports.
pub(super) fn token(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The kind of file for reports and the log.
fn kind_token(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Archive(_) => "archive",
        FileKind::Calendar => "calendar",
        FileKind::Editable(_) => "editable",
        FileKind::Empty => "empty",
        FileKind::External => "external",
        FileKind::Image(_) => "image",
        FileKind::Partial => "partial",
        FileKind::Pdf => "pdf",
        FileKind::Pkcs7 => "pkcs7",
        FileKind::Tnef => "tnef",
        FileKind::TooLarge => "too-large",
        FileKind::Unknown => "unknown",
    }
}

/// Whether a finding that does not decide is still said.
fn remarks(finding: &Finding) -> bool {
    finding.level >= super::constraint::Level::Inform
}

fn result(judged: &DocumentJudgement, unexamined: bool) -> DocumentResult {
    match judged.findings.iter().map(Finding::weight).max() {
        Some(Unmet) => DocumentResult::Unmet,
        Some(Met) if judged.deciding.is_some() => DocumentResult::Met,
        _ if unexamined => DocumentResult::Unchecked,
        // Never met by default: without a signature that decided there is nothing that could have been met.
        Some(Met | Undetermined) | None => DocumentResult::Undetermined,
    }
}

/// Whether a signature of an earlier revision was broken before this one was made.
fn earlier_broken(validated: &[Validated], index: usize, reading: &Reading) -> bool {
    let mine = reading.signatures.get(index).and_then(|field| field.revision);
    validated.iter().zip(&reading.signatures).enumerate().any(|(other, (one, field))| {
        // A document timestamp is nobody's signature: what it covered, nobody vouched for.
        let earlier = other != index && field.revision < mine && field.kind == SignatureKind::Signature;
        earlier
            && matches!(
                one.integrity,
                Integrity::Failed(Failure::Hash | Failure::SigCrypto | Failure::Format(FormatFault::Changed(_)))
            )
    })
}

/// The part of a page that all later signatures together may cover (pdf.md of the design, 9): the stamp of a receiving
/// agency with its lines for number and date takes a twentieth.
const MOST_COVERED: f64 = 1.0 / 8.0;

/// The document rule: what the signatures of later revisions mean for the one at `index`. Anybody can append a further
/// signature, so each must pass by itself, and what it draws must be small and on blank ground.
fn later(validated: &[Validated], index: usize, reading: &Reading) -> Later {
    let mine = reading.signatures.get(index).and_then(|field| field.revision);
    let later = validated.iter().zip(&reading.signatures).enumerate().filter(|(other, (_, field))| {
        *other != index && (mine.is_none() || field.revision.is_none_or(|r| Some(r) > mine))
    });
    let mut result = Later::None;
    let mut covered: BTreeMap<u32, f64> = BTreeMap::new();
    for (_, (one, field)) in later {
        // A document timestamp names no signer and draws nothing; the reader allows it only as long-term material.
        if field.kind == SignatureKind::DocumentTimestamp && field.shown.is_empty() {
            continue;
        }
        result = result.max(if one.conclusion.is_passed() { Later::Sound } else { Later::Doubtful });
        for shown in &field.shown {
            result = result.max(match shown.ground {
                Ground::Clear => Later::Sound,
                Ground::Unknown => Later::Doubtful,
                Ground::Ink => Later::Overlaid,
            });
            match (shown.page, shown.share) {
                (Some(page), Some(share)) => *covered.entry(page).or_default() += share,
                _ => result = result.max(Later::Doubtful),
            }
        }
    }
    // Asked in this way, what is no number covers too much.
    if covered.values().all(|share| *share <= MOST_COVERED) { result } else { Later::Overlaid }
}
