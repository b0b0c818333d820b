//! X.509 certificate validation (EN 319 102-1, 5.2.6): the path from the signing certificate to an anchor that is trusted
//! for the purpose.

use crate::budget::Budget;
use crate::time::UnixTime;
use crate::x509::{Certificate, Path, PathError, PathFault, PathSearch, Purpose};

use super::context::Context;

/// Where the signer's certificate leads.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The path ends at a CA that is known by its pin, but whose certificate is not installed.
    AnchorMissing {
        /// Id of the entry in anchors.toml.
        id: String,
    },
    /// A path exists, and breaks a rule of RFC 5280.
    Bad(PathFault),
    /// A limit was reached before a path was found.
    Limit,
    /// No path leads to any anchor.
    NotTrusted,
    /// The certificate must not sign documents (key usage, RFC 5280, 4.2.1.3; RFC 9336).
    NotForDocuments,
    /// There is no certificate to follow.
    NoCertificate,
    /// A path to an anchor that is trusted for this purpose.
    Trusted(Path),
    /// The CA was not licensed at the time.
    Unlisted,
}

/// The purposes that serve signatures on documents.
const DOCUMENTS: &[Purpose] = &[Purpose::PublicDuty, Purpose::PublicCa];
/// The one that serves time-stamp tokens.
const TIMESTAMPS: &[Purpose] = &[Purpose::Timestamping];

/// What is to be validated, and the certificates that may lie between it and an anchor.
pub(super) struct Subject<'a> {
    /// The signing certificate.
    pub(super) signer: Option<&'a Certificate>,
    /// It signs times, not documents; its own usage is part of the token's check.
    pub(super) is_timestamp: bool,
    /// What came along, in order of nearness. None of it is trusted.
    pub(super) pools: [&'a [Certificate]; 3],
}

/// Looks for a path that holds at `at`: when the signature is proven to exist, not when somebody asks.
pub(super) fn follow(subject: &Subject<'_>, at: UnixTime, context: &Context<'_>, budget: &mut Budget) -> Trust {
    let anchors = context.anchors;
    let Some(signer) = subject.signer else { return Trust::NoCertificate };
    if !subject.is_timestamp && signer.may_sign_documents().is_err() {
        return Trust::NotForDocuments;
    }
    let pool: Vec<Certificate> = subject.pools.into_iter().flatten().cloned().collect();
    let purposes = if subject.is_timestamp { TIMESTAMPS } else { DOCUMENTS };
    let search = PathSearch { pool: &pool, anchors, purposes, at };
    match search.build_knowing(context.known.verified(), signer, budget) {
        Ok(path) if path.unlisted_ca(anchors, at).is_some() => Trust::Unlisted,
        Ok(path) => Trust::Trusted(path),
        Err(PathError::AnchorMissing { id }) => Trust::AnchorMissing { id },
        Err(PathError::Bad { fault, .. }) => Trust::Bad(fault),
        Err(PathError::Exhausted) => Trust::Limit,
        Err(PathError::NotTrusted) => Trust::NotTrusted,
        Err(PathError::OutsideTrustPeriod { .. }) => Trust::Unlisted,
    }
}
