//! What pages inherit from the nodes above them: the part of a page that is seen (ISO 32000-2, 7.7.3.4 and 14.11.2).

use super::file::File;
use super::geometry::Rectangle;
use super::value::{Dictionary, Id};

/// Nodes above a page.
const PARENTS: u32 = 64;

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
