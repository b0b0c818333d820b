//! What is asked, and the octets of the question (RFC 6960, 4.1; RFC 9654 on nonces).
//!
//! Written here and not by the `ocsp` crate: that brings a dozen packages (a second time library among them) for the
//! forty lines below, and has had no release since 2023.

use super::super::certificate::Certificate;
use super::cert_id::CertId;
use super::response::NONCE;
use crate::algorithm::DigestAlgorithm;
use crate::asn1::{self, Value, context, encode};

/// The longest nonce that responders have to take (RFC 9654, 2.1); they need not take more than 32 octets.
pub const MAX_NONCE: usize = 128;

/// A certificate as a responder is asked about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Subject<'a> {
    /// The issuer's name, DER.
    pub issuer: &'a [u8],
    /// The issuer's key: content of the BIT STRING, without unused bits.
    pub key: &'a [u8],
    /// Content octets of the serial number.
    pub serial: &'a [u8],
}

impl<'a> Subject<'a> {
    /// The certificate, under the key of `issuer`; `None` when that key is no BIT STRING of whole octets.
    ///
    /// The name is the one that the certificate itself has for its issuer (RFC 6960, 4.1.1).
    #[must_use]
    pub fn of(certificate: &'a Certificate, issuer: &'a Certificate) -> Option<Self> {
        let key = key_bits(issuer.spki())?;
        Some(Self { issuer: certificate.issuer().der(), key, serial: certificate.serial() })
    }

    /// The certificate with this serial number, under the name and key (SubjectPublicKeyInfo) of its issuer.
    #[must_use]
    pub fn under(issuer: &'a [u8], spki: &'a [u8], serial: &'a [u8]) -> Option<Self> {
        Some(Self { issuer, key: key_bits(spki)?, serial })
    }

    /// An `OCSPRequest` for this certificate alone, unsigned. Responders that know only SHA-1 are many, so that is what
    /// is to be asked with first: the digest names, and protects nothing.
    ///
    /// `None` for a digest that is never computed, and for a nonce that is empty or longer than [`MAX_NONCE`].
    #[must_use]
    pub fn request(&self, digest: DigestAlgorithm, nonce: Option<&[u8]>) -> Option<Vec<u8>> {
        let id = CertId::of(self, digest)?.der();
        let list = encode(asn1::SEQUENCE, &[&encode(asn1::SEQUENCE, &[&id])]);
        let extensions = match nonce {
            None => Vec::new(),
            Some(nonce) if nonce.is_empty() || nonce.len() > MAX_NONCE => return None,
            Some(nonce) => {
                let value = encode(asn1::OCTET_STRING, &[&encode(asn1::OCTET_STRING, &[nonce])]);
                let extension = encode(asn1::SEQUENCE, &[&encode(asn1::OID, &[NONCE]), &value]);
                encode(context(2), &[&encode(asn1::SEQUENCE, &[&extension])])
            }
        };
        Some(encode(asn1::SEQUENCE, &[&encode(asn1::SEQUENCE, &[&list, &extensions])]))
    }
}

/// The BIT STRING of a `SubjectPublicKeyInfo`: content without the octet that counts unused bits.
pub(super) fn key_bits(spki: &[u8]) -> Option<&[u8]> {
    let mut fields = Value::only(spki).ok()?.inside(asn1::SEQUENCE).ok()?;
    fields.expect(asn1::SEQUENCE).ok()?;
    let bits = fields.bit_string().ok()?;
    fields.finish().ok()?;
    Some(bits)
}
