//! Dictionaries and arrays of two revisions side by side.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::pdf::value::{Dictionary, Located};

/// A key whose value differs, with its values before and after.
pub(super) type Difference<'v, 'f> = (Cow<'f, [u8]>, Option<&'v Located<'f>>, Option<&'v Located<'f>>);

/// What was put into an array and what was taken out; what stayed is in the order that it had.
#[derive(Debug, Default)]
pub(super) struct Shift<'v, 'f> {
    pub(super) added: Vec<&'v Located<'f>>,
    pub(super) removed: Vec<&'v Located<'f>>,
}

/// What `new` has beyond `old`, wherever it was put; `None` where something of the old is gone or moved.
pub(super) fn added<'v, 'f>(old: &[Located<'_>], new: &'v [Located<'f>]) -> Option<Vec<&'v Located<'f>>> {
    let mut kept = old.iter().peekable();
    let mut added = Vec::new();
    for item in new {
        if kept.next_if(|old| old.same(item)).is_none() {
            added.push(item);
        }
    }
    kept.peek().is_none().then_some(added)
}

/// As `added`, where references may be gone as well; `None` where something moved or stands there twice.
pub(super) fn shift<'v, 'f>(old: &'v [Located<'f>], new: &'v [Located<'f>]) -> Option<Shift<'v, 'f>> {
    if let Some(added) = added(old, new) {
        return Some(Shift { added, removed: Vec::new() });
    }
    let stays: BTreeSet<_> = new.iter().filter_map(Located::as_reference).collect();
    let (kept, removed): (Vec<_>, Vec<_>) =
        old.iter().partition(|item| item.as_reference().is_none_or(|id| stays.contains(&id)));
    let mut kept = kept.into_iter().peekable();
    let mut added = Vec::new();
    for item in new {
        if kept.next_if(|old| old.same(item)).is_none() {
            added.push(item);
        }
    }
    kept.peek().is_none().then_some(Shift { added, removed })
}

/// Keys whose values differ as they stand, without following references.
pub(super) fn differences<'v, 'f>(old: &'v Dictionary<'f>, new: &'v Dictionary<'f>) -> Vec<Difference<'v, 'f>> {
    let mut all = pairs(old, new);
    all.retain(|(_, old, new)| !matches!((old, new), (Some(old), Some(new)) if old.same(new)));
    all
}

/// All keys of both, with their values; merged, because a dictionary may have a million keys.
pub(super) fn pairs<'v, 'f>(old: &'v Dictionary<'f>, new: &'v Dictionary<'f>) -> Vec<Difference<'v, 'f>> {
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
