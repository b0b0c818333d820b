//! Digests, signature schemes and public keys: by name for people, by object identifier for parsers, and the one place
//! where a public-key operation happens.
//!
//! Which algorithm is good enough at which date is not decided here but by policy: SHA-1 is computed, because real
//! documents of 2018 have it, and MD5 is only named. Standards: RFC 8017 (RSA), FIPS 186-5 (ECDSA, Ed25519), and for
//! the identifiers RFC 3279, 4055, 5480, 5754, 8410.

mod digest;
mod fast;
mod key;
mod memory;
mod prefix;
mod rsa_key;
mod scheme;
#[cfg(test)]
mod tests;

pub use digest::DigestAlgorithm;
pub use key::{Curve, KeyError, KeyKind, PublicKey, VerifyError};
pub use prefix::PrefixDigests;
pub use scheme::{SchemeError, SignatureScheme};
