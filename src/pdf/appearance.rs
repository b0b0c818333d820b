//! Where signatures show themselves: how much of which page, and on what (ISO 32000-2, 12.5 and 12.7.5.5).
//!
//! An appearance stream is clipped to its `/BBox` and that box is fitted into `/Rect` (12.5.5), so nothing of it falls
//! outside the rectangle. That does not hold for annotations that do not turn or grow with their page (12.5.3), nor for
//! kinds whose picture the program chooses; of those it is said that nobody knows where they are.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::field::FilledField;
use super::file::{File, Version};
use super::geometry::Rectangle;
use super::ink::{self, Ledger};
use super::modification::{Change, Modification};
use super::page_box;
use super::pages::Pages;
use super::signature::SignatureField;
use super::value::{Dictionary, Id};
use crate::budget::Budget;

/// One place where a signature shows itself.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Shown {
    /// Object number of the widget.
    pub widget: u32,
    /// Object number of the page: the one that lists the widget; for the first signature, the one that it names.
    pub page: Option<u32>,
    /// `None` where programs may make different rectangles of it.
    pub rectangle: Option<Rectangle>,
    /// The rectangle's share of the page that is seen; `None` where nobody can tell.
    pub share: Option<f64>,
    /// What was there before.
    pub ground: Ground,
}

/// What lies under a rectangle; from harmless to suspicious.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Ground {
    /// Nothing.
    Clear,
    /// Nobody looked, or it cannot be told.
    Unknown,
    /// Something is there.
    Ink,
}

/// Pages that show one widget; real ones have one, and what is on more is not looked at.
const PAGES: usize = 16;
/// Annotations of one page that are held against what was added; real pages have some dozens.
const ANNOTATIONS: usize = 10_000;

impl Shown {
    /// The widgets of a field that are not hidden and not empty (12.5.3, 12.5.5), not yet held against their pages.
    pub(super) fn of_field(file: &File<'_>, field: &FilledField) -> Vec<Self> {
        let mut seen = BTreeSet::new();
        let widgets = field.widgets.iter().filter(|widget| seen.insert(widget.0));
        widgets.filter_map(|widget| Self::of_widget(file, *widget)).collect()
    }

    fn of_widget(file: &File<'_>, widget: Id) -> Option<Self> {
        let newest = file.newest();
        let object = file.object(widget, newest)?;
        let dictionary = object.dictionary()?;
        let rectangle = Rectangle::read(file, dictionary.get(b"Rect")?, newest);
        if is_hidden(dictionary) || rectangle.is_some_and(Rectangle::is_empty) {
            return None;
        }
        Some(Self {
            widget: widget.0,
            page: dictionary.reference(b"P").map(|page| page.0),
            rectangle: rectangle.filter(|_| is_placed(dictionary)),
            share: None,
            ground: Ground::Unknown,
        })
    }
}

/// Whether it is neither seen nor printed; what cannot be read is taken for shown, another program may draw it.
pub(super) fn is_hidden(annotation: &Dictionary<'_>) -> bool {
    // Table 167. What is not viewed may still be printed.
    const HIDDEN: u32 = 1 << 1;
    const PRINT: u32 = 1 << 2;
    const NO_VIEW: u32 = 1 << 5;
    // Shown when the pointer comes near, as if there were no flag.
    const TOGGLE_NO_VIEW: u32 = 1 << 8;
    let flags = annotation.integer::<u32>(b"F").unwrap_or_default();
    flags & HIDDEN != 0 || flags & (NO_VIEW | PRINT | TOGGLE_NO_VIEW) == NO_VIEW
}

/// Whether it is drawn inside its rectangle whatever the program, the zoom and the turn of the page.
fn is_placed(widget: &Dictionary<'_>) -> bool {
    const NO_ZOOM: u32 = 1 << 3;
    const NO_ROTATE: u32 = 1 << 4;
    let flags = widget.integer::<u32>(b"F").unwrap_or_default();
    widget.is(b"Subtype", b"Widget") && flags & (NO_ZOOM | NO_ROTATE) == 0
}

/// Holds what signatures after the first one show against the pages as they were before.
pub(super) fn place(
    file: &File<'_>,
    pages: &Pages,
    signatures: &mut [SignatureField],
    changes: &[Change],
    budget: &mut Budget,
) {
    let Some(first) = signatures.iter().filter_map(|signature| signature.revision).min() else { return };
    let later = |signature: &SignatureField| signature.revision.is_none_or(|revision| revision > first);
    let wanted: BTreeSet<u32> = signatures
        .iter()
        .filter(|signature| later(signature))
        .flat_map(|signature| signature.shown.iter().map(|shown| shown.widget))
        .collect();
    if wanted.is_empty() {
        return;
    }
    let listed = listed(file, pages, &wanted);
    let mut questions: BTreeMap<(Id, usize), Vec<(usize, usize)>> = BTreeMap::new();
    for (index, signature) in signatures.iter_mut().enumerate().filter(|(_, signature)| later(signature)) {
        let of = |shown: &Shown| listed.get(&shown.widget).map(Vec::as_slice).unwrap_or_default();
        signature.shown = signature.shown.iter().flat_map(|shown| on_pages(file, shown, of(shown))).collect();
        let Some(before) = signature.revision.and_then(|revision| revision.checked_sub(1)) else { continue };
        let epoch = epoch(changes, first, before);
        for (place, shown) in signature.shown.iter().enumerate() {
            if let Some(page) = shown.page.filter(|_| shown.rectangle.is_some() && shown.share.is_some()) {
                let generation = file.version(page, before).map_or(0, Version::generation);
                questions.entry(((page, generation), epoch)).or_default().push((index, place));
            }
        }
    }
    let mut ledger = Ledger::default();
    for ((page, revision), places) in questions {
        let rectangles: Vec<Rectangle> =
            places.iter().filter_map(|(index, place)| signatures.get(*index)?.shown.get(*place)?.rectangle).collect();
        let contents = ink::grounds(file, page, revision, &rectangles, &mut ledger, budget);
        let annotations = Annotation::of_page(file, page);
        for (((index, place), rectangle), content) in places.into_iter().zip(rectangles).zip(contents) {
            let Some(signature) = signatures.get_mut(index) else { continue };
            let before = signature.revision.unwrap_or_default();
            let own: Vec<u32> = signature.shown.iter().map(|shown| shown.widget).collect();
            let beneath = match &annotations {
                Some(annotations) if file.pay(annotations.len()).is_ok() => annotations
                    .iter()
                    .filter(|annotation| annotation.since < before && !own.contains(&annotation.number))
                    .map(|annotation| annotation.under(rectangle))
                    .max(),
                _ => Some(Ground::Unknown),
            };
            if let Some(shown) = signature.shown.get_mut(place) {
                shown.ground = content.max(beneath.unwrap_or(Ground::Clear));
            }
        }
    }
}

/// The revision since which page contents are what they were in `before`: a change that is no more than a further
/// signature leaves them as they are.
fn epoch(changes: &[Change], first: usize, before: usize) -> usize {
    let is_rewritten =
        |revision: &usize| changes.get(*revision).is_none_or(|change| change.level > Modification::FurtherSignature);
    (first + 1..=before).rev().find(is_rewritten).unwrap_or(first)
}

/// Pages of the newest revision that list each of the widgets.
fn listed(file: &File<'_>, pages: &Pages, wanted: &BTreeSet<u32>) -> BTreeMap<u32, Vec<Id>> {
    let mut found: BTreeMap<u32, Vec<Id>> = BTreeMap::new();
    for page in pages.leaves.iter().map(|page| page.id) {
        let Some(object) = file.object(page, file.newest()) else { continue };
        let array = object.dictionary().and_then(|page| file.resolve(page.get(b"Annots")?, file.newest()));
        let items = array.as_ref().and_then(|array| array.value.as_array()).unwrap_or_default();
        for id in items.iter().filter_map(super::value::Located::as_reference) {
            let pages = wanted.contains(&id.0).then(|| found.entry(id.0).or_default());
            // An array may list it twice.
            if let Some(pages) = pages.filter(|pages| pages.last() != Some(&page) && pages.len() <= PAGES) {
                pages.push(page);
            }
        }
    }
    found
}

/// One widget on every page that lists it.
fn on_pages(file: &File<'_>, shown: &Shown, pages: &[Id]) -> Vec<Shown> {
    if pages.is_empty() || pages.len() > PAGES {
        // No page draws it, and where another program would is not known; or too many do.
        return vec![Shown { page: None, ..shown.clone() }];
    }
    let on_page = |page: &Id| {
        let share = shown.rectangle.zip(page_box::visible_box(file, *page, file.newest())).map(|(rectangle, page)| {
            // What reaches beyond the page counts too.
            rectangle.area() / page.area()
        });
        Shown { page: Some(page.0), share: share.filter(|share| share.is_finite()), ..shown.clone() }
    };
    pages.iter().map(on_page).collect()
}

/// An annotation that was there before.
#[derive(Debug)]
struct Annotation {
    number: u32,
    /// The revision that wrote it first.
    since: usize,
    /// `None` where it may be anywhere.
    rectangle: Option<Rectangle>,
    is_drawn: Ground,
}

impl Annotation {
    /// All of a page that may be seen; `None` where they cannot be told.
    fn of_page(file: &File<'_>, page: Id) -> Option<Vec<Self>> {
        let newest = file.newest();
        let page = file.object(page, newest)?;
        let Some(value) = page.dictionary()?.get(b"Annots") else { return Some(Vec::new()) };
        let array = file.resolve(value, newest)?;
        let items = array.value.as_array().filter(|items| items.len() <= ANNOTATIONS)?;
        let mut found = Vec::new();
        for item in items {
            let Some(annotation) = file.resolve(item, newest) else { continue };
            let Some(dictionary) = annotation.value.as_dictionary() else { continue };
            let number = item.as_reference().map_or(0, |id| id.0);
            let is_drawn = drawn(dictionary);
            if is_drawn > Ground::Clear {
                let rectangle = dictionary.get(b"Rect").and_then(|value| Rectangle::read(file, value, newest));
                found.push(Self { number, since: file.first_revision(number), rectangle, is_drawn });
            }
        }
        Some(found)
    }

    fn under(&self, rectangle: Rectangle) -> Ground {
        match self.rectangle {
            None => Ground::Unknown,
            Some(own) if own.meets(rectangle) => self.is_drawn,
            Some(_) => Ground::Clear,
        }
    }
}

/// Whether an annotation leaves a mark inside its rectangle (12.5.5 and 12.5.6).
fn drawn(annotation: &Dictionary<'_>) -> Ground {
    if is_hidden(annotation) || annotation.is(b"Subtype", b"Popup") {
        Ground::Clear
    } else if annotation.has(b"AP") {
        Ground::Ink
    } else if annotation.is(b"Subtype", b"Link") && has_no_border(annotation) {
        Ground::Clear
    } else {
        // Programs may draw something of their own.
        Ground::Unknown
    }
}

fn has_no_border(annotation: &Dictionary<'_>) -> bool {
    let border = annotation.get(b"Border").and_then(|border| border.as_array()?.get(2)?.as_number());
    border == Some(0.0)
}

#[cfg(test)]
mod tests;
