use sfv::Parser;

use super::*;
use crate::digest::Sha256;
use crate::policy::{ConstraintId, DocumentResult, Finding, Level, Outcome, Sender};
use crate::time::UnixTime;

fn document(name: &str, result: DocumentResult, reasons: &[Reason]) -> DocumentJudgement {
    let outcome = if result == DocumentResult::Met { Outcome::Met } else { Outcome::Unmet };
    let finding =
        |constraint, reasons: &[Reason]| Finding { constraint, outcome, reasons: reasons.to_vec(), level: Level::Fail };
    DocumentJudgement {
        n: 1,
        name: name.to_owned(),
        kind: "pdf",
        size: 9,
        sha256: Some(Sha256::of(b"x")),
        result,
        findings: vec![
            finding(ConstraintId::SignatureIntact, reasons),
            finding(ConstraintId::TrustedPath, &[]),
            finding(ConstraintId::FileKind, &[]),
        ],
        remarks: vec![Reason::TsNone],
        signatures: Vec::new(),
        deciding: None,
        details: Vec::new(),
    }
}

fn judgement(verdict: Verdict, documents: Vec<DocumentJudgement>) -> Judgement {
    Judgement {
        verdict,
        not_applicable: None,
        rule: "12/2013/QD-UBND:7.2".into(),
        policy: "tuyen-quang-2013.1".into(),
        at: UnixTime::from_seconds(1_795_395_672),
        sender: Sender::default(),
        documents,
        remarks: Vec::new(),
        details: Vec::new(),
        mail_signature: None,
        removed_stamps: Vec::new(),
    }
}

fn stamp(judgement: &Judgement) -> Vec<Field> {
    let receipt = Receipt::after_durable_append("TQ", judgement.at, 17, Sha256::of(b"leaf"));
    Stamp::new(judgement, &receipt, "Dieu7-").fields().to_vec()
}

fn unfolded(field: &Field) -> String {
    field.value.replace('\n', "")
}

fn decoded_summary(fields: &[Field]) -> String {
    let summary = fields.iter().find(|field| field.name == "Dieu7-Summary").unwrap();
    let words = summary.value.split("\n ").map(|word| {
        match word.strip_prefix("=?UTF-8?B?").and_then(|word| word.strip_suffix("?=")) {
            Some(encoded) => String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap(),
            None => format!("{word} "),
        }
    });
    words.collect()
}

#[test]
fn the_verdict_field_is_an_item_whose_token_comes_first() {
    let fields = stamp(&judgement(Verdict::LegallyEquivalent, vec![document("a.pdf", DocumentResult::Met, &[])]));
    assert_eq!(fields[0].name, "Dieu7-Verdict");
    assert!(fields[0].value.starts_with("legally-equivalent-to-paper;"));
    let item: Item = Parser::new(&unfolded(&fields[0])).parse().unwrap();
    assert_eq!(item.bare_item.as_token().unwrap().as_str(), "legally-equivalent-to-paper");
    let parameter = |name: &str| item.params.get(name).unwrap();
    assert_eq!(parameter("id").as_string().unwrap().as_str(), "TQ-20261123-00017");
    assert_eq!(i64::from(parameter("time").as_date().unwrap().unix_seconds()), 1_795_395_672);
    assert_eq!(i64::from(parameter("equivalent").as_integer().unwrap()), 1);
}

#[test]
fn each_document_has_a_dictionary_of_its_own() {
    let fields = stamp(&judgement(
        Verdict::ConditionUnmet,
        vec![document("Quyết định.pdf", DocumentResult::Unmet, &[Reason::SigBad])],
    ));
    let dictionary: Dictionary = Parser::new(&unfolded(&fields[1])).parse().unwrap();
    let ListEntry::Item(name) = &dictionary["name"] else { panic!() };
    assert_eq!(name.bare_item.as_display_string().unwrap(), "Quyết định.pdf");
    let ListEntry::InnerList(reasons) = &dictionary["reasons"] else { panic!() };
    let reasons: Vec<&str> = reasons.items.iter().map(|item| item.bare_item.as_token().unwrap().as_str()).collect();
    assert_eq!(reasons, ["sig-bad", "ts-none"]);
}

#[test]
fn a_name_chosen_by_others_cannot_spell_a_token_a_tag_or_the_stamp_sentence() {
    for name in
        ["legally-equivalent-to-paper.pdf", "[D7-DAT] QD.pdf", "có giá trị pháp lý TƯƠNG ĐƯƠNG văn bản giấy.pdf"]
    {
        let documents = vec![
            document(name, DocumentResult::Met, &[]),
            document("b.pdf", DocumentResult::Unmet, &[Reason::SigNone]),
        ];
        let fields = stamp(&judgement(Verdict::Partial, documents));
        let all: String = fields.iter().map(unfolded).collect();
        assert!(!all.contains("legally-equivalent-to-paper"), "{all}");
        assert!(!all.contains("[D7-DAT]"), "{all}");
        let summary = decoded_summary(&fields);
        for forbidden in ["legally-equivalent", "[D7-DAT]", "tương đương", "TƯƠNG ĐƯƠNG"] {
            assert!(!summary.contains(forbidden), "{summary}");
        }
    }
}

#[test]
fn a_name_is_never_more_than_one_line_of_a_field_and_reads_back() {
    let name = "Đ".repeat(500);
    let fields = stamp(&judgement(Verdict::Unsigned, vec![document(&name, DocumentResult::Unmet, &[Reason::SigNone])]));
    for line in fields.iter().flat_map(|field| field.value.split('\n')) {
        assert!(line.len() < 998 - "Dieu7-Document: ".len());
        assert!(line.bytes().all(|octet| (0x20..0x7f).contains(&octet)));
    }
    assert!(Parser::new(&unfolded(&fields[1])).parse::<Dictionary>().is_ok());
}

#[test]
fn a_thousand_documents_stay_under_eight_kilobytes_and_say_that_they_are_truncated() {
    let documents = (0..1000).map(|_| document("Công văn số 123.pdf", DocumentResult::Met, &[])).collect();
    let fields = stamp(&judgement(Verdict::LegallyEquivalent, documents));
    let size: usize = fields.iter().map(|field| field.name.len() + field.value.len() + 4).sum();
    assert!(size < 8 * 1024);
    let last = &fields[fields.len() - 2];
    let dictionary: Dictionary = Parser::new(&unfolded(last)).parse().unwrap();
    assert!(dictionary.contains_key("truncated"));
}

#[test]
fn every_summary_has_its_tag_first_its_code_last_and_at_most_three_hundred_characters() {
    for verdict in Verdict::ALL {
        let names = "Một tên tệp rất dài để xem tóm tắt có bị tràn hay không ".repeat(3);
        let documents = vec![document(&names, DocumentResult::Unmet, &[Reason::CaNotTrusted])];
        let summary = decoded_summary(&stamp(&judgement(verdict, documents)));
        assert!(summary.chars().count() <= 300, "{summary}");
        assert!(summary.ends_with("Mã tra cứu TQ-20261123-00017."), "{summary}");
        if let Some(tag) = verdict.tag() {
            assert!(summary.starts_with(tag), "{summary}");
        }
    }
}

#[test]
fn a_broken_signature_begins_with_a_warning_not_to_use_the_file() {
    for (reason, warns) in [(Reason::SigBad, true), (Reason::DocChanged, true), (Reason::MboxPersonal, false)] {
        let documents = vec![document("a.pdf", DocumentResult::Unmet, &[reason])];
        let summary = decoded_summary(&stamp(&judgement(Verdict::ConditionUnmet, documents)));
        assert_eq!(summary.starts_with("[D7-CHUA-DAT] CẢNH BÁO: không sử dụng"), warns, "{summary}");
    }
}

#[test]
fn no_flag_contains_the_text_of_the_stamp() {
    let met = decoded_summary(&stamp(&judgement(Verdict::LegallyEquivalent, Vec::new())));
    assert!(met.contains("có giá trị pháp lý tương đương văn bản giấy"));
    for verdict in Verdict::ALL.into_iter().filter(|verdict| *verdict != Verdict::LegallyEquivalent) {
        assert!(!decoded_summary(&stamp(&judgement(verdict, Vec::new()))).contains("tương đương"), "{verdict}");
    }
}

#[test]
fn of_a_message_with_a_secrecy_mark_no_name_and_no_digest_is_shown() {
    let mut secret =
        judgement(Verdict::Unsigned, vec![document("KH tối mật.pdf", DocumentResult::Unmet, &[Reason::SigNone])]);
    secret.remarks.push(Reason::SecretMark);
    let fields = stamp(&secret);
    let all: String = fields.iter().map(unfolded).collect();
    assert!(!all.contains("name=") && !all.contains("sha256=") && !all.contains("KH t"));
    assert!(decoded_summary(&fields).contains("dấu chỉ độ mật"));
}

#[test]
fn the_bottom_line_of_a_report_is_the_same_sentence() {
    use crate::report::{Bottom, Lang, Subject};
    for verdict in Verdict::ALL.into_iter().filter(|verdict| *verdict != Verdict::Partial) {
        for reasons in [&[Reason::DocChanged][..], &[Reason::SigNone], &[]] {
            let judged = judgement(verdict, vec![document("a.pdf", DocumentResult::Unmet, reasons)]);
            let receipt = Receipt::after_durable_append("TQ", judged.at, 17, Sha256::of(b"leaf"));
            let stamped = summary(&judged, &receipt);
            let said = Bottom::new(&judged, Subject::Message, Lang::Vi).sentence.to_string();
            assert_eq!(stamped, format!("{said} Mã tra cứu {}.", receipt.id()));
        }
    }
}
