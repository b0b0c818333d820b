//! Files that would crash a reader, or take all its time.

use super::*;
use crate::pdf::build::{Builder, catalog, field};

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
    assert_eq!(reading(&many(1_000)).signatures.len(), 1_000);
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
    let error = read(&file, &mut Budget::for_message()).unwrap_err();
    assert_eq!(error, ReadError::TooLarge(Limit::Work));
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
        for octet in [b'(', b'9', 0xFF] {
            let mut changed = file.clone();
            changed[at] = octet;
            let _ = read(&changed, &mut Budget::for_message());
        }
    }
}

#[test]
fn a_chain_of_more_sections_than_anybody_saves_is_too_large() {
    let mut file = Builder::new().end();
    for _ in 0..4_200 {
        file = file.end();
    }
    let error = read(&file.build(), &mut Budget::for_message()).unwrap_err();
    assert_eq!(error, ReadError::TooLarge(Limit::Sections));
}

#[test]
fn references_that_lead_to_themselves_are_followed_no_further_than_the_limit() {
    let file = Builder::new()
        .object(5, &field("head", "/V 9 0 R"))
        .object(9, "10 0 R")
        .object(10, "9 0 R")
        .end()
        .object(1, &catalog("5 0 R"))
        .end()
        .build();
    let reading = reading(&file);
    assert!(reading.signatures.is_empty() && reading.has_hidden_signature());
}

#[test]
fn fields_nested_deeper_than_any_form_are_named_and_not_entered() {
    let mut file = Builder::new().end().object(1, &catalog("10 0 R"));
    for number in 10..110 {
        file = file.object(number, &format!("<</T(a)/Kids[{} 0 R]>>", number + 1));
    }
    let file = file.object(110, &field("deep", "/V 6 0 R")).signature(6, "adbe.pkcs7.detached").end().build();
    let reading = reading(&file);
    assert!(reading.oddities.iter().any(|oddity| matches!(oddity.kind, OddityKind::FieldUnreadable { .. })));
    assert!(reading.has_hidden_signature());
}
