//! Questions of all messages: each asked once at a time, answered from what is known where that is fresh.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::cache::Cache;
use super::exchange::{self, Answer};
use super::failure::Failure;
use super::servers::{SYSTEM, Servers};
use super::wire::KEPT_FAILURE;
use crate::evidence::{self, Attempt, Piece};
use crate::io::fetch::Flights;
use crate::sender::transcript::Question;
use crate::settings::{Dns, Dnssec};
use crate::time::UnixTime;

/// Questions under way at the same time, of all messages: each has a socket, and a service has 1,024 by default.
const AT_ONCE: usize = 256;

/// Tells the time; it may be set at any moment.
pub type Clock = fn() -> UnixTime;

/// What came of a question.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The response.
    pub piece: Option<Piece>,
    /// Servers that were asked in vain.
    pub tried: Vec<Attempt>,
}

/// Octets that a failure takes, about: a name and a sentence.
const FAILURE: usize = 400;

impl Told {
    /// Octets that it takes.
    pub(super) fn octets(&self) -> usize {
        let pieces = self.piece.iter().map(|piece| piece.octets.len().saturating_add(piece.source.len()));
        let tried = self.tried.iter().map(|tried| tried.source.len().saturating_add(FAILURE));
        pieces.chain(tried).fold(0, usize::saturating_add)
    }
}

/// Asks name servers. Clones share what is known.
#[derive(Clone)]
pub struct Resolver(Arc<Inner>);

struct Inner {
    servers: Servers,
    timeout: Duration,
    believed: bool,
    cache: Cache,
    flights: Flights<Question, Told>,
    turns: Semaphore,
    clock: Clock,
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("servers", &self.0.servers).finish_non_exhaustive()
    }
}

impl Resolver {
    /// One that asks whom `settings` name.
    #[must_use]
    pub fn new(settings: &Dns, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            servers: Servers::new(&settings.servers, Path::new(SYSTEM)),
            timeout: settings.timeout,
            believed: settings.dnssec == Dnssec::TrustedResolver,
            cache: Cache::default(),
            flights: Flights::default(),
            turns: Semaphore::new(AT_ONCE),
            clock,
        }))
    }

    /// What is known when it is fresh; else what a server says. Whoever gives up waiting takes nothing from the others
    /// who wait for the same.
    pub async fn ask(&self, question: &Question) -> Told {
        if let Some(told) = self.0.known(question) {
            return told;
        }
        let (inner, asked) = (Arc::clone(&self.0), question.clone());
        let told = self.0.flights.join(question.clone(), || async move { inner.fly(asked).await }).await;
        told.unwrap_or_else(|| in_vain(question, None, "asking crashed"))
    }
}

impl Inner {
    fn known(&self, question: &Question) -> Option<Told> {
        let mut told = self.cache.look(question, (self.clock)())?;
        if told.piece.is_some() {
            // Who else had been asked for it is of no interest any more.
            told.tried.clear();
        }
        for tried in &mut told.tried {
            tried.failure = evidence::Failure::Remembered { before: Box::new(tried.failure.clone()) };
        }
        Some(told)
    }

    /// One flight.
    async fn fly(&self, question: Question) -> Told {
        // Another flight may have landed just before this one started.
        if let Some(told) = self.known(&question) {
            return told;
        }
        // Nobody may need the answer any more after longer; and what was not asked is not remembered as failed.
        let Ok(Ok(_turn)) = timeout(self.timeout, self.turns.acquire()).await else {
            return in_vain(&question, None, Failure::Busy);
        };
        let mut told = Told::default();
        let mut kept = KEPT_FAILURE;
        for server in self.servers.in_turn() {
            match exchange::ask(server, &question, self.believed, self.timeout).await {
                Ok(Answer { octets, kept: seconds }) => {
                    self.servers.answered(server);
                    let taken = Some((self.clock)());
                    told.piece = Some(Piece::new(octets, source(Some(server)), taken));
                    kept = seconds;
                    break;
                }
                Err(failure) => {
                    if failure.is_of_the_server() && self.servers.failed(server) {
                        tracing::warn!(%server, %failure, "a name server does not answer");
                    }
                    told.tried.extend(in_vain(&question, Some(server), failure).tried);
                }
            }
        }
        self.cache.keep(question, told.clone(), (self.clock)(), kept);
        told
    }
}

/// A question without an answer, as it stands in the record.
pub(in crate::io) fn in_vain(question: &Question, server: Option<SocketAddr>, why: impl fmt::Display) -> Told {
    let detail = format!("{} {}: {why}", question.name, question.kind.record_type());
    let failure = evidence::Failure::NoAnswer { detail };
    Told { piece: None, tried: vec![Attempt { source: source(server), failure }] }
}

/// A server as the record names it; the port only where it is not that of DNS.
fn source(server: Option<SocketAddr>) -> String {
    match server {
        None => "dns".to_owned(),
        Some(server) if server.port() == 53 => format!("dns:{}", server.ip()),
        Some(server) => format!("dns:{server}"),
    }
}
