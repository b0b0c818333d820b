//! One signature: in a few rows for the clerk, whole for the auditor.

use crate::pdf::SignatureField;
use crate::policy::{SignatureJudgement, mask};
use crate::signature::Validated;
use crate::x509::Certificate;

use super::lang::{Lang, Words};
use super::model::{Block, Line, Mark, Row, Section};
use super::said::Said;
use super::{advice, binding, bottom, certificate, indication, proven, revoked, words};

/// The signer as a clerk knows him: the name of the agency; of a person only the agency.
pub(super) fn who(signature: &SignatureJudgement, lang: Lang) -> Said {
    let subject = signature.validated.signer.as_ref().map(Certificate::subject);
    let name = match subject {
        Some(subject) if signature.person => subject.organization(),
        Some(subject) => subject.common_name().or_else(|| subject.organization()),
        None => None,
    };
    let unknown = Words::new("không rõ", "not known").of(lang);
    match name {
        Some(name) if signature.person => {
            Said::own(Words::new("cá nhân thuộc ", "a person of ").of(lang)).and_other(&mask(&name))
        }
        Some(name) if signature.validated.is_timestamp => {
            Said::own(Words::new("dấu thời gian của ", "timestamp by ").of(lang)).and_other(&mask(&name))
        }
        Some(name) => Said::other(&mask(&name)),
        None if signature.person => Said::own(Words::new("một cá nhân", "a person").of(lang)),
        None if signature.validated.is_timestamp => Said::own(Words::new("dấu thời gian", "timestamp").of(lang)),
        None => Said::own(unknown),
    }
}

/// The conclusion in words and in the terms of EN 319 102-1.
pub(super) fn conclusion(signature: &SignatureJudgement, lang: Lang) -> (Mark, Said) {
    let conclusion = &signature.validated.conclusion;
    let (mark, words) = words::conclusion(conclusion);
    let said = Said::own(words.of(lang)).and(" (").and(conclusion.indication());
    let said = match conclusion.sub_indication() {
        Some(sub) => said.and("/").and(sub),
        None => said,
    };
    (mark, said.and(")"))
}

/// What a clerk wants to know of it; less where the page has other documents to tell of.
pub(super) fn brief(signature: &SignatureJudgement, alone: bool, lang: Lang) -> Vec<Row> {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let validated = &signature.validated;
    let (mark, words) = words::conclusion(&validated.conclusion);
    let mut rows = vec![
        Row::new(label("Người ký", "Signer"), who(signature, lang)),
        Row::marked(label("Chữ ký số", "Digital signature"), mark, Said::own(words.of(lang))),
    ];
    rows.extend(binding::brief(signature, lang));
    let (mark, words) = words::integrity(&validated.integrity);
    rows.push(Row::marked(label("Toàn vẹn", "Integrity"), mark, Said::own(words.of(lang))));
    if !alone {
        return rows;
    }
    rows.extend(times(validated, lang));
    if let Some(issuer) = validated.signer.as_ref().map(Certificate::issuer) {
        let issuer = issuer.common_name().unwrap_or_else(|| issuer.to_string());
        rows.push(Row::new(label("Nơi cấp chứng thư số", "Certificate issued by"), Said::other(&mask(&issuer))));
    }
    if let Some(signer) = &validated.signer {
        rows.push(certificate::managing(signer, lang));
        rows.push(Row::new(
            label("Thời hạn chứng thư số", "Certificate valid"),
            certificate::period(signer.validity(), lang),
        ));
    }
    let (mark, words) = words::in_force(validated.in_force);
    rows.push(Row::marked(label("Hiệu lực khi ký", "In force when signed"), mark, Said::own(words.of(lang))));
    let (mark, words) = words::trust(&validated.trust);
    rows.push(Row::marked(label("Đường dẫn chứng thực", "Trust path"), mark, Said::own(words.of(lang))));
    let (mark, words) = words::revocation(validated.revocation);
    rows.push(Row::marked(label("Thu hồi", "Revocation"), mark, revoked::since(words, &validated.standings, lang)));
    rows
}

/// Why it did not pass, and what the sender or the operator can do; nothing where it did.
fn explanation(signature: &SignatureJudgement, lang: Lang) -> Vec<Row> {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let Some(explained) = indication::explained(signature, lang) else { return Vec::new() };
    vec![
        Row::new(label("Nghĩa là", "That means"), explained.meaning),
        Row::new(label("Cách xử lý", "What can be done"), explained.action),
    ]
}

/// Everything that is known of it.
pub(super) fn section(
    number: usize,
    signature: &SignatureJudgement,
    field: Option<&SignatureField>,
    lang: Lang,
) -> Section {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let validated = &signature.validated;
    let (mark, concluded) = conclusion(signature, lang);
    let mut rows = vec![
        Row::new(label("Người ký", "Signer"), who(signature, lang)),
        Row::marked(label("Kết luận", "Conclusion"), mark, concluded),
    ];
    rows.extend(explanation(signature, lang));
    rows.extend([
        Row::new(label("Trường chữ ký", "Signature field"), Said::other(&validated.field)),
        Row::new(label("Dạng", "Form"), form(validated, lang)),
    ]);
    rows.extend(binding::rows(signature, lang));
    rows.extend(times(validated, lang));
    rows.extend(integrity(validated, lang));
    // Free text of the signer; a claim like the time beside it. A person's may hold his name.
    let field = field.filter(|_| !signature.person);
    for (label, text) in [
        (label("Lý do ký (khai báo)", "Reason (a claim)"), field.and_then(|field| field.reason.as_ref())),
        (label("Nơi ký (khai báo)", "Location (a claim)"), field.and_then(|field| field.location.as_ref())),
    ] {
        rows.extend(text.map(|text| Row::new(label, Said::other(&mask(&shortened(text))))));
    }
    let reasons = signature.reasons().into_iter().map(|reason| Line {
        mark: signature
            .findings
            .iter()
            .filter(|finding| finding.reasons.contains(&reason))
            .map(|finding| Mark::from(finding.outcome))
            .max()
            .unwrap_or(Mark::Doubt),
        said: Said::own(bottom::sentence(reason, lang)),
        code: Some(reason.code()),
        advice: Some(advice(reason, lang)),
    });
    let heading = Said::own(label("Chữ ký ", "Signature ")).and_number(number as u64);
    Section::new(heading)
        .marked(mark_of(signature))
        .with(Block::Rows(rows))
        .with(Block::Lines(reasons.collect()))
        .with(Block::Section(certificate::section(signature, lang)))
}

/// How a signature came out.
pub(super) fn mark_of(signature: &SignatureJudgement) -> Mark {
    words::conclusion(&signature.validated.conclusion).0
}

/// How the signature is written; its PAdES level belongs here.
fn form(validated: &Validated, lang: Lang) -> Said {
    let said = Said::default().and_token(&validated.sub_filter);
    let said = if said.plain().is_empty() { Said::own(Words::new("không ghi", "not stated").of(lang)) } else { said };
    let seen = if validated.visible {
        Words::new(", hiển thị trên trang", ", shown on a page")
    } else {
        Words::new(", không hiển thị trên trang", ", not shown on a page")
    };
    let said = said.and(seen.of(lang));
    match validated.level {
        Some(level) => said.and(", ").and(Words::new("mức ", "level ").of(lang)).and_token(&level.to_string()),
        None => said,
    }
}

/// Claimed, and proven; what timestamps prove belongs here.
fn times(validated: &Validated, lang: Lang) -> Vec<Row> {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let claimed = match validated.claimed_time {
        Some(time) => Said::moment(time),
        None => Said::own(label("không ghi", "not stated")),
    };
    let earliest = Said::moment(validated.best_signature_time)
        .and(", ")
        .and(label("căn cứ: ", "by "))
        .and(proven::proven_by(validated.time_source).of(lang))
        .and(if validated.time_open {
            label("; chưa được coi là chứng minh", "; not taken as proven")
        } else {
            ""
        });
    let mut rows = vec![
        Row::new(label("Giờ ký (người ký tự ghi)", "Signing time (a claim)"), claimed),
        // Called proven only where something may rest on it.
        if validated.time_open {
            Row::marked(label("Thời điểm theo dấu thời gian", "Time by the timestamp"), Mark::Doubt, earliest)
        } else {
            Row::new(label("Thời điểm được chứng minh", "Proven time"), earliest)
        },
    ];
    if validated.timestamps.is_empty() {
        rows.push(Row::new(label("Dấu thời gian", "Timestamp"), Said::own(label("không có", "none"))));
    }
    rows.extend(validated.timestamps.iter().chain(&validated.content_timestamps).map(|timestamp| {
        let (mark, found) = proven::proof(timestamp.proof());
        let said = timestamp.time().map_or_else(Said::default, |time| Said::moment(time).and(", ")).and(found.of(lang));
        Row::marked(label("Dấu thời gian", "Timestamp"), mark, said)
    }));
    rows
}

fn integrity(validated: &Validated, lang: Lang) -> Vec<Row> {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let (mark, words) = words::integrity(&validated.integrity);
    let (after_mark, after) = words::modification(validated.modification);
    let mut rows = vec![
        Row::marked(label("Toàn vẹn", "Integrity"), mark, Said::own(words.of(lang))),
        Row::new(label("Phạm vi ký", "Coverage"), Said::own(words::coverage(validated.coverage).of(lang))),
        Row::marked(label("Thay đổi sau khi ký", "After signing"), after_mark, Said::own(after.of(lang))),
    ];
    if let Some(algorithms) = &validated.algorithms {
        let mark = if validated.strong { Mark::Good } else { Mark::Doubt };
        let said = Said::default().and_token(algorithms);
        let said =
            if validated.strong { said } else { said.and(label(" (không còn an toàn)", " (no longer secure)")) };
        rows.push(Row::marked(label("Thuật toán", "Algorithms"), mark, said));
    }
    rows
}

/// Cut before it is searched for personal numbers: a hostile one has megabytes.
fn shortened(text: &str) -> String {
    text.chars().take(1_000).collect()
}
