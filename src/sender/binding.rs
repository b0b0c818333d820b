//! Whether the signer of a document is the agency whose mailbox sent it (rule reading 2).
//!
//! In this order: a certificate pinned in the directory; a mailbox in its subjectAltName; a tax or agency code; the name.
//! Below the public-duty hierarchy (VGCA) an agency vouches for its units, so mailbox and name count there; below public
//! CAs anyone may be called anything, so only pin and code do; below other anchors only the pin.
//! "Of another agency" is said only where another entry of the directory matches; doubt is [`Binding::Unknown`].

pub mod name;

use serde::{Deserialize, Serialize};

use super::directory::row_code;
use super::{Directory, Listing, Standing};
use crate::digest::Sha256;
use crate::message::Mailbox;
use crate::time::UnixTime;

/// What the signer's certificate says, after its path was judged.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SignerFacts {
    /// SHA-256 of the certificate.
    pub fingerprint: Sha256,
    /// rfc822Names of the subjectAltName (RFC 5280, 4.2.1.6).
    pub emails: Vec<String>,
    /// CN of the subject.
    pub common_name: Option<String>,
    /// O of the subject, all of them.
    pub organization: Vec<String>,
    /// L of the subject.
    pub locality: Option<String>,
    /// Tax and agency codes of the subject, with or without `MST:`.
    pub tax_codes: Vec<String>,
    /// A personal number (CCCD, CMND, HC, BHXH) is in the subject: a certificate of a person.
    pub personal_ids: bool,
    /// What kind of anchor the path ends at.
    pub under: Hierarchy,
}

/// Kinds of trust anchor, as far as they differ in what a name below them is worth.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hierarchy {
    /// No proven path, or an anchor for something else.
    Other,
    /// The national root and the public CAs below it.
    PublicCa,
    /// The Government's own (VGCA).
    PublicDuty,
}

/// How the signer is bound to the sending agency.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Binding {
    /// It is the agency, by this rule.
    Bound(Bound),
    /// It is this other agency of the directory (`signer-not-sender`).
    OtherAgency {
        /// Name of the other agency.
        agency: String,
        /// The rule by which it was recognised.
        by: Bound,
    },
    /// A person of the agency (`signer-person`).
    Person,
    /// Nothing matches (`signer-unknown`).
    Unknown,
}

/// Rules that bind, from the strongest.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// The certificate is pinned.
    Pinned,
    /// It names the mailbox.
    Mailbox,
    /// It bears the code.
    Code,
    /// It bears the name.
    Name,
    /// It bears the name in ASCII, and no other entry has the same letters.
    NameWithoutAccents,
}

/// Finds the binding of a signer to the agency of `sender`. `parents` are names that certificates of listed agencies may
/// bear as O and L.
#[must_use]
pub fn bind(
    signer: &SignerFacts,
    sender: &Listing,
    directory: &Directory,
    parents: &[String],
    at: UnixTime,
) -> Binding {
    if sender.pin(&signer.fingerprint, at).is_some() {
        return Binding::Bound(Bound::Pinned);
    }
    let search = Search { signer, sender, directory, parents, at };
    let found =
        search.by_pin().or_else(|| search.by_mailbox()).or_else(|| search.by_code()).or_else(|| search.by_name());
    match found {
        // A person's certificate binds by a pin alone, whatever else it says of the agency.
        Some(Binding::Bound(_)) if signer.personal_ids => Binding::Person,
        Some(binding) => binding,
        None if signer.personal_ids && search.is_of_agency() => Binding::Person,
        None => Binding::Unknown,
    }
}

struct Search<'a> {
    signer: &'a SignerFacts,
    sender: &'a Listing,
    directory: &'a Directory,
    parents: &'a [String],
    at: UnixTime,
}

impl<'a> Search<'a> {
    fn by_pin(&self) -> Option<Binding> {
        self.other(self.directory.pinned(&self.signer.fingerprint, self.at), Bound::Pinned)
    }

    fn by_mailbox(&self) -> Option<Binding> {
        if self.signer.under != Hierarchy::PublicDuty {
            return None;
        }
        let mailboxes: Vec<Mailbox> = self.signer.emails.iter().filter_map(|text| Mailbox::parse(text).ok()).collect();
        if mailboxes.contains(&self.sender.mailbox) {
            return Some(Binding::Bound(Bound::Mailbox));
        }
        let standings = mailboxes.iter().map(|mailbox| self.directory.standing(mailbox, self.at));
        let mut official = Vec::new();
        for standing in standings {
            match standing {
                Standing::Official(listing) => official.push(listing),
                Standing::Personal(listing) if self.is_same(listing) => return Some(Binding::Person),
                Standing::NotInForce(_) | Standing::NotListed | Standing::OwnSite(_) | Standing::Personal(_) => {}
            }
        }
        self.other(official.into_iter(), Bound::Mailbox)
    }

    fn by_code(&self) -> Option<Binding> {
        if self.signer.under == Hierarchy::Other {
            return None;
        }
        let codes: Vec<String> = self.signer.tax_codes.iter().map(|text| row_code(text)).collect();
        if codes.iter().any(|code| self.sender.codes.contains(code)) {
            return Some(Binding::Bound(Bound::Code));
        }
        self.other(codes.iter().flat_map(|code| self.directory.coded(code, self.at)), Bound::Code)
    }

    /// OU never counts: agencies write it as they like.
    fn by_name(&self) -> Option<Binding> {
        if self.signer.under != Hierarchy::PublicDuty {
            return None;
        }
        let name = self.signer.common_name.as_deref()?;
        let (found, rule): (Vec<&Listing>, Bound) = if name.is_ascii() {
            (self.directory.named_without_accents(name, self.at).collect(), Bound::NameWithoutAccents)
        } else {
            (self.directory.named(name, self.at).collect(), Bound::Name)
        };
        // One agency with two mailboxes cannot be told from two agencies of one name: both need a pin.
        let first = found.first()?;
        if found.iter().any(|listing| listing.mailbox != first.mailbox) || !self.parents_agree(first) {
            return None;
        }
        let written_alike =
            std::iter::once(&first.agency).chain(&first.aliases).any(|listed| name::plain(listed) == name::plain(name));
        let rule = if written_alike { Bound::Name } else { rule };
        if first.mailbox == self.sender.mailbox {
            return Some(Binding::Bound(rule));
        }
        self.other(std::iter::once(*first), rule)
    }

    /// Every O and L is known to belong to the agency, and there is one: *Sở Y tế* exists in every province.
    fn parents_agree(&self, listing: &Listing) -> bool {
        let mut written = self.signer.organization.iter().chain(&self.signer.locality).peekable();
        written.peek().is_some() && written.all(|text| name::is_among(text, self.known_names(listing)))
    }

    fn known_names<'l>(&'l self, listing: &'l Listing) -> impl Iterator<Item = &'l str> {
        std::iter::once(&listing.agency).chain(&listing.aliases).chain(self.parents).map(String::as_str)
    }

    /// A person's certificate bears the name of the agency as O.
    fn is_of_agency(&self) -> bool {
        let own = || std::iter::once(&self.sender.agency).chain(&self.sender.aliases).map(String::as_str);
        self.signer.under != Hierarchy::Other && self.signer.organization.iter().any(|text| name::is_among(text, own()))
    }

    fn is_same(&self, listing: &Listing) -> bool {
        listing.mailbox == self.sender.mailbox || name::plain(&listing.agency) == name::plain(&self.sender.agency)
    }

    /// Another agency, unless one of the listings may be the sender's under another mailbox.
    fn other(&self, mut listings: impl Iterator<Item = &'a Listing>, by: Bound) -> Option<Binding> {
        let first = listings.next()?;
        let doubt = self.is_same(first) || listings.any(|listing| self.is_same(listing));
        (!doubt).then(|| Binding::OtherAgency { agency: first.agency.clone(), by })
    }
}

#[cfg(test)]
mod tests;
