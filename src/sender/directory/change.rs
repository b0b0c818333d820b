//! Changes of a directory as values (Article 6): what an operator or an import asks for, and the directory after it.
//!
//! A change never takes anything away. It ends what was known of a listing so far and begins what is known from now on,
//! so every earlier state can be asked for again. Where changes are kept: `io::store::directory`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::history::{Link, Recorded};
use super::{DAY, Directory, Listing, Pin, Request};
use crate::digest::Sha256;
use crate::message::Mailbox;
use crate::time::{Period, UnixTime};

/// Which listing is meant: of the listings of one mailbox that are known at one time, no two begin on the same day.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Key {
    /// The mailbox.
    pub mailbox: Mailbox,
    /// When its listing begins.
    pub from: Option<UnixTime>,
}

/// One change. `Listing::known` of what is given is not looked at: it begins when the change set counts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// A mailbox, or a further period of one, that was not listed.
    Add(Listing),
    /// What the listing says becomes something else.
    Amend {
        /// The listing.
        of: Key,
        /// What it says from now on; of the same mailbox.
        to: Listing,
    },
    /// The mailbox is in force until `on` (Article 6: huỷ bỏ); it stays listed for the days before.
    Close {
        /// The listing.
        of: Key,
        /// Its last moment.
        on: UnixTime,
        /// The request behind it, where one is recorded; else that of the listing stays.
        request: Option<Request>,
        /// The mailbox that takes its place.
        successor: Option<Mailbox>,
    },
    /// These logins, and no others, may send from it (Article 11.1).
    LoginsSet {
        /// The listing.
        of: Key,
        /// The logins, in lower case.
        logins: BTreeSet<String>,
    },
    /// A certificate signs for the agency.
    PinAdded {
        /// The listing.
        of: Key,
        /// The pin.
        pin: Pin,
    },
    /// A certificate signs for it no longer. Its pin stays for the days before.
    PinEnded {
        /// The listing.
        of: Key,
        /// Digest of the certificate.
        certificate: Sha256,
        /// Its last moment.
        on: UnixTime,
    },
    /// The listing was an error and holds for no day at all. What was known before stays known of that time.
    Retract {
        /// The listing.
        of: Key,
    },
}

/// Changes that are made together or not at all.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct ChangeSet {
    /// In any order, as long as no two speak of one listing; then in the order given. None at all is a change set too:
    /// the portal was read, and says what it said before.
    pub changes: Vec<Change>,
    /// When the portal was read, where that is how the changes were found; it renews the directory's age.
    pub read_on: Option<UnixTime>,
    /// Digest of the directory that they were worked out against ([`Directory::digest`]). Where it has changed since,
    /// nothing is changed. `None` does not look.
    pub base: Option<Sha256>,
}

/// What a change set comes to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Listings that are new.
    pub added: usize,
    /// Listings that say something else now.
    pub changed: usize,
    /// Listings that ended or were retracted.
    pub closed: usize,
}

/// Why a change set cannot be applied.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ChangeFault {
    /// A listing would end before it begins.
    EndsBeforeStart(Key),
    /// No such listing is known.
    NoSuchListing(Key),
    /// No such pin stands in the listing.
    NoSuchPin(Key, Sha256),
    /// A listing cannot become that of another mailbox; close the one and add the other.
    OtherMailbox(Key),
    /// Somebody changed the directory since the changes were worked out.
    Outdated,
    /// Two listings of one mailbox would speak of the same day.
    Overlap(Key),
    /// The portal was read at a time that is still to come.
    ReadInFuture(UnixTime),
    /// More versions of one mailbox than [`VERSIONS`].
    TooManyVersions(Mailbox),
}

/// What is to be written down for a change set.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Places, in [`Directory::listings`], of what is no longer known.
    pub closed: Vec<usize>,
    /// What is known from now on.
    pub opened: Vec<Listing>,
    /// How many of which kind.
    pub counts: Counts,
    /// The link that names the directory after it.
    pub link: Recorded,
}

/// Versions of one mailbox. A listing that changes every week for ten years has 520; looking through this many still
/// takes no more than a few microseconds.
pub const VERSIONS: usize = 1000;

impl Listing {
    /// By what it is named in a change.
    #[must_use]
    pub fn key(&self) -> Key {
        Key { mailbox: self.mailbox.clone(), from: self.period.from() }
    }
}

impl Change {
    /// A short token of its kind, for records.
    #[must_use]
    pub const fn token(&self) -> &'static str {
        match self {
            Self::Add(_) => "add",
            Self::Amend { .. } => "amend",
            Self::Close { .. } => "close",
            Self::LoginsSet { .. } => "logins-set",
            Self::PinAdded { .. } => "pin-added",
            Self::PinEnded { .. } => "pin-ended",
            Self::Retract { .. } => "retract",
        }
    }

    /// The mailbox it speaks of.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        match self {
            Self::Add(listing) => &listing.mailbox,
            Self::Amend { of, .. }
            | Self::Close { of, .. }
            | Self::LoginsSet { of, .. }
            | Self::PinAdded { of, .. }
            | Self::PinEnded { of, .. }
            | Self::Retract { of } => &of.mailbox,
        }
    }
}

impl Directory {
    /// The directory after `set`, which counts from `at` on. What was known before `at` is as it was.
    pub fn apply(&self, set: &ChangeSet, at: UnixTime) -> Result<Self, ChangeFault> {
        let plan = self.plan(set, at)?;
        Ok(self.after(&plan))
    }

    /// What has to be written down for `set`, which counts from `at` on.
    pub fn plan(&self, set: &ChangeSet, at: UnixTime) -> Result<Plan, ChangeFault> {
        if set.base.is_some() && set.base != self.digest() {
            return Err(ChangeFault::Outdated);
        }
        // Clocks of two machines may differ, and a day is written for all of it.
        if let Some(read_on) = set.read_on.filter(|read_on| *read_on > at.plus(DAY)) {
            return Err(ChangeFault::ReadInFuture(read_on));
        }
        let mut boxes: BTreeMap<&Mailbox, Vec<Draft>> = BTreeMap::new();
        for change in &set.changes {
            let mailbox = change.mailbox();
            let drafts = boxes.entry(mailbox).or_insert_with(|| self.drafts(mailbox));
            make(drafts, change)?;
        }
        let (mut closed, mut opened, mut counts) = (Vec::new(), Vec::new(), Counts::default());
        for (mailbox, drafts) in boxes {
            check_overlaps(&drafts)?;
            let before = self.history(mailbox).count();
            let begins = opened.len();
            for draft in drafts {
                let was = draft.original.and_then(|n| self.listings.get(n));
                if let (Some(was), Some(now)) = (was, &draft.listing)
                    && was.says_the_same(now)
                {
                    continue;
                }
                match (was, &draft.listing) {
                    (None, None) => {}
                    (None, Some(_)) => counts.added += 1,
                    (Some(_), Some(_)) if !draft.ended => counts.changed += 1,
                    (Some(_), None | Some(_)) => counts.closed += 1,
                }
                closed.extend(draft.original);
                opened.extend(draft.listing);
            }
            if before.saturating_add(opened.len() - begins) > VERSIONS {
                return Err(ChangeFault::TooManyVersions(mailbox.clone()));
            }
        }
        closed.sort_unstable();
        let link = Link {
            before: self.digest(),
            known_from: at,
            read_on: set.read_on,
            closed: closed.iter().map(|n| self.listings[*n].digest()).collect(),
            opened: opened.iter().map(Listing::digest).collect(),
        };
        let link = Recorded { known_from: at, read_on: set.read_on, digest: link.digest() };
        Ok(Plan { closed, opened, counts, link })
    }

    /// The directory once `plan`, made for it, is carried out.
    #[must_use]
    pub fn after(&self, plan: &Plan) -> Self {
        let at = plan.link.known_from;
        let mut closed = plan.closed.iter().peekable();
        // A version that a clock ahead of its time let begin later than this change was never known at any time.
        let mut listings: Vec<Listing> = (self.listings.iter().enumerate())
            .filter_map(|(n, listing)| {
                let known = known_before(&listing.known, at, closed.next_if_eq(&&n).is_some())?;
                Some(Listing { known, ..listing.clone() })
            })
            .collect();
        listings.extend(plan.opened.iter().map(|listing| Listing { known: since(at), ..listing.clone() }));
        let mut changes = self.changes.clone();
        changes.push(plan.link.clone());
        Self::restored(listings, changes, self.read_on)
    }

    /// What is known of a mailbox, as far as nothing has ended it.
    fn drafts(&self, mailbox: &Mailbox) -> Vec<Draft> {
        let places = self.by_mailbox.get(mailbox).map(Vec::as_slice).unwrap_or_default();
        let open = places.iter().filter(|n| self.listings[**n].known.to().is_none());
        open.map(|n| Draft { original: Some(*n), listing: Some(self.listings[*n].clone()), ended: false }).collect()
    }
}

/// A listing while the changes of one set are made to it.
struct Draft {
    /// Its place in the directory from before.
    original: Option<usize>,
    /// What it says now; `None` once it is retracted.
    listing: Option<Listing>,
    /// It was closed.
    ended: bool,
}

fn make(drafts: &mut Vec<Draft>, change: &Change) -> Result<(), ChangeFault> {
    let of = match change {
        Change::Add(listing) => {
            drafts.push(Draft { original: None, listing: Some(listing.clone()), ended: false });
            return Ok(());
        }
        Change::Amend { of, to } if to.mailbox != of.mailbox => return Err(ChangeFault::OtherMailbox(of.clone())),
        Change::Amend { of, .. }
        | Change::Close { of, .. }
        | Change::LoginsSet { of, .. }
        | Change::PinAdded { of, .. }
        | Change::PinEnded { of, .. }
        | Change::Retract { of } => of,
    };
    let is_meant = |draft: &&mut Draft| draft.listing.as_ref().is_some_and(|listing| listing.period.from() == of.from);
    let draft = drafts.iter_mut().find(is_meant).ok_or_else(|| ChangeFault::NoSuchListing(of.clone()))?;
    let Some(listing) = &mut draft.listing else { return Ok(()) };
    match change {
        Change::Add(_) => {}
        Change::Amend { to, .. } => *listing = to.clone(),
        Change::Close { on, request, successor, .. } => {
            let ended = Period::new(listing.period.from(), Some(*on));
            listing.period = ended.ok_or_else(|| ChangeFault::EndsBeforeStart(of.clone()))?;
            listing.request = request.clone().or(listing.request.take());
            listing.successor = successor.clone().or(listing.successor.take());
            draft.ended = true;
        }
        Change::LoginsSet { logins, .. } => listing.logins.clone_from(logins),
        Change::PinAdded { pin, .. } => {
            if !listing.pins.contains(pin) {
                listing.pins.push(pin.clone());
            }
        }
        Change::PinEnded { certificate, on, .. } => {
            let no_pin = || ChangeFault::NoSuchPin(of.clone(), *certificate);
            let stands = |pin: &&mut Pin| pin.certificate == *certificate && pin.period.to().is_none_or(|to| to > *on);
            let pin = listing.pins.iter_mut().find(stands).ok_or_else(no_pin)?;
            let ended = Period::new(pin.period.from(), Some(*on));
            pin.period = ended.ok_or_else(|| ChangeFault::EndsBeforeStart(of.clone()))?;
        }
        Change::Retract { .. } => {
            draft.listing = None;
            draft.ended = true;
        }
    }
    Ok(())
}

/// Looked at when all changes are made, so that their order does not matter.
fn check_overlaps(drafts: &[Draft]) -> Result<(), ChangeFault> {
    let mut listings: Vec<&Listing> = drafts.iter().filter_map(|draft| draft.listing.as_ref()).collect();
    listings.sort_by_key(|listing| listing.period.from());
    for pair in listings.windows(2) {
        // Sorted by their beginning, so that a listing overlaps a later one only if it overlaps the next.
        let [one, next] = pair else { continue };
        let apart = one.period.to().is_some_and(|end| next.period.from().is_some_and(|begin| begin > end));
        if !apart {
            return Err(ChangeFault::Overlap(next.key()));
        }
    }
    Ok(())
}

/// What was known in `known`, once something else is recorded that counts from `at`: it ends before `at` where that
/// `closes` it. Nothing recorded earlier can count from later than `at`; where a clock was ahead it is taken as if from
/// `at`. `None` when that leaves no time at all.
pub(super) fn known_before(known: &Period, at: UnixTime, closes: bool) -> Option<Period> {
    let last = at.plus(-1);
    let from = known.from().map(|from| from.min(at));
    let to = match known.to() {
        Some(to) => Some(to.min(last)),
        None => closes.then_some(last),
    };
    Period::new(from, to)
}

/// Known from `at` on.
pub(super) fn since(at: UnixTime) -> Period {
    Period::new(Some(at), None).unwrap_or(Period::ALWAYS)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.mailbox)?;
        self.from.map_or(Ok(()), |from| write!(f, " from {from}"))
    }
}

impl fmt::Display for ChangeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndsBeforeStart(key) => write!(f, "{key}: would end before it begins"),
            Self::NoSuchListing(key) => write!(f, "{key}: no such listing"),
            Self::NoSuchPin(key, certificate) => write!(f, "{key}: no pin of certificate {certificate}"),
            Self::OtherMailbox(key) => write!(f, "{key}: a listing cannot become that of another mailbox"),
            Self::Outdated => f.write_str("the directory was changed by somebody else meanwhile"),
            Self::Overlap(key) => write!(f, "{key}: the mailbox is listed for the same days twice"),
            Self::ReadInFuture(day) => write!(f, "read on {day}, which is still to come"),
            Self::TooManyVersions(mailbox) => write!(f, "{mailbox}: more than {VERSIONS} versions"),
        }
    }
}

impl std::error::Error for ChangeFault {}

#[cfg(test)]
mod tests;
