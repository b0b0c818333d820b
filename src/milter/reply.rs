//! The outcome of a message, as octets: all changes and the final reply in one piece.

use std::cmp::Reverse;
use std::num::NonZeroU32;

use super::negotiate::{Actions, Terms};
use super::response::Response;

/// RFC 5321, 4.5.3.1.5: a reply line has at most 512 octets; code, status and CRLF take some of them.
const TEXT_MAX: usize = 400;

/// A change of the header.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// Removes one field. Positions are those of the message as it came: the order of deletions does not matter.
    Delete {
        /// Name of the field; case does not count.
        name: Vec<u8>,
        /// Which of the fields called so, from 1.
        index: NonZeroU32,
    },
    /// Puts a field in. Those of the same position keep the order in which they are listed.
    Insert {
        /// Before the how manieth field of what is left after deletions, from 0: the very top.
        position: u32,
        /// Name of the field.
        name: Vec<u8>,
        /// Its value without the space after the colon; may be folded (RFC 5322, 2.2.3).
        value: Vec<u8>,
    },
}

/// What Postfix is told about the message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Disposition {
    /// It passes, with the changes.
    Accept,
    /// It waits: `451 4.3.0` (RFC 3463, 3.4). No change is sent.
    TempFail {
        /// For the SMTP client's log.
        text: String,
    },
}

/// Everything that is answered to the end of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// In any order.
    pub changes: Vec<Change>,
    /// The final word.
    pub disposition: Disposition,
}

impl Outcome {
    /// The message passes with these changes.
    pub fn accept(changes: Vec<Change>) -> Self {
        Self { changes, disposition: Disposition::Accept }
    }

    /// The message waits.
    pub fn temp_fail(text: impl Into<String>) -> Self {
        Self { changes: Vec::new(), disposition: Disposition::TempFail { text: text.into() } }
    }

    /// The responses in the order in which the peer must get them.
    ///
    /// A peer counts fields anew after each deletion, so deletions go from the last field to the first: otherwise
    /// every second forged field stays (CVE-2022-48521). Insertions follow, from the bottom up.
    pub fn responses(&self, terms: &Terms) -> Vec<Response> {
        match &self.disposition {
            Disposition::TempFail { text } => vec![temporary_failure(text)],
            Disposition::Accept => {
                let mut responses = deletions(&self.changes, terms);
                responses.extend(insertions(&self.changes, terms));
                responses.push(Response::Accept);
                responses
            }
        }
    }

    /// The same as octets, for a single write: on TCP each further small one may wait for the peer's delayed
    /// acknowledgement.
    pub fn encode(&self, terms: &Terms) -> Vec<u8> {
        let mut octets = Vec::new();
        for response in self.responses(terms) {
            response.write(&mut octets);
        }
        octets
    }
}

/// A reply that lets the message wait at its sender.
pub(super) fn temporary_failure(text: &str) -> Response {
    let plain = text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(TEXT_MAX);
    let mut line = b"451 4.3.0 ".to_vec();
    for c in plain {
        // Peers take the text for a format (`smfi_setreply`), where a percent sign is written twice.
        if c == '%' {
            line.push(b'%');
        }
        line.extend(u8::try_from(c));
    }
    Response::ReplyCode(line)
}

/// Octets that let the peer wait on.
pub fn progress() -> Vec<u8> {
    let mut octets = Vec::new();
    Response::Progress.write(&mut octets);
    octets
}

fn deletions(changes: &[Change], terms: &Terms) -> Vec<Response> {
    if !terms.allows(Actions::CHANGE_HEADERS) {
        return Vec::new();
    }
    let mut fields: Vec<(NonZeroU32, &[u8])> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Delete { name, index } => Some((*index, name.as_slice())),
            Change::Insert { .. } => None,
        })
        .collect();
    fields.sort_by_cached_key(|(index, name)| Reverse((*index, name.to_ascii_lowercase())));
    // The same field named twice would take its neighbour with it.
    fields.dedup_by(|a, b| a.0 == b.0 && a.1.eq_ignore_ascii_case(b.1));
    let response = |(index, name): (NonZeroU32, &[u8])| Response::ChangeHeader {
        index: index.get(),
        name: token(name),
        value: Vec::new(),
    };
    fields.into_iter().map(response).collect()
}

fn insertions(changes: &[Change], terms: &Terms) -> Vec<Response> {
    if !terms.allows(Actions::ADD_HEADERS) {
        return Vec::new();
    }
    let mut fields: Vec<(u32, &[u8], &[u8])> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Insert { position, name, value } => Some((*position, name.as_slice(), value.as_slice())),
            Change::Delete { .. } => None,
        })
        .collect();
    fields.sort_by_key(|(position, ..)| *position);
    let space: &[u8] = if terms.leading_space() { b" " } else { b"" };
    let response = |(index, name, value): (u32, &[u8], &[u8])| Response::InsertHeader {
        index,
        name: token(name),
        value: [space, folded(value).as_slice()].concat(),
    };
    fields.into_iter().rev().map(response).collect()
}

/// A field name has neither controls nor a colon (RFC 5322, 2.2); what is none cannot end the string or the line.
fn token(name: &[u8]) -> Vec<u8> {
    name.iter().map(|octet| if octet.is_ascii_graphic() && *octet != b':' { *octet } else { b'-' }).collect()
}

/// Line breaks as Postfix wants them, a bare LF, and each followed by white space, so that no value begins a new
/// field. NUL would end the string.
fn folded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 8);
    let mut octets = value.trim_ascii_end().iter().copied().peekable();
    while let Some(octet) = octets.next() {
        match octet {
            0 => out.push(b' '),
            b'\r' if octets.peek() == Some(&b'\n') => {}
            b'\r' | b'\n' => {
                out.push(b'\n');
                if !matches!(octets.peek(), Some(b' ' | b'\t')) {
                    out.push(b' ');
                }
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::milter::{Decoder, Offer, Steps};

    fn terms(steps: Steps) -> Terms {
        Terms::answer(Offer { version: 6, actions: Actions(0x1ff), steps }, Actions::STAMP).unwrap()
    }

    fn delete(name: &str, index: u32) -> Change {
        Change::Delete { name: name.into(), index: NonZeroU32::new(index).unwrap() }
    }

    fn insert(name: &str, value: &str) -> Change {
        Change::Insert { position: 0, name: name.into(), value: value.into() }
    }

    fn inserted(value: &str, steps: Steps) -> Vec<u8> {
        let responses = Outcome::accept(vec![insert("X", value)]).responses(&terms(steps));
        match responses.as_slice() {
            [Response::InsertHeader { value, .. }, Response::Accept] => value.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn fields_are_deleted_from_the_last_to_the_first() {
        let changes = vec![delete("X", 1), delete("x", 3), delete("Y", 2), delete("X", 2), delete("X", 3)];
        let responses = Outcome::accept(changes).responses(&terms(Steps::ALL));
        let gone = |index, name: &str| Response::ChangeHeader { index, name: name.into(), value: vec![] };
        assert_eq!(responses, [gone(3, "x"), gone(2, "Y"), gone(2, "X"), gone(1, "X"), Response::Accept]);
    }

    #[test]
    fn inserted_fields_stand_in_listed_order_below_no_other() {
        let changes = vec![insert("First", "1"), delete("X", 1), insert("Second", "2")];
        let responses = Outcome::accept(changes).responses(&terms(Steps::ALL));
        let put = |name: &str, value: &str| Response::InsertHeader { index: 0, name: name.into(), value: value.into() };
        assert!(matches!(responses[0], Response::ChangeHeader { .. }));
        assert_eq!(responses[1..], [put("Second", " 2"), put("First", " 1"), Response::Accept]);
    }

    #[test]
    fn an_inserted_value_has_its_own_space_only_where_that_was_agreed_on() {
        assert_eq!(inserted("v", Steps::LEADING_SPACE), b" v");
        assert_eq!(inserted("v", Steps::NONE), b"v");
    }

    #[test]
    fn a_value_cannot_begin_another_field() {
        assert_eq!(inserted("a\r\n\tb", Steps::NONE), b"a\n\tb");
        assert_eq!(inserted("a\nFrom: x", Steps::NONE), b"a\n From: x");
        assert_eq!(inserted("a\rb\0c\r\n", Steps::NONE), b"a\n b c");
        let odd = Outcome::accept(vec![insert("X:\r\nY", "v")]).responses(&terms(Steps::NONE));
        assert!(matches!(&odd[0], Response::InsertHeader { name, .. } if name == b"X---Y"));
    }

    #[test]
    fn a_message_that_waits_is_not_changed() {
        let outcome = Outcome {
            changes: vec![insert("X", "v")],
            disposition: Disposition::TempFail { text: "log is full: 100%\r\n250 OK\u{e9}".into() },
        };
        let line = b"451 4.3.0 log is full: 100%%??250 OK?".to_vec();
        assert_eq!(outcome.responses(&terms(Steps::ALL)), [Response::ReplyCode(line)]);
    }

    #[test]
    fn changes_that_were_not_agreed_on_are_not_sent() {
        let offer = Offer { version: 6, actions: Actions(0x1ff), steps: Steps::ALL };
        let terms = Terms::answer(offer, Actions::NONE).unwrap();
        let outcome = Outcome::accept(vec![insert("X", "v"), delete("X", 1)]);
        assert_eq!(outcome.responses(&terms), [Response::Accept]);
    }

    #[test]
    fn changes_and_final_reply_are_one_piece_of_octets() {
        let outcome = Outcome::accept(vec![insert("A", "1"), delete("A", 1), delete("A", 2)]);
        let mut decoder = Decoder::default();
        decoder.room().extend_from_slice(&outcome.encode(&terms(Steps::ALL)));
        let mut codes = Vec::new();
        while let Some(frame) = decoder.frame().unwrap() {
            codes.push(frame.code);
        }
        assert_eq!(codes, b"mmia");
    }

    #[test]
    fn progress_is_a_frame_of_one_letter() {
        assert_eq!(progress(), [0, 0, 0, 1, b'p']);
    }
}
