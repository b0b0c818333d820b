//! Keeps what verdicts rest on while mail goes through: lists, responses, signatures, tokens and certificates, by their
//! digest, in a folder beside the log (Circular 15/2025/TT-BKHCN, article 6.2). The log names the digests; here are the
//! octets, so that a record can be judged again.
//!
//! It comes after the record and out of its way: whoever hands something over does not wait, and what cannot be kept is
//! said and stops no mail. How long it is kept is not decided here; nothing is removed.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::evidence_store::EvidenceStore;
use crate::digest::Digested;
use crate::gateway::Keep;
use crate::policy::{Case, Judgement};
use crate::report::evidence;

/// Messages that may wait for the disk: a burst of minutes.
const MESSAGES: usize = 1024;
/// Octets of theirs that may wait, without lists and responses, which the cache holds anyway. A document may bring
/// megabytes of its own.
const OCTETS: usize = 128 << 20;
/// A disk that stays full is said once in so long.
const SAY_AGAIN: Duration = Duration::from_mins(5);

/// The end at which things are handed over. The writer ends when the last clone is gone.
#[derive(Clone, Debug)]
pub struct EvidenceKeeper {
    jobs: SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Job {
    /// Shared with the cache.
    pieces: Vec<Digested>,
    own: Vec<Digested>,
}

impl Job {
    fn weight(&self) -> usize {
        self.own.iter().map(|octets| octets.len()).sum()
    }
}

impl EvidenceKeeper {
    /// Keeps in `folder`, which need not be there, nor ever be. Join the handle after the last clone is gone to know that
    /// all is on disk; an error says that there is no thread for it.
    pub fn start(folder: &Path) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (jobs, handed) = sync_channel(MESSAGES);
        let waiting = Arc::new(AtomicUsize::new(0));
        let (folder, mine) = (folder.to_owned(), Arc::clone(&waiting));
        let writer = std::thread::Builder::new().name("evidence-writer".to_owned());
        let writer = writer.spawn(move || write(&folder, &handed, &mine))?;
        Ok((Self { jobs, waiting }, writer))
    }
}

impl Keep for EvidenceKeeper {
    fn keep(&self, judgement: &Judgement, case: &Case) {
        // Of mail without signatures nothing rests on these; of a message with a secrecy mark nothing is shown, nor kept.
        if judgement.documents.iter().all(|document| document.signatures.is_empty()) {
            return;
        }
        let answers = case.evidence.answers().flat_map(|(_, answer)| &answer.pieces);
        let pieces = answers.map(|piece| piece.octets.clone()).collect();
        let job = Job { pieces, own: evidence::objects(judgement, case) };
        let weight = job.weight();
        if self.waiting.fetch_add(weight, Ordering::Relaxed).saturating_add(weight) > OCTETS {
            self.waiting.fetch_sub(weight, Ordering::Relaxed);
            tracing::warn!("the disk of the evidence is slow; that of one message is not kept");
            return;
        }
        if let Err(error) = self.jobs.try_send(job) {
            self.waiting.fetch_sub(weight, Ordering::Relaxed);
            let why = match error {
                TrySendError::Full(_) => "the disk of the evidence is slow; that of one message is not kept",
                TrySendError::Disconnected(_) => "the writer of the evidence has died; nothing is kept",
            };
            tracing::warn!(why, "evidence");
        }
    }
}

fn write(folder: &PathBuf, handed: &Receiver<Job>, waiting: &AtomicUsize) {
    let store = EvidenceStore::open(folder);
    let mut said: Option<Instant> = None;
    while let Ok(job) = handed.recv() {
        let made = DirBuilder::new().recursive(true).mode(0o750).create(folder);
        let kept = made.map_err(|error| error.to_string()).and_then(|()| {
            job.pieces
                .iter()
                .chain(&job.own)
                .try_for_each(|octets| store.keep_object(octets))
                .map_err(|e| e.to_string())
        });
        waiting.fetch_sub(job.weight(), Ordering::Relaxed);
        if let Err(error) = kept
            && said.is_none_or(|said| said.elapsed() >= SAY_AGAIN)
        {
            tracing::warn!(folder = %folder.display(), error, "evidence is not kept; mail goes on");
            said = Some(Instant::now());
        }
    }
}
