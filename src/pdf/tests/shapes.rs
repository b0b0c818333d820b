//! One signature, well and badly written.

use super::*;
use crate::pdf::build::{Builder, catalog, field, page};

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
    assert_eq!(signature.shown[0].page, Some(3));
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
fn a_field_that_is_not_there_is_none_and_one_of_another_generation_is_in_doubt() {
    let file = |fields: &str| {
        Builder::new()
            .end()
            .object(1, &catalog(fields))
            .object(5, &field("head", "/V 6 0 R"))
            .signature(6, "adbe.pkcs7.detached")
            .end()
            .build()
    };
    assert!(stands(&file("5 0 R 99 0 R null")));
    assert!(!stands(&file("5 0 R 4 7 R")));
}

#[test]
fn a_signature_that_no_field_reaches_is_named() {
    let file = Builder::new().signature(6, "adbe.pkcs7.detached").end().build();
    let reading = reading(&file);
    assert!(reading.has_hidden_signature());
    assert_eq!(reading.oddities[0].kind, OddityKind::SignatureWithoutField { number: 6 });
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
    assert_eq!((signature.field.as_str(), signature.shown.as_slice()), ("a.b", &[][..]));
    assert_eq!(signature.coverage, Coverage::WholeFile);
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
fn a_signature_in_an_object_stream_has_no_position_and_covers_nothing() {
    let inside = b"6 0 <</Type/Sig/Filter/A/ByteRange[0 1 2 3]/Contents<30>>>";
    let file = Builder::new().object(5, &field("head", "/V 6 0 R")).object(12, &catalog("5 0 R"));
    let places: Vec<usize> = (2..=5)
        .chain([12])
        .map(|number| {
            let text = format!("\n{number} 0 obj").into_bytes();
            let octets = file.clone().build();
            octets.windows(text.len()).position(|word| word == text).unwrap() + 1
        })
        .collect();
    let holder = file.length();
    let file = file.stream(9, "/Type/ObjStm/N 1/First 4", inside);
    let at = file.length();
    let row = |kind: u8, second: usize| {
        let [.., high, low] = second.to_be_bytes();
        [kind, high, low, 0]
    };
    let mut rows: Vec<u8> = Vec::new();
    for (kind, second) in
        [(1, places[0]), (1, places[1]), (1, places[2]), (1, places[3]), (2, 9), (1, holder), (1, places[4])]
    {
        rows.extend(row(kind, second));
    }
    let keys = "/Type/XRef/W[1 2 1]/Index[2 5 9 1 12 1]/Size 13/Root 12 0 R";
    let file = file.stream(20, keys, &rows).raw(format!("startxref\n{at}\n%%EOF\n").as_bytes()).build();
    let reading = reading(&file);
    assert_eq!(reading.revisions[0].kind, XrefKind::Stream);
    let signature = reading.signatures.first().unwrap();
    assert_eq!(signature.contents, Err(ContentsError::InObjectStream));
    assert_eq!(signature.coverage, Coverage::GapNotContents);
}
