//! Distinguished names: compared as RFC 5280 section 7.1 says, shown cleaned.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};

use crate::asn1::{self, Asn1Error, Reader, Value};
use crate::digest::Sha256;

mod parts;

/// A name as it stands in a certificate or CRL.
///
/// Equality is that of RFC 5280: case, runs of spaces and the string type do not matter.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct Name {
    der: Vec<u8>,
    attributes: Vec<Attribute>,
    canonical: Vec<u8>,
}

/// One attribute of a name.
#[derive(Clone, Debug)]
struct Attribute {
    /// Counts the relative distinguished names; equal for the parts of a multi-valued one.
    rdn: usize,
    oid: Vec<u8>,
    value: Text,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Text {
    Readable(String),
    /// A value of no string type, with its tag.
    Octets(u8, Vec<u8>),
}

/// A DN of 100 attributes is longer than any in use; the limit bounds the work of comparing.
pub const MAX_ATTRIBUTES: usize = 100;

/// Hyphens, dashes and the minus sign, all of which people type for `-`.
const DASHES: [char; 8] =
    ['\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}', '\u{ff0d}'];

const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
const EMAIL: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];
const UID: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1];
const LOCALITY: &[u8] = &[0x55, 4, 7];
const ORGANIZATIONAL_UNIT: &[u8] = &[0x55, 4, 11];

/// Short names (RFC 4514, section 3, and what openssl adds) in the order in which they are looked up.
const SHORT: [(&str, &[u8]); 14] = [
    ("CN", COMMON_NAME),
    ("C", &[0x55, 4, 6]),
    ("O", ORGANIZATION),
    ("OU", ORGANIZATIONAL_UNIT),
    ("L", LOCALITY),
    ("ST", &[0x55, 4, 8]),
    ("STREET", &[0x55, 4, 9]),
    ("UID", UID),
    ("DC", &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25]),
    ("serialNumber", &[0x55, 4, 5]),
    ("title", &[0x55, 4, 12]),
    ("SN", &[0x55, 4, 4]),
    ("GN", &[0x55, 4, 42]),
    ("emailAddress", EMAIL),
];

impl Name {
    /// Reads a `Name` (RFC 5280, 4.1.2.4) with its outer SEQUENCE.
    pub fn parse(der: &[u8]) -> Result<Self, Asn1Error> {
        let mut rdns = Value::only(der)?.inside(asn1::SEQUENCE)?;
        let mut attributes = Vec::new();
        let mut rdn = 0;
        while !rdns.is_empty() {
            let mut set = rdns.inside(asn1::SET)?;
            while !set.is_empty() {
                let mut attribute = set.inside(asn1::SEQUENCE)?;
                let oid = attribute.expect(asn1::OID)?.to_vec();
                let value = read_text(&attribute.any()?);
                attribute.finish()?;
                if attributes.len() == MAX_ATTRIBUTES {
                    return Err(Asn1Error::Value);
                }
                attributes.push(Attribute { rdn, oid, value });
            }
            rdn += 1;
        }
        Ok(Self { der: der.to_vec(), canonical: canonical(&attributes), attributes })
    }

    /// Reads what [`Display`](fmt::Display) writes (RFC 4514): the last attribute of the encoding first, `,` between
    /// names, `+` inside one, `\` before a literal `,`, `+` or `\`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut rdns = Vec::new();
        for rdn in split_escaped(text, ',') {
            let mut set = Vec::new();
            for part in split_escaped(rdn, '+') {
                let (key, value) = part.trim_start().split_once('=')?;
                let (_, oid) = SHORT.iter().find(|(short, _)| *short == key)?;
                let value = asn1::encode(0x0c, &[unescape(value).as_bytes()]);
                set.push(asn1::encode(asn1::SEQUENCE, &[&asn1::encode(asn1::OID, &[oid]), &value]));
            }
            let set: Vec<&[u8]> = set.iter().map(Vec::as_slice).collect();
            rdns.push(asn1::encode(asn1::SET, &set));
        }
        let rdns: Vec<&[u8]> = rdns.iter().rev().map(Vec::as_slice).collect();
        Self::parse(&asn1::encode(asn1::SEQUENCE, &rdns)).ok()
    }

    /// The octets, as they stand.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether it has no attribute.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// Whose name it is; the last one where there are several, which is the most particular.
    #[must_use]
    pub fn common_name(&self) -> Option<String> {
        self.last(COMMON_NAME)
    }

    /// The organisation.
    #[must_use]
    pub fn organization(&self) -> Option<String> {
        self.last(ORGANIZATION)
    }

    /// The units, from the largest to the smallest as the name has them.
    #[must_use]
    pub fn organizational_units(&self) -> Vec<String> {
        self.all(ORGANIZATIONAL_UNIT)
    }

    /// The place.
    #[must_use]
    pub fn locality(&self) -> Option<String> {
        self.last(LOCALITY)
    }

    /// User identifiers. Vietnamese CAs write `MST:` (tax code), `CCCD:` or `CMND:` (citizens), each may occur twice.
    #[must_use]
    pub fn user_ids(&self) -> Vec<String> {
        self.all(UID)
    }

    /// Mail addresses in the name itself (PKCS#9 emailAddress).
    #[must_use]
    pub fn emails(&self) -> Vec<String> {
        self.all(EMAIL)
    }

    /// Whether it lies in the subtree under `base`: the same relative names first (RFC 5280, 4.2.1.10).
    #[must_use]
    pub fn is_within(&self, base: &Self) -> bool {
        self.canonical.starts_with(&base.canonical)
    }

    /// The name one relative name further down, as `nameRelativeToCRLIssuer` has it (RFC 5280, 4.2.1.13); `rdn` is the
    /// content of the SET.
    #[must_use]
    pub(super) fn with_relative(&self, rdn: &[u8]) -> Option<Self> {
        let base = Value::only(&self.der).and_then(|value| value.expect(asn1::SEQUENCE)).ok()?;
        let longer = Self::parse(&asn1::encode(asn1::SEQUENCE, &[base, &asn1::encode(asn1::SET, &[rdn])])).ok()?;
        (longer.attributes.len() > self.attributes.len()).then_some(longer)
    }

    /// Digest of the form that equal names have in common.
    #[must_use]
    pub(super) fn digest(&self) -> Sha256 {
        Sha256::of(&self.canonical)
    }

    /// Whether the two are equal once every kind of dash is a hyphen.
    #[must_use]
    pub(super) fn is_equal_but_for_dashes(&self, other: &Self) -> bool {
        let plain = |name: &Self| {
            let attributes = name.attributes.iter().cloned().map(|mut attribute| {
                if let Text::Readable(text) = &mut attribute.value {
                    *text = text.replace(DASHES, "-");
                }
                attribute
            });
            canonical(&attributes.collect::<Vec<_>>())
        };
        self == other || (self.attributes.len() == other.attributes.len() && plain(self) == plain(other))
    }

    fn last(&self, oid: &[u8]) -> Option<String> {
        self.all(oid).pop()
    }

    fn all(&self, oid: &[u8]) -> Vec<String> {
        self.attributes
            .iter()
            .filter(|attribute| attribute.oid == oid)
            .filter_map(|attribute| match &attribute.value {
                Text::Readable(text) => Some(clean(text)),
                Text::Octets(..) => None,
            })
            .collect()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

impl TryFrom<Vec<u8>> for Name {
    type Error = Asn1Error;

    fn try_from(der: Vec<u8>) -> Result<Self, Self::Error> {
        Self::parse(&der)
    }
}

impl From<Name> for Vec<u8> {
    fn from(name: Name) -> Self {
        name.der
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before: Option<usize> = None;
        for attribute in self.attributes.iter().rev() {
            match before {
                None => {}
                Some(rdn) if rdn == attribute.rdn => f.write_str("+")?,
                Some(_) => f.write_str(", ")?,
            }
            before = Some(attribute.rdn);
            match SHORT.iter().find(|(_, oid)| *oid == attribute.oid) {
                Some((short, _)) => write!(f, "{short}=")?,
                None => write!(f, "{}=", asn1::dotted(&attribute.oid))?,
            }
            match &attribute.value {
                Text::Readable(text) => {
                    for symbol in clean(text).chars() {
                        if matches!(symbol, ',' | '+' | '\\') {
                            f.write_str("\\")?;
                        }
                        write!(f, "{symbol}")?;
                    }
                }
                Text::Octets(_, octets) => write!(f, "#{}", crate::digest::hex(octets))?,
            }
        }
        Ok(())
    }
}

/// Decodes the string types of `DirectoryString`, IA5String and the like.
fn read_text(value: &Value<'_>) -> Text {
    let readable = match value.tag {
        // UTF8String, and the types that are subsets of ASCII. Some CAs put UTF-8 into PrintableString.
        0x0c | 0x12 | 0x13 | 0x16 | 0x1a => String::from_utf8(value.content.to_vec()).ok(),
        // BMPString, big-endian UTF-16.
        0x1e if value.content.len().is_multiple_of(2) => {
            let units: Vec<u16> = value.content.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            String::from_utf16(&units).ok()
        }
        // UniversalString, UCS-4.
        0x1c if value.content.len().is_multiple_of(4) => {
            value.content.as_chunks().0.iter().map(|four| char::from_u32(u32::from_be_bytes(*four))).collect()
        }
        // TeletexString: everyone means Latin-1.
        0x14 => Some(value.content.iter().map(|octet| char::from(*octet)).collect()),
        _ => None,
    };
    readable.map_or_else(|| Text::Octets(value.tag, value.content.to_vec()), Text::Readable)
}

/// A form in which equal names are equal octets, and a subtree is a prefix: every part carries its length, the parts
/// of a multi-valued name are sorted.
fn canonical(attributes: &[Attribute]) -> Vec<u8> {
    let mut octets = Vec::new();
    for rdn in attributes.chunk_by(|left, right| left.rdn == right.rdn) {
        let mut parts: Vec<Vec<u8>> = rdn
            .iter()
            .map(|attribute| {
                let value = match &attribute.value {
                    Text::Readable(text) => asn1::encode(0x0c, &[fold(text).as_bytes()]),
                    Text::Octets(tag, content) => asn1::encode(*tag, &[content]),
                };
                asn1::encode(asn1::SEQUENCE, &[&asn1::encode(asn1::OID, &[&attribute.oid]), &value])
            })
            .collect();
        parts.sort();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        octets.extend(asn1::encode(asn1::SET, &parts));
    }
    octets
}

/// The essence of LDAP string preparation (RFC 4518) that RFC 5280 asks for: NFKC, lower case, single spaces inside
/// and none at the ends; ignorable characters are dropped.
fn fold(text: &str) -> String {
    // Most names. NFKC leaves them as they are, and nothing in them is ignorable.
    if text.is_ascii() {
        return text.to_ascii_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    }
    fold_unicode(text)
}

fn fold_unicode(text: &str) -> String {
    let visible: String = text.chars().filter(|symbol| !is_ignorable(*symbol)).collect();
    let lower: String = normal(visible).chars().flat_map(char::to_lowercase).collect();
    normal(lower).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// NFKC. To ask is cheaper than to do it, and one code point for each letter is what nearly all CAs write.
fn normal(text: String) -> String {
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes { text } else { text.nfkc().collect() }
}

/// What would change how the rest is shown is not shown: control characters, and those that turn the direction of text.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|symbol| !is_ignorable(*symbol))
        .map(|symbol| if symbol.is_control() || is_directional(symbol) { '\u{fffd}' } else { symbol })
        .collect()
}

fn is_ignorable(symbol: char) -> bool {
    matches!(symbol, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

fn is_directional(symbol: char) -> bool {
    matches!(symbol, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn split_escaped(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    text.split(move |symbol: char| {
        let cut = symbol == at && !escaped;
        escaped = symbol == '\\' && !escaped;
        cut
    })
}

fn unescape(text: &str) -> String {
    let mut escaped = false;
    text.chars()
        .filter(|symbol| {
            let drop = *symbol == '\\' && !escaped;
            escaped = drop;
            !drop
        })
        .collect()
}

/// Reads the `directoryName` alternatives inside `GeneralNames`.
pub(crate) fn directory_name(value: &Value<'_>) -> Option<Name> {
    if value.tag != asn1::context(4) {
        return None;
    }
    let mut reader = Reader::new(value.content);
    let name = reader.value(asn1::SEQUENCE).ok()?;
    reader.finish().ok()?;
    Name::parse(name.raw).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(parts: &[(u8, u8, &[u8])]) -> Name {
        let rdns: Vec<Vec<u8>> = parts
            .iter()
            .map(|(arc, tag, value)| {
                let oid = asn1::encode(asn1::OID, &[&[0x55, 4, *arc]]);
                let pair = asn1::encode(asn1::SEQUENCE, &[&oid, &asn1::encode(*tag, &[value])]);
                asn1::encode(asn1::SET, &[&pair])
            })
            .collect();
        let rdns: Vec<&[u8]> = rdns.iter().map(Vec::as_slice).collect();
        Name::parse(&asn1::encode(asn1::SEQUENCE, &rdns)).unwrap()
    }

    #[test]
    fn case_spaces_and_string_types_do_not_tell_names_apart() {
        let printable = name(&[(6, 0x13, b"VN"), (3, 0x13, b"Good  CA ")]);
        let utf8 = name(&[(6, 0x0c, b"vn"), (3, 0x0c, b"gOOd ca")]);
        assert_eq!(printable, utf8);
        assert_ne!(printable, name(&[(3, 0x13, b"Good CA"), (6, 0x13, b"VN")]));
        assert_ne!(printable, name(&[(6, 0x13, b"VN"), (3, 0x13, b"GoodCA")]));
    }

    #[test]
    fn every_ascii_character_is_folded_as_the_whole_of_unicode_is() {
        for symbol in '\0'..='\x7f' {
            let text = format!(" A{symbol} {symbol}{symbol}b");
            assert_eq!(fold(&text), fold_unicode(&text), "{symbol:?}");
        }
    }

    #[test]
    fn a_text_that_is_normal_is_folded_as_one_that_is_made_normal() {
        let plain = |text: &str| -> String {
            let visible = text.chars().filter(|symbol| !is_ignorable(*symbol));
            let lower: String = visible.nfkc().flat_map(char::to_lowercase).nfkc().collect();
            lower.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        for code in 0x80..=0x1_f9ff {
            let Some(symbol) = char::from_u32(code) else { continue };
            let text = format!("{symbol}a{symbol}\u{301} {symbol}");
            assert_eq!(fold(&text), plain(&text), "{code:x}");
        }
    }

    #[test]
    fn composed_and_decomposed_vietnamese_are_the_same_name() {
        assert_eq!(
            name(&[(3, 0x0c, "Ch\u{ed}nh ph\u{1ee7}".as_bytes())]),
            name(&[(3, 0x0c, "Chi\u{301}nh phu\u{309}".as_bytes())])
        );
    }

    #[test]
    fn control_and_direction_characters_are_not_shown() {
        let odd = name(&[(3, 0x0c, "ab\u{202e}c\n\u{200b}d".as_bytes())]);
        assert_eq!(odd.common_name().unwrap(), "ab\u{fffd}c\u{fffd}d");
        assert_eq!(odd.to_string(), "CN=ab\u{fffd}c\u{fffd}d");
    }

    #[test]
    fn what_is_shown_reads_back_to_the_same_name() {
        let original = name(&[(6, 0x13, b"VN"), (10, 0x0c, b"A, B + C\\D"), (3, 0x0c, "Cổng".as_bytes())]);
        assert_eq!(original.to_string(), "CN=Cổng, O=A\\, B \\+ C\\\\D, C=VN");
        assert_eq!(Name::from_text(&original.to_string()).unwrap(), original);
        assert_eq!(Name::from_text("Q=x"), None);
    }

    #[test]
    fn a_subtree_is_a_prefix_of_whole_relative_names() {
        let base = name(&[(6, 0x13, b"VN"), (10, 0x13, b"A")]);
        assert!(name(&[(6, 0x13, b"VN"), (10, 0x13, b"a"), (3, 0x13, b"x")]).is_within(&base));
        assert!(!name(&[(6, 0x13, b"VN"), (10, 0x13, b"AB")]).is_within(&base));
    }

    #[test]
    fn more_attributes_than_any_name_needs_are_refused() {
        let pair = asn1::encode(asn1::SEQUENCE, &[&[6, 3, 0x55, 4, 3], &[0x0c, 1, b'x']]);
        let set = asn1::encode(asn1::SET, &[&pair.repeat(MAX_ATTRIBUTES + 1)]);
        assert!(Name::parse(&asn1::encode(asn1::SEQUENCE, &[&set])).is_err());
    }
}
