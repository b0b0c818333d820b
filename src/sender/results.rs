//! The Authentication-Results field, by its grammar (RFC 8601, 2.2).
//!
//! Stricter than the RFC where readers differ: no quoted local parts in values, no white space around the full stop
//! of a property. What does not parse whole is not believed in part.

use serde::{Deserialize, Serialize};

/// One field.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Results {
    /// Who checked.
    pub authserv_id: String,
    /// What was checked; empty for `none`.
    pub methods: Vec<MethodResult>,
}

/// The result of one method.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct MethodResult {
    /// `dkim`, `spf`, `dmarc` and others, in lower case.
    pub method: String,
    /// `pass`, `fail` and others, in lower case.
    pub result: String,
    /// `header.d` and the like in lower case, with their values as they stand.
    pub properties: Vec<(String, String)>,
}

impl MethodResult {
    /// The value of a property that stands exactly once.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        let mut values = self.properties.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        values.next().filter(|_| values.next().is_none())
    }
}

/// More methods than this are found in attacks only.
const MOST: usize = 100;

impl Results {
    /// Reads a field value; `None` where it strays from the grammar.
    #[must_use]
    pub fn read(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?;
        let tokens = tokens(text)?;
        let mut groups = tokens.split(|token| *token == Token::Semicolon);
        let authserv_id = match groups.next()? {
            [Token::Value(id)] => id.clone(),
            [Token::Value(id), Token::Value(version)] if version == "1" => id.clone(),
            _ => return None,
        };
        let mut groups: Vec<&[Token]> = groups.collect();
        if groups.last().is_some_and(|last| last.is_empty()) {
            groups.pop(); // a semicolon at the end is widespread
        }
        if let [[Token::Value(none)]] = groups.as_slice() {
            return none.eq_ignore_ascii_case("none").then_some(Self { authserv_id, methods: Vec::new() });
        }
        if groups.is_empty() || groups.len() > MOST {
            return None;
        }
        let methods = groups.into_iter().map(method).collect::<Option<_>>()?;
        Some(Self { authserv_id, methods })
    }
}

fn method(tokens: &[Token]) -> Option<MethodResult> {
    let mut pairs = tokens.chunks(3).map(|three| match three {
        [Token::Value(name), Token::Equals, Token::Value(value)] => Some((name.to_ascii_lowercase(), value.clone())),
        _ => None,
    });
    let (method, result) = pairs.next()??;
    let method = match method.split_once('/') {
        None => method,
        Some((name, "1")) => name.to_owned(),
        Some(_) => return None,
    };
    let is_keyword = |text: &str| !text.is_empty() && text.bytes().all(|o| o.is_ascii_alphanumeric() || o == b'-');
    if !is_keyword(&method) || !is_keyword(&result) {
        return None;
    }
    let mut properties = Vec::new();
    for pair in pairs {
        let (name, value) = pair?;
        // `reason` is for people; ptypes beyond those known (2.3) are kept, nobody asks for them.
        if name != "reason" {
            name.split_once('.')?;
            properties.push((name, value));
        }
    }
    Some(MethodResult { method, result: result.to_ascii_lowercase(), properties })
}

#[derive(Debug, Eq, PartialEq)]
enum Token {
    Equals,
    Semicolon,
    Value(String),
}

/// Comments go, quotes are undone.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => {}
            ';' => out.push(Token::Semicolon),
            '=' => out.push(Token::Equals),
            '(' => comment(&mut rest)?,
            '"' => out.push(Token::Value(quoted(&mut rest)?)),
            c if is_plain(c) => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| is_plain(*c)) {
                    word.push(c);
                }
                // `ab"cd"` is one value to some readers and two to others. A comment right behind a value is how a name
                // that a forger chose, `agency.example(.evil.example`, is cut short where the writer fails to quote it.
                if matches!(rest.peek(), Some('"' | '(')) {
                    return None;
                }
                out.push(Token::Value(word));
            }
            _ => return None,
        }
    }
    Some(out)
}

fn is_plain(c: char) -> bool {
    !c.is_control() && !c.is_whitespace() && !"()<>,;\\\"=".contains(c)
}

fn comment(rest: &mut impl Iterator<Item = char>) -> Option<()> {
    let mut depth = 1_u32;
    while depth > 0 {
        match rest.next()? {
            '(' => depth += 1,
            ')' => depth -= 1,
            '\\' => drop(rest.next()?),
            _ => {}
        }
    }
    Some(())
}

fn quoted(rest: &mut std::iter::Peekable<impl Iterator<Item = char>>) -> Option<String> {
    let mut out = String::new();
    loop {
        match rest.next()? {
            '"' => break,
            '\\' => out.push(rest.next()?),
            '\r' | '\n' => {}
            c if c.is_control() && c != '\t' => return None,
            c => out.push(c),
        }
    }
    rest.peek().is_none_or(|next| !is_plain(*next) && *next != '"').then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_opendkim_and_opendmarc_is_read() {
        let value = b" mx.tuyenquang.gov.vn (amavis 2.12);\r\n\tdkim=pass (2048-bit key; unprotected) header.d=a.vn \
            header.i=@a.vn header.b=\"AbC=\" header.a=rsa-sha256;\r\n\tdmarc/1=fail reason=\"x; y\" header.from=a.vn;";
        let read = Results::read(value).unwrap();
        assert_eq!(read.authserv_id, "mx.tuyenquang.gov.vn");
        assert_eq!(read.methods.len(), 2);
        assert_eq!(read.methods[0].property("header.d"), Some("a.vn"));
        assert_eq!(read.methods[0].property("header.b"), Some("AbC="));
        assert_eq!((read.methods[1].method.as_str(), read.methods[1].result.as_str()), ("dmarc", "fail"));
        assert_eq!(Results::read(b"\"mx\" 1; none").unwrap().methods, []);
    }

    #[test]
    fn a_property_that_stands_twice_has_no_value() {
        let read = Results::read(b"mx; dkim=pass header.d=a.vn header.d=b.vn").unwrap();
        assert_eq!(read.methods[0].property("header.d"), None);
    }

    #[test]
    fn what_strays_from_the_grammar_is_not_believed_in_part() {
        for value in [
            "",
            ";",
            "mx",
            "mx;",
            "mx; dkim",
            "mx; dkim=",
            "mx; dkim=pass header.d",
            "mx; dkim=pass d=a.vn",
            "mx; dkim=pass header.d=a\"b\"",
            "mx; dkim=pass header.d=\"a\"b",
            "mx; dkim=pass (open",
            "mx 2; none",
            "mx; dkim/2=pass",
            "mx; dkim=pass header.d=\"a",
            "mx; none; dkim=pass",
            "mx; dkim=pass\0",
            "mx; dkim=pass header.d=a=b",
            "mx, dkim=pass",
        ] {
            assert_eq!(Results::read(value.as_bytes()), None, "{value:?}");
        }
        assert_eq!(Results::read(b"mx; dkim=pass \xff"), None);
        assert_eq!(Results::read("(".repeat(100_000).as_bytes()), None);
    }
}
