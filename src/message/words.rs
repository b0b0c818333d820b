//! Encoded words of header fields (RFC 2047) and the text of octets in a declared character set.
//!
//! Own reader for the words, because it must be linear on any input; the tables of the character sets are
//! those of `mail-parser`.

use base64::Engine as _;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use mail_parser::decoders::charsets::map::charset_decoder;

use super::transfer;

/// Decoded text of a header value: unfolded, encoded words replaced. What is no valid word stays as it is.
#[must_use]
pub fn decode(value: &[u8]) -> String {
    let mut out = String::with_capacity(value.len());
    // RFC 2047, 6.2: white space between two adjacent words is not shown. A character may be split across words by
    // careless senders, so adjacent words of one character set are decoded together.
    let mut pending: Option<(Vec<u8>, Vec<u8>)> = None;
    let mut rest = value;
    loop {
        let Some(start) = find(rest, b"=?") else {
            flush(&mut out, &mut pending);
            push_plain(&mut out, rest);
            return out;
        };
        let Some(word) = Word::read(&rest[start..]) else {
            flush(&mut out, &mut pending);
            push_plain(&mut out, &rest[..start + 2]);
            rest = &rest[start + 2..];
            continue;
        };
        let between = &rest[..start];
        let blank = between.iter().all(u8::is_ascii_whitespace);
        match &mut pending {
            Some((charset, octets)) if blank && charset.eq_ignore_ascii_case(word.charset) => {
                octets.extend_from_slice(&word.octets);
            }
            _ => {
                let adjacent = pending.is_some() && blank;
                flush(&mut out, &mut pending);
                if !adjacent {
                    push_plain(&mut out, between);
                }
                pending = Some((word.charset.to_vec(), word.octets));
            }
        }
        rest = &rest[start + word.len..];
    }
}

/// The encoded words of a header value: the character set that each names, and its octets.
pub(super) fn encoded(value: &[u8]) -> Vec<(&[u8], Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some(start) = find(rest, b"=?") {
        rest = &rest[start..];
        if let Some(word) = Word::read(rest) {
            found.push((word.charset, word.octets));
            rest = &rest[word.len..];
        } else {
            rest = &rest[2..];
        }
    }
    found
}

/// Text of `octets` in `charset`; UTF-8 with replacement characters where the set is unknown.
#[must_use]
pub fn text(octets: &[u8], charset: &[u8]) -> String {
    if is_unicode(charset) {
        return String::from_utf8_lossy(octets).into_owned();
    }
    match charset_decoder(charset) {
        Some(decode) => decode(octets),
        None => String::from_utf8_lossy(octets).into_owned(),
    }
}

/// Whether the set is ASCII or UTF-8, the only ones that need no table (and TCVN 6909:2001 as mail carries it).
pub(super) fn is_unicode(charset: &[u8]) -> bool {
    [&b"utf-8"[..], b"utf8", b"us-ascii", b"ascii", b""].iter().any(|name| charset.eq_ignore_ascii_case(name))
}

struct Word<'a> {
    charset: &'a [u8],
    octets: Vec<u8>,
    len: usize,
}

/// RFC 2047 allows 75 octets; real words are longer. Beyond this no reader decodes, and the search stays linear.
const LONGEST_WORD: usize = 2_000;

impl<'a> Word<'a> {
    fn read(octets: &'a [u8]) -> Option<Self> {
        let body = octets.get(2..octets.len().min(LONGEST_WORD))?;
        // RFC 2231, 5: a language may follow the character set after an asterisk.
        let set_end = body.iter().take(64).position(|o| *o == b'?')?;
        let charset = body[..set_end].split(|o| *o == b'*').next()?;
        if charset.is_empty() || !charset.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        let encoding = *body.get(set_end + 1)?;
        if *body.get(set_end + 2)? != b'?' {
            return None;
        }
        let text_start = set_end + 3;
        let text_len = find_word_end(body.get(text_start..)?)?;
        let text = &body[text_start..text_start + text_len];
        let octets = match encoding {
            b'B' | b'b' => LENIENT.decode(text).ok()?,
            b'Q' | b'q' => q_decode(text),
            _ => return None,
        };
        Some(Self { charset, octets, len: 2 + text_start + text_len + 2 })
    }
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The word ends at `?=`; a line break inside makes it no word. Spaces are tolerated as readers do.
fn find_word_end(text: &[u8]) -> Option<usize> {
    let end = text.iter().position(|o| matches!(o, b'?' | b'\r' | b'\n'))?;
    (text[end] == b'?' && text.get(end + 1) == Some(&b'=')).then_some(end)
}

fn q_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&octet) = text.get(at) {
        match octet {
            b'_' => out.push(b' '),
            b'=' => {
                if let Some(value) = text.get(at + 1..at + 3).and_then(transfer::hex_pair) {
                    out.push(value);
                    at += 2;
                } else {
                    out.push(b'=');
                }
            }
            other => out.push(other),
        }
        at += 1;
    }
    out
}

fn flush(out: &mut String, pending: &mut Option<(Vec<u8>, Vec<u8>)>) {
    if let Some((charset, octets)) = pending.take() {
        out.push_str(&text(&octets, &charset));
    }
}

fn push_plain(out: &mut String, octets: &[u8]) {
    let unfolded: Vec<u8> = octets.iter().copied().filter(|o| !matches!(o, b'\r' | b'\n')).collect();
    out.push_str(&String::from_utf8_lossy(&unfolded));
}

pub(super) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjacent_words_join_even_inside_a_character() {
        assert_eq!(
            decode(b"=?utf-8?B?w4rhur?=\r\n =?UTF-8?B?9g=?= x"),
            decode(b"=?utf-8?B?w4rhur?= =?UTF-8?B?9g=?= x")
        );
        assert_eq!(decode(b"=?utf-8?q?M=E1=BA?= =?utf-8?q?=ACT?= a"), "MẬT a");
        assert_eq!(decode(b"a =?iso-8859-1?q?=E9_b?=  c"), "a é b  c");
        assert_eq!(decode(b"=?utf-8?q?a?= =?iso-8859-1?q?b?="), "ab");
    }

    #[test]
    fn what_is_no_word_stays() {
        for text in ["=?", "=?x", "=?utf-8?q?", "=?utf-8?x?a?=", "a=?b?=c", "=?utf-8?b?%%?="] {
            assert_eq!(decode(text.as_bytes()), text);
        }
    }

    #[test]
    fn many_word_starts_are_read_in_linear_time() {
        let hostile = b"=?a?q?".repeat(200_000);
        assert_eq!(decode(&hostile).len(), hostile.len());
    }
}
