//! One at a time for copies of one message: the second asks the log only after the first stands in it. Else two copies
//! sent in the same moment would both be the first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

use crate::digest::Sha256;

/// Signatures of messages under way. Of other gateways nothing is known; each has a log of its own.
#[derive(Debug, Default)]
pub(super) struct Turns {
    under_way: Mutex<HashMap<Sha256, Weak<tokio::sync::Mutex<()>>>>,
}

/// The right to go on with messages of some signatures, until it is dropped.
#[derive(Debug, Default)]
pub(super) struct Turn {
    _held: Vec<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits until no other message under way has one of the signatures. They are sorted: two that wait for each other
    /// would wait for ever.
    pub(super) async fn take(&self, signatures: &[Sha256]) -> Turn {
        debug_assert!(signatures.is_sorted());
        let mut held = Vec::with_capacity(signatures.len());
        for signature in signatures {
            let lock = self.lock(*signature);
            held.push(lock.lock_owned().await);
        }
        Turn { _held: held }
    }

    fn lock(&self, signature: Sha256) -> Arc<tokio::sync::Mutex<()>> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = under_way.get(&signature).and_then(Weak::upgrade) {
            return lock;
        }
        under_way.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(tokio::sync::Mutex::new(()));
        under_way.insert(signature, Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn copies_wait_for_each_other_and_nothing_else_does() {
        let turns = Arc::new(Turns::default());
        let [one, other] = [Sha256::of(b"1"), Sha256::of(b"2")];
        let first = turns.take(&[one]).await;
        let _apart = turns.take(&[other]).await;
        let second = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move { turns.take(&[one]).await }
        });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        drop(first);
        second.await.unwrap();
    }

    #[tokio::test]
    async fn what_is_no_longer_under_way_is_forgotten() {
        let turns = Turns::default();
        for n in 0..100_u8 {
            drop(turns.take(&[Sha256::of(&[n])]).await);
        }
        assert!(turns.under_way.lock().unwrap().len() <= 1);
    }
}
