//! What a case has to ask of DNS and of the log to know its sender, and what it knows with the answers.

use crate::evidence::Need;
use crate::message::{Message, from};
use crate::sender::replay::Seen;
use crate::sender::transcript::Transcript;
use crate::sender::{self, Checks, Provenance, Question};

use super::case::Case;

/// What DNS and the log would have to be asked: nothing where a login decides, or where the mailbox is no official one.
/// The log is asked only where it would decide.
pub(super) fn needs(case: &Case) -> Vec<Need> {
    let Some(message) = case.message.as_deref() else { return Vec::new() };
    if !waits_for_checks(case, message) {
        return Vec::new();
    }
    if let Some(lookup) = lookup(message).filter(|need| !case.evidence.holds(need)) {
        return vec![lookup];
    }
    // Asked once; what it asks for does not depend on other answers, and to look again costs a pass over the message.
    if case.evidence.answers().any(|(need, _)| matches!(need, Need::SeenBefore { .. })) {
        return Vec::new();
    }
    let checks = checks(case, message);
    let open = provenance(case, message, &checks, Seen::Unasked);
    let waits = matches!(open, Provenance::Suspect(_, _, sender::replay::Replay::Unchecked));
    seen_before(message, &checks).filter(|_| waits).into_iter().collect()
}

/// Who sent the message, and what was checked for it.
pub(super) fn sender(case: &Case, message: &Message) -> (Provenance, Checks) {
    let checks = if waits_for_checks(case, message) { checks(case, message) } else { Checks::default() };
    let seen = seen_before(message, &checks)
        .map_or(Seen::Unasked, |need| Seen::read(case.evidence.pieces(&need), message.envelope().queue_id.as_deref()));
    (provenance(case, message, &checks, seen), checks)
}

/// What DNS is asked for this message.
fn lookup(message: &Message) -> Option<Need> {
    sender::lookup(message).map(Need::Sender)
}

/// What looking at the message and at the answers of DNS shows.
fn checks(case: &Case, message: &Message) -> Checks {
    let answers = lookup(message).map(|need| Transcript::read(case.evidence.pieces(&need))).unwrap_or_default();
    sender::check(message, &answers, case.at)
}

fn waits_for_checks(case: &Case, message: &Message) -> bool {
    sender::waits_for_checks(&question(case, message, &Checks::default(), Seen::Unasked))
}

fn provenance(case: &Case, message: &Message, checks: &Checks, seen: Seen) -> Provenance {
    sender::provenance(&question(case, message, checks, seen))
}

fn question<'a>(case: &'a Case, message: &'a Message, checks: &'a Checks, seen: Seen) -> Question<'a> {
    Question {
        message,
        directory: case.rulebook.directory(),
        settings: case.rulebook.sender(),
        rules: &case.rulebook.policy(case.at).parameters.proofs,
        checks,
        seen,
        at: case.at,
    }
}

/// What the log is asked: every signature of the From domain, whatever it is worth.
fn seen_before(message: &Message, checks: &Checks) -> Option<Need> {
    let from = from::read(message).ok()?;
    let signatures = sender::signatures(checks, &from);
    (!signatures.is_empty()).then_some(Need::SeenBefore { signatures })
}
