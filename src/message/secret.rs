//! Marks of state secrecy in a subject or a file name (MẬT, TỐI MẬT, TUYỆT MẬT).
//!
//! Accents count (`mặt`, `mất` are other words), case does not. *Tối mật* and *tuyệt mật* are marks by themselves. *Mật*
//! alone also ends or begins everyday words; it is no mark beside a word with which it forms one: *bảo mật*, *bí mật*,
//! *mật khẩu*, *mật mã*, *mật độ* and the like. So "bảo mật thông tin" raises no alarm and "Công văn mật số 5" does. The
//! cost is that a mark written right beside such a word is missed; the alert is a help for people, no verdict hangs on it.
//!
//! Without accents MAT is many words (*mặt bằng*, *mất*, *mát*), so it is a mark only where it is written like a stamp: in
//! capitals, and apart from its neighbours or beside words that are not in capitals. TUYET MAT is nothing else.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::{legacy, name, words};

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

const NOT_AFTER: [&str; 20] = [
    "bí",
    "bảo",
    "cơ",
    "dịch",
    "đường",
    "gan",
    "giải",
    "kẹo",
    "không",
    "mía",
    "ngọt",
    "ong",
    "ống",
    "rỉ",
    "sỏi",
    "thân",
    "trăng",
    "túi",
    "hảo",
    "viêm",
];
const NOT_BEFORE: [&str; 16] =
    ["báo", "danh", "độ", "gấu", "hoa", "khẩu", "mã", "mía", "ngọt", "ngữ", "ong", "thiết", "thư", "tụy", "vụ", "ước"];
/// Words with which MAT, without accents, forms another one: tiền mặt, có mặt, bảo mật; mặt bằng, Mặt trận, mất điện.
const PLAIN_NOT_AFTER: [&str; 22] = [
    "AN", "BAO", "BE", "BI", "BO", "CO", "CHE", "CHONG", "DAU", "DUONG", "GIAI", "KHONG", "LAM", "MOT", "NUOC", "RA",
    "RAN", "THAN", "TIEN", "TRUOC", "VANG", "VE",
];
const PLAIN_NOT_BEFORE: [&str; 24] = [
    "BANG", "CAT", "CUA", "DAN", "DAT", "DIEN", "DO", "DUONG", "GIAY", "HANG", "KHAC", "KHAU", "MA", "MAT", "ME",
    "NUOC", "ONG", "SAN", "TICH", "TIEN", "TRAI", "TRAN", "TROI", "TROI",
];
/// Subjects and names are short; the rest of a hostile one is not looked at.
const LONGEST: usize = 4_096;

/// The highest mark in a header value as it stands: encoded words decoded, and octets of old character sets read as what
/// they may mean.
#[must_use]
pub fn mark_of(value: &[u8]) -> Option<SecretMark> {
    let value = value.get(..2 * LONGEST).unwrap_or(value);
    let decoded = words::decode(value);
    let raw = words::encoded(value).into_iter().map(|(_, octets)| octets);
    let raw = raw.chain([value.to_vec(), decoded.clone().into_bytes()]);
    let meant = raw.flat_map(|octets| legacy::readings(&octets));
    meant.chain([decoded]).filter_map(|text| mark(&name::clean(&text, LONGEST))).max()
}

/// The highest mark in `text`.
#[must_use]
pub fn mark(text: &str) -> Option<SecretMark> {
    let text: String = text.chars().take(LONGEST).nfc().collect();
    let words = Word::all(&text);
    let spoken =
        words.iter().enumerate().filter(|(_, word)| word.lower == "mật").filter_map(|(n, _)| accented(&words, n));
    let plain = words.iter().enumerate().filter(|(_, word)| word.text == "MAT").filter_map(|(n, _)| stamped(&words, n));
    let top = words.windows(2).any(|pair| matches!((pair[0].lower.as_str(), pair[1].lower.as_str()), ("tuyet", "mat")));
    spoken.chain(plain).chain(top.then_some(SecretMark::TopSecret)).chain(spaced(&words)).max()
}

/// A word, and how it stands beside the next one.
struct Word<'t> {
    text: &'t str,
    lower: String,
    /// More than a space stands before it: punctuation, an underscore, a bracket, or the beginning.
    apart_before: bool,
    apart_after: bool,
}

impl<'t> Word<'t> {
    fn all(text: &'t str) -> Vec<Self> {
        let mut words: Vec<Self> = Vec::new();
        let mut between = "^";
        let mut rest = text;
        loop {
            let start = rest.find(char::is_alphanumeric).unwrap_or(rest.len());
            let (gap, word) = rest.split_at(start);
            let apart = between == "^" || gap.chars().any(|c| !c.is_whitespace());
            if let Some(last) = words.last_mut() {
                last.apart_after = apart || word.is_empty();
            }
            let end = word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len());
            let (word, after) = word.split_at(end);
            if word.is_empty() {
                return words;
            }
            let lower = word.chars().flat_map(char::to_lowercase).collect();
            words.push(Self { text: word, lower, apart_before: apart, apart_after: false });
            between = "";
            rest = after;
        }
    }

    /// Letters, all of them capitals.
    fn is_capitals(&self) -> bool {
        self.text.chars().any(char::is_alphabetic) && self.text.chars().all(|c| c.is_uppercase() || c.is_numeric())
    }
}

fn around<'w>(words: &'w [Word<'w>], n: usize) -> (Option<&'w Word<'w>>, Option<&'w Word<'w>>) {
    (n.checked_sub(1).and_then(|n| words.get(n)), n.checked_add(1).and_then(|n| words.get(n)))
}

fn accented(words: &[Word<'_>], n: usize) -> Option<SecretMark> {
    let (before, after) = around(words, n);
    let lower = |word: Option<&Word<'_>>| word.map(|word| word.lower.clone()).unwrap_or_default();
    match (lower(before).as_str(), lower(after).as_str()) {
        ("tuyệt", _) => Some(SecretMark::TopSecret),
        ("tối", _) => Some(SecretMark::HighlySecret),
        (before, after) if NOT_AFTER.contains(&before) || NOT_BEFORE.contains(&after) => None,
        _ => Some(SecretMark::Secret),
    }
}

/// MAT or TOI MAT, written like a stamp.
fn stamped(words: &[Word<'_>], n: usize) -> Option<SecretMark> {
    let (before, after) = around(words, n);
    let first = before.filter(|before| before.text == "TOI").map_or(n, |_| n - 1);
    let (before, mark) =
        if first == n { (before, SecretMark::Secret) } else { (around(words, first).0, SecretMark::HighlySecret) };
    let word = |word: Option<&Word<'_>>| word.map(|word| word.text.to_uppercase()).unwrap_or_default();
    let apart_before = words.get(first).is_some_and(|word| word.apart_before);
    let apart_after = words.get(n).is_some_and(|word| word.apart_after);
    let everyday = (!apart_before && PLAIN_NOT_AFTER.contains(&word(before).as_str()))
        || (!apart_after && PLAIN_NOT_BEFORE.contains(&word(after).as_str()));
    // "HOP MAT DAU XUAN" is in capitals throughout; "Cong van MAT so 5" is not.
    let stands_out = [before, after].into_iter().flatten().all(|word| !word.is_capitals() || is_number(word))
        && words.iter().any(|word| word.text.chars().any(char::is_lowercase));
    let alone = apart_before && apart_after;
    (!everyday && (alone || stands_out)).then_some(mark)
}

fn is_number(word: &Word<'_>) -> bool {
    word.text.chars().all(char::is_numeric)
}

/// Marks with a space between each two letters, as stamps have them: "T Ố I M Ậ T".
fn spaced(words: &[Word<'_>]) -> Option<SecretMark> {
    let letter = |word: &Word<'_>| word.text.chars().nth(1).is_none() && word.text.chars().all(char::is_alphabetic);
    let runs = words.chunk_by(|one, next| letter(one) && letter(next));
    runs.filter(|run| run.len() >= 3)
        .filter_map(|run| match run.iter().map(|word| word.lower.as_str()).collect::<String>().as_str() {
            "tuyệtmật" | "tuyetmat" => Some(SecretMark::TopSecret),
            "tốimật" | "toimat" => Some(SecretMark::HighlySecret),
            "mật" => Some(SecretMark::Secret),
            "mat" if run.iter().all(Word::is_capitals) => Some(SecretMark::Secret),
            _ => None,
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::legacy::{Legacy, tests::written};

    #[test]
    fn marks_are_found_as_words_in_any_case_and_form() {
        assert_eq!(mark("Công văn MẬT số 05"), Some(SecretMark::Secret));
        assert_eq!(mark("05_tuyệt mật.pdf"), Some(SecretMark::TopSecret));
        assert_eq!(mark("mật; TỐI MẬT"), Some(SecretMark::HighlySecret));
        assert_eq!(mark("MA\u{302}\u{323}T"), Some(SecretMark::Secret));
        assert_eq!(mark("Độ mật: Tối mật"), Some(SecretMark::HighlySecret));
    }

    #[test]
    fn everyday_words_are_no_marks() {
        for text in [
            "bảo mật thông tin",
            "đổi mật khẩu",
            "BÍ MẬT kinh doanh",
            "mật độ dân số",
            "mặt bằng",
            "mat",
            "mất",
            "an toàn, an ninh và bảo mật",
            "giải mật tài liệu",
            "Khoa Gan mật tụy",
            "Mật thư trò chơi",
        ] {
            assert_eq!(mark(text), None, "{text}");
        }
    }

    #[test]
    fn stamps_without_accents_are_marks_where_they_stand_apart_or_out() {
        for (text, expected) in [
            ("MAT", SecretMark::Secret),
            ("[MAT] Cong van so 5", SecretMark::Secret),
            ("MAT_05-BC.pdf", SecretMark::Secret),
            ("05-BC-MAT.pdf", SecretMark::Secret),
            ("Cong van MAT so 5", SecretMark::Secret),
            ("BAO CAO (TOI MAT)", SecretMark::HighlySecret),
            ("TOI MAT - KE HOACH", SecretMark::HighlySecret),
            ("TUYET MAT KE HOACH", SecretMark::TopSecret),
            ("ke hoach tuyet mat", SecretMark::TopSecret),
            ("M Ậ T", SecretMark::Secret),
            ("T Ố I  M Ậ T - kế hoạch", SecretMark::HighlySecret),
            ("M.A.T", SecretMark::Secret),
        ] {
            assert_eq!(mark(text), Some(expected), "{text}");
        }
        for text in [
            "THU MOI HOP MAT DAU XUAN",
            "UBND - MAT TRAN TO QUOC",
            "BAO CAO GIAI PHONG MAT BANG",
            "Thong bao MAT DIEN ngay 5",
            "Thanh toan bang TIEN MAT",
            "toi mat dien thoai",
            "Thong bao mat the",
            "BAO MAT THONG TIN",
            "MAT BANG.pdf",
            "Danh sach VANG MAT",
            "ban do MAT CAT, MAT DUNG",
            "a mat b",
        ] {
            assert_eq!(mark(text), None, "{text}");
        }
    }

    #[test]
    fn marks_in_old_character_sets_and_split_words_are_read() {
        for set in Legacy::ALL {
            assert_eq!(mark_of(&written("Công văn tuyệt mật", set)), Some(SecretMark::TopSecret), "{set:?}");
        }
        assert_eq!(mark_of("K\u{d5} ho\u{b9}ch t\u{e8}i m\u{cb}t".as_bytes()), Some(SecretMark::HighlySecret));
        assert_eq!(mark_of(b"=?utf-8?q?M=E1=BA?= =?utf-8?q?=ACT_05?="), Some(SecretMark::Secret));
        assert_eq!(mark_of("M\u{200b}Ậ\u{ad}T".as_bytes()), Some(SecretMark::Secret));
        assert_eq!(mark_of("Công văn số 5".as_bytes()), None);
        assert_eq!(mark_of("C«ng v¨n sè 5".as_bytes()), None);
    }
}
