//! Names of agencies in the form in which they are compared.
//!
//! What is folded is how one name is typed: Unicode form, case, white space, punctuation, and on which vowel the tone mark
//! stands (*hoà* and *hòa* are one spelling of one word). What is never folded is what tells names apart: letters, tones,
//! words. A letter of another script that looks the same is another letter, and *UBND* is *Ủy ban nhân dân* only where the
//! directory says so by an alias.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::message::name::clean;

/// X.520 bounds names at 64 characters; official names with their parents run to about 200.
const LONGEST: usize = 512;
/// Marks that stand beside words and belong to none: *Sở Lao động - Thương binh và Xã hội* is typed with every kind of dash,
/// with and without spaces.
const PUNCTUATION: &str = "-‐‑‒–—―−.,;:'\"“”‘’«»()[]/";
/// Grave, acute, tilde, hook above, dot below.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// NFC, case folded, punctuation and runs of white space as one space, tone marks where the newer spelling puts them.
#[must_use]
pub fn plain(text: &str) -> String {
    let clean = clean(text, LONGEST);
    let spaced: String = clean.chars().map(|c| if PUNCTUATION.contains(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let lower = words.join(" ").to_lowercase();
    if lower.is_ascii() { lower } else { placed(&lower.nfd().collect::<Vec<char>>()).into_iter().nfc().collect() }
}

/// The same without accents: *Tân Thành* and *Tân Thanh* become one, so only a unique result may be used.
#[must_use]
pub fn folded(text: &str) -> String {
    without_accents(&plain(text))
}

/// The same of a name that is plain already.
#[must_use]
pub fn without_accents(plain: &str) -> String {
    plain.nfd().filter(|c| !is_combining_mark(*c)).map(|c| if c == 'đ' { 'd' } else { c }).collect()
}

/// Moves the tone in *oa*, *oe* and *uy* from the first vowel to the second. No two words differ in that alone.
fn placed(letters: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(letters.len());
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let [tone, next, after] = [1, 2, 3].map(|ahead| letters.get(at + ahead).copied());
        let pair = matches!((letter, next), ('o', Some('a' | 'e')) | ('u', Some('y')));
        match (tone, next) {
            (Some(tone), Some(next)) if pair && TONES.contains(&tone) && !after.is_some_and(is_combining_mark) => {
                out.extend([letter, next, tone]);
                at += 3;
            }
            _ => {
                out.push(letter);
                at += 1;
            }
        }
    }
    out
}

/// Whether a name in a certificate is one of `names`. Accents are only left out where the certificate cannot write them.
pub(super) fn is_among<'a>(text: &str, mut names: impl Iterator<Item = &'a str>) -> bool {
    if text.is_ascii() {
        let wanted = folded(text);
        !wanted.is_empty() && names.any(|name| folded(name) == wanted)
    } else {
        let wanted = plain(text);
        !wanted.is_empty() && names.any(|name| plain(name) == wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_case_and_spaces_do_not_make_another_name() {
        assert_eq!(plain("UBND  Tỉnh TUYÊN Quang "), plain("ubnd tỉnh Tuye\u{302}n\u{a0}quang"));
        assert_ne!(plain("Tân Thành"), plain("Tân Thanh"));
        assert_eq!(folded("Sở Y tế ĐẮK"), "so y te dak");
    }

    #[test]
    fn the_place_of_a_tone_mark_does_not_make_another_name_and_the_tone_does() {
        for (old, new) in [
            ("Ủy ban", "Uỷ ban"),
            ("ỦY BAN", "UỶ BAN"),
            ("Hòa Bình", "Hoà Bình"),
            ("Khỏe", "Khoẻ"),
            ("Thúy", "Thuý"),
            ("Lũy", "Luỹ"),
            ("Tọa", "Toạ"),
            ("U\u{309}y ban", "Uỷ ban"),
            ("Qúy", "Quý"),
        ] {
            assert_eq!(plain(old), plain(new));
        }
        for (one, other) in [
            ("Hòa", "Hóa"),
            ("Hòa", "Hoa"),
            ("Thủy", "Thúy"),
            ("Mua", "Mưa"),
            ("Của", "Cua"),
            ("Hòan", "Hoân"),
            ("Tòa", "Tòă"),
        ] {
            assert_ne!(plain(one), plain(other));
        }
        // A mark on both vowels is no spelling of anything and stays as it is.
        assert_ne!(plain("Hòà"), plain("Hoà"));
    }

    #[test]
    fn punctuation_does_not_make_another_name() {
        let one = plain("Sở Lao động - Thương binh và Xã hội");
        for other in [
            "Sở Lao động – Thương binh và Xã hội",
            "Sở Lao động-Thương binh và Xã hội.",
            "“Sở Lao động — Thương binh và Xã hội”",
            "SỞ LAO ĐỘNG, THƯƠNG BINH VÀ XÃ HỘI",
        ] {
            assert_eq!(plain(other), one);
        }
        assert_ne!(plain("Sở Lao động và Thương binh và Xã hội"), one);
    }

    #[test]
    fn letters_that_look_alike_and_abbreviations_are_other_names() {
        for (one, other) in [
            ("Sở Y tế", "Sở Y t\u{435}\u{302}\u{301}"),
            ("So Y te", "S\u{43e} Y te"),
            ("UBND tỉnh", "\u{ff35}BND tỉnh"),
            ("Đông", "\u{d0}ông"),
            ("UBND tỉnh Mẫu", "Ủy ban nhân dân tỉnh Mẫu"),
            ("Y tế", "I tế"),
            ("Sở Nội vụ", "Sở Nộivụ"),
        ] {
            assert_ne!(plain(one), plain(other), "{one} {other}");
            assert_ne!(folded(one), plain(other), "{one} {other}");
        }
    }

    #[test]
    fn nothing_is_among_no_names() {
        assert!(!is_among("", [""].into_iter()));
        assert!(!is_among(" . ", ["-"].into_iter()));
    }
}
