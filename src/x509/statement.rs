//! What one source of revocation status says of one certificate, after its own signature was verified.
//!
//! A statement is a fact with its dates. Whether it is fresh enough for the time that is proven for a signature, and
//! which of several counts, is decided by whoever knows that time (EN 319 102-1, 5.2.5).

use crate::digest::Sha256;
use crate::time::UnixTime;

use super::certificate::Certificate;
use super::crl::CrlFault;
use super::ocsp::OcspFault;
use super::path::{PathSearch, Verified};
use super::revocation::{RevocationStatus, Unusable};

/// Whose status is asked, and what there is to prove with it that a signer of statements is the right one.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// The next certificate of its proven path.
    pub issuer: &'a Certificate,
    /// Builds the paths of signers that are not the issuer itself.
    pub search: PathSearch<'a>,
    /// Signatures on certificates that are known already.
    pub verified: &'a Verified,
}

/// What kind of source speaks.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum StatementKind {
    /// One or more revocation lists (RFC 5280, section 5).
    Crl,
    /// An OCSP response (RFC 6960).
    Ocsp,
}

/// One source, believed as far as its signature goes.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it says.
    pub status: RevocationStatus,
    /// Which kind it is.
    pub kind: StatementKind,
    /// Digests of the pieces that it was taken from: a delta list needs its base, lists of some reasons each other.
    pub pieces: Vec<Sha256>,
    /// Since when it is known to be so; of several pieces the earliest.
    pub this_update: UnixTime,
    /// When newer information is due; `None` when it does not say.
    pub next_update: Option<UnixTime>,
    /// Whose key signed it.
    pub signer: Certificate,
    /// It still speaks of certificates that ended at or after this moment (`expiredCertsOnCRL`, `archiveCutoff`).
    pub vouches_since: Option<UnixTime>,
}

/// Why a piece says nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Silence {
    /// It is a list that is not to be believed.
    Fault(CrlFault),
    /// It is an OCSP response that is not to be believed, or that has no answer.
    Ocsp(OcspFault),
    /// It says nothing about this certificate.
    Unusable(Unusable),
}

/// Everything that was said of one certificate.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Statements, in no order.
    pub statements: Vec<Statement>,
    /// Pieces that said nothing, with the reason.
    pub silent: Vec<(Sha256, Silence)>,
}
