//! What an answer says of itself, believed when the issuer's own key signed it.

use std::fmt;

use crate::time::UnixTime;
use crate::x509::ocsp::{OcspError, OcspResponse, Subject};
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
    /// Not a response, or one without an answer.
    Ocsp(OcspError),
    /// A response about other certificates.
    OtherCertificate,
}

impl fmt::Display for NotIt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crl(error) => write!(f, "{error}"),
            Self::Ocsp(error) => write!(f, "{error}"),
            Self::OtherCertificate => f.write_str("OCSP response is about other certificates"),
        }
    }
}

/// Looks at an answer that came at `now`. No dates when nobody vouches for them. A list of megabytes takes some tens of
/// milliseconds: not on a thread that answers peers.
pub fn inspect(inquiry: &Inquiry, octets: &[u8], now: UnixTime) -> Result<Option<Dates>, NotIt> {
    let issuer = Name::parse(&inquiry.issuer).ok();
    let dates = match &inquiry.serial {
        None => {
            let crl = Crl::parse(octets).map_err(NotIt::Crl)?;
            issuer.filter(|issuer| crl.is_signed_under(issuer, &inquiry.key)).map(|_| Dates {
                this_update: crl.this_update(),
                next_update: crl.next_update(),
                number: crl.number().map(|number| number.octets().to_vec()),
            })
        }
        Some(serial) => {
            let response = OcspResponse::parse(octets).map_err(NotIt::Ocsp)?;
            let subject = Subject::under(&inquiry.issuer, &inquiry.key, serial);
            let answers = subject.map(|subject| response.about(subject)).unwrap_or_default();
            // Of several answers about one certificate the one that ages first.
            let this_update = answers.iter().map(|answer| answer.this_update()).min();
            let next_update = answers.iter().filter_map(|answer| answer.next_update()).min();
            let this_update = this_update.ok_or(NotIt::OtherCertificate)?;
            issuer.filter(|issuer| response.is_signed_under(issuer, &inquiry.key)).map(|_| Dates {
                this_update,
                next_update,
                number: None,
            })
        }
    };
    Ok(dates.filter(|dates| dates.this_update <= now.plus(AHEAD)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::ocsp::testing::{AnswerDraft, OcspDraft, responder_extensions};
    use crate::x509::testing::{CrlDraft, Draft, NOW, Party, extension, root};

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
    fn a_response_of_the_issuer_or_its_delegate_is_believed_in_its_dates_and_no_other_is() {
        let (ca, delegate, stranger) = (Party::new("CA", 1), Party::new("Responder", 2), Party::new("CA", 9));
        let issuer = root(&ca);
        let leaf = Draft::leaf(&Party::new("Person", 3), &ca).certificate();
        let asked = |of: &Party| Inquiry { serial: Some(leaf.serial().into()), ..inquiry(of) };
        let answer = || AnswerDraft::good(&leaf, &issuer);
        let by_issuer = OcspDraft::new(&ca, answer()).der();
        let dates = inspect(&asked(&ca), &by_issuer, NOW).unwrap().unwrap();
        assert!(dates.this_update <= NOW && dates.next_update.is_some());
        let of = |signer: &Party| {
            Draft { extensions: responder_extensions(), ..Draft::leaf(&delegate, signer) }.certificate()
        };
        let by = |certificate| OcspDraft::delegated(&delegate, &certificate, answer()).der();
        assert!(inspect(&asked(&ca), &by(of(&ca)), NOW).unwrap().is_some());
        // A responder that some other key certified, and one without the purpose.
        assert_eq!(inspect(&asked(&ca), &by(of(&stranger)), NOW), Ok(None));
        assert_eq!(inspect(&asked(&ca), &by(Draft::leaf(&delegate, &ca).certificate()), NOW), Ok(None));
        assert_eq!(inspect(&asked(&ca), &OcspDraft::new(&stranger, answer()).der(), NOW), Ok(None));
        let other = Inquiry { serial: Some([9][..].into()), ..inquiry(&ca) };
        assert_eq!(inspect(&other, &by_issuer, NOW), Err(NotIt::OtherCertificate));
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let dates = |number: &[u8]| Dates { this_update: NOW, next_update: None, number: Some(number.to_vec()) };
        assert!(dates(&[1, 0]).is_newer_than(&dates(&[255])));
        assert!(!dates(&[0, 7]).is_newer_than(&dates(&[7])));
        assert!(!dates(&[7]).is_newer_than(&dates(&[8])));
    }
}
