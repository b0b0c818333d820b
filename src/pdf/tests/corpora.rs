//! Files of others, where they are there.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::*;

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
                for signature in &reading.signatures {
                    println!("\tpermits {:?} {:?}", signature.permissions, signature.lock_broken);
                    for shown in &signature.shown {
                        println!("\tshown {shown:?}");
                    }
                }
                for shadow in &reading.shadow {
                    println!("\tshadow {shadow:?}");
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
                        println!("\trevision {index}: {unexplained:?}");
                    }
                }
            }
        }
        assert!(took.as_secs() < 5, "{name} took {took:?}");
        assert!(serde_json::to_string(&result.ok()).is_ok());
    }
}

#[test]
fn both_signed_government_papers_stand() {
    let Some(corpora) = corpora() else { return };
    for name in ["mcontract-08-1.signed.pdf", "nd-119-2018.signed.pdf"] {
        let file = std::fs::read(corpora.join("vn/pdf").join(name)).unwrap();
        assert_eq!(finding(&file), (Coverage::WholeFile, Modification::None, None), "{name}");
    }
}

#[test]
fn files_signed_twice_by_others_are_further_signatures() {
    let Some(corpora) = corpora() else { return };
    for name in
        ["minimal-two-fields-signed-twice", "minimal-signed-twice-second-created", "minimal-signed-twice-both-created"]
    {
        let file = std::fs::read(corpora.join("pdf/pyhanko").join(name).with_extension("pdf")).unwrap();
        let mut levels: Vec<_> = reading(&file).signatures.iter().map(|signature| signature.modification).collect();
        levels.sort();
        assert_eq!(levels, [Modification::None, Modification::FurtherSignature], "{name}");
    }
}

/// Files that others call invalid and whose structure is sound all the same.
const SOUND: [(&str, &str); 4] = [
    ("dss/pades-enveloping-other-pdf.pdf", "embeds a file; openssl finds digest and signature intact"),
    ("pyhanko/form-update-ap-indirect-sneaky-trailer.pdf", "the shared appearance dictionary is left as it was"),
    ("pyhanko/form-update-no-override-appearance-stream-ap-indirect-sneaky.pdf", "as the one before"),
    ("pyhanko/pdf-sig-with-econtent.pdf", "the CMS object has content of its own: for the cms module"),
];

#[test]
fn no_file_that_others_call_invalid_stands_and_all_they_call_valid_do() {
    let Some(corpora) = corpora() else { return };
    let manifest = std::fs::read_to_string(corpora.join("pdf/manifest.tsv")).unwrap();
    for row in manifest.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let (path, expected) = (columns[0], columns[6]);
        let result = read(&std::fs::read(corpora.join("pdf").join(path)).unwrap(), &mut Budget::for_message());
        let all_stand = result.as_ref().is_ok_and(|reading| {
            let signatures = &reading.signatures;
            !signatures.is_empty() && signatures.iter().all(|signature| is_clean(reading, signature))
        });
        let excepted = SOUND.iter().any(|(name, _)| *name == path);
        match expected {
            "INVALID" => assert_eq!(all_stand, excepted, "{path}"),
            "VALID" => assert!(all_stand, "{path}"),
            "UNSIGNED" => assert!(result.is_err() || result.is_ok_and(|reading| reading.signatures.is_empty())),
            _ if all_stand => {}
            _ => println!("{expected}\t{path}\tdoes not stand"),
        }
    }
}
