//! What the outside said, closed before anyone judges.
//!
//! Every octet from outside stands here by the need that asked for it, so that a verdict can be replayed. Nothing
//! here asks; that is `io`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::digest::Sha256;
use crate::time::UnixTime;

mod record;

pub use record::{
    Answered, Asked, FORMAT, Input, KeptCertificate, KeptPiece, Part, Record, Rules, Session, Signature, Tried,
    answered,
};

/// Something outside that would help to decide.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Need {
    /// The certificate revocation lists of an issuer (RFC 5280, 6.3).
    Crl {
        /// The issuer's name, DER.
        issuer: Vec<u8>,
        /// The issuer's key, SubjectPublicKeyInfo in DER: what is kept of a stranger's answer must verify first.
        key: Vec<u8>,
        /// Addresses at which certificates of a proven path say that they are published, sorted.
        points: Vec<String>,
    },
    /// What a responder says of one certificate (RFC 6960).
    Ocsp {
        /// The issuer's name, DER.
        issuer: Vec<u8>,
        /// The issuer's key, SubjectPublicKeyInfo in DER.
        key: Vec<u8>,
        /// Content octets of the serial number.
        serial: Vec<u8>,
        /// Addresses of responders that the certificate names, sorted.
        responders: Vec<String>,
    },
}

/// What came back.
#[derive(Clone, Debug)]
pub enum Answer {
    /// One or more pieces; each is verified at its use.
    Pieces(Vec<Piece>),
    /// Nothing: nobody answered, or nobody has it. What was tried stands here.
    Unavailable(Vec<Attempt>),
}

/// An address that was asked in vain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attempt {
    /// Whom.
    pub source: String,
    /// What happened, for the operator.
    pub failure: String,
}

impl Attempt {
    /// A folder holds no list of the issuer.
    pub const NO_LIST: &'static str = "no list of this issuer in the folder";
    /// A folder holds no OCSP response about the certificate.
    pub const NO_RESPONSE: &'static str = "no response about this certificate in the folder";
}

/// Octets from outside, and where they came from.
#[derive(Clone, Debug)]
pub struct Piece {
    /// As they came.
    pub octets: Arc<[u8]>,
    /// A file name or an address, for the record.
    pub source: String,
    /// When it was taken from there, where that is known.
    pub taken: Option<UnixTime>,
}

/// All answers of one message.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    answers: BTreeMap<Need, Answer>,
}

/// One piece as it stands in the record: by digest, with its source.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Cited {
    /// Digest of the octets.
    pub sha256: String,
    /// Where they came from.
    pub source: String,
}

impl Evidence {
    /// Keeps what came back. The first answer to a need stands: evidence does not change under a judge.
    pub fn answer(&mut self, need: Need, answer: Answer) {
        self.answers.entry(need).or_insert(answer);
    }

    /// Whether the need was asked already, whatever came back.
    #[must_use]
    pub fn holds(&self, need: &Need) -> bool {
        self.answers.contains_key(need)
    }

    /// Every need that was asked, with what came back, in the order of the needs.
    pub fn answers(&self) -> impl Iterator<Item = (&Need, &Answer)> {
        self.answers.iter()
    }

    /// The pieces that answer a need; empty when nothing came.
    #[must_use]
    pub fn pieces(&self, need: &Need) -> &[Piece] {
        match self.answers.get(need) {
            Some(Answer::Pieces(pieces)) => pieces,
            Some(Answer::Unavailable(_)) | None => &[],
        }
    }

    /// What was used, for the record: sorted, each piece once.
    #[must_use]
    pub fn cited(&self) -> Vec<Cited> {
        let mut cited: Vec<Cited> = self
            .answers
            .values()
            .filter_map(|answer| match answer {
                Answer::Pieces(pieces) => Some(pieces),
                Answer::Unavailable(_) => None,
            })
            .flatten()
            .map(|piece| Cited { sha256: Sha256::of(&piece.octets).to_string(), source: piece.source.clone() })
            .collect();
        cited.sort();
        cited.dedup();
        cited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_to_a_need_stands() {
        let need = Need::Crl { issuer: vec![1], key: vec![2], points: Vec::new() };
        let piece = Piece { octets: Arc::from(&b"crl"[..]), source: "a.crl".into(), taken: None };
        let mut evidence = Evidence::default();
        evidence.answer(need.clone(), Answer::Unavailable(Vec::new()));
        evidence.answer(need.clone(), Answer::Pieces(vec![piece]));
        assert!(evidence.holds(&need));
        assert!(evidence.pieces(&need).is_empty());
    }
}
