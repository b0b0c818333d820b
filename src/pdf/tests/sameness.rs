//! The same said in another way is no change, and what only looks the same is one.

use super::*;
use crate::pdf::build::{Builder, catalog, field, page};

fn shown(resources: &str) -> String {
    page("5 0 R").replace("/Contents", &format!("/Resources {resources}/Contents"))
}

/// A signed page with fonts and a layer in objects 30 to 35.
fn signed() -> Builder {
    Builder::new()
        .object(1, &catalog("5 0 R").replace("/Pages", "/OCProperties<</OCGs[33 0 R]/D<</OFF[33 0 R]>>>>/Pages"))
        .object(3, &shown("30 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .object(30, "<</Font 31 0 R/XObject<</X 34 0 R>>>>")
        .object(31, "<</F1 32 0 R>>")
        .object(32, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
        .object(33, "<</Type/OCG/Name(layer)>>")
        .stream(34, "/Subtype/Form/BBox[0 0 9 9]/OC 33 0 R", b"(x) Tj")
        .object(35, "<</Next 36 0 R>>")
        .object(36, "<</Next 35 0 R>>")
        .signature(6, "adbe.pkcs7.detached")
        .end()
}

#[test]
fn the_same_values_in_other_objects_are_no_change() {
    let direct = "<</XObject<</X 34 0 R>>/Font<</F1<</BaseFont/Helvetica/Type/Font/Subtype/Type#31>>>>>>";
    let cases: [(&str, &dyn Fn(Builder) -> Builder); 7] = [
        ("made direct", &|file| file.object(3, &shown(direct))),
        ("copied", &|file| {
            file.object(3, &shown("50 0 R"))
                .object(50, "<</Font 51 0 R/XObject<</X 34 0 R>>>>")
                .object(51, "<</F1 32 0 R>>")
        }),
        ("partly copied", &|file| {
            let file = file.object(30, "<</Font 50 0 R/XObject<</X 34 0 R>>>>");
            file.object(50, "<</F1 51 0 R>>").object(51, "<</Subtype/Type1/Type/Font/BaseFont/Helvetica>>")
        }),
        ("written again in another order", &|file| file.object(32, "<</BaseFont/Helvetica/Subtype/Type1/Type/Font>>")),
        ("a stream written again", &|file| file.stream(34, "/BBox[0 0 9 9]/Subtype/Form/OC 33 0 R", b"(x) Tj")),
        ("a stream copied", &|file| {
            let file = file.object(30, "<</Font 31 0 R/XObject<</X 50 0 R>>>>");
            file.stream(50, "/BBox[0 0 9 9]/Subtype/Form/OC 33 0 R", b"(x) Tj")
        }),
        ("a catalog under another number", &|file| {
            let same = catalog("5 0 R").replace("/Pages", "/OCProperties<</OCGs[33 0 R]/D<</OFF[33 0 R]>>>>/Pages");
            file.object(50, &same).root(50)
        }),
    ];
    for (name, case) in cases {
        let file = case(signed()).end().build();
        assert!(stands(&file), "{name}: {:?}", reading(&file).revisions[1].change);
    }
}

#[test]
fn what_only_looks_the_same_is_a_change() {
    let cases: [(&str, &dyn Fn(Builder) -> Builder); 11] = [
        ("another font", &|file| {
            file.object(3, &shown("<</Font<</F1<</BaseFont/Symbol/Type/Font/Subtype/Type1>>>>>>"))
        }),
        ("a name less", &|file| file.object(3, &shown("<</Font<</F1 32 0 R>>>>"))),
        ("another stream", &|file| {
            let file = file.object(30, "<</Font 31 0 R/XObject<</X 50 0 R>>>>");
            file.stream(50, "/BBox[0 0 9 9]/Subtype/Form/OC 33 0 R", b"(y) Tj")
        }),
        ("another box", &|file| {
            let file = file.object(30, "<</Font 31 0 R/XObject<</X 50 0 R>>>>");
            file.stream(50, "/BBox[0 0 9 8]/Subtype/Form/OC 33 0 R", b"(x) Tj")
        }),
        ("a copied layer that nothing switches off", &|file| {
            let file = file.object(30, "<</Font 31 0 R/XObject<</X 50 0 R>>>>").object(51, "<</Type/OCG/Name(layer)>>");
            file.stream(50, "/BBox[0 0 9 9]/Subtype/Form/OC 51 0 R", b"(x) Tj")
        }),
        ("a copied layer without a type", {
            &|file| {
                let file = file.object(30, "<</Font 31 0 R/XObject<</X 50 0 R>>>>").object(51, "<</Name(layer)>>");
                file.stream(50, "/BBox[0 0 9 9]/Subtype/Form/OC 51 0 R", b"(x) Tj")
            }
        }),
        ("a copied list of layers", {
            &|file| {
                let other = "/OCProperties<</OCGs[51 0 R]/D<</OFF[51 0 R]>>>>/Pages";
                file.object(1, &catalog("5 0 R").replace("/Pages", other)).object(51, "<</Type/OCG/Name(layer)>>")
            }
        }),
        ("a dictionary for a stream", &|file| file.object(34, "<</Subtype/Form/BBox[0 0 9 9]/OC 33 0 R/Length 6>>")),
        ("a reference to itself", &|file| file.object(3, &shown("50 0 R")).object(50, "50 0 R")),
        ("a copied page", &|file| file.object(2, "<</Type/Pages/Kids[50 0 R]/Count 1>>").object(50, &shown("30 0 R"))),
        ("an orphan beside", &|file| file.object(3, &shown("30 0 R")).object(50, "<</Type/Font>>")),
    ];
    for (name, case) in cases {
        assert!(!stands(&case(signed()).end().build()), "{name}");
    }
}

#[test]
fn objects_that_lead_to_one_another_are_compared_once() {
    let file = signed().object(35, "<</Next 50 0 R>>").object(50, "<</Next 51 0 R>>").object(51, "<</Next 50 0 R>>");
    assert!(stands(&file.end().build()));
    let file = signed().object(35, "<</Next 50 0 R>>").object(50, "<</Next 51 0 R>>").object(51, "<</Next null>>");
    assert!(!stands(&file.end().build()));
}

#[test]
fn more_than_is_compared_is_a_change() {
    let long = |count: usize| format!("[{}]", "0 ".repeat(count));
    let file = |count: usize| {
        let file = Builder::new().object(3, &shown("30 0 R")).object(30, &long(count)).object(1, &catalog("5 0 R"));
        let file = file.object(5, &field("head", "/V 6 0 R")).signature(6, "adbe.pkcs7.detached").end();
        file.object(3, &shown("40 0 R")).object(40, &long(count)).end().build()
    };
    assert!(stands(&file(90_000)));
    assert!(!stands(&file(110_000)));
}
