//! Certificates, trust anchors, paths and revocation lists (RFC 5280), without clock and without network.
//!
//! What for: a certificate as facts, the path from it to a pinned anchor, what a CRL says of it. What not: whether a
//! time, an algorithm or a missing list is acceptable; that is for the signature's conclusion and for policy.
//!
//! x509-parser decides what a certificate is; signatures are verified over the raw octets. Where this differs from
//! RFC 5280 on purpose: a certificate pinned by SHA-256 ends a path whatever signed it (VGCA G1 is signed with SHA-1),
//! malformed extensions on which nothing depends are passed over (VGCA writes an empty issuerAltName), and a delta list
//! lifts suspensions but never a revocation.

mod anchor;
mod certificate;
mod crl;
mod crl_entry;
mod crl_number;
mod crl_scope;
mod crl_search;
mod crl_set;
mod crl_shelf;
mod extension;
mod general_name;
mod name;
mod name_constraint;
pub mod ocsp;
mod path;
pub mod pem;
mod policy;
mod revocation;
mod statement;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use anchor::{
    AnchorEntry, AnchorKind, AnchorStatement, AnchorStore, AnchorsError, AnchorsFault, NotPinned, Origin, PUBLISHED,
    Purpose,
};
pub use certificate::{Certificate, CertificateError, CertificateFault, MAX_CERTIFICATE, SignatureFault, UsageFault};
pub use crl::{Crl, CrlError, CrlFault, MAX_CRL, MAX_ENTRIES, MAX_ISSUERS};
pub use crl_number::CrlNumber;
pub use crl_scope::Reasons;
pub use crl_search::{MAX_LISTS, MAX_SIGNERS};
pub use crl_set::CrlSet;
pub use crl_shelf::{CrlShelf, MAX_SHELVED, MAX_SHELVED_OCTETS};
pub use extension::{DistributionPoint, KeyUsage};
pub use general_name::{GeneralName, MAX_NAMES};
pub use name::{MAX_ATTRIBUTES, Name};
pub use name_constraint::{MAX_COMPARISONS, MAX_SUBTREES, NameConstraints, NameFault};
pub use ocsp::{OcspError, OcspFault, OcspResponse, OcspSet, ResponderFault, delegate};
pub use path::{MAX_CHECKS, MAX_DEPTH, MAX_STEPS, Path, PathError, PathFault, PathSearch, Verified};
pub use policy::InitialPolicies;
pub use revocation::{Reason, RevocationStatus, Unusable};
pub use statement::{Question, Said, Silence, Statement, StatementKind};

/// Reads the certificates of a file: one in DER, or any number in PEM.
pub fn read_certificates(octets: &[u8]) -> Result<Vec<Certificate>, CertificateError> {
    match pem::decode(octets, "CERTIFICATE") {
        Some(blocks) => blocks.iter().map(|der| Certificate::parse(der)).collect(),
        None => Certificate::parse(octets).map(|certificate| vec![certificate]),
    }
}
