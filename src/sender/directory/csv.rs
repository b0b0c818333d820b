//! The CSV form of a directory (RFC 4180): one header line, lists separated by semicolons.
//!
//! Lines that begin with `#` before the header are remarks; `# read_on=2026-11-01` tells when the directory was read.

use super::row::{COLUMNS, FURTHER, PinRow, Row, iso_day};
use super::{Directory, DirectoryError, Listing, RowFault};
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
            // A spreadsheet program fills the line up with empty cells.
            let day = day.trim_end_matches([',', ';', '\t']).trim();
            read_on = UnixTime::parse(day);
            if read_on.is_none() {
                let fault = RowFault::NotADate(day.to_owned());
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
    let header = records.next().and_then(Result::ok).and_then(|record| Header::of(&record));
    let Some(header) = header else {
        errors.push(DirectoryError { line: skipped_lines + 1, column: None, fault: RowFault::Header });
        return Err(errors);
    };
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
        if record.len() != header.columns {
            let words = format!("expected {} columns, found {}", header.columns, record.len());
            errors.push(DirectoryError { line, column: None, fault: RowFault::Syntax(words) });
            continue;
        }
        rows.extend(header.row(&record).read(|_| line, &mut errors).map(|listing| (line, listing)));
    }
    finish(read_on, rows, errors)
}

/// Where the columns stand that may follow the first ten.
struct Header {
    columns: usize,
    further: [Option<usize>; FURTHER.len()],
}

impl Header {
    fn of(record: &::csv::StringRecord) -> Option<Self> {
        let mut cells = record.iter();
        if !COLUMNS.iter().all(|column| cells.next() == Some(*column)) {
            return None;
        }
        let mut further = [None; FURTHER.len()];
        for (at, name) in cells.enumerate() {
            let place = FURTHER.iter().position(|known| *known == name).and_then(|n| further.get_mut(n))?;
            if place.replace(COLUMNS.len() + at).is_some() {
                return None;
            }
        }
        Some(Self { columns: record.len(), further })
    }

    fn row(&self, record: &::csv::StringRecord) -> Row {
        let text = |n: usize| record.get(n).map(bared).unwrap_or_default();
        let cell = |n: usize| text(n).to_owned();
        let list = |n: usize| {
            let pieces = text(n).split(';').map(str::trim);
            pieces.filter(|piece| !piece.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let further = |name: &str| {
            let place = FURTHER.iter().position(|known| *known == name);
            place.and_then(|n| self.further.get(n).copied().flatten()).map(cell).unwrap_or_default()
        };
        Row {
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
            publication: further("publication"),
            request: further("request"),
            reason: further("reason"),
            decision: further("decision"),
            requested_on: further("requested_on"),
            done_on: further("done_on"),
            notified_on: further("notified_on"),
            successor: further("successor"),
            pins: further("pins").split(';').map(str::trim).filter(|pin| !pin.is_empty()).map(PinRow::parse).collect(),
        }
    }
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

/// Writes the CSV form. A text with a semicolon in a list cannot be told from two texts: such a listing is the error.
pub(super) fn write<'l>(
    read_on: Option<UnixTime>,
    listings: impl Iterator<Item = &'l Listing>,
) -> Result<String, &'l Listing> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let mut rows = vec![COLUMNS.iter().chain(&FURTHER).map(|name| (*name).to_owned()).collect::<Vec<_>>()];
    for listing in listings {
        rows.push(cells(&Row::of(listing)).ok_or(listing)?);
    }
    for row in rows {
        // Writing into memory has no way to fail.
        let _ = writer.write_record(row.iter().map(|cell| guarded(cell)));
    }
    let octets = writer.into_inner().unwrap_or_default();
    let remark = read_on.map_or_else(String::new, |day| format!("# read_on={}\n", iso_day(day)));
    Ok(remark + &String::from_utf8_lossy(&octets))
}

fn cells(row: &Row) -> Option<Vec<String>> {
    let pins: Vec<String> = row.pins.iter().map(PinRow::write).collect();
    let lists = [&row.aliases, &row.logins, &row.signers, &pins];
    if lists.iter().any(|list| list.iter().any(|text| text.contains(';'))) {
        return None;
    }
    let [aliases, logins, signers, pins] = lists.map(|list| list.join(";"));
    let first = [&row.mailbox, &row.kind, &row.agency, &aliases, &logins, &row.published_on, &row.source];
    let second = [&row.valid_from, &row.valid_to, &signers, &row.publication, &row.request, &row.reason];
    let third = [&row.decision, &row.requested_on, &row.done_on, &row.notified_on, &row.successor, &pins];
    Some(first.into_iter().chain(second).chain(third).cloned().collect())
}

/// What a spreadsheet program would take for a formula gets an apostrophe before it (OWASP, CSV injection); so does what
/// has one before such a sign already, so that reading takes off exactly one.
pub fn guarded(cell: &str) -> String {
    let begins = cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']);
    if begins { format!("'{cell}") } else { cell.to_owned() }
}

fn bared(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}
