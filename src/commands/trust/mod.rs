//! `dieu7 trust`: the trust anchors, one file a verb.

mod add;
pub mod ask;
mod check;
mod export;
mod list;
mod remove;
mod rows;
mod show;
mod words;

use std::path::PathBuf;

use dieu7::io::files::{self, Trust};
use dieu7::time::UnixTime;

use super::cli::{ConfigFile, TrustArguments, TrustCommand};
use super::config;
use super::failure::{self, Failure, Text, USAGE};
use super::lang::Lang;
pub use ask::{confirmed, is_terminal};

pub fn run(arguments: &TrustArguments, lang: Lang) -> Result<u8, Failure> {
    match &arguments.command {
        TrustCommand::Add(arguments) => add::run(arguments, lang),
        TrustCommand::Check(arguments) => check::run(arguments, lang),
        TrustCommand::Export(arguments) => export::run(arguments),
        TrustCommand::List { json, config } => list::run(*json, config, lang),
        TrustCommand::Remove { id, yes, config } => remove::run(id, *yes, config, lang),
        TrustCommand::Show { what, json, config } => show::run(what, *json, config, lang),
    }
}

/// The folder of the settings, and what is in it.
fn store(config: &ConfigFile) -> Result<(PathBuf, Trust), Failure> {
    let folder = config::load(config)?.0.trust;
    let trust = files::trust(&folder, &mut Vec::new()).map_err(failure::settings)?;
    Ok((folder, trust))
}

/// A point in time that an operator wrote.
pub fn time_of(text: &str) -> Result<UnixTime, Failure> {
    UnixTime::parse(text).ok_or_else(|| {
        Failure::new(
            USAGE,
            Text { vi: "Thời điểm không đúng dạng.", en: "The time cannot be read." },
            text,
            Text {
                vi: "viết theo RFC 3339 (2026-11-02T08:30:00+07:00) hoặc ngày (2026-11-02).",
                en: "write RFC 3339 (2026-11-02T08:30:00+07:00) or a date (2026-11-02).",
            },
        )
    })
}

/// No entry and no certificate has this name.
fn not_there(name: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không có mục hay chứng thư nào như vậy.", en: "There is no such entry or certificate." },
        name,
        Text {
            vi: "dieu7 trust list liệt kê tên và SHA-256 của từng mục.",
            en: "dieu7 trust list shows the id and the SHA-256 of every entry.",
        },
    )
}

/// A running gateway does not look at the trust folder by itself.
fn tell_of_reload(lang: Lang) {
    println!(
        "\n{}",
        lang.pick(
            "Cổng kiểm tra chữ ký số đang chạy nhận thay đổi sau khi nạp lại (SIGHUP).",
            "A running gateway takes the change when it reloads (SIGHUP)."
        )
    );
}
