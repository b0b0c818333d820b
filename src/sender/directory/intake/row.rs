//! One row of somebody else's list into what it says of a mailbox.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::super::field::{Field, Fields};
use super::super::row::{LONGEST_TEXT, turns};
use super::super::{Kind, Listing};
use super::address::{AddressFault, addresses};
use super::columns::{Column, Columns, folded};
use super::sheet::{Cell, SheetRow};
use super::{Intake, Request};
use crate::message::Mailbox;
use crate::message::name::clean;
use crate::sender::binding::code;
use crate::time::{Period, UnixTime};

/// A row, read.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it says. What it does not speak of is empty.
    pub listing: Listing,
    /// Of which fields it speaks.
    pub speaks: Fields,
    /// Table, from 1; 0 in our own forms.
    pub table: usize,
    /// Line, from 1; 0 in our own forms.
    pub line: u64,
}

/// A row that could not be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    /// Table, from 1.
    pub table: usize,
    /// Line, from 1.
    pub line: u64,
    /// Whose row it is, as far as that can be said.
    pub of: String,
    /// Why.
    pub refusal: RowRefusal,
}

/// Why a row could not be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RowRefusal {
    /// Its address.
    Address(AddressFault),
    /// No agency stands beside a unit's mailbox.
    NoAgency,
    /// Neither day/month/year nor ISO.
    NotADate(Column, String),
    /// Neither unit nor personal.
    NotAKind(String),
    /// It ends before it begins.
    EndsBeforeStart,
    /// The name is longer than names are.
    TooLong(Column),
    /// A character turns the direction of a name.
    Direction(Column),
    /// The same mailbox stands in an earlier line and is said to be another's.
    Contradicts(u64),
}

/// Reads the rows of a table. `known` has the places of what was read, by mailbox: of a page of many tables each would
/// go through all the others.
pub(super) fn read(
    (table, rows): (usize, &[SheetRow]),
    columns: &Columns,
    request: &Request<'_>,
    known: &mut HashMap<Mailbox, usize>,
    intake: &mut Intake,
) {
    let reader = Reader { columns, request, speaks: columns.fields() };
    let mut group = None;
    for row in rows {
        if let Some(heading) = group_of(row, columns) {
            group = heading.kind.or(group);
            continue;
        }
        let refuse = |refusal| Refused { table, line: row.line, of: reader.shown(row), refusal };
        match reader.entries(row, group) {
            Ok(found) => {
                for mut entry in found {
                    (entry.table, entry.line) = (table, row.line);
                    match known.get(&entry.listing.mailbox).and_then(|n| intake.entries.get(*n)) {
                        None => {
                            known.insert(entry.listing.mailbox.clone(), intake.entries.len());
                            intake.entries.push(entry);
                        }
                        // A page may list a mailbox twice; it must say the same.
                        Some(earlier) if earlier.listing == entry.listing => {}
                        Some(earlier) => {
                            let refused = refuse(RowRefusal::Contradicts(earlier.line));
                            intake.refused.push(refused);
                        }
                    }
                }
            }
            Err(RowRefusal::Address(AddressFault::Empty)) if reader.is_empty(row) => {}
            Err(refusal) => intake.refused.push(refuse(refusal)),
        }
    }
}

/// A heading between rows, such as "II. Hộp thư cá nhân": one text over all columns, or alone in its row. It may say
/// whose the mailboxes below it are. An agency alone in its row has no mailbox, which is told.
fn group_of(row: &SheetRow, columns: &Columns) -> Option<Heading> {
    let said: HashSet<&str> = row.cells.iter().map(|cell| cell.text.trim()).filter(|text| !text.is_empty()).collect();
    let [text] = said.into_iter().collect::<Vec<_>>()[..] else { return None };
    if text.contains('@') || row.cells.iter().any(|cell| !cell.links.is_empty()) {
        return None;
    }
    let folded = folded(text);
    let says = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    let kind = if says(&["ca nhan", "personal", "can bo cong chuc"]) {
        Some(Kind::Personal)
    } else if says(&[
        "hop thu don vi",
        "hop thu co quan",
        "thu dien tu don vi",
        "thu dien tu co quan",
        "unit mailboxes",
    ]) {
        Some(Kind::Unit)
    } else {
        let agency = columns.at(Column::Agency).and_then(|at| row.cells.get(at));
        let spans = row.cells.len() > 1 && row.cells.iter().all(|cell| cell.text.trim() == text);
        if !spans && !is_numbered(text) && agency.is_some_and(|cell| cell.text.trim() == text) {
            return None;
        }
        None
    };
    Some(Heading { kind })
}

/// A heading, and whose mailboxes it says to follow.
struct Heading {
    kind: Option<Kind>,
}

/// `II. ...`, `A) ...`.
fn is_numbered(text: &str) -> bool {
    let number = text.split(['.', ')', '-', '/']).next().unwrap_or_default().trim();
    let is_letter = number.len() == 1 && number.bytes().all(|octet| octet.is_ascii_uppercase());
    number.len() < text.len() && !number.is_empty() && (is_letter || number.chars().all(|c| "IVXL".contains(c)))
}

struct Reader<'r> {
    columns: &'r Columns,
    request: &'r Request<'r>,
    speaks: Fields,
}

impl Reader<'_> {
    fn cell<'c>(&self, row: &'c SheetRow, column: Column) -> Option<&'c Cell> {
        row.cells.get(self.columns.at(column)?).map(AsRef::as_ref)
    }

    fn is_empty(&self, row: &SheetRow) -> bool {
        let agency = self.cell(row, Column::Agency).map_or("", |cell| cell.text.trim());
        agency.is_empty() || self.cell(row, Column::Mailbox).is_none()
    }

    fn shown(&self, row: &SheetRow) -> String {
        let whose = [Column::Agency, Column::Person, Column::Mailbox];
        let mut texts = whose.into_iter().filter_map(|column| self.cell(row, column)).map(|cell| clean(&cell.text, 60));
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    }

    fn text(&self, row: &SheetRow, column: Column) -> Result<String, RowRefusal> {
        let Some(cell) = self.cell(row, column) else { return Ok(String::new()) };
        if cell.text.chars().any(turns) {
            return Err(RowRefusal::Direction(column));
        }
        if cell.is_cut || cell.text.trim().chars().count() > LONGEST_TEXT {
            return Err(RowRefusal::TooLong(column));
        }
        Ok(clean(&cell.text, LONGEST_TEXT))
    }

    fn day(&self, row: &SheetRow, column: Column) -> Result<Option<UnixTime>, RowRefusal> {
        let text = self.text(row, column)?;
        if matches!(text.as_str(), "" | "-" | "…") {
            return Ok(None);
        }
        day(&text).map(Some).ok_or(RowRefusal::NotADate(column, clean(&text, 40)))
    }

    fn kind(&self, row: &SheetRow, group: Option<Kind>) -> Result<Kind, RowRefusal> {
        let said = self.text(row, Column::Kind)?;
        match folded(&said).as_str() {
            "" => {}
            "ca nhan" | "personal" | "hop thu ca nhan" => return Ok(Kind::Personal),
            "don vi" | "unit" | "co quan" | "hop thu don vi" | "hop thu co quan" => return Ok(Kind::Unit),
            _ => return Err(RowRefusal::NotAKind(clean(&said, 40))),
        }
        // A person's name in the row makes the mailbox that person's, whatever the heading says.
        let person = self.text(row, Column::Person)?;
        Ok(if person.is_empty() { group.unwrap_or(self.request.kind) } else { Kind::Personal })
    }

    fn list(&self, row: &SheetRow, column: Column) -> Result<Vec<String>, RowRefusal> {
        let text = self.text(row, column)?;
        Ok(text.split([';', ',']).map(str::trim).filter(|piece| !piece.is_empty()).map(str::to_owned).collect())
    }

    fn entries(&self, row: &SheetRow, group: Option<Kind>) -> Result<Vec<Entry>, RowRefusal> {
        let nothing = Cell::default();
        let cell = self.cell(row, Column::Mailbox).unwrap_or(&nothing);
        let mailboxes = addresses(cell).map_err(RowRefusal::Address)?;
        let kind = self.kind(row, group)?;
        let agency = self.text(row, Column::Agency)?;
        if agency.is_empty() && kind == Kind::Unit {
            return Err(RowRefusal::NoAgency);
        }
        let (valid_from, valid_to) = (self.day(row, Column::ValidFrom)?, self.day(row, Column::ValidTo)?);
        let published_on = self.day(row, Column::PublishedOn)?;
        // An empty cell does not say that there was no such day.
        let days = [(Field::ValidFrom, valid_from), (Field::ValidTo, valid_to), (Field::PublishedOn, published_on)];
        let unsaid = days.into_iter().filter(|(_, day)| day.is_none());
        let speaks = unsaid.fold(self.speaks, |speaks, (field, _)| speaks.without(field));
        let from = valid_from.or(self.request.valid_from).unwrap_or(self.request.read_on);
        let period = Period::new(Some(from), valid_to.map(end_of_day)).ok_or(RowRefusal::EndsBeforeStart)?;
        // As in our own forms, a code may stand among the names.
        let (among_names, aliases): (Vec<String>, Vec<String>) =
            self.list(row, Column::Aliases)?.into_iter().partition(|alias| code::is_marked(alias));
        let codes = self.list(row, Column::Code)?.into_iter().chain(among_names);
        let listing = Listing {
            mailbox: mailboxes.first().cloned().ok_or(RowRefusal::Address(AddressFault::Empty))?,
            kind,
            agency,
            aliases,
            codes: codes.filter_map(|text| code::of(&text)).collect(),
            logins: self.list(row, Column::Logins)?.iter().map(|login| login.to_ascii_lowercase()).collect(),
            publication: self.request.publication,
            published_on,
            source: self.request.source.to_owned(),
            period,
            pins: Vec::new(),
            request: None,
            successor: None,
            known: Period::ALWAYS,
        };
        let entry =
            |mailbox: Mailbox| Entry { listing: Listing { mailbox, ..listing.clone() }, speaks, table: 0, line: 0 };
        Ok(mailboxes.into_iter().map(entry).collect())
    }
}

/// The last second of a day in Vietnam.
fn end_of_day(day: UnixTime) -> UnixTime {
    day.plus(super::super::DAY - 1)
}

/// A day as it is written in Viet Nam, the day before the month, or in ISO form.
fn day(text: &str) -> Option<UnixTime> {
    let text = text.trim();
    if text.len() == 10
        && let Some(moment) = UnixTime::parse(text)
    {
        return Some(moment);
    }
    let pieces: Vec<&str> = text.split(['/', '-', '.']).collect();
    let [day, month, year] = pieces[..] else { return None };
    let digits =
        |text: &str, most: usize| text.len() <= most && !text.is_empty() && text.bytes().all(|o| o.is_ascii_digit());
    if !digits(day, 2) || !digits(month, 2) || !digits(year, 4) || year.len() != 4 {
        return None;
    }
    UnixTime::parse(&format!("{year}-{month:0>2}-{day:0>2}"))
}

impl fmt::Display for RowRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(fault) => write!(f, "{fault}"),
            Self::NoAgency => f.write_str("no agency beside a unit's mailbox"),
            Self::NotADate(column, found) => write!(f, "{}: no day: {found:?}", column.name()),
            Self::NotAKind(found) => write!(f, "neither unit nor personal: {found:?}"),
            Self::EndsBeforeStart => f.write_str("ends before it begins"),
            Self::TooLong(column) => write!(f, "{}: longer than such texts are", column.name()),
            Self::Direction(column) => write!(f, "{}: a character turns the direction of the text", column.name()),
            Self::Contradicts(line) => write!(f, "the mailbox stands in line {line}, said to be another's"),
        }
    }
}
