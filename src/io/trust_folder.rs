//! Changes to a trust folder: certificates and entries appear whole or not at all, and what is taken out of use is moved
//! aside. Nothing here decides what is trusted.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::time::UnixTime;
use crate::x509::{AnchorStore, Certificate, Origin};

use super::files::{BUNDLE, OWN_ENTRIES, WITHDRAWN, certificates_of, files_below};

/// Longest id; it becomes the name of a file.
const MAX_ID: usize = 64;

/// A trust folder that is to be changed.
#[derive(Clone, Copy, Debug)]
pub struct TrustFolder<'a>(&'a Path);

impl<'a> TrustFolder<'a> {
    /// The folder need not exist yet.
    #[must_use]
    pub const fn new(folder: &'a Path) -> Self {
        Self(folder)
    }

    /// Puts a certificate in, under a name that [`is_id`] holds for.
    pub fn install(&self, id: &str, certificate: &Certificate) -> io::Result<PathBuf> {
        let file = self.0.join(format!("{id}.der"));
        write_whole(&file, certificate.der())?;
        Ok(file)
    }

    /// Puts an entry of the operator in; the one that it replaces is kept aside.
    pub fn write_entry(&self, id: &str, text: &str, now: UnixTime) -> io::Result<PathBuf> {
        let file = self.0.join(OWN_ENTRIES).join(format!("{id}.toml"));
        if file.exists() {
            self.set_aside(&file, now)?;
        }
        write_whole(&file, text.as_bytes())?;
        Ok(file)
    }

    /// The file that the program wrote for an entry; `None` where it was written by hand.
    #[must_use]
    pub fn entry_file(&self, id: &str, origin: Origin) -> Option<PathBuf> {
        let inner = if origin == Origin::Bundle { BUNDLE } else { OWN_ENTRIES };
        let entries = fs::read_dir(self.0.join(inner)).ok()?;
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        files.into_iter().rev().find(|file| {
            let text = fs::read_to_string(file).unwrap_or_default();
            let is_entry = file.extension().is_some_and(|extension| extension == "toml");
            is_entry && AnchorStore::default().overlay(&text, origin).is_ok_and(|ids| ids == [id])
        })
    }

    /// The files that hold a certificate, and how many others each holds.
    #[must_use]
    pub fn files_of(&self, certificate: &Certificate) -> Vec<(PathBuf, usize)> {
        files_below(self.0)
            .into_iter()
            .filter_map(|file| {
                let found = certificates_of(&file, &mut Vec::new()).ok()?;
                let others = found.iter().filter(|other| *other != certificate).count();
                (others < found.len()).then_some((file, others))
            })
            .collect()
    }

    /// Moves a file out of use, under a name that says when; gives its new place.
    pub fn set_aside(&self, file: &Path, now: UnixTime) -> io::Result<PathBuf> {
        self.set_aside_as(file, &file.file_name().unwrap_or_default().to_string_lossy(), now)
    }

    /// The same for what stands under a name that it does not have in use.
    pub(super) fn set_aside_as(&self, file: &Path, name: &str, now: UnixTime) -> io::Result<PathBuf> {
        let folder = self.0.join(WITHDRAWN);
        fs::create_dir_all(&folder)?;
        let stamp: String = now.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
        let place = (0..10_000_u32)
            .map(|number| {
                folder.join(if number == 0 { format!("{stamp}-{name}") } else { format!("{stamp}-{number}-{name}") })
            })
            .find(|place| !place.exists())
            .ok_or(io::ErrorKind::AlreadyExists)?;
        fs::rename(file, &place)?;
        sync_folder(&folder)?;
        file.parent().map_or(Ok(()), sync_folder)?;
        Ok(place)
    }
}

/// Whether a text can be the id of an entry that the program writes: it becomes the name of a file.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let sound = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(sound) && !text.starts_with(['.', '-'])
}

/// A half-written file would be refused at the next start, or believed; so it appears whole or not at all.
pub fn write_whole(file: &Path, octets: &[u8]) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let new = folder.join(format!(".{name}.new-{}", std::process::id()));
    let written = fs::File::create(&new).and_then(|mut out| out.write_all(octets).and_then(|()| out.sync_all()));
    let moved = written.and_then(|()| fs::rename(&new, file));
    if moved.is_err() {
        let _ = fs::remove_file(&new);
    }
    moved.and_then(|()| sync_folder(folder))
}

pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder).and_then(|folder| folder.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_name_of_a_file_in_this_folder_and_of_no_other() {
        for id in ["vgca-root-g1", "a", "CA_2.x"] {
            assert!(is_id(id), "{id}");
        }
        for id in ["", ".", "..", "../x", "a/b", "-x", ".x", "é", "a b", "a\0", &"x".repeat(65)] {
            assert!(!is_id(id), "{id}");
        }
    }

    #[test]
    fn what_is_replaced_or_withdrawn_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (trust, now) = (TrustFolder::new(folder.path()), UnixTime::from_seconds(0));
        for text in ["a", "b", "c"] {
            trust.write_entry("x", text, now).unwrap();
        }
        let file = folder.path().join(OWN_ENTRIES).join("x.toml");
        assert_eq!(fs::read_to_string(&file).unwrap(), "c");
        trust.set_aside(&file, now).unwrap();
        let mut kept: Vec<String> = fs::read_dir(folder.path().join(WITHDRAWN))
            .unwrap()
            .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        kept.sort();
        assert_eq!(kept, ["a", "b", "c"]);
    }
}
