//! Names of agencies in the form in which they are compared.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::message::name::clean;

/// X.520 bounds names at 64 characters; official names with their parents run to about 200.
const LONGEST: usize = 512;

/// NFC, white space collapsed, case folded.
#[must_use]
pub fn plain(text: &str) -> String {
    clean(text, LONGEST).to_lowercase().nfc().collect()
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

/// Whether a name in a certificate is one of `names`. Accents are only left out where the certificate cannot write them.
pub(super) fn is_among<'a>(text: &str, mut names: impl Iterator<Item = &'a str>) -> bool {
    if text.is_ascii() {
        let wanted = folded(text);
        names.any(|name| folded(name) == wanted)
    } else {
        let wanted = plain(text);
        names.any(|name| plain(name) == wanted)
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
}
