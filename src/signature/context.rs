//! Validation context initialisation (EN 319 102-1, 5.2.4): whom to trust, what was gathered, and from when on which
//! algorithm is weak. The policy says so, not the signature.

use crate::evidence::Evidence;
use crate::pdf::Modification;
use crate::time::UnixTime;
use crate::x509::{AnchorStore, Certificate};

use super::revocation_freshness::Known;

/// What a signature is judged against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Whom the operator trusts, and for what.
    pub anchors: &'a AnchorStore,
    /// Certificates of issuing CAs that the operator has, to complete paths.
    pub intermediates: &'a [Certificate],
    /// What was gathered.
    pub evidence: &'a Evidence,
    /// What was found in it already, for this evidence and this time.
    pub known: &'a Known,
    /// When the message was received.
    pub at: UnixTime,
    /// Shortest RSA modulus in bits.
    pub rsa_bits_least: u32,
    /// SHA-1 counts only with a proof of existence before this moment.
    pub sha1_until: UnixTime,
    /// The most that later revisions may have done; what a signature itself permits may be less.
    pub changes_allowed: Modification,
}
