//! The one From address, or why there is none that every reader agrees on.
//!
//! Stricter than RFC 5322 on purpose: each looser form (comments, routes, groups, quoted pairs, obsolete white space)
//! is read differently by some program, and the difference is what forgers use. Where a lenient reading could show
//! another address the answer is a fault, never a guess.

use serde::{Deserialize, Serialize};

use super::entity::bare_name;
use super::mailbox::MailboxFault;
use super::name::is_hidden;
use super::{Mailbox, Message, words};

/// Why a message has no From address that all readers agree on.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FromFault {
    /// The name shown holds another address.
    AddressInName,
    /// A control, zero-width or direction character.
    ControlCharacter,
    /// A comment, which some readers show and others drop.
    Comment,
    /// A From field may hide in a continuation line, after a bare carriage return, or at the head of the body.
    HiddenField,
    /// The address itself is not in plain syntax.
    Mailbox(MailboxFault),
    /// There is no From field.
    Missing,
    /// Octets that are not UTF-8.
    NotUtf8,
    /// The field name carries white space or controls.
    OddFieldName,
    /// A backslash, which some readers drop and others show.
    QuotedPair,
    /// More than one From field.
    SeveralFields,
    /// A list or a group of mailboxes (RFC 5322, 3.4).
    SeveralMailboxes,
    /// Not `address`, `<address>` or `name <address>`.
    Syntax,
    /// Longer than any honest field; Postfix cuts fields near 60,000 octets.
    TooLong,
}

impl FromFault {
    /// The word in reports.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::AddressInName => "from-address-in-name",
            Self::ControlCharacter => "from-control-character",
            Self::Comment => "from-comment",
            Self::HiddenField => "from-hidden-field",
            Self::Mailbox(MailboxFault::Domain) => "from-domain",
            Self::Mailbox(MailboxFault::LocalPart) => "from-local-part",
            Self::Mailbox(MailboxFault::Missing) => "from-no-address",
            Self::Mailbox(MailboxFault::Route) => "from-route",
            Self::Missing => "from-missing",
            Self::NotUtf8 => "from-not-utf-8",
            Self::OddFieldName => "from-odd-field-name",
            Self::QuotedPair => "from-quoted-pair",
            Self::SeveralFields => "from-several-fields",
            Self::SeveralMailboxes => "from-several-mailboxes",
            Self::Syntax => "from-syntax",
            Self::TooLong => "from-too-long",
        }
    }
}

/// Names of offices run to a few hundred octets when encoded.
const LONGEST: usize = 4_096;

/// Reads the From address of a message.
pub fn read(message: &Message) -> Result<Mailbox, FromFault> {
    let mut fields = message.headers().filter(|(name, _)| bare_name(name) == b"from");
    let Some((name, value)) = fields.next() else { return Err(FromFault::Missing) };
    if fields.next().is_some() {
        return Err(FromFault::SeveralFields);
    }
    if name.len() != b"from".len() {
        return Err(FromFault::OddFieldName);
    }
    if message.headers().any(|(_, value)| hides_from(value)) || body_begins_with_from(message.body()) {
        return Err(FromFault::HiddenField);
    }
    read_value(value)
}

/// Whether a line after the first of a field value looks like a From field to a reader that does not unfold, or that
/// ends lines at a bare CR or LF.
fn hides_from(value: &[u8]) -> bool {
    value.split(|o| matches!(o, b'\r' | b'\n')).skip(1).any(looks_like_from)
}

fn looks_like_from(line: &[u8]) -> bool {
    let skip = |o: &u8| o.is_ascii_whitespace() || o.is_ascii_control();
    let start = line.iter().position(|o| !skip(o)).unwrap_or(line.len());
    let Some((head, rest)) = line[start..].split_at_checked(4) else { return false };
    head.eq_ignore_ascii_case(b"from") && rest.iter().find(|o| !skip(o)) == Some(&b':')
}

/// A field whose name is folded, `From` on one line and `: a@b` on the next, ends the header for strict readers.
/// Only looked for where the body begins, since the header may have ended there by that very line. A whole `From: a@b`
/// there is the start of a forwarded text.
fn body_begins_with_from(body: &[u8]) -> bool {
    let head = &body[..body.len().min(LONGEST)];
    let mut lines = head.split(|o| *o == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.next().unwrap_or_default();
    first.eq_ignore_ascii_case(b"from") && lines.next().is_some_and(|line| line.starts_with(b":"))
}

/// Reads a field value as it stands.
fn read_value(value: &[u8]) -> Result<Mailbox, FromFault> {
    if value.len() > LONGEST {
        return Err(FromFault::TooLong);
    }
    let text = std::str::from_utf8(value).map_err(|_| FromFault::NotUtf8)?;
    let text = unfold(text);
    let text = text.trim_matches([' ', '\t']);
    if text.chars().any(|c| c != '\t' && is_hidden(c)) {
        return Err(FromFault::ControlCharacter);
    }
    let (name, address) = split(text)?;
    let mailbox = Mailbox::parse(address).map_err(FromFault::Mailbox)?;
    check_name(name, &mailbox)?;
    Ok(mailbox)
}

/// RFC 5322, 2.2.3: the line end goes, the white space after it stays.
fn unfold(text: &str) -> String {
    text.replace("\r\n", "")
}

/// Splits into the name as written and the address without brackets.
fn split(text: &str) -> Result<(&str, &str), FromFault> {
    if text.contains('\\') {
        return Err(FromFault::QuotedPair);
    }
    let mut quoted = false;
    let mut bracket = None;
    for (at, c) in text.char_indices() {
        match c {
            '"' if bracket.is_none() => quoted = !quoted,
            _ if quoted => {}
            '(' | ')' => return Err(FromFault::Comment),
            ',' | ';' => return Err(FromFault::SeveralMailboxes),
            // A group begins `name:`; inside brackets a colon is a route, which the mailbox refuses by name.
            ':' if bracket.is_none() => return Err(FromFault::SeveralMailboxes),
            '<' if bracket.is_none() => bracket = Some(at),
            '<' | '"' => return Err(FromFault::Syntax),
            '>' if at + 1 != text.len() || bracket.is_none() => return Err(FromFault::Syntax),
            _ => {}
        }
    }
    if quoted {
        return Err(FromFault::Syntax);
    }
    match bracket {
        None if text.contains('"') => Err(FromFault::Syntax),
        None => Ok(("", text)),
        Some(at) => {
            let address = text[at + 1..].strip_suffix('>').ok_or(FromFault::Syntax)?;
            Ok((text[..at].trim(), address))
        }
    }
}

/// The name must be one quoted string or plain words, and hold no other address in any reading: as written, or with
/// encoded words decoded (which many readers do inside quotes too).
fn check_name(name: &str, mailbox: &Mailbox) -> Result<(), FromFault> {
    let quotes = name.matches('"').count();
    let whole = quotes == 2 && name.starts_with('"') && name.ends_with('"');
    if quotes > 0 && !whole {
        return Err(FromFault::Syntax);
    }
    if quotes == 0 && name.contains(['[', ']', '@']) {
        return Err(FromFault::Syntax);
    }
    let decoded = words::decode(name.as_bytes());
    if decoded.chars().any(is_hidden) {
        return Err(FromFault::ControlCharacter);
    }
    for reading in [name, &decoded] {
        for piece in reading.split(|c: char| c.is_whitespace() || "<>\"(),;:'[]".contains(c)) {
            if piece.contains(['@', '＠', '﹫']) && Mailbox::parse(piece).as_ref() != Ok(mailbox) {
                return Err(FromFault::AddressInName);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Envelope, Header};

    fn from(header: &str) -> Result<Mailbox, FromFault> {
        read(&Message::parse(Envelope::default(), format!("{header}\r\nTo: x@y.vn\r\n\r\nhello\r\n").into_bytes()))
    }

    #[test]
    fn plain_forms_give_the_address() {
        let expected = Mailbox::parse("vanthu@tuyenquang.gov.vn").unwrap();
        for header in [
            "From: vanthu@tuyenquang.gov.vn",
            "FROM:<VanThu@TuyenQuang.gov.vn>",
            "From: Van thu UBND <vanthu@tuyenquang.gov.vn>",
            "From: \"Phong, Van thu: UBND; (tinh)\" <vanthu@tuyenquang.gov.vn>",
            "From: =?utf-8?B?VsSDbiB0aMaw?=\r\n\t<vanthu@tuyenquang.gov.vn>",
            "From: Văn thư <vanthu@tuyenquang.gov.vn> ",
            "From: \"vanthu@tuyenquang.gov.vn\" <vanthu@tuyenquang.gov.vn>",
            "From: N. V. A <vanthu@tuyenquang.gov.vn>",
        ] {
            assert_eq!(from(header).as_ref(), Ok(&expected), "{header:?}");
        }
    }

    #[test]
    fn every_form_that_some_reader_shows_otherwise_is_a_fault() {
        use FromFault as F;
        use MailboxFault as M;
        let good = "vanthu@tuyenquang.gov.vn";
        for (header, fault) in [
            ("Subject: x".to_owned(), F::Missing),
            (format!("From: {good}\r\nFrom: a@evil.vn"), F::SeveralFields),
            (format!("From: {good}\r\nfrom : a@evil.vn"), F::SeveralFields),
            (format!(" From: a@evil.vn\r\nFrom: {good}"), F::SeveralFields),
            (format!("From : {good}"), F::OddFieldName),
            (format!(" From: {good}"), F::OddFieldName),
            (format!("From\0: {good}"), F::OddFieldName),
            (format!("From: {good}\r\nSubject: x\r\n From: a@evil.vn"), F::HiddenField),
            (format!("From: {good}\r\nSubject: x\rFrom: a@evil.vn"), F::HiddenField),
            (format!("From: {good}\r\n From: a@evil.vn"), F::HiddenField),
            (format!("From: {good}\r\nFrom\r\n : a@evil.vn"), F::HiddenField),
            (format!("From: {good}\0@evil.vn"), F::ControlCharacter),
            (format!("From: a\u{202e} <{good}>"), F::ControlCharacter),
            (format!("From: =?utf-8?q?a=00?= <{good}>"), F::ControlCharacter),
            (format!("From: {good}, a@evil.vn"), F::SeveralMailboxes),
            (format!("From: {good};a@evil.vn"), F::SeveralMailboxes),
            (format!("From: x: {good};"), F::SeveralMailboxes),
            (format!("From: <{good}> <a@evil.vn>"), F::Syntax),
            (format!("From: <{good}> junk"), F::Syntax),
            (format!("From: {good} <a@evil.vn>"), F::Syntax),
            (format!("From: \"a@evil.vn\" <{good}>"), F::AddressInName),
            (format!("From: =?utf-8?q?a=40evil.vn?= <{good}>"), F::AddressInName),
            ("From: =?utf-8?q?=3Cvanthu=40tuyenquang.gov.vn=3E?= <a@evil.vn>".to_owned(), F::AddressInName),
            (format!("From: {good} (a@evil.vn)"), F::Comment),
            (format!("From: (x) {good}"), F::Comment),
            (format!("From: \"a\\\" <a@evil.vn>\" <{good}>"), F::QuotedPair),
            (format!("From: <@evil.vn:{good}>"), F::Mailbox(M::Route)),
            (format!("From: <@evil.vn,@x.vn:{good}>"), F::SeveralMailboxes),
            (format!("From: <{good}@evil.vn>"), F::Mailbox(M::Route)),
            ("From: =?utf-8?q?vanthu=40tuyenquang.gov.vn?=".to_owned(), F::Mailbox(M::Missing)),
            ("From: =?utf-8?q?vanthu?=@tuyenquang.gov.vn".to_owned(), F::Mailbox(M::LocalPart)),
            ("From: \"vanthu\"@tuyenquang.gov.vn".to_owned(), F::Syntax),
            ("From: <\"vanthu\"@tuyenquang.gov.vn>".to_owned(), F::Syntax),
            (format!("From: < {good}>"), F::Mailbox(M::LocalPart)),
            ("From: <>".to_owned(), F::Mailbox(M::Missing)),
            ("From:".to_owned(), F::Mailbox(M::Missing)),
            (format!("From: <{good}"), F::Syntax),
            (format!("From: \"x <{good}>"), F::Syntax),
            (format!("From: {}<{good}>", "x ".repeat(3_000)), F::TooLong),
        ] {
            assert_eq!(from(&header), Err(fault), "{header:?}");
        }
        let latin = Message::parse(Envelope::default(), b"From: V\xe3n <a@b.vn>\r\n\r\n".to_vec());
        assert_eq!(read(&latin), Err(F::NotUtf8));
    }

    #[test]
    fn a_forwarded_text_at_the_head_of_the_body_is_no_second_from() {
        let octets = b"From: a@b.vn\r\n\r\nFrom: c@d.vn\r\nSent: Monday\r\n".to_vec();
        assert_eq!(read(&Message::parse(Envelope::default(), octets)), Ok(Mailbox::parse("a@b.vn").unwrap()));
    }

    #[test]
    fn a_field_value_with_a_line_end_of_its_own_hides_nothing() {
        let headers = [
            Header { name: "Subject".into(), value: " x\nFrom: a@evil.vn".into() },
            Header { name: "From".into(), value: " a@b.vn".into() },
        ];
        assert_eq!(read(&Message::rebuild(Envelope::default(), &headers, b"")), Err(FromFault::HiddenField));
    }

    #[test]
    fn any_octets_after_from_end_in_an_answer() {
        for octet in 0..=255_u8 {
            for pattern in [&[octet][..], &[b'"', octet], &[b'<', octet, b'@'], &[octet, octet, b'>']] {
                let octets = [b"From: ", pattern, b"\r\n\r\n"].concat();
                let _ = read(&Message::parse(Envelope::default(), octets));
            }
        }
    }
}
