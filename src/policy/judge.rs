//! From a case to a judgement: a pure function, so that an auditor can run it again.

use crate::budget::Budget;
use crate::dossier::Content;
use crate::evidence::Need;
use crate::message::stamps::seen;
use crate::message::{Ambiguity, Claims, Message, words};
use crate::sender::Scope;
use crate::signature::{self, Context, Known};

use super::case::Case;
use super::constraint::{ConstraintId, Finding};
use super::document::{Bench, token};
use super::judgement::{DocumentJudgement, Judgement, NotApplicable};
use super::mail_signature::{self, MailOutcome, MailSignature};
use super::outcome::Outcome::Undetermined;
use super::read::Policy;
use super::reason::Reason;
use super::sender_checks;
use super::sending::Sending;
use super::verdict::{DocumentResult, Verdict};

/// What would have to be asked outside to judge the case: nothing that a stranger could choose, because only
/// certificates whose path has verified to a configured anchor name anything.
#[must_use]
pub fn needs(case: &Case, budget: &mut Budget) -> Vec<Need> {
    let Some(examined) = &case.examined else { return Vec::new() };
    let known = case.rulebook.known();
    let context = context(case, &known);
    let mut needs: Vec<Need> = Vec::new();
    for (document, octets) in examined.dossier.documents.iter().zip(&examined.octets) {
        let Content::Pdf(Ok(reading)) = &document.content else { continue };
        needs.extend(signature::needs(octets, reading, &context, budget));
    }
    needs.extend(mail_signature::needs(case, budget));
    needs.extend(sender_checks::needs(case));
    needs.sort();
    needs.dedup();
    needs
}

/// Judges a case.
#[must_use]
pub fn judge(case: &Case, budget: &mut Budget) -> Judgement {
    let Some(examined) = &case.examined else { return unexamined(case) };
    let policy = case.rulebook.policy(case.at);
    let dossier = &examined.dossier;
    let sending = Sending::of(case);
    let findings = sending.findings(policy);
    let known = case.rulebook.known();
    let bench = Bench {
        policy,
        context: context(case, &known),
        bind: &|signature| sending.bind(signature),
        sending: &findings,
    };
    let mut documents: Vec<DocumentJudgement> = dossier
        .documents
        .iter()
        .zip(&examined.octets)
        .map(|(document, octets)| bench.judge(document, octets, budget))
        .collect();
    if dossier.stopped.is_some() {
        documents.push(unseen(documents.len(), policy));
    } else if let (Some(structure), true) = (dossier.structure, documents.is_empty()) {
        // Another mail reader may show documents where this walk found none.
        documents.push(hidden(structure, policy));
    }
    let mut remarks = case.remarks.clone();
    if dossier
        .claims
        .date
        .is_some_and(|date| date.seconds().abs_diff(case.at.seconds()) > policy.parameters.date_odd_seconds)
    {
        remarks.push(Reason::DateOdd);
    }
    let mut details = Vec::new();
    if !dossier.foreign_texts.is_empty() {
        remarks.push(Reason::Charset);
        details.extend(
            dossier.foreign_texts.iter().map(|text| format!("not Unicode: {} in {}", token(&text.place), text.charset)),
        );
    }
    let scope = sending.scope();
    if scope == Scope::Mixed {
        remarks.push(Reason::ScopeMixed);
    }
    let mut mail_signature = MailSignature::of(case, budget);
    if mail_signature.as_ref().is_some_and(|signature| signature.outcome == MailOutcome::Invalid) {
        remarks.push(Reason::SmimeBad);
    }
    if case.message.as_deref().is_some_and(bears_a_tag) {
        remarks.push(Reason::StampInSubject);
    }
    remarks.extend(sending.remarks());
    if dossier.claims.secret_mark.is_some() {
        remarks.push(Reason::SecretMark);
        details.clear();
        mail_signature = None;
        documents.iter_mut().for_each(withhold);
    }
    let not_applicable = if !case.rulebook.in_force(case.at) {
        Some(NotApplicable::NotInForce)
    } else if scope == Scope::OutOfScope {
        Some(NotApplicable::OutOfScope)
    } else if documents.is_empty() {
        Some(NotApplicable::NoDocument)
    } else {
        None
    };
    let results: Vec<_> = documents.iter().map(|document| (document.result, document.unmet_by())).collect();
    let verdict = if not_applicable.is_some() { Verdict::NotApplicable } else { Verdict::summarise(&results) };
    Judgement {
        verdict,
        not_applicable,
        rule: policy.rule.clone(),
        policy: policy.id.clone(),
        at: case.at,
        sender: sending.shown(),
        documents,
        remarks: super::judgement::distinct(remarks.into_iter()),
        details,
        mail_signature,
        removed_stamps: Vec::new(),
    }
}

/// The judgement of a message that could not be examined at all: too large, or its examination died.
#[must_use]
pub fn unexamined(case: &Case) -> Judgement {
    let policy = case.rulebook.policy(case.at);
    let sending = Sending::of(case);
    // The header is there even then, and a secrecy mark in it must not wait for a whole message.
    let marked = case.message.as_deref().is_some_and(|message| Claims::read(message, &[]).secret_mark.is_some());
    let marked = marked.then_some(Reason::SecretMark);
    Judgement {
        verdict: Verdict::Unchecked,
        not_applicable: None,
        rule: policy.rule.clone(),
        policy: policy.id.clone(),
        at: case.at,
        sender: sending.shown(),
        documents: vec![unseen(0, policy)],
        remarks: super::judgement::distinct(case.remarks.iter().copied().chain(marked)),
        details: Vec::new(),
        mail_signature: None,
        removed_stamps: Vec::new(),
    }
}

fn context<'a>(case: &'a Case, known: &'a Known) -> Context<'a> {
    Context {
        anchors: case.rulebook.anchors(),
        intermediates: case.rulebook.intermediates(),
        evidence: &case.evidence,
        known,
        at: case.at,
        constraints: &case.rulebook.policy(case.at).parameters.constraints,
    }
}

/// Stands for what lies behind the limit at which the examination ended. It is there so that nothing that was not
/// seen can be left out of the verdict.
fn unseen(seen: usize, policy: &Policy) -> DocumentJudgement {
    let level = policy.level(ConstraintId::Readable);
    let reasons = vec![Reason::FileTooLarge];
    DocumentJudgement {
        n: u32::try_from(seen).unwrap_or(u32::MAX).saturating_add(1),
        name: String::new(),
        kind: "unexamined",
        size: 0,
        sha256: None,
        result: DocumentResult::Unchecked,
        findings: vec![Finding { constraint: ConstraintId::Readable, outcome: Undetermined, reasons, level }],
        remarks: Vec::new(),
        signatures: Vec::new(),
        deciding: None,
        details: vec!["not examined: a limit was reached".to_owned()],
    }
}

/// Whether somebody wrote one of our tags, or what looks like one, into the subject or a name of the sender: mail programs
/// show them beside the real one, and no gateway ever writes there.
fn bears_a_tag(message: &Message) -> bool {
    let said = ["Subject", "From"].into_iter().flat_map(|field| message.values(field));
    let said: Vec<String> =
        said.map(|value| seen(words::decode(value.get(..LONGEST).unwrap_or(value)).as_bytes())).collect();
    let tags = Verdict::ALL.iter().filter_map(|verdict| verdict.tag()).map(|tag| seen(tag.as_bytes()));
    tags.map(|tag| tag.trim_matches(['[', ']']).to_owned()).any(|tag| said.iter().any(|text| text.contains(&tag)))
}

/// Longer subjects than this are read by nobody.
const LONGEST: usize = 4_096;

/// Stands for documents that only other mail readers may see.
fn hidden(structure: Ambiguity, policy: &Policy) -> DocumentJudgement {
    let level = policy.level(ConstraintId::Readable);
    let reasons = vec![Reason::FileAmbiguous];
    DocumentJudgement {
        result: DocumentResult::Undetermined,
        findings: vec![Finding { constraint: ConstraintId::Readable, outcome: Undetermined, reasons, level }],
        details: vec![format!("ambiguous: {structure:?}")],
        ..unseen(0, policy)
    }
}

/// Nothing of a document with a secrecy mark is copied (rule, reading 9): no name, no digest, no signer.
fn withhold(document: &mut DocumentJudgement) {
    document.name = String::new();
    document.sha256 = None;
    document.details.clear();
    document.signatures.clear();
    document.deciding = None;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_seen_weighs_as_undetermined_whatever_else_is_met() {
        let policy = Policy::read(include_str!("../../policies/tuyen-quang-2013.toml")).unwrap();
        let unseen = unseen(3, &policy);
        assert_eq!(unseen.n, 4);
        assert!(unseen.findings.iter().all(|finding| finding.weight() == Undetermined));
    }
}
