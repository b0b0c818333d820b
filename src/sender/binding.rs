//! Whether the signer of a document is the agency whose mailbox sent it (rule reading 2).
//!
//! In this order: a certificate pinned in the directory; a mailbox in its subjectAltName; a tax or agency code; the name.
//! Below the public-duty hierarchy (VGCA) an agency vouches for its units, so mailbox and name count there; below public
//! CAs anyone may be called anything, so only pin and code do; below other anchors only the pin.
//! "Of another agency" is said only where another entry of the directory matches; doubt is [`Binding::Unknown`].
//!
//! **Which day.** A pin names the days on which a certificate signs for the agency, a head's above all. So it is asked for
//! the day of signing, as far as a timestamp proves it, else for the day of receipt: what a head signed while in office
//! stays his agency's after he left, and what he signs afterwards is not. Whether the pin is there at all, and what the
//! agency is called, is asked of the directory as it stood at receipt, because "the sender" is whose the mailbox was then
//! (reading 5), and what was learned later decides nothing (reading 10).
//!
//! **A pin for other days speaks too.** Where the directory pins a certificate, and not for the day in question, somebody has
//! said when it signs for the agency. Names do not override that.

pub mod code;
mod compared;
mod facts;
pub mod name;

use serde::{Deserialize, Serialize};

pub use compared::{CertificateSide, Compared, ListingSide};
pub use facts::{Hierarchy, SignerFacts};

use super::directory::Role;
use super::{Directory, Listing, Standing};
use crate::message::Mailbox;
use crate::time::UnixTime;

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
    Person(Unpinned),
    /// Nothing binds (`signer-unknown`).
    Unknown(Doubt),
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

/// What is missing for a person's certificate to sign for the agency.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unpinned {
    /// It is pinned as the agency's own, which a person's is not.
    AsAgency,
    /// It is not pinned.
    Nowhere,
    /// It is pinned for other days.
    OtherDays,
    /// It is pinned as head or delegate without a first day.
    Undated,
}

/// Why nothing binds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// The mailbox is that of the agency, and the name is that of another one, as after a merger.
    Contradictory,
    /// Neither mailbox, code nor name is that of the agency.
    Different,
    /// The mailbox that sent the message belongs to no agency of the directory, or there is no signer.
    NoAgency,
    /// Below this anchor, or without one, only a pin counts.
    NoLawfulPath,
    /// The name is right, and O or L is of elsewhere or missing.
    Parents,
    /// The certificate is pinned for other days.
    PinnedForOtherDays,
    /// Below a public CA a name proves nothing.
    PublicCa,
    /// More than one entry of the directory has this mailbox, code or name.
    SeveralAgencies,
}

/// Whom a signer is held against.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    /// The agency whose mailbox sent the message.
    pub sender: &'a Listing,
    /// All agencies.
    pub directory: &'a Directory,
    /// Names that certificates of listed agencies may bear as O and L.
    pub parents: &'a [String],
    /// When it was signed, as far as that is proven; else when it was received.
    pub signed: UnixTime,
    /// When the message was received.
    pub received: UnixTime,
}

impl Binding {
    /// The token of reports.
    #[must_use]
    pub const fn token(&self) -> &'static str {
        match self {
            Self::Bound(rule) => rule.token(),
            Self::OtherAgency { .. } => "other-agency",
            Self::Person(_) => "person",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl Bound {
    /// The token of reports.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Mailbox => "mailbox",
            Self::Code => "code",
            Self::Name => "name",
            Self::NameWithoutAccents => "name-without-accents",
        }
    }
}

impl Unpinned {
    /// The token of reports.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::AsAgency => "pinned-as-agency",
            Self::Nowhere => "not-pinned",
            Self::OtherDays => "pinned-for-other-days",
            Self::Undated => "pinned-without-days",
        }
    }
}

impl Doubt {
    /// The token of reports.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Contradictory => "contradictory",
            Self::Different => "different",
            Self::NoAgency => "no-agency",
            Self::NoLawfulPath => "no-lawful-path",
            Self::Parents => "parents",
            Self::PinnedForOtherDays => "pinned-for-other-days",
            Self::PublicCa => "public-ca",
            Self::SeveralAgencies => "several-agencies",
        }
    }
}

/// Finds the binding of a signer to the sending agency.
#[must_use]
pub fn bind(signer: &SignerFacts, against: &Against<'_>) -> Binding {
    let search = Search { signer, against };
    if let Some(binding) = search.by_own_pin() {
        return binding;
    }
    let rules = [Search::by_pin, Search::by_mailbox, Search::by_code, Search::by_name];
    let mut doubt = match signer.under {
        Hierarchy::Other => Doubt::NoLawfulPath,
        Hierarchy::PublicCa => Doubt::PublicCa,
        Hierarchy::PublicDuty => Doubt::Different,
    };
    for rule in rules {
        match rule(&search) {
            Found::Nothing => {}
            // A weaker rule may still bind, and none may say that it is somebody else.
            Found::Doubt(found) => doubt = found,
            // A person's certificate binds by a pin alone, whatever else it says of the agency.
            Found::Match(Binding::Bound(_)) if signer.of_person => return Binding::Person(Unpinned::Nowhere),
            Found::Match(Binding::OtherAgency { .. }) if doubt == Doubt::SeveralAgencies => {}
            Found::Match(binding) => return binding,
        }
    }
    if signer.of_person && search.is_of_agency() {
        return Binding::Person(Unpinned::Nowhere);
    }
    Binding::Unknown(doubt)
}

/// What one rule found.
enum Found {
    /// The certificate says nothing that the rule asks for, or nothing that the directory knows.
    Nothing,
    Doubt(Doubt),
    Match(Binding),
}

struct Search<'a> {
    signer: &'a SignerFacts,
    against: &'a Against<'a>,
}

impl Search<'_> {
    fn by_own_pin(&self) -> Option<Binding> {
        let pins = || self.against.sender.pins.iter().filter(|pin| pin.certificate == self.signer.fingerprint);
        pins().next()?;
        let today = || pins().filter(|pin| pin.period.contains(self.against.signed));
        let binds = today().any(|pin| match pin.role {
            Role::Agency => !self.signer.of_person,
            Role::Head | Role::Delegate => pin.period.from().is_some(),
        });
        if binds {
            return Some(Binding::Bound(Bound::Pinned));
        }
        let of_office = |role| role != Role::Agency;
        Some(if self.signer.of_person || pins().any(|pin| of_office(pin.role)) {
            Binding::Person(match today().map(|pin| pin.role).max() {
                None => Unpinned::OtherDays,
                Some(Role::Agency) => Unpinned::AsAgency,
                Some(Role::Head | Role::Delegate) => Unpinned::Undated,
            })
        } else {
            Binding::Unknown(Doubt::PinnedForOtherDays)
        })
    }

    fn by_pin(&self) -> Found {
        let Against { directory, signed, received, .. } = *self.against;
        self.other(directory.pinned_on(&self.signer.fingerprint, signed, received), Bound::Pinned)
    }

    fn by_mailbox(&self) -> Found {
        if self.signer.under != Hierarchy::PublicDuty {
            return Found::Nothing;
        }
        let mailboxes: Vec<Mailbox> = self.signer.emails.iter().filter_map(|text| Mailbox::parse(text).ok()).collect();
        if mailboxes.contains(&self.against.sender.mailbox) {
            // A mailbox may pass to a successor, and the certificate that names it stays its predecessor's.
            let contradicts = matches!(self.by_name(), Found::Match(Binding::OtherAgency { .. }));
            return Found::Match(if contradicts {
                Binding::Unknown(Doubt::Contradictory)
            } else {
                Binding::Bound(Bound::Mailbox)
            });
        }
        let mut official = Vec::new();
        for mailbox in &mailboxes {
            match self.against.directory.standing(mailbox, self.against.received) {
                Standing::Official(listing) => official.push(listing),
                Standing::Personal(listing) if self.is_same(listing) => {
                    return Found::Match(Binding::Person(Unpinned::Nowhere));
                }
                Standing::NotInForce(_) | Standing::NotListed | Standing::OwnSite(_) | Standing::Personal(_) => {}
            }
        }
        self.other(official.into_iter(), Bound::Mailbox)
    }

    fn by_code(&self) -> Found {
        if self.signer.under == Hierarchy::Other {
            return Found::Nothing;
        }
        let codes: Vec<String> = self.signer.codes.iter().filter_map(|text| code::of(text)).collect();
        let Against { sender, directory, received, .. } = *self.against;
        if codes.iter().any(|code| sender.codes.contains(code)) {
            return Found::Match(Binding::Bound(Bound::Code));
        }
        self.other(codes.iter().flat_map(|code| directory.coded(code, received)), Bound::Code)
    }

    /// OU never counts: agencies write it as they like.
    fn by_name(&self) -> Found {
        if self.signer.under != Hierarchy::PublicDuty {
            return Found::Nothing;
        }
        let Some(name) = self.signer.common_name.as_deref() else { return Found::Nothing };
        let Against { sender, directory, received, .. } = *self.against;
        let (found, rule): (Vec<&Listing>, Bound) = if self.signer.is_ascii() {
            (directory.named_without_accents(name, received).collect(), Bound::NameWithoutAccents)
        } else {
            (directory.named(name, received).collect(), Bound::Name)
        };
        let Some(first) = found.first().copied() else { return Found::Nothing };
        // Two mailboxes of one name are one agency only where a code says so: else both need a pin.
        if found.iter().any(|listing| listing.mailbox != first.mailbox && !share_code(listing, first)) {
            return Found::Doubt(Doubt::SeveralAgencies);
        }
        if !self.parents_agree(first) {
            return Found::Doubt(Doubt::Parents);
        }
        let written_alike =
            std::iter::once(&first.agency).chain(&first.aliases).any(|listed| name::plain(listed) == name::plain(name));
        let rule = if written_alike { Bound::Name } else { rule };
        if found.iter().any(|listing| listing.mailbox == sender.mailbox) {
            return Found::Match(Binding::Bound(rule));
        }
        self.other(found.into_iter(), rule)
    }

    /// Every O and L is known to belong to the agency, and one is that of a parent: *Sở Y tế* exists in every province, and
    /// a certificate that repeats its own name as O does not say in which.
    fn parents_agree(&self, listing: &Listing) -> bool {
        let written = || self.signer.organizations.iter().chain(&self.signer.localities);
        let parents = || self.against.parents.iter().map(String::as_str);
        let own = || std::iter::once(&listing.agency).chain(&listing.aliases).map(String::as_str);
        written().any(|text| name::is_among(text, parents()))
            && written().all(|text| name::is_among(text, own().chain(parents())))
    }

    /// A person's certificate bears the name of the agency as O.
    fn is_of_agency(&self) -> bool {
        let sender = self.against.sender;
        let own = || std::iter::once(&sender.agency).chain(&sender.aliases).map(String::as_str);
        self.signer.under != Hierarchy::Other
            && self.signer.organizations.iter().any(|text| name::is_among(text, own()))
    }

    fn is_same(&self, listing: &Listing) -> bool {
        let sender = self.against.sender;
        listing.mailbox == sender.mailbox
            || name::plain(&listing.agency) == name::plain(&sender.agency)
            || share_code(listing, sender)
    }

    /// Another agency, unless one of the listings may be the sender's under another mailbox.
    fn other<'l>(&self, mut listings: impl Iterator<Item = &'l Listing>, by: Bound) -> Found {
        let Some(first) = listings.next() else { return Found::Nothing };
        if self.is_same(first) || listings.any(|listing| self.is_same(listing)) {
            return Found::Doubt(Doubt::SeveralAgencies);
        }
        Found::Match(Binding::OtherAgency { agency: first.agency.clone(), by })
    }
}

fn share_code(one: &Listing, other: &Listing) -> bool {
    !one.codes.is_disjoint(&other.codes)
}

#[cfg(test)]
mod tests;
