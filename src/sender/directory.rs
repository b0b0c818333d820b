//! The directory of official mailboxes (Article 5): which mailbox belonged to which agency on which day.
//!
//! History stays in it, by two times: of each listing, on which days the mailbox was in force, and from when to when the
//! directory knew it so. What was known when a message was received decides, whatever was learned later. Look-ups are
//! by hash and then among the versions of one mailbox, so 20,000 mailboxes cost no more than one.

pub mod accounts;
pub mod change;
mod csv;
pub mod diff;
pub mod field;
mod freshness;
pub mod history;
pub mod intake;
mod listing;
mod names;
pub mod reconcile;
mod row;
mod toml;
mod written;

pub use change::{Change, ChangeFault, ChangeSet, Key};
pub use csv::guarded;
pub use freshness::Freshness;
pub use listing::{Kind, Listing, Pin, Publication, Request, RequestKind, Role};
pub use row::{iso_day, kind_token, publication_token, request_token, role_token};
pub use written::WrittenFault;

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use super::binding::code;
use crate::digest::Sha256;
use crate::message::Mailbox;
use crate::time::UnixTime;

use change::VERSIONS;
use freshness::Readings;
use history::Recorded;
use names::Names;

/// The official mailboxes with their history.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    listings: Vec<Listing>,
    /// When a file says that it was read.
    read_on: Option<UnixTime>,
    /// The changes by which it came to be, in order; none of one that was read from a file.
    changes: Vec<Recorded>,
    readings: Readings,
    by_mailbox: HashMap<Mailbox, Vec<usize>>,
    names: OnceLock<Names>,
    by_code: HashMap<String, Vec<usize>>,
    by_pin: HashMap<Sha256, Vec<usize>>,
}

/// What a directory says about a mailbox on a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing<'d> {
    /// Of an agency, published and in force.
    Official(&'d Listing),
    /// Listed for other days, or not yet published.
    NotInForce(&'d Listing),
    /// Nowhere in it.
    NotListed,
    /// Of an agency and in force, but published on the agency's own site alone, which Article 7.2 c does not ask for.
    OwnSite(&'d Listing),
    /// Of a person, in force.
    Personal(&'d Listing),
}

/// What is wrong in a directory file, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DirectoryError {
    /// Line, from 1; 0 for the file as a whole.
    pub line: u64,
    /// Name of the column or key, where it is one.
    pub column: Option<&'static str>,
    /// What is wrong.
    pub fault: RowFault,
}

/// Faults of a directory file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RowFault {
    /// The CSV header is not the one expected.
    Header,
    /// Neither empty nor a date in ISO form.
    NotADate(String),
    /// Not 64 hexadecimal digits.
    NotADigest(String),
    /// Neither `unit` nor `personal`.
    NotAKind(String),
    /// Not an address in plain syntax.
    NotAMailbox(String),
    /// Neither `portal` nor `own-site`.
    NotAPublication(String),
    /// None of `create`, `change` and `cancel`.
    NotARequest(String),
    /// None of `agency`, `head` and `delegate`.
    NotARole(String),
    /// A character turns the direction of the text: what one sees is not what is there.
    Direction,
    /// More characters than this.
    TooLong(usize),
    /// Must not be empty.
    Empty,
    /// Ends before it begins.
    EndsBeforeStart,
    /// The same mailbox is listed for the same days in this earlier line.
    Overlap(u64),
    /// Cannot be read as CSV or TOML at all: the reader's own words.
    Syntax(String),
    /// More listings of one mailbox than [`change::VERSIONS`].
    TooMany,
}

/// Seconds of a day.
const DAY: i64 = 86_400;

impl Directory {
    /// Reads the CSV form; every error of the file is reported, not only the first.
    pub fn from_csv(text: &str) -> Result<Self, Vec<DirectoryError>> {
        csv::read(text)
    }

    /// Reads the TOML form, `[[mailbox]]` tables with the keys of the CSV columns.
    pub fn from_toml(text: &str) -> Result<Self, Vec<DirectoryError>> {
        toml::read(text)
    }

    /// Writes listings in the CSV form, without what it says of when they were known. One with a semicolon in a text of
    /// a list cannot be written, and is the error.
    pub fn to_csv<'l>(
        read_on: Option<UnixTime>,
        listings: impl Iterator<Item = &'l Listing>,
    ) -> Result<String, &'l Listing> {
        csv::write(read_on, listings)
    }

    /// The same in the TOML form, which can say everything.
    pub fn to_toml<'l>(read_on: Option<UnixTime>, listings: impl Iterator<Item = &'l Listing>) -> String {
        toml::write(read_on, listings)
    }

    fn build(read_on: Option<UnixTime>, rows: Vec<(u64, Listing)>) -> Result<Self, Vec<DirectoryError>> {
        let mut errors = Vec::new();
        let mut listings: Vec<Listing> = Vec::with_capacity(rows.len());
        let mut lines = Vec::with_capacity(rows.len());
        let mut places: HashMap<Mailbox, Vec<usize>> = HashMap::new();
        for (line, listing) in rows {
            let others = places.entry(listing.mailbox.clone()).or_default();
            let contradicted = others.iter().find(|other| listings[**other].contradicts(&listing));
            let fault = match contradicted {
                Some(other) => RowFault::Overlap(lines[*other]),
                // Each is compared with all others of its mailbox.
                None if others.len() >= VERSIONS => RowFault::TooMany,
                None => {
                    others.push(listings.len());
                    lines.push(line);
                    listings.push(listing);
                    continue;
                }
            };
            errors.push(DirectoryError { line, column: Some("valid_from"), fault });
        }
        if errors.is_empty() { Ok(Self::restored(listings, Vec::new(), read_on)) } else { Err(errors) }
    }

    /// Of listings that do not contradict each other.
    fn restored(listings: Vec<Listing>, changes: Vec<Recorded>, read_on: Option<UnixTime>) -> Self {
        let readings = Readings::of(read_on, &changes);
        let mut directory = Self { read_on, changes, readings, ..Self::default() };
        for (at, listing) in listings.iter().enumerate() {
            push(&mut directory.by_mailbox, &listing.mailbox, at);
            if listing.kind == Kind::Personal {
                continue;
            }
            for code in &listing.codes {
                push(&mut directory.by_code, code, at);
            }
            for pin in &listing.pins {
                push(&mut directory.by_pin, &pin.certificate, at);
            }
        }
        for places in directory.by_mailbox.values_mut() {
            places.sort_by_key(|n| (listings[*n].known.from(), listings[*n].period.from()));
        }
        directory.listings = listings;
        directory
    }

    /// All listings, in the order of the file, or in that in which they were recorded.
    #[must_use]
    pub fn listings(&self) -> &[Listing] {
        &self.listings
    }

    /// When it was last read from the portal.
    #[must_use]
    pub fn read_on(&self) -> Option<UnixTime> {
        self.readings.last()
    }

    /// Names it with all its history. `None` where nothing was recorded: a file is named by its own digest.
    #[must_use]
    pub fn digest(&self) -> Option<Sha256> {
        self.changes.last().map(|change| change.digest)
    }

    /// How many change sets made it; 0 for a file.
    #[must_use]
    pub fn revision(&self) -> u64 {
        u64::try_from(self.changes.len()).unwrap_or(u64::MAX)
    }

    /// The latest moment of which it speaks: `now`, or when its newest change counts, which lies a moment ahead right
    /// after it was recorded. What is listed to an operator is what is known then.
    #[must_use]
    pub fn newest(&self, now: UnixTime) -> UnixTime {
        self.changes.last().map_or(now, |change| change.known_from.max(now))
    }

    /// What it says about `mailbox` at `at`, as it was known then.
    #[must_use]
    pub fn standing(&self, mailbox: &Mailbox, at: UnixTime) -> Standing<'_> {
        self.standing_as_known(mailbox, at, at)
    }

    /// What the directory of `known_at` says about `mailbox` on a day.
    #[must_use]
    pub fn standing_as_known(&self, mailbox: &Mailbox, day: UnixTime, known_at: UnixTime) -> Standing<'_> {
        let known = self.history(mailbox).filter(|listing| listing.known.contains(known_at));
        match known.clone().find(|listing| listing.in_force_as_known(day, known_at)) {
            Some(listing) if listing.kind == Kind::Personal => Standing::Personal(listing),
            Some(listing) if listing.publication == Publication::OwnSite => Standing::OwnSite(listing),
            Some(listing) => Standing::Official(listing),
            None => {
                // The one that ended last, and told its successor; before the first one, that.
                let begun = |listing: &&Listing| listing.period.from().is_none_or(|from| from <= day);
                let last = known.clone().filter(begun).max_by_key(|listing| listing.period.from());
                let first = known.min_by_key(|listing| listing.period.from());
                last.or(first).map_or(Standing::NotListed, Standing::NotInForce)
            }
        }
    }

    /// Every version of a mailbox's listings, in the order in which they became known.
    pub fn history(&self, mailbox: &Mailbox) -> impl Iterator<Item = &Listing> + Clone {
        let places = self.by_mailbox.get(mailbox).map(Vec::as_slice).unwrap_or_default();
        places.iter().map(|n| &self.listings[*n])
    }

    /// Listings that the directory of `known_at` has in force on a day.
    pub fn at(&self, day: UnixTime, known_at: UnixTime) -> impl Iterator<Item = &Listing> {
        self.listings.iter().filter(move |listing| listing.in_force_as_known(day, known_at))
    }

    /// Listings of the directory of `known_at`, also for days past and to come.
    pub fn known(&self, known_at: UnixTime) -> impl Iterator<Item = &Listing> {
        self.listings.iter().filter(move |listing| listing.known.contains(known_at))
    }

    /// Whether it was read within `max_age_days` before `at`, as far as was known then.
    #[must_use]
    pub fn freshness(&self, at: UnixTime, max_age_days: u32) -> Freshness {
        self.readings.freshness(at, max_age_days)
    }

    /// Unit listings in force at `at` that bear this name (after NFC and case folding).
    pub fn named(&self, text: &str, at: UnixTime) -> impl Iterator<Item = &Listing> {
        self.select(self.names().plain(text), at)
    }

    /// The same without accents.
    pub fn named_without_accents(&self, text: &str, at: UnixTime) -> impl Iterator<Item = &Listing> {
        self.select(self.names().folded(text), at)
    }

    /// Unit listings in force at `at` with this tax or agency code.
    pub fn coded(&self, code: &str, at: UnixTime) -> impl Iterator<Item = &Listing> {
        self.select(code::of(code).and_then(|code| self.by_code.get(&code)), at)
    }

    /// Unit listings in force at `at` that pin this certificate for `day`.
    pub fn pinned_on(&self, certificate: &Sha256, day: UnixTime, at: UnixTime) -> impl Iterator<Item = &Listing> {
        self.select(self.by_pin.get(certificate), at).filter(move |listing| listing.pin(certificate, day).is_some())
    }

    /// Whether any listing, of whatever days, has this certificate as that of a head or delegate.
    #[must_use]
    pub fn is_pinned_to_a_person(&self, certificate: &Sha256) -> bool {
        let places = self.by_pin.get(certificate).map(Vec::as_slice).unwrap_or_default();
        let mut pins = places.iter().flat_map(|n| &self.listings[*n].pins);
        pins.any(|pin| pin.certificate == *certificate && pin.role != Role::Agency)
    }

    /// Makes ready what look-ups by name need: most of the work of reading a directory, and of no use to whoever only
    /// changes it. Without it the first look-up does it.
    #[must_use]
    pub fn prepared(self) -> Self {
        self.names();
        self
    }

    fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of(&self.listings))
    }

    fn select(&self, found: Option<&Vec<usize>>, at: UnixTime) -> impl Iterator<Item = &Listing> {
        let found = found.map(Vec::as_slice).unwrap_or_default();
        found.iter().map(|n| &self.listings[*n]).filter(move |listing| listing.in_force(at))
    }
}

fn push<K: Clone + Eq + std::hash::Hash>(places: &mut HashMap<K, Vec<usize>>, key: &K, at: usize) {
    match places.get_mut(key) {
        Some(places) => places.push(at),
        None => {
            places.insert(key.clone(), vec![at]);
        }
    }
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if let Some(column) = self.column {
            write!(f, "{column}: ")?;
        }
        write!(f, "{}", self.fault)
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => write!(f, "expected the header {}", row::COLUMNS.join(",")),
            Self::NotADate(found) => write!(f, "expected a date such as 2026-11-01 or nothing, found {found:?}"),
            Self::NotADigest(found) => write!(f, "expected 64 hexadecimal digits (SHA-256), found {found:?}"),
            Self::NotAKind(found) => write!(f, "expected unit or personal, found {found:?}"),
            Self::NotAMailbox(found) => {
                write!(f, "expected an address such as vanthu@tuyenquang.gov.vn, found {found:?}")
            }
            Self::NotAPublication(found) => write!(f, "expected portal or own-site, found {found:?}"),
            Self::NotARequest(found) => write!(f, "expected create, change or cancel, found {found:?}"),
            Self::NotARole(found) => write!(f, "expected agency, head or delegate, found {found:?}"),
            Self::Direction => write!(f, "a character turns the direction of the text"),
            Self::TooLong(most) => write!(f, "longer than {most} characters"),
            Self::Empty => write!(f, "must not be empty"),
            Self::EndsBeforeStart => write!(f, "ends before valid_from"),
            Self::Overlap(line) => write!(f, "the mailbox is listed for the same days in line {line}"),
            Self::Syntax(words) => write!(f, "{words}"),
            Self::TooMany => write!(f, "more than {VERSIONS} listings of one mailbox"),
        }
    }
}

impl std::error::Error for DirectoryError {}

#[cfg(test)]
mod tests;
