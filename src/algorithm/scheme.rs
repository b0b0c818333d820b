//! Signature schemes: which padding, curve or parameters together with which digest.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::DigestAlgorithm;
use crate::asn1::{self, Asn1Error, Reader, Value, context};

/// How a signature value was made.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum SignatureScheme {
    /// ECDSA (FIPS 186-5, 6) on the curve of the key.
    Ecdsa {
        /// Digest of the message.
        digest: DigestAlgorithm,
    },
    /// Ed25519 (RFC 8032), which digests by itself.
    Ed25519,
    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
    RsaPkcs1 {
        /// Digest of the message.
        digest: DigestAlgorithm,
    },
    /// RSASSA-PSS (RFC 8017, 8.1).
    RsaPss {
        /// Digest of the message.
        digest: DigestAlgorithm,
        /// Digest inside MGF1; usually the same.
        mgf_digest: DigestAlgorithm,
        /// Octets of salt.
        salt_len: usize,
    },
}

/// Why an `AlgorithmIdentifier` names no scheme that can be verified.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum SchemeError {
    /// The digest that stands beside the scheme is another one than the scheme's own.
    Disagrees {
        /// Digest inside the signature algorithm.
        scheme: DigestAlgorithm,
        /// Digest beside it.
        digest: DigestAlgorithm,
    },
    /// It is not an `AlgorithmIdentifier`, or its parameters are not those of its algorithm.
    Malformed(Asn1Error),
    /// An algorithm that is not verified here.
    Unsupported {
        /// Its object identifier, dotted.
        oid: String,
    },
}

impl fmt::Display for SchemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disagrees { scheme, digest } => write!(f, "signature algorithm says {scheme}, digest says {digest}"),
            Self::Malformed(error) => write!(f, "signature algorithm: {error}"),
            Self::Unsupported { oid } => write!(f, "signature algorithm {oid} is not supported"),
        }
    }
}

impl std::error::Error for SchemeError {}

impl From<Asn1Error> for SchemeError {
    fn from(error: Asn1Error) -> Self {
        Self::Malformed(error)
    }
}

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// The last octet after 1.2.840.113549.1.1.
const RSA_WITH: [(u8, DigestAlgorithm); 8] = [
    (0x04, DigestAlgorithm::Md5),
    (0x05, DigestAlgorithm::Sha1),
    (0x0e, DigestAlgorithm::Sha224),
    (0x0b, DigestAlgorithm::Sha256),
    (0x0c, DigestAlgorithm::Sha384),
    (0x0d, DigestAlgorithm::Sha512),
    (0x0f, DigestAlgorithm::Sha512t224),
    (0x10, DigestAlgorithm::Sha512t256),
];
const ECDSA_WITH_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
/// The last octet after 1.2.840.10045.4.3.
const ECDSA_WITH: [(u8, DigestAlgorithm); 4] = [
    (0x01, DigestAlgorithm::Sha224),
    (0x02, DigestAlgorithm::Sha256),
    (0x03, DigestAlgorithm::Sha384),
    (0x04, DigestAlgorithm::Sha512),
];

/// The last octet after 2.16.840.1.101.3.4.3 (NIST's signature algorithms with SHA-3): with ECDSA, and with RSA.
const ECDSA_WITH_SHA3: [(u8, DigestAlgorithm); 4] = [
    (0x09, DigestAlgorithm::Sha3t224),
    (0x0a, DigestAlgorithm::Sha3t256),
    (0x0b, DigestAlgorithm::Sha3t384),
    (0x0c, DigestAlgorithm::Sha3t512),
];
const RSA_WITH_SHA3: [(u8, DigestAlgorithm); 4] = [
    (0x0d, DigestAlgorithm::Sha3t224),
    (0x0e, DigestAlgorithm::Sha3t256),
    (0x0f, DigestAlgorithm::Sha3t384),
    (0x10, DigestAlgorithm::Sha3t512),
];

impl SignatureScheme {
    /// Reads the `AlgorithmIdentifier` of a certificate or CRL, which has to name the digest itself.
    pub fn from_identifier(identifier: &[u8]) -> Result<Self, SchemeError> {
        Self::read(identifier, None)
    }

    /// Reads the `signatureAlgorithm` of a SignerInfo. Its digest must agree with `digestAlgorithm` where it names one
    /// (RFC 5652, 5.3; RFC 8933), and is that one where it does not (`rsaEncryption`, RFC 3370, 3.2).
    pub fn with_digest(identifier: &[u8], digest: DigestAlgorithm) -> Result<Self, SchemeError> {
        let scheme = Self::read(identifier, Some(digest))?;
        // RFC 8419, 3: with signed attributes Ed25519 goes with SHA-512 alone.
        let own = scheme.digest().unwrap_or(DigestAlgorithm::Sha512);
        if own == digest { Ok(scheme) } else { Err(SchemeError::Disagrees { scheme: own, digest }) }
    }

    /// Digest of the message; `None` where the scheme digests by itself.
    #[must_use]
    pub fn digest(self) -> Option<DigestAlgorithm> {
        match self {
            Self::Ecdsa { digest } | Self::RsaPkcs1 { digest } | Self::RsaPss { digest, .. } => Some(digest),
            Self::Ed25519 => None,
        }
    }

    fn read(identifier: &[u8], beside: Option<DigestAlgorithm>) -> Result<Self, SchemeError> {
        let mut fields = Value::only(identifier)?.inside(asn1::SEQUENCE)?;
        let oid = fields.expect(asn1::OID)?;
        if oid == RSA_PSS {
            return Self::read_pss(fields);
        }
        let unsupported = || SchemeError::Unsupported { oid: asn1::dotted(oid) };
        let scheme = match oid {
            RSA_ENCRYPTION => beside.map(|digest| Self::RsaPkcs1 { digest }).ok_or_else(unsupported),
            EC_PUBLIC_KEY => beside.map(|digest| Self::Ecdsa { digest }).ok_or_else(unsupported),
            ED25519 => Ok(Self::Ed25519),
            ECDSA_WITH_SHA1 => Ok(Self::Ecdsa { digest: DigestAlgorithm::Sha1 }),
            [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last] => {
                find(&RSA_WITH, *last).map(|digest| Self::RsaPkcs1 { digest }).ok_or_else(unsupported)
            }
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last] => {
                find(&ECDSA_WITH, *last).map(|digest| Self::Ecdsa { digest }).ok_or_else(unsupported)
            }
            [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, last] => {
                let ecdsa = find(&ECDSA_WITH_SHA3, *last).map(|digest| Self::Ecdsa { digest });
                let rsa = || find(&RSA_WITH_SHA3, *last).map(|digest| Self::RsaPkcs1 { digest });
                ecdsa.or_else(rsa).ok_or_else(unsupported)
            }
            _ => Err(unsupported()),
        }?;
        // RFC 4055 wants NULL for RSA and RFC 5758 none for ECDSA; signers mix both up, and neither can hide anything.
        fields.optional(asn1::NULL)?;
        fields.finish()?;
        Ok(scheme)
    }

    /// Reads `RSASSA-PSS-params` (RFC 4055, 3.1). An absent field has its default, SHA-1 and 20; the whole must be there.
    fn read_pss(mut fields: Reader<'_>) -> Result<Self, SchemeError> {
        let mut params = fields.inside(asn1::SEQUENCE)?;
        fields.finish()?;
        let unsupported = || SchemeError::Unsupported { oid: asn1::dotted(RSA_PSS) };

        let mut digest = DigestAlgorithm::Sha1;
        if let Some(field) = params.optional(context(0))? {
            let inner = Value::only(field.content)?.inside(asn1::SEQUENCE)?;
            digest = DigestAlgorithm::from_identifier(inner)?.ok_or_else(unsupported)?;
        }
        let mut mgf_digest = DigestAlgorithm::Sha1;
        if let Some(field) = params.optional(context(1))? {
            let mut mgf = Value::only(field.content)?.inside(asn1::SEQUENCE)?;
            if mgf.expect(asn1::OID)? != MGF1 {
                return Err(unsupported());
            }
            mgf_digest = DigestAlgorithm::from_identifier(mgf.inside(asn1::SEQUENCE)?)?.ok_or_else(unsupported)?;
            mgf.finish()?;
        }
        let mut salt_len = 20;
        if let Some(field) = params.optional(context(2))? {
            salt_len = small_integer(Value::only(field.content)?.expect(asn1::INTEGER)?)?;
        }
        if let Some(field) = params.optional(context(3))?
            && small_integer(Value::only(field.content)?.expect(asn1::INTEGER)?)? != 1
        {
            return Err(unsupported());
        }
        params.finish()?;
        Ok(Self::RsaPss { digest, mgf_digest, salt_len })
    }
}

impl fmt::Display for SignatureScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecdsa { digest } => write!(f, "ECDSA, {digest}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::RsaPkcs1 { digest } => write!(f, "RSA PKCS#1 v1.5, {digest}"),
            Self::RsaPss { digest, mgf_digest, .. } if digest == mgf_digest => write!(f, "RSA-PSS, {digest}"),
            Self::RsaPss { digest, mgf_digest, .. } => write!(f, "RSA-PSS, {digest}, MGF1 with {mgf_digest}"),
        }
    }
}

fn find(table: &[(u8, DigestAlgorithm)], last: u8) -> Option<DigestAlgorithm> {
    table.iter().find(|(known, _)| *known == last).map(|(_, digest)| *digest)
}

/// A salt is shorter than the modulus, so two octets are enough.
fn small_integer(content: &[u8]) -> Result<usize, Asn1Error> {
    match *content {
        [low] if low < 0x80 => Ok(usize::from(low)),
        [high, low] if high < 0x80 => Ok(usize::from(high) << 8 | usize::from(low)),
        _ => Err(Asn1Error::Value),
    }
}
