//! What is prepared is remarked, what is used is refused; and each kind beside an ordinary sibling.

use super::*;
use crate::pdf::build::{Builder, catalog, field, page};
use crate::pdf::{Modification, Reading, read};

fn reading(file: Builder) -> Reading {
    read(&file.build(), &mut Budget::for_message()).unwrap()
}

fn kinds(file: Builder) -> Vec<ShadowKind> {
    reading(file).shadow.iter().map(|shadow| shadow.kind).collect()
}

/// Whether the signature "head" is there and outlives what was done after it.
fn stands(file: Builder) -> bool {
    let reading = reading(file);
    let head = reading.signatures.iter().find(|signature| signature.field == "head");
    head.is_some_and(|head| {
        head.permits(Modification::FurtherSignature) && reading.weight(head) < Some(crate::pdf::Weight::Fatal)
    })
}

/// A signed paper whose catalog has `keys`, and page 3 the annotations 20 and what else `annotations` names.
fn signed(keys: &str, annotations: &str, objects: &[(u32, &str)]) -> Builder {
    let file = objects.iter().fold(Builder::new(), |file, (number, body)| file.object(*number, body));
    file.stream(4, "", b"BT /F1 20 Tf 100 100 Td (to pay: one thousand) Tj ET")
        .object(1, &with_keys(keys))
        .object(3, &page(&format!("5 0 R {annotations}")))
        .object(5, &field("head", "/V 6 0 R"))
        .signature(6, "adbe.pkcs7.detached")
        .end()
}

fn with_keys(keys: &str) -> String {
    catalog("5 0 R").replace("/Pages", &format!("{keys}/Pages"))
}

const LAYERS: &str = "/OCProperties<</OCGs[20 0 R]/D<<";
const LAYER: (u32, &str) = (20, "<</Type/OCG/Name(layer)>>");
/// A picture over the words.
const COVER: &str = "<</Type/Annot/Subtype/Stamp/Rect[90 90 300 130]/AP<</N 21 0 R>>/F 4>>";
const PICTURE: &str = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I 22 0 R>>>>";

/// The paper with a covering picture, prepared before it is signed.
fn with_picture(annotation: &str) -> Builder {
    Builder::new()
        .stream(4, "", b"BT /F1 20 Tf 100 100 Td (to pay: one thousand) Tj ET")
        .object(20, annotation)
        .stream(21, PICTURE, b"/I Do")
        .stream(22, "/Type/XObject/Subtype/Image/Width 1/Height 1", b"x")
        .object(1, &catalog("5 0 R"))
        .object(3, &page("5 0 R 20 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .signature(6, "adbe.pkcs7.detached")
        .end()
}

#[test]
fn an_ordinary_signed_paper_has_no_shadow() {
    assert_eq!(kinds(Builder::signed()), []);
    assert_eq!(kinds(signed("", "", &[])), []);
    // Nobody signed it, nobody can misuse it.
    let unsigned = Builder::new().object(20, LAYER.1).object(1, &with_keys(&format!("{LAYERS}/OFF[20 0 R]>>>>")));
    assert_eq!(kinds(unsigned.end()), []);
}

#[test]
fn layers_that_are_off_or_differ_in_print_are_remarked_and_those_that_are_seen_are_not() {
    for (configuration, expected) in [
        ("/OFF[20 0 R]", true),
        ("/BaseState/OFF", true),
        ("/AS[<</Event/Print/Category[/Print]/OCGs[20 0 R]>>]", true),
        ("/ON[20 0 R]/Order[20 0 R]", false),
        ("/OFF[]", false),
    ] {
        let found = kinds(signed(&format!("{LAYERS}{configuration}>>>>"), "", &[LAYER]));
        assert_eq!(found == [ShadowKind::OptionalContent], expected, "{configuration}");
    }
}

#[test]
fn a_layer_that_a_later_revision_switches_is_refused() {
    let off = format!("{LAYERS}/OFF[20 0 R]>>>>");
    let on = format!("{LAYERS}/ON[20 0 R]>>>>");
    assert!(stands(signed(&off, "", &[LAYER])));
    assert!(!stands(signed(&off, "", &[LAYER]).object(1, &with_keys(&on)).end()));
    assert!(!stands(signed(&on, "", &[LAYER]).object(1, &with_keys(&off)).end()));
    // By the properties in an object of their own, and by the layer itself.
    let apart = "/OCProperties 21 0 R";
    let base = || signed(apart, "", &[LAYER, (21, "<</OCGs[20 0 R]/D<</OFF[20 0 R]>>>>")]);
    assert_eq!(kinds(base()), [ShadowKind::OptionalContent]);
    assert!(!stands(base().object(21, "<</OCGs[20 0 R]/D<<>>>>").end()));
    assert!(!stands(base().object(20, "<</Type/OCG/Name(layer)/Usage<</View<</ViewState/ON>>>>>>").end()));
}

#[test]
fn hidden_content_is_remarked_and_refused_when_it_is_shown() {
    let text = |flags: u32, value: &str| {
        format!("<</Type/Annot/Subtype/Widget/FT/Tx/T(sum)/Rect[90 200 300 230]/F {flags}{value}>>")
    };
    let with = |annotation: &str| signed("", "20 0 R", &[(20, annotation)]);
    for (annotation, expected) in [
        (text(2, "/V(one million)"), true),
        (text(32, "/V(one million)"), true),
        (text(2, "/AP<</N 4 0 R>>"), true),
        (text(2, "/V()"), false),
        (text(2, "/V null"), false),
        (text(4, "/V(one million)"), false),
        (text(36, "/V(one million)"), false),
        (text(2, "/V(x)").replace("Widget", "Popup"), false),
        (text(2, "/AP<</N 4 0 R>>").replace("/Tx", "/Sig"), false),
    ] {
        assert_eq!(kinds(with(&annotation)) == [ShadowKind::HiddenAnnotation], expected, "{annotation}");
    }
    assert!(stands(with(&text(2, "/V(one million)"))));
    assert!(!stands(with(&text(2, "/V(one million)")).object(20, &text(4, "/V(one million)")).end()));
}

#[test]
fn a_picture_over_words_is_remarked_and_one_on_blank_ground_is_not() {
    for (annotation, expected) in [
        (COVER.to_owned(), true),
        (COVER.replace("[90 90 300 130]", "[90 300 300 330]"), false),
        (COVER.replace("/F 4", "/CA 0.4"), false),
        (COVER.replace("Stamp", "Highlight"), false),
        (COVER.replace("Stamp", "Square/IC[1 1 1]").replace("21 0 R", "4 0 R"), true),
        (COVER.replace("Stamp", "Square/IC[]").replace("21 0 R", "4 0 R"), false),
        (COVER.replace("Stamp", "FreeText/C[1]").replace("21 0 R", "4 0 R"), true),
        (COVER.replace("Stamp", "Widget/FT/Btn"), true),
        (COVER.replace("Stamp", "Widget/FT/Tx/MK<</BG[1]>>").replace("21 0 R", "4 0 R"), true),
        (COVER.replace("Stamp", "Widget/FT/Sig"), false),
    ] {
        assert_eq!(kinds(with_picture(&annotation)) == [ShadowKind::CoveringAnnotation], expected, "{annotation}");
    }
}

#[test]
fn a_covering_picture_that_a_later_revision_takes_away_is_refused() {
    assert!(stands(with_picture(COVER)));
    for file in [
        with_picture(COVER).object(3, &page("5 0 R")).end(),
        with_picture(COVER).object(20, &COVER.replace("/F 4", "/F 2")).end(),
        with_picture(COVER).object(20, &COVER.replace("[90 90 300 130]", "[90 90 91 91]")).end(),
        with_picture(COVER).object(20, "null").end(),
        with_picture(COVER).stream(21, PICTURE, b"").end(),
        with_picture(COVER).stream(22, "/Type/XObject/Subtype/Image/Width 1/Height 1/SMask 4 0 R", b"x").end(),
        with_picture(COVER).free(22).end(),
        with_picture(COVER).free(20).end(),
    ] {
        assert!(!stands(file));
    }
}

#[test]
fn a_second_document_inside_is_remarked_and_refused_when_a_later_revision_turns_to_it() {
    let second: [(u32, &str); 4] = [
        (20, "<</Type/Catalog/Pages 21 0 R>>"),
        (21, "<</Type/Pages/Kids[22 0 R]/Count 1>>"),
        (22, "<</Type/Page/Parent 21 0 R/MediaBox[0 0 595 842]/Contents 23 0 R>>"),
        (23, "<<>>"),
    ];
    assert_eq!(kinds(signed("", "", &second)), [ShadowKind::SecondDocument]);
    for part in &second[..3] {
        assert_eq!(kinds(signed("", "", &[*part])), [ShadowKind::SecondDocument], "{part:?}");
    }
    assert_eq!(kinds(signed("", "", &[(22, "<</Type/Page/Parent 2 0 R>>")])), []);
    let base = || signed("", "", &second);
    assert!(stands(base()));
    for file in [
        base().root(20).end(),
        base().object(1, &with_keys("").replace("2 0 R", "21 0 R")).end(),
        base().object(2, "<</Type/Pages/Kids[22 0 R]/Count 1>>").end(),
        base().object(2, "<</Type/Pages/Kids[3 0 R 22 0 R]/Count 2>>").end(),
        base().object(3, &page("5 0 R").replace("4 0 R", "23 0 R")).end(),
        // Hide and replace: the table alone turns an object into another one.
        base().object(22, &page("5 0 R")).end(),
    ] {
        assert!(!stands(file));
    }
}

#[test]
fn what_is_there_and_not_used_is_not_written_again() {
    // An object that nothing uses while it is signed, a font, and a form that a field shares with the page.
    let base = || {
        let page =
            page("5 0 R").replace("/Contents", "/Resources<</Font<</F1 24 0 R>>/XObject<</X 25 0 R>>>>/Contents");
        Builder::new()
            .stream(4, "", b"BT /F1 20 Tf 100 100 Td (1234) Tj ET /X Do")
            .object(20, "<</Unused true>>")
            .object(24, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
            .stream(25, "/Type/XObject/Subtype/Form/BBox[0 0 9 9]", b"0 0 9 9 re f")
            .object(1, &catalog("5 0 R"))
            .object(3, &page)
            .object(5, &field("head", "/V 6 0 R/AP<</N 25 0 R>>"))
            .signature(6, "adbe.pkcs7.detached")
            .end()
    };
    assert!(stands(base()));
    let sign = |file: Builder, appearance: &str| {
        let page =
            page("5 0 R 7 0 R").replace("/Contents", "/Resources<</Font<</F1 24 0 R>>/XObject<</X 25 0 R>>>>/Contents");
        file.object(1, &catalog("5 0 R 7 0 R"))
            .object(3, &page)
            .object(7, &field("seal", &format!("/V 8 0 R{appearance}")))
            .signature(8, "adbe.pkcs7.detached")
            .end()
    };
    assert!(stands(sign(base(), "")));
    let forged_font = "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]>>";
    for file in [
        base().object(20, "<</Unused false>>").end(),
        base().object(24, forged_font).end(),
        sign(base().object(24, forged_font), ""),
        sign(base().stream(25, "/Type/XObject/Subtype/Form/BBox[0 0 9 9]", b""), "/AP<</N 25 0 R>>"),
        sign(base().object(20, "<</Subtype/Form>>"), "/AP<</N 20 0 R>>"),
    ] {
        assert!(!stands(file));
    }
}

#[test]
fn an_invisible_link_over_the_whole_page_is_refused() {
    let link = "<</Type/Annot/Subtype/Link/Border[0 0 0]/Rect[0 0 595 842]/A<</S/URI/URI(http://example.com)>>>>";
    let add = |file: Builder| file.object(3, &page("5 0 R 20 0 R")).object(20, link).end();
    let reading = reading(add(signed("", "", &[])));
    let head = &reading.signatures[0];
    assert!(!head.permits(Modification::FurtherSignature));
    // What was there when it was signed is the signer's own.
    assert!(stands(signed("", "20 0 R", &[(20, link)])));
}
