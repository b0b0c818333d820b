//! The header of a message as signatures see it, and whether other programs would see the same.

use std::collections::BTreeMap;
use std::ops::Range;

use mail_auth::AuthenticatedMessage;

use super::canonical::{self, Form};
use crate::message::Message;

/// Octets of a header of which signatures are verified; a message from Postfix has no more (`milter`), and each of eight
/// signatures may cover them all.
const OCTETS: usize = 4 << 20;

/// The fields of a message, found by name.
pub(super) struct Fields<'a> {
    list: Vec<(&'a [u8], &'a [u8])>,
    places: BTreeMap<Vec<u8>, Vec<usize>>,
    /// Programs would not agree on which fields there are: nothing is verified.
    pub ambiguous: bool,
}

impl<'a> Fields<'a> {
    pub fn of(message: &'a Message) -> Self {
        let list: Vec<_> = message.headers().collect();
        let mut places: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        for (place, (name, _)) in list.iter().enumerate() {
            places.entry(name.to_ascii_lowercase()).or_default().push(place);
        }
        let ambiguous = is_ambiguous(message, &list);
        Self { list, places, ambiguous }
    }

    /// Fields of a name, given in lower case, from the top down.
    pub fn named(&self, name: &str) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.places.get(name.as_bytes()).into_iter().flatten().map(|place| self.list[*place])
    }

    /// How many fields of a name, given in lower case, there are.
    pub fn count(&self, name: &str) -> usize {
        self.places.get(name.as_bytes()).map_or(0, Vec::len)
    }

    /// What a signature with these names in h= is made over, but for its own field: of each name the lowest field not
    /// taken yet; a name that has none left stands for nothing (RFC 6376, 5.4.2).
    pub fn signed(&self, names: &[String], form: Form) -> Vec<u8> {
        let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
        let mut out = Vec::new();
        for name in names {
            let taken = taken.entry(name).or_default();
            let left = self.places.get(name.as_bytes()).and_then(|places| places.iter().rev().nth(*taken));
            if let Some(place) = left {
                *taken += 1;
                let (name, value) = self.list[*place];
                canonical::field(form, name, value, &mut out);
                out.extend_from_slice(b"\r\n");
            }
        }
        out
    }
}

/// Whether a second reader, or one that ends lines or strings elsewhere, finds other fields or another body.
fn is_ambiguous(message: &Message, list: &[(&[u8], &[u8])]) -> bool {
    let header = message.body_range().start;
    header > OCTETS
        || list.iter().any(|(name, value)| !is_plain_name(name) || !is_folded_well(value))
        || !is_seamless(message, list)
        || !second_reader_agrees(&message.octets()[..header], list)
}

/// RFC 5322, 3.6.8. Before the colon some programs drop white space, some end the header there.
fn is_plain_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

/// Lines end with CRLF and are followed by white space; there is no NUL, at which some programs stop.
fn is_folded_well(value: &[u8]) -> bool {
    let mut rest = value;
    while let Some(at) = rest.iter().position(|o| matches!(o, 0 | b'\r' | b'\n')) {
        match &rest[at..] {
            [b'\r', b'\n', b' ' | b'\t', ..] => rest = &rest[at + 2..],
            _ => return false,
        }
    }
    true
}

/// Field follows field with nothing but a CRLF between, and one empty line ends the header.
fn is_seamless(message: &Message, list: &[(&[u8], &[u8])]) -> bool {
    let expected: usize = list.iter().map(|(name, value)| name.len() + value.len() + 3).sum();
    let header = &message.octets()[..message.body_range().start];
    header.len() == expected + 2 && header.ends_with(b"\r\n\r\n")
}

fn second_reader_agrees(header: &[u8], list: &[(&[u8], &[u8])]) -> bool {
    let Some(second) = AuthenticatedMessage::parse(header) else { return list.is_empty() };
    second.headers.len() == list.len()
        && second.body_offset() == header.len()
        && list.iter().zip(&second.headers).all(|((name, value), (second_name, second_value))| {
            name == second_name && second_value.strip_suffix(b"\r\n") == Some(*value)
        })
}

/// A field's value with a part of it cut out, as the signature in it was made (RFC 6376, 3.7).
pub(super) fn without(value: &[u8], place: &Range<usize>) -> Vec<u8> {
    [&value[..place.start], &value[place.end..]].concat()
}
