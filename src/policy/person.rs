//! Certificates of persons: how they are known, and what of them is never shown.

use crate::sender::binding::code;
use crate::x509::Certificate;

/// Numbers of persons that certificates carry in a UID (vietnam.md of the design): identity card old and new,
/// passport, social insurance. Tax codes (MST) are public.
const NUMBERS: [&str; 4] = ["CCCD:", "CMND:", "HC:", "BHXH:"];

/// The same where the subject's serialNumber has them: identity card, passport, personal and tax number of Vietnam
/// (EN 319 412-1, 5.1.3).
const SEMANTICS: [&str; 4] = ["IDCVN-", "PASVN-", "PNOVN-", "TINVN-"];

/// Whether a certificate names a person, by number or by surname and given name.
pub(super) fn is_of_person(certificate: &Certificate) -> bool {
    let subject = certificate.subject();
    let ids = subject.user_ids().into_iter().chain(subject.serial_numbers());
    subject.has_personal_name() || ids.into_iter().any(|id| is_personal(&id))
}

fn is_personal(id: &str) -> bool {
    let id: String = id.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let marked = NUMBERS.iter().chain(&SEMANTICS).any(|mark| id.starts_with(mark));
    marked || id.strip_prefix("MST:").is_some_and(code::is_of_citizen)
}

/// Puts stars over all but the last three characters of every personal number.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    // ASCII letters alone change, so that every place is the same in both.
    let upper = text.to_ascii_uppercase();
    let mut done = 0;
    while let Some((at, mark)) = NUMBERS.iter().filter_map(|mark| Some((upper[done..].find(mark)?, mark))).min() {
        let after = &text[done + at + mark.len()..];
        let space = after.len() - after.trim_start().len();
        let start = done + at + mark.len() + space;
        masked.push_str(&text[done..start]);
        let number: Vec<char> = text[start..].chars().take_while(|c| c.is_alphanumeric()).collect();
        let kept = number.len().saturating_sub(3).max(number.len().min(3));
        masked.extend(number.iter().enumerate().map(|(i, c)| if i < kept { '*' } else { *c }));
        done = start + number.iter().map(|c| c.len_utf8()).sum::<usize>();
    }
    masked.push_str(&text[done..]);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_numbers_are_known_in_every_spelling_and_those_of_agencies_are_not() {
        for id in ["CCCD:012345678901", "cccd : 012345678901", "HC:C1234567", "IDCVN-012345678901", "MST: 012345678901"]
        {
            assert!(is_personal(id), "{id}");
        }
        for id in ["MST:0301519977", "MST:0301519977-029", "MST:0301519977029", "MNS:1057890", "12", ""] {
            assert!(!is_personal(id), "{id}");
        }
    }

    #[test]
    fn personal_numbers_are_masked_and_tax_codes_are_not() {
        assert_eq!(mask("UID=CCCD:012345678901, CN=A, UID=MST:0301"), "UID=CCCD:*********901, CN=A, UID=MST:0301");
        assert_eq!(mask("cccd: 012345678901, ữ, Hc:C1234567"), "cccd: *********901, ữ, Hc:*****567");
        assert_eq!(mask("CMND:123"), "CMND:***");
        assert_eq!(mask("HC:"), "HC:");
    }
}
