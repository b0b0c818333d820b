//! What the outside said, closed before anyone judges.
//!
//! Every octet from outside stands here by the need that asked for it, so that a verdict can be replayed. Nothing
//! here asks; that is `io`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::digest::{Digested, Sha256};
use crate::time::UnixTime;

mod failure;
mod record;

pub use failure::{Failure, Stage};
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
    /// What DNS says of the sender: everything that authenticating one message looks up, one piece for each response
    /// in wire form (RFC 1035, 4), so that judging asks the same questions of the same answers.
    Sender(Lookup),
    /// Whether the log has one of these signatures of another message already; never asked outside the house.
    SeenBefore {
        /// Digests of DKIM signature values, sorted.
        signatures: Vec<Sha256>,
    },
}

/// What is looked up in DNS to authenticate one message. Names are A-labels in lower case without a final full stop.
#[derive(Clone, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// Names of DKIM and ARC keys, `selector._domainkey.domain`, sorted (RFC 6376, 3.6.2.1).
    pub keys: Vec<String>,
    /// Domain of the From address, whose DMARC policy is asked for (RFC 9989).
    pub from: Option<String>,
    /// What SPF is evaluated for; `None` where there is no client address or no domain (RFC 7208, 4.1).
    pub spf: Option<SpfIdentity>,
}

/// The arguments of SPF's `check_host` for the MAIL FROM identity (RFC 7208, 2.4; HELO is never taken in its place).
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SpfIdentity {
    /// Address of the SMTP client.
    pub client: IpAddr,
    /// What it said in HELO, for macros only.
    pub helo: String,
    /// The reverse path.
    pub mail_from: String,
}

/// What came back; without pieces nobody answered, or nobody has it.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Each is verified at its use.
    pub pieces: Vec<Piece>,
    /// Who was asked in vain, also where others, or older answers, gave pieces.
    pub tried: Vec<Attempt>,
}

impl Answer {
    /// An answer of pieces.
    #[must_use]
    pub fn of(pieces: Vec<Piece>) -> Self {
        Self { pieces, tried: Vec::new() }
    }

    /// No answer.
    #[must_use]
    pub fn in_vain(tried: Vec<Attempt>) -> Self {
        Self { pieces: Vec::new(), tried }
    }
}

/// An address that was asked in vain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attempt {
    /// Whom.
    pub source: String,
    /// What happened.
    pub failure: Failure,
}

/// Octets from outside, and where they came from.
#[derive(Clone, Debug)]
pub struct Piece {
    /// As they came.
    pub octets: Digested,
    /// A file name or an address, for the record.
    pub source: String,
    /// When it was taken from there, where that is known.
    pub taken: Option<UnixTime>,
}

impl Piece {
    /// Octets that came from `source`; digested here, unless they are already.
    #[must_use]
    pub fn new(octets: impl Into<Digested>, source: impl Into<String>, taken: Option<UnixTime>) -> Self {
        Self { octets: octets.into(), source: source.into(), taken }
    }
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
        self.answers.get(need).map(|answer| answer.pieces.as_slice()).unwrap_or_default()
    }

    /// What was used, for the record: sorted, each piece once.
    #[must_use]
    pub fn cited(&self) -> Vec<Cited> {
        let mut cited: Vec<Cited> = self
            .answers
            .values()
            .flat_map(|answer| &answer.pieces)
            .map(|piece| Cited { sha256: piece.octets.sha256().to_string(), source: piece.source.clone() })
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
        let piece = Piece::new(&b"crl"[..], "a.crl", None);
        let mut evidence = Evidence::default();
        evidence.answer(need.clone(), Answer::default());
        evidence.answer(need.clone(), Answer::of(vec![piece]));
        assert!(evidence.holds(&need));
        assert!(evidence.pieces(&need).is_empty());
    }
}
