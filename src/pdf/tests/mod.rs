//! Reading whole files.

use super::*;
use crate::budget::Budget;

mod attacks;
mod carriers;
mod corpora;
mod fields;
mod hostile;
mod levels;
mod sameness;
mod second;
mod shapes;
mod tagged;
mod takeover;

fn is_clean(reading: &Reading, signature: &SignatureField) -> bool {
    signature.coverage != Coverage::GapNotContents
        && signature.modification <= Modification::FurtherSignature
        && reading.weight(signature) < Some(Weight::Ambiguous)
}

fn reading(file: &[u8]) -> Reading {
    read(file, &mut Budget::for_message()).unwrap()
}

/// The one finding of a file with one signature: what it covers, what came after, how odd it is.
fn finding(file: &[u8]) -> (Coverage, Modification, Option<Weight>) {
    let reading = reading(file);
    let signature = reading.signatures.first().unwrap();
    (signature.coverage, signature.modification, reading.weight(signature))
}

/// Whether the signature in the field "head" can be relied on as far as structure goes.
fn stands(file: &[u8]) -> bool {
    match read(file, &mut Budget::for_message()) {
        Ok(reading) => {
            reading.signatures.iter().any(|signature| signature.field == "head" && is_clean(&reading, signature))
        }
        Err(_) => false,
    }
}
