//! Asks name servers, for what authenticating senders looks up (RFC 1035, 6891, 7766), and keeps what they said for as
//! long as they allow.
//!
//! What it hands out is evidence: the octets of the response as they came, so an own small client and no resolver's
//! library, whose answers are made anew from its cache, with NXDOMAIN as an error and without truncation or AD. It is
//! a stub: the servers are recursive ones that the operator runs or trusts.
//!
//! What not: which names are asked, that is decided by whoever checks (`io::gather`); what an answer means
//! (`sender::transcript`); hosts of fetches, which are looked up as the system does it, with its hosts file
//! (`io::fetch`). Nobody connects to an address that an answer names, so private addresses in it do no harm.

mod cache;
mod exchange;
mod failure;
mod health;
mod resolver;
mod servers;
mod wire;

pub use failure::Failure;
pub use health::{Health, examine};
pub(in crate::io) use resolver::in_vain;
pub use resolver::{Clock, Resolver, Told};
