//! What lists and responses say of each certificate of a path at one time. Only "good" from a piece that was current then
//! is good; what nobody tells of is not known.

use crate::budget::Budget;
use crate::time::UnixTime;
use crate::x509::{Certificate, CrlAnswer, CrlSet, NoAnswer, Path, PathSearch, Reason, RevocationStatus};

/// What was given to tell of revocation.
#[derive(Clone, Debug, Default)]
pub struct RevocationPieces {
    /// Lists.
    pub crls: CrlSet,
    /// OCSP responses, as they came.
    pub ocsp: Vec<Vec<u8>>,
}

/// How one certificate stands.
#[derive(Clone, Debug)]
pub struct RevocationFinding {
    /// Whose.
    pub certificate: Certificate,
    /// How.
    pub status: RevocationAnswer,
}

/// What is known of one certificate, the worst of all that was said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RevocationAnswer {
    /// Not revoked.
    Good {
        /// As of when it was said.
        as_of: UnixTime,
        /// When newer information is due.
        until: Option<UnixTime>,
    },
    /// Suspended since.
    Hold {
        /// When.
        at: UnixTime,
    },
    /// Revoked.
    Revoked {
        /// When.
        at: UnixTime,
        /// Why.
        reason: Reason,
    },
    /// The newest that was said was out of date already.
    Stale {
        /// When newer information was due.
        next_update: UnixTime,
    },
    /// Nothing was said that counts; why each piece does not.
    Unknown(Vec<String>),
}

impl RevocationAnswer {
    /// Whether it is known not to be revoked.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Good { .. })
    }
}

/// How each certificate below the anchor stands, from the leaf up.
pub(super) fn of(
    path: &Path,
    pieces: &RevocationPieces,
    search: &PathSearch<'_>,
    budget: &mut Budget,
) -> Vec<RevocationFinding> {
    path.issuers()
        .map(|(certificate, issuer)| RevocationFinding {
            certificate: certificate.clone(),
            status: status(certificate, issuer, pieces, search.at, budget),
        })
        .collect()
}

fn status(
    certificate: &Certificate,
    issuer: &Certificate,
    pieces: &RevocationPieces,
    at: UnixTime,
    budget: &mut Budget,
) -> RevocationAnswer {
    match pieces.crls.status(certificate, issuer, at, budget) {
        // From after the time that is asked for: whoever says "now" by that clock cannot have it.
        CrlAnswer::Known { status: RevocationStatus::Good, crl } if crl.this_update() > at => {
            RevocationAnswer::Unknown(vec![format!("CRL is dated {}, after the time of this check", crl.this_update())])
        }
        CrlAnswer::Known { status: RevocationStatus::Good, crl } => {
            RevocationAnswer::Good { as_of: crl.this_update(), until: crl.next_update() }
        }
        CrlAnswer::Known { status: RevocationStatus::Hold { at }, .. } => RevocationAnswer::Hold { at },
        CrlAnswer::Known { status: RevocationStatus::Revoked { at, reason, .. }, .. } => {
            RevocationAnswer::Revoked { at, reason }
        }
        CrlAnswer::Unknown(why) => {
            let stale = why.iter().find_map(|(_, why)| match why {
                NoAnswer::Stale { next_update } => Some(*next_update),
                _ => None,
            });
            match stale {
                Some(next_update) => RevocationAnswer::Stale { next_update },
                None => RevocationAnswer::Unknown(why.iter().map(|(_, why)| why.to_string()).collect()),
            }
        }
    }
}
