//! What lies where, as content of a page says it.

use super::*;
use crate::pdf::build::{Builder, catalog, field};
use crate::pdf::{Ground, read};

/// The stamp stands at 100 to 200, 100 to 150.
const STAMP: &str = "[100 100 200 150]";

/// What lies under a second signature on a page with this content, resources and further objects.
fn under(content: &str, resources: &str, objects: &[(u32, &str, Option<&str>)]) -> Ground {
    let page = |annotations: &str| {
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<{resources}>>/Annots[{annotations}]>>"
        )
    };
    let mut base = Builder::new().stream(4, "", content.as_bytes());
    for (number, body, stream) in objects {
        base = match stream {
            Some(data) => base.stream(*number, body, data.as_bytes()),
            None => base.object(*number, body),
        };
    }
    let file = base
        .object(1, &catalog("5 0 R"))
        .object(3, &page("5 0 R"))
        .object(5, "<</FT/Sig/T(head)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132/P 3 0 R/V 6 0 R>>")
        .signature(6, "adbe.pkcs7.detached")
        .end()
        .object(1, &catalog("5 0 R 7 0 R"))
        .object(3, &page("5 0 R 7 0 R"))
        .object(7, &field("seal", "/V 8 0 R").replace("[10 10 90 60]", STAMP))
        .signature(8, "adbe.pkcs7.detached")
        .end()
        .build();
    let reading = read(&file, &mut Budget::for_message()).unwrap();
    let seal = reading.signatures.iter().find(|signature| signature.field == "seal").unwrap();
    let [shown] = seal.shown.as_slice() else { panic!("one place") };
    assert_eq!(shown.page, Some(3));
    shown.ground
}

const FONT: &str = "/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>/F2 20 0 R>>";
const WIDTHS: (u32, &str, Option<&str>) = (
    20,
    "<</Type/Font/Subtype/TrueType/FirstChar 32/Widths[250 500 500 500 500 500 500 500 500 500 500 500]\
     /FontDescriptor<</MissingWidth 500>>/Encoding/WinAnsiEncoding>>",
    None,
);

fn plain(content: &str) -> Ground {
    under(content, FONT, &[WIDTHS])
}

#[test]
fn a_page_without_content_is_clear() {
    assert_eq!(plain(""), Ground::Clear);
    assert_eq!(plain("q 1 0 0 1 5 5 cm Q /A /B BDC EMC % note\n"), Ground::Clear);
}

#[test]
fn text_is_ink_where_its_glyphs_are_and_nowhere_else() {
    for (content, expected) in [
        ("BT /F2 12 Tf 110 120 Td (paper) Tj ET", Ground::Ink),
        ("BT /F2 12 Tf 70 120 Td (a long line of words) Tj ET", Ground::Ink),
        ("BT /F2 12 Tf 70 120 Td (ab) Tj ET", Ground::Clear),
        ("BT /F2 12 Tf 110 200 Td (paper) Tj ET", Ground::Clear),
        ("BT /F2 12 Tf 110 60 Td (paper) Tj ET", Ground::Clear),
        // Its feet or marks may reach in.
        ("BT /F2 12 Tf 110 152 Td (paper) Tj ET", Ground::Unknown),
        ("BT /F2 12 Tf 110 90 Td (paper) Tj ET", Ground::Unknown),
        // The parts of an array, with gaps.
        ("BT /F2 12 Tf 70 120 Td [(ab) -8000 (c)] TJ ET", Ground::Ink),
        ("BT /F2 12 Tf 70 120 Td [(ab) -20000 (c)] TJ ET", Ground::Clear),
        ("BT /F2 12 Tf 14 TL 110 148 Td (x) Tj T* T* (x) Tj ET", Ground::Ink),
        ("BT /F2 12 Tf 14 TL 300 120 Td (x) Tj T* (x) ' 1 1 (x) \" ET", Ground::Clear),
        ("BT /F2 1 Tf 12 0 0 12 110 120 Tm (paper) Tj ET", Ground::Ink),
        ("q 1 0 0 1 100 100 cm BT /F2 12 Tf 10 20 Td (paper) Tj ET Q", Ground::Ink),
        // Upwards.
        ("BT /F2 12 Tf 0 1 -1 0 150 60 Tm (a long line) Tj ET", Ground::Ink),
        ("BT /F2 12 Tf 0.7 0.7 -0.7 0.7 90 90 Tm (a long line) Tj ET", Ground::Unknown),
    ] {
        assert_eq!(plain(content), expected, "{content}");
    }
}

#[test]
fn widths_that_nobody_knows_leave_the_rest_of_the_line_in_doubt() {
    assert_eq!(plain("BT /F1 12 Tf 110 120 Td (paper) Tj ET"), Ground::Ink);
    assert_eq!(plain("BT /F1 12 Tf 20 120 Td (a line) Tj (b) Tj ET"), Ground::Unknown);
    assert_eq!(plain("BT /F1 12 Tf 20 120 Td (a) Tj 400 0 Td (paper) Tj ET"), Ground::Clear);
    assert_eq!(plain("BT /Missing 12 Tf 110 120 Td (paper) Tj ET"), Ground::Ink);
    assert_eq!(plain("BT (no font) Tj ET"), Ground::Unknown);
}

#[test]
fn text_that_is_not_drawn_and_blanks_are_no_ink() {
    assert_eq!(plain("BT /F2 12 Tf 3 Tr 110 120 Td (recognised) Tj ET"), Ground::Clear);
    assert_eq!(plain("BT /F2 12 Tf 110 120 Td (   ) Tj ET"), Ground::Clear);
    assert_eq!(plain("BT /F2 12 Tf 1 g 110 120 Td (white) Tj ET"), Ground::Clear);
    assert_eq!(plain("BT /F2 12 Tf 1 g 1 Tr 110 120 Td (outlined) Tj ET"), Ground::Ink);
    // The octet 32 of a subset may show anything.
    let subset = (20, "<</Subtype/TrueType/FirstChar 32/Widths[500]/FontDescriptor<<>>>>", None);
    assert_ne!(under("BT /F2 12 Tf 110 120 Td ( ) Tj ET", FONT, &[subset]), Ground::Clear);
    let named = "<</Subtype/Type1/FirstChar 32/Widths[500]/Encoding<</Differences[32/five]>>>>";
    assert_ne!(under("BT /F2 12 Tf 110 120 Td ( ) Tj ET", FONT, &[(20, named, None)]), Ground::Clear);
}

#[test]
fn composite_fonts_are_measured_two_octets_a_glyph() {
    let font = "<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</DW 1000/W[1[500 500] 5 9 250]>>]>>";
    let text = |text: &str| under(&format!("BT /F2 12 Tf 70 120 Td <{text}> Tj ET"), FONT, &[(20, font, None)]);
    assert_eq!(text("00010002"), Ground::Clear);
    assert_eq!(text(&"00010002".repeat(5)), Ground::Ink);
    assert_eq!(text(&"00050006".repeat(3)), Ground::Clear);
    // One glyph alone may be a blank.
    assert_eq!(text(&"0003".repeat(5)), Ground::Unknown);
    for strange in [font.replace("Identity-H", "Identity-V"), font.replace("Type0", "Type3")] {
        let ground = under("BT /F2 12 Tf 400 700 Td <0001> Tj ET", FONT, &[(20, &strange, None)]);
        assert_eq!(ground, Ground::Unknown);
    }
    let other = font.replace("Identity-H", "UniGB-UCS2-H");
    assert_eq!(under("BT /F2 12 Tf 70 120 Td <00010002> Tj ET", FONT, &[(20, &other, None)]), Ground::Unknown);
}

#[test]
fn lines_and_areas_are_ink_unless_they_are_white() {
    for (content, expected) in [
        ("50 120 m 300 120 l S", Ground::Ink),
        ("50 160 m 300 160 l S", Ground::Clear),
        ("50 152 m 300 152 l 2 w S", Ground::Unknown),
        ("50 50 m 300 200 l S", Ground::Unknown),
        ("120 120 m 300 500 l S", Ground::Ink),
        ("50 120 m 60 300 250 300 260 120 c S", Ground::Unknown),
        ("110 110 20 20 re f", Ground::Ink),
        ("110 110 20 20 re n", Ground::Clear),
        ("1 g 110 110 20 20 re f", Ground::Clear),
        ("1 1 1 rg 0 0 595 842 re f", Ground::Clear),
        ("/DeviceCMYK cs 0 0 0 0 scn 0 0 595 842 re f*", Ground::Clear),
        ("/CS0 cs 1 1 1 scn 0 0 595 842 re f", Ground::Unknown),
        // A tint under all of it hides nothing, and more cannot be told.
        ("0.9 g 0 0 595 842 re f", Ground::Unknown),
        ("1 G 50 120 m 300 120 l S", Ground::Clear),
        ("1 g 50 120 m 300 120 l B", Ground::Ink),
        // A frame that is filled between two rectangles.
        ("10 10 500 500 re 20 20 480 480 re f*", Ground::Unknown),
        ("10 120 500 1 re 10 300 500 1 re f", Ground::Ink),
        ("q 0 0 50 50 re W n 0 g 0 0 595 842 re f Q", Ground::Clear),
        ("q 0 0 50 50 re W n Q 110 110 20 20 re f", Ground::Ink),
        ("q 0 0 m 150 0 l 0 150 l W n 110 110 20 20 re f Q", Ground::Unknown),
        ("/P1 sh", Ground::Unknown),
    ] {
        assert_eq!(plain(content), expected, "{content}");
    }
    let calibrated = "/ColorSpace<</CS0[/ICCBased 20 0 R]>>";
    let profile = [(20, "/N 3", Some(""))];
    assert_eq!(under("/CS0 cs 1 1 1 scn 0 0 595 842 re f", calibrated, &profile), Ground::Clear);
}

#[test]
fn pictures_are_not_looked_at() {
    let image = "/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray";
    let objects = [(20, image, Some("x"))];
    let draw = |content: &str| under(content, "/XObject<</I 20 0 R>>", &objects);
    assert_eq!(draw("q 595 0 0 842 0 0 cm /I Do Q"), Ground::Unknown);
    assert_eq!(draw("q 50 0 0 50 10 10 cm /I Do Q"), Ground::Clear);
    assert_eq!(draw("q 50 0 0 50 110 110 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x01 EI Q"), Ground::Unknown);
    assert_eq!(draw("q 9 0 0 9 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q 110 110 9 9 re f"), Ground::Ink);
    assert_eq!(draw("BI /W 1 ID x"), Ground::Unknown);
}

#[test]
fn forms_are_entered_with_their_matrix_and_clip() {
    let form = |keys: &str, content: &str| {
        under("q 1 0 0 1 100 100 cm /X Do Q", "/XObject<</X 20 0 R>>", &[(20, keys, Some(content))])
    };
    let keys = "/Subtype/Form/BBox[0 0 100 100]";
    assert_eq!(form(keys, "10 10 20 20 re f"), Ground::Ink);
    assert_eq!(form(keys, "10 60 20 20 re f"), Ground::Clear);
    assert_eq!(form(&format!("{keys}/Matrix[1 0 0 1 0 -50]"), "10 60 20 20 re f"), Ground::Ink);
    assert_eq!(form("/Subtype/Form/BBox[0 60 100 100]", "10 10 20 20 re f"), Ground::Clear);
    // Neither BBox nor a known kind: nobody knows what is drawn.
    assert_eq!(form("/Subtype/Form", ""), Ground::Unknown);
    assert_eq!(form("/Subtype/PS", ""), Ground::Unknown);
    assert_eq!(form(keys, "/X Do"), Ground::Unknown);
}

#[test]
fn operators_that_are_not_known_leave_everything_in_doubt() {
    for content in ["foo", "1 cm", "(x) re f", "/A gs", "[", "1 2 3 re f", "BX foo EX foo", "q ".repeat(300).as_str()] {
        assert_eq!(plain(content), Ground::Unknown, "{content}");
    }
    assert_eq!(plain("BX foo EX Q Q"), Ground::Clear);
}

#[test]
fn ten_calls_on_each_of_twelve_levels_end() {
    let calls = "/X Do ".repeat(10);
    let names: Vec<String> = (20..32)
        .map(|next| format!("/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X {} 0 R>>>>", next + 1))
        .collect();
    let objects: Vec<(u32, &str, Option<&str>)> =
        (20..32).zip(&names).map(|(number, keys)| (number, keys.as_str(), Some(calls.as_str()))).collect();
    assert_eq!(under("/X Do", "/XObject<</X 20 0 R>>", &objects), Ground::Unknown);
}

#[test]
fn content_that_is_a_bomb_is_unpacked_no_further_than_its_share() {
    use std::io::Write as _;
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b' '; 64 << 20]).unwrap();
    let packed = packed.finish().unwrap();
    let page = crate::pdf::build::page;
    let file = Builder::new()
        .stream(4, "/Filter/FlateDecode", &packed)
        .object(1, &catalog("5 0 R"))
        .object(3, &page("5 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .signature(6, "adbe.pkcs7.detached")
        .end()
        .object(1, &catalog("5 0 R 7 0 R"))
        .object(3, &page("5 0 R 7 0 R"))
        .object(7, &field("seal", "/V 8 0 R").replace("[10 10 90 60]", STAMP))
        .signature(8, "adbe.pkcs7.detached")
        .end()
        .build();
    let mut budget = Budget::for_message();
    let reading = read(&file, &mut budget).unwrap();
    assert_eq!(reading.signatures[1].shown[0].ground, Ground::Unknown);
    // What this module and the comparison with the second reader may unpack of it, and not all of it.
    assert!(crate::budget::DECODED - budget.decoded_left() <= OCTETS + (8 << 20));
}

#[test]
fn content_that_is_cut_short_or_bent_ends_in_an_answer() {
    let whole = "q 1 0 0 1 5 5 cm /P <</A[1]>> BDC BT /F2 12 Tf [(ab) -20 <6162>] TJ T* (c) ' 1 2 (d) \" ET EMC \
                 1 g 0 0 9 9 re W* n 5 w 1 2 m 3 4 l 1 2 3 4 5 6 c 1 2 3 4 v h B* BI /W 1 ID x EI Q";
    for end in 0..whole.len() {
        plain(&whole[..end]);
        let mut bent = whole.as_bytes().to_vec();
        bent[end] = b"()<>[]/ 9-.x"[end % 12];
        plain(&String::from_utf8(bent).unwrap());
    }
}
