//! Entries about a change of the directory of mailboxes, in words.

use std::path::Path;

use dieu7::io::store::directory::{DirectoryReader, Made};
use dieu7::io::store::query::Record;
use dieu7::time::UnixTime;
use serde_json::Value;

use super::super::lang::Lang;
use super::super::out::harmless;
use super::text;

/// What came of it, in one line.
pub fn line(record: &Record, lang: Lang) -> String {
    let change = report(record);
    format!(
        "{}: {} {}, {} {}, {} {}",
        lang.pick("Danh bạ thay đổi", "Directory changed"),
        change["added"],
        lang.pick("thêm", "added"),
        change["changed"],
        lang.pick("sửa", "changed"),
        change["closed"],
        lang.pick("huỷ", "closed"),
    )
}

pub fn show(record: &Record, log: &Path, lang: Lang) {
    let change = report(record);
    let time = |value: &Value| value.as_i64().map(|seconds| UnixTime::from_seconds(seconds).vietnamese());
    println!("{}: {}", lang.pick("Mã tra cứu", "Look-up code"), record.id);
    println!("{}", line(record, lang));
    println!("{}: {}", lang.pick("Thời điểm ghi", "Recorded"), record.at.vietnamese());
    let rows = [
        (lang.pick("Tính từ", "Counts from"), time(&change["known_from"])),
        (lang.pick("Nguồn", "Source"), change["source"].as_str().map(plain)),
        (lang.pick("SHA-256 của nguồn", "SHA-256 of the source"), change["sha256"].as_str().map(plain)),
        (lang.pick("Ngày đọc từ Cổng", "Read from the portal on"), time(&change["read_on"])),
        (lang.pick("Lý do", "Reason"), change["reason"].as_str().map(plain)),
        (lang.pick("Người thực hiện", "Made by"), made(record, log).map(|made| who(&made, lang))),
    ];
    for (label, value) in rows {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            println!("{label}: {value}");
        }
    }
    let changes = change["changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    for one in changes {
        println!("- {} {}", words(text(&one[0]), lang), plain(text(&one[1])));
    }
    let more = change["change_count"].as_u64().unwrap_or_default().saturating_sub(changes.len() as u64);
    if more > 0 {
        println!("… {more} {}", lang.pick("thay đổi nữa", "more changes"));
    }
}

fn report(record: &Record) -> Value {
    super::full(record)["report"]["directory"].take()
}

fn made(record: &Record, log: &Path) -> Option<Made> {
    let changes = DirectoryReader::open(log).ok()??.changes().ok()?;
    changes.into_iter().find(|made| made.index == record.index)
}

fn who(made: &Made, lang: Lang) -> String {
    let erased = || lang.pick("(đã xoá theo quy định)", "(lawfully erased)").to_owned();
    let name = made.name.as_deref().map_or_else(erased, plain);
    let user = made.user.as_deref().map_or_else(erased, plain);
    if name.is_empty() { user } else { format!("{name} ({user})") }
}

/// On one line, whatever somebody typed.
fn plain(text: &str) -> String {
    harmless(text).replace('\n', " ")
}

/// One kind of change (`Change::token`).
fn words(token: &str, lang: Lang) -> &str {
    match token {
        "add" => lang.pick("thêm", "added"),
        "amend" => lang.pick("sửa", "changed"),
        "close" => lang.pick("huỷ", "closed"),
        "logins-set" => lang.pick("đổi tên đăng nhập", "logins set"),
        "pin-added" => lang.pick("thêm chứng thư", "certificate pinned"),
        "pin-ended" => lang.pick("kết thúc chứng thư", "pin ended"),
        "retract" => lang.pick("rút lại mục ghi nhầm", "retracted as an error"),
        other => other,
    }
}
