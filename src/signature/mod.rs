//! What one signature proves: the building blocks of ETSI EN 319 102-1 V1.3.1, one file each, run in order by
//! [`validate`].
//!
//! Everything is judged on the original octets of the document: the reader of the PDF says *where* to look, and a
//! reader that lies cannot invent a signature. Not here: whether the signer is the sender (`sender`, `policy`).

mod acceptance;
mod algorithms;
mod best_signature_time;
mod certificate_validation;
mod conclusion;
mod context;
mod cryptographic_verification;
mod embedded;
mod existence;
mod format_checking;
mod integrity;
mod known;
mod level;
mod needs;
mod responders;
mod revocation_freshness;
mod signing_certificate;
mod standing;
mod statements;
mod timestamp;
mod timestamp_validation;
mod trust_check;
mod validate;

pub use algorithms::{Algorithm, AlgorithmRule, Algorithms};
pub use certificate_validation::Trust;
pub use conclusion::{Conclusion, Doubt, Failure, FormatFault, Indeterminate, Passed, TimeSource};
pub use context::{Constraints, Context};
pub use embedded::{Embedded, MAX_EMBEDDED, Source};
pub use integrity::Integrity;
pub use known::Known;
pub use level::{Family, Grade, Level};
pub use needs::{needs, needs_of_path};
pub use revocation_freshness::{CertificateStanding, Revocation};
pub use standing::{Grace, Heard, Moment, Provenance, SKEW, Standing, is_harmless, weigh};
pub use timestamp::{MAX_TOKENS, Timestamp, TimestampFault, TimestampKind};
pub use timestamp_validation::{Proof, Worthless};
pub use trust_check::{
    Inquiry, RevocationAnswer, RevocationFinding, RevocationPieces, TrustFindings, TrustVerdict, Use, UseFault,
    Weakness,
};
pub use validate::{InForce, Note, Validated, validate};
