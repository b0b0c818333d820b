//! Who sent a message: authentication of the mailbox, the directory of official mailboxes, and how a signer is bound
//! to the agency that the mailbox belongs to (Articles 4, 5, 7.2 and 11.1 of the Regulation).
//!
//! Not here: whether a signature holds (`signature`), what the policy makes of an answer (`policy`).
//! Standards: RFC 6376 (DKIM), RFC 7208 (SPF), RFC 9989 (DMARC), RFC 8617 (ARC), RFC 8601 (Authentication-Results),
//! RFC 4954 (SASL login).

pub mod addressed;
pub mod authentication;
pub mod binding;
pub mod check;
pub mod checks;
pub mod directory;
pub mod provenance;
pub mod results;
pub mod scope;
pub mod settings;
pub mod transcript;

pub use addressed::hides_a_recipient;
pub use authentication::replay;
pub use authentication::{
    AuthFailure, Authentication, Method, Proof, ProofRules, Silence, authenticate, claimed_in_vain, signatures,
};
pub use binding::{Against, Binding, Bound, Compared, Doubt, Hierarchy, SignerFacts, Unpinned, bind};
pub use check::{check, lookup, missing};
pub use checks::Checks;
pub use directory::{Directory, Freshness, Kind, Listing, Standing};
pub use provenance::{Mismatch, Provenance, Question, provenance, waits_for_checks};
pub use scope::{Scope, scope};
pub use settings::SenderSettings;
