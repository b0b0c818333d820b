//! Rules of a whole reading: it agrees with itself, it crosses to the judge as it is, and a signature that stands shows
//! what was signed.

use super::view::View;
use crate::budget::{Budget, DECODED, OBJECTS};
use crate::pdf::{ByteRange, Coverage, Modification, Reading, SignatureField, Weight, read};

/// Enough for inputs of a fuzzer; a few octets that ask for more are refused before they take its time.
const FEW_OBJECTS: u64 = 50_000;
const FEW_OCTETS: u64 = 4 << 20;

pub(crate) fn xref(octets: &[u8]) {
    let _ = checked(octets);
}

/// Reads a file and holds the reading to every rule.
pub(super) fn checked(octets: &[u8]) -> Option<Reading> {
    let reading = read(octets, &mut small()).ok()?;
    consistent(octets, &reading);
    for signature in reading.signatures.iter().filter(|signature| stands(&reading, signature)) {
        if let (Coverage::Revision { .. }, Ok(range)) = (signature.coverage, signature.byte_range) {
            let end = usize::try_from(range.end()).expect("the range lies in the file");
            signed_alone(&octets[..end], signature);
            truthful(&octets[..end], octets);
        }
    }
    Some(reading)
}

fn small() -> Budget {
    let mut budget = Budget::for_message();
    let spent = usize::try_from(DECODED - FEW_OCTETS).expect("a limit fits");
    budget.objects(OBJECTS - FEW_OBJECTS).and_then(|()| budget.decoded(spent)).expect("less than there is");
    budget
}

/// Whether structure and later changes speak for the signature.
pub(crate) fn stands(reading: &Reading, signature: &SignatureField) -> bool {
    signature.coverage != Coverage::GapNotContents
        && signature.modification <= Modification::FurtherSignature
        && reading.weight(signature) < Some(Weight::Ambiguous)
}

/// Positions lie in the file, facts agree with each other, and the encoding for the judge keeps all of it.
pub(crate) fn consistent(octets: &[u8], reading: &Reading) {
    let length = octets.len() as u64;
    assert!(reading.revisions.iter().all(|revision| revision.end <= length && revision.xref.end() <= length));
    assert!(reading.revisions.is_sorted_by_key(|revision| revision.end), "revisions follow each other");
    for signature in &reading.signatures {
        let (range, contents) = (signature.byte_range, signature.contents);
        if let Ok(range) = range {
            assert_eq!(ByteRange::new(range.raw(), length), Ok(range));
        }
        if let Ok(contents) = contents {
            let token = contents.of(octets).expect("the value lies in the file");
            assert!(token.starts_with(b"<") && token.ends_with(b">"), "the value is a hexadecimal string");
        }
        let coverage = match (range, contents) {
            (Ok(range), Ok(contents)) => range.coverage(contents, length),
            _ => Coverage::GapNotContents,
        };
        assert_eq!(signature.coverage, coverage);
        assert!(signature.revision.is_none_or(|revision| revision < reading.revisions.len()));
        let first = signature.revision.map_or(0, |revision| revision.saturating_add(1));
        let later = reading.revisions.iter().skip(first).map(|revision| revision.change.level);
        let later = later.max().unwrap_or(Modification::None);
        assert!(signature.modification >= later, "no later change is passed over");
    }
    let encoded = postcard::to_stdvec(reading).expect("a reading can be encoded");
    assert_eq!(postcard::from_bytes::<Reading>(&encoded).as_ref(), Ok(reading));
}

/// What the signer saw is a file of its own, and has this signature.
fn signed_alone(file: &[u8], signature: &SignatureField) {
    let alone = read(file, &mut small()).expect("what was signed is a file");
    let found = alone.signatures.iter().find(|found| found.value == signature.value);
    let found = found.expect("the signature was there when it was made");
    assert_eq!((found.contents, found.coverage), (signature.contents, Coverage::WholeFile));
}

/// Another program, which knows nothing of signatures, shows the same paper before and after.
pub(crate) fn truthful(before: &[u8], after: &[u8]) {
    let (Some(before), Some(after)) = (View::load(before), View::load(after)) else { return };
    if let Some(difference) = before.difference(&after) {
        panic!("a signature stands, and {difference}");
    }
}
