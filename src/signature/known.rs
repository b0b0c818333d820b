//! What was found of certificates already, for one message: a signer who signs twenty times is verified once.
//!
//! Only outcomes that would be the same again are kept, so nothing here can change a conclusion; it only saves the work.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use crate::digest::Sha256;
use crate::x509::{Certificate, Verified};

use super::revocation_freshness::Revocation;

/// Memory of the signatures of one message, for one body of evidence and one time.
#[derive(Debug, Default)]
pub struct Known {
    /// Lists have megabytes: each is read once for each certificate, not for each signature.
    revocations: RefCell<BTreeMap<Asked, Revocation>>,
    /// Signatures on certificates.
    verified: Verified,
    /// Certificates by their octets, whose keys are made ready once.
    certificates: RefCell<HashMap<Sha256, Certificate>>,
}

/// Certificate, issuer, and the embedded lists that have a say: without these one signature would answer for another.
pub(super) type Asked = (Sha256, Sha256, Vec<Sha256>);

impl Known {
    /// With certificates that outlive the message: what their keys have verified serves the next one too.
    #[must_use]
    pub fn keeping(certificates: &[Certificate]) -> Self {
        let known = certificates.iter().map(|certificate| (certificate.fingerprint(), certificate.clone())).collect();
        Self { certificates: RefCell::new(known), ..Self::default() }
    }

    /// What the lists say, from memory or from `look_up`.
    pub(super) fn status(&self, asked: Asked, look_up: impl FnOnce() -> Revocation) -> Revocation {
        if let Some(status) = self.revocations.borrow().get(&asked) {
            return *status;
        }
        let status = look_up();
        self.revocations.borrow_mut().insert(asked, status);
        status
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
