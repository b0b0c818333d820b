//! How much work one message may cause. Every parser pays before it works.
//!
//! The limits bound time and memory by counting, not by a clock, so that the same octets always end in the
//! same conclusion on every machine.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What ran out.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Resource {
    /// Octets produced by decoding (base64, Flate and the like).
    Decoded,
    /// Octets digested for signatures.
    Digested,
    /// Nesting of parts, arrays, dictionaries or DER values.
    Depth,
    /// Objects of a PDF, or cross-reference entries.
    Objects,
    /// Parts of a message.
    Parts,
    /// Signatures of one document.
    Signatures,
    /// Public-key operations.
    SignatureChecks,
}

/// A limit was reached; what asked for more gets a conclusion of "not examined", never "clean".
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Exhausted(pub Resource);

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.0 {
            Resource::Decoded => "decoded octets",
            Resource::Depth => "nesting",
            Resource::Digested => "digested octets",
            Resource::Objects => "objects",
            Resource::Parts => "message parts",
            Resource::Signatures => "signatures",
            Resource::SignatureChecks => "signature checks",
        };
        write!(f, "limit on {what} reached")
    }
}

impl std::error::Error for Exhausted {}

/// 10,000 parts is what mail of real users never reaches and what a walk still does in milliseconds.
pub const PARTS: u64 = 10_000;
/// A document of 64 MB after decoding is the largest that is examined; twice that leaves room for its siblings.
pub const DECODED: u64 = 128 << 20;
/// Twenty signatures over 50 MB, digested in about a second where the processor helps.
pub const DIGESTED: u64 = 1 << 30;
/// Enough for the largest real drawing sets; a xref of this size is about 20 MB.
pub const OBJECTS: u64 = 1_000_000;
/// Real documents carry up to five; 1,000 still ends in a verdict.
pub const SIGNATURES: u64 = 1_000;
/// An RSA-4096 check costs about 0.1 ms, so this bounds public-key work to about a second.
pub const SIGNATURE_CHECKS: u64 = 4_000;
/// Deeper nesting than this is found in attacks only.
pub const DEPTH: u32 = 64;

/// Entries of all archives of one message together: more are no letter with its annexes.
pub const ENTRIES: u64 = 100;

/// Whether archives are looked into; a setting of the site.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum Unpacking {
    /// They are named and not judged.
    #[default]
    Never,
    /// Those of ZIP are.
    Zip,
}

/// What is left to spend on one message.
#[derive(Clone, Debug)]
pub struct Budget {
    decoded: u64,
    digested: u64,
    entries: u64,
    objects: u64,
    parts: u64,
    signatures: u64,
    signature_checks: u64,
}

impl Budget {
    /// The limits that hold for one message.
    #[must_use]
    pub fn for_message() -> Self {
        Self {
            decoded: DECODED,
            digested: DIGESTED,
            entries: 0,
            objects: OBJECTS,
            parts: PARTS,
            signatures: SIGNATURES,
            signature_checks: SIGNATURE_CHECKS,
        }
    }

    /// The same limits, with archives looked into or not; they are not, unless this says so.
    #[must_use]
    pub fn unpacking(mut self, unpacking: Unpacking) -> Self {
        self.entries = match unpacking {
            Unpacking::Never => 0,
            Unpacking::Zip => ENTRIES,
        };
        self
    }

    /// Whether an archive may still be looked into.
    #[must_use]
    pub fn unpacks(&self) -> bool {
        self.entries > 0
    }

    /// Pays for `count` entries of an archive.
    ///
    /// # Errors
    /// [`Exhausted`] when [`ENTRIES`] were unpacked, or none may be.
    pub fn entries(&mut self, count: u64) -> Result<(), Exhausted> {
        pay(&mut self.entries, count, Resource::Parts)
    }

    /// Pays for one more part of a message.
    ///
    /// # Errors
    /// [`Exhausted`] when [`PARTS`] were read.
    pub fn part(&mut self) -> Result<(), Exhausted> {
        pay(&mut self.parts, 1, Resource::Parts)
    }

    /// Pays for `octets` that decoding is about to produce.
    ///
    /// # Errors
    /// [`Exhausted`] when [`DECODED`] octets were produced.
    pub fn decoded(&mut self, octets: usize) -> Result<(), Exhausted> {
        pay(&mut self.decoded, octets as u64, Resource::Decoded)
    }

    /// Pays for digesting `octets`, which a thousand signatures over one file would otherwise multiply.
    ///
    /// # Errors
    /// [`Exhausted`] when [`DIGESTED`] octets were digested.
    pub fn digested(&mut self, octets: u64) -> Result<(), Exhausted> {
        pay(&mut self.digested, octets, Resource::Digested)
    }

    /// Pays for `count` objects of a PDF.
    ///
    /// # Errors
    /// [`Exhausted`] when [`OBJECTS`] were read.
    pub fn objects(&mut self, count: u64) -> Result<(), Exhausted> {
        pay(&mut self.objects, count, Resource::Objects)
    }

    /// Pays for one more signature.
    ///
    /// # Errors
    /// [`Exhausted`] when [`SIGNATURES`] were read.
    pub fn signature(&mut self) -> Result<(), Exhausted> {
        pay(&mut self.signatures, 1, Resource::Signatures)
    }

    /// Pays for one public-key operation.
    ///
    /// # Errors
    /// [`Exhausted`] when [`SIGNATURE_CHECKS`] were made.
    pub fn signature_check(&mut self) -> Result<(), Exhausted> {
        pay(&mut self.signature_checks, 1, Resource::SignatureChecks)
    }

    /// Decoded octets that are still paid for.
    #[must_use]
    pub fn decoded_left(&self) -> u64 {
        self.decoded
    }
}

fn pay(left: &mut u64, price: u64, resource: Resource) -> Result<(), Exhausted> {
    *left = left.checked_sub(price).ok_or(Exhausted(resource))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_after_the_last_one_paid_for_is_refused() {
        let mut budget = Budget::for_message();
        for _ in 0..PARTS {
            budget.part().unwrap();
        }
        assert_eq!(budget.part(), Err(Exhausted(Resource::Parts)));
    }

    #[test]
    fn a_price_above_what_is_left_is_refused_and_leaves_the_rest() {
        let mut budget = Budget::for_message();
        assert!(budget.decoded(usize::MAX).is_err());
        assert_eq!(budget.decoded_left(), DECODED);
    }
}
