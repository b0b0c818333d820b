//! Reads and judges on threads of this process: as many at a time as there are cores. The product only judges so; to
//! read so is for tests and for the benchmark, which compare with it.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::budget::Budget;
use crate::dossier::{self, Examined};
use crate::evidence::Need;
use crate::gateway::Compute;
use crate::message::Message;
use crate::policy::{self, Case, Judgement};

/// Computes in this process. Clones share one queue.
#[derive(Clone, Debug)]
pub struct InProcess {
    cores: Arc<Semaphore>,
}

impl InProcess {
    /// Uses at most `cores` threads at a time; what comes more waits in order.
    #[must_use]
    pub fn new(cores: usize) -> Self {
        Self { cores: Arc::new(Semaphore::new(cores.max(1))) }
    }

    /// Runs `work` when a core is free. A panic in it, which no input should be able to cause, is `None`.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let permit = Arc::clone(&self.cores).acquire_owned().await.ok()?;
        let done = spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        match done.await {
            Ok(result) => Some(result),
            Err(error) => {
                tracing::error!(%error, "computation died");
                None
            }
        }
    }
}

impl Compute for InProcess {
    async fn examine(&self, message: Arc<Message>) -> Option<Examined> {
        self.run(move || dossier::examine(&message, &mut Budget::for_message())).await
    }

    async fn needs(&self, case: Arc<Case>) -> Vec<Need> {
        self.run(move || policy::needs(&case, &mut Budget::for_message())).await.unwrap_or_default()
    }

    async fn judge(&self, case: Arc<Case>) -> Option<Judgement> {
        self.run(move || policy::judge(&case, &mut Budget::for_message())).await
    }
}
