//! Odd names (Article 4: `<account>@tuyenquang.gov.vn`, a flat domain). The shape of an address proves nothing, so they
//! are warned of and nothing else; two that look alike need a second look by a person.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::message::Mailbox;

/// What is odd about an address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Oddity {
    /// Digits where letters would make a word.
    DigitForLetter,
    /// Outside the agency domains.
    ForeignDomain,
    /// Looks like another one of the directory.
    LooksLike(Mailbox),
    /// Letters of more than one script, or none of the Latin ones.
    Script,
    /// Below an agency domain that is not listed itself.
    SubDomain {
        /// The listed one above it.
        of: String,
    },
}

/// What is odd about one address by itself. Without domains nothing is said about them.
pub fn of(mailbox: &Mailbox, domains: &[&str]) -> Vec<Oddity> {
    let mut odd = Vec::new();
    if !domains.is_empty() && !domains.contains(&mailbox.domain()) {
        let above = domains
            .iter()
            .find(|domain| mailbox.domain().strip_suffix(**domain).is_some_and(|rest| rest.ends_with('.')));
        odd.push(above.map_or(Oddity::ForeignDomain, |of| Oddity::SubDomain { of: (*of).to_owned() }));
    }
    let is_idn = mailbox.domain().split('.').any(|label| label.starts_with("xn--"));
    if !mailbox.local().is_ascii() || is_idn {
        odd.push(Oddity::Script);
    }
    if has_digit_for_letter(mailbox.local()) {
        odd.push(Oddity::DigitForLetter);
    }
    odd
}

/// `s0yte`, `vanthu1ubnd` with a one that might be an l: a digit that looks like a letter, between letters.
fn has_digit_for_letter(local: &str) -> bool {
    local.as_bytes().windows(3).any(|three| match three {
        [before, digit, after] => {
            before.is_ascii_alphabetic() && matches!(digit, b'0' | b'1' | b'3' | b'5') && after.is_ascii_alphabetic()
        }
        _ => false,
    })
}

/// Finds addresses that look alike, in the time that it takes to write them all down once.
#[derive(Debug, Default)]
pub struct LookAlikes<'a>(HashMap<String, &'a Mailbox>);

impl<'a> LookAlikes<'a> {
    /// Takes an address in; an earlier one that looks like it and is another.
    pub fn meet(&mut self, mailbox: &'a Mailbox) -> Option<&'a Mailbox> {
        let first = *self.0.entry(skeleton(mailbox)).or_insert(mailbox);
        (first != mailbox).then_some(first)
    }
}

/// What the eye keeps of an address: in the manner of UTS 39, for the letters of which mailboxes are made.
fn skeleton(mailbox: &Mailbox) -> String {
    let (domain, _) = idna::domain_to_unicode(mailbox.domain());
    let whole = format!("{}@{domain}", mailbox.local());
    let letters: String = whole
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            '0' | 'о' | 'ο' | 'օ' => 'o',
            '1' | 'i' | 'ı' | 'і' | 'ι' | '|' | 'ӏ' => 'l',
            'а' | 'α' | 'ɑ' => 'a',
            'е' | 'ҽ' => 'e',
            'с' | 'ϲ' => 'c',
            'р' | 'ρ' => 'p',
            'х' | 'χ' => 'x',
            'у' | 'γ' => 'y',
            'ѕ' | '5' => 's',
            'ј' => 'j',
            'һ' => 'h',
            'ԁ' | 'đ' => 'd',
            'ո' | 'п' => 'n',
            'υ' | 'ս' => 'u',
            'ν' | 'ѵ' => 'v',
            'т' | 'τ' => 't',
            'к' | 'κ' => 'k',
            'м' => 'm',
            'ԛ' => 'q',
            'ɡ' => 'g',
            'ь' => 'b',
            '_' => '-',
            c => c,
        })
        .collect();
    letters.replace("rn", "m").replace("vv", "w")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(text: &str) -> Mailbox {
        Mailbox::parse(text).unwrap()
    }

    #[test]
    fn domains_scripts_and_digits_are_told() {
        let odd = |text: &str| of(&mailbox(text), &["tuyenquang.gov.vn"]);
        assert_eq!(odd("soyte@tuyenquang.gov.vn"), []);
        assert_eq!(odd("ubndp1@tuyenquang.gov.vn"), []);
        assert_eq!(odd("a@soyte.tuyenquang.gov.vn"), [Oddity::SubDomain { of: "tuyenquang.gov.vn".into() }]);
        assert_eq!(odd("a@eviltuyenquang.gov.vn"), [Oddity::ForeignDomain]);
        assert_eq!(odd("s0yte@tuyenquang.gov.vn"), [Oddity::DigitForLetter]);
        assert_eq!(odd("sоyte@tuyenquang.gov.vn"), [Oddity::Script]);
        assert_eq!(of(&mailbox("a@gmail.com"), &[]), []);
    }

    #[test]
    fn addresses_that_look_alike_meet() {
        let first = mailbox("soyte@tuyenquang.gov.vn");
        for other in
            ["s0yte@tuyenquang.gov.vn", "sоyte@tuyenquang.gov.vn", "soyte@tuyenquаng.gov.vn", "soyté@tuyenquang.gov.vn"]
        {
            let mut met = LookAlikes::default();
            let other = mailbox(other);
            assert_eq!(met.meet(&first), None);
            assert_eq!(met.meet(&first), None);
            assert_eq!(met.meet(&other), Some(&first), "{other}");
        }
        let mut met = LookAlikes::default();
        let (one, two) = (mailbox("soyte@x.vn"), mailbox("soxd@x.vn"));
        assert!(met.meet(&one).is_none() && met.meet(&two).is_none());
    }
}
