//! Revocation of the signer and of every CA on its path (EN 319 102-1, 5.2.5 and 5.2.6; RFC 5280, 6.3), from the
//! lists that were gathered.

use crate::budget::Budget;
use crate::evidence::{Evidence, Need};
use crate::time::UnixTime;
use crate::x509::{Certificate, Crl, CrlStatus, Path};

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

/// Of several usable lists the newest speaks; a revocation in any fresh one counts ("worst wins").
fn status(
    certificate: &Certificate,
    issuer: &Certificate,
    evidence: &Evidence,
    at: UnixTime,
    budget: &mut Budget,
) -> Revocation {
    let mut best: Option<Revocation> = None;
    let mut worst_found = Revocation::Clear;
    for piece in evidence.pieces(&need(issuer)) {
        let Ok(crl) = Crl::parse(&piece.octets) else { continue };
        if crl.signed_by(issuer, budget).is_err() {
            continue;
        }
        let fresh = crl.next_update().is_some_and(|next| at <= next) && crl.this_update() <= at;
        match crl.status(certificate) {
            Ok(CrlStatus::Good) => {
                let found = if fresh { Revocation::Clear } else { Revocation::Stale };
                best = Some(best.map_or(found, |best| best.min(found)));
            }
            // Once revoked, always revoked: an old list is enough. A hold may have been lifted since.
            Ok(CrlStatus::Revoked { .. }) => worst_found = Revocation::Revoked,
            Ok(CrlStatus::Hold { .. }) if fresh => worst_found = worst_found.max(Revocation::OnHold),
            Ok(CrlStatus::Hold { .. }) => best = Some(best.map_or(Revocation::Stale, |best| best)),
            Err(_) => {}
        }
    }
    best.unwrap_or(if worst_found == Revocation::Clear { Revocation::Unavailable } else { worst_found })
        .max(worst_found)
}
