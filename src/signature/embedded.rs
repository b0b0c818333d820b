//! Validation material found inside the document: hints of whoever put it there, each believed as far as its own
//! signature goes (EN 319 142-1, 5.4; ISO 32000-2, 12.8.3.3.2 and 12.8.4.3).

use std::sync::Arc;

use crate::budget::Budget;
use crate::cms::SignedData;
use crate::digest::Sha256;
use crate::pdf::{SecurityStore, Stored};
use crate::x509::{Certificate, Crl};

/// Where a piece was found.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Source {
    /// Adobe's revocationInfoArchival among the signed attributes.
    Archival,
    /// The document security store.
    SecurityStore {
        /// Where the revision ends that wrote it.
        written: u64,
    },
    /// The CMS object beside the signature.
    SignedData,
}

/// What a document, or one signature with it, brings along. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub struct Embedded {
    certificates: Vec<Certificate>,
    crls: Vec<(Arc<Crl>, Sha256, Source)>,
    ocsps: Vec<(Arc<[u8]>, Sha256, Source)>,
}

/// A document that was extended ten times has some hundred of each; all that are kept are compared with each new one.
pub const MAX_EMBEDDED: usize = 500;

impl Embedded {
    /// What the store of a document holds. Lists are read once for all its signatures.
    pub(super) fn of_store(store: &SecurityStore, budget: &mut Budget) -> Self {
        let certificates = store.certificates.iter().take(MAX_EMBEDDED);
        let certificates = certificates.filter_map(|stored| Certificate::parse(&stored.octets).ok()).collect();
        let mut embedded = Self { certificates, ..Self::default() };
        let source = |stored: &Stored| Source::SecurityStore { written: stored.written };
        for stored in &store.crls {
            embedded.add_crl(&stored.octets, source(stored), budget);
        }
        for stored in &store.ocsps {
            embedded.add_ocsp(&stored.octets, source(stored), budget);
        }
        embedded
    }

    /// This, and what came along with one signature.
    pub(super) fn with(&self, cms: &SignedData, budget: &mut Budget) -> Self {
        let mut all = self.clone();
        for (values, source) in [(cms.revocation_values(), Source::SignedData), (&cms.archival(), Source::Archival)] {
            values.crls.iter().for_each(|octets| all.add_crl(octets, source, budget));
            values.ocsps.iter().for_each(|octets| all.add_ocsp(octets, source, budget));
        }
        all
    }

    fn add_crl(&mut self, octets: &[u8], source: Source, budget: &mut Budget) {
        if self.crls.len() >= MAX_EMBEDDED || budget.digested(octets.len() as u64).is_err() {
            return;
        }
        let digest = Sha256::of(octets);
        if self.crls.iter().all(|(_, known, _)| *known != digest)
            && let Ok(crl) = Crl::parse(octets)
        {
            // What is said of it later names it by its DER.
            let digest = crl.fingerprint();
            self.crls.push((Arc::new(crl), digest, source));
        }
    }

    fn add_ocsp(&mut self, octets: &[u8], source: Source, budget: &mut Budget) {
        if self.ocsps.len() >= MAX_EMBEDDED || budget.digested(octets.len() as u64).is_err() {
            return;
        }
        let digest = Sha256::of(octets);
        if self.ocsps.iter().all(|(_, known, _)| *known != digest) {
            self.ocsps.push((Arc::from(octets), digest, source));
        }
    }

    /// Certificates of the store; those of a signature stand in it.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Revocation lists, each once.
    pub fn crls(&self) -> impl Iterator<Item = (&Crl, Source)> {
        self.crls.iter().map(|(crl, _, source)| (&**crl, *source))
    }

    /// Lists with their digests.
    pub(super) fn lists(&self) -> impl Iterator<Item = (&Crl, Sha256)> {
        self.crls.iter().map(|(crl, digest, _)| (&**crl, *digest))
    }

    /// Responses with theirs.
    pub(super) fn responses(&self) -> impl Iterator<Item = (&[u8], Sha256)> {
        self.ocsps.iter().map(|(octets, digest, _)| (&**octets, *digest))
    }

    /// Digest and source of every list and response.
    pub(super) fn sources(&self) -> impl Iterator<Item = (Sha256, Source)> {
        let crls = self.crls.iter().map(|(_, digest, source)| (*digest, *source));
        crls.chain(self.ocsps.iter().map(|(_, digest, source)| (*digest, *source)))
    }

    /// OCSP responses, not read, each once.
    pub fn ocsps(&self) -> impl Iterator<Item = (&[u8], Source)> {
        self.ocsps.iter().map(|(octets, _, source)| (&**octets, *source))
    }
}
