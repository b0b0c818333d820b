//! What a page shows, and a later revision that turns a key to it which may lead to something new: the object is then
//! written again as what the key allows, and is gone from the page.

use super::*;
use crate::pdf::build::{Builder, catalog, field};

/// A signed page whose content is the array 22 of stream 4, with the resources 23.
fn signed() -> Builder {
    Builder::new()
        .object(3, &page("[5 0 R]"))
        .object(22, "[4 0 R]")
        .object(23, "<</ExtGState<</G<</CA 1>>>>>>")
        .object(1, &catalog("5 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .signature(6, "adbe.pkcs7.detached")
        .end()
}

fn page(annotations: &str) -> String {
    format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 22 0 R/Resources 23 0 R/Annots {annotations}>>")
}

fn with_keys(keys: &str) -> Builder {
    signed().object(1, &catalog("5 0 R").replace("/Pages", &format!("{keys}/Pages")))
}

fn with_field(field_keys: &str) -> Builder {
    signed()
        .object(1, &catalog("5 0 R 7 0 R"))
        .object(7, &field("seal", &format!("{field_keys}/V 8 0 R")))
        .signature(8, "adbe.pkcs7.detached")
}

#[test]
fn a_key_that_may_lead_to_something_new_does_not_explain_what_was_shown_elsewhere() {
    /// A revision that writes the object of this number.
    type Update = fn(u32) -> Builder;
    let extension = "<</ADBE<</BaseVersion/1.7/ExtensionLevel 8>>>>";
    assert!(stands(&with_keys(&format!("/Extensions{extension}")).end().build()));
    let updates: [(&str, u32, Update); 6] = [
        ("metadata", 4, |number| {
            with_keys(&format!("/Metadata {number} 0 R")).stream(number, "/Type/Metadata/Subtype/XML", b"<x/>")
        }),
        ("extensions", 23, |number| {
            with_keys(&format!("/Extensions {number} 0 R")).object(number, "<</ADBE<</ExtensionLevel 8>>>>")
        }),
        ("mark information", 23, |number| {
            with_keys(&format!("/MarkInfo {number} 0 R")).object(number, "<</Marked false>>")
        }),
        ("certificates of the store", 22, |number| {
            let store = format!("/DSS<</Certs {number} 0 R>>");
            with_keys(&store).object(number, "[11 0 R]").stream(11, "", b"0")
        }),
        ("annotations", 22, |number| {
            with_field("").object(3, &page(&format!("{number} 0 R"))).object(number, "[5 0 R 7 0 R]")
        }),
        ("information", 23, |number| {
            let file = signed().object(number, "<</ModDate(D:20240102)>>");
            file.trailer(&format!("/Info {number} 0 R"))
        }),
    ];
    for (name, shown, update) in updates {
        assert!(stands(&update(40).end().build()), "{name}, in an object of its own");
        assert!(!stands(&update(shown).end().build()), "{name}, over what the page shows");
    }
}

#[test]
fn what_the_same_key_led_to_before_may_grow_in_its_place() {
    let stores = |certificates: &str| {
        let file = Builder::signed().object(1, &catalog("5 0 R").replace("/Pages", "/DSS 10 0 R/Pages"));
        let file = file.object(10, "<</Certs 12 0 R>>").object(12, "[11 0 R]").stream(11, "", b"0").end();
        file.object(12, certificates).stream(13, "", b"1").end().build()
    };
    assert!(stands(&stores("[11 0 R 13 0 R]")));
    assert!(!stands(&stores("[11 0 R 4 0 R]")), "stream 13 is not reached");
}
