//! The message as octets, rebuilt from what the milter saw.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Envelope;

/// One header field as it stood: nothing decoded, nothing unfolded.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Header {
    /// Field name, without the colon.
    pub name: Vec<u8>,
    /// Everything after the colon up to the final CRLF: leading space and inner folding included.
    pub value: Vec<u8>,
}

/// A message: its envelope, and its octets once. Parts are ranges of [`Message::octets`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Message {
    envelope: Envelope,
    octets: Vec<u8>,
    headers: Vec<(Range<usize>, Range<usize>)>,
    body: Range<usize>,
}

/// Where the header fields and the body of a message lie in its octets.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Layout {
    headers: Vec<(Range<usize>, Range<usize>)>,
    body: Range<usize>,
}

impl Message {
    /// Puts a message together again from its octets and their layout; `None` when they do not fit.
    #[must_use]
    pub fn laid_out(envelope: Envelope, octets: Vec<u8>, layout: Layout) -> Option<Self> {
        let Layout { headers, body } = layout;
        let fits = |range: &Range<usize>| octets.get(range.clone()).is_some();
        let fit = fits(&body) && headers.iter().all(|(name, value)| fits(name) && fits(value));
        fit.then_some(Self { envelope, octets, headers, body })
    }

    /// Where its parts lie. A message from a milter need not split into the same ones when its octets are read anew.
    #[must_use]
    pub fn layout(&self) -> Layout {
        Layout { headers: self.headers.clone(), body: self.body.clone() }
    }

    /// Puts together what a milter was given: `headers` in order, then the empty line, then `body`.
    /// Field values may be folded with CRLF or with bare LF, as different peers send them; both become CRLF.
    #[must_use]
    pub fn rebuild(envelope: Envelope, headers: &[Header], body: &[u8]) -> Self {
        let mut octets =
            Vec::with_capacity(body.len() + headers.iter().map(|h| h.name.len() + h.value.len() + 8).sum::<usize>());
        let mut places = Vec::with_capacity(headers.len());
        for header in headers {
            let name = octets.len()..octets.len() + header.name.len();
            octets.extend_from_slice(&header.name);
            octets.push(b':');
            let start = octets.len();
            push_with_crlf(&mut octets, &header.value);
            places.push((name, start..octets.len()));
            octets.extend_from_slice(b"\r\n");
        }
        octets.extend_from_slice(b"\r\n");
        let start = octets.len();
        octets.extend_from_slice(body);
        let body = start..octets.len();
        Self { envelope, octets, headers: places, body }
    }

    /// Splits the octets of a stored message (`.eml`). The header ends at the first empty line; a line that is no
    /// field and no folding ends it too, as mail readers see it.
    #[must_use]
    pub fn parse(envelope: Envelope, octets: Vec<u8>) -> Self {
        let mut headers: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        let mut at = 0;
        let body_start = loop {
            let line_end = octets[at..].iter().position(|o| *o == b'\n').map_or(octets.len(), |n| at + n + 1);
            let text_end = trim_line_end(&octets, at, line_end);
            let line = &octets[at..text_end];
            if line.is_empty() {
                break line_end;
            }
            if matches!(line[0], b' ' | b'\t') && !headers.is_empty() {
                if let Some((_, value)) = headers.last_mut() {
                    value.end = text_end;
                }
            } else if let Some(colon) = line.iter().position(|o| *o == b':') {
                headers.push((at..at + colon, at + colon + 1..text_end));
            } else {
                break at;
            }
            if line_end == octets.len() {
                break line_end;
            }
            at = line_end;
        };
        let body = body_start..octets.len();
        Self { envelope, octets, headers, body }
    }

    /// The envelope.
    #[must_use]
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The whole message: header, empty line, body.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// What follows the header.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.octets[self.body.clone()]
    }

    /// Where the body lies in [`Message::octets`].
    #[must_use]
    pub fn body_range(&self) -> Range<usize> {
        self.body.clone()
    }

    /// Name and value of every header field, in order, as they stand.
    pub fn headers(&self) -> impl DoubleEndedIterator<Item = (&[u8], &[u8])> + ExactSizeIterator {
        self.headers.iter().map(|(name, value)| (&self.octets[name.clone()], &self.octets[value.clone()]))
    }

    /// Values of all fields called `name`, whatever its case, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers().filter(move |(n, _)| n.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
    }
}

fn push_with_crlf(octets: &mut Vec<u8>, value: &[u8]) {
    let mut last = 0;
    for octet in value {
        if *octet == b'\n' && last != b'\r' {
            octets.push(b'\r');
        }
        octets.push(*octet);
        last = *octet;
    }
}

fn trim_line_end(octets: &[u8], start: usize, end: usize) -> usize {
    let mut end = end;
    if end > start && octets[end - 1] == b'\n' {
        end -= 1;
        if end > start && octets[end - 1] == b'\r' {
            end -= 1;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, value: &str) -> Header {
        Header { name: name.into(), value: value.into() }
    }

    #[test]
    fn a_rebuilt_message_splits_into_the_same_fields_again() {
        let headers = [header("Subject", " a\n\tb"), header("X", "y"), header("From", " z@a.vn")];
        let message = Message::rebuild(Envelope::default(), &headers, b"body\r\n");
        assert_eq!(message.octets(), b"Subject: a\r\n\tb\r\nX:y\r\nFrom: z@a.vn\r\n\r\nbody\r\n");
        assert_eq!(Message::parse(Envelope::default(), message.octets().to_vec()), message);
        assert_eq!(message.values("from").collect::<Vec<_>>(), [b" z@a.vn"]);
    }

    #[test]
    fn a_layout_puts_its_message_together_and_no_shorter_one() {
        let message = Message::parse(Envelope::default(), b"A: b\r\n\r\nbody".to_vec());
        let octets = message.octets().to_vec();
        assert_eq!(Message::laid_out(Envelope::default(), octets.clone(), message.layout()), Some(message.clone()));
        assert_eq!(Message::laid_out(Envelope::default(), octets[1..].to_vec(), message.layout()), None);
    }

    #[test]
    fn any_octets_are_a_message() {
        for octets in [&b""[..], b"\r\n", b"\n", b":", b" x", b"no colon", b"A: b", b"A: b\r\n c", b"A:\0\r\n\r\n"] {
            let message = Message::parse(Envelope::default(), octets.to_vec());
            assert!(message.body_range().end == octets.len(), "{octets:?}");
        }
    }
}
