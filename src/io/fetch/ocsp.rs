//! Requests to OCSP responders (RFC 6960, 4.1, in the profile of RFC 5019), and answers that are none.

use crate::algorithm::DigestAlgorithm;
use crate::asn1::{self, Value, encode};

/// AlgorithmIdentifier of SHA-1: the only digest in a CertID that all responders know (RFC 5019, 2.1.1). It names the
/// issuer and proves nothing.
const SHA1: &[u8] = &[0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00];
const ENUMERATED: u8 = 0x0a;

/// The request for one certificate. No nonce: the answer is shared by all messages, and its dates say how old it is.
#[must_use]
pub fn request(issuer: &[u8], key: &[u8], serial: &[u8]) -> Option<Vec<u8>> {
    let digest = |octets: &[u8]| DigestAlgorithm::Sha1.digest(&[octets]);
    let name_hash = encode(asn1::OCTET_STRING, &[&digest(issuer)?]);
    let key_hash = encode(asn1::OCTET_STRING, &[&digest(key)?]);
    let certificate = encode(asn1::SEQUENCE, &[SHA1, &name_hash, &key_hash, &encode(asn1::INTEGER, &[serial])]);
    let sequence = |octets: &[u8]| encode(asn1::SEQUENCE, &[octets]);
    // OCSPRequest, TBSRequest, requestList, Request.
    Some(sequence(&sequence(&sequence(&sequence(&certificate)))))
}

/// Why an answer holds no response (RFC 6960, 4.2.1); `None` when it says that it is successful.
#[must_use]
pub fn refusal(octets: &[u8]) -> Option<&'static str> {
    let status = Value::only(octets)
        .and_then(|response| response.inside(asn1::SEQUENCE))
        .and_then(|mut fields| fields.expect(ENUMERATED));
    match status {
        Ok([0]) => None,
        Ok([1]) => Some("responder: malformedRequest"),
        Ok([2]) => Some("responder: internalError"),
        Ok([3]) => Some("responder: tryLater"),
        Ok([5]) => Some("responder: sigRequired"),
        Ok([6]) => Some("responder: unauthorized"),
        Ok(_) => Some("responder: a status that RFC 6960 does not know"),
        Err(_) => Some("not an OCSP response"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_the_octets_of_rfc_6960() {
        let request = request(b"name", b"key", &[0x12, 0x34]).unwrap();
        let mut reader = Value::only(&request).unwrap();
        // Four sequences, each alone in the one around it.
        for _ in 0..4 {
            reader = Value::only(reader.inside(asn1::SEQUENCE).unwrap().rest()).unwrap();
        }
        let mut certificate = reader.inside(asn1::SEQUENCE).unwrap();
        assert_eq!(certificate.value(asn1::SEQUENCE).unwrap().raw, SHA1);
        let sha1 = |octets: &[u8]| DigestAlgorithm::Sha1.digest(&[octets]).unwrap();
        assert_eq!(certificate.expect(asn1::OCTET_STRING).unwrap(), sha1(b"name"));
        assert_eq!(certificate.expect(asn1::OCTET_STRING).unwrap(), sha1(b"key"));
        assert_eq!(certificate.expect(asn1::INTEGER).unwrap(), [0x12, 0x34]);
    }

    #[test]
    fn only_a_successful_response_is_one() {
        assert_eq!(refusal(&[0x30, 3, 0x0a, 1, 0]), None);
        assert_eq!(refusal(&[0x30, 3, 0x0a, 1, 3]), Some("responder: tryLater"));
        assert!(refusal(b"<html>").is_some());
        assert!(refusal(&[]).is_some());
    }
}
