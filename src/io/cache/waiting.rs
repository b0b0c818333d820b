//! Addresses and servers that failed are left alone for a while: a dead one must not cost each message its seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::evidence::Failure;
use crate::io::fetch::Extent;

use super::record::Inquiry;

/// After the first failure; doubled by each further one.
const FIRST: Duration = Duration::from_mins(5);
/// At most so long.
const LONGEST: Duration = Duration::from_hours(1);
/// Failures that are remembered; with more, those that are over go first.
const REMEMBERED: usize = 4096;

/// What failed.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Failing {
    /// Whoever is asked: nobody answers there, whatever is asked.
    Server(Arc<str>),
    /// Everything at one address.
    Address(Arc<str>),
    /// One question at one address.
    Question(Arc<str>, Option<Arc<[u8]>>),
}

#[derive(Debug)]
struct Left {
    why: Failure,
    times: u32,
    until: Instant,
}

/// Failures of late. Measured by a clock that nobody sets.
#[derive(Debug, Default)]
pub struct Waiting {
    failures: Mutex<HashMap<Failing, Left>>,
}

impl Waiting {
    /// Why `inquiry` is not asked of `server` right now.
    #[must_use]
    pub fn why(&self, inquiry: &Inquiry, server: &str, now: Instant) -> Option<Failure> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        names(inquiry, server).into_iter().find_map(|name| {
            failures.get(&name).filter(|failure| failure.until > now).map(|failure| failure.why.clone())
        })
    }

    /// It failed, and with it all that `extent` says.
    pub fn failed(&self, inquiry: &Inquiry, server: &str, extent: Extent, why: &Failure, now: Instant) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let [server, address, question] = names(inquiry, server);
        // An address that nobody serves stays left alone longer each time; its server is looked for again soon, for the
        // sake of all others there.
        let (name, longest) = match extent {
            Extent::Server => {
                remember(&mut failures, address, LONGEST, why, now);
                (server, FIRST)
            }
            Extent::Address => (address, LONGEST),
            Extent::Question => (question, LONGEST),
        };
        remember(&mut failures, name, longest, why, now);
    }

    /// It answered.
    pub fn answered(&self, inquiry: &Inquiry, server: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for name in names(inquiry, server) {
            failures.remove(&name);
        }
    }
}

fn remember(failures: &mut HashMap<Failing, Left>, name: Failing, longest: Duration, why: &Failure, now: Instant) {
    if failures.len() >= REMEMBERED && !failures.contains_key(&name) {
        failures.retain(|_, failure| failure.until > now);
        if failures.len() >= REMEMBERED
            && let Some(one) = failures.keys().next().cloned()
        {
            failures.remove(&one);
        }
    }
    let times = failures.get(&name).map_or(0, |failure| failure.times).saturating_add(1);
    let wait = FIRST.saturating_mul(2u32.saturating_pow(times - 1)).min(longest);
    failures.insert(name, Left { why: why.clone(), times, until: now + wait });
}

fn names(inquiry: &Inquiry, server: &str) -> [Failing; 3] {
    let address = || Arc::clone(&inquiry.address);
    [Failing::Server(server.into()), Failing::Address(address()), Failing::Question(address(), inquiry.serial.clone())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ocsp(address: &str, serial: u8) -> Inquiry {
        let octets: Arc<[u8]> = [1][..].into();
        Inquiry { address: address.into(), issuer: octets.clone(), key: octets, serial: Some([serial][..].into()) }
    }

    #[test]
    fn a_failed_address_is_left_alone_longer_each_time_but_not_for_ever() {
        let waiting = Waiting::default();
        let inquiry = ocsp("a", 1);
        let mut now = Instant::now();
        for expected in [300, 600, 1200, 2400, 3600, 3600] {
            waiting.failed(&inquiry, "s", Extent::Address, &Failure::Compressed, now);
            now += Duration::from_secs(expected - 1);
            assert!(waiting.why(&inquiry, "s", now).is_some(), "{expected}");
            now += Duration::from_secs(1);
            assert_eq!(waiting.why(&inquiry, "s", now), None, "{expected}");
        }
        waiting.answered(&inquiry, "s");
        waiting.failed(&inquiry, "s", Extent::Address, &Failure::Compressed, now);
        assert_eq!(waiting.why(&inquiry, "s", now + FIRST), None);
    }

    #[test]
    fn what_a_responder_does_not_know_of_one_says_nothing_of_others_but_a_dead_one_is_dead_for_all() {
        let (waiting, now) = (Waiting::default(), Instant::now());
        waiting.failed(&ocsp("a", 1), "s", Extent::Question, &Failure::Compressed, now);
        assert!(waiting.why(&ocsp("a", 1), "s", now).is_some());
        assert_eq!(waiting.why(&ocsp("a", 2), "s", now), None);
        waiting.failed(&ocsp("a", 1), "s", Extent::Address, &Failure::Compressed, now);
        assert!(waiting.why(&ocsp("a", 2), "s", now).is_some());
        assert_eq!(waiting.why(&ocsp("b", 2), "s", now), None);
    }

    #[test]
    fn where_nobody_answers_no_other_address_of_that_server_is_asked_and_soon_again() {
        let (waiting, now) = (Waiting::default(), Instant::now());
        for _ in 0..3 {
            waiting.failed(&ocsp("a", 1), "s", Extent::Server, &Failure::Compressed, now);
        }
        assert!(waiting.why(&ocsp("b", 2), "s", now).is_some());
        assert_eq!(waiting.why(&ocsp("b", 2), "other", now), None);
        assert_eq!(waiting.why(&ocsp("b", 2), "s", now + FIRST), None);
        assert!(waiting.why(&ocsp("a", 1), "s", now + FIRST).is_some(), "the address itself waits longer");
        // One that answers is alive, for all.
        waiting.answered(&ocsp("b", 2), "s");
        assert_eq!(waiting.why(&ocsp("c", 2), "s", now), None);
    }

    #[test]
    fn failures_of_many_addresses_are_bounded() {
        let (waiting, now) = (Waiting::default(), Instant::now());
        for n in 0..=REMEMBERED {
            waiting.failed(&ocsp(&n.to_string(), 1), "s", Extent::Address, &Failure::Compressed, now);
        }
        assert_eq!(waiting.failures.lock().unwrap().len(), REMEMBERED);
    }
}
