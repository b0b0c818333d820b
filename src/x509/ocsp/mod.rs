//! OCSP (RFC 6960; profiles and nonces: RFC 5019, 8954, 9654): what a responder says of one certificate, and whether it
//! may say so.
//!
//! What for: a response as facts, the proof that its signer speaks for the issuer of the certificate in question, and the
//! octets of a request. What not: whether a response is fresh, or a digest good enough, for the time of a signature; the
//! dates go into [`Statement`](super::Statement), the scheme is at [`OcspResponse::scheme`]. Nothing here asks anyone.
//!
//! A signer speaks for an issuer when it *is* the issuer, by key and not by certificate; when the issuer's own key
//! certified it for this purpose; or when the operator pinned it. A path to some trusted CA proves nothing here. Where
//! this differs from other programs on purpose:
//!
//! - nobody vouches for the own key, and `unknown` is no answer;
//! - a critical extension that is not known makes the whole response unusable, as does one answer with impossible dates;
//! - a `BasicOCSPResponse` without its envelope is read too: signers embed it so, and the envelope is not signed.

mod cert_id;
mod extension;
mod fault;
mod request;
mod responder;
mod response;
mod set;
mod single;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use cert_id::CertId;
pub use fault::{OcspError, OcspFault, ResponderFault, ResponseStatus};
pub use request::{MAX_NONCE, Subject};
pub use responder::{MAX_CANDIDATES, delegate};
pub use response::{MAX_ANSWERS, MAX_CERTIFICATES, MAX_RESPONSE, NonceMatch, OcspResponse, ResponderId};
pub use set::OcspSet;
pub use single::{CertStatus, SKEW, SingleResponse};
