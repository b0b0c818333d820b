//! Lists of `tag=value`, read strictly (RFC 6376, 3.2): signatures, keys, policies.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Honest lists have about a dozen. It bounds the search for doubles.
const TAGS: usize = 64;

/// Padding may be left out by the grammar, and nothing else.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A list in which no tag stands twice.
#[derive(Debug)]
pub(super) struct Tags<'a> {
    tags: Vec<Tag<'a>>,
}

#[derive(Debug)]
struct Tag<'a> {
    name: &'a str,
    value: &'a [u8],
    place: Range<usize>,
}

impl<'a> Tags<'a> {
    /// Reads a list. Empty entries between semicolons are passed over, as everybody does; what has no `=`, an odd name
    /// or a name that was there before, in whatever case, makes the whole list unreadable. Values are not looked at.
    pub fn read(octets: &'a [u8]) -> Option<Self> {
        let mut tags: Vec<Tag> = Vec::new();
        let mut start = 0;
        for entry in octets.split(|o| *o == b';') {
            let end = start + entry.len();
            if !trim(entry).is_empty() {
                let equals = entry.iter().position(|o| *o == b'=')?;
                let name = std::str::from_utf8(trim(&entry[..equals])).ok()?;
                let mut letters = name.bytes();
                let plain = letters.next().is_some_and(|o| o.is_ascii_alphabetic())
                    && letters.all(|o| o.is_ascii_alphanumeric() || o == b'_');
                let doubled = tags.iter().any(|tag| tag.name.eq_ignore_ascii_case(name));
                if !plain || doubled || tags.len() == TAGS {
                    return None;
                }
                tags.push(Tag { name, value: trim(&entry[equals + 1..]), place: start + equals + 1..end });
            }
            start = end + 1;
        }
        Some(Self { tags })
    }

    /// The value of a tag, without white space around it; names are told apart by case.
    pub fn value(&self, name: &str) -> Option<&'a [u8]> {
        self.tag(name).map(|tag| tag.value)
    }

    /// The value as text.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        std::str::from_utf8(self.value(name)?).ok()
    }

    /// Where the value stands, with the white space around it.
    pub fn place(&self, name: &str) -> Option<Range<usize>> {
        self.tag(name).map(|tag| tag.place.clone())
    }

    /// The name of the first tag.
    pub fn first(&self) -> Option<&'a str> {
        self.tags.first().map(|tag| tag.name)
    }

    fn tag(&self, name: &str) -> Option<&Tag<'a>> {
        self.tags.iter().find(|tag| tag.name == name)
    }
}

/// Decodes base64 with folding white space anywhere.
pub(super) fn base64(value: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = value.iter().copied().filter(|o| !is_space(*o)).collect();
    BASE64.decode(digits).ok()
}

/// Folding white space (RFC 5322, 3.2.2).
pub(super) fn is_space(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

pub(super) fn trim(mut octets: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = octets
        && is_space(*first)
    {
        octets = rest;
    }
    while let [rest @ .., last] = octets
        && is_space(*last)
    {
        octets = rest;
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_gives_values_and_their_places() {
        let octets = b" a = 1 ;\r\n\tbh=xy\r\n z; b= ;;";
        let tags = Tags::read(octets).unwrap();
        assert_eq!(tags.value("a"), Some(&b"1"[..]));
        assert_eq!(tags.text("bh"), Some("xy\r\n z"));
        assert_eq!(tags.value("b"), Some(&b""[..]));
        assert_eq!(&octets[tags.place("a").unwrap()], b" 1 ");
        assert_eq!((tags.first(), tags.value("B")), (Some("a"), None));
    }

    #[test]
    fn tags_that_stand_twice_or_cannot_be_read_make_the_list_unreadable() {
        for list in ["a=1;a=2", "d=a.vn; D=b.vn", "a", "a=1;b", "=1", "a b=1", "1a=1", "a-b=1", "a\0=1", "é=1"] {
            assert!(Tags::read(list.as_bytes()).is_none(), "{list:?}");
        }
        let many = |count: usize| (0..count).map(|n| format!("t{n}=x;")).collect::<Vec<_>>().concat();
        assert!(Tags::read(many(TAGS).as_bytes()).is_some());
        assert!(Tags::read(many(TAGS + 1).as_bytes()).is_none());
    }

    #[test]
    fn base64_may_be_folded_and_lack_padding_but_holds_nothing_else() {
        assert_eq!(base64(b"YW\r\n Jj"), Some(b"abc".to_vec()));
        assert_eq!(base64(b"YWI"), Some(b"ab".to_vec()));
        assert_eq!(base64(b"YWI="), Some(b"ab".to_vec()));
        for wrong in ["YW=I", "Y", "YW!j", "YWJj=x", "YWJ\0"] {
            assert_eq!(base64(wrong.as_bytes()), None, "{wrong:?}");
        }
    }
}
