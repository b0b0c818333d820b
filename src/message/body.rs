//! What the text of a mail carries beside words: references to pictures, files written as text.

use super::words::find;
use super::{kind, transfer};

/// Content-IDs that an HTML body refers to (RFC 2392).
pub(super) fn content_ids(html: &[u8]) -> impl Iterator<Item = String> {
    // A reference ends at what cannot stand in one; looking at whole pieces keeps the search linear.
    let ends = |o: &u8| o.is_ascii_whitespace() || matches!(o, b'"' | b'\'' | b'>' | b'<' | b')' | b'&');
    html.split(ends).filter_map(|piece| {
        let at = piece.windows(4).position(|four| four.eq_ignore_ascii_case(b"cid:"))?;
        Some(String::from_utf8_lossy(&transfer::percent(&piece[at + 4..])).into_owned())
    })
}

/// Whether a uuencoded (POSIX.1-2017, uuencode), yEnc or BinHex file stands in the text, which some readers offer as a file.
pub(super) fn holds_encoded_file(text: &[u8]) -> bool {
    let mut lines = text.split(|o| *o == b'\n').map(<[u8]>::trim_ascii_end).peekable();
    while let Some(line) = lines.next() {
        let begins = (line.starts_with(b"begin ") || line.starts_with(b"begin-base64 ")) && has_mode(line);
        // The first data line tells its length in its first character, so prose after "begin 644 times" is none.
        let data = lines.peek().is_some_and(|next| next.iter().all(|o| (b' '..=b'z').contains(o)) && !next.is_empty());
        if (begins && data) || line.starts_with(b"=ybegin ") || line.starts_with(BINHEX) {
            return true;
        }
    }
    false
}

/// What begins a file in BinHex 4.0 (RFC 1741, appendix A).
const BINHEX: &[u8] = b"(This file must be converted with BinHex";

/// Whether text that no reader shows, before the first or after the last part, reads like parts of another structure.
pub(super) fn holds_parts(text: &[u8]) -> bool {
    text.split(|o| *o == b'\n').any(|line| {
        [&b"content-type:"[..], b"content-disposition:", b"content-transfer-encoding:"]
            .iter()
            .any(|field| line.get(..field.len()).is_some_and(|head| head.eq_ignore_ascii_case(field)))
    }) || holds_encoded_file(text)
}

fn has_mode(line: &[u8]) -> bool {
    let mut words = line.split(|o| *o == b' ').skip(1);
    words.next().is_some_and(|mode| (3..=4).contains(&mode.len()) && mode.iter().all(|o| (b'0'..=b'7').contains(o)))
        && words.next().is_some_and(|name| !name.is_empty())
}

/// Whether a body is a PDF sent as text: the header alone may be spoken of in prose.
pub(super) fn is_pdf(text: &[u8]) -> bool {
    kind::is_pdf(text) && (text.trim_ascii_start().starts_with(b"%PDF-") || find(text, b"startxref").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_in_any_case_and_percent_decoded() {
        let ids: Vec<String> = content_ids(b"<img src=\"CID:a%40b\"><x style='url(cid:c)'> cid:").collect();
        assert_eq!(ids, ["a@b", "c", ""]);
    }

    #[test]
    fn a_uuencoded_file_is_found_and_prose_is_not() {
        assert!(holds_encoded_file(b"hi\r\nbegin 644 a.pdf\r\n#0V%T\r\n`\r\nend\r\n"));
        assert!(holds_encoded_file(b"=ybegin line=128 size=1 name=a\r\n"));
        assert!(!holds_encoded_file(b"begin 644\r\nx"));
        assert!(!holds_encoded_file(b"begin the work\r\nnow"));
    }

    #[test]
    fn a_body_that_speaks_of_pdf_is_none() {
        assert!(!is_pdf(b"the header %PDF-1.4 begins it"));
        assert!(is_pdf(b"\r\n%PDF-1.4"));
    }
}
