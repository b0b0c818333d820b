//! Why a file cannot be read at all.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::budget::{Exhausted, Resource};

/// There is no answer about the signatures of this file; it never means that there are none.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ReadError {
    /// The structure on which everything else rests cannot be read.
    Broken {
        /// What is broken.
        fault: Fault,
        /// Where.
        offset: u64,
    },
    /// A trailer names an encryption dictionary (ISO 32000-2, 7.6).
    Encrypted,
    /// No header within the first 1,024 octets.
    NotPdf,
    /// Reading it would take more than one message may.
    TooLarge(Limit),
}

/// The limit that was reached.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Limit {
    /// Octets produced by decoding streams.
    Decoded,
    /// Objects and cross-reference entries.
    Objects,
    /// The process that read it did not come to an end: over its limits of time or memory, or it crashed.
    Reader,
    /// Cross-reference sections.
    Sections,
    /// Signatures.
    Signatures,
    /// The same octets were claimed by too many objects.
    Work,
}

/// What is broken.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Fault {
    /// The catalog cannot be read.
    CatalogUnreadable,
    /// `/Prev` leads back to a section that was already read.
    PrevLoop,
    /// Neither a table nor a cross-reference stream stands where one should.
    SectionMissing,
    /// A cross-reference section stands there, but cannot be read.
    SectionUnreadable,
    /// No `startxref` with an offset.
    StartxrefMissing,
    /// The newest trailer names no catalog.
    TrailerWithoutRoot,
}

impl From<Exhausted> for ReadError {
    fn from(exhausted: Exhausted) -> Self {
        Self::TooLarge(match exhausted.0 {
            Resource::Decoded | Resource::Digested => Limit::Decoded,
            Resource::Signatures | Resource::SignatureChecks => Limit::Signatures,
            Resource::Depth | Resource::Objects | Resource::Parts => Limit::Objects,
        })
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { fault, offset } => write!(f, "{fault} at octet {offset}"),
            Self::Encrypted => f.write_str("file is encrypted"),
            Self::NotPdf => f.write_str("file has no PDF header"),
            Self::TooLarge(limit) => write!(f, "limit on {limit} reached"),
        }
    }
}

impl std::error::Error for ReadError {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CatalogUnreadable => "catalog cannot be read",
            Self::PrevLoop => "cross-reference sections form a loop",
            Self::SectionMissing => "no cross-reference section",
            Self::SectionUnreadable => "cross-reference section cannot be read",
            Self::StartxrefMissing => "no startxref",
            Self::TrailerWithoutRoot => "trailer without catalog",
        })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decoded => "decoded octets",
            Self::Objects => "objects",
            Self::Reader => "the reading process (time, memory, or it crashed)",
            Self::Sections => "cross-reference sections",
            Self::Signatures => "signatures",
            Self::Work => "octets read again",
        })
    }
}
