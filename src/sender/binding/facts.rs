//! What is asked of a signer's certificate.

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

/// What the signer's certificate says, after its path was judged.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SignerFacts {
    /// SHA-256 of the certificate.
    pub fingerprint: Sha256,
    /// rfc822Names of the subjectAltName (RFC 5280, 4.2.1.6).
    pub emails: Vec<String>,
    /// CN of the subject; `None` where there is none, or several that could be told apart at will.
    pub common_name: Option<String>,
    /// O of the subject, all of them.
    pub organizations: Vec<String>,
    /// L of the subject, all of them.
    pub localities: Vec<String>,
    /// Codes of agencies in the subject ([`super::code`]).
    pub codes: Vec<String>,
    /// A personal number or a personal name is in the subject: a certificate of a person.
    pub of_person: bool,
    /// What kind of anchor the path ends at.
    pub under: Hierarchy,
}

/// Kinds of trust anchor, as far as they differ in what a name below them is worth.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hierarchy {
    /// No proven path, or an anchor for something else.
    Other,
    /// The national root and the public CAs below it.
    PublicCa,
    /// The Government's own (VGCA).
    PublicDuty,
}

impl Hierarchy {
    /// The token of reports.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::PublicCa => "public-ca",
            Self::PublicDuty => "public-duty",
        }
    }
}

impl SignerFacts {
    /// Whether nothing in the names needs an accent, so that the certificate may be one that cannot write any.
    pub(super) fn is_ascii(&self) -> bool {
        self.common_name.iter().chain(&self.organizations).chain(&self.localities).all(|name| name.is_ascii())
    }
}
