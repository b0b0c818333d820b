//! The trailer and the catalog (ISO 32000-2, 7.5.5 and 7.7.2), from which every rule sets out.

use super::{Step, Touch};
use crate::pdf::modification::Modification;
use crate::pdf::unexplained::Why;
use crate::pdf::value::{Id, Located, Value, decoded_name};

impl Step<'_, '_> {
    /// The catalog, and what the trailer names beside it.
    pub(super) fn trailer(&mut self) {
        let parts = self.file.parts();
        let (Some(before), Some(after)) = (parts.get(self.before), parts.get(self.after)) else { return };
        match (before.root, after.root) {
            (Some(old), Some(new)) if old == new => self.catalog(old, new),
            // Some tools write each catalog as a new object. Only the trailer leads to one, so the number shows nothing.
            (Some(old), Some(new)) if self.touch(new.0) == Some(Touch::New) => self.catalog(old, new),
            _ => self.refuse(0, Why::CatalogExchanged),
        }
        if let Some(information) = after.information {
            self.information(before.information, information);
        }
    }

    fn catalog(&mut self, old: Id, new: Id) {
        let file = self.file;
        let number = new.0;
        let (Some(old), Some(new)) = (file.object(old, self.before), file.object(new, self.after)) else {
            self.refuse(number, Why::Unreadable);
            return;
        };
        let (Some(old), Some(new)) = (old.dictionary(), new.dictionary().filter(|new| new.is(b"Type", b"Catalog")))
        else {
            self.refuse(number, Why::Unreadable);
            return;
        };
        // The trailer leads here; whoever else refers to the catalog gets the same object.
        self.explained.insert(number);
        for (key, before, after) in self.differences(old, new) {
            match (&*key, before, after) {
                (b"AcroForm" | b"DSS" | b"Extensions" | b"MarkInfo" | b"Metadata", _, Some(_)) => {}
                (b"Version", before, Some(after)) if is_later(before, after) => {
                    self.reach(Modification::LongTermValidation);
                }
                _ => self.refuse_key(number, &key),
            }
        }
        self.form(number, old.get(b"AcroForm"), new.get(b"AcroForm"));
        self.validation_data(number, old.get(b"DSS"), new.get(b"DSS"));
        self.plain(number, b"Extensions", old.get(b"Extensions"), new.get(b"Extensions"), |_, value| {
            !matches!(value, Value::Reference(_))
        });
        self.plain(number, b"MarkInfo", old.get(b"MarkInfo"), new.get(b"MarkInfo"), is_mark);
        self.metadata(number, old.get(b"Metadata"), new.get(b"Metadata"));
        self.structure = old.reference(b"StructTreeRoot").filter(|id| new.reference(b"StructTreeRoot") == Some(*id));
    }

    /// A dictionary of the catalog that cannot show anything, as long as each value in it is of the right kind.
    fn plain(
        &mut self,
        holder: u32,
        key: &[u8],
        old: Option<&Located<'_>>,
        new: Option<&Located<'_>>,
        fits: fn(Option<&[u8]>, &Value<'_>) -> bool,
    ) {
        let Some(new) = new else { return };
        let touched = new.as_reference().filter(|id| self.touch(id.0).is_some());
        if touched.is_none() && old.is_some_and(|old| old.same(new)) {
            return;
        }
        let resolved = self.file.resolve(new, self.after);
        let mut plain = resolved.as_ref().is_some_and(|value| value.value.as_dictionary().is_some());
        if let Some(value) = &resolved {
            value.value.visit(None, &mut |key, value| plain &= fits(key, &value.value));
        }
        if !plain {
            self.refuse_key(holder, key);
            return;
        }
        if let Some(id) = resolved.and_then(|value| value.object) {
            self.explain(id.0, old.and_then(Located::as_reference).map(|id| id.0));
        }
        self.reach(Modification::LongTermValidation);
    }
}

/// The mark information dictionary (14.7.1).
fn is_mark(key: Option<&[u8]>, value: &Value<'_>) -> bool {
    match value {
        Value::Dictionary(_) => key.is_none(),
        Value::Boolean(_) => {
            key.is_some_and(|key| matches!(&*decoded_name(key), b"Marked" | b"Suspects" | b"UserProperties"))
        }
        Value::Name(_) => key.is_some_and(|key| &*decoded_name(key) == b"Type"),
        _ => false,
    }
}

/// Whether `after` is a version, and no lower one; older readers are not asked to leave out what they showed.
fn is_later(before: Option<&Located<'_>>, after: &Located<'_>) -> bool {
    fn version<'v>(value: &'v Located<'_>) -> Option<&'v [u8]> {
        match value.value {
            Value::Name(name) if matches!(name, [b'1', b'.', b'0'..=b'7'] | [b'2', b'.', b'0']) => Some(name),
            _ => None,
        }
    }
    version(after)
        .is_some_and(|after| before.is_none_or(|before| version(before).is_some_and(|before| before <= after)))
}
