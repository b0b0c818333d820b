//! Whether the recipients of the envelope are named in To and Cc. A message that is sent again goes to somebody for whom
//! it was not written; blind copies look the same, so this is remarked and decides nothing.

use std::collections::HashSet;

use crate::message::{Mailbox, Message};

/// Addresses in To and Cc that are looked at. A field is cut near 60,000 octets by Postfix.
const MOST: usize = 20_000;

/// Whether a recipient stands in no To or Cc field. A recipient that is no plain address is not looked for.
#[must_use]
pub fn hides_a_recipient(message: &Message) -> bool {
    let recipients: Vec<Mailbox> = message.envelope().recipients.iter().filter_map(|path| mailbox(path)).collect();
    if recipients.is_empty() {
        return false;
    }
    let named = named(message);
    recipients.iter().any(|recipient| !named.contains(recipient))
}

/// Every address that any reader could find in the fields.
fn named(message: &Message) -> HashSet<Mailbox> {
    let words = ["To", "Cc"]
        .into_iter()
        .flat_map(|field| message.values(field))
        .flat_map(|value| value.split(|octet| octet.is_ascii_whitespace() || b"<>(),;:\"'".contains(octet)));
    words.filter(|word| word.contains(&b'@')).take(MOST).filter_map(mailbox).collect()
}

fn mailbox(octets: &[u8]) -> Option<Mailbox> {
    std::str::from_utf8(octets).ok().and_then(|text| Mailbox::parse(text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Envelope;

    fn hides(header: &str, recipients: &[&str]) -> bool {
        let recipients = recipients.iter().map(|one| one.as_bytes().to_vec()).collect();
        let envelope = Envelope { recipients, ..Envelope::default() };
        hides_a_recipient(&Message::parse(envelope, format!("{header}\r\n\r\n").into_bytes()))
    }

    #[test]
    fn recipients_in_to_and_cc_hide_nothing_however_they_are_written() {
        let header = "To: \"A, B\" <a@x.vn>, group: B@X.vn;\r\nCc: c@x.vn (c),\r\n\td@x.vn";
        assert!(!hides(header, &["a@x.vn", "b@x.vn", "C@x.vn", "d@X.VN"]));
        assert!(!hides("Subject: x", &[]));
    }

    #[test]
    fn one_recipient_that_is_not_named_is_enough() {
        assert!(hides("To: a@x.vn", &["a@x.vn", "b@x.vn"]));
        assert!(hides("Bcc: a@x.vn", &["a@x.vn"]));
        assert!(hides("To: undisclosed-recipients:;", &["a@x.vn"]));
        assert!(hides("Subject: a@x.vn", &["a@x.vn"]));
    }
}
