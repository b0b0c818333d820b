//! Reads in processes, judges on threads: what the product uses.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::in_process::InProcess;
use super::pool::Pool;
use super::process::Setup;
use super::{MESSAGE, examine};
use crate::budget::Unpacking;
use crate::dossier::Examined;
use crate::evidence::Need;
use crate::gateway::Compute;
use crate::message::Message;
use crate::policy::{Case, Judgement};
use crate::settings::Workers;

/// Reads attachments in processes of their own. Clones share them.
#[derive(Clone, Debug)]
pub struct Processes {
    pool: Pool,
    threads: InProcess,
    document: Duration,
    unpacking: Unpacking,
    at_once: usize,
}

impl Processes {
    /// Starts readers by `settings`, for messages of at most `message` octets. `program` is for tests: `None` is this
    /// very program.
    #[must_use]
    pub fn start(settings: &Workers, message: usize, program: Option<PathBuf>) -> Self {
        let count = match settings.count {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        // The message itself is not the reader's work: it is handed to it.
        let memory = settings.memory_octets.saturating_add(message as u64);
        // All time that the parent would wait, and one second, for when there is no parent any more.
        let setup = Setup { program, memory, seconds: MESSAGE.as_secs() + 1 };
        // One more than can be at work: the next mail finds one while those that are done are replaced.
        let pool = Pool::new(setup, count + 1);
        Self {
            pool,
            threads: InProcess::new(count),
            document: settings.document,
            unpacking: settings.unpacking,
            at_once: count,
        }
    }

    /// The readers, for those who have a file and no gateway.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// How many can read at a time.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.at_once
    }

    /// Has a file read that came alone.
    #[must_use]
    pub fn file(&self, name: &str, octets: Vec<u8>) -> Examined {
        examine::file(&self.pool, name, octets, self.document)
    }

    /// Has a message read, on this thread; `None` when it could not be.
    #[must_use]
    pub fn message(&self, message: &Message) -> Option<Examined> {
        examine::message(&self.pool, message, self.document, self.unpacking)
    }
}

impl Compute for Processes {
    async fn examine(&self, message: Arc<Message>) -> Option<Examined> {
        let (pool, document, unpacking) = (self.pool.clone(), self.document, self.unpacking);
        self.threads.run(move || examine::message(&pool, &message, document, unpacking)).await.flatten()
    }

    async fn needs(&self, case: Arc<Case>) -> Vec<Need> {
        self.threads.needs(case).await
    }

    async fn judge(&self, case: Arc<Case>) -> Option<Judgement> {
        self.threads.judge(case).await
    }
}
