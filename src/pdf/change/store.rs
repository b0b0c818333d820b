//! What serves later validation, and facts about the file that no page shows: the document security store, metadata,
//! the information dictionary.

use std::collections::BTreeSet;

use super::{Step, Touch};
use crate::pdf::file::Object;
use crate::pdf::modification::Modification;
use crate::pdf::value::{Dictionary, Id, Located, Value, decoded_name};

/// What stands under a key of the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    /// An array of references to streams.
    Streams,
    /// A reference to one stream.
    Stream,
    /// One dictionary for each signature, under the digest of its value.
    BySignature,
    /// The validation-related information of one signature.
    Related,
    /// A name or a string.
    Word,
}

impl<'s> Step<'s, '_> {
    /// The document security store (ETSI EN 319 142-1, 5.4.2): dictionaries and arrays of references to streams, and
    /// nothing else.
    pub(super) fn validation_data(&mut self, holder: u32, old: Option<&Located<'s>>, new: Option<&Located<'s>>) {
        let Some(new) = new else { return };
        if old.is_some_and(|old| old.same(new)) && self.store_is_untouched(new) {
            return;
        }
        if let Some(old) = old {
            self.stored = self.stored(old);
        }
        let number = new.as_reference().map_or(holder, |id| id.0);
        let Some(dictionary) = self.store_value(new) else {
            self.refuse_key(holder, b"DSS");
            return;
        };
        let Value::Dictionary(dictionary) = dictionary.value else {
            self.refuse_key(holder, b"DSS");
            return;
        };
        self.store_keys(number, &dictionary, store_form);
    }

    /// Whether none of the dictionaries and arrays of the store was written again.
    fn store_is_untouched(&self, store: &Located<'_>) -> bool {
        self.touched.iter().all(|(_, touch)| *touch == Touch::New)
            && store.as_reference().is_none_or(|id| self.touch(id.0).is_none())
    }

    /// The dictionaries and arrays of the old store that are objects of their own.
    fn stored(&self, store: &Located<'s>) -> BTreeSet<u32> {
        // The store, what it has by signature, what it has of one signature, and the arrays in that.
        const LEVELS: u32 = 4;
        let mut stored = BTreeSet::new();
        let mut open = vec![(store.clone(), LEVELS)];
        while let Some((value, levels)) = open.pop() {
            let object = match value.as_reference() {
                Some(id) if stored.insert(id.0) => self.file.object(id, self.before),
                Some(_) => continue,
                None => None,
            };
            let value = object.map_or(value, |object| object.value);
            if let (Value::Dictionary(dictionary), Some(levels)) = (value.value, levels.checked_sub(1)) {
                open.extend(dictionary.0.into_iter().map(|(_, value)| (value, levels)));
            }
        }
        stored
    }

    fn store_keys(&mut self, number: u32, dictionary: &Dictionary<'s>, form: fn(&[u8]) -> Option<Form>) {
        for (key, value) in &dictionary.0 {
            let key = decoded_name(key);
            let fits = match form(&key) {
                Some(form) => self.store_part(number, value, form),
                None => false,
            };
            // What nobody wrote again leads to nothing new, however odd it is.
            if !fits && self.touch(number).is_some() {
                self.refuse_key(number, &key);
            }
        }
    }

    fn store_part(&mut self, number: u32, value: &Located<'s>, form: Form) -> bool {
        if form == Form::Stream {
            return self.store_stream(value);
        }
        let number = value.as_reference().map_or(number, |id| id.0);
        let Some(value) = self.store_value(value) else { return false };
        match (form, &value.value) {
            (Form::Streams, Value::Array(items)) => items.iter().all(|item| self.store_stream(item)),
            (Form::BySignature, Value::Dictionary(dictionary)) => {
                self.store_keys(number, dictionary, |_| Some(Form::Related));
                true
            }
            (Form::Related, Value::Dictionary(dictionary)) => {
                self.store_keys(number, dictionary, related_form);
                true
            }
            (Form::Word, Value::Name(_) | Value::Literal(_) | Value::Hexadecimal(_)) => true,
            _ => false,
        }
    }

    /// A dictionary or array of the store, explained where it is an object of its own.
    fn store_value(&mut self, value: &Located<'s>) -> Option<Located<'s>> {
        let Some(id) = value.as_reference() else {
            self.reach(Modification::LongTermValidation);
            return Some(value.clone());
        };
        let object = self.file.object(id, self.after).filter(|object| object.stream.is_none())?;
        if self.touch(id.0).is_some() {
            self.explain(id.0, self.stored.get(&id.0).copied());
            self.reach(Modification::LongTermValidation);
        }
        Some(object.value)
    }

    /// A certificate, CRL, OCSP response or timestamp. One that was there stays what it was.
    fn store_stream(&mut self, value: &Located<'_>) -> bool {
        let Some(id) = value.as_reference() else { return false };
        if self.touch(id.0) != Some(Touch::New) || self.explained.contains(&id.0) {
            return true;
        }
        let Some(object) = self.file.object(id, self.after).filter(|object| object.stream.is_some()) else {
            return false;
        };
        self.explain(id.0, None);
        self.reach(Modification::LongTermValidation);
        self.explain_length(&object);
        true
    }

    /// The length of a stream may be an object of its own; it can be nothing else.
    fn explain_length(&mut self, object: &Object<'_>) {
        let length = object.dictionary().and_then(|stream| stream.reference(b"Length"));
        let Some(length) = length.filter(|id| self.touch(id.0) == Some(Touch::New)) else { return };
        let is_number =
            self.file.object(length, self.after).is_some_and(|length| matches!(length.value.value, Value::Integer(_)));
        if is_number {
            self.explain(length.0, None);
        }
    }

    /// Tools leave information of a signature behind that the store no longer names; it can only hold references.
    pub(super) fn is_left_over_information(&mut self, number: u32, object: &Object<'s>) -> bool {
        let related = object.dictionary().filter(|related| object.stream.is_none() && related.is(b"Type", b"VRI"));
        let Some(related) = related else { return false };
        let known = related.0.iter().all(|(key, _)| related_form(&decoded_name(key)).is_some());
        if known {
            self.explain(number, None);
            self.store_keys(number, related, related_form);
            self.reach(Modification::LongTermValidation);
        }
        known
    }

    /// The XMP metadata stream (ISO 32000-2, 14.3.2), which is not shown.
    pub(super) fn metadata(&mut self, holder: u32, old: Option<&Located<'_>>, new: Option<&Located<'_>>) {
        let Some(new) = new else { return };
        let touched = new.as_reference().filter(|id| self.touch(id.0).is_some());
        if touched.is_none() && old.is_some_and(|old| old.same(new)) {
            return;
        }
        let object = new.as_reference().and_then(|id| self.file.object(id, self.after));
        let object = object.filter(|object| {
            object.stream.is_some() && object.dictionary().is_some_and(|stream| stream.is(b"Type", b"Metadata"))
        });
        let (Some(object), Some(id)) = (object, new.as_reference()) else {
            self.refuse_key(holder, b"Metadata");
            return;
        };
        self.explain(id.0, old.and_then(Located::as_reference).map(|id| id.0));
        self.explain_length(&object);
        self.reach(Modification::LongTermValidation);
    }

    /// The information dictionary (ISO 32000-2, 14.3.3): a signing tool writes the date and its own name.
    pub(super) fn information(&mut self, old: Option<Id>, new: Id) {
        let Some(touch) = self.touch(new.0) else { return };
        if self.explained.contains(&new.0) || self.comparison.signature_numbers.contains(&new.0) {
            return;
        }
        let file = self.file;
        let empty = Dictionary::default();
        let held = old.map(|id| id.0);
        let old = old.and_then(|id| file.object(id, self.before));
        let old = old.as_ref().and_then(|object| object.dictionary()).unwrap_or(&empty);
        let Some(object) = file.object(new, self.after) else { return };
        let Some(dictionary) = object.dictionary().filter(|_| object.stream.is_none()) else { return };
        for (key, _, after) in self.differences(old, dictionary) {
            let plain = after.is_none_or(|value| value.as_string().is_some());
            if !plain || !matches!(&*key, b"ModDate" | b"Producer") && touch == Touch::Overwritten {
                self.refuse_key(new.0, &key);
            }
        }
        self.explain(new.0, held);
        self.reach(Modification::LongTermValidation);
    }
}

fn store_form(key: &[u8]) -> Option<Form> {
    match key {
        b"Type" => Some(Form::Word),
        b"Certs" | b"CRLs" | b"OCSPs" => Some(Form::Streams),
        b"VRI" => Some(Form::BySignature),
        _ => None,
    }
}

/// Validation-related information of one signature (ETSI EN 319 142-1, 5.4.2.3).
fn related_form(key: &[u8]) -> Option<Form> {
    match key {
        b"Type" | b"TU" => Some(Form::Word),
        b"Cert" | b"CRL" | b"OCSP" => Some(Form::Streams),
        b"TS" => Some(Form::Stream),
        _ => None,
    }
}
