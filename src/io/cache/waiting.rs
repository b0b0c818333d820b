//! Addresses that failed are left alone for a while: a dead one must not cost each message its seconds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::evidence::Failure;

use super::record::Inquiry;

/// After the first failure; doubled by each further one.
const FIRST: Duration = Duration::from_mins(5);
/// At most so long.
const LONGEST: Duration = Duration::from_hours(1);
/// Failures that are remembered; with more, those that are over go first.
const REMEMBERED: usize = 4096;

/// What failed: an address for all, or for one certificate only.
type Failing = (std::sync::Arc<str>, Option<std::sync::Arc<[u8]>>);

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
    /// Why `inquiry` is not asked right now.
    #[must_use]
    pub fn why(&self, inquiry: &Inquiry, now: Instant) -> Option<Failure> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        names(inquiry).into_iter().find_map(|name| {
            failures.get(&name).filter(|failure| failure.until > now).map(|failure| failure.why.clone())
        })
    }

    /// It failed; `of_host` when nothing else of this address will do better.
    pub fn failed(&self, inquiry: &Inquiry, of_host: bool, why: Failure, now: Instant) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let [host, own] = names(inquiry);
        let name = if of_host { host } else { own };
        if failures.len() >= REMEMBERED && !failures.contains_key(&name) {
            failures.retain(|_, failure| failure.until > now);
            if failures.len() >= REMEMBERED
                && let Some(one) = failures.keys().next().cloned()
            {
                failures.remove(&one);
            }
        }
        let times = failures.get(&name).map_or(0, |failure| failure.times).saturating_add(1);
        let wait = FIRST.saturating_mul(2u32.saturating_pow(times - 1)).min(LONGEST);
        failures.insert(name, Left { why, times, until: now + wait });
    }

    /// It answered.
    pub fn answered(&self, inquiry: &Inquiry) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for name in names(inquiry) {
            failures.remove(&name);
        }
    }
}

fn names(inquiry: &Inquiry) -> [Failing; 2] {
    [(inquiry.address.clone(), None), (inquiry.address.clone(), inquiry.serial.clone())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ocsp(address: &str, serial: u8) -> Inquiry {
        let octets: std::sync::Arc<[u8]> = [1][..].into();
        Inquiry { address: address.into(), issuer: octets.clone(), key: octets, serial: Some([serial][..].into()) }
    }

    #[test]
    fn a_failed_address_is_left_alone_longer_each_time_but_not_for_ever() {
        let waiting = Waiting::default();
        let inquiry = ocsp("a", 1);
        let mut now = Instant::now();
        for expected in [300, 600, 1200, 2400, 3600, 3600] {
            waiting.failed(&inquiry, true, Failure::Compressed, now);
            now += Duration::from_secs(expected - 1);
            assert!(waiting.why(&inquiry, now).is_some(), "{expected}");
            now += Duration::from_secs(1);
            assert_eq!(waiting.why(&inquiry, now), None, "{expected}");
        }
        waiting.answered(&inquiry);
        waiting.failed(&inquiry, true, Failure::Compressed, now);
        assert_eq!(waiting.why(&inquiry, now + FIRST), None);
    }

    #[test]
    fn what_a_responder_does_not_know_of_one_says_nothing_of_others_but_a_dead_one_is_dead_for_all() {
        let (waiting, now) = (Waiting::default(), Instant::now());
        waiting.failed(&ocsp("a", 1), false, Failure::Off, now);
        assert!(waiting.why(&ocsp("a", 1), now).is_some());
        assert_eq!(waiting.why(&ocsp("a", 2), now), None);
        waiting.failed(&ocsp("a", 1), true, Failure::Crashed, now);
        assert!(waiting.why(&ocsp("a", 2), now).is_some());
        assert_eq!(waiting.why(&ocsp("b", 2), now), None);
    }

    #[test]
    fn failures_of_many_addresses_are_bounded() {
        let (waiting, now) = (Waiting::default(), Instant::now());
        for n in 0..=REMEMBERED {
            waiting.failed(&ocsp(&n.to_string(), 1), true, Failure::Off, now);
        }
        assert_eq!(waiting.failures.lock().unwrap().len(), REMEMBERED);
    }
}
