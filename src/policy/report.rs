//! A judgement as JSON: the shape of `verify --json`, of the log's reports, and of every later page (docs/verify-json.md).

use serde_json::{Value, json};

use crate::pdf::{Coverage, Modification};
use crate::signature::Trust;
use crate::x509::Certificate;

use super::judgement::{DocumentJudgement, Judgement, SignatureJudgement};
use super::outcome::Condition;

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
                "provenance": self.sender.provenance,
                "detail": self.sender.detail,
            },
            "remarks": self.remarks,
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
            "field": validated.field,
            "sub_filter": validated.sub_filter,
            "indication": validated.conclusion.indication(),
            "sub_indication": validated.conclusion.sub_indication(),
            "coverage": coverage(validated.coverage),
            "modification": modification(validated.modification),
            "signer": self.signer(),
            "serial": signer.map(Certificate::serial_hex),
            "issuer": signer.map(|signer| mask(&signer.issuer().to_string())),
            "path": self.path(),
            "algorithms": validated.algorithms,
            "claimed_time": validated.claimed_time.map(|time| time.to_string()),
            "best_signature_time": validated.best_signature_time.to_string(),
            "time_source": validated.time_source,
            "binding": self.binding,
            "reasons": self.reasons(),
        })
    }

    /// The subjects from signer to anchor; `None` without a path.
    fn path(&self) -> Option<Vec<String>> {
        let Trust::Trusted(path) = &self.validated.trust else { return None };
        let above = path.certificates().iter().skip(1).map(|certificate| mask(&certificate.subject().to_string()));
        Some(self.signer().into_iter().chain(above).collect())
    }

    /// The signer as it may be shown: of a person only the agency, and no personal number of anybody.
    #[must_use]
    pub fn signer(&self) -> Option<String> {
        let subject = self.validated.signer.as_ref()?.subject();
        if self.person {
            return Some(subject.organization().map_or_else(String::new, |agency| mask(&agency)));
        }
        Some(mask(&subject.to_string()))
    }
}

fn coverage(coverage: Coverage) -> &'static str {
    match coverage {
        Coverage::GapNotContents => "gap-not-contents",
        Coverage::Revision { .. } => "revision",
        Coverage::WholeFile => "whole-file",
    }
}

fn modification(modification: Modification) -> &'static str {
    match modification {
        Modification::None => "none",
        Modification::LongTermValidation => "long-term-validation",
        Modification::FurtherSignature => "further-signature",
        Modification::FormFilling => "form-filling",
        Modification::Annotation => "annotation",
        Modification::Other => "other",
    }
}

/// Numbers of persons that certificates carry in a UID (vietnam.md of the design): identity card old and new,
/// passport, social insurance. Tax codes (MST) are public.
const PERSONAL: [&str; 4] = ["CCCD:", "CMND:", "HC:", "BHXH:"];

/// Puts stars over all but the last three characters of every personal number.
fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, mark)) = PERSONAL.iter().filter_map(|mark| Some((rest.find(mark)?, mark))).min() {
        let start = at + mark.len();
        masked.push_str(&rest[..start]);
        let number: Vec<char> = rest[start..].chars().take_while(|c| c.is_alphanumeric()).collect();
        let kept = number.len().saturating_sub(3).max(number.len().min(3));
        masked.extend(number.iter().enumerate().map(|(i, c)| if i < kept { '*' } else { *c }));
        rest = &rest[start + number.iter().map(|c| c.len_utf8()).sum::<usize>()..];
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_numbers_are_masked_and_tax_codes_are_not() {
        assert_eq!(mask("UID=CCCD:012345678901, CN=A, UID=MST:0301"), "UID=CCCD:*********901, CN=A, UID=MST:0301");
        assert_eq!(mask("CMND:123"), "CMND:***");
        assert_eq!(mask("HC:"), "HC:");
    }
}
