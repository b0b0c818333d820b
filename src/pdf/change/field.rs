//! Fields that are signed now: a new signature field and its widget, or an empty one that is filled
//! (ISO 32000-2, 12.7.5.5).

use super::{Step, Touch};
use crate::pdf::modification::Modification;
use crate::pdf::unexplained::Why;
use crate::pdf::value::{Dictionary, Id, Located, Value, decoded_name};

impl Step<'_, '_> {
    /// A field that `parent`, or the form itself, gained.
    pub(super) fn new_field(&mut self, id: Id, parent: Option<u32>, depth: u32) {
        let file = self.file;
        let is_new = self.touch(id.0) == Some(Touch::New) && !self.explained.contains(&id.0);
        let Some(object) = file.object(id, self.after).filter(|_| is_new) else {
            self.refuse(id.0, Why::Overwritten);
            return;
        };
        let Some(field) = object.dictionary().filter(|_| object.stream.is_none()) else {
            self.refuse(id.0, Why::Unreached);
            return;
        };
        if field.reference(b"Parent").map(|id| id.0) != parent || parent.is_none() && field.has(b"Parent") {
            self.refuse_key(id.0, b"Parent");
        }
        // What has the name of another field is that field to some readers (12.7.4.2).
        if field.get(b"T").and_then(Located::as_string).is_none() {
            self.refuse_key(id.0, b"T");
        } else if !self.comparison.index.is_only_of_its_name(id.0) {
            self.refuse(id.0, Why::NameTaken);
        }
        if !field.has(b"FT") && field.has(b"Kids") {
            self.new_naming_field(id, field, depth);
            return;
        }
        if !field.is(b"FT", b"Sig") {
            self.refuse(id.0, Why::Unreached);
            return;
        }
        self.explained.insert(id.0);
        self.changes_fields = Some(id.0);
        self.changed_field(id.0, true, true);
        // An empty field may be shown as well: whoever adds one must sign it.
        if !field.has(b"V") {
            self.refuse(id.0, Why::NothingSigned);
        }
        self.widget(id, field);
        if let Some(kids) = field.get(b"Kids").and_then(|kids| file.resolve(kids, self.after)) {
            // Whether a timestamp is shown was looked up for one widget only.
            self.reach(Modification::FurtherSignature);
            kids.object.iter().for_each(|id| self.explain(id.0, None));
            for kid in kids.value.as_array().unwrap_or_default() {
                let new = kid.as_reference().filter(|kid| self.touch(kid.0) == Some(Touch::New));
                let widget = new.and_then(|kid| Some((kid, file.object(kid, self.after)?)));
                match widget.as_ref().and_then(|(kid, object)| Some((*kid, object.dictionary()?))) {
                    Some((kid, widget))
                        if !widget.has(b"T")
                            && !widget.has(b"Kids")
                            && !widget.has(b"V")
                            && widget.get(b"Parent").is_none_or(|parent| parent.as_reference() == Some(id))
                            && self.explained.insert(kid.0) =>
                    {
                        self.widget(kid, widget);
                    }
                    _ => self.refuse_key(id.0, b"Kids"),
                }
            }
        }
    }

    /// A field without a type, which gives those below it a part of their name.
    fn new_naming_field(&mut self, id: Id, field: &Dictionary<'_>, depth: u32) {
        let file = self.file;
        self.explained.insert(id.0);
        for (key, value) in &field.0 {
            match &*decoded_name(key) {
                b"Kids" | b"Parent" => {}
                b"T" | b"TM" | b"TU" if value.as_string().is_some() => {}
                other => self.refuse_key(id.0, other),
            }
        }
        let kids = field.get(b"Kids").and_then(|kids| file.resolve(kids, self.after));
        let (Some(kids), Some(depth)) = (kids, depth.checked_sub(1)) else {
            self.refuse_key(id.0, b"Kids");
            return;
        };
        kids.object.iter().for_each(|id| self.explain(id.0, None));
        for kid in kids.value.as_array().unwrap_or_default() {
            match kid.as_reference() {
                Some(kid) => self.new_field(kid, Some(id.0), depth),
                None => self.refuse_key(id.0, b"Kids"),
            }
        }
    }

    /// The keys of a new signature field and its widget (ISO 32000-2, tables 166, 191, 226, 358).
    fn widget(&mut self, id: Id, widget: &Dictionary<'_>) {
        for (key, value) in &widget.0 {
            match &*decoded_name(key) {
                b"V" => self.signed_value(id.0, Some(value)),
                // Kids are entered by whoever asks; the others lead back, and are checked there.
                b"Kids" | b"P" | b"Parent" => {}
                b"StructParent" if matches!(value.value, Value::Integer(_)) => {}
                b"AP" | b"BS" | b"Border" | b"DA" | b"DR" | b"F" | b"FT" | b"Ff" | b"H" | b"Lock" | b"M" | b"MK"
                | b"NM" | b"Q" | b"Rect" | b"SV" | b"Subtype" | b"T" | b"TM" | b"TU" | b"Type" => {
                    self.explain_new(value);
                }
                other => self.refuse_key(id.0, other),
            }
        }
        self.widgets.insert(id.0);
    }

    /// `/V` must be the signature that this revision adds.
    fn signed_value(&mut self, number: u32, value: Option<&Located<'_>>) {
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
        let differences = self.differences(old, new);
        let signed = self.signing.is_some_and(|signing| {
            new.reference(b"V") == Some(signing.value) || signing.value.0 == number && new.has(b"V")
        }) || self.parent_is_signed(new);
        if differences.is_empty() && !signed {
            return;
        }
        self.changes_fields = Some(number);
        self.changed_field(number, true, false);
        for (key, before, after) in differences {
            match (&*key, before, after) {
                (b"V", None | Some(Located { value: Value::Null, .. }), Some(value)) => {
                    self.signed_value(number, Some(value));
                }
                (b"AP" | b"MK", _, Some(value)) | (b"DA" | b"Lock", None, Some(value)) if signed => {
                    self.explain_new(value);
                }
                (b"F" | b"Ff", _, Some(Located { value: Value::Integer(_), .. }))
                | (b"StructParent", None, Some(Located { value: Value::Integer(_), .. }))
                    if signed => {}
                (b"Type", None, Some(_)) if signed && new.is(b"Type", b"Annot") => {}
                (b"M", _, Some(value)) if signed && value.as_string().is_some() => {}
                _ => self.refuse_key(number, &key),
            }
        }
        if signed {
            // It may be entered into the structure now.
            self.widgets.insert(number);
            self.hung.insert(number);
        }
        if let Some(appearance) = new.get(b"AP").filter(|_| signed) {
            self.own_appearance(number, appearance);
        }
        // A field that already had its signature is not filled again.
        if old.get(b"V").is_some_and(|value| !matches!(value.value, Value::Null)) && !old.same(new) {
            self.refuse(number, Why::Overwritten);
        }
    }

    /// A tool may draw into the stream that the field already had, if nothing else shows it. The dictionary that names
    /// the stream may be an object of its own, which then is the field's alone.
    pub(super) fn own_appearance(&mut self, number: u32, appearance: &Located<'_>) {
        self.own_streams(number, appearance);
        let Some(id) = appearance.as_reference().filter(|id| self.only_referrer(id.0) == Some(Ok(number))) else {
            return;
        };
        let Some(holder) = self.file.object(id, self.after).filter(|holder| holder.stream.is_none()) else { return };
        if self.touch(id.0) == Some(Touch::Overwritten) {
            self.explained.insert(id.0);
            self.explain_new(&holder.value);
        }
        self.own_streams(id.0, &holder.value);
    }

    fn own_streams(&mut self, holder: u32, value: &Located<'_>) {
        let mut streams = Vec::new();
        value.visit(None, &mut |_, value| streams.extend(value.as_reference()));
        for id in streams {
            if self.touch(id.0) != Some(Touch::Overwritten) || self.only_referrer(id.0) != Some(Ok(holder)) {
                continue;
            }
            if let Some(object) = self.file.object(id, self.after).filter(|object| object.stream.is_some()) {
                self.explained.insert(id.0);
                self.explain_new(&object.value);
            }
        }
    }

    fn parent_is_signed(&self, widget: &Dictionary<'_>) -> bool {
        let Some(signing) = self.signing else { return false };
        let parent = widget.reference(b"Parent").and_then(|id| self.file.object(id, self.after));
        parent
            .is_some_and(|parent| parent.dictionary().is_some_and(|field| field.reference(b"V") == Some(signing.value)))
    }
}
