//! The TOML form of a directory: `read_on`, and one `[[mailbox]]` table per listing.

use ::toml::Spanned;
use serde::{Deserialize, Serialize};

use super::csv::finish;
use super::row::{PinRow, Row, iso_day};
use super::{Directory, DirectoryError, Listing, RowFault};
use crate::time::UnixTime;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    read_on: Option<Spanned<String>>,
    #[serde(default)]
    mailbox: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    mailbox: Spanned<String>,
    kind: Spanned<String>,
    agency: Option<Spanned<String>>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    logins: Vec<String>,
    published_on: Option<Spanned<String>>,
    #[serde(default)]
    source: String,
    valid_from: Option<Spanned<String>>,
    valid_to: Option<Spanned<String>>,
    #[serde(default)]
    signers: Vec<Spanned<String>>,
    publication: Option<Spanned<String>>,
    request: Option<Spanned<String>>,
    reason: Option<Spanned<String>>,
    decision: Option<Spanned<String>>,
    requested_on: Option<Spanned<String>>,
    done_on: Option<Spanned<String>>,
    notified_on: Option<Spanned<String>>,
    successor: Option<Spanned<String>>,
    #[serde(default)]
    pins: Vec<Spanned<PinTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PinTable {
    certificate: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    by: String,
}

pub(super) fn read(text: &str) -> Result<Directory, Vec<DirectoryError>> {
    let lines = Lines::of(text);
    let file: File = ::toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| lines.at(span.start));
        vec![DirectoryError { line, column: None, fault: RowFault::Syntax(error.message().to_owned()) }]
    })?;
    let mut errors = Vec::new();
    let read_on = file.read_on.and_then(|day| {
        let moment = UnixTime::parse(day.as_ref());
        if moment.is_none() {
            let fault = RowFault::NotADate(day.as_ref().clone());
            errors.push(DirectoryError { line: lines.at(day.span().start), column: Some("read_on"), fault });
        }
        moment
    });
    let mut rows = Vec::new();
    for table in file.mailbox {
        let line_of = |spanned: Option<&Spanned<String>>| lines.at(spanned.unwrap_or(&table.mailbox).span().start);
        let own_line = line_of(None);
        let places = [
            ("kind", line_of(Some(&table.kind))),
            ("agency", line_of(table.agency.as_ref())),
            ("published_on", line_of(table.published_on.as_ref())),
            ("valid_from", line_of(table.valid_from.as_ref())),
            ("valid_to", line_of(table.valid_to.as_ref())),
            ("signers", line_of(table.signers.first())),
            ("publication", line_of(table.publication.as_ref())),
            ("request", line_of(table.request.as_ref())),
            ("reason", line_of(table.reason.as_ref())),
            ("decision", line_of(table.decision.as_ref())),
            ("requested_on", line_of(table.requested_on.as_ref())),
            ("done_on", line_of(table.done_on.as_ref())),
            ("notified_on", line_of(table.notified_on.as_ref())),
            ("successor", line_of(table.successor.as_ref())),
            ("pins", table.pins.first().map_or(own_line, |pin| lines.at(pin.span().start))),
        ];
        let text = |cell: Option<Spanned<String>>| cell.map(Spanned::into_inner).unwrap_or_default();
        let row = Row {
            mailbox: table.mailbox.into_inner(),
            kind: table.kind.into_inner(),
            agency: text(table.agency),
            aliases: table.aliases,
            logins: table.logins,
            published_on: text(table.published_on),
            source: table.source,
            valid_from: text(table.valid_from),
            valid_to: text(table.valid_to),
            signers: table.signers.into_iter().map(Spanned::into_inner).collect(),
            publication: text(table.publication),
            request: text(table.request),
            reason: text(table.reason),
            decision: text(table.decision),
            requested_on: text(table.requested_on),
            done_on: text(table.done_on),
            notified_on: text(table.notified_on),
            successor: text(table.successor),
            pins: table.pins.into_iter().map(|pin| PinRow::from(pin.into_inner())).collect(),
        };
        let place = |column: &str| places.iter().find(|(name, _)| *name == column).map_or(own_line, |(_, line)| *line);
        rows.extend(row.read(place, &mut errors).map(|listing| (own_line, listing)));
    }
    finish(read_on, rows, errors)
}

impl From<PinTable> for PinRow {
    fn from(table: PinTable) -> Self {
        Self { certificate: table.certificate, role: table.role, from: table.from, to: table.to, by: table.by }
    }
}

#[derive(Serialize)]
struct Written<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    read_on: Option<String>,
    mailbox: Vec<WrittenTable<'r>>,
}

#[derive(Serialize)]
struct WrittenTable<'r> {
    #[serde(flatten)]
    texts: std::collections::BTreeMap<&'static str, &'r str>,
    #[serde(flatten)]
    lists: std::collections::BTreeMap<&'static str, &'r [String]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pins: Vec<std::collections::BTreeMap<&'static str, String>>,
}

/// Writes the TOML form; what is empty is left out.
pub(super) fn write<'l>(read_on: Option<UnixTime>, listings: impl Iterator<Item = &'l Listing>) -> String {
    let rows: Vec<Row> = listings.map(Row::of).collect();
    let tables = rows.iter().map(|row| {
        let texts = [
            ("mailbox", &row.mailbox),
            ("kind", &row.kind),
            ("agency", &row.agency),
            ("published_on", &row.published_on),
            ("source", &row.source),
            ("valid_from", &row.valid_from),
            ("valid_to", &row.valid_to),
            ("publication", &row.publication),
            ("request", &row.request),
            ("reason", &row.reason),
            ("decision", &row.decision),
            ("requested_on", &row.requested_on),
            ("done_on", &row.done_on),
            ("notified_on", &row.notified_on),
            ("successor", &row.successor),
        ];
        let lists = [("aliases", &row.aliases), ("logins", &row.logins), ("signers", &row.signers)];
        let pin = |pin: &PinRow| {
            let texts = [("certificate", &pin.certificate), ("role", &pin.role), ("from", &pin.from)];
            let texts = texts.into_iter().chain([("to", &pin.to), ("by", &pin.by)]);
            texts.filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, text.clone())).collect()
        };
        WrittenTable {
            texts: texts
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(name, text)| (name, text.as_str()))
                .collect(),
            lists: lists
                .into_iter()
                .filter(|(_, list)| !list.is_empty())
                .map(|(name, list)| (name, list.as_slice()))
                .collect(),
            pins: row.pins.iter().map(pin).collect(),
        }
    });
    let written = Written { read_on: read_on.map(iso_day), mailbox: tables.collect() };
    ::toml::to_string(&written).expect("texts and lists of texts are always TOML")
}

/// Where the lines of a text begin, so that a place becomes a line number without counting anew each time.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    fn at(&self, octet: usize) -> u64 {
        u64::try_from(self.0.partition_point(|end| *end < octet)).unwrap_or(u64::MAX).saturating_add(1)
    }
}
