//! Revocation of the signer and of every CA on its path (EN 319 102-1, 5.2.5 and 5.2.6; RFC 5280, 6.3), from the
//! lists that were gathered.

use crate::budget::Budget;
use crate::evidence::{Evidence, Need};
use crate::time::UnixTime;
use crate::x509::{Certificate, Crl, CrlAnswer, CrlSet, CrlStatus, NoAnswer, Path};

/// What is known of revocation for a whole path. In order of weight: the worst of all certificates counts.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Revocation {
    /// Fresh lists name no certificate of the path.
    Clear,
    /// The newest list is past its nextUpdate.
    Stale,
    /// There is no list, or none that can be used.
    Unavailable,
    /// The signer's certificate is on hold.
    OnHold,
    /// A CA of the path is revoked.
    CaRevoked,
    /// The signer's certificate is revoked.
    Revoked,
}

/// The need of each certificate below the anchor.
pub(super) fn needs(path: &Path) -> Vec<Need> {
    path.issuers().map(|(_, issuer)| need(issuer)).collect()
}

fn need(issuer: &Certificate) -> Need {
    Need::Crl { issuer: issuer.subject().der().to_vec() }
}

/// The worst that is known of any certificate of the path.
pub(super) fn check(path: &Path, evidence: &Evidence, at: UnixTime, budget: &mut Budget) -> Revocation {
    path.issuers()
        .enumerate()
        .map(|(depth, (certificate, issuer))| {
            let status = status(certificate, issuer, evidence, at, budget);
            // Whose certificate it is decides what a revocation means.
            match status {
                Revocation::Revoked | Revocation::OnHold if depth > 0 => Revocation::CaRevoked,
                other => other,
            }
        })
        .max()
        .unwrap_or(Revocation::Clear)
}

fn status(
    certificate: &Certificate,
    issuer: &Certificate,
    evidence: &Evidence,
    at: UnixTime,
    budget: &mut Budget,
) -> Revocation {
    let mut lists = CrlSet::default();
    for crl in evidence.pieces(&need(issuer)).iter().filter_map(|piece| Crl::parse(&piece.octets).ok()) {
        lists.insert(crl);
    }
    match lists.status(certificate, issuer, at, budget) {
        CrlAnswer::Known { status: CrlStatus::Good, .. } => Revocation::Clear,
        CrlAnswer::Known { status: CrlStatus::Hold { .. }, .. } => Revocation::OnHold,
        CrlAnswer::Known { status: CrlStatus::Revoked { .. }, .. } => Revocation::Revoked,
        CrlAnswer::Unknown(why) if why.iter().any(|(_, why)| matches!(why, NoAnswer::Stale { .. })) => {
            Revocation::Stale
        }
        CrlAnswer::Unknown(_) => Revocation::Unavailable,
    }
}
