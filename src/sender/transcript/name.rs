//! Names of DNS as text, in one form each (RFC 1035, 5.1).

use std::fmt::Write as _;

/// Labels as text: what is no visible ASCII is written as three decimal digits (RFC 1035, 5.1).
pub(super) fn text<'a>(labels: impl Iterator<Item = &'a [u8]>) -> String {
    let mut text = String::new();
    for (n, label) in labels.enumerate() {
        if n > 0 {
            text.push('.');
        }
        for octet in label.to_ascii_lowercase() {
            match octet {
                b'.' | b'\\' => text.extend(['\\', char::from(octet)]),
                b'!'..=b'~' => text.push(char::from(octet)),
                _ => {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "\\{octet:03}");
                }
            }
        }
    }
    text
}

/// The labels of a name in text; `None` where it has an empty one, or octets that should have been escaped.
pub(super) fn labels(text: &str) -> Option<Vec<Vec<u8>>> {
    let mut labels = Vec::new();
    let mut label = Vec::new();
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        match octet {
            // The root may be written so.
            b'.' if text == "." => {}
            b'.' if label.is_empty() => return None,
            b'.' => labels.push(std::mem::take(&mut label)),
            b'\\' => match rest.next()? {
                digit @ b'0'..=b'9' => {
                    let digits = [digit, rest.next()?, rest.next()?];
                    label.push(std::str::from_utf8(&digits).ok()?.parse().ok()?);
                }
                octet => label.push(octet),
            },
            b'!'..=b'~' => label.push(octet),
            _ => return None,
        }
    }
    if !label.is_empty() {
        labels.push(label);
    }
    Some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Option<String> {
        labels(name).map(|labels| text(labels.iter().map(Vec::as_slice)))
    }

    #[test]
    fn a_name_has_one_form_however_it_is_written() {
        for (written, form) in [
            ("A+B.Spf.vn.", "a+b.spf.vn"),
            (r"a\+b.spf.vn", "a+b.spf.vn"),
            (r"a\043b\007.vn", r"a+b\007.vn"),
            (r"a\.b.vn", r"a\.b.vn"),
            (r"a\.", r"a\."),
            (r"\255\\x", r"\255\\x"),
            (r"A\032b", r"a\032b"),
            (".", ""),
            ("", ""),
        ] {
            assert_eq!(name(written).as_deref(), Some(form), "{written}");
        }
    }

    #[test]
    fn what_is_no_name_has_none() {
        for written in ["a..vn", "..", ".a", r"a\9", r"a\999", r"a\1x2", "a\\", "a b.vn", "\u{1ef7}.vn"] {
            assert_eq!(name(written), None, "{written}");
        }
    }
}
