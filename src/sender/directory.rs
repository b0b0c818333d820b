//! The directory of official mailboxes (Article 5): which mailbox belonged to which agency on which day.
//!
//! History stays in it: a mailbox may have several listings for periods that do not overlap. Look-ups are by hash, so
//! 20,000 mailboxes cost no more than one.

mod csv;
pub mod field;
pub mod intake;
mod listing;
mod row;
pub use listing::{Kind, Listing, Pin, Publication, Request, RequestKind, Role};
pub(super) use row::code as row_code;
pub use row::{iso_day, kind_token, publication_token, request_token, role_token};
pub use csv::guarded;
mod toml;

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::binding::name;
use crate::digest::Sha256;
use crate::message::Mailbox;
use crate::time::UnixTime;

/// The official mailboxes, read from a file.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    listings: Vec<Listing>,
    read_on: Option<UnixTime>,
    by_mailbox: HashMap<Mailbox, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    by_folded_name: HashMap<String, Vec<usize>>,
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
    /// Of a person, in force.
    Personal(&'d Listing),
}

/// Whether a directory was read lately.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Freshness {
    /// Read within the limit.
    Fresh,
    /// Read before it.
    Stale {
        /// Days since.
        days: i64,
    },
    /// The file does not say when it was read: as good as stale.
    Undated,
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
}

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
        let mut directory = Self { read_on, ..Self::default() };
        let mut errors = Vec::new();
        let mut lines = Vec::with_capacity(rows.len());
        for (line, listing) in rows {
            let at = directory.listings.len();
            let others = directory.by_mailbox.entry(listing.mailbox.clone()).or_default();
            if let Some(other) = others.iter().find(|other| directory.listings[**other].contradicts(&listing)) {
                errors.push(DirectoryError {
                    line,
                    column: Some("valid_from"),
                    fault: RowFault::Overlap(lines[*other]),
                });
                continue;
            }
            others.push(at);
            if listing.kind == Kind::Unit {
                for name in std::iter::once(&listing.agency).chain(&listing.aliases) {
                    directory.by_name.entry(name::plain(name)).or_default().push(at);
                    directory.by_folded_name.entry(name::folded(name)).or_default().push(at);
                }
                for code in &listing.codes {
                    directory.by_code.entry(code.clone()).or_default().push(at);
                }
                for pin in &listing.pins {
                    directory.by_pin.entry(pin.certificate).or_default().push(at);
                }
            }
            lines.push(line);
            directory.listings.push(listing);
        }
        if errors.is_empty() { Ok(directory) } else { Err(errors) }
    }

    /// All listings, in the order of the file.
    #[must_use]
    pub fn listings(&self) -> &[Listing] {
        &self.listings
    }

    /// When it was read from the portal.
    #[must_use]
    pub fn read_on(&self) -> Option<UnixTime> {
        self.read_on
    }

    /// What it says about `mailbox` at `at`.
    #[must_use]
    pub fn standing(&self, mailbox: &Mailbox, at: UnixTime) -> Standing<'_> {
        let Some(listings) = self.by_mailbox.get(mailbox) else { return Standing::NotListed };
        let mut listings = listings.iter().map(|n| &self.listings[*n]);
        let last = listings.clone().next_back();
        match listings.find(|listing| listing.in_force(at)) {
            Some(listing) if listing.kind == Kind::Unit => Standing::Official(listing),
            Some(listing) => Standing::Personal(listing),
            None => last.map_or(Standing::NotListed, Standing::NotInForce),
        }
    }

    /// Whether it was read within `max_age_days` before `at`.
    #[must_use]
    pub fn freshness(&self, at: UnixTime, max_age_days: u32) -> Freshness {
        let Some(read_on) = self.read_on else { return Freshness::Undated };
        let days = at.seconds().saturating_sub(read_on.seconds()).div_euclid(DAY);
        if days > i64::from(max_age_days) { Freshness::Stale { days } } else { Freshness::Fresh }
    }

    /// Unit listings in force at `at` that bear this name (after NFC and case folding).
    pub fn named(&self, text: &str, at: UnixTime) -> impl Iterator<Item = &Listing> {
        self.select(self.by_name.get(&name::plain(text)), at)
    }

    /// The same without accents.
    pub fn named_without_accents(&self, text: &str, at: UnixTime) -> impl Iterator<Item = &Listing> {
        self.select(self.by_folded_name.get(&name::folded(text)), at)
    }

    /// Unit listings in force at `at` with this tax or agency code.
    pub fn coded(&self, code: &str, at: UnixTime) -> impl Iterator<Item = &Listing> {
        self.select(self.by_code.get(&row::code(code)), at)
    }

    /// Unit listings in force at `at` with a pin of this certificate for that day.
    pub fn pinned(&self, certificate: &Sha256, at: UnixTime) -> impl Iterator<Item = &Listing> {
        self.select(self.by_pin.get(certificate), at).filter(move |listing| listing.pin(certificate, at).is_some())
    }

    fn select(&self, found: Option<&Vec<usize>>, at: UnixTime) -> impl Iterator<Item = &Listing> {
        let found = found.map(Vec::as_slice).unwrap_or_default();
        found.iter().map(|n| &self.listings[*n]).filter(move |listing| listing.in_force(at))
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
        }
    }
}

impl std::error::Error for DirectoryError {}

#[cfg(test)]
mod tests;
