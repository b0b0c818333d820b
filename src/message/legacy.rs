//! The character sets in which Vietnamese was written before Unicode, recognised by what they read like.
//!
//! Their mails rarely say so: fonts of TCVN3 and VNI show octets that call themselves Latin-1, or nothing at all. A set is
//! named only where its reading consists of Vietnamese syllables and no other reading does.

use mail_parser::decoders::charsets::map::charset_decoder;
use unicode_normalization::UnicodeNormalization as _;

use super::syllable::Count;

/// A character set of one octet a letter, or two (VNI).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Legacy {
    /// TCVN 5712:1993, its fonts called ABC.
    Tcvn3,
    /// RFC 1456.
    Viscii,
    /// VNI for Windows: a letter, then its marks.
    Vni,
    /// Windows code page 1258: a letter, then its tone.
    Windows1258,
}

/// Octets that are looked at; the beginning of a text tells.
pub const WINDOW: usize = 16 * 1024;
/// One word may read well by chance.
const FEWEST: usize = 2;

impl Legacy {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Tcvn3, Self::Viscii, Self::Vni, Self::Windows1258];

    /// Name as in MIME where there is one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcvn3 => "tcvn3",
            Self::Viscii => "viscii",
            Self::Vni => "vni",
            Self::Windows1258 => "windows-1258",
        }
    }

    /// The text that `octets` are in this set, composed.
    #[must_use]
    pub fn decode(self, octets: &[u8]) -> String {
        match self {
            Self::Tcvn3 => octets.iter().map(|octet| at(&TCVN3, 0xa1, *octet)).nfc().collect(),
            Self::Viscii => octets.iter().map(|octet| at(&VISCII, 0x80, *octet)).nfc().collect(),
            Self::Vni => vni(octets),
            Self::Windows1258 => match charset_decoder(b"windows-1258") {
                Some(decode) => decode(octets).nfc().collect(),
                None => String::new(),
            },
        }
    }
}

/// The set of octets that say nothing of it, or something wrong; `None` unless it is sure.
#[must_use]
pub fn recognise(octets: &[u8]) -> Option<Legacy> {
    let octets = octets.get(..WINDOW).unwrap_or(octets);
    if octets.is_ascii() {
        return None;
    }
    // The text as it would be if its octets were what they are called: French is no TCVN3.
    let as_is: String = octets.iter().map(|octet| char::from(*octet)).collect();
    let as_is = Count::of(&as_is).everyday;
    let counted = Legacy::ALL.map(|set| (set, Count::of(&set.decode(octets))));
    let (set, best) = counted.into_iter().max_by_key(|(_, count)| count.everyday)?;
    let second = counted.iter().filter(|(other, _)| *other != set).map(|(_, count)| count.everyday).max()?.max(as_is);
    let reads_well = best.syllables.saturating_mul(10) >= best.words.saturating_mul(9);
    (best.everyday >= FEWEST && reads_well && second.saturating_mul(2) <= best.everyday).then_some(set)
}

/// The same of text in Unicode that was carried over letter by letter: its fonts show it right, nothing else does.
#[must_use]
pub fn recognise_text(text: &str) -> Option<Legacy> {
    recognise(&octets_of(text)?)
}

/// What a text may have been meant to say, in each of the sets; none for what is Unicode.
pub(super) fn readings(octets: &[u8]) -> Vec<String> {
    let octets = octets.get(..WINDOW).unwrap_or(octets);
    let octets = match std::str::from_utf8(octets) {
        Ok(text) => match octets_of(text) {
            Some(octets) => octets,
            None => return Vec::new(),
        },
        Err(_) => octets.to_vec(),
    };
    if octets.is_ascii() {
        return Vec::new();
    }
    Legacy::ALL.iter().map(|set| set.decode(&octets)).collect()
}

/// The octets of a text of Latin-1; `None` where a letter is none of it. Dashes and quotes of word processors say nothing.
fn octets_of(text: &str) -> Option<Vec<u8>> {
    let octet = |c: char| match c {
        '\u{2000}'..='\u{206f}' => Some(b' '),
        c => u8::try_from(c).ok(),
    };
    text.chars().take(WINDOW).map(octet).collect()
}

fn at(table: &[char], first: u8, octet: u8) -> char {
    let place = octet.checked_sub(first).map(usize::from);
    place.and_then(|place| table.get(place)).copied().unwrap_or(char::from(octet))
}

/// From 0xA1 on.
const TCVN3: [char; 95] = [
    'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ', 'Ằ', '\u{300}', '\u{309}', '\u{303}',
    '\u{301}', '\u{323}', 'à', 'ả', 'ã', 'á', 'ạ', 'Ẳ', 'ằ', 'ẳ', 'ẵ', 'ắ', 'Ẵ', 'Ắ', 'Ầ', 'Ẩ', 'Ẫ', 'Ấ', 'Ề', 'ặ',
    'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è', 'Ể', 'ẻ', 'ẽ', 'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ', 'Ễ', 'Ế', 'Ồ', 'ĩ', 'í',
    'ị', 'ò', 'Ổ', 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ', 'ù', 'Ỗ', 'ủ', 'ũ', 'ú', 'ụ',
    'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ', 'Ố',
];

/// From 0x80 on; the six letters among the controls stand in no running text.
const VISCII: [char; 128] = [
    'Ạ', 'Ắ', 'Ằ', 'Ặ', 'Ấ', 'Ầ', 'Ẩ', 'Ậ', 'Ẽ', 'Ẹ', 'Ế', 'Ề', 'Ể', 'Ễ', 'Ệ', 'Ố', 'Ồ', 'Ổ', 'Ỗ', 'Ộ', 'Ợ', 'Ớ', 'Ờ',
    'Ở', 'Ị', 'Ỏ', 'Ọ', 'Ỉ', 'Ủ', 'Ũ', 'Ụ', 'Ỳ', 'Õ', 'ắ', 'ằ', 'ặ', 'ấ', 'ầ', 'ẩ', 'ậ', 'ẽ', 'ẹ', 'ế', 'ề', 'ể', 'ễ',
    'ệ', 'ố', 'ồ', 'ổ', 'ỗ', 'Ỡ', 'Ơ', 'ộ', 'ờ', 'ở', 'ị', 'Ự', 'Ứ', 'Ừ', 'Ử', 'ơ', 'ớ', 'Ư', 'À', 'Á', 'Â', 'Ã', 'Ả',
    'Ă', 'ẳ', 'ẵ', 'È', 'É', 'Ê', 'Ẻ', 'Ì', 'Í', 'Ĩ', 'ỳ', 'Đ', 'ứ', 'Ò', 'Ó', 'Ô', 'ạ', 'ỷ', 'ừ', 'ử', 'Ù', 'Ú', 'ỹ',
    'ỵ', 'Ý', 'ỡ', 'ư', 'à', 'á', 'â', 'ã', 'ả', 'ă', 'ữ', 'ẫ', 'è', 'é', 'ê', 'ẻ', 'ì', 'í', 'ĩ', 'ỉ', 'đ', 'ự', 'ò',
    'ó', 'ô', 'õ', 'ỏ', 'ọ', 'ụ', 'ù', 'ú', 'ũ', 'ủ', 'ý', 'ợ', 'Ữ',
];

/// Reads letters and the marks after them.
fn vni(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len() * 2);
    let mut letters = octets.iter().map(|octet| char::from(*octet)).peekable();
    while let Some(letter) = letters.next() {
        match letter {
            'ñ' => text.push('đ'),
            'Ñ' => text.push('Đ'),
            'æ' => text.push('ỉ'),
            'Æ' => text.push('Ỉ'),
            'ó' => text.push('ĩ'),
            'Ó' => text.push('Ĩ'),
            'ò' => text.push('ị'),
            'Ò' => text.push('Ị'),
            'î' => text.push('ỵ'),
            'Î' => text.push('Ỵ'),
            'ô' => text.push('ơ'),
            'Ô' => text.push('Ơ'),
            'ö' => text.push('ư'),
            'Ö' => text.push('Ư'),
            other => text.push(other),
        }
        let lower = letter.to_lowercase().next().unwrap_or(letter);
        let marks = letters.peek().and_then(|next| marks_of_vni(lower, next.to_lowercase().next().unwrap_or(*next)));
        if let Some(marks) = marks {
            text.push_str(marks);
            letters.next();
        }
    }
    text.nfc().collect()
}

fn marks_of_vni(letter: char, mark: char) -> Option<&'static str> {
    Some(match (letter, mark) {
        ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'ø') => "\u{300}",
        ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'ù') => "\u{301}",
        ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'û') => "\u{309}",
        ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'õ') => "\u{303}",
        ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'ï') => "\u{323}",
        ('a' | 'e' | 'o', 'â') => "\u{302}",
        ('a' | 'e' | 'o', 'à') => "\u{302}\u{300}",
        ('a' | 'e' | 'o', 'á') => "\u{302}\u{301}",
        ('a' | 'e' | 'o', 'å') => "\u{302}\u{309}",
        ('a' | 'e' | 'o', 'ã') => "\u{302}\u{303}",
        ('a' | 'e' | 'o', 'ä') => "\u{302}\u{323}",
        ('a', 'ê') => "\u{306}",
        ('a', 'è') => "\u{306}\u{300}",
        ('a', 'é') => "\u{306}\u{301}",
        ('a', 'ú') => "\u{306}\u{309}",
        ('a', 'ü') => "\u{306}\u{303}",
        ('a', 'ë') => "\u{306}\u{323}",
        _ => return None,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Writes text in a set, as its fonts and keyboards did.
    pub fn written(text: &str, set: Legacy) -> Vec<u8> {
        let octet = |table: &[char], first: usize, c: char| {
            table.iter().position(|letter| *letter == c).map(|place| u8::try_from(first + place).unwrap())
        };
        let mut octets = Vec::new();
        for c in text.nfc() {
            match set {
                _ if c.is_ascii() => octets.push(u8::try_from(c).unwrap()),
                Legacy::Tcvn3 => octets.push(octet(&TCVN3, 0xa1, c).unwrap_or(b'?')),
                Legacy::Viscii => octets.push(octet(&VISCII, 0x80, c).unwrap_or(b'?')),
                Legacy::Vni => octets.extend(vni_of(c)),
                Legacy::Windows1258 => octets.extend(windows_of(c)),
            }
        }
        octets
    }

    /// Searched for among all letters and pairs: the reader is its own table.
    fn vni_of(c: char) -> Vec<u8> {
        let all = (0..=255_u8).map(|one| vec![one]).chain((0..=255).flat_map(|a| (128..=255).map(move |b| vec![a, b])));
        let wanted = c.to_string();
        all.into_iter().find(|octets| vni(octets) == wanted).unwrap()
    }

    fn windows_of(c: char) -> Vec<u8> {
        let bases: &[u8] = b"aeiouyAEIOUY\xe2\xea\xf4\xe3\xf5\xfd\xc2\xca\xd4\xc3\xd5\xdd";
        let pairs = bases.iter().flat_map(|a| [0xcc, 0xec, 0xd2, 0xde, 0xf2].map(|b| vec![*a, b]));
        let all = (128..=255_u8).map(|one| vec![one]).chain(pairs);
        let wanted = c.to_string();
        all.into_iter().find(|octets| Legacy::Windows1258.decode(octets) == wanted).unwrap()
    }

    const TEXT: &str = "Kính gửi: Văn phòng Ủy ban nhân dân tỉnh. Thực hiện chỉ đạo của cấp trên, đề nghị các đơn vị báo cáo kết quả trước ngày mai.";

    #[test]
    fn each_set_is_recognised_by_its_own_octets_and_read_back() {
        let text = TEXT.replace('Ủ', "u");
        for set in Legacy::ALL {
            let octets = written(&text, set);
            assert_eq!(set.decode(&octets), text, "{set:?}");
            assert_eq!(recognise(&octets), Some(set), "{set:?}");
        }
        let subject = written("Công văn số 15", Legacy::Tcvn3);
        assert_eq!(subject, b"C\xabng v\xa8n s\xe8 15");
        assert_eq!(recognise(&subject), Some(Legacy::Tcvn3));
        assert_eq!(recognise(b"Co\xe2ng va\xean so\xe1 15"), Some(Legacy::Vni));
    }

    #[test]
    fn octets_that_became_letters_of_latin_1_on_their_way_are_recognised() {
        assert_eq!(recognise_text("C«ng v¨n sè 15 cña Së Néi vô"), Some(Legacy::Tcvn3));
        assert_eq!(recognise_text("Coâng vaên soá 15 cuûa Sôû Noäi vuï"), Some(Legacy::Vni));
    }

    #[test]
    fn nothing_is_said_of_other_languages_unicode_and_single_words() {
        for text in [
            TEXT,
            "Các bà già có cá và gà",
            "Été à la plage, déjà vu, garçon français, où êtes-vous allés? Très élégant, à bientôt.",
            "Größe, Straße, über, schön, Mädchen, Äpfel",
            "El niño mañana comió jamón, ¿cómo está usted? También aquí.",
            "plain English",
            "C«ng",
            "",
        ] {
            assert_eq!(recognise_text(text), None, "{text}");
        }
        assert_eq!(recognise(TEXT.as_bytes()), None);
        let noise: Vec<u8> = (0..=255).cycle().take(40_000).collect();
        assert_eq!(recognise(&noise), None);
    }
}
