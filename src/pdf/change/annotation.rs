//! Markup annotations and their pop-ups (ISO 32000-2, table 257, value 3). Links, media, widgets of other fields and
//! whatever has an action are no annotations in this sense.

use super::{Step, Touch};
use crate::pdf::modification::Modification;
use crate::pdf::unexplained::Why;
use crate::pdf::value::{Dictionary, Id, Located, decoded_name};

const MARKUP: [&[u8]; 15] = [
    b"Caret",
    b"Circle",
    b"FreeText",
    b"Highlight",
    b"Ink",
    b"Line",
    b"PolyLine",
    b"Polygon",
    b"Popup",
    b"Square",
    b"Squiggly",
    b"Stamp",
    b"StrikeOut",
    b"Text",
    b"Underline",
];

/// Whether a dictionary is an annotation that a reader of the paper would make.
pub(super) fn is_markup(dictionary: &Dictionary<'_>) -> bool {
    MARKUP.iter().any(|kind| dictionary.is(b"Subtype", kind))
}

impl Step<'_, '_> {
    /// An annotation that `page` gained; `false` where it is none that a reader would make.
    pub(super) fn new_annotation(&mut self, id: Id, page: u32) -> bool {
        let file = self.file;
        let is_new = self.touch(id.0) == Some(Touch::New) && !self.explained.contains(&id.0);
        let Some(object) = file.object(id, self.after).filter(|object| is_new && object.stream.is_none()) else {
            return false;
        };
        let Some(annotation) = object.dictionary().filter(|annotation| is_markup(annotation)) else { return false };
        if annotation.reference(b"P").is_some_and(|named| named.0 != page) {
            return false;
        }
        self.explained.insert(id.0);
        for (key, value) in &annotation.0 {
            self.annotation_key(id.0, &decoded_name(key), value);
        }
        self.exceed(id.0, Why::AnnotationAdded, Modification::Annotation);
        true
    }

    /// An annotation that was written again.
    pub(super) fn changed_annotation(&mut self, number: u32, old: &Dictionary<'_>, new: &Dictionary<'_>) {
        self.explained.insert(number);
        let differences = self.differences(old, new);
        let changed = !differences.is_empty();
        for (key, before, after) in differences {
            match after {
                // Where it hangs and what it is stays.
                _ if matches!(&*key, b"Subtype" | b"P" | b"IRT") && before.is_some() => self.refuse_key(number, &key),
                Some(after) => self.annotation_key(number, &key, after),
                None if is_key(&key) => {}
                None => self.refuse_key(number, &key),
            }
        }
        if let Some(appearance) = new.get(b"AP") {
            self.own_appearance(number, appearance);
        }
        if changed {
            self.exceed(number, Why::AnnotationChanged, Modification::Annotation);
        }
    }

    /// An annotation that a page lost; `false` where it was none that a reader would make.
    pub(super) fn removed_annotation(&mut self, item: &Located<'_>) -> bool {
        let Some(id) = item.as_reference() else { return false };
        // A reference to nothing shows nothing.
        let Some(object) = self.file.object(id, self.before) else { return true };
        let markup = object.dictionary().is_some_and(is_markup);
        if markup {
            self.exceed(id.0, Why::AnnotationRemoved, Modification::Annotation);
        }
        markup
    }

    fn annotation_key(&mut self, number: u32, key: &[u8], value: &Located<'_>) {
        match key {
            // They lead to other annotations and back to the page, each of which is judged for itself.
            b"IRT" | b"P" | b"Parent" => {}
            b"Popup" => self.popup(value),
            _ if is_key(key) => self.explain_new(value),
            _ => self.refuse_key(number, key),
        }
    }

    /// A pop-up need not stand in the page's list itself; where it does, it is entered from there as well.
    fn popup(&mut self, value: &Located<'_>) {
        let Some(id) = value.as_reference().filter(|id| self.touch(id.0) == Some(Touch::New)) else { return };
        let Some(object) = self.file.object(id, self.after) else { return };
        let Some(popup) = object.dictionary().filter(|popup| popup.is(b"Subtype", b"Popup")) else { return };
        let plain = popup.0.iter().all(|(key, value)| {
            let mut plain = is_key(&decoded_name(key));
            value.visit(None, &mut |_, value| plain &= value.as_reference().is_none());
            plain || matches!(&*decoded_name(key), b"P" | b"Parent")
        });
        if plain {
            self.popups.insert(id.0);
        }
    }
}

/// Keys of markup annotations (tables 166 and 172 to 188) that have no action and name no layer.
fn is_key(key: &[u8]) -> bool {
    matches!(
        key,
        b"AP"
            | b"AS"
            | b"BE"
            | b"BS"
            | b"Border"
            | b"C"
            | b"CA"
            | b"CL"
            | b"CP"
            | b"Cap"
            | b"Contents"
            | b"CreationDate"
            | b"DA"
            | b"DS"
            | b"ExData"
            | b"F"
            | b"IC"
            | b"IT"
            | b"InkList"
            | b"L"
            | b"LE"
            | b"LL"
            | b"LLE"
            | b"LLO"
            | b"Lang"
            | b"M"
            | b"Measure"
            | b"NM"
            | b"Name"
            | b"Open"
            | b"Popup"
            | b"Q"
            | b"QuadPoints"
            | b"RC"
            | b"RD"
            | b"RT"
            | b"Rect"
            | b"Rotate"
            | b"State"
            | b"StateModel"
            | b"Subj"
            | b"Subtype"
            | b"Sy"
            | b"T"
            | b"Type"
            | b"Vertices"
            | b"ca"
    )
}
