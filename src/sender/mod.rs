//! Who sent a message: authentication of the mailbox, the directory of official mailboxes, and how a signer is bound
//! to the agency that the mailbox belongs to (Articles 4, 5, 7.2 and 11.1 of the Regulation).
//!
//! Not here: whether a signature holds (`signature`), what the policy makes of an answer (`policy`).
//! Standards: RFC 8601 (Authentication-Results), RFC 4954 (SASL login), RFC 6376, 7208, 8617 and 9989 (`check`).

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

pub use authentication::{AuthFailure, Authentication, Silence, authenticate};
pub use binding::{Against, Binding, Bound, Compared, Doubt, Hierarchy, SignerFacts, Unpinned, bind};
pub use check::{check, lookup, missing};
pub use checks::Checks;
pub use directory::{Directory, Freshness, Kind, Listing, Standing};
pub use provenance::{Provenance, Question, provenance};
pub use scope::{Scope, scope};
pub use settings::SenderSettings;
