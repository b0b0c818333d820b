//! Everything that a verdict is a function of.

use std::sync::Arc;

use crate::budget::Budget;
use crate::dossier::Examined;
use crate::evidence::{Answer, Evidence, Need};
use crate::message::Message;
use crate::time::UnixTime;

use super::reason::Reason;
use super::rulebook::Rulebook;

/// Gathering ends after this many rounds: an answer may raise one more question (who signed it), not many.
pub const ROUNDS: usize = 4;

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

impl Case {
    /// Asks `answer` for what is still needed until nothing is, for those who have all answers at hand.
    #[must_use]
    pub fn gathered(mut self, answer: impl Fn(Vec<Need>) -> Vec<(Need, Answer)>) -> Self {
        for _ in 0..ROUNDS {
            let needs = self.unanswered(super::needs(&self, &mut Budget::for_message()));
            if needs.is_empty() {
                break;
            }
            self.take(answer(needs));
        }
        self
    }

    /// The needs that were not asked yet.
    #[must_use]
    pub fn unanswered(&self, mut needs: Vec<Need>) -> Vec<Need> {
        needs.retain(|need| !self.evidence.holds(need));
        needs
    }

    /// Closes what came back into the evidence.
    pub fn take(&mut self, answers: Vec<(Need, Answer)>) {
        for (need, answer) in answers {
            self.evidence.answer(need, answer);
        }
    }
}
