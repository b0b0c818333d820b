//! How a signature field may come into the form and onto a page, and where it may not.

use super::*;
use crate::pdf::build::{Builder, catalog, field, page};

/// Signs in field 7 on top of `Builder::signed`, with other objects written after the usual ones.
fn sign(objects: &[(u32, &str)]) -> Vec<u8> {
    let mut all = vec![(1, catalog("5 0 R 7 0 R")), (3, page("5 0 R 7 0 R")), (7, field("seal", "/V 8 0 R"))];
    all.retain(|(number, _)| objects.iter().all(|object| object.0 != *number));
    all.extend(objects.iter().map(|(number, body)| (*number, (*body).to_owned())));
    let file = all.iter().fold(Builder::signed(), |file, (number, body)| file.object(*number, body));
    file.signature(8, "adbe.pkcs7.detached").end().build()
}

/// Whether the first signature, in field 5, can be relied on: a second one may bear its name.
fn stands(file: &[u8]) -> bool {
    let reading = reading(file);
    reading.signatures.iter().any(|signature| signature.object.0 == 5 && is_clean(&reading, signature))
}

#[test]
fn a_field_may_be_written_in_any_way_that_tools_write_it() {
    let apart = "<</FT/Sig/T(seal)/V 8 0 R/Kids[9 0 R]>>";
    let widget = "<</Type/Annot/Subtype/Widget/Rect[10 10 90 60]/Parent 7 0 R/P 3 0 R>>";
    let named = field("seal", "/V 8 0 R/Parent 9 0 R");
    let nameless = field("seal", "/V 8 0 R").replace("/P 3 0 R", "");
    let (moved, form, list) = (catalog("7 0 R 5 0 R"), "<</Fields 10 0 R/SigFlags 3>>", "[5 0 R 7 0 R]");
    let cases: [(&str, &[(u32, &str)]); 9] = [
        ("merged with its widget", &[]),
        ("put first", &[(1, &moved), (3, &page("7 0 R 5 0 R"))]),
        ("apart from its widget", &[(3, &page("5 0 R 9 0 R")), (7, apart), (9, widget)]),
        ("apart from a widget that names no field", {
            &[(3, &page("5 0 R 9 0 R")), (7, apart), (9, "<</Subtype/Widget/Rect[0 0 9 9]>>")]
        }),
        ("below a new name", &[(1, &catalog("5 0 R 9 0 R")), (7, &named), (9, "<</T(office)/Kids[7 0 R]>>")]),
        ("without a page", &[(3, &page("5 0 R")), (7, "<</FT/Sig/T(seal)/V 8 0 R>>")]),
        ("naming no page", &[(7, &nameless)]),
        ("in a form and a list that become objects", {
            &[(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 9 0 R>>"), (9, form), (10, list)]
        }),
        ("in a list of annotations that becomes an object", {
            &[(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots 9 0 R>>"), (9, list)]
        }),
    ];
    for (name, objects) in cases {
        let file = sign(objects);
        assert!(stands(&file), "{name}: {:?}", reading(&file).revisions[2].change);
    }
}

#[test]
fn a_field_may_not_take_the_name_or_the_place_of_another() {
    let (dotted, nested) = (field("a.b", "/V 8 0 R"), field("head", "/V 8 0 R/Parent 9 0 R"));
    let utf16 = field("seal", "/V 8 0 R").replace("(seal)", "<FEFF0068006500610064>");
    let cases: [(&str, &[(u32, &str)]); 14] = [
        ("of the name of the first", &[(7, &field("head", "/V 8 0 R"))]),
        ("of the same name in other letters", &[(7, &utf16)]),
        ("of a name that two others make", {
            &[
                (1, &catalog("5 0 R 7 0 R 9 0 R")),
                (7, &dotted),
                (9, "<</T(a)/Kids[10 0 R]>>"),
                (10, "<</FT/Sig/T(b)/Parent 9 0 R/V 8 0 R>>"),
            ]
        }),
        ("of no name", &[(7, &field("seal", "/V 8 0 R").replace("/T(seal)", ""))]),
        ("of another parent", &[(7, &field("seal", "/V 8 0 R/Parent 5 0 R"))]),
        ("below the first", {
            &[
                (1, &catalog("5 0 R")),
                (5, &field("head", "/V 6 0 R/Kids[7 0 R]")),
                (7, &field("seal", "/V 8 0 R/Parent 5 0 R")),
            ]
        }),
        ("below a new name that shows something", {
            &[(1, &catalog("5 0 R 9 0 R")), (7, &nested), (9, "<</T(office)/AP<<>>/Kids[7 0 R]>>")]
        }),
        ("twice on the page", &[(3, &page("5 0 R 7 0 R 7 0 R"))]),
        ("on another page than it names", &[(7, &field("seal", "/V 8 0 R").replace("/P 3", "/P 2"))]),
        ("twice in the form", &[(1, &catalog("5 0 R 7 0 R 7 0 R"))]),
        ("beside a text field", &[(1, &catalog("5 0 R 7 0 R 9 0 R")), (9, "<</FT/Tx/T(x)/V(x)>>")]),
        ("with a second field that is not signed", { &[(1, &catalog("5 0 R 7 0 R 9 0 R")), (9, "<</FT/Sig/T(x)>>")] }),
        ("in a form that loses a flag", &[(1, &catalog("5 0 R 7 0 R").replace("SigFlags 3", "SigFlags 1"))]),
        ("in a form that calculates", &[(1, &catalog("5 0 R 7 0 R").replace("/SigFlags", "/CO[7 0 R]/SigFlags"))]),
    ];
    for (name, objects) in cases {
        assert!(!stands(&sign(objects)), "{name}");
    }
}

#[test]
fn a_name_that_others_bear_a_part_of_gains_fields_and_nothing_else() {
    let file = |parent: &str, update: &str| {
        Builder::new()
            .object(1, &catalog("5 0 R 9 0 R"))
            .object(3, &page("5 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .object(9, parent)
            .object(10, "<</FT/Sig/T(a)/Parent 9 0 R>>")
            .signature(6, "adbe.pkcs7.detached")
            .end()
            .object(3, &page("5 0 R 7 0 R"))
            .object(7, &field("seal", "/V 8 0 R/Parent 9 0 R"))
            .object(9, update)
            .signature(8, "adbe.pkcs7.detached")
            .end()
            .build()
    };
    let office = "<</T(office)/Kids[10 0 R]>>";
    assert!(stands(&file(office, "<</T(office)/Kids[10 0 R 7 0 R]>>")));
    for (parent, update) in [
        (office, "<</T(other)/Kids[10 0 R 7 0 R]>>"),
        (office, "<</T(office)/Kids[7 0 R]>>"),
        (office, "<</T(office)/FT/Sig/V 8 0 R/Kids[10 0 R 7 0 R]>>"),
        ("<</T(office)/V(x)/Kids[10 0 R]>>", "<</T(office)/V(x)/Kids[10 0 R 7 0 R]>>"),
        ("<</FT/Tx/T(office)/Kids[10 0 R]>>", "<</FT/Tx/T(office)/Kids[10 0 R 7 0 R]>>"),
    ] {
        assert!(!stands(&file(parent, update)), "{parent} {update}");
    }
}

#[test]
fn a_page_that_the_page_tree_does_not_reach_gains_no_widget() {
    let file = |kids: &str| {
        Builder::new()
            .object(2, &format!("<</Type/Pages/Kids[{kids}]/Count 1>>"))
            .object(20, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
            .object(1, &catalog("5 0 R"))
            .object(3, &page("5 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .signature(6, "adbe.pkcs7.detached")
            .end()
            .object(1, &catalog("5 0 R 7 0 R"))
            .object(7, &field("seal", "/V 8 0 R").replace("/P 3", "/P 20"))
            .object(20, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[7 0 R]>>")
            .signature(8, "adbe.pkcs7.detached")
            .end()
            .build()
    };
    assert!(stands(&file("3 0 R 20 0 R")));
    assert!(!stands(&file("3 0 R")));
}

#[test]
fn resources_of_the_form_are_added_and_not_exchanged() {
    let file = |before: &str, after: &str| {
        let form = |keys: &str, fields: &str| catalog(fields).replace("/SigFlags", &format!("{keys}/SigFlags"));
        Builder::new()
            .object(1, &form(before, "5 0 R"))
            .object(3, &page("5 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .object(9, "<</Type/Font/BaseFont/Helvetica>>")
            .signature(6, "adbe.pkcs7.detached")
            .end()
            .object(1, &form(after, "5 0 R 7 0 R"))
            .object(3, &page("5 0 R 7 0 R"))
            .object(7, &field("seal", "/V 8 0 R"))
            .object(10, "<</Type/Font/BaseFont/Symbol>>")
            .object(11, "<</Type/Font/BaseFont/Helvetica>>")
            .signature(8, "adbe.pkcs7.detached")
            .end()
            .build()
    };
    let fonts = |fonts: &str| format!("/DR<</Font<<{fonts}>>>>");
    let both = "/ZaDb 11 0 R/Symb 10 0 R";
    assert!(stands(&file(&fonts("/Helv 9 0 R"), &fonts(&format!("/Helv 9 0 R{both}")))));
    assert!(stands(&file(&fonts("/Helv 9 0 R"), &fonts("/Helv 11 0 R/Symb 10 0 R"))), "the same font");
    assert!(stands(&file("", &format!("{}/DA(/Helv 0 Tf)", fonts(both)))));
    assert!(!stands(&file(&fonts("/Helv 9 0 R"), &fonts("/Helv 10 0 R/Symb 11 0 R"))));
    assert!(!stands(&file(&fonts("/Helv 9 0 R"), &fonts(both))));
    assert!(!stands(&file("/DA(/Helv 0 Tf)", &format!("{}/DA(/Symb 0 Tf)", fonts(both)))));
}

#[test]
fn a_field_that_is_filled_draws_into_its_own_appearance_and_into_none_that_another_shows() {
    let empty = field("seal", "/AP 10 0 R");
    let drawn = |also: &str| {
        let before = Builder::new()
            .object(1, &catalog("5 0 R 7 0 R").replace("/Pages", &format!("{also}/Pages")))
            .object(3, &page("5 0 R 7 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .object(7, &empty)
            .stream(9, "/Subtype/Form/BBox[0 0 80 50]", b"")
            .object(10, "<</N 9 0 R>>")
            .signature(6, "adbe.pkcs7.detached")
            .end();
        before
            .object(7, &field("seal", "/AP 10 0 R/V 8 0 R"))
            .stream(9, "/Subtype/Form/BBox[0 0 80 50]", b"0 0 80 50 re S")
            .signature(8, "adbe.pkcs7.detached")
            .end()
            .build()
    };
    assert!(stands(&drawn("")), "{:?}", reading(&drawn("")).revisions[1].change);
    for also in ["/PieceInfo 9 0 R", "/PieceInfo 10 0 R"] {
        assert!(!stands(&drawn(also)), "{also}");
    }
}
