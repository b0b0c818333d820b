//! Remark for Article 7.4: texts of a mail that are not in Unicode (TCVN 6909:2001).

use std::collections::BTreeSet;

use super::parameters::Parameters;
use super::{Message, name, words};

/// More names than this tell nothing new.
pub const MOST: usize = 8;
/// Octets above 127 that no declaration explains and that are no UTF-8 (the old TCVN3, VNI and VISCII mails).
const UNDECLARED: &str = "unknown-8bit"; // RFC 1428

/// Looks at the fields that people read.
pub(super) fn of_header(message: &Message, found: &mut BTreeSet<String>) {
    for (field, value) in message.headers() {
        if ![&b"cc"[..], b"from", b"subject", b"to"].iter().any(|name| field.eq_ignore_ascii_case(name)) {
            continue;
        }
        for charset in words::charsets(value) {
            note(charset, found);
        }
        if std::str::from_utf8(value).is_err() {
            note(UNDECLARED.as_bytes(), found);
        }
    }
}

/// Looks at a text part.
pub(super) fn of_text(octets: &[u8], content_type: &Parameters, found: &mut BTreeSet<String>) {
    match content_type.plain("charset").next() {
        Some(charset) if !words::is_unicode(charset) => note(charset, found),
        _ if std::str::from_utf8(octets).is_err() => note(UNDECLARED.as_bytes(), found),
        _ => {}
    }
}

fn note(charset: &[u8], found: &mut BTreeSet<String>) {
    let unicode = charset.len() >= 4 && charset[..4].eq_ignore_ascii_case(b"utf-");
    if words::is_unicode(charset) || unicode || found.len() >= MOST {
        return;
    }
    found.insert(name::clean(&String::from_utf8_lossy(charset).to_lowercase(), 40));
}
