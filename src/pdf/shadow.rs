//! What stands in a signed document and is not seen, or hides what is there: prepared so that a later revision could
//! make it appear or vanish (Mainka, Mladenov, Rohlmann: "Shadow Attacks", NDSS 2021: hide, replace, hide and replace).
//!
//! Using it is a change that no rule of `change` explains, and is refused there. Having it is nothing yet: layers and
//! hidden fields have honest uses, so it is remarked, one remark a kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::appearance::{Ground, is_hidden};
use super::file::File;
use super::geometry::Rectangle;
use super::inherit::inherited;
use super::ink::{self, Ledger};
use super::pages::Pages;
use super::value::{Dictionary, Id, Located, Value};
use super::xref::Place;
use crate::budget::Budget;

/// One kind of prepared content, and the first object in which it was met.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Shadow {
    /// What is prepared.
    pub kind: ShadowKind,
    /// Object number.
    pub number: u32,
}

/// What could appear or vanish.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum ShadowKind {
    /// An annotation with a picture or a filled area lies on content of its page (12.5.6).
    CoveringAnnotation,
    /// A field or annotation has content and is neither seen nor printed (12.5.3).
    HiddenAnnotation,
    /// Layers are switched off, or are seen and printed differently (8.11.4).
    OptionalContent,
    /// A catalog, a page tree or a page that the document does not use.
    SecondDocument,
}

impl fmt::Display for Shadow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ShadowKind::CoveringAnnotation => "covers content of its page",
            ShadowKind::HiddenAnnotation => "has content and is hidden",
            ShadowKind::OptionalContent => "switches layers off, or differs between screen and print",
            ShadowKind::SecondDocument => "belongs to a document that is not shown",
        };
        write!(f, "object {} {what}", self.number)
    }
}

/// Annotations that are looked at on all pages together; a hostile file has a page for each octet.
const ANNOTATIONS: usize = 20_000;
/// Covering annotations of one page that are held against its content.
const COVERING: usize = 16;

/// Looks for prepared content in the newest revision.
pub(super) fn prepared(
    file: &File<'_>,
    root: Id,
    pages: &Pages,
    nodes: &BTreeSet<u32>,
    budget: &mut Budget,
) -> Vec<Shadow> {
    let newest = file.newest();
    let mut found = BTreeMap::new();
    if let Some(catalog) = file.object(root, newest)
        && let Some(properties) = catalog.dictionary().and_then(|catalog| catalog.get(b"OCProperties"))
        && layers_differ(file, properties)
    {
        found.insert(ShadowKind::OptionalContent, properties.as_reference().map_or(root.0, |id| id.0));
    }
    if let Some(number) = second_document(file, root, pages, nodes) {
        found.insert(ShadowKind::SecondDocument, number);
    }
    annotations(file, pages, &mut found, budget);
    found.into_iter().map(|(kind, number)| Shadow { kind, number }).collect()
}

/// Whether the default configuration (table 99) shows a layer never, or not in every use of the document.
fn layers_differ(file: &File<'_>, properties: &Located<'_>) -> bool {
    let newest = file.newest();
    let Some(properties) = file.resolve(properties, newest) else { return false };
    let default = properties.value.as_dictionary().and_then(|properties| properties.get(b"D"));
    let default = default.and_then(|default| file.resolve(default, newest));
    let Some(default) = default.as_ref().and_then(|default| default.value.as_dictionary()) else { return false };
    let names_some = |key: &[u8]| {
        let list = default.get(key).and_then(|list| file.resolve(list, newest));
        list.is_some_and(|list| list.value.as_array().is_some_and(|list| !list.is_empty()))
    };
    names_some(b"OFF") || names_some(b"AS") || default.is(b"BaseState", b"OFF")
}

/// The first catalog, page tree or page of the newest revision that the catalog of the document does not lead to.
fn second_document(file: &File<'_>, root: Id, pages: &Pages, nodes: &BTreeSet<u32>) -> Option<u32> {
    nodes.iter().copied().find(|number| {
        if *number == root.0 || pages.nodes.contains(number) {
            return false;
        }
        let version = file.version(*number, file.newest()).filter(|version| version.place != Place::Free);
        let object = version.and_then(|version| file.read(version).ok());
        object.is_some_and(|object| object.dictionary().is_some_and(|node| is_node(node) && is_filled(node)))
    })
}

/// The types of which a document is made (7.7.2 and 7.7.3).
pub(super) fn is_node(dictionary: &Dictionary<'_>) -> bool {
    [b"Catalog".as_slice(), b"Page", b"Pages"].into_iter().any(|kind| dictionary.is(b"Type", kind))
}

/// An empty leftover shows nothing.
fn is_filled(node: &Dictionary<'_>) -> bool {
    [b"Pages".as_slice(), b"Kids", b"Contents"].into_iter().any(|key| node.has(key))
}

fn annotations(file: &File<'_>, pages: &Pages, found: &mut BTreeMap<ShadowKind, u32>, budget: &mut Budget) {
    let newest = file.newest();
    let mut ledger = Ledger::default();
    let mut left = ANNOTATIONS;
    for page in pages.leaves.iter().map(|page| page.id) {
        let Some(object) = file.object(page, newest) else { continue };
        let array = object.dictionary().and_then(|page| file.resolve(page.get(b"Annots")?, newest));
        let items = array.as_ref().and_then(|array| array.value.as_array()).unwrap_or_default();
        let mut covering = Vec::new();
        for item in items {
            let Some(rest) = left.checked_sub(1) else { return };
            left = rest;
            let Some(annotation) = file.resolve(item, newest) else { continue };
            let Some(dictionary) = annotation.value.as_dictionary() else { continue };
            let number = item.as_reference().unwrap_or(page).0;
            if is_hidden(dictionary) {
                if has_content(file, dictionary) {
                    found.entry(ShadowKind::HiddenAnnotation).or_insert(number);
                }
            } else if covering.len() < COVERING && covers(file, dictionary) {
                let rectangle = dictionary.get(b"Rect").and_then(|value| Rectangle::read(file, value, newest));
                covering.extend(rectangle.map(|rectangle| (number, rectangle)));
            }
        }
        if covering.is_empty() || found.contains_key(&ShadowKind::CoveringAnnotation) {
            continue;
        }
        let (numbers, rectangles): (Vec<u32>, Vec<Rectangle>) = covering.into_iter().unzip();
        let grounds = ink::grounds(file, page, newest, &rectangles, &mut ledger, budget);
        let first = numbers.iter().zip(grounds).find(|(_, ground)| *ground > Ground::Clear);
        if let Some((number, _)) = first {
            found.insert(ShadowKind::CoveringAnnotation, *number);
        }
    }
}

/// Whether a hidden annotation would show something: a value of its field, or a picture.
fn has_content(file: &File<'_>, annotation: &Dictionary<'_>) -> bool {
    if annotation.is(b"Subtype", b"Popup") || kind_of_field(file, annotation).as_deref() == Some(b"Sig".as_slice()) {
        return false;
    }
    let value = annotation.get(b"V").and_then(|value| file.resolve(value, file.newest()));
    let has_value = value.is_some_and(|value| match &value.value.value {
        Value::Literal(text) | Value::Hexadecimal(text) => !text.is_empty(),
        Value::Null => false,
        _ => true,
    });
    has_value || annotation.has(b"AP")
}

/// `/FT`, which a widget may inherit (table 226).
fn kind_of_field(file: &File<'_>, widget: &Dictionary<'_>) -> Option<Vec<u8>> {
    let name = |field: &Dictionary<'_>| match field.get(b"FT")?.value {
        Value::Name(name) => Some(name.to_vec()),
        _ => None,
    };
    name(widget).or_else(|| inherited(file, widget.reference(b"Parent")?, file.newest(), name))
}

/// Whether an annotation is drawn so that nothing shines through: a picture, or an area that is filled with a colour
/// (tables 177, 180 and 192). Signatures are judged by what they sign.
fn covers(file: &File<'_>, annotation: &Dictionary<'_>) -> bool {
    let is = |kinds: &[&[u8]]| kinds.iter().any(|kind| annotation.is(b"Subtype", kind));
    let has_colour = |of: &Dictionary<'_>, key: &[u8]| {
        of.get(key).and_then(Located::as_array).is_some_and(|components| !components.is_empty())
    };
    let shines = annotation.get(b"CA").and_then(Located::as_number).is_some_and(|opacity| opacity < 1.0);
    if shines || !annotation.has(b"AP") || is(&[b"Highlight", b"Link", b"Popup"]) {
        return false;
    }
    let is_widget = is(&[b"Widget"]);
    if is_widget && kind_of_field(file, annotation).as_deref() == Some(b"Sig".as_slice()) {
        return false;
    }
    let look = annotation.get(b"MK").and_then(|look| file.resolve(look, file.newest()));
    let has_ground = look.and_then(|look| Some(has_colour(look.value.as_dictionary()?, b"BG"))).unwrap_or(false);
    let filled = is(&[b"Circle", b"Polygon", b"Redact", b"Square"]) && has_colour(annotation, b"IC")
        || is(&[b"FreeText"]) && has_colour(annotation, b"C")
        || is_widget && has_ground;
    filled || draws_picture(file, annotation).unwrap_or(false)
}

/// Whether the normal appearance has a picture among its resources.
fn draws_picture(file: &File<'_>, annotation: &Dictionary<'_>) -> Option<bool> {
    let newest = file.newest();
    let appearance = file.resolve(annotation.get(b"AP")?, newest)?;
    let normal = file.resolve(appearance.value.as_dictionary()?.get(b"N")?, newest)?;
    let resources = file.resolve(normal.value.as_dictionary()?.get(b"Resources")?, newest)?;
    let outside = file.resolve(resources.value.as_dictionary()?.get(b"XObject")?, newest)?;
    let is_picture = |value: &Located<'_>| {
        let object = file.resolve(value, newest);
        object.is_some_and(|object| object.value.as_dictionary().is_some_and(|d| d.is(b"Subtype", b"Image")))
    };
    Some(outside.value.as_dictionary()?.0.iter().take(COVERING).any(|(_, value)| is_picture(value)))
}

#[cfg(test)]
mod tests;
