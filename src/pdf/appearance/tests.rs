//! Places of signatures on pages.

use std::fmt::Write as _;

use super::*;
use crate::pdf::Reading;
use crate::pdf::build::{Builder, catalog, field, page};
use crate::pdf::{SignatureField as Field, read};

const STAMP: &str = "[100 100 200 150]";

fn reading(file: Builder) -> Reading {
    read(&file.build(), &mut Budget::for_message()).unwrap()
}

fn named(reading: &Reading, name: &str) -> Field {
    reading.signatures.iter().find(|signature| signature.field == name).unwrap().clone()
}

/// A second signature "seal" in field 7, whose widget has `keys`, on page 3, which is `page` and lists it.
fn stamped(first: Builder, page: &str, keys: &str) -> Builder {
    first
        .object(1, &catalog("5 0 R 7 0 R"))
        .object(3, &page.replace("5 0 R", "5 0 R 7 0 R"))
        .object(7, &format!("<</FT/Sig/T(seal)/Type/Annot/P 3 0 R/V 8 0 R{keys}>>"))
        .signature(8, "adbe.pkcs7.detached")
        .end()
}

/// The first revision, signed, with page 3 as given.
fn first(page: &str) -> Builder {
    Builder::new()
        .stream(4, "", b"")
        .object(1, &catalog("5 0 R"))
        .object(3, page)
        .object(5, "<</FT/Sig/T(head)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/V 6 0 R>>")
        .signature(6, "adbe.pkcs7.detached")
        .end()
}

fn seal(page: &str, keys: &str) -> Vec<Shown> {
    named(&reading(stamped(first(page), page, keys)), "seal").shown
}

const WIDGET: &str = "/Subtype/Widget/F 132/Rect";

#[test]
fn the_share_is_that_of_the_part_of_the_page_that_is_seen() {
    for (boxes, expected) in [
        ("/MediaBox[0 0 500 1000]", Some(0.01)),
        ("/MediaBox[0 0 500 1000]/Rotate 90/UserUnit 10", Some(0.01)),
        ("/MediaBox[500 1000 0 0]/CropBox[0 0 500 200]", Some(0.05)),
        ("/MediaBox[0 0 500 1000]/CropBox[-900 -900 900 900]", Some(0.011_111)),
        ("/MediaBox[0 0 50 50]", Some(2.0)),
        ("/MediaBox[0 0 0 0]", None),
        ("/MediaBox[0 0 500]", None),
        ("/MediaBox[0 0 500 1000]/CropBox(x)", None),
        ("", None),
    ] {
        let page = page("5 0 R").replace("/MediaBox[0 0 595 842]", boxes);
        let [shown] = seal(&page, &format!("{WIDGET}{STAMP}")).try_into().unwrap();
        assert_eq!(shown.page, Some(3));
        match (shown.share, expected) {
            (Some(share), Some(expected)) => assert!((share - expected).abs() < 1e-5, "{boxes}: {share}"),
            (share, expected) => assert_eq!(share, expected, "{boxes}"),
        }
        assert_eq!(shown.ground, if expected.is_some() { Ground::Clear } else { Ground::Unknown }, "{boxes}");
    }
}

#[test]
fn the_box_of_a_page_may_be_that_of_the_tree() {
    let page = page("5 0 R").replace("/MediaBox[0 0 595 842]", "");
    let base = first(&page).object(2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 500 1000]>>");
    let [shown] = named(&reading(stamped(base, &page, &format!("{WIDGET}{STAMP}"))), "seal").shown.try_into().unwrap();
    assert!((shown.share.unwrap() - 0.01).abs() < 1e-9);
}

#[test]
fn a_widget_that_may_be_drawn_elsewhere_than_in_its_rectangle_is_nowhere_for_sure() {
    for (keys, known) in [
        ("/Subtype/Widget/F 132/Rect[200 150 100 100]", true),
        ("/Subtype/Widget/F 140/Rect[100 100 200 150]", false),
        ("/Subtype/Widget/F 148/Rect[100 100 200 150]", false),
        ("/Subtype/Text/F 132/Rect[100 100 200 150]", false),
        ("/F 132/Rect[100 100 200 150]", false),
        ("/Subtype/Widget/Rect[100 100 200]", false),
        ("/Subtype/Widget/Rect[100 100 200 /a]", false),
    ] {
        let [shown] = seal(&page("5 0 R"), keys).try_into().unwrap();
        assert_eq!(shown.rectangle.is_some() && shown.share.is_some(), known, "{keys}");
        assert_eq!(shown.ground == Ground::Clear, known, "{keys}");
    }
}

#[test]
fn what_is_hidden_or_empty_is_not_shown() {
    for (keys, count) in [
        ("/Subtype/Widget/F 132/Rect[100 100 200 150]", 1),
        ("/Subtype/Widget/F 134/Rect[100 100 200 150]", 0),
        ("/Subtype/Widget/F 32/Rect[100 100 200 150]", 0),
        ("/Subtype/Widget/F 36/Rect[100 100 200 150]", 1),
        ("/Subtype/Widget/F 288/Rect[100 100 200 150]", 1),
        ("/Subtype/Widget/F 132/Rect[100 100 100 150]", 0),
        ("/Subtype/Widget/F 132", 0),
    ] {
        assert_eq!(seal(&page("5 0 R"), keys).len(), count, "{keys}");
    }
}

#[test]
fn every_page_that_lists_a_widget_shows_it_whatever_the_widget_names() {
    let second = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 21 0 R/Annots[]>>";
    let base = Builder::new()
        .object(2, "<</Type/Pages/Kids[3 0 R 20 0 R]/Count 2>>")
        .object(20, second)
        .stream(21, "", b"0 0 500 500 re f")
        .stream(4, "", b"")
        .object(1, &catalog("5 0 R"))
        .object(3, &page("5 0 R"))
        .object(5, "<</FT/Sig/T(head)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/V 6 0 R>>")
        .signature(6, "adbe.pkcs7.detached")
        .end()
        .object(20, &second.replace("[]>>", "[7 0 R]>>"));
    let both = reading(stamped(base, &page("5 0 R"), &format!("{WIDGET}{STAMP}")));
    let shown = named(&both, "seal").shown;
    let mut pages: Vec<_> = shown.iter().map(|shown| (shown.page, shown.ground)).collect();
    pages.sort();
    assert_eq!(pages, [(Some(3), Ground::Clear), (Some(20), Ground::Unknown)]);
    // One that no page lists is drawn by who knows whom.
    let listed_nowhere = first(&page("5 0 R"))
        .object(1, &catalog("5 0 R 7 0 R"))
        .object(7, &field("seal", "/V 8 0 R"))
        .signature(8, "adbe.pkcs7.detached")
        .end();
    let [shown] = named(&reading(listed_nowhere), "seal").shown.try_into().unwrap();
    assert_eq!((shown.page, shown.share, shown.ground), (None, None, Ground::Unknown));
}

#[test]
fn annotations_that_were_there_are_ink_and_those_that_draw_nothing_are_not() {
    for (annotation, expected) in [
        ("/Subtype/Stamp/AP<</N 4 0 R>>/Rect[150 120 300 300]", Ground::Ink),
        ("/Subtype/Stamp/AP<</N 4 0 R>>/Rect[250 120 300 300]", Ground::Clear),
        ("/Subtype/Stamp/AP<</N 4 0 R>>/Rect(x)", Ground::Unknown),
        ("/Subtype/Stamp/F 2/AP<</N 4 0 R>>/Rect[150 120 300 300]", Ground::Clear),
        ("/Subtype/Square/Rect[150 120 300 300]", Ground::Unknown),
        ("/Subtype/Popup/AP<</N 4 0 R>>/Rect[150 120 300 300]", Ground::Clear),
        ("/Subtype/Link/Border[0 0 0]/Rect[150 120 300 300]", Ground::Clear),
        ("/Subtype/Link/Rect[150 120 300 300]", Ground::Unknown),
    ] {
        let page = page("5 0 R 30 0 R");
        let base = Builder::new().object(30, &format!("<</Type/Annot{annotation}>>")).stream(4, "", b"");
        let base = base
            .object(1, &catalog("5 0 R"))
            .object(3, &page)
            .object(5, "<</FT/Sig/T(head)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/V 6 0 R>>")
            .signature(6, "adbe.pkcs7.detached")
            .end();
        let file = base
            .object(1, &catalog("5 0 R 7 0 R"))
            .object(3, &page.replace("30 0 R", "30 0 R 7 0 R"))
            .object(7, &field("seal", "/V 8 0 R").replace("[10 10 90 60]", STAMP))
            .signature(8, "adbe.pkcs7.detached")
            .end();
        let [shown] = named(&reading(file), "seal").shown.try_into().unwrap();
        assert_eq!(shown.ground, expected, "{annotation}");
    }
}

#[test]
fn the_stamp_of_an_earlier_signature_is_ink_for_a_later_one_and_its_own_field_is_not() {
    let base = Builder::new().stream(4, "", b"").object(7, &field("seal", "/AP<</N 4 0 R>>"));
    let base = base
        .object(1, &catalog("5 0 R 7 0 R"))
        .object(3, &page("5 0 R 7 0 R"))
        .object(5, "<</FT/Sig/T(head)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/V 6 0 R>>")
        .signature(6, "adbe.pkcs7.detached")
        .end()
        .object(7, &field("seal", "/V 8 0 R/AP<</N 4 0 R>>"))
        .signature(8, "adbe.pkcs7.detached")
        .end()
        .object(1, &catalog("5 0 R 7 0 R 9 0 R"))
        .object(3, &page("5 0 R 7 0 R 9 0 R"))
        .object(9, &field("third", "/V 10 0 R"))
        .signature(10, "adbe.pkcs7.detached")
        .end();
    let reading = reading(base);
    assert_eq!(named(&reading, "seal").shown[0].ground, Ground::Clear);
    assert_eq!(named(&reading, "third").shown[0].ground, Ground::Ink);
}

#[test]
fn twenty_stamps_on_one_page_are_all_looked_at_and_more_than_a_few_dozen_are_in_doubt() {
    let mut file = first(&page("5 0 R"));
    let mut list = "5 0 R".to_owned();
    for number in 0..40 {
        let (field, value) = (50 + 2 * number, 51 + 2 * number);
        write!(list, " {field} 0 R").unwrap();
        let left = 10 + 14 * number;
        file = file
            .object(1, &catalog(&list))
            .object(3, &page(&list))
            .object(
                field,
                &format!(
                    "<</FT/Sig/T(s{number})/Type/Annot/Subtype/Widget/Rect[{left} 10 {} 20]/P 3 0 R/V {value} 0 R>>",
                    left + 10
                ),
            )
            .signature(value, "adbe.pkcs7.detached")
            .end();
    }
    let reading = reading(file);
    let grounds: Vec<Ground> = reading.signatures.iter().skip(1).map(|field| field.shown[0].ground).collect();
    assert_eq!(grounds.len(), 40);
    assert!(grounds[..20].iter().all(|ground| *ground == Ground::Clear));
    assert_eq!(grounds[39], Ground::Unknown);
}
