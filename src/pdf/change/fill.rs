//! Form filling: values and appearances of fields that are no signatures (ISO 32000-2, table 257, value 2).

use super::Step;
use crate::pdf::modification::Modification;
use crate::pdf::unexplained::Why;
use crate::pdf::value::{Dictionary, Located, Value};

impl Step<'_, '_> {
    /// A text, choice or button, or the widget of one, that was written again.
    pub(super) fn filled_value(&mut self, number: u32, old: &Dictionary<'_>, new: &Dictionary<'_>) {
        self.explained.insert(number);
        let differences = self.differences(old, new);
        // The appearance may be drawn over while the dictionary that names it stays.
        let appearance = new.get(b"AP");
        let mut filled = false;
        for (key, _, after) in differences {
            match (&*key, after.map(|after| &after.value)) {
                // The state of a button is a name; what the others hold is text or a choice of texts.
                (b"AP" | b"AS" | b"I" | b"M" | b"MK" | b"RV" | b"V", _) => {
                    filled = true;
                    if let Some(after) = after {
                        self.explain_new(after);
                    }
                }
                (b"TI", Some(Value::Integer(_))) => filled = true,
                _ => self.refuse_key(number, &key),
            }
        }
        if let Some(appearance) = appearance {
            self.own_appearance(number, appearance);
        }
        if filled {
            self.note_filled(number);
        }
    }

    /// The appearance of a field whose dictionary was not written again.
    pub(super) fn filled_appearance(&mut self, number: u32, holder: u32) {
        let file = self.file;
        let Some(object) = file.version(holder, self.after).and_then(|version| file.read(version).ok()) else { return };
        let appearance = object.dictionary().and_then(|widget| widget.get(b"AP"));
        if let Some(appearance) = appearance.filter(|appearance| names(appearance, number)) {
            self.own_appearance(holder, appearance);
            if self.explained.contains(&number) {
                self.note_filled(holder);
            }
        }
    }

    fn note_filled(&mut self, number: u32) {
        self.changed_field(number, false, false);
        self.exceed(number, Why::FieldFilled, Modification::FormFilling);
    }
}

fn names(value: &Located<'_>, number: u32) -> bool {
    let mut named = false;
    value.visit(None, &mut |_, value| named |= value.as_reference().is_some_and(|id| id.0 == number));
    named
}
