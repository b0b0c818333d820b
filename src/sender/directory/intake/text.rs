//! Octets of a file into Unicode. What could be several things is asked for, never guessed.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1258};

use super::IntakeFault;

/// Sets of characters in which lists are kept (TCVN 6909:2001 is Unicode).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Charset {
    /// UTF-8, with or without a mark at the beginning.
    Utf8,
    /// UTF-16 of either order.
    Utf16,
    /// What old spreadsheet programs wrote in Viet Nam.
    Windows1258,
}

impl Charset {
    /// By its name, as options write it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "windows-1258" => Some(Self::Windows1258),
            _ => None,
        }
    }

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Windows1258 => "windows-1258",
        }
    }
}

/// A text, and in what it was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decoded {
    /// Without its mark.
    pub text: String,
    /// Its set of characters.
    pub charset: Charset,
    /// Somebody said so: the operator, the page, or a mark at the beginning.
    pub is_told: bool,
}

/// A page says within its first 1,024 octets how it is written (HTML standard, 4.2.5.4).
const PRESCAN: usize = 1_024;

/// Reads octets. The operator's word comes first, then a mark at the beginning, then whether it is UTF-8.
pub fn decode(octets: &[u8], told: Option<Charset>) -> Result<Decoded, IntakeFault> {
    if octets.starts_with(&[0xff, 0xfe, 0, 0]) || octets.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Err(IntakeFault::NotText); // UTF-32 is none of the web
    }
    let marked = Encoding::for_bom(octets);
    let (encoding, octets, is_told) = match (told, marked) {
        (Some(Charset::Windows1258), _) => (WINDOWS_1258, octets, true),
        (_, Some((encoding, mark))) => (encoding, octets.get(mark..).unwrap_or_default(), true),
        (Some(Charset::Utf8), None) => (UTF_8, octets, true),
        (Some(Charset::Utf16), None) => (order_of(octets), octets, true),
        (None, None) if looks_wide(octets) => (order_of(octets), octets, false),
        (None, None) if std::str::from_utf8(octets).is_ok() => (UTF_8, octets, true),
        (None, None) => match declared(octets) {
            Some(label) => match Encoding::for_label(&label) {
                Some(encoding) if encoding == WINDOWS_1258 => (encoding, octets, true),
                _ => return Err(IntakeFault::Charset(String::from_utf8_lossy(&label).into_owned())),
            },
            None => (WINDOWS_1258, octets, false),
        },
    };
    let charset = match encoding {
        one if one == UTF_8 => Charset::Utf8,
        one if one == WINDOWS_1258 => Charset::Windows1258,
        _ => Charset::Utf16,
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(octets).ok_or(IntakeFault::NotText)?;
    // No list has a NUL in it: this is something else, or UTF-16 read as octets.
    if text.contains('\0') {
        return Err(IntakeFault::NotText);
    }
    Ok(Decoded { text: text.into_owned(), charset, is_told })
}

/// UTF-16 without its mark: of what is written mostly in ASCII, every second octet is zero.
fn looks_wide(octets: &[u8]) -> bool {
    let start = octets.get(..octets.len().min(256)).unwrap_or_default();
    let zeros = memchr::memchr_iter(0, start).count();
    octets.len().is_multiple_of(2) && zeros > start.len() / 4
}

fn order_of(octets: &[u8]) -> &'static Encoding {
    let zeros = |odd: usize| octets.iter().take(256).skip(odd).step_by(2).filter(|octet| **octet == 0).count();
    if zeros(0) > zeros(1) { UTF_16BE } else { UTF_16LE }
}

/// The label of `<meta charset=...>`.
fn declared(octets: &[u8]) -> Option<Vec<u8>> {
    let start = octets.get(..octets.len().min(PRESCAN))?.to_ascii_lowercase();
    let at = start.windows(8).position(|window| window == b"charset=")? + 8;
    let label = start.get(at..)?.iter().copied().skip_while(|octet| matches!(octet, b'"' | b'\''));
    let label: Vec<u8> = label.take_while(|o| o.is_ascii_alphanumeric() || matches!(o, b'-' | b'_')).take(40).collect();
    (!label.is_empty()).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "Tên đơn vị;Hộp thư\nSở Y tế;soyte@x.vn\n";

    fn wide(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn a_text_is_read_in_each_form_with_and_without_its_mark() {
        let forms = [
            (SAID.as_bytes().to_vec(), Charset::Utf8),
            (format!("\u{feff}{SAID}").into_bytes(), Charset::Utf8),
            (wide(&format!("\u{feff}{SAID}"), u16::to_le_bytes), Charset::Utf16),
            (wide(&format!("\u{feff}{SAID}"), u16::to_be_bytes), Charset::Utf16),
            (wide(SAID, u16::to_le_bytes), Charset::Utf16),
            (wide(SAID, u16::to_be_bytes), Charset::Utf16),
        ];
        for (octets, charset) in forms {
            let decoded = decode(&octets, None).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.charset), (SAID, charset));
        }
    }

    #[test]
    fn windows_1258_is_read_and_said_not_to_be_told() {
        let decoded = decode(b"S\xf4\xd2 th\xfd", None).unwrap();
        assert_eq!((decoded.charset, decoded.is_told), (Charset::Windows1258, false));
        let decoded = decode(b"<meta charset='windows-1258'>S\xf4", None).unwrap();
        assert!(decoded.is_told);
        assert!(decode(b"S\xf4", Some(Charset::Windows1258)).unwrap().is_told);
        assert!(matches!(decode(b"<meta charset=x-viet-vni>\xf4", None), Err(IntakeFault::Charset(_))));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for octets in [&b"\xff\xfe\0\0a\0\0\0"[..], b"a\0b\0\0", b"PK\x03\x04\0\0\0\0\0\0\0\0\xff", b"\xff\xfe\x00\xd8"]
        {
            assert_eq!(decode(octets, None), Err(IntakeFault::NotText), "{octets:?}");
        }
        assert_eq!(decode(b"a\xff", Some(Charset::Utf8)), Err(IntakeFault::NotText));
    }
}
