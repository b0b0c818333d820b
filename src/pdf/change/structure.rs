//! What signing a tagged paper adds to its structure (ISO 32000-2, 14.7): one `Form` element for each new widget, its
//! entry in the parent tree, and its identifier. Elements that were there gain such a kid and change in nothing else.

use std::collections::BTreeSet;

use super::difference::added;
use super::tree::{Entry, Flat};
use super::{Step, Touch};
use crate::pdf::value::{Dictionary, Id, Located, Value, decoded_name};

impl<'s> Step<'s, '_> {
    /// The structure tree, once it is known which widgets are new.
    pub(super) fn structure(&mut self) {
        let file = self.file;
        let Some(root) = self.structure else { return };
        let (Some(old), Some(new)) = (file.object(root, self.before), file.object(root, self.after)) else { return };
        let (Some(old), Some(new)) = (old.dictionary(), new.dictionary()) else { return };
        for number in self.unexplained_overwritten() {
            self.element(number, root);
        }
        let written = self.touch(root.0) == Some(Touch::Overwritten);
        if written {
            self.structure_root(root.0, old, new);
        }
        // A node of a tree may have been written again below roots that were not.
        let deep = self.unexplained_overwritten().iter().any(|number| self.is_tree_node(*number));
        if written || deep {
            let next = old.integer::<i64>(b"ParentTreeNextKey").filter(|_| !deep);
            for (key, next) in [(b"ParentTree".as_slice(), next), (b"IDTree", None)] {
                let (old, new) = (old.get(key), new.get(key));
                let left_alone = old.zip(new).is_some_and(|(old, new)| {
                    old.same(new) && new.as_reference().is_none_or(|id| self.touch(id.0).is_none())
                });
                if deep || !left_alone {
                    self.grown_tree(root.0, key, old, new, next);
                }
            }
        }
    }

    fn structure_root(&mut self, number: u32, old: &Dictionary<'s>, new: &Dictionary<'s>) {
        self.explained.insert(number);
        for (key, before, after) in self.differences(old, new) {
            match (&*key, before.map(|before| &before.value), after.map(|after| &after.value)) {
                (b"IDTree" | b"ParentTree", _, Some(_))
                | (b"K", ..)
                | (b"ParentTreeNextKey", None, Some(Value::Integer(_))) => {}
                (b"ParentTreeNextKey", Some(Value::Integer(before)), Some(Value::Integer(after)))
                    if before <= after => {}
                _ => self.refuse_key(number, &key),
            }
        }
        self.more_kids(number, old, new);
    }

    /// An element that was written again, or the array of its kids.
    fn element(&mut self, number: u32, root: Id) {
        let file = self.file;
        let Some(version) = file.version(number, self.after) else { return };
        let id = version.id();
        let (Some(old), Some(new)) = (file.object(id, self.before), file.object(id, self.after)) else { return };
        if old.stream.is_some() || new.stream.is_some() {
            return;
        }
        match (&old.value.value, &new.value.value) {
            (Value::Dictionary(old), Value::Dictionary(new)) if is_element(old) && is_element(new) => {
                self.explained.insert(number);
                for (key, _, after) in self.differences(old, new) {
                    if &*key != b"K" || after.is_none() {
                        self.refuse_key(number, &key);
                    }
                }
                self.more_kids(number, old, new);
            }
            (Value::Array(_), Value::Array(_)) => {
                let Some(Ok(from)) = self.only_referrer(number) else { return };
                let Some(holder) = file.version(from, self.before) else { return };
                let holder = holder.id();
                // An element that was written again itself was or will be entered by its own number.
                if self.touch(from).is_some() {
                    return;
                }
                let Some(object) = file.object(holder, self.before) else { return };
                let Some(element) = object.dictionary().filter(|element| is_element(element) || holder == root) else {
                    return;
                };
                if element.reference(b"K") == Some(id) {
                    self.more_kids(from, element, element);
                }
            }
            _ => {}
        }
    }

    /// `/K` may only become longer, by elements for new widgets.
    fn more_kids(&mut self, number: u32, old: &Dictionary<'s>, new: &Dictionary<'s>) {
        let (before, after) = (self.kids(old, self.before), self.kids(new, self.after));
        let (Some((before, held)), Some((after, array))) = (before, after) else {
            self.refuse_key(number, b"K");
            return;
        };
        if let Some(array) = array {
            self.explain(array.0, held.map(|id| id.0));
        }
        let Some(added) = added(&before, &after) else {
            self.refuse_key(number, b"K");
            return;
        };
        for kid in added {
            if !kid.as_reference().is_some_and(|kid| self.new_element(kid, number)) {
                self.refuse_key(number, b"K");
            }
        }
    }

    /// The kids of an element (table 355): none, one, or an array of them, which may be an object of its own.
    fn kids(&self, element: &Dictionary<'s>, revision: usize) -> Option<(Vec<Located<'s>>, Option<Id>)> {
        let Some(value) = element.get(b"K") else { return Some((Vec::new(), None)) };
        if let Some(items) = value.as_array() {
            return Some((items.to_vec(), None));
        }
        let Some(id) = value.as_reference() else { return Some((vec![value.clone()], None)) };
        match self.file.object(id, revision)?.value.value {
            Value::Array(items) => Some((items, Some(id))),
            _ => Some((vec![value.clone()], None)),
        }
    }

    /// A new element for a widget that this revision adds or signs (14.8.4.8.2).
    fn new_element(&mut self, id: Id, holder: u32) -> bool {
        if self.touch(id.0) != Some(Touch::New) || self.explained.contains(&id.0) {
            return false;
        }
        let Some(object) = self.file.object(id, self.after).filter(|object| object.stream.is_none()) else {
            return false;
        };
        let Some(element) = object.dictionary().filter(|element| element.is(b"S", b"Form")) else { return false };
        if element.reference(b"P").is_none_or(|parent| parent.0 != holder) {
            return false;
        }
        let mut objects = Vec::new();
        let fits = element.0.iter().all(|(key, value)| match &*decoded_name(key) {
            b"S" | b"P" => true,
            b"Type" => element.is(b"Type", b"StructElem"),
            b"Pg" => self.is_page(value),
            b"ActualText" | b"Alt" | b"E" | b"ID" | b"Lang" | b"T" => value.as_string().is_some(),
            b"R" => matches!(value.value, Value::Integer(_)),
            b"C" => matches!(value.value, Value::Name(_)),
            b"NS" => value.as_reference().is_some_and(|id| self.touch(id.0).is_none()),
            b"A" => is_plain(value),
            b"K" => self.widgets_of(value, &mut objects),
            _ => false,
        });
        if fits && element.has(b"K") {
            self.explained.insert(id.0);
            self.explained.extend(objects);
            self.elements.insert(id.0);
        }
        fits && element.has(b"K")
    }

    /// Whether `value` is one or more object references (14.7.5.3) to widgets of this revision; the objects in which
    /// they stand are added to `objects`.
    fn widgets_of(&self, value: &Located<'_>, objects: &mut Vec<u32>) -> bool {
        let file = self.file;
        let resolved = match value.as_reference() {
            Some(id) if self.touch(id.0) == Some(Touch::New) => {
                objects.push(id.0);
                file.object(id, self.after).map(|object| object.value)
            }
            Some(_) => None,
            None => Some(value.clone()),
        };
        let Some(resolved) = resolved else { return false };
        match &resolved.value {
            Value::Array(items) => {
                // Arrays do not stand in arrays here; of what is no reference the dictionary is looked at below.
                !items.is_empty()
                    && items.iter().all(|item| item.as_array().is_none() && self.object_reference(item, objects))
            }
            _ => self.object_reference(&resolved, objects),
        }
    }

    fn object_reference(&self, value: &Located<'_>, objects: &mut Vec<u32>) -> bool {
        let resolved = match value.as_reference() {
            Some(id) if self.touch(id.0) == Some(Touch::New) => {
                objects.push(id.0);
                self.file.object(id, self.after).map(|object| object.value)
            }
            Some(_) => None,
            None => Some(value.clone()),
        };
        let Some(resolved) = resolved else { return false };
        let Some(reference) = resolved.as_dictionary().filter(|reference| reference.is(b"Type", b"OBJR")) else {
            return false;
        };
        reference.reference(b"Obj").is_some_and(|id| self.widgets.contains(&id.0))
            && reference.0.iter().all(|(key, value)| match &*decoded_name(key) {
                b"Type" | b"Obj" => true,
                b"Pg" => self.is_page(value),
                _ => false,
            })
    }

    fn is_page(&self, value: &Located<'_>) -> bool {
        value.as_reference().is_some_and(|id| self.comparison.pages.contains_key(&id.0))
    }

    fn is_tree_node(&self, number: u32) -> bool {
        let Some(version) = self.file.version(number, self.before) else { return false };
        let Ok(object) = self.file.read(version) else { return false };
        match &object.value.value {
            Value::Dictionary(node) => node.has(b"Nums") || node.has(b"Names") || node.has(b"Kids"),
            Value::Array(_) => true,
            _ => false,
        }
    }

    /// A tree may gain entries for new elements; each one that was there stays what it was, in whatever node.
    fn grown_tree(
        &mut self,
        holder: u32,
        key: &[u8],
        old: Option<&Located<'s>>,
        new: Option<&Located<'s>>,
        next: Option<i64>,
    ) {
        let Some(new) = new else { return };
        let same = if next.is_some() { self.untouched_kids(old, new) } else { BTreeSet::new() };
        let mut grown = self.tree_grows(old, new, &same, next);
        if grown.is_none() && !same.is_empty() {
            grown = self.tree_grows(old, new, &BTreeSet::new(), None);
        }
        let Some(flat) = grown else {
            self.refuse_key(holder, key);
            return;
        };
        for node in flat {
            // Tools join and split nodes: that each one is of this tree alone was seen there.
            self.explain(node, Some(node));
        }
    }

    /// Kids of the root that both revisions name and nobody wrote again: whole branches that need not be read where no
    /// node below them was written again.
    fn untouched_kids(&self, old: Option<&Located<'_>>, new: &Located<'_>) -> BTreeSet<Id> {
        let kids = |root: &Located<'_>, revision: usize| -> BTreeSet<Id> {
            let root = self.file.resolve(root, revision);
            let kids = root.as_ref().and_then(|root| root.value.as_dictionary()).and_then(|root| root.get(b"Kids"));
            let kids = kids.and_then(Located::as_array).unwrap_or_default();
            kids.iter().filter_map(Located::as_reference).filter(|id| self.touch(id.0).is_none()).collect()
        };
        let Some(old) = old else { return BTreeSet::new() };
        let (old, new) = (kids(old, self.before), kids(new, self.after));
        old.intersection(&new).copied().collect()
    }

    /// The nodes of the new tree if it is the old one and entries for new elements.
    fn tree_grows(
        &mut self,
        old: Option<&Located<'s>>,
        new: &Located<'s>,
        skip: &BTreeSet<Id>,
        next: Option<i64>,
    ) -> Option<BTreeSet<u32>> {
        let old = match old {
            Some(old) => self.flat(old, self.before, skip)?,
            None => Flat::default(),
        };
        let new = self.flat(new, self.after, skip)?;
        // What was something else before would vanish from there.
        if new.nodes.iter().any(|node| self.touch(*node) == Some(Touch::Overwritten) && !old.nodes.contains(node)) {
            return None;
        }
        let mut kept = old.entries.iter().peekable();
        let mut previous: Option<&Entry<'_>> = None;
        for entry in &new.entries {
            if let Some(old) = kept.next_if(|old| old.0 == entry.0) {
                if !self.equal(&old.1, &entry.1) {
                    return None;
                }
            } else if previous.is_some_and(|previous| previous.0 == entry.0) || !self.is_new_entry(entry, skip, next) {
                return None;
            }
            previous = Some(entry);
        }
        kept.peek().is_none().then_some(new.nodes)
    }

    /// An entry for a new element, under a key that no branch which was left out can hold.
    fn is_new_entry(&mut self, (key, value): &Entry<'_>, skip: &BTreeSet<Id>, next: Option<i64>) -> bool {
        use super::tree::Key;
        let beyond = match (key, next) {
            (Key::Number(key), Some(next)) => *key >= next,
            _ => false,
        };
        if !skip.is_empty() && !beyond {
            return false;
        }
        match &value.value {
            Value::Reference(id) if self.elements.contains(&id.0) => true,
            // The entry of a page: which element each piece of its content belongs to; new content there is none.
            Value::Reference(id) if self.touch(id.0) == Some(Touch::New) => {
                let object = self.file.object(*id, self.after);
                let fits = object.as_ref().and_then(|object| object.value.as_array()).is_some_and(|items| {
                    items.iter().all(|item| item.as_reference().is_some_and(|id| self.elements.contains(&id.0)))
                });
                if fits {
                    self.explained.insert(id.0);
                }
                fits
            }
            Value::Array(items) => {
                items.iter().all(|item| item.as_reference().is_some_and(|id| self.elements.contains(&id.0)))
            }
            _ => false,
        }
    }
}

/// A structure element (table 355); `/Type` may be missing, the other two may not.
fn is_element(dictionary: &Dictionary<'_>) -> bool {
    let typed = dictionary.get(b"Type").is_none() || dictionary.is(b"Type", b"StructElem");
    let named = dictionary.get(b"S").is_some_and(|kind| matches!(kind.value, Value::Name(_)));
    typed && named && dictionary.reference(b"P").is_some()
}

fn is_plain(value: &Located<'_>) -> bool {
    let mut plain = true;
    value.visit(None, &mut |_, value| plain &= value.as_reference().is_none());
    plain
}
