//! Marks of state secrecy in a subject or a file name (MẬT, TỐI MẬT, TUYỆT MẬT).
//!
//! Accents count (`mặt`, `mất` are other words), case does not. *Tối mật* and *tuyệt mật* are marks by themselves. *Mật*
//! alone also ends or begins everyday words; it is no mark beside a word with which it forms one: *bảo mật*, *bí mật*,
//! *mật khẩu*, *mật mã*, *mật độ* and the like. So "bảo mật thông tin" raises no alarm and "Công văn mật số 5" does. The
//! cost is that a mark written right beside such a word is missed; the alert is a help for people, no verdict hangs on it.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// Degrees of secrecy, from the lowest (Law 29/2018/QH14, Article 8).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretMark {
    /// Mật.
    Secret,
    /// Tối mật.
    HighlySecret,
    /// Tuyệt mật.
    TopSecret,
}

const NOT_AFTER: [&str; 14] =
    ["bí", "bảo", "cơ", "dịch", "đường", "kẹo", "mía", "ngọt", "ống", "rỉ", "sỏi", "thân", "trăng", "túi"];
const NOT_BEFORE: [&str; 12] = ["danh", "độ", "gấu", "hoa", "khẩu", "mã", "mía", "ngọt", "ngữ", "ong", "thiết", "vụ"];
/// Subjects and names are short; the rest of a hostile one is not looked at.
const LONGEST: usize = 4_096;

/// The highest mark in `text`.
#[must_use]
pub fn mark(text: &str) -> Option<SecretMark> {
    let text: String = text.chars().take(LONGEST).nfc().flat_map(char::to_lowercase).collect();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let at = |at: Option<usize>| at.and_then(|at| words.get(at)).copied().unwrap_or_default();
    words
        .iter()
        .enumerate()
        .filter(|(_, word)| **word == "mật")
        .filter_map(|(n, _)| match (at(n.checked_sub(1)), at(n.checked_add(1))) {
            ("tuyệt", _) => Some(SecretMark::TopSecret),
            ("tối", _) => Some(SecretMark::HighlySecret),
            (before, after) if NOT_AFTER.contains(&before) || NOT_BEFORE.contains(&after) => None,
            _ => Some(SecretMark::Secret),
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_as_words_in_any_case_and_form() {
        assert_eq!(mark("Công văn MẬT số 05"), Some(SecretMark::Secret));
        assert_eq!(mark("05_tuyệt mật.pdf"), Some(SecretMark::TopSecret));
        assert_eq!(mark("mật; TỐI MẬT"), Some(SecretMark::HighlySecret));
        assert_eq!(mark("MA\u{302}\u{323}T"), Some(SecretMark::Secret));
    }

    #[test]
    fn everyday_words_are_no_marks() {
        for text in
            ["bảo mật thông tin", "đổi mật khẩu", "BÍ MẬT kinh doanh", "mật độ dân số", "mặt bằng", "mat", "mất"]
        {
            assert_eq!(mark(text), None, "{text}");
        }
    }
}
