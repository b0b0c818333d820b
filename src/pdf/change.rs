//! What one revision changed: each object that it writes must be explained by the signing of a further field, by
//! long-term validation data, or by the bookkeeping that goes with either. Everything else is `Other`.
//!
//! Each revision is compared once with the one before it; all signatures share the result.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::file::File;
use super::survey::Referrer;
use super::text;
use super::value::{Dictionary, Id, Located, Value};
use super::xref::Place;

/// What incremental updates did after signing; ordered from harmless to suspicious.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Modification {
    /// Nothing.
    None,
    /// Validation data, document timestamps that are not shown, and metadata about the file.
    LongTermValidation,
    /// A further field was signed.
    FurtherSignature,
    /// Fields of the form were filled in. Not told from `Other` yet.
    FormFilling,
    /// Annotations were added. Not told from `Other` yet.
    Annotation,
    /// Something else.
    Other,
}

/// What one revision changed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Change {
    /// The most suspicious of what it did.
    pub level: Modification,
    /// Why it is `Other`; the first of them.
    pub unexplained: Vec<Unexplained>,
}

/// An object that a revision wrote and no rule explains.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Unexplained {
    /// Object number; 0 is the trailer.
    pub number: u32,
    /// What is wrong with it.
    pub why: Why,
}

/// Why an object is unexplained.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Why {
    /// The trailer names another catalog.
    CatalogExchanged,
    /// The value of a key was changed, added or removed.
    Key(String),
    /// The object was given another generation.
    Generation,
    /// It was removed.
    Freed,
    /// A revision that holds no signature of its own adds or fills fields.
    NothingSigned,
    /// It was written again, and no rule allows that.
    Overwritten,
    /// Something else refers to it as well, and would change with it.
    Shared,
    /// It cannot be read.
    Unreadable,
    /// Nothing that is allowed leads to it.
    Unreached,
    /// Its number belonged to another object before.
    Reused,
}

impl fmt::Display for Unexplained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        match &self.why {
            Why::CatalogExchanged => f.write_str("the trailer names another catalog"),
            Why::Key(key) => write!(f, "key /{key} of object {number} was changed"),
            Why::Generation => write!(f, "object {number} was given another generation"),
            Why::Freed => write!(f, "object {number} was removed"),
            Why::NothingSigned => write!(f, "object {number} changes signature fields without signing"),
            Why::Overwritten => write!(f, "object {number} was written again"),
            Why::Shared => write!(f, "object {number} was written again, and others refer to it"),
            Why::Unreadable => write!(f, "object {number} cannot be read"),
            Why::Unreached => write!(f, "object {number} was added, and nothing that is allowed leads to it"),
            Why::Reused => write!(f, "object {number} takes the number of a removed one"),
        }
    }
}

/// The signature that a revision adds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signing {
    pub(super) value: Id,
    /// A document timestamp that is not shown.
    pub(super) only_time: bool,
}

/// What is the same for every revision.
pub(super) struct Comparison<'c, 'a> {
    pub(super) file: &'c File<'a>,
    pub(super) referrers: &'c [Referrer],
    /// Numbers of signature fields and their widgets in the newest revision.
    pub(super) signature_numbers: &'c BTreeSet<u32>,
    /// Numbers that each revision writes, by revision.
    written: Vec<Vec<u32>>,
}

/// Reasons that are kept for one revision: more explain nothing.
const KEPT: usize = 16;

impl<'c, 'a> Comparison<'c, 'a> {
    pub(super) fn new(file: &'c File<'a>, referrers: &'c [Referrer], signature_numbers: &'c BTreeSet<u32>) -> Self {
        let mut written = vec![Vec::new(); file.parts().len()];
        for version in file.versions() {
            if let Some(numbers) = written.get_mut(version.revision) {
                numbers.push(version.number);
            }
        }
        Self { file, referrers, signature_numbers, written }
    }

    /// Compares `revision` with the one before it.
    pub(super) fn change(&self, revision: usize, signing: Option<Signing>) -> Change {
        let Some(before) = revision.checked_sub(1) else {
            return Change { level: Modification::None, unexplained: Vec::new() };
        };
        let mut step = Step {
            comparison: self,
            file: self.file,
            before,
            after: revision,
            signing,
            touched: BTreeMap::new(),
            explained: BTreeSet::new(),
            widgets: BTreeSet::new(),
            changes_fields: None,
            level: Modification::None,
            unexplained: Vec::new(),
        };
        step.classify(self.written.get(revision).map_or(&[], Vec::as_slice));
        step.trailer();
        step.fields_and_pages();
        step.rest();
        step.finish()
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Touch {
    New,
    Overwritten,
}

/// The comparison of one revision with the one before.
struct Step<'s, 'a> {
    comparison: &'s Comparison<'s, 'a>,
    file: &'s File<'a>,
    before: usize,
    after: usize,
    signing: Option<Signing>,
    touched: BTreeMap<u32, Touch>,
    explained: BTreeSet<u32>,
    /// Widgets of new fields, which may be hung into a page.
    widgets: BTreeSet<u32>,
    /// An object that adds or fills a signature field.
    changes_fields: Option<u32>,
    level: Modification,
    unexplained: Vec<Unexplained>,
}

/// A key whose value differs, with its values before and after.
type Difference<'v, 'f> = (Cow<'f, [u8]>, Option<&'v Located<'f>>, Option<&'v Located<'f>>);

impl<'s> Step<'s, '_> {
    fn refuse(&mut self, number: u32, why: Why) {
        self.level = Modification::Other;
        if self.unexplained.len() < KEPT {
            self.unexplained.push(Unexplained { number, why });
        }
    }

    fn refuse_key(&mut self, number: u32, key: &[u8]) {
        self.refuse(number, Why::Key(text::decode(key)));
    }

    fn reach(&mut self, level: Modification) {
        self.level = self.level.max(level);
    }

    fn finish(self) -> Change {
        Change { level: self.level, unexplained: self.unexplained }
    }

    /// Sorts what the revision writes into new and overwritten; removed and renumbered objects are refused at once.
    fn classify(&mut self, numbers: &[u32]) {
        for number in numbers.iter().copied() {
            let old = self.file.version(number, self.before).map_or(Place::Free, |version| version.place);
            let new = self.file.version(number, self.after).map_or(Place::Free, |version| version.place);
            match (old, new) {
                (Place::Free, Place::Free) => {}
                (_, Place::Free) => self.refuse(number, Why::Freed),
                (Place::Free, _) if self.was_in_use(number) => self.refuse(number, Why::Reused),
                (Place::Free, Place::InFile { generation, .. }) if generation != 0 => {
                    self.refuse(number, Why::Generation);
                }
                (Place::Free, _) => {
                    self.touched.insert(number, Touch::New);
                }
                (old, new) if generation(old) != generation(new) => self.refuse(number, Why::Generation),
                _ => {
                    self.touched.insert(number, Touch::Overwritten);
                }
            }
        }
    }

    fn was_in_use(&self, number: u32) -> bool {
        let mut revision = self.before;
        while let Some(version) = self.file.version(number, revision) {
            if version.place != Place::Free {
                return true;
            }
            let Some(earlier) = version.revision.checked_sub(1) else { return false };
            revision = earlier;
        }
        false
    }

    fn touch(&self, number: u32) -> Option<Touch> {
        self.touched.get(&number).copied()
    }

    /// The catalog, and what the trailer names beside it.
    fn trailer(&mut self) {
        let parts = self.file.parts();
        let (Some(before), Some(after)) = (parts.get(self.before), parts.get(self.after)) else { return };
        let root = |part: &super::chain::Part| part.root;
        match (root(before), root(after)) {
            (Some(old), Some(new)) if old == new => self.catalog(old),
            _ => self.refuse(0, Why::CatalogExchanged),
        }
        if let Some(information) = after.information {
            self.information(before.information, information);
        }
    }

    /// Whether one object alone refers to `number` in the revision before; `None` where nothing does.
    fn only_referrer(&self, number: u32) -> Option<Result<u32, ()>> {
        let all = self.comparison.referrers;
        let first = all.partition_point(|referrer| referrer.target < number);
        let mut only = None;
        for referrer in all.get(first..)?.iter().take_while(|referrer| referrer.target == number) {
            let holds = self.file.version(referrer.from, self.before);
            if holds.is_none_or(|version| version.revision != referrer.revision) {
                continue;
            }
            if only.is_some() {
                return Some(Err(()));
            }
            only = Some(Ok(referrer.from));
        }
        only
    }

    /// Explains the object to which an allowed key led. Written again, nothing else may lead to it.
    fn explain(&mut self, number: u32) {
        if self.explained.contains(&number) {
            return;
        }
        match self.touch(number) {
            None => {}
            Some(Touch::New) => {
                self.explained.insert(number);
            }
            Some(Touch::Overwritten) => {
                self.explained.insert(number);
                if matches!(self.only_referrer(number), Some(Err(()))) {
                    self.refuse(number, Why::Shared);
                }
            }
        }
    }

    /// Explains every new object that `value` leads to. What existed before is not entered.
    fn explain_new(&mut self, value: &Located<'_>) {
        let mut numbers = new_references(self, value);
        while let Some(id) = numbers.pop() {
            if !self.explained.insert(id.0) {
                continue;
            }
            match self.file.object(id, self.after) {
                Some(object) => numbers.extend(new_references(self, &object.value)),
                None => self.refuse(id.0, Why::Unreadable),
            }
        }
    }

    fn catalog(&mut self, id: Id) {
        let file = self.file;
        let (Some(old), Some(new)) = (file.object(id, self.before), file.object(id, self.after)) else {
            self.refuse(id.0, Why::Unreadable);
            return;
        };
        let (Some(old), Some(new)) = (old.dictionary(), new.dictionary()) else {
            self.refuse(id.0, Why::Unreadable);
            return;
        };
        // The trailer leads here; whoever else refers to the catalog gets the same object.
        self.explained.insert(id.0);
        for (key, before, after) in differences(old, new) {
            match (&*key, before, after) {
                (b"AcroForm" | b"DSS" | b"Extensions" | b"Metadata", _, Some(_)) => {}
                (b"Version", _, Some(Located { value: Value::Name(_), .. })) => {
                    self.reach(Modification::LongTermValidation);
                }
                _ => self.refuse_key(id.0, &key),
            }
        }
        self.form(id.0, old.get(b"AcroForm"), new.get(b"AcroForm"));
        self.validation_data(new.get(b"DSS"));
        self.extensions(id.0, new.get(b"Extensions"));
        self.metadata(new.get(b"Metadata"));
    }

    fn form(&mut self, holder: u32, old: Option<&Located<'_>>, new: Option<&Located<'_>>) {
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
    fn gain(&mut self, number: u32, old: Option<&Located<'_>>, new: Option<&Located<'_>>, depth: u32) {
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
    fn fields(&mut self, number: u32, old: Option<&Located<'_>>, new: Option<&Located<'_>>) {
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

    fn new_field(&mut self, id: Id) {
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
        self.widget(id, field);
        if let Some(kids) = field.get(b"Kids").and_then(|kids| file.resolve(kids, self.after)) {
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
    fn widget(&mut self, id: Id, widget: &Dictionary<'_>) {
        for (key, value) in &widget.0 {
            match &*super::value::decoded_name(key) {
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
    fn signed_value(&mut self, number: u32, value: Option<&Located<'_>>) {
        let Some(value) = value else { return };
        match (self.signing, value.as_reference()) {
            (Some(signing), Some(id)) if id == signing.value => self.explain_new(value),
            (Some(signing), None) if signing.value.0 == number => self.explain_new(value),
            _ => self.refuse_key(number, b"V"),
        }
    }

    /// Validation data (ETSI EN 319 142-1, 5.4.2): dictionaries and arrays of references to streams.
    fn validation_data(&mut self, store: Option<&Located<'_>>) {
        let Some(store) = store else { return };
        let Some(resolved) = self.file.resolve(store, self.after) else { return };
        let touched = resolved.object.is_some_and(|id| self.touch(id.0).is_some());
        if let Some(dictionary) = resolved.value.as_dictionary() {
            for (key, _) in &dictionary.0 {
                let key = super::value::decoded_name(key);
                if !matches!(&*key, b"Certs" | b"CRLs" | b"OCSPs" | b"Type" | b"VRI") && touched {
                    self.refuse_key(resolved.object.map_or(0, |id| id.0), &key);
                }
            }
        }
        self.store_value(store, 5);
    }

    fn store_value(&mut self, value: &Located<'_>, depth: u32) {
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
                length.into_iter().for_each(|length| self.explain_new(length));
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
    fn extensions(&mut self, holder: u32, extensions: Option<&Located<'_>>) {
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
    fn metadata(&mut self, metadata: Option<&Located<'_>>) {
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
    fn information(&mut self, old: Option<Id>, new: Id) {
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

    /// What was written again and no key of the catalog led to: fields that are filled, pages, their `/Annots`.
    fn fields_and_pages(&mut self) {
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
    fn page_with_annotations(&self, number: u32, array: Id) -> Option<Id> {
        let version = self.file.version(number, self.before)?;
        let object = self.file.read(version).ok()?;
        let page = object.dictionary()?;
        let named = page.is(b"Type", b"Page") && page.reference(b"Annots") == Some(array);
        named.then(|| (number, generation(version.place)))
    }

    /// A page may gain the widgets of new fields, and nothing else.
    fn page(&mut self, id: Id) {
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
    fn page_tree(&mut self, number: u32, old: &Dictionary<'_>, new: &Dictionary<'_>) {
        self.explained.insert(number);
        for (key, _, after) in differences(old, new) {
            if &*key != b"ITXT" || after.is_some_and(|value| value.as_string().is_none()) {
                self.refuse_key(number, &key);
            }
        }
    }

    /// An empty signature field, or the widget of one, into which this revision signs.
    fn filled_field(&mut self, number: u32, old: &Dictionary<'_>, new: &Dictionary<'_>) {
        self.explained.insert(number);
        self.changes_fields = Some(number);
        let signed = new.get(b"V").is_some() || self.parent_is_signed(new);
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
        // A field that already had its signature is not filled again.
        if old.get(b"V").is_some_and(|value| !matches!(value.value, Value::Null)) && !old.same(new) {
            self.refuse(number, Why::Overwritten);
        }
    }

    fn parent_is_signed(&self, widget: &Dictionary<'_>) -> bool {
        let Some(signing) = self.signing else { return false };
        let parent = widget.reference(b"Parent").and_then(|id| self.file.object(id, self.after));
        parent
            .is_some_and(|parent| parent.dictionary().is_some_and(|field| field.reference(b"V") == Some(signing.value)))
    }

    /// What nothing explained yet: the revision's own containers, and objects written again as they were.
    fn rest(&mut self) {
        let file = self.file;
        let left: Vec<(u32, Touch)> = self
            .touched
            .iter()
            .filter(|(number, _)| !self.explained.contains(number))
            .map(|(number, touch)| (*number, *touch))
            .collect();
        for (number, touch) in left {
            if self.explained.contains(&number) {
                continue;
            }
            let new = file.version(number, self.after).and_then(|version| file.read(version).ok());
            let Some(new) = new else {
                self.refuse(number, Why::Unreadable);
                continue;
            };
            match touch {
                Touch::New if new.stream.is_some() && new.dictionary().is_some_and(is_container) => {}
                // Tools leave an entry behind that the store no longer names; it can only hold references.
                Touch::New if new.stream.is_none() && new.dictionary().is_some_and(is_related_information) => {
                    self.store_value(&new.value, 3);
                    self.explain(number);
                    self.reach(Modification::LongTermValidation);
                }
                Touch::New => self.refuse(number, Why::Unreached),
                Touch::Overwritten => {
                    let old = file.version(number, self.before).and_then(|version| file.read(version).ok());
                    if old.is_none_or(|old| !old.value.same(&new.value) || old.stream != new.stream) {
                        self.refuse(number, Why::Overwritten);
                    }
                }
            }
        }
        match (self.signing, self.changes_fields) {
            (Some(signing), _) if signing.only_time => self.reach(Modification::LongTermValidation),
            (Some(_), _) => self.reach(Modification::FurtherSignature),
            (None, Some(number)) => self.refuse(number, Why::NothingSigned),
            (None, None) => {}
        }
        if !self.touched.is_empty() && self.level == Modification::None {
            self.reach(Modification::LongTermValidation);
        }
    }
}

fn generation(place: Place) -> u16 {
    match place {
        Place::InFile { generation, .. } => generation,
        Place::Free | Place::InStream { .. } => 0,
    }
}

fn is_container(dictionary: &Dictionary<'_>) -> bool {
    dictionary.is(b"Type", b"XRef") || dictionary.is(b"Type", b"ObjStm")
}

/// Validation-related information of one signature (ETSI EN 319 142-1, 5.4.2.3).
fn is_related_information(dictionary: &Dictionary<'_>) -> bool {
    dictionary.is(b"Type", b"VRI")
        && dictionary.0.iter().all(|(key, _)| matches!(*key, b"CRL" | b"Cert" | b"OCSP" | b"TS" | b"TU" | b"Type"))
}

fn new_references(step: &Step<'_, '_>, value: &Located<'_>) -> Vec<Id> {
    let mut found = Vec::new();
    value.visit(None, &mut |_, value| {
        if let Value::Reference(id) = value.value
            && step.touch(id.0) == Some(Touch::New)
        {
            found.push(id);
        }
    });
    found
}

/// What `new` has after everything that `old` has; `None` where something of the old is gone or elsewhere.
fn added<'v, 'f>(old: &[Located<'_>], new: &'v [Located<'f>]) -> Option<&'v [Located<'f>]> {
    let (kept, added) = new.split_at_checked(old.len())?;
    old.iter().zip(kept).all(|(old, new)| old.same(new)).then_some(added)
}

/// Keys whose values differ as they stand, without following references.
fn differences<'v, 'f>(old: &'v Dictionary<'f>, new: &'v Dictionary<'f>) -> Vec<Difference<'v, 'f>> {
    let mut all = pairs(old, new);
    all.retain(|(_, old, new)| !matches!((old, new), (Some(old), Some(new)) if old.same(new)));
    all
}

/// All keys of both, with their values; merged, because a dictionary may have a million keys.
fn pairs<'v, 'f>(old: &'v Dictionary<'f>, new: &'v Dictionary<'f>) -> Vec<Difference<'v, 'f>> {
    let (old, new) = (old.sorted(), new.sorted());
    let mut found = Vec::with_capacity(new.len());
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (Some(one), Some(two)) => one.0.cmp(&two.0),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return found,
        };
        let before = if order.is_le() { old.next() } else { None };
        let after = if order.is_ge() { new.next() } else { None };
        let Some((key, _)) = before.as_ref().or(after.as_ref()) else { return found };
        let key = key.clone();
        found.push((key, before.map(|entry| entry.1), after.map(|entry| entry.1)));
    }
}
