//! What one signature proves: the building blocks of ETSI EN 319 102-1 V1.3.1, one file each, run in order by
//! [`validate`].
//!
//! Everything is judged on the original octets of the document: the reader of the PDF says *where* to look, and a
//! reader that lies cannot invent a signature. Not here: whether the signer is the sender (`sender`, `policy`).

mod acceptance;
mod certificate_validation;
mod conclusion;
mod context;
mod integrity;
mod revocation_freshness;
mod validate;

pub use certificate_validation::Trust;
pub use conclusion::{Conclusion, Doubt, Failure, FormatFault, Indeterminate, Passed, TimeSource};
pub use context::Context;
pub use integrity::Integrity;
pub use revocation_freshness::{Known, Revocation};
pub use validate::{InForce, Validated, needs, validate};
