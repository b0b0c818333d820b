//! What is known of the sender of a case: the part of condition (c) that is the same for all documents, and to whom a
//! signer is compared.

use crate::message::{from, name};
use crate::sender::{
    self, Binding, Directory, Freshness, Hierarchy, Listing, Provenance, Question, Scope, SenderSettings, SignerFacts,
};
use crate::signature::{Trust, Validated};
use crate::time::UnixTime;
use crate::x509::{Certificate, Purpose};

use super::case::Case;
use super::constraint::{ConstraintId, Finding};
use super::judgement::Sender;
use super::outcome::Outcome::{self, Met, Undetermined, Unmet};
use super::person::is_of_person;
use super::read::Policy;
use super::reason::Reason;

/// Longest address that is shown.
const SHOWN: usize = 254;

/// Who sent a case, to whom.
pub(super) struct Sending<'a> {
    has_message: bool,
    provenance: Provenance,
    scope: Scope,
    from: Option<String>,
    directory: Option<&'a Directory>,
    settings: &'a SenderSettings,
    at: UnixTime,
}

impl<'a> Sending<'a> {
    /// Asks header, envelope and directory. A file on its own has no sender.
    pub(super) fn of(case: &'a Case) -> Self {
        let (directory, settings, at) = (case.rulebook.directory(), case.rulebook.sender(), case.at);
        let message = case.message.as_deref();
        let provenance = message
            .map_or(Provenance::Unknown, |message| sender::provenance(&Question { message, directory, settings, at }));
        let scope = message.map_or(Scope::InScope, |message| sender::scope(message.envelope(), settings));
        let from = message.and_then(|message| from::read(message).ok());
        let from = from.map(|mailbox| name::clean(&mailbox.to_string(), SHOWN));
        Self { has_message: message.is_some(), provenance, scope, from, directory, settings, at }
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
        let mut findings = vec![finding(ConstraintId::OfficialMailbox, self.mailbox())];
        // Of a file on its own nobody asks the directory, and one that is not there has no age: the mailbox is then
        // unproven, which says enough.
        if let Some(directory) = self.directory.filter(|_| self.has_message) {
            findings.push(finding(ConstraintId::DirectoryAge, self.age(directory)));
        }
        findings
    }

    fn mailbox(&self) -> (Outcome, Option<Reason>) {
        match &self.provenance {
            Provenance::Official(..) => (Met, None),
            Provenance::Failed(..) => (Unmet, Some(Reason::MboxUnauthenticated)),
            Provenance::Mismatch(_) => (Unmet, Some(Reason::MboxMismatch)),
            Provenance::NotInForce(_) => (Unmet, Some(Reason::MboxNotInForce)),
            Provenance::NotListed(_) => (Unmet, Some(Reason::MboxNotListed)),
            Provenance::OwnSite(_) => (Unmet, Some(Reason::MboxOwnSite)),
            Provenance::Personal(_) => (Unmet, Some(Reason::MboxPersonal)),
            Provenance::Unproven(..) | Provenance::Unknown => (Undetermined, Some(Reason::MboxUnauthenticated)),
        }
    }

    /// An old directory can neither prove that a mailbox is published nor that it is not.
    fn age(&self, directory: &Directory) -> (Outcome, Option<Reason>) {
        match directory.freshness(self.at, self.settings.directory_max_age_days) {
            Freshness::Fresh => (Met, None),
            Freshness::Stale { .. } | Freshness::Undated => (Undetermined, Some(Reason::DirStale)),
        }
    }

    /// How the signer of a signature is bound to the agency whose mailbox sent the message.
    pub(super) fn bind(&self, signature: &Validated) -> Binding {
        let (Some(certificate), Some(listing), Some(directory)) =
            (&signature.signer, self.provenance.listing(), self.directory)
        else {
            return Binding::Unknown;
        };
        let facts = facts(certificate, &signature.trust);
        sender::bind(&facts, listing, directory, &self.settings.parent_names, self.at)
    }

    /// The sender for reports.
    pub(super) fn shown(&self) -> Sender {
        let (provenance, detail) = match &self.provenance {
            Provenance::Failed(_, failure) => ("failed", format!("{failure:?}")),
            Provenance::Mismatch(mismatch) => ("mismatch", format!("{mismatch:?}")),
            Provenance::NotInForce(listing) => ("not-in-force", successor(listing)),
            Provenance::NotListed(_) => ("not-listed", String::new()),
            Provenance::Official(_, proof) => ("official", proof_words(proof)),
            Provenance::OwnSite(_) => ("own-site", String::new()),
            Provenance::Personal(_) => ("personal", String::new()),
            Provenance::Unproven(_, silence) => ("unproven", format!("{silence:?}")),
            Provenance::Unknown => ("unknown", String::new()),
        };
        let agency = self.provenance.listing().map(|listing| listing.agency.clone());
        Sender { mailbox: self.from.clone(), agency, provenance, detail }
    }
}

/// Which mailbox took the place of one that is no more.
fn successor(listing: &Listing) -> String {
    let successor = listing.successor.as_ref();
    successor.map(|mailbox| format!("successor {}", name::clean(&mailbox.to_string(), SHOWN))).unwrap_or_default()
}

fn proof_words(proof: &sender::authentication::Proof) -> String {
    match proof {
        sender::authentication::Proof::BorderHost { authserv_id } => format!("border host {authserv_id}"),
        sender::authentication::Proof::Login { login } => format!("login {}", name::clean(login, SHOWN)),
    }
}

/// What a certificate says, as far as its path lets it be believed.
fn facts(certificate: &Certificate, trust: &Trust) -> SignerFacts {
    let under = match trust {
        Trust::Trusted(path) => match path.purpose() {
            Purpose::PublicDuty => Hierarchy::PublicDuty,
            Purpose::PublicCa => Hierarchy::PublicCa,
            Purpose::Ocsp | Purpose::Timestamping => Hierarchy::Other,
        },
        _ => Hierarchy::Other,
    };
    let subject = certificate.subject();
    let ids = subject.user_ids();
    SignerFacts {
        fingerprint: certificate.fingerprint(),
        emails: certificate.emails(),
        common_name: subject.common_name(),
        organization: subject.organization().into_iter().collect(),
        locality: subject.locality(),
        personal_ids: is_of_person(certificate),
        tax_codes: ids.into_iter().filter(|id| id.starts_with("MST:")).collect(),
        under,
    }
}

/// The token of a binding in reports.
pub(super) fn binding_token(binding: &Binding) -> &'static str {
    use sender::Bound::{Code, Mailbox, Name, NameWithoutAccents, Pinned};
    match binding {
        Binding::Bound(Pinned) => "pinned",
        Binding::Bound(Mailbox) => "mailbox",
        Binding::Bound(Code) => "code",
        Binding::Bound(Name) => "name",
        Binding::Bound(NameWithoutAccents) => "name-without-accents",
        Binding::OtherAgency { .. } => "other-agency",
        Binding::Person => "person",
        Binding::Unknown => "unknown",
    }
}
