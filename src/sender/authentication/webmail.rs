//! Webmail that submits without SASL, as Zimbra's mailboxd does, and tells the login in a header field.
//!
//! Whoever writes a mail can write such a field. It counts only where the webmail host itself is the client, where it
//! stands once, and where it stands above every Received field: a webmail host also sends mail of strangers on, by a
//! user's filter, with their header below what the mail servers on its way put on top (RFC 5321, 4.4).

use super::{Authentication, Proof, login};
use crate::message::Message;
use crate::sender::provenance::Question;
use crate::sender::settings::{DEFAULT_LOGIN_FIELD, WebmailHost};
use crate::sender::{Listing, SenderSettings};

/// Longest login: as long as an address may be (RFC 5321, 4.5.3.1).
const LONGEST: usize = 254;

/// What a message says of a login in its header.
enum Claim<'a> {
    /// Nothing, or nothing that comes from a webmail host.
    None,
    /// A webmail host is the client, and it tells one login.
    Told(&'a [u8]),
    /// A webmail host is the client, and what stands there may be somebody else's word.
    Unclear,
}

/// What the webmail host says; `None` where none is the client, or where it tells no login that is surely its own.
pub(super) fn answer(question: &Question<'_>, listing: &Listing) -> Option<Authentication> {
    let Claim::Told(login) = claim(question.message, question.settings) else { return None };
    Some(login::weigh(question, listing, login, |login| Proof::Webmail { login }))
}

/// Whether a webmail host is the client and its word cannot be told from that of others.
pub(super) fn is_unclear(question: &Question<'_>) -> bool {
    matches!(claim(question.message, question.settings), Claim::Unclear)
}

/// Whether the message bears a login that was not believed (`login-claimed`).
#[must_use]
pub fn claimed_in_vain(message: &Message, settings: &SenderSettings) -> bool {
    let known = settings.webmail_hosts.iter().map(|host| host.header.as_str()).chain([DEFAULT_LOGIN_FIELD]);
    let mut names: Vec<&str> = known.collect();
    names.sort_unstable();
    names.dedup();
    let bears = message.headers().any(|(name, _)| names.iter().any(|known| is_called(name, known)));
    bears && !matches!(claim(message, settings), Claim::Told(_))
}

fn claim<'a>(message: &'a Message, settings: &SenderSettings) -> Claim<'a> {
    let Some(client) = message.envelope().client else { return Claim::None };
    let Some(host) = settings.webmail_hosts.iter().find(|host| host.clients.contains(&client)) else {
        return Claim::None;
    };
    read(message, host)
}

fn read<'a>(message: &'a Message, host: &WebmailHost) -> Claim<'a> {
    let (mut received, mut found) = (0_u32, None);
    for (name, value) in message.headers() {
        if is_called(name, "Received") {
            received = received.saturating_add(1);
        }
        if is_called(name, host.header.as_str()) {
            // The name exactly: what stands before or after it, as white space, not all readers take for this field.
            let exact = name.len() == host.header.as_str().len();
            if found.is_some() || !exact || received > u32::from(host.received_above) {
                return Claim::Unclear;
            }
            found = Some(value);
        }
    }
    match found.map(plain) {
        None => Claim::None,
        Some(None) => Claim::Unclear,
        Some(Some(login)) => Claim::Told(login),
    }
}

/// The value where it is one word: no comment, no quotes, no folding, nothing that two readers could read differently.
fn plain(value: &[u8]) -> Option<&[u8]> {
    let word = value.strip_prefix(b" ").unwrap_or(value);
    let is_plain = |octet: &u8| octet.is_ascii_alphanumeric() || b".@_+-".contains(octet);
    (!word.is_empty() && word.len() <= LONGEST && word.iter().all(is_plain)).then_some(word)
}

/// Whether any reader may take `name` for the field `known`.
fn is_called(name: &[u8], known: &str) -> bool {
    let bare: Vec<u8> = name.iter().copied().filter(|o| !o.is_ascii_whitespace() && !o.is_ascii_control()).collect();
    bare.eq_ignore_ascii_case(known.as_bytes())
}
