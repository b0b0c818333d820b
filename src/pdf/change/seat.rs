//! Where an object hangs in the document, for those who have to look for it.

use super::Step;
use crate::pdf::text;
use crate::pdf::unexplained::{Seat, Unexplained, Why};
use crate::pdf::value::{Dictionary, Located, Value};

/// References that are looked through for the one that leads to an object.
const REFERRERS: usize = 64;

impl Step<'_, '_> {
    pub(super) fn named(&self, number: u32, why: Why) -> Unexplained {
        let seat = match self.part(number) {
            Seat::Object(kinds) => self.holder(number).unwrap_or(Seat::Object(kinds)),
            part => part,
        };
        Unexplained { number, seat, why }
    }

    /// What an object is, by itself.
    fn part(&self, number: u32) -> Seat {
        let comparison = self.comparison;
        let catalog = self.file.parts().get(self.after).and_then(|part| part.root);
        if number == 0 {
            return Seat::Trailer;
        }
        if let Some(page) = comparison.pages.get(&number) {
            return Seat::Page(*page);
        }
        if let Some((_, name)) = comparison.index.field(number) {
            return Seat::Field(name);
        }
        if catalog.is_some_and(|id| id.0 == number) {
            return Seat::Catalog;
        }
        let mut versions = [self.after, self.before].into_iter().filter_map(|at| self.file.version(number, at));
        let Some(object) = versions.find_map(|version| self.file.read(version).ok()) else {
            return Seat::Object(Vec::new());
        };
        match object.dictionary() {
            Some(part) if part.is(b"Type", b"Catalog") => Seat::Catalog,
            Some(part) if part.is(b"Type", b"Pages") => Seat::PageTree,
            Some(part) if part.is(b"Type", b"StructElem") || part.is(b"Type", b"StructTreeRoot") => Seat::Structure,
            Some(part) if part.has(b"Fields") && !part.has(b"S") => Seat::Form,
            Some(part) => Seat::Object(kinds(part)),
            None => Seat::Object(Vec::new()),
        }
    }

    /// The object that led to this one before, and its key.
    fn holder(&self, number: u32) -> Option<Seat> {
        let all = self.comparison.referrers;
        let first = all.partition_point(|referrer| referrer.target < number);
        let near = all.get(first..)?.iter().take(REFERRERS).take_while(|referrer| referrer.target == number);
        for referrer in near {
            let Some(version) = self.file.version(referrer.from, self.before) else { continue };
            if version.revision != referrer.revision {
                continue;
            }
            let Ok(object) = self.file.read(version) else { continue };
            let Some(key) = object.dictionary().and_then(|holder| key_of(holder, number)) else { continue };
            return Some(Seat::Under { key, holder: referrer.from, part: Box::new(self.part(referrer.from)) });
        }
        None
    }
}

/// The key of `holder` below which `number` is named.
fn key_of(holder: &Dictionary<'_>, number: u32) -> Option<String> {
    let leads = |value: &Located<'_>| {
        let mut leads = false;
        value.visit(None, &mut |_, value| leads |= value.as_reference().is_some_and(|id| id.0 == number));
        leads
    };
    let (key, _) = holder.sorted().into_iter().find(|(_, value)| leads(value))?;
    Some(text::decode(&key))
}

fn kinds(part: &Dictionary<'_>) -> Vec<String> {
    let names = [b"Type".as_slice(), b"Subtype"].into_iter().filter_map(|key| part.get(key));
    let names = names.filter_map(|name| match name.value {
        Value::Name(name) => Some(text::decode(&crate::pdf::value::decoded_name(name))),
        _ => None,
    });
    names.collect()
}
