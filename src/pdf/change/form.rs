//! The form dictionary and its list of fields, which may only become longer (ISO 32000-2, 12.7.3).

use super::Step;
use super::difference::{added, pairs};
use crate::pdf::unexplained::Why;
use crate::pdf::value::{Dictionary, Located, Value};

/// Levels of names below the form that a signing tool makes at once.
const NAMING_DEPTH: u32 = 8;

impl Step<'_, '_> {
    pub(super) fn form(&mut self, holder: u32, old: Option<&Located<'_>>, new: Option<&Located<'_>>) {
        let file = self.file;
        let Some(new) = new else { return };
        let number = new.as_reference().map_or(holder, |id| id.0);
        let empty = Dictionary::default();
        let old = old.and_then(|form| file.resolve(form, self.before));
        let old = old.as_ref().and_then(|form| form.value.as_dictionary()).unwrap_or(&empty);
        let Some(form) = file.resolve(new, self.after) else { return };
        let Some(dictionary) = form.value.as_dictionary() else {
            self.refuse(number, Why::Unreadable);
            return;
        };
        if let Some(id) = form.object {
            self.explain(id.0);
        }
        let was_empty = old
            .get(b"Fields")
            .and_then(|fields| file.resolve(fields, self.before))
            .is_none_or(|fields| fields.value.as_array().is_some_and(<[_]>::is_empty));
        let index = &self.comparison.index;
        let (shows_values, has_bare_widgets) = (index.shows_values(), index.has_bare_widgets());
        for (key, before, after) in self.differences(old, dictionary) {
            match (&*key, before, after) {
                // Values would be shown that were not, or by appearances that were not.
                (b"NeedAppearances", Some(Located { value: Value::Boolean(true) | Value::Reference(_), .. }), _)
                    if shows_values =>
                {
                    self.refuse_key(number, &key);
                }
                (b"DA", ..) if has_bare_widgets => self.refuse_key(number, &key),
                (b"Fields" | b"DR", _, Some(_))
                | (b"NeedAppearances", _, None | Some(Located { value: Value::Boolean(false), .. }))
                | (b"DA", None, Some(_)) => {}
                (b"SigFlags", before, Some(after)) if gains_flags(before, after) => {}
                // Viewers would draw every field anew that is there already.
                (b"NeedAppearances", _, Some(Located { value: Value::Boolean(true), .. })) if was_empty => {}
                _ => self.refuse_key(number, &key),
            }
        }
        self.gain(number, old.get(b"DR"), dictionary.get(b"DR"), 4);
        self.fields(number, old.get(b"Fields"), dictionary.get(b"Fields"));
    }

    /// Resources may be added, none exchanged.
    fn gain(&mut self, number: u32, old: Option<&Located<'_>>, new: Option<&Located<'_>>, depth: u32) {
        let file = self.file;
        let Some(new) = new else { return };
        let Some(old) = old else {
            // Values may name what is added now.
            if self.comparison.index.has_bare_widgets() {
                self.refuse_key(number, b"DR");
            }
            self.explain_new(new);
            return;
        };
        // Nothing below an object that is the same and was not written again can differ by an allowed path.
        let (Some(before), Some(after)) = (file.resolve(old, self.before), file.resolve(new, self.after)) else {
            return;
        };
        if let Some(id) = after.object {
            if after.object == before.object && self.touch(id.0).is_none() && depth < 3 {
                return;
            }
            if after.value.as_dictionary().is_some() {
                self.explain(id.0);
            }
        }
        let (Some(before), Some(after)) = (before.value.as_dictionary(), after.value.as_dictionary()) else {
            if !self.equal(old, new) {
                self.refuse(number, Why::Overwritten);
            }
            return;
        };
        let Some(depth) = depth.checked_sub(1) else {
            if !before.same(after) && !self.equal(old, new) {
                self.refuse(number, Why::Overwritten);
            }
            return;
        };
        for (key, old, new) in pairs(before, after) {
            if old.is_some() && new.is_none() {
                self.refuse_key(number, &key);
            }
            self.gain(number, old, new, depth);
        }
    }

    /// `/Fields` may only become longer, by fields that are signed now.
    fn fields(&mut self, number: u32, old: Option<&Located<'_>>, new: Option<&Located<'_>>) {
        self.more_fields(number, b"Fields", None, old, new);
    }

    /// `/Kids` of a field that only gives others a part of their name (12.7.4.2).
    pub(super) fn naming_field(&mut self, number: u32, old: &Dictionary<'_>, new: &Dictionary<'_>) {
        self.explained.insert(number);
        for (key, _, _) in self.differences(old, new) {
            if &*key != b"Kids" {
                self.refuse_key(number, &key);
            }
        }
        self.more_fields(number, b"Kids", Some(number), old.get(b"Kids"), new.get(b"Kids"));
    }

    fn more_fields(
        &mut self,
        number: u32,
        key: &[u8],
        parent: Option<u32>,
        old: Option<&Located<'_>>,
        new: Option<&Located<'_>>,
    ) {
        let file = self.file;
        let Some(new) = new else { return };
        let old = old.and_then(|fields| file.resolve(fields, self.before));
        let old = old.as_ref().and_then(|fields| fields.value.as_array()).unwrap_or_default();
        let Some(resolved) = file.resolve(new, self.after) else { return };
        let Some(fields) = resolved.value.as_array() else {
            self.refuse(number, Why::Unreadable);
            return;
        };
        if let Some(id) = resolved.object {
            self.explain(id.0);
        }
        match added(old, fields) {
            Some(added) => {
                for field in added {
                    match field.as_reference() {
                        Some(id) => self.new_field(id, parent, NAMING_DEPTH),
                        None => self.refuse_key(number, key),
                    }
                }
            }
            None => self.refuse_key(number, key),
        }
    }
}

/// Both flags say that signatures are there (table 225): none may be taken back.
fn gains_flags(before: Option<&Located<'_>>, after: &Located<'_>) -> bool {
    let before = match before.map(|before| &before.value) {
        None => 0,
        Some(Value::Integer(before)) => *before,
        Some(_) => return false,
    };
    matches!(after.value, Value::Integer(after @ 0..=3) if before & !after == 0)
}
