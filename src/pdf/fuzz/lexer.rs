//! Rules of tokens and objects (ISO 32000-2, 7.2 and 7.3).

use crate::pdf::lexer::{Lexer, Token};
use crate::pdf::text;
use crate::pdf::value::{Located, Value, read_body};

pub(crate) fn lexer(octets: &[u8]) {
    tokens(octets);
    let mut lexer = Lexer::new(octets, 0);
    let Ok(body) = read_body(&mut lexer) else { return };
    assert!(lexer.at() <= octets.len());
    nested(&body.value, octets.len());
    assert!(body.value.same(&body.value), "a value is itself");

    let mut written = Vec::new();
    write(&body.value, &mut written);
    let mut again = Lexer::new(&written, 0);
    let again = read_body(&mut again).expect("what was written can be read");
    assert!(again.value.same(&body.value) && body.value.same(&again.value), "the same value, written otherwise");
}

/// Tokens follow each other to the end, and each one is the same where it stands alone.
fn tokens(octets: &[u8]) {
    let mut lexer = Lexer::new(octets, 0);
    let mut last = 0;
    loop {
        let (start, token) = lexer.next();
        assert!(last <= start && start <= lexer.at() && lexer.at() <= octets.len());
        if token == Token::End {
            return assert_eq!(lexer.at(), octets.len());
        }
        assert!(start < lexer.at(), "a token has octets");
        last = lexer.at();
        assert_eq!(Lexer::new(&octets[start..last], 0).next(), (0, token));
    }
}

/// A value lies within what holds it.
fn nested(value: &Located<'_>, end: usize) {
    assert!(value.start < value.end && value.end <= end);
    let inside: Vec<&Located<'_>> = match &value.value {
        Value::Array(items) => items.iter().collect(),
        Value::Dictionary(dictionary) => dictionary.0.iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    };
    for item in inside {
        assert!(value.start < item.start);
        nested(item, value.end);
    }
    let _ = (value.as_number(), value.as_string().map(|text| text::decode(&text)));
    if let Some(dictionary) = value.as_dictionary() {
        let keys = dictionary.sorted();
        assert_eq!(keys.windows(2).any(|pair| pair[0].0 == pair[1].0), dictionary.duplicate().is_some());
        assert!(keys.iter().all(|(key, _)| dictionary.get(key).is_some()));
    }
}

fn write(value: &Located<'_>, out: &mut Vec<u8>) {
    match &value.value {
        Value::Array(items) => {
            out.push(b'[');
            for item in items {
                write(item, out);
            }
            out.push(b']');
        }
        Value::Boolean(value) => out.extend(value.to_string().bytes()),
        Value::Dictionary(dictionary) => {
            out.extend(b"<<");
            for (key, value) in &dictionary.0 {
                out.push(b'/');
                out.extend(*key);
                out.push(b' ');
                write(value, out);
            }
            out.extend(b">>");
        }
        Value::Hexadecimal(_) | Value::Literal(_) => {
            let text = value.as_string().unwrap_or_default();
            out.extend(format!("<{}>", crate::digest::hex(&text)).bytes());
        }
        Value::Integer(value) => out.extend(value.to_string().bytes()),
        Value::Name(name) => {
            out.push(b'/');
            out.extend(*name);
        }
        Value::Null => out.extend(b"null"),
        Value::Real(text) => out.extend(*text),
        Value::Reference((number, generation)) => out.extend(format!("{number} {generation} R").bytes()),
    }
    out.push(b' ');
}
