//! Reads a file that others may have put in place: bounded, and never waiting for a pipe.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// The octets of a regular file of at most `most` octets; links are followed.
pub(super) fn read(file: &Path, most: u64) -> io::Result<Vec<u8>> {
    // A pipe without a writer would keep whoever opens it waiting for ever.
    let mut opened: File = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(file)?;
    let facts = opened.metadata()?;
    if !facts.is_file() {
        return Err(io::Error::other("not a file"));
    }
    let too_large = || io::Error::other(format!("larger than {} MB", most >> 20));
    if facts.len() > most {
        return Err(too_large());
    }
    let mut octets = Vec::new();
    opened.by_ref().take(most.saturating_add(1)).read_to_end(&mut octets)?;
    // It may have grown meanwhile.
    if octets.len() as u64 > most { Err(too_large()) } else { Ok(octets) }
}
