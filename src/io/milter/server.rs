//! The milter server: accepts, hands connections to tasks of their own, and stops without losing a message.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::connection::Connection;
use super::listener::Listener;
use super::stream::Stream;
use crate::milter::{Actions, Limits, Outcome, Transaction};

/// Decides about messages. A panic in it costs that message a temporary failure, and nothing else.
pub trait Handler: Send + Sync + 'static {
    /// What becomes of the message. The future runs to its end even if the peer goes away meanwhile; it is dropped
    /// only when it takes longer than [`Settings::handling`].
    fn handle(&self, transaction: Transaction) -> impl Future<Output = Outcome> + Send;
}

/// Limits and deadlines of the server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Settings {
    /// How much of one message is kept.
    pub limits: Limits,
    /// Changes that the handler may ask for.
    pub needed: Actions,
    /// Connections at once; further ones wait to be accepted.
    pub connections: usize,
    /// Longest silence of a peer.
    pub idle: Duration,
    /// From MAIL to the end of the message.
    pub message: Duration,
    /// From the end of the message to its outcome.
    pub handling: Duration,
    /// For a peer to take an answer.
    pub write: Duration,
    /// Between signs of life while the handler works.
    pub progress: Duration,
    /// For messages under way when the server stops.
    pub grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            needed: Actions::STAMP,
            // Postfix runs 100 smtpd processes by default; each has one connection, as has each cleanup for local mail.
            connections: 256,
            // As libmilter. A shorter time than the SMTP session's would send its next mail past the filter.
            idle: Duration::from_secs(7_210),
            // An SMTP client may take 300 s for each of its commands (smtpd_timeout).
            message: Duration::from_secs(7_210),
            // The gateway has deadlines of its own, this one is for what it has overlooked.
            handling: Duration::from_mins(10),
            // An answer is some kilobytes: it fits into the socket's buffer unless the peer is stuck.
            write: Duration::from_secs(30),
            // Far below Postfix's milter_content_timeout, 300 s, and libmilter's own.
            progress: Duration::from_secs(5),
            // Shorter than systemd's TimeoutStopSec, 90 s.
            grace: Duration::from_mins(1),
        }
    }
}

/// A failed accept (no more file descriptors) is tried again after this time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// How the server has ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stopped {
    /// Connections whose message was not finished in time. Their peers got no answer and keep the message.
    pub cut: usize,
}

/// Serves until `shutdown` is ready. Then no connection is accepted, those at rest are closed, and messages under way
/// are finished within [`Settings::grace`].
pub async fn serve<H: Handler>(
    listener: Listener,
    handler: Arc<H>,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> Stopped {
    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    let slots = Arc::new(Semaphore::new(settings.connections));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = connections.join_next() => report(ended),
            (stream, slot) = next(&listener, &slots) => {
                let connection = Connection::new(stream, Arc::clone(&handler), settings, stopping.clone());
                connections.spawn(async move {
                    connection.run().await;
                    drop(slot);
                });
            }
        }
    }
    drop(listener);
    stop.send_replace(true);
    let finish = async {
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    };
    if tokio::time::timeout(settings.grace, finish).await.is_ok() {
        return Stopped { cut: 0 };
    }
    let cut = connections.len();
    tracing::warn!(cut, "messages were not finished before the stop");
    connections.shutdown().await;
    Stopped { cut }
}

async fn next(listener: &Listener, slots: &Arc<Semaphore>) -> (Stream, Option<tokio::sync::OwnedSemaphorePermit>) {
    // The semaphore is never closed, so a slot is always given.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok(stream) => return (stream, slot),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a milter connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a milter connection has panicked");
    }
}
