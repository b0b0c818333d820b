//! Several revocation lists, by the name of their issuer. What they say together is in `crl_search`.

use std::collections::HashMap;

use super::crl::Crl;
use super::name::Name;

/// Lists from wherever they came; none is believed before its signature verifies.
#[derive(Clone, Debug, Default)]
pub struct CrlSet {
    by_issuer: HashMap<Name, Vec<Crl>>,
}

impl CrlSet {
    /// Adds a list.
    pub fn insert(&mut self, crl: Crl) {
        self.by_issuer.entry(crl.issuer().clone()).or_default().push(crl);
    }

    /// Lists with this issuer's name, whoever signed them.
    pub(super) fn issued_by(&self, issuer: &Name) -> impl Iterator<Item = &Crl> {
        self.by_issuer.get(issuer).into_iter().flatten()
    }

    /// How many lists there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_issuer.values().map(Vec::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_issuer.is_empty()
    }
}
