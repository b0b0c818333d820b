//! Asks the log whether it has a message already, beside what is asked of the outside.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::query::LogReader;
use crate::digest::Sha256;
use crate::evidence::{Answer, Attempt, Failure, Need};
use crate::gateway::{Fetches, Gather};
use crate::sender::replay;

/// The first entry decides; the others are for whoever looks into the record.
const MOST: u32 = 16;

/// Sources of evidence, and the log of this gateway.
#[derive(Debug)]
pub struct Remembering<G> {
    outside: G,
    log: Arc<Log>,
}

#[derive(Debug)]
struct Log {
    file: PathBuf,
    /// Opened at the first question, and anew after a failure.
    reader: Mutex<Option<LogReader>>,
}

impl<G> Remembering<G> {
    /// Puts both together; the log need not exist yet.
    pub fn new(outside: G, log: PathBuf) -> Self {
        Self { outside, log: Arc::new(Log { file: log, reader: Mutex::default() }) }
    }

    /// What is asked of the outside.
    pub fn outside(&self) -> &G {
        &self.outside
    }
}

impl<G: Gather> Gather for Remembering<G> {
    async fn gather(&self, needs: Vec<Need>) -> Vec<(Need, Answer)> {
        self.gather_within(needs, &Fetches::default()).await
    }

    async fn gather_within(&self, needs: Vec<Need>, fetches: &Fetches) -> Vec<(Need, Answer)> {
        let (of_log, outside): (Vec<Need>, Vec<Need>) =
            needs.into_iter().partition(|need| matches!(need, Need::SeenBefore { .. }));
        let mut answers = Vec::new();
        for need in of_log {
            let Need::SeenBefore { signatures } = &need else { continue };
            let (log, asked) = (Arc::clone(&self.log), signatures.clone());
            let answer = tokio::task::spawn_blocking(move || log.answer(&asked)).await;
            answers.push((need, answer.unwrap_or_default()));
        }
        if !outside.is_empty() {
            answers.extend(self.outside.gather_within(outside, fetches).await);
        }
        answers
    }
}

impl Log {
    fn answer(&self, signatures: &[Sha256]) -> Answer {
        let source = self.file.display().to_string();
        match self.read(signatures) {
            Ok((entries, earlier)) => replay::answer(&source, entries, &earlier),
            Err(error) => {
                tracing::error!(log = source, %error, "log not read: whether mail was sent before is not known");
                let failure = Failure::NoLog { detail: error.to_string() };
                Answer::in_vain(vec![Attempt { source, failure }])
            }
        }
    }

    fn read(&self, signatures: &[Sha256]) -> rusqlite::Result<(u64, Vec<replay::Earlier>)> {
        let mut kept = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = match kept.take() {
            Some(reader) => reader,
            None => LogReader::open(&self.file)?,
        };
        let answer = (reader.length()?, reader.signed(signatures, MOST)?);
        *kept = Some(reader);
        Ok(answer)
    }
}
