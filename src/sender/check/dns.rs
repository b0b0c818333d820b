//! Asks the transcript, and notes what it does not answer.

use std::collections::BTreeSet;

use crate::sender::transcript::{Question, RecordKind, Reply, Transcript};

/// The transcript, and the questions that it left open.
pub(super) struct Dns<'a> {
    transcript: &'a Transcript,
    missing: BTreeSet<Question>,
}

/// Nothing can be concluded from this question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NoAnswer {
    /// The server failed.
    Failed,
    /// It was never asked, or the answer did not come in time.
    Missing,
}

impl<'a> Dns<'a> {
    pub fn new(transcript: &'a Transcript) -> Self {
        Self { transcript, missing: BTreeSet::new() }
    }

    /// The reply, unless it is a failure.
    pub fn ask(&mut self, name: &str, kind: RecordKind) -> Result<&'a Reply, NoAnswer> {
        let question = Question::new(name, kind);
        match self.transcript.reply(&question) {
            None => {
                self.missing.insert(question);
                Err(NoAnswer::Missing)
            }
            Some(reply) if reply.is_failure() => Err(NoAnswer::Failed),
            Some(reply) => Ok(reply),
        }
    }

    pub fn text(&mut self, name: &str) -> Result<&'a Reply, NoAnswer> {
        self.ask(name, RecordKind::Txt)
    }

    pub fn missing(self) -> Vec<Question> {
        self.missing.into_iter().collect()
    }
}

/// A name as the transcript spells it, from labels that a stranger made up (SPF's macros); `None` where it is no name
/// that can be asked for: an empty or too long label, an octet that is not printable ASCII.
pub(super) fn spelled(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let fits = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(|o| o.is_ascii_graphic());
    if name.len() > 253 || !name.split('.').all(fits) {
        return None;
    }
    let mut out = String::with_capacity(name.len());
    let mut first = true;
    for c in name.chars() {
        let plain = c.is_ascii_alphanumeric() || matches!(c, '_' | '.') || (c == '-' && !first) || (c == '*' && first);
        if !plain {
            out.push('\\');
        }
        out.push(c.to_ascii_lowercase());
        first = c == '.';
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_replies_spell_them() {
        assert_eq!(spelled("A+b._spf.c.VN.").as_deref(), Some("a\\+b._spf.c.vn"));
        assert_eq!(spelled("-a.vn").as_deref(), Some("\\-a.vn"));
        for name in ["", "a..b", ".a", "a b.vn", "é.vn", "a\0.vn", &"a".repeat(64), &"a.".repeat(128)] {
            assert_eq!(spelled(name), None, "{name:?}");
        }
    }

    #[test]
    fn what_was_never_answered_is_missing_once() {
        let transcript = Transcript::default();
        let mut dns = Dns::new(&transcript);
        assert_eq!(dns.text("a.vn"), Err(NoAnswer::Missing));
        assert_eq!(dns.text("A.vn."), Err(NoAnswer::Missing));
        assert_eq!(dns.missing(), [Question::new("a.vn", RecordKind::Txt)]);
    }
}
