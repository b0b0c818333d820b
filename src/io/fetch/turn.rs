//! Bounds on how much is asked at the same time, of all and of one host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Gives out turns.
#[derive(Debug)]
pub(super) struct Turns {
    all: Arc<Semaphore>,
    a_host: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A turn; given back when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _host: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new(all: usize, a_host: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all)), a_host, hosts: Mutex::default() }
    }

    /// Waits for a turn at `host`. First for the host's own: who waits for a slow one must not keep others away.
    pub(super) async fn take(&self, host: &str) -> Option<Turn> {
        let of_host = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            // Hosts of which nobody waits for a turn or has one are let go.
            hosts.retain(|_, turns| Arc::strong_count(turns) > 1);
            Arc::clone(hosts.entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(self.a_host))))
        };
        // Nobody closes them.
        let host = of_host.acquire_owned().await.ok()?;
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Turn { _host: host, _all: all })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_for_one_host_does_not_keep_others_away() {
        let turns = Turns::new(3, 2);
        let (_a, _b) = (turns.take("slow").await.unwrap(), turns.take("slow").await.unwrap());
        tokio::select! {
            biased;
            _ = turns.take("slow") => panic!("a third turn at one host"),
            turn = turns.take("other") => assert!(turn.is_some()),
        }
        assert!(turns.take("other").await.is_some(), "turns are given back");
    }
}
