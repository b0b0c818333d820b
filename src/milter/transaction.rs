//! One message as the milter saw it, while it comes in and once it is complete.

use crate::message::{Envelope, Header, Message};

/// The largest document that is examined has 64 MB; mail of that size is beyond what MTAs accept by default.
pub const BODY_MAX: usize = 64 << 20;
/// Postfix cuts a single field at 60,000 octets; real headers, with long lists of recipients, stay below 1 MiB.
pub const HEADER_OCTETS_MAX: usize = 4 << 20;
/// Mail that has passed many lists and filters carries some hundred fields.
pub const HEADER_FIELDS_MAX: usize = 2_000;
/// Of further fields only the names are kept, so that forged stamps among them can still be removed.
pub const HEADER_NAMES_MAX: usize = 100_000;
/// Octets of such names; a real name has some twenty.
pub const HEADER_NAME_OCTETS_MAX: usize = 4 << 20;
/// Postfix accepts 1,000 by default (`smtpd_recipient_limit`), operators of lists raise it.
pub const RECIPIENTS_MAX: usize = 10_000;
/// RFC 5321, 4.5.3.1.3: a path has at most 256 octets; with SMTPUTF8 and generous MTAs some more.
pub const PATH_MAX: usize = 2_048;

/// How much of one message is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Octets of the body.
    pub body: usize,
    /// Octets of all header fields together.
    pub header_octets: usize,
    /// Number of header fields.
    pub header_fields: usize,
    /// Number of recipients.
    pub recipients: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: BODY_MAX,
            header_octets: HEADER_OCTETS_MAX,
            header_fields: HEADER_FIELDS_MAX,
            recipients: RECIPIENTS_MAX,
        }
    }
}

/// A message that has been told to its end.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Transaction {
    /// Who sends to whom.
    pub envelope: Envelope,
    /// All header fields in order, those that the MTA adds itself not among them.
    pub headers: Vec<Header>,
    /// Everything after the empty line; empty when it was too long to be kept.
    pub body: Vec<u8>,
    /// The body, the header or the list of recipients went over its limit: this is not the whole message and must not
    /// be judged as if it were. All header fields are here even then, the last of them perhaps by name alone.
    pub truncated: bool,
    /// Values of header fields have their leading space.
    pub leading_space: bool,
}

impl Transaction {
    /// The octets of the message. A peer that strips the space after the colon is taken to have stripped one.
    pub fn into_message(mut self) -> Message {
        if !self.leading_space {
            for header in &mut self.headers {
                header.value.insert(0, b' ');
            }
        }
        Message::rebuild(self.envelope, &self.headers, &self.body)
    }
}

/// How far the message has come; the order of commands follows from it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Phase {
    Sender,
    Recipients,
    Data,
    Header,
    Body,
}

/// A message that is coming in.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) phase: Phase,
    pub(super) transaction: Transaction,
    header_octets: usize,
    name_octets: usize,
    body_overflow: bool,
    /// Not even all names were kept, so fields to be removed may be among the rest.
    pub(super) header_overflow: bool,
}

impl Incoming {
    pub(super) fn begin(mail_from: &[u8], leading_space: bool) -> Self {
        let mut transaction = Transaction { leading_space, ..Transaction::default() };
        match plain_path(mail_from) {
            Some(path) => transaction.envelope.mail_from = path,
            None => transaction.truncated = true,
        }
        let (body_overflow, header_overflow) = (false, false);
        Self { phase: Phase::Sender, transaction, header_octets: 0, name_octets: 0, body_overflow, header_overflow }
    }

    pub(super) fn recipient(&mut self, path: &[u8], limits: &Limits) {
        let recipients = &mut self.transaction.envelope.recipients;
        match plain_path(path) {
            Some(path) if recipients.len() < limits.recipients => recipients.push(path),
            Some(_) | None => self.transaction.truncated = true,
        }
    }

    pub(super) fn header(&mut self, name: &[u8], value: &[u8], limits: &Limits) {
        let octets = self.header_octets.saturating_add(name.len()).saturating_add(value.len());
        let fields = self.transaction.headers.len();
        if fields >= limits.header_fields || octets > limits.header_octets {
            self.transaction.truncated = true;
            self.name_octets = self.name_octets.saturating_add(name.len());
            self.header_overflow |= fields >= HEADER_NAMES_MAX || self.name_octets > HEADER_NAME_OCTETS_MAX;
            if !self.header_overflow {
                self.transaction.headers.push(Header { name: name.to_vec(), value: Vec::new() });
            }
            return;
        }
        self.header_octets = octets;
        self.transaction.truncated |= breaks_out(value);
        self.transaction.headers.push(Header { name: name.to_vec(), value: value.to_vec() });
    }

    /// Whether the piece still found room.
    pub(super) fn body(&mut self, piece: &[u8], limits: &Limits) -> bool {
        let room = limits.body.saturating_sub(self.transaction.body.len());
        if self.body_overflow || piece.len() > room {
            self.body_overflow = true;
            self.transaction.truncated = true;
            self.transaction.body = Vec::new();
            return false;
        }
        self.transaction.body.extend_from_slice(piece);
        true
    }
}

/// Whether a line of the value would be read as another field: no MTA sends such a value (RFC 5322, 2.2.3).
fn breaks_out(value: &[u8]) -> bool {
    let mut rest = value.split(|octet| *octet == b'\n').skip(1);
    rest.any(|line| !matches!(line.first(), Some(b' ' | b'\t')))
}

/// The path without its angle brackets; `None` for one of absurd length.
fn plain_path(path: &[u8]) -> Option<Vec<u8>> {
    let bare = path.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">")).unwrap_or(path);
    (bare.len() <= PATH_MAX).then(|| bare.to_vec())
}
