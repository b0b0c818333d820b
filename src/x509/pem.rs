//! Textual encoding (RFC 7468) of certificates and CRLs: ca.gov.vn serves CRLs as PEM, whatever the name says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The contents of all blocks with this label; `None` where the octets are not PEM at all, or a block is broken.
#[must_use]
pub fn decode(octets: &[u8], label: &str) -> Option<Vec<Vec<u8>>> {
    let text = std::str::from_utf8(octets).ok()?;
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(begin.as_str()) {
        let (body, after) = after.split_once(end.as_str())?;
        let digits: Vec<u8> = body.bytes().filter(|octet| !octet.is_ascii_whitespace()).collect();
        blocks.push(STANDARD.decode(digits).ok()?);
        rest = after;
    }
    (!blocks.is_empty()).then_some(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_other_text_and_other_labels() {
        let text = b"x\n-----BEGIN A-----\nAAEC\r\nAw==\n-----END A-----\n-----BEGIN B-----\nAA==\n-----END B-----";
        assert_eq!(decode(text, "A").unwrap(), [[0, 1, 2, 3]]);
        assert_eq!(decode(text, "B").unwrap(), [[0]]);
        assert_eq!(decode(text, "C"), None);
    }

    #[test]
    fn an_open_block_or_bad_digits_are_refused() {
        assert_eq!(decode(b"-----BEGIN A-----\nAA==\n", "A"), None);
        assert_eq!(decode(b"-----BEGIN A-----\n*\n-----END A-----", "A"), None);
        assert_eq!(decode(&[0xff, 0xfe], "A"), None);
    }
}
