//! Pages that gain the widgets of new fields; and which rule judges each object that was written again.

use std::collections::BTreeSet;

use super::annotation::is_markup;
use super::difference::shift;
use super::index::Kind;
use super::{Step, Touch};
use crate::pdf::file::{Object, Version};
use crate::pdf::value::{Dictionary, Id, Located, Value, decoded_name};

impl Step<'_, '_> {
    /// What was written again and no key of the catalog led to: fields that are filled, pages, their `/Annots`.
    pub(super) fn fields_and_pages(&mut self) {
        let file = self.file;
        let mut pages = BTreeSet::new();
        for number in self.unexplained_overwritten() {
            if self.explained.contains(&number) {
                continue;
            }
            let id = file.version(number, self.after).map_or((number, 0), Version::id);
            let (Some(old), Some(new)) = (file.object(id, self.before), file.object(id, self.after)) else {
                continue;
            };
            match (&old.value.value, &new.value.value) {
                (Value::Dictionary(_), Value::Dictionary(_)) if old.stream.is_some() || new.stream.is_some() => {
                    if let Some(Ok(from)) = self.only_referrer(number)
                        && self.comparison.index.kind(from) == Some(Kind::Value)
                        && !self.equal_objects(&old, &new)
                    {
                        self.filled_appearance(number, from);
                    }
                }
                (Value::Dictionary(old), Value::Dictionary(_)) if old.is(b"Type", b"Page") => {
                    pages.insert(id);
                }
                (Value::Dictionary(old), Value::Dictionary(new)) if old.is(b"Type", b"Pages") => {
                    self.page_tree(number, old, new);
                }
                (Value::Dictionary(old), Value::Dictionary(new)) => self.node(number, old, new),
                (Value::Array(_), Value::Array(_)) => {
                    if let Some(Ok(from)) = self.only_referrer(number)
                        && let Some(page) = self.page_with_annotations(from, id)
                    {
                        pages.insert(page);
                    }
                }
                _ => {}
            }
        }
        for page in pages {
            self.page(page);
        }
    }

    pub(super) fn unexplained_overwritten(&self) -> Vec<u32> {
        let left = self
            .touched
            .iter()
            .filter(|(number, touch)| **touch == Touch::Overwritten && !self.explained.contains(number));
        left.map(|(number, _)| *number).collect()
    }

    /// A field, a widget or an annotation.
    fn node(&mut self, number: u32, old: &Dictionary<'_>, new: &Dictionary<'_>) {
        match self.comparison.index.kind(number) {
            _ if self.comparison.signature_numbers.contains(&number) => self.filled_field(number, old, new),
            Some(Kind::Signature) => self.filled_field(number, old, new),
            Some(Kind::Naming) if !old.has(b"V") && !old.has(b"Subtype") && old.has(b"Kids") => {
                self.naming_field(number, old, new);
            }
            Some(Kind::Value) => self.filled_value(number, old, new),
            Some(Kind::Naming) | None if is_markup(old) && is_markup(new) => {
                self.changed_annotation(number, old, new);
            }
            Some(Kind::Naming) | None => {}
        }
    }

    /// The page `number`, if `/Annots` of it is the array `array`.
    fn page_with_annotations(&self, number: u32, array: Id) -> Option<Id> {
        let version = self.file.version(number, self.before)?;
        let object = self.file.read(version).ok()?;
        let page = object.dictionary()?;
        let named = page.is(b"Type", b"Page") && page.reference(b"Annots") == Some(array);
        named.then(|| version.id())
    }

    /// A page may gain the widgets of new fields, and nothing else.
    fn page(&mut self, id: Id) {
        let file = self.file;
        let (Some(old), Some(new)) = (file.object(id, self.before), file.object(id, self.after)) else { return };
        let (Some(old), Some(new)) = (old.dictionary(), new.dictionary()) else { return };
        self.explained.insert(id.0);
        for (key, before, after) in self.differences(old, new) {
            match (&*key, before, after) {
                (b"Annots", _, Some(_)) => {}
                // In what order the keyboard visits fields (table 31), and the page's place in the structure's index.
                (b"Tabs", _, Some(Located { value: Value::Name(b"A" | b"C" | b"R" | b"S" | b"W"), .. }))
                | (b"StructParents", None, Some(Located { value: Value::Integer(_), .. }))
                    if self.signing.is_some() => {}
                _ => self.refuse_key(id.0, &key),
            }
        }
        let Some(annotations) = new.get(b"Annots") else { return };
        let before = old.get(b"Annots").and_then(|value| file.resolve(value, self.before));
        let held = before.as_ref().and_then(|value| value.object).map(|id| id.0);
        let before = before.as_ref().and_then(|value| value.value.as_array()).unwrap_or_default();
        let Some(after) = file.resolve(annotations, self.after) else { return };
        if let Some(array) = after.object {
            self.explain(array.0, held);
        }
        let Some(shift) = after.value.as_array().and_then(|after| shift(before, after)) else {
            self.refuse_key(id.0, b"Annots");
            return;
        };
        let hangs = shift
            .added
            .iter()
            .all(|item| item.as_reference().is_some_and(|item| self.hang(item, id) || self.new_annotation(item, id.0)));
        let gone = shift.removed.iter().all(|item| self.removed_annotation(item));
        if !hangs || !gone {
            self.refuse_key(id.0, b"Annots");
        }
    }

    /// Whether the widget of a new field may stand on this page: once, and on the page that it names.
    fn hang(&mut self, widget: Id, page: Id) -> bool {
        if !self.widgets.contains(&widget.0) || !self.comparison.pages.contains_key(&page.0) {
            return false;
        }
        let object = self.file.object(widget, self.after);
        let named = object.as_ref().and_then(|object| object.dictionary()).and_then(|widget| widget.get(b"P"));
        named.is_none_or(|named| named.as_reference() == Some(page)) && self.hung.insert(widget.0)
    }

    /// iText leaves the widget behind that it began with before it merged it with its field. Nothing refers to it, so
    /// nothing shows it; were it hung somewhere later, that would have to be explained.
    pub(super) fn is_left_over_widget(&self, number: u32, object: &Object<'_>) -> bool {
        let widget = object.dictionary().filter(|widget| widget.is(b"Subtype", b"Widget"));
        let bare = widget.is_some_and(|widget| {
            widget.0.iter().all(|(key, _)| {
                matches!(&*decoded_name(key), b"AP" | b"F" | b"H" | b"MK" | b"P" | b"Rect" | b"Subtype" | b"Type")
            })
        });
        let mut leads_on = false;
        object.value.visit(None, &mut |_, value| {
            leads_on |= value
                .as_reference()
                .is_some_and(|id| self.touch(id.0) == Some(Touch::New) && !self.explained.contains(&id.0));
        });
        bare && !leads_on && self.signing.is_some() && self.only_referrer_in(number, self.after).is_none()
    }

    /// iText marks the root of the page tree with its version.
    fn page_tree(&mut self, number: u32, old: &Dictionary<'_>, new: &Dictionary<'_>) {
        self.explained.insert(number);
        for (key, _, after) in self.differences(old, new) {
            if &*key != b"ITXT" || after.is_some_and(|value| value.as_string().is_none()) {
                self.refuse_key(number, &key);
            }
        }
    }
}
