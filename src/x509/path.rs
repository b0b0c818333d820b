//! Paths from a certificate to an anchor: built and validated in one search (RFC 5280, section 6; RFC 4158).
//!
//! The clock and revocation are no part of this: whoever asks decides at which time a path must hold, and gathers
//! revocation for [`Path::issuers`]. The search prefers a path that holds at the given time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::anchor::{AnchorEntry, AnchorStore, Purpose};
use super::certificate::{Certificate, CertificateFault, SignatureFault};
use super::crl::CrlFault;
use super::name::Name;
use super::name_constraint::{MAX_COMPARISONS, NameFault};
use super::policy::{self, InitialPolicies};
use crate::algorithm::{DigestAlgorithm, SignatureScheme};
use crate::budget::{Budget, Exhausted, Resource};
use crate::digest::Sha256;
use crate::time::{UnixTime, Within};

/// Certificates on a path, leaf and anchor included. Vietnamese paths have three, test suites seven.
pub const MAX_DEPTH: usize = 10;
/// Public-key operations in one search; a path of ten needs nine, cross-signing some more.
pub const MAX_CHECKS: u32 = 100;
/// Issuers looked at in one search. A mesh of cross-signed CAs reaches it in a millisecond.
pub const MAX_STEPS: u32 = 5_000;

/// What a search has to work with.
#[derive(Clone, Copy, Debug)]
pub struct PathSearch<'a> {
    /// Certificates that may stand between leaf and anchor; hints, whoever sent them.
    pub pool: &'a [Certificate],
    /// Where a path may end.
    pub anchors: &'a AnchorStore,
    /// What the anchor must be trusted for: any of these.
    pub purposes: &'a [Purpose],
    /// When the trust in the anchor must hold, and preferably every certificate.
    pub at: UnixTime,
}

/// A path whose signatures, names and constraints hold; made only by [`PathSearch::build`].
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Path {
    certificates: Vec<Certificate>,
    anchor: String,
    purpose: Purpose,
}

/// Why there is no path.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum PathError {
    /// A path leads to a pinned anchor whose certificate the operator has not installed yet.
    AnchorMissing {
        /// The entry.
        id: String,
    },
    /// Every path is broken; this is the one that came nearest to an anchor.
    Bad {
        /// Subject of the certificate at fault.
        subject: Name,
        /// What is wrong with it.
        fault: PathFault,
    },
    /// A limit of the search was reached before it ended.
    Exhausted,
    /// No issuer leads to an anchor.
    NotTrusted,
    /// A path leads to an anchor that is not trusted at that time (licence not begun, or ended).
    OutsideTrustPeriod {
        /// The entry.
        id: String,
        /// Whether the trust had ended; else it had not begun.
        ended: bool,
    },
}

/// What breaks a path.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum PathFault {
    /// Something in the certificate taken alone.
    Certificate(CertificateFault),
    /// A name that a CA above does not allow.
    Names(NameFault),
    /// It issued a certificate without being a CA (basicConstraints).
    NotCa,
    /// It issued a certificate, but its key usage does not have keyCertSign.
    NotForSigning,
    /// More CAs below it than its pathLenConstraint allows.
    PathLength,
    /// A CA asks for a policy that is valid all the way down, and here there is none left.
    Policy,
    /// The signature on it.
    Signature(SignatureFault),
    /// More certificates above it than [`MAX_DEPTH`].
    TooLong,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnchorMissing { id } => write!(f, "anchor {id} is pinned, but its certificate is not installed"),
            Self::Bad { subject, fault } => write!(f, "{subject}: {fault}"),
            Self::Exhausted => f.write_str("limit of the path search reached"),
            Self::NotTrusted => f.write_str("no path to a trust anchor"),
            Self::OutsideTrustPeriod { id, ended: true } => write!(f, "trust in anchor {id} had ended"),
            Self::OutsideTrustPeriod { id, ended: false } => write!(f, "trust in anchor {id} had not begun"),
        }
    }
}

impl std::error::Error for PathError {}

impl fmt::Display for PathFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(fault) => fault.fmt(f),
            Self::Names(NameFault::Constrained) => f.write_str("has a name that its CA may not certify"),
            Self::Names(NameFault::TooMany) => f.write_str("has too many names under constraints"),
            Self::NotCa => f.write_str("issued a certificate but is no CA"),
            Self::NotForSigning => f.write_str("issued a certificate without the key usage for it"),
            Self::PathLength => f.write_str("allows fewer CAs below it"),
            Self::Policy => f.write_str("has no policy that holds on the whole path, as a CA requires"),
            Self::Signature(fault) => fault.fmt(f),
            Self::TooLong => f.write_str("path is too long"),
        }
    }
}

impl Path {
    /// From the leaf to the anchor, both included.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The certificate that the path is for.
    #[must_use]
    pub fn leaf(&self) -> Option<&Certificate> {
        self.certificates.first()
    }

    /// The entry of the store at which it ends.
    #[must_use]
    pub fn anchor(&self) -> &str {
        &self.anchor
    }

    /// What the anchor is trusted for, among what was asked.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The certificate nearest to the leaf that is out of its period at `at`, and on which side.
    #[must_use]
    pub fn out_of_period(&self, at: UnixTime) -> Option<(&Certificate, Within)> {
        self.certificates
            .iter()
            .map(|certificate| (certificate, certificate.validity().place(at)))
            .find(|(_, place)| *place != Within::Inside)
    }

    /// Each certificate below the anchor with its issuer: what revocation is asked for.
    pub fn issuers(&self) -> impl Iterator<Item = (&Certificate, &Certificate)> {
        self.certificates.windows(2).filter_map(|pair| Some((pair.first()?, pair.last()?)))
    }

    /// How the certificates below the anchor are signed; the signature on the pinned one does not matter.
    pub fn schemes(&self) -> impl Iterator<Item = (&Certificate, SignatureScheme)> {
        self.issuers().filter_map(|(certificate, _)| Some((certificate, certificate.scheme().ok()?)))
    }

    /// Certificates below the anchor that are signed over a digest no stronger than SHA-1.
    pub fn weak(&self) -> impl Iterator<Item = (&Certificate, DigestAlgorithm)> {
        self.schemes().filter_map(|(certificate, scheme)| {
            Some((certificate, scheme.digest().filter(|digest| *digest <= DigestAlgorithm::Sha1)?))
        })
    }

    /// The issuing CA below a root of public CAs when no entry of the store lists it for that time: whether it was
    /// licensed is then not known. Its certificate need not be installed to be listed, nor for its licence to end.
    #[must_use]
    pub fn unlisted_ca<'a>(&'a self, anchors: &AnchorStore, at: UnixTime) -> Option<&'a Certificate> {
        let authorities = self.certificates.get(1..).unwrap_or_default();
        if self.purpose != Purpose::PublicCa || authorities.len() < 2 {
            return None;
        }
        let is_listed = |issuer: &Certificate| {
            // What is pinned for answers or tokens alone is not thereby licensed to issue certificates.
            let licence = anchors.entry_of(issuer).filter(|entry| entry.purposes().contains(&Purpose::PublicCa));
            licence.is_some_and(|entry| entry.valid().contains(at))
        };
        authorities.first().filter(|issuer| !is_listed(issuer))
    }
}

/// Which certificates and lists were verified with the keys of which issuers, and how that went. The octets of both
/// decide it and nothing else, so what one search found serves every other one, at any time and for any purpose.
#[derive(Debug, Default)]
pub struct Verified {
    certificates: Outcomes,
    lists: Outcomes,
}

type Outcomes = RefCell<HashMap<(Sha256, Sha256), Result<(), SignatureFault>>>;

impl Verified {
    /// How the signature on a list fared with the key of `signer`; computed when it is not known.
    pub(super) fn list(
        &self,
        fingerprint: Sha256,
        signer: &Certificate,
        compute: impl FnOnce() -> Result<Result<(), SignatureFault>, Exhausted>,
    ) -> Result<(), CrlFault> {
        let edge = (fingerprint, signer.fingerprint());
        if let Some(outcome) = self.lists.borrow().get(&edge) {
            return outcome.clone().map_err(CrlFault::Signature);
        }
        let outcome = compute()?;
        self.lists.borrow_mut().insert(edge, outcome.clone());
        outcome.map_err(CrlFault::Signature)
    }

    /// Whether the key of `issuer` signed `certificate`, from memory or computed and paid for.
    pub(super) fn signature(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        budget: &mut Budget,
    ) -> Result<Result<(), SignatureFault>, Exhausted> {
        let edge = (certificate.fingerprint(), issuer.fingerprint());
        if let Some(outcome) = self.certificates.borrow().get(&edge) {
            return Ok(outcome.clone());
        }
        budget.signature_check()?;
        let outcome = certificate.verify_signature(issuer);
        self.certificates.borrow_mut().insert(edge, outcome.clone());
        Ok(outcome)
    }
}

impl PathSearch<'_> {
    /// Finds a path for `leaf`.
    pub fn build(&self, leaf: &Certificate, budget: &mut Budget) -> Result<Path, PathError> {
        self.build_knowing(&Verified::default(), leaf, budget)
    }

    /// As [`Self::build`]; what is known from other searches is neither computed nor paid for again.
    pub fn build_knowing(
        &self,
        verified: &Verified,
        leaf: &Certificate,
        budget: &mut Budget,
    ) -> Result<Path, PathError> {
        self.build_under(&InitialPolicies::default(), verified, leaf, budget)
    }

    /// As [`Self::build_knowing`], for a user who asks something of policies (RFC 5280, 6.1.1).
    pub fn build_under(
        &self,
        policies: &InitialPolicies,
        verified: &Verified,
        leaf: &Certificate,
        budget: &mut Budget,
    ) -> Result<Path, PathError> {
        let mut by_subject: HashMap<&Name, Vec<&Certificate>> = HashMap::new();
        for certificate in self.pool {
            by_subject.entry(certificate.subject()).or_default().push(certificate);
        }
        let mut walk = Walk {
            search: *self,
            policies,
            by_subject,
            path: vec![leaf.clone()],
            checks: MAX_CHECKS,
            steps: MAX_STEPS,
            verified,
            outside: None,
            error: (Nearness::Nothing, PathError::NotTrusted),
        };
        match walk.step(budget) {
            Ok(Some(path)) => Ok(path),
            Ok(None) => walk.outside.ok_or(walk.error.1),
            Err(Exhausted(_)) => walk.outside.ok_or(PathError::Exhausted),
        }
    }
}

/// How far a failed path came; the error of the farthest is told. Missing knowledge outranks a certain fault, because
/// what is not known must not end in "failed".
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Nearness {
    Nothing,
    Broken,
    BrokenBelowAnchor,
    Period,
    Missing,
}

struct Walk<'a> {
    search: PathSearch<'a>,
    policies: &'a InitialPolicies,
    by_subject: HashMap<&'a Name, Vec<&'a Certificate>>,
    path: Vec<Certificate>,
    checks: u32,
    steps: u32,
    /// Outcomes by (certificate, issuer), so that a mesh pays for each edge once.
    verified: &'a Verified,
    /// A path that is good but for the validity of a certificate on it.
    outside: Option<Path>,
    error: (Nearness, PathError),
}

impl Walk<'_> {
    /// Goes on from the last certificate of the path; `None` when that leads nowhere.
    fn step(&mut self, budget: &mut Budget) -> Result<Option<Path>, Exhausted> {
        let Some(current) = self.path.last().cloned() else { return Ok(None) };
        let anchored = self.search.anchors.anchoring(&current, self.search.purposes);
        // A leaf may be trusted by itself, but nobody can be asked whether it was revoked then: a path to a CA that is
        // trusted too comes first.
        let alone = self.path.len() == 1 && !current.is_ca();
        if let Some((entry, purpose)) = anchored.filter(|_| !alone) {
            return Ok(self.arrive(entry, purpose));
        }
        let candidates = self.candidates(&current)?;
        self.note_missing(&current, &candidates);
        for issuer in candidates {
            if self.path.len() >= MAX_DEPTH {
                self.note(Nearness::Broken, &current, PathFault::TooLong);
                break;
            }
            if let Err(fault) = self.may_issue(&issuer) {
                self.note(Nearness::Broken, &issuer, fault);
                continue;
            }
            if let Err(fault) = self.verify(&current, &issuer, budget)? {
                self.note(Nearness::Broken, &current, PathFault::Signature(fault));
                continue;
            }
            self.path.push(issuer);
            let found = self.step(budget)?;
            self.path.pop();
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(anchored.and_then(|(entry, purpose)| self.arrive(entry, purpose)))
    }

    /// Issuers by name, the likely ones first: anchors, then matching key identifiers, then those in their period.
    fn candidates(&mut self, current: &Certificate) -> Result<Vec<Certificate>, Exhausted> {
        let pool = self.by_subject.get(current.issuer()).map_or(&[][..], Vec::as_slice);
        let mut candidates: Vec<Certificate> = Vec::new();
        for issuer in self.search.anchors.named(current.issuer()).chain(pool.iter().copied()) {
            self.steps = self.steps.checked_sub(1).ok_or(Exhausted(Resource::SignatureChecks))?;
            // RFC 4158, 2.4.2: the same name with the same key again is a loop, whatever certificate says it.
            let loops = self.path.iter().any(|seen| seen.subject() == issuer.subject() && seen.spki() == issuer.spki());
            if !loops && !candidates.contains(issuer) {
                candidates.push(issuer.clone());
            }
        }
        let wanted = current.authority_key_id();
        candidates.sort_by_key(|issuer| {
            let is_anchor = self.search.anchors.is_installed(issuer);
            let other_key = matches!((wanted, issuer.subject_key_id()), (Some(wanted), Some(id)) if wanted != id);
            (!is_anchor, other_key, !issuer.validity().contains(self.search.at))
        });
        Ok(candidates)
    }

    /// An issuer that is pinned but not installed. When the very certificate is at hand, it is followed instead.
    fn note_missing(&mut self, current: &Certificate, candidates: &[Certificate]) {
        let Some(entry) = self.search.anchors.missing_named(current.issuer(), self.search.purposes) else { return };
        let at_hand = candidates.iter().any(|issuer| Some(issuer.fingerprint()) == entry.sha256());
        if !at_hand && self.error.0 < Nearness::Missing {
            self.error = (Nearness::Missing, PathError::AnchorMissing { id: entry.id().to_owned() });
        }
    }

    /// RFC 5280, 6.1.4 k and n. An anchor is taken as given, but where it speaks it is heard.
    fn may_issue(&self, issuer: &Certificate) -> Result<(), PathFault> {
        let installed = self.search.anchors.is_installed(issuer);
        if let Some(fault) = issuer.fault()
            && !installed
        {
            return Err(PathFault::Certificate(fault.clone()));
        }
        // Roots of version 1 cannot say that they are CAs; the pinned certificate of a service must not become one.
        let old_root = installed && issuer.is_self_issued() && !issuer.has_extensions();
        if !issuer.is_ca() && !old_root {
            return Err(PathFault::NotCa);
        }
        if issuer.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
            return Err(PathFault::NotForSigning);
        }
        Ok(())
    }

    fn verify(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
        budget: &mut Budget,
    ) -> Result<Result<(), SignatureFault>, Exhausted> {
        let edge = (certificate.fingerprint(), issuer.fingerprint());
        if let Some(outcome) = self.verified.certificates.borrow().get(&edge) {
            return Ok(outcome.clone());
        }
        self.checks = self.checks.checked_sub(1).ok_or(Exhausted(Resource::SignatureChecks))?;
        budget.signature_check()?;
        let outcome = certificate.verify_signature(issuer);
        self.verified.certificates.borrow_mut().insert(edge, outcome.clone());
        Ok(outcome)
    }

    /// The path reaches an anchor: what can be judged only as a whole is judged now.
    fn arrive(&mut self, entry: &AnchorEntry, purpose: Purpose) -> Option<Path> {
        if let Err((at, fault)) = self.constraints() {
            if let Some(certificate) = self.path.get(at).cloned() {
                self.note(Nearness::BrokenBelowAnchor, &certificate, fault);
            }
            return None;
        }
        let place = entry.valid().place(self.search.at);
        if place != Within::Inside {
            if self.error.0 < Nearness::Period {
                let ended = place == Within::After;
                self.error = (Nearness::Period, PathError::OutsideTrustPeriod { id: entry.id().to_owned(), ended });
            }
            return None;
        }
        let path = Path { certificates: self.path.clone(), anchor: entry.id().to_owned(), purpose };
        if path.out_of_period(self.search.at).is_none() {
            return Some(path);
        }
        self.outside.get_or_insert(path);
        None
    }

    /// Constraints that each CA puts on what stands below it; says which certificate breaks which.
    fn constraints(&self) -> Result<(), (usize, PathFault)> {
        if let Some(leaf) = self.path.first()
            && self.path.len() > 1
            && let Some(fault) = leaf.fault()
        {
            return Err((0, PathFault::Certificate(fault.clone())));
        }
        let mut comparisons = MAX_COMPARISONS;
        for (at, authority) in self.path.iter().enumerate().skip(1) {
            let below = self.path.get(..at).unwrap_or_default();
            // The leaf does not count, and self-issued certificates (key rollover) do not.
            let authorities = below.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
            let allowed = authority.path_len().map(|len| usize::try_from(len).unwrap_or(usize::MAX));
            if allowed.is_some_and(|allowed| authorities > allowed) {
                return Err((at, PathFault::PathLength));
            }
            let Some(constraints) = authority.name_constraints() else { continue };
            for (position, certificate) in below.iter().enumerate() {
                if position > 0 && certificate.is_self_issued() {
                    continue;
                }
                constraints
                    .check(certificate, &mut comparisons)
                    .map_err(|fault| (position, PathFault::Names(fault)))?;
            }
        }
        policy::check(&self.path, self.policies).map_err(|at| (at, PathFault::Policy))
    }

    fn note(&mut self, nearness: Nearness, certificate: &Certificate, fault: PathFault) {
        if self.error.0 < nearness {
            self.error = (nearness, PathError::Bad { subject: certificate.subject().clone(), fault });
        }
    }
}
