//! One mailbox of an agency or person during one period, as it was known during another (Articles 4 to 6).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::message::Mailbox;
use crate::time::{Period, UnixTime, Within};

/// Kinds of mailbox (Article 4).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Of a person (4.2).
    Personal,
    /// Of an agency or unit (4.1).
    Unit,
}

/// Where a mailbox is published (Article 5).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publication {
    /// On the province's electronic information portal: the only one that Article 7.2 c asks for.
    #[default]
    Portal,
    /// On the unit's own site alone.
    OwnSite,
}

/// What was asked for by the unit (Article 6).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    /// Cấp mới.
    Create,
    /// Thay đổi.
    Change,
    /// Huỷ bỏ.
    Cancel,
}

/// The request by which a listing came to be (Article 6): days, and texts as they were written.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Request {
    /// What was asked for.
    pub kind: RequestKind,
    /// Why.
    pub reason: String,
    /// Number of the decision, such as a merger, that it follows.
    pub decision: String,
    /// When it was asked for.
    pub requested_on: Option<UnixTime>,
    /// When it was done; three working days are allowed.
    pub done_on: Option<UnixTime>,
    /// When the unit was told.
    pub notified_on: Option<UnixTime>,
}

/// In whose hand a pinned certificate signs.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The agency's own.
    #[default]
    Agency,
    /// Its head, for the days of the pin.
    Head,
    /// A delegate of the head (Article 11.2), for the days of the pin.
    Delegate,
}

/// A certificate that signs for the agency (rule reading 2).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Pin {
    /// Digest of the certificate.
    pub certificate: Sha256,
    /// In whose hand.
    pub role: Role,
    /// On which days.
    pub period: Period,
    /// Who approved it.
    pub by: String,
}

/// One mailbox during one period.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Listing {
    /// The address.
    pub mailbox: Mailbox,
    /// Whose it is.
    pub kind: Kind,
    /// Official name of the agency.
    pub agency: String,
    /// Other names of it.
    pub aliases: Vec<String>,
    /// Codes by which certificates name it: tax codes (MST) and agency codes, without their prefix.
    pub codes: BTreeSet<String>,
    /// Logins that may send from it (Article 11.1), in lower case.
    pub logins: BTreeSet<String>,
    /// Where it is published.
    pub publication: Publication,
    /// When it was published there.
    pub published_on: Option<UnixTime>,
    /// Where that can be seen.
    pub source: String,
    /// From the first to the last moment in which it is in force.
    pub period: Period,
    /// Certificates that sign for the agency.
    pub pins: Vec<Pin>,
    /// The request behind it, where one is recorded.
    pub request: Option<Request>,
    /// The mailbox that took its place after a merger.
    pub successor: Option<Mailbox>,
    /// From when to when the directory said so. What was known at the time of receipt decides, not what was learned later.
    pub known: Period,
}

impl Listing {
    /// Known, published and in force at `at`. A listing without a day of publication counts as published from its first
    /// day.
    #[must_use]
    pub fn in_force(&self, at: UnixTime) -> bool {
        self.in_force_as_known(at, at)
    }

    /// Whether the directory of `known_at` has it in force at `at`.
    #[must_use]
    pub fn in_force_as_known(&self, at: UnixTime, known_at: UnixTime) -> bool {
        self.known.contains(known_at)
            && self.period.contains(at)
            && self.published_on.is_none_or(|published| published <= at)
    }

    /// Two listings of one mailbox that say, at one time, something of the same day.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        overlap(&self.period, &other.period) && overlap(&self.known, &other.known)
    }

    /// Whether both say the same; when they were known to is not looked at.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        Self { known: other.known, ..self.clone() } == *other
    }

    /// The pin of a certificate on a day.
    #[must_use]
    pub fn pin(&self, certificate: &Sha256, at: UnixTime) -> Option<&Pin> {
        self.pins.iter().find(|pin| pin.certificate == *certificate && pin.period.contains(at))
    }
}

fn overlap(one: &Period, other: &Period) -> bool {
    let begins_inside = |one: &Period, other: &Period| match one.from() {
        Some(from) => other.place(from) == Within::Inside,
        None => other.from().is_none(),
    };
    begins_inside(one, other) || begins_inside(other, one)
}
