//! `dieu7 directory check`.

use std::path::Path;

use dieu7::io::files;

use super::super::failure::{self, FINE, Failure};
use super::super::lang::Lang;
use super::super::out;

pub fn run(file: &Path, lang: Lang) -> Result<u8, Failure> {
    let directory = files::directory(file, &mut Vec::new()).map_err(failure::settings)?;
    out::line(format_args!(
        "{}: {} {}",
        file.display(),
        directory.listings().len(),
        lang.pick("mục, không có lỗi", "entries, no errors")
    ));
    match directory.read_on() {
        Some(day) => out::line(format_args!("{}: {}", lang.pick("Ngày đọc từ Cổng", "Read from the portal on"), day.vietnamese())),
        None => out::line(format_args!("! {}",
            lang.pick(
                "Tệp không ghi ngày đọc: mọi thư sẽ là dir-stale. Thêm dòng đầu \"# read_on=2026-11-01\" (TOML: read_on).",
                "The file does not say when it was read: all mail will be dir-stale. Add a first line \"# read_on=2026-11-01\" (TOML: read_on)."
            ))),
    }
    Ok(FINE)
}
