//! Header fields and body in the forms that signatures are made over (RFC 6376, 3.4).
//!
//! White space is a space or a tab and a line ends with CRLF, as the standard says, and nothing else is dropped or
//! joined: `mail-auth` also takes a bare CR or LF for a line end and drops form feeds, which lets a copy differ from what
//! was signed.

use memchr::memchr2;
use memchr::memmem::Finder;
use sha2::{Digest as _, Sha256};

use super::tags;

/// How much may change on the way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// White space and the case of names may change.
    Relaxed,
    /// Nothing may change.
    Simple,
}

/// Digests of a body, each made when first asked for: two at most, however many signatures there are.
pub(super) struct BodyDigests<'a> {
    body: &'a [u8],
    relaxed: Option<[u8; 32]>,
    simple: Option<[u8; 32]>,
}

impl<'a> BodyDigests<'a> {
    pub fn new(body: &'a [u8]) -> Self {
        Self { body, relaxed: None, simple: None }
    }

    /// SHA-256 of the body in a form.
    pub fn sha256(&mut self, form: Form) -> [u8; 32] {
        match form {
            Form::Relaxed => *self.relaxed.get_or_insert_with(|| relaxed_body(self.body)),
            Form::Simple => *self.simple.get_or_insert_with(|| simple_body(self.body)),
        }
    }
}

/// Appends a field, without the CRLF at its end (RFC 6376, 3.4.1 and 3.4.2). `value` is all that follows the colon.
pub(super) fn field(form: Form, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    match form {
        Form::Simple => {
            out.extend_from_slice(name);
            out.push(b':');
            out.extend_from_slice(value);
        }
        Form::Relaxed => {
            out.extend(name.iter().map(u8::to_ascii_lowercase));
            out.push(b':');
            relaxed_value(tags::trim(value), out);
        }
    }
}

/// Unfolds, and makes one space of each run of white space.
fn relaxed_value(value: &[u8], out: &mut Vec<u8>) {
    let mut octets = value.iter().copied().peekable();
    while let Some(octet) = octets.next() {
        match octet {
            b'\r' if octets.peek() == Some(&b'\n') => {
                octets.next();
            }
            b' ' | b'\t' => {
                if out.last() != Some(&b' ') {
                    out.push(b' ');
                }
            }
            _ => out.push(octet),
        }
    }
}

/// RFC 6376, 3.4.3: empty lines at the end make one CRLF; an empty body is one CRLF.
fn simple_body(body: &[u8]) -> [u8; 32] {
    let mut kept = body;
    while let Some(rest) = kept.strip_suffix(b"\r\n") {
        kept = rest;
    }
    Sha256::new().chain_update(kept).chain_update(b"\r\n").finalize().into()
}

/// RFC 6376, 3.4.4: white space at the end of lines goes, runs of it become one space, empty lines at the end go.
fn relaxed_body(body: &[u8]) -> [u8; 32] {
    const BUFFER: usize = 32 << 10;
    let mut hash = Sha256::new();
    let mut out: Vec<u8> = Vec::with_capacity(BUFFER + 1024);
    let mut empty_lines = 0_usize;
    let mut start = 0;
    for end in Finder::new(b"\r\n").find_iter(body).chain([body.len()]) {
        let line = &body[start..end];
        start = (end + 2).min(body.len());
        if line.iter().all(|o| matches!(o, b' ' | b'\t')) {
            empty_lines += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty_lines) {
            out.extend_from_slice(b"\r\n");
            flush(&mut hash, &mut out, BUFFER);
        }
        relaxed_line(line, &mut out);
        out.extend_from_slice(b"\r\n");
        flush(&mut hash, &mut out, BUFFER);
    }
    flush(&mut hash, &mut out, 0);
    hash.finalize().into()
}

fn flush(hash: &mut Sha256, out: &mut Vec<u8>, above: usize) {
    if out.len() >= above {
        hash.update(&*out);
        out.clear();
    }
}

fn relaxed_line(line: &[u8], out: &mut Vec<u8>) {
    let mut rest = line;
    while let Some(at) = memchr2(b' ', b'\t', rest) {
        out.extend_from_slice(&rest[..at]);
        let run = rest[at..].iter().take_while(|o| matches!(o, b' ' | b'\t')).count();
        rest = &rest[at + run..];
        if rest.is_empty() {
            return;
        }
        out.push(b' ');
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> [u8; 32] {
        Sha256::digest(text).into()
    }

    fn fields(form: Form, value: &str) -> String {
        let mut out = Vec::new();
        field(form, b"SubJect", value.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_examples_of_the_standard_come_out() {
        // RFC 6376, 3.4.5.
        let body = " C \r\nD \t E\r\n\r\n\r\n";
        assert_eq!(relaxed_body(body.as_bytes()), of(" C\r\nD E\r\n"));
        assert_eq!(simple_body(body.as_bytes()), of(" C \r\nD \t E\r\n"));
        assert_eq!(fields(Form::Relaxed, " Y\t\r\n\tZ  "), "subject:Y Z");
        assert_eq!(fields(Form::Simple, " Y\t\r\n\tZ  "), "SubJect: Y\t\r\n\tZ  ");
    }

    #[test]
    fn empty_bodies_and_missing_line_ends_are_as_the_standard_says() {
        for (body, relaxed, simple) in [
            ("", "", "\r\n"),
            ("\r\n", "", "\r\n"),
            ("\r\n\r\n", "", "\r\n"),
            (" \t\r\n \r\n", "", " \t\r\n \r\n"),
            ("a", "a\r\n", "a\r\n"),
            ("a\r\n\r\nb", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n"),
            ("a \r\n\t\r\nb\r\n", "a\r\n\r\nb\r\n", "a \r\n\t\r\nb\r\n"),
        ] {
            assert_eq!(relaxed_body(body.as_bytes()), of(relaxed), "{body:?}");
            assert_eq!(simple_body(body.as_bytes()), of(simple), "{body:?}");
        }
    }

    #[test]
    fn a_bare_line_end_or_a_form_feed_is_no_white_space() {
        for (one, other) in [("a\r\nb", "a\nb"), ("a\r\nb", "a\rb"), ("a b", "a\x0cb")] {
            assert_ne!(relaxed_body(one.as_bytes()), relaxed_body(other.as_bytes()), "{other:?}");
            assert_ne!(simple_body(one.as_bytes()), simple_body(other.as_bytes()), "{other:?}");
            assert_ne!(fields(Form::Relaxed, one), fields(Form::Relaxed, other), "{other:?}");
        }
    }

    #[test]
    fn bodies_longer_than_the_buffer_come_out_the_same() {
        let body = format!("a  b \r\n{}c\r\n", "\r\n".repeat(40_000));
        assert_eq!(relaxed_body(body.as_bytes()), of(&format!("a b\r\n{}c\r\n", "\r\n".repeat(40_000))));
        assert_eq!(relaxed_body("\r\n".repeat(100_000).as_bytes()), of(""));
    }
}
