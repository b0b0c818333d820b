//! Where evidence comes from, put together: the operator's drop folder, the cache, the web, in this order; and of
//! senders DNS.
//!
//! All that is found is handed over, old or new: which of several counts is decided by whoever judges, and the worst
//! wins. What is fresh is not asked for again; what failed is left alone for a while.

mod dns;
mod folder_dates;
mod refresh;
mod web;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use folder_dates::FolderDates;

use crate::evidence::{Answer, Attempt, Failure, Need};
use crate::gateway::{Fetches, Gather};
use crate::io::cache::Inquiry;
use crate::io::sources::DropFolder;

pub use dns::{Dns, Missing};
pub use refresh::refresh;
pub use web::{Clock, Told, Web};

/// Addresses of one need that are looked at; a certificate names two or three.
const ADDRESSES: usize = 8;

/// How long one message waits for all that it asks, in all rounds: two rounds, for lists and then for responders, of
/// which each may take as long as one fetch does. DNS has a deadline of its own.
pub const MESSAGE: Duration = Duration::from_secs(16);

/// The drop folder, the web with its cache, and DNS. Clones share everything.
#[derive(Clone, Debug)]
pub struct Sources {
    folder: DropFolder,
    dates: FolderDates,
    web: Arc<Web>,
    dns: Option<Dns>,
    within: Duration,
}

impl Sources {
    /// Puts them together.
    #[must_use]
    pub fn new(folder: DropFolder, web: Web) -> Self {
        Self { folder, dates: FolderDates::default(), web: Arc::new(web), dns: None, within: MESSAGE }
    }

    /// The same, with somebody who asks for senders.
    #[must_use]
    pub fn asking(self, dns: Dns) -> Self {
        Self { dns: Some(dns), ..self }
    }

    /// The same, where one message waits for so long at most.
    #[must_use]
    pub fn within(self, within: Duration) -> Self {
        Self { within, ..self }
    }

    /// The web with its cache.
    #[must_use]
    pub fn web(&self) -> &Arc<Web> {
        &self.web
    }
}

impl Gather for Sources {
    async fn gather(&self, needs: Vec<Need>) -> Vec<(Need, Answer)> {
        self.gather_within(needs, &Fetches::default()).await
    }

    async fn gather_within(&self, needs: Vec<Need>, fetches: &Fetches) -> Vec<(Need, Answer)> {
        let mut found = self.folder.gather(needs).await;
        // Each question in a task of its own: a stalled address delays no other. Tasks end with this future, flights do
        // not; whoever asks next gets what they bring.
        let mut asking = JoinSet::new();
        let mut senders = JoinSet::new();
        let until = tokio::time::Instant::from_std(fetches.begun()) + self.within;
        let late = Failure::Deadline { milliseconds: u64::try_from(self.within.as_millis()).unwrap_or(u64::MAX) };
        for (n, (need, answer)) in found.iter().enumerate() {
            if let (Need::Sender(lookup), Some(dns)) = (need, &self.dns) {
                let (dns, lookup) = (dns.clone(), lookup.clone());
                senders.spawn(async move { (n, dns.answer(&lookup).await) });
            }
            let fresh = self.is_fresh(need, answer).await;
            for (m, inquiry) in inquiries(need).into_iter().enumerate() {
                let (web, fetches, late) = (Arc::clone(&self.web), fetches.clone(), late.clone());
                asking.spawn(async move {
                    if fresh {
                        let told = web.known(&inquiry);
                        return (n, m, inquiry, told);
                    }
                    let asked = Arc::clone(&web).ask(inquiry.clone(), &fetches);
                    let told = tokio::time::timeout_at(until, asked).await;
                    let told = told.unwrap_or_else(|_| Told { failure: Some(late), ..web.known(&inquiry) });
                    (n, m, inquiry, told)
                });
            }
        }
        let mut told = asking.join_all().await;
        // In the order of the addresses, whoever was faster.
        told.sort_by_key(|(n, m, ..)| (*n, *m));
        for (n, _, inquiry, told) in told {
            if let Some((_, answer)) = found.get_mut(n) {
                if !told.pieces.is_empty() {
                    // What the folder lacks matters only where nothing came from elsewhere.
                    answer.tried.retain(|attempt| !attempt.failure.is_of_folder());
                }
                answer.pieces.extend(told.pieces);
                let source = inquiry.address.to_string();
                answer.tried.extend(told.failure.map(|failure| Attempt { source, failure }));
            }
        }
        while let Some(answered) = senders.join_next().await {
            // What crashed, on a mail that is bent for it, is no answer.
            if let Ok((n, told)) = answered
                && let Some((_, answer)) = found.get_mut(n)
            {
                *answer = told;
            }
        }
        found
    }
}

impl Sources {
    /// Whether the folder has a list that is as new as one that need not be fetched again.
    async fn is_fresh(&self, need: &Need, answer: &Answer) -> bool {
        let Need::Crl { issuer, key, .. } = need else { return false };
        let (now, ask_again) = (self.web.now(), self.web.ask_again());
        for piece in &answer.pieces {
            if self.dates.of(&piece.octets, issuer, key, now).await.is_some_and(|made| made.is_fresh(now, ask_again)) {
                return true;
            }
        }
        false
    }
}

/// A need, once for each address.
fn inquiries(need: &Need) -> Vec<Inquiry> {
    let (issuer, key, serial, addresses) = match need {
        Need::Crl { issuer, key, points } => (issuer, key, None, points),
        Need::Ocsp { issuer, key, serial, responders } => (issuer, key, Some(serial), responders),
        Need::Sender(_) | Need::SeenBefore { .. } => return Vec::new(),
    };
    let (issuer, key): (Arc<[u8]>, Arc<[u8]>) = (issuer.as_slice().into(), key.as_slice().into());
    let serial: Option<Arc<[u8]>> = serial.map(|serial| serial.as_slice().into());
    let mut addresses: Vec<&String> = addresses.iter().collect();
    addresses.dedup();
    addresses
        .into_iter()
        .take(ADDRESSES)
        .map(|address| Inquiry {
            address: address.as_str().into(),
            issuer: Arc::clone(&issuer),
            key: Arc::clone(&key),
            serial: serial.clone(),
        })
        .collect()
}
