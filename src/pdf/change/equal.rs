//! Values that say the same wherever their parts are stored: a dictionary made an object of its own, an object copied
//! under another number, a store that was written again as it was (ISO 32000-2, 7.3.10: a reference stands for the
//! object that it names).

use std::collections::BTreeSet;

use super::difference::{Difference, differences, pairs};
use super::{Step, Touch};
use crate::pdf::file::Object;
use crate::pdf::value::{Dictionary, Id, Located, Value};

/// Values that one revision may cost to compare; what is larger is not proven equal. Resources of a page have hundreds.
pub(super) const COMPARED: usize = 100_000;
/// Objects in one another; references come between, so this is more than the nesting of one object.
const DEPTH: u32 = 48;

/// Whose identity means something: the same words in another object are another page, layer, field or element.
const UNIQUE: [&[u8]; 9] =
    [b"Annot", b"Catalog", b"OCG", b"OCMD", b"Page", b"Pages", b"Sig", b"StructElem", b"StructTreeRoot"];
/// Keys that name what has an identity, even where its `/Type` is missing.
const IDENTIFYING: [&[u8]; 12] = [
    b"Annots",
    b"Fields",
    b"Kids",
    b"OC",
    b"OCGs",
    b"OCProperties",
    b"P",
    b"Parent",
    b"Properties",
    b"StructParents",
    b"StructTreeRoot",
    b"V",
];

/// One comparison: it counts only as a whole.
struct Equality {
    /// Pairs that are being compared, or were: what they lead back to is equal if they are.
    pairs: BTreeSet<(Id, Id)>,
    /// Objects of the later revision that other ones stood for before.
    met: Vec<u32>,
    left: usize,
}

impl Step<'_, '_> {
    /// Keys whose values do not say the same.
    pub(super) fn differences<'v, 'f>(
        &mut self,
        old: &'v Dictionary<'f>,
        new: &'v Dictionary<'f>,
    ) -> Vec<Difference<'v, 'f>> {
        let mut all = differences(old, new);
        all.retain(|(key, old, new)| match (old, new) {
            (Some(old), Some(new)) => IDENTIFYING.contains(&&**key) || !self.equal(old, new),
            _ => true,
        });
        all
    }

    /// Whether both values say the same. New objects that the later one needs for that are explained.
    pub(super) fn equal(&mut self, old: &Located<'_>, new: &Located<'_>) -> bool {
        let mut equality = Equality { pairs: BTreeSet::new(), met: Vec::new(), left: self.comparable };
        let equal = self.same_value(&mut equality, old, new, DEPTH);
        self.settle(equality, equal)
    }

    /// Whether an object that was written again is what it was.
    pub(super) fn equal_objects(&mut self, old: &Object<'_>, new: &Object<'_>) -> bool {
        let mut equality = Equality { pairs: BTreeSet::new(), met: Vec::new(), left: self.comparable };
        let equal = self.same_object(&mut equality, old, new, DEPTH);
        self.settle(equality, equal)
    }

    fn settle(&mut self, equality: Equality, equal: bool) -> bool {
        self.comparable = equality.left;
        if equal {
            for number in equality.met {
                if self.touch(number) == Some(Touch::New) {
                    self.explained.insert(number);
                }
            }
        }
        equal
    }

    fn same_value(&self, equality: &mut Equality, old: &Located<'_>, new: &Located<'_>, depth: u32) -> bool {
        let (Some(left), Some(depth)) = (equality.left.checked_sub(1), depth.checked_sub(1)) else { return false };
        equality.left = left;
        match (&old.value, &new.value) {
            // What was written again under its own number is judged as that object.
            (Value::Reference(one), Value::Reference(two)) if one == two => true,
            (Value::Reference(one), Value::Reference(two)) => {
                if !equality.pairs.insert((*one, *two)) {
                    return true;
                }
                equality.met.push(two.0);
                match (self.file.object(*one, self.before), self.file.object(*two, self.after)) {
                    (Some(one), Some(two)) if !is_unique(&one) && !is_unique(&two) => {
                        self.same_object(equality, &one, &two, depth)
                    }
                    _ => false,
                }
            }
            (Value::Reference(one), _) => self.file.object(*one, self.before).is_some_and(|one| {
                one.stream.is_none() && !is_unique(&one) && self.same_value(equality, &one.value, new, depth)
            }),
            (_, Value::Reference(two)) => {
                equality.met.push(two.0);
                self.file.object(*two, self.after).is_some_and(|two| {
                    two.stream.is_none() && !is_unique(&two) && self.same_value(equality, old, &two.value, depth)
                })
            }
            (Value::Array(one), Value::Array(two)) => {
                one.len() == two.len()
                    && one.iter().zip(two).all(|(one, two)| self.same_value(equality, one, two, depth))
            }
            (Value::Dictionary(one), Value::Dictionary(two)) => self.same_dictionary(equality, one, two, &[], depth),
            _ => old.same(new),
        }
    }

    fn same_dictionary(
        &self,
        equality: &mut Equality,
        old: &Dictionary<'_>,
        new: &Dictionary<'_>,
        except: &[&[u8]],
        depth: u32,
    ) -> bool {
        if UNIQUE.iter().any(|kind| old.is(b"Type", kind) || new.is(b"Type", kind)) {
            return old.same(new);
        }
        pairs(old, new).into_iter().all(|(key, old, new)| match (old, new) {
            _ if except.contains(&&*key) => true,
            (Some(old), Some(new)) if IDENTIFYING.contains(&&*key) => old.same(new),
            (Some(old), Some(new)) => self.same_value(equality, old, new, depth),
            _ => false,
        })
    }

    fn same_object(&self, equality: &mut Equality, old: &Object<'_>, new: &Object<'_>, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match (old.stream, new.stream) {
            (None, None) => match (&old.value.value, &new.value.value) {
                // The top of an object is judged by whoever led here, identity and all.
                (Value::Dictionary(one), Value::Dictionary(two)) => {
                    self.same_dictionary(equality, one, two, &[], depth)
                }
                _ => self.same_value(equality, &old.value, &new.value, depth),
            },
            (Some(one), Some(two)) => {
                // As much as reading both; a hostile file lets many numbers share one stream.
                let paid = self.file.pay(one.len().saturating_add(two.len())).is_ok();
                // The data is compared, so how its length is written says nothing.
                let dictionaries = old.dictionary().zip(new.dictionary());
                paid && one == two
                    && dictionaries
                        .is_some_and(|(one, two)| self.same_dictionary(equality, one, two, &[b"Length"], depth))
            }
            _ => false,
        }
    }
}

fn is_unique(object: &Object<'_>) -> bool {
    object.dictionary().is_some_and(|dictionary| UNIQUE.iter().any(|kind| dictionary.is(b"Type", kind)))
}
