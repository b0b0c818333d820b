//! Names with macros in SPF records (RFC 7208, 7).

use std::fmt::Write as _;
use std::net::IpAddr;

/// A name that depends on who sends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct MacroString(Vec<Part>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    Literal(String),
    Macro { letter: char, keep: Option<usize>, reverse: bool, delimiters: String, escape: bool },
}

/// What macros stand for.
pub(super) struct Values<'a> {
    pub sender: &'a str,
    pub domain: &'a str,
    pub helo: &'a str,
    pub client: IpAddr,
    /// A name of the client that DNS confirms; only asked for where [`MacroString::needs_name`] says so.
    pub validated: &'a str,
}

impl MacroString {
    /// Reads a `domain-spec`: its end is a macro or a dot and a label that is no number.
    pub fn domain_spec(text: &str) -> Option<Self> {
        let read = Self::read(text)?;
        let ends_well = match read.0.last()? {
            Part::Macro { .. } => true,
            Part::Literal(literal) => {
                let literal = literal.strip_suffix('.').unwrap_or(literal);
                let (_, last) = literal.rsplit_once('.')?;
                let plain = |o: u8| o.is_ascii_alphanumeric() || o == b'-';
                last.bytes().all(plain)
                    && !last.bytes().all(|o| o.is_ascii_digit())
                    && !last.starts_with('-')
                    && !last.ends_with('-')
            }
        };
        ends_well.then_some(read)
    }

    /// Reads a `macro-string`.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            if c != '%' {
                if !c.is_ascii_graphic() {
                    return None;
                }
                literal.push(c);
                continue;
            }
            let next = rest.chars().next()?;
            rest = &rest[next.len_utf8()..];
            match next {
                '%' => literal.push('%'),
                '_' => literal.push(' '),
                '-' => literal.push_str("%20"),
                '{' => {
                    let (inner, after) = rest.split_once('}')?;
                    rest = after;
                    if !literal.is_empty() {
                        parts.push(Part::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(expansion(inner)?);
                }
                _ => return None,
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Some(Self(parts))
    }

    /// Whether it holds `%{p}`.
    pub fn needs_name(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Macro { letter: 'p', .. }))
    }

    /// The name; of one that is too long for DNS labels go from the left (RFC 7208, 7.3).
    pub fn expand(&self, values: &Values) -> String {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(literal) => out.push_str(literal),
                Part::Macro { letter, keep, reverse, delimiters, escape } => {
                    let value = value(*letter, values);
                    let mut pieces: Vec<&str> = value.split(|c| delimiters.contains(c)).collect();
                    if *reverse {
                        pieces.reverse();
                    }
                    let drop = keep.map_or(0, |keep| pieces.len().saturating_sub(keep));
                    push(&mut out, &pieces[drop..].join("."), *escape);
                }
            }
        }
        let mut name = out.strip_suffix('.').unwrap_or(&out);
        while name.len() > 253 {
            let Some((_, rest)) = name.split_once('.') else { break };
            name = rest;
        }
        name.to_owned()
    }
}

fn expansion(inner: &str) -> Option<Part> {
    let letter = inner.chars().next()?;
    let lower = letter.to_ascii_lowercase();
    // `c`, `r` and `t` are for explanations only, which nobody here reads.
    if !"slodiphv".contains(lower) {
        return None;
    }
    let rest = &inner[1..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = rest.split_at(digits);
    let keep = match number {
        "" => None,
        number => Some(number.parse().ok().filter(|keep| *keep > 0)?),
    };
    let (reverse, rest) = match rest.strip_prefix(['r', 'R']) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if !rest.chars().all(|c| ".-+,/_=".contains(c)) {
        return None;
    }
    let delimiters = if rest.is_empty() { ".".to_owned() } else { rest.to_owned() };
    Some(Part::Macro { letter: lower, keep, reverse, delimiters, escape: letter.is_ascii_uppercase() })
}

fn value(letter: char, values: &Values) -> String {
    let (local, domain) = values.sender.rsplit_once('@').unwrap_or(("", values.sender));
    match letter {
        's' => values.sender.to_owned(),
        'l' => local.to_owned(),
        'o' => domain.to_owned(),
        'd' => values.domain.to_owned(),
        'h' => values.helo.to_owned(),
        'p' => values.validated.to_owned(),
        'v' => if values.client.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
        _ => match values.client {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let digits: Vec<String> = format!("{:032x}", address.to_bits()).chars().map(String::from).collect();
                digits.join(".")
            }
        },
    }
}

/// RFC 7208, 7.3: a capital letter asks for the escapes of RFC 3986.
fn push(out: &mut String, text: &str, escape: bool) {
    for c in text.chars() {
        if !escape || c.is_ascii_alphanumeric() || "-._~".contains(c) {
            out.push(c);
        } else {
            for octet in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(out, "%{octet:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(text: &str, client: &str) -> String {
        let values = Values {
            sender: "strong-bad@email.example.com",
            domain: "email.example.com",
            helo: "mx.example.org",
            client: client.parse().unwrap(),
            validated: "unknown",
        };
        MacroString::read(text).unwrap().expand(&values)
    }

    #[test]
    fn the_examples_of_the_standard_come_out() {
        // RFC 7208, 7.4.
        for (text, expected) in [
            ("%{s}", "strong-bad@email.example.com"),
            ("%{o}", "email.example.com"),
            ("%{d4}", "email.example.com"),
            ("%{d2}", "example.com"),
            ("%{d1}", "com"),
            ("%{dr}", "com.example.email"),
            ("%{d2r}", "example.email"),
            ("%{l}", "strong-bad"),
            ("%{l-}", "strong.bad"),
            ("%{lr-}", "bad.strong"),
            ("%{l1r-}", "strong"),
            ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
            ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
            ("%{S}", "strong-bad%40email.example.com"),
        ] {
            assert_eq!(expand(text, "192.0.2.3"), expected, "{text}");
        }
        let nibbles = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6";
        assert_eq!(expand("%{ir}.%{v}", "2001:db8::cb01"), nibbles);
    }

    #[test]
    fn names_that_are_too_long_lose_labels_from_the_left() {
        let long = format!("{}a.example.com", "0123456789.".repeat(30));
        let name = expand(&long, "192.0.2.3");
        assert!(name.len() <= 253 && name.ends_with("0123456789.a.example.com") && name.starts_with('0'));
    }

    #[test]
    fn what_is_no_macro_is_refused() {
        for text in ["%", "%{", "%{d", "%{x}", "%{c}", "%{d0}", "%{dx}", "%{}", "%a", "a b", "é", "%{é}"] {
            assert_eq!(MacroString::read(text), None, "{text:?}");
        }
        for text in ["localhost", "a.1", "a.-b", "a..", "", "%{d}.1"] {
            assert_eq!(MacroString::domain_spec(text), None, "{text:?}");
        }
        assert!(MacroString::domain_spec("_spf.%{d}").is_some());
        assert!(MacroString::domain_spec("_spf.a.vn.").is_some());
    }
}
