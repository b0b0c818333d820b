//! What is known of the sender of a case: the part of condition (c) that is the same for all documents, and to whom a
//! signer is compared.

use crate::digest::Sha256;
use crate::message::{Mailbox, Message, from, name};
use crate::sender::checks::AuthResult;
use crate::sender::replay::Replay;
use crate::sender::{self, Against, Checks, Directory, Freshness, Provenance, Scope, SenderSettings};
use crate::signature::Validated;
use crate::time::UnixTime;

use super::case::Case;
use super::constraint::{ConstraintId, Finding};
use super::judgement::Sender;
use super::outcome::Outcome::{self, Met, Undetermined, Unmet};
use super::read::Policy;
use super::reason::Reason;
use super::sender_checks;
use super::signer::Bond;

/// Longest address that is shown.
const SHOWN: usize = 254;

/// Who sent a case, to whom.
pub(super) struct Sending<'a> {
    message: Option<&'a Message>,
    provenance: Provenance,
    checks: Checks,
    scope: Scope,
    from: Option<Mailbox>,
    directory: Option<&'a Directory>,
    settings: &'a SenderSettings,
    at: UnixTime,
}

impl<'a> Sending<'a> {
    /// Asks header, envelope and directory. A file on its own has no sender.
    pub(super) fn of(case: &'a Case) -> Self {
        let (directory, settings, at) = (case.rulebook.directory(), case.rulebook.sender(), case.at);
        let message = case.message.as_deref();
        let (provenance, checks) =
            message.map_or_else(Default::default, |message| sender_checks::sender(case, message));
        let scope = message.map_or(Scope::InScope, |message| sender::scope(message.envelope(), settings));
        let from = message.and_then(|message| from::read(message).ok());
        Self { message, provenance, checks, scope, from, directory, settings, at }
    }

    /// Whether the message goes from agency to agency.
    pub(super) fn scope(&self) -> Scope {
        self.scope
    }

    /// The findings on (c) that hold for every document.
    pub(super) fn findings(&self, policy: &Policy) -> Vec<Finding> {
        let finding = |constraint, (outcome, reason): (Outcome, Option<Reason>)| Finding {
            constraint,
            outcome,
            reasons: reason.into_iter().collect(),
            level: policy.level(constraint),
        };
        let mut findings = vec![finding(ConstraintId::OfficialMailbox, mailbox(&self.provenance))];
        // Of a file on its own nobody asks the directory, and one that is not there has no age: the mailbox is then
        // unproven, which says enough.
        if let Some(directory) = self.directory.filter(|_| self.message.is_some()) {
            findings.push(finding(ConstraintId::DirectoryAge, self.age(directory)));
        }
        findings
    }

    /// Remarks on the sender that decide nothing.
    pub(super) fn remarks(&self) -> impl Iterator<Item = Reason> {
        let claims = |message| sender::claimed_in_vain(message, self.settings);
        // Whoever logged in here sends no old mail of others; blind copies are everyday there.
        let signed = self.provenance.proof().is_some_and(|proof| proof.login().is_none());
        let claimed = self.message.is_some_and(claims).then_some(Reason::LoginClaimed);
        let hidden = self.message.is_some_and(|message| signed && sender::hides_a_recipient(message));
        claimed.into_iter().chain(hidden.then_some(Reason::RcptHidden))
    }

    /// An old directory can neither prove that a mailbox is published nor that it is not.
    fn age(&self, directory: &Directory) -> (Outcome, Option<Reason>) {
        match directory.freshness(self.at, self.settings.directory_max_age_days) {
            Freshness::Fresh => (Met, None),
            Freshness::Stale { .. } | Freshness::Undated => (Undetermined, Some(Reason::DirStale)),
        }
    }

    /// How the signer of a signature is bound to the agency whose mailbox sent the message.
    pub(super) fn bind(&self, signature: &Validated) -> Bond {
        let (Some(sender), Some(directory)) = (self.provenance.listing(), self.directory) else {
            return Bond::without_agency(signature, self.directory);
        };
        let (parents, received) = (&self.settings.parent_names, self.at);
        Bond::of(signature, Against { sender, directory, parents, signed: received, received })
    }

    /// What the log keeps to know the message again. A signature that does not hold is not kept unless something else proves
    /// the message: whoever saw one on its way could else spoil it by sending it ahead with another text.
    fn signatures(&self, from: &Mailbox) -> Vec<Sha256> {
        let mut checks = self.checks.clone();
        if self.provenance.proof().is_none() {
            checks.dkim.retain(|one| matches!(one.result, AuthResult::Pass | AuthResult::Temperror));
        }
        sender::signatures(&checks, from)
    }

    /// The sender for reports.
    pub(super) fn shown(&self) -> Sender {
        let mailbox = self.from.as_ref().map(|from| name::clean(&from.to_string(), SHOWN));
        let agency = self.provenance.listing().map(|listing| listing.agency.clone());
        let signatures = self.from.as_ref().map(|from| self.signatures(from)).unwrap_or_default();
        Sender { mailbox, agency, provenance: self.provenance.clone(), checks: self.checks.clone(), signatures }
    }
}

/// What Article 7.2 c makes of a sender (rule, table "Verdicts").
#[must_use]
pub fn mailbox(provenance: &Provenance) -> (Outcome, Option<Reason>) {
    match provenance {
        Provenance::Official(..) => (Met, None),
        Provenance::Failed(..) => (Unmet, Some(Reason::MboxUnauthenticated)),
        Provenance::Mismatch(_) => (Unmet, Some(Reason::MboxMismatch)),
        Provenance::NotInForce(_) => (Unmet, Some(Reason::MboxNotInForce)),
        Provenance::NotListed(_) => (Unmet, Some(Reason::MboxNotListed)),
        Provenance::OwnSite(_) => (Unmet, Some(Reason::MboxOwnSite)),
        Provenance::Personal(_) => (Unmet, Some(Reason::MboxPersonal)),
        Provenance::Suspect(_, _, Replay::Unchecked) => (Undetermined, Some(Reason::ReplayUnchecked)),
        Provenance::Suspect(..) => (Undetermined, Some(Reason::ReplaySuspect)),
        Provenance::Unproven(..) | Provenance::Unknown => (Undetermined, Some(Reason::MboxUnauthenticated)),
    }
}
