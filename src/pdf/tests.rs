//! Reading whole files: attacks and their harmless siblings, and the corpora where they are there.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::*;
use crate::budget::Budget;

fn corpora() -> Option<PathBuf> {
    let named = std::env::var_os("DIEU7_CORPORA").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"));
    let there = folder.is_dir();
    if !there {
        println!("left out: no corpora at {}", folder.display());
    }
    there.then_some(folder)
}

fn pdfs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pdfs(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "pdf") {
            found.push(path);
        }
    }
}

fn read_file(path: &Path) -> Result<Reading, ReadError> {
    read(&std::fs::read(path).unwrap(), &mut Budget::for_message())
}

fn is_clean(reading: &Reading, signature: &SignatureField) -> bool {
    signature.coverage != Coverage::GapNotContents
        && signature.modification <= Modification::FurtherSignature
        && reading.weight(signature) < Some(Weight::Ambiguous)
}

#[test]
fn every_file_of_the_corpora_is_read_in_time_and_the_table_can_be_looked_at() {
    let Some(corpora) = corpora() else { return };
    let mut files = Vec::new();
    for folder in ["pdf", "hostile", "vn", "scan"] {
        pdfs(&corpora.join(folder), &mut files);
    }
    files.sort();
    assert!(files.len() > 100);
    for path in files {
        let octets = std::fs::read(&path).unwrap();
        let begun = Instant::now();
        let result = read(&octets, &mut Budget::for_message());
        let took = begun.elapsed();
        let name = path.strip_prefix(&corpora).unwrap().display().to_string();
        match &result {
            Err(error) => println!("{name}\t{error:?}\t{took:?}"),
            Ok(reading) => {
                println!("{name}\tpages {:?}\trevisions {}\t{took:?}", reading.page_count, reading.revisions.len());
                for signature in &reading.signatures {
                    println!(
                        "\t{} {:?} {:?} {:?} {:?} r{:?} {:?} {}",
                        signature.field,
                        signature.sub_filter,
                        signature.byte_range.err(),
                        signature.contents.err(),
                        signature.coverage,
                        signature.revision,
                        signature.modification,
                        if is_clean(reading, signature) { "clean" } else { "" },
                    );
                }
                for oddity in &reading.oddities {
                    let gravest = reading
                        .signatures
                        .iter()
                        .map(|signature| oddity.weight(signature.byte_range.map_or(0, |range| range.end())));
                    println!("\todd: {oddity} {:?}", gravest.max());
                }
                for (index, revision) in reading.revisions.iter().enumerate() {
                    for unexplained in &revision.change.unexplained {
                        println!("\trevision {index}: {unexplained}");
                    }
                }
            }
        }
        assert!(took.as_secs() < 5, "{name} took {took:?}");
        let encoded = serde_json::to_string(&result.unwrap_or_else(|_| Reading {
            revisions: Vec::new(),
            signatures: Vec::new(),
            oddities: Vec::new(),
            active: Vec::new(),
            page_count: None,
        }));
        assert!(encoded.is_ok());
    }
}
