//! The outcome for one signature, in the terms of ETSI EN 319 102-1 V1.3.1, 5.1.3: an indication, and a
//! sub-indication that is typed by it, so that TOTAL-PASSED with a failure code cannot be written down.

use serde::Serialize;

use crate::pdf::Modification;
use crate::time::UnixTime;
use crate::x509::{Path, PathFault};

use super::certificate_validation::Trust;
use super::integrity::Integrity;
use super::revocation_freshness::Revocation;
use super::validate::InForce;

/// Outcome of the validation of one signature.
#[derive(Clone, Debug)]
pub enum Conclusion {
    /// TOTAL-PASSED.
    Passed(Passed),
    /// TOTAL-FAILED.
    Failed(Failure),
    /// INDETERMINATE: not enough is known to say either.
    Indeterminate(Indeterminate),
}

/// Made only by `signature::validate`: holds the path and the time that were proven.
#[derive(Clone, Debug)]
pub struct Passed {
    pub(super) path: Path,
    pub(super) best_signature_time: UnixTime,
}

impl Passed {
    /// The path from the signer to a trust anchor.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The earliest moment at which the signature is proven to exist.
    #[must_use]
    pub fn best_signature_time(&self) -> UnixTime {
        self.best_signature_time
    }
}

/// TOTAL-FAILED: the signature is certainly not valid.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Failure {
    /// EXPIRED: a timestamp over the content proves that it was made after the certificate had ended.
    Expired,
    /// FORMAT_FAILURE; ours too for changes after signing, for which the standard has no code.
    Format(FormatFault),
    /// HASH_FAILURE: the signed octets are not those that were signed.
    Hash,
    /// NOT_YET_VALID: proven to exist before the certificate came into force, so signed before it.
    NotYetValid,
    /// REVOKED: a timestamp over the content proves that it was made after the revocation.
    Revoked,
    /// SIG_CRYPTO_FAILURE: the signature value does not verify with the signer's key.
    SigCrypto,
}

/// What is wrong with the form of a signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FormatFault {
    /// `/ByteRange` cannot be the one of a signature over this file.
    ByteRange,
    /// The revisions after the signed one changed more than a further signature needs.
    Changed(Modification),
    /// The CMS object is malformed or not one that a single signer made.
    Cms,
    /// `/Contents` is not one hexadecimal string that holds one CMS object and zero padding.
    Contents,
    /// The octets left out of the digest are not exactly `/Contents`.
    Gap,
    /// The structure around the signature contradicts itself.
    Structure,
}

/// INDETERMINATE.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Indeterminate {
    /// CERTIFICATE_CHAIN_GENERAL_FAILURE.
    ChainGeneralFailure(PathFault),
    /// CHAIN_CONSTRAINTS_FAILURE: the certificate may not sign documents.
    ChainConstraints,
    /// CRYPTO_CONSTRAINTS_FAILURE_NO_POE: an algorithm that was secure only until a day before which nothing proves
    /// the signature.
    CryptoConstraintsNoPoe,
    /// NO_CERTIFICATE_CHAIN_FOUND; the anchor's id when the path ends at one that is known but not installed.
    NoCertificateChainFound {
        /// Id of the known anchor whose certificate is not installed.
        missing_anchor: Option<String>,
    },
    /// NO_SIGNING_CERTIFICATE_FOUND.
    NoSigningCertificateFound,
    /// OUT_OF_BOUNDS_NO_POE: expired now, and nothing proves that the signature is older.
    OutOfBoundsNoPoe,
    /// REVOKED_NO_POE (the signer) or REVOKED_CA_NO_POE.
    RevokedNoPoe {
        /// It is the certificate of a CA on the path that is revoked.
        ca: bool,
    },
    /// SIG_CONSTRAINTS_FAILURE: a form or attribute that is not supported or not as required.
    SigConstraints,
    /// TIMESTAMP_ORDER_FAILURE: a timestamp that the signature covers is later than one that covers the signature.
    TimestampOrder,
    /// TRY_LATER: what would decide could not be had.
    TryLater(Doubt),
}

/// What could not be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Doubt {
    /// Whether the authority was revoked on whose timestamp all else rests.
    Authority,
    /// The certificate of the authority has ended, and nothing proves that its timestamp is older.
    Expired,
    /// A limit was reached before the end of the examination.
    Limit,
    /// A responder says that it does not know the certificate.
    OcspUnknown,
    /// The certificate is on hold.
    OnHold,
    /// What is known of revocation is too old for the time that is proven.
    RevocationStale,
    /// There is no usable revocation data.
    RevocationUnavailable,
}

impl Conclusion {
    /// The indication.
    #[must_use]
    pub const fn indication(&self) -> &'static str {
        match self {
            Self::Passed(_) => "TOTAL-PASSED",
            Self::Failed(_) => "TOTAL-FAILED",
            Self::Indeterminate(_) => "INDETERMINATE",
        }
    }

    /// The sub-indication; `None` when passed.
    #[must_use]
    pub const fn sub_indication(&self) -> Option<&'static str> {
        match self {
            Self::Passed(_) => None,
            Self::Failed(failure) => Some(match failure {
                Failure::Expired => "EXPIRED",
                Failure::Format(_) => "FORMAT_FAILURE",
                Failure::Hash => "HASH_FAILURE",
                Failure::NotYetValid => "NOT_YET_VALID",
                Failure::Revoked => "REVOKED",
                Failure::SigCrypto => "SIG_CRYPTO_FAILURE",
            }),
            Self::Indeterminate(indeterminate) => Some(match indeterminate {
                Indeterminate::ChainGeneralFailure(_) => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
                Indeterminate::ChainConstraints => "CHAIN_CONSTRAINTS_FAILURE",
                Indeterminate::CryptoConstraintsNoPoe => "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
                Indeterminate::NoCertificateChainFound { .. } => "NO_CERTIFICATE_CHAIN_FOUND",
                Indeterminate::NoSigningCertificateFound => "NO_SIGNING_CERTIFICATE_FOUND",
                Indeterminate::OutOfBoundsNoPoe => "OUT_OF_BOUNDS_NO_POE",
                Indeterminate::RevokedNoPoe { ca: false } => "REVOKED_NO_POE",
                Indeterminate::RevokedNoPoe { ca: true } => "REVOKED_CA_NO_POE",
                Indeterminate::SigConstraints => "SIG_CONSTRAINTS_FAILURE",
                Indeterminate::TimestampOrder => "TIMESTAMP_ORDER_FAILURE",
                Indeterminate::TryLater(_) => "TRY_LATER",
            }),
        }
    }

    /// Whether the signature passed.
    #[must_use]
    pub const fn is_passed(&self) -> bool {
        matches!(self, Self::Passed(_))
    }
}

/// Where the best signature time comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeSource {
    /// A document timestamp that covers the signature (ISO 32000-2, 12.8.5).
    DocumentTimestamp,
    /// The gateway's own time of receipt: an upper bound.
    Receipt,
    /// A timestamp over the signature value (EN 319 122-1, 5.3).
    SignatureTimestamp,
}

/// What was found of a signature for one time.
pub(super) struct Found<'a> {
    pub(super) integrity: &'a Integrity,
    pub(super) trust: &'a Trust,
    pub(super) in_force: InForce,
    pub(super) revocation: Option<Revocation>,
    pub(super) strong: bool,
    /// The time that is proven.
    pub(super) proven: UnixTime,
    /// A timestamp over the content says that it was made later than that.
    pub(super) out_of_order: bool,
}

/// The end of validation (EN 319 102-1, 5.3.4 and 5.5.4): the first block that did not pass says why.
pub(super) fn conclude(found: &Found<'_>) -> Conclusion {
    let doubt = |indeterminate| Conclusion::Indeterminate(indeterminate);
    match found.integrity {
        Integrity::Intact => {}
        Integrity::Failed(failure) => return Conclusion::Failed(failure.clone()),
        Integrity::NoCertificate => return doubt(Indeterminate::NoSigningCertificateFound),
        Integrity::Unexamined => return doubt(Indeterminate::TryLater(Doubt::Limit)),
        Integrity::Unsupported => return doubt(Indeterminate::SigConstraints),
    }
    let path = match found.trust {
        Trust::Trusted(path) => path,
        Trust::AnchorMissing { id } => {
            return doubt(Indeterminate::NoCertificateChainFound { missing_anchor: Some(id.clone()) });
        }
        Trust::NotTrusted | Trust::Unlisted => {
            return doubt(Indeterminate::NoCertificateChainFound { missing_anchor: None });
        }
        Trust::Bad(fault) => return doubt(Indeterminate::ChainGeneralFailure(fault.clone())),
        Trust::Limit => return doubt(Indeterminate::TryLater(Doubt::Limit)),
        Trust::NotForDocuments => return doubt(Indeterminate::ChainConstraints),
        Trust::NoCertificate => return doubt(Indeterminate::NoSigningCertificateFound),
    };
    match found.revocation {
        Some(Revocation::Before) => return Conclusion::Failed(Failure::Revoked),
        Some(Revocation::Revoked) => return doubt(Indeterminate::RevokedNoPoe { ca: false }),
        Some(Revocation::CaRevoked | Revocation::CaRevokedSince) => {
            return doubt(Indeterminate::RevokedNoPoe { ca: true });
        }
        Some(Revocation::OnHold) => return doubt(Indeterminate::TryLater(Doubt::OnHold)),
        Some(
            Revocation::Clear
            | Revocation::Later
            | Revocation::OcspUnknown
            | Revocation::Stale
            | Revocation::Unavailable,
        )
        | None => {}
    }
    match found.in_force {
        InForce::Yes => {}
        InForce::Expired => return Conclusion::Failed(Failure::Expired),
        // The time that is proven is an upper bound: signed before the certificate began.
        InForce::NotYet => return Conclusion::Failed(Failure::NotYetValid),
        InForce::Ended | InForce::Unknown => return doubt(Indeterminate::OutOfBoundsNoPoe),
    }
    if found.out_of_order {
        return doubt(Indeterminate::TimestampOrder);
    }
    if !found.strong {
        return doubt(Indeterminate::CryptoConstraintsNoPoe);
    }
    match found.revocation {
        Some(Revocation::Clear | Revocation::Later) => {
            Conclusion::Passed(Passed { path: path.clone(), best_signature_time: found.proven })
        }
        Some(Revocation::Stale) => doubt(Indeterminate::TryLater(Doubt::RevocationStale)),
        Some(Revocation::OcspUnknown) => doubt(Indeterminate::TryLater(Doubt::OcspUnknown)),
        _ => doubt(Indeterminate::TryLater(Doubt::RevocationUnavailable)),
    }
}
