//! The CSV form of a directory (RFC 4180): one header line, lists separated by semicolons.
//!
//! Lines that begin with `#` before the header are remarks; `# read_on=2026-11-01` tells when the directory was read.

use super::row::{COLUMNS, Row};
use super::{Directory, DirectoryError, RowFault};
use crate::time::UnixTime;

pub(super) fn read(text: &str) -> Result<Directory, Vec<DirectoryError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text); // as spreadsheet programs write it
    let mut errors = Vec::new();
    let mut read_on = None;
    let (mut skipped_lines, mut start) = (0_u64, 0);
    for line in text.split_inclusive('\n').take_while(|line| line.starts_with('#') || line.trim().is_empty()) {
        skipped_lines += 1;
        start += line.len();
        if let Some(day) = line.trim_start_matches('#').trim().strip_prefix("read_on=") {
            read_on = UnixTime::parse(day.trim());
            if read_on.is_none() {
                let fault = RowFault::NotADate(day.trim().to_owned());
                errors.push(DirectoryError { line: skipped_lines, column: Some("read_on"), fault });
            }
        }
    }
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(::csv::Trim::All)
        .from_reader(&text.as_bytes()[start..]);
    let mut records = reader.records();
    let is_header = |record: &::csv::StringRecord| record.iter().eq(COLUMNS);
    if !records.next().is_some_and(|record| record.is_ok_and(|record| is_header(&record))) {
        errors.push(DirectoryError { line: skipped_lines + 1, column: None, fault: RowFault::Header });
        return Err(errors);
    }
    let mut rows = Vec::new();
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, ::csv::Position::line) + skipped_lines;
                errors.push(DirectoryError { line, column: None, fault: RowFault::Syntax(error.to_string()) });
                continue;
            }
        };
        let line = record.position().map_or(0, ::csv::Position::line) + skipped_lines;
        if record.len() != COLUMNS.len() {
            let words = format!("expected {} columns, found {}", COLUMNS.len(), record.len());
            errors.push(DirectoryError { line, column: None, fault: RowFault::Syntax(words) });
            continue;
        }
        let cell = |n: usize| record.get(n).unwrap_or_default().to_owned();
        let list = |n: usize| {
            let pieces = record.get(n).unwrap_or_default().split(';').map(str::trim);
            pieces.filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
        };
        let row = Row {
            mailbox: cell(0),
            kind: cell(1),
            agency: cell(2),
            aliases: list(3),
            logins: list(4),
            published_on: cell(5),
            source: cell(6),
            valid_from: cell(7),
            valid_to: cell(8),
            signers: list(9),
        };
        rows.extend(row.read(|_| line, &mut errors).map(|listing| (line, listing)));
    }
    finish(read_on, rows, errors)
}

/// Overlaps are looked for even where other rows are wrong: an operator wants all errors at once.
pub(super) fn finish(
    read_on: Option<UnixTime>,
    rows: Vec<(u64, super::Listing)>,
    mut errors: Vec<DirectoryError>,
) -> Result<Directory, Vec<DirectoryError>> {
    match Directory::build(read_on, rows) {
        Ok(directory) if errors.is_empty() => return Ok(directory),
        Ok(_) => {}
        Err(more) => errors.extend(more),
    }
    errors.sort_by_key(|error| error.line);
    Err(errors)
}
