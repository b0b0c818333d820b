//! Whether a message that a domain signed may be one that was sent before. A signature holds for whoever has the message:
//! it can be sent again, years later, to whom it was never meant for.
//!
//! What was signed long ago, or in the future, is suspect (RFC 6376, 8.6), and so is a signature that the log has of
//! another transaction. One that Postfix hands over twice under one queue id is one transaction.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ProofRules;
use crate::evidence::{Answer, Piece};
use crate::message::{Claims, Message};
use crate::sender::checks::Dkim;
use crate::time::UnixTime;

/// Why a signed message may be one that was sent before.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replay {
    /// Signed later than it was received.
    Ahead(UnixTime),
    /// Signed long ago.
    Old(UnixTime),
    /// The log has the signature of another transaction.
    Seen(Entry),
    /// The log could not be asked.
    Unchecked,
    /// Neither t= nor one Date field says when it was signed.
    Undated,
}

/// An entry of the log in which a signature stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Entry {
    /// Index in the log.
    pub index: u64,
    /// When that message was received.
    pub at: UnixTime,
}

/// What the log says of the signatures of a message.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Seen {
    /// It has another transaction with one of them.
    Before(Entry),
    /// It has none.
    First,
    /// It was not asked, or did not answer.
    #[default]
    Unasked,
}

/// One entry with a signature, as the log gives it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Earlier {
    /// Index in the log.
    pub index: u64,
    /// Postfix's queue id, or nothing.
    pub queue_id: String,
    /// When it was received, in seconds.
    pub at: i64,
}

/// A piece of the answer: the log as a whole, or one entry.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Entry(Earlier),
    Log {
        #[serde(rename = "entries")]
        _entries: u64,
    },
    Nobody {
        #[serde(rename = "assumed-first")]
        _assumed: bool,
    },
}

/// The answer of a log of `entries` entries, in the order of their indexes. That it was read is said also where nothing
/// was found: silence is no answer.
#[must_use]
pub fn answer(source: &str, entries: u64, earlier: &[Earlier]) -> Answer {
    let lines = earlier.iter().map(|one| json!({"at": one.at, "index": one.index, "queue_id": one.queue_id}));
    Answer::of(std::iter::once(json!({ "entries": entries })).chain(lines).map(|line| piece(source, &line)).collect())
}

/// The answer for a trial, which has no log of its own and asks nobody's.
#[must_use]
pub fn assumed() -> Answer {
    Answer::of(vec![piece("trial", &json!({"assumed-first": true}))])
}

fn piece(source: &str, line: &serde_json::Value) -> Piece {
    Piece::new(line.to_string().into_bytes(), source, None)
}

impl Seen {
    /// Reads an answer for the transaction with `queue_id`. What is no answer leaves it open.
    #[must_use]
    pub fn read(pieces: &[Piece], queue_id: Option<&[u8]>) -> Self {
        let lines: Result<Vec<Line>, _> = pieces.iter().map(|piece| serde_json::from_slice(&piece.octets)).collect();
        let Ok(lines) = lines else { return Self::Unasked };
        if lines.is_empty() {
            return Self::Unasked;
        }
        let entries = lines.iter().filter_map(|line| match line {
            Line::Entry(entry) => Some(entry),
            Line::Log { .. } | Line::Nobody { .. } => None,
        });
        let own = |entry: &&Earlier| {
            !entry.queue_id.is_empty() && queue_id.is_some_and(|queue_id| queue_id == entry.queue_id.as_bytes())
        };
        // Whoever came first is the one that was sent; what came after it does not make it a copy.
        match entries.min_by_key(|entry| entry.index) {
            Some(first) if !own(&first) => {
                Self::Before(Entry { index: first.index, at: UnixTime::from_seconds(first.at) })
            }
            Some(_) | None => Self::First,
        }
    }
}

/// What suggests that the message, which `signature` signs, was sent before.
pub(super) fn doubt(
    message: &Message,
    signature: &Dkim,
    seen: Seen,
    rules: &ProofRules,
    at: UnixTime,
) -> Option<Replay> {
    let Some(signed) = signature.signed_at.or_else(|| date(message)) else { return Some(Replay::Undated) };
    let age = at.seconds().saturating_sub(signed.seconds());
    match seen {
        _ if age > rules.replay_after => Some(Replay::Old(signed)),
        _ if age.saturating_neg() > rules.ahead => Some(Replay::Ahead(signed)),
        Seen::Before(entry) => Some(Replay::Seen(entry)),
        Seen::Unasked => Some(Replay::Unchecked),
        Seen::First => None,
    }
}

/// The Date field. Of two, a signature may cover the one and a reader show the other.
fn date(message: &Message) -> Option<UnixTime> {
    let mut fields = message.values("Date");
    let (Some(_), None) = (fields.next(), fields.next()) else { return None };
    Claims::read(message, &[]).date
}

impl Replay {
    /// The word in reports.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Ahead(_) => "signed-in-the-future",
            Self::Old(_) => "signed-long-ago",
            Self::Seen(_) => "seen-before",
            Self::Unchecked => "log-not-read",
            Self::Undated => "undated",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn earlier(index: u64, queue_id: &str) -> Earlier {
        Earlier { index, queue_id: queue_id.into(), at: 1_795_395_672 }
    }

    fn seen(earlier: &[Earlier], queue_id: &str) -> Seen {
        Seen::read(&answer("log.sqlite", 9, earlier).pieces, Some(queue_id.as_bytes()))
    }

    #[test]
    fn a_log_without_the_signature_says_so_and_silence_says_nothing() {
        assert_eq!(seen(&[], "Q1"), Seen::First);
        assert_eq!(Seen::read(&assumed().pieces, None), Seen::First);
        assert_eq!(Seen::read(&[], Some(b"Q1")), Seen::Unasked);
    }

    #[test]
    fn another_transaction_is_told_from_the_same_one_by_its_queue_id() {
        let entry = Entry { index: 3, at: UnixTime::from_seconds(1_795_395_672) };
        assert_eq!(seen(&[earlier(3, "Q1")], "Q1"), Seen::First);
        assert_eq!(seen(&[earlier(3, "Q2")], "Q1"), Seen::Before(entry));
        // Two that have no queue id are not one.
        assert_eq!(seen(&[earlier(3, "")], ""), Seen::Before(entry));
        assert_eq!(Seen::read(&answer("log", 4, &[earlier(3, "")]).pieces, None), Seen::Before(entry));
    }

    #[test]
    fn a_copy_that_came_later_does_not_make_the_first_one_a_copy() {
        assert_eq!(seen(&[earlier(3, "Q1"), earlier(4, "Q2")], "Q1"), Seen::First);
        assert!(matches!(seen(&[earlier(4, "Q1"), earlier(3, "Q2")], "Q1"), Seen::Before(Entry { index: 3, .. })));
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_none() {
        for octets in ["", "{}", "[]", "{\"entries\":-1}", "{\"index\":1}", "{\"entries\":1} x", "null"] {
            let piece = Piece::new(octets.as_bytes().to_vec(), "", None);
            let good = piece_of_log();
            assert_eq!(Seen::read(&[good, piece], Some(b"Q1")), Seen::Unasked, "{octets}");
        }
    }

    fn piece_of_log() -> Piece {
        answer("log", 1, &[]).pieces.remove(0)
    }
}
