//! What a message says of itself in its header: claims, none of them proven.

use serde::{Deserialize, Serialize};

use super::secret::{self, SecretMark};
use super::{Attachment, Message, name, words};
use crate::time::UnixTime;

/// Date, Message-ID and the secrecy marks of a message. Of the subject nothing is kept.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Claims {
    /// The Date field, where there is one and it can be read.
    pub date: Option<UnixTime>,
    /// The Message-ID with its angle brackets, cleaned.
    pub message_id: Option<String>,
    /// The highest secrecy mark in subject and file names.
    pub secret_mark: Option<SecretMark>,
}

/// RFC 5322 sets no limit; a line of mail ends at 998 octets.
const LONGEST: usize = 998;

impl Claims {
    /// Reads the header of `message`, and the names of its `documents`.
    #[must_use]
    pub fn read(message: &Message, documents: &[Attachment]) -> Self {
        let first = |field| message.values(field).next().map(|value| name::clean(&words::decode(head(value)), LONGEST));
        let said =
            ["Subject", "Thread-Topic", "Keywords", "Comments"].into_iter().flat_map(|field| message.values(field));
        let secret_mark = said
            .map(|value| secret::mark_of(head(value)))
            .chain(documents.iter().map(|document| secret::mark_of(document.name.whole().as_bytes())))
            .flatten()
            .max();
        Self {
            date: first("Date").and_then(|date| UnixTime::parse_mail_date(&date)),
            message_id: first("Message-ID").filter(|id| !id.is_empty()),
            secret_mark,
        }
    }
}

fn head(value: &[u8]) -> &[u8] {
    &value[..value.len().min(8 * LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Envelope;

    #[test]
    fn claims_are_read_from_the_header() {
        let octets = b"Date: Mon, 23 Nov 2026 08:00:00 +0700 (ICT)\r\nMessage-ID: <a@b>\r\n\
            Subject: =?utf-8?Q?C=C3=B4ng_v=C4=83n_m=E1=BA=ADt?=\r\n\r\n";
        let claims = Claims::read(&Message::parse(Envelope::default(), octets.to_vec()), &[]);
        assert_eq!(claims.date, UnixTime::parse("2026-11-23T08:00:00+07:00"));
        assert_eq!(claims.message_id.as_deref(), Some("<a@b>"));
        assert_eq!(claims.secret_mark, Some(SecretMark::Secret));
    }

    #[test]
    fn a_header_of_sixty_thousand_octets_is_read() {
        let octets = format!("Subject: {}\r\nDate: {}\r\n\r\n", "=?a?q?".repeat(10_000), "x".repeat(60_000));
        assert_eq!(Claims::read(&Message::parse(Envelope::default(), octets.into_bytes()), &[]), Claims::default());
    }
}
