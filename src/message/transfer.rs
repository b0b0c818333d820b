//! Content transfer encodings (RFC 2045, 6): decoding that always yields octets, and says where readers would differ.

use memchr::memchr;

use super::Ambiguity;

/// Decoded octets, and why another reader may decode to others.
#[derive(Debug, Eq, PartialEq)]
pub struct Decoded {
    /// What the most tolerant readers make of it.
    pub octets: Vec<u8>,
    /// Set where strict and tolerant readers differ.
    pub ambiguity: Option<Ambiguity>,
}

/// Decodes base64 (RFC 2045, 6.8). Octets outside the alphabet are skipped, padding does not end the data: both as
/// tolerant readers do, and both are ambiguous, as is a tail that lacks its padding.
#[must_use]
pub fn base64(encoded: &[u8]) -> Decoded {
    let mut octets = Vec::with_capacity(encoded.len() / 4 * 3 + 3);
    let (mut group, mut have, mut padding) = (0_u32, 0_u32, 0_u32);
    let mut junk = false;
    let mut rest = encoded;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(memchr(b'\n', rest).map_or(rest.len(), |end| end + 1));
        rest = after;
        // Whole lines of whole groups are nearly everything there is.
        if have == 0 && padding == 0 && push_groups(line.trim_ascii_end(), &mut octets) {
            continue;
        }
        for octet in line {
            let Some(digit) = base64_digit(*octet) else {
                match octet {
                    b'=' => padding += 1,
                    b'\r' | b'\n' | b' ' | b'\t' => {}
                    _ => junk = true,
                }
                continue;
            };
            if padding > 0 {
                junk = true;
                tail(&mut octets, group, have);
                (group, have, padding) = (0, 0, 0);
            }
            group = group << 6 | u32::from(digit);
            have += 1;
            if have == 4 {
                octets.extend_from_slice(&group.to_be_bytes()[1..]);
                (group, have) = (0, 0);
            }
        }
    }
    tail(&mut octets, group, have);
    junk |= padding != (4 - have) % 4 || have == 1;
    Decoded { octets, ambiguity: junk.then_some(Ambiguity::Base64Junk) }
}

fn tail(octets: &mut Vec<u8>, group: u32, have: u32) {
    match have {
        2 => octets.extend_from_slice(&(group << 12).to_be_bytes()[1..2]),
        3 => octets.extend_from_slice(&(group << 6).to_be_bytes()[1..3]),
        _ => {}
    }
}

/// Appends the octets of a line that consists of digits in whole groups; does nothing for any other.
fn push_groups(line: &[u8], octets: &mut Vec<u8>) -> bool {
    let (groups, []) = line.as_chunks::<4>() else { return false };
    let start = octets.len();
    octets.resize(start + groups.len() * 3, 0);
    // Whether all were digits is asked once, at the end: a way out of the loop costs more than the loop.
    let mut seen = 0;
    for (group, three) in groups.iter().zip(octets[start..].as_chunks_mut::<3>().0) {
        let [first, second, third, fourth] = group.map(usize::from);
        let value = WORTH[0][first] | WORTH[1][second] | WORTH[2][third] | WORTH[3][fourth];
        seen |= value;
        let [_, high, middle, low] = value.to_be_bytes();
        *three = [high, middle, low];
    }
    let whole = seen & NO_DIGIT == 0;
    if !whole {
        octets.truncate(start);
    }
    whole
}

/// What each octet is worth at each place of a group of four.
static WORTH: [[u32; 256]; 4] = {
    let mut worth = [[NO_DIGIT; 256]; 4];
    let mut octet = 0_u8;
    loop {
        if let Some(digit) = base64_digit(octet) {
            worth[0][octet as usize] = (digit as u32) << 18;
            worth[1][octet as usize] = (digit as u32) << 12;
            worth[2][octet as usize] = (digit as u32) << 6;
            worth[3][octet as usize] = digit as u32;
        }
        if octet == u8::MAX {
            break;
        }
        octet += 1;
    }
    worth
};

/// Beyond the 24 bits of a group.
const NO_DIGIT: u32 = 1 << 24;

const fn base64_digit(octet: u8) -> Option<u8> {
    match octet {
        b'A'..=b'Z' => Some(octet - b'A'),
        b'a'..=b'z' => Some(octet - b'a' + 26),
        b'0'..=b'9' => Some(octet - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Decodes quoted-printable (RFC 2045, 6.7). An equals sign before anything but two hexadecimal digits or a line end
/// stays, and is ambiguous.
#[must_use]
pub fn quoted_printable(encoded: &[u8]) -> Decoded {
    let mut octets = Vec::with_capacity(encoded.len());
    let mut junk = false;
    for line in encoded.split_inclusive(|o| *o == b'\n') {
        let ending_len = if line.ends_with(b"\r\n") { 2 } else { usize::from(line.ends_with(b"\n")) };
        let (content, ending) = line.split_at(line.len() - ending_len);
        // White space at the end of a line was added by transport (rule 3).
        let content = content.trim_ascii_end();
        let (content, soft) = match content.strip_suffix(b"=") {
            Some(content) => (content, true),
            None => (content, false),
        };
        let mut at = 0;
        while let Some(&octet) = content.get(at) {
            if octet == b'=' {
                if let Some(value) = content.get(at + 1..at + 3).and_then(hex_pair) {
                    octets.push(value);
                    at += 3;
                    continue;
                }
                junk = true;
            }
            octets.push(octet);
            at += 1;
        }
        if !soft {
            octets.extend_from_slice(ending);
        }
    }
    Decoded { octets, ambiguity: junk.then_some(Ambiguity::QuotedPrintableJunk) }
}

/// The octet that two hexadecimal digits of either case stand for.
pub(super) fn hex_pair(digits: &[u8]) -> Option<u8> {
    crate::digest::hex_decode(digits)?.first().copied()
}

/// Undoes percent-encoding (RFC 3986, 2.1); a percent sign before anything else stays.
pub(super) fn percent(text: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&octet) = text.get(at) {
        let value = text.get(at + 1..at + 3).filter(|_| octet == b'%').and_then(hex_pair);
        octets.push(value.unwrap_or(octet));
        at += if value.is_some() { 3 } else { 1 };
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_base64_is_plain_and_anything_else_between_is_junk() {
        let plain = base64(b"JVBE\r\nRi0=\r\n");
        assert_eq!(plain, Decoded { octets: b"%PDF-".to_vec(), ambiguity: None });
        for odd in [&b"JVBE*Ri0="[..], b"JVBERi0", b"JVBERi0==", b"JV==BERi0=", b"JVBERi0=Zm9v", b"J", b"JVBERi0=\0"] {
            assert_eq!(base64(odd).ambiguity, Some(Ambiguity::Base64Junk), "{odd:?}");
        }
        assert_eq!(base64(b"").ambiguity, None);
        let all: Vec<u8> = (0..=255).collect();
        for len in 0..all.len() {
            let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &all[..len]);
            assert_eq!(base64(encoded.as_bytes()), Decoded { octets: all[..len].to_vec(), ambiguity: None });
        }
    }

    #[test]
    fn whole_groups_are_what_another_decoder_takes_whatever_octet_stands_at_whatever_place() {
        use base64::engine::general_purpose::STANDARD_NO_PAD;
        for (octet, at) in (0..=255_u8).flat_map(|octet| (0..12).map(move |at| (octet, at))) {
            let mut line = *b"JVBERi0xLjc/";
            line[at] = octet;
            let mut octets = b"before".to_vec();
            let whole = push_groups(&line, &mut octets);
            let expected = base64::Engine::decode(&STANDARD_NO_PAD, line).ok();
            assert_eq!(whole.then(|| octets[6..].to_vec()), expected, "{octet} at {at}");
            assert!(whole || octets == b"before");
        }
        assert!(!push_groups(b"JVBER", &mut Vec::new()));
    }

    #[test]
    fn quoted_printable_keeps_hard_line_ends_only() {
        let decoded = quoted_printable(b"a=3D=\r\nb=C3=A9 \r\nc");
        assert_eq!(decoded, Decoded { octets: "a=bé\r\nc".into(), ambiguity: None });
        assert_eq!(quoted_printable(b"100=% x").ambiguity, Some(Ambiguity::QuotedPrintableJunk));
    }
}
