//! Documents that were changed, wrapped or put together.

use dieu7::policy::{DocumentResult, Verdict};

use super::forge::{self, Key, certificate};
use super::paper::{self, Paper, value};
use super::world::{Mail, World, document_of, genuine, part};

fn refused(pdf: &[u8], what: &str) {
    let judgement = World::default().judge(Mail::new(pdf).message());
    assert_ne!(judgement.documents[0].result, DocumentResult::Met, "{what}: {}", judgement.report());
}

fn signed_by(name: &'static str) -> impl Fn(&[u8]) -> Vec<u8> {
    move |signed| {
        let signer = certificate(&format!("certificates/{name}"));
        forge::cms(signed, &Key::of(name), &signer, &[&signer], false)
    }
}

const WIDGET: &str = "/Type /Annot /Subtype /Widget /FT /Sig /T (Hai) /F 132 /P 3 0 R";

/// Goes on from a genuine paper with a second field, number 20, and its value, number 21, in a revision of its own.
fn second_field(rectangle: &str, appearance: &str) -> Paper {
    Paper::after(&genuine("15/QD-SNV"))
        .object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 20 0 R] /SigFlags 3 >> >>")
        .object(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R 20 0 R] >>")
        .object(20, &format!("<< {WIDGET} /Rect {rectangle} /V 21 0 R {appearance} >>"))
}

#[test]
fn a_further_signature_that_is_not_shown_leaves_the_paper_equivalent() {
    let pdf = paper::sign(second_field("[0 0 0 0]", "").object(21, &value("")).revision(), signed_by("taichinh"));
    assert_eq!(World::default().verdict(&Mail::new(&pdf)), Verdict::LegallyEquivalent);
}

#[test]
fn a_further_signature_drawn_over_the_text_is_in_doubt_whoever_made_it() {
    let ink = "1 1 1 rg 0 0 595 842 re f";
    for signer in ["taichinh", "head", "noivu-untrusted"] {
        let pdf = second_field("[0 0 595 842]", "/AP << /N 22 0 R >>")
            .object(
                22,
                &format!(
                    "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length {} >>\nstream\n{ink}\nendstream",
                    ink.len()
                ),
            )
            .object(21, &value(""))
            .revision();
        refused(&paper::sign(pdf, signed_by(signer)), signer);
    }
}

#[test]
fn a_further_signature_that_nobody_vouches_for_is_in_doubt_though_it_is_not_shown() {
    let pdf = second_field("[0 0 0 0]", "").object(21, &value("")).revision();
    refused(&paper::sign(pdf, signed_by("noivu-untrusted")), "untrusted");
}

#[test]
fn an_empty_or_null_further_field_is_refused() {
    for v in ["<< /Type /Sig >>", "null", "<< >>", "(x)"] {
        let pdf = second_field("[0 0 595 842]", "").object(21, v).revision();
        refused(&pdf.octets, v);
    }
}

#[test]
fn conditions_are_not_collected_from_two_signatures() {
    // A trusted stranger signs the whole; the department's own key signs under a CA that nobody recognises.
    let stranger = paper::sign(Paper::unsigned("x").field().revision(), signed_by("taichinh"));
    let pdf = Paper::after(&stranger)
        .object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 20 0 R] /SigFlags 3 >> >>")
        .object(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R 20 0 R] >>")
        .object(20, &format!("<< {WIDGET} /Rect [0 0 0 0] /V 21 0 R >>"))
        .object(21, &value(""))
        .revision();
    refused(&paper::sign(pdf, signed_by("noivu-untrusted")), "two halves");
}

#[test]
fn a_later_revision_without_a_signature_is_refused_whatever_it_writes() {
    let forged = "BT /F1 12 Tf 72 720 Td (16/QD-SNV) Tj ET";
    let stream = format!("<< /Length {} >>\nstream\n{forged}\nendstream", forged.len());
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]";
    for (number, object) in [
        (4, stream.as_str()),
        (3, &format!("{page} /Contents [4 0 R 30 0 R] /Annots [5 0 R] >>")),
        (3, &format!("{page} /Contents 4 0 R /Annots [5 0 R] /Rotate 180 >>")),
        (3, &format!("{page} /Contents 4 0 R >>")),
        (2, "<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>"),
        (1, "<< /Type /Catalog /Pages 30 0 R /AcroForm << /Fields [5 0 R] /SigFlags 3 >> >>"),
        (
            1,
            "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (1) >> /AcroForm << /Fields [5 0 R] >> >>",
        ),
        (1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] /SigFlags 3 /NeedAppearances true >> >>"),
        (30, "<< /Anything true >>"),
        (5, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Chu ky) /Rect [0 0 595 842] /F 4 /P 3 0 R /V 6 0 R >>"),
    ] {
        let pdf = Paper::after(&genuine("15/QD-SNV")).object(number, object).revision();
        refused(&pdf.octets, object);
    }
}

#[test]
fn octets_after_the_signed_range_are_refused_unless_they_are_white_space() {
    let good = genuine("15/QD-SNV");
    for tail in
        [&b"x"[..], b"% comment\n", b"4 0 obj\n<< >>\nendobj\n", b"startxref\n0\n%%EOF\n", b"PK\x05\x06", b"\0PK"]
    {
        refused(&[&good, tail].concat(), &String::from_utf8_lossy(tail));
    }
}

#[test]
fn octets_before_the_header_are_refused() {
    let good = genuine("15/QD-SNV");
    for head in [&b"\n"[..], b"GIF89a\x01\0\x01\0", b"MZ"] {
        refused(&[head, &good].concat(), &String::from_utf8_lossy(head));
    }
}

#[test]
fn a_value_pasted_from_another_document_is_refused() {
    let other = genuine("15/QD-SNV");
    let contents = |octets: &[u8]| octets.windows(11).rposition(|window| window == b"/Contents <").unwrap() + 11;
    let mut pdf = genuine("16/QD-SNV");
    let (to, from) = (contents(&pdf), contents(&other));
    pdf[to..to + 9_000].copy_from_slice(&other[from..from + 9_000]);
    refused(&pdf, "pasted");
}

#[test]
fn a_field_that_is_turned_to_another_value_is_refused() {
    let two = paper::sign(second_field("[0 0 0 0]", "").object(21, &value("")).revision(), signed_by("taichinh"));
    let swapped = Paper::after(&two).object(20, &format!("<< {WIDGET} /Rect [0 0 0 0] /V 6 0 R >>")).revision();
    refused(&swapped.octets, "swapped");
}

#[test]
fn ranges_that_do_not_leave_out_exactly_the_value_are_refused() {
    let good = genuine("15/QD-SNV");
    let at = good.windows(11).position(|window| window == b"/ByteRange ").unwrap() + 11;
    let end = at + good[at..].iter().position(|o| *o == b']').unwrap() + 1;
    let numbers: Vec<u64> =
        String::from_utf8_lossy(&good[at + 1..end - 1]).split(' ').map(|number| number.parse().unwrap()).collect();
    let [start, first, second, rest] = numbers[..] else { panic!() };
    for range in [
        format!("[0 {first} {second} 0]"),
        format!("[0 0 {second} {rest}]"),
        format!("[1 {} {second} {rest}]", first - 1),
        format!("[0 {first} {second} {}]", rest + 1),
        format!("[0 {first} {} {}]", second - 1, rest + 1),
        format!("[0 {first} {} {}]", second + 1, rest - 1),
        format!("[0 {} {second} {rest}]", first + 1),
        format!("[0 {first} {second}]"),
        format!("[{start} {first} {second} -1]"),
        format!("[0 {first} {first} {}]", rest + second - first),
        "[0 18446744073709551615 1 1]".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        "(x)".to_owned(),
    ] {
        let mut pdf = good.clone();
        let padded = format!("{range:width$}", width = end - at);
        pdf[at..end].copy_from_slice(&padded.as_bytes()[..end - at]);
        refused(&pdf, &range);
    }
}

#[test]
fn contents_that_are_no_one_object_and_zeros_are_refused() {
    let good = genuine("15/QD-SNV");
    let at = good.windows(11).rposition(|window| window == b"/Contents <").unwrap() + 11;
    for (offset, octets) in [(11_990, &b"41"[..]), (0, b"00"), (0, b"zz"), (5_000, b">("), (11_998, b"%%")] {
        let mut pdf = good.clone();
        pdf[at + offset..at + offset + octets.len()].copy_from_slice(octets);
        refused(&pdf, &format!("{octets:?} at {offset}"));
    }
}

#[test]
fn one_good_document_does_not_carry_another() {
    let good = genuine("15/QD-SNV");
    let plain = Paper::unsigned("16/QD-SNV").revision().octets;
    let world = World::default();
    for other in [plain, document_of("06"), document_of("33"), b"%PDF-".to_vec(), b"MZ\x90\0".to_vec(), Vec::new()] {
        for parts in [[&good, &other], [&other, &good]] {
            let mail = Mail::new(parts[0]).part(part("application/pdf", "attachment; filename=b.pdf", parts[1]));
            assert_eq!(world.verdict(&mail), Verdict::Partial);
        }
    }
}

#[test]
fn objects_replaced_through_streams_and_hybrid_sections_are_refused() {
    let good = genuine("15/QD-SNV");
    let forged = "BT /F1 12 Tf 72 720 Td (16/QD-SNV) Tj ET";
    let content = format!("4 0 obj\n<< /Length {} >>\nstream\n{forged}\nendstream\nendobj\n", forged.len());
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 30 0 R /Annots [5 0 R] >>";
    let previous: String = {
        let at = good.windows(9).rposition(|window| window == b"startxref").unwrap();
        String::from_utf8_lossy(&good[at + 10..]).lines().next().unwrap().to_owned()
    };
    // A cross-reference stream whose entries of widths 1, 4 and 2 are given as they are.
    let xref_stream = |octets: &mut Vec<u8>, number: u32, index: &str, entries: &[(u8, usize, u16)], extra: &str| {
        let start = octets.len();
        let mut data = Vec::new();
        for (kind, second, third) in entries {
            data.push(*kind);
            data.extend_from_slice(&u32::try_from(*second).unwrap().to_be_bytes());
            data.extend_from_slice(&third.to_be_bytes());
        }
        let head = format!(
            "{number} 0 obj\n<< /Type /XRef /Size 9999 /W [1 4 2] /Index [{index}] /Root 1 0 R {extra} /Length {} >>\nstream\n",
            data.len()
        );
        octets.extend_from_slice(head.as_bytes());
        octets.extend_from_slice(&data);
        octets.extend_from_slice(b"\nendstream\nendobj\n");
        start
    };
    let prev = format!("/Prev {previous}");

    // The content stream, by a cross-reference stream.
    let mut by_stream = good.clone();
    let at = by_stream.len();
    by_stream.extend_from_slice(content.as_bytes());
    let start = by_stream.len();
    xref_stream(&mut by_stream, 40, "4 1 40 1", &[(1, at, 0), (1, start, 0)], &prev);
    by_stream.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
    refused(&by_stream, "cross-reference stream");

    // The page, from an object stream; its content new.
    let mut by_object_stream = good.clone();
    let new_content = by_object_stream.len();
    by_object_stream.extend_from_slice(content.replacen("4 0", "30 0", 1).as_bytes());
    let objects = by_object_stream.len();
    by_object_stream.extend_from_slice(
        format!(
            "41 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length {} >>\nstream\n3 0 {page}\nendstream\nendobj\n",
            page.len() + 4
        )
        .as_bytes(),
    );
    let start = by_object_stream.len();
    let entries = [(2, 41, 0), (1, new_content, 0), (1, start, 0), (1, objects, 0)];
    xref_stream(&mut by_object_stream, 40, "3 1 30 1 40 2", &entries, &prev);
    by_object_stream.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
    refused(&by_object_stream, "object stream");

    // The content stream, by the hidden half of a hybrid section whose table says nothing of it.
    let mut hybrid = good.clone();
    let at = hybrid.len();
    hybrid.extend_from_slice(content.as_bytes());
    let hidden = xref_stream(&mut hybrid, 40, "4 1", &[(1, at, 0)], "");
    let table = hybrid.len();
    hybrid.extend_from_slice(
        format!("xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 9999 /Root 1 0 R {prev} /XRefStm {hidden} >>\nstartxref\n{table}\n%%EOF\n")
            .as_bytes(),
    );
    refused(&hybrid, "hybrid");

    // A section that steps over the signed one, and one that leads in a circle.
    for previous in ["", "/Prev 0", "/Prev 99999999", &format!("/Prev {}", good.len() + content.len())] {
        let mut octets = good.clone();
        let at = octets.len();
        octets.extend_from_slice(content.as_bytes());
        let table = octets.len();
        octets.extend_from_slice(
            format!("xref\n4 1\n{at:010} 00000 n \ntrailer\n<< /Size 9999 /Root 1 0 R {previous} >>\nstartxref\n{table}\n%%EOF\n")
                .as_bytes(),
        );
        refused(&octets, previous);
    }
}

#[test]
fn a_forged_object_inside_the_file_that_the_table_leads_to_is_refused() {
    // The forger has the file before it is signed: what is signed is what is judged. Afterwards no octet may move.
    let good = genuine("15/QD-SNV");
    let table = good.windows(5).position(|window| window == b"xref\n").unwrap();
    for at in (table..good.len() - 6).step_by(7) {
        let mut pdf = good.clone();
        pdf[at] = if pdf[at] == b'1' { b'2' } else { b'1' };
        refused(&pdf, &format!("octet {at}"));
    }
}

#[test]
fn a_certification_that_allows_no_change_does_not_outlive_a_further_signature() {
    let certified = |level: u8| {
        let reference = format!(
            "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P {level} /V /1.2 >> >>]"
        );
        let paper = Paper::unsigned("15/QD-SNV")
            .object(5, &format!("<< {} /Rect [0 0 0 0] /V 6 0 R >>", WIDGET.replace("Hai", "Chu ky")))
            .object(6, &value(&reference));
        let first = paper::sign(paper.revision(), signed_by("noivu"));
        assert_eq!(World::default().verdict(&Mail::new(&first)), Verdict::LegallyEquivalent);
        let second = Paper::after(&first)
            .object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 20 0 R] /SigFlags 3 >> >>")
            .object(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R 20 0 R] >>")
            .object(20, &format!("<< {WIDGET} /Rect [0 0 0 0] /V 21 0 R >>"))
            .object(21, &value(""))
            .revision();
        paper::sign(second, signed_by("taichinh"))
    };
    refused(&certified(1), "P = 1");
    assert_eq!(World::default().verdict(&Mail::new(&certified(2))), Verdict::LegallyEquivalent);
}

#[test]
fn a_further_signature_whose_second_widget_is_drawn_over_the_text_is_in_doubt() {
    let ink = "1 1 1 rg 0 0 595 842 re f";
    let widget = |rectangle: &str, flags: u32, appearance: &str| {
        format!("<< /Type /Annot /Subtype /Widget /Parent 20 0 R /F {flags} /P 3 0 R /Rect {rectangle} {appearance} >>")
    };
    let drawn = widget("[0 0 595 842]", 4, "/AP << /N 24 0 R >>");
    let blank = widget("[0 0 0 0]", 132, "");
    let hidden = widget("[0 0 595 842]", 2, "");
    for (first, second) in [(&blank, &drawn), (&drawn, &blank), (&hidden, &drawn), (&drawn, &drawn)] {
        let pdf = Paper::after(&genuine("15/QD-SNV"))
            .object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 20 0 R] /SigFlags 3 >> >>")
            .object(
                3,
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R 22 0 R 23 0 R] >>",
            )
            .object(20, "<< /FT /Sig /T (Hai) /V 21 0 R /Kids [22 0 R 23 0 R] >>")
            .object(22, first)
            .object(23, second)
            .object(
                24,
                &format!(
                    "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length {} >>\nstream\n{ink}\nendstream",
                    ink.len()
                ),
            )
            .object(21, &value(""))
            .revision();
        refused(&paper::sign(pdf, signed_by("taichinh")), second);
    }
}

#[test]
fn a_widget_that_may_be_seen_or_printed_is_in_doubt() {
    let ink = "1 1 1 rg 0 0 595 842 re f";
    let drawn = format!(
        "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length {} >>\nstream\n{ink}\nendstream",
        ink.len()
    );
    for (rectangle, flags, shown) in [
        ("[595 842 0 0]", "4", true),
        ("[0 0 595 842]", "36", true),
        ("[0 0 595 842]", "0", true),
        ("[0 0 595 842]", "null", true),
        ("[0 0 595 842]", "(x)", true),
        ("[0 0 595 842 0]", "4", true),
        ("[0 0 595 842.0.0]", "4", true),
        ("[0 0 595 2 0 R]", "4", true),
        ("(0 0 595 842)", "4", true),
        ("[0 0 595 842]", "32", false),
        ("[0 0 595 842]", "134", false),
        ("[9 9 9 9]", "4", false),
    ] {
        let pdf = second_field(rectangle, &format!("/AP << /N 24 0 R >> /F {flags}"));
        let octets = String::from_utf8_lossy(&pdf.octets).into_owned();
        assert_eq!(octets.matches("/F 132").count(), 2);
        // One /F only: the later one.
        let at = pdf.octets.windows(6).rposition(|window| window == b"/F 132").unwrap();
        let mut pdf = pdf.object(24, &drawn).object(21, &value(""));
        pdf.octets[at..at + 6].copy_from_slice(b"      ");
        let signed = paper::sign(pdf.revision(), signed_by("taichinh"));
        let verdict = World::default().verdict(&Mail::new(&signed));
        assert_eq!(verdict != Verdict::LegallyEquivalent, shown, "{rectangle} {flags}: {verdict}");
    }
}
