//! Why nothing was fetched, for the operator.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use super::screen::Inside;
use crate::evidence::Failure;
use crate::settings::AddressFault;

pub use crate::evidence::Stage;

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

/// What else will fail in the same way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extent {
    /// Only this question.
    Question,
    /// Whatever is asked at this address.
    Address,
    /// Whatever is asked of this server: nobody is there.
    Server,
}

impl FetchError {
    /// What else will fail in the same way.
    #[must_use]
    pub fn extent(&self) -> Extent {
        match self {
            Self::Connect(_)
            | Self::Resolve(_)
            | Self::Slow { stage: Stage::Connecting | Stage::Resolving, .. }
            | Self::Tls(_) => Extent::Server,
            Self::Address(_)
            | Self::Inside { .. }
            | Self::NotListed
            | Self::Port(_)
            | Self::Proxy(_)
            | Self::Slow { stage: Stage::Answering, .. } => Extent::Address,
            Self::Compressed
            | Self::Http(_)
            | Self::NotIt(_)
            | Self::Slow { stage: Stage::Waiting, .. }
            | Self::Status(_)
            | Self::TooLarge { .. } => Extent::Question,
        }
    }

    /// Whether nothing was asked, because of this gateway's own bounds: the address is not to blame.
    #[must_use]
    pub fn is_our_own(&self) -> bool {
        matches!(self, Self::Slow { stage: Stage::Waiting, .. })
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        let octets = |limit: usize| u64::try_from(limit).unwrap_or(u64::MAX);
        match error {
            FetchError::Address(AddressFault::Scheme(scheme)) => Self::Scheme { scheme },
            FetchError::Address(fault) => Self::Address { detail: fault.to_string() },
            FetchError::Compressed => Self::Compressed,
            FetchError::Connect(detail) => Self::Connect { detail },
            FetchError::Http(detail) => Self::Broken { detail },
            FetchError::Inside { address, .. } => Self::Inside { address },
            FetchError::NotIt(detail) => Self::NotIt { detail },
            FetchError::NotListed => Self::NotListed,
            FetchError::Port(port) => Self::Port { port },
            FetchError::Proxy(status) => Self::Proxy { status },
            FetchError::Resolve(detail) => Self::Resolve { detail },
            FetchError::Slow { stage, after } => {
                Self::Slow { stage, milliseconds: u64::try_from(after.as_millis()).unwrap_or(u64::MAX) }
            }
            FetchError::Status(status) => Self::Status { status },
            FetchError::Tls(detail) => Self::Tls { detail },
            FetchError::TooLarge { limit } => Self::TooLarge { limit: octets(limit) },
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // What kind of network it is stands in the service's log only.
            Self::Inside { inside, .. } => write!(f, "{} ({inside})", Failure::from(self.clone())),
            other => Failure::from(other.clone()).fmt(f),
        }
    }
}

impl std::error::Error for FetchError {}
