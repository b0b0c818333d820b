//! Whether a reader really is locked in: each wall is tried by a reader of its own.

use std::time::Duration;

use super::process::Lost;
use super::wire::{Order, Said, Trial, What};
use super::{Reader, Readers};

/// What became of one trial.
#[derive(Debug)]
pub struct Refusal {
    /// What was tried.
    pub trial: Trial,
    /// How it was refused; `Ok(false)` when it was not.
    pub refused: Result<bool, Lost>,
}

/// Lets readers try what they must not be able to do.
pub fn trials<R: Readers>(readers: &R) -> Vec<Refusal> {
    [Trial::File, Trial::Network, Trial::Program]
        .into_iter()
        .map(|trial| Refusal { trial, refused: refused(readers, trial) })
        .collect()
}

fn refused<R: Readers>(readers: &R, trial: Trial) -> Result<bool, Lost> {
    let mut reader = readers.reader()?;
    reader.ask(&Order { what: What::Trial(trial), octets: 0 }, &[])?;
    match reader.hear(Duration::from_secs(2)) {
        Ok(Said::Tried(done)) => Ok(!done),
        Ok(_) => Err(Lost::Nonsense("it did not try".to_owned())),
        // Killed in the attempt.
        Err(lost) if lost.is_forbidden_call() => Ok(true),
        Err(lost) => Err(lost),
    }
}
