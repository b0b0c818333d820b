//! Certificates (RFC 5280, section 4) as facts: what one says, and what is wrong with it taken alone.
//!
//! Whether a certificate is trusted is not said here but in `path`.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use x509_parser::certificate::X509CertificateParser;
use x509_parser::nom::Parser as _;

use super::extension::{DistributionPoint, Extensions, KeyUsage};
use super::general_name::GeneralName;
use super::name::Name;
use super::name_constraint::NameConstraints;
use super::policy::PolicyFields;
use crate::algorithm::{KeyError, PublicKey, SchemeError, SignatureScheme, VerifyError};
use crate::asn1::{self, Asn1Error, Reader, context};
use crate::digest::{Sha256, hex};
use crate::time::{Period, UnixTime};

/// A certificate with its octets. Cloning is cheap.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct Certificate {
    inner: Arc<Inner>,
}

struct Inner {
    der: Vec<u8>,
    fingerprint: Sha256,
    tbs: Range<usize>,
    signature: Range<usize>,
    spki: Range<usize>,
    scheme: Result<SignatureScheme, SchemeError>,
    /// Read when it is asked for: what a modulus needs before it can compute costs as much as a verification.
    key: OnceLock<Result<PublicKey, KeyError>>,
    serial: Vec<u8>,
    issuer: Name,
    subject: Name,
    validity: Period,
    extensions: Extensions,
    has_extensions: bool,
    fault: Option<CertificateFault>,
}

/// Why octets are not a certificate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum CertificateError {
    /// Not the structure of RFC 5280, 4.1.
    Malformed(Asn1Error),
    /// Larger than [`MAX_CERTIFICATE`].
    TooLarge,
    /// A validity that ends before it begins.
    Validity,
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "not a certificate: {error}"),
            Self::TooLarge => f.write_str("certificate is too large"),
            Self::Validity => f.write_str("certificate ends before it begins"),
        }
    }
}

impl std::error::Error for CertificateError {}

impl From<Asn1Error> for CertificateError {
    fn from(error: Asn1Error) -> Self {
        Self::Malformed(error)
    }
}

/// What keeps a readable certificate from being relied on. A certificate pinned by its digest is not asked for it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum CertificateFault {
    /// The algorithm inside what is signed is not the one outside (RFC 5280, 4.1.1.2).
    AlgorithmsDiffer,
    /// An extension occurs twice (RFC 5280, 4.2).
    DuplicateExtension {
        /// Its object identifier, dotted.
        oid: String,
    },
    /// An extension that decides is not what it should be.
    MalformedExtension {
        /// Its object identifier, dotted.
        oid: String,
    },
    /// A critical extension that is not evaluated (RFC 5280, 4.2).
    UnknownCriticalExtension {
        /// Its object identifier, dotted.
        oid: String,
    },
    /// Extensions in a certificate of version 1 or 2 (RFC 5280, 4.1.2.9).
    Version,
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlgorithmsDiffer => f.write_str("signature algorithm inside and outside differ"),
            Self::DuplicateExtension { oid } => write!(f, "extension {oid} occurs twice"),
            Self::MalformedExtension { oid } => write!(f, "extension {oid} cannot be read"),
            Self::UnknownCriticalExtension { oid } => write!(f, "critical extension {oid} is not known"),
            Self::Version => f.write_str("extensions in a certificate of version 1 or 2"),
        }
    }
}

/// What certificate a document cannot be signed with, and why (item 6 of the profile; RFC 5280, 4.2.1.3 and 4.2.1.12).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum UsageFault {
    /// The extended key usage names other things only, such as a TLS server.
    ExtendedKeyUsage {
        /// What it names, dotted.
        oids: Vec<String>,
    },
    /// Neither digitalSignature nor nonRepudiation.
    KeyUsage,
}

impl fmt::Display for UsageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExtendedKeyUsage { oids } => write!(f, "extended key usage is {} only", oids.join(", ")),
            Self::KeyUsage => f.write_str("key usage has neither digitalSignature nor nonRepudiation"),
        }
    }
}

/// Real certificates have 1 to 4 kB; some with pictures reach 30.
pub const MAX_CERTIFICATE: usize = 256 << 10;

impl Certificate {
    /// Reads one certificate in DER. Nothing may follow.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_CERTIFICATE {
            return Err(CertificateError::TooLarge);
        }
        // x509-parser decides whether this is a certificate at all; what it does not keep is read beside it.
        let (rest, parsed) = X509CertificateParser::new().parse(der).map_err(|_| Asn1Error::Value)?;
        if !rest.is_empty() {
            return Err(Asn1Error::Trailing.into());
        }
        let layout = Layout::read(der)?;
        let identifier = der.get(layout.algorithm.clone()).unwrap_or_default();
        let agree = der.get(layout.inner_algorithm.clone()) == Some(identifier);

        let moment = |time: &x509_parser::time::ASN1Time| Some(UnixTime::from_seconds(time.timestamp()));
        let validity = Period::new(moment(&parsed.validity.not_before), moment(&parsed.validity.not_after))
            .ok_or(CertificateError::Validity)?;
        let issuer = Name::parse(parsed.issuer().as_raw())?;
        let (extensions, extension_fault) = Extensions::read(parsed.extensions(), &issuer);
        let has_extensions = !parsed.extensions().is_empty();
        let fault = if !agree {
            Some(CertificateFault::AlgorithmsDiffer)
        } else if has_extensions && parsed.version().0 != 2 {
            Some(CertificateFault::Version)
        } else {
            extension_fault
        };

        let inner = Inner {
            fingerprint: Sha256::of(der),
            scheme: SignatureScheme::from_identifier(identifier),
            key: OnceLock::new(),
            serial: parsed.raw_serial().to_vec(),
            issuer,
            subject: Name::parse(parsed.subject().as_raw())?,
            validity,
            extensions,
            has_extensions,
            fault,
            tbs: layout.tbs,
            signature: layout.signature,
            spki: layout.spki,
            der: der.to_vec(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The octets, as they stand.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// Digest of all octets: the name under which it is pinned.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        self.inner.fingerprint
    }

    /// Whom it is for.
    #[must_use]
    pub fn subject(&self) -> &Name {
        &self.inner.subject
    }

    /// Who says so.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.inner.issuer
    }

    /// Content octets of the serial number, as they stand.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.inner.serial
    }

    /// The serial number in hexadecimal, without the leading zero octet of positive numbers.
    #[must_use]
    pub fn serial_hex(&self) -> String {
        match self.inner.serial.as_slice() {
            [0, rest @ ..] if !rest.is_empty() => hex(rest),
            serial => hex(serial),
        }
    }

    /// The period that the issuer vouches for.
    #[must_use]
    pub fn validity(&self) -> Period {
        self.inner.validity
    }

    /// The key, when it is of a kind that can verify.
    pub fn public_key(&self) -> Result<&PublicKey, &KeyError> {
        self.inner.key.get_or_init(|| PublicKey::from_spki(self.spki())).as_ref()
    }

    /// `SubjectPublicKeyInfo`, as it stands.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        self.inner.der.get(self.inner.spki.clone()).unwrap_or_default()
    }

    /// How the issuer signed it.
    pub fn scheme(&self) -> Result<SignatureScheme, &SchemeError> {
        self.inner.scheme.as_ref().copied()
    }

    /// What is wrong with it taken alone.
    #[must_use]
    pub fn fault(&self) -> Option<&CertificateFault> {
        self.inner.fault.as_ref()
    }

    /// Whether it has extensions at all; certificates of version 1 have none.
    #[must_use]
    pub fn has_extensions(&self) -> bool {
        self.inner.has_extensions
    }

    /// Whether it says that its subject issues certificates (basicConstraints).
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.inner.extensions.basic.is_some_and(|basic| basic.ca)
    }

    /// How many CA certificates may follow it on a path.
    #[must_use]
    pub fn path_len(&self) -> Option<u32> {
        self.inner.extensions.basic.and_then(|basic| basic.path_len)
    }

    /// What the key may be used for; `None` where the certificate does not say.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.inner.extensions.key_usage
    }

    /// Object identifiers (dotted) of the extended key usage, and whether it is critical.
    #[must_use]
    pub fn ext_key_usage(&self) -> Option<(&[String], bool)> {
        self.inner.extensions.ext_key_usage.as_ref().map(|usage| (usage.oids.as_slice(), usage.critical))
    }

    /// The alternative names of the subject.
    #[must_use]
    pub fn alternative_names(&self) -> &[GeneralName] {
        &self.inner.extensions.alternative_names
    }

    /// Mail addresses of the subject, from the alternative names and from the name itself.
    #[must_use]
    pub fn emails(&self) -> Vec<String> {
        let alternative = self.alternative_names().iter().filter_map(|name| match name {
            GeneralName::Email(email) => Some(email.clone()),
            _ => None,
        });
        let mut emails: Vec<String> = alternative.chain(self.subject().emails()).collect();
        emails.dedup();
        emails
    }

    /// A hint by which its issuer may call its key.
    #[must_use]
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.inner.extensions.subject_key_id.as_deref()
    }

    /// A hint at the key that signed it.
    #[must_use]
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.inner.extensions.authority_key_id.as_deref()
    }

    /// Where its issuer publishes revocations.
    #[must_use]
    pub fn distribution_points(&self) -> &[DistributionPoint] {
        &self.inner.extensions.distribution_points
    }

    /// Addresses of CRLs: of complete lists, of delta lists (freshestCRL), and those of Netscape's old extensions (VGCA
    /// G1). To be fetched only after the path has verified.
    #[must_use]
    pub fn crl_urls(&self) -> Vec<&str> {
        let points = self.distribution_points().iter().chain(&self.inner.extensions.freshest_points);
        let netscape = self.inner.extensions.netscape_crl_urls.iter().map(String::as_str);
        let mut seen = HashSet::new();
        points.flat_map(DistributionPoint::urls).chain(netscape).filter(|url| seen.insert(*url)).collect()
    }

    /// Who may issue lists that speak of it: its issuer, and whom its distribution points name besides.
    pub fn crl_issuers(&self) -> impl Iterator<Item = &Name> {
        let named = self.distribution_points().iter().flat_map(|point| &point.crl_issuer);
        let named = named.filter_map(|name| match name {
            GeneralName::Directory(name) => Some(name),
            _ => None,
        });
        [self.issuer()].into_iter().chain(named)
    }

    /// Addresses of OCSP responders (authorityInfoAccess).
    #[must_use]
    pub fn ocsp_urls(&self) -> &[String] {
        &self.inner.extensions.ocsp_urls
    }

    /// Whether its issuer says that it is not revoked in its lifetime (id-pkix-ocsp-nocheck, RFC 6960, 4.2.2.2.1).
    /// That is for responders only; nobody else is spared the question.
    #[must_use]
    pub fn ocsp_no_check(&self) -> bool {
        self.inner.extensions.ocsp_no_check
    }

    /// Policies it was issued under, dotted.
    #[must_use]
    pub fn policies(&self) -> &[String] {
        self.inner.extensions.policy.policies.as_deref().unwrap_or_default()
    }

    /// All that it says of policies.
    pub(super) fn policy_fields(&self) -> &PolicyFields {
        &self.inner.extensions.policy
    }

    /// Limits on the names below it.
    #[must_use]
    pub fn name_constraints(&self) -> Option<&NameConstraints> {
        self.inner.extensions.name_constraints.as_ref()
    }

    /// Whether subject and issuer have the same name; says nothing about who signed it.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject() == self.issuer()
    }

    /// Whether the key of `issuer` made its signature, over the octets as they stand.
    pub fn verify_signature(&self, issuer: &Self) -> Result<(), SignatureFault> {
        self.verify_by(issuer.public_key().map_err(|error| SignatureFault::Key(error.clone()))?)
    }

    /// Whether this key made its signature.
    pub(super) fn verify_by(&self, key: &PublicKey) -> Result<(), SignatureFault> {
        let scheme = self.scheme().map_err(|error| SignatureFault::Scheme(error.clone()))?;
        let octets = |range: &Range<usize>| self.inner.der.get(range.clone()).unwrap_or_default();
        key.verify(scheme, &[octets(&self.inner.tbs)], octets(&self.inner.signature)).map_err(SignatureFault::Verify)
    }

    /// Whether documents may be signed with it: keyUsage digitalSignature or nonRepudiation (VGCA G1 has the latter
    /// only), and no extended key usage, or one that includes documents, e-mail or anything.
    pub fn may_sign_documents(&self) -> Result<(), UsageFault> {
        if self.key_usage().is_some_and(|usage| !usage.digital_signature() && !usage.non_repudiation()) {
            return Err(UsageFault::KeyUsage);
        }
        match self.ext_key_usage() {
            Some((oids, _)) if !oids.iter().any(|oid| DOCUMENT_USES.contains(&oid.as_str())) => {
                Err(UsageFault::ExtendedKeyUsage { oids: oids.to_vec() })
            }
            _ => Ok(()),
        }
    }
}

/// What an extended key usage may name when documents are signed: anyExtendedKeyUsage, emailProtection,
/// documentSigning (RFC 9336), Microsoft's document signing, Adobe's authentic documents.
const DOCUMENT_USES: [&str; 5] =
    ["2.5.29.37.0", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.10.3.12", "1.2.840.113583.1.1.5"];

/// Why the signature on a certificate or CRL counts for nothing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum SignatureFault {
    /// The issuer's key cannot verify.
    Key(KeyError),
    /// The algorithm is not verified here.
    Scheme(SchemeError),
    /// It does not verify.
    Verify(VerifyError),
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(error) => error.fmt(f),
            Self::Scheme(error) => error.fmt(f),
            Self::Verify(error) => error.fmt(f),
        }
    }
}

/// Identity of octets: a twin with the same key or name is another certificate.
impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint() == other.fingerprint()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.subject(), self.serial_hex())
    }
}

impl TryFrom<Vec<u8>> for Certificate {
    type Error = CertificateError;

    fn try_from(der: Vec<u8>) -> Result<Self, Self::Error> {
        Self::parse(&der)
    }
}

impl From<Certificate> for Vec<u8> {
    fn from(certificate: Certificate) -> Self {
        certificate.der().to_vec()
    }
}

/// Where the parts lie that are needed as octets.
struct Layout {
    tbs: Range<usize>,
    inner_algorithm: Range<usize>,
    spki: Range<usize>,
    algorithm: Range<usize>,
    signature: Range<usize>,
}

impl Layout {
    fn read(der: &[u8]) -> Result<Self, Asn1Error> {
        let mut outer = Reader::new(der).inside(asn1::SEQUENCE)?;
        let tbs = outer.value(asn1::SEQUENCE)?;
        let algorithm = outer.value(asn1::SEQUENCE)?;
        let signature = outer.bit_string()?;
        outer.finish()?;
        let mut fields = Reader::new(tbs.content);
        fields.optional(context(0))?;
        fields.expect(asn1::INTEGER)?;
        let inner_algorithm = fields.value(asn1::SEQUENCE)?;
        for _ in ["issuer", "validity", "subject"] {
            fields.expect(asn1::SEQUENCE)?;
        }
        let spki = fields.value(asn1::SEQUENCE)?;
        Ok(Self {
            tbs: range_in(der, tbs.raw),
            inner_algorithm: range_in(der, inner_algorithm.raw),
            spki: range_in(der, spki.raw),
            algorithm: range_in(der, algorithm.raw),
            signature: range_in(der, signature),
        })
    }
}

/// Where `part`, a slice of `whole`, lies in it.
pub(super) fn range_in(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start.saturating_add(part.len())
}
