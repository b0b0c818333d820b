//! Signatures that a key has verified before. The keys of CAs outlive messages, with the certificates of the rulebook:
//! that a CA made a certificate or a list is then computed once, not for every mail.
//!
//! Only what verified is kept, by all that decides it: key, scheme, digest of what was signed, and signature. So it would
//! be the same again, and nobody but the owner of a key can put anything into its memory.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use sha2::Digest as _;

use super::{DigestAlgorithm, SignatureScheme};

/// What one key has verified, the newest last.
#[derive(Default)]
pub(super) struct Memory(Mutex<VecDeque<Made>>);

/// One signature, with all that decides whether it verifies but the key.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) struct Made([u8; 32]);

/// A CA has some lists at a time and some hundred certificates in a day's mail; they take 8 kB for each key.
const KEPT: usize = 256;

impl Memory {
    /// Whether it was verified before.
    pub(super) fn holds(&self, made: Made) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&made)
    }

    /// Keeps what has verified; the oldest is forgotten.
    pub(super) fn keep(&self, made: Made) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(made);
    }
}

impl Made {
    /// A signature over something with this digest, which is the scheme's.
    pub(super) fn new(scheme: SignatureScheme, digest: &[u8], signature: &[u8]) -> Self {
        let (kind, algorithm, mgf, salt) = match scheme {
            SignatureScheme::Ecdsa { digest } => (0, Some(digest), None, 0),
            SignatureScheme::Ed25519 => (1, None, None, 0),
            SignatureScheme::RsaPkcs1 { digest } => (2, Some(digest), None, 0),
            SignatureScheme::RsaPss { digest, mgf_digest, salt_len } => (3, Some(digest), Some(mgf_digest), salt_len),
        };
        let mut state = sha2::Sha256::new();
        state.update([kind, number(algorithm), number(mgf)]);
        state.update(salt.to_le_bytes());
        // Its length follows from the algorithm.
        state.update(digest);
        state.update(signature);
        Self(state.finalize().into())
    }
}

fn number(algorithm: Option<DigestAlgorithm>) -> u8 {
    algorithm.map_or(0, |algorithm| algorithm as u8 + 1)
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::VerifyError;
    use crate::algorithm::tests::{LENGTHS, SHA256, digest_info, padded, public, raw_sign};

    #[test]
    fn all_that_decides_about_a_signature_tells_it_apart_from_others() {
        let (sha256, sha384) = (DigestAlgorithm::Sha256, DigestAlgorithm::Sha384);
        let pss = |digest, mgf_digest, salt_len| SignatureScheme::RsaPss { digest, mgf_digest, salt_len };
        let all = [
            Made::new(SHA256, &[1; 32], &[2; 256]),
            Made::new(SHA256, &[1; 32], &[3; 256]),
            Made::new(SHA256, &[3; 32], &[2; 256]),
            Made::new(SignatureScheme::Ecdsa { digest: sha256 }, &[1; 32], &[2; 256]),
            Made::new(pss(sha256, sha256, 32), &[1; 32], &[2; 256]),
            Made::new(pss(sha256, sha256, 20), &[1; 32], &[2; 256]),
            Made::new(pss(sha256, sha384, 32), &[1; 32], &[2; 256]),
            Made::new(pss(sha384, sha256, 32), &[1; 32], &[2; 256]),
        ];
        for (index, one) in all.iter().enumerate() {
            assert_eq!(all.iter().position(|other| other == one), Some(index));
        }
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let made = |n: usize| Made::new(SHA256, &n.to_le_bytes(), b"");
        let memory = Memory::default();
        (0..=KEPT).for_each(|n| memory.keep(made(n)));
        assert!(!memory.holds(made(0)) && memory.holds(made(1)) && memory.holds(made(KEPT)));
    }

    #[test]
    fn a_key_that_knows_a_signature_takes_no_other_one_for_it() {
        for len in LENGTHS {
            let key = public(len);
            let signature = raw_sign(&padded(len, &digest_info(b"message"), b""));
            let verify = |message: &[u8], signature: &[u8]| key.verify(SHA256, &[message], signature);
            let refused = || {
                assert_eq!(verify(b"other", &signature), Err(VerifyError::Mismatch));
                assert_eq!(verify(b"message", &signature[1..]), Err(VerifyError::Mismatch));
                assert_eq!(verify(b"message", &vec![7; len]), Err(VerifyError::Mismatch));
            };
            refused();
            assert_eq!(verify(b"message", &signature), Ok(()));
            assert_eq!(verify(b"message", &signature), Ok(()));
            refused();
        }
    }
}
