//! A response as octets and facts (RFC 6960, 4.2.1); nothing in it is believed yet.

use std::ops::Range;

use super::super::certificate::{Certificate, SignatureFault, range_in};
use super::super::name::Name;
use super::cert_id::Called;
use super::extension::{self, generalized_time};
use super::fault::{OcspError, OcspFault, ResponseStatus};
use super::request::{Subject, key_bits};
use super::responder::{MAX_CANDIDATES, may_sign_ocsp};
use super::single::SingleResponse;
use crate::algorithm::{DigestAlgorithm, PublicKey, SchemeError, SignatureScheme};
use crate::asn1::{self, Asn1Error, Reader, Value, context};
use crate::budget::Budget;
use crate::digest::Sha256;
use crate::time::UnixTime;

/// A `BasicOCSPResponse`, with or without its envelope. Lengths are definite, as in all that responders send.
#[derive(Clone, Debug)]
pub struct OcspResponse {
    octets: Vec<u8>,
    fingerprint: Sha256,
    tbs: Range<usize>,
    signature: Range<usize>,
    scheme: Result<SignatureScheme, SchemeError>,
    responder: ResponderId,
    produced_at: UnixTime,
    answers: Vec<SingleResponse>,
    nonce: Option<Vec<u8>>,
    /// The first critical extension that is not known, of the whole or of one answer.
    critical: Option<String>,
    certificates: Vec<Certificate>,
}

/// Whom a response names as its signer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ResponderId {
    /// By SHA-1 of the key, as it stands in the BIT STRING.
    Key(Vec<u8>),
    /// By name.
    Name(Name),
}

/// How the nonce of a response compares with the one that was sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NonceMatch {
    /// The response has none: it may have been made in advance (RFC 5019), and may be replayed until its nextUpdate.
    Absent,
    /// It has another: it answers somebody else's request.
    Different,
    /// It was made for this request.
    Equal,
}

/// As much as is fetched. Real responses have 0.5 to 5 kB.
pub const MAX_RESPONSE: usize = 64 << 10;
/// Responders answer what was asked, and that is one certificate; test suites have three.
pub const MAX_ANSWERS: usize = 100;
/// Responders send their own certificate, some of them those above it.
pub const MAX_CERTIFICATES: usize = 20;

const BASIC: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
pub(super) const NONCE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 2];
/// id-pkix-ocsp-extended-revoke: "never issued" is written as a suspension since 1970.
const EXTENDED_REVOKE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 9];

impl OcspResponse {
    /// Reads one response. Nothing may follow.
    pub fn parse(octets: &[u8]) -> Result<Self, OcspError> {
        if octets.len() > MAX_RESPONSE {
            return Err(OcspError::TooLarge);
        }
        let outer = Value::only(octets)?;
        let fields = outer.inside(asn1::SEQUENCE)?;
        let basic = match fields.peek() {
            // A BasicOCSPResponse begins with what is signed.
            Some(asn1::SEQUENCE) => outer,
            _ => open_envelope(fields)?,
        };
        Self::read(octets, basic.inside(asn1::SEQUENCE)?)
    }

    fn read(octets: &[u8], mut basic: Reader<'_>) -> Result<Self, OcspError> {
        let tbs = basic.value(asn1::SEQUENCE)?;
        let algorithm = basic.value(asn1::SEQUENCE)?;
        let signature = basic.bit_string()?;
        let certificates = match basic.optional(context(0))? {
            Some(field) => read_certificates(Value::only(field.content)?.inside(asn1::SEQUENCE)?),
            None => Vec::new(),
        };
        basic.finish()?;

        let mut fields = Reader::new(tbs.content);
        if let Some(version) = fields.optional(context(0))?
            && Value::only(version.content)?.expect(asn1::INTEGER)? != [0]
        {
            return Err(OcspError::Version);
        }
        let responder = ResponderId::read(&fields.any()?)?;
        let produced_at = generalized_time(&fields.any()?)?;
        let mut list = fields.inside(asn1::SEQUENCE)?;
        let mut answers: Vec<SingleResponse> = Vec::new();
        while !list.is_empty() {
            if answers.len() == MAX_ANSWERS {
                return Err(OcspError::TooMany);
            }
            answers.push(SingleResponse::read(list.inside(asn1::SEQUENCE)?)?);
        }
        let mut critical = answers.iter().find_map(|answer| answer.critical.clone());
        let mut nonce = None;
        if let Some(field) = fields.optional(context(1))? {
            for extension in extension::read_all(field.content)? {
                match extension.oid {
                    NONCE => nonce = Some(read_nonce(extension.value).to_vec()),
                    EXTENDED_REVOKE => {}
                    oid if extension.critical => {
                        critical.get_or_insert_with(|| asn1::dotted(oid));
                    }
                    _ => {}
                }
            }
        }
        fields.finish()?;
        Ok(Self {
            fingerprint: Sha256::of(octets),
            tbs: range_in(octets, tbs.raw),
            signature: range_in(octets, signature),
            scheme: SignatureScheme::from_identifier(algorithm.raw),
            responder,
            produced_at,
            answers,
            nonce,
            critical,
            certificates,
            octets: octets.to_vec(),
        })
    }

    /// The octets, as they came.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Digest of all octets.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        self.fingerprint
    }

    /// `ResponseData`, over which the signature is.
    #[must_use]
    pub fn signed_octets(&self) -> &[u8] {
        self.octets.get(self.tbs.clone()).unwrap_or_default()
    }

    /// How it is signed. A digest in which collisions can be made is for policy to refuse, by date.
    pub fn scheme(&self) -> Result<SignatureScheme, &SchemeError> {
        self.scheme.as_ref().copied()
    }

    /// Whom it names as its signer.
    #[must_use]
    pub fn responder(&self) -> &ResponderId {
        &self.responder
    }

    /// When it was signed, it says.
    #[must_use]
    pub fn produced_at(&self) -> UnixTime {
        self.produced_at
    }

    /// What it says, of one certificate or more.
    #[must_use]
    pub fn answers(&self) -> &[SingleResponse] {
        &self.answers
    }

    /// The answers about `subject`: whether it is the answer to what was asked, and until when. Nothing is verified here.
    #[must_use]
    pub fn about(&self, subject: Subject<'_>) -> Vec<&SingleResponse> {
        let mut called = Called::new(vec![subject]);
        self.answers.iter().filter(|answer| called.is(answer.id())).collect()
    }

    /// The critical extension because of which it cannot be used, dotted.
    #[must_use]
    pub fn unknown_critical(&self) -> Option<&str> {
        self.critical.as_deref()
    }

    /// Certificates that came along: hints. Odd ones were left out.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The nonce in it.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// Holds its nonce against the one that was sent (RFC 9654, 2.1). Both must be equal where there are both.
    #[must_use]
    pub fn nonce_match(&self, sent: &[u8]) -> NonceMatch {
        match self.nonce() {
            None => NonceMatch::Absent,
            Some(nonce) if nonce == sent => NonceMatch::Equal,
            Some(_) => NonceMatch::Different,
        }
    }

    /// Whether the key of `signer` made its signature.
    pub(super) fn signed_by(&self, signer: &Certificate, budget: &mut Budget) -> Result<(), OcspFault> {
        let fault = |fault| OcspFault::Signature(fault);
        let key = signer.public_key().map_err(|error| fault(SignatureFault::Key(error.clone())))?;
        budget.signature_check()?;
        self.verify_by(key).map_err(fault)
    }

    fn verify_by(&self, key: &PublicKey) -> Result<(), SignatureFault> {
        let scheme = self.scheme().map_err(|error| SignatureFault::Scheme(error.clone()))?;
        let signature = self.octets.get(self.signature.clone()).unwrap_or_default();
        key.verify(scheme, &[self.signed_octets()], signature).map_err(SignatureFault::Verify)
    }

    /// Whether an issuer of this name and key (SubjectPublicKeyInfo) signed it, or a responder that the key certified:
    /// enough to keep it, for whether it is believed is decided at each use (`OcspSet::statements`).
    #[must_use]
    pub fn is_signed_under(&self, issuer: &Name, spki: &[u8]) -> bool {
        let Ok(key) = PublicKey::from_spki(spki) else { return false };
        let delegates =
            self.certificates.iter().filter(|delegate| delegate.issuer() == issuer && may_sign_ocsp(delegate));
        self.verify_by(&key).is_ok()
            || delegates.take(MAX_CANDIDATES).any(|delegate| {
                delegate.verify_by(&key).is_ok() && delegate.public_key().is_ok_and(|own| self.verify_by(own).is_ok())
            })
    }
}

/// The `BasicOCSPResponse` in an `OCSPResponse`.
fn open_envelope(mut fields: Reader<'_>) -> Result<Value<'_>, OcspError> {
    let status = match fields.expect(asn1::ENUMERATED)? {
        [code] => ResponseStatus::from_code(*code),
        _ => return Err(Asn1Error::Value.into()),
    };
    let bytes = fields.optional(context(0))?;
    fields.finish()?;
    // Whatever came along: a responder that gives no answer gives none.
    if let Some(status) = status {
        return Err(OcspError::NotSuccessful(status));
    }
    let mut bytes = Value::only(bytes.ok_or(OcspError::NoBytes)?.content)?.inside(asn1::SEQUENCE)?;
    let oid = bytes.expect(asn1::OID)?;
    let response = bytes.expect(asn1::OCTET_STRING)?;
    bytes.finish()?;
    if oid != BASIC {
        return Err(OcspError::NotBasic { oid: asn1::dotted(oid) });
    }
    Ok(Value::only(response)?)
}

/// Each is read alone; what is no certificate is left out, and so is what follows an end that cannot be found.
fn read_certificates(mut list: Reader<'_>) -> Vec<Certificate> {
    let mut certificates = Vec::new();
    for _ in 0..MAX_CERTIFICATES {
        let Ok(value) = list.any() else { break };
        certificates.extend(Certificate::parse(value.raw));
    }
    certificates
}

/// The octets of a nonce: inside an OCTET STRING of their own since RFC 8954, bare before.
fn read_nonce(value: &[u8]) -> &[u8] {
    Value::only(value).and_then(|inner| inner.expect(asn1::OCTET_STRING)).unwrap_or(value)
}

impl ResponderId {
    fn read(field: &Value<'_>) -> Result<Self, Asn1Error> {
        const NAME: u8 = context(1);
        const KEY: u8 = context(2);
        match field.tag {
            NAME => Name::parse(field.content).map(Self::Name),
            KEY => Value::only(field.content)?.expect(asn1::OCTET_STRING).map(|hash| Self::Key(hash.to_vec())),
            found => Err(Asn1Error::Tag { expected: NAME, found }),
        }
    }

    /// Whether it means the holder of this certificate. That is a hint: the signature proves who it was.
    #[must_use]
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Name(name) => name == certificate.subject(),
            Self::Key(hash) => key_hash(certificate).as_ref() == Some(hash),
        }
    }
}

/// How responses name this certificate's key.
pub(super) fn key_hash(certificate: &Certificate) -> Option<Vec<u8>> {
    key_bits(certificate.spki()).and_then(|bits| DigestAlgorithm::Sha1.digest(&[bits]))
}
