//! Why nothing was fetched, for the operator.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use super::screen::Inside;
use crate::settings::AddressFault;

/// How far a fetch came.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
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

/// Why nothing was fetched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FetchError {
    /// The address itself.
    Address(AddressFault),
    /// The answer is compressed, though nobody asked for that.
    Compressed,
    /// No connection.
    Connect(String),
    /// The exchange broke off, or is no HTTP.
    Http(String),
    /// One of the host's addresses is none of a public server.
    Inside {
        /// The address.
        address: IpAddr,
        /// What it is.
        inside: Inside,
    },
    /// The answer is not what was asked for.
    NotIt(String),
    /// The host is not on the operator's list, and all goes through a proxy.
    NotListed,
    /// The port is neither 80 nor 443 and is not listed.
    Port(u16),
    /// The proxy did not let it through.
    Proxy(u16),
    /// The name was not resolved.
    Resolve(String),
    /// The deadline.
    Slow {
        /// What was going on then.
        stage: Stage,
        /// How long it took.
        after: Duration,
    },
    /// Another status than 200; of 3xx the address is not followed.
    Status(u16),
    /// TLS could not be agreed upon.
    Tls(String),
    /// More octets than such an answer has.
    TooLarge {
        /// The most that is read.
        limit: usize,
    },
}

impl FetchError {
    /// Whether whatever else is asked of this address will fail in the same way.
    #[must_use]
    pub fn is_of_the_host(&self) -> bool {
        match self {
            Self::Slow { stage, .. } => *stage != Stage::Waiting,
            Self::Address(_)
            | Self::Connect(_)
            | Self::Inside { .. }
            | Self::NotListed
            | Self::Port(_)
            | Self::Proxy(_)
            | Self::Resolve(_)
            | Self::Tls(_) => true,
            Self::Compressed | Self::Http(_) | Self::NotIt(_) | Self::Status(_) | Self::TooLarge { .. } => false,
        }
    }

    /// Whether nothing was asked, because of this gateway's own bounds: the address is not to blame.
    #[must_use]
    pub fn is_our_own(&self) -> bool {
        matches!(self, Self::Slow { stage: Stage::Waiting, .. })
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(fault) => write!(f, "{fault}"),
            Self::Compressed => f.write_str("the answer is compressed, which was not asked for"),
            Self::Connect(error) => write!(f, "no connection: {error}"),
            Self::Http(error) => write!(f, "the answer broke off: {error}"),
            Self::Inside { address, inside } => write!(
                f,
                "{address} is no public server's address ({inside}); list the host in [revocation] hosts if it is right"
            ),
            Self::NotIt(what) => write!(f, "the answer is not what was asked for: {what}"),
            Self::NotListed => f.write_str("through a proxy only hosts in [revocation] hosts are asked"),
            Self::Port(port) => write!(f, "port {port} is neither 80 nor 443, and is not listed in [revocation] hosts"),
            Self::Proxy(status) => write!(f, "the proxy answered with status {status}"),
            Self::Resolve(error) => write!(f, "the name was not resolved: {error}"),
            Self::Slow { stage, after } => write!(f, "not done after {} ms: {stage}", after.as_millis()),
            Self::Status(status @ 300..=399) => write!(f, "status {status}: it redirects, which is not followed"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::Tls(error) => write!(f, "TLS: {error}"),
            Self::TooLarge { limit } => write!(f, "the answer is larger than {limit} octets"),
        }
    }
}

impl std::error::Error for FetchError {}
