//! One entry: what is pinned, for which purpose, from when to when, by which law.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::own::Origin;
use crate::digest::Sha256;
use crate::time::Period;
use crate::x509::name::Name;

/// What signatures an anchor is trusted for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Answers of one OCSP responder, for certificates of any issuer (RFC 6960, 4.2.2.2, first case). No path ends at
    /// it, and it vouches for no signature.
    Ocsp,
    /// Documents signed under a public CA licensed by the ministry.
    PublicCa,
    /// Documents signed by agencies (specialised certificates for public duty).
    PublicDuty,
    /// Time-stamp tokens.
    Timestamping,
}

impl Purpose {
    /// All for which a path may end, for certificates that an operator trusts for one call. Not [`Self::Ocsp`]: who is
    /// given as a CA, or as a signer, would speak for every other issuer too.
    pub const ALL: [Self; 3] = [Self::PublicCa, Self::PublicDuty, Self::Timestamping];
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ocsp => "ocsp",
            Self::PublicCa => "public-ca",
            Self::PublicDuty => "public-duty",
            Self::Timestamping => "timestamping",
        })
    }
}

/// Where a pinned certificate stands in its hierarchy.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnchorKind {
    /// A CA below a root, pinned itself because the signature on it is weak, or because it is licensed.
    Issuing,
    /// The top of a hierarchy.
    Root,
    /// The certificate of one service, such as a time-stamp authority.
    Service,
}

/// One entry of `anchors.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct AnchorEntry {
    pub(super) id: String,
    pub(super) kind: AnchorKind,
    pub(super) purposes: Vec<Purpose>,
    pub(super) subject: Name,
    pub(super) valid: Period,
    pub(super) sha256: Option<Sha256>,
    pub(super) sha1: Option<String>,
    pub(super) source: String,
    pub(super) legal_basis: String,
    pub(super) crl: Vec<String>,
    pub(super) origin: Origin,
}

impl AnchorEntry {
    /// The name by which reports call it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it stands in its hierarchy.
    #[must_use]
    pub fn kind(&self) -> AnchorKind {
        self.kind
    }

    /// What it is trusted for.
    #[must_use]
    pub fn purposes(&self) -> &[Purpose] {
        &self.purposes
    }

    /// The subject that its certificate has.
    #[must_use]
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// When it is trusted: the licence, or the life of the certificate.
    #[must_use]
    pub fn valid(&self) -> Period {
        self.valid
    }

    /// The pin; without one an operator confirms the digest and writes it into the file of his own.
    #[must_use]
    pub fn sha256(&self) -> Option<Sha256> {
        self.sha256
    }

    /// A SHA-1 fingerprint as published, for the operator to compare by eye. Nothing is matched by it.
    #[must_use]
    pub fn sha1(&self) -> Option<&str> {
        self.sha1.as_deref()
    }

    /// Where the certificate is published.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Why it is trusted.
    #[must_use]
    pub fn legal_basis(&self) -> &str {
        &self.legal_basis
    }

    /// Where the CA publishes its lists, for certificates below it that name no address that can be asked.
    #[must_use]
    pub fn crl(&self) -> &[String] {
        &self.crl
    }

    /// Who says so.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    pub(super) fn serves(&self, purposes: &[Purpose]) -> Option<Purpose> {
        purposes.iter().copied().find(|purpose| self.purposes.contains(purpose))
    }
}
