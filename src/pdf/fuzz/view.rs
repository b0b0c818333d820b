//! What a forgiving program shows of a file: pages with all they lead to, annotations, values of the form. It reads by lopdf
//! and compares without any rule of ours, so that a mistake in our reader or in our rules is not made twice.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object, ObjectId};

pub(super) struct View(Document);

/// Keys of the catalog that show nothing, or whose parts are compared one by one.
const CATALOG: &[&[u8]] =
    &[b"AcroForm", b"DSS", b"Extensions", b"MarkInfo", b"Metadata", b"Pages", b"StructTreeRoot", b"Version"];
/// Keys of a page that show nothing, or whose parts are compared one by one.
const PAGE: &[&[u8]] = &[b"Annots", b"Parent", b"StructParents", b"Tabs"];
/// Keys that lead back, to what is compared elsewhere.
const BACK: &[&[u8]] = &[b"P", b"Parent"];
const DEPTH: u32 = 48;

impl View {
    pub(super) fn load(file: &[u8]) -> Option<Self> {
        Document::load_mem(file).ok().map(Self)
    }

    /// What `after` shows otherwise; new signature fields and the filling of empty ones aside.
    pub(super) fn difference(&self, after: &Self) -> Option<String> {
        let (Ok(old), Ok(new)) = (self.0.catalog(), after.0.catalog()) else { return None };
        let mut pair = Pair {
            before: &self.0,
            after: &after.0,
            signatures: (signature_fields(&self.0, old), signature_fields(&after.0, new)),
            seen: BTreeSet::new(),
        };
        if !pair.same_dictionary(old, new, CATALOG, DEPTH) {
            return Some("the catalog differs".to_owned());
        }
        let (old_pages, new_pages) = (self.0.get_pages(), after.0.get_pages());
        if old_pages.len() != new_pages.len() {
            return Some("the number of pages differs".to_owned());
        }
        for (number, (old, new)) in old_pages.values().zip(new_pages.values()).enumerate() {
            let (Ok(old), Ok(new)) = (self.0.get_dictionary(*old), after.0.get_dictionary(*new)) else {
                return Some(format!("page {number} is no page"));
            };
            if !pair.same_dictionary(old, new, PAGE, DEPTH) || !pair.same_inherited(old, new) {
                return Some(format!("page {number} differs"));
            }
            if !pair.only_signature_fields(old.get(b"Annots").ok(), new.get(b"Annots").ok()) {
                return Some(format!("annotations of page {number} differ"));
            }
        }
        let (old, new) = (fields(&self.0, old), fields(&after.0, new));
        (!pair.only_signature_fields(old, new)).then(|| "the fields of the form differ".to_owned())
    }
}

struct Pair<'v> {
    before: &'v Document,
    after: &'v Document,
    /// Signature fields and their widgets, before and after.
    signatures: (BTreeSet<ObjectId>, BTreeSet<ObjectId>),
    /// Pairs that are being compared or were: what leads back to them adds nothing.
    seen: BTreeSet<(ObjectId, ObjectId)>,
}

impl<'v> Pair<'v> {
    fn same(&mut self, old: &'v Object, new: &'v Object, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return true };
        let ids = (old.as_reference().ok(), new.as_reference().ok());
        if let (Some(old), Some(new)) = ids
            && !self.seen.insert((old, new))
        {
            return true;
        }
        // A reference to nothing is null (ISO 32000-2, 7.3.10).
        let old = self.before.dereference(old).map_or(&Object::Null, |(_, object)| object);
        let new = self.after.dereference(new).map_or(&Object::Null, |(_, object)| object);
        match (old, new) {
            (Object::Array(old), Object::Array(new)) => {
                old.len() == new.len() && old.iter().zip(new).all(|(old, new)| self.same(old, new, depth))
            }
            (Object::Dictionary(old), Object::Dictionary(new)) => self.same_dictionary(old, new, BACK, depth),
            (Object::Stream(old), Object::Stream(new)) => {
                old.content == new.content && self.same_dictionary(&old.dict, &new.dict, &[b"Length"], depth)
            }
            (Object::String(old, _), Object::String(new, _)) => old == new,
            (old, new) => old == new,
        }
    }

    fn same_dictionary(&mut self, old: &'v Dictionary, new: &'v Dictionary, but: &[&[u8]], depth: u32) -> bool {
        let keys = |dictionary: &'v Dictionary| -> BTreeSet<&'v [u8]> {
            let present = dictionary.iter().filter(|(_, value)| !matches!(value, Object::Null));
            present.map(|(key, _)| key.as_slice()).filter(|key| !but.contains(key)).collect()
        };
        let all: BTreeSet<&[u8]> = keys(old).union(&keys(new)).copied().collect();
        all.into_iter().all(|key| {
            let (old, new) = (old.get(key).unwrap_or(&Object::Null), new.get(key).unwrap_or(&Object::Null));
            self.same(old, new, depth)
        })
    }

    /// Resources, boxes and rotation that a page takes from above (ISO 32000-2, table 31).
    fn same_inherited(&mut self, mut old: &'v Dictionary, mut new: &'v Dictionary) -> bool {
        for _ in 0..DEPTH {
            let above = |document: &'v Document, node: &'v Dictionary| -> Option<&'v Dictionary> {
                document.dereference(node.get(b"Parent").ok()?).ok()?.1.as_dict().ok()
            };
            (old, new) = match (above(self.before, old), above(self.after, new)) {
                (Some(old), Some(new)) => (old, new),
                (None, None) => return true,
                _ => return false,
            };
            for key in [b"Resources".as_slice(), b"MediaBox", b"CropBox", b"Rotate"] {
                let (old, new) = (old.get(key).unwrap_or(&Object::Null), new.get(key).unwrap_or(&Object::Null));
                if !self.same(old, new, DEPTH) {
                    return false;
                }
            }
        }
        true
    }

    /// Whether all that was there is there, and as it was, and what was added are signature fields.
    fn only_signature_fields(&mut self, old: Option<&'v Object>, new: Option<&'v Object>) -> bool {
        let direct = |list: &[&'v Object]| -> Vec<&'v Object> {
            list.iter().copied().filter(|item| item.as_reference().is_err()).collect()
        };
        let (old, new) = (items(self.before, old), items(self.after, new));
        let (old_direct, new_direct) = (direct(&old), direct(&new));
        let same_direct = old_direct.len() == new_direct.len()
            && old_direct.iter().zip(&new_direct).all(|(old, new)| self.same(old, new, DEPTH));
        if !same_direct {
            return false;
        }
        let references = |list: &[&'v Object]| -> Vec<ObjectId> {
            list.iter().filter_map(|item| item.as_reference().ok()).collect()
        };
        let (old, new) = (references(&old), references(&new));
        let mut rest = new.iter();
        for id in &old {
            // In their order; whatever stands between was added.
            loop {
                let Some(next) = rest.next() else { return false };
                if next == id {
                    break;
                }
                if !self.signatures.1.contains(next) {
                    return false;
                }
            }
            if self.signatures.0.contains(id) && !has_value(self.before, *id) {
                if !self.signatures.1.contains(id) {
                    return false;
                }
                continue;
            }
            let (Ok(old), Ok(new)) = (self.before.get_object(*id), self.after.get_object(*id)) else {
                if self.before.get_object(*id).is_ok() != self.after.get_object(*id).is_ok() {
                    return false;
                }
                continue;
            };
            if !self.same(old, new, DEPTH) {
                return false;
            }
        }
        rest.all(|id| self.signatures.1.contains(id))
    }
}

fn fields<'d>(document: &'d Document, catalog: &'d Dictionary) -> Option<&'d Object> {
    document.dereference(catalog.get(b"AcroForm").ok()?).ok()?.1.as_dict().ok()?.get(b"Fields").ok()
}

/// Items of an array that may itself be indirect.
fn items<'d>(document: &'d Document, list: Option<&'d Object>) -> Vec<&'d Object> {
    let list = list.and_then(|list| document.dereference(list).ok()).and_then(|(_, list)| list.as_array().ok());
    list.map(|items| items.iter().collect()).unwrap_or_default()
}

/// Fields of `/FT /Sig`, of their own or from above (ISO 32000-2, 12.7.4.1), and their widgets.
fn signature_fields(document: &Document, catalog: &Dictionary) -> BTreeSet<ObjectId> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<(&Object, bool)> =
        items(document, fields(document, catalog)).into_iter().map(|field| (field, false)).collect();
    while let Some((field, inherited)) = open.pop() {
        let Ok((Some(id), Object::Dictionary(field))) = document.dereference(field) else { continue };
        if !seen.insert(id) {
            continue;
        }
        let kind = field.get(b"FT").and_then(|kind| document.dereference(kind));
        let signature = kind.map_or(inherited, |(_, kind)| kind.as_name().is_ok_and(|name| name == b"Sig"));
        if signature {
            found.insert(id);
        }
        open.extend(items(document, field.get(b"Kids").ok()).into_iter().map(|kid| (kid, signature)));
    }
    found
}

fn has_value(document: &Document, id: ObjectId) -> bool {
    above(document, id, b"V").is_some_and(|value| !matches!(value, Object::Null))
}

fn above<'d>(document: &'d Document, id: ObjectId, key: &[u8]) -> Option<&'d Object> {
    let mut field = document.get_dictionary(id).ok()?;
    for _ in 0..DEPTH {
        if let Ok(value) = field.get(key) {
            return document.dereference(value).ok().map(|(_, value)| value);
        }
        field = document.dereference(field.get(b"Parent").ok()?).ok()?.1.as_dict().ok()?;
    }
    None
}
