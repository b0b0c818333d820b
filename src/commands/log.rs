//! `dieu7 log list` and `dieu7 log show`.

mod directory;

use std::path::Path;

use dieu7::io::store::query::{LogReader, Record};
use dieu7::policy::{Reason, Verdict};
use serde_json::Value;

use super::cli::{LogArguments, LogCommand};
use super::config;
use super::failure::{self, FINE, Failure, Text, USAGE};
use super::lang::Lang;

pub fn run(arguments: &LogArguments, lang: Lang) -> Result<u8, Failure> {
    match &arguments.command {
        LogCommand::List { most, before, verdict, json, config } => {
            let log = config::load(config)?.0.log;
            if let Some(token) = verdict.as_deref().filter(|token| Verdict::from_token(token).is_none()) {
                return Err(no_verdict(token));
            }
            let rows = open(&log)?.newest(*before, verdict.as_deref(), *most).map_err(failure::log_unread)?;
            list(&rows, *json, lang);
        }
        LogCommand::Show { id, json, config } => {
            let log = config::load(config)?.0.log;
            let record = open(&log)?.find(id).map_err(failure::log_unread)?.ok_or_else(|| not_found(id))?;
            match record.kind.as_str() {
                _ if *json => println!("{}", full(&record)),
                "directory" => directory::show(&record, &log, lang),
                _ => show(&record, lang),
            }
        }
    }
    Ok(FINE)
}

fn open(file: &Path) -> Result<LogReader, Failure> {
    LogReader::open(file).map_err(|error| failure::log_unread(format_args!("{}: {error}", file.display())))
}

fn no_verdict(token: &str) -> Failure {
    let known: Vec<&str> = Verdict::ALL.iter().map(|verdict| verdict.token()).collect();
    Failure::new(
        USAGE,
        Text { vi: "Không có kết luận này.", en: "There is no such verdict." },
        format_args!("{token}; {}", known.join(", ")),
        Text { vi: "chọn một trong các kết luận trên.", en: "choose one of those above." },
    )
}

fn not_found(id: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không có bản ghi này.", en: "There is no such record." },
        id,
        Text { vi: "xem các bản ghi mới nhất: dieu7 log list", en: "see the newest records: dieu7 log list" },
    )
}

fn list(rows: &[Record], json: bool, lang: Lang) {
    for row in rows {
        if json {
            println!("{}", serde_json::to_string(row).unwrap_or_default());
        } else {
            if row.kind == "directory" {
                println!("{}  {}  {}", row.id, row.at.vietnamese(), directory::line(row, lang));
                continue;
            }
            let verdict = Verdict::from_token(&row.verdict);
            let verdict = verdict.map_or(row.verdict.as_str(), |v| lang.pick(v.short_vi(), v.short_en()));
            println!("{}  {}  {:24} {:14} {}", row.id, row.at.vietnamese(), verdict, row.queue_id, row.mailbox);
        }
    }
    if rows.is_empty() && !json {
        println!("{}", lang.pick("Không có bản ghi.", "No records."));
    }
}

fn full(record: &Record) -> Value {
    let parse = |octets: &[u8]| serde_json::from_slice(octets).unwrap_or(Value::Null);
    let mut value = serde_json::to_value(record).unwrap_or_default();
    value["leaf"] = parse(&record.leaf);
    value["report"] = parse(&record.report);
    value
}

fn show(record: &Record, lang: Lang) {
    let verdict = Verdict::from_token(&record.verdict);
    println!("{}: {}", lang.pick("Mã tra cứu", "Look-up code"), record.id);
    println!("{}: {}", lang.pick("Thời điểm nhận", "Received"), record.at.vietnamese());
    println!(
        "{}: {} ({})",
        lang.pick("Kết luận", "Verdict"),
        verdict.map_or("?", |v| lang.pick(v.short_vi(), v.short_en())),
        record.verdict
    );
    println!("{}: {}", lang.pick("Hộp thư gửi", "Sending mailbox"), record.mailbox);
    println!("Message-ID: {}\n{}: {}", record.message_id, lang.pick("Mã hàng đợi", "Queue id"), record.queue_id);
    let report = full(record)["report"]["judgement"].take();
    println!("{}: {} ({})", lang.pick("Căn cứ", "Rule"), text(&report["rule"]), text(&report["policy"]));
    say_reasons("", &report["remarks"], lang);
    for document in report["documents"].as_array().into_iter().flatten() {
        println!("\n{}. {}  {}", document["n"], text(&document["name"]), result(&document["verdict"], lang));
        println!("   sha256 {}", text(&document["sha256"]));
        for letter in ["a", "b", "c"] {
            let condition = &document["conditions"][letter];
            println!("   {letter}) {}", result(&condition["result"], lang));
            say_reasons("      ", &condition["reasons"], lang);
        }
        say_reasons("   ", &document["remarks"], lang);
        for signature in document["signatures"].as_array().into_iter().flatten() {
            println!(
                "   {} {}: {} {}",
                lang.pick("Chữ ký", "Signature"),
                text(&signature["field"]),
                text(&signature["indication"]),
                text(&signature["sub_indication"])
            );
            println!("      {}", text(&signature["signer"]));
        }
    }
}

/// The result of a condition or a document, as `verify` says it.
fn result(token: &Value, lang: Lang) -> &str {
    match text(token) {
        "awaiting-clerk" => lang.pick("chờ văn thư", "awaiting the clerk"),
        "met" => lang.pick("đạt", "met"),
        "unchecked" => lang.pick("chưa kiểm tra được", "unchecked"),
        "undetermined" => lang.pick("chưa rõ", "undetermined"),
        "unmet" => lang.pick("không đạt", "unmet"),
        other => other,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn say_reasons(indent: &str, codes: &Value, lang: Lang) {
    for code in codes.as_array().into_iter().flatten() {
        let code = text(code);
        let said = Reason::from_code(code).map_or("", |reason| lang.pick(reason.vi(), reason.en()));
        println!("{indent}- {code}: {said}");
    }
}
