//! Text strings (ISO 32000-2, 7.9.2.2) as Unicode, fit to be shown.

/// Longest text that is kept; names of people and reasons are shorter, attacks are not.
pub(super) const LENGTH: usize = 1_024;

/// Decodes UTF-16 (either order), UTF-8 or PDFDocEncoding. What has no character, and what would steer a terminal
/// or turn the direction of text, becomes U+FFFD.
pub(super) fn decode(octets: &[u8]) -> String {
    let text = match octets {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest.get(..LENGTH * 4).unwrap_or(rest)).into_owned(),
        _ => octets.iter().take(LENGTH).map(|octet| pdf_doc(*octet)).collect(),
    };
    text.chars()
        .take(LENGTH)
        .map(|letter| if is_shown(letter) { letter } else { char::REPLACEMENT_CHARACTER })
        .collect()
}

fn utf16(octets: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = octets.as_chunks::<2>();
    char::decode_utf16(pairs.iter().take(LENGTH * 2).map(|pair| unit(*pair)))
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn is_shown(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// ISO 32000-2, table D.2, as far as it differs from Latin-1.
fn pdf_doc(octet: u8) -> char {
    const ACCENTS: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const MARKS: [char; 33] = [
        '•',
        '†',
        '‡',
        '…',
        '—',
        '–',
        'ƒ',
        '⁄',
        '‹',
        '›',
        '−',
        '‰',
        '„',
        '“',
        '”',
        '‘',
        '’',
        '‚',
        '™',
        'ﬁ',
        'ﬂ',
        'Ł',
        'Œ',
        'Š',
        'Ÿ',
        'Ž',
        'ı',
        'ł',
        'œ',
        'š',
        'ž',
        char::REPLACEMENT_CHARACTER,
        '€',
    ];
    match octet {
        0x18..=0x1F => ACCENTS[usize::from(octet - 0x18)],
        0x80..=0xA0 => MARKS[usize::from(octet - 0x80)],
        _ => char::from(octet),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_known_by_its_mark() {
        assert_eq!(decode(b"\xFE\xFF\x1E\xA1n"), "\u{1EA1}");
        assert_eq!(decode("\u{FEFF}Chữ ký".as_bytes()), "Chữ ký");
        assert_eq!(decode(b"\xFF\xFEK\0\xFD\0"), "Ký");
        assert_eq!(decode(b"a\x80\xA0\xE9"), "a•€é");
    }

    #[test]
    fn what_would_steer_a_terminal_or_turn_text_is_replaced() {
        assert_eq!(decode(b"a\x1B[2J"), "a˙[2J");
        assert_eq!(decode(b"a\x07\n"), "a\u{FFFD}\u{FFFD}");
        assert_eq!(decode("\u{FEFF}a\u{202E}b".as_bytes()), "a\u{FFFD}b");
        assert_eq!(decode(&[b'x'; 5_000]).chars().count(), LENGTH);
    }
}
