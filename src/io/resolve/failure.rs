//! Why a question has no answer.

use std::fmt;
use std::io;
use std::time::Duration;

use hickory_proto::op::ResponseCode;

/// What happened at one server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Failure {
    /// Too much was being asked already.
    Busy,
    /// The server says that it cannot, or will not, answer.
    Code(ResponseCode),
    /// The name is none that can be asked for (RFC 1035, 2.3.4).
    Name,
    /// Over TCP, which nothing but an answer travels on, came something else.
    NotAnswer,
    /// No way to the server.
    Reach(String),
    /// Nothing in time.
    Slow {
        /// How long it was waited for.
        after: Duration,
        /// Datagrams that came and were no answer to the question.
        strange: usize,
    },
    /// The answer does not fit (TC) even over TCP.
    Truncated,
}

impl Failure {
    /// Whether another question would probably fare no better.
    pub(super) fn is_of_the_server(&self) -> bool {
        matches!(self, Self::NotAnswer | Self::Reach(_) | Self::Slow { .. })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => write!(f, "not asked: too many questions are waiting"),
            Self::Code(code) => write!(f, "the server answered {code} ({})", u16::from(*code)),
            Self::Name => write!(f, "not asked: no name of DNS"),
            Self::NotAnswer => write!(f, "what came over TCP is no answer to the question"),
            Self::Reach(error) => f.write_str(error),
            Self::Slow { after, strange: 0 } => write!(f, "no answer within {} ms", after.as_millis()),
            Self::Slow { after, strange } => {
                write!(f, "no answer within {} ms; {strange} datagrams were to another question", after.as_millis())
            }
            Self::Truncated => write!(f, "the answer is truncated even over TCP"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Reach(error.to_string())
    }
}
