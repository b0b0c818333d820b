//! What pages and fields inherit from the nodes above them (ISO 32000-2, 7.7.3.4 and 12.7.4.2).

use super::file::File;
use super::value::{Dictionary, Id};

/// Nodes that are looked at: real trees have a handful of levels, loops have no end.
const NODES: u32 = 64;

/// What `ask` finds first, from the node `id` upwards.
pub(super) fn inherited<'s, T>(
    file: &'s File<'_>,
    mut id: Id,
    revision: usize,
    ask: impl Fn(&Dictionary<'s>) -> Option<T>,
) -> Option<T> {
    for _ in 0..NODES {
        let object = file.object(id, revision)?;
        let node = object.dictionary()?;
        if let Some(found) = ask(node) {
            return Some(found);
        }
        id = node.reference(b"Parent")?;
    }
    None
}
