//! The file as its cross-reference chain explains it: which object is where in which revision, read on demand.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use super::chain::Part;
use super::filter::{self, FilterError};
use super::lexer::{Lexer, Token, is_white};
use super::value::{Dictionary, Id, Located, Value, read_body};
use super::xref::{Place, skip_stream_start};
use crate::budget::{Budget, Exhausted};

/// References that lead to references; none do in sound files.
const HOPS: u32 = 16;

#[derive(Debug)]
pub(super) struct File<'a> {
    octets: &'a [u8],
    parts: &'a [Part],
    /// By number, then revision; only entries that change something.
    index: Vec<Version>,
    /// Object streams, by the offset of their object.
    streams: BTreeMap<usize, ObjectStream>,
    /// Octets that may still be read. Objects may claim the same octets: without this, reading would take
    /// objects x octets.
    work: Cell<usize>,
    /// Octets that came out of object streams.
    decoded: u64,
    /// From here on there is no `endstream`.
    no_end_from: Cell<usize>,
}

/// One definition of an object, from `revision` on until the next one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version {
    pub(super) number: u32,
    pub(super) revision: usize,
    pub(super) place: Place,
}

impl Version {
    /// The generation in its entry; 0 inside an object stream (ISO 32000-2, 7.5.8.3).
    pub(super) fn generation(self) -> u16 {
        match self.place {
            Place::InFile { generation, .. } => generation,
            Place::Free | Place::InStream { .. } => 0,
        }
    }
}

#[derive(Debug)]
struct ObjectStream {
    plain: Vec<u8>,
    /// Number and range of each object.
    objects: Vec<(u32, usize, usize)>,
}

#[derive(Debug)]
pub(super) struct Object<'f> {
    pub(super) value: Located<'f>,
    /// Octets of the stream's data, if it is one.
    pub(super) stream: Option<&'f [u8]>,
    /// Where they begin in the file.
    pub(super) stream_start: usize,
    /// From the number to the end of `endobj`; `None` inside an object stream.
    pub(super) span: Option<(usize, usize)>,
    /// Whether the stream is as long as it says.
    pub(super) length_fits: bool,
}

impl<'f> Object<'f> {
    pub(super) fn dictionary(&self) -> Option<&Dictionary<'f>> {
        self.value.as_dictionary()
    }
}

/// Why an object could not be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ObjectError {
    Exhausted,
    /// What stands there instead.
    Mismatch(Option<Id>),
    Unreadable,
}

/// A value, followed through references.
#[derive(Clone, Debug)]
pub(super) struct Resolved<'f> {
    pub(super) value: Cow<'f, Located<'f>>,
    /// The object in which it stands, if a reference led there.
    pub(super) object: Option<Id>,
}

impl<'a> File<'a> {
    /// Indexes the entries of all revisions and decodes the object streams.
    pub(super) fn new(octets: &'a [u8], parts: &'a [Part], budget: &mut Budget) -> Result<Self, Exhausted> {
        let decoded = budget.decoded_left();
        let work = octets.len().saturating_mul(8).saturating_add(1 << 20);
        let mut file = Self {
            octets,
            parts,
            index: index(parts),
            streams: BTreeMap::new(),
            work: Cell::new(work),
            decoded: 0,
            no_end_from: Cell::new(usize::MAX),
        };
        for version in file.index.clone() {
            if let Place::InStream { stream, .. } = version.place {
                file.decode_stream(stream, version.revision, budget)?;
            }
        }
        file.decoded = decoded.saturating_sub(budget.decoded_left());
        let more = usize::try_from(file.decoded).unwrap_or(usize::MAX).saturating_mul(8);
        file.work.set(file.work.get().saturating_add(more));
        Ok(file)
    }

    pub(super) fn octets(&self) -> &'a [u8] {
        self.octets
    }

    pub(super) fn parts(&self) -> &'a [Part] {
        self.parts
    }

    /// Index of the newest revision.
    pub(super) fn newest(&self) -> usize {
        self.parts.len().saturating_sub(1)
    }

    /// Whether the same octets were read so often that what follows was left out.
    pub(super) fn is_exhausted(&self) -> bool {
        self.work.get() == 0
    }

    /// Octets that came out of object streams.
    pub(super) fn decoded(&self) -> u64 {
        self.decoded
    }

    /// All definitions, by number and revision.
    pub(super) fn versions(&self) -> &[Version] {
        &self.index
    }

    /// The definition of `number` that holds in `revision`.
    pub(super) fn version(&self, number: u32, revision: usize) -> Option<Version> {
        let after = self.index.partition_point(|version| (version.number, version.revision) <= (number, revision));
        self.index.get(after.checked_sub(1)?).copied().filter(|version| version.number == number)
    }

    /// The revision that defined `number` first; the newest one for what was never defined.
    pub(super) fn first_revision(&self, number: u32) -> usize {
        let first = self.index.partition_point(|version| version.number < number);
        let version = self.index.get(first).filter(|version| version.number == number);
        version.map_or(self.newest(), |version| version.revision)
    }

    /// Where the object stands in the file, or the object stream that holds it.
    pub(super) fn position(&self, number: u32, revision: usize) -> Option<usize> {
        let version = self.version(number, revision)?;
        match version.place {
            Place::Free => None,
            Place::InFile { offset, .. } => Some(offset),
            Place::InStream { stream, .. } => match self.version(stream, version.revision)?.place {
                Place::InFile { offset, .. } => Some(offset),
                Place::Free | Place::InStream { .. } => None,
            },
        }
    }

    /// Where that is stated which holds in `revision`: the object, or the section that frees it.
    pub(super) fn stated(&self, number: u32, revision: usize) -> usize {
        let section = || self.version(number, revision).and_then(|version| self.parts.get(version.revision));
        self.position(number, revision).or_else(|| section().map(|part| part.xref.0)).unwrap_or_default()
    }

    /// The object that a reference names in `revision`; `None` where it would be null.
    pub(super) fn object(&self, id: Id, revision: usize) -> Option<Object<'_>> {
        let version = self.version(id.0, revision)?;
        if version.generation() != id.1 {
            return None;
        }
        self.read(version).ok()
    }

    /// Follows references in `revision`.
    pub(super) fn resolve<'f>(&'f self, value: &'f Located<'f>, revision: usize) -> Option<Resolved<'f>> {
        match value.as_reference() {
            None => Some(Resolved { value: Cow::Borrowed(value), object: None }),
            Some(id) => self.resolve_id(id, revision),
        }
    }

    pub(super) fn resolve_id(&self, mut id: Id, revision: usize) -> Option<Resolved<'_>> {
        for _ in 0..HOPS {
            let object = self.object(id, revision)?;
            match object.value.as_reference() {
                Some(next) => id = next,
                None => return Some(Resolved { value: Cow::Owned(object.value), object: Some(id) }),
            }
        }
        None
    }

    /// Reads one definition of an object.
    pub(super) fn read(&self, version: Version) -> Result<Object<'_>, ObjectError> {
        match version.place {
            Place::Free => Err(ObjectError::Unreadable),
            Place::InFile { offset, generation } => {
                self.read_at((version.number, generation), offset, version.revision)
            }
            Place::InStream { stream, index } => self.read_in_stream(version, stream, index),
        }
    }

    fn read_in_stream(&self, version: Version, stream: u32, index: u32) -> Result<Object<'_>, ObjectError> {
        let holder = self.version(stream, version.revision).ok_or(ObjectError::Unreadable)?;
        let Place::InFile { offset, .. } = holder.place else { return Err(ObjectError::Unreadable) };
        let held = self.streams.get(&offset).ok_or(ObjectError::Unreadable)?;
        let (number, start, end) =
            *usize::try_from(index).ok().and_then(|index| held.objects.get(index)).ok_or(ObjectError::Unreadable)?;
        if number != version.number {
            return Err(ObjectError::Mismatch(Some((number, 0))));
        }
        let text = held.plain.get(start..end).ok_or(ObjectError::Unreadable)?;
        let mut lexer = Lexer::new(text, 0);
        let body = read_body(&mut lexer);
        self.pay(lexer.at())?;
        let body = body.map_err(|_| ObjectError::Unreadable)?;
        Ok(Object { value: body.value, stream: None, stream_start: 0, span: None, length_fits: true })
    }

    fn read_at(&self, id: Id, offset: usize, revision: usize) -> Result<Object<'_>, ObjectError> {
        let (start, mut lexer) = self.open(id, offset)?;
        let body = read_body(&mut lexer);
        self.pay(lexer.at().saturating_sub(offset))?;
        let body = body.map_err(|_| ObjectError::Unreadable)?;
        let mut object = Object { value: body.value, stream: None, stream_start: 0, span: None, length_fits: true };
        if body.stream {
            let dictionary = object.dictionary().ok_or(ObjectError::Unreadable)?;
            let length = self.stream_length(dictionary, revision);
            let data = skip_stream_start(&mut lexer);
            let (end, fits) = self.stream_end(data, length)?;
            object.stream = self.octets.get(data..end);
            object.stream_start = data;
            object.length_fits = fits;
            lexer = Lexer::new(self.octets, end);
            lexer.skip_white();
            self.pay(lexer.at().saturating_sub(end))?;
            lexer.skip_word(b"endstream");
            let after = lexer.at();
            if !lexer.keyword(b"endobj") {
                lexer = Lexer::new(self.octets, after);
            }
            self.pay(lexer.at().saturating_sub(after))?;
        }
        object.span = Some((start, lexer.at()));
        Ok(object)
    }

    /// Checks the number and generation at `offset` against the entry (ISO 32000-2, 7.3.10).
    fn open(&self, id: Id, offset: usize) -> Result<(usize, Lexer<'a>), ObjectError> {
        let mut lexer = Lexer::new(self.octets, offset);
        // Entries that point at the end of the line before are common, and every reader skips it.
        lexer.skip_white();
        let start = lexer.at();
        let mut head = lexer.clone();
        let number = match head.next().1 {
            Token::Integer(number) => u32::try_from(number).ok(),
            _ => None,
        };
        self.pay(head.at().saturating_sub(offset))?;
        let number = number.ok_or(ObjectError::Mismatch(None))?;
        let found = (|| Some((number, head.integer::<u16>()?)).filter(|_| head.keyword(b"obj")))();
        self.pay(head.at().saturating_sub(start))?;
        match found {
            Some(found) if found == id => Ok((start, head)),
            other => Err(ObjectError::Mismatch(other)),
        }
    }

    fn stream_length(&self, dictionary: &Dictionary<'_>, revision: usize) -> Option<usize> {
        let value = dictionary.get(b"Length")?;
        let Some(id) = value.as_reference() else { return dictionary.integer(b"Length") };
        let version = self.version(id.0, revision)?;
        let Place::InFile { offset, generation } = version.place else {
            let Place::InStream { stream, index } = version.place else { return None };
            return match self.read_in_stream(version, stream, index).ok()?.value.value {
                Value::Integer(length) => usize::try_from(length).ok(),
                _ => None,
            };
        };
        // Not `read`: a length that is itself a stream would ask for its own length.
        let (_, mut lexer) = self.open((id.0, generation), offset).ok()?;
        lexer.integer()
    }

    /// Where the data ends, and whether that is where the dictionary says.
    fn stream_end(&self, data: usize, length: Option<usize>) -> Result<(usize, bool), ObjectError> {
        const WORD: &[u8] = b"endstream";
        let stated = length.and_then(|length| data.checked_add(length)).filter(|end| {
            let mut lexer = Lexer::new(self.octets, *end);
            lexer.skip_end_of_line();
            lexer.skip_word(WORD)
        });
        if let Some(end) = stated {
            return Ok((end, true));
        }
        if data >= self.no_end_from.get() {
            return Err(ObjectError::Unreadable);
        }
        let rest = self.octets.get(data..).unwrap_or_default();
        let Some(length) = memchr::memmem::find(rest, WORD) else {
            self.no_end_from.set(data);
            self.pay(rest.len())?;
            return Err(ObjectError::Unreadable);
        };
        self.pay(length)?;
        let trimmed = rest[..length].iter().rposition(|octet| !is_white(*octet)).map_or(0, |last| last + 1);
        Ok((data + trimmed, false))
    }

    fn decode_stream(&mut self, number: u32, revision: usize, budget: &mut Budget) -> Result<(), Exhausted> {
        let Some(version) = self.version(number, revision) else { return Ok(()) };
        let Place::InFile { offset, .. } = version.place else { return Ok(()) };
        if self.streams.contains_key(&offset) {
            return Ok(());
        }
        // What cannot be decoded is kept as an empty stream: each object in it is then unreadable, and said so.
        let stream = match self.read(version) {
            Ok(object) => decode_objects(&object, budget)?,
            Err(_) => None,
        };
        self.streams.insert(offset, stream.unwrap_or(ObjectStream { plain: Vec::new(), objects: Vec::new() }));
        Ok(())
    }

    pub(super) fn pay(&self, octets: usize) -> Result<(), ObjectError> {
        let left = self.work.get().saturating_sub(octets.max(1));
        self.work.set(left);
        if left == 0 { Err(ObjectError::Exhausted) } else { Ok(()) }
    }
}

/// Entries that change what the revision before says.
fn index(parts: &[Part]) -> Vec<Version> {
    let mut all: Vec<Version> = parts
        .iter()
        .enumerate()
        .flat_map(|(revision, part)| {
            part.entries.iter().map(move |(number, place)| Version { number: *number, revision, place: *place })
        })
        .collect();
    all.sort_by_key(|version| (version.number, version.revision));
    all.dedup_by(|later, earlier| later.number == earlier.number && later.place == earlier.place);
    all
}

/// Splits an object stream (ISO 32000-2, 7.5.7).
fn decode_objects(object: &Object<'_>, budget: &mut Budget) -> Result<Option<ObjectStream>, Exhausted> {
    let (Some(dictionary), Some(data)) = (object.dictionary(), object.stream) else { return Ok(None) };
    let (Some(count), Some(first)) = (dictionary.integer::<usize>(b"N"), dictionary.integer::<usize>(b"First")) else {
        return Ok(None);
    };
    if !dictionary.is(b"Type", b"ObjStm") {
        return Ok(None);
    }
    let plain = match filter::decode(dictionary, data, budget) {
        Ok(plain) => plain.into_owned(),
        Err(FilterError::Exhausted(exhausted)) => return Err(exhausted),
        Err(FilterError::Damaged | FilterError::Unsupported) => return Ok(None),
    };
    let mut heads: Vec<(u32, usize)> = Vec::new();
    let mut lexer = Lexer::new(plain.get(..first).unwrap_or_default(), 0);
    for _ in 0..count {
        let (Some(number), Some(offset)) = (lexer.integer(), lexer.integer::<usize>()) else { break };
        budget.objects(1)?;
        heads.push((number, first.saturating_add(offset)));
    }
    let end_of = |index: usize, start: usize| match heads.get(index + 1) {
        Some((_, next)) if *next > start => *next,
        _ => plain.len(),
    };
    let objects = heads.iter().enumerate().map(|(index, (number, at))| (*number, *at, end_of(index, *at))).collect();
    Ok(Some(ObjectStream { plain, objects }))
}
