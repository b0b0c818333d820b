//! Pages that gain the widgets of new fields, and nothing else.

use std::collections::BTreeSet;

use super::difference::{added, differences};
use super::{Step, Touch, generation};
use crate::pdf::value::{Dictionary, Id, Value};

impl Step<'_, '_> {
    /// What was written again and no key of the catalog led to: fields that are filled, pages, their `/Annots`.
    pub(super) fn fields_and_pages(&mut self) {
        let file = self.file;
        let overwritten: Vec<u32> =
            self.touched.iter().filter(|(_, touch)| **touch == Touch::Overwritten).map(|(number, _)| *number).collect();
        let mut pages = BTreeSet::new();
        for number in overwritten {
            if self.explained.contains(&number) {
                continue;
            }
            let id = (number, file.version(number, self.after).map_or(0, |version| generation(version.place)));
            let (Some(old), Some(new)) = (file.object(id, self.before), file.object(id, self.after)) else {
                continue;
            };
            match (&old.value.value, &new.value.value) {
                (Value::Dictionary(old), Value::Dictionary(_)) if old.is(b"Type", b"Page") => {
                    pages.insert(id);
                }
                (Value::Dictionary(old), Value::Dictionary(new)) if old.is(b"Type", b"Pages") => {
                    self.page_tree(number, old, new);
                }
                (Value::Dictionary(old), Value::Dictionary(new))
                    if self.comparison.signature_numbers.contains(&number) =>
                {
                    self.filled_field(number, old, new);
                }
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

    /// The page `number`, if `/Annots` of it is the array `array`.
    pub(super) fn page_with_annotations(&self, number: u32, array: Id) -> Option<Id> {
        let version = self.file.version(number, self.before)?;
        let object = self.file.read(version).ok()?;
        let page = object.dictionary()?;
        let named = page.is(b"Type", b"Page") && page.reference(b"Annots") == Some(array);
        named.then(|| (number, generation(version.place)))
    }

    /// A page may gain the widgets of new fields, and nothing else.
    pub(super) fn page(&mut self, id: Id) {
        let file = self.file;
        let (Some(old), Some(new)) = (file.object(id, self.before), file.object(id, self.after)) else { return };
        let (Some(old), Some(new)) = (old.dictionary(), new.dictionary()) else { return };
        self.explained.insert(id.0);
        for (key, _, after) in differences(old, new) {
            if &*key != b"Annots" || after.is_none() {
                self.refuse_key(id.0, &key);
            }
        }
        let Some(annotations) = new.get(b"Annots") else { return };
        let before = old.get(b"Annots").and_then(|value| file.resolve(value, self.before));
        let before = before.as_ref().and_then(|value| value.value.as_array()).unwrap_or_default();
        let Some(after) = file.resolve(annotations, self.after) else { return };
        if let Some(array) = after.object {
            self.explain(array.0);
        }
        let added = after.value.as_array().and_then(|after| added(before, after));
        let only_widgets = added.is_some_and(|added| {
            added.iter().all(|item| item.as_reference().is_some_and(|id| self.widgets.contains(&id.0)))
        });
        if !only_widgets {
            self.refuse_key(id.0, b"Annots");
        }
    }

    /// iText marks the root of the page tree with its version.
    pub(super) fn page_tree(&mut self, number: u32, old: &Dictionary<'_>, new: &Dictionary<'_>) {
        self.explained.insert(number);
        for (key, _, after) in differences(old, new) {
            if &*key != b"ITXT" || after.is_some_and(|value| value.as_string().is_none()) {
                self.refuse_key(number, &key);
            }
        }
    }
}
