//! A judgement: the verdict for a message, and everything that stands behind it.

use crate::digest::Sha256;
use crate::sender::{Binding, Checks, Compared, Provenance};
use crate::signature::Validated;
use crate::time::UnixTime;

use super::constraint::{ConstraintId, Finding};
use super::mail_signature::MailSignature;
use super::outcome::{Condition, Outcome};
use super::reason::Reason;
use super::verdict::{DocumentResult, UnmetBy, Verdict};

/// The verdict for a message.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why nothing was judged, when the verdict is `not-applicable`.
    pub not_applicable: Option<NotApplicable>,
    /// The article of law.
    pub rule: String,
    /// Id of the policy.
    pub policy: String,
    /// Time of receipt.
    pub at: UnixTime,
    /// Who sent it, as far as that is known.
    pub sender: Sender,
    /// Per document, in the order of the message.
    pub documents: Vec<DocumentJudgement>,
    /// Remarks on the message as a whole.
    pub remarks: Vec<Reason>,
    /// Facts about it for support people, in a few technical words.
    pub details: Vec<String>,
    /// What is known of a signature over the mail itself; `None` where it bears none.
    pub mail_signature: Option<MailSignature>,
    /// Stamps that the message bore on arrival, by our names for them with their number; the gateway tells.
    pub removed_stamps: Vec<String>,
}

/// Why nothing was judged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NotApplicable {
    /// The message has no document.
    NoDocument,
    /// No policy was in force at the time of receipt.
    NotInForce,
    /// No recipient (or not all, by policy) is in an agency domain.
    OutOfScope,
}

/// Who sent the message.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sender {
    /// The From mailbox, cleaned for display; `None` when it cannot be told.
    pub mailbox: Option<String>,
    /// The agency that the directory names for it.
    pub agency: Option<String>,
    /// Who it is, and what proves it or why nothing does.
    pub provenance: Provenance,
    /// What was checked; nothing where a login decides, or where the mailbox is not an official one.
    pub checks: Checks,
    /// Digests of the DKIM signatures of the From domain, by which the log knows the message if it comes again.
    pub signatures: Vec<Sha256>,
}

/// The result for one document.
#[derive(Clone, Debug)]
pub struct DocumentJudgement {
    /// Position among the documents of the message, from 1.
    pub n: u32,
    /// File name, cleaned; empty when it may not be shown.
    pub name: String,
    /// Kind of file, as a token.
    pub kind: &'static str,
    /// Size in octets.
    pub size: u64,
    /// Digest; `None` when nothing of the document may be kept.
    pub sha256: Option<Sha256>,
    /// The result.
    pub result: DocumentResult,
    /// Every constraint that was asked.
    pub findings: Vec<Finding>,
    /// Remarks that decide nothing.
    pub remarks: Vec<Reason>,
    /// Every signature in it.
    pub signatures: Vec<SignatureJudgement>,
    /// The signature that decides, an index into `signatures`.
    pub deciding: Option<usize>,
    /// Facts for support people, in a few technical words.
    pub details: Vec<String>,
}

/// One signature, and what the rule makes of it.
#[derive(Clone, Debug)]
pub struct SignatureJudgement {
    /// What it proves.
    pub validated: Validated,
    /// How the signer is bound to the sending agency, or why not.
    pub binding: Binding,
    /// What was held against each other for that; `None` without a certificate.
    pub compared: Option<Compared>,
    /// It is a person's certificate: name and number are not shown.
    pub person: bool,
    /// Findings on conditions (a) and (b) as this one signature meets them.
    pub findings: Vec<Finding>,
}

impl SignatureJudgement {
    /// The reasons that stand against this signature.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        distinct(self.findings.iter().flat_map(|finding| finding.reasons.iter().copied()))
    }

    /// The worst that its findings weigh.
    #[must_use]
    pub fn weight(&self) -> Outcome {
        self.findings.iter().map(Finding::weight).max().unwrap_or(Outcome::Undetermined)
    }
}

impl DocumentJudgement {
    /// Whether one condition is met, and why not.
    #[must_use]
    pub fn condition(&self, condition: Condition) -> (Outcome, Vec<Reason>) {
        let mine = || self.findings.iter().filter(move |finding| finding.constraint.condition() == condition);
        let outcome = mine().map(Finding::weight).max().unwrap_or(Outcome::Undetermined);
        let reasons = mine()
            .filter(|finding| finding.weight() != Outcome::Met)
            .flat_map(|finding| finding.reasons.iter().copied());
        (outcome, distinct(reasons))
    }

    /// All reasons that stand against it, the unmet first, each once.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        let with = |wanted: Outcome| {
            self.findings.iter().filter(move |f| f.weight() == wanted).flat_map(|f| f.reasons.iter().copied())
        };
        distinct(with(Outcome::Unmet).chain(with(Outcome::Undetermined)))
    }

    /// What stands against it: only a missing signature, or more.
    #[must_use]
    pub fn unmet_by(&self) -> UnmetBy {
        let mut unmet =
            self.findings.iter().filter(|f| f.weight() == Outcome::Unmet).flat_map(|f| &f.reasons).peekable();
        if unmet.peek().is_some() && unmet.all(|reason| *reason == Reason::SigNone) {
            UnmetBy::MissingSignature
        } else {
            UnmetBy::Other
        }
    }

    /// The outcome of one constraint; `None` when it was not asked.
    #[must_use]
    pub fn outcome(&self, constraint: ConstraintId) -> Option<Outcome> {
        self.findings.iter().find(|finding| finding.constraint == constraint).map(|finding| finding.outcome)
    }

    /// The signature that decides.
    #[must_use]
    pub fn deciding_signature(&self) -> Option<&SignatureJudgement> {
        self.signatures.get(self.deciding?)
    }
}

impl Judgement {
    /// How many documents are equivalent to paper; none where the rule does not apply.
    #[must_use]
    pub fn equivalent(&self) -> usize {
        if self.not_applicable.is_some() {
            return 0;
        }
        self.documents.iter().filter(|document| document.result == DocumentResult::Met).count()
    }

    /// A secrecy mark was found: nothing of the message is shown or copied.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.remarks.contains(&Reason::SecretMark)
    }
}

/// Each reason once, in the order of its first appearance.
pub(super) fn distinct(reasons: impl Iterator<Item = Reason>) -> Vec<Reason> {
    let mut seen = Vec::new();
    for reason in reasons {
        if !seen.contains(&reason) {
            seen.push(reason);
        }
    }
    seen
}
