//! Everything that a verdict is a function of.

use std::sync::Arc;

use crate::dossier::Examined;
use crate::evidence::Evidence;
use crate::message::Message;
use crate::time::UnixTime;

use super::reason::Reason;
use super::rulebook::Rulebook;

/// One message or file, with all that may be known about it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The message; `None` for a file on its own, of which no sender is known.
    pub message: Option<Arc<Message>>,
    /// What the reader found; `None` when it could not be examined.
    pub examined: Option<Arc<Examined>>,
    /// What the outside said.
    pub evidence: Evidence,
    /// What it is judged by.
    pub rulebook: Arc<Rulebook>,
    /// Time of receipt.
    pub at: UnixTime,
    /// Remarks that were made before judging.
    pub remarks: Vec<Reason>,
}
