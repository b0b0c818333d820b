//! The page tree and what pages inherit from it (ISO 32000-2, 7.7.3).

use std::collections::BTreeSet;

use super::file::File;
use super::geometry::Rectangle;
use super::value::{Dictionary, Id, Located};

/// Nodes above a page.
const PARENTS: u32 = 64;

/// The leaves of a page tree.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    pub(super) pages: Vec<Id>,
    /// Numbers of all nodes, leaves included.
    pub(super) nodes: BTreeSet<u32>,
}

/// Walks the tree that the catalog `root` names, as far as it can be read.
pub(super) fn leaves(file: &File<'_>, root: Id, revision: usize) -> Leaves {
    let mut found = Leaves::default();
    let Some(catalog) = file.object(root, revision) else { return found };
    let mut nodes: Vec<Id> = catalog.dictionary().and_then(|catalog| catalog.reference(b"Pages")).into_iter().collect();
    while let Some(id) = nodes.pop() {
        if !found.nodes.insert(id.0) {
            continue;
        }
        let Some(object) = file.object(id, revision) else { continue };
        let Some(node) = object.dictionary() else { continue };
        match node.get(b"Kids").and_then(|kids| file.resolve(kids, revision)) {
            None => found.pages.push(id),
            Some(kids) => {
                nodes.extend(kids.value.as_array().unwrap_or_default().iter().filter_map(Located::as_reference));
            }
        }
    }
    found
}

/// The part of the page's space that is seen: the crop box inside the media box (14.11.2); `None` where it cannot be
/// read or is empty.
pub(super) fn visible_box(file: &File<'_>, page: Id, revision: usize) -> Option<Rectangle> {
    let media = inherited(file, page, revision, |node| {
        node.get(b"MediaBox").map(|value| Rectangle::read(file, value, revision))
    })??;
    let crop = inherited(file, page, revision, |node| {
        node.get(b"CropBox").map(|value| Rectangle::read(file, value, revision))
    });
    let seen = crop.map_or(Some(media), |crop| Some(crop?.common(media)))?;
    (seen.is_finite() && !seen.is_empty()).then_some(seen)
}

/// What `ask` finds first, from the page upwards.
fn inherited<T>(file: &File<'_>, page: Id, revision: usize, ask: impl Fn(&Dictionary<'_>) -> Option<T>) -> Option<T> {
    let mut id = page;
    for _ in 0..PARENTS {
        let object = file.object(id, revision)?;
        let node = object.dictionary()?;
        if let Some(found) = ask(node) {
            return Some(found);
        }
        id = node.reference(b"Parent")?;
    }
    None
}
