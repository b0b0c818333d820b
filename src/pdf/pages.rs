//! The page tree of the newest revision (ISO 32000-2, 7.7.3): which pages there are, in their order, and which streams
//! each one draws.

use std::collections::{BTreeMap, BTreeSet};

use super::file::File;
use super::value::{Dictionary, Id, Located, Value};
use super::xref::Place;

/// The leaves of the tree.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) leaves: Vec<Page>,
    /// Numbers of all nodes, leaves included.
    pub(super) nodes: BTreeSet<u32>,
    /// Where the last of the tree's nodes stands.
    pub(super) position: usize,
    /// Numbers of the streams that are drawn, and of the arrays that name them.
    pub(super) drawn: BTreeSet<u32>,
    /// Octets that a program goes through if it reads what each page names again for each page. Ours does not.
    pub(super) price: u64,
}

#[derive(Debug)]
pub(super) struct Page {
    pub(super) id: Id,
    pub(super) contents: Contents,
}

/// `/Contents` of a page (table 31).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Contents {
    Absent,
    Array(Vec<Id>),
    /// To a stream, or to an array of them.
    Reference(Id),
}

/// Keys of a node whose values readers look up for each page.
const LOOKED_UP: [&[u8]; 6] = [b"Type", b"Kids", b"MediaBox", b"CropBox", b"Rotate", b"Contents"];
const RESOURCES: [&[u8]; 7] = [b"ExtGState", b"ColorSpace", b"Pattern", b"Shading", b"XObject", b"Font", b"Properties"];

impl Pages {
    /// Walks the tree; `None` where a node cannot be read or is reached twice.
    pub(super) fn walk(file: &File<'_>, catalog: &Dictionary<'_>) -> Option<Self> {
        let mut walk = Walk { file, prices: BTreeMap::new(), found: Self::default() };
        let mut nodes = vec![(catalog.reference(b"Pages")?, 0)];
        while let Some((id, inherited)) = nodes.pop() {
            if !walk.found.nodes.insert(id.0) {
                return None;
            }
            walk.node(id, inherited, &mut nodes)?;
        }
        Some(walk.found)
    }
}

struct Walk<'w, 'a> {
    file: &'w File<'a>,
    /// Length of each object that several pages may name; with `true`, as resources with all that they name.
    prices: BTreeMap<(u32, bool), u64>,
    found: Pages,
}

impl Walk<'_, '_> {
    fn node(&mut self, id: Id, inherited: u64, nodes: &mut Vec<(Id, u64)>) -> Option<()> {
        let (file, newest) = (self.file, self.file.newest());
        self.found.position = self.found.position.max(file.stated(id.0, newest));
        // A kid that is not there is null (7.3.10), and no page; editors that delete pages leave them behind.
        if file.version(id.0, newest).is_none_or(|version| version.place == Place::Free) {
            return Some(());
        }
        let object = file.object(id, newest)?;
        let node = object.dictionary()?;
        let named = LOOKED_UP.iter().filter_map(|key| node.reference(key)).map(|id| self.price(id)).sum();
        let resources = node.get(b"Resources").map_or(inherited, |value| self.resources(value));
        self.found.price = self.found.price.saturating_add(resources).saturating_add(named);
        let Some(kids) = node.get(b"Kids") else {
            let contents = Contents::of(node)?;
            self.draw(&contents);
            self.found.leaves.push(Page { id, contents });
            return Some(());
        };
        let kids = file.resolve(kids, newest)?;
        for kid in kids.value.as_array()?.iter().rev() {
            match kid.value {
                Value::Reference(id) => nodes.push((id, resources)),
                Value::Null => {}
                _ => return None,
            }
        }
        Some(())
    }

    fn draw(&mut self, contents: &Contents) {
        match contents {
            Contents::Array(ids) => self.found.drawn.extend(ids.iter().map(|id| id.0)),
            Contents::Reference(id) if self.found.drawn.insert(id.0) => {
                let file = self.file;
                let named = file.resolve_id(*id, file.newest());
                let named = named.as_ref().and_then(|named| named.value.as_array()).map(references);
                self.found.drawn.extend(named.unwrap_or_default().iter().map(|id| id.0));
            }
            Contents::Absent | Contents::Reference(_) => {}
        }
    }

    fn price(&mut self, id: Id) -> u64 {
        if let Some(price) = self.prices.get(&(id.0, false)) {
            return *price;
        }
        let object = self.file.object(id, self.file.newest());
        let price = object.map_or(0, |object| length(&object.value));
        self.prices.insert((id.0, false), price);
        price
    }

    /// Length of a resource dictionary with the dictionaries that it names.
    fn resources(&mut self, value: &Located<'_>) -> u64 {
        let of = |walk: &mut Self, value: &Located<'_>| {
            let named = value.as_dictionary().map(|resources| {
                RESOURCES.iter().filter_map(|key| resources.reference(key)).map(|id| walk.price(id)).sum()
            });
            length(value).saturating_add(named.unwrap_or(0_u64))
        };
        let Some(id) = value.as_reference() else { return of(self, value) };
        if let Some(price) = self.prices.get(&(id.0, true)) {
            return *price;
        }
        let file = self.file;
        let price = file.object(id, file.newest()).map_or(0, |object| of(self, &object.value));
        self.prices.insert((id.0, true), price);
        price
    }
}

fn length(value: &Located<'_>) -> u64 {
    value.end.saturating_sub(value.start) as u64
}

impl Contents {
    fn of(page: &Dictionary<'_>) -> Option<Self> {
        match page.get(b"Contents").map(|contents| &contents.value) {
            None | Some(Value::Null) => Some(Self::Absent),
            Some(Value::Reference(id)) => Some(Self::Reference(*id)),
            Some(Value::Array(items)) => Some(Self::Array(references(items))),
            Some(_) => None,
        }
    }
}

/// What an array names; all else in it is nothing that a page could draw.
pub(super) fn references(items: &[Located<'_>]) -> Vec<Id> {
    items.iter().filter_map(Located::as_reference).collect()
}
