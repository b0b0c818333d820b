//! BER into DER: indefinite lengths and constructed strings become what DER parsers read (X.690, 8.1.3.6 and 8.7.3).
//!
//! VGCA's tools write CMS with indefinite lengths (first octets 30 80), so this step comes before every CMS parser.
//! It changes nothing else: a value with a definite length and no indefinite one inside is passed on octet by octet,
//! because certificates and signed attributes are verified over the octets that stand there.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::asn1;
use crate::budget;

/// A value in definite-length form.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Der<'a> {
    octets: Cow<'a, [u8]>,
    consumed: usize,
}

impl<'a> Der<'a> {
    /// The value; borrowed from the input where nothing had to change.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The value without the rest of the input.
    #[must_use]
    pub fn into_octets(self) -> Cow<'a, [u8]> {
        self.octets
    }

    /// Octets of the input that the value took; what follows is padding, or somebody's hiding place.
    #[must_use]
    pub fn consumed(&self) -> usize {
        self.consumed
    }
}

/// Why octets are not one BER value.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum BerError {
    /// More nesting than [`budget::DEPTH`].
    Depth,
    /// A tag, length or end-of-contents that BER does not allow.
    Malformed {
        /// Where in the input.
        at: usize,
    },
    /// More values than [`MAX_VALUES`], or more octets than [`MAX_INPUT`].
    TooLarge,
    /// The input ends inside a value.
    Truncated,
}

impl fmt::Display for BerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Depth => f.write_str("BER nested too deep"),
            Self::Malformed { at } => write!(f, "no BER value at octet {at}"),
            Self::TooLarge => f.write_str("BER value with too many parts"),
            Self::Truncated => f.write_str("BER value is cut short"),
        }
    }
}

impl std::error::Error for BerError {}

/// The largest CRL that is fetched is 20 MiB; a CMS that embeds one still fits.
pub const MAX_INPUT: usize = 32 << 20;
/// A CRL of 100,000 entries has about 500,000 values; real CMS have some hundreds.
pub const MAX_VALUES: usize = 1_000_000;

/// Brings the first value of `input` into definite-length form, in time linear in its length.
pub fn to_der(input: &[u8]) -> Result<Der<'_>, BerError> {
    if input.len() > MAX_INPUT {
        return Err(BerError::TooLarge);
    }
    let mut scan = Scan { input, pieces: Vec::new(), values: 0 };
    let value = scan.value(0, 0)?;
    let octets = if value.changed {
        let mut octets = Vec::with_capacity(value.len);
        for piece in &scan.pieces {
            if let Some((tag, len)) = piece.header {
                octets.push(tag);
                asn1::push_length(&mut octets, len);
            }
            octets.extend_from_slice(input.get(piece.start..piece.end).unwrap_or_default());
        }
        Cow::Owned(octets)
    } else {
        Cow::Borrowed(input.get(..value.end).ok_or(BerError::Truncated)?)
    };
    Ok(Der { octets, consumed: value.end })
}

/// What goes to the output next: a header if there is one, then octets of the input.
struct Piece {
    header: Option<(u8, usize)>,
    start: usize,
    end: usize,
}

/// What became of one value.
struct Scanned {
    /// Where it ends in the input.
    end: usize,
    /// Its octets in the output, header included.
    len: usize,
    /// Whether the output differs from the input.
    changed: bool,
}

struct Scan<'a> {
    input: &'a [u8],
    /// In the order of the output; a header stands before what it contains, its length filled in afterwards.
    pieces: Vec<Piece>,
    values: usize,
}

struct Header {
    tag: u8,
    content: usize,
    /// `None` is the indefinite length.
    end: Option<usize>,
}

impl Scan<'_> {
    /// Scans the value at `at`, which has to end in the input.
    fn value(&mut self, at: usize, depth: u32) -> Result<Scanned, BerError> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(BerError::TooLarge);
        }
        if depth > budget::DEPTH {
            return Err(BerError::Depth);
        }
        let header = self.header(at)?;
        let first_piece = self.pieces.len();
        if header.tag & 0x20 == 0 {
            let end = header.end.ok_or(BerError::Malformed { at })?;
            return Ok(self.verbatim(first_piece, at, end));
        }
        if is_constructed_string(header.tag) {
            return self.string(at, &header, depth);
        }

        self.pieces.push(Piece { header: None, start: at, end: at });
        let content = match self.content(&header, depth) {
            Ok(content) => content,
            // A value that says where it ends may be odd inside (a broken certificate among good ones): it is passed
            // on as it stands and judged by whoever reads it. Limits stay limits.
            Err(BerError::Malformed { .. } | BerError::Truncated) if header.end.is_some() => {
                let end = header.end.unwrap_or(at);
                return Ok(self.verbatim(first_piece, at, end));
            }
            Err(error) => return Err(error),
        };
        if !content.changed
            && let Some(end) = header.end
        {
            return Ok(self.verbatim(first_piece, at, end));
        }
        if let Some(piece) = self.pieces.get_mut(first_piece) {
            piece.header = Some((header.tag, content.len));
        }
        Ok(Scanned { end: content.end, len: header_len(content.len) + content.len, changed: true })
    }

    /// Scans all values inside, with the end-of-contents where the length is indefinite.
    fn content(&mut self, header: &Header, depth: u32) -> Result<Scanned, BerError> {
        let mut all = Scanned { end: header.content, len: 0, changed: false };
        loop {
            match header.end {
                Some(end) if all.end == end => return Ok(all),
                Some(end) if all.end > end => return Err(BerError::Malformed { at: all.end }),
                None if self.input.get(all.end..).is_some_and(|rest| rest.starts_with(&[0, 0])) => {
                    return Ok(Scanned { end: all.end + 2, changed: true, ..all });
                }
                Some(_) | None => {}
            }
            let value = self.value(all.end, depth + 1)?;
            all.end = value.end;
            all.len += value.len;
            all.changed |= value.changed;
        }
    }

    /// Joins the pieces of a constructed string into one primitive value.
    fn string(&mut self, at: usize, header: &Header, depth: u32) -> Result<Scanned, BerError> {
        let tag = header.tag & !0x20;
        let place = self.pieces.len();
        self.pieces.push(Piece { header: None, start: at, end: at });
        let mut string = Joined { end: header.content, len: 0, unused: None };
        self.join(tag, header, depth, &mut string)?;
        let mut len = string.len;
        if tag == asn1::BIT_STRING {
            len += 1;
            // The count of unused bits stands before the first octet and is that of the last piece.
            let unused = string.unused.ok_or(BerError::Malformed { at })?;
            if let Some(piece) = self.pieces.get_mut(place) {
                (piece.start, piece.end) = (unused, unused + 1);
            }
        }
        if let Some(piece) = self.pieces.get_mut(place) {
            piece.header = Some((tag, len));
        }
        Ok(Scanned { end: string.end, len: header_len(len) + len, changed: true })
    }

    fn join(&mut self, tag: u8, header: &Header, depth: u32, string: &mut Joined) -> Result<(), BerError> {
        if depth > budget::DEPTH {
            return Err(BerError::Depth);
        }
        loop {
            let at = string.end;
            match header.end {
                Some(end) if at == end => return Ok(()),
                Some(end) if at > end => return Err(BerError::Malformed { at }),
                None if self.input.get(at..).is_some_and(|rest| rest.starts_with(&[0, 0])) => {
                    string.end = at + 2;
                    return Ok(());
                }
                Some(_) | None => {}
            }
            self.values += 1;
            if self.values > MAX_VALUES {
                return Err(BerError::TooLarge);
            }
            let part = self.header(at)?;
            // X.690, 8.7.3.2 and 8.23.6: pieces of restricted strings are OCTET STRINGs or strings of the same type.
            let same = part.tag & !0x20 == tag || (tag != asn1::BIT_STRING && part.tag & !0x20 == asn1::OCTET_STRING);
            if !same {
                return Err(BerError::Malformed { at });
            }
            if part.tag & 0x20 != 0 {
                string.end = part.content;
                self.join(tag, &part, depth + 1, string)?;
                if part.end.is_some_and(|end| end != string.end) {
                    return Err(BerError::Malformed { at });
                }
                continue;
            }
            let end = part.end.ok_or(BerError::Malformed { at })?;
            let mut start = part.content;
            if tag == asn1::BIT_STRING {
                let whole = string.unused.is_none_or(|unused| self.input.get(unused) == Some(&0));
                if !whole || start >= end {
                    return Err(BerError::Malformed { at });
                }
                string.unused = Some(start);
                start += 1;
            }
            string.len += end - start;
            string.end = end;
            self.pieces.push(Piece { header: None, start, end });
        }
    }

    /// Replaces everything from `first_piece` on by the octets as they stand.
    fn verbatim(&mut self, first_piece: usize, start: usize, end: usize) -> Scanned {
        self.pieces.truncate(first_piece);
        match self.pieces.last_mut() {
            // Neighbours join, so that a long run of small values costs one piece.
            Some(last) if last.end == start && last.start < last.end => last.end = end,
            _ => self.pieces.push(Piece { header: None, start, end }),
        }
        Scanned { end, len: end - start, changed: false }
    }

    fn header(&self, at: usize) -> Result<Header, BerError> {
        let octet = |at: usize| self.input.get(at).copied().ok_or(BerError::Truncated);
        let tag = octet(at)?;
        // Tag numbers above 30 have no use here; 00 is the end-of-contents where none is expected.
        if tag & 0x1f == 0x1f || tag == 0 {
            return Err(BerError::Malformed { at });
        }
        let first = octet(at + 1)?;
        let (content, len) = match first {
            0x80 => return Ok(Header { tag, content: at + 2, end: None }),
            0..0x80 => (at + 2, usize::from(first)),
            _ => {
                let count = usize::from(first & 0x7f);
                if count > 4 {
                    return Err(BerError::Malformed { at });
                }
                let mut len = 0;
                for position in 0..count {
                    len = len << 8 | usize::from(octet(at + 2 + position)?);
                }
                (at + 2 + count, len)
            }
        };
        let end = content.checked_add(len).filter(|end| *end <= self.input.len()).ok_or(BerError::Truncated)?;
        Ok(Header { tag, content, end: Some(end) })
    }
}

/// What was joined so far.
struct Joined {
    end: usize,
    len: usize,
    /// Where the last piece of a BIT STRING says how many bits are unused.
    unused: Option<usize>,
}

/// Universal string and time types (X.680, table 1) in constructed form.
fn is_constructed_string(tag: u8) -> bool {
    matches!(tag, 0x23 | 0x24 | 0x2c | 0x32..=0x3c | 0x3e)
}

fn header_len(content: usize) -> usize {
    match content {
        0..0x80 => 2,
        0x80..0x100 => 3,
        0x100..0x1_0000 => 4,
        0x1_0000..0x100_0000 => 5,
        _ => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(input: &[u8]) -> Result<Vec<u8>, BerError> {
        to_der(input).map(|der| der.into_octets().into_owned())
    }

    #[test]
    fn indefinite_lengths_become_definite_and_the_rest_is_left() {
        let input = [0x30, 0x80, 0x02, 0x01, 0x05, 0xa0, 0x80, 0x05, 0x00, 0, 0, 0, 0, 0, 0, 0];
        let value = to_der(&input).unwrap();
        assert_eq!(value.octets(), [0x30, 0x07, 0x02, 0x01, 0x05, 0xa0, 0x02, 0x05, 0x00]);
        assert_eq!(value.consumed(), 13);
        assert_eq!(der(&[0x30, 0x06, 0x30, 0x80, 0x05, 0x00, 0, 0]).unwrap(), [0x30, 0x04, 0x30, 0x02, 0x05, 0x00]);
    }

    #[test]
    fn constructed_strings_are_joined_also_when_nested() {
        assert_eq!(der(&[0x24, 0x80, 4, 2, 1, 2, 0x24, 4, 4, 2, 3, 4, 4, 0, 0, 0]).unwrap(), [4, 4, 1, 2, 3, 4]);
        assert_eq!(der(&[0x23, 0x80, 3, 2, 0, 0xff, 3, 2, 4, 0xf0, 0, 0]).unwrap(), [3, 3, 4, 0xff, 0xf0]);
        // Only the last piece of a bit string may have unused bits.
        assert!(der(&[0x23, 0x80, 3, 2, 4, 0xf0, 3, 2, 0, 0xff, 0, 0]).is_err());
        assert!(der(&[0x24, 0x80, 2, 1, 1, 0, 0]).is_err());
    }

    #[test]
    fn der_passes_without_a_copy_even_with_long_form_lengths() {
        let input = [0x30, 0x81, 0x03, 0x02, 0x01, 0x05, 0xff];
        let value = to_der(&input).unwrap();
        assert!(matches!(value.octets, Cow::Borrowed(_)));
        assert_eq!(value.octets(), &input[..6]);
    }

    #[test]
    fn a_definite_value_that_is_odd_inside_is_passed_on_as_it_stands() {
        let input = [0x30, 0x80, 0x30, 0x02, 0x04, 0x09, 0x05, 0x00, 0, 0];
        assert_eq!(der(&input).unwrap(), [0x30, 0x06, 0x30, 0x02, 0x04, 0x09, 0x05, 0x00]);
    }

    #[test]
    fn open_ends_and_stray_ends_are_refused() {
        assert_eq!(der(&[0x30, 0x80, 0x05, 0x00]), Err(BerError::Truncated));
        assert_eq!(der(&[0x04, 0x80, 0, 0]), Err(BerError::Malformed { at: 0 }));
        assert_eq!(der(&[0, 0]), Err(BerError::Malformed { at: 0 }));
        assert_eq!(der(&[]), Err(BerError::Truncated));
        assert_eq!(der(&[0x1f, 0x81, 0x01, 0x00]), Err(BerError::Malformed { at: 0 }));
    }

    #[test]
    fn nesting_has_a_limit_in_both_forms() {
        let deep = [0x30, 0x80].repeat(100_000);
        assert_eq!(der(&deep), Err(BerError::Depth));
        let strings = [0x24, 0x80].repeat(100_000);
        assert_eq!(der(&strings), Err(BerError::Depth));
    }

    #[test]
    fn the_value_after_the_last_one_allowed_is_refused() {
        let mut input = vec![0x30, 0x80];
        input.extend([0x05, 0x00].repeat(MAX_VALUES));
        input.extend([0, 0]);
        assert_eq!(der(&input), Err(BerError::TooLarge));
        assert_eq!(der(&vec![0x30; MAX_INPUT + 1]), Err(BerError::TooLarge));
    }

    #[test]
    fn the_output_is_as_long_as_announced() {
        for len in [0_usize, 126, 127, 128, 255, 256, 65_535, 65_536] {
            let mut input = vec![0x30, 0x80];
            input.extend(asn1::encode(asn1::OCTET_STRING, &[&vec![9; len]]));
            input.extend([0, 0]);
            let octets = der(&input).unwrap();
            assert_eq!(asn1::Value::only(&octets).unwrap().raw.len(), octets.len());
        }
    }
}
