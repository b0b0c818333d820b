//! What servers said, for as long as it may be used; in memory only, since nothing of it lives for over an hour.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::resolver::Told;
use crate::sender::transcript::Question;
use crate::time::UnixTime;

/// Questions that are remembered. All senders of a province are some thousand names; strangers choose more.
const QUESTIONS: usize = 20_000;
/// Octets of all responses together.
const OCTETS: usize = 16 << 20;
/// What one costs beside its response: the name twice, and the tables.
const EACH: usize = 256;

/// The cache.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    known: HashMap<Question, Known>,
    /// The oldest first. They live for about the same time, so what goes for want of room is near its end.
    order: BTreeMap<u64, Question>,
    tick: u64,
    octets: usize,
}

#[derive(Debug)]
struct Known {
    told: Told,
    from: UnixTime,
    until: UnixTime,
    tick: u64,
    octets: usize,
}

impl Cache {
    /// What is known and may still be used.
    pub(super) fn look(&self, question: &Question, now: UnixTime) -> Option<Told> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = memory.known.get(question)?;
        // Before its beginning: the clock went back, and nobody knows how old it is.
        (known.from <= now && now < known.until).then(|| known.told.clone())
    }

    /// Keeps it for so many seconds.
    pub(super) fn keep(&self, question: Question, told: Told, now: UnixTime, seconds: u32) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.drop_one(&question);
        if seconds == 0 {
            return;
        }
        let octets = told.octets().saturating_add(question.name.len().saturating_mul(2)).saturating_add(EACH);
        memory.tick = memory.tick.saturating_add(1);
        memory.octets = memory.octets.saturating_add(octets);
        let tick = memory.tick;
        memory.order.insert(tick, question.clone());
        let until = now.plus(i64::from(seconds));
        memory.known.insert(question, Known { told, from: now, until, tick, octets });
        while memory.octets > OCTETS || memory.known.len() > QUESTIONS {
            let Some((_, oldest)) = memory.order.first_key_value().map(|(tick, oldest)| (*tick, oldest.clone())) else {
                break;
            };
            memory.drop_one(&oldest);
        }
    }
}

impl Memory {
    fn drop_one(&mut self, question: &Question) {
        if let Some(known) = self.known.remove(question) {
            self.order.remove(&known.tick);
            self.octets = self.octets.saturating_sub(known.octets);
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::evidence::Piece;
    use crate::sender::transcript::RecordKind;

    fn question(n: usize) -> Question {
        Question::new(&format!("{n}.vn"), RecordKind::Txt)
    }

    fn told(octets: usize) -> Told {
        let piece = Piece::new(vec![0; octets], "dns:::1", None);
        Told { piece: Some(piece), tried: Vec::new() }
    }

    fn at(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    #[test]
    fn what_is_known_ends_with_its_time_and_is_not_believed_before_it_began() {
        let cache = Cache::default();
        cache.keep(question(1), told(9), at(1000), 60);
        let known = |now| cache.look(&question(1), at(now)).is_some();
        assert!(known(1000) && known(1059));
        assert!(!known(1060) && !known(999));
        cache.keep(question(1), told(9), at(1000), 0);
        assert!(!known(1000), "what may not be kept takes what was known with it");
    }

    #[test]
    fn names_and_octets_have_bounds_and_the_oldest_go_first() {
        let cache = Cache::default();
        for n in 0..=QUESTIONS {
            cache.keep(question(n), told(9), at(0), 60);
        }
        assert!(cache.look(&question(0), at(0)).is_none());
        assert!(cache.look(&question(1), at(0)).is_some());
        let large = OCTETS / 4;
        for n in 0..4 {
            cache.keep(question(n), told(large), at(0), 60);
        }
        assert!(cache.look(&question(0), at(0)).is_none(), "four with their tables are more than there is room for");
        let memory = cache.0.lock().unwrap();
        assert_eq!(memory.known.len(), 3);
        assert_eq!(memory.order.len(), 3);
    }
}
