//! How far an update went: form filling and annotations told from everything else, and what is named for each.

use super::*;
use crate::pdf::build::{Builder, catalog, field, page};

/// What an update does.
type Edit<'e> = &'e dyn Fn(Builder) -> Builder;

const FIELDS: &str = "5 0 R 30 0 R 31 0 R 32 0 R";
const NOTE: &str = "<</Type/Annot/Subtype/FreeText/Rect[0 0 9 9]/Contents(note)/P 3 0 R/AP<</N 41 0 R>>>>";

fn text(value: &str) -> String {
    format!("<</FT/Tx/T(name)/Subtype/Widget/Rect[0 0 9 9]/P 3 0 R/V({value})/AP<</N 34 0 R>>>>")
}

/// A signed form with a text 30, a box 31, a group 32 with the choice 33, and a note 40.
fn signed() -> Builder {
    Builder::new()
        .object(1, &catalog(FIELDS))
        .object(3, &page("5 0 R 30 0 R 31 0 R 33 0 R 40 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .object(30, &text("a"))
        .object(31, "<</FT/Btn/T(box)/Subtype/Widget/Rect[0 0 9 9]/V/Off/AS/Off>>")
        .object(32, "<</T(group)/Kids[33 0 R]>>")
        .object(33, "<</FT/Ch/T(choice)/Parent 32 0 R/Subtype/Widget/Rect[0 0 9 9]>>")
        .stream(34, "/Subtype/Form/BBox[0 0 9 9]", b"(a) Tj")
        .object(40, NOTE)
        .stream(41, "/Subtype/Form/BBox[0 0 9 9]", b"(note) Tj")
        .signature(6, "adbe.pkcs7.detached")
        .end()
}

fn change(update: impl FnOnce(Builder) -> Builder) -> Change {
    let reading = reading(&update(signed()).end().build());
    assert_eq!(reading.revisions.len(), 2);
    assert_eq!(reading.signatures[0].modification, reading.revisions[1].change.level);
    reading.revisions[1].change.clone()
}

#[test]
fn values_of_fields_are_form_filling_and_name_the_field() {
    let fills: [(&str, u32, Edit<'_>); 5] = [
        ("name", 30, &|file| file.object(30, &text("b"))),
        ("name", 30, &|file| {
            file.object(30, &text("b").replace("34 0", "50 0")).stream(50, "/Subtype/Form/BBox[0 0 9 9]", b"(b) Tj")
        }),
        ("name", 30, &|file| file.stream(34, "/Subtype/Form/BBox[0 0 9 9]", b"(b) Tj")),
        ("box", 31, &|file| file.object(31, "<</FT/Btn/T(box)/Subtype/Widget/Rect[0 0 9 9]/V/On/AS/On>>")),
        ("group.choice", 33, &|file| {
            file.object(33, "<</FT/Ch/T(choice)/Parent 32 0 R/Subtype/Widget/Rect[0 0 9 9]/V(x)/I[1]>>")
        }),
    ];
    for (name, number, fill) in fills {
        let change = change(fill);
        assert_eq!(change.level, Modification::FormFilling, "{name}: {:?}", change.unexplained);
        let field = ChangedField { name: name.to_owned(), number, signature: false, new: false };
        assert_eq!(change.fields, [field]);
        assert_eq!(change.unexplained[0].why, Why::FieldFilled);
        assert_eq!(change.unexplained[0].seat, Seat::Field(name.to_owned()));
    }
}

#[test]
fn what_else_is_done_to_a_field_is_no_form_filling() {
    let attacks: [(&str, Edit<'_>); 9] = [
        ("moved", &|file| file.object(30, &text("a").replace("[0 0 9 9]", "[0 0 99 99]"))),
        ("renamed", &|file| file.object(30, &text("a").replace("(name)", "(other)"))),
        ("hidden", &|file| file.object(30, &text("a").replace("/V", "/F 2/V"))),
        ("given an action", &|file| file.object(30, &text("b").replace("/V", "/AA<<>>/V"))),
        ("made a signature", &|file| file.object(30, &text("b").replace("/Tx", "/Sig"))),
        ("added", &|file| {
            let file = file.object(1, &catalog(&format!("{FIELDS} 50 0 R")));
            file.object(50, "<</FT/Tx/T(new)/V(x)>>")
        }),
        ("taken away", &|file| file.object(1, &catalog("5 0 R 30 0 R 31 0 R"))),
        ("an appearance that the page shows as well", &|file| file.stream(4, "", b"(forged) Tj")),
        ("wanted anew", &|file| {
            file.object(1, &catalog(FIELDS).replace("/SigFlags", "/NeedAppearances true/SigFlags"))
        }),
    ];
    for (name, attack) in attacks {
        assert_eq!(change(attack).level, Modification::Other, "{name}");
    }
}

#[test]
fn notes_on_a_page_are_annotations() {
    let added = |file: Builder, note: &str| {
        let file = file.object(3, &page("5 0 R 30 0 R 31 0 R 33 0 R 40 0 R 50 0 R")).object(50, note);
        file.stream(51, "/Subtype/Form/BBox[0 0 9 9]", b"(x) Tj")
    };
    let with_popup = NOTE.replace("41 0", "51 0").replace("/P 3", "/Popup 52 0 R/P 3");
    let cases: [(Why, Edit<'_>); 5] = [
        (Why::AnnotationAdded, &|file| added(file, &NOTE.replace("41 0", "51 0"))),
        (Why::AnnotationAdded, &|file| {
            added(file, &with_popup).object(52, "<</Subtype/Popup/Parent 50 0 R/Rect[0 0 9 9]>>")
        }),
        (Why::AnnotationChanged, &|file| file.object(40, &NOTE.replace("(note)", "(other)"))),
        (Why::AnnotationChanged, &|file| {
            file.object(40, &NOTE.replace("(note)", "(b)")).stream(41, "/Subtype/Form/BBox[0 0 9 9]", b"(b) Tj")
        }),
        (Why::AnnotationRemoved, &|file| file.object(3, &page("5 0 R 30 0 R 31 0 R 33 0 R"))),
    ];
    for (why, case) in cases {
        let change = change(case);
        assert_eq!(change.level, Modification::Annotation, "{:?}", change.unexplained);
        assert_eq!(change.unexplained[0].why, why);
    }
    let attacks: [(&str, Edit<'_>); 9] = [
        ("a link over the page", &|file| {
            added(file, "<</Subtype/Link/Rect[0 0 595 842]/A<</S/URI/URI(x)>>/AP 51 0 R>>")
        }),
        ("a note with an action", &|file| {
            added(file, &NOTE.replace("41 0", "51 0").replace("/P 3", "/A<</S/URI>>/P 3"))
        }),
        ("a note on a layer", &|file| added(file, &NOTE.replace("41 0", "51 0").replace("/P 3", "/OC 30 0 R/P 3"))),
        ("a note of another page", &|file| added(file, &NOTE.replace("41 0", "51 0").replace("/P 3", "/P 2"))),
        ("a widget of no field", &|file| added(file, "<</Subtype/Widget/Rect[0 0 9 9]/AP<</N 51 0 R>>>>")),
        ("an attached file", &|file| added(file, "<</Subtype/FileAttachment/Rect[0 0 9 9]/FS<<>>/AP 51 0 R>>")),
        ("a widget taken off", &|file| file.object(3, &page("5 0 R 31 0 R 33 0 R 40 0 R"))),
        ("another order", &|file| file.object(3, &page("40 0 R 5 0 R 30 0 R 31 0 R 33 0 R"))),
        ("another kind", &|file| file.object(40, &NOTE.replace("FreeText", "Stamp"))),
    ];
    for (name, attack) in attacks {
        assert_eq!(change(attack).level, Modification::Other, "{name}");
    }
}

#[test]
fn a_signature_with_something_else_counts_as_the_worse_of_both() {
    let sign = |file: Builder| {
        file.object(1, &catalog(&format!("{FIELDS} 7 0 R")))
            .object(3, &page("5 0 R 30 0 R 31 0 R 33 0 R 40 0 R 7 0 R"))
            .object(7, &field("seal", "/V 8 0 R"))
            .signature(8, "adbe.pkcs7.detached")
    };
    let signed = change(sign);
    assert_eq!((signed.level, signed.unexplained), (Modification::FurtherSignature, vec![]));
    let seal = ChangedField { name: "seal".to_owned(), number: 7, signature: true, new: true };
    assert_eq!(signed.fields, std::slice::from_ref(&seal));
    let filled = change(|file| sign(file.object(30, &text("b"))));
    assert_eq!(filled.level, Modification::FormFilling);
    let name = ChangedField { name: "name".to_owned(), number: 30, signature: false, new: false };
    assert_eq!(filled.fields, [seal, name]);
    assert_eq!(change(|file| sign(file.object(40, &NOTE.replace("(note)", "(b)")))).level, Modification::Annotation);
}

#[test]
fn an_empty_field_that_is_signed_is_named_by_its_field_though_its_widget_stands_apart() {
    let file = Builder::new()
        .object(7, "<</FT/Sig/T(seal)/Kids[9 0 R]>>")
        .object(9, "<</Subtype/Widget/Rect[0 0 9 9]/Parent 7 0 R>>")
        .object(1, &catalog("7 0 R 5 0 R"))
        .object(3, &page("9 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .signature(6, "adbe.pkcs7.detached")
        .end()
        .object(7, "<</FT/Sig/T(seal)/Kids[9 0 R]/V 8 0 R>>")
        .object(9, "<</Subtype/Widget/Rect[0 0 9 9]/Parent 7 0 R/AP<</N 10 0 R>>>>")
        .stream(10, "/Subtype/Form/BBox[0 0 9 9]", b"q Q")
        .signature(8, "adbe.pkcs7.detached")
        .end()
        .build();
    assert!(stands(&file));
    let seal = ChangedField { name: "seal".to_owned(), number: 7, signature: true, new: false };
    assert_eq!(reading(&file).revisions[1].change.fields, [seal]);
}

#[test]
fn the_place_of_what_is_refused_is_named() {
    let content = change(|file| file.stream(4, "", b"BT (forged) Tj ET"));
    let part = Box::new(Seat::Page(1));
    let under = Seat::Under { key: "Contents".to_owned(), holder: 3, part };
    let found = &content.unexplained[0];
    assert_eq!((found.number, &found.seat, &found.why), (4, &under, &Why::Overwritten));
    let turned = change(|file| {
        file.object(3, &page("5 0 R 30 0 R 31 0 R 33 0 R 40 0 R").replace("/Contents", "/Rotate 90/Contents"))
    });
    let found = &turned.unexplained[0];
    assert_eq!((found.number, &found.seat, &found.why), (3, &Seat::Page(1), &Why::Key("Rotate".to_owned())));
}
