//! Files that the second reader shows otherwise, each beside a harmless one.

use super::*;
use crate::pdf::build::{Builder, catalog, field, page};

/// What the second reader makes of a file with one signature, and how much that weighs.
fn second(file: &[u8]) -> Vec<(OddityKind, Option<Weight>)> {
    let reading = reading(file);
    let end = reading.signatures.first().and_then(|signature| Some(signature.byte_range.ok()?.end()));
    let oddities = reading.oddities.iter().filter(|oddity| {
        matches!(
            oddity.kind,
            OddityKind::PagesDiffer { .. } | OddityKind::SecondReaderDiffers { .. } | OddityKind::SecondReaderRefuses
        )
    });
    oddities.map(|oddity| (oddity.kind.clone(), end.map(|end| oddity.weight(end)))).collect()
}

/// Signs what is written so far: field 20, signature 21.
fn signed(file: Builder) -> Builder {
    file.end()
        .object(1, &catalog("20 0 R"))
        .object(20, &field("head", "/V 21 0 R"))
        .signature(21, "adbe.pkcs7.detached")
        .end()
}

#[test]
fn both_readers_agree_about_sound_files_of_all_shapes() {
    for file in [Builder::signed(), Builder::signed_beside_empty(), signed(Builder::new())] {
        assert_eq!(second(&file.build()), []);
    }
}

#[test]
fn a_page_that_only_one_reader_shows_is_in_doubt_inside_the_signed_range_and_fatal_after_it() {
    let pages = "<</Type/Pages/Kids[3 0 R 9 0 R]/Count 2>>";
    let tree = |file: Builder, leaf: &str| file.object(2, pages).object(9, leaf);
    // Without kids it is a leaf to us, and no page to others.
    let odd = "<</Type/Pages/Parent 2 0 R>>";
    let inside = signed(tree(Builder::new(), odd)).build();
    assert_eq!(second(&inside), [(OddityKind::PagesDiffer { page: 2 }, Some(Weight::Ambiguous))]);
    let after = tree(signed(Builder::new()), odd).end().build();
    assert_eq!(second(&after), [(OddityKind::PagesDiffer { page: 2 }, Some(Weight::Fatal))]);
    let harmless = signed(tree(Builder::new(), "<</Type/Page/Parent 2 0 R>>")).build();
    assert_eq!(second(&harmless), []);
}

#[test]
fn content_that_a_reader_without_freed_objects_still_shows_is_fatal() {
    let file = signed(Builder::new()).free(4).end().build();
    assert_eq!(second(&file), [(OddityKind::PagesDiffer { page: 1 }, Some(Weight::Fatal))]);
}

#[test]
fn content_is_compared_decoded_and_what_cannot_be_decoded_as_it_is() {
    for (keys, data) in [
        ("/Filter/ASCIIHexDecode", b"42 54 20 45 54>".as_slice()),
        ("/Filter[/ASCII85Decode]", b"87cUR~>"),
        ("/Filter/RunLengthDecode", &[4, b'B', b'T', b' ', b'E', b'T', 128]),
        ("/Filter/LZWDecode", &[0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01]),
        ("/Filter/DCTDecode", b"no picture"),
        ("/Filter/FlateDecode", b"damaged"),
        ("/F(other.bin)", b"BT ET"),
    ] {
        let file = signed(Builder::new().stream(4, keys, data)).build();
        assert_eq!(second(&file), [], "{keys}");
    }
}

#[test]
fn a_signature_that_only_the_second_reader_reaches_is_named() {
    let inside = catalog(&field("hidden", "/V 21 0 R"));
    let file = Builder::new().end().object(1, &inside).signature(21, "adbe.pkcs7.detached").end().build();
    assert_eq!(second(&file), [(OddityKind::SecondReaderDiffers { number: 21 }, None)]);
    assert!(reading(&file).has_hidden_signature());
}

#[test]
fn a_kid_that_is_freed_after_signing_is_fatal_where_a_reader_still_shows_it() {
    let file = signed(Builder::new().object(2, "<</Type/Pages/Kids[3 0 R 9 0 R]/Count 2>>").object(9, &page("")));
    assert_eq!(second(&file.clone().build()), []);
    assert_eq!(second(&file.free(9).end().build()), [(OddityKind::PagesDiffer { page: 2 }, Some(Weight::Fatal))]);
}

#[test]
fn a_table_that_others_rebuild_is_not_asked_about_and_that_is_a_remark() {
    let file = Builder::new().end().build();
    let table = file.windows(5).position(|octets| octets == b"xref\n").unwrap();
    // Entries of nineteen octets: nothing stands before the table that its length would move.
    let mut short = file[..table].to_vec();
    for line in file[table..].split_inclusive(|octet| *octet == b'\n') {
        short.extend_from_slice(line.strip_suffix(b" \n").unwrap_or(line));
        short.extend_from_slice(if line.ends_with(b" \n") { b"\n" } else { b"" });
    }
    assert_eq!(second(&file), []);
    // Two entries in one run are needed to see their length.
    let short = String::from_utf8_lossy(&short[table..]).replace("1 1\n", "1 2\n").replace("2 1\n", "");
    let short = [&file[..table], short.as_bytes()].concat();
    assert_eq!(second(&short), [(OddityKind::SecondReaderRefuses, None)]);
    let remark = Oddity { kind: OddityKind::SecondReaderRefuses, offset: 0 };
    assert_eq!(remark.weight(1), Weight::Remark);
}

#[test]
fn a_tree_that_cannot_be_walked_is_in_doubt() {
    let loops = signed(Builder::new().object(2, "<</Type/Pages/Kids[2 0 R 3 0 R]/Count 1>>")).build();
    let (_, _, weight) = finding(&loops);
    assert_eq!(weight, Some(Weight::Ambiguous));
    assert!(reading(&loops).oddities.iter().any(|oddity| oddity.kind == OddityKind::PagesUnreadable));
}
