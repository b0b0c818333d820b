//! Validation material that signers put inside a SignedData: RevocationInfoChoices (RFC 5652, 10.2; RFC 5940) and
//! Adobe's revocationInfoArchival (ISO 32000-2, 12.8.3.3.2). Hints: each is verified where it is used.

use crate::asn1::{self, Asn1Error, Reader, Value, context};

/// Octets that say something about revocation, not read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RevocationValues {
    /// CertificateLists.
    pub crls: Vec<Vec<u8>>,
    /// `OCSPResponse`s, or the `BasicOCSPResponse`s that some tools write in their place.
    pub ocsps: Vec<Vec<u8>>,
}

/// A signature has some, one for each certificate of its path; more only cost time.
pub const MAX_REVOCATION_VALUES: usize = 50;

/// id-ri-ocsp-response (RFC 5940, 2.1).
const OCSP_RESPONSE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x10, 2];

impl RevocationValues {
    /// Reads the `crls` of a SignedData. After a value without an end nothing more can be found.
    pub(super) fn of_choices(bag: &[u8]) -> Self {
        let mut reader = Reader::new(bag);
        let mut found = Self::default();
        while let Ok(value) = reader.any() {
            if value.tag == asn1::SEQUENCE {
                add(&mut found.crls, value.raw);
            } else if let Ok(Some(response)) = ocsp_choice(&value) {
                add(&mut found.ocsps, response);
            }
        }
        found
    }

    /// Reads the value of a revocationInfoArchival.
    pub(super) fn of_archival(value: &Value<'_>) -> Result<Self, Asn1Error> {
        let mut found = Self::default();
        let mut fields = value.inside(asn1::SEQUENCE)?;
        for (tag, list) in [(context(0), &mut found.crls), (context(1), &mut found.ocsps)] {
            let Some(tagged) = fields.optional(tag)? else { continue };
            let mut values = Value::only(tagged.content)?.inside(asn1::SEQUENCE)?;
            while !values.is_empty() {
                add(list, values.any()?.raw);
            }
        }
        // Other information, in no format that is known.
        fields.optional(context(2))?;
        fields.finish()?;
        Ok(found)
    }
}

fn add(list: &mut Vec<Vec<u8>>, octets: &[u8]) {
    if list.len() < MAX_REVOCATION_VALUES {
        list.push(octets.to_vec());
    }
}

fn ocsp_choice<'a>(value: &Value<'a>) -> Result<Option<&'a [u8]>, Asn1Error> {
    let mut fields = value.inside(context(1))?;
    if fields.expect(asn1::OID)? != OCSP_RESPONSE {
        return Ok(None);
    }
    fields.any().map(|response| Some(response.raw))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::encode;

    const CRL: &[u8] = &[0x30, 3, 2, 1, 1];
    const OCSP: &[u8] = &[0x30, 3, 0x0a, 1, 0];

    #[test]
    fn lists_and_responses_are_told_apart() {
        let response = encode(context(1), &[&encode(asn1::OID, &[OCSP_RESPONSE]), OCSP]);
        let other = encode(context(1), &[&[6, 2, 0x2a, 3], OCSP]);
        let found = RevocationValues::of_choices(&[CRL, &response, &other, &[0x30, 9]].concat());
        assert_eq!(found, RevocationValues { crls: vec![CRL.to_vec()], ocsps: vec![OCSP.to_vec()] });
    }

    #[test]
    fn the_archive_of_adobe_is_read_whole_or_not_at_all() {
        let list = |tag, value: &[u8]| encode(tag, &[&encode(asn1::SEQUENCE, &[value, value])]);
        let both = encode(asn1::SEQUENCE, &[&list(context(0), CRL), &list(context(1), OCSP)]);
        let found = RevocationValues::of_archival(&Value::only(&both).unwrap()).unwrap();
        assert_eq!((found.crls.len(), found.ocsps.len()), (2, 2));
        let odd = encode(asn1::SEQUENCE, &[&list(context(1), OCSP), &list(context(0), CRL)]);
        assert!(RevocationValues::of_archival(&Value::only(&odd).unwrap()).is_err());
    }

    #[test]
    fn a_bag_without_end_stops_at_the_limit() {
        let found = RevocationValues::of_choices(&CRL.repeat(MAX_REVOCATION_VALUES + 5));
        assert_eq!(found.crls.len(), MAX_REVOCATION_VALUES);
    }
}
