//! Numbers of revocation lists (RFC 5280, 5.2.3).

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::crl_entry::minimal;
use crate::asn1::{self, Asn1Error, Value};

/// The number of a list, which grows with every list of one issuer and scope. Compared as a number, whatever its length.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct CrlNumber(Vec<u8>);

impl CrlNumber {
    /// Reads an INTEGER that is not negative.
    pub(super) fn read(value: &[u8]) -> Result<Self, Asn1Error> {
        let digits = minimal(Value::only(value)?.expect(asn1::INTEGER)?);
        match digits.first() {
            Some(first) if first & 0x80 == 0 => Ok(Self(digits.to_vec())),
            _ => Err(Asn1Error::Value),
        }
    }

    /// Content octets of the INTEGER in its shortest form.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl Ord for CrlNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        // In the shortest form without a sign the longer one is the larger one.
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for CrlNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for CrlNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", crate::digest::hex(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(content: &[u8]) -> Option<CrlNumber> {
        CrlNumber::read(&asn1::encode(asn1::INTEGER, &[content])).ok()
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(number(&[9]).unwrap() < number(&[1, 0]).unwrap());
        assert!(number(&[0, 0xff]).unwrap() < number(&[1, 0]).unwrap());
        assert!(number(&[0x7f; 20]).unwrap() > number(&[0x7f; 19]).unwrap());
        assert_eq!(number(&[0, 0, 5]), number(&[5]));
        assert!(number(&[0]).unwrap() < number(&[1]).unwrap());
    }

    #[test]
    fn what_is_negative_or_empty_is_no_number() {
        assert_eq!(number(&[0x80]), None);
        assert_eq!(number(&[]), None);
    }
}
