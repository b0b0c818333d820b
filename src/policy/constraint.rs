//! The closed set of constraints that a policy weighs. What each asks is code; how much it weighs is data.

use std::fmt;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::outcome::{Condition, Outcome};
use super::reason::Reason;

/// What a policy makes of an outcome that is not `met`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing is said.
    Ignore,
    /// It is remarked.
    Inform,
    /// It is remarked, as a warning.
    Warn,
    /// It decides: the outcome is passed on to the condition.
    Fail,
}

impl Level {
    /// The word in policy files.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Inform => "inform",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;
        impl Visitor<'_> for Word {
            type Value = Level;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a level: \"fail\", \"warn\", \"inform\" or \"ignore\"")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Level, E> {
                let levels = [Level::Ignore, Level::Inform, Level::Warn, Level::Fail];
                let level = levels.into_iter().find(|level| level.token() == word);
                level.ok_or_else(|| E::invalid_value(Unexpected::Str(word), &self))
            }
        }
        deserializer.deserialize_str(Word)
    }
}

macro_rules! constraints {
    ($($variant:ident $condition:ident $name:literal $doc:literal;)+) => {
        /// One thing that Article 7.2 asks of a document.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum ConstraintId { $(#[doc = $doc] $variant,)+ }

        impl ConstraintId {
            /// All of them, by condition.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The condition that it belongs to.
            #[must_use]
            pub const fn condition(self) -> Condition {
                match self { $(Self::$variant => Condition::$condition,)+ }
            }

            /// The key in the policy file, below `[a]`, `[b]` or `[c]`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

constraints! {
    Readable A "readable" "The file can be read, by this gateway and alike by every program.";
    SignaturePresent A "signature-present" "There is a digital signature.";
    SignatureIntact A "signature-intact" "Digest and signature value hold, in a supported form.";
    Unchanged A "unchanged" "Nothing was changed after signing but what signing again needs.";
    Coverage A "coverage" "The signature covers the whole document.";
    LaterSignatures A "later-signatures" "Every signature added later passes by itself and covers nothing.";
    SignerIsSender A "signer-is-sender" "The signer is the sending agency.";
    TrustedPath B "trusted-path" "A path leads to a CA in conformity with the law of Viet Nam.";
    InForce B "in-force" "The certificates were in force when the signature was made.";
    NotRevoked B "not-revoked" "None of them was revoked or suspended then.";
    Algorithm B "algorithm" "The algorithms are still secure.";
    Timestamp B "timestamp" "The timestamps of the signature are intact.";
    FileKind C "file-kind" "The file is a PDF or of another kind that cannot be edited.";
    Scan C "scan" "The pages were scanned from the original.";
    SentDirectly C "sent-directly" "The mailbox sent the file itself, not inside a forwarded message.";
    OfficialMailbox C "official-mailbox" "The mail was sent from the published mailbox of the agency.";
    DirectoryAge C "directory-age" "The directory of mailboxes is up to date.";
}

impl fmt::Display for ConstraintId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.condition().letter(), self.name())
    }
}

impl Serialize for ConstraintId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One constraint, what was found, and what the policy makes of it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Finding {
    /// What was asked.
    pub constraint: ConstraintId,
    /// What was found.
    pub outcome: Outcome,
    /// Why; empty when met.
    pub reasons: Vec<Reason>,
    /// How much it weighs.
    pub level: Level,
}

impl Finding {
    /// What the finding contributes to its condition: its outcome at level `fail`, nothing that hinders otherwise.
    #[must_use]
    pub fn weight(&self) -> Outcome {
        if self.level == Level::Fail { self.outcome } else { Outcome::Met }
    }
}
