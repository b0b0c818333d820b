//! Number trees and name trees (ISO 32000-2, 7.9.6 and 7.9.7) as sorted lists of entries: tools split and join their
//! nodes as they like.

use std::collections::BTreeSet;

use super::Step;
use crate::pdf::value::{Id, Located, Value, decoded_name};

/// Levels of nodes; 64 entries a node make a million of 4 levels.
const DEPTH: u32 = 32;

/// The key of an entry.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Key {
    Name(Vec<u8>),
    Number(i64),
}

pub(super) type Entry<'f> = (Key, Located<'f>);

/// A tree laid flat.
#[derive(Debug, Default)]
pub(super) struct Flat<'f> {
    /// Sorted by key; what has the same key keeps its order.
    pub(super) entries: Vec<Entry<'f>>,
    /// The nodes that are objects of their own.
    pub(super) nodes: BTreeSet<u32>,
}

impl<'s> Step<'s, '_> {
    /// Reads the tree below `root` in `revision`; `None` where it is none.
    pub(super) fn flat(&self, root: &Located<'s>, revision: usize, skip: &BTreeSet<Id>) -> Option<Flat<'s>> {
        let mut flat = Flat::default();
        let mut open = vec![(root.clone(), DEPTH)];
        while let Some((node, depth)) = open.pop() {
            let depth = depth.checked_sub(1)?;
            let node = match node.as_reference() {
                Some(id) if skip.contains(&id) => continue,
                Some(id) if !flat.nodes.insert(id.0) => return None,
                Some(id) => self.file.object(id, revision).filter(|node| node.stream.is_none())?.value,
                None => node,
            };
            let Value::Dictionary(node) = node.value else { return None };
            for (key, value) in node.0 {
                match &*decoded_name(key) {
                    b"Nums" | b"Names" => {
                        let items = self.items(value, revision, &mut flat.nodes)?;
                        let mut items = items.into_iter();
                        while let Some(key) = items.next() {
                            flat.entries.push((entry_key(&key)?, items.next()?));
                        }
                    }
                    b"Kids" => {
                        let kids = self.items(value, revision, &mut flat.nodes)?;
                        open.extend(kids.into_iter().map(|kid| (kid, depth)));
                    }
                    b"Limits" => {}
                    _ => return None,
                }
            }
        }
        flat.entries.sort_by(|one, two| one.0.cmp(&two.0));
        Some(flat)
    }

    fn items(&self, value: Located<'s>, revision: usize, nodes: &mut BTreeSet<u32>) -> Option<Vec<Located<'s>>> {
        let value = match value.as_reference() {
            Some(id) => {
                nodes.insert(id.0);
                self.file.object(id, revision)?.value
            }
            None => value,
        };
        match value.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }
}

fn entry_key(key: &Located<'_>) -> Option<Key> {
    match key.value {
        Value::Integer(number) => Some(Key::Number(number)),
        _ => key.as_string().map(Key::Name),
    }
}
