//! Writes a file around what is hostile in it.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// Where an object is.
#[derive(Clone, Copy)]
enum Place {
    File(usize),
    Stream(u32, usize),
}

pub struct Draft {
    octets: Vec<u8>,
    entries: Vec<(u32, Place)>,
}

impl Draft {
    pub fn new() -> Self {
        Self { octets: b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec(), entries: Vec::new() }
    }

    /// As [`Self::new`] with catalog 1, page tree 2, page 3 and its content 4.
    pub fn page() -> Self {
        Self::new()
            .object(1, "<</Type/Catalog/Pages 2 0 R>>")
            .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
            .object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>")
            .stream(4, "", b"BT ET")
    }

    pub fn object(mut self, number: u32, body: &str) -> Self {
        self.entries.push((number, Place::File(self.octets.len())));
        self.raw(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes())
    }

    pub fn stream(mut self, number: u32, keys: &str, data: &[u8]) -> Self {
        self.entries.push((number, Place::File(self.octets.len())));
        self.raw(format!("{number} 0 obj\n<<{keys}/Length {}>>\nstream\n", data.len()).as_bytes())
            .raw(data)
            .raw(b"\nendstream\nendobj\n")
    }

    pub fn raw(mut self, octets: &[u8]) -> Self {
        self.octets.extend_from_slice(octets);
        self
    }

    pub fn entry(mut self, number: u32, offset: usize) -> Self {
        self.entries.push((number, Place::File(offset)));
        self
    }

    pub fn in_stream(mut self, number: u32, stream: u32, index: usize) -> Self {
        self.entries.push((number, Place::Stream(stream, index)));
        self
    }

    pub fn length(&self) -> usize {
        self.octets.len()
    }

    /// Ends the file with a table.
    pub fn table(self) -> Vec<u8> {
        let at = self.octets.len();
        let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
        let mut entries = self.entries.clone();
        entries.sort_by_key(|entry| entry.0);
        for run in entries.chunk_by(|one, two| one.0 + 1 == two.0) {
            writeln!(table, "{} {}", run[0].0, run.len()).unwrap();
            for (_, place) in run {
                let Place::File(offset) = place else { continue };
                writeln!(table, "{offset:010} 00000 n ").unwrap();
            }
        }
        let size = entries.last().map_or(1, |entry| entry.0 + 1);
        write!(table, "trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n").unwrap();
        self.raw(table.as_bytes()).octets
    }

    /// Ends the file with a cross-reference stream.
    pub fn cross_reference_stream(mut self) -> Vec<u8> {
        let at = self.octets.len();
        let number = self.entries.iter().map(|entry| entry.0).max().unwrap_or(0) + 1;
        self.entries.push((number, Place::File(at)));
        self.entries.sort_by_key(|entry| entry.0);
        let (mut rows, mut index) = (Vec::new(), String::new());
        for run in self.entries.chunk_by(|one, two| one.0 + 1 == two.0) {
            write!(index, "{} {} ", run[0].0, run.len()).unwrap();
            for (_, place) in run {
                let (kind, second, third) = match place {
                    Place::File(offset) => (1_u8, u32::try_from(*offset).unwrap(), 0_u32),
                    Place::Stream(stream, index) => (2, *stream, u32::try_from(*index).unwrap()),
                };
                rows.push(kind);
                rows.extend(second.to_be_bytes());
                rows.extend(third.to_be_bytes());
            }
        }
        self.entries.retain(|entry| entry.0 != number);
        let keys = format!("/Type/XRef/Filter/FlateDecode/W[1 4 4]/Index[{index}]/Size {}/Root 1 0 R", number + 1);
        let rows = deflated(&rows);
        self.stream(number, &keys, &rows).raw(format!("startxref\n{at}\n%%EOF\n").as_bytes()).octets
    }
}

pub fn deflated(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// A megabyte of `octet`, `count` times, deflated.
pub fn bomb(octet: u8, count: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let megabyte = vec![octet; 1 << 20];
    for _ in 0..count {
        encoder.write_all(&megabyte).unwrap();
    }
    encoder.finish().unwrap()
}
