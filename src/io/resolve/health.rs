//! How the name servers do, for `doctor`.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use super::exchange;
use super::failure::Failure;
use super::servers::{SYSTEM, Servers};
use crate::sender::transcript::{self, Question, RecordKind};
use crate::settings::Dns;

/// A server that answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Health {
    /// How long it took.
    pub took: Duration,
    /// It says that it validated the answer (AD), when asked for it.
    pub authenticated: bool,
}

/// Asks every server for the root of DNS: each can answer, the root is signed, and nobody learns anything by it.
pub async fn examine(settings: &Dns) -> Vec<(SocketAddr, Result<Health, Failure>)> {
    let root = Question::new("", RecordKind::Txt);
    let mut found = Vec::new();
    for server in Servers::new(&settings.servers, Path::new(SYSTEM)).all() {
        let started = Instant::now();
        let answer = exchange::ask(server, &root, true, settings.timeout).await;
        let health = answer.map(|answer| Health {
            took: started.elapsed(),
            authenticated: transcript::read(&answer.octets).is_some_and(|(_, reply)| reply.authenticated),
        });
        found.push((server, health));
    }
    found
}
