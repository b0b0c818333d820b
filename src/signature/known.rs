//! What was found of certificates already, for one message: a signer who signs twenty times is verified once.
//!
//! Only outcomes that would be the same again are kept, so nothing here can change a conclusion; it only saves the work.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::digest::Sha256;
use crate::x509::{Certificate, Crl, CrlError, CrlShelf, Verified};

use super::statements::Spoken;

/// Memory of the signatures of one message, for one body of evidence.
#[derive(Debug, Default)]
pub struct Known {
    /// Lists have megabytes: each is read once for each certificate, not for each signature and each time asked for.
    spoken: RefCell<BTreeMap<Asked, Arc<Spoken>>>,
    /// Lists that were read, perhaps for other messages too.
    shelf: Arc<CrlShelf>,
    /// Signatures on certificates and lists.
    verified: Verified,
    /// Certificates by their octets, whose keys are made ready once.
    certificates: RefCell<HashMap<Sha256, Certificate>>,
}

/// Certificate, issuer, and the embedded lists that have a say: without these one signature would answer for another.
pub(super) type Asked = (Sha256, Sha256, Vec<Sha256>);

impl Known {
    /// With what outlives the message: certificates, whose keys remember what they verified, and lists that were read.
    #[must_use]
    pub fn keeping(certificates: &[Certificate], shelf: Arc<CrlShelf>) -> Self {
        let known = certificates.iter().map(|certificate| (certificate.fingerprint(), certificate.clone())).collect();
        Self { certificates: RefCell::new(known), shelf, ..Self::default() }
    }

    /// The list that these octets are; read when it was not read before.
    pub(super) fn list(&self, octets: &Arc<[u8]>) -> Result<Crl, CrlError> {
        self.shelf.read(octets)
    }

    /// What is said, from memory or from `listen`.
    pub(super) fn spoken(&self, asked: Asked, listen: impl FnOnce() -> Spoken) -> Arc<Spoken> {
        if let Some(spoken) = self.spoken.borrow().get(&asked) {
            return Arc::clone(spoken);
        }
        let spoken = Arc::new(listen());
        self.spoken.borrow_mut().insert(asked, Arc::clone(&spoken));
        spoken
    }

    /// The certificate of the same octets that was seen first.
    pub(super) fn same(&self, certificate: &Certificate) -> Certificate {
        let mut certificates = self.certificates.borrow_mut();
        certificates.entry(certificate.fingerprint()).or_insert_with(|| certificate.clone()).clone()
    }

    /// For the search of paths.
    pub(super) fn verified(&self) -> &Verified {
        &self.verified
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::testing::*;

    #[test]
    fn equal_certificates_share_one_key_and_others_keep_theirs() {
        let one = root(&Party::new("Root", 1));
        let (twin, other) = (Certificate::parse(one.der()).unwrap(), root(&Party::new("Root", 9)));
        let known = Known::default();
        let [first, second, third] = [&one, &twin, &other].map(|certificate| known.same(certificate));
        assert!(std::ptr::eq(first.public_key().unwrap(), second.public_key().unwrap()));
        assert!(!std::ptr::eq(twin.public_key().unwrap(), second.public_key().unwrap()));
        assert_eq!(third, other);
    }
}
