//! `dieu7 directory`: the living directory, read and changed by an operator.

mod accounts;
mod check;
mod import;
mod list;
mod pin;
mod set;
mod show;
mod suggest;
mod words;

use std::path::Path;

use dieu7::io::clock;
use dieu7::io::store::directory::{Applied, By, DirectoryReader, DirectoryStore};
use dieu7::message::Mailbox;
use dieu7::sender::Directory;
use dieu7::sender::directory::ChangeSet;
use dieu7::settings::Settings;
use dieu7::time::UnixTime;

use super::cli::{ConfigFile, DirectoryArguments, DirectoryCommand};
use super::config;
use super::failure::{FINE, Failure, Text, USAGE};
use super::lang::Lang;
use super::out;

pub fn run(arguments: &DirectoryArguments, lang: Lang) -> Result<u8, Failure> {
    match &arguments.command {
        DirectoryCommand::Accounts(arguments) => accounts::run(arguments, lang),
        DirectoryCommand::At { at, shown, config } => list::run(Some(at), shown, config, lang),
        DirectoryCommand::Check { file } => check::run(file, lang),
        DirectoryCommand::Export { at, format, config } => list::export(at.as_deref(), *format, config, lang),
        DirectoryCommand::History { mailbox, json, config } => show::history(mailbox, *json, config, lang),
        DirectoryCommand::Import(arguments) => import::run(arguments, lang),
        DirectoryCommand::List { at, shown, config } => list::run(at.as_deref(), shown, config, lang),
        DirectoryCommand::Pin(arguments) => pin::pin(arguments, lang),
        DirectoryCommand::Set(arguments) => set::run(arguments, lang),
        DirectoryCommand::Show { mailbox, json, config } => show::show(mailbox, *json, config, lang),
        DirectoryCommand::SuggestPins(arguments) => suggest::run(arguments, lang),
        DirectoryCommand::Unpin(arguments) => pin::unpin(arguments, lang),
    }
}

/// The directory as it is kept, for reading. Nothing is made where nothing is there.
fn read(config: &ConfigFile, lang: Lang) -> Result<(Settings, Directory), Failure> {
    let settings = config::load(config)?.0;
    if let Some(file) = &settings.directory {
        out::error_line(format_args!(
            "! {}: {}",
            lang.pick(
                "Cấu hình nêu tệp danh bạ: tệp ấy được dùng, không phải danh bạ ở đây",
                "The settings name a directory file: that one counts, and not this one",
            ),
            file.display()
        ));
    }
    let reader = DirectoryReader::open(&settings.log).map_err(unread)?;
    let directory = match reader {
        Some(reader) => reader.read().map_err(unread)?,
        None => Directory::default(),
    };
    Ok((settings, directory))
}

/// Makes changes, and says where they are recorded.
fn apply(settings: &Settings, set: &ChangeSet, by: &By, lang: Lang) -> Result<u8, Failure> {
    let store = DirectoryStore::open(&settings.log, &settings.site).map_err(not_changed)?;
    let applied = store.apply(set, by, clock::now()).map_err(not_changed)?;
    tell(&applied, lang);
    Ok(FINE)
}

fn tell(applied: &Applied, lang: Lang) {
    let Applied { id, added, changed, closed, known_from, .. } = applied;
    out::line(format_args!(
        "{}",
        words::say(
            lang,
            format!(
                "Đã ghi: thêm {added}, sửa {changed}, đóng {closed}. Mã tra cứu {id}; tính từ {}.",
                known_from.vietnamese()
            ),
            format!(
                "Recorded: {added} added, {changed} changed, {closed} closed. Look-up code {id}; counts from {}.",
                known_from.vietnamese()
            ),
        )
    ));
}

/// Who sits here: the account of the system cannot be typed, the name can.
fn by(name: Option<&str>) -> By {
    let account = std::env::var("LOGNAME").or_else(|_| std::env::var("USER")).unwrap_or_default();
    let uid = rustix::process::getuid().as_raw();
    By {
        user: format!("{uid} {account}").trim().to_owned(),
        name: name.unwrap_or_default().to_owned(),
        ..By::default()
    }
}

/// A day in ISO form, from its midnight in Vietnam.
fn day(option: &str, text: &str) -> Result<UnixTime, Failure> {
    UnixTime::parse(text).filter(|_| text.len() == 10).ok_or_else(|| {
        Failure::new(
            USAGE,
            Text { vi: "Không phải ngày.", en: "This is no day." },
            format_args!("{option} {text}"),
            Text {
                vi: "viết năm-tháng-ngày, ví dụ 2026-11-01.", en: "write year-month-day, such as 2026-11-01."
            },
        )
    })
}

/// A moment, or the last one of a day: what is in force at some time of the day is in force on it.
fn moment(text: &str) -> Result<UnixTime, Failure> {
    match UnixTime::parse(text) {
        Some(moment) if text.len() == 10 => Ok(moment.plus(86_399)),
        Some(moment) => Ok(moment),
        None => day("", text),
    }
}

fn mailbox(text: &str) -> Result<Mailbox, Failure> {
    Mailbox::parse(text).map_err(|_| {
        Failure::new(
            USAGE,
            Text { vi: "Không phải địa chỉ thư.", en: "This is no address." },
            text,
            Text { vi: "viết như vanthu@tuyenquang.gov.vn.", en: "write it as vanthu@tuyenquang.gov.vn." },
        )
    })
}

fn unread(facts: impl std::fmt::Display) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không đọc được danh bạ.", en: "The directory cannot be read." },
        facts,
        Text {
            vi: "kiểm tra [log] file trong cấu hình (--config) và quyền đọc; chưa thay đổi gì.",
            en: "check [log] file in the settings (--config) and the permission to read; nothing was changed.",
        },
    )
}

fn not_changed(facts: impl std::fmt::Display) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Danh bạ không được thay đổi.", en: "The directory was not changed." },
        facts,
        Text {
            vi: "xem nguyên nhân ở trên; nếu người khác vừa sửa danh bạ, chạy lại để xem thay đổi mới. Chưa ghi gì.",
            en: "see the cause above; if somebody else changed the directory just now, run it again and look at the new differences. Nothing was written.",
        },
    )
}

fn not_listed(mailbox: &Mailbox) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Hộp thư không có trong danh bạ.", en: "The mailbox is not in the directory." },
        mailbox,
        Text { vi: "xem danh sách: dieu7 directory list", en: "see the list: dieu7 directory list" },
    )
}

/// Asks at a terminal; elsewhere only `--yes` agrees.
fn agreed(yes: bool, lang: Lang) -> Result<bool, Failure> {
    if yes {
        return Ok(true);
    }
    if !super::trust::ask::is_terminal() {
        return Err(Failure::new(
            USAGE,
            Text {
                vi: "Chưa có ai đồng ý, và không có màn hình để hỏi; chưa thay đổi gì.",
                en: "Nobody agreed, and there is no terminal to ask at; nothing was changed.",
            },
            "--yes",
            Text {
                vi: "xem thay đổi ở trên; nếu đồng ý, chạy lại với --yes.",
                en: "read the changes above; if you agree, run it again with --yes.",
            },
        ));
    }
    let agreed = super::trust::ask::confirmed(lang.pick("Ghi thay đổi?", "Record these changes?"), lang);
    if !agreed {
        out::line(format_args!("{}", lang.pick("Không thay đổi gì.", "Nothing was changed.")));
    }
    Ok(agreed)
}

fn shown(file: &Path) -> String {
    file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
