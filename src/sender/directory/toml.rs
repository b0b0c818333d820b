//! The TOML form of a directory: `read_on`, and one `[[mailbox]]` table per listing.

use ::toml::Spanned;
use serde::Deserialize;

use super::csv::finish;
use super::row::Row;
use super::{Directory, DirectoryError, RowFault};
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
        };
        let place = |column: &str| places.iter().find(|(name, _)| *name == column).map_or(own_line, |(_, line)| *line);
        rows.extend(row.read(place, &mut errors).map(|listing| (own_line, listing)));
    }
    finish(read_on, rows, errors)
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
