//! One pass over all definitions of all objects: are they where their entries say, does every octet belong to one,
//! and which of them are of interest later.

use std::collections::BTreeSet;

use super::active::Active;
use super::file::{File, Object, ObjectError, Version};
use super::lexer::is_white;
use super::oddity::{Oddities, OddityKind};
use super::shadow;
use super::value::{Dictionary, Value};
use super::xref::Place;

/// A reference to an object that some update writes.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Referrer {
    pub(super) target: u32,
    pub(super) from: u32,
    pub(super) revision: usize,
}

/// What the pass found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Definitions that look like signature dictionaries: number and revision.
    pub(super) signatures: Vec<(u32, usize)>,
    /// Numbers that some definition of some field names as its value.
    pub(super) values: BTreeSet<u32>,
    /// Sorted; references inside object definitions, once for each time they stand there.
    pub(super) referrers: Vec<Referrer>,
    /// Numbers of catalogs, page trees and pages.
    pub(super) nodes: BTreeSet<u32>,
    pub(super) active: Active,
    /// Sorted by where they begin; large streams that are as long as they say and hold no structure.
    pub(super) streams: Vec<DataStream>,
}

/// The data of a stream in the file.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct DataStream {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) number: u32,
}

/// Shorter streams are not worth telling apart: four pages of memory.
const LARGE: usize = 16 << 10;

/// Reads every definition once. Who refers to the `appearances` matters as well, for what may be drawn into them.
pub(super) fn survey(
    file: &File<'_>,
    structure: Vec<(usize, usize)>,
    appearances: &BTreeSet<u32>,
    odd: &mut Oddities,
) -> Survey {
    let mut found = Survey::default();
    let mut overwritten = overwritten(file);
    if !overwritten.is_empty() {
        overwritten.extend(appearances);
    }
    let mut spans = structure;
    for version in file.versions() {
        let xref = file.parts().get(version.revision).map_or(0, |part| part.xref.0);
        match version.place {
            Place::Free => continue,
            Place::InFile { offset, .. } => {
                let inside =
                    file.parts().get(version.revision).is_some_and(|part| (part.start..part.end).contains(&offset));
                if !inside {
                    odd.add(OddityKind::EntryOutsideRevision { number: version.number }, xref.max(offset));
                }
            }
            Place::InStream { .. } => {}
        }
        match file.read(*version) {
            Ok(object) => {
                spans.extend(object.span);
                found.take(file, *version, &object, &overwritten, odd);
            }
            // The entry is what is odd, and it stands in the section of its revision.
            Err(ObjectError::Mismatch(other)) => {
                odd.add(OddityKind::EntryMismatch { number: version.number, found: other }, xref);
            }
            Err(ObjectError::Unreadable) => odd.add(OddityKind::ObjectUnreadable { number: version.number }, xref),
            Err(ObjectError::Exhausted) => break,
        }
    }
    // One is enough to know of a reference, two to know that it is not the only one.
    found.referrers.sort_unstable();
    let mut before = (None, None);
    found.referrers.retain(|referrer| {
        let third = before == (Some(*referrer), Some(*referrer));
        before = (before.1, Some(*referrer));
        !third
    });
    found.streams.sort_unstable();
    account(file.octets(), spans, odd);
    found
}

/// Numbers that an update defines: only for those it matters who refers to them, or did while they were nothing.
fn overwritten(file: &File<'_>) -> BTreeSet<u32> {
    file.versions().iter().filter(|version| version.revision > 0).map(|version| version.number).collect()
}

impl Survey {
    fn take(
        &mut self,
        file: &File<'_>,
        version: Version,
        object: &Object<'_>,
        overwritten: &BTreeSet<u32>,
        odd: &mut Oddities,
    ) {
        let Version { number, revision, .. } = version;
        let position = || file.position(number, revision).unwrap_or_default();
        if !object.length_fits {
            odd.add(OddityKind::LengthMismatch { number }, position());
        }
        self.active.look(number, &object.value, object.stream.is_some());
        if let Some(dictionary) = object.dictionary().filter(|_| object.stream.is_none()) {
            if let Some(value) = dictionary.reference(b"V").filter(|_| dictionary.has(b"T") || dictionary.has(b"FT")) {
                self.values.insert(value.0);
            }
            let signature = is_signature(dictionary);
            if signature {
                self.signatures.push((number, revision));
            }
            let node = shadow::is_node(dictionary);
            if node {
                self.nodes.insert(number);
            }
            if signature || node && !dictionary.is(b"Type", b"Pages") {
                report_duplicates(dictionary, number, position(), odd);
            }
        }
        // A cross-reference stream's dictionary is a trailer: what it names is compared as such.
        let is_trailer =
            object.stream.is_some() && object.dictionary().is_some_and(|stream| stream.is(b"Type", b"XRef"));
        if let (Some(dictionary), Some(data)) = (object.dictionary(), object.stream)
            && data.len() >= LARGE
            && object.length_fits
            && !is_trailer
            && !dictionary.is(b"Type", b"ObjStm")
        {
            let start = object.stream_start;
            self.streams.push(DataStream { start, end: start + data.len(), number });
        }
        if !overwritten.is_empty() && !is_trailer {
            object.value.visit(None, &mut |_, value| {
                if let Value::Reference((target, _)) = value.value
                    && overwritten.contains(&target)
                {
                    self.referrers.push(Referrer { target, from: number, revision });
                }
            });
        }
    }
}

pub(super) fn report_duplicates(dictionary: &Dictionary<'_>, number: u32, position: usize, odd: &mut Oddities) {
    if let Some(key) = dictionary.duplicate() {
        odd.add(OddityKind::DuplicateKey { number, key: super::text::decode(&key) }, position);
    }
}

/// A dictionary that could be the value of a signature field (ISO 32000-2, table 255).
pub(super) fn is_signature(dictionary: &Dictionary<'_>) -> bool {
    let typed = dictionary.is(b"Type", b"Sig") || dictionary.is(b"Type", b"DocTimeStamp");
    let contents = dictionary.has(b"Contents");
    contents && (typed || dictionary.has(b"ByteRange")) || typed && dictionary.has(b"Filter")
}

/// Reports what no span covers, white space aside, and what several cover.
fn account(octets: &[u8], mut spans: Vec<(usize, usize)>, odd: &mut Oddities) {
    spans.sort_unstable();
    spans.dedup();
    let mut gaps = Gaps { octets, odd, told: 0, rest: None };
    let mut at = 0;
    for (start, end) in spans {
        if start < at {
            gaps.odd.add(OddityKind::ObjectsOverlap, start);
        } else {
            gaps.report(at, start);
        }
        at = at.max(end);
    }
    gaps.report(at, octets.len());
    gaps.finish();
}

/// Gaps that are told one by one. Some producers write a comment before each object: the rest are told as one.
const TOLD: u32 = 16;

struct Gaps<'g> {
    octets: &'g [u8],
    odd: &'g mut Oddities,
    told: u32,
    rest: Option<(usize, usize)>,
}

impl Gaps<'_> {
    fn report(&mut self, start: usize, end: usize) {
        let gap = self.octets.get(start..end).unwrap_or_default();
        let Some(first) = gap.iter().position(|octet| !is_white(*octet)) else { return };
        let last = gap.iter().rposition(|octet| !is_white(*octet)).unwrap_or(first);
        if self.told < TOLD {
            self.told += 1;
            self.add(start + first, start + last);
        } else {
            let (first, _) = self.rest.unwrap_or((start + first, 0));
            self.rest = Some((first, start + last));
        }
    }

    fn finish(mut self) {
        if let Some((first, last)) = self.rest {
            self.add(first, last);
        }
    }

    /// Placed at its last octet: what reaches beyond a signature's end counts as after it.
    fn add(&mut self, first: usize, last: usize) {
        self.odd.add(OddityKind::Unaccounted { start: first as u64 }, last);
    }
}
