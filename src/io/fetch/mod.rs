//! Asks the web for revocation data, and nothing else of the web (pki.md of the design, "Fetching").
//!
//! The addresses stand in certificates, so in mail of strangers: each is read strictly, its host is resolved once, every
//! one of the addresses found is screened, and the connection goes to one that was screened. Redirects are not
//! followed, nothing is decompressed, octets are counted while they are read, and everything together has one deadline.
//!
//! What not: whether the octets are true. They are verified at each use, by their own signature; TLS proves nothing here.

mod client;
mod exchange;
mod failure;
mod flight;
mod reach;
mod resolve;
mod screen;
mod stream;
mod turn;

pub use client::{Asked, Client, Fetched, Limits, Validators};
pub use exchange::{MAX_CRL, MAX_OCSP};
pub use failure::{Extent, FetchError, Stage};
pub use flight::Flights;
pub use resolve::{Resolve, Resolving, SystemResolver};
pub use screen::{Inside, screen};
