//! A second reader: lopdf in strict mode walks the form of the newest revision on its own, and its signatures are held
//! against ours. Where both differ, neither is believed.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

use super::contents::contents_octets;
use super::signature::SignatureField;

/// What the second reader says.
#[derive(Debug, PartialEq)]
pub(super) enum SecondOpinion {
    Agrees,
    /// Object number of a signature dictionary that only one found, or found with other octets.
    Differs(u32),
    Refuses,
}

/// Larger object streams make the second reader refuse; ours has already paid for all of them.
const OBJECT_STREAM: usize = 64 << 20;

/// Asks lopdf for the signatures of `file` and compares.
pub(super) fn second_opinion(file: &[u8], ours: &[SignatureField]) -> SecondOpinion {
    let options = LoadOptions { strict: true, max_decompressed_size: Some(OBJECT_STREAM), ..LoadOptions::default() };
    let Ok(document) = Document::load_mem_with_options(file, options) else { return SecondOpinion::Refuses };
    let mut theirs = signatures(&document);
    for signature in ours {
        let Some(dictionary) = theirs.remove(&signature.value) else {
            return SecondOpinion::Differs(signature.value.0);
        };
        if !same(file, signature, dictionary) {
            return SecondOpinion::Differs(signature.value.0);
        }
    }
    theirs.keys().next().map_or(SecondOpinion::Agrees, |id| SecondOpinion::Differs(id.0))
}

/// Whether both read the same octets and the same range; what ours could not read says enough by itself.
fn same(file: &[u8], ours: &SignatureField, theirs: &Dictionary) -> bool {
    let contents = ours.contents.and_then(|span| contents_octets(file, span));
    let same_contents = contents.is_err()
        || matches!((contents, theirs.get(b"Contents")), (Ok(ours), Ok(Object::String(theirs, _))) if ours == *theirs);
    let same_range = ours.byte_range.is_err()
        || ours.byte_range.is_ok_and(|range| {
            let theirs: Option<Vec<u64>> = theirs.get(b"ByteRange").ok().and_then(|array| {
                array.as_array().ok()?.iter().map(|item| u64::try_from(item.as_i64().ok()?).ok()).collect()
            });
            theirs.is_some_and(|theirs| theirs == range.raw())
        });
    same_contents && same_range
}

/// Signature dictionaries by the object that holds them.
fn signatures(document: &Document) -> BTreeMap<ObjectId, &Dictionary> {
    let mut found = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let form = document.catalog().ok().and_then(|catalog| dictionary(document, catalog.get(b"AcroForm").ok()?));
    let mut nodes: Vec<(&Object, bool, u32)> = form
        .and_then(|(_, form)| array(document, form.get(b"Fields").ok()?))
        .map(|fields| fields.iter().map(|field| (field, false, 0)).collect())
        .unwrap_or_default();
    while let Some((node, inherited, depth)) = nodes.pop() {
        let Some((id, field)) = dictionary(document, node) else { continue };
        if id.is_some_and(|id| !seen.insert(id)) || depth > 64 {
            continue;
        }
        let kind = field.get(b"FT").ok().and_then(|kind| document.dereference(kind).ok());
        let is_signature = kind.map_or(inherited, |(_, kind)| kind.as_name().is_ok_and(|name| name == b"Sig"));
        if is_signature
            && let Some((value_id, value)) = field.get(b"V").ok().and_then(|value| dictionary(document, value))
            && let Some(id) = value_id.or(id)
        {
            found.insert(id, value);
        }
        if let Some(kids) = field.get(b"Kids").ok().and_then(|kids| array(document, kids)) {
            nodes.extend(kids.iter().map(|kid| (kid, is_signature, depth + 1)));
        }
    }
    found
}

fn dictionary<'d>(document: &'d Document, object: &'d Object) -> Option<(Option<ObjectId>, &'d Dictionary)> {
    let (id, object) = document.dereference(object).ok()?;
    Some((id, object.as_dict().ok()?))
}

fn array<'d>(document: &'d Document, object: &'d Object) -> Option<&'d Vec<Object>> {
    document.dereference(object).ok()?.1.as_array().ok()
}
