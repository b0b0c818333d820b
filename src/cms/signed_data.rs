//! SignedData (RFC 5652, section 5) with exactly one signer, as PDF signatures and time-stamp tokens have it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::archival::RevocationValues;
use super::attribute::{self, Attributes};
use super::ber::{self, BerError};
use super::fault::CmsFault;
use crate::algorithm::{DigestAlgorithm, SchemeError, SignatureScheme};
use crate::asn1::{self, Asn1Error, Reader, Value, context, context_primitive};
use crate::digest::hex;
use crate::time::UnixTime;
use crate::x509::{Certificate, Name};

/// A SignedData that was read; whether it proves anything is for `verify`.
#[derive(Clone, Debug)]
pub struct SignedData {
    consumed: usize,
    padding: Padding,
    content_type: Vec<u8>,
    content: Option<Vec<u8>>,
    certificates: Vec<Certificate>,
    dropped_certificates: usize,
    revocation: RevocationValues,
    pub(super) signer: Signer,
}

/// The one SignerInfo.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub(super) sid: SignerId,
    /// Content octets of the digest algorithm's identifier.
    pub(super) digest_oid: Vec<u8>,
    /// `signatureAlgorithm` with its header.
    pub(super) signature_algorithm: Vec<u8>,
    /// `signedAttrs` with the header that it has in the SignerInfo.
    pub(super) signed_octets: Option<Vec<u8>>,
    pub(super) signed: Attributes,
    pub(super) signature: Vec<u8>,
    pub(super) unsigned: Attributes,
    /// Unsigned attributes that are no attributes: they belong to whoever added them, and prove nothing either way.
    pub(super) unsigned_malformed: bool,
}

/// How the signer says which certificate is meant.
#[derive(Clone, Debug)]
pub(super) enum SignerId {
    IssuerAndSerial(Box<Name>, Vec<u8>),
    SubjectKeyId(Vec<u8>),
}

/// What follows the value in the octets given.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Padding {
    /// Nothing.
    None,
    /// Octets that are not all zero: nobody signed them, and no signer writes them.
    Other {
        /// How many.
        octets: usize,
    },
    /// Zero octets, which fill the space that the signer had reserved in /Contents.
    Zeros {
        /// How many.
        octets: usize,
    },
}

/// Why octets are not a SignedData that can be judged.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum CmsError {
    /// Not BER.
    Ber(BerError),
    /// Not the structure of RFC 5652.
    Malformed(Asn1Error),
    /// Another type of CMS than SignedData.
    NotSignedData,
    /// No signer, or several: one signature field is one signature (ISO 32000-2, 12.8.3.3.1).
    Signers {
        /// How many; counting stops at 1,000.
        count: usize,
    },
}

impl fmt::Display for CmsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ber(error) => error.fmt(f),
            Self::Malformed(error) => write!(f, "not a CMS signature: {error}"),
            Self::NotSignedData => f.write_str("CMS is not a SignedData"),
            Self::Signers { count } => write!(f, "CMS has {count} signers instead of one"),
        }
    }
}

impl std::error::Error for CmsError {}

impl From<Asn1Error> for CmsError {
    fn from(error: Asn1Error) -> Self {
        Self::Malformed(error)
    }
}

impl From<BerError> for CmsError {
    fn from(error: BerError) -> Self {
        Self::Ber(error)
    }
}

/// id-data.
pub const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
/// id-ct-TSTInfo (RFC 3161, 2.4.2).
pub const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];

/// Bags carry up to five certificates; trusted lists in one would be an attack on time.
pub const MAX_CERTIFICATES: usize = 200;

impl SignedData {
    /// Reads a ContentInfo in BER or DER. What follows it is not read but told by [`padding`](Self::padding).
    pub fn parse(octets: &[u8]) -> Result<Self, CmsError> {
        let der = ber::to_der(octets)?;
        let consumed = der.consumed();
        let fields = SignedFields::read(der.octets())?;
        let (certificates, dropped_certificates) = read_certificates(fields.certificates);
        let signer = Signer::read(fields.signer_infos)?;
        Ok(Self {
            consumed,
            padding: Padding::of(octets.get(consumed..).unwrap_or_default()),
            content_type: fields.content_type.to_vec(),
            content: fields.content.map(<[u8]>::to_vec),
            certificates,
            dropped_certificates,
            revocation: RevocationValues::of_choices(fields.crls),
            signer,
        })
    }

    /// Octets of the input that it took.
    #[must_use]
    pub fn consumed(&self) -> usize {
        self.consumed
    }

    /// What follows it.
    #[must_use]
    pub fn padding(&self) -> Padding {
        self.padding
    }

    /// Content octets of the object identifier that says what is signed.
    #[must_use]
    pub fn content_type(&self) -> &[u8] {
        &self.content_type
    }

    /// The encapsulated content; a PDF signature has none (but for adbe.pkcs7.sha1), a time-stamp token has.
    #[must_use]
    pub fn content(&self) -> Option<&[u8]> {
        self.content.as_deref()
    }

    /// The certificates that came along: hints, each read alone.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// How many certificates could not be read, or were too many.
    #[must_use]
    pub fn dropped_certificates(&self) -> usize {
        self.dropped_certificates
    }

    /// Revocation lists and OCSP responses that came along, not read.
    #[must_use]
    pub fn revocation_values(&self) -> &RevocationValues {
        &self.revocation
    }

    /// Those that the signer put among the signed attributes, as Adobe's tools do; none where they cannot be read.
    #[must_use]
    pub fn archival(&self) -> RevocationValues {
        let value = self.signer.signed.single(attribute::REVOCATION_INFO_ARCHIVAL).ok().flatten();
        value.and_then(|value| RevocationValues::of_archival(&value).ok()).unwrap_or_default()
    }

    /// Adds certificates found elsewhere in the document that the signer may mean, when none that came along fits.
    pub fn complete(&mut self, elsewhere: &[Certificate]) {
        if !self.certificates.iter().any(|certificate| self.signer.sid.names(certificate)) {
            let fitting = elsewhere.iter().filter(|certificate| self.signer.sid.names(certificate));
            self.certificates.extend(fitting.take(MAX_CERTIFICATES).cloned());
        }
    }

    /// Puts in the place of each certificate an equal one, of which the key may be ready already.
    pub fn share(&mut self, equal: impl Fn(&Certificate) -> Certificate) {
        for certificate in &mut self.certificates {
            let known = equal(certificate);
            if known == *certificate {
                *certificate = known;
            }
        }
    }

    /// The signer's digest algorithm; `None` when it is not known.
    #[must_use]
    pub fn digest_algorithm(&self) -> Option<DigestAlgorithm> {
        DigestAlgorithm::from_oid(&self.signer.digest_oid)
    }

    /// How it was signed.
    pub fn scheme(&self) -> Result<SignatureScheme, SchemeError> {
        SignatureScheme::with_digest(&self.signer.signature_algorithm, self.digest()?)
    }

    pub(super) fn digest(&self) -> Result<DigestAlgorithm, SchemeError> {
        self.digest_algorithm().ok_or_else(|| SchemeError::Unsupported { oid: asn1::dotted(&self.signer.digest_oid) })
    }

    /// The signature value: what a signature time-stamp covers.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signer.signature
    }

    /// When the signer says that it signed: a claim, which VGCA's tools have written seven hours off.
    pub fn signing_time(&self) -> Result<Option<UnixTime>, CmsFault> {
        let fault = |fault| CmsFault::attribute(attribute::SIGNING_TIME, fault);
        match self.signer.signed.single(attribute::SIGNING_TIME).map_err(fault)? {
            Some(value) => value.time().map(Some).map_err(|error| fault(attribute::AttributeFault::Malformed(error))),
            None => Ok(None),
        }
    }

    /// Whether a signed attribute names the signer's certificate by digest. VGCA's signatures of 2018 have none.
    #[must_use]
    pub fn has_ess(&self) -> bool {
        self.signer.signed.has(attribute::SIGNING_CERTIFICATE)
            || self.signer.signed.has(attribute::SIGNING_CERTIFICATE_V2)
    }

    /// Time-stamp tokens among the unsigned attributes, as they stand: they prove nothing before they verify.
    pub fn timestamp_tokens(&self) -> impl Iterator<Item = &[u8]> {
        self.signer.unsigned.values(attribute::TIME_STAMP_TOKEN)
    }

    /// Time-stamp tokens over the content among the signed attributes (ETSI EN 319 122-1, 5.2.8), as they stand: the
    /// signature was made after them.
    pub fn content_timestamp_tokens(&self) -> impl Iterator<Item = &[u8]> {
        self.signer.signed.values(attribute::CONTENT_TIME_STAMP)
    }

    /// Whether the unsigned attributes could not be read and were left out.
    #[must_use]
    pub fn unsigned_attributes_malformed(&self) -> bool {
        self.signer.unsigned_malformed
    }

    /// Issuer and serial number, or key identifier, by which the signer names its certificate; for reports.
    #[must_use]
    pub fn signer_id(&self) -> String {
        match &self.signer.sid {
            SignerId::IssuerAndSerial(issuer, serial) => format!("{issuer}, {}", hex(serial)),
            SignerId::SubjectKeyId(id) => hex(id),
        }
    }
}

/// Reads the certificates of a PKCS#7 bundle (.p7b), which is a SignedData that nobody signed.
pub fn read_bundle(octets: &[u8]) -> Result<(Vec<Certificate>, usize), CmsError> {
    let der = ber::to_der(octets)?;
    Ok(read_certificates(SignedFields::read(der.octets())?.certificates))
}

/// Reads the revocation lists and responses of such a bundle; CAs publish lists so.
pub fn read_bundled_revocation(octets: &[u8]) -> Result<RevocationValues, CmsError> {
    let der = ber::to_der(octets)?;
    Ok(RevocationValues::of_choices(SignedFields::read(der.octets())?.crls))
}

/// The content inside a SignedData (RFC 8551, 3.5.2), whoever signed it and whether that holds or not; `None` where it is
/// detached or the octets are none.
#[must_use]
pub fn read_content(octets: &[u8]) -> Option<Vec<u8>> {
    let der = ber::to_der(octets).ok()?;
    SignedFields::read(der.octets()).ok()?.content.map(<[u8]>::to_vec)
}

/// The fields of SignedData, not read further.
struct SignedFields<'a> {
    content_type: &'a [u8],
    content: Option<&'a [u8]>,
    certificates: &'a [u8],
    crls: &'a [u8],
    signer_infos: &'a [u8],
}

impl<'a> SignedFields<'a> {
    fn read(der: &'a [u8]) -> Result<Self, CmsError> {
        let mut info = Value::only(der)?.inside(asn1::SEQUENCE)?;
        if info.expect(asn1::OID)? != SIGNED_DATA {
            return Err(CmsError::NotSignedData);
        }
        let mut fields = Value::only(info.expect(context(0))?)?.inside(asn1::SEQUENCE)?;
        info.finish()?;

        fields.expect(asn1::INTEGER)?;
        fields.expect(asn1::SET)?;
        let mut encapsulated = fields.inside(asn1::SEQUENCE)?;
        let content_type = encapsulated.expect(asn1::OID)?;
        let content = match encapsulated.optional(context(0))? {
            Some(content) => Some(Value::only(content.content)?.expect(asn1::OCTET_STRING)?),
            None => None,
        };
        encapsulated.finish()?;
        let certificates = fields.optional(context(0))?.map_or(&[][..], |value| value.content);
        let crls = fields.optional(context(1))?.map_or(&[][..], |value| value.content);
        let signer_infos = fields.expect(asn1::SET)?;
        fields.finish()?;
        Ok(Self { content_type, content, certificates, crls, signer_infos })
    }
}

impl Signer {
    fn read(signer_infos: &[u8]) -> Result<Self, CmsError> {
        let mut infos = Reader::new(signer_infos);
        let mut count = 0;
        let mut only = None;
        while !infos.is_empty() && count < 1_000 {
            only = Some(infos.any()?);
            count += 1;
        }
        let (1, Some(info)) = (count, only) else { return Err(CmsError::Signers { count }) };

        let mut fields = info.inside(asn1::SEQUENCE)?;
        fields.expect(asn1::INTEGER)?;
        let sid = SignerId::read(&fields.any()?)?;
        let mut digest = fields.inside(asn1::SEQUENCE)?;
        let digest_oid = digest.expect(asn1::OID)?.to_vec();
        // What the parameters of an algorithm that is not known may be is not known either.
        if DigestAlgorithm::from_oid(&digest_oid).is_some() {
            digest.optional(asn1::NULL)?;
            digest.finish()?;
        }
        let signed = fields.optional(context(0))?;
        let signature_algorithm = fields.value(asn1::SEQUENCE)?.raw.to_vec();
        let signature = fields.expect(asn1::OCTET_STRING)?.to_vec();
        let unsigned = fields.optional(context(1))?;
        fields.finish()?;
        let unsigned = unsigned.map_or(Ok(Attributes::default()), |value| Attributes::read(value.content));
        Ok(Self {
            sid,
            digest_oid,
            signature_algorithm,
            signed_octets: signed.map(|value| value.raw.to_vec()),
            signed: signed.map_or(Ok(Attributes::default()), |value| Attributes::read(value.content))?,
            signature,
            unsigned_malformed: unsigned.is_err(),
            unsigned: unsigned.unwrap_or_default(),
        })
    }
}

impl SignerId {
    fn read(value: &Value<'_>) -> Result<Self, Asn1Error> {
        if value.tag == context_primitive(0) {
            return Ok(Self::SubjectKeyId(value.content.to_vec()));
        }
        let mut fields = value.inside(asn1::SEQUENCE)?;
        let issuer = Name::parse(fields.value(asn1::SEQUENCE)?.raw)?;
        let serial = fields.expect(asn1::INTEGER)?.to_vec();
        fields.finish()?;
        Ok(Self::IssuerAndSerial(Box::new(issuer), serial))
    }

    /// Whether this certificate may be the one meant.
    pub(super) fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerial(issuer, serial) => {
                certificate.issuer() == &**issuer && certificate.serial() == serial
            }
            Self::SubjectKeyId(id) => certificate.subject_key_id() == Some(id),
        }
    }
}

impl Padding {
    fn of(rest: &[u8]) -> Self {
        match rest.len() {
            0 => Self::None,
            octets if rest.iter().all(|octet| *octet == 0) => Self::Zeros { octets },
            octets => Self::Other { octets },
        }
    }
}

/// Each certificate is read alone, so that one odd one does not cost the others.
fn read_certificates(bag: &[u8]) -> (Vec<Certificate>, usize) {
    let mut reader = Reader::new(bag);
    let mut certificates: Vec<Certificate> = Vec::new();
    let mut dropped = 0;
    while !reader.is_empty() {
        // After a value without an end nothing more can be found.
        let Ok(value) = reader.any() else { return (certificates, dropped + 1) };
        match Certificate::parse(value.raw) {
            Ok(certificate) if certificates.len() < MAX_CERTIFICATES => {
                if !certificates.contains(&certificate) {
                    certificates.push(certificate);
                }
            }
            _ => dropped += 1,
        }
        if dropped > MAX_CERTIFICATES {
            break;
        }
    }
    (certificates, dropped)
}
