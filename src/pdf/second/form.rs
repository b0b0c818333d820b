//! The second reader's walk over the form: which signature dictionaries the fields reach (ISO 32000-2, 12.7.4).

use std::collections::{BTreeMap, BTreeSet};

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, String};

use super::{First, id};
use crate::pdf::contents::contents_octets;
use crate::pdf::field::FIELD_DEPTH;
use crate::pdf::signature::SignatureField;
use crate::pdf::value::Id;

/// Object number of a signature dictionary that only one of both found, or found with other octets.
pub(super) fn difference(first: First<'_>, second: &Pdf) -> Option<u32> {
    let mut theirs = signatures(second);
    for ours in first.signatures {
        match theirs.remove(&ours.value) {
            Some(dictionary) if same(first.file.octets(), ours, &dictionary) => {}
            _ => return Some(ours.value.0),
        }
    }
    theirs.keys().next().map(|id| id.0)
}

/// Whether both read the same octets and the same range; what ours could not read says enough by itself.
fn same(file: &[u8], ours: &SignatureField, theirs: &Dict<'_>) -> bool {
    let same_contents = match ours.contents.and_then(|span| contents_octets(file, span)) {
        Err(_) => true,
        Ok(ours) => theirs.get::<String<'_>>("Contents").is_some_and(|theirs| theirs.as_bytes() == ours),
    };
    let same_range = match ours.byte_range {
        Err(_) => true,
        Ok(range) => theirs.get::<Array<'_>>("ByteRange").is_some_and(|theirs| {
            let theirs = theirs.iter::<i32>().map(u64::try_from);
            theirs.eq(range.raw().map(Ok))
        }),
    };
    same_contents && same_range
}

/// Signature dictionaries by the object that holds them.
fn signatures(pdf: &Pdf) -> BTreeMap<Id, Dict<'_>> {
    let mut found = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let fields = pdf
        .xref()
        .get::<Dict<'_>>(pdf.xref().root_id())
        .and_then(|catalog| catalog.get::<Dict<'_>>("AcroForm")?.get::<Array<'_>>("Fields"));
    let mut nodes: Vec<(Dict<'_>, bool, u32)> = Vec::new();
    let mut kids = fields.map(|fields| (fields, false, 0));
    loop {
        if let Some((array, inherited, depth)) = kids.take() {
            for item in array.raw_iter() {
                let field = match item {
                    MaybeRef::Ref(reference) if seen.insert(reference.obj_number) => {
                        pdf.xref().get::<Dict<'_>>(reference.into())
                    }
                    MaybeRef::Ref(_) => None,
                    MaybeRef::NotRef(object) => into_dictionary(object),
                };
                nodes.extend(field.map(|field| (field, inherited, depth)));
            }
        }
        let Some((field, inherited, depth)) = nodes.pop() else { return found };
        let is_signature = match field.get_raw::<Object<'_>>("FT") {
            None => inherited,
            Some(_) => field.get::<Name<'_>>("FT").is_some_and(|kind| &*kind == b"Sig"),
        };
        if is_signature && let Some(value) = field.get::<Dict<'_>>("V") {
            found.extend(value.obj_id().and_then(id).map(|id| (id, value)));
        }
        if depth < FIELD_DEPTH {
            kids = field.get::<Array<'_>>("Kids").map(|kids| (kids, is_signature, depth + 1));
        }
    }
}

fn into_dictionary(object: Object<'_>) -> Option<Dict<'_>> {
    match object {
        Object::Dict(dictionary) => Some(dictionary),
        _ => None,
    }
}
