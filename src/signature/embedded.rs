//! Validation material found inside the document: hints of whoever put it there, each believed as far as its own
//! signature goes (EN 319 142-1, 5.4; ISO 32000-2, 12.8.3.3.2 and 12.8.4.3).

use std::sync::Arc;

use crate::budget::Budget;
use crate::cms::{RevocationValues, SignedData};
use crate::digest::Sha256;
use crate::pdf::SecurityStore;
use crate::x509::{Certificate, Crl};

/// Where a piece was found.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Source {
    /// Adobe's revocationInfoArchival among the signed attributes.
    Archival,
    /// The document security store.
    SecurityStore,
    /// The CMS object beside the signature.
    SignedData,
}

/// What a document, or one signature with it, brings along. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub struct Embedded {
    certificates: Vec<Certificate>,
    crls: Vec<(Arc<Crl>, Source)>,
    ocsps: Vec<(Arc<[u8]>, Sha256, Source)>,
}

/// A document that was extended ten times has some hundred of each; all that are kept are compared with each new one.
pub const MAX_EMBEDDED: usize = 500;

impl Embedded {
    /// What the store of a document holds. Lists are read once for all its signatures.
    pub(super) fn of_store(store: &SecurityStore, budget: &mut Budget) -> Self {
        let mut embedded = Self::default();
        let certificates = store.certificates.iter().take(MAX_EMBEDDED);
        for certificate in certificates.filter_map(|octets| Certificate::parse(octets).ok()) {
            embedded.certificates.push(certificate);
        }
        embedded.add(&store.crls, &store.ocsps, Source::SecurityStore, budget);
        embedded
    }

    /// This, and what came along with one signature.
    pub(super) fn with(&self, cms: &SignedData, budget: &mut Budget) -> Self {
        let mut all = self.clone();
        let RevocationValues { crls, ocsps } = cms.revocation_values();
        all.add(crls, ocsps, Source::SignedData, budget);
        let RevocationValues { crls, ocsps } = cms.archival();
        all.add(&crls, &ocsps, Source::Archival, budget);
        all
    }

    fn add(&mut self, crls: &[Vec<u8>], ocsps: &[Vec<u8>], source: Source, budget: &mut Budget) {
        for octets in crls {
            if self.crls.len() >= MAX_EMBEDDED || budget.digested(octets.len() as u64).is_err() {
                break;
            }
            let known = Sha256::of(octets);
            if self.crls.iter().all(|(crl, _)| crl.fingerprint() != known)
                && let Ok(crl) = Crl::parse(octets)
            {
                self.crls.push((Arc::new(crl), source));
            }
        }
        for octets in ocsps {
            if self.ocsps.len() >= MAX_EMBEDDED || budget.digested(octets.len() as u64).is_err() {
                break;
            }
            let digest = Sha256::of(octets);
            if self.ocsps.iter().all(|(_, known, _)| *known != digest) {
                self.ocsps.push((Arc::from(&octets[..]), digest, source));
            }
        }
    }

    /// Certificates of the store; those of a signature stand in it.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Revocation lists, each once.
    pub fn crls(&self) -> impl Iterator<Item = (&Crl, Source)> {
        self.crls.iter().map(|(crl, source)| (&**crl, *source))
    }

    /// OCSP responses, not read, each once.
    pub fn ocsps(&self) -> impl Iterator<Item = (&[u8], Source)> {
        self.ocsps.iter().map(|(octets, _, source)| (&**octets, *source))
    }
}
