//! ZIP files as programs write them, and the same with one thing changed.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// Where fields stand in the records (APPNOTE.TXT 6.3.10, 4.3.7 and 4.3.12).
pub const CENTRAL: &[u8] = b"PK\x01\x02";
pub const LOCAL: &[u8] = b"PK\x03\x04";
pub const END: &[u8] = b"PK\x05\x06";

/// An archive of deflated files.
pub fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut octets, mut directory) = (Vec::new(), Vec::new());
    for (name, file) in files {
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
        deflated.write_all(file).unwrap();
        push(&mut octets, &mut directory, name, file, (8, &deflated.finish().unwrap()));
    }
    end(octets, &directory, files.len())
}

/// An archive of files that stand as they are.
pub fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut octets, mut directory) = (Vec::new(), Vec::new());
    for (name, file) in files {
        push(&mut octets, &mut directory, name, file, (0, file));
    }
    end(octets, &directory, files.len())
}

fn push(octets: &mut Vec<u8>, directory: &mut Vec<u8>, name: &str, file: &[u8], (method, packed): (u8, &[u8])) {
    let mut crc = Crc::new();
    crc.update(file);
    let long = |length: usize| u32::try_from(length).unwrap().to_le_bytes();
    let mut fields = vec![20, 0, 0, 8, method, 0, 0, 0x40, 0x77, 0x5d];
    for four in [crc.sum().to_le_bytes(), long(packed.len()), long(file.len())] {
        fields.extend_from_slice(&four);
    }
    fields.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
    fields.extend_from_slice(&[0; 2]);
    directory.extend([CENTRAL, &[20, 0], &fields, &[0; 10], &long(octets.len()), name.as_bytes()].concat());
    octets.extend([LOCAL, &fields, name.as_bytes(), packed].concat());
}

fn end(mut octets: Vec<u8>, directory: &[u8], count: usize) -> Vec<u8> {
    let long = |length: usize| u32::try_from(length).unwrap().to_le_bytes();
    let count = u16::try_from(count).unwrap().to_le_bytes();
    let start = octets.len();
    octets.extend_from_slice(directory);
    octets.extend([END, &[0; 4], &count, &count, &long(directory.len()), &long(start), &[0; 2]].concat());
    octets
}

/// The archive with `octets` written at `field` of each record of a kind.
pub fn with(mut archive: Vec<u8>, record: &[u8], field: usize, octets: &[u8]) -> Vec<u8> {
    let places: Vec<usize> = (0..archive.len()).filter(|at| archive[*at..].starts_with(record)).collect();
    assert!(!places.is_empty());
    for at in places {
        archive[at + field..at + field + octets.len()].copy_from_slice(octets);
    }
    archive
}
