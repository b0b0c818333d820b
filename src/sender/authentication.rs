//! Whether the mailbox in From really sent the message (Articles 7.2 c and 11.1): which proof counts, and for whom.
//!
//! Five proofs are known, and the policy says which of them count. A login that the directory lists for the mailbox, on
//! a service of our own where users log in or told by a webmail host; or a DKIM signature of exactly the From domain that
//! verifies here, that a border host saw verify, or that a trusted sealer of an ARC chain saw verify. DKIM proves a
//! domain, not a mailbox: it counts where somebody attested that the servers of the domain let a login send from its own
//! mailbox only, and where nothing suggests that the message was sent before ([`replay`]). SPF alone proves no mailbox.
//!
//! A pure function of what others found: nothing is looked up or verified here.

mod arc;
mod border_host;
mod dkim;
mod domain;
mod login;
pub mod replay;
mod webmail;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use self::replay::Replay;
use super::Listing;
use super::provenance::Question;
use super::settings::Attestation;

pub use self::dkim::signatures;
pub use self::webmail::claimed_in_vain;

/// The answer about the sender's mailbox.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authentication {
    /// A check failed: unmet.
    Failed(AuthFailure),
    /// Nothing to check, or nothing that proves: undetermined.
    Nothing(Silence),
    /// The mailbox sent it.
    Proven(Proof),
    /// The mailbox sent it once; whether this is that time is in doubt: undetermined.
    Suspect(Proof, Replay),
}

/// Ways to prove a mailbox, as policies name them.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// An ARC chain of trusted sealers (RFC 8617).
    Arc,
    /// Authentication-Results of a border host (RFC 8601).
    BorderHost,
    /// A DKIM signature that verifies here (RFC 6376).
    Dkim,
    /// A SASL login on a service of our own (RFC 4954).
    Login,
    /// A login that a webmail host tells in a header field.
    Webmail,
}

/// What proves the mailbox.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// DKIM of the From domain, seen by the first sealer of a chain that only trusted ones sealed.
    Arc {
        /// The first sealer.
        sealer: String,
        /// Who vouches for the domain.
        attested: Attestation,
    },
    /// DKIM of the From domain, reported by a border host.
    BorderHost {
        /// Its authserv-id.
        authserv_id: String,
        /// Who vouches for the domain.
        attested: Attestation,
    },
    /// DKIM of the From domain, verified here.
    Dkim {
        /// d=.
        domain: String,
        /// s=.
        selector: String,
        /// Whether the resolver says that DNSSEC validated the key's record.
        dnssec: bool,
        /// Who vouches for the domain.
        attested: Attestation,
    },
    /// A login listed for the mailbox.
    Login {
        /// The login, in lower case.
        login: String,
    },
    /// A login listed for the mailbox, told by a webmail host.
    Webmail {
        /// The login, in lower case.
        login: String,
    },
}

/// Checks that failed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthFailure {
    /// A signature of the From domain does not hold, and none does.
    Dkim,
    /// Neither DKIM nor SPF fits From (RFC 9989).
    Dmarc,
    /// The login may not send from this mailbox.
    LoginNotListed,
    /// The address may not send for the From domain, and nothing else speaks for the message.
    Spf,
}

/// Why nothing is proven.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// A border host contradicts itself, or saw a signature hold that does not hold here.
    Contradiction,
    /// There are more signatures than are looked at.
    LeftOut,
    /// A webmail host did not tell one login where only it can write.
    LoginUnclear,
    /// DNS did not answer.
    NoAnswer,
    /// Neither a login nor a signature nor results of a border host.
    NoCheck,
    /// The directory lists no logins for the mailbox.
    NoLoginsListed,
    /// There is a proof, of a kind that the policy does not take.
    NotAccepted(Method),
    /// Nobody attested that the domain binds logins to From.
    NotAttested,
    /// The signature leaves fields open that tell one message from another.
    NotCovered,
    /// Only a signature of another domain passed, or only SPF.
    OtherProof,
    /// The login was on a service that is not configured as one where users log in.
    ServiceNotConfigured,
    /// A border host saw a signature that the message does not bear.
    SignatureMissing,
    /// The signature of the From domain can be read, and by a rule of the gateway or of DKIM it counts for nothing.
    Unusable,
}

/// What a policy asks of proofs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProofRules {
    /// Those that count.
    pub methods: BTreeSet<Method>,
    /// Seconds after which a signature is taken for one that is used again.
    pub replay_after: i64,
    /// Seconds by which clocks may be ahead of ours.
    pub ahead: i64,
}

impl Default for ProofRules {
    fn default() -> Self {
        let methods = BTreeSet::from([Method::BorderHost, Method::Dkim, Method::Login, Method::Webmail]);
        Self { methods, replay_after: 7 * 86_400, ahead: 86_400 }
    }
}

/// Finds what proves that the mailbox of `listing` sent the message.
#[must_use]
pub fn authenticate(question: &Question<'_>, listing: &Listing) -> Authentication {
    by_login(question, listing).unwrap_or_else(|| domain::answer(question, listing))
}

/// Whether a login decides alone, so that nothing about the domain need be asked.
#[must_use]
pub fn is_by_login(question: &Question<'_>, listing: &Listing) -> bool {
    by_login(question, listing).is_some()
}

fn by_login(question: &Question<'_>, listing: &Listing) -> Option<Authentication> {
    login::answer(question, listing).or_else(|| webmail::answer(question, listing))
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Arc, Self::BorderHost, Self::Dkim, Self::Login, Self::Webmail];

    /// The word in policies and reports.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Arc => "arc",
            Self::BorderHost => "border-host",
            Self::Dkim => "dkim",
            Self::Login => "login",
            Self::Webmail => "webmail",
        }
    }
}

impl Proof {
    /// How it proves.
    #[must_use]
    pub const fn method(&self) -> Method {
        match self {
            Self::Arc { .. } => Method::Arc,
            Self::BorderHost { .. } => Method::BorderHost,
            Self::Dkim { .. } => Method::Dkim,
            Self::Login { .. } => Method::Login,
            Self::Webmail { .. } => Method::Webmail,
        }
    }

    /// The login by which it proves; `None` where a signature does, which others can send again.
    #[must_use]
    pub fn login(&self) -> Option<&str> {
        match self {
            Self::Login { login } | Self::Webmail { login } => Some(login),
            Self::Arc { .. } | Self::BorderHost { .. } | Self::Dkim { .. } => None,
        }
    }
}

impl AuthFailure {
    /// The word in reports.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Dkim => "dkim",
            Self::Dmarc => "dmarc",
            Self::LoginNotListed => "login-not-listed",
            Self::Spf => "spf",
        }
    }
}

impl Silence {
    /// The word in reports.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Contradiction => "contradiction",
            Self::LeftOut => "left-out",
            Self::LoginUnclear => "login-unclear",
            Self::NoAnswer => "no-answer",
            Self::NoCheck => "no-check",
            Self::NoLoginsListed => "no-logins-listed",
            Self::NotAccepted(_) => "not-accepted",
            Self::NotAttested => "not-attested",
            Self::NotCovered => "not-covered",
            Self::OtherProof => "other-proof",
            Self::ServiceNotConfigured => "service-not-configured",
            Self::SignatureMissing => "signature-missing",
            Self::Unusable => "unusable",
        }
    }
}
