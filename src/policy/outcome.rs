//! Three answers to a question of law, and how they combine.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a condition is met. The order is that of precedence: any `Unmet` beats any `Undetermined`, which beats
/// `Met`, so that the result of several is their maximum.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It holds.
    Met,
    /// It cannot be known here and now. This is no weak "no".
    Undetermined,
    /// It does not hold.
    Unmet,
}

impl Outcome {
    /// The token used in headers, the log and `--json`.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Undetermined => "undetermined",
            Self::Unmet => "unmet",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.token())
    }
}

/// The three conditions of Article 7.2.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// The document bears the digital signature of the sender.
    A,
    /// The certificate was in force and issued by a lawful CA.
    B,
    /// A scan in a format that cannot be edited, sent from the official mailbox.
    C,
}

impl Condition {
    /// All three, in the order of the article.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// The letter of the article.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
        }
    }
}
