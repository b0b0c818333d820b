//! Why somebody was asked in vain, as facts: whoever shows them finds the words, and whoever kept them reads them again.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::time::UnixTime;

/// How far a question came.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It waits, because too many others are under way.
    Waiting,
    /// The name is being looked up.
    Resolving,
    /// The connection is being made.
    Connecting,
    /// The answer is awaited or read.
    Answering,
}

/// What happened to a question. Details are what a library or a peer said: for support people, quoted as they are.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "kind")]
pub enum Failure {
    /// What stands in the certificate is no address that can be asked.
    Address {
        /// Why not.
        detail: String,
    },
    /// The answer broke off, or is not in the protocol.
    Broken {
        /// How.
        detail: String,
    },
    /// The answer is compressed, which was not asked for.
    Compressed,
    /// No connection.
    Connect {
        /// What the network said.
        detail: String,
    },
    /// This program failed while it asked.
    Crashed,
    /// The message may wait no longer for all its questions together.
    Deadline {
        /// How long it may, in milliseconds.
        milliseconds: u64,
    },
    /// One of the host's addresses is none of a public server, so that nothing was asked.
    Inside {
        /// The address.
        address: IpAddr,
    },
    /// Nobody answered a question to DNS (RFC 1035, 7.3).
    NoAnswer {
        /// The question, and what happened to it.
        detail: String,
    },
    /// The log of earlier mail could not be read.
    NoLog {
        /// What the database said.
        detail: String,
    },
    /// A folder holds no list of the issuer.
    NoList,
    /// A folder holds no OCSP response about the certificate.
    NoResponse,
    /// The answer is not the list or the response that was asked for.
    NotIt {
        /// What it is.
        detail: String,
    },
    /// Through a proxy only listed hosts are asked.
    NotListed,
    /// The network is not asked.
    Off,
    /// The address gives an older list than one that it gave before.
    Older,
    /// The port is neither 80 nor 443, and not listed.
    Port {
        /// The port.
        port: u16,
    },
    /// The proxy did not let it through.
    Proxy {
        /// Its status.
        status: u16,
    },
    /// It failed a short while ago, and was not asked again yet.
    Remembered {
        /// What happened then.
        before: Box<Self>,
    },
    /// The name was not resolved.
    Resolve {
        /// What the resolver said.
        detail: String,
    },
    /// Another scheme than http and https, `ldap` for example.
    Scheme {
        /// Which.
        scheme: String,
    },
    /// Not done within the time that one question may take.
    Slow {
        /// How far it came.
        stage: Stage,
        /// How long that is, in milliseconds.
        milliseconds: u64,
    },
    /// One message may ask so many addresses, and has.
    Spent {
        /// How many.
        limit: u64,
    },
    /// The newest that the address gives was due to be replaced already.
    Stale {
        /// Since when.
        since: UnixTime,
    },
    /// Another status than 200 (RFC 9110, 15); of 3xx the address is not followed.
    Status {
        /// The status.
        status: u16,
    },
    /// TLS could not be agreed upon.
    Tls {
        /// Why.
        detail: String,
    },
    /// More octets than such an answer has.
    TooLarge {
        /// The most that is read.
        limit: u64,
    },
    /// Words of a record from before failures were facts.
    Words {
        /// The words.
        detail: String,
    },
}

impl Failure {
    /// Whether it is a folder that was looked into.
    #[must_use]
    pub fn is_of_folder(&self) -> bool {
        matches!(self, Self::NoList | Self::NoResponse)
    }

    /// The same, as it is told when the question is not asked again; once, however often that is.
    #[must_use]
    pub fn remembered(self) -> Self {
        match self {
            Self::Remembered { .. } => self,
            other => Self::Remembered { before: Box::new(other) },
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting => "waiting for other fetches",
            Self::Resolving => "looking up the name",
            Self::Connecting => "connecting",
            Self::Answering => "waiting for the whole answer",
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { detail } | Self::Words { detail } => f.write_str(detail),
            Self::Broken { detail } => write!(f, "the answer broke off: {detail}"),
            Self::Compressed => f.write_str("the answer is compressed, which was not asked for"),
            Self::Connect { detail } => write!(f, "no connection: {detail}"),
            Self::Crashed => f.write_str("the fetch crashed"),
            Self::Deadline { milliseconds } => {
                write!(f, "not waited for: one message may wait {milliseconds} ms for all that it asks")
            }
            Self::Inside { address } => {
                write!(f, "{address} is no public server's address; list the host in [revocation] hosts if it is right")
            }
            Self::NoAnswer { detail } => write!(f, "no answer from DNS: {detail}"),
            Self::NoLog { detail } => write!(f, "the log was not read: {detail}"),
            Self::NoList => f.write_str("no list of this issuer in the folder"),
            Self::NoResponse => f.write_str("no response about this certificate in the folder"),
            Self::NotIt { detail } => write!(f, "the answer is not what was asked for: {detail}"),
            Self::NotListed => f.write_str("through a proxy only hosts in [revocation] hosts are asked"),
            Self::Off => f.write_str("the network is not asked ([revocation] fetch, --offline, --revocation)"),
            Self::Older => f.write_str("it gives an older list than before, or one that the issuer did not sign"),
            Self::Port { port } => {
                write!(f, "port {port} is neither 80 nor 443, and is not listed in [revocation] hosts")
            }
            Self::Proxy { status } => write!(f, "the proxy answered with status {status}"),
            Self::Remembered { before } => write!(f, "{before} (a short while ago; not asked again yet)"),
            Self::Resolve { detail } => write!(f, "the name was not resolved: {detail}"),
            Self::Scheme { scheme } => write!(f, "`{scheme}` is not asked, only http and https"),
            Self::Slow { stage, milliseconds } => write!(f, "not done after {milliseconds} ms: {stage}"),
            Self::Spent { limit } => write!(f, "not asked: one message may ask {limit} addresses"),
            Self::Stale { since } => write!(f, "what it gives was due to be replaced at {since}"),
            Self::Status { status: status @ 300..=399 } => {
                write!(f, "status {status}: it redirects, which is not followed")
            }
            Self::Status { status } => write!(f, "status {status}"),
            Self::Tls { detail } => write!(f, "TLS: {detail}"),
            Self::TooLarge { limit } => write!(f, "the answer is larger than {limit} octets"),
        }
    }
}
