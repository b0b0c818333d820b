//! How old a directory is: when the portal was last read, as far as that was known at a time.

use serde::{Deserialize, Serialize};

use super::DAY;
use super::history::{Recorded, effective};
use crate::time::UnixTime;

/// Whether a directory was read lately.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Freshness {
    /// Read within the limit.
    Fresh,
    /// Read before it.
    Stale {
        /// Days since.
        days: i64,
    },
    /// Nobody says when it was read: as good as stale.
    Undated,
}

/// Days on which the portal was read, with the time from which that was known.
#[derive(Clone, Debug, Default)]
pub(super) struct Readings {
    /// In order of both times: of each the newest reading so far.
    known: Vec<(Option<UnixTime>, UnixTime)>,
}

impl Readings {
    /// Those of a file and of the changes after it. What claims to be read after it was recorded, beyond what clocks
    /// and days differ by, was written by a clock that was wrong, and does not make the directory young for years.
    pub(super) fn of(file: Option<UnixTime>, changes: &[Recorded]) -> Self {
        let mut known: Vec<(Option<UnixTime>, UnixTime)> = file.map(|read_on| (None, read_on)).into_iter().collect();
        for (change, from) in changes.iter().zip(effective(changes)) {
            let Some(read_on) = change.read_on.filter(|read_on| *read_on <= from.plus(DAY)) else { continue };
            let newest = known.last().map_or(read_on, |(_, last)| read_on.max(*last));
            known.push((Some(from), newest));
        }
        Self { known }
    }

    pub(super) fn last(&self) -> Option<UnixTime> {
        self.known.last().map(|(_, read_on)| *read_on)
    }

    pub(super) fn freshness(&self, at: UnixTime, max_age_days: u32) -> Freshness {
        let known_then = self.known.partition_point(|(from, _)| from.is_none_or(|from| from <= at));
        let Some((_, read_on)) = known_then.checked_sub(1).and_then(|last| self.known.get(last)) else {
            return Freshness::Undated;
        };
        let days = at.seconds().saturating_sub(read_on.seconds()).div_euclid(DAY);
        if days > i64::from(max_age_days) { Freshness::Stale { days } } else { Freshness::Fresh }
    }
}
