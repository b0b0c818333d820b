//! Writes the papers of the target `change`: revisions with tables, cross-reference streams or both, objects in the open
//! or packed into object streams. Unlike `build`, everything about it can be bent by the input, and nothing is checked.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A PDF that is being written.
#[derive(Default)]
pub(super) struct Paper {
    octets: Vec<u8>,
    /// What each object holds for now.
    bodies: BTreeMap<u32, Vec<u8>>,
    /// Where each object stands for now.
    places: BTreeMap<u32, usize>,
    /// Entries of the revision being written.
    entries: BTreeMap<u32, Entry>,
    packed: Vec<(u32, Vec<u8>)>,
    prev: Option<usize>,
    /// Where range and value of a signature stand that the end of the revision completes.
    pending: Option<(usize, usize, usize)>,
}

#[derive(Clone, Copy)]
enum Entry {
    At(usize, u16),
    Free,
    Packed(u32, u32),
}

/// How a revision ends.
#[derive(Clone, Copy)]
pub(super) enum Section {
    /// A table, which names a stream for the packed objects.
    Hybrid,
    /// A stream.
    Stream,
    /// A table; packed objects are then unreachable.
    Table,
}

/// Numbers of the containers of the first revision; each later one counts on.
const CONTAINERS: u32 = 60;
const ROOM: &str = "[0          0          0          0]";
const VALUE: usize = 64;

impl Paper {
    pub(super) fn new() -> Self {
        Self { octets: b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec(), ..Self::default() }
    }

    pub(super) fn object(&mut self, number: u32, body: &[u8]) {
        self.begin(number);
        self.octets.extend_from_slice(body);
        self.octets.extend_from_slice(b"\nendobj\n");
        self.bodies.insert(number, body.to_vec());
    }

    pub(super) fn stream(&mut self, number: u32, keys: &[u8], data: &[u8]) {
        let length = format!("/Length {}>>\nstream\n", data.len());
        self.object(number, &[b"<<", keys, length.as_bytes(), data, b"\nendstream"].concat());
    }

    /// A signature whose range is filled in when the revision ends.
    pub(super) fn signature(&mut self, number: u32, keys: &[u8]) {
        self.begin(number);
        self.octets.extend_from_slice(b"<</Type/Sig/Filter/Adobe.PPKLite");
        self.octets.extend_from_slice(keys);
        self.octets.extend_from_slice(b"/ByteRange ");
        let range = self.octets.len();
        self.octets.extend_from_slice(ROOM.as_bytes());
        self.octets.extend_from_slice(b"/Contents ");
        let start = self.octets.len();
        self.octets.extend_from_slice(format!("<{}>", "30".repeat(VALUE)).as_bytes());
        self.pending = Some((range, start, self.octets.len()));
        self.octets.extend_from_slice(b">>\nendobj\n");
    }

    /// An object for the object stream of this revision.
    pub(super) fn pack(&mut self, number: u32, body: &[u8]) {
        self.packed.retain(|(packed, _)| *packed != number);
        self.packed.push((number, body.to_vec()));
        self.bodies.insert(number, body.to_vec());
    }

    pub(super) fn free(&mut self, number: u32) {
        self.entries.insert(number, Entry::Free);
    }

    /// An entry that leads to where another object stands.
    pub(super) fn lead(&mut self, number: u32, other: u32, generation: u16) {
        let at = self.places.get(&other).copied().unwrap_or(self.octets.len());
        self.entries.insert(number, Entry::At(at, generation));
    }

    pub(super) fn raw(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
        self.octets.push(b'\n');
    }

    pub(super) fn body(&self, number: u32) -> &[u8] {
        self.bodies.get(&number).map_or(b"<<>>", Vec::as_slice)
    }

    fn begin(&mut self, number: u32) {
        self.entries.insert(number, Entry::At(self.octets.len(), 0));
        self.places.insert(number, self.octets.len());
        self.octets.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    }

    /// Ends the revision; `keys` are those of its trailer.
    pub(super) fn end(&mut self, section: Section, keys: &[u8]) {
        let containers = CONTAINERS + 2 * u32::try_from(self.octets.len() % 16).unwrap_or_default();
        let packed = std::mem::take(&mut self.packed);
        let names: Vec<u32> = packed.iter().map(|(number, _)| *number).collect();
        if !packed.is_empty() && !matches!(section, Section::Table) {
            self.container(containers, &packed);
        }
        let mut open = std::mem::take(&mut self.entries);
        let mut hidden = BTreeMap::new();
        for (index, number) in (0..).zip(names) {
            hidden.insert(number, Entry::Packed(containers, index));
        }
        let prev = self.prev.map_or_else(String::new, |prev| format!("/Prev {prev}"));
        let trailer = [b"/Size 99".as_slice(), prev.as_bytes(), keys].concat();
        let at = match section {
            Section::Stream => {
                open.extend(hidden);
                self.section_stream(containers + 1, open, &trailer)
            }
            Section::Hybrid => {
                let stream = self.section_stream(containers + 1, hidden, b"/Size 99");
                let trailer = [trailer, format!("/XRefStm {stream}").into_bytes()].concat();
                self.table(&open, &trailer)
            }
            Section::Table => self.table(&open, &trailer),
        };
        self.prev = Some(at);
        self.octets.extend_from_slice(format!("startxref\n{at}\n%%EOF\n").as_bytes());
        self.complete();
    }

    fn container(&mut self, number: u32, packed: &[(u32, Vec<u8>)]) {
        let (mut head, mut plain) = (String::new(), Vec::new());
        for (number, body) in packed {
            let _ = write!(head, "{number} {} ", plain.len());
            plain.extend_from_slice(body);
            plain.push(b'\n');
        }
        let keys = format!("/Type/ObjStm/N {}/First {}", packed.len(), head.len());
        self.stream(number, keys.as_bytes(), &[head.as_bytes(), &plain].concat());
    }

    fn section_stream(&mut self, number: u32, mut entries: BTreeMap<u32, Entry>, keys: &[u8]) -> usize {
        let at = self.octets.len();
        entries.insert(number, Entry::At(at, 0));
        let (mut index, mut data) = (String::new(), Vec::new());
        for (number, entry) in entries {
            let _ = write!(index, "{number} 1 ");
            let (kind, first, second) = match entry {
                Entry::At(at, generation) => (1, u32::try_from(at).unwrap_or_default(), generation),
                Entry::Free => (0, 0, 1),
                Entry::Packed(stream, index) => (2, stream, u16::try_from(index).unwrap_or_default()),
            };
            data.push(kind);
            data.extend(first.to_be_bytes());
            data.extend(second.to_be_bytes());
        }
        let own = format!("/Type/XRef/W[1 4 2]/Index[{index}]");
        self.stream(number, &[own.as_bytes(), keys].concat(), &data);
        self.entries.clear();
        at
    }

    fn table(&mut self, entries: &BTreeMap<u32, Entry>, trailer: &[u8]) -> usize {
        let at = self.octets.len();
        self.octets.extend_from_slice(b"xref\n");
        if self.prev.is_none() {
            self.octets.extend_from_slice(b"0 1\n0000000000 65535 f \n");
        }
        for (number, entry) in entries {
            let (offset, generation, kind) = match entry {
                Entry::At(at, generation) => (*at, *generation, 'n'),
                Entry::Free | Entry::Packed(..) => (0, 1, 'f'),
            };
            self.octets.extend_from_slice(format!("{number} 1\n{offset:010} {generation:05} {kind} \n").as_bytes());
        }
        self.octets.extend_from_slice(b"trailer\n<<");
        self.octets.extend_from_slice(trailer);
        self.octets.extend_from_slice(b">>\n");
        at
    }

    fn complete(&mut self) {
        let Some((range, start, end)) = self.pending.take() else { return };
        let text = format!("[0 {start:10} {end:10} {:10}]", self.octets.len() - end);
        self.octets[range..range + ROOM.len()].copy_from_slice(text.as_bytes());
    }

    pub(super) fn into_octets(self) -> Vec<u8> {
        self.octets
    }
}
