//! SHA-256 digests by which documents, messages and certificates are named.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// The SHA-256 digest of some octets; shown in lower-case hexadecimal.
#[derive(Clone, Copy, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// Digests `octets`.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        Self(sha2::Sha256::digest(octets).into())
    }

    /// Reads 64 hexadecimal digits of either case; colons between octets are allowed, as openssl prints them.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text.bytes().filter(|octet| *octet != b':').collect();
        let octets = hex_decode(&digits)?;
        Some(Self(octets.try_into().ok()?))
    }

    /// The 32 octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

/// Octets with their digest, made once however often they are named. Clones share them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Digested {
    octets: Arc<[u8]>,
    sha256: Sha256,
}

impl Digested {
    /// Their digest.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }
}

impl Deref for Digested {
    type Target = Arc<[u8]>;

    fn deref(&self) -> &Arc<[u8]> {
        &self.octets
    }
}

impl AsRef<[u8]> for Digested {
    fn as_ref(&self) -> &[u8] {
        &self.octets
    }
}

impl From<Arc<[u8]>> for Digested {
    fn from(octets: Arc<[u8]>) -> Self {
        Self { sha256: Sha256::of(&octets), octets }
    }
}

impl From<Vec<u8>> for Digested {
    fn from(octets: Vec<u8>) -> Self {
        Arc::<[u8]>::from(octets).into()
    }
}

impl From<&[u8]> for Digested {
    fn from(octets: &[u8]) -> Self {
        Arc::<[u8]>::from(octets).into()
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(octets: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    octets
        .iter()
        .flat_map(|octet| [DIGITS[usize::from(octet >> 4)], DIGITS[usize::from(octet & 15)]])
        .map(char::from)
        .collect()
}

/// Decodes an even number of hexadecimal digits of either case; `None` at anything else.
#[must_use]
pub fn hex_decode(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    // Signature values have tens of thousands of digits. Without a way out of the loop there are wide instructions for it.
    if !digits.iter().fold(true, |all, digit| all & digit.is_ascii_hexdigit()) {
        return None;
    }
    Some(pairs.iter().map(|[high, low]| nibble(*high) << 4 | nibble(*low)).collect())
}

/// The value of a hexadecimal digit: letters lie 9 above the value of their lower half.
const fn nibble(digit: u8) -> u8 {
    (digit & 0x0f) + 9 * (digit >> 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_from_what_it_shows_with_or_without_colons() {
        let digest = Sha256::of(b"abc");
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(Sha256::from_hex(&digest.to_string().to_uppercase()), Some(digest));
        assert_eq!(Sha256::from_hex("BA:78"), None);
        assert_eq!(Sha256::from_hex("xy"), None);
    }

    #[test]
    fn every_octet_is_decoded_from_digits_of_either_case_and_nothing_else_is() {
        let octets: Vec<u8> = (0..=255).collect();
        let digits = hex(&octets);
        assert_eq!(hex_decode(digits.as_bytes()), Some(octets.clone()));
        assert_eq!(hex_decode(digits.to_uppercase().as_bytes()), Some(octets));
        assert_eq!(hex_decode(b""), Some(Vec::new()));
        assert_eq!(hex_decode(b"123"), None);
        for other in (0..=255_u8).filter(|octet| !octet.is_ascii_hexdigit()) {
            assert_eq!(hex_decode(&[b'0', other]), None);
            assert_eq!(hex_decode(&[other, b'0']), None);
        }
    }
}
