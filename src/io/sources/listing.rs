//! The files of a folder that somebody fills by hand: bounded, whatever lies in it.

use std::cmp::Reverse;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::super::regular;
use crate::time::UnixTime;

/// A larger file is no list that a CA publishes (pki.md of the design: 20 MiB), and PEM adds a third.
const LARGEST: u64 = 40 << 20;
/// More files than all Vietnamese CAs publish together.
pub(super) const FILES: usize = 1000;
/// What is held of one folder in memory: the lists of all Vietnamese CAs several times over.
pub(super) const ALL: u64 = 512 << 20;

/// A file, in one state of it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Seen {
    pub(super) file: PathBuf,
    pub(super) length: u64,
    pub(super) changed: Option<SystemTime>,
    /// Its number and when that was last written to. Tools that copy set the time of a file as they like, and lists of
    /// one CA often have one length: by these alone a newer list could pass for the one from before.
    inode: Option<(u64, i64, i64)>,
}

impl Seen {
    fn new(file: PathBuf, facts: Option<&Metadata>) -> Self {
        Self {
            file,
            length: facts.map_or(0, Metadata::len),
            changed: facts.and_then(|facts| facts.modified().ok()),
            inode: facts.map(|facts| (facts.ino(), facts.ctime(), facts.ctime_nsec())),
        }
    }

    /// When the file was last written: how old what it holds is at the most.
    pub(super) fn modified(&self) -> Option<UnixTime> {
        let since = self.changed?.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok().map(UnixTime::from_seconds)
    }
}

/// The regular files of a folder and of the folders in it, the newest first, and how many more there are; links are
/// followed. Files whose name begins with a dot are those that programs are still writing.
pub(super) fn files(folder: &Path) -> io::Result<(Vec<Seen>, usize)> {
    let mut files = Vec::new();
    match add(folder, true, &mut files) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // What is left out must not hang on the order of the folder; and the next revocation stands in the newest list.
    files.sort_by_cached_key(|seen| (Reverse(seen.changed), seen.file.clone()));
    let more = files.len().saturating_sub(FILES);
    files.truncate(FILES);
    Ok((files, more))
}

fn add(folder: &Path, deeper: bool, files: &mut Vec<Seen>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)?.flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let file = entry.path();
        match std::fs::metadata(&file) {
            Ok(facts) if facts.is_dir() && deeper => match add(&file, false, files) {
                Ok(()) => {}
                // Named when it is opened.
                Err(_) => files.push(Seen::new(file, None)),
            },
            Ok(facts) if facts.is_file() => files.push(Seen::new(file, Some(&facts))),
            // A link that leads nowhere is named when it is opened; a pipe, a socket, a device holds no list.
            Err(_) => files.push(Seen::new(file, None)),
            Ok(_) => {}
        }
    }
    Ok(())
}

/// Reads a file of the folder.
pub(super) fn read(file: &Path) -> io::Result<Vec<u8>> {
    regular::read(file, LARGEST)
}
