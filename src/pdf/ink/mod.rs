//! Does something lie under a rectangle of a page? A small interpretation of the page's content (ISO 32000-2, 7.8 to 9)
//! that never draws.
//!
//! It answers `Clear` only for what it followed to the end, `Ink` only for what surely leaves a mark there, and
//! `Unknown` for all between: pictures, whose pixels nobody looks at here, fonts that draw by program, operators that
//! it does not know. Clipping, transparency and optional content never make ink go away, only less sure.

mod canvas;
mod content;
mod font;
mod path;
mod resources;
mod state;
mod text;

use super::appearance::Ground;
use super::file::File;
use super::geometry::Rectangle;
use super::value::{Id, Value};
use crate::budget::Budget;
use canvas::Canvas;
use content::Painter;
use resources::Scope;

/// What following the content of all pages of one file may cost.
#[derive(Debug)]
pub(super) struct Ledger {
    steps: usize,
    octets: u64,
}

/// Operators, glyphs and widths: a page of text takes some thousands, a map a hundred thousand.
const STEPS: usize = 1_000_000;
/// Decoded octets of content; a page of text has 10 kB, a drawing some megabytes.
const OCTETS: u64 = 16 << 20;

impl Default for Ledger {
    fn default() -> Self {
        Self { steps: STEPS, octets: OCTETS }
    }
}

impl Ledger {
    /// Whether `steps` more may be taken.
    fn step(&mut self, steps: usize) -> bool {
        let left = self.steps.checked_sub(steps);
        self.steps = left.unwrap_or_default();
        left.is_some()
    }
}

/// What lies under each of `rectangles` by the content of `page` in `revision`; annotations are not content.
pub(super) fn grounds(
    file: &File<'_>,
    page: Id,
    revision: usize,
    rectangles: &[Rectangle],
    ledger: &mut Ledger,
    budget: &mut Budget,
) -> Vec<Ground> {
    let mut canvas = Canvas::new(rectangles);
    let scope = Scope::of_page(file, page, revision);
    let mut painter = Painter::new(file, revision, &mut canvas, ledger, budget);
    match content(&mut painter, file, page, revision) {
        Some(content) => painter.page(&content, &scope),
        None => painter.canvas.doubt(),
    }
    canvas.into_grounds()
}

/// The content streams of a page, one after the other (7.8.2); `None` where one cannot be read.
fn content(painter: &mut Painter<'_, '_>, file: &File<'_>, page: Id, revision: usize) -> Option<Vec<u8>> {
    let page = file.object(page, revision)?;
    let Some(contents) = page.dictionary()?.get(b"Contents") else { return Some(Vec::new()) };
    let resolved = file.resolve(contents, revision)?;
    let ids: Vec<Id> = match &resolved.value.value {
        Value::Null => return Some(Vec::new()),
        Value::Array(items) => items.iter().map(super::value::Located::as_reference).collect::<Option<_>>()?,
        _ => vec![resolved.object?],
    };
    let mut plain = Vec::new();
    for id in ids {
        let object = file.object(id, revision)?;
        plain.extend(painter.decode(&object)?);
        plain.push(b'\n');
    }
    Some(plain)
}

#[cfg(test)]
mod tests;
