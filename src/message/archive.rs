//! The files in a ZIP archive (APPNOTE.TXT 6.3.10), where every program that unpacks it must find the same ones.
//!
//! Strict on purpose: programs disagree about archives with octets before, between or after their entries, about names
//! that two records give differently, about ZIP64 and encryption. Of such an archive nothing is unpacked.

use std::collections::HashSet;
use std::ops::Range;

use flate2::{Crc, Decompress, FlushDecompress, Status};
use unicode_normalization::UnicodeNormalization as _;

use super::FileName;
use crate::budget::{Budget, ENTRIES, Exhausted};

/// Archives inside one another that are looked into.
pub(super) const LEVELS: usize = 2;
/// Octets that one packed octet may become. Deflate reaches a thousand, real files stay below this.
const RATIO: usize = 100;
/// Longest name of an entry; most file systems end at 255 a component.
const NAME: usize = 512;
/// End of central directory record without a comment (4.3.16).
const END: usize = 22;
/// Flags that change nothing: effort of deflate, sizes after the data, names in UTF-8 (4.4.4).
const FLAGS: u16 = 0x080e;
/// Sizes and checksum follow the data.
const STREAMED: u16 = 0x0008;
/// Extra fields that give an entry other sizes, another name, or encrypt it: ZIP64, strong encryption, Unicode path,
/// AES (4.5.2, 4.6).
const ODD_EXTRAS: [u16; 4] = [0x0001, 0x0017, 0x7075, 0x9901];

/// Why nothing is unpacked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refused {
    /// More than [`ENTRIES`].
    Many,
    /// Programs could see other files than these.
    Odd,
}

/// One entry, as both of its records describe it.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub name: &'a str,
    packed: &'a [u8],
    deflated: bool,
    size: usize,
    crc: u32,
}

/// Whether octets begin as an archive does, whatever else they are.
pub(super) fn begins(octets: &[u8]) -> bool {
    octets.starts_with(b"PK\x03\x04")
}

/// The entries in their order, which is that of their octets; they fill the archive to the last one.
pub(super) fn entries(octets: &[u8]) -> Result<Vec<Entry<'_>>, Refused> {
    let end = octets.len().checked_sub(END).ok_or(Refused::Odd)?;
    let count = count_at(octets, end).ok_or(Refused::Odd)?;
    if u64::from(count) > ENTRIES {
        return Err(Refused::Many);
    }
    read(octets, end, count).filter(|entries| are_apart(entries)).ok_or(Refused::Odd)
}

impl Entry<'_> {
    /// A folder holds nothing.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// The octets of the file; `Ok(None)` when they are not those that the records promise.
    pub fn unpack(&self, budget: &mut Budget) -> Result<Option<Vec<u8>>, Exhausted> {
        budget.decoded(self.size)?;
        let octets = if self.deflated { inflate(self.packed, self.size) } else { Some(self.packed.to_vec()) };
        Ok(octets.filter(|octets| {
            let mut crc = Crc::new();
            crc.update(octets);
            octets.len() == self.size && crc.sum() == self.crc
        }))
    }
}

/// The octets of one entry, for whoever knows the archive by its octets alone.
pub(super) fn take(octets: &[u8], n: u16, budget: &mut Budget) -> Result<Option<Vec<u8>>, Exhausted> {
    budget.entries(1)?;
    let entries = entries(octets).unwrap_or_default();
    entries.get(usize::from(n)).filter(|entry| !entry.is_folder()).map_or(Ok(None), |entry| entry.unpack(budget))
}

/// The number of entries, if the record at `end` is that of one archive on one disk without a comment.
fn count_at(octets: &[u8], end: usize) -> Option<u16> {
    let record = octets.get(end..)?;
    let count = short(record, 10)?;
    let alone = short(record, 4)? == 0 && short(record, 6)? == 0 && short(record, 8)? == count;
    (record.starts_with(b"PK\x05\x06") && alone && short(record, 20)? == 0 && count != u16::MAX).then_some(count)
}

fn read(octets: &[u8], end: usize, count: u16) -> Option<Vec<Entry<'_>>> {
    let directory = long(octets, end.checked_add(16)?)?;
    if directory.checked_add(long(octets, end.checked_add(12)?)?)? != end {
        return None;
    }
    let (mut at, mut data) = (directory, 0);
    let mut entries = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let (entry, next, data_end) = entry(octets, at..end, data..directory)?;
        entries.push(entry);
        (at, data) = (next, data_end);
    }
    (at == end && data == directory).then_some(entries)
}

/// The entry whose central record begins `directory` and whose local record begins `data`, and where both end.
fn entry(octets: &[u8], directory: Range<usize>, data: Range<usize>) -> Option<(Entry<'_>, usize, usize)> {
    let central = octets.get(directory.clone())?;
    let local = octets.get(data.clone())?;
    let flags = short(central, 8)?;
    let method = short(central, 10)?;
    let (crc, packed, size) = (word(central, 16)?, long(central, 20)?, long(central, 24)?);
    let (name_len, extra_len) = (usize::from(short(central, 28)?), usize::from(short(central, 30)?));
    let name = central.get(46..46 + name_len)?;
    let next = 46 + name_len + extra_len;
    // Comment and disk (4.3.12); the file type of a Unix mode, of which links are none that is unpacked everywhere alike.
    let plain = short(central, 32)? == 0 && short(central, 34)? == 0;
    let file_type = short(central, 40)? & 0xf000;
    if !central.starts_with(b"PK\x01\x02") || !plain || !matches!(file_type, 0 | 0x4000 | 0x8000) {
        return None;
    }
    if flags & !FLAGS != 0 || !matches!(method, 0 | 8) || long(central, 42)? != data.start {
        return None;
    }
    let local_name = usize::from(short(local, 26)?);
    let begin = 30 + local_name + usize::from(short(local, 28)?);
    let alike = local.starts_with(b"PK\x03\x04")
        && short(local, 6)? == flags
        && short(local, 8)? == method
        && local.get(30..30 + local_name)? == name;
    let (streamed, deflated) = (flags & STREAMED != 0, method == 8);
    let said = |local: u32, central: u32| local == central || (streamed && local == 0);
    let sizes = said(word(local, 14)?, crc)
        && said(word(local, 18)?, word(central, 20)?)
        && said(word(local, 22)?, word(central, 24)?);
    // Without sizes ahead the end of a stored entry is anywhere.
    if !alike
        || !sizes
        || (streamed && !deflated && packed != 0)
        || (!deflated && packed != size)
        || size / RATIO > packed
    {
        return None;
    }
    if !extras_are_plain(central.get(46 + name_len..next)?) || !extras_are_plain(local.get(30 + local_name..begin)?) {
        return None;
    }
    let stop = begin.checked_add(packed)?;
    let name = std::str::from_utf8(name).ok().filter(|name| is_plain(name))?;
    let entry = Entry { name, packed: local.get(begin..stop)?, deflated, size, crc };
    if (entry.is_folder() && size != 0) || (file_type == 0x4000 && !entry.is_folder()) {
        return None;
    }
    let descriptor = if streamed { descriptor(local.get(stop..)?, central.get(16..28)?)? } else { 0 };
    Some((entry, directory.start.checked_add(next)?, data.start.checked_add(stop)?.checked_add(descriptor)?))
}

/// The length of the data descriptor that repeats `promised` (4.3.9), with its signature or without.
fn descriptor(rest: &[u8], promised: &[u8]) -> Option<usize> {
    let signed = rest.strip_prefix(b"PK\x07\x08").is_some_and(|rest| rest.starts_with(promised));
    if signed { Some(16) } else { rest.starts_with(promised).then_some(12) }
}

/// Fields that fill their octets (4.5.1), none of which makes of the entry something else.
fn extras_are_plain(mut extras: &[u8]) -> bool {
    while !extras.is_empty() {
        let Some((id, len)) = short(extras, 0).zip(short(extras, 2)) else { return false };
        let Some(rest) = extras.get(4 + usize::from(len)..) else { return false };
        if ODD_EXTRAS.contains(&id) {
            return false;
        }
        extras = rest;
    }
    true
}

/// A relative path that every system writes where it says.
fn is_plain(name: &str) -> bool {
    let odd = |part: &str| {
        part.is_empty() || part.ends_with(['.', ' ']) || part.contains(['\\', ':', '*', '?', '"', '<', '>', '|'])
    };
    let path = name.strip_suffix('/').unwrap_or(name);
    name.len() <= NAME
        && !name.chars().any(char::is_control)
        && !FileName::new(name).is_deceptive()
        && !path.split('/').any(odd)
}

/// No two entries go to the same place, also where case and composition of letters make no difference; none lies below
/// another file.
fn are_apart(entries: &[Entry<'_>]) -> bool {
    let key = |name: &str| name.trim_end_matches('/').nfkc().flat_map(char::to_lowercase).collect::<String>();
    let mut seen = HashSet::new();
    if !entries.iter().all(|entry| seen.insert(key(entry.name))) {
        return false;
    }
    let files: HashSet<String> =
        entries.iter().filter(|entry| !entry.is_folder()).map(|entry| key(entry.name)).collect();
    entries.iter().all(|entry| {
        let name = key(entry.name);
        let below = name.match_indices('/').any(|(at, _)| files.contains(&name[..at]));
        !below
    })
}

/// The whole stream and nothing after it, `size` octets long (RFC 1951).
fn inflate(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(size.checked_add(1)?);
    let mut stream = Decompress::new(false);
    let status = stream.decompress_vec(packed, &mut octets, FlushDecompress::Finish).ok()?;
    (status == Status::StreamEnd && stream.total_in() == packed.len() as u64).then_some(octets)
}

fn short(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(octets.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn word(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(octets.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// A size or an offset; `None` also for the value that refers to ZIP64 (4.5.3).
fn long(octets: &[u8], at: usize) -> Option<usize> {
    usize::try_from(word(octets, at).filter(|word| *word != u32::MAX)?).ok()
}

#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
