//! Dictionaries and arrays of two revisions side by side.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::pdf::value::{Dictionary, Located};

/// A key whose value differs, with its values before and after.
pub(super) type Difference<'v, 'f> = (Cow<'f, [u8]>, Option<&'v Located<'f>>, Option<&'v Located<'f>>);

/// What `new` has after everything that `old` has; `None` where something of the old is gone or elsewhere.
pub(super) fn added<'v, 'f>(old: &[Located<'_>], new: &'v [Located<'f>]) -> Option<&'v [Located<'f>]> {
    let (kept, added) = new.split_at_checked(old.len())?;
    old.iter().zip(kept).all(|(old, new)| old.same(new)).then_some(added)
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
