//! RunLengthDecode (ISO 32000-2, 7.4.5).

/// Ends at the end-of-data octet, at the end of the octets, or once there are `limit` octets; `None` where a run is
/// cut short.
pub(super) fn decode(data: &[u8], limit: usize) -> Option<Vec<u8>> {
    const END: u8 = 128;
    let mut plain = Vec::new();
    let mut rest = data;
    while let Some((length, tail)) = rest.split_first() {
        if *length == END || plain.len() >= limit {
            break;
        }
        if *length < END {
            let (run, tail) = tail.split_at_checked(usize::from(*length) + 1)?;
            plain.extend_from_slice(run);
            rest = tail;
        } else {
            let (octet, tail) = tail.split_first()?;
            plain.resize(plain.len() + 257 - usize::from(*length), *octet);
            rest = tail;
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_copied_or_repeated_until_the_end_of_data() {
        assert_eq!(decode(&[2, b'a', b'b', b'c', 254, b'x', 128, 9], 99).unwrap(), b"abcxxx");
        assert_eq!(decode(&[2, b'a'], 99), None);
        assert_eq!(decode(&[129], 99), None);
    }

    #[test]
    fn it_stops_soon_after_the_limit() {
        assert!(decode(&[129, 0].repeat(1_000), 200).unwrap().len() < 400);
    }
}
