//! Lists as others publish them, into listings: the table of a portal's page, its CSV, or our own two forms, known by
//! their content (Article 5).
//!
//! Nothing is guessed: a row that has no single meaning is refused by name, and the rest of the list is shown as a diff
//! (`super::diff`) before anything changes. Not here: fetching and writing (`commands`, `io`).

mod address;
mod columns;
mod html;
mod markup;
mod oddity;
mod row;
mod sheet;
mod text;

use std::collections::HashMap;
use std::fmt;

pub use address::AddressFault;
pub use columns::{Column, Columns, HeaderFault, Told};
pub use oddity::{LookAlikes, Oddity, of as oddities};
pub use row::{Entry, Refused, RowRefusal};
pub use text::Charset;
pub(super) use text::decode;

use super::{Directory, DirectoryError, Kind, Listing, Publication};
use crate::time::UnixTime;
use sheet::{Sheet, SheetRow};

/// A page is no larger (the limit of other readers for pages is of this order).
pub const LARGEST_PAGE: usize = 16 << 20;
/// Titles stand above a header.
const ABOVE_HEADER: usize = 20;

/// In what form a list came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// Our CSV.
    OwnCsv,
    /// Our TOML.
    OwnToml,
    /// Tables of a page.
    Page,
    /// Separated values of somebody else.
    Separated,
}

/// What the operator says about a list.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Where it is published; of our own forms a row may say otherwise.
    pub publication: Publication,
    /// Address of the page.
    pub source: &'a str,
    /// When it was read.
    pub read_on: UnixTime,
    /// Whose the mailboxes are where the list does not say.
    pub kind: Kind,
    /// From when on new mailboxes are in force, where the list does not say; else from the day of reading.
    pub valid_from: Option<UnixTime>,
    /// Which column says what.
    pub columns: Told,
    /// How it is written.
    pub charset: Option<Charset>,
}

/// A list that was read.
#[derive(Clone, Debug)]
pub struct Intake {
    /// In what form.
    pub form: Form,
    /// In which characters.
    pub charset: Charset,
    /// When the list itself says that it was read.
    pub read_on: Option<UnixTime>,
    /// What could be read, each with its place.
    pub entries: Vec<Entry>,
    /// What could not, by row.
    pub refused: Vec<Refused>,
    /// Of each table that was read: its number, and which column says what.
    pub tables: Vec<(usize, Columns)>,
}

/// Why a list cannot be read at all.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum IntakeFault {
    /// The page says that it is written in this.
    Charset(String),
    /// Neither UTF-8, nor marked, nor recognisable: the operator has to say how it is written.
    CharsetUntold,
    /// The header of the only table that could be meant.
    Header(HeaderFault),
    /// No table has a column of addresses. How many tables there were.
    NoTable(usize),
    /// No text: a spreadsheet, a PDF, or something else.
    NotText,
    /// One of our own forms, with errors.
    Own(Vec<DirectoryError>),
    /// Larger than a page may be.
    TooLarge,
    /// Tables in tables in tables.
    TooDeep {
        /// Where.
        line: u64,
    },
    /// More cells than any list.
    TooManyCells {
        /// Where.
        line: u64,
    },
}

/// Reads a list.
pub fn read(octets: &[u8], request: &Request<'_>) -> Result<Intake, IntakeFault> {
    if octets.len() > LARGEST_PAGE {
        return Err(IntakeFault::TooLarge);
    }
    if ["PK\u{3}\u{4}", "%PDF-"].iter().any(|start| octets.starts_with(start.as_bytes())) {
        return Err(IntakeFault::NotText);
    }
    let decoded = text::decode(octets, request.charset)?;
    let form = form(&decoded.text);
    let own = match form {
        Form::OwnCsv => Some(Directory::from_csv(&decoded.text)),
        Form::OwnToml => Some(Directory::from_toml(&decoded.text)),
        Form::Page | Form::Separated => None,
    };
    if let Some(own) = own {
        let own = own.map_err(IntakeFault::Own)?;
        let speaks = super::row::spoken_fields(&decoded.text, form == Form::OwnToml);
        let entry = |listing: &Listing| Entry { listing: listing.clone(), speaks, table: 0, line: 0 };
        return Ok(Intake {
            form,
            charset: decoded.charset,
            read_on: own.read_on(),
            entries: own.listings().iter().map(entry).collect(),
            refused: Vec::new(),
            tables: Vec::new(),
        });
    }
    let mut intake = Intake {
        form,
        charset: decoded.charset,
        read_on: None,
        entries: Vec::new(),
        refused: Vec::new(),
        tables: Vec::new(),
    };
    let sheets = if form == Form::Page {
        html::tables(&decoded.text)?
    } else {
        vec![best_separated(&decoded.text, &request.columns)?]
    };
    let mut has_accents = false;
    let mut fault = None;
    let mut known = HashMap::new();
    for sheet in &sheets {
        match header(sheet, &request.columns) {
            Ok((columns, rows)) => {
                has_accents |= columns.has_accents;
                row::read((sheet.number, rows), &columns, request, &mut known, &mut intake);
                intake.tables.push((sheet.number, columns));
            }
            Err(HeaderFault::NoMailbox) => {}
            Err(other) => fault = fault.or(Some(other)),
        }
    }
    if let Some(fault) = fault {
        return Err(IntakeFault::Header(fault));
    }
    if intake.tables.is_empty() {
        return Err(IntakeFault::NoTable(sheets.len()));
    }
    // Every octet is a letter in windows-1258, so only a header with Vietnamese letters tells it from TCVN3 or VNI.
    if !decoded.is_told && decoded.charset == Charset::Windows1258 && !has_accents {
        return Err(IntakeFault::CharsetUntold);
    }
    Ok(intake)
}

/// What a text is.
fn form(text: &str) -> Form {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    if text.trim_start().starts_with('<') {
        return Form::Page;
    }
    if lines.clone().any(|line| line == "[[mailbox]]") {
        return Form::OwnToml;
    }
    let first = lines.find(|line| !line.starts_with('#')).unwrap_or_default();
    if super::row::is_header(first) { Form::OwnCsv } else { Form::Separated }
}

/// The separator by which most columns are known; where none are, the one that makes most of them.
fn best_separated(text: &str, told: &Told) -> Result<Sheet, IntakeFault> {
    let weight = |sheet: &Sheet| {
        let known = header(sheet, told).map_or(0, |(columns, _)| columns.len());
        (known, sheet.rows.iter().take(ABOVE_HEADER).map(|row| row.cells.len()).max().unwrap_or(0))
    };
    let start = text.split_inclusive('\n').take(2 * ABOVE_HEADER).map(str::len).sum::<usize>();
    let start = text.get(..start).unwrap_or(text);
    let mut best = (b',', (0, 0));
    for separator in [b',', b';', b'\t'] {
        let found = weight(&sheet::separated(start, separator)?);
        if found > best.1 {
            best = (separator, found);
        }
    }
    sheet::separated(text, best.0)
}

/// Finds the header, and the rows below it.
fn header<'s>(sheet: &'s Sheet, told: &Told) -> Result<(Columns, &'s [SheetRow]), HeaderFault> {
    let mut fault = HeaderFault::NoMailbox;
    for (at, row) in sheet.rows.iter().enumerate().take(ABOVE_HEADER) {
        match Columns::of(row, told) {
            // By numbers alone every row would do: the header is the one that names more than was told.
            Ok(columns) if Columns::told(told).is_none_or(|told| columns.len() > told.len()) => {
                return Ok((columns, sheet.rows.get(at + 1..).unwrap_or_default()));
            }
            Ok(_) | Err(HeaderFault::NoMailbox) => {}
            Err(HeaderFault::NotThere { column, header }) => {
                if fault == HeaderFault::NoMailbox {
                    fault = HeaderFault::NotThere { column, header };
                }
            }
            Err(twice) => return Err(twice),
        }
    }
    match Columns::told(told) {
        Some(columns) => Ok((columns, &sheet.rows)),
        None => Err(fault),
    }
}

impl fmt::Display for IntakeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Charset(label) => write!(f, "written in {label}, which is not read"),
            Self::CharsetUntold => f.write_str("neither UTF-8 nor UTF-16, and its header does not tell"),
            Self::Header(fault) => write!(f, "{fault}"),
            Self::NoTable(tables) => write!(f, "{tables} tables, none with a column of addresses"),
            Self::NotText => f.write_str("no text that can be read"),
            Self::Own(errors) => {
                for (n, error) in errors.iter().enumerate() {
                    write!(f, "{}{error}", if n == 0 { "" } else { "\n  " })?;
                }
                Ok(())
            }
            Self::TooLarge => write!(f, "larger than {} MB", LARGEST_PAGE >> 20),
            Self::TooDeep { line } => write!(f, "line {line}: tables in tables, too deep"),
            Self::TooManyCells { line } => write!(f, "line {line}: more cells than any list of mailboxes has"),
        }
    }
}

impl std::error::Error for IntakeFault {}

#[cfg(test)]
mod tests;
