//! What the law asks: constraints, how much each weighs, and the verdict that follows.
//!
//! Policy is data (`policies/*.toml`), checks are code. Judging is a pure function of dossier, evidence, rulebook and
//! time: an auditor can run it again years later and must get the same verdict.

mod case;
mod constraint;
mod document;
mod format;
mod judge;
mod judgement;
mod mail_signature;
mod outcome;
mod person;
mod read;
mod reason;
mod report;
mod rulebook;
mod sender_checks;
mod sending;
mod signed;
mod signer;
mod verdict;

pub use case::{Case, ROUNDS};
pub use constraint::{ConstraintId, Finding, Level};
pub use format::Formats;
pub use judge::{judge, needs, unexamined};
pub use judgement::{DocumentJudgement, Judgement, NotApplicable, Sender, SignatureJudgement};
pub use mail_signature::{MailOutcome, MailSignature};
pub use outcome::{Condition, Outcome};
pub use person::mask;
pub use read::{Parameters, Policy, PolicyError, line_of, line_of_key};
pub use reason::Reason;
pub use report::modification_token;
pub use rulebook::{Rulebook, RulebookError};
pub use sending::mailbox;
pub use verdict::{DocumentResult, UnmetBy, Verdict};
