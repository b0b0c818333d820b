//! One connection of an MTA: octets to the session, its steps to the peer, messages to the handler.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until, timeout};

use super::server::{Handler, Settings};
use super::stream::Stream;
use crate::milter::frame::FRAME_MAX;
use crate::milter::reply::progress;
use crate::milter::{Decoder, Nonsense, Outcome, Session, Step, Transaction};

/// Answers are collected up to this size while a peer sends commands without waiting.
const COLLECT_MAX: usize = 16 * 1024;

/// A peer that awaits no replies may have sent a message that the kernel has not shown to us when the server stops.
const LAST_LOOK: Duration = Duration::from_millis(50);

pub(super) struct Connection<H> {
    stream: Stream,
    decoder: Decoder,
    session: Session,
    answers: Vec<u8>,
    /// When the message that is open has to be complete.
    complete_by: Option<Instant>,
    handler: Arc<H>,
    settings: Settings,
    stopping: watch::Receiver<bool>,
}

/// Why a connection is over, other than by its peer's goodbye.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the peer has left before the message was answered")]
    Gone,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Nonsense(#[from] Nonsense),
    #[error("no octet for too long")]
    Idle,
    #[error("the message takes too long to come in")]
    Slow,
    #[error("the peer does not take the answer")]
    Stuck,
}

impl<H: Handler> Connection<H> {
    pub(super) fn new(stream: Stream, handler: Arc<H>, settings: Settings, stopping: watch::Receiver<bool>) -> Self {
        Self {
            stream,
            decoder: Decoder::default(),
            session: Session::new(settings.limits, settings.needed),
            answers: Vec::new(),
            complete_by: None,
            handler,
            settings,
            stopping,
        }
    }

    /// Serves until the peer or the server leaves. Whatever happens concerns this connection only.
    pub(super) async fn run(mut self) {
        match self.serve().await {
            Ok(()) => {}
            Err(Ended::Nonsense(nonsense)) => tracing::warn!(%nonsense, "milter peer is not understood"),
            Err(ended @ (Ended::Gone | Ended::Idle | Ended::Io(_) | Ended::Slow | Ended::Stuck)) => {
                tracing::info!(%ended, "milter connection is over");
            }
        }
    }

    async fn serve(&mut self) -> Result<(), Ended> {
        loop {
            while let Some(frame) = self.decoder.frame().map_err(Nonsense::from)? {
                match self.session.take(frame)? {
                    Step::Close => return Ok(()),
                    Step::Judge(transaction) => {
                        self.flush().await?;
                        self.judge(*transaction).await?;
                        if *self.stopping.borrow() {
                            return Ok(());
                        }
                    }
                    Step::Reply(response) => response.write(&mut self.answers),
                    Step::Silent => {}
                }
                if self.answers.len() > COLLECT_MAX {
                    self.flush().await?;
                }
            }
            self.flush().await?;
            if !self.read().await? {
                return Ok(());
            }
        }
    }

    /// Waits for more octets; `false` when there will be none and none are missing.
    async fn read(&mut self) -> Result<bool, Ended> {
        let at_rest = self.session.at_rest();
        let now = Instant::now();
        self.complete_by = if at_rest { None } else { self.complete_by.or(Some(now + self.settings.message)) };
        let complete_by = self.complete_by.unwrap_or(now);
        let idle = sleep_until(now + self.settings.idle);
        tokio::select! {
            read = self.stream.read(self.decoder.room()) => match read {
                Ok(0) if at_rest => Ok(false),
                Ok(0) => Err(Ended::Gone),
                Ok(_) => Ok(true),
                // A probe of the port may end so.
                Err(error) if at_rest && error.kind() == io::ErrorKind::ConnectionReset => Ok(false),
                Err(error) => Err(error.into()),
            },
            () = idle => Err(Ended::Idle),
            () = sleep_until(complete_by), if !at_rest => Err(Ended::Slow),
            () = last_look(&mut self.stopping), if at_rest => Ok(false),
        }
    }

    /// Lets the handler decide, and keeps the peer patient meanwhile.
    async fn judge(&mut self, transaction: Transaction) -> Result<(), Ended> {
        let handler = Arc::clone(&self.handler);
        // A task of its own: a panic stays in it, and it ends what it has begun even if the peer leaves.
        let mut task = tokio::spawn(async move { handler.handle(transaction).await });
        let late = sleep(self.settings.handling);
        tokio::pin!(late);
        let mut ticks = interval_at(Instant::now() + self.settings.progress, self.settings.progress);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // After that the handler is waited for all the same, so that handlers are never more than connections.
        let mut gone = false;
        let outcome = loop {
            // A peer that sends its next commands early is listened to only as far as memory is bounded.
            let listening = !gone && self.decoder.waiting() <= FRAME_MAX;
            tokio::select! {
                biased;
                outcome = &mut task => break outcome.unwrap_or_else(|error| {
                    tracing::error!(%error, "the handler of a message has failed");
                    Outcome::temp_fail("internal error, try again later")
                }),
                () = &mut late => {
                    tracing::error!("the handler of a message takes too long");
                    task.abort();
                    break Outcome::temp_fail("examination takes too long, try again later");
                }
                read = self.stream.read(self.decoder.room()), if listening => gone = matches!(read, Ok(0) | Err(_)),
                _ = ticks.tick(), if !gone => gone = self.write(&progress()).await.is_err(),
            }
        };
        if gone {
            return Err(Ended::Gone);
        }
        self.decoder.rest();
        self.complete_by = None;
        let answer = outcome.encode(self.session.terms());
        self.write(&answer).await
    }

    async fn flush(&mut self) -> Result<(), Ended> {
        if self.answers.is_empty() {
            return Ok(());
        }
        let answers = std::mem::take(&mut self.answers);
        self.write(&answers).await?;
        self.answers = answers;
        self.answers.clear();
        Ok(())
    }

    async fn write(&mut self, octets: &[u8]) -> Result<(), Ended> {
        let written = timeout(self.settings.write, self.stream.write(octets)).await;
        Ok(written.map_err(|_| Ended::Stuck)??)
    }
}

/// Ends a little after the server has begun to stop.
async fn last_look(stopping: &mut watch::Receiver<bool>) {
    // An error means that the server itself is gone, which is a stop too.
    drop(stopping.wait_for(|stopping| *stopping).await);
    sleep(LAST_LOOK).await;
}
