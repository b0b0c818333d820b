//! What may travel with validation data and metadata, and what would use them as a carrier.

use super::*;
use crate::pdf::build::{Builder, catalog, page};

const STORE: &str = "<</Type/DSS/Certs[11 0 R]/VRI<</AB<</Cert[11 0 R]/TU(D:2024)>>>>>>";

fn update(keys: &str, objects: &[(u32, &str)]) -> Vec<u8> {
    let catalog = catalog("5 0 R").replace("/Pages 2 0 R", &format!("/Pages 2 0 R{keys}"));
    let file = Builder::signed().object(1, &catalog);
    let file = objects.iter().fold(file, |file, (number, body)| file.object(*number, body));
    file.end().build()
}

const STREAM: (u32, &str) = (11, "<</Length 1>>\nstream\n0\nendstream");

#[test]
fn a_store_holds_streams_and_nothing_else() {
    let harmless: [(&str, &[(u32, &str)]); 5] = [
        ("/DSS 10 0 R", &[(10, STORE), STREAM]),
        ("/DSS<</Certs 10 0 R>>", &[(10, "[11 0 R]"), STREAM]),
        ("/DSS 10 0 R", &[(10, "<</VRI 12 0 R>>"), (12, "<</AB 13 0 R>>"), (13, "<</Type/VRI/TS 11 0 R>>"), STREAM]),
        ("/DSS 10 0 R", &[(10, STORE), (11, "<</Length 12 0 R>>\nstream\n0\nendstream"), (12, "1")]),
        ("/DSS 10 0 R", &[(10, STORE), STREAM, (14, "<</Type/VRI/Cert[11 0 R]>>")]),
    ];
    for (keys, objects) in harmless {
        let file = update(keys, objects);
        let found = reading(&file);
        assert_eq!(
            found.signatures[0].modification,
            Modification::LongTermValidation,
            "{:?}",
            found.revisions[2].change
        );
    }
    let hostile: [(&str, &[(u32, &str)]); 8] = [
        ("/DSS 10 0 R", &[(10, "<</Certs[11 0 R]>>"), (11, "<</Type/Font>>")]),
        ("/DSS 10 0 R", &[(10, "<</Certs[11 0 R]/Names 12 0 R>>"), STREAM, (12, "<<>>")]),
        ("/DSS 10 0 R", &[(10, "<</Certs[<</A 12 0 R>>]>>"), (12, "<<>>")]),
        ("/DSS 10 0 R", &[(10, "<</VRI<</AB<</Cert[11 0 R]/A 12 0 R>>>>>>"), STREAM, (12, "<<>>")]),
        ("/DSS 10 0 R", &[(10, "<</VRI<</AB<</TU 12 0 R>>>>>>"), (12, "<<>>")]),
        ("/DSS 10 0 R", &[(10, STORE), (11, "<</Length 1/Resources 12 0 R>>\nstream\n0\nendstream"), (12, "<<>>")]),
        ("/DSS 10 0 R", &[(10, STORE), STREAM, (4, "<</Length 1>>\nstream\n0\nendstream")]),
        ("/DSS 11 0 R", &[STREAM]),
    ];
    for (keys, objects) in hostile {
        assert!(!stands(&update(keys, objects)), "{objects:?}");
    }
}

#[test]
fn a_store_that_grows_may_not_reach_over_what_was_signed() {
    let file = |update: &[(u32, &str)]| {
        let catalog = catalog("5 0 R").replace("/Pages", "/DSS 10 0 R/Pages");
        let file = Builder::signed().object(1, &catalog).object(10, STORE).object(STREAM.0, STREAM.1).end();
        let file = update.iter().fold(file, |file, (number, body)| file.object(*number, body));
        file.end().build()
    };
    let stream = "<</Length 1>>\nstream\n1\nendstream";
    assert!(stands(&file(&[(10, "<</Certs[11 0 R 12 0 R]>>"), (12, stream)])));
    assert!(!stands(&file(&[(10, "<</Certs[4 0 R 11 0 R]>>"), (4, stream)])), "the page's content");
    assert!(!stands(&file(&[(11, stream)])), "a certificate exchanged");
}

#[test]
fn what_the_catalog_may_gain_is_plain() {
    let metadata = "<</Type/Metadata/Subtype/XML/Length 1>>\nstream\n<\nendstream";
    let extensions = "/Extensions<</ADBE<</BaseVersion/1.7/ExtensionLevel 8>>>>";
    let harmless: [(&str, &[(u32, &str)]); 6] = [
        (extensions, &[]),
        ("/Extensions 10 0 R", &[(10, "<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>")]),
        ("/Version/2.0", &[]),
        ("/MarkInfo<</Marked true>>", &[]),
        ("/MarkInfo 10 0 R", &[(10, "<</Marked true/Suspects false>>")]),
        ("/Metadata 10 0 R", &[(10, metadata)]),
    ];
    for (keys, objects) in harmless {
        assert!(stands(&update(keys, objects)), "{keys}");
    }
    let hostile: [(&str, &[(u32, &str)]); 18] = [
        ("/Extensions<</ADBE 10 0 R>>", &[(10, "<<>>")]),
        ("/Extensions<</ADBE 4 0 R>>", &[]),
        ("/Version(2.0)", &[]),
        ("/Version/9.9", &[]),
        ("/MarkInfo<</Marked 4 0 R>>", &[]),
        ("/MarkInfo<</Marked true/Names<<>>>>", &[]),
        ("/Metadata 10 0 R", &[(10, "<</Subtype/Form/Length 1>>\nstream\n<\nendstream")]),
        ("/Metadata 4 0 R", &[]),
        ("/Names<</EmbeddedFiles<</Names[]>>>>", &[]),
        ("/Names<</JavaScript<</Names[]>>>>", &[]),
        ("/OpenAction[3 0 R/Fit]", &[]),
        ("/AA<</WC<</S/JavaScript/JS(x)>>>>", &[]),
        ("/OCProperties<</OCGs[]/D<<>>>>", &[]),
        ("/Outlines 10 0 R", &[(10, "<<>>")]),
        ("/Perms<</DocMDP 6 0 R>>", &[]),
        ("/PageLabels<</Nums[]>>", &[]),
        ("/StructTreeRoot 10 0 R", &[(10, "<</Type/StructTreeRoot>>")]),
        ("/ViewerPreferences<</HideMenubar true>>", &[]),
    ];
    for (keys, objects) in hostile {
        assert!(!stands(&update(keys, objects)), "{keys}");
    }
}

#[test]
fn a_version_goes_up_and_not_down() {
    let file = |before: &str, after: &str| {
        let with = |version: &str| catalog("5 0 R").replace("/Pages", &format!("/Version/{version}/Pages"));
        let file = Builder::new().object(1, &with(before)).object(5, &crate::pdf::build::field("head", "/V 6 0 R"));
        file.signature(6, "adbe.pkcs7.detached").end().object(1, &with(after)).end().build()
    };
    assert!(stands(&file("1.6", "1.7")) && stands(&file("1.7", "2.0")));
    assert!(!stands(&file("1.7", "1.3")) && !stands(&file("2.0", "1.7")));
}

#[test]
fn pages_are_not_added_removed_turned_or_put_in_another_order() {
    let file = |objects: &[(u32, &str)]| {
        let other = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>";
        let file = Builder::new().object(2, "<</Type/Pages/Kids[3 0 R 20 0 R]/Count 2>>").object(20, other);
        let file = file.object(1, &catalog("5 0 R")).object(5, &crate::pdf::build::field("head", "/V 6 0 R"));
        let file = file.signature(6, "adbe.pkcs7.detached").end();
        let file = objects.iter().fold(file, |file, (number, body)| file.object(*number, body));
        file.end().build()
    };
    let turned = page("").replace("/Contents", "/Rotate 180/Contents");
    assert!(stands(&file(&[(2, "<</Count 2/Kids[3 0 R 20 0 R]/Type/Pages>>")])));
    assert!(stands(&file(&[(2, "<</Count 2/Kids[3 0 R 20 0 R]/Type/Pages/ITXT(5.5)>>")])));
    for attack in [
        &[(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")][..],
        &[(2, "<</Type/Pages/Kids[20 0 R 3 0 R]/Count 2>>")],
        &[(2, "<</Type/Pages/Kids[3 0 R 20 0 R 21 0 R]/Count 3>>"), (21, "<</Type/Page/Parent 2 0 R>>")],
        &[(2, "<</Type/Pages/Kids[3 0 R 20 0 R]/Count 2/Rotate 180>>")],
        &[(3, &turned)],
    ] {
        assert!(!stands(&file(attack)), "{attack:?}");
    }
}

#[test]
fn a_number_that_the_signed_content_names_while_it_is_nothing_is_not_filled_later() {
    let file = |annotations: &str| {
        let file = Builder::new().object(1, &catalog("5 0 R")).object(3, &page(annotations));
        let file =
            file.object(5, &crate::pdf::build::field("head", "/V 6 0 R")).signature(6, "adbe.pkcs7.detached").end();
        let catalog = catalog("5 0 R").replace("/Pages", "/DSS 10 0 R/Pages");
        file.object(1, &catalog).object(10, STORE).object(STREAM.0, STREAM.1).end().build()
    };
    assert!(stands(&file("5 0 R 12 0 R")));
    assert!(!stands(&file("5 0 R 11 0 R")));
    let change = reading(&file("5 0 R 11 0 R")).revisions[1].change.clone();
    assert_eq!(change.unexplained[0].why, Why::Dangling);
}
