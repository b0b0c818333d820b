//! DKIM signatures of exactly the From domain, as they stand here (RFC 6376). Relaxed alignment (RFC 9989) is not taken:
//! a host below or beside the domain is another one, with other people on it.

use crate::digest::Sha256;
use crate::message::Mailbox;
use crate::sender::checks::{AuthResult, Checks, Dkim};

use super::Silence;

/// The signatures of the From domain.
pub(super) struct Own<'a> {
    aligned: Vec<&'a Dkim>,
    left_out: bool,
}

impl<'a> Own<'a> {
    pub(super) fn of(checks: &'a Checks, from: &Mailbox) -> Self {
        Self { aligned: aligned(checks, from).collect(), left_out: checks.dkim_left_out > 0 }
    }

    /// Those that hold and cover all that tells one message from another.
    pub(super) fn proofs(&self) -> impl Iterator<Item = &'a Dkim> {
        self.aligned.iter().copied().filter(|one| one.result == AuthResult::Pass && one.covered.all())
    }

    /// All of them.
    pub(super) fn aligned(&self) -> &[&'a Dkim] {
        &self.aligned
    }

    /// Whether one came out like this.
    pub(super) fn has(&self, result: AuthResult) -> bool {
        self.aligned.iter().any(|one| one.result == result)
    }

    /// There are signatures that nobody looked at, and one of them may hold.
    pub(super) fn left_out(&self) -> bool {
        self.left_out
    }

    /// Why the word of somebody else, that a signature of the domain held, is not taken. Which of several he saw is not
    /// told, so each of them must be one that could count here; `changed` ones too, where he is known to change mail.
    pub(super) fn against_the_word_of_others(&self, changed: bool) -> Option<Silence> {
        let stands = |one: &&Dkim| match one.result {
            AuthResult::Pass | AuthResult::Temperror => true,
            AuthResult::Fail => changed,
            AuthResult::Neutral
            | AuthResult::None
            | AuthResult::Permerror
            | AuthResult::Policy
            | AuthResult::Softfail => false,
        };
        if self.left_out {
            Some(Silence::LeftOut)
        } else if self.aligned.is_empty() {
            Some(Silence::SignatureMissing)
        } else if !changed && self.has(AuthResult::Fail) {
            Some(Silence::Contradiction)
        } else if !self.aligned.iter().all(stands) {
            Some(Silence::Unusable)
        } else if !self.aligned.iter().all(|one| one.covered.all()) {
            Some(Silence::NotCovered)
        } else {
            None
        }
    }
}

/// Digests of the signatures of the From domain, sorted, each once: what the log is asked for.
#[must_use]
pub fn signatures(checks: &Checks, from: &Mailbox) -> Vec<Sha256> {
    let mut digests: Vec<Sha256> = aligned(checks, from).map(|one| one.signature).collect();
    digests.sort_unstable();
    digests.dedup();
    digests
}

fn aligned<'a>(checks: &'a Checks, from: &Mailbox) -> impl Iterator<Item = &'a Dkim> {
    checks.dkim.iter().filter(move |one| one.domain == from.domain())
}
