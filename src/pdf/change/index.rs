//! All fields of the newest form with their names (ISO 32000-2, 12.7.4), so that what a revision touches can be told to
//! be a field, and which.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::pdf::field::FIELD_DEPTH;
use crate::pdf::file::File;
use crate::pdf::text;
use crate::pdf::value::{Dictionary, Value, same_name};

/// What a field holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Nothing: it gives those below it a part of their name (12.7.4.2).
    Naming,
    /// A signature.
    Signature,
    /// A text, choice or button.
    Value,
}

#[derive(Debug)]
struct Node {
    /// The node above; 0 at the top.
    parent: u32,
    /// Its own part of the name; a mere widget has none.
    part: Option<Box<str>>,
    kind: Kind,
    /// Of the full name. Names of 64 levels would be longer than the file; that two names share a hash refuses a file
    /// that was made for it, and nothing else.
    hash: u64,
}

/// Fields and widgets by object number.
#[derive(Debug, Default)]
pub(super) struct Index {
    nodes: BTreeMap<u32, Node>,
    /// How many fields have a name, by its hash.
    names: BTreeMap<u64, u32>,
    /// A widget shows a value.
    shows_values: bool,
    /// One of them is drawn by whoever shows it.
    has_bare_widgets: bool,
}

struct Entry {
    number: u32,
    parent: u32,
    kind: Kind,
    hash: u64,
    depth: u32,
}

impl Index {
    /// Walks the form of the newest revision.
    pub(super) fn new(file: &File<'_>) -> Self {
        let mut index = Self::default();
        let newest = file.newest();
        let root = file.parts().last().and_then(|part| part.root);
        let Some(catalog) = root.and_then(|root| file.object(root, newest)) else { return index };
        let form = catalog.dictionary().and_then(|catalog| catalog.get(b"AcroForm"));
        let Some(form) = form.and_then(|form| file.resolve(form, newest)) else { return index };
        let Some(form) = form.value.as_dictionary() else { return index };
        let mut open = Vec::new();
        let top = Entry { number: 0, parent: 0, kind: Kind::Naming, hash: hash_of(0, ""), depth: FIELD_DEPTH };
        push(file, form, b"Fields", &top, &mut open);
        let mut seen = BTreeSet::new();
        while let Some(entry) = open.pop() {
            if seen.insert(entry.number) {
                index.node(file, entry, &mut open);
            }
        }
        index
    }

    fn node(&mut self, file: &File<'_>, mut entry: Entry, open: &mut Vec<Entry>) {
        let newest = file.newest();
        let Some(object) = file.version(entry.number, newest).and_then(|version| file.read(version).ok()) else {
            return;
        };
        let Some(field) = object.dictionary() else { return };
        let part = field.get(b"T").and_then(|name| file.resolve(name, newest)).and_then(|name| name.value.as_string());
        let part = part.map(|part| text::decode(&part).into_boxed_str());
        if let Some(kind) = field.get(b"FT").and_then(|kind| file.resolve(kind, newest)) {
            entry.kind = match kind.value.value {
                Value::Name(name) if same_name(name, b"Sig") => Kind::Signature,
                _ => Kind::Value,
            };
        }
        if let Some(part) = &part {
            entry.hash = hash_of(entry.hash, part);
            *self.names.entry(entry.hash).or_default() += 1;
        }
        if entry.kind == Kind::Value && field.is(b"Subtype", b"Widget") {
            self.shows_values = true;
            self.has_bare_widgets |= !field.has(b"AP");
        }
        push(file, field, b"Kids", &entry, open);
        let node = Node { parent: entry.parent, part, kind: entry.kind, hash: entry.hash };
        self.nodes.insert(entry.number, node);
    }

    pub(super) fn kind(&self, number: u32) -> Option<Kind> {
        self.nodes.get(&number).map(|node| node.kind)
    }

    /// Whether the page shows values of fields.
    pub(super) fn shows_values(&self) -> bool {
        self.shows_values
    }

    /// Whether a value is drawn by whoever shows it, with what the form has for that (12.7.4.3).
    pub(super) fn has_bare_widgets(&self) -> bool {
        self.has_bare_widgets
    }

    /// Whether no other field has the full name of this one.
    pub(super) fn is_only_of_its_name(&self, number: u32) -> bool {
        self.nodes.get(&number).is_some_and(|node| self.names.get(&node.hash) == Some(&1))
    }

    /// The field that `number` is or shows, and its full name.
    pub(super) fn field(&self, mut number: u32) -> Option<(u32, String)> {
        let mut parts = Vec::new();
        let mut field = None;
        while let Some(node) = self.nodes.get(&number) {
            if let Some(part) = &node.part {
                field = field.or(Some(number));
                parts.push(&**part);
            }
            number = node.parent;
        }
        parts.reverse();
        // Names are kept as long as texts are.
        let name: String = parts.join(".").chars().take(text::LENGTH).collect();
        Some((field?, name))
    }
}

/// The hash of a name below another; a dot inside a part is as good as one between parts.
fn hash_of(parent: u64, part: &str) -> u64 {
    part.split('.').fold(parent, |parent, part| {
        let mut hasher = DefaultHasher::new();
        (parent, part).hash(&mut hasher);
        hasher.finish()
    })
}

fn push(file: &File<'_>, holder: &Dictionary<'_>, key: &[u8], above: &Entry, open: &mut Vec<Entry>) {
    let Some(depth) = above.depth.checked_sub(1) else { return };
    let array = holder.get(key).and_then(|array| file.resolve(array, file.newest()));
    for item in array.as_ref().and_then(|array| array.value.as_array()).unwrap_or_default() {
        // Number 0 is never an object (7.5.4), and stands for the form itself here.
        if let Some(id) = item.as_reference().filter(|id| id.0 != 0) {
            open.push(Entry { number: id.0, parent: above.number, kind: above.kind, hash: above.hash, depth });
        }
    }
}
