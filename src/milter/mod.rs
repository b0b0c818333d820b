//! The milter protocol as values: what an MTA says to a filter about one message, and what the filter answers.
//!
//! Nothing here waits or owns a socket: octets go in, [`Step`]s and octets come out; `io::milter` moves them.
//! The protocol has no RFC. What is followed: the public header `mfdef.h`/`mfapi.h` of Sendmail 8.14 and later
//! (version 6), and Postfix's MILTER_README. Versions 2 to 6 are spoken.
//!
//! Not here: what a message is worth, and which header fields a stamp has.

pub mod client;
pub mod command;
pub mod frame;
mod macros;
pub mod negotiate;
pub mod reply;
pub mod response;
pub mod session;
pub mod transaction;

pub use command::{Command, Peer, Stage};
pub use frame::{Decoder, Frame, FrameError};
pub use negotiate::{Actions, Offer, Steps, Terms};
pub use reply::{Change, Disposition, Outcome};
pub use response::Response;
pub use session::{Nonsense, Session, Step};
pub use transaction::{Limits, Transaction};
