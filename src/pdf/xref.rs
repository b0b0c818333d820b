//! One cross-reference section: a table with its trailer, or a stream (ISO 32000-2, 7.5.4, 7.5.5, 7.5.8).

use super::fault::{Fault, ReadError};
use super::filter::{self, FilterError};
use super::lexer::{Lexer, Token};
use super::value::{Body, Dictionary, Id, Value, read_body, read_dictionary};
use crate::budget::Budget;

/// Where an object is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    Free,
    InFile { offset: usize, generation: u16 },
    InStream { stream: u32, index: u32 },
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SectionKind {
    Stream,
    Table,
}

#[derive(Debug)]
pub(super) struct Section {
    pub(super) kind: SectionKind,
    /// From the keyword or the object number to the end of the trailer dictionary or of `endobj`.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) entries: Vec<(u32, Place)>,
    pub(super) trailer: Trailer,
    /// Entries of twenty octets, or fields of the usual widths.
    pub(super) usual: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Trailer {
    /// A key that stands twice.
    pub(super) duplicate: Option<String>,
    pub(super) root: Option<Id>,
    pub(super) information: Option<Id>,
    pub(super) prev: Option<usize>,
    pub(super) hybrid: Option<usize>,
    pub(super) encrypted: bool,
    pub(super) size: Option<u32>,
}

impl Trailer {
    fn of(dictionary: &Dictionary<'_>) -> Self {
        Self {
            duplicate: dictionary.duplicate().map(|key| super::text::decode(&key)),
            root: dictionary.reference(b"Root"),
            information: dictionary.reference(b"Info"),
            prev: offset(dictionary, b"Prev"),
            hybrid: offset(dictionary, b"XRefStm"),
            size: dictionary.integer(b"Size"),
            encrypted: dictionary.get(b"Encrypt").is_some_and(|value| !matches!(value.value, Value::Null)),
        }
    }
}

/// A key that is there but unreadable leads nowhere, and so ends in an error rather than in a shorter chain.
fn offset(dictionary: &Dictionary<'_>, key: &[u8]) -> Option<usize> {
    let value = dictionary.get(key)?;
    match value.value {
        Value::Null => None,
        Value::Integer(value) => Some(usize::try_from(value).unwrap_or(usize::MAX)),
        // Written as a real number by some producers.
        Value::Real(text) => Some(
            std::str::from_utf8(text)
                .ok()
                .and_then(|text| text.split_once('.'))
                .and_then(|(whole, rest)| Some(whole).filter(|_| rest.bytes().all(|digit| digit == b'0')))
                .and_then(|whole| whole.parse().ok())
                .unwrap_or(usize::MAX),
        ),
        _ => Some(usize::MAX),
    }
}

/// Octets of an entry of a table (7.5.4).
const ENTRY: usize = 20;

/// Reads the section at `at` of `file`.
pub(super) fn read_section(file: &[u8], at: usize, budget: &mut Budget) -> Result<Section, ReadError> {
    let missing = ReadError::Broken { fault: Fault::SectionMissing, offset: at as u64 };
    if at >= file.len() {
        return Err(missing);
    }
    budget.objects(1)?;
    let mut lexer = Lexer::new(file, at);
    match lexer.next() {
        (start, Token::Keyword(b"xref")) => read_table(lexer, start, budget),
        (start, Token::Integer(_)) => read_stream(file, start, budget),
        _ => Err(missing),
    }
}

fn read_table(mut lexer: Lexer<'_>, start: usize, budget: &mut Budget) -> Result<Section, ReadError> {
    let unreadable = ReadError::Broken { fault: Fault::SectionUnreadable, offset: start as u64 };
    let mut entries = Vec::new();
    let mut usual = true;
    loop {
        let first = match lexer.next().1 {
            Token::Keyword(b"trailer") => break,
            Token::Integer(first) => u32::try_from(first).map_err(|_| unreadable)?,
            _ => return Err(unreadable),
        };
        let count: u32 = lexer.integer().ok_or(unreadable)?;
        let mut expected = None;
        for index in 0..count {
            budget.objects(1)?;
            let (at, Token::Integer(offset)) = lexer.next() else { return Err(unreadable) };
            let offset = usize::try_from(offset).map_err(|_| unreadable)?;
            usual &= *expected.get_or_insert(at) == at;
            expected = Some(at.saturating_add(ENTRY));
            let generation: u32 = lexer.integer().ok_or(unreadable)?;
            let place = match lexer.next().1 {
                Token::Keyword(b"f") => Place::Free,
                // No object can be at the header; readers take such an entry for free.
                Token::Keyword(b"n") if offset == 0 => Place::Free,
                Token::Keyword(b"n") => {
                    Place::InFile { offset, generation: u16::try_from(generation).map_err(|_| unreadable)? }
                }
                _ => return Err(unreadable),
            };
            entries.push((first.checked_add(index).ok_or(unreadable)?, place));
        }
    }
    let trailer = read_dictionary(&mut lexer).map_err(|_| unreadable)?;
    let trailer = Trailer::of(&trailer);
    Ok(Section { kind: SectionKind::Table, start, end: lexer.at(), entries, trailer, usual })
}

fn read_stream(file: &[u8], start: usize, budget: &mut Budget) -> Result<Section, ReadError> {
    let unreadable = ReadError::Broken { fault: Fault::SectionUnreadable, offset: start as u64 };
    let missing = ReadError::Broken { fault: Fault::SectionMissing, offset: start as u64 };
    let mut lexer = Lexer::new(file, start);
    let _number: u32 = lexer.integer().ok_or(missing)?;
    let _generation: u16 = lexer.integer().ok_or(missing)?;
    if !lexer.keyword(b"obj") {
        return Err(missing);
    }
    let Ok(Body { value, stream: true }) = read_body(&mut lexer) else { return Err(unreadable) };
    let dictionary = value.as_dictionary().filter(|dictionary| dictionary.is(b"Type", b"XRef")).ok_or(missing)?;
    // /Length must be direct here: nothing could look up a reference yet (7.5.8.2).
    let length: usize = dictionary.integer(b"Length").ok_or(unreadable)?;
    let data = skip_stream_start(&mut lexer);
    let end = data.checked_add(length).filter(|end| *end <= file.len()).ok_or(unreadable)?;
    lexer = Lexer::new(file, end);
    if !lexer.keyword(b"endstream") || !lexer.keyword(b"endobj") {
        return Err(unreadable);
    }
    let trailer = Trailer { hybrid: None, ..Trailer::of(dictionary) };
    // An encrypted file stays encrypted even where its table cannot be read.
    if trailer.encrypted {
        return Err(ReadError::Encrypted);
    }
    let plain = filter::decode(dictionary, &file[data..end], budget).map_err(|error| match error {
        FilterError::Exhausted(exhausted) => exhausted.into(),
        FilterError::Damaged | FilterError::Unsupported => unreadable,
    })?;
    let entries = stream_entries(dictionary, &plain, budget)?.ok_or(unreadable)?;
    let usual = matches!(stream_shape(dictionary), Some(([0 | 1, 1..=4 | 8, 0..=4 | 8], _)));
    Ok(Section { kind: SectionKind::Stream, start, end: lexer.at(), entries, trailer, usual })
}

/// Skips the end-of-line marker after `stream` and gives the offset of the data.
pub(super) fn skip_stream_start(lexer: &mut Lexer<'_>) -> usize {
    lexer.skip_end_of_line();
    lexer.at()
}

fn stream_entries(
    dictionary: &Dictionary<'_>,
    plain: &[u8],
    budget: &mut Budget,
) -> Result<Option<Vec<(u32, Place)>>, ReadError> {
    let Some((widths, ranges)) = stream_shape(dictionary) else { return Ok(None) };
    let width: usize = widths.iter().sum();
    if width == 0 {
        return Ok(None);
    }
    let mut entries = Vec::new();
    let mut rows = plain.chunks_exact(width);
    for (first, count) in ranges {
        for index in 0..count {
            budget.objects(1)?;
            let Some(row) = rows.next() else { return Ok(None) };
            let Some(number) = first.checked_add(index) else { return Ok(None) };
            match place(row, widths) {
                Ok(Some(place)) => entries.push((number, place)),
                // Other types are references to null (ISO 32000-2, 7.5.8.3).
                Ok(None) => entries.push((number, Place::Free)),
                Err(()) => return Ok(None),
            }
        }
    }
    Ok(Some(entries))
}

/// First number and count of each run of entries.
type Runs = Vec<(u32, u32)>;

fn stream_shape(dictionary: &Dictionary<'_>) -> Option<([usize; 3], Runs)> {
    let integers = |key: &[u8]| -> Option<Vec<u32>> {
        let items = dictionary.get(key)?.as_array()?;
        items
            .iter()
            .map(|item| if let Value::Integer(value) = item.value { value.try_into().ok() } else { None })
            .collect()
    };
    let widths: [u32; 3] = integers(b"W")?.try_into().ok()?;
    // Eight octets count everything that fits into a u64.
    if widths.iter().any(|width| *width > 8) {
        return None;
    }
    let ranges = if dictionary.has(b"Index") { integers(b"Index")? } else { vec![0, dictionary.integer(b"Size")?] };
    let (pairs, rest) = ranges.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    Some((widths.map(|width| width as usize), pairs.iter().map(|[first, count]| (*first, *count)).collect()))
}

fn place(row: &[u8], widths: [usize; 3]) -> Result<Option<Place>, ()> {
    let (kind, rest) = row.split_at(widths[0]);
    let (second, third) = rest.split_at(widths[1]);
    let number = |octets: &[u8]| octets.iter().fold(0_u64, |value, octet| value << 8 | u64::from(*octet));
    let (second, third) = (number(second), number(third));
    match if widths[0] == 0 { 1 } else { number(kind) } {
        0 => Ok(Some(Place::Free)),
        1 if second == 0 => Ok(Some(Place::Free)),
        1 => Ok(Some(Place::InFile {
            offset: usize::try_from(second).map_err(drop)?,
            generation: u16::try_from(third).map_err(drop)?,
        })),
        2 => Ok(Some(Place::InStream {
            stream: u32::try_from(second).map_err(drop)?,
            index: u32::try_from(third).map_err(drop)?,
        })),
        _ => Ok(None),
    }
}
