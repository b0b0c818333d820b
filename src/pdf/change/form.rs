//! Fields that are signed now: a new signature field and its widget, or an empty one that is filled
//! (ISO 32000-2, 12.7.3 and 12.7.5.5).

use super::difference::{added, differences, pairs};
use super::{Step, Touch};
use crate::pdf::modification::{Modification, Why};
use crate::pdf::value::{Dictionary, Id, Located, Value, decoded_name};

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
        for (key, before, after) in differences(old, dictionary) {
            match (&*key, before, after) {
                (b"Fields" | b"DR", _, Some(_))
                | (b"SigFlags", _, Some(Located { value: Value::Integer(0..=3), .. }))
                | (b"NeedAppearances", _, None | Some(Located { value: Value::Boolean(false), .. }))
                | (b"DA", None, Some(_)) => {}
                _ => self.refuse_key(number, &key),
            }
        }
        self.gain(number, old.get(b"DR"), dictionary.get(b"DR"), 4);
        self.fields(number, old.get(b"Fields"), dictionary.get(b"Fields"));
    }

    /// Resources may be added, none exchanged.
    pub(super) fn gain(&mut self, number: u32, old: Option<&Located<'_>>, new: Option<&Located<'_>>, depth: u32) {
        let file = self.file;
        let Some(new) = new else { return };
        let Some(old) = old else {
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
            if !old.same(new) {
                self.refuse(number, Why::Overwritten);
            }
            return;
        };
        let Some(depth) = depth.checked_sub(1) else {
            if !before.same(after) {
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
    pub(super) fn fields(&mut self, number: u32, old: Option<&Located<'_>>, new: Option<&Located<'_>>) {
        let file = self.file;
        let Some(new) = new else { return };
        let old = old.and_then(|fields| file.resolve(fields, self.before));
        let old = old.as_ref().and_then(|fields| fields.value.as_array()).unwrap_or_default();
        let resolved = file.resolve(new, self.after);
        let Some(resolved) = resolved else { return };
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
                        Some(id) => self.new_field(id),
                        None => self.refuse_key(number, b"Fields"),
                    }
                }
            }
            None => self.refuse_key(number, b"Fields"),
        }
    }

    pub(super) fn new_field(&mut self, id: Id) {
        let file = self.file;
        let Some(object) = file.object(id, self.after).filter(|_| self.touch(id.0) == Some(Touch::New)) else {
            self.refuse(id.0, Why::Overwritten);
            return;
        };
        let Some(field) = object.dictionary().filter(|field| field.is(b"FT", b"Sig")) else {
            self.refuse(id.0, Why::Unreached);
            return;
        };
        self.explained.insert(id.0);
        self.changes_fields = Some(id.0);
        // An empty field may be shown as well: whoever adds one must sign it.
        if !field.has(b"V") {
            self.refuse(id.0, Why::NothingSigned);
        }
        self.widget(id, field);
        if let Some(kids) = field.get(b"Kids").and_then(|kids| file.resolve(kids, self.after)) {
            // Whether a timestamp is shown was looked up for one widget only.
            self.reach(Modification::FurtherSignature);
            kids.object.iter().for_each(|id| self.explain(id.0));
            for kid in kids.value.as_array().unwrap_or_default() {
                let new = kid.as_reference().filter(|kid| self.touch(kid.0) == Some(Touch::New));
                let widget = new.and_then(|kid| Some((kid, file.object(kid, self.after)?)));
                match widget.as_ref().and_then(|(kid, object)| Some((*kid, object.dictionary()?))) {
                    Some((kid, widget)) if !widget.has(b"T") && !widget.has(b"Kids") => {
                        self.explained.insert(kid.0);
                        self.widget(kid, widget);
                    }
                    _ => self.refuse_key(id.0, b"Kids"),
                }
            }
        }
    }

    /// The keys of a new signature field and its widget (ISO 32000-2, tables 166, 191, 226).
    pub(super) fn widget(&mut self, id: Id, widget: &Dictionary<'_>) {
        for (key, value) in &widget.0 {
            match &*decoded_name(key) {
                b"V" => self.signed_value(id.0, Some(value)),
                // Kids are entered by whoever asks; the others lead back.
                b"Kids" | b"P" | b"Parent" => {}
                b"AP" | b"BS" | b"Border" | b"DA" | b"DR" | b"F" | b"FT" | b"Ff" | b"H" | b"Lock" | b"M" | b"MK"
                | b"NM" | b"Rect" | b"SV" | b"Subtype" | b"T" | b"TU" | b"Type" => self.explain_new(value),
                other => self.refuse_key(id.0, other),
            }
        }
        self.widgets.insert(id.0);
    }

    /// `/V` must be the signature that this revision adds.
    pub(super) fn signed_value(&mut self, number: u32, value: Option<&Located<'_>>) {
        let Some(value) = value else { return };
        match (self.signing, value.as_reference()) {
            (Some(signing), Some(id)) if id == signing.value => self.explain_new(value),
            (Some(signing), None) if signing.value.0 == number => self.explain_new(value),
            _ => self.refuse_key(number, b"V"),
        }
    }

    /// An empty signature field, or the widget of one, into which this revision signs.
    pub(super) fn filled_field(&mut self, number: u32, old: &Dictionary<'_>, new: &Dictionary<'_>) {
        self.explained.insert(number);
        self.changes_fields = Some(number);
        let signed = self.signing.is_some_and(|signing| {
            new.reference(b"V") == Some(signing.value) || signing.value.0 == number && new.has(b"V")
        }) || self.parent_is_signed(new);
        for (key, before, after) in differences(old, new) {
            match (&*key, before, after) {
                (b"V", None | Some(Located { value: Value::Null, .. }), Some(value)) => {
                    self.signed_value(number, Some(value));
                }
                (b"AP", _, Some(value)) if signed => self.explain_new(value),
                (b"F", _, Some(Located { value: Value::Integer(_), .. })) if signed => {}
                (b"M", _, Some(value)) if signed && value.as_string().is_some() => {}
                _ => self.refuse_key(number, &key),
            }
        }
        if let Some(appearance) = new.get(b"AP").filter(|_| signed) {
            self.own_appearance(number, appearance);
        }
        // A field that already had its signature is not filled again.
        if old.get(b"V").is_some_and(|value| !matches!(value.value, Value::Null)) && !old.same(new) {
            self.refuse(number, Why::Overwritten);
        }
    }

    /// A tool may draw the signature into the stream that the empty field already had, if nothing else shows it.
    fn own_appearance(&mut self, number: u32, appearance: &Located<'_>) {
        let mut streams = Vec::new();
        appearance.visit(None, &mut |_, value| streams.extend(value.as_reference()));
        for id in streams {
            if self.touch(id.0) != Some(Touch::Overwritten) || self.only_referrer(id.0) != Some(Ok(number)) {
                continue;
            }
            if let Some(object) = self.file.object(id, self.after).filter(|object| object.stream.is_some()) {
                self.explained.insert(id.0);
                self.explain_new(&object.value);
            }
        }
    }

    pub(super) fn parent_is_signed(&self, widget: &Dictionary<'_>) -> bool {
        let Some(signing) = self.signing else { return false };
        let parent = widget.reference(b"Parent").and_then(|id| self.file.object(id, self.after));
        parent
            .is_some_and(|parent| parent.dictionary().is_some_and(|field| field.reference(b"V") == Some(signing.value)))
    }
}
