//! Where the reports of one call go: to standard output as they are made, or into files that are there whole or not.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use dieu7::message::name;
use dieu7::report::{self, Judged, Mark, Report, Said};

use crate::commands::cli::{Form, VerifyArguments};
use crate::commands::failure::{Failure, Text, USAGE};
use crate::commands::lang::Lang;

/// File systems end at 255 octets; an ending and a number follow.
const NAME: usize = 200;

/// The reports of one call.
pub struct Written {
    form: Form,
    whole: bool,
    lang: Lang,
    target: Target,
    force: bool,
    /// What stands before the first report of a text.
    preface: String,
    /// What waits for the end: the text of all, or the pages.
    text: String,
    pages: Vec<Report>,
    /// A line for each input.
    overview: Vec<(Mark, &'static str, String)>,
    fine: bool,
    done: usize,
}

enum Target {
    File(PathBuf),
    /// A file for each input, in their order.
    Folder(Vec<PathBuf>),
    StandardOutput,
}

impl Written {
    /// Nothing is written yet; but where something stands in the way it is said now, before the work.
    pub fn new<'a>(
        arguments: &VerifyArguments,
        lang: Lang,
        names: impl Iterator<Item = &'a str>,
        assumed: &[Said],
    ) -> Result<Self, Failure> {
        let form = match arguments.report {
            Some(form) => form,
            None if arguments.json => Form::Json,
            None => Form::Text,
        };
        let target = match &arguments.out {
            None => Target::StandardOutput,
            Some(path) if is_folder(path) => Target::Folder(files_in(path, names, form)),
            Some(path) => Target::File(path.clone()),
        };
        let files = match &target {
            Target::File(file) => std::slice::from_ref(file),
            Target::Folder(files) => files,
            Target::StandardOutput => &[],
        };
        if let Some(file) = files.iter().find(|file| !arguments.force && file.symlink_metadata().is_ok()) {
            return Err(in_the_way(file));
        }
        let assumed: Vec<String> = assumed.iter().map(Said::plain).collect();
        let preface = format!(
            "{}\n{}: {}\n",
            lang.pick(
                "KIỂM TRA THỬ - không thay cho kết quả trên thư",
                "TRIAL - does not replace the result on a mail"
            ),
            lang.pick("Giả định", "Assumed"),
            assumed.join("; ")
        );
        Ok(Self {
            form,
            whole: arguments.report.is_some(),
            lang,
            target,
            force: arguments.force,
            preface,
            text: String::new(),
            pages: Vec::new(),
            overview: Vec::new(),
            fine: true,
            done: 0,
        })
    }

    /// Nobody looks on.
    pub fn is_for_programs(&self) -> bool {
        self.form == Form::Json && matches!(self.target, Target::StandardOutput)
    }

    /// One more report.
    pub fn add(&mut self, judged: &Judged<'_>) -> Result<(), Failure> {
        let report = Report::new(judged, self.lang);
        self.fine &= report.bottom.is_fine();
        self.overview.push((report.bottom.mark, report.bottom.short, judged.name.to_owned()));
        let number = self.done;
        self.done += 1;
        let apart = matches!(self.target, Target::Folder(_));
        let text = match self.form {
            Form::Html if apart => report::html::page(std::slice::from_ref(&report)),
            Form::Html => {
                self.pages.push(report);
                return Ok(());
            }
            Form::Json => format!("{}\n", report::json::report(judged)),
            Form::Text if self.whole => format!("\n{}", report.text()),
            Form::Text => format!("\n{}", report.summary_text()),
        };
        match &self.target {
            Target::Folder(files) => {
                let Some(file) = files.get(number) else { return Ok(()) };
                let preface = if self.form == Form::Text { self.preface.as_str() } else { "" };
                write(file, &format!("{preface}{text}"), self.force)
            }
            Target::File(_) | Target::StandardOutput => {
                self.text.push_str(&text);
                Ok(())
            }
        }
    }

    /// Writes what waited. Whether nothing was flagged.
    pub fn finish(self) -> Result<bool, Failure> {
        // An empty report would look as if there had been nothing to flag.
        if self.done == 0 {
            return Ok(self.fine);
        }
        let all = match self.form {
            Form::Html => report::html::page(&self.pages),
            Form::Json => self.text.clone(),
            Form::Text => format!("{}{}{}", self.preface, self.text, self.closing()),
        };
        match &self.target {
            Target::File(file) => write(file, &all, self.force)?,
            Target::Folder(files) => {
                println!("{}: {}", self.lang.pick("Số báo cáo đã ghi", "Reports written"), self.done.min(files.len()));
            }
            Target::StandardOutput => println!("{}", all.trim_end_matches('\n')),
        }
        Ok(self.fine)
    }

    /// A line for each input where there are several, and where more is to be had.
    fn closing(&self) -> String {
        let mut closing = String::new();
        if self.overview.len() > 1 {
            closing.push_str(self.lang.pick("\nTÓM TẮT\n", "\nSUMMARY\n"));
            for (mark, short, name) in &self.overview {
                let _ = writeln!(closing, "{} {short:28} {}", mark.sign(), Said::other(name));
            }
            let fine = self.overview.iter().filter(|(mark, ..)| matches!(mark, Mark::Good | Mark::Note)).count();
            let _ = writeln!(closing, "{}: {fine} / {}", self.lang.pick("Tốt", "Fine"), self.overview.len());
        }
        if !self.whole {
            closing.push_str(self.lang.pick(
                "\nChi tiết cho người kiểm tra: --report text; trang để in: --report html --out báo-cáo.html\n",
                "\nDetails for an auditor: --report text; a page to print: --report html --out report.html\n",
            ));
        }
        closing
    }
}

/// A folder that is there, or a path that ends as one does.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/")
}

/// A file name for each input; no two are alike.
fn files_in<'a>(folder: &Path, names: impl Iterator<Item = &'a str>, form: Form) -> Vec<PathBuf> {
    let ending = match form {
        Form::Html => "html",
        Form::Json => "json",
        Form::Text => "txt",
    };
    let mut taken = BTreeSet::new();
    let mut files = Vec::new();
    for input in names {
        let name = file_name(input);
        let mut file = format!("{name}.{ending}");
        let mut number = 2_u32;
        while !taken.insert(file.clone()) {
            file = format!("{name}.{number}.{ending}");
            number += 1;
        }
        files.push(folder.join(file));
    }
    files
}

/// The last part of an input's name, without what would hide a file, leave the folder or steer a terminal.
fn file_name(input: &str) -> String {
    let last = input.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let clean = name::clean(last, NAME);
    let mut name = String::new();
    for symbol in clean.chars() {
        let symbol = if symbol.is_alphanumeric() || "._- ()".contains(symbol) { symbol } else { '-' };
        if name.len() + symbol.len_utf8() > NAME {
            break;
        }
        name.push(symbol);
    }
    let name = name.trim_start_matches(['.', '-', ' ']);
    if name.is_empty() { "report".to_owned() } else { name.to_owned() }
}

/// Writes a file whole, or not at all.
fn write(file: &Path, text: &str, force: bool) -> Result<(), Failure> {
    place(file, text, force).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => in_the_way(file),
        _ => unwritten(file, &error),
    })
}

fn place(file: &Path, text: &str, force: bool) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".dieu7-report-{}", std::process::id()));
    let _ = fs::remove_file(&draft);
    let placed = draw_up(&draft, text).and_then(|()| {
        if force {
            return fs::rename(&draft, file);
        }
        // A link fails where something has come to stand there meanwhile; a rename would replace it.
        match fs::hard_link(&draft, file) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists && file.symlink_metadata().is_err() => {
                fs::rename(&draft, file)
            }
            linked => linked,
        }
    });
    let _ = fs::remove_file(&draft);
    placed
}

fn draw_up(draft: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn in_the_way(file: &Path) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Báo cáo đã có, không ghi đè.", en: "The report is there already and is not replaced." },
        file.display(),
        Text { vi: "chọn tên khác, hoặc thêm --force.", en: "choose another name, or add --force." },
    )
}

fn unwritten(file: &Path, error: &io::Error) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không ghi được báo cáo.", en: "The report cannot be written." },
        format_args!("{}: {error}", file.display()),
        Text {
            vi: "kiểm tra thư mục, quyền ghi và chỗ trống.",
            en: "check the folder, the permission to write and the space.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_stay_in_the_folder_and_are_never_alike() {
        let names = ["a/b.pdf", "c/b.pdf", "x.mbox:3", "/tmp/..", "a\u{202e}\u{1b}[2J.eml", "d/"];
        let files = files_in(Path::new("out"), names.into_iter(), Form::Html);
        let files: Vec<_> = files.iter().map(|file| file.to_str().unwrap()).collect();
        assert_eq!(
            files,
            [
                "out/b.pdf.html",
                "out/b.pdf.2.html",
                "out/x.mbox-3.html",
                "out/report.html",
                "out/a-2J.eml.html",
                "out/d.html"
            ]
        );
        assert!(file_name(&"ư".repeat(10_000)).len() <= NAME);
    }

    #[test]
    fn a_report_replaces_nothing_unless_it_is_told_to() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/report.html");
        place(&file, "one", false).unwrap();
        assert_eq!(place(&file, "two", false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&file).unwrap(), "one");
        place(&file, "three", true).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "three");
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
    }
}
