//! The archive of a bundle: ustar (POSIX.1-1988), regular files only, written in one way and read in no other. What a
//! tar program would make of links, devices, long names, sparse or repeated files is never asked.

use std::collections::HashSet;

/// More files than the anchors, certificates and lists of every Vietnamese CA.
pub const MAX_FILES: usize = 5_000;
const BLOCK: usize = 512;
/// Name field of a header; ours are shorter.
const NAME: usize = 100;
/// Where the checksum stands in a header.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// Why octets are not an archive that this program wrote.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ArchiveFault {
    /// The checksum of a header.
    #[error("checksum at {at}")]
    Checksum {
        /// Where the header begins.
        at: usize,
    },
    /// A name that occurs twice.
    #[error("a name twice, at {at}")]
    Duplicate {
        /// Where the second header begins.
        at: usize,
    },
    /// A header that is not as written here: another type of file, another mode, an owner.
    #[error("not a plain file, at {at}")]
    Header {
        /// Where it begins.
        at: usize,
    },
    /// A name that is not plain.
    #[error("a name that is not plain, at {at}")]
    Name {
        /// Where the header begins.
        at: usize,
    },
    /// More than [`MAX_FILES`].
    #[error("more than {MAX_FILES} files")]
    TooMany,
    /// It ends in the middle, or something follows its end.
    #[error("does not end where it should")]
    Truncated,
}

/// The archive of these files.
pub(super) fn write(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ArchiveFault> {
    if files.len() > MAX_FILES {
        return Err(ArchiveFault::TooMany);
    }
    let mut out = Vec::new();
    for (name, octets) in files {
        out.extend(header(name, octets.len()).ok_or(ArchiveFault::Name { at: out.len() })?);
        out.extend_from_slice(octets);
        out.resize(out.len().next_multiple_of(BLOCK), 0);
    }
    out.resize(out.len() + 2 * BLOCK, 0);
    Ok(out)
}

/// The files of an archive, in its order.
pub(super) fn read(octets: &[u8]) -> Result<Vec<(&str, &[u8])>, ArchiveFault> {
    let (mut files, mut seen, mut at) = (Vec::new(), HashSet::new(), 0);
    loop {
        let block = octets.get(at..).and_then(|rest| rest.get(..BLOCK)).ok_or(ArchiveFault::Truncated)?;
        if block.iter().all(|octet| *octet == 0) {
            break;
        }
        if files.len() >= MAX_FILES {
            return Err(ArchiveFault::TooMany);
        }
        let (name, size) = parse(block, at)?;
        let from = at.saturating_add(BLOCK);
        let to = from.checked_add(size).ok_or(ArchiveFault::Truncated)?;
        let content = octets.get(from..to).ok_or(ArchiveFault::Truncated)?;
        if !seen.insert(name) {
            return Err(ArchiveFault::Duplicate { at });
        }
        files.push((name, content));
        let next = to.checked_next_multiple_of(BLOCK).ok_or(ArchiveFault::Truncated)?;
        let padding = octets.get(to..next).ok_or(ArchiveFault::Truncated)?;
        if padding.iter().any(|octet| *octet != 0) {
            return Err(ArchiveFault::Truncated);
        }
        at = next;
    }
    let end = octets.get(at..).unwrap_or_default();
    if end.len() != 2 * BLOCK || end.iter().any(|octet| *octet != 0) {
        return Err(ArchiveFault::Truncated);
    }
    Ok(files)
}

/// A name and a length are read, and then the header must be the very one that is written for them: nothing else in it
/// is left to be understood in another way by another program.
fn parse(block: &[u8], at: usize) -> Result<(&str, usize), ArchiveFault> {
    let field = block.get(..NAME).unwrap_or_default();
    let length = field.iter().position(|octet| *octet == 0).unwrap_or(NAME);
    let name = field.get(..length).and_then(|name| std::str::from_utf8(name).ok()).ok_or(ArchiveFault::Name { at })?;
    if !is_plain(name) {
        return Err(ArchiveFault::Name { at });
    }
    let digits = block.get(124..135).unwrap_or_default();
    let size = std::str::from_utf8(digits).ok().and_then(|digits| usize::from_str_radix(digits, 8).ok());
    let size = size.ok_or(ArchiveFault::Header { at })?;
    let sum = block.get(CHECKSUM).unwrap_or_default();
    if sum != checksum(block) {
        return Err(ArchiveFault::Checksum { at });
    }
    match header(name, size) {
        Some(expected) if block == expected => Ok((name, size)),
        _ => Err(ArchiveFault::Header { at }),
    }
}

/// At most one folder; no dot in front, so that neither `..` nor a hidden file is one.
fn is_plain(name: &str) -> bool {
    let part = |part: &str| {
        let sound = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
        !part.is_empty() && part.bytes().all(sound) && !part.starts_with(['.', '-'])
    };
    name.len() < NAME && name.split('/').count() <= 2 && name.split('/').all(part)
}

fn header(name: &str, size: usize) -> Option<[u8; BLOCK]> {
    if !is_plain(name) {
        return None;
    }
    let size = format!("{size:011o}");
    let mut block = [0; BLOCK];
    let fields: [(usize, &[u8]); 8] = [
        (0, name.as_bytes()),
        (100, b"0000644\0"),
        (108, b"0000000\0"),
        (116, b"0000000\0"),
        (124, size.as_bytes()),
        (136, b"00000000000\0"),
        (148, b"        "),
        (156, b"0"),
    ];
    for (at, value) in fields.into_iter().chain([(257, &b"ustar\x0000"[..])]) {
        block.get_mut(at..at.checked_add(value.len())?)?.copy_from_slice(value);
    }
    // More than eleven octal digits would run into the next field.
    if size.len() > 11 {
        return None;
    }
    let sum = checksum(&block);
    block.get_mut(CHECKSUM)?.copy_from_slice(&sum);
    Some(block)
}

/// The sum of a header's octets, as if its own field held blanks.
fn checksum(block: &[u8]) -> [u8; 8] {
    let octets = block.iter().enumerate();
    let sum: u32 = octets.map(|(at, octet)| u32::from(if CHECKSUM.contains(&at) { b' ' } else { *octet })).sum();
    let mut field = *b"000000\0 ";
    for (digit, place) in field.iter_mut().take(6).zip((0..6).rev()) {
        *digit = b'0' + u8::try_from(sum >> (3 * place) & 7).unwrap_or_default();
    }
    field
}
