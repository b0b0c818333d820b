//! One SPF record, read strictly (RFC 7208, 4.6.1 and 12): an error anywhere makes all of it unusable.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::spf_macro::MacroString;
use crate::sender::checks::AuthResult;

/// Octets of a record. What does not fit into a few packets nobody publishes (RFC 7208, 3.4).
const OCTETS: usize = 4_096;

/// A record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Record {
    /// What is tried, in order, and the result where it matches.
    pub directives: Vec<(AuthResult, Mechanism)>,
    pub redirect: Option<MacroString>,
}

/// What a client is compared with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Mechanism {
    All,
    Include(MacroString),
    Addresses(Option<MacroString>, Prefixes),
    Exchanges(Option<MacroString>, Prefixes),
    Names(Option<MacroString>),
    Ip4(Ipv4Addr, u8),
    Ip6(Ipv6Addr, u8),
    Exists(MacroString),
}

/// Bits of an address that count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Prefixes {
    pub ip4: u8,
    pub ip6: u8,
}

/// Whether a text is an SPF record at all.
pub(super) fn is_spf(text: &[u8]) -> bool {
    match text.split_at_checked(6) {
        Some((version, rest)) => version.eq_ignore_ascii_case(b"v=spf1") && matches!(rest.first(), None | Some(b' ')),
        None => false,
    }
}

impl Record {
    /// Reads the terms after the version.
    pub fn read(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() <= OCTETS)?;
        let (mut directives, mut redirect, mut explained) = (Vec::new(), None, false);
        for term in text.get(6..)?.split(' ').filter(|term| !term.is_empty()) {
            if let Some((name, value)) = modifier(term) {
                if name.eq_ignore_ascii_case("redirect") {
                    if redirect.replace(MacroString::domain_spec(value)?).is_some() {
                        return None;
                    }
                } else if name.eq_ignore_ascii_case("exp") {
                    MacroString::domain_spec(value)?;
                    if std::mem::replace(&mut explained, true) {
                        return None;
                    }
                } else {
                    MacroString::read(value)?;
                }
            } else {
                directives.push(directive(term)?);
            }
        }
        Some(Self { directives, redirect })
    }
}

/// `name=value`; a colon or slash before the equals sign makes a mechanism of it.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|o| o.is_ascii_alphanumeric() || matches!(o, b'-' | b'_' | b'.'));
    plain.then_some((name, value))
}

fn directive(term: &str) -> Option<(AuthResult, Mechanism)> {
    let (result, term) = match term.as_bytes().first()? {
        b'+' => (AuthResult::Pass, &term[1..]),
        b'-' => (AuthResult::Fail, &term[1..]),
        b'~' => (AuthResult::Softfail, &term[1..]),
        b'?' => (AuthResult::Neutral, &term[1..]),
        _ => (AuthResult::Pass, term),
    };
    let end = term.find([':', '/']).unwrap_or(term.len());
    let (name, rest) = term.split_at(end);
    let value = rest.strip_prefix(':');
    let mechanism = match name.to_ascii_lowercase().as_str() {
        "all" if rest.is_empty() => Mechanism::All,
        "include" => Mechanism::Include(MacroString::domain_spec(value?)?),
        "exists" => Mechanism::Exists(MacroString::domain_spec(value?)?),
        "ptr" if rest.is_empty() => Mechanism::Names(None),
        "ptr" => Mechanism::Names(Some(MacroString::domain_spec(value?)?)),
        "a" => {
            let (name, prefixes) = target(rest)?;
            Mechanism::Addresses(name, prefixes)
        }
        "mx" => {
            let (name, prefixes) = target(rest)?;
            Mechanism::Exchanges(name, prefixes)
        }
        "ip4" => {
            let (address, bits) = network(value?, 32)?;
            Mechanism::Ip4(address.parse().ok()?, bits)
        }
        "ip6" => {
            let (address, bits) = network(value?, 128)?;
            Mechanism::Ip6(address.parse().ok()?, bits)
        }
        _ => return None,
    };
    Some((result, mechanism))
}

/// `[":" domain-spec] ["/" bits] ["//" bits]`. A slash inside a macro is a delimiter.
fn target(rest: &str) -> Option<(Option<MacroString>, Prefixes)> {
    let mut depth = 0_u32;
    let slash = rest.char_indices().find(|(_, c)| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *c == '/' && depth == 0
    });
    let (name, lengths) = rest.split_at(slash.map_or(rest.len(), |(at, _)| at));
    let name = match name.strip_prefix(':') {
        Some(name) => Some(MacroString::domain_spec(name)?),
        None if name.is_empty() => None,
        None => return None,
    };
    let (ip4, ip6) = match lengths.split_once("//") {
        Some((ip4, ip6)) => (ip4, bits(ip6, 128)?),
        None => (lengths, 128),
    };
    let ip4 = if ip4.is_empty() { 32 } else { bits(ip4.strip_prefix('/')?, 32)? };
    Some((name, Prefixes { ip4, ip6 }))
}

fn network(value: &str, most: u8) -> Option<(&str, u8)> {
    match value.split_once('/') {
        Some((address, length)) => Some((address, bits(length, most)?)),
        None => Some((value, most)),
    }
}

fn bits(text: &str, most: u8) -> Option<u8> {
    let plain = text.bytes().all(|o| o.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|bits| plain && *bits <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(terms: &str) -> Option<Record> {
        Record::read(format!("v=spf1 {terms}").as_bytes())
    }

    #[test]
    fn terms_of_every_kind_are_read() {
        use AuthResult::{Fail, Neutral, Pass, Softfail};
        let record = read("a/24 -A:%{d/}.a.vn/24//64 mx//64 ~ptr ?ip4:10.0.0.0/8 ip6:::1 exists:%{i}.vn -ALL").unwrap();
        let kinds: Vec<AuthResult> = record.directives.iter().map(|(result, _)| *result).collect();
        assert_eq!(kinds, [Pass, Fail, Pass, Softfail, Neutral, Pass, Pass, Fail]);
        assert_eq!(record.directives[0].1, Mechanism::Addresses(None, Prefixes { ip4: 24, ip6: 128 }));
        assert_eq!(record.directives[4].1, Mechanism::Ip4([10, 0, 0, 0].into(), 8));
        let record = read("Redirect=a.vn exp=b.vn x-y.z=%{d}/:=").unwrap();
        assert!(record.redirect.is_some() && record.directives.is_empty());
    }

    #[test]
    fn an_error_anywhere_makes_the_record_unusable() {
        for terms in [
            "all/32",
            "all:",
            "-all ip:10.0.0.1",
            "ip4:10.0.0.1/33",
            "ip4:300.0.0.1",
            "ip4:10.0.0",
            "ip4",
            "ip4:::1",
            "ip6:10.0.0.1",
            "ip6:::1/129",
            "a:",
            "a/",
            "a/33",
            "a/024",
            "a//",
            "a//129",
            "mx:localhost",
            "include",
            "include:",
            "include:a.vn/24",
            "exists",
            "ptr:",
            "redirect=a.vn redirect=b.vn",
            "exp=a.vn exp=b.vn",
            "redirect=",
            "+",
            "foo",
            "a\tb",
            "é",
            "=x",
            "redirect=%{x}",
            "x=%{",
            "--all",
        ] {
            assert_eq!(read(terms), None, "{terms:?}");
        }
        assert_eq!(Record::read(format!("v=spf1 {}", "a ".repeat(OCTETS)).as_bytes()), None);
    }

    #[test]
    fn other_texts_are_no_record() {
        assert!(is_spf(b"v=spf1") && is_spf(b"V=SPF1 -all"));
        for text in ["v=spf10", "v=spf1\t-all", "v=spf", " v=spf1", "v=DKIM1; p="] {
            assert!(!is_spf(text.as_bytes()), "{text:?}");
        }
    }
}
