//! What a published list says against what the directory says: the changes that would make the one say the other.
//!
//! Nothing is changed here. A list speaks of some fields and of one day; of everything else the directory keeps what it
//! has. What a page no longer lists is only proposed to be closed, and a mailbox that the directory closed is never
//! opened again because a page was not brought up to date.

use std::collections::HashMap;

use super::field::{Field, Fields};
use super::intake::{Entry, Form, Intake};
use super::{Change, ChangeSet, DAY, Directory, Kind, Listing, Publication};
use crate::message::Mailbox;
use crate::time::{Period, UnixTime};

/// A mailbox whose listing would say something else.
#[derive(Clone, Debug)]
pub struct Changed {
    /// What it says.
    pub was: Listing,
    /// What it would say.
    pub becomes: Listing,
    /// Which fields differ.
    pub fields: Vec<Field>,
    /// It has belonged to the one until this day and belongs to the other from then on; else it is a correction.
    pub from: Option<UnixTime>,
    /// Line of the list.
    pub line: u64,
}

/// A row that is not followed.
#[derive(Clone, Debug)]
pub struct NotFollowed {
    /// What the list says.
    pub entry: Listing,
    /// Line of the list.
    pub line: u64,
    /// Why.
    pub reason: Reason,
}

/// Why a row is not followed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The directory closed the mailbox on this day; the page may not have been brought up to date.
    Closed(UnixTime),
    /// The directory has it begin on this later day.
    Planned(UnixTime),
    /// Several of its listings lie in the days of the row.
    Several,
    /// It is published on the portal already, which counts for more.
    OnPortal,
}

/// What would change.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// Mailboxes that were not listed, or are again and the operator said so, with their lines.
    pub added: Vec<(Listing, u64)>,
    /// Mailboxes of which something else is said.
    pub changed: Vec<Changed>,
    /// Mailboxes in force that the list does not have.
    pub missing: Vec<Listing>,
    /// Rows that are not followed.
    pub not_followed: Vec<NotFollowed>,
    /// Listings that the list says over again.
    pub unchanged: usize,
    /// Listings in force that the list could have had.
    pub in_scope: usize,
    day: Option<UnixTime>,
}

/// How the list is to be followed.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The directory.
    pub directory: &'a Directory,
    /// The state of knowledge that the list is held against: now.
    pub known_at: UnixTime,
    /// The day of which the list speaks.
    pub day: UnixTime,
    /// Where the list is published.
    pub publication: Publication,
    /// Opens closed mailboxes again where the list has them.
    pub reopen: bool,
}

/// More than a fifth of a list does not disappear between two readings: half a page, or another page, was read.
pub const MOST_MISSING_PERCENT: usize = 20;

/// Holds a list against the directory.
#[must_use]
pub fn diff(intake: &Intake, question: &Question<'_>) -> Diff {
    let mut known: HashMap<&Mailbox, Vec<&Listing>> = HashMap::new();
    for listing in question.directory.known(question.known_at) {
        known.entry(&listing.mailbox).or_default().push(listing);
    }
    let is_own = matches!(intake.form, Form::OwnCsv | Form::OwnToml);
    let mut rows: HashMap<&Mailbox, Vec<&Entry>> = HashMap::new();
    for entry in &intake.entries {
        rows.entry(&entry.listing.mailbox).or_default().push(entry);
    }
    let mut diff = Diff { day: Some(question.day), ..Diff::default() };
    // In the order of the list.
    for entry in &intake.entries {
        let listings = known.get(&entry.listing.mailbox).map(Vec::as_slice).unwrap_or_default();
        if is_own {
            let rows = rows.get(&entry.listing.mailbox).map(Vec::as_slice).unwrap_or_default();
            diff.own_row(entry, listings, rows);
        } else {
            diff.row(entry, listings, question);
        }
    }
    // A list of units says nothing about the mailboxes of persons.
    let has_kind = |kind: Kind| intake.entries.iter().any(|entry| entry.listing.kind == kind);
    let kinds = [(Kind::Personal, has_kind(Kind::Personal)), (Kind::Unit, has_kind(Kind::Unit))];
    for listing in question.directory.known(question.known_at) {
        let is_in_scope = listing.period.contains(question.day)
            && (is_own || listing.publication == question.publication)
            && kinds.iter().any(|(kind, has)| *has && *kind == listing.kind);
        if is_in_scope {
            diff.in_scope += 1;
            if !rows.contains_key(&listing.mailbox) {
                diff.missing.push(listing.clone());
            }
        }
    }
    diff
}

impl Diff {
    /// Whether more is missing than disappears between two readings.
    #[must_use]
    pub fn misses_too_many(&self) -> bool {
        self.missing.len().saturating_mul(100) > self.in_scope.saturating_mul(MOST_MISSING_PERCENT)
    }

    /// Whether it would change nothing; what is missing counts only where it is to be closed.
    #[must_use]
    pub fn is_empty(&self, close_missing: bool) -> bool {
        self.added.is_empty() && self.changed.is_empty() && (!close_missing || self.missing.is_empty())
    }

    /// The changes, for a directory that nobody changed meanwhile.
    #[must_use]
    pub fn changes(&self, directory: &Directory, read_on: Option<UnixTime>, close_missing: bool) -> ChangeSet {
        let mut changes = Vec::with_capacity(self.added.len() + self.changed.len());
        for changed in &self.changed {
            let of = changed.was.key();
            match changed.from {
                Some(day) => {
                    changes.push(Change::Close { of, on: eve(day), request: None, successor: None });
                    changes.push(Change::Add(changed.becomes.clone()));
                }
                None => changes.push(Change::Amend { of, to: changed.becomes.clone() }),
            }
        }
        changes.extend(self.added.iter().map(|(listing, _)| Change::Add(listing.clone())));
        if let Some(day) = self.day.filter(|_| close_missing) {
            let close = |listing: &Listing| match listing.period.from() {
                // It began on the very day: there is no day on which it was in force.
                Some(from) if from >= day => Change::Retract { of: listing.key() },
                _ => Change::Close { of: listing.key(), on: eve(day), request: None, successor: None },
            };
            changes.extend(self.missing.iter().map(close));
        }
        ChangeSet { changes, read_on, base: directory.digest() }
    }

    /// A row of somebody else's list, which speaks of one day.
    fn row(&mut self, entry: &Entry, listings: &[&Listing], question: &Question<'_>) {
        let (new, line) = (&entry.listing, entry.line);
        let mut not_followed = |reason| self.not_followed.push(NotFollowed { entry: new.clone(), line, reason });
        if let Some(was) = listings.iter().find(|listing| listing.period.contains(question.day)) {
            if was.publication == Publication::Portal && new.publication == Publication::OwnSite {
                return not_followed(Reason::OnPortal);
            }
            let fields = differences(was, new, entry.speaks);
            if fields.is_empty() {
                self.unchanged += 1;
                return;
            }
            let mut becomes = merged(was, new, &fields);
            // Whose it is, and where it is published, was true until then; everything else is a correction.
            let is_new_state =
                fields.iter().any(|field| matches!(field, Field::Agency | Field::Kind | Field::Publication));
            let began = was.period.from().is_some_and(|from| from >= question.day);
            let mut from = None;
            if is_new_state && !began {
                let end = was.period.to();
                let end = if fields.contains(&Field::ValidTo) { new.period.to() } else { end };
                let Some(period) = Period::new(Some(question.day), end) else { return not_followed(Reason::Several) };
                becomes.period = period;
                becomes.source.clone_from(&new.source);
                if fields.contains(&Field::Publication) && !entry.speaks.has(Field::PublishedOn) {
                    becomes.published_on = Some(question.day);
                }
                if fields.contains(&Field::Agency) {
                    // Names, codes and certificates were the other agency's.
                    becomes.aliases.clone_from(&new.aliases);
                    becomes.codes.clone_from(&new.codes);
                    becomes.pins.clear();
                    becomes.request = None;
                    becomes.successor = None;
                }
                from = Some(question.day);
            }
            self.changed.push(Changed { was: (*was).clone(), becomes, fields, from, line });
            return;
        }
        let mut added = new.clone();
        if added.published_on.is_none() {
            added.published_on = Some(question.day);
        }
        let later = listings.iter().filter_map(|one| one.period.from()).filter(|from| *from > question.day).min();
        if let Some(later) = later {
            return not_followed(Reason::Planned(later));
        }
        if let Some(closed) = listings.iter().filter_map(|one| one.period.to()).max() {
            if !question.reopen {
                return not_followed(Reason::Closed(closed));
            }
            // Not for the days on which it was closed.
            if let Some(period) = Period::new(Some(question.day), added.period.to()) {
                added.period = period;
            }
        }
        self.added.push((added, line));
    }

    /// A row of our own forms, which says all of one period.
    fn own_row(&mut self, entry: &Entry, listings: &[&Listing], rows: &[&Entry]) {
        let (new, line) = (&entry.listing, entry.line);
        let same_day = listings.iter().find(|one| one.period.from() == new.period.from());
        let was = same_day.or_else(|| {
            // Its first day is corrected: then there is no doubt which one is meant.
            let of_no_row = |one: &&&Listing| rows.iter().all(|row| row.listing.period.from() != one.period.from());
            let meets = |one: &&&Listing| meets(&one.period, &new.period);
            let mut meant = listings.iter().filter(of_no_row).filter(meets);
            meant.next().filter(|_| meant.next().is_none())
        });
        if let Some(was) = was {
            let fields = differences(was, new, entry.speaks);
            if fields.is_empty() {
                self.unchanged += 1;
            } else {
                let becomes = merged(was, new, &fields);
                self.changed.push(Changed { was: (*was).clone(), becomes, fields, from: None, line });
            }
        } else if listings.iter().any(|one| meets(&one.period, &new.period)) {
            let reason = Reason::Several;
            self.not_followed.push(NotFollowed { entry: new.clone(), line, reason });
        } else {
            self.added.push((new.clone(), line));
        }
    }
}

/// Whether two periods have a day in common.
fn meets(one: &Period, other: &Period) -> bool {
    let begins_before_end = |one: &Period, other: &Period| match (one.from(), other.to()) {
        (Some(from), Some(to)) => from <= to,
        _ => true,
    };
    begins_before_end(one, other) && begins_before_end(other, one)
}

/// Fields that the list speaks of and says something else about. The form of a name is no difference of it.
fn differences(was: &Listing, new: &Listing, speaks: Fields) -> Vec<Field> {
    let name = crate::sender::binding::name::plain;
    let differs = |field: Field| match field {
        Field::Agency => was.agency != new.agency && name(&was.agency) != name(&new.agency),
        Field::Aliases => was.aliases != new.aliases,
        Field::Codes => was.codes != new.codes,
        Field::Kind => was.kind != new.kind,
        Field::Logins => was.logins != new.logins,
        Field::Pins => was.pins != new.pins,
        Field::Publication => was.publication != new.publication,
        Field::PublishedOn => was.published_on != new.published_on,
        Field::Request => was.request != new.request,
        Field::Source => was.source != new.source,
        Field::Successor => was.successor != new.successor,
        // An open cell of a page does not say that there was no first day.
        Field::ValidFrom => was.period.from() != new.period.from(),
        Field::ValidTo => was.period.to() != new.period.to(),
    };
    Field::ALL.into_iter().filter(|field| speaks.has(*field) && differs(*field)).collect()
}

/// What is said of these fields by the one, and of all others by the other.
fn merged(was: &Listing, new: &Listing, fields: &[Field]) -> Listing {
    let mut becomes = was.clone();
    for field in fields {
        match field {
            Field::Agency => becomes.agency.clone_from(&new.agency),
            Field::Aliases => becomes.aliases.clone_from(&new.aliases),
            Field::Codes => becomes.codes.clone_from(&new.codes),
            Field::Kind => becomes.kind = new.kind,
            Field::Logins => becomes.logins.clone_from(&new.logins),
            Field::Pins => becomes.pins.clone_from(&new.pins),
            Field::Publication => becomes.publication = new.publication,
            Field::PublishedOn => becomes.published_on = new.published_on,
            Field::Request => becomes.request.clone_from(&new.request),
            Field::Source => becomes.source.clone_from(&new.source),
            Field::Successor => becomes.successor.clone_from(&new.successor),
            Field::ValidFrom | Field::ValidTo => {}
        }
    }
    let pick =
        |field: Field, was: Option<UnixTime>, new: Option<UnixTime>| if fields.contains(&field) { new } else { was };
    let from = pick(Field::ValidFrom, was.period.from(), new.period.from());
    let to = pick(Field::ValidTo, was.period.to(), new.period.to());
    // Where only one end is corrected the other may lie before it; then the whole period of the row counts.
    becomes.period = Period::new(from, to).unwrap_or(new.period);
    becomes
}

/// The last moment before a day.
#[must_use]
pub fn eve(day: UnixTime) -> UnixTime {
    day.plus(-1)
}

/// The last moment of a day.
#[must_use]
pub fn end_of(day: UnixTime) -> UnixTime {
    day.plus(DAY - 1)
}

#[cfg(test)]
mod tests;
