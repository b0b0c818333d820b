//! Reads ASN.1 values with definite lengths (X.690): the small set that certificates, CRLs and CMS are made of.
//!
//! Every value keeps its raw octets, because signatures are verified over octets as they stand and never over a
//! re-encoding. Lengths need not be minimal: what is signed is compared as octets, so a longer form proves nothing
//! false, and real certificates have it. Indefinite lengths are refused here; `cms::to_der` removes them first.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

use crate::time::UnixTime;

/// BOOLEAN.
pub const BOOLEAN: u8 = 0x01;
/// INTEGER.
pub const INTEGER: u8 = 0x02;
/// BIT STRING.
pub const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;
/// NULL.
pub const NULL: u8 = 0x05;
/// OBJECT IDENTIFIER.
pub const OID: u8 = 0x06;
/// ENUMERATED.
pub const ENUMERATED: u8 = 0x0a;
/// UTCTime.
pub const UTC_TIME: u8 = 0x17;
/// GeneralizedTime.
pub const GENERALIZED_TIME: u8 = 0x18;
/// SEQUENCE, SEQUENCE OF.
pub const SEQUENCE: u8 = 0x30;
/// SET, SET OF.
pub const SET: u8 = 0x31;

/// The identifier octet of the constructed context-specific tag `number`.
#[must_use]
pub const fn context(number: u8) -> u8 {
    0xa0 | (number & 0x1f)
}

/// The identifier octet of the primitive context-specific tag `number`.
#[must_use]
pub const fn context_primitive(number: u8) -> u8 {
    0x80 | (number & 0x1f)
}

/// Why octets are not the value that was asked for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Asn1Error {
    /// A tag number above 30, which nothing here uses.
    HighTag,
    /// An indefinite length where only a definite one may stand, or one of more than four octets.
    Length,
    /// Another tag than the one that must stand here.
    Tag {
        /// The identifier octet that must stand here.
        expected: u8,
        /// The one that does.
        found: u8,
    },
    /// Octets after the last value.
    Trailing,
    /// The value ends before its length says so.
    Truncated,
    /// The content is not a value of its type.
    Value,
}

impl fmt::Display for Asn1Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HighTag => f.write_str("tag number above 30"),
            Self::Length => f.write_str("length that is indefinite or too long"),
            Self::Tag { expected, found } => write!(f, "tag {found:#04x} where {expected:#04x} must stand"),
            Self::Trailing => f.write_str("octets after the last value"),
            Self::Truncated => f.write_str("value is cut short"),
            Self::Value => f.write_str("content does not fit its type"),
        }
    }
}

impl std::error::Error for Asn1Error {}

/// One value: identifier octet, content, and both with the length between them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Value<'a> {
    /// Identifier octet.
    pub tag: u8,
    /// Content octets.
    pub content: &'a [u8],
    /// Identifier, length and content octets as they stand in the input.
    pub raw: &'a [u8],
}

impl<'a> Value<'a> {
    /// The only value in `octets`.
    pub fn only(octets: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut reader = Reader::new(octets);
        let value = reader.any()?;
        reader.finish()?;
        Ok(value)
    }

    /// Whether the content is itself made of values.
    #[must_use]
    pub fn is_constructed(&self) -> bool {
        self.tag & 0x20 != 0
    }

    /// The content, when the value has this tag.
    pub fn expect(&self, tag: u8) -> Result<&'a [u8], Asn1Error> {
        if self.tag == tag { Ok(self.content) } else { Err(Asn1Error::Tag { expected: tag, found: self.tag }) }
    }

    /// A reader of the values inside.
    pub fn inside(&self, tag: u8) -> Result<Reader<'a>, Asn1Error> {
        self.expect(tag).map(Reader::new)
    }

    /// The moment that a UTCTime or GeneralizedTime stands for.
    pub fn time(&self) -> Result<UnixTime, Asn1Error> {
        self.moment().map(|(time, _)| time)
    }

    /// As [`time`](Self::time), with the fraction of a second in billionths beside it.
    pub fn moment(&self) -> Result<(UnixTime, u32), Asn1Error> {
        match self.tag {
            UTC_TIME => read_time(self.content, 2),
            GENERALIZED_TIME => read_time(self.content, 4),
            found => Err(Asn1Error::Tag { expected: UTC_TIME, found }),
        }
    }
}

/// Walks through a series of values.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first of `octets`.
    #[must_use]
    pub fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    /// Whether every value was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The octets not read yet.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The identifier octet of the next value.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Reads the next value, whatever it is.
    pub fn any(&mut self) -> Result<Value<'a>, Asn1Error> {
        let (tag, header, length) = header(self.rest)?;
        let end = header.checked_add(length).ok_or(Asn1Error::Length)?;
        let raw = self.rest.get(..end).ok_or(Asn1Error::Truncated)?;
        let content = raw.get(header..).ok_or(Asn1Error::Truncated)?;
        self.rest = self.rest.get(end..).ok_or(Asn1Error::Truncated)?;
        Ok(Value { tag, content, raw })
    }

    /// Reads the content of a value that must have this tag.
    pub fn expect(&mut self, tag: u8) -> Result<&'a [u8], Asn1Error> {
        self.value(tag).map(|value| value.content)
    }

    /// Reads a value that must have this tag.
    pub fn value(&mut self, tag: u8) -> Result<Value<'a>, Asn1Error> {
        let value = self.any()?;
        value.expect(tag)?;
        Ok(value)
    }

    /// Reads a value when the next one has this tag.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Value<'a>>, Asn1Error> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// A reader of the values inside a value that must have this tag.
    pub fn inside(&mut self, tag: u8) -> Result<Reader<'a>, Asn1Error> {
        self.expect(tag).map(Reader::new)
    }

    /// Reads a BIT STRING whose last octet is whole.
    pub fn bit_string(&mut self) -> Result<&'a [u8], Asn1Error> {
        match self.expect(BIT_STRING)?.split_first() {
            Some((0, octets)) => Ok(octets),
            _ => Err(Asn1Error::Value),
        }
    }

    /// Says that nothing may follow.
    pub fn finish(self) -> Result<(), Asn1Error> {
        if self.rest.is_empty() { Ok(()) } else { Err(Asn1Error::Trailing) }
    }
}

/// Identifier octet, length of the header, length of the content.
fn header(octets: &[u8]) -> Result<(u8, usize, usize), Asn1Error> {
    let tag = *octets.first().ok_or(Asn1Error::Truncated)?;
    if tag & 0x1f == 0x1f {
        return Err(Asn1Error::HighTag);
    }
    let first = *octets.get(1).ok_or(Asn1Error::Truncated)?;
    if first < 0x80 {
        return Ok((tag, 2, usize::from(first)));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return Err(Asn1Error::Length);
    }
    let digits = octets.get(2..2 + count).ok_or(Asn1Error::Truncated)?;
    let length = digits.iter().fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
    Ok((tag, 2 + count, length))
}

/// A moment written with `year_digits` digits for the year, and its fraction of a second in billionths.
///
/// Accepts what DER allows and what BER signers write besides: an offset instead of `Z`, a fraction, and in UTCTime no
/// seconds. A local time without offset is refused: it names no moment.
fn read_time(content: &[u8], year_digits: usize) -> Result<(UnixTime, u32), Asn1Error> {
    let text = std::str::from_utf8(content).map_err(|_| Asn1Error::Value)?;
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, mut rest) = text.split_at(count);
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|text| text.parse::<u16>().ok());
    let two = |from: usize| number(from, from + 2).and_then(|value| u8::try_from(value).ok()).ok_or(Asn1Error::Value);

    let year = i32::from(number(0, year_digits).ok_or(Asn1Error::Value)?);
    // RFC 5280, 4.1.2.5.1: 50 and above is 19xx.
    let year = match year_digits {
        2 if year >= 50 => year + 1900,
        2 => year + 2000,
        _ => year,
    };
    let at = year_digits;
    let seconds = match count.checked_sub(at) {
        Some(10) => two(at + 8)?,
        Some(8) => 0,
        _ => return Err(Asn1Error::Value),
    };
    let month = Month::try_from(two(at)?).map_err(|_| Asn1Error::Value)?;
    let date = Date::from_calendar_date(year, month, two(at + 2)?).map_err(|_| Asn1Error::Value)?;
    let clock = Time::from_hms(two(at + 4)?, two(at + 6)?, seconds).map_err(|_| Asn1Error::Value)?;

    let mut billionths = 0;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let (fraction, zone) = fraction.split_at(count);
        if count == 0 {
            return Err(Asn1Error::Value);
        }
        billionths = fraction
            .bytes()
            .chain(std::iter::repeat(b'0'))
            .take(9)
            .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        rest = zone;
    }
    let offset = read_offset(rest).ok_or(Asn1Error::Value)?;
    let seconds = PrimitiveDateTime::new(date, clock).assume_offset(offset).unix_timestamp();
    Ok((UnixTime::from_seconds(seconds), billionths))
}

fn read_offset(zone: &str) -> Option<UtcOffset> {
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("Z", "") => return Some(UtcOffset::UTC),
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if digits.len() != 4 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let hours: i8 = digits.get(..2)?.parse().ok()?;
    let minutes: i8 = digits.get(2..)?.parse().ok()?;
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

/// The dotted form of the content of an OBJECT IDENTIFIER, for people; odd content is shown in hexadecimal.
#[must_use]
pub fn dotted(oid: &[u8]) -> String {
    let mut arcs: Vec<u128> = Vec::new();
    let mut arc: u128 = 0;
    let mut open = false;
    for octet in oid.iter().take(64) {
        let Some(next) = arc.checked_mul(128) else {
            return crate::digest::hex(oid);
        };
        arc = next | u128::from(octet & 0x7f);
        open = octet & 0x80 != 0;
        if !open {
            arcs.push(std::mem::take(&mut arc));
        }
    }
    let Some((first, rest)) = arcs.split_first() else {
        return crate::digest::hex(oid);
    };
    if open || oid.len() > 64 {
        return crate::digest::hex(oid);
    }
    let root = (*first / 40).min(2);
    let mut text = format!("{root}.{}", first - root * 40);
    for arc in rest {
        text.push('.');
        text.push_str(&arc.to_string());
    }
    text
}

/// Writes values; used where a digest needs octets that are not in the input, and by tests.
#[must_use]
pub fn encode(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut octets = vec![tag];
    push_length(&mut octets, length);
    for part in parts {
        octets.extend_from_slice(part);
    }
    octets
}

/// Appends the shortest form of `length` (X.690, 10.1).
pub fn push_length(octets: &mut Vec<u8>, length: usize) {
    let digits = length.to_be_bytes();
    let digits: Vec<u8> = digits.into_iter().skip_while(|digit| *digit == 0).collect();
    match (digits.len(), digits.first()) {
        (0, _) => octets.push(0),
        (1, Some(digit)) if *digit < 0x80 => octets.push(*digit),
        // A usize has at most eight octets, so the count fits in seven bits.
        (count, _) => {
            octets.push(0x80 | u8::try_from(count).unwrap_or(0x08));
            octets.extend_from_slice(&digits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(tag: u8, text: &str) -> Option<String> {
        Value { tag, content: text.as_bytes(), raw: b"" }.time().ok().map(|time| time.to_string())
    }

    #[test]
    fn lengths_beyond_the_input_or_indefinite_are_refused() {
        assert_eq!(Value::only(&[0x30, 0x80, 0, 0]), Err(Asn1Error::Length));
        assert_eq!(Value::only(&[0x30, 0x02, 0]), Err(Asn1Error::Truncated));
        assert_eq!(Value::only(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), Err(Asn1Error::Truncated));
        assert_eq!(Value::only(&[0x30, 0x85, 0, 0, 0, 0, 0]), Err(Asn1Error::Length));
        assert_eq!(Value::only(&[0x3f, 0x81, 0, 0]), Err(Asn1Error::HighTag));
        assert_eq!(Value::only(&[0x05, 0x00, 0x00]), Err(Asn1Error::Trailing));
        assert_eq!(Value::only(&[]), Err(Asn1Error::Truncated));
    }

    #[test]
    fn what_is_encoded_reads_back() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; length];
            let octets = encode(OCTET_STRING, &[&content]);
            assert_eq!(Value::only(&octets).unwrap().content, content);
        }
    }

    #[test]
    fn times_are_read_in_the_forms_of_der_and_ber() {
        assert_eq!(moment(UTC_TIME, "180913090748Z").unwrap(), "2018-09-13T09:07:48Z");
        assert_eq!(moment(UTC_TIME, "500101000000Z").unwrap(), "1950-01-01T00:00:00Z");
        assert_eq!(moment(UTC_TIME, "1809131607+0700").unwrap(), "2018-09-13T09:07:00Z");
        assert_eq!(moment(GENERALIZED_TIME, "20500101000000Z").unwrap(), "2050-01-01T00:00:00Z");
        assert_eq!(moment(GENERALIZED_TIME, "20180913090748.25Z").unwrap(), "2018-09-13T09:07:48Z");
        for odd in ["", "Z", "180913090748", "181313090748Z", "180913090748+7", "180913090748.Z", "18091309074\u{e9}Z"]
        {
            assert_eq!(moment(UTC_TIME, odd), None, "{odd}");
        }
    }

    #[test]
    fn object_identifiers_are_shown_dotted_and_odd_ones_in_hexadecimal() {
        assert_eq!(dotted(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]), "1.2.840.113549");
        assert_eq!(dotted(&[0x60, 0x85, 0x40, 0x01]), "2.16.704.1");
        assert_eq!(dotted(&[0x88, 0x37, 0x03]), "2.999.3");
        assert_eq!(dotted(&[0x2a, 0x86]), "2a86");
        assert_eq!(dotted(&[]), "");
        assert_eq!(dotted(&[0xff; 40]), "ff".repeat(40));
    }
}
