//! Agencies by their names.

use std::collections::HashMap;

use super::{Kind, Listing, push};
use crate::sender::binding::name;

/// Places of unit listings by the forms in which names are compared.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    plain: HashMap<String, Vec<usize>>,
    folded: HashMap<String, Vec<usize>>,
}

impl Names {
    pub(super) fn of(listings: &[Listing]) -> Self {
        let mut names = Self::default();
        // Versions of one listing mostly bear the same names, and a name is dear to fold.
        let mut forms: HashMap<&str, (String, String)> = HashMap::new();
        for (at, listing) in listings.iter().enumerate().filter(|(_, listing)| listing.kind == Kind::Unit) {
            for text in std::iter::once(&listing.agency).chain(&listing.aliases) {
                let (plain, folded) = forms.entry(text).or_insert_with(|| {
                    let plain = name::plain(text);
                    let folded = name::without_accents(&plain);
                    (plain, folded)
                });
                push(&mut names.plain, plain, at);
                push(&mut names.folded, folded, at);
            }
        }
        names
    }

    pub(super) fn plain(&self, text: &str) -> Option<&Vec<usize>> {
        self.plain.get(&name::plain(text))
    }

    pub(super) fn folded(&self, text: &str) -> Option<&Vec<usize>> {
        self.folded.get(&name::folded(text))
    }
}
