//! Stamps that a message already bears when it arrives, to be removed before ours are added.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::entity::bare_name;
use super::{Message, name};

/// The prefix of header names that an operator who says nothing gets; a stamp with it is ours to every reader.
pub const DEFAULT_PREFIX: &str = "Dieu7-";
/// What follows the prefix in the names of our fields.
const NAMES: [&str; 5] = ["Verdict", "Document", "Summary", "Receipt", "Report"];

/// One field of the stamp family, as a milter asks to change it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct StampField {
    /// Name as it stands, without white space around it. Postfix counts and compares names so: its `is_header()`
    /// leaves white space before the colon out of the name, and a request that carried it would match nothing.
    pub name: Vec<u8>,
    /// Place among the fields of the same name, whatever its case, from 1: what SMFIR_CHGHEADER counts.
    pub index: u32,
    /// Value as it stands.
    pub value: Vec<u8>,
    /// The name only looks like one of the family: nothing but a forgery is called so.
    pub disguised: bool,
}

/// Which fields are ours: those of the configured prefix and of the default one, and results of authentication under our
/// own name (RFC 8601, 5).
#[derive(Clone, Debug)]
pub struct Family {
    prefixes: Vec<Prefix>,
    authserv_id: Option<String>,
}

#[derive(Clone, Debug)]
struct Prefix {
    bare: Vec<u8>,
    seen: String,
    /// Our names without hyphens, for those who leave one out.
    joined: Vec<String>,
}

impl Prefix {
    fn new(prefix: &str) -> Self {
        let joined = NAMES.iter().map(|name| seen(format!("{prefix}{name}").as_bytes()).replace('-', ""));
        Self { bare: prefix.to_ascii_lowercase().into_bytes(), seen: seen(prefix.as_bytes()), joined: joined.collect() }
    }
}

impl Family {
    /// The family of a gateway that writes this prefix.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        let configured = (!prefix.is_empty() && !prefix.eq_ignore_ascii_case(DEFAULT_PREFIX)).then_some(prefix);
        let prefixes = [DEFAULT_PREFIX].into_iter().chain(configured).map(Prefix::new).collect();
        Self { prefixes, authserv_id: None }
    }

    /// Also Authentication-Results under this name, which only the gateway itself may write.
    #[must_use]
    pub fn with_results_of(mut self, authserv_id: &str) -> Self {
        self.authserv_id = Some(authserv_id.to_ascii_lowercase());
        self
    }

    /// Its fields in a message, read as the most tolerant readers do: any case, white space and controls inside the name
    /// dropped; and names that look the same to people. From the last to the first: removing the other way shifts the
    /// later ones out of reach (CVE-2022-48521).
    #[must_use]
    pub fn stamps(&self, message: &Message) -> Vec<StampField> {
        let mut counts = std::collections::HashMap::<Vec<u8>, u32>::new();
        let mut found = Vec::new();
        for (name, value) in message.headers() {
            let Some(disguised) = self.claims(name, value) else { continue };
            let name = name.trim_ascii();
            // Names are counted among all fields that are called so, also those that are not ours.
            let count = counts.entry(name.to_ascii_lowercase()).or_default();
            *count = count.saturating_add(1);
            found.push(StampField { name: name.to_vec(), index: *count, value: value.to_vec(), disguised });
        }
        if self.authserv_id.is_some() {
            count_results(message, &mut found);
        }
        found.reverse();
        found
    }

    /// Whether a field claims to be ours, and whether its name is disguised.
    fn claims(&self, name: &[u8], value: &[u8]) -> Option<bool> {
        let bare = bare_name(name);
        if self.prefixes.iter().any(|prefix| bare.starts_with(&prefix.bare)) {
            return Some(false);
        }
        if bare == RESULTS {
            return self.authserv_id.as_deref().filter(|ours| is_authserv_id(value, ours)).map(|_| false);
        }
        if bare.len() > LONGEST {
            return None;
        }
        let seen = seen(&bare);
        let joined = seen.replace('-', "");
        let alike = |prefix: &Prefix| seen.starts_with(&prefix.seen) || prefix.joined.contains(&joined);
        self.prefixes.iter().any(alike).then_some(true)
    }
}

const RESULTS: &[u8] = b"authentication-results";
/// A longer name deceives nobody.
const LONGEST: usize = 256;

/// Fields of the family of `prefix`, last first.
#[must_use]
pub fn stamps(message: &Message, prefix: &str) -> Vec<StampField> {
    Family::new(prefix).stamps(message)
}

/// Results of others stand among ours; a milter counts them all.
fn count_results(message: &Message, found: &mut [StampField]) {
    let all = message.headers().filter(|(name, _)| name.trim_ascii().eq_ignore_ascii_case(RESULTS));
    let mut ours = found.iter_mut().filter(|field| field.name.eq_ignore_ascii_case(RESULTS)).peekable();
    for (index, (_, value)) in (1_u32..).zip(all) {
        if ours.peek().is_some_and(|field| field.value == value)
            && let Some(field) = ours.next()
        {
            field.index = index;
        }
    }
}

/// Whether results are written in the name of `ours` (RFC 8601, 2.2), comments and quotes left out.
fn is_authserv_id(value: &[u8], ours: &str) -> bool {
    let mut depth = 0_u32;
    let mut text = String::new();
    for c in String::from_utf8_lossy(value).chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => break,
            '"' | '\\' => {}
            _ if depth == 0 => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().next().is_some_and(|id| id.eq_ignore_ascii_case(ours))
}

/// A text as it looks: compatibility forms, accents, hidden characters and letters of other alphabets undone, so that two
/// which people cannot tell apart are equal (after UTS 39, 4).
#[must_use]
pub fn seen(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let shown = text.chars().filter(|c| !name::is_hidden(*c) && !c.is_whitespace());
    let plain = shown.nfkd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).flat_map(char::to_lowercase);
    plain
        .map(|c| match c {
            '_'
            | '.'
            | '~'
            | '·'
            | '\u{ad}'
            | '\u{2010}'..='\u{2015}'
            | '\u{2043}'
            | '\u{2212}'
            | '\u{fe58}'
            | '\u{30fb}'
            | '\u{30fc}'
            | '\u{4e00}' => '-',
            '1' | 'l' | '|' | 'ı' | 'і' | 'ι' | 'ӏ' | 'ɩ' => 'i',
            '0' | 'о' | 'ο' | 'օ' => 'o',
            'а' | 'α' | 'ɑ' => 'a',
            'ԁ' | 'đ' | 'ɗ' | 'ð' => 'd',
            'е' | 'ε' | 'ҽ' => 'e',
            'υ' | 'ս' | 'ц' => 'u',
            'с' => 'c',
            'р' | 'ρ' => 'p',
            'ѕ' => 's',
            'т' | 'τ' => 't',
            'у' | 'γ' => 'y',
            'м' => 'm',
            'һ' => 'h',
            'ѵ' | 'ν' => 'v',
            'х' | 'χ' => 'x',
            other => other,
        })
        .collect()
}

/// What is told of removed fields: each of our names once, with how many were called so or alike; what is called otherwise
/// after our prefix counts as `other`, because its name was chosen by a stranger.
#[must_use]
pub fn told(found: &[StampField]) -> Vec<String> {
    let kind = |field: &StampField| {
        let joined = seen(&field.name).replace('-', "");
        let named = NAMES.iter().find(|name| joined.ends_with(&seen(name.as_bytes())));
        match named {
            Some(name) => name,
            None if bare_name(&field.name) == RESULTS => "Authentication-Results",
            None => "other",
        }
    };
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for field in found {
        *counts.entry(kind(field)).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(name, count)| if count == 1 { name.to_owned() } else { format!("{name} x{count}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Envelope;

    fn message(header: &str) -> Message {
        Message::parse(Envelope::default(), format!("{header}\r\n").into_bytes())
    }

    #[test]
    fn forged_stamps_are_found_in_any_case_and_count_last_first() {
        let message = Message::parse(
            Envelope::default(),
            b"Dieu7-Verdict: a\r\nX: y\r\nDIEU7-VERDICT : b\r\ndieu7-verdict\t:c\r\nDieu7-Other: d\r\nDi eu7-X: e\r\nXDieu7-Y: f\r\n\r\n"
                .to_vec(),
        );
        let found = stamps(&message, "Dieu7-");
        let told: Vec<(Vec<u8>, u32)> = found.iter().map(|stamp| (stamp.name.clone(), stamp.index)).collect();
        assert_eq!(
            told,
            [
                (b"Di eu7-X".to_vec(), 1),
                (b"Dieu7-Other".to_vec(), 1),
                (b"dieu7-verdict".to_vec(), 3),
                (b"DIEU7-VERDICT".to_vec(), 2),
                (b"Dieu7-Verdict".to_vec(), 1),
            ]
        );
        assert!(found.iter().all(|stamp| !stamp.disguised));
        assert_eq!(super::told(&found), ["Verdict x3", "other x2"]);
    }

    #[test]
    fn names_that_look_like_ours_are_found_and_are_disguised() {
        for name in [
            "Dieu7\u{2011}Verdict",
            "Dieu7_Verdict",
            "Dieu7.Verdict",
            "Dieu7Verdict",
            "Dieu-7-Verdict",
            "D\u{456}eu7-Verdict",
            "D1eu7-Verdict",
            "Dleu7-Anything",
            "Di\u{1ec7}u7-Verdict",
            "Đieu7-Verdict",
            "\u{ff24}\u{ff49}\u{ff45}\u{ff55}\u{ff17}\u{ff0d}\u{ff36}erdict",
            "Di\u{200b}eu7-Verdict\u{200d}",
            "Dieu7\u{ad}-Verdict",
            "Dieu7\u{2014}Summary",
        ] {
            let found = stamps(&message(&format!("{name}: legally-equivalent-to-paper\r\n")), "Dieu7-");
            assert_eq!(found.iter().map(|stamp| stamp.disguised).collect::<Vec<_>>(), [true], "{name}");
        }
        for name in ["X-Dieu7-Verdict", "Dieu8-Verdict", "Dieu7", "Subject", "Received", "Authentication-Results"] {
            assert!(stamps(&message(&format!("{name}: x\r\n")), "Dieu7-").is_empty(), "{name}");
        }
    }

    #[test]
    fn with_a_prefix_of_its_own_a_gateway_removes_the_default_ones_too() {
        let both = message("Dieu7-Verdict: a\r\nDemo7-Verdict: b\r\nDemo8-Verdict: c\r\n");
        let found: Vec<Vec<u8>> = stamps(&both, "Demo7-").into_iter().map(|stamp| stamp.name).collect();
        assert_eq!(found, [b"Demo7-Verdict".to_vec(), b"Dieu7-Verdict".to_vec()]);
    }

    #[test]
    fn results_in_our_name_are_found_among_those_of_others_and_counted_with_them() {
        let header = "Authentication-Results: mx.example; spf=pass\r\nAuthentication-Results: (x) GATE.example 1; dkim=pass\r\n\
            authentication-results: other; none\r\nAuthentication-results:\r\n \"gate.example\"; none\r\n\
            Authentication-Results: gate.example.evil; none\r\n";
        let family = Family::new("Dieu7-").with_results_of("gate.example");
        let found: Vec<u32> = family.stamps(&message(header)).into_iter().map(|stamp| stamp.index).collect();
        assert_eq!(found, [4, 2]);
        assert!(Family::new("Dieu7-").stamps(&message(header)).is_empty());
    }
}
