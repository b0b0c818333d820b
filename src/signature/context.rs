//! Validation context initialisation (EN 319 102-1, 5.2.4): whom to trust, what was gathered, and what is asked of a
//! signature. The policy says so, not the signature.

use crate::evidence::Evidence;
use crate::pdf::Modification;
use crate::time::UnixTime;
use crate::x509::{AnchorStore, Certificate};

use super::algorithms::Algorithms;
use super::known::Known;
use super::standing::Grace;

/// What a signature is judged against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Whom the operator trusts, and for what.
    pub anchors: &'a AnchorStore,
    /// Certificates of issuing CAs that the operator has, to complete paths.
    pub intermediates: &'a [Certificate],
    /// What was gathered.
    pub evidence: &'a Evidence,
    /// What was found in it already, for this evidence.
    pub known: &'a Known,
    /// When the message was received.
    pub at: UnixTime,
    /// What is asked.
    pub constraints: &'a Constraints,
}

/// Validation constraints (EN 319 102-1, 5.1.4): numbers and switches of a policy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Constraints {
    /// Until when which algorithm counts.
    pub algorithms: Algorithms,
    /// The most that later revisions may have done; what a signature itself permits may be less.
    pub changes_allowed: Modification,
    /// How old what is said of revocation may be.
    pub grace: Grace,
}

impl Default for Constraints {
    fn default() -> Self {
        Self {
            algorithms: Algorithms::default(),
            changes_allowed: Modification::FurtherSignature,
            grace: Grace::default(),
        }
    }
}
