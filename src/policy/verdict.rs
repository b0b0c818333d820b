//! The result for one document, and the verdict for the message, with the words that clerks read.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The result for one document.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentResult {
    /// All three conditions are met, and the policy asks a clerk to confirm.
    AwaitingClerk,
    /// All three conditions are met.
    Met,
    /// It was not examined: a limit was reached or the examination failed.
    Unchecked,
    /// At least one condition cannot be decided, and none is unmet.
    Undetermined,
    /// At least one condition is unmet.
    Unmet,
}

impl DocumentResult {
    /// The token used in headers, the log and `--json`.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::AwaitingClerk => "awaiting-clerk",
            Self::Met => "met",
            Self::Unchecked => "unchecked",
            Self::Undetermined => "undetermined",
            Self::Unmet => "unmet",
        }
    }
}

impl fmt::Display for DocumentResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.token())
    }
}

/// The verdict for a message. No token is part of another, because people filter with "contains".
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Verdict {
    /// Every document meets all three conditions.
    LegallyEquivalent,
    /// Some documents do.
    Partial,
    /// No document is signed, and that is all there is to say against them.
    Unsigned,
    /// A document fails a condition.
    ConditionUnmet,
    /// A document was not examined.
    Unchecked,
    /// A condition cannot be decided.
    Undetermined,
    /// Everything else is met; a clerk compares signature and seal.
    AwaitingClerk,
    /// There is nothing to judge.
    NotApplicable,
}

impl Verdict {
    /// All of them, in the order of the rule's table.
    pub const ALL: [Self; 8] = [
        Self::LegallyEquivalent,
        Self::Partial,
        Self::Unsigned,
        Self::ConditionUnmet,
        Self::Unchecked,
        Self::Undetermined,
        Self::AwaitingClerk,
        Self::NotApplicable,
    ];

    /// The verdict of the message from the results of its documents (rule, "Verdicts": the first that applies).
    /// `unsigned_only` tells of each unmet document whether a missing signature is all that is wrong with it.
    #[must_use]
    pub fn summarise(documents: &[(DocumentResult, UnmetBy)]) -> Self {
        let any = |wanted| documents.iter().any(|(result, _)| *result == wanted);
        if documents.is_empty() {
            Self::NotApplicable
        } else if documents.iter().all(|(result, _)| *result == DocumentResult::Met) {
            Self::LegallyEquivalent
        } else if any(DocumentResult::Met) {
            Self::Partial
        } else if documents.iter().all(|document| *document == (DocumentResult::Unmet, UnmetBy::MissingSignature)) {
            Self::Unsigned
        } else if any(DocumentResult::Unmet) {
            Self::ConditionUnmet
        } else if any(DocumentResult::Unchecked) {
            Self::Unchecked
        } else if any(DocumentResult::Undetermined) {
            Self::Undetermined
        } else {
            Self::AwaitingClerk
        }
    }

    /// The token that comes first in the header.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::LegallyEquivalent => "legally-equivalent-to-paper",
            Self::Partial => "flagged-partial",
            Self::Unsigned => "flagged-unsigned",
            Self::ConditionUnmet => "flagged-condition-unmet",
            Self::Unchecked => "flagged-unchecked",
            Self::Undetermined => "flagged-undetermined",
            Self::AwaitingClerk => "flagged-awaiting-clerk",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// Finds a verdict by its token.
    #[must_use]
    pub fn from_token(token: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.token() == token)
    }

    /// The short ASCII tag for filters that see only the summary; `None` where nothing was judged.
    #[must_use]
    pub const fn tag(self) -> Option<&'static str> {
        Some(match self {
            Self::LegallyEquivalent => "[D7-DAT]",
            Self::Partial => "[D7-MOT-PHAN]",
            Self::Unsigned => "[D7-KHONG-KY]",
            Self::ConditionUnmet => "[D7-CHUA-DAT]",
            Self::Unchecked => "[D7-CHUA-KT]",
            Self::Undetermined => "[D7-CHUA-RO]",
            Self::AwaitingClerk => "[D7-CHO-VT]",
            Self::NotApplicable => return None,
        })
    }

    /// A few words for tables, in Vietnamese.
    #[must_use]
    pub const fn short_vi(self) -> &'static str {
        match self {
            Self::LegallyEquivalent => "Tương đương văn bản giấy",
            Self::Partial => "Đạt một phần",
            Self::Unsigned => "Không ký số",
            Self::ConditionUnmet => "Chưa đạt",
            Self::Unchecked => "Chưa kiểm tra được",
            Self::Undetermined => "Chưa đủ căn cứ",
            Self::AwaitingClerk => "Chờ văn thư",
            Self::NotApplicable => "Không thuộc phạm vi",
        }
    }

    /// A few words for tables, in English.
    #[must_use]
    pub const fn short_en(self) -> &'static str {
        match self {
            Self::LegallyEquivalent => "equivalent to paper",
            Self::Partial => "partly met",
            Self::Unsigned => "not signed",
            Self::ConditionUnmet => "condition unmet",
            Self::Unchecked => "could not be checked",
            Self::Undetermined => "undetermined",
            Self::AwaitingClerk => "awaiting the clerk",
            Self::NotApplicable => "not applicable",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.token())
    }
}

impl Serialize for Verdict {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.token())
    }
}

/// What stands against a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UnmetBy {
    /// Nothing but `sig-none`.
    MissingSignature,
    /// Something else, or nothing at all.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(results: &[DocumentResult]) -> Verdict {
        Verdict::summarise(&results.iter().map(|result| (*result, UnmetBy::Other)).collect::<Vec<_>>())
    }

    #[test]
    fn the_first_row_that_applies_is_the_verdict() {
        use DocumentResult::{AwaitingClerk, Met, Unchecked, Undetermined, Unmet};
        assert_eq!(verdict(&[]), Verdict::NotApplicable);
        assert_eq!(verdict(&[Met, Met]), Verdict::LegallyEquivalent);
        assert_eq!(verdict(&[Unmet, Met, Undetermined]), Verdict::Partial);
        assert_eq!(verdict(&[Unmet, Unchecked, Undetermined]), Verdict::ConditionUnmet);
        assert_eq!(verdict(&[AwaitingClerk, Unchecked, Undetermined]), Verdict::Unchecked);
        assert_eq!(verdict(&[AwaitingClerk, Undetermined]), Verdict::Undetermined);
        assert_eq!(verdict(&[AwaitingClerk, AwaitingClerk]), Verdict::AwaitingClerk);
    }

    #[test]
    fn only_a_missing_signature_everywhere_makes_a_message_unsigned() {
        let none = (DocumentResult::Unmet, UnmetBy::MissingSignature);
        let other = (DocumentResult::Unmet, UnmetBy::Other);
        assert_eq!(Verdict::summarise(&[none, none]), Verdict::Unsigned);
        assert_eq!(Verdict::summarise(&[none, other]), Verdict::ConditionUnmet);
    }

    #[test]
    fn no_token_or_tag_is_part_of_another() {
        for one in Verdict::ALL {
            for other in Verdict::ALL {
                if one != other {
                    assert!(!one.token().contains(other.token()));
                    assert!(one.tag().is_none() || !one.tag().unwrap().contains(other.tag().unwrap_or("\0")));
                }
            }
            assert_eq!(Verdict::from_token(one.token()), Some(one));
        }
    }
}
