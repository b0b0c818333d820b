//! The cross-reference chain of the whole file, cut into revisions (ISO 32000-2, 7.5.6; linearised files: annex F).

use std::collections::{BTreeMap, BTreeSet};

use super::fault::{Fault, Limit, ReadError};
use super::lexer::{Lexer, is_white};
use super::oddity::{Oddities, OddityKind};
use super::value::{Body, Id, read_body};
use super::xref::{Place, Section, SectionKind, Trailer, read_section};
use crate::budget::{Budget, Exhausted};

/// One revision: what one save wrote.
#[derive(Debug)]
pub(super) struct Part {
    /// Where the revision before it ends.
    pub(super) start: usize,
    /// After the end-of-line marker that follows `%%EOF`.
    pub(super) end: usize,
    /// After `%%EOF` itself.
    pub(super) marker_end: usize,
    /// Where its newest cross-reference section begins.
    pub(super) xref: (usize, usize),
    pub(super) kind: SectionKind,
    pub(super) hybrid: bool,
    /// Each section is written as every reader expects it. Some give up at others, and look for objects themselves.
    pub(super) usual: bool,
    /// One entry for each number, in the order of the numbers.
    pub(super) entries: Vec<(u32, Place)>,
    pub(super) root: Option<Id>,
    pub(super) information: Option<Id>,
}

/// The revisions, oldest first, and the octets of the structure itself.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) parts: Vec<Part>,
    /// The header, and each section up to its `%%EOF`.
    pub(super) spans: Vec<(usize, usize)>,
}

/// A link of the chain: a section with the stream that its trailer adds in a hybrid-reference file.
struct Link {
    section: Section,
    hybrid: Option<Section>,
    ending: Ending,
}

/// What follows a section.
struct Ending {
    marker_end: usize,
    end: usize,
}

/// Papers are saved a few dozen times; a file of 64 MB could name a million sections.
pub(super) const SECTIONS: usize = 4_096;

/// Follows the chain from the last `startxref`.
pub(super) fn read_chain(file: &[u8], budget: &mut Budget, odd: &mut Oddities) -> Result<Chain, ReadError> {
    let (header, header_end) = read_header(file, odd)?;
    let mut spans = vec![(header, header_end)];
    let links = read_links(file, budget, odd, &mut spans)?;
    let linearised = is_linearised(file, header_end);
    let held = links.iter().any(|link| link.hybrid.is_some()).then(BTreeMap::new);
    let mut merger = Merger { parts: Vec::new(), held, highest: 0, budget, odd };
    let mut last_start = usize::MAX;
    for link in links.into_iter().rev() {
        let (start, forward) = (link.section.start, link.section.start < last_start && last_start != usize::MAX);
        last_start = start;
        // In a linearised file the section of the first page stands before the main one, which it names as /Prev.
        if forward && !(linearised && merger.parts.len() == 1) {
            merger.odd.add(OddityKind::PrevForward, start);
        }
        merger.add(link, forward)?;
    }
    let parts = merger.parts;
    Ok(Chain { parts, spans })
}

/// The header (7.5.2): where it is, and where the comment lines after it end.
fn read_header(file: &[u8], odd: &mut Oddities) -> Result<(usize, usize), ReadError> {
    const MARK: &[u8] = b"%PDF-";
    let head = file.get(..1_024 + MARK.len()).unwrap_or(file);
    let start = head.windows(MARK.len()).position(|octets| octets == MARK).ok_or(ReadError::NotPdf)?;
    if start != 0 {
        odd.add(OddityKind::HeaderLate, start);
    }
    let version = file.get(start + MARK.len()..).unwrap_or_default();
    if !matches!(version, [b'1', b'.', b'0'..=b'7', rest @ ..] | [b'2', b'.', b'0', rest @ ..]
        if rest.first().is_none_or(|octet| is_white(*octet)))
    {
        odd.add(OddityKind::HeaderVersion, start);
    }
    let mut lexer = Lexer::new(file, start);
    lexer.skip_line();
    // One comment line with octets above 127 marks the file as binary (7.5.2).
    if lexer.peek_octet() == Some(b'%') {
        lexer.skip_line();
    }
    Ok((start, lexer.at()))
}

fn is_linearised(file: &[u8], header_end: usize) -> bool {
    let mut lexer = Lexer::new(file, header_end);
    let object = lexer.integer::<u32>().is_some() && lexer.integer::<u16>().is_some() && lexer.keyword(b"obj");
    object
        && matches!(read_body(&mut lexer), Ok(Body { value, .. })
            if value.as_dictionary().is_some_and(|dictionary| dictionary.has(b"Linearized")))
}

/// All sections, newest first.
fn read_links(
    file: &[u8],
    budget: &mut Budget,
    odd: &mut Oddities,
    spans: &mut Vec<(usize, usize)>,
) -> Result<Vec<Link>, ReadError> {
    let mut links = Vec::new();
    let (mut seen, mut hybrids) = (BTreeSet::new(), BTreeSet::new());
    let mut next = Some(last_startxref(file)?);
    while let Some(at) = next {
        if !seen.insert(at) {
            return Err(ReadError::Broken { fault: Fault::PrevLoop, offset: at as u64 });
        }
        if links.len() >= SECTIONS {
            return Err(ReadError::TooLarge(Limit::Sections));
        }
        let section = read_section(file, at, budget)?;
        if section.trailer.encrypted {
            return Err(ReadError::Encrypted);
        }
        if let Some(key) = section.trailer.duplicate.clone() {
            odd.add(OddityKind::DuplicateKey { number: 0, key }, section.start);
        }
        next = section.trailer.prev;
        // After the first-page section of a linearised file stands a 0 (annex F.3.4).
        let first_page = section.trailer.prev.is_some_and(|prev| prev > section.start);
        let newest = links.is_empty() && !first_page;
        let ending = read_ending(file, &section, newest, odd);
        spans.extend([(section.start, section.end), (section.end, ending.end)]);
        let hybrid = match section.trailer.hybrid {
            Some(at) => {
                let mut stream = read_section(file, at, budget)?;
                // Readers that follow each section once give up at one that is named again, or that leads further.
                stream.usual &= stream.trailer.prev.is_none() && hybrids.insert(at);
                spans.push((stream.start, stream.end));
                Some(stream)
            }
            None => None,
        };
        links.push(Link { section, hybrid, ending });
    }
    Ok(links)
}

fn last_startxref(file: &[u8]) -> Result<usize, ReadError> {
    const WORD: &[u8] = b"startxref";
    let missing = |at: usize| ReadError::Broken { fault: Fault::StartxrefMissing, offset: at as u64 };
    let at = memchr::memmem::rfind(file, WORD).ok_or(missing(file.len()))?;
    Lexer::new(file, at + WORD.len()).integer().ok_or(missing(at))
}

/// Reads `startxref`, the offset and `%%EOF` after a section; without them the revision ends with the section.
fn read_ending(file: &[u8], section: &Section, newest: bool, odd: &mut Oddities) -> Ending {
    let mut lexer = Lexer::new(file, section.end);
    let ending = (|| {
        if !lexer.keyword(b"startxref") {
            return None;
        }
        let named: usize = lexer.integer()?;
        lexer.skip_white();
        lexer.skip_word(b"%%EOF").then_some(named)
    })();
    let Some(named) = ending else {
        odd.add(OddityKind::RevisionWithoutEnd, section.end);
        return Ending { marker_end: section.end, end: section.end };
    };
    let marker_end = lexer.at();
    // Only from the newest do readers start; older ones are reached by /Prev, whatever stands after them.
    if newest
        && named != section.start
        && file.get(named..section.start).is_none_or(|gap| !gap.iter().all(|o| is_white(*o)))
    {
        odd.add(OddityKind::StartxrefMismatch, section.end);
    }
    // Some writers put a space before the end of the line.
    lexer.skip_end_of_line();
    Ending { marker_end, end: lexer.at() }
}

/// Puts links together into revisions, oldest first.
struct Merger<'m> {
    parts: Vec<Part>,
    /// Where each object is so far; kept only for hybrid-reference files.
    held: Option<BTreeMap<u32, Place>>,
    /// The largest number in use so far.
    highest: u32,
    budget: &'m mut Budget,
    odd: &'m mut Oddities,
}

impl Merger<'_> {
    /// Adds a link to the newest revision where both were written by one save, else as a revision of its own.
    fn add(&mut self, link: Link, forward: bool) -> Result<(), Exhausted> {
        let Link { section, hybrid, ending } = link;
        let Section { kind, start, end, entries, trailer, usual } = section;
        let Trailer { root, information, .. } = trailer;
        let usual = usual && hybrid.as_ref().is_none_or(|stream| stream.usual);
        let bare = !entries.iter().any(|(_, place)| matches!(place, Place::InFile { .. }));
        let mut entries = unique(entries, self.odd, start);
        let hybrid = hybrid.filter(|stream| !self.is_copied(&entries, stream));
        let hybrid_start = hybrid.as_ref().map(|stream| stream.start);
        if let Some(stream) = hybrid {
            let hidden = unique(stream.entries, self.odd, start);
            report_two_places(&entries, &hidden, self.odd, start);
            entries = over_hybrid(entries, hidden);
        }
        let in_use = entries.iter().rev().find(|(_, place)| *place != Place::Free).map_or(0, |(number, _)| *number);
        self.highest = self.highest.max(in_use);
        // The first-page section of a linearised file counts what the main one holds, which comes later here.
        if trailer.size.is_some_and(|size| size <= self.highest) {
            self.odd.add(OddityKind::SizeTooSmall { number: self.highest }, start);
        }
        if let Some(held) = &mut self.held {
            held.extend(entries.iter().copied());
        }
        // Word writes an empty table after the main one only to name the stream for readers that know it.
        let appendix = |part: &Part| bare && hybrid_start.is_some_and(|at| at < part.end);
        if let Some(last) = self.parts.last_mut()
            && (forward || appendix(last))
        {
            // Each merge goes through all entries again.
            self.budget.objects(last.entries.len() as u64)?;
            last.entries = over(entries, std::mem::take(&mut last.entries));
            last.end = last.end.max(ending.end);
            last.marker_end = last.marker_end.max(ending.marker_end);
            last.root = root.or(last.root);
            last.information = information.or(last.information);
            last.hybrid |= hybrid_start.is_some();
            last.usual &= usual;
            return Ok(());
        }
        if hybrid_start.is_some() && !self.parts.is_empty() {
            self.odd.add(OddityKind::HybridUpdate, start);
        }
        let from = self.parts.last().map_or(0, |last| last.end);
        self.parts.push(Part {
            start: from,
            end: ending.end.max(from),
            marker_end: ending.marker_end.max(from),
            xref: (start, end),
            kind,
            hybrid: hybrid_start.is_some(),
            usual,
            entries,
            root,
            information,
        });
        Ok(())
    }

    /// Tools that copy the trailer of an earlier revision copy its `/XRefStm` too. It says nothing new if each object
    /// is where the stream says, or where the table does.
    fn is_copied(&self, table: &[(u32, Place)], stream: &Section) -> bool {
        let earlier = self.parts.last().is_some_and(|last| stream.start < last.end);
        let Some(held) = self.held.as_ref().filter(|_| earlier) else { return false };
        stream.entries.iter().all(|(number, place)| {
            *place == Place::Free || in_use(table, *number).is_some() || held.get(number) == Some(place)
        })
    }
}

fn in_use(table: &[(u32, Place)], number: u32) -> Option<Place> {
    let index = table.binary_search_by_key(&number, |entry| entry.0).ok()?;
    table.get(index).map(|entry| entry.1).filter(|place| *place != Place::Free)
}

/// Sorts the entries; of two for one number the first stays.
fn unique(mut entries: Vec<(u32, Place)>, odd: &mut Oddities, at: usize) -> Vec<(u32, Place)> {
    entries.sort_by_key(|(number, _)| *number);
    entries.dedup_by(|later, first| {
        let twice = later.0 == first.0;
        if twice && later.1 != first.1 {
            odd.add(OddityKind::TwoPlaces { number: first.0 }, at);
        }
        twice
    });
    entries
}

/// Both sorted lists as one; `newer` wins.
fn over(newer: Vec<(u32, Place)>, older: Vec<(u32, Place)>) -> Vec<(u32, Place)> {
    let mut all = newer;
    all.extend(older);
    all.sort_by_key(|(number, _)| *number);
    all.dedup_by_key(|(number, _)| *number);
    all
}

/// Objects to which table and stream give different places.
fn report_two_places(table: &[(u32, Place)], stream: &[(u32, Place)], odd: &mut Oddities, at: usize) {
    for (number, place) in stream.iter().filter(|(_, place)| *place != Place::Free) {
        if in_use(table, *number).is_some_and(|other| other != *place) {
            odd.add(OddityKind::TwoPlaces { number: *number }, at);
        }
    }
}

/// A number that the table calls free is looked up in the stream (7.5.8.4).
fn over_hybrid(table: Vec<(u32, Place)>, stream: Vec<(u32, Place)>) -> Vec<(u32, Place)> {
    let (free, used): (Vec<_>, Vec<_>) = table.into_iter().partition(|(_, place)| *place == Place::Free);
    over(over(used, stream), free)
}
