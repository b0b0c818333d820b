//! OCSP responses made in code for tests.

use super::super::testing::{ECDSA_SHA256, Party};
use super::super::{Certificate, Name};
use super::{CertId, OcspResponse, Subject};
use crate::algorithm::DigestAlgorithm;
use crate::asn1::{self, context, encode};

/// A response to be made; the fields are what tests bend.
#[derive(Clone)]
pub(crate) struct OcspDraft<'a> {
    /// Whose key signs.
    pub(crate) signer: &'a Party,
    /// `ResponderID`, DER; by default the signer's name.
    pub(crate) responder: Vec<u8>,
    pub(crate) produced_at: &'a str,
    pub(crate) answers: Vec<AnswerDraft<'a>>,
    /// Whole extensions, DER.
    pub(crate) extensions: Vec<Vec<u8>>,
    /// Whole certificates, DER, or whatever stands in their place.
    pub(crate) certificates: Vec<Vec<u8>>,
}

/// What the response says of one certificate.
#[derive(Clone)]
pub(crate) struct AnswerDraft<'a> {
    /// `CertID`, DER.
    pub(crate) id: Vec<u8>,
    /// `CertStatus`, DER.
    pub(crate) status: Vec<u8>,
    pub(crate) this_update: &'a str,
    pub(crate) next_update: Option<&'a str>,
    /// Whole extensions, DER.
    pub(crate) extensions: Vec<Vec<u8>>,
}

/// The status good.
pub(crate) const GOOD: [u8; 2] = [0x80, 0];
/// The status unknown.
pub(crate) const UNKNOWN: [u8; 2] = [0x82, 0];

/// The status revoked.
pub(crate) fn revoked(at: &str, reason: Option<u8>) -> Vec<u8> {
    let reason = reason.map(|code| encode(context(0), &[&[asn1::ENUMERATED, 1, code]]));
    encode(context(1), &[&time(at), &reason.unwrap_or_default()])
}

/// An extension with this object identifier (content octets).
pub(crate) fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    encode(asn1::SEQUENCE, &[&encode(asn1::OID, &[oid]), flag, &encode(asn1::OCTET_STRING, &[value])])
}

/// Content octets of id-pkix-ocsp and one more arc: 2 nonce, 3 crl, 5 nocheck, 6 archive cutoff, 9 extended revoke.
pub(crate) fn ocsp_oid(arc: u8) -> Vec<u8> {
    vec![0x2b, 6, 1, 5, 5, 7, 0x30, 1, arc]
}

/// extendedKeyUsage with one purpose of id-kp: 9 is OCSPSigning, 4 emailProtection.
pub(crate) fn ext_key_usage(purpose: u8) -> Vec<u8> {
    let oid = encode(asn1::OID, &[&[0x2b, 6, 1, 5, 5, 7, 3, purpose]]);
    super::super::testing::extension(37, false, &encode(asn1::SEQUENCE, &[&oid]))
}

/// The extensions of a certificate that an issuer gives to its responder.
pub(crate) fn responder_extensions() -> Vec<Vec<u8>> {
    vec![super::super::testing::key_usage(0x80), ext_key_usage(9), extension(&ocsp_oid(5), false, &[5, 0])]
}

/// `ResponderID` by the signer's name.
pub(crate) fn by_name(party: &Party) -> Vec<u8> {
    encode(context(1), &[Name::from_text(&party.name).unwrap().der()])
}

/// `ResponderID` by SHA-1 of the signer's key.
pub(crate) fn by_key(party: &Party) -> Vec<u8> {
    let spki = party.spki();
    let hash = DigestAlgorithm::Sha1.digest(&[super::request::key_bits(&spki).unwrap()]).unwrap();
    encode(context(2), &[&encode(asn1::OCTET_STRING, &[&hash])])
}

impl AnswerDraft<'_> {
    /// Good, called by SHA-1 as most responders do.
    pub(crate) fn good(certificate: &Certificate, issuer: &Certificate) -> Self {
        Self::called(certificate, issuer, DigestAlgorithm::Sha1)
    }

    /// Good, called by another digest.
    pub(crate) fn called(certificate: &Certificate, issuer: &Certificate, digest: DigestAlgorithm) -> Self {
        Self {
            id: CertId::of(&Subject::of(certificate, issuer).unwrap(), digest).unwrap().der(),
            status: GOOD.to_vec(),
            this_update: "20270101000000Z",
            next_update: Some("20270108000000Z"),
            extensions: Vec::new(),
        }
    }

    /// The same with another status.
    pub(crate) fn saying(self, status: &[u8]) -> Self {
        Self { status: status.to_vec(), ..self }
    }

    fn der(&self) -> Vec<u8> {
        let next = self.next_update.map(|next| encode(context(0), &[&time(next)]));
        encode(
            asn1::SEQUENCE,
            &[
                &self.id,
                &self.status,
                &time(self.this_update),
                &next.unwrap_or_default(),
                &tagged_list(1, &self.extensions),
            ],
        )
    }
}

impl<'a> OcspDraft<'a> {
    /// Signed by the issuer itself, about one certificate of its own.
    pub(crate) fn new(signer: &'a Party, answer: AnswerDraft<'a>) -> Self {
        Self {
            signer,
            responder: by_name(signer),
            produced_at: "20270101000100Z",
            answers: vec![answer],
            extensions: Vec::new(),
            certificates: Vec::new(),
        }
    }

    /// Signed by a delegate, whose certificate comes along.
    pub(crate) fn delegated(signer: &'a Party, certificate: &Certificate, answer: AnswerDraft<'a>) -> Self {
        Self { certificates: vec![certificate.der().to_vec()], ..Self::new(signer, answer) }
    }

    /// `ResponseData`.
    pub(crate) fn tbs(&self) -> Vec<u8> {
        let answers: Vec<Vec<u8>> = self.answers.iter().map(AnswerDraft::der).collect();
        encode(
            asn1::SEQUENCE,
            &[&self.responder, &time(self.produced_at), &list(&answers), &tagged_list(1, &self.extensions)],
        )
    }

    /// `BasicOCSPResponse` with this signature value.
    pub(crate) fn basic_with(&self, signature: &[u8]) -> Vec<u8> {
        let signature = encode(asn1::BIT_STRING, &[&[0], signature]);
        encode(asn1::SEQUENCE, &[&self.tbs(), ECDSA_SHA256, &signature, &tagged_list(0, &self.certificates)])
    }

    /// `BasicOCSPResponse`.
    pub(crate) fn basic(&self) -> Vec<u8> {
        self.basic_with(&self.signer.sign(&self.tbs()))
    }

    /// `OCSPResponse`.
    pub(crate) fn der(&self) -> Vec<u8> {
        envelope(0, &self.basic())
    }

    pub(crate) fn response(&self) -> OcspResponse {
        OcspResponse::parse(&self.der()).unwrap()
    }
}

/// `OCSPResponse` with any status around a `BasicOCSPResponse`.
pub(crate) fn envelope(status: u8, basic: &[u8]) -> Vec<u8> {
    let bytes = encode(asn1::SEQUENCE, &[&encode(asn1::OID, &[&ocsp_oid(1)]), &encode(asn1::OCTET_STRING, &[basic])]);
    encode(asn1::SEQUENCE, &[&[asn1::ENUMERATED, 1, status], &encode(context(0), &[&bytes])])
}

fn time(text: &str) -> Vec<u8> {
    encode(asn1::GENERALIZED_TIME, &[text.as_bytes()])
}

fn list(parts: &[Vec<u8>]) -> Vec<u8> {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    encode(asn1::SEQUENCE, &parts)
}

fn tagged_list(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    if parts.is_empty() { Vec::new() } else { encode(context(tag), &[&list(parts)]) }
}
