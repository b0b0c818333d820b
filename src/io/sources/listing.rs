//! The files of a folder that somebody fills by hand: bounded, whatever lies in it.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

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

/// Why a file was not read.
#[derive(Debug)]
pub enum Unread {
    /// The system refused.
    Io(io::Error),
    /// The folder holds more than is read.
    NoRoom,
    /// Not a regular file.
    NotAFile,
    /// Larger than anything that a CA publishes.
    TooLarge,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::NoRoom => write!(f, "not read: the folder holds more than {} MB", ALL >> 20),
            Self::NotAFile => f.write_str("not a file"),
            Self::TooLarge => write!(f, "larger than {} MB", LARGEST >> 20),
        }
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

/// Reads a file, without waiting for a pipe that has come to stand in its place.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Unread> {
    let mut opened: File =
        OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(file).map_err(Unread::Io)?;
    let facts = opened.metadata().map_err(Unread::Io)?;
    if !facts.is_file() {
        return Err(Unread::NotAFile);
    }
    if facts.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    let mut octets = Vec::new();
    opened.by_ref().take(LARGEST + 1).read_to_end(&mut octets).map_err(Unread::Io)?;
    if octets.len() as u64 > LARGEST { Err(Unread::TooLarge) } else { Ok(octets) }
}
