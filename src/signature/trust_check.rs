//! Whether one certificate is trusted, and why: the path (RFC 5280, section 6), its usage, its algorithms, its licence and
//! its revocation, each as a finding of its own. What an operator asks of a certificate, with no document at hand.

mod revocation;

use crate::algorithm::{DigestAlgorithm, KeyError, KeyKind, PublicKey};
use crate::budget::Budget;
use crate::time::{UnixTime, Within};
use crate::x509::{
    AnchorStore, Certificate, InitialPolicies, Path, PathError, PathSearch, Purpose, Reason, UsageFault, Verified,
};

use super::algorithms::Algorithms;

pub use revocation::{RevocationAnswer, RevocationFinding, RevocationPieces};

/// What the certificate is wanted for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Use {
    /// Whatever it says itself: the path alone counts.
    Any,
    /// Signing documents: the leaf must be allowed to, and the anchor trusted for agencies or public CAs.
    DocumentSigning,
    /// Signing times (RFC 3161, 2.3).
    Timestamping,
}

impl Use {
    /// What the anchor must be trusted for: any of these.
    #[must_use]
    pub const fn purposes(self) -> &'static [Purpose] {
        match self {
            // Public CAs last: where an anchor serves agencies too, no licence is asked for.
            Self::Any => &[Purpose::PublicDuty, Purpose::Timestamping, Purpose::PublicCa],
            Self::DocumentSigning => &[Purpose::PublicDuty, Purpose::PublicCa],
            Self::Timestamping => &[Purpose::Timestamping],
        }
    }

    /// A word for command lines and files.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::DocumentSigning => "document-signing",
            Self::Timestamping => "timestamping",
        }
    }
}

/// What is asked, and what there is to answer it with.
#[derive(Clone, Copy, Debug)]
pub struct Inquiry<'a> {
    /// Whose certificate it is.
    pub certificate: &'a Certificate,
    /// Certificates that may stand between it and an anchor; hints.
    pub pool: &'a [Certificate],
    /// Whom to trust.
    pub anchors: &'a AnchorStore,
    /// What for.
    pub usage: Use,
    /// Under one of which policies the path must be valid (RFC 5280, 6.1.1 c and e); none leaves it open.
    pub policies: &'a [String],
    /// When.
    pub at: UnixTime,
    /// What tells of revocation; `None` where nobody asked.
    pub revocation: Option<&'a RevocationPieces>,
    /// Which algorithms count until when; the policy says so.
    pub algorithms: &'a Algorithms,
}

/// Why the certificate does not serve what it is wanted for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UseFault {
    /// It must not sign documents.
    Documents(UsageFault),
    /// Its extended key usage is not timeStamping alone and critical, or its key usage has no signatures (RFC 3161, 2.3).
    Timestamps,
}

/// What makes an algorithm on the path count for nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Weakness {
    /// A digest without collision resistance signed it.
    Digest(DigestAlgorithm),
    /// Its key can verify nothing here.
    Key(KeyError),
    /// Keys of its kind or length do not count.
    Kind(KeyKind),
}

/// Every check with its result. Where there is no path, nothing after it was looked at.
#[derive(Clone, Debug)]
pub struct TrustFindings {
    /// Signatures, names, constraints, policies, up to an anchor.
    pub path: Result<Path, PathError>,
    /// The certificate nearest to the leaf that is out of its period, and on which side.
    pub period: Option<(Certificate, Within)>,
    /// Whether it may be used so.
    pub usage: Result<(), UseFault>,
    /// The issuing CA of a public hierarchy that no entry lists.
    pub unlisted: Option<Certificate>,
    /// Weak algorithms below the anchor.
    pub weak: Vec<(Certificate, Weakness)>,
    /// For each certificate below the anchor, from the leaf up; `None` where nobody asked.
    pub revocation: Option<Vec<RevocationFinding>>,
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TrustVerdict {
    /// Every check that was asked for holds.
    Trusted,
    /// One does not.
    NotTrusted,
    /// None fails, and one cannot be told.
    Undetermined,
}

impl TrustVerdict {
    /// A word for files.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::NotTrusted => "not-trusted",
            Self::Undetermined => "undetermined",
        }
    }
}

/// Paths tried after the first; an honest bridge needs one or two.
const MAX_DETOURS: usize = 8;

impl TrustFindings {
    /// CAs on the path for whose sake another path is worth a look; none where the leaf itself stands badly.
    fn faulty_authorities(&self, leaf: &Certificate) -> Vec<&Certificate> {
        let standings = self.revocation.iter().flatten().filter(|finding| !finding.status.is_good());
        let faulty: Vec<&Certificate> =
            standings.map(|finding| &finding.certificate).chain(self.weak.iter().map(|(weak, _)| weak)).collect();
        if faulty.contains(&leaf) { Vec::new() } else { faulty }
    }

    /// Certificates on the path that are revoked because their key, or their issuer's, is in the wrong hands.
    fn compromised(&self) -> impl Iterator<Item = &Certificate> {
        self.revocation.iter().flatten().filter_map(|finding| match finding.status {
            RevocationAnswer::Revoked { reason: Reason::KeyCompromise | Reason::CaCompromise, .. } => {
                Some(&finding.certificate)
            }
            _ => None,
        })
    }

    /// The answer: a certain fault first, then what is not known, and trust only where neither is found.
    #[must_use]
    pub fn verdict(&self) -> TrustVerdict {
        let path = match &self.path {
            Ok(_) => TrustVerdict::Trusted,
            Err(PathError::AnchorMissing { .. } | PathError::Exhausted | PathError::OutsideTrustPeriod { .. }) => {
                TrustVerdict::Undetermined
            }
            Err(PathError::Bad { .. } | PathError::NotTrusted) => TrustVerdict::NotTrusted,
        };
        let standings = self.revocation.iter().flatten();
        let revoked = standings.clone().any(|standing| matches!(standing.status, RevocationAnswer::Revoked { .. }));
        let open = self.unlisted.is_some() || standings.clone().any(|standing| !standing.status.is_good());
        let fault = self.period.is_some() || self.usage.is_err() || !self.weak.is_empty() || revoked;
        match path {
            TrustVerdict::NotTrusted => path,
            _ if fault => TrustVerdict::NotTrusted,
            _ if open => TrustVerdict::Undetermined,
            _ => path,
        }
    }
}

impl Inquiry<'_> {
    /// Makes every check that can be made. Where a CA on the path is revoked, unknown or weakly signed, other paths are
    /// tried (RFC 4158, 2.3: any valid path does); where none is better, the first is told of.
    #[must_use]
    pub fn answer(&self, budget: &mut Budget) -> TrustFindings {
        let verified = Verified::default();
        let first = self.along(&verified, budget);
        let (mut last, mut pool) = (first.clone(), self.pool.to_vec());
        let mut compromised: Vec<Certificate> = Vec::new();
        for _ in 0..MAX_DETOURS {
            let shunned = last.faulty_authorities(self.certificate);
            // A key in the wrong hands is in them whichever certificate names it.
            compromised.extend(last.compromised().cloned());
            let before = pool.len();
            pool.retain(|one| {
                !shunned.contains(&one) && !compromised.iter().any(|compromised| compromised.spki() == one.spki())
            });
            if pool.len() == before {
                break;
            }
            last = Inquiry { pool: &pool, ..*self }.along(&verified, budget);
            let passes = last.path.iter().flat_map(Path::certificates);
            let by_compromised = passes.into_iter().any(|one| compromised.iter().any(|key| key.spki() == one.spki()));
            if last.verdict() == TrustVerdict::Trusted && !by_compromised {
                return last;
            }
        }
        first
    }

    /// Makes every check on one path.
    fn along(&self, verified: &Verified, budget: &mut Budget) -> TrustFindings {
        let usage = self.usage(self.certificate);
        let policies = match self.policies {
            [] => InitialPolicies::default(),
            wanted => InitialPolicies::requiring(wanted.iter().cloned()),
        };
        let path = self.search().build_under(&policies, verified, self.certificate, budget);
        let Ok(found) = &path else {
            return TrustFindings { path, period: None, usage, unlisted: None, weak: Vec::new(), revocation: None };
        };
        let period = found.out_of_period(self.at).map(|(certificate, side)| (certificate.clone(), side));
        let unlisted = found.unlisted_ca(self.anchors, self.at).cloned();
        let weak = self.weak(found);
        let revocation = self.revocation.map(|pieces| revocation::of(found, pieces, (self.search(), verified), budget));
        TrustFindings { path, period, usage, unlisted, weak, revocation }
    }

    fn search(&self) -> PathSearch<'_> {
        PathSearch { pool: self.pool, anchors: self.anchors, purposes: self.usage.purposes(), at: self.at }
    }

    fn usage(&self, certificate: &Certificate) -> Result<(), UseFault> {
        match self.usage {
            Use::Any => Ok(()),
            Use::DocumentSigning => certificate.may_sign_documents().map_err(UseFault::Documents),
            Use::Timestamping if stamps_times_alone(certificate) => Ok(()),
            Use::Timestamping => Err(UseFault::Timestamps),
        }
    }

    /// The signature *on* the anchor proves nothing, and its key is trusted as it is; everything below must be strong.
    fn weak(&self, path: &Path) -> Vec<(Certificate, Weakness)> {
        let counts = |digest: &DigestAlgorithm| self.algorithms.accept_digest(*digest, self.at);
        let mut weak: Vec<(Certificate, Weakness)> = path
            .schemes()
            .filter_map(|(certificate, scheme)| {
                let digest = scheme.digest().filter(|digest| !counts(digest))?;
                Some((certificate.clone(), Weakness::Digest(digest)))
            })
            .collect();
        let below = path.certificates().len().saturating_sub(1).max(1);
        for certificate in path.certificates().iter().take(below) {
            match certificate.public_key().map(PublicKey::kind) {
                Err(error) => weak.push((certificate.clone(), Weakness::Key(error.clone()))),
                Ok(kind) if !self.algorithms.accept_key(kind, self.at) => {
                    weak.push((certificate.clone(), Weakness::Kind(kind)));
                }
                Ok(_) => {}
            }
        }
        weak
    }
}

/// id-kp-timeStamping.
const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";

fn stamps_times_alone(certificate: &Certificate) -> bool {
    let signs = certificate.key_usage().is_none_or(|usage| usage.digital_signature() || usage.non_repudiation());
    signs && certificate.ext_key_usage().is_some_and(|(oids, critical)| critical && oids == [TIME_STAMPING])
}

#[cfg(test)]
mod tests;
