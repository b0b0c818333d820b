//! `dieu7 directory check`, `pin`, `unpin` and `suggest-pins`.

mod pin;
mod suggest;

use std::path::Path;

use dieu7::io::files;

use super::cli::{DirectoryArguments, DirectoryCommand};
use super::failure::{self, FINE, Failure};
use super::lang::Lang;

pub use pin::{PinArguments, UnpinArguments};
pub use suggest::SuggestArguments;

pub fn run(arguments: &DirectoryArguments, lang: Lang) -> Result<u8, Failure> {
    match &arguments.command {
        DirectoryCommand::Check { file } => check(file, lang),
        DirectoryCommand::Pin(pin) => pin::pin(pin, &mut pin::InFile, lang),
        DirectoryCommand::SuggestPins(suggest) => suggest::run(suggest, &mut pin::InFile, lang),
        DirectoryCommand::Unpin(unpin) => pin::unpin(unpin, &mut pin::InFile, lang),
    }
}

fn check(file: &Path, lang: Lang) -> Result<u8, Failure> {
    let directory = files::directory(file, &mut Vec::new()).map_err(failure::settings)?;
    println!(
        "{}: {} {}",
        file.display(),
        directory.listings().len(),
        lang.pick("mục, không có lỗi", "entries, no errors")
    );
    match directory.read_on() {
        Some(day) => println!("{}: {}", lang.pick("Ngày đọc từ Cổng", "Read from the portal on"), day.vietnamese()),
        None => println!(
            "! {}",
            lang.pick(
                "Tệp không ghi ngày đọc: mọi thư sẽ là dir-stale. Thêm dòng đầu \"# read_on=2026-11-01\" (TOML: read_on).",
                "The file does not say when it was read: all mail will be dir-stale. Add a first line \"# read_on=2026-11-01\" (TOML: read_on)."
            )
        ),
    }
    Ok(FINE)
}
