//! Fetches one answer within all limits.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::settings::Revocation;

use super::exchange::{self, MAX_CRL, MAX_OCSP};
use super::failure::{FetchError, Stage};
use super::reach::{Reach, Route};
use super::resolve::{Resolve, SystemResolver};
use super::screen::screen;
use super::stream::{self, Stream, Tls};
use super::turn::Turns;

/// How long and how much at a time.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For a connection to one address.
    pub connect: Duration,
    /// For everything, from the wait for a turn to the last octet: who drips is cut off, too.
    pub total: Duration,
    /// Fetches at the same time.
    pub at_once: usize,
    /// Fetches at the same time from one host.
    pub a_host: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            total: Duration::from_secs(8),
            // More than all CAs of the country have hosts: stalled ones do not use up the turns of the others. All of
            // them with the largest list take 640 MB.
            at_once: 32,
            a_host: 4,
        }
    }
}

/// What a server said of the version that it gave (RFC 9110, 8.8): asked again with it, it need not send all again.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Validators {
    /// `ETag`.
    pub tag: Option<String>,
    /// `Last-Modified`.
    pub modified: Option<String>,
}

impl Validators {
    /// Whether there is one.
    #[must_use]
    pub fn any(&self) -> bool {
        self.tag.is_some() || self.modified.is_some()
    }
}

/// What is asked of an address.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A list, unless it is still the one that is known.
    Crl {
        /// What was said of the known one.
        known: Validators,
    },
    /// An OCSP response.
    Ocsp {
        /// The request.
        request: Vec<u8>,
    },
}

impl Asked {
    /// The most octets that are read.
    pub(super) fn limit(&self) -> usize {
        match self {
            Self::Crl { .. } => MAX_CRL,
            Self::Ocsp { .. } => MAX_OCSP,
        }
    }
}

/// What came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fetched {
    /// An answer.
    Octets {
        /// As they came.
        octets: Vec<u8>,
        /// For the next time.
        validators: Validators,
    },
    /// What is known is still all.
    Unchanged,
}

/// Fetches revocation data. Clones share the bounds.
#[derive(Clone, Debug)]
pub struct Client {
    reach: Arc<Reach>,
    resolver: Arc<dyn Resolve>,
    limits: Limits,
    turns: Arc<Turns>,
    tls: Arc<Tls>,
}

impl Client {
    /// A client that asks what `settings` allow.
    #[must_use]
    pub fn new(settings: &Revocation) -> Self {
        Self::with(settings, Limits::default(), Arc::new(SystemResolver))
    }

    /// The same with other limits and another resolver.
    #[must_use]
    pub fn with(settings: &Revocation, limits: Limits, resolver: Arc<dyn Resolve>) -> Self {
        let turns = Arc::new(Turns::new(limits.at_once, limits.a_host));
        Self { reach: Arc::new(Reach::new(settings)), resolver, limits, turns, tls: Arc::default() }
    }

    /// Whom a connection for this address would go to: the proxy, the host, or what the operator put in its place.
    #[must_use]
    pub fn server(&self, written: &str) -> Option<String> {
        let route = self.reach.route(written).ok()?;
        let nearest = route.proxy.as_ref().unwrap_or(&route.address);
        Some(format!("{}:{}", nearest.host(), nearest.port()))
    }

    /// Asks an address as a certificate writes it. Every fetch stands in the log of the service, with what came of it.
    pub async fn fetch(&self, written: &str, asked: &Asked) -> Result<Fetched, FetchError> {
        let started = Instant::now();
        let stage = Reached(Mutex::new(Stage::Waiting));
        let fetched = match tokio::time::timeout(self.limits.total, self.attempt(written, asked, &stage)).await {
            Ok(fetched) => fetched,
            Err(_) => Err(FetchError::Slow { stage: stage.last(), after: self.limits.total }),
        };
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let address = shown(written);
        match &fetched {
            Ok(Fetched::Octets { octets, .. }) => {
                tracing::info!(address, octets = octets.len(), milliseconds, "fetched");
            }
            Ok(Fetched::Unchanged) => tracing::info!(address, octets = 0, milliseconds, "fetched, unchanged"),
            Err(error) => tracing::warn!(address, %error, milliseconds, "not fetched"),
        }
        fetched
    }

    async fn attempt(&self, written: &str, asked: &Asked, stage: &Reached) -> Result<Fetched, FetchError> {
        let route = self.reach.route(written)?;
        let _turn = self.turns.take(route.address.host()).await;
        // Dropped at the end, and with it whoever drives a tunnel.
        let mut driving = JoinSet::new();
        let stream = self.connect(&route, stage, &mut driving).await?;
        stage.at(Stage::Answering);
        exchange::exchange(stream, &route, asked).await
    }

    async fn connect(&self, route: &Route, stage: &Reached, driving: &mut JoinSet<()>) -> Result<Stream, FetchError> {
        let nearest = route.proxy.as_ref().unwrap_or(&route.address);
        stage.at(Stage::Resolving);
        let addresses = self.resolver.resolve(nearest.host()).await;
        let addresses = addresses.map_err(|error| FetchError::Resolve(error.to_string()))?;
        // The proxy is the operator's; what it may be asked for was decided by name.
        if route.proxy.is_none() && !route.listed {
            public(&addresses)?;
        }
        stage.at(Stage::Connecting);
        let stream = stream::connect(&addresses, nearest.port(), self.limits.connect).await?;
        if !route.address.is_secure() {
            return Ok(Box::new(stream));
        }
        let stream: Stream = match route.proxy {
            Some(_) => stream::tunnel(stream, &route.address, driving).await?,
            None => Box::new(stream),
        };
        self.tls.over(stream, route.address.host()).await
    }
}

/// How far an attempt came, known also when it was given up.
struct Reached(Mutex<Stage>);

impl Reached {
    fn at(&self, stage: Stage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    fn last(&self) -> Stage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One address of the wrong kind refuses the host: which of several is used must not be left to chance.
fn public(addresses: &[IpAddr]) -> Result<(), FetchError> {
    let inside = addresses.iter().find_map(|address| Some((*address, screen(*address)?)));
    inside.map_or(Ok(()), |(address, inside)| Err(FetchError::Inside { address, inside }))
}

/// An address of a stranger as it may stand in a log: of sensible length, without control characters.
fn shown(written: &str) -> String {
    written.chars().take(300).map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}
