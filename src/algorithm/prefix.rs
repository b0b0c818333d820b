//! Digests of two-part ranges of one file of which the first part begins at octet 0, as signatures of a PDF cover it
//! (ISO 32000-2, 12.8.1). Twenty signatures must not digest the file twenty times.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use sha2::digest::DynDigest;

use super::DigestAlgorithm;

/// One running digest for each algorithm, kept where each first part ends.
pub struct PrefixDigests<'a> {
    file: &'a [u8],
    /// Sorted, each once.
    ends: Vec<usize>,
    /// As many as were needed so far, in the order of `ends`.
    running: RefCell<BTreeMap<DigestAlgorithm, Vec<Box<dyn DynDigest>>>>,
}

impl<'a> PrefixDigests<'a> {
    /// For first parts that end at `ends`.
    pub fn new(file: &'a [u8], ends: impl IntoIterator<Item = usize>) -> Self {
        let mut ends: Vec<usize> = ends.into_iter().filter(|end| *end <= file.len()).collect();
        ends.sort_unstable();
        ends.dedup();
        Self { file, ends, running: RefCell::default() }
    }

    /// The whole file.
    pub fn file(&self) -> &'a [u8] {
        self.file
    }

    /// Octets that [`Self::digest`] would go through now.
    pub fn price(&self, algorithm: DigestAlgorithm, first: usize, second: &Range<usize>) -> u64 {
        let running = self.running.borrow();
        let done = running.get(&algorithm).map_or(0, Vec::len);
        let begun = done.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0);
        let known = self.ends.binary_search(&first).is_ok();
        let prefix = if known { first.saturating_sub(begun) } else { first };
        (prefix as u64).saturating_add(second.len() as u64)
    }

    /// Digests the octets before `first` and those of `second`; `None` for what is never computed, and where the file
    /// is shorter.
    pub fn digest(&self, algorithm: DigestAlgorithm, first: usize, second: Range<usize>) -> Option<Vec<u8>> {
        let second = self.file.get(second)?;
        let Ok(index) = self.ends.binary_search(&first) else {
            return algorithm.digest(&[self.file.get(..first)?, second]);
        };
        let mut running = self.running.borrow_mut();
        let states = running.entry(algorithm).or_default();
        while states.len() <= index {
            let from = states.len().checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0);
            let mut state = states.last().cloned().or_else(|| algorithm.begin())?;
            state.update(self.file.get(from..*self.ends.get(states.len())?)?);
            states.push(state);
        }
        let mut state = states.get(index)?.clone();
        state.update(second);
        Some(state.finalize().into_vec())
    }
}

impl fmt::Debug for PrefixDigests<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrefixDigests").field("ends", &self.ends).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"one gap two gap three";

    #[test]
    fn a_digest_is_the_same_however_it_is_come_by_and_in_whatever_order() {
        for algorithm in [
            DigestAlgorithm::Sha1,
            DigestAlgorithm::Sha224,
            DigestAlgorithm::Sha256,
            DigestAlgorithm::Sha384,
            DigestAlgorithm::Sha512,
            DigestAlgorithm::Sha512t256,
            DigestAlgorithm::Sha3t256,
        ] {
            let digests = PrefixDigests::new(FILE, [12, 4, 12, 99]);
            for (first, second) in [(12, 15..21), (4, 7..12), (4, 7..21), (5, 5..6)] {
                let expected = algorithm.digest(&[&FILE[..first], &FILE[second.clone()]]);
                assert_eq!(digests.digest(algorithm, first, second), expected);
            }
        }
    }

    #[test]
    fn what_is_digested_already_costs_nothing() {
        let digests = PrefixDigests::new(FILE, [4, 12]);
        assert_eq!(digests.price(DigestAlgorithm::Sha256, 12, &(15..21)), 18);
        digests.digest(DigestAlgorithm::Sha256, 4, 7..12).unwrap();
        assert_eq!(digests.price(DigestAlgorithm::Sha256, 12, &(15..21)), 14);
        assert_eq!(digests.price(DigestAlgorithm::Sha256, 4, &(7..8)), 1);
        assert_eq!(digests.price(DigestAlgorithm::Sha512, 4, &(7..8)), 5);
        assert_eq!(digests.price(DigestAlgorithm::Sha256, 5, &(7..8)), 6);
    }

    #[test]
    fn ranges_beyond_the_file_and_broken_algorithms_have_no_digest() {
        let digests = PrefixDigests::new(FILE, [4, 99]);
        assert_eq!(digests.digest(DigestAlgorithm::Sha256, 4, 7..99), None);
        assert_eq!(digests.digest(DigestAlgorithm::Sha256, 99, 7..8), None);
        assert_eq!(digests.digest(DigestAlgorithm::Md5, 4, 7..8), None);
    }
}
