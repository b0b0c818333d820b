//! The files of a folder that somebody fills by hand: bounded, whatever lies in it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::super::regular;
use crate::time::UnixTime;

/// A larger file is no list that a CA publishes (pki.md of the design: 20 MiB), and PEM adds a third.
const LARGEST: u64 = 40 << 20;
/// More files than all Vietnamese CAs publish together.
const FILES: usize = 1000;
/// What is held of one folder in memory: the lists of all Vietnamese CAs several times over.
pub(super) const ALL: u64 = 512 << 20;

/// A file, in one state of it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Seen {
    pub(super) file: PathBuf,
    pub(super) length: u64,
    pub(super) changed: Option<SystemTime>,
}

impl Seen {
    /// When the file was last written: how old what it holds is at the most.
    pub(super) fn modified(&self) -> Option<UnixTime> {
        let since = self.changed?.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok().map(UnixTime::from_seconds)
    }
}

/// The regular files of a folder and of the folders in it, sorted; links are followed. Files whose name begins with a
/// dot are those that programs are still writing.
pub(super) fn files(folder: &Path) -> Vec<Seen> {
    let mut files = Vec::new();
    add(folder, true, &mut files);
    // Sorted first: which files are left out must not hang on the order of the folder.
    files.sort();
    if files.len() > FILES {
        tracing::warn!(folder = %folder.display(), files = files.len(), read = FILES, "more files than are read");
        files.truncate(FILES);
    }
    files
}

fn add(folder: &Path, deeper: bool, files: &mut Vec<Seen>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let file = entry.path();
        match std::fs::metadata(&file) {
            Ok(facts) if facts.is_dir() && deeper => add(&file, false, files),
            Ok(facts) if facts.is_file() => {
                files.push(Seen { file, length: facts.len(), changed: facts.modified().ok() });
            }
            // A link that leads nowhere is named when it is opened; a pipe, a socket, a device holds no list.
            Err(_) => files.push(Seen { file, length: 0, changed: None }),
            Ok(_) => {}
        }
    }
}

/// Reads a file of the folder.
pub(super) fn read(file: &Path) -> io::Result<Vec<u8>> {
    regular::read(file, LARGEST)
}
