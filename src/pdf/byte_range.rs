//! What a signature covers: `/ByteRange` (ISO 32000-2, 12.8.1), and how it lies to `/Contents` and the file.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::span::Span;

/// The two covered ranges of a signature: from octet 0 to the gap, and from the gap to `end`.
///
/// What comes out of a worker is made again with [`ByteRange::new`] from [`ByteRange::raw`] and the length of the
/// original octets before it is relied on.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ByteRange {
    gap: Span,
    end: u64,
}

/// Why a `/ByteRange` covers nothing that could be relied on.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ByteRangeError {
    /// The dictionary has no such key, or its value is null.
    Missing,
    /// An indirect value could be exchanged by a later revision.
    Indirect,
    /// The value is no array, or one of its elements is no integer.
    WrongType,
    /// The array has not four elements.
    WrongCount {
        /// How many it has.
        count: u64,
    },
    /// An element is below zero.
    Negative,
    /// The first range begins after octet 0.
    LateStart {
        /// Where it begins.
        start: u64,
    },
    /// The first or the second range is empty, so that there is no gap inside the file.
    Empty,
    /// The second range begins inside the first one.
    Overlap,
    /// The second range ends beyond the file, or beyond what can be counted.
    PastEndOfFile {
        /// Length of the file.
        file_len: u64,
    },
}

impl fmt::Display for ByteRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("byte range missing"),
            Self::Indirect => f.write_str("byte range is an indirect object"),
            Self::WrongType => f.write_str("byte range is not an array of integers"),
            Self::WrongCount { count } => write!(f, "byte range has {count} elements, not 4"),
            Self::Negative => f.write_str("byte range has a negative element"),
            Self::LateStart { start } => write!(f, "byte range starts at {start}, not at 0"),
            Self::Empty => f.write_str("byte range has an empty part"),
            Self::Overlap => f.write_str("parts of the byte range overlap"),
            Self::PastEndOfFile { file_len } => {
                write!(f, "byte range ends after octet {file_len}, the end of the file")
            }
        }
    }
}

impl std::error::Error for ByteRangeError {}

/// How far a signature reaches. The gap is compared by position with the `/Contents` token itself;
/// a matching sum of lengths is not enough.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Coverage {
    /// The gap is not exactly the signature value: uncovered octets could hide in it.
    GapNotContents,
    /// Everything up to an earlier revision's end.
    Revision {
        /// Octets after the covered range.
        appended: u64,
    },
    /// Everything but the signature value.
    WholeFile,
}

impl ByteRange {
    /// Reads the four integers of `/ByteRange` (ISO 32000-2, 12.8.1).
    pub fn new(raw: [u64; 4], file_len: u64) -> Result<Self, ByteRangeError> {
        let [start, first_len, second_start, second_len] = raw;
        if start != 0 {
            return Err(ByteRangeError::LateStart { start });
        }
        if first_len == 0 || second_len == 0 {
            return Err(ByteRangeError::Empty);
        }
        let end = second_start
            .checked_add(second_len)
            .filter(|end| *end <= file_len)
            .ok_or(ByteRangeError::PastEndOfFile { file_len })?;
        let gap = Span::new(first_len, second_start).ok_or(ByteRangeError::Overlap)?;
        Ok(Self { gap, end })
    }

    /// The four integers again.
    pub const fn raw(&self) -> [u64; 4] {
        [0, self.gap.start(), self.gap.end(), self.end.saturating_sub(self.gap.end())]
    }

    /// What the range leaves out.
    pub const fn gap(&self) -> Span {
        self.gap
    }

    /// Offset after the last covered octet.
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// The covered octets, in the order in which they are digested; `None` where `file` is shorter than the range.
    pub fn signed_slices<'a>(&self, file: &'a [u8]) -> Option<[&'a [u8]; 2]> {
        let first = Span::new(0, self.gap.start())?.of(file)?;
        let second = Span::new(self.gap.end(), self.end)?.of(file)?;
        Some([first, second])
    }

    /// Where the first of the covered parts ends, and the second one.
    pub fn signed_parts(&self) -> Option<(usize, Range<usize>)> {
        let offset = |value| usize::try_from(value).ok();
        Some((offset(self.gap.start())?, offset(self.gap.end())?..offset(self.end)?))
    }

    /// Compares the gap with the position of the `/Contents` token, brackets included.
    pub fn coverage(&self, contents: Span, file_len: u64) -> Coverage {
        if self.gap != contents || self.end > file_len {
            Coverage::GapNotContents
        } else if self.end == file_len {
            Coverage::WholeFile
        } else {
            Coverage::Revision { appended: file_len - self.end }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u64, end: u64) -> Span {
        Span::new(start, end).unwrap()
    }

    #[test]
    fn gap_wider_than_the_signature_value_hides_octets() {
        let range = ByteRange::new([0, 100, 300, 100], 400).unwrap();
        assert_eq!(range.coverage(span(100, 290), 400), Coverage::GapNotContents);
        assert_eq!(range.coverage(span(101, 300), 400), Coverage::GapNotContents);
        assert_eq!(range.coverage(span(100, 300), 400), Coverage::WholeFile);
        assert_eq!(range.coverage(span(100, 300), 450), Coverage::Revision { appended: 50 });
    }

    #[test]
    fn every_misshapen_range_has_its_own_error() {
        let error = |raw| ByteRange::new(raw, 400).unwrap_err();
        assert_eq!(error([1, 99, 300, 100]), ByteRangeError::LateStart { start: 1 });
        assert_eq!(error([0, 0, 300, 100]), ByteRangeError::Empty);
        assert_eq!(error([0, 100, 300, 0]), ByteRangeError::Empty);
        assert_eq!(error([0, 301, 300, 100]), ByteRangeError::Overlap);
        assert_eq!(error([0, 100, 300, 101]), ByteRangeError::PastEndOfFile { file_len: 400 });
        assert_eq!(error([0, 100, u64::MAX, 2]), ByteRangeError::PastEndOfFile { file_len: 400 });
        assert_eq!(error([0, u64::MAX, u64::MAX, 2]), ByteRangeError::PastEndOfFile { file_len: 400 });
    }

    #[test]
    fn the_covered_octets_are_all_but_the_gap_and_a_shorter_file_has_none() {
        let range = ByteRange::new([0, 3, 5, 2], 7).unwrap();
        assert_eq!(range.signed_slices(b"abc<>de").unwrap(), [b"abc".as_slice(), b"de"]);
        assert_eq!(range.signed_slices(b"abc<>d"), None);
        assert_eq!(ByteRange::new(range.raw(), 7), Ok(range));
    }
}
