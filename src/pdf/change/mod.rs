//! What one revision changed: each object that it writes must be explained by the signing of a further field, by
//! long-term validation data, or by the bookkeeping that goes with either. Form filling and annotations are told from
//! what nothing explains.
//!
//! Each revision is compared once with the one before it; all signatures share the result.
//!
//! `equal` asks whether two values say the same; `catalog`, `form`, `field`, `fill`, `page`, `annotation`, `structure`
//! with `tree`, and `store` hold the rules; `index` and `seat` know which object is what.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use self::equal::COMPARED;
use self::index::Index;
use super::file::File;
use super::modification::{Change, ChangedField, Modification};
use super::pages::Pages;
use super::survey::Referrer;
use super::text;
use super::unexplained::Why;
use super::value::{Dictionary, Id, Located, Value};
use super::xref::Place;

mod annotation;
mod catalog;
mod difference;
mod equal;
mod field;
mod fill;
mod form;
mod index;
mod page;
mod seat;
mod store;
mod structure;
mod tree;

/// The signature that a revision adds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signing {
    pub(super) value: Id,
    /// A document timestamp that is not shown.
    pub(super) only_time: bool,
}

/// What is the same for every revision.
pub(super) struct Comparison<'c, 'a> {
    file: &'c File<'a>,
    referrers: &'c [Referrer],
    /// Numbers of signature fields and their widgets in the newest revision.
    signature_numbers: &'c BTreeSet<u32>,
    /// Fields of the newest form. One that is gone since was taken away, which is refused wherever it was.
    index: Index,
    /// Pages of the newest revision by object number, counted from 1. The page tree may not change either.
    pages: BTreeMap<u32, u32>,
    /// Numbers that each revision writes, by revision.
    written: Vec<Vec<u32>>,
    /// Changed fields that may still be named.
    fields: Cell<usize>,
}

/// Reasons that are kept for one revision: more explain nothing.
const KEPT: usize = 16;
/// Changed fields that are named for one file; the largest tax forms have 3,000.
const FIELDS: usize = 10_000;

impl<'c, 'a> Comparison<'c, 'a> {
    pub(super) fn new(
        file: &'c File<'a>,
        referrers: &'c [Referrer],
        signature_numbers: &'c BTreeSet<u32>,
        pages: Option<&Pages>,
    ) -> Self {
        let mut written = vec![Vec::new(); file.parts().len()];
        for version in file.versions() {
            if let Some(numbers) = written.get_mut(version.revision) {
                numbers.push(version.number);
            }
        }
        let leaves = pages.map_or(&[][..], |pages| &pages.leaves);
        let pages = (1..).zip(leaves).map(|(number, page)| (page.id.0, number)).collect();
        let index = Index::new(file);
        Self { file, referrers, signature_numbers, index, pages, written, fields: Cell::new(FIELDS) }
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
            stored: BTreeSet::new(),
            widgets: BTreeSet::new(),
            hung: BTreeSet::new(),
            structure: None,
            elements: BTreeSet::new(),
            popups: BTreeSet::new(),
            changes_fields: None,
            fields: BTreeMap::new(),
            comparable: COMPARED,
            level: Modification::None,
            unexplained: Vec::new(),
        };
        step.classify(self.written.get(revision).map_or(&[], Vec::as_slice));
        step.trailer();
        step.fields_and_pages();
        step.structure();
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
    /// Containers of the document security store in the revision before.
    stored: BTreeSet<u32>,
    /// Widgets of new fields, which may be hung into a page.
    widgets: BTreeSet<u32>,
    /// Those that were hung into one.
    hung: BTreeSet<u32>,
    /// The root of the structure tree, which both catalogs name.
    structure: Option<Id>,
    /// New structure elements, each for a widget.
    elements: BTreeSet<u32>,
    /// New pop-ups of annotations.
    popups: BTreeSet<u32>,
    /// An object that adds or fills a signature field.
    changes_fields: Option<u32>,
    fields: BTreeMap<u32, ChangedField>,
    /// Values that may still be compared.
    comparable: usize,
    level: Modification,
    unexplained: Vec<(u32, Why)>,
}

impl Step<'_, '_> {
    fn refuse(&mut self, number: u32, why: Why) {
        self.exceed(number, why, Modification::Other);
    }

    /// Notes what goes beyond a further signature.
    fn exceed(&mut self, number: u32, why: Why, level: Modification) {
        self.reach(level);
        if self.unexplained.iter().any(|(of, what)| (*of, what) == (number, &why)) {
            return;
        }
        // What is worse is said first, however late it is found.
        if self.unexplained.len() >= KEPT && level == Modification::Other {
            let milder = self.unexplained.iter().rposition(|(_, why)| is_mild(why));
            if let Some(milder) = milder {
                self.unexplained.remove(milder);
            }
        }
        if self.unexplained.len() < KEPT {
            self.unexplained.push((number, why));
        }
    }

    fn refuse_key(&mut self, number: u32, key: &[u8]) {
        self.refuse(number, Why::Key(text::decode(key)));
    }

    fn reach(&mut self, level: Modification) {
        self.level = self.level.max(level);
    }

    fn finish(self) -> Change {
        let unexplained = self.unexplained.iter().map(|(number, why)| self.named(*number, why.clone())).collect();
        Change { level: self.level, unexplained, fields: self.fields.into_values().collect() }
    }

    /// Notes a field that was added, signed or filled, once.
    fn changed_field(&mut self, number: u32, signature: bool, new: bool) {
        let (number, name) = self.comparison.index.field(number).unwrap_or((number, String::new()));
        if self.fields.contains_key(&number) {
            return;
        }
        match self.comparison.fields.get().checked_sub(1) {
            Some(left) => self.comparison.fields.set(left),
            // Locks could not be held against fields that are not named.
            None => return self.refuse(number, Why::TooMany),
        }
        self.fields.insert(number, ChangedField { name, number, signature, new });
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
                // The signed content would show it in the place of nothing.
                (Place::Free, _) if self.only_referrer(number).is_some() => {
                    self.touched.insert(number, Touch::New);
                    self.refuse(number, Why::Dangling);
                }
                (Place::Free, _) => {
                    self.touched.insert(number, Touch::New);
                }
                (old, new) if old.generation() != new.generation() => self.refuse(number, Why::Generation),
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

    /// Whether one object alone refers to `number` in the revision before; `None` where nothing does.
    fn only_referrer(&self, number: u32) -> Option<Result<u32, ()>> {
        self.only_referrer_in(number, self.before)
    }

    fn only_referrer_in(&self, number: u32, at: usize) -> Option<Result<u32, ()>> {
        let all = self.comparison.referrers;
        let first = all.partition_point(|referrer| referrer.target < number);
        let mut only = None;
        for referrer in all.get(first..)?.iter().take_while(|referrer| referrer.target == number) {
            // As much as reading a small object; what runs out is said when the file was gone through.
            if self.file.pay(64).is_err() {
                return Some(Err(()));
            }
            let holds = self.file.version(referrer.from, at);
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

    /// Explains the object to which an allowed key leads; `before` is what the same key led to in the revision before.
    ///
    /// Written again, an object must have been reached by this key already, and by nothing else: a key that is allowed to
    /// lead somewhere would otherwise be turned to what a page shows, and explain that away.
    fn explain(&mut self, number: u32, before: Option<u32>) {
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
                if before != Some(number) || matches!(self.only_referrer(number), Some(Err(()))) {
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

    /// What nothing explained yet: the revision's own containers, and objects written again as they were.
    fn rest(&mut self) {
        let file = self.file;
        let mut left: Vec<(u32, Touch)> = self
            .touched
            .iter()
            .filter(|(number, _)| !self.explained.contains(number))
            .map(|(number, touch)| (*number, *touch))
            .collect();
        // What was written again as it was may lead to new objects.
        left.sort_by_key(|(_, touch)| *touch == Touch::New);
        for (number, touch) in left {
            if self.explained.contains(&number) || self.popups.contains(&number) {
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
                Touch::New if self.is_left_over_information(number, &new) || self.is_left_over_widget(number, &new) => {
                }
                Touch::New => self.refuse(number, Why::Unreached),
                Touch::Overwritten => {
                    let old = file.version(number, self.before).and_then(|version| file.read(version).ok());
                    if old.is_none_or(|old| !self.equal_objects(&old, &new)) {
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

fn is_mild(why: &Why) -> bool {
    matches!(why, Why::AnnotationAdded | Why::AnnotationChanged | Why::AnnotationRemoved | Why::FieldFilled)
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
