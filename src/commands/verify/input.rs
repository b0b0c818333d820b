//! What `verify` is given: documents, mails, Maildir folders, mbox files; known by content.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Larger files are not read (the gateway's own largest message is 1 GB).
const LARGEST: u64 = 1 << 30;
/// A header is PDF's within this many octets (ISO 32000-1, annex H, note 13).
const HEADER_WITHIN: usize = 1024;

/// One thing to check.
pub struct Input {
    /// File, and `:n` for the n-th message of an mbox.
    pub name: String,
    source: Source,
}

enum Source {
    File(PathBuf),
    Message(Vec<u8>),
}

/// What an input holds.
pub enum Octets {
    /// A file on its own.
    Document(Vec<u8>),
    /// A mail.
    Message(Vec<u8>),
}

impl Input {
    /// Reads it.
    pub fn read(self) -> io::Result<Octets> {
        match self.source {
            Source::Message(octets) => Ok(Octets::Message(octets)),
            Source::File(file) => {
                let octets = read(&file)?;
                if octets.is_empty() && is_mail(&file, &octets) {
                    return Err(io::Error::other("an empty file is no mail"));
                }
                Ok(if is_mail(&file, &octets) { Octets::Message(octets) } else { Octets::Document(octets) })
            }
        }
    }
}

/// Every input below `paths`, and the paths at which none could be read.
pub fn find(paths: &[PathBuf]) -> (Vec<Input>, Vec<String>) {
    let mut found = Vec::new();
    let mut unread = Vec::new();
    for path in paths {
        if let Err(error) = add(path, &mut found) {
            unread.push(format!("{}: {error}", path.display()));
        }
    }
    (found, unread)
}

fn add(path: &Path, found: &mut Vec<Input>) -> io::Result<()> {
    let before = found.len();
    if path.is_dir() {
        let maildir = [path.join("cur"), path.join("new")];
        let folders = if maildir.iter().any(|folder| folder.is_dir()) { &maildir[..] } else { &[path.to_owned()] };
        for folder in folders.iter().filter(|folder| folder.is_dir()) {
            let mut files: Vec<PathBuf> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
            files.retain(|file| file.is_file());
            files.sort();
            found.extend(files.into_iter().map(whole));
        }
        // Exit code 0 says that all is well; of nothing nobody may be told so.
        return if found.len() > before { Ok(()) } else { Err(io::Error::other("no files to check")) };
    }
    let octets = read(path)?;
    if octets.starts_with(b"From ") {
        let name = path.display();
        let messages = split_mbox(&octets).into_iter().enumerate();
        found.extend(
            messages.map(|(n, message)| Input { name: format!("{name}:{}", n + 1), source: Source::Message(message) }),
        );
    } else {
        found.push(whole(path.to_owned()));
    }
    Ok(())
}

fn whole(file: PathBuf) -> Input {
    Input { name: file.display().to_string(), source: Source::File(file) }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(file)?.len() > LARGEST {
        return Err(io::Error::other("larger than 1 GB"));
    }
    fs::read(file)
}

/// A mail begins with a header field; a document does not. The names `.eml` and a Maildir's decide when in doubt.
fn is_mail(file: &Path, octets: &[u8]) -> bool {
    let start = &octets[..octets.len().min(HEADER_WITHIN)];
    if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("eml")) {
        return true;
    }
    let line = start.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let name = line.split(|octet| *octet == b':').next().unwrap_or_default();
    name.len() < line.len()
        && !name.is_empty()
        && name.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-')
}

/// Splits an mbox (RFC 4155): a line `From ` after an empty one begins a message; `>From ` loses one `>`.
fn split_mbox(octets: &[u8]) -> Vec<Vec<u8>> {
    let mut messages: Vec<Vec<u8>> = Vec::new();
    let mut after_empty = true;
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        if after_empty && line.starts_with(b"From ") {
            messages.push(Vec::new());
            after_empty = false;
            continue;
        }
        after_empty = matches!(line, b"\n" | b"\r\n");
        let quotes = line.iter().take_while(|octet| **octet == b'>').count();
        let line = if quotes > 0 && line[quotes..].starts_with(b"From ") { &line[1..] } else { line };
        if let Some(message) = messages.last_mut() {
            message.extend_from_slice(line);
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_splits_at_its_from_lines_and_loses_one_quote() {
        let mbox = b"From a Mon\nSubject: 1\n\n>From here\n\nFrom b Tue\nSubject: 2\n\nnot\nFrom inside\n";
        let messages = split_mbox(mbox);
        assert_eq!(messages, [&b"Subject: 1\n\nFrom here\n\n"[..], b"Subject: 2\n\nnot\nFrom inside\n"]);
    }

    #[test]
    fn a_folder_without_files_is_unread_and_not_fine() {
        let folder = tempfile::tempdir().unwrap();
        let (found, unread) = find(&[folder.path().to_owned()]);
        assert!(found.is_empty());
        assert_eq!(unread.len(), 1);
    }

    #[test]
    fn a_mail_is_known_by_its_first_field() {
        let name = Path::new("1700000000.M1P1.host:2,S");
        assert!(is_mail(name, b"Return-Path: <a@b>\r\n"));
        assert!(!is_mail(Path::new("a.pdf"), b"%PDF-1.7\n1 0 obj <</A: 1>>"));
        assert!(!is_mail(Path::new("a.docx"), b"PK\x03\x04: x"));
    }
}
