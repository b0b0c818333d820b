//! Keeps what was fetched, for all messages and over restarts.
//!
//! In memory whole, so that no message waits for a disk; a file beside the log keeps it. The file is a cache: when it
//! is full, broken or gone, that is a warning, and mail goes on. What is handed out is verified at each use as if it
//! had come from the network just now; what is known here of signatures only decides how long it is kept.

mod dates;
mod disk;
mod record;
mod waiting;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use disk::Disk;

use crate::time::UnixTime;

pub use dates::{Dates, NotIt, inspect};
pub use disk::{CacheError, Failed, Listed, list, lists};
pub use record::{Inquiry, RETRY, Record, UNPROVEN};
pub use waiting::Waiting;

/// More answers than all signers of a province cause; beside the limit on octets, since small ones cost, too.
const RECORDS: usize = 100_000;

/// The cache. Clones share it.
#[derive(Clone, Debug)]
pub struct Cache {
    memory: Arc<Mutex<Memory>>,
    disk: Option<Disk>,
}

/// What became of an answer that was offered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kept {
    /// It stands in the cache.
    New,
    /// An older one than is there: the one that is there stays.
    Older,
}

#[derive(Debug)]
struct Memory {
    records: HashMap<Inquiry, (u64, Record)>,
    /// By when they were last used, the oldest first.
    order: BTreeMap<u64, Inquiry>,
    tick: u64,
    octets: usize,
    limit: usize,
}

impl Cache {
    /// A cache that is gone with the process.
    #[must_use]
    pub fn in_memory(limit: usize) -> Self {
        let memory = Memory { records: HashMap::new(), order: BTreeMap::new(), tick: 0, octets: 0, limit };
        Self { memory: Arc::new(Mutex::new(memory)), disk: None }
    }

    /// A cache that `file` keeps. When the file cannot be used, that is logged, and the cache is in memory only. Join
    /// the handle after the last clone is gone to know that all is on disk.
    #[must_use]
    pub fn open(file: &Path, limit: usize) -> (Self, Option<JoinHandle<()>>) {
        let mut cache = Self::in_memory(limit);
        match Disk::open(file, limit) {
            Ok((disk, records, writer)) => {
                let mut memory = cache.memory();
                for (inquiry, record) in records {
                    memory.place(inquiry, record);
                }
                let gone = memory.shrink();
                drop(memory);
                for inquiry in &gone {
                    disk.forget(inquiry);
                }
                cache.disk = Some(disk);
                (cache, Some(writer))
            }
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "no file for the cache of revocation data; it is kept in memory only");
                (cache, None)
            }
        }
    }

    /// What is known, fresh or not.
    #[must_use]
    pub fn look(&self, inquiry: &Inquiry, now: UnixTime) -> Option<Record> {
        self.memory().touch(inquiry, now)
    }

    /// What is known, without that it counts as being wanted.
    #[must_use]
    pub fn peek(&self, inquiry: &Inquiry) -> Option<Record> {
        self.memory().records.get(inquiry).map(|(_, record)| record.clone())
    }

    /// Offers an answer. A list never goes back (pki.md 12): one that is older by its number or its date does not
    /// replace a newer one, whose key signed both.
    pub fn offer(&self, inquiry: Inquiry, record: Record) -> Kept {
        let mut memory = self.memory();
        if let Some((_, known)) = memory.records.get_mut(&inquiry)
            && known.outdoes(&record)
        {
            known.again = record.taken.plus(RETRY);
            // After a clock went back it would not be fresh before that time comes again, and each message would ask.
            known.asked = known.asked.min(record.asked);
            return Kept::Older;
        }
        let proven = record.dates.is_some();
        memory.place(inquiry.clone(), record.clone());
        let gone = memory.shrink();
        drop(memory);
        if let Some(disk) = &self.disk {
            for inquiry in &gone {
                disk.forget(inquiry);
            }
            // What nobody vouches for lives for minutes; that is not worth a write.
            if proven {
                disk.keep(inquiry, record);
            }
        }
        Kept::New
    }

    /// The server said that what is known is still all.
    pub fn confirm(&self, inquiry: &Inquiry, now: UnixTime, ask_again: Duration) -> Option<Record> {
        let mut memory = self.memory();
        let (_, record) = memory.records.get_mut(inquiry)?;
        record.confirmed(now, ask_again);
        let record = record.clone();
        drop(memory);
        if let Some(disk) = &self.disk {
            disk.confirm(inquiry, &record);
        }
        Some(record)
    }

    /// Lists that were used of late and are due to be asked for again, and when the next one will be. Those that nobody
    /// vouches for live for minutes, which is too often to ask for nothing.
    #[must_use]
    pub fn due(&self, now: UnixTime) -> (Vec<Inquiry>, Option<UnixTime>) {
        let memory = self.memory();
        let known = memory
            .records
            .iter()
            .filter(|(inquiry, (_, record))| inquiry.is_crl() && record.dates.is_some() && record.is_in_use(now));
        let (due, later): (Vec<_>, Vec<_>) = known
            .map(|(inquiry, (_, record))| {
                (if record.is_fresh(now) { record.refresh_at(inquiry) } else { now }, inquiry)
            })
            .partition(|(at, _)| *at <= now);
        let mut due: Vec<_> = due;
        due.sort();
        (due.into_iter().map(|(_, inquiry)| inquiry.clone()).collect(), later.into_iter().map(|(at, _)| at).min())
    }

    /// Says that an address failed, for `doctor`.
    pub fn failed(&self, address: &str, at: UnixTime, failure: &str) {
        if let Some(disk) = &self.disk {
            disk.failed(address, at, failure);
        }
    }

    /// Says that an address answered.
    pub fn answered(&self, address: &str) {
        if let Some(disk) = &self.disk {
            disk.answered(address);
        }
    }

    /// Ends the writer of the file when it has written what waits; blocks until it takes the word.
    pub fn close(&self) {
        if let Some(disk) = &self.disk {
            disk.stop();
        }
    }

    /// Answers that are kept, and their octets.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let memory = self.memory();
        (memory.records.len(), memory.octets)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn touch(&mut self, inquiry: &Inquiry, now: UnixTime) -> Option<Record> {
        let tick = self.next();
        let (placed, record) = self.records.get_mut(inquiry)?;
        let name = self.order.remove(placed).unwrap_or_else(|| inquiry.clone());
        self.order.insert(tick, name);
        *placed = tick;
        record.used = now;
        Some(record.clone())
    }

    fn place(&mut self, inquiry: Inquiry, record: Record) {
        self.take(&inquiry);
        let tick = self.next();
        self.octets = self.octets.saturating_add(record.octets.len());
        self.order.insert(tick, inquiry.clone());
        self.records.insert(inquiry, (tick, record));
    }

    fn take(&mut self, inquiry: &Inquiry) {
        if let Some((placed, record)) = self.records.remove(inquiry) {
            self.order.remove(&placed);
            self.octets = self.octets.saturating_sub(record.octets.len());
        }
    }

    /// Lets go what was not used for longest.
    fn shrink(&mut self) -> Vec<Inquiry> {
        let mut gone = Vec::new();
        while self.octets > self.limit || self.records.len() > RECORDS {
            let Some((_, inquiry)) = self.order.pop_first() else { break };
            self.take(&inquiry);
            gone.push(inquiry);
        }
        gone
    }

    fn next(&mut self) -> u64 {
        self.tick = self.tick.saturating_add(1);
        self.tick
    }
}

#[cfg(test)]
mod tests;
