//! What stood behind a verdict, in the form in which it is kept: `evidence.json` (docs/evidence.md). Circular
//! 15/2025/TT-BKHCN, article 6.2, wants the certificate, the revocation list and the result of the check stored.
//!
//! Octets are named by their digest and kept apart; whoever reads a record compares each with its name.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::text::{digest, digests, moment, moment_or_none};
use super::{Answer, Attempt, Evidence, Failure, Lookup, Need, Piece};
use crate::digest::{Digested, Sha256, hex, hex_decode};
use crate::time::UnixTime;
use crate::x509::Name;

mod text;

/// Names the shape of a record. A reader that knows another one only refuses.
pub const FORMAT: &str = "dieu7-evidence-1";

/// Everything that a verdict rests on, for one file or message.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Record {
    /// [`FORMAT`].
    pub format: String,
    /// Name and version of the program that judged.
    pub program: String,
    /// What was judged.
    pub input: Input,
    /// Time of receipt by which it was judged.
    #[serde(with = "moment")]
    pub at: UnixTime,
    /// What was known, or assumed, of the sending session.
    pub session: Session,
    /// What it was judged by.
    pub rules: Rules,
    /// Every question to the outside, with what came back.
    pub answers: Vec<Answered>,
    /// Signatures, with the objects that belong to each.
    pub signatures: Vec<Signature>,
    /// Certificates that were used or offered, each once.
    pub certificates: Vec<KeptCertificate>,
    /// The report as `verify --report json` gives it, and in it the result of the check.
    pub report: Value,
}

/// What was judged; its octets are not kept here.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Input {
    /// As its user calls it; empty where a secrecy mark forbids to repeat it.
    pub name: String,
    /// Digest of its octets.
    #[serde(with = "digest")]
    pub sha256: Sha256,
    /// `file` or `message`.
    pub kind: String,
}

/// The SMTP session, as far as a verdict depends on it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Session {
    /// MAIL FROM.
    pub mail_from: Option<String>,
    /// SASL login.
    pub auth_user: Option<String>,
}

/// Digests of the parts of a rulebook, so that a difference can be named.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Rules {
    /// The whole, as the log names it.
    #[serde(with = "digest")]
    pub rulebook: Sha256,
    /// Id of the policy that was applied.
    pub policy: String,
    /// The policy files.
    #[serde(with = "digest")]
    pub policies: Sha256,
    /// Entries of anchors.toml, anchors and intermediate certificates.
    #[serde(with = "digest")]
    pub anchors: Sha256,
    /// The directory of mailboxes.
    #[serde(with = "digest")]
    pub directory: Sha256,
    /// How senders are known: the settings of that name, in JSON.
    #[serde(with = "digest")]
    pub sender: Sha256,
}

/// A question and what came back.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Answered {
    /// The question.
    pub need: Asked,
    /// What came; empty when nothing did.
    pub pieces: Vec<KeptPiece>,
    /// Whom was asked in vain.
    pub tried: Vec<Tried>,
}

/// A [`Need`] as text.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Asked {
    /// The revocation lists of an issuer.
    Crl {
        /// The issuer's name, for people.
        issuer_name: String,
        /// The name in DER, hexadecimal.
        issuer: String,
        /// Its key.
        key: String,
        /// Addresses that certificates name.
        points: Vec<String>,
    },
    /// What a responder says of one certificate.
    Ocsp {
        /// The issuer's name, for people.
        issuer_name: String,
        /// The name in DER, hexadecimal.
        issuer: String,
        /// Its key.
        key: String,
        /// Serial number of the certificate.
        serial: String,
        /// Addresses that the certificate names.
        responders: Vec<String>,
    },
    /// What DNS says of the sender.
    Sender(Lookup),
    /// What the log has of signatures.
    SeenBefore {
        /// Their digests.
        #[serde(with = "digests")]
        signatures: Vec<Sha256>,
    },
}

/// Octets from outside.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct KeptPiece {
    /// Their digest, which is their name in the store.
    #[serde(with = "digest")]
    pub sha256: Sha256,
    /// Where they came from.
    pub source: String,
    /// When they were taken from there.
    #[serde(with = "moment_or_none")]
    pub taken: Option<UnixTime>,
    /// Whether the conclusion rests on them; `null` where that is not known, and they were only offered.
    pub used: Option<bool>,
}

/// An [`Attempt`] as text.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Tried {
    /// Whom.
    pub source: String,
    /// What happened.
    #[serde(deserialize_with = "facts_or_words")]
    pub failure: Failure,
}

/// The first records have words in the place of facts.
fn facts_or_words<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Failure, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Kept {
        Words(String),
        Facts(Failure),
    }
    Ok(match Kept::deserialize(deserializer)? {
        Kept::Words(detail) => Failure::Words { detail },
        Kept::Facts(failure) => failure,
    })
}

/// One signature field of one document.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Signature {
    /// Position of the document, from 1.
    pub document: u32,
    /// Name of the field.
    pub field: String,
    /// Its value: a CMS object, or of a document timestamp the token.
    #[serde(with = "digests")]
    pub value: Vec<Sha256>,
    /// Tokens over the value.
    #[serde(with = "digests")]
    pub timestamps: Vec<Sha256>,
    /// The proven path, from the signer to the anchor; empty where there is none.
    #[serde(with = "digests")]
    pub path: Vec<Sha256>,
    /// Id of the anchor at its end.
    pub anchor: Option<String>,
    /// Revocation lists and OCSP responses that the document itself brings along.
    #[serde(with = "digests")]
    pub embedded: Vec<Sha256>,
}

/// A certificate.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct KeptCertificate {
    /// Digest of its octets.
    #[serde(with = "digest")]
    pub sha256: Sha256,
    /// Its subject; of a person only the agency.
    pub subject: String,
    /// It stands on a proven path.
    pub used: bool,
}

impl Record {
    /// Whether `other` is a record of the same octets, judged at the same time by the same rules and evidence: it only
    /// calls them by another name.
    #[must_use]
    pub fn repeats(&self, other: &Self) -> bool {
        self.input.sha256 == other.input.sha256
            && (self.at, &self.session, &self.rules) == (other.at, &other.session, &other.rules)
            && (&self.answers, &self.signatures, &self.certificates)
                == (&other.answers, &other.signatures, &other.certificates)
    }

    /// Every object that the record names, each once, with where it came from.
    pub fn objects(&self) -> Vec<(Sha256, String)> {
        let pieces = self.answers.iter().flat_map(|one| &one.pieces).map(|piece| (piece.sha256, piece.source.clone()));
        let certificates = self.certificates.iter().map(|one| (one.sha256, one.subject.clone()));
        let inside = self.signatures.iter().flat_map(|one| {
            let digests = one.value.iter().chain(&one.timestamps).chain(&one.path).chain(&one.embedded);
            digests.map(|digest| (*digest, one.field.clone()))
        });
        let mut seen = std::collections::HashSet::new();
        pieces.chain(certificates).chain(inside).filter(|(digest, _)| seen.insert(*digest)).collect()
    }

    /// The answers, with the octets that `object` gives for each digest. `None` where a need is not written as one.
    pub fn replay<E>(
        &self,
        mut object: impl FnMut(Sha256, &str) -> Result<Arc<[u8]>, E>,
    ) -> Result<Option<Vec<(Need, Answer)>>, E> {
        let mut answers = Vec::new();
        for one in &self.answers {
            let Some(need) = one.need.need() else { return Ok(None) };
            let mut pieces = Vec::new();
            for piece in &one.pieces {
                let octets = object(piece.sha256, &piece.source)?;
                pieces.push(Piece::new(octets, &*piece.source, piece.taken));
            }
            let tried = one.tried.iter().cloned().map(Attempt::from).collect();
            answers.push((need, Answer { pieces, tried }));
        }
        Ok(Some(answers))
    }
}

impl Rules {
    /// Which parts differ from those of `other`.
    #[must_use]
    pub fn differ(&self, other: &Self) -> Vec<Part> {
        let parts = [
            (self.policies != other.policies, Part::Policies),
            (self.anchors != other.anchors, Part::Anchors),
            (self.directory != other.directory, Part::Directory),
            (self.sender != other.sender, Part::Sender),
        ];
        parts.into_iter().filter_map(|(differs, part)| differs.then_some(part)).collect()
    }
}

/// A part of a rulebook.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    /// Trust anchors and intermediate certificates.
    Anchors,
    /// The directory of mailboxes.
    Directory,
    /// The policies.
    Policies,
    /// How senders are known.
    Sender,
}

/// The answers of `evidence` as they are kept, and the octets that go with them.
#[must_use]
pub fn answered(evidence: &Evidence) -> (Vec<Answered>, Vec<Digested>) {
    let mut objects = Vec::new();
    let answers = evidence.answers().map(|(need, answer)| {
        let Answer { pieces, tried } = answer;
        objects.extend(pieces.iter().map(|piece| piece.octets.clone()));
        Answered {
            need: Asked::of(need),
            pieces: pieces.iter().map(KeptPiece::of).collect(),
            tried: tried.iter().map(Tried::of).collect(),
        }
    });
    let answers = answers.collect();
    (answers, objects)
}

impl Asked {
    fn of(need: &Need) -> Self {
        let name = |der: &[u8]| Name::parse(der).map(|name| name.to_string()).unwrap_or_default();
        match need {
            Need::Crl { issuer, key, points } => {
                Self::Crl { issuer_name: name(issuer), issuer: hex(issuer), key: hex(key), points: points.clone() }
            }
            Need::Ocsp { issuer, key, serial, responders } => Self::Ocsp {
                issuer_name: name(issuer),
                issuer: hex(issuer),
                key: hex(key),
                serial: hex(serial),
                responders: responders.clone(),
            },
            Need::Sender(lookup) => Self::Sender(lookup.clone()),
            Need::SeenBefore { signatures } => Self::SeenBefore { signatures: signatures.clone() },
        }
    }

    fn need(&self) -> Option<Need> {
        let octets = |text: &str| hex_decode(text.as_bytes());
        Some(match self {
            Self::Crl { issuer, key, points, .. } => {
                Need::Crl { issuer: octets(issuer)?, key: octets(key)?, points: points.clone() }
            }
            Self::Ocsp { issuer, key, serial, responders, .. } => Need::Ocsp {
                issuer: octets(issuer)?,
                key: octets(key)?,
                serial: octets(serial)?,
                responders: responders.clone(),
            },
            Self::Sender(lookup) => Need::Sender(lookup.clone()),
            Self::SeenBefore { signatures } => Need::SeenBefore { signatures: signatures.clone() },
        })
    }
}

impl KeptPiece {
    fn of(piece: &Piece) -> Self {
        Self { sha256: piece.octets.sha256(), source: piece.source.clone(), taken: piece.taken, used: None }
    }
}

impl Tried {
    fn of(attempt: &Attempt) -> Self {
        Self { source: attempt.source.clone(), failure: attempt.failure.clone() }
    }
}

impl From<Tried> for Attempt {
    fn from(tried: Tried) -> Self {
        Self { source: tried.source, failure: tried.failure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers() -> Vec<(Need, Answer)> {
        let issuer = Name::from_text("CN=CA, C=VN").unwrap().der().to_vec();
        let crl = Need::Crl { issuer: issuer.clone(), key: vec![1], points: vec!["http://ca/a.crl".into()] };
        let ocsp = Need::Ocsp { issuer, key: vec![1], serial: vec![0, 9], responders: vec!["http://ca/".into()] };
        let taken = [None, Some(UnixTime::from_seconds(1_700_000_000)), Some(UnixTime::from_seconds(i64::MAX))];
        let piece = |taken| Piece::new(&b"crl"[..], "a.crl", taken);
        let tried = Attempt { source: "http://ca/".into(), failure: Failure::Status { status: 404 }.remembered() };
        vec![(crl, Answer::of(taken.map(piece).to_vec())), (ocsp, Answer::in_vain(vec![tried]))]
    }

    fn record(answers: Vec<Answered>) -> Record {
        let digest = Sha256::of(b"");
        Record {
            format: FORMAT.into(),
            program: String::new(),
            input: Input { name: "a.pdf".into(), sha256: digest, kind: "file".into() },
            at: UnixTime::from_seconds(1_700_000_000),
            session: Session::default(),
            rules: Rules {
                rulebook: digest,
                policy: String::new(),
                policies: digest,
                anchors: digest,
                directory: digest,
                sender: digest,
            },
            answers,
            signatures: Vec::new(),
            certificates: Vec::new(),
            report: Value::Null,
        }
    }

    #[test]
    fn what_was_written_answers_the_same_questions_with_the_same_octets() {
        let mut evidence = Evidence::default();
        for (need, answer) in answers() {
            evidence.answer(need, answer);
        }
        let (kept, objects) = answered(&evidence);
        assert_eq!(objects.len(), 3);
        let text = serde_json::to_string(&record(kept)).unwrap();
        let read: Record = serde_json::from_str(&text).unwrap();
        assert_eq!(read.objects().len(), 1);
        let replayed = read.replay(|_, _| Ok::<_, ()>(Arc::from(&b"crl"[..]))).unwrap().unwrap();
        assert_eq!(format!("{replayed:?}"), format!("{:?}", answers()));
    }

    #[test]
    fn an_attempt_of_an_old_record_keeps_its_words() {
        let old: Tried = serde_json::from_str(r#"{"source": "http://ca/", "failure": "timed out"}"#).unwrap();
        let failure = Failure::Words { detail: "timed out".into() };
        assert_eq!(Attempt::from(old), Attempt { source: "http://ca/".into(), failure });
        for wrong in ["7", r#"{"kind": "status"}"#, r#"{"kind": "asked nicely"}"#] {
            assert!(serde_json::from_str::<Tried>(&format!(r#"{{"source": "", "failure": {wrong}}}"#)).is_err());
        }
    }

    #[test]
    fn what_is_no_digest_no_time_and_no_need_is_refused() {
        let text = serde_json::to_string(&record(answered(&Evidence::default()).0)).unwrap();
        let digest = Sha256::of(b"").to_string();
        for (from, to) in [(digest.as_str(), "xy"), ("2023-11-14T22:13:20Z", "yesterday")] {
            assert!(text.contains(from));
            assert!(serde_json::from_str::<Record>(&text.replace(from, to)).is_err(), "{from}");
        }
        let mut bent = record(Vec::new());
        let need = Asked::Crl { issuer_name: String::new(), issuer: "3".into(), key: String::new(), points: vec![] };
        bent.answers.push(Answered { need, pieces: Vec::new(), tried: Vec::new() });
        assert!(bent.replay(|_, _| Err(())).unwrap().is_none());
    }

    #[test]
    fn each_part_of_the_rules_that_differs_is_named() {
        let one = record(Vec::new()).rules;
        let other =
            Rules { policies: Sha256::of(b"x"), directory: Sha256::of(b"y"), sender: Sha256::of(b"z"), ..one.clone() };
        assert_eq!(one.differ(&other), [Part::Policies, Part::Directory, Part::Sender]);
        assert!(one.differ(&one).is_empty());
    }
}
