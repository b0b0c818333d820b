//! What `verify` prints.

use dieu7::policy::{Condition, DocumentJudgement, Reason, SignatureJudgement};
use dieu7::signature::{Integrity, Trust};
use serde_json::Value;

use super::Checked;
use crate::commands::lang::Lang;

/// One object per file (docs/verify-json.md).
pub fn json(checked: &Checked, assumed: &[String]) -> Value {
    let mut value = checked.judgement.report();
    value["file"] = checked.name.clone().into();
    value["trial"] = true.into();
    value["assumed"] = assumed.to_vec().into();
    value
}

/// The summary for people.
pub fn table(all: &[Checked], assumed: &[String], lang: Lang) {
    println!(
        "{}",
        lang.pick("KIỂM TRA THỬ - không thay cho kết quả trên thư", "TRIAL - does not replace the result on a mail")
    );
    println!("{}: {}", lang.pick("Giả định", "Assumed"), assumed.join("; "));
    for checked in all {
        let verdict = checked.judgement.verdict;
        println!("\n{}", checked.name);
        if !checked.alone {
            println!("  {}: {}", lang.pick("Kết luận", "Verdict"), lang.pick(verdict.short_vi(), verdict.short_en()));
            let mailbox = checked.judgement.sender.mailbox.as_deref().unwrap_or("?");
            let agency = checked.judgement.sender.agency.as_deref().unwrap_or("?");
            println!("  {}: {mailbox} ({agency})", lang.pick("Người gửi", "Sender"));
        }
        for document in &checked.judgement.documents {
            print_document(document, checked.alone, lang);
        }
        say("  ", &checked.judgement.remarks, lang);
    }
    if all.len() > 1 {
        overview(all, lang);
    }
}

/// A line for each input, when there are several.
fn overview(all: &[Checked], lang: Lang) {
    println!("\n{}", lang.pick("TÓM TẮT", "SUMMARY"));
    for checked in all {
        let verdict = checked.judgement.verdict;
        let word = if checked.alone {
            signatures_word(&checked.judgement.documents, lang)
        } else {
            lang.pick(verdict.short_vi(), verdict.short_en())
        };
        println!("{} {word:24} {}", if checked.is_fine() { "✓" } else { "!" }, checked.name);
    }
    let fine = all.iter().filter(|checked| checked.is_fine()).count();
    println!("{}: {fine} / {}", lang.pick("Tốt", "Fine"), all.len());
}

/// The worst of the signatures of a file on its own.
fn signatures_word(documents: &[DocumentJudgement], lang: Lang) -> &'static str {
    let mut indications = documents
        .iter()
        .flat_map(|document| &document.signatures)
        .map(|signature| signature.validated.conclusion.indication());
    match indications.clone().count() {
        0 => lang.pick("không có chữ ký đọc được", "no readable signature"),
        _ if indications.clone().any(|indication| indication == "TOTAL-FAILED") => {
            lang.pick("Không hợp lệ", "Not valid")
        }
        _ if indications.all(|indication| indication == "TOTAL-PASSED") => lang.pick("Hợp lệ", "Valid"),
        _ => lang.pick("Không xác định", "Undetermined"),
    }
}

fn print_document(document: &DocumentJudgement, alone: bool, lang: Lang) {
    if !alone {
        println!("  {}. {}  ({}, {} B)", document.n, document.name, document.kind, document.size);
    }
    for condition in Condition::ALL {
        let (outcome, reasons) = document.condition(condition);
        println!("    {}) {}", condition.letter(), outcome_word(outcome, lang));
        say("       ", &reasons, lang);
    }
    for signature in &document.signatures {
        print_signature(signature, lang);
    }
    say("    ", &document.remarks, lang);
    for detail in &document.details {
        println!("    . {detail}");
    }
}

fn print_signature(signature: &SignatureJudgement, lang: Lang) {
    let validated = &signature.validated;
    let conclusion = &validated.conclusion;
    let word = match conclusion.indication() {
        "TOTAL-PASSED" => lang.pick("Hợp lệ", "Valid"),
        "TOTAL-FAILED" => lang.pick("Không hợp lệ", "Not valid"),
        _ => lang.pick("Không xác định", "Undetermined"),
    };
    let sub = conclusion.sub_indication().map(|sub| format!("/{sub}")).unwrap_or_default();
    println!(
        "    {} \"{}\": {word} ({}{sub})",
        lang.pick("Chữ ký", "Signature"),
        validated.field,
        conclusion.indication()
    );
    if let Some(signer) = signature.signer() {
        println!("      {}: {signer}", lang.pick("Người ký", "Signer"));
    }
    if let Some(issuer) = validated.signer.as_ref().map(|signer| signer.issuer().to_string()) {
        println!("      {}: {issuer}", lang.pick("Nơi cấp", "Issuer"));
    }
    if let Trust::Trusted(path) = &validated.trust {
        println!("      {}:", lang.pick("Đường dẫn chứng thực", "Trust path"));
        println!("        {}", signature.signer().unwrap_or_else(|| "?".to_owned()));
        for certificate in path.certificates().iter().skip(1) {
            println!("        {}", certificate.subject().common_name().unwrap_or_else(|| "?".to_owned()));
        }
        println!("        = {} {}", lang.pick("chứng thư tin cậy", "trust anchor"), path.anchor());
    }
    println!(
        "      {}: {}",
        lang.pick("Toàn vẹn", "Integrity"),
        match validated.integrity {
            Integrity::Intact => lang.pick("nội dung đã ký nguyên vẹn", "the signed content is intact"),
            Integrity::Failed(_) => lang.pick("KHÔNG nguyên vẹn", "NOT intact"),
            Integrity::NoCertificate | Integrity::Unexamined | Integrity::Unsupported =>
                lang.pick("không xác định", "undetermined"),
        }
    );
    if let Some(algorithms) = &validated.algorithms {
        println!("      {}: {algorithms}", lang.pick("Thuật toán", "Algorithms"));
    }
    if let Some(claimed) = validated.claimed_time {
        println!("      {}: {}", lang.pick("Giờ ký (do người ký ghi)", "Signing time (a claim)"), claimed.vietnamese());
    }
    say("      ", &signature.reasons(), lang);
}

fn outcome_word(outcome: dieu7::policy::Outcome, lang: Lang) -> &'static str {
    use dieu7::policy::Outcome::{Met, Undetermined, Unmet};
    match outcome {
        Met => lang.pick("đạt", "met"),
        Undetermined => lang.pick("chưa rõ", "undetermined"),
        Unmet => lang.pick("không đạt", "unmet"),
    }
}

fn say(indent: &str, reasons: &[Reason], lang: Lang) {
    for reason in reasons {
        println!("{indent}- {reason}: {}", lang.pick(reason.vi(), reason.en()));
    }
}
