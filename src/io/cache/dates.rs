//! What an answer says of itself, believed when the issuer's own key signed it.

use std::fmt;

use crate::algorithm::{PublicKey, SignatureScheme};
use crate::asn1::{self, Asn1Error, Value};
use crate::io::fetch;
use crate::time::UnixTime;
use crate::x509::{Crl, CrlError, Name};

use super::record::Inquiry;

/// A list that is dated later than this many seconds from now is not kept for long: either clock may be wrong.
const AHEAD: i64 = 86_400;

/// Dates and number of an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dates {
    /// When it was made.
    pub this_update: UnixTime,
    /// When the next one is due.
    pub next_update: Option<UnixTime>,
    /// Content octets of the CRL number (RFC 5280, 5.2.3).
    pub number: Option<Vec<u8>>,
}

impl Dates {
    /// Whether it must not be replaced by `other`.
    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        let numbers = self.number.as_deref().zip(other.number.as_deref());
        self.this_update > other.this_update || numbers.is_some_and(|(own, others)| magnitude(own) > magnitude(others))
    }
}

/// Numbers are compared as numbers: first by their length without leading zeros.
fn magnitude(number: &[u8]) -> (usize, &[u8]) {
    let digits = number.iter().position(|octet| *octet != 0).and_then(|start| number.get(start..)).unwrap_or_default();
    (digits.len(), digits)
}

/// Why octets are no answer to what was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NotIt {
    /// Not a list.
    Crl(CrlError),
    /// Not a successful response.
    Ocsp(&'static str),
}

impl fmt::Display for NotIt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crl(error) => write!(f, "{error}"),
            Self::Ocsp(why) => f.write_str(why),
        }
    }
}

/// Looks at an answer that came at `now`. No dates when nobody vouches for them. A list of megabytes takes some tens of
/// milliseconds: not on a thread that answers peers.
pub fn inspect(inquiry: &Inquiry, octets: &[u8], now: UnixTime) -> Result<Option<Dates>, NotIt> {
    let dates = if inquiry.is_crl() {
        let crl = Crl::parse(octets).map_err(NotIt::Crl)?;
        let of_issuer = Name::parse(&inquiry.issuer).is_ok_and(|issuer| issuer == *crl.issuer());
        (of_issuer && is_signed(crl.der(), &inquiry.key)).then(|| Dates {
            this_update: crl.this_update(),
            next_update: crl.next_update(),
            number: crl.number().map(|number| number.octets().to_vec()),
        })
    } else {
        if let Some(why) = fetch::ocsp_refusal(octets) {
            return Err(NotIt::Ocsp(why));
        }
        ocsp_dates(inquiry, octets)
    };
    Ok(dates.filter(|dates| dates.this_update <= now.plus(AHEAD)))
}

/// Dates of an OCSP response that the issuer, or a responder whom it appointed, signed for this certificate.
fn ocsp_dates(_inquiry: &Inquiry, _octets: &[u8]) -> Option<Dates> {
    // Who may sign a response takes the issuer's certificate to decide, which is not at hand here. So responses are
    // asked for again after minutes, and each use verifies them.
    None
}

/// Whether the holder of `spki` signed the list (RFC 5280, 5.1.1.3).
fn is_signed(crl: &[u8], spki: &[u8]) -> bool {
    let Ok(Sealed { tbs, algorithm, signature }) = Sealed::read(crl) else { return false };
    let (Ok(scheme), Ok(key)) = (SignatureScheme::from_identifier(algorithm), PublicKey::from_spki(spki)) else {
        return false;
    };
    key.verify(scheme, &[tbs], signature).is_ok()
}

/// The parts of a list that a signature is about (RFC 5280, 5.1).
struct Sealed<'a> {
    tbs: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Sealed<'a> {
    /// Only when the algorithm is the same inside and outside.
    fn read(crl: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut outer = Value::only(crl)?.inside(asn1::SEQUENCE)?;
        let tbs = outer.value(asn1::SEQUENCE)?;
        let algorithm = outer.value(asn1::SEQUENCE)?.raw;
        let signature = outer.bit_string()?;
        let mut fields = asn1::Reader::new(tbs.content);
        fields.optional(asn1::INTEGER)?;
        if fields.value(asn1::SEQUENCE)?.raw != algorithm {
            return Err(Asn1Error::Value);
        }
        Ok(Self { tbs: tbs.raw, algorithm, signature })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::testing::{CrlDraft, NOW, Party, extension};

    fn inquiry(of: &Party) -> Inquiry {
        Inquiry {
            address: "http://ca.vn/x.crl".into(),
            issuer: Name::from_text(&of.name).unwrap().der().into(),
            key: of.spki().into(),
            serial: None,
        }
    }

    #[test]
    fn a_list_that_the_issuers_key_signed_is_believed_in_its_dates() {
        let party = Party::new("CA", 1);
        let number = extension(20, false, &[2, 1, 5]);
        let der = CrlDraft { extensions: vec![number], ..CrlDraft::new(&party) }.der();
        let dates = inspect(&inquiry(&party), &der, NOW).unwrap().unwrap();
        assert_eq!(dates.this_update, UnixTime::parse("2025-01-01T00:00:00Z").unwrap());
        assert_eq!(dates.number, Some(vec![5]));
    }

    #[test]
    fn a_list_of_another_key_or_name_or_from_the_future_is_not() {
        let (party, other) = (Party::new("CA", 1), Party::new("CA", 2));
        assert_eq!(inspect(&inquiry(&party), &CrlDraft::new(&other).der(), NOW), Ok(None));
        let renamed = Party::new("CB", 1);
        assert_eq!(inspect(&inquiry(&party), &CrlDraft::new(&renamed).der(), NOW), Ok(None));
        let future = CrlDraft { this_update: "20990101000000Z", ..CrlDraft::new(&party) };
        assert_eq!(inspect(&inquiry(&party), &future.der(), NOW), Ok(None));
        assert!(matches!(inspect(&inquiry(&party), b"<html>", NOW), Err(NotIt::Crl(_))));
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let dates = |number: &[u8]| Dates { this_update: NOW, next_update: None, number: Some(number.to_vec()) };
        assert!(dates(&[1, 0]).is_newer_than(&dates(&[255])));
        assert!(!dates(&[0, 7]).is_newer_than(&dates(&[7])));
        assert!(!dates(&[7]).is_newer_than(&dates(&[8])));
    }
}
