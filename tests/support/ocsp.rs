//! What a responder, or whoever plays one, can send (RFC 6960): any answer under any key, about any certificate.
//! The identifiers are made here and not by the program, so that both can be held against each other.

use dieu7::asn1::{self, Value, context, encode};
use dieu7::x509::Certificate;
use sha1::Digest as _;

use super::forge::Key;

const SHA256_RSA: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0];
const SHA1_RSA: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 5, 5, 0];
const SHA1: &[u8] = &[0x30, 9, 6, 5, 0x2b, 14, 3, 2, 26, 5, 0];
/// id-pkix-ocsp-basic.
const BASIC: &[u8] = &[6, 9, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
/// id-pkix-ocsp-nonce.
const NONCE: &[u8] = &[6, 9, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 2];
/// tryLater, from a responder that has no answer now.
pub const TRY_LATER: &[u8] = &[0x30, 3, 10, 1, 3];

/// A response to be made; the fields are what tests bend.
#[derive(Clone)]
pub struct Response<'a> {
    /// Whose key signs.
    pub key: &'a Key,
    /// Whose name is given as the signer's, DER.
    pub responder: &'a [u8],
    pub produced_at: &'a str,
    pub answers: Vec<Answer<'a>>,
    /// Whole extensions, DER.
    pub extensions: Vec<Vec<u8>>,
    pub certificates: Vec<&'a Certificate>,
    /// Over SHA-1.
    pub weak: bool,
}

/// What is said of one certificate.
#[derive(Clone)]
pub struct Answer<'a> {
    /// `CertID`, DER.
    pub id: Vec<u8>,
    /// `CertStatus`, DER.
    pub status: Vec<u8>,
    pub this_update: &'a str,
    pub next_update: Option<&'a str>,
}

/// The status good.
pub fn good() -> Vec<u8> {
    vec![0x80, 0]
}

/// The status unknown.
pub fn unknown() -> Vec<u8> {
    vec![0x82, 0]
}

/// The status revoked, for the reason with this code (6 suspends).
pub fn revoked(at: &str, reason: u8) -> Vec<u8> {
    encode(context(1), &[&time(at), &encode(context(0), &[&[asn1::ENUMERATED, 1, reason]])])
}

/// The nonce extension.
pub fn nonce(octets: &[u8]) -> Vec<u8> {
    encode(asn1::SEQUENCE, &[NONCE, &encode(asn1::OCTET_STRING, &[&encode(asn1::OCTET_STRING, &[octets])])])
}

/// keyUsage digitalSignature and extendedKeyUsage with one purpose of id-kp: 9 is OCSPSigning, 4 emailProtection.
pub fn for_responders(purpose: u8) -> Vec<Vec<u8>> {
    let oid = encode(asn1::OID, &[&[0x2b, 6, 1, 5, 5, 7, 3, purpose]]);
    vec![super::forge::extension(15, &[3, 2, 7, 0x80]), super::forge::extension(37, &encode(asn1::SEQUENCE, &[&oid]))]
}

impl Answer<'_> {
    /// About `certificate`, called by SHA-1.
    pub fn about(certificate: &Certificate, issuer: &Certificate, status: Vec<u8>) -> Self {
        Self::on(certificate.serial(), issuer, status)
    }

    /// About the certificate with this serial number.
    pub fn on(serial: &[u8], issuer: &Certificate, status: Vec<u8>) -> Self {
        let mut spki = Value::only(issuer.spki()).unwrap().inside(asn1::SEQUENCE).unwrap();
        spki.any().unwrap();
        let hash = |octets: &[u8]| encode(asn1::OCTET_STRING, &[&sha1::Sha1::digest(octets)]);
        let serial = encode(asn1::INTEGER, &[serial]);
        let fields = [SHA1, &hash(issuer.subject().der()), &hash(spki.bit_string().unwrap()), &serial];
        Self {
            id: encode(asn1::SEQUENCE, &fields),
            status,
            this_update: "20260101000000Z",
            next_update: Some("20991231000000Z"),
        }
    }
}

impl<'a> Response<'a> {
    /// Signed by `signer`, whose certificate does not come along.
    pub fn of(key: &'a Key, signer: &'a Certificate, answer: Answer<'a>) -> Self {
        Self {
            key,
            responder: signer.subject().der(),
            produced_at: "20260101000100Z",
            answers: vec![answer],
            extensions: Vec::new(),
            certificates: Vec::new(),
            weak: false,
        }
    }

    /// Signed by `signer`, whose certificate comes along.
    pub fn by_delegate(key: &'a Key, signer: &'a Certificate, answer: Answer<'a>) -> Self {
        Self { certificates: vec![signer], ..Self::of(key, signer, answer) }
    }

    /// `OCSPResponse`.
    pub fn der(&self) -> Vec<u8> {
        let list = |parts: &[Vec<u8>]| encode(asn1::SEQUENCE, &[&parts.concat()]);
        let tagged = |tag, parts: &[Vec<u8>]| {
            if parts.is_empty() { Vec::new() } else { encode(context(tag), &[&list(parts)]) }
        };
        let answers: Vec<Vec<u8>> = self.answers.iter().map(Answer::der).collect();
        let responder = encode(context(1), &[self.responder]);
        let tbs = encode(
            asn1::SEQUENCE,
            &[&responder, &time(self.produced_at), &list(&answers), &tagged(1, &self.extensions)],
        );
        let signature = encode(asn1::BIT_STRING, &[&[0], &self.key.sign(&tbs, self.weak)]);
        let certificates: Vec<Vec<u8>> = self.certificates.iter().map(|one| one.der().to_vec()).collect();
        let algorithm = if self.weak { SHA1_RSA } else { SHA256_RSA };
        let basic = encode(asn1::SEQUENCE, &[&tbs, algorithm, &signature, &tagged(0, &certificates)]);
        let bytes = encode(asn1::SEQUENCE, &[BASIC, &encode(asn1::OCTET_STRING, &[&basic])]);
        encode(asn1::SEQUENCE, &[&[asn1::ENUMERATED, 1, 0], &encode(context(0), &[&bytes])])
    }
}

impl Answer<'_> {
    fn der(&self) -> Vec<u8> {
        let next = self.next_update.map(|next| encode(context(0), &[&time(next)])).unwrap_or_default();
        encode(asn1::SEQUENCE, &[&self.id, &self.status, &time(self.this_update), &next])
    }
}

fn time(text: &str) -> Vec<u8> {
    encode(asn1::GENERALIZED_TIME, &[text.as_bytes()])
}
