//! Why a response is none, and why one is not believed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::certificate::{CertificateFault, SignatureFault};
use crate::asn1::Asn1Error;
use crate::budget::Exhausted;
use crate::time::UnixTime;

/// What a responder says instead of an answer (RFC 6960, 4.2.1). Nobody signs it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ResponseStatus {
    /// It holds the request for malformed.
    MalformedRequest,
    /// It is broken.
    InternalError,
    /// It cannot answer now.
    TryLater,
    /// It wants a signed request.
    SigRequired,
    /// It may not answer for this certificate, or not to this client (RFC 5019, 2.2.3).
    Unauthorized,
    /// A code that the standard does not have.
    Other(u8),
}

impl ResponseStatus {
    /// The status with this code; `None` for success.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => return None,
            1 => Self::MalformedRequest,
            2 => Self::InternalError,
            3 => Self::TryLater,
            5 => Self::SigRequired,
            6 => Self::Unauthorized,
            other => Self::Other(other),
        })
    }
}

impl fmt::Display for ResponseStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedRequest => f.write_str("malformedRequest"),
            Self::InternalError => f.write_str("internalError"),
            Self::TryLater => f.write_str("tryLater"),
            Self::SigRequired => f.write_str("sigRequired"),
            Self::Unauthorized => f.write_str("unauthorized"),
            Self::Other(code) => write!(f, "status {code}"),
        }
    }
}

/// Why octets are not a response with answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum OcspError {
    /// Not the structure of RFC 6960, 4.2.1.
    Malformed(Asn1Error),
    /// Successful, it says, and has nothing in it.
    NoBytes,
    /// Another type than id-pkix-ocsp-basic.
    NotBasic {
        /// Its object identifier, dotted.
        oid: String,
    },
    /// The responder gives no answer.
    NotSuccessful(ResponseStatus),
    /// Larger than [`MAX_RESPONSE`](super::MAX_RESPONSE).
    TooLarge,
    /// More answers than [`MAX_ANSWERS`](super::MAX_ANSWERS), or too many extensions.
    TooMany,
    /// A version of the future.
    Version,
}

impl fmt::Display for OcspError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "not an OCSP response: {error}"),
            Self::NoBytes => f.write_str("OCSP response is successful and empty"),
            Self::NotBasic { oid } => write!(f, "OCSP response is of the unknown type {oid}"),
            Self::NotSuccessful(status) => write!(f, "OCSP responder gives no answer: {status}"),
            Self::TooLarge => f.write_str("OCSP response is too large"),
            Self::TooMany => f.write_str("OCSP response has too many answers or extensions"),
            Self::Version => f.write_str("OCSP response is of an unknown version"),
        }
    }
}

impl std::error::Error for OcspError {}

impl From<Asn1Error> for OcspError {
    fn from(error: Asn1Error) -> Self {
        Self::Malformed(error)
    }
}

/// Why a response says nothing of a certificate.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum OcspFault {
    /// "Good" over SHA-1 and a nonce that a stranger may have chosen.
    CollisionGround,
    /// A critical extension is not known (RFC 6960, 4.4).
    CriticalExtension {
        /// Its object identifier, dotted.
        oid: String,
    },
    /// What it says was to be replaced before it was known.
    EndsBeforeItBegins {
        /// When newer information was due.
        next_update: UnixTime,
    },
    /// The budget for public-key operations is spent.
    Exhausted,
    /// It was signed later than now.
    FromTheFuture {
        /// When it was signed, it says.
        produced_at: UnixTime,
    },
    /// It was signed before what it says was known.
    KnownAfterProduced {
        /// When it was signed, it says.
        produced_at: UnixTime,
    },
    /// It speaks of other certificates only.
    OtherCertificate,
    /// Whoever signed it does not speak for the issuer.
    Responder(ResponderFault),
    /// The signature of whoever it names as its signer.
    Signature(SignatureFault),
    /// The responder does not know the certificate, which is not "good" (RFC 6960, 2.2).
    Unknown,
}

impl fmt::Display for OcspFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CollisionGround => {
                f.write_str("OCSP response over SHA-1 has a nonce that a stranger may have chosen")
            }
            Self::CriticalExtension { oid } => write!(f, "OCSP response has the unknown critical extension {oid}"),
            Self::EndsBeforeItBegins { next_update } => {
                write!(f, "OCSP response was to be replaced at {next_update}, before it was known")
            }
            Self::Exhausted => f.write_str("limit on signature checks reached"),
            Self::FromTheFuture { produced_at } => write!(f, "OCSP response of {produced_at} is from the future"),
            Self::KnownAfterProduced { produced_at } => {
                write!(f, "OCSP response of {produced_at} says what was known later")
            }
            Self::OtherCertificate => f.write_str("OCSP response is about other certificates"),
            Self::Responder(fault) => write!(f, "OCSP responder {fault}"),
            Self::Signature(fault) => write!(f, "OCSP response: {fault}"),
            Self::Unknown => f.write_str("OCSP responder does not know the certificate"),
        }
    }
}

impl From<Exhausted> for OcspFault {
    fn from(_: Exhausted) -> Self {
        Self::Exhausted
    }
}

/// Why a signer does not speak for the issuer of a certificate (RFC 6960, 4.2.2.2). From strange to nearly right: of
/// several candidates the best one is told.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ResponderFault {
    /// No certificate at hand is the one that the response names as its signer's.
    Missing,
    /// The issuer did not certify it: another name, or not signed with the issuer's key.
    NotIssued,
    /// Something in its certificate taken alone.
    Certificate(CertificateFault),
    /// Its certificate does not have id-kp-OCSPSigning; anyExtendedKeyUsage is not enough.
    ExtendedKeyUsage,
    /// Its key usage does not have digitalSignature.
    KeyUsage,
    /// Its certificate, or the operator's trust in it, was not in its period when the response was signed.
    OutOfPeriod,
    /// Its issuer has revoked or suspended it.
    Revoked,
    /// It has the very key of the certificate in question.
    SelfVouching,
}

impl ResponderFault {
    /// How far the candidate came.
    pub(super) fn nearness(&self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::NotIssued => 1,
            Self::Certificate(_) => 2,
            Self::ExtendedKeyUsage => 3,
            Self::KeyUsage => 4,
            Self::OutOfPeriod => 5,
            Self::Revoked => 6,
            Self::SelfVouching => 7,
        }
    }
}

impl fmt::Display for ResponderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is not known: its certificate is not at hand"),
            Self::NotIssued => f.write_str("was not certified by the issuer of the certificate"),
            Self::Certificate(fault) => write!(f, "has a certificate that cannot be relied on: {fault}"),
            Self::ExtendedKeyUsage => f.write_str("has a certificate that is not for OCSP"),
            Self::KeyUsage => f.write_str("has a certificate without the key usage digitalSignature"),
            Self::OutOfPeriod => f.write_str("signed outside the period of its certificate"),
            Self::Revoked => f.write_str("is revoked or suspended itself"),
            Self::SelfVouching => f.write_str("vouches for its own key"),
        }
    }
}
