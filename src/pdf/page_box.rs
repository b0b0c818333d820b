//! The part of a page that is seen (ISO 32000-2, 7.7.3.4 and 14.11.2).

use super::file::File;
use super::geometry::Rectangle;
use super::inherit::inherited;
use super::value::Id;

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
