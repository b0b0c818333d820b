//! The signature fields of the newest revision: the walk from the catalog over AcroForm, with inherited values
//! (ISO 32000-2, 12.7.4).
//!
//! This walk is the one that counts, because only it holds object numbers against their entries and knows positions;
//! that of hayro-syntax is held against it ([`super::second`]).

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::file::File;
use super::oddity::{Oddities, OddityKind};
use super::survey::report_duplicates;
use super::text;
use super::value::{Dictionary, Id, Located, Value, same_name};
use super::xref::Place;

/// Names of fields nest no deeper in any real form. Every walk over the form goes as deep, or they would not see the same.
pub(super) const FIELD_DEPTH: u32 = 64;

/// A signature field with a value.
#[derive(Debug)]
pub(super) struct FilledField {
    pub(super) name: String,
    pub(super) object: Id,
    /// The object of the signature dictionary; the field itself where the dictionary stands inside it.
    pub(super) value: Id,
    /// Fields that name the value, this one included.
    pub(super) sharing: u32,
    /// The field itself, which may be drawn like a widget, and every widget below it.
    pub(super) widgets: Vec<Id>,
}

#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) filled: Vec<FilledField>,
    /// Numbers of all signature fields and of their widgets, filled or not.
    pub(super) signature_numbers: BTreeSet<u32>,
    /// Objects that these name as their appearance dictionary.
    pub(super) appearances: BTreeSet<u32>,
}

/// A node of the field tree that is still to be read.
struct Node {
    id: Id,
    /// Shared, because a million kids may have one parent.
    name: Rc<str>,
    is_signature: bool,
    value: Option<Id>,
    depth: u32,
}

/// Walks all fields of the newest revision.
pub(super) fn walk(file: &File<'_>, catalog: &Dictionary<'_>, odd: &mut Oddities) -> Fields {
    let newest = file.newest();
    let mut walk = Walk { file, odd, seen: BTreeSet::new(), found: Fields::default(), values: BTreeMap::new() };
    let Some(form) = catalog.get(b"AcroForm") else { return Fields::default() };
    let holder = form.as_reference().map_or(0, |id| id.0);
    let position = file.position(holder, newest).unwrap_or_else(|| file.parts().last().map_or(0, |part| part.start));
    let resolved = file.resolve(form, newest);
    let Some(dictionary) = resolved.as_ref().and_then(|form| form.value.as_dictionary()) else {
        if !matches!(form.value, Value::Null) {
            walk.odd.add(OddityKind::FieldUnreadable { number: holder }, position);
        }
        return walk.found;
    };
    report_duplicates(dictionary, holder, position, walk.odd);
    let mut nodes = Vec::new();
    if let Some(fields) = dictionary.get(b"Fields") {
        let root = Node { id: (holder, 0), name: Rc::from(""), is_signature: false, value: None, depth: FIELD_DEPTH };
        walk.children(&root, fields, &mut nodes);
    }
    while let Some(node) = nodes.pop() {
        walk.node(node, &mut nodes);
    }
    let mut found = walk.found;
    for field in &mut found.filled {
        field.sharing = walk.values.get(&field.value).copied().unwrap_or(1);
    }
    // The stack gave them backwards.
    found.filled.reverse();
    found
}

struct Walk<'w, 'a> {
    file: &'w File<'a>,
    odd: &'w mut Oddities,
    seen: BTreeSet<u32>,
    found: Fields,
    values: BTreeMap<Id, u32>,
}

impl Walk<'_, '_> {
    fn report(&mut self, kind: OddityKind, number: u32) {
        let position = self.file.position(number, self.file.newest()).unwrap_or_default();
        self.odd.add(kind, position);
    }

    /// Adds what an array of fields or widgets names to the nodes to be read.
    fn children(&mut self, parent: &Node, array: &Located<'_>, nodes: &mut Vec<Node>) {
        let number = parent.id.0;
        let resolved = self.file.resolve(array, self.file.newest());
        let Some(items) = resolved.as_ref().and_then(|array| array.value.as_array()) else {
            self.report(OddityKind::FieldUnreadable { number }, number);
            return;
        };
        let Some(depth) = parent.depth.checked_sub(1) else {
            self.report(OddityKind::FieldUnreadable { number }, number);
            return;
        };
        for item in items {
            match item.as_reference() {
                Some(id) => nodes.push(Node {
                    id,
                    name: parent.name.clone(),
                    is_signature: parent.is_signature,
                    value: parent.value,
                    depth,
                }),
                // Fields are indirect objects (12.7.4.1); what stands here directly is not looked into, but named.
                None if matches!(item.value, Value::Null) => {}
                None => self.report(OddityKind::FieldUnreadable { number }, number),
            }
        }
    }

    fn node(&mut self, mut node: Node, nodes: &mut Vec<Node>) {
        let number = node.id.0;
        if !self.seen.insert(number) {
            self.report(OddityKind::FieldReachedTwice { number }, number);
            return;
        }
        let file = self.file;
        // A reference to an object that is not there is null (ISO 32000-2, 7.3.10), and no field; editors that delete
        // pages leave them behind.
        if file.version(number, file.newest()).is_none_or(|version| version.place == Place::Free) {
            return;
        }
        let object = file.object(node.id, file.newest());
        let Some(dictionary) = object.as_ref().and_then(|object| object.dictionary()) else {
            self.report(OddityKind::FieldUnreadable { number }, number);
            return;
        };
        if let Some(part) = dictionary.get(b"T").and_then(|name| self.text(name)) {
            // Longer names say nothing, and 64 levels of them would be copied again and again.
            if node.name.is_empty() {
                node.name = part.into();
            } else if node.name.len() < 1_024 {
                node.name = format!("{}.{part}", node.name).into();
            }
        }
        if let Some(kind) = dictionary.get(b"FT") {
            let resolved = file.resolve(kind, file.newest());
            node.is_signature =
                resolved.is_some_and(|kind| matches!(kind.value.value, Value::Name(name) if same_name(name, b"Sig")));
        }
        let own_value = dictionary.get(b"V").filter(|value| !matches!(value.value, Value::Null));
        let kids = dictionary.get(b"Kids");
        if node.is_signature {
            self.found.signature_numbers.insert(number);
            self.found.appearances.extend(dictionary.reference(b"AP").map(|id| id.0));
            report_duplicates(dictionary, number, file.position(number, file.newest()).unwrap_or_default(), self.odd);
            if let Some(value) = own_value {
                self.filled(&node, value, kids);
            } else if dictionary.has(b"T")
                && let Some(value) = node.value
            {
                self.add(&node, value, vec![node.id]);
            }
        }
        if let Some(value) = own_value {
            node.value = Some(value.as_reference().unwrap_or(node.id));
        }
        if let Some(kids) = kids {
            self.children(&node, kids, nodes);
        }
    }

    fn filled(&mut self, node: &Node, value: &Located<'_>, kids: Option<&Located<'_>>) {
        let newest = self.file.newest();
        let resolved = self.file.resolve(value, newest);
        let is_dictionary = resolved.as_ref().is_some_and(|value| value.value.as_dictionary().is_some());
        let id = resolved.and_then(|value| value.object).unwrap_or(node.id);
        if !is_dictionary {
            self.report(OddityKind::ValueUnreadable { number: node.id.0 }, node.id.0);
            return;
        }
        let kids = kids.and_then(|kids| self.file.resolve(kids, newest));
        let kids = kids.as_ref().and_then(|kids| kids.value.as_array()).unwrap_or_default();
        let widgets = kids.iter().filter_map(Located::as_reference).chain([node.id]).collect();
        self.add(node, id, widgets);
    }

    fn add(&mut self, node: &Node, value: Id, widgets: Vec<Id>) {
        *self.values.entry(value).or_default() += 1;
        let field = FilledField { name: node.name.to_string(), object: node.id, value, sharing: 1, widgets };
        self.found.filled.push(field);
    }

    fn text(&self, value: &Located<'_>) -> Option<String> {
        Some(text::decode(&self.file.resolve(value, self.file.newest())?.value.as_string()?))
    }
}
