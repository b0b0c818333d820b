//! Further signatures: the stamp of a receiving agency, and what is drawn in its name (the document rule).

use std::fmt::Write as _;

use dieu7::policy::{DocumentJudgement, DocumentResult, Reason, Verdict};

use super::forge::{self, Key, certificate};
use super::paper::{self, Paper, value};
use super::world::{Mail, World};

fn signed_by(name: &'static str) -> impl Fn(&[u8]) -> Vec<u8> {
    move |signed| {
        let signer = certificate(&format!("certificates/{name}"));
        forge::cms(signed, &Key::of(name), &signer, &[&signer], false)
    }
}

/// A page of A4 with a heading and some lines, as they stand in a letter; `reference` in the signature of its sender.
fn letter(reference: &str, content: &str) -> Vec<u8> {
    let words = format!(
        "1 g 0 0 595 842 re f 0 g BT /F1 13 Tf 85 780 Td (SO NOI VU) Tj 0 -120 Td (Kinh gui: Van phong UBND tinh) Tj \
         0 -20 Td (Noi dung) Tj ET {content}"
    );
    let paper = Paper::default()
        .object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] /SigFlags 3 >> >>")
        .object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .object(4, &format!("<< /Length {} >>\nstream\n{words}\nendstream", words.len()))
        .object(3, &page(""))
        .object(5, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Mot) /Rect [0 0 0 0] /F 132 /P 3 0 R /V 6 0 R >>")
        .object(6, &value(reference));
    paper::sign(paper.revision(), signed_by("noivu"))
}

fn page(more: &str) -> String {
    format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R {more}] \
         /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >> >> >> >>"
    )
}

/// Goes on from a letter with stamps at these places, each signed by `signer` in a revision of its own.
fn stamped(letter: &[u8], places: &[&str], signer: &'static str) -> Vec<u8> {
    let mut pdf = letter.to_vec();
    let mut fields = String::new();
    for (number, place) in (20..).step_by(3).zip(places) {
        write!(fields, "{number} 0 R ").unwrap();
        let ink = "1 0 0 RG 0 0 100 50 re S";
        let revision = Paper::after(&pdf)
            .object(
                1,
                &format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R {fields}] /SigFlags 3 >> >>"),
            )
            .object(3, &page(&fields))
            .object(
                number,
                &format!(
                    "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Den{number}) /F 132 /P 3 0 R /Rect {place} \
                     /V {} 0 R /AP << /N {} 0 R >> >>",
                    number + 1,
                    number + 2
                ),
            )
            .object(number + 1, &value(""))
            .object(
                number + 2,
                &format!(
                    "<< /Type /XObject /Subtype /Form /BBox [0 0 100 50] /Length {} >>\nstream\n{ink}\nendstream",
                    ink.len()
                ),
            )
            .revision();
        pdf = paper::sign(revision, signed_by(signer));
    }
    pdf
}

fn judged(pdf: &[u8]) -> DocumentJudgement {
    World::default().judge(Mail::new(pdf).message()).documents.swap_remove(0)
}

fn reasons(document: &DocumentJudgement) -> Vec<Reason> {
    document.findings.iter().flat_map(|finding| finding.reasons.iter().copied()).collect()
}

/// Top left, under the name of the agency, where the rules of paperwork want it.
const DEN: &str = "[60 690 200 760]";

#[test]
fn the_stamp_of_the_receiving_agency_on_blank_ground_leaves_the_letter_equivalent() {
    let pdf = stamped(&letter("", ""), &[DEN], "taichinh");
    assert_eq!(World::default().verdict(&Mail::new(&pdf)), Verdict::LegallyEquivalent);
    let document = judged(&pdf);
    assert!(document.remarks.contains(&Reason::DocChangedAllowed));
    assert!(!document.remarks.contains(&Reason::ShadowPrepared));
    let two = stamped(&letter("", ""), &[DEN, "[400 690 540 760]"], "taichinh");
    assert_eq!(World::default().verdict(&Mail::new(&two)), Verdict::LegallyEquivalent);
}

#[test]
fn a_stamp_that_does_not_pass_is_in_doubt_wherever_it_is() {
    let document = judged(&stamped(&letter("", ""), &[DEN], "noivu-untrusted"));
    assert_eq!(document.result, DocumentResult::Undetermined);
    assert!(reasons(&document).contains(&Reason::LaterSignature));
}

#[test]
fn stamps_that_are_too_large_alone_or_together_are_overlaid() {
    // One eighth of the page is 62,624 square units.
    let just = "[300 100 550 350]";
    assert_eq!(judged(&stamped(&letter("", ""), &[just], "taichinh")).result, DocumentResult::Met);
    let small = ["[60 100 180 200]", "[190 100 310 200]", "[320 100 440 200]", "[450 100 570 200]", "[60 210 180 310]"];
    assert_eq!(judged(&stamped(&letter("", ""), &small, "taichinh")).result, DocumentResult::Met);
    let sixth = [&small[..], &["[190 210 310 310]"]].concat();
    for places in [vec!["[300 100 555 350]"], vec!["[-500 100 300 200]"], sixth] {
        let document = judged(&stamped(&letter("", ""), &places, "taichinh"));
        assert_eq!(document.result, DocumentResult::Unmet, "{places:?}");
        assert!(reasons(&document).contains(&Reason::DocOverlaid), "{places:?}");
    }
}

#[test]
fn an_overlay_is_told_as_one_whoever_signed_it() {
    let over = judged(&stamped(&letter("", ""), &["[0 0 595 842]"], "ministry"));
    assert_eq!(over.result, DocumentResult::Unmet);
    assert!(reasons(&over).contains(&Reason::DocOverlaid));
}

#[test]
fn a_stamp_on_words_is_overlaid_and_one_on_what_nobody_looked_at_is_in_doubt() {
    let on_words = judged(&stamped(&letter("", ""), &["[60 630 200 670]"], "taichinh"));
    assert_eq!(on_words.result, DocumentResult::Unmet);
    assert!(reasons(&on_words).contains(&Reason::DocOverlaid));
    let picture = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q";
    let on_scan = judged(&stamped(&letter("", picture), &[DEN], "taichinh"));
    assert_eq!(on_scan.result, DocumentResult::Undetermined);
    assert!(reasons(&on_scan).contains(&Reason::LaterSignature));
    // One stamp over another is on what was there.
    let twice = judged(&stamped(&letter("", ""), &[DEN, "[100 700 220 770]"], "taichinh"));
    assert!(reasons(&twice).contains(&Reason::DocOverlaid));
}

#[test]
fn a_letter_whose_fields_are_locked_takes_no_stamp() {
    let lock =
        |parameters: &str| format!("/Reference [<< /TransformMethod /FieldMDP /TransformParams << {parameters} >> >>]");
    for (parameters, result) in [
        ("/Action /All", DocumentResult::Unmet),
        ("/Action /Exclude /Fields [(Hai)]", DocumentResult::Unmet),
        ("/Action /Include /Fields [(Hai) (Den20)]", DocumentResult::Unmet),
        ("/Action /Include /Fields [(Hai)]", DocumentResult::Met),
        ("/Action /Exclude /Fields [(Den20)]", DocumentResult::Met),
    ] {
        let letter = letter(&lock(parameters), "");
        assert_eq!(judged(&letter).result, DocumentResult::Met, "{parameters}");
        let document = judged(&stamped(&letter, &[DEN], "taichinh"));
        assert_eq!(document.result, result, "{parameters}");
        if result == DocumentResult::Unmet {
            assert!(reasons(&document).contains(&Reason::DocChanged), "{parameters}");
        }
    }
}

#[test]
fn no_annotation_outlives_a_certification_even_where_it_would_permit_one() {
    // EAA (evil annotation) and SSA (sneaky signature): Mainka, Mladenov, Rohlmann, "Breaking the Specification",
    // IEEE S&P 2021. The policy allows further signatures, and the document rule what they draw.
    let letter = |level: u8| {
        letter(&format!("/Reference [<< /TransformMethod /DocMDP /TransformParams << /P {level} >> >>]"), "")
    };
    let cover = "[60 600 500 800]";
    let evil = |pdf: &[u8], subtype: &str| {
        let note =
            format!("<< /Type /Annot /Subtype /{subtype} /Rect {cover} /F 4 /Contents (1000) /AP << /N 31 0 R >> >>");
        let form =
            "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 16 >>\nstream\n1 g 0 0 9 9 re f\nendstream";
        Paper::after(pdf).object(3, &page("30 0 R")).object(30, &note).object(31, form).revision().octets
    };
    for level in 1..=3 {
        let certified = letter(level);
        assert_eq!(judged(&certified).result, DocumentResult::Met);
        for subtype in ["FreeText", "Stamp", "Redact", "Link"] {
            let document = judged(&evil(&certified, subtype));
            assert_eq!(document.result, DocumentResult::Unmet, "EAA {subtype} at P = {level}");
        }
        for signer in ["taichinh", "noivu-untrusted"] {
            let document = judged(&stamped(&certified, &[cover], signer));
            assert_eq!(document.result, DocumentResult::Unmet, "SSA by {signer} at P = {level}");
        }
        let harmless = judged(&stamped(&certified, &[DEN], "taichinh")).result;
        let expected = if level == 1 { DocumentResult::Unmet } else { DocumentResult::Met };
        assert_eq!(harmless, expected, "a stamp at P = {level}");
    }
}

#[test]
fn a_further_signature_that_certifies_is_refused() {
    let reference = "/Reference [<< /TransformMethod /DocMDP /TransformParams << /P 3 >> >>]";
    let certify = |first: &[u8]| {
        let revision = Paper::after(first)
            .object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 20 0 R] /SigFlags 3 >> >>")
            .object(3, &page("20 0 R"))
            .object(
                20,
                "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Hai) /F 132 /P 3 0 R /Rect [0 0 0 0] /V 21 0 R >>",
            )
            .object(21, &value(reference))
            .revision();
        paper::sign(revision, signed_by("taichinh"))
    };
    for first in [letter("", ""), letter(reference, "")] {
        assert_eq!(judged(&first).result, DocumentResult::Met);
        assert_eq!(judged(&certify(&first)).result, DocumentResult::Unmet);
    }
}
