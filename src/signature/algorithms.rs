//! Until when which algorithm counts: data of the policy (EN 319 102-1, 5.1.4.3; in Viet Nam Circular 15/2025/TT-BKHCN,
//! appendix I, and the lists before it).

use crate::algorithm::{Curve, DigestAlgorithm, KeyKind, SignatureScheme};
use crate::time::UnixTime;

/// What may have been used, and until when. What is not listed never counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Algorithms {
    rules: Vec<AlgorithmRule>,
}

/// One line of the list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AlgorithmRule {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Shortest key in bits, where keys differ in length.
    pub bits_least: u32,
    /// It counts only for what is proven to be older than this.
    pub until: Option<UnixTime>,
}

/// What a list can name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Algorithm {
    /// A digest.
    Digest(DigestAlgorithm),
    /// Keys on the named curves.
    Ec,
    /// Ed25519 keys.
    Ed25519,
    /// RSA keys, whatever the padding.
    Rsa,
}

/// The words of policy files. MD5 has none: nothing computes it.
const WORDS: [(&str, Algorithm); 14] = [
    ("ecdsa", Algorithm::Ec),
    ("ed25519", Algorithm::Ed25519),
    ("rsa", Algorithm::Rsa),
    ("sha-1", Algorithm::Digest(DigestAlgorithm::Sha1)),
    ("sha-224", Algorithm::Digest(DigestAlgorithm::Sha224)),
    ("sha-256", Algorithm::Digest(DigestAlgorithm::Sha256)),
    ("sha-384", Algorithm::Digest(DigestAlgorithm::Sha384)),
    ("sha-512", Algorithm::Digest(DigestAlgorithm::Sha512)),
    ("sha-512/224", Algorithm::Digest(DigestAlgorithm::Sha512t224)),
    ("sha-512/256", Algorithm::Digest(DigestAlgorithm::Sha512t256)),
    ("sha3-224", Algorithm::Digest(DigestAlgorithm::Sha3t224)),
    ("sha3-256", Algorithm::Digest(DigestAlgorithm::Sha3t256)),
    ("sha3-384", Algorithm::Digest(DigestAlgorithm::Sha3t384)),
    ("sha3-512", Algorithm::Digest(DigestAlgorithm::Sha3t512)),
];

impl Algorithm {
    /// The algorithm with this word in policy files.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        WORDS.iter().find(|(known, _)| *known == word).map(|(_, algorithm)| *algorithm)
    }

    /// The words that there are.
    pub fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|(word, _)| *word)
    }

    /// Whether its keys differ in length.
    #[must_use]
    pub const fn has_lengths(self) -> bool {
        matches!(self, Self::Ec | Self::Rsa)
    }
}

impl Default for Algorithms {
    /// What counts without an end: SHA-2 and SHA-3, RSA from 2,048 bits, the curves from P-256, Ed25519.
    fn default() -> Self {
        let of = |(_, algorithm): &(&str, Algorithm)| AlgorithmRule {
            algorithm: *algorithm,
            bits_least: if *algorithm == Algorithm::Rsa { 2048 } else { 256 },
            until: None,
        };
        let lasting = |rule: &AlgorithmRule| rule.algorithm != Algorithm::Digest(DigestAlgorithm::Sha1);
        Self { rules: WORDS.iter().map(of).filter(lasting).collect() }
    }
}

impl Algorithms {
    /// A list of these lines.
    #[must_use]
    pub fn new(rules: Vec<AlgorithmRule>) -> Self {
        Self { rules }
    }

    /// The lines.
    #[must_use]
    pub fn rules(&self) -> &[AlgorithmRule] {
        &self.rules
    }

    /// Whether a digest counts for what is proven to have existed at `proven`.
    #[must_use]
    pub fn accept_digest(&self, digest: DigestAlgorithm, proven: UnixTime) -> bool {
        self.accept(Algorithm::Digest(digest), 0, proven)
    }

    /// Whether a key does.
    #[must_use]
    pub fn accept_key(&self, key: KeyKind, proven: UnixTime) -> bool {
        let (algorithm, bits) = match key {
            KeyKind::Ec(Curve::P256) => (Algorithm::Ec, 256),
            KeyKind::Ec(Curve::P384) => (Algorithm::Ec, 384),
            KeyKind::Ec(Curve::P521) => (Algorithm::Ec, 521),
            KeyKind::Ed25519 => (Algorithm::Ed25519, 0),
            KeyKind::Rsa { bits } => (Algorithm::Rsa, bits),
        };
        self.accept(algorithm, bits, proven)
    }

    /// Whether every digest of a scheme does.
    #[must_use]
    pub fn accept_scheme(&self, scheme: SignatureScheme, proven: UnixTime) -> bool {
        let (first, second) = match scheme {
            SignatureScheme::RsaPkcs1 { digest } | SignatureScheme::Ecdsa { digest } => (Some(digest), None),
            SignatureScheme::RsaPss { digest, mgf_digest, .. } => (Some(digest), Some(mgf_digest)),
            SignatureScheme::Ed25519 => (None, None),
        };
        [first, second].into_iter().flatten().all(|digest| self.accept_digest(digest, proven))
    }

    fn accept(&self, algorithm: Algorithm, bits: u32, proven: UnixTime) -> bool {
        self.rules.iter().any(|rule| {
            rule.algorithm == algorithm
                && (!algorithm.has_lengths() || bits >= rule.bits_least)
                && rule.until.is_none_or(|until| proven < until)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: UnixTime = UnixTime::from_seconds(1_577_811_600);

    fn rule(algorithm: Algorithm, bits_least: u32, until: Option<UnixTime>) -> AlgorithmRule {
        AlgorithmRule { algorithm, bits_least, until }
    }

    #[test]
    fn an_algorithm_counts_until_its_day_and_what_is_not_listed_never() {
        let sha1 = rule(Algorithm::Digest(DigestAlgorithm::Sha1), 0, Some(DAY));
        let list = Algorithms::new(vec![sha1]);
        assert!(list.accept_digest(DigestAlgorithm::Sha1, DAY.plus(-1)));
        assert!(!list.accept_digest(DigestAlgorithm::Sha1, DAY));
        assert!(!list.accept_digest(DigestAlgorithm::Sha256, DAY));
        assert!(!list.accept_digest(DigestAlgorithm::Md5, DAY.plus(-1)));
    }

    #[test]
    fn shorter_keys_may_have_an_earlier_end() {
        let list = Algorithms::new(vec![rule(Algorithm::Rsa, 1024, Some(DAY)), rule(Algorithm::Rsa, 2048, None)]);
        let accepts = |bits, at| list.accept_key(KeyKind::Rsa { bits }, at);
        assert!(accepts(1024, DAY.plus(-1)) && !accepts(1024, DAY) && accepts(2048, DAY));
        assert!(!accepts(1023, DAY.plus(-1)) && !list.accept_key(KeyKind::Ed25519, DAY));
    }

    #[test]
    fn a_scheme_is_as_good_as_its_weakest_digest() {
        let list = Algorithms::default();
        let scheme = |mgf_digest| SignatureScheme::RsaPss { digest: DigestAlgorithm::Sha256, mgf_digest, salt_len: 32 };
        assert!(list.accept_scheme(scheme(DigestAlgorithm::Sha256), DAY));
        assert!(!list.accept_scheme(scheme(DigestAlgorithm::Sha1), DAY));
        assert!(list.accept_key(KeyKind::Ec(Curve::P256), DAY) && list.accept_key(KeyKind::Ed25519, DAY));
        assert!(!list.accept_key(KeyKind::Rsa { bits: 2047 }, DAY));
    }
}
