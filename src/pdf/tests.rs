//! Reading whole files: attacks and their harmless siblings, and the corpora where they are there.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::build::{Builder, catalog, field, page};
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

#[test]
fn a_signature_over_the_whole_file_is_read_with_all_its_facts() {
    let file = Builder::signed().build();
    let reading = reading(&file);
    assert_eq!(reading.oddities, []);
    assert_eq!(reading.page_count, Some(1));
    assert_eq!(reading.revisions.len(), 2);
    assert_eq!(reading.revisions[1].end, file.len() as u64);
    let [signature] = reading.signatures.as_slice() else { panic!("one signature") };
    assert_eq!((signature.field.as_str(), signature.object, signature.value), ("head", (5, 0), (6, 0)));
    assert_eq!(signature.sub_filter, SubFilter::AdbePkcs7Detached);
    assert_eq!(signature.coverage, Coverage::WholeFile);
    assert_eq!((signature.revision, signature.modification), (Some(1), Modification::None));
    assert_eq!(signature.claimed_time.unwrap().to_string(), "2024-01-01T20:04:05Z");
    assert_eq!(signature.shown.unwrap().page, Some(3));
    assert_eq!(contents_octets(&file, signature.contents.unwrap()).unwrap(), [0x30; 64]);
    let slices = signature.byte_range.unwrap().signed_slices(&file).unwrap();
    assert_eq!(slices[0].len() + slices[1].len() + 130, file.len());
}

#[test]
fn what_crosses_to_the_judge_comes_back_as_it_was() {
    let reading = reading(&Builder::signed().object(8, "<<>>").end().build());
    let encoded = postcard::to_stdvec(&reading).unwrap();
    assert_eq!(postcard::from_bytes::<Reading>(&encoded).unwrap(), reading);
}

#[test]
fn every_misshapen_byte_range_is_a_typed_error_and_covers_nothing() {
    use ByteRangeError::{
        Empty, Indirect, LateStart, Missing, Negative, Overlap, PastEndOfFile, WrongCount, WrongType,
    };
    let contents = format!("<{}>", "30".repeat(64));
    let cases = [
        ("null", Missing),
        ("4 0 R", Indirect),
        ("[0 10 4 0 R 30]", Indirect),
        ("(0 10 20 30)", WrongType),
        ("[0 10 20.0 30]", WrongType),
        ("[0 /10 20 30]", WrongType),
        ("[]", WrongCount { count: 0 }),
        ("[0 10]", WrongCount { count: 2 }),
        ("[0 10 20 30 40 50]", WrongCount { count: 6 }),
        ("[-1 10 20 30]", Negative),
        ("[0 10 20 -30]", Negative),
        ("[1 10 20 30]", LateStart { start: 1 }),
        ("[0 0 0 0]", Empty),
        ("[0 30 20 30]", Overlap),
        ("[0 10 20 99999999]", PastEndOfFile { file_len: 0 }),
        ("[0 10 9223372036854775807 9223372036854775807]", PastEndOfFile { file_len: 0 }),
        ("[0 10 20 99999999999999999999]", WrongType),
    ];
    for (range, expected) in cases {
        let file = Builder::new()
            .object(1, &catalog("5 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .signature_dictionary(6, "adbe.pkcs7.detached", range, &contents)
            .end()
            .build();
        let reading = reading(&file);
        let signature = reading.signatures.first().expect("still a signature");
        match (signature.byte_range.unwrap_err(), expected) {
            (PastEndOfFile { .. }, PastEndOfFile { .. }) => {}
            (found, expected) => assert_eq!(found, expected, "{range}"),
        }
        assert_eq!((signature.coverage, signature.modification), (Coverage::GapNotContents, Modification::Other));
    }
}

#[test]
fn every_misshapen_contents_is_a_typed_error_and_still_a_signature() {
    use ContentsError::{Empty, Indirect, Literal, Missing, WrongType};
    let cases = [
        ("null", Missing),
        ("4 0 R", Indirect),
        ("(abc)", Literal),
        ("<>", Empty),
        ("/A", WrongType),
        ("[<30>]", WrongType),
    ];
    for (contents, expected) in cases {
        let file = Builder::new()
            .object(1, &catalog("5 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .signature_dictionary(6, "adbe.pkcs7.detached", "[0 0 0 0]", contents)
            .end()
            .build();
        let reading = reading(&file);
        assert_eq!(reading.signatures.first().unwrap().contents, Err(expected), "{contents}");
        assert_eq!(reading.signatures.first().unwrap().coverage, Coverage::GapNotContents);
    }
}

#[test]
fn keys_that_are_not_there_leave_a_signature_that_covers_nothing() {
    for dictionary in ["<</Type/Sig/Filter/A>>", "<<>>", "<</ByteRange[0 1 2 3]>>", "<</Contents<30>>>"] {
        let file = Builder::new()
            .object(1, &catalog("5 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .object(6, dictionary)
            .end()
            .build();
        let reading = reading(&file);
        let signature = reading.signatures.first().expect("a field with a value is a signature");
        assert_eq!(signature.coverage, Coverage::GapNotContents, "{dictionary}");
        assert_eq!(signature.sub_filter, SubFilter::Unknown(String::new()));
    }
}

#[test]
fn a_signature_field_without_value_is_no_signature() {
    for value in ["", "/V null"] {
        let file = Builder::new().object(1, &catalog("5 0 R")).object(5, &field("empty", value)).end().build();
        let reading = reading(&file);
        assert!(reading.signatures.is_empty() && !reading.has_hidden_signature(), "{value}");
    }
}

#[test]
fn a_value_that_is_no_dictionary_never_looks_like_no_signature() {
    for value in ["/V 99 0 R", "/V 4 1 R", "/V(forged)", "/V 3"] {
        let file = Builder::new().object(1, &catalog("5 0 R")).object(5, &field("head", value)).end().build();
        let reading = reading(&file);
        assert!(reading.signatures.is_empty() && reading.has_hidden_signature(), "{value}");
    }
}

#[test]
fn a_signature_that_no_field_reaches_is_named() {
    let file = Builder::new().signature(6, "adbe.pkcs7.detached").end().build();
    let reading = reading(&file);
    assert!(reading.has_hidden_signature());
    assert_eq!(reading.oddities[0].kind, OddityKind::SignatureWithoutField { number: 6 });
}

#[test]
fn two_fields_that_share_one_signature_spoil_it() {
    let file = Builder::new()
        .end()
        .object(1, &catalog("5 0 R 7 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .object(7, &field("seal", "/V 6 0 R"))
        .signature(6, "adbe.pkcs7.detached")
        .end()
        .build();
    assert_eq!(finding(&file).2, Some(Weight::Fatal));
}

#[test]
fn inherited_field_types_and_values_are_seen() {
    let file = Builder::new()
        .end()
        .object(1, &catalog("5 0 R"))
        .object(5, "<</FT/Sig/T(a)/Kids[7 0 R]>>")
        .object(7, "<</T(b)/Parent 5 0 R/V 6 0 R/Kids[8 0 R]>>")
        .object(8, "<</Type/Annot/Subtype/Widget/Parent 7 0 R/Rect[0 0 0 0]>>")
        .signature(6, "ETSI.CAdES.detached")
        .end()
        .build();
    let reading = reading(&file);
    assert_eq!(reading.oddities, []);
    let signature = reading.signatures.first().unwrap();
    assert_eq!((signature.field.as_str(), signature.shown), ("a.b", None));
    assert_eq!(signature.coverage, Coverage::WholeFile);
}

#[test]
fn a_second_range_that_moved_leaves_room_for_forged_octets() {
    let file = Builder::signed().build();
    let text = b"/ByteRange [0 ";
    let at = file.windows(text.len()).position(|octets| octets == text).unwrap() + text.len();
    let mut wrapped = file.clone();
    let end: usize = std::str::from_utf8(&file[at + 11..at + 21]).unwrap().trim().parse().unwrap();
    wrapped[at + 11..at + 32].copy_from_slice(format!("{:10} {:10}", end + 50, file.len() - end).as_bytes());
    wrapped.extend_from_slice(&[b' '; 50]);
    assert_eq!(finding(&wrapped).0, Coverage::GapNotContents);
}

#[test]
fn contents_that_stand_twice_are_in_doubt() {
    let doubled = format!("<{0}>/Contents<{0}>", "30".repeat(64));
    let blank = " ".repeat(10);
    let file = Builder::new()
        .object(1, &catalog("5 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .signature_dictionary(6, "adbe.pkcs7.detached", &format!("[0 {blank} {blank} {blank}]"), &doubled)
        .end()
        .build();
    let (coverage, _, weight) = finding(&file);
    assert_eq!(coverage, Coverage::GapNotContents);
    assert!(weight >= Some(Weight::Ambiguous));
}

#[test]
fn a_further_field_that_is_signed_is_a_further_signature() {
    let signed = Builder::signed()
        .object(1, &catalog("5 0 R 7 0 R"))
        .object(3, &page("5 0 R 7 0 R"))
        .object(7, &field("seal", "/V 8 0 R/AP<</N 9 0 R>>"))
        .signature(8, "adbe.pkcs7.detached")
        .stream(9, "/Type/XObject/Subtype/Form/BBox[0 0 80 50]", b"q Q")
        .end();
    let file = signed.clone().build();
    assert!(matches!(finding(&file), (Coverage::Revision { .. }, Modification::FurtherSignature, None)));
    let second = reading(&file).signatures[1].clone();
    assert_eq!((second.coverage, second.modification), (Coverage::WholeFile, Modification::None));
    // A third one, and what it does counts for the first and the second alike.
    let file = signed.object(4, "<<>>").end().build();
    assert!(reading(&file).signatures.iter().all(|signature| signature.modification == Modification::Other));
}

#[test]
fn an_empty_field_that_is_signed_is_a_further_signature() {
    let file = Builder::signed_beside_empty()
        .object(7, &field("seal", "/V 8 0 R/AP<</N 9 0 R>>/M(D:2024)"))
        .signature(8, "adbe.pkcs7.detached")
        .stream(9, "/Type/XObject/Subtype/Form/BBox[0 0 80 50]", b"q Q")
        .end()
        .build();
    let reading = reading(&file);
    let head = reading.signatures.iter().find(|signature| signature.field == "head").unwrap();
    assert_eq!(head.modification, Modification::FurtherSignature);
}

#[test]
fn validation_data_and_a_timestamp_that_is_not_shown_are_long_term_validation() {
    let hidden = "<</FT/Sig/T(time)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132/P 3 0 R/V 12 0 R>>";
    let catalog = |fields: &str| catalog(fields).replace("/Pages", "/DSS 10 0 R/Pages");
    let file = Builder::signed()
        .object(1, &catalog("5 0 R"))
        .object(10, "<</Type/DSS/Certs[11 0 R]/VRI<</AB<</Cert[11 0 R]>>>>>>")
        .stream(11, "", b"0")
        .end()
        .object(1, &catalog("5 0 R 13 0 R"))
        .object(3, &page("5 0 R 13 0 R"))
        .object(13, hidden)
        .signature(12, "ETSI.RFC3161")
        .end()
        .build();
    let (_, modification, weight) = finding(&file);
    assert_eq!((modification, weight), (Modification::LongTermValidation, None));
    assert_eq!(reading(&file).signatures[1].kind, SignatureKind::DocumentTimestamp);
}

#[test]
fn later_revisions_that_change_anything_else_are_refused() {
    let sign = |file: Builder| file.object(7, &field("seal", "/V 8 0 R")).signature(8, "adbe.pkcs7.detached").end();
    let both = |file: Builder| sign(file.object(1, &catalog("5 0 R 7 0 R")).object(3, &page("5 0 R 7 0 R")));
    assert!(stands(&both(Builder::signed()).build()), "the harmless sibling");
    let attacks: Vec<(&str, Builder)> = vec![
        ("page content", Builder::signed().stream(4, "", b"BT (forged) Tj ET").end()),
        ("page content between two signatures", both(Builder::signed().stream(4, "", b"BT (forged) Tj ET"))),
        ("page dictionary", Builder::signed().object(3, &page("5 0 R").replace("842", "800")).end()),
        ("page tree", Builder::signed().object(2, "<</Type/Pages/Kids[]/Count 0>>").end()),
        ("catalog", Builder::signed().object(1, &catalog("5 0 R").replace("/Pages", "/OpenAction 3 0 R/Pages")).end()),
        ("another catalog", Builder::signed().object(9, &catalog("5 0 R")).root(9).end()),
        ("annotation", Builder::signed().object(3, &page("5 0 R 9 0 R")).object(9, "<</Subtype/FreeText>>").end()),
        ("annotation with a signature", {
            let file = Builder::signed().object(1, &catalog("5 0 R 7 0 R")).object(3, &page("5 0 R 7 0 R 9 0 R"));
            sign(file.object(9, "<</Subtype/FreeText>>"))
        }),
        ("annotation removed", sign(Builder::signed().object(1, &catalog("5 0 R 7 0 R")).object(3, &page("7 0 R")))),
        ("field removed", sign(Builder::signed().object(1, &catalog("7 0 R")).object(3, &page("5 0 R 7 0 R")))),
        ("field replaced", Builder::signed().object(5, &field("head", "/V 6 0 R/AP<<>>")).end()),
        ("value replaced", Builder::signed().object(5, &field("head", "/V 8 0 R")).signature(8, "a").end()),
        ("empty field added", {
            let file = Builder::signed().object(1, &catalog("5 0 R 7 0 R")).object(3, &page("5 0 R 7 0 R"));
            file.object(7, &field("seal", "")).end()
        }),
        ("empty field given an appearance", {
            Builder::signed_beside_empty().object(7, &field("seal", "/AP<</N 4 0 R>>")).end()
        }),
        ("field with an action", {
            let file = Builder::signed().object(1, &catalog("5 0 R 7 0 R")).object(3, &page("5 0 R 7 0 R"));
            file.object(7, &field("seal", "/V 8 0 R/AA<<>>")).signature(8, "adbe.pkcs7.detached").end()
        }),
        ("orphan", Builder::signed().object(9, "<<>>").end()),
        ("orphan with a signature", both(Builder::signed().object(9, "<<>>"))),
        ("freed", Builder::signed().free(4).end()),
        ("generation", {
            let file = Builder::signed();
            let at = file.length();
            file.raw(b"4 1 obj\nnull\nendobj\n").entry(4, 1, at).end()
        }),
        ("new appearances wanted", {
            let form = catalog("5 0 R").replace("/SigFlags", "/NeedAppearances true/SigFlags");
            Builder::signed().object(1, &form).end()
        }),
        ("signature written again", Builder::signed().signature(6, "adbe.pkcs7.detached").end()),
    ];
    for (name, file) in attacks {
        assert!(!stands(&file.build()), "{name}");
    }
}

#[test]
fn an_array_of_annotations_that_two_pages_share_is_not_extended() {
    let base = |second: &str| {
        Builder::new()
            .object(2, "<</Type/Pages/Kids[3 0 R 20 0 R]/Count 2>>")
            .object(3, &page("").replace("[]>>", " 21 0 R>>"))
            .object(20, second)
            .object(21, "[5 0 R]")
            .object(1, &catalog("5 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .signature(6, "adbe.pkcs7.detached")
            .end()
            .object(1, &catalog("5 0 R 7 0 R"))
            .object(21, "[5 0 R 7 0 R]")
            .object(7, &field("seal", "/V 8 0 R"))
            .signature(8, "adbe.pkcs7.detached")
            .end()
            .build()
    };
    assert!(stands(&base("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")));
    assert!(!stands(&base("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots 21 0 R>>")));
}

#[test]
fn octets_that_no_cross_reference_reaches_are_refused_after_the_signed_range() {
    let tails: [&[u8]; 5] = [
        b"4 0 obj\n<<>>\nendobj\n",
        b"4 0 obj\n<<>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n",
        b"PK\x03\x04 and so on",
        b"% a comment\n",
        b"%%EOF\n",
    ];
    for tail in tails {
        let file = Builder::signed().raw(tail).build();
        assert_eq!(finding(&file).2, Some(Weight::Fatal), "{}", String::from_utf8_lossy(tail));
    }
    let file = Builder::signed().raw(b"\r\n \n").build();
    assert!(matches!(finding(&file), (Coverage::Revision { appended: 4 }, Modification::None, None)));
}

#[test]
fn the_senders_own_stray_octets_are_a_remark() {
    let file = Builder::new()
        .raw(b"9 0 obj\n<<>>\nendobj\n")
        .end()
        .object(1, &catalog("5 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .signature(6, "adbe.pkcs7.detached")
        .end()
        .build();
    assert_eq!(finding(&file), (Coverage::WholeFile, Modification::None, Some(Weight::Remark)));
}

#[test]
fn thousands_of_comments_before_the_signature_are_a_remark_and_one_after_it_is_not() {
    let mut base = Builder::new();
    for number in 20..3_000 {
        base = base.raw(b"% comment\n").object(number, "null");
    }
    let signed = base
        .end()
        .object(1, &catalog("5 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .signature(6, "adbe.pkcs7.detached")
        .end();
    assert_eq!(finding(&signed.clone().build()).2, Some(Weight::Remark));
    assert_eq!(finding(&signed.raw(b"% comment\n").build()).2, Some(Weight::Fatal));
}

#[test]
fn an_entry_that_leads_to_another_object_is_not_followed() {
    let plain = Builder::signed();
    let at = plain.length();
    let file = plain.raw(b"9 0 obj\n<<>>\nendobj\n").entry(4, 0, at).end().build();
    let reading = reading(&file);
    assert!(
        reading
            .oddities
            .iter()
            .any(|oddity| { oddity.kind == OddityKind::EntryMismatch { number: 4, found: Some((9, 0)) } })
    );
    assert!(!stands(&file));
}

#[test]
fn an_entry_that_leads_into_the_signed_range_is_refused() {
    // A second "4 0 obj" that nothing names while the signature is made, and that a later table names.
    let signed = Builder::new();
    let hidden = signed.length();
    let signed = signed
        .raw(b"4 0 obj\n<</Length 0>>\nstream\n\nendstream\nendobj\n")
        .end()
        .object(1, &catalog("5 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .signature(6, "adbe.pkcs7.detached")
        .end();
    assert!(stands(&signed.clone().build()));
    assert_eq!(finding(&signed.entry(4, 0, hidden).end().build()).2, Some(Weight::Fatal));
}

#[test]
fn keys_that_stand_twice_in_deciding_dictionaries_are_in_doubt() {
    for (number, body) in [
        (1, catalog("5 0 R").replace("/Pages", "/Pages 9 0 R/P#61ges")),
        (3, page("5 0 R").replace("/Contents", "/Contents 9 0 R/Contents")),
        (1, catalog("5 0 R").replace("/Fields", "/Fields[]/Fields")),
        (5, field("head", "/V 9 0 R/V 6 0 R")),
    ] {
        let file = Builder::new()
            .object(1, &catalog("5 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .object(number, &body)
            .signature(6, "adbe.pkcs7.detached")
            .end()
            .build();
        let reading = reading(&file);
        let twice = |oddity: &Oddity| matches!(oddity.kind, OddityKind::DuplicateKey { .. });
        assert!(reading.oddities.iter().any(twice), "{body}");
        assert!(!stands(&file), "{body}");
    }
}

#[test]
fn a_trailer_with_a_key_that_stands_twice_is_in_doubt() {
    let file = Builder::signed().trailer("/Root 1 0 R").end().build();
    assert!(!stands(&file));
}

#[test]
fn loops_of_fields_and_of_pages_end() {
    let file = Builder::new()
        .object(1, &catalog("5 0 R 5 0 R"))
        .object(2, "<</Type/Pages/Kids[2 0 R]/Count 1>>")
        .object(5, "<</T(a)/Kids[5 0 R 5 0 R]>>")
        .end()
        .build();
    let reading = reading(&file);
    assert_eq!(reading.page_count, None);
    assert!(reading.oddities.iter().any(|oddity| matches!(oddity.kind, OddityKind::FieldReachedTwice { number: 5 })));
}

#[test]
fn a_chain_that_leads_nowhere_or_back_is_broken() {
    let fault = |file: &[u8]| match read(file, &mut Budget::for_message()) {
        Err(ReadError::Broken { fault, .. }) => fault,
        other => panic!("{other:?}"),
    };
    let base = Builder::new().end();
    let itself = base.length();
    let looped = base.clone().trailer(&format!("/Prev {itself}"));
    assert_eq!(fault(&looped.end().build()), Fault::PrevLoop);
    let nowhere = base.clone().trailer("/Prev 3");
    assert_eq!(fault(&nowhere.end().build()), Fault::SectionMissing);
    let beyond = base.trailer("/Prev 99999999999");
    assert_eq!(fault(&beyond.end().build()), Fault::SectionMissing);
    assert_eq!(fault(b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n"), Fault::StartxrefMissing);
    assert_eq!(fault(b"%PDF-1.7\nstartxref\n0\n%%EOF"), Fault::SectionMissing);
    assert_eq!(fault(b"%PDF-1.7\nxref\n0 0\ntrailer<<>>startxref\n9\n%%EOF"), Fault::TrailerWithoutRoot);
}

#[test]
fn what_is_no_pdf_is_said_to_be_none() {
    for octets in [b"".as_slice(), b"PK\x03\x04", b"%PD", &[0; 4_096]] {
        assert_eq!(read(octets, &mut Budget::for_message()), Err(ReadError::NotPdf));
    }
}

#[test]
fn a_header_after_other_octets_is_in_doubt() {
    let mut file = Builder::signed().build();
    assert!(stands(&file));
    file[..9].copy_from_slice(b"GIF89a%PD");
    assert_eq!(read(&file, &mut Budget::for_message()), Err(ReadError::NotPdf));
}

#[test]
fn encryption_is_seen_in_any_trailer_and_in_a_broken_file() {
    let first = Builder::new().trailer("/Encrypt 9 0 R").end().trailer("").object(9, "<<>>").end().build();
    let last = Builder::new().end().trailer("/Encrypt<</Filter/Standard>>").end().build();
    let broken = b"%PDF-1.7\ntrailer<</Encrypt 9 0 R>>startxref\n5\n%%EOF";
    for file in [first.as_slice(), &last, broken] {
        assert_eq!(read(file, &mut Budget::for_message()), Err(ReadError::Encrypted));
    }
}

#[test]
fn a_hundred_thousand_levels_are_an_unreadable_object_not_a_crash() {
    let file = Builder::new().object(9, &"[".repeat(100_000)).end().build();
    let reading = reading(&file);
    assert!(reading.oddities.iter().any(|oddity| oddity.kind == OddityKind::ObjectUnreadable { number: 9 }));
}

#[test]
fn a_thousand_signatures_are_read_and_one_more_is_too_many() {
    let many = |count: u32| {
        let fields: Vec<String> = (0..count).map(|index| format!("{} 0 R", 10 + 2 * index)).collect();
        let mut file = Builder::new().object(1, &catalog(&fields.join(" ")));
        for index in 0..count {
            let number = 10 + 2 * index;
            file = file
                .object(number, &field(&format!("f{index}"), &format!("/V {} 0 R", number + 1)))
                .signature_dictionary(number + 1, "adbe.pkcs7.detached", "[0 1 2 3]", "<30>");
        }
        file.end().build()
    };
    let begun = Instant::now();
    assert_eq!(reading(&many(1_000)).signatures.len(), 1_000);
    assert!(begun.elapsed().as_secs() < 5);
    let error = read(&many(1_001), &mut Budget::for_message()).unwrap_err();
    assert_eq!(error, ReadError::TooLarge(Limit::Signatures));
}

#[test]
fn a_bomb_in_an_object_stream_ends_at_the_limit() {
    use std::io::Write as _;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..160 {
        encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    let file = Builder::new();
    let at = file.length();
    let file = file.stream(9, "/Type/ObjStm/N 1/First 4/Filter/FlateDecode", &bomb);
    // Object 10 is in the stream; a cross-reference stream says so.
    let xref_at = file.length();
    let mut rows = vec![0, 0, 0, 0, 0];
    let mut push = |kind: u8, second: usize, third: u8| {
        rows.push(kind);
        rows.extend_from_slice(&u32::try_from(second).unwrap().to_be_bytes()[1..]);
        rows.push(third);
    };
    push(1, at, 0);
    push(2, 9, 0);
    push(1, xref_at, 0);
    let keys = "/Type/XRef/W[1 3 1]/Index[0 1 9 3]/Size 12/Root 1 0 R";
    let file = file.stream(11, keys, &rows).raw(format!("startxref\n{xref_at}\n%%EOF\n").as_bytes()).build();
    let error = read(&file, &mut Budget::for_message()).unwrap_err();
    assert_eq!(error, ReadError::TooLarge(Limit::Decoded));
}

#[test]
fn objects_that_claim_the_same_octets_do_not_multiply_the_work() {
    // Each string runs to the end of the file: as many objects as strings, each as long as the file.
    let mut file = Builder::new();
    for number in 10..4_010 {
        let at = file.length();
        file = file.raw(format!("{number} 0 obj(").as_bytes()).entry(number, 0, at);
    }
    let file = file.raw(&b" ".repeat(100_000)).raw(&b")".repeat(4_000)).end().build();
    let begun = Instant::now();
    let error = read(&file, &mut Budget::for_message()).unwrap_err();
    assert_eq!(error, ReadError::TooLarge(Limit::Work));
    assert!(begun.elapsed().as_secs() < 5);
}

#[test]
fn active_content_is_named_however_its_name_is_written() {
    let file = Builder::new()
        .object(9, "<</S/J#61vaScript/JS(app.alert)>>")
        .object(10, "<</S/Launch>>")
        .object(11, "<</EF<<>>>>")
        .stream(12, "/F(other.bin)", b"")
        .object(1, "<</Type/Catalog/Pages 2 0 R/OpenAction 9 0 R/AcroForm<</Fields[]/XFA 12 0 R>>>>")
        .end()
        .build();
    let kinds: Vec<ActiveKind> = reading(&file).active.iter().map(|active| active.kind).collect();
    assert_eq!(
        kinds,
        [
            ActiveKind::EmbeddedFile,
            ActiveKind::ExternalStream,
            ActiveKind::JavaScript,
            ActiveKind::Launch,
            ActiveKind::OpenAction,
            ActiveKind::Xfa
        ]
    );
}

#[test]
fn every_file_cut_short_or_with_one_octet_changed_ends_in_a_value() {
    let file = Builder::signed_beside_empty()
        .object(7, &field("seal", "/V 8 0 R"))
        .signature(8, "adbe.pkcs7.detached")
        .end()
        .build();
    for at in 0..file.len() {
        let _ = read(&file[..at], &mut Budget::for_message());
        for octet in [0, b'(', b'<', b'9', b'[', 0xFF] {
            let mut changed = file.clone();
            changed[at] = octet;
            let _ = read(&changed, &mut Budget::for_message());
        }
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
