//! Rules of `/ByteRange` arithmetic, for any four integers.

use crate::pdf::{ByteRange, ByteRangeError, Coverage, Span};

/// Reads six integers of eight octets, and then a file. Where the first octet of an integer is even, its second one is
/// all of it: small integers meet each other, and the file, more often.
pub(super) fn byte_range(octets: &[u8]) {
    let mut rest = octets;
    let mut next = || {
        let (eight, tail) = rest.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        rest = tail;
        let [kind, small, ..] = *eight;
        if kind.is_multiple_of(2) { u64::from(small) } else { u64::from_le_bytes(*eight) }
    };
    let raw = [next(), next(), next(), next()];
    let (start, end) = (next(), next());
    let file = rest;
    let length = file.len() as u64;

    let range = match ByteRange::new(raw, length) {
        Ok(range) => range,
        Err(error) => return refused(raw, length, error),
    };
    assert_eq!(range.raw(), raw, "a range that is read is written as it was");
    assert_eq!(ByteRange::new(range.raw(), length), Ok(range));
    let [first, second] = range.signed_slices(file).expect("a range inside the file has octets");
    let gap = range.gap().of(file).expect("a gap inside the file has octets");
    let end_of_range = usize::try_from(range.end()).expect("the range lies in the file");
    assert_eq!([first, gap, second].concat(), file[..end_of_range], "range and gap are the file up to the end");
    assert!(!first.is_empty() && !second.is_empty());
    if let Some(shorter) = end_of_range.checked_sub(1) {
        assert_eq!(range.signed_slices(&file[..shorter]), None, "a shorter file has no such octets");
    }

    let Some(contents) = Span::new(start, end) else { return assert!(end < start) };
    let covered = match range.coverage(contents, length) {
        Coverage::GapNotContents => return assert_ne!(range.gap(), contents),
        Coverage::Revision { appended } => {
            assert!(appended > 0);
            length - appended
        }
        Coverage::WholeFile => length,
    };
    assert_eq!((range.gap(), range.end()), (contents, covered));
    assert_eq!(first.len() as u64 + contents.length() + second.len() as u64, covered);
}

/// The error must be true.
fn refused(raw: [u64; 4], length: u64, error: ByteRangeError) {
    let [start, first, second, last] = raw.map(u128::from);
    let holds = match error {
        ByteRangeError::LateStart { .. } => start > 0,
        ByteRangeError::Empty => first == 0 || last == 0,
        ByteRangeError::Overlap => first > second,
        ByteRangeError::PastEndOfFile { file_len } => file_len == length && second + last > u128::from(length),
        ByteRangeError::Indirect
        | ByteRangeError::Missing
        | ByteRangeError::Negative
        | ByteRangeError::WrongCount { .. }
        | ByteRangeError::WrongType => false,
    };
    assert!(holds, "{raw:?} of {length}: {error}");
}
