//! What later revisions and stray octets may not do, each beside the sibling that is harmless.

use super::*;
use crate::pdf::build::{Builder, catalog, field, page};

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
        ("another catalog", {
            let other = catalog("5 0 R").replace("/Pages 2", "/Pages 10");
            let file = Builder::signed().object(9, &other).object(10, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
            file.root(9).end()
        }),
        ("another catalog that was there before", {
            let file = Builder::new().object(9, &catalog("5 0 R")).object(5, &field("head", "/V 6 0 R"));
            let file = file.object(1, &catalog("5 0 R")).signature(6, "adbe.pkcs7.detached").end();
            file.root(9).end()
        }),
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
        ("empty field beside a signed one", {
            let file =
                Builder::signed().object(1, &catalog("5 0 R 7 0 R 10 0 R")).object(3, &page("5 0 R 7 0 R 10 0 R"));
            sign(file.object(10, &field("cover", "/AP<</N 4 0 R>>")))
        }),
        ("empty field with null for a value given an appearance", {
            let file = Builder::new().object(7, &field("seal", "/V null")).object(3, &page("7 0 R")).end();
            let file = file.object(1, &catalog("7 0 R 5 0 R")).object(5, &field("head", "/V 6 0 R"));
            let file = file.signature(6, "adbe.pkcs7.detached").end();
            let file = file.object(7, &field("seal", "/V null/AP<</N 4 0 R>>"));
            let file = file.object(1, &catalog("7 0 R 5 0 R 11 0 R")).object(11, &field("time", "/V 12 0 R"));
            file.signature(12, "adbe.pkcs7.detached").end()
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
fn a_fields_own_appearance_is_drawn_over_only_where_nothing_else_shows_it() {
    let file = |beside: &str| {
        Builder::new()
            .object(7, &field("seal", "/AP<</N 9 0 R>>"))
            .stream(9, "/Type/XObject/Subtype/Form/BBox[0 0 80 50]", b"")
            .object(10, beside)
            .end()
            .object(1, &catalog("7 0 R 5 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .signature(6, "adbe.pkcs7.detached")
            .end()
            .object(7, &field("seal", "/AP<</N 9 0 R>>/V 8 0 R"))
            .signature(8, "adbe.pkcs7.detached")
            .stream(9, "/Type/XObject/Subtype/Form/BBox[0 0 80 50]", b"q Q")
            .end()
            .build()
    };
    assert!(stands(&file("<<>>")));
    assert!(!stands(&file("<</XObject 9 0 R>>")));
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
fn a_chain_that_steps_over_the_signed_revision_leaves_the_signature_without_one() {
    let base = Builder::new().end();
    let octets = base.build();
    let xref = octets.windows(5).position(|word| word == b"xref\n").unwrap();
    let signed = Builder::signed();
    let places: Vec<(u32, usize)> = [5, 6]
        .into_iter()
        .map(|number| {
            let text = format!("\n{number} 0 obj").into_bytes();
            let octets = signed.clone().build();
            (number, octets.windows(text.len()).position(|word| word == text).unwrap() + 1)
        })
        .collect();
    let mut file = signed.trailer(&format!("/Prev {xref}")).object(1, &catalog("5 0 R")).object(3, &page("5 0 R"));
    for (number, offset) in places {
        file = file.entry(number, 0, offset);
    }
    let file = file.stream(4, "", b"BT (forged) Tj ET").end().build();
    let reading = reading(&file);
    let head = reading.signatures.first().unwrap();
    assert_eq!((head.revision, head.modification), (None, Modification::Other));
}

#[test]
fn a_hybrid_update_after_the_signed_range_is_refused() {
    let signed = Builder::signed();
    let at = signed.length();
    let file = signed.stream(20, "/Type/XRef/W[1 2 1]/Index[0 1]/Size 1", &[0, 0, 0, 0]);
    let file = file.trailer(&format!("/XRefStm {at}")).end().build();
    let reading = reading(&file);
    assert!(reading.oddities.iter().any(|oddity| oddity.kind == OddityKind::HybridUpdate));
    assert!(!stands(&file));
}

#[test]
fn a_size_that_does_not_count_all_objects_is_style_when_signed_and_fatal_when_appended() {
    let signed = Builder::signed().build();
    let xref = reading(&signed).revisions.last().unwrap().xref.start();
    let update = |size: u32| {
        let at = signed.len();
        let trailer = format!("xref\n0 0\ntrailer\n<</Size {size}/Root 1 0 R/Prev {xref}>>\nstartxref\n{at}\n%%EOF\n");
        [&signed, trailer.as_bytes()].concat()
    };
    let weight = |file: &[u8]| {
        let reading = reading(file);
        reading.weight(&reading.signatures[0])
    };
    assert_eq!(weight(&update(7)), None);
    assert_eq!(weight(&update(6)), Some(Weight::Fatal));
    let size = signed.windows(7).rposition(|octets| octets == b"/Size 7").unwrap();
    let mut odd = signed.clone();
    odd[size + 6] = b'4';
    assert_eq!(weight(&odd), Some(Weight::Remark));
}
