//! ASCIIHexDecode and ASCII85Decode (ISO 32000-2, 7.4.2 and 7.4.3).

use crate::pdf::lexer::is_white;

/// Two digits an octet up to `>`; a missing last digit counts as 0.
pub(super) fn hexadecimal(data: &[u8]) -> Option<Vec<u8>> {
    let digits = data.split(|octet| *octet == b'>').next()?;
    let mut digits: Vec<u8> = digits.iter().copied().filter(|octet| !is_white(*octet)).collect();
    if !digits.len().is_multiple_of(2) {
        digits.push(b'0');
    }
    crate::digest::hex_decode(&digits)
}

/// Five digits for four octets up to `~`; `z` for four zeros.
pub(super) fn base85(data: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(data.len() / 5 * 4);
    let mut group = [0_u8; 5];
    let mut held = 0;
    for octet in data.iter().copied().filter(|octet| !is_white(*octet)) {
        match octet {
            b'~' => break,
            b'z' if held == 0 => plain.extend([0; 4]),
            b'!'..=b'u' => {
                *group.get_mut(held)? = octet - b'!';
                held += 1;
                if held == 5 {
                    plain.extend(value(group)?.to_be_bytes());
                    held = 0;
                }
            }
            _ => return None,
        }
    }
    match held {
        0 => Some(plain),
        // One digit says nothing.
        1 => None,
        _ => {
            group.get_mut(held..)?.fill(84);
            plain.extend(value(group)?.to_be_bytes().get(..held - 1)?);
            Some(plain)
        }
    }
}

fn value(group: [u8; 5]) -> Option<u32> {
    group.iter().try_fold(0_u32, |value, digit| value.checked_mul(85)?.checked_add(u32::from(*digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_end_at_their_mark_and_skip_white_space() {
        assert_eq!(hexadecimal(b"61 6\n2 7>zz").unwrap(), b"abp");
        assert_eq!(base85(b"87cUR\nD]i,\"Ebo80~>xx").unwrap(), b"Hello World!");
        assert_eq!(base85(b"z87c~>").unwrap(), [0, 0, 0, 0, b'H', b'e']);
    }

    #[test]
    fn what_is_no_digit_is_damage() {
        assert_eq!(hexadecimal(b"6x>"), None);
        assert_eq!(base85(b"8~>"), None);
        assert_eq!(base85(b"8v~>"), None);
        assert_eq!(base85(b"uuuuu~>"), None);
    }
}
