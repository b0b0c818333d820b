//! A judgement as JSON: the shape of `verify --json`, of the log's reports, and of every later page (docs/verify-json.md).

use serde_json::{Value, json};

use crate::pdf::{Coverage, Modification};
use crate::sender::{Binding, Checks};
use crate::signature::{Doubt, Integrity, Proof, Timestamp, TimestampFault, TimestampKind, Trust, Worthless};

use super::judgement::{DocumentJudgement, Judgement, SignatureJudgement};
use super::outcome::Condition;
use super::person::mask;
use super::signer::hierarchy;

impl Judgement {
    /// The whole judgement.
    #[must_use]
    pub fn report(&self) -> Value {
        json!({
            "verdict": self.verdict.token(),
            "rule": self.rule,
            "policy": self.policy,
            "at": self.at.to_string(),
            "sender": {
                "mailbox": self.sender.mailbox,
                "agency": self.sender.agency,
                "provenance": self.sender.provenance.token(),
                "detail": self.sender.provenance.detail(),
                "proof": self.sender.provenance.proof(),
                "checks": checks(&self.sender.checks),
            },
            "mail_signature": self.mail_signature,
            "removed_stamps": self.removed_stamps,
            "remarks": self.remarks,
            "details": self.details,
            "documents": self.documents.iter().map(DocumentJudgement::report).collect::<Vec<_>>(),
        })
    }
}

impl DocumentJudgement {
    fn report(&self) -> Value {
        let condition = |condition| {
            let (outcome, reasons) = self.condition(condition);
            json!({ "result": outcome, "reasons": reasons })
        };
        json!({
            "n": self.n,
            "name": self.name,
            "kind": self.kind,
            "size": self.size,
            "sha256": self.sha256.map(|digest| digest.to_string()),
            "verdict": self.result,
            "conditions": {
                "a": condition(Condition::A),
                "b": condition(Condition::B),
                "c": condition(Condition::C),
            },
            "remarks": self.remarks,
            "findings": self.findings,
            "deciding": self.deciding,
            "details": self.details,
            "signatures": self.signatures.iter().map(SignatureJudgement::report).collect::<Vec<_>>(),
        })
    }
}

impl SignatureJudgement {
    fn report(&self) -> Value {
        let validated = &self.validated;
        let signer = validated.signer.as_ref();
        json!({
            "field": short(&validated.field),
            "sub_filter": short(&validated.sub_filter),
            "indication": validated.conclusion.indication(),
            "sub_indication": validated.conclusion.sub_indication(),
            "integrity": integrity(&validated.integrity),
            "coverage": coverage(validated.coverage),
            "modification": modification_token(validated.modification),
            "signer": self.signer(),
            "serial": signer.map(|signer| short(&signer.serial_hex())),
            "issuer": signer.map(|signer| shown(&signer.issuer().to_string())),
            "path": self.path(),
            "algorithms": validated.algorithms,
            "level": validated.level.map(|level| level.to_string()),
            "timestamps":
                validated.timestamps.iter().chain(&validated.content_timestamps).map(timestamp).collect::<Vec<_>>(),
            "embedded": {
                "certificates": validated.certificates.len() + validated.embedded.certificates().len(),
                "crls": validated.embedded.crls().count(),
                "ocsps": validated.embedded.ocsps().count(),
            },
            "notes": validated.notes,
            "claimed_time": validated.claimed_time.map(|time| time.to_string()),
            "best_signature_time": validated.best_signature_time.to_string(),
            "time_source": validated.time_source,
            "time_open": validated.time_open,
            "certificate": signer.map(|signer| signer.fingerprint().to_string()),
            "hierarchy": hierarchy(&validated.trust).token(),
            "binding": self.binding.token(),
            "compared": self.comparison(),
            "reasons": self.reasons(),
        })
    }

    /// Who the signer is instead, or why nobody can tell, with both sides; `None` where the signer is the sender.
    fn comparison(&self) -> Option<Value> {
        let (agency, by, why) = match &self.binding {
            Binding::Bound(_) => return None,
            Binding::OtherAgency { agency, by } => (Some(short(agency)), Some(by.token()), None),
            Binding::Person(unpinned) => (None, None, Some(unpinned.token())),
            Binding::Unknown(doubt) => (None, None, Some(doubt.token())),
        };
        let certificate = self.compared.as_ref().map(|compared| &compared.certificate);
        let listing = self.compared.as_ref().and_then(|compared| compared.listing.as_ref());
        Some(json!({
            "agency": agency,
            "by": by,
            "why": why,
            "certificate": certificate.map(|side| json!({
                "name": side.name.as_deref().map(mask),
                "parents": side.parents.iter().map(|text| mask(text)).collect::<Vec<_>>(),
                "codes": side.codes,
                "mailboxes": side.mailboxes,
            })),
            "directory": listing.map(|side| json!({
                "mailbox": side.mailbox,
                "agency": side.agency,
                "codes": side.codes,
            })),
        }))
    }

    /// The subjects from signer to anchor; `None` without a path.
    fn path(&self) -> Option<Vec<String>> {
        let Trust::Trusted(path) = &self.validated.trust else { return None };
        let above = path.certificates().iter().skip(1).map(|certificate| shown(&certificate.subject().to_string()));
        Some(self.signer().into_iter().chain(above).collect())
    }

    /// The signer as it may be shown: of a person only the agency, and no personal number of anybody.
    #[must_use]
    pub fn signer(&self) -> Option<String> {
        let subject = self.validated.signer.as_ref()?.subject();
        if self.person {
            return subject.organization().map(|agency| shown(&agency));
        }
        Some(shown(&subject.to_string()))
    }
}

/// What was checked of the sender, in the words of RFC 8601.
fn checks(checks: &Checks) -> Value {
    let dkim = checks.dkim.iter().map(|one| {
        json!({
            "domain": short(&one.domain),
            "selector": short(&one.selector),
            "result": one.result,
            "fault": one.fault,
            "covered": one.covered,
            "signed_at": one.signed_at.map(|time| time.to_string()),
            "expires": one.expires.map(|time| time.to_string()),
            "signature": one.signature.to_string(),
            "dnssec": one.dnssec,
        })
    });
    let short = |text: &Option<String>| text.as_deref().map(short);
    json!({
        "dkim": dkim.collect::<Vec<_>>(),
        "dkim_left_out": checks.dkim_left_out,
        "spf": { "result": checks.spf.result, "domain": short(&checks.spf.domain) },
        "dmarc": {
            "result": checks.dmarc.result,
            "domain": short(&checks.dmarc.domain),
            "policy": short(&checks.dmarc.policy),
        },
        "arc": { "result": checks.arc.result, "sealers": checks.arc.sealers, "covers": checks.arc.covers },
    })
}

/// One token: what it states, whether it is intact, and what it proves.
fn timestamp(token: &Timestamp) -> Value {
    json!({
        "kind": match token.kind() {
            TimestampKind::Content => "content",
            TimestampKind::Document => "document",
            TimestampKind::Signature => "signature",
        },
        "time": token.time().map(|time| time.to_string()),
        "intact": token.is_intact(),
        "fault": token.outcome().err().map(TimestampFault::token),
        "proof": proof(token.proof()),
        "authority": token.signer().map(|signer| shown(&signer.subject().to_string())),
    })
}

/// What a token proves, or why it proves nothing.
fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Sound => "sound",
        Proof::Open(Doubt::Expired) => "authority-expired",
        Proof::Open(Doubt::OnHold) => "authority-on-hold",
        Proof::Open(_) => "authority-unchecked",
        Proof::None(Worthless::AnchorMissing) => "anchor-missing",
        Proof::None(Worthless::Broken) => "broken",
        Proof::None(Worthless::Future) => "later-than-proven",
        Proof::None(Worthless::NotTrusted) => "authority-not-trusted",
        Proof::None(Worthless::Revoked) => "authority-revoked",
        Proof::None(Worthless::Unexamined) => "unexamined",
        Proof::None(Worthless::Weak) => "weak-algorithm",
    }
}

fn integrity(integrity: &Integrity) -> &'static str {
    match integrity {
        Integrity::Intact => "intact",
        Integrity::Failed(_) => "failed",
        Integrity::NoCertificate => "no-certificate",
        Integrity::Unexamined => "unexamined",
        Integrity::Unsupported => "unsupported",
    }
}

fn coverage(coverage: Coverage) -> &'static str {
    match coverage {
        Coverage::GapNotContents => "gap-not-contents",
        Coverage::Revision { .. } => "revision",
        Coverage::WholeFile => "whole-file",
    }
}

/// The level of a change as a token of the JSON.
#[must_use]
pub const fn modification_token(modification: Modification) -> &'static str {
    match modification {
        Modification::None => "none",
        Modification::LongTermValidation => "long-term-validation",
        Modification::FurtherSignature => "further-signature",
        Modification::FormFilling => "form-filling",
        Modification::Annotation => "annotation",
        Modification::Other => "other",
    }
}

/// Names in real certificates stay below this many characters; a hostile one has megabytes, and a record would repeat it
/// for each signature and each step of the path.
const SHOWN: usize = 1_000;

/// A name, cut first: to look for marks in one of megabytes that is full of them would take hours.
pub(super) fn shown(name: &str) -> String {
    mask(&short(name))
}

/// What others wrote, at most as long as it is worth reading.
fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_end_is_cut() {
        assert_eq!(short("Sở Nội vụ"), "Sở Nội vụ");
        assert_eq!(short(&"ư".repeat(1_000_000)).chars().count(), SHOWN + 1);
        assert_eq!(shown(&"HC:".repeat(1_000_000)).chars().count(), SHOWN + 1);
    }
}
