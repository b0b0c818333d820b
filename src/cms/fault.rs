//! Why a signature that was read proves nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::attribute::AttributeFault;
use crate::algorithm::{KeyError, SchemeError, VerifyError};
use crate::asn1;

/// What is wrong with a SignedData, seen together with what it is said to sign.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum CmsFault {
    /// The algorithms named in the signed attribute for it are not those used (RFC 6211).
    AlgorithmProtection,
    /// A signed attribute that decides.
    Attribute {
        /// Its object identifier, dotted.
        oid: String,
        /// What is wrong with it.
        fault: AttributeFault,
    },
    /// Several certificates that came along fit what the signer says, and no digest decides between them.
    CertificateAmbiguous,
    /// No certificate that came along is the one that the signer names.
    CertificateMissing,
    /// The certificate that the signer names has another digest than the signed attribute says (RFC 5035, 5.4).
    CertificateSubstituted,
    /// There is content inside where the content lies outside (ISO 32000-2, 12.8.3.3.1), or the other way round.
    Content,
    /// The content type, or the attribute that repeats it, is another one.
    ContentType,
    /// The digest of the content is not the one that was signed: the content was changed.
    HashMismatch,
    /// The signer's key.
    Key(KeyError),
    /// There are no signed attributes. RFC 5652 allows that, PAdES does not, and a signature over bare content can be
    /// passed off as one over attributes.
    NoSignedAttributes,
    /// The signature value does not match the signed attributes.
    SignatureMismatch,
    /// Digest, signature algorithm, or both together are not supported or do not agree.
    Scheme(SchemeError),
    /// The digest algorithm is known and too weak to be computed, or the key is of another kind than the algorithm.
    Verify(VerifyError),
}

impl CmsFault {
    pub(super) fn attribute(oid: &[u8], fault: AttributeFault) -> Self {
        Self::Attribute { oid: asn1::dotted(oid), fault }
    }
}

impl fmt::Display for CmsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlgorithmProtection => f.write_str("algorithms differ from those in the signed attributes"),
            Self::Attribute { oid, fault: AttributeFault::Malformed(error) } => write!(f, "attribute {oid}: {error}"),
            Self::Attribute { oid, fault: AttributeFault::Missing } => write!(f, "attribute {oid} is missing"),
            Self::Attribute { oid, fault: AttributeFault::NotSingle } => {
                write!(f, "attribute {oid} does not have exactly one value")
            }
            Self::CertificateAmbiguous => f.write_str("several certificates fit the signer"),
            Self::CertificateMissing => f.write_str("the signer's certificate is missing"),
            Self::CertificateSubstituted => f.write_str("the certificate is not the one that was signed with"),
            Self::Content => f.write_str("signed content is inside where it must be outside, or missing"),
            Self::ContentType => f.write_str("another type of content was signed"),
            Self::HashMismatch => f.write_str("content was changed after signing"),
            Self::Key(error) => error.fmt(f),
            Self::NoSignedAttributes => f.write_str("signature without signed attributes"),
            Self::SignatureMismatch => f.write_str("signature value does not match"),
            Self::Scheme(error) => error.fmt(f),
            Self::Verify(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CmsFault {}
