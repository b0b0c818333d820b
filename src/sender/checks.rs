//! What looking at a message and at DNS shows of its sender, in the words of RFC 8601. Which of it counts, and for whom,
//! is decided in [`super::authentication`].

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::time::UnixTime;

/// Everything that was checked of one message.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Checks {
    /// One for each DKIM signature looked at, in the order of the header.
    pub dkim: Vec<Dkim>,
    /// DKIM signatures beyond the limit, which nobody looked at.
    pub dkim_left_out: u32,
    /// SPF of the MAIL FROM identity (RFC 7208).
    pub spf: Spf,
    /// DMARC of the From domain (RFC 9989).
    pub dmarc: Dmarc,
    /// The chain of ARC sets (RFC 8617).
    pub arc: Arc,
}

/// Results (RFC 8601, 2.7; SPF's words where only SPF has them).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthResult {
    /// Nothing to check.
    #[default]
    None,
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It holds, and is not accepted by a rule of this gateway.
    Policy,
    /// It cannot be read, or the domain takes no position.
    Neutral,
    /// The domain says that it probably does not hold.
    Softfail,
    /// DNS did not answer: it may be known later.
    Temperror,
    /// What DNS or the message says cannot be used.
    Permerror,
}

/// One DKIM signature (RFC 6376).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Dkim {
    /// d=, as an A-label in lower case; empty where it is no host name.
    pub domain: String,
    /// s=; empty where it is no name.
    pub selector: String,
    /// How it stands.
    pub result: AuthResult,
    /// Why, where it does not pass.
    pub fault: Option<DkimFault>,
    /// Fields that h= covers so that no second one can be added or one be replaced unseen.
    pub covered: Covered,
    /// t=, when it says that it was made.
    pub signed_at: Option<UnixTime>,
    /// x=, until when it says that it holds.
    pub expires: Option<UnixTime>,
    /// Digest of the decoded value of b=: the same in every copy of the message.
    pub signature: Sha256,
    /// Whether the resolver says that DNSSEC validated the key's record (AD, RFC 4035, 3.2.3).
    pub dnssec: bool,
}

/// Which fields a signature covers.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "one answer for each field of the rule")]
pub struct Covered {
    /// Every From field that is there.
    pub from: bool,
    /// Date.
    pub date: bool,
    /// Subject.
    pub subject: bool,
    /// Message-ID.
    pub message_id: bool,
    /// Content-Type where there is one; without one it could be added.
    pub content_type: bool,
}

impl Covered {
    /// Whether a copy of the message could differ in none of what tells it from another.
    #[must_use]
    pub fn all(self) -> bool {
        self.from && self.date && self.subject && self.message_id && self.content_type
    }
}

/// Why a DKIM signature does not count.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DkimFault {
    /// The body is not the one that was signed.
    BodyHash,
    /// l= leaves an end of the body unsigned.
    BodyLength,
    /// The value does not verify over the header.
    Signature,
    /// x= has passed.
    Expired,
    /// h= leaves out From.
    FromNotSigned,
    /// There is no key.
    NoKey,
    /// p= is empty: the domain took its key back (RFC 6376, 3.6.1).
    KeyRevoked,
    /// The key is too weak, of a kind that is not known, or for another service.
    KeyUnusable,
    /// t=y: the domain only tests (RFC 6376, 3.6.1).
    Testing,
    /// d= or s= is no plain host name, and is read differently by different programs.
    OddName,
    /// Tags that cannot be read, or stand twice.
    Syntax,
    /// i= is not below d=, or not d= where the key asks for it.
    Identity,
    /// Programs would not agree on which fields the message has.
    Ambiguous,
    /// DNS did not answer.
    NoAnswer,
}

/// SPF of the MAIL FROM identity.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Spf {
    /// How it stands.
    pub result: AuthResult,
    /// Domain of MAIL FROM.
    pub domain: Option<String>,
}

/// DMARC of the From domain.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Dmarc {
    /// How it stands.
    pub result: AuthResult,
    /// Domain at which the record was found.
    pub domain: Option<String>,
    /// p= or sp=, as it applies: `none`, `quarantine`, `reject`.
    pub policy: Option<String>,
}

/// The chain of ARC sets.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Arc {
    /// How the chain stands.
    pub result: AuthResult,
    /// Who sealed, from the first to the last (d= of each ARC-Seal).
    pub sealers: Vec<String>,
    /// The last host's signature of the message covers what tells one message from another, and every DKIM signature of
    /// the From domain (RFC 8617, 5.1, asks for these). What it leaves open, anybody may have changed since.
    #[serde(default)]
    pub covers: bool,
}
