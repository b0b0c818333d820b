//! `dieu7 directory check`.

use dieu7::io::files;

use super::cli::{DirectoryArguments, DirectoryCommand};
use super::failure::{self, FINE, Failure};
use super::lang::Lang;

pub fn run(arguments: &DirectoryArguments, lang: Lang) -> Result<u8, Failure> {
    let DirectoryCommand::Check { file } = &arguments.command;
    let directory = files::directory(file, &mut Vec::new()).map_err(failure::settings)?;
    println!(
        "{}: {} {}",
        file.display(),
        directory.listings().len(),
        lang.pick("mục, không có lỗi", "entries, no errors")
    );
    Ok(FINE)
}
