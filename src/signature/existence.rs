//! Proofs of existence (EN 319 102-1, 5.6.2.3): which part of a file is proven to be how old, by document timestamps.
//!
//! A document timestamp covers all revisions before it (ISO 32000-2, 12.8.5): signatures with their tokens, and what was
//! stored beside them. What a signature timestamp proves of one signature stands with that signature.

use crate::time::UnixTime;

/// What the document timestamps of a file prove.
#[derive(Clone, Debug, Default)]
pub(super) struct Existence {
    /// By tokens that may be relied on.
    sound: Reach,
    /// By these, and by those of whose authority it is not known whether it was revoked.
    any: Reach,
}

impl Existence {
    /// Adds what a token proves: everything that ends at `reach` or before existed at `time`.
    pub(super) fn add(&mut self, reach: u64, time: UnixTime, is_sound: bool) {
        self.any.add(reach, time);
        if is_sound {
            self.sound.add(reach, time);
        }
    }

    /// The earliest moment at which what ends at `end` is proven to have existed.
    pub(super) fn proven(&self, end: u64) -> Option<UnixTime> {
        self.sound.earliest(end)
    }

    /// The same, believing authorities that may be revoked: for a time that is told, never for one that acquits.
    pub(super) fn told(&self, end: u64) -> Option<UnixTime> {
        self.any.earliest(end)
    }
}

/// How far back which moment reaches: sorted by time, and each one reaches further than the one before.
#[derive(Clone, Debug, Default)]
struct Reach(Vec<(UnixTime, u64)>);

impl Reach {
    fn add(&mut self, reach: u64, time: UnixTime) {
        if self.earliest(reach).is_some_and(|known| known <= time) {
            return;
        }
        // Those that are later and reach no further say nothing any more.
        self.0.retain(|(other, end)| *other < time || *end > reach);
        let at = self.0.partition_point(|(other, _)| *other < time);
        self.0.insert(at, (time, reach));
    }

    fn earliest(&self, end: u64) -> Option<UnixTime> {
        let at = self.0.partition_point(|(_, reach)| *reach < end);
        self.0.get(at).map(|(time, _)| *time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    #[test]
    fn the_earliest_of_those_that_reach_far_enough_counts_in_any_order() {
        let proofs = [(100, 50), (200, 40), (300, 90), (150, 60), (200, 45)];
        for turn in 0..proofs.len() {
            let mut existence = Existence::default();
            for n in 0..proofs.len() {
                let (reach, time) = proofs[(n + turn) % proofs.len()];
                existence.add(reach, at(time), true);
            }
            let found = [50, 100, 150, 200, 201, 300].map(|end| existence.proven(end).map(UnixTime::seconds));
            assert_eq!(found, [Some(40), Some(40), Some(40), Some(40), Some(90), Some(90)], "{turn}");
            assert_eq!(existence.proven(301), None);
        }
    }

    #[test]
    fn what_may_be_revoked_is_told_and_proves_nothing() {
        let mut existence = Existence::default();
        existence.add(100, at(10), false);
        existence.add(100, at(20), true);
        assert_eq!((existence.told(100), existence.proven(100)), (Some(at(10)), Some(at(20))));
    }
}
