//! `dieu7 config show`, and where settings are found.

use std::path::{Path, PathBuf};

use dieu7::io::milter::AllowList;
use dieu7::settings::{Listen, Settings};

use super::cli::{ConfigArguments, ConfigCommand, ConfigFile};
use super::failure::{self, FINE, Failure};
use super::lang::Lang;

/// Looked for when `--config` is not given.
const DEFAULT: &str = "/etc/dieu7/dieu7.toml";

pub fn run(arguments: &ConfigArguments, lang: Lang) -> Result<u8, Failure> {
    let ConfigCommand::Show(config) = &arguments.command;
    let (settings, file) = load(config)?;
    match &file {
        Some(file) => println!("# {}", file.display()),
        None => {
            println!("# {}", lang.pick("không có tệp cấu hình; giá trị sẵn có", "no settings file; built-in defaults"));
        }
    }
    let width = settings.shown().iter().map(|row| row.key.len() + row.value.len() + 3).max().unwrap_or(0);
    for row in settings.shown() {
        let line = format!("{} = {}", row.key, row.value);
        let origin = if row.from_file {
            lang.pick("từ tệp", "from the file")
        } else {
            lang.pick("mặc định", "default")
        };
        println!("{line:width$}  # {origin}");
    }
    Ok(FINE)
}

/// The settings in force, and the file that they came from.
pub fn load(config: &ConfigFile) -> Result<(Settings, Option<PathBuf>), Failure> {
    let file = match &config.config {
        Some(file) => file.clone(),
        None if Path::new(DEFAULT).exists() => DEFAULT.into(),
        None => {
            let settings = Settings::read("", Path::new("/")).map_err(failure::settings)?;
            return Ok((settings, None));
        }
    };
    let text = std::fs::read_to_string(&file)
        .map_err(|error| failure::settings(format_args!("{}: {error}", file.display())))?;
    let base = std::path::absolute(&file).ok().and_then(|file| file.parent().map(Path::to_owned)).unwrap_or_default();
    let wrong = |error: &dyn std::fmt::Display| failure::settings(format_args!("{}: {error}", file.display()));
    let settings = Settings::read(&text, &base).map_err(|error| wrong(&error))?;
    if matches!(settings.listen, Listen::Inet(_)) {
        AllowList::new(&settings.allow_peers).map_err(|error| wrong(&error))?;
    }
    Ok((settings, Some(file)))
}
