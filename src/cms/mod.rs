//! Cryptographic Message Syntax (RFC 5652) as PDF signatures and time-stamp tokens use it (ISO 32000-2, 12.8.3.3;
//! EN 319 122-1): octets into one signature, and whether that signature covers some content.
//!
//! What not: whether the signer's certificate is trusted (`x509`), and what a valid signature is worth
//! (`signature`). Certificates and unsigned attributes found here are hints of whoever sent them.

mod archival;
mod attribute;
mod ber;
mod fault;
mod signed_data;
#[cfg(test)]
mod tests;
mod tst_info;
mod verify;

pub use archival::{MAX_REVOCATION_VALUES, RevocationValues};
pub use attribute::AttributeFault;
pub use ber::{BerError, Der, MAX_INPUT, MAX_VALUES, to_der};
pub use fault::CmsFault;
pub use signed_data::read_bundled_revocation;
pub use signed_data::{CmsError, DATA, MAX_CERTIFICATES, Padding, SignedData, TST_INFO, read_bundle, read_content};
pub use tst_info::{Accuracy, TstInfo, TstInfoError};
