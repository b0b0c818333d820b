//! What a revocation list may say of a certificate, and why it may say nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::UnixTime;

/// Why a certificate was revoked (RFC 5280, 5.3.1).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Reason {
    /// No reason given.
    Unspecified,
    /// The key is known to others, or may be.
    KeyCompromise,
    /// So is that of a CA.
    CaCompromise,
    /// The holder changed name or place.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// Its work is done.
    CessationOfOperation,
    /// Suspended.
    CertificateHold,
    /// No longer suspended; in delta lists.
    RemoveFromCrl,
    /// A privilege in it was withdrawn.
    PrivilegeWithdrawn,
    /// The key of an attribute authority is known to others.
    AaCompromise,
    /// A code that the standard does not have.
    Unknown,
}

impl Reason {
    /// The reason with this code.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            8 => Self::RemoveFromCrl,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            _ => Self::Unknown,
        }
    }

    /// Whether signatures made before the revocation are in doubt too (EN 319 102-1, 5.2.6.4). Nothing said is taken
    /// for the worse.
    #[must_use]
    pub fn taints_the_past(self) -> bool {
        matches!(self, Self::KeyCompromise | Self::CaCompromise | Self::AaCompromise | Self::Unknown)
    }
}

/// What a list says of a certificate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum RevocationStatus {
    /// Not on it.
    Good,
    /// Suspended.
    Hold {
        /// Since when.
        at: UnixTime,
    },
    /// Revoked.
    Revoked {
        /// When.
        at: UnixTime,
        /// Why.
        reason: Reason,
        /// From when on the issuer holds the key for lost, when it says so.
        invalid_from: Option<UnixTime>,
    },
}

impl RevocationStatus {
    /// The worse of two: revoked, and of two revocations the earlier, since it spares fewer signatures.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Good, other) => other,
            (one, Self::Good) => one,
            (Self::Hold { at }, Self::Hold { at: other }) => Self::Hold { at: at.min(other) },
            (Self::Hold { .. }, revoked) | (revoked, Self::Hold { .. }) => revoked,
            (Self::Revoked { at: one, .. }, Self::Revoked { at: two, .. }) => {
                if two < one {
                    other
                } else {
                    self
                }
            }
        }
    }
}

/// Why a list says nothing about a certificate.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Unusable {
    /// It is for attribute certificates.
    AttributeCertificates,
    /// A critical extension of the list or of one entry is not known (RFC 5280, 5.2 and 5.3).
    CriticalExtension {
        /// Its object identifier, dotted.
        oid: String,
    },
    /// It lists changes only, and the list that it changes is not at hand.
    Delta,
    /// An entry does not say for one issuer whose certificate it revokes.
    EntryIssuer,
    /// It lists certificates of several issuers without saying that it does.
    Indirect,
    /// A newer list of changes is at hand that cannot be applied to it, so that it is not the last word.
    NewerDelta,
    /// Another issuer's.
    OtherIssuer,
    /// For another distribution point than the certificate's.
    OtherPoint,
    /// For CA certificates only, or for others only.
    OtherScope,
    /// It covers some reasons only, and no others at hand cover the rest.
    SomeReasons,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AttributeCertificates => f.write_str("CRL is for attribute certificates"),
            Self::CriticalExtension { oid } => write!(f, "CRL has the unknown critical extension {oid}"),
            Self::Delta => f.write_str("CRL is a delta"),
            Self::EntryIssuer => f.write_str("CRL has an entry for no issuer or for several"),
            Self::Indirect => f.write_str("CRL is indirect"),
            Self::NewerDelta => f.write_str("a newer delta CRL is at hand that cannot be applied to this CRL"),
            Self::OtherIssuer => f.write_str("CRL is from another issuer"),
            Self::OtherPoint => f.write_str("CRL is for another distribution point"),
            Self::OtherScope => f.write_str("CRL is for another kind of certificates"),
            Self::SomeReasons => f.write_str("CRL covers some reasons only"),
        }
    }
}
