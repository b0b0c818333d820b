//! The proof that an entry is durable; without one there is no stamp.

use crate::digest::Sha256;
use crate::time::UnixTime;

/// Given by the store once the entry is on disk. There is no public constructor: only a durable append makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Receipt {
    id: String,
    index: u64,
    leaf: Sha256,
}

impl Receipt {
    /// To be called by a store, after its commit has reached the disk, and by nobody else (`tests/it/layers.rs`).
    pub(crate) fn after_durable_append(site: &str, at: UnixTime, index: u64, leaf: Sha256) -> Self {
        Self { id: look_up_code(site, at, index), index, leaf }
    }

    /// The look-up code that clerks and auditors use: site, day of receipt in Vietnam, log index.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The index in the log, from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Digest of the leaf as it was stored.
    #[must_use]
    pub fn leaf(&self) -> Sha256 {
        self.leaf
    }
}

/// `TQ-20261123-00017`.
#[must_use]
pub fn look_up_code(site: &str, at: UnixTime, index: u64) -> String {
    format!("{site}-{}-{index:05}", at.vietnamese_day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_up_code_carries_the_day_in_vietnam() {
        let evening = UnixTime::parse("2026-11-22T18:00:00Z").unwrap();
        assert_eq!(look_up_code("TQ", evening, 17), "TQ-20261123-00017");
    }
}
