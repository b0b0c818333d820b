//! What one revision changed: each object that it writes must be explained by the signing of a further field, by
//! long-term validation data, or by the bookkeeping that goes with either. Everything else is `Other`.
//!
//! Each revision is compared once with the one before it; all signatures share the result.

use std::collections::{BTreeMap, BTreeSet};

use self::difference::differences;
use self::store::is_related_information;
use super::file::File;
use super::modification::{Change, Modification, Unexplained, Why};
use super::survey::Referrer;
use super::text;
use super::value::{Dictionary, Id, Located, Value};
use super::xref::Place;

mod difference;
mod form;
mod page;
mod store;

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
            return Change::none();
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

impl Step<'_, '_> {
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
        Change { level: self.level, unexplained: self.unexplained, fields: Vec::new() }
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
            // As much as reading a small object; what runs out is said when the file was gone through.
            if self.file.pay(64).is_err() {
                return Some(Err(()));
            }
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
