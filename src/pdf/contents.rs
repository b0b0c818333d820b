//! The signature value: the hexadecimal string token of `/Contents` (ISO 32000-2, 12.8.1).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::lexer::{Lexer, Token};
use super::span::Span;
use super::value::{Located, Value};
use crate::digest::hex_decode;

/// Why there is no signature value to be read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ContentsError {
    /// The dictionary has no such key, or its value is null.
    Missing,
    /// An indirect value could be exchanged by a later revision.
    Indirect,
    /// The signature dictionary lies in an object stream, so that its value has no position in the file.
    InObjectStream,
    /// The value is no string.
    WrongType,
    /// A literal string: its octets can be spelled in many ways, and other readers stop elsewhere.
    Literal,
    /// The string has no octets.
    Empty,
    /// The range is not a string of hexadecimal digit pairs between brackets.
    NotHexadecimal {
        /// Where the token begins.
        offset: u64,
    },
}

impl fmt::Display for ContentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("signature value missing"),
            Self::Indirect => f.write_str("signature value is an indirect object"),
            Self::InObjectStream => f.write_str("signature dictionary lies in an object stream"),
            Self::WrongType => f.write_str("signature value is not a string"),
            Self::Literal => f.write_str("signature value is a literal string"),
            Self::Empty => f.write_str("signature value is empty"),
            Self::NotHexadecimal { offset } => write!(f, "signature value at {offset} is not hexadecimal"),
        }
    }
}

impl std::error::Error for ContentsError {}

/// Decodes the hexadecimal string at `span` of the original octets, brackets included; the padding stays.
///
/// White space between the digits, which ISO 32000-2, 7.3.4.3 allows, is refused: no signer writes it, and nothing
/// but the signature value may stand in the gap.
pub fn contents_octets(file: &[u8], span: Span) -> Result<Vec<u8>, ContentsError> {
    let offset = span.start();
    let digits = span
        .of(file)
        .and_then(|token| token.strip_prefix(b"<")?.strip_suffix(b">"))
        .ok_or(ContentsError::NotHexadecimal { offset })?;
    if digits.is_empty() {
        return Err(ContentsError::Empty);
    }
    hex_decode(digits).ok_or(ContentsError::NotHexadecimal { offset })
}

/// Decodes the string token at `span` of the original octets, literal or hexadecimal: a certificate in `/Cert`
/// (ISO 32000-1, table 252). `None` where there is anything else, or more.
pub fn string_octets(file: &[u8], span: Span) -> Option<Vec<u8>> {
    let octets = span.of(file)?;
    let mut lexer = Lexer::new(octets, 0);
    let value = match lexer.next() {
        (0, Token::Hexadecimal(digits)) => Value::Hexadecimal(digits),
        (0, Token::Literal(text)) => Value::Literal(text),
        _ => return None,
    };
    (lexer.at() == octets.len()).then_some(())?;
    Located { start: 0, end: octets.len(), value }.as_string()
}

/// Whether nothing but zero octets follows the `consumed` ones that the CMS object took.
pub fn padding_is_zero(contents: &[u8], consumed: usize) -> bool {
    contents.get(consumed..).is_some_and(|padding| padding.iter().all(|octet| *octet == 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(token: &[u8]) -> Result<Vec<u8>, ContentsError> {
        contents_octets(token, Span::new(0, token.len() as u64).unwrap())
    }

    #[test]
    fn only_pairs_of_digits_between_brackets_are_a_signature_value() {
        assert_eq!(decode(b"<30aF00>").unwrap(), [0x30, 0xaf, 0]);
        assert_eq!(decode(b"<>"), Err(ContentsError::Empty));
        for odd in [b"<30 00>".as_slice(), b"<300>", b"(3000)", b"3000", b"<30", b"<30%00\n>", b"<<30>>", b"", b"<"] {
            assert_eq!(decode(odd), Err(ContentsError::NotHexadecimal { offset: 0 }), "{odd:?}");
        }
    }

    #[test]
    fn a_range_outside_the_file_is_no_signature_value() {
        let span = Span::new(2, 99).unwrap();
        assert_eq!(contents_octets(b"<00>", span), Err(ContentsError::NotHexadecimal { offset: 2 }));
    }

    #[test]
    fn one_string_token_and_nothing_else_is_a_certificate_of_old() {
        let decode = |token: &[u8]| string_octets(token, Span::new(0, token.len() as u64).unwrap());
        assert_eq!(decode(b"(a\\051\\n)").unwrap(), b"a)\n");
        assert_eq!(decode(b"<61 6>").unwrap(), b"a`");
        for odd in [b"(a) ".as_slice(), b" (a)", b"(a", b"(a)(b)", b"[(a)]", b"/a", b"1", b""] {
            assert_eq!(decode(odd), None, "{odd:?}");
        }
        assert_eq!(string_octets(b"(a)", Span::new(1, 9).unwrap()), None);
    }

    #[test]
    fn octets_other_than_zero_after_the_cms_object_are_no_padding() {
        assert!(padding_is_zero(&[0x30, 0, 0, 0], 2));
        assert!(padding_is_zero(&[0x30, 0], 2));
        assert!(!padding_is_zero(&[0x30, 0, 0, 1], 2));
        assert!(!padding_is_zero(&[0x30, 0], 3));
    }
}
