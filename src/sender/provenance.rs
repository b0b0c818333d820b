//! Who the sender is, once From, directory and authentication have spoken (rule reading 5).

use serde::{Deserialize, Serialize};

use super::authentication::{AuthFailure, Authentication, Proof, Silence, authenticate};
use super::{Directory, Listing, SenderSettings, Standing};
use crate::message::{FromFault, Mailbox, Message, from};
use crate::time::UnixTime;

/// Who the sender is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
    /// A check of the sender failed (`mbox-unauthenticated`, unmet).
    Failed(Listing, AuthFailure),
    /// From is not one clear address, or not the address that sent (`mbox-mismatch`).
    Mismatch(Mismatch),
    /// The mailbox is listed for other days (`mbox-not-in-force`).
    NotInForce(Listing),
    /// The mailbox is not in the directory (`mbox-not-listed`).
    NotListed(Mailbox),
    /// The official mailbox of an agency, and it sent the message.
    Official(Listing, Proof),
    /// The mailbox is published on the agency's own site alone, not on the portal (`mbox-own-site`).
    OwnSite(Listing),
    /// A person's mailbox (`mbox-personal`).
    Personal(Listing),
    /// The mailbox is official, but nothing proves that it sent the message (`mbox-unauthenticated`, undetermined).
    Unproven(Listing, Silence),
    /// There is no directory to ask, or no message at all (a bare PDF).
    Unknown,
}

/// How From fails to name the sender.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mismatch {
    /// The user who logged in sent under another MAIL FROM than From.
    EnvelopeSender,
    /// From has no single reading.
    From(FromFault),
}

/// What is asked about one message.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The message with its envelope.
    pub message: &'a Message,
    /// The directory, where one is loaded.
    pub directory: Option<&'a Directory>,
    /// What the operator said.
    pub settings: &'a SenderSettings,
    /// The gateway's time of receipt (rule reading 10).
    pub at: UnixTime,
}

impl Provenance {
    /// The listing that the From address has, in force or not.
    #[must_use]
    pub fn listing(&self) -> Option<&Listing> {
        match self {
            Self::Failed(listing, _)
            | Self::NotInForce(listing)
            | Self::Official(listing, _)
            | Self::OwnSite(listing)
            | Self::Personal(listing)
            | Self::Unproven(listing, _) => Some(listing),
            Self::Mismatch(_) | Self::NotListed(_) | Self::Unknown => None,
        }
    }
}

/// Finds who the sender is.
#[must_use]
pub fn provenance(question: &Question<'_>) -> Provenance {
    let from = match from::read(question.message) {
        Ok(from) => from,
        Err(fault) => return Provenance::Mismatch(Mismatch::From(fault)),
    };
    let Some(directory) = question.directory else { return Provenance::Unknown };
    let listing = match directory.standing(&from, question.at) {
        Standing::NotInForce(listing) => return Provenance::NotInForce(listing.clone()),
        Standing::NotListed => return Provenance::NotListed(from),
        Standing::Official(listing) => listing.clone(),
        Standing::OwnSite(listing) => return Provenance::OwnSite(listing.clone()),
        Standing::Personal(listing) => return Provenance::Personal(listing.clone()),
    };
    match authenticate(question.message, &listing, question.settings, question.at) {
        Authentication::Failed(failure) => Provenance::Failed(listing, failure),
        Authentication::Nothing(silence) => Provenance::Unproven(listing, silence),
        Authentication::Proven(Proof::Login { .. }) if !sent_by(&from, question.message) => {
            Provenance::Mismatch(Mismatch::EnvelopeSender)
        }
        Authentication::Proven(proof) => Provenance::Official(listing, proof),
    }
}

/// Whether MAIL FROM is the From address. It is compared for logins only: a message submitted here has met no mailing list
/// and no forwarder, which rewrite the envelope (VERP, SRS) and leave From and its DKIM signature alone. The null path
/// is what receipts and notices are sent with; it names nobody else.
fn sent_by(from: &Mailbox, message: &Message) -> bool {
    let path = &message.envelope().mail_from;
    path.is_empty() || std::str::from_utf8(path).ok().and_then(|text| Mailbox::parse(text).ok()).as_ref() == Some(from)
}

#[cfg(test)]
mod tests;
