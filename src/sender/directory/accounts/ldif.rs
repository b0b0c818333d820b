//! LDIF (RFC 2849), as `ldapsearch`, `slapcat` and their like write it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{AccountFault, Accounts, Attributes, MOST, Source};

/// A longer value is a picture or a certificate, and of no matter here.
const LONGEST: usize = 64 << 10;

/// Reads the entries.
pub(super) fn read(text: &str) -> Accounts {
    let mut out = Accounts { source: Some(Source::Ldif), ..Accounts::default() };
    let mut entry: Option<Entry> = None;
    for (line, unfolded) in Unfolded::of(text) {
        if unfolded.is_empty() {
            finish(entry.take(), &mut out);
            continue;
        }
        if unfolded.starts_with('#') {
            continue;
        }
        let Some((attribute, value)) = unfolded.split_once(':') else {
            out.faults.push((line, AccountFault::NotAnAttribute));
            continue;
        };
        if attribute.eq_ignore_ascii_case("version") && entry.is_none() {
            continue;
        }
        if attribute.eq_ignore_ascii_case("dn") {
            // An entry may lack the empty line before it where somebody joined two files.
            finish(entry.take(), &mut out);
            entry = Some(Entry { attributes: Attributes { line, ..Attributes::default() }, is_change: false });
        }
        let Some(entry) = &mut entry else { continue };
        if attribute.eq_ignore_ascii_case("changetype") {
            entry.is_change = !value.trim().eq_ignore_ascii_case("add");
        }
        match value.as_bytes().first() {
            Some(b'<') => out.faults.push((line, AccountFault::Elsewhere(attribute.to_owned()))),
            Some(b':') => match decoded(value.get(1..).unwrap_or_default()) {
                Some(value) => entry.attributes.take(attribute, &value),
                // Pictures and certificates are no text, and nobody misses them.
                None if is_read(attribute) => {
                    out.faults.push((line, AccountFault::NotText(attribute.to_owned())));
                }
                None => {}
            },
            _ => entry.attributes.take(attribute, value),
        }
        if out.accounts.len() > MOST {
            out.faults.push((line, AccountFault::TooMany));
            return out;
        }
    }
    finish(entry, &mut out);
    out
}

struct Entry {
    attributes: Attributes,
    is_change: bool,
}

fn finish(entry: Option<Entry>, out: &mut Accounts) {
    match entry {
        Some(entry) if entry.is_change => out.faults.push((entry.attributes.line, AccountFault::NotAnEntry)),
        Some(entry) => out.accounts.extend(entry.attributes.account(&mut out.faults)),
        None => {}
    }
}

/// Attributes whose loss changes what is said of an account.
fn is_read(attribute: &str) -> bool {
    let name = attribute.split(';').next().unwrap_or_default().to_ascii_lowercase();
    ["dn", "mail", "uid", "cn", "displayname", "zimbramailalias", "zimbraaccountstatus", "proxyaddresses"]
        .contains(&name.as_str())
}

fn decoded(value: &str) -> Option<String> {
    let octets = STANDARD.decode(value.trim()).ok()?;
    String::from_utf8(octets).ok()
}

/// Lines with their continuations (RFC 2849, note 2: a line break and one space are taken out), each with its number.
struct Unfolded<'t> {
    lines: std::iter::Peekable<std::iter::Zip<std::ops::RangeFrom<u64>, std::str::Lines<'t>>>,
}

impl<'t> Unfolded<'t> {
    fn of(text: &'t str) -> Self {
        Self { lines: (1..).zip(text.lines()).peekable() }
    }
}

impl Iterator for Unfolded<'_> {
    type Item = (u64, String);

    fn next(&mut self) -> Option<Self::Item> {
        let (number, first) = self.lines.next()?;
        let mut line = first.to_owned();
        while let Some((_, more)) = self.lines.next_if(|(_, next)| next.starts_with(' ')) {
            if line.len() < LONGEST {
                line.push_str(more.get(1..).unwrap_or_default());
            }
        }
        Some((number, line))
    }
}
