//! Codes of agencies in the form in which they are compared.
//!
//! Certificates write them into the UID of the subject, with the kind before the number: `MST:` a tax code, `MNS:` the code
//! of a unit that has to do with the State's budget, `QĐTL:` the decision by which the unit was founded. Numbers of two kinds
//! are never equal. A number without a kind is a tax code, the commonest one; it is kept without its prefix.

use unicode_normalization::UnicodeNormalization as _;

/// The kind that needs no prefix.
const TAX: &str = "MST";
/// Kinds of codes of agencies, as certificates write them.
const KINDS: [&str; 3] = [TAX, "MNS", "QĐTL"];
/// Other spellings of them.
const SPELLINGS: [(&str, &str); 2] = [("QDTL", "QĐTL"), ("MQHNS", "MNS")];
/// Longer than any code, with room for the number of a decision.
const LONGEST: usize = 64;

/// The form in which codes are compared: kind, colon, number; of a tax code the number alone. `None` for what bears another
/// kind, such as a citizen's number.
#[must_use]
pub fn of(text: &str) -> Option<String> {
    let text: String = text.nfc().filter(|c| !c.is_whitespace()).take(LONGEST + 1).collect();
    if text.chars().count() > LONGEST {
        return None;
    }
    let upper = text.to_uppercase();
    let (kind, number) = match upper.split_once(':') {
        Some((kind, number)) => (kind_of(kind)?, number),
        None => (TAX, upper.as_str()),
    };
    if !number.chars().any(char::is_alphanumeric) || (kind == TAX && is_of_citizen(number)) {
        return None;
    }
    Some(if kind == TAX { tax(number) } else { format!("{kind}:{number}") })
}

/// The tax code of an organizationIdentifier: `VATVN-0100109106` (EN 319 412-1, 5.1.4).
#[must_use]
pub fn of_identifier(text: &str) -> Option<String> {
    let number = text.trim().strip_prefix("VATVN-").or_else(|| text.trim().strip_prefix("VATVN:"))?;
    (!number.contains(':')).then(|| of(number)).flatten()
}

/// A compared code as it is written into a file, with its kind before it.
#[must_use]
pub fn marked(code: &str) -> String {
    if code.contains(':') { code.to_owned() } else { format!("{TAX}:{code}") }
}

/// Whether a text bears the kind of a code before it, and so is no name.
#[must_use]
pub fn is_marked(text: &str) -> bool {
    text.split_once(':').is_some_and(|(kind, _)| kind_of(&kind.trim().to_uppercase()).is_some()) && of(text).is_some()
}

fn kind_of(kind: &str) -> Option<&'static str> {
    let spelt = SPELLINGS.iter().find(|(spelling, _)| *spelling == kind).map(|(_, kind)| *kind);
    spelt.or_else(|| KINDS.into_iter().find(|known| *known == kind))
}

/// Since July 2025 the tax code of a citizen is his personal number, of twelve digits (Law on Tax Administration 38/2019,
/// article 35.7); agencies have ten or thirteen.
#[must_use]
pub fn is_of_citizen(number: &str) -> bool {
    number.len() == 12 && number.bytes().all(|octet| octet.is_ascii_digit())
}

/// Ten digits, and three more for a dependent unit, which is a unit of its own: `0301519977-029` (Circular 105/2020/TT-BTC,
/// article 5). The hyphen is sometimes left out.
fn tax(number: &str) -> String {
    match number.split_at_checked(10) {
        Some((whole, part)) if part.len() == 3 && number.bytes().all(|octet| octet.is_ascii_digit()) => {
            format!("{whole}-{part}")
        }
        _ => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        of(one).is_some() && of(one) == of(other)
    }

    #[test]
    fn spaces_case_and_a_missing_hyphen_do_not_make_another_code() {
        assert!(same("MST:0301519977-029", "mst: 0301519977 029"));
        assert!(same("0301519977", "MST:0301519977"));
        assert!(same("MNS:1057890", "mns:1057890"));
        assert!(same("QĐTL:12/QĐ-UBND", "QDTL: 12/QĐ-UBND"));
        assert_eq!(of_identifier("VATVN-0301519977"), of("MST:0301519977"));
    }

    #[test]
    fn numbers_of_two_kinds_and_of_a_unit_and_its_part_are_others() {
        assert!(!same("MST:1057890", "MNS:1057890"));
        assert!(!same("0301519977", "0301519977-029"));
        assert!(!same("0301519977-028", "0301519977-029"));
        assert!(!same("0301519977", "0301519978"));
    }

    #[test]
    fn the_number_of_a_citizen_or_nothing_is_no_code() {
        for text in
            ["CCCD:012345678901", "CMND:1", "HC:C1", "BHXH:1", "X:1", "", "MST:", "MST: - ", ":1", "MST:012345678901"]
        {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(of(&"1".repeat(1_000_000)), None);
        for text in ["NTRVN-1", "VATDE-1", "PNOVN-1", "VATVN-CCCD:1", ""] {
            assert_eq!(of_identifier(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_with_a_colon_is_no_code() {
        assert!(is_marked("MST:500") && is_marked("mns: 7"));
        assert!(!is_marked("Sở: Y tế") && !is_marked("500") && !is_marked("MST:"));
    }
}
