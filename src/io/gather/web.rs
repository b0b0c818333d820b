//! The web behind its cache: what is asked, what is kept of the answer, what is left alone.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::algorithm::DigestAlgorithm;
use crate::digest::Digested;
use crate::evidence::{Failure, Piece};
use crate::gateway::{FETCHES, Fetches};
use crate::io::cache::{Cache, Inquiry, Kept, Record, Waiting, inspect};
use crate::io::fetch::{Asked, Client, FetchError, Fetched, Flights, Validators};
use crate::settings::WebAddress;
use crate::time::UnixTime;
use crate::x509::ocsp::Subject;

/// Tells the time; it may be set at any moment.
pub type Clock = fn() -> UnixTime;

/// What came of a question.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What there is, from now or before.
    pub pieces: Vec<Piece>,
    /// Why there is nothing new, though it was due.
    pub failure: Option<Failure>,
}

/// The web and its cache.
pub struct Web {
    /// `None` when the network must not be asked.
    client: Option<Client>,
    cache: Cache,
    waiting: Waiting,
    flights: Flights<Inquiry, Told>,
    ask_again: Duration,
    clock: Clock,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web").field("client", &self.client).field("cache", &self.cache.size()).finish_non_exhaustive()
    }
}

impl Web {
    /// Puts them together.
    #[must_use]
    pub fn new(client: Option<Client>, cache: Cache, ask_again: Duration, clock: Clock) -> Self {
        Self { client, cache, waiting: Waiting::default(), flights: Flights::default(), ask_again, clock }
    }

    /// The cache.
    #[must_use]
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    pub(super) fn now(&self) -> UnixTime {
        (self.clock)()
    }

    pub(super) fn ask_again(&self) -> Duration {
        self.ask_again
    }

    /// What is known without asking.
    pub(super) fn known(&self, inquiry: &Inquiry) -> Told {
        let record = self.cache.look(inquiry, self.now());
        Told {
            pieces: record.iter().map(|record| record.piece(inquiry)).collect(),
            failure: record.and_then(|record| stale(&record, self.now())),
        }
    }

    /// What is known when it is fresh; else what the address says. Nobody waits for longer than one fetch may take.
    pub(super) async fn ask(self: Arc<Self>, inquiry: Inquiry, fetches: &Fetches) -> Told {
        let known = self.cache.look(&inquiry, self.now());
        if known.as_ref().is_some_and(|record| record.is_fresh(self.now())) {
            return self.known(&inquiry);
        }
        match self.obstacle(&inquiry).or_else(|| spent(fetches)) {
            Some(failure) => Told { failure: Some(failure), ..self.known(&inquiry) },
            None => self.fly(inquiry, false).await,
        }
    }

    /// Asks ahead of the time.
    pub(super) async fn ask_ahead(self: &Arc<Self>, inquiry: Inquiry) {
        if self.obstacle(&inquiry).is_none() {
            Arc::clone(self).fly(inquiry, true).await;
        }
    }

    /// Why it is not asked, before anything is spent on it.
    fn obstacle(&self, inquiry: &Inquiry) -> Option<Failure> {
        let Some(client) = &self.client else { return Some(Failure::Off) };
        if let Err(fault) = WebAddress::parse(&inquiry.address) {
            return Some(FetchError::Address(fault).into());
        }
        let server = client.server(&inquiry.address).unwrap_or_default();
        self.waiting.why(inquiry, &server, Instant::now()).map(Failure::remembered)
    }

    async fn fly(self: Arc<Self>, inquiry: Inquiry, ahead: bool) -> Told {
        let web = Arc::clone(&self);
        let asked = inquiry.clone();
        let told = self.flights.join(inquiry.clone(), || async move { web.fetch(asked, ahead).await }).await;
        told.unwrap_or_else(|| Told { failure: Some(Failure::Crashed), ..self.known(&inquiry) })
    }

    /// One flight.
    async fn fetch(&self, inquiry: Inquiry, ahead: bool) -> Told {
        // Not `look`: a list that only the refresh asks for is one that nobody wants any more.
        let known = self.cache.peek(&inquiry);
        // Another flight may have landed just before this one started.
        if !ahead && known.as_ref().is_some_and(|record| record.is_fresh(self.now())) {
            return self.known(&inquiry);
        }
        let server = self.client.as_ref().and_then(|client| client.server(&inquiry.address)).unwrap_or_default();
        match self.try_fetch(&inquiry, known.as_ref(), ahead).await {
            Ok(told) => {
                self.waiting.answered(&inquiry, &server);
                self.cache.answered(&inquiry.address);
                told
            }
            Err(error) => {
                if !error.is_our_own() {
                    self.cache.failed(&inquiry.address, self.now(), &error.to_string());
                    self.waiting.failed(&inquiry, &server, error.extent(), &error.clone().into(), Instant::now());
                }
                Told { failure: Some(error.into()), ..self.known(&inquiry) }
            }
        }
    }

    async fn try_fetch(&self, inquiry: &Inquiry, known: Option<&Record>, ahead: bool) -> Result<Told, FetchError> {
        let not_it = |why: &str| FetchError::NotIt(why.to_owned());
        let client = self.client.as_ref().ok_or_else(|| not_it("the network is not asked"))?;
        let asked = match &inquiry.serial {
            None => Asked::Crl { known: known.map_or_else(Validators::default, |record| record.validators.clone()) },
            Some(serial) => {
                let subject = Subject::under(&inquiry.issuer, &inquiry.key, serial);
                // SHA-1 names the issuer and proves nothing, and all responders know it (RFC 5019, 2.1.1). No nonce: the
                // answer is shared by all messages, and its dates say how old it is.
                let request = subject.and_then(|subject| subject.request(DigestAlgorithm::Sha1, None));
                Asked::Ocsp { request: request.ok_or_else(|| not_it("no request can be made"))? }
            }
        };
        let (octets, validators) = match client.fetch(&inquiry.address, &asked).await? {
            Fetched::Octets { octets, validators } => (octets, validators),
            Fetched::Unchanged => {
                let record = self.cache.confirm(inquiry, self.now(), self.ask_again);
                // It may have been let go in between; a server that is asked for nothing known cannot say "unchanged".
                let record = record.ok_or_else(|| not_it("unchanged, but no longer kept"))?;
                return Ok(Told { pieces: vec![record.piece(inquiry)], failure: stale(&record, self.now()) });
            }
        };
        let now = self.now();
        // The same octets again need no second place in memory, and are known to be the same to whoever parsed them.
        let again = known.map(|record| &record.octets).filter(|known| known[..] == octets[..]).cloned();
        let looked = {
            let inquiry = inquiry.clone();
            tokio::task::spawn_blocking(move || {
                let octets = again.unwrap_or_else(|| Digested::from(octets));
                (inspect(&inquiry, &octets, now), octets)
            })
            .await
        };
        let (dates, octets) = looked.map_err(|_| not_it("reading it crashed"))?;
        let dates = dates.map_err(|why| {
            tracing::warn!(address = %inquiry.address, %why, "fetched in vain");
            not_it(&why.to_string())
        })?;
        let mut record = Record::new(octets, dates, validators, now, self.ask_again);
        if let Some(known) = known.filter(|_| ahead) {
            record.used = known.used;
        }
        let mut pieces = vec![record.piece(inquiry)];
        let mut failure = stale(&record, now);
        if self.cache.offer(inquiry.clone(), record) == Kept::Older
            && let Some(known) = known
        {
            tracing::warn!(address = %inquiry.address, "an older list than before, or one that the issuer did not sign; the one from before is kept");
            pieces.insert(0, known.piece(inquiry));
            failure = Some(Failure::Older);
        }
        Ok(Told { pieces, failure })
    }
}

fn spent(fetches: &Fetches) -> Option<Failure> {
    (!fetches.take()).then(|| Failure::Spent { limit: u64::try_from(FETCHES).unwrap_or(u64::MAX) })
}

/// That the address itself has nothing newer, although it is due.
fn stale(record: &Record, now: UnixTime) -> Option<Failure> {
    let since = record.dates.as_ref()?.next_update.filter(|next| *next < now)?;
    Some(Failure::Stale { since })
}
