//! What serves later validation, and facts about the file that no page shows: the document security store, developer
//! extensions, metadata.

use super::difference::differences;
use super::{Step, Touch};
use crate::pdf::modification::Modification;
use crate::pdf::value::{Dictionary, Id, Located, Value, decoded_name};

impl Step<'_, '_> {
    /// Validation data (ETSI EN 319 142-1, 5.4.2): dictionaries and arrays of references to streams.
    pub(super) fn validation_data(&mut self, store: Option<&Located<'_>>) {
        let Some(store) = store else { return };
        let Some(resolved) = self.file.resolve(store, self.after) else { return };
        let touched = resolved.object.is_some_and(|id| self.touch(id.0).is_some());
        if let Some(dictionary) = resolved.value.as_dictionary() {
            for (key, _) in &dictionary.0 {
                let key = decoded_name(key);
                if !matches!(&*key, b"Certs" | b"CRLs" | b"OCSPs" | b"Type" | b"VRI") && touched {
                    self.refuse_key(resolved.object.map_or(0, |id| id.0), &key);
                }
            }
        }
        self.store_value(store, 5);
    }

    pub(super) fn store_value(&mut self, value: &Located<'_>, depth: u32) {
        let file = self.file;
        let Some(depth) = depth.checked_sub(1) else { return };
        let Some(object) = value.as_reference().map_or(Some(None), |id| file.object(id, self.after).map(Some)) else {
            return;
        };
        let target = object.as_ref().map_or(value, |object| &object.value);
        if let Some(id) = value.as_reference() {
            let is_stream = object.as_ref().is_some_and(|object| object.stream.is_some());
            match self.touch(id.0) {
                Some(Touch::Overwritten) if is_stream => return,
                Some(_) if self.explained.contains(&id.0) => return,
                Some(_) => {
                    self.explain(id.0);
                    self.reach(Modification::LongTermValidation);
                }
                None => {}
            }
            if is_stream {
                // The length may be an object of its own; it can be nothing else.
                let length = target.as_dictionary().and_then(|stream| stream.get(b"Length"));
                if let Some(length) = length {
                    self.explain_new(length);
                }
                return;
            }
        }
        match &target.value {
            Value::Array(items) => items.iter().for_each(|item| self.store_value(item, depth)),
            Value::Dictionary(dictionary) => dictionary.0.iter().for_each(|(_, item)| self.store_value(item, depth)),
            _ => {}
        }
    }

    /// Developer extensions (ISO 32000-2, 7.12): names and numbers, nothing that could be shown.
    pub(super) fn extensions(&mut self, holder: u32, extensions: Option<&Located<'_>>) {
        let Some(extensions) = extensions else { return };
        let Some(resolved) = self.file.resolve(extensions, self.after) else { return };
        let mut plain = true;
        resolved.value.visit(None, &mut |_, value| plain &= !matches!(value.value, Value::Reference(_)));
        let touched = resolved.object.filter(|id| self.touch(id.0).is_some());
        let Some(id) = touched else { return };
        if plain {
            self.explain(id.0);
            self.reach(Modification::LongTermValidation);
        } else {
            self.refuse_key(holder, b"Extensions");
        }
    }

    /// The XMP metadata stream (ISO 32000-2, 14.3.2), which is not shown.
    pub(super) fn metadata(&mut self, metadata: Option<&Located<'_>>) {
        let Some(id) = metadata.and_then(Located::as_reference).filter(|id| self.touch(id.0).is_some()) else { return };
        let object = self.file.object(id, self.after);
        let is_metadata = object.as_ref().is_some_and(|object| {
            object.stream.is_some() && object.dictionary().is_some_and(|stream| stream.is(b"Type", b"Metadata"))
        });
        if is_metadata {
            self.explain(id.0);
            self.reach(Modification::LongTermValidation);
        }
    }

    /// The information dictionary (ISO 32000-2, 14.3.3): a signing tool writes the date and its own name.
    pub(super) fn information(&mut self, old: Option<Id>, new: Id) {
        let Some(touch) = self.touch(new.0) else { return };
        if self.explained.contains(&new.0) || self.comparison.signature_numbers.contains(&new.0) {
            return;
        }
        let file = self.file;
        let empty = Dictionary::default();
        let old = old.and_then(|id| file.object(id, self.before));
        let old = old.as_ref().and_then(|object| object.dictionary()).unwrap_or(&empty);
        let Some(object) = file.object(new, self.after) else { return };
        let Some(dictionary) = object.dictionary().filter(|_| object.stream.is_none()) else { return };
        for (key, _, after) in differences(old, dictionary) {
            let plain = after.is_none_or(|value| value.as_string().is_some());
            if !plain || !matches!(&*key, b"ModDate" | b"Producer") && touch == Touch::Overwritten {
                self.refuse_key(new.0, &key);
            }
        }
        self.explain(new.0);
        self.reach(Modification::LongTermValidation);
    }
}

/// Validation-related information of one signature (ETSI EN 319 142-1, 5.4.2.3).
pub(super) fn is_related_information(dictionary: &Dictionary<'_>) -> bool {
    dictionary.is(b"Type", b"VRI")
        && dictionary.0.iter().all(|(key, _)| matches!(*key, b"CRL" | b"Cert" | b"OCSP" | b"TS" | b"TU" | b"Type"))
}
