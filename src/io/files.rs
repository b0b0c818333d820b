//! What the operator keeps in files: policies, trust anchors, intermediate certificates, the directory. Loaded whole;
//! a file that cannot be used is an error that names it, and the old rulebook stays.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::store::directory::living;
use crate::cms;
use crate::policy::{Policy, Rulebook};
use crate::sender::{Directory, SenderSettings};
use crate::settings::Settings;
use crate::x509::{AnchorStore, Certificate, Origin, PUBLISHED, pem, read_certificates};

/// The policy that is used when settings name none.
pub const BUILT_IN_POLICY: &str = include_str!("../../policies/tuyen-quang-2013.toml");
/// No file of settings is larger.
const LARGEST: u64 = 64 << 20;

/// A file that cannot be used, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong, one problem each.
    pub problems: Vec<String>,
}

impl FileError {
    fn new(file: &Path, problem: impl fmt::Display) -> Self {
        Self { file: file.to_owned(), problems: vec![problem.to_string()] }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FileError {}

/// The rulebook that settings describe.
pub fn rulebook(settings: &Settings) -> Result<Rulebook, FileError> {
    let mut sources = Vec::new();
    let policies = policies(&settings.policies, &mut sources)?;
    let trust = trust(&settings.trust, &mut sources)?;
    let directory = directory_in_force(settings, &mut sources)?;
    assemble(policies, trust, directory, settings.sender.clone(), &sources)
}

/// Puts a rulebook together from parts that were loaded one by one.
pub fn assemble(
    policies: Vec<Policy>,
    trust: Trust,
    directory: Option<Directory>,
    sender: SenderSettings,
    sources: &[Vec<u8>],
) -> Result<Rulebook, FileError> {
    Rulebook::new(policies, trust.anchors, trust.intermediates, directory, sender, sources)
        .map_err(|error| FileError::new(Path::new("policies"), error))
}

/// Reads policy files, or the built-in one when there are none.
pub fn policies(files: &[PathBuf], sources: &mut Vec<Vec<u8>>) -> Result<Vec<Policy>, FileError> {
    if files.is_empty() {
        sources.push(BUILT_IN_POLICY.as_bytes().to_vec());
        let policy = Policy::read(BUILT_IN_POLICY);
        return Ok(vec![policy.map_err(|error| FileError::new(Path::new("tuyen-quang-2013.toml"), error))?]);
    }
    files.iter().map(|file| policy(file, sources)).collect()
}

/// Reads one policy file.
pub fn policy(file: &Path, sources: &mut Vec<Vec<u8>>) -> Result<Policy, FileError> {
    let text = text(file, sources)?;
    Policy::read(&text).map_err(|error| FileError::new(file, error))
}

/// The directory that counts: the file that settings name, else the living one beside the log. Never both, and never
/// the one where the other cannot be read: an operator must be able to tell from the settings which it is.
pub fn directory_in_force(settings: &Settings, sources: &mut Vec<Vec<u8>>) -> Result<Option<Directory>, FileError> {
    match &settings.directory {
        Some(file) => directory(file, sources).map(Some),
        None => living(&settings.log).map_err(|error| FileError::new(&settings.log, error)),
    }
}

/// Reads the directory of mailboxes, CSV or TOML by the name of its file.
pub fn directory(file: &Path, sources: &mut Vec<Vec<u8>>) -> Result<Directory, FileError> {
    let text = text(file, sources)?;
    let read = if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        Directory::from_toml(&text)
    } else {
        Directory::from_csv(&text)
    };
    read.map_err(|errors| FileError {
        file: file.to_owned(),
        problems: errors.iter().map(ToString::to_string).collect(),
    })
}

/// Trust anchors, and the certificates that are none but complete paths.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The anchors.
    pub anchors: AnchorStore,
    /// Other certificates of the folder.
    pub intermediates: Vec<Certificate>,
    /// Files in which no certificate could be read, with the reason.
    pub unreadable: Vec<FileError>,
}

/// In a trust folder: entries that an operator writes by hand.
pub const ANCHORS: &str = "anchors.toml";
/// In a trust folder: one file for each entry that `dieu7 trust add` wrote.
pub const OWN_ENTRIES: &str = "anchors.d";
/// In a trust folder: what the last bundle brought.
pub const BUNDLE: &str = "bundle";
/// In a trust folder: what was taken out of use. Kept, and not read.
pub const WITHDRAWN: &str = "withdrawn";

/// Reads a trust folder: the entries that come with the program, under those of the last bundle, under the operator's,
/// and every certificate below it.
pub fn trust(folder: &Path, sources: &mut Vec<Vec<u8>>) -> Result<Trust, FileError> {
    sources.push(PUBLISHED.as_bytes().to_vec());
    let by_hand = folder.join(ANCHORS);
    let listed = if by_hand.is_file() { Some(text(&by_hand, sources)?) } else { None };
    let mut anchors = AnchorStore::under(listed.as_deref()).map_err(|error| FileError::new(&by_hand, error))?;
    for (inner, origin) in [(BUNDLE, Origin::Bundle), (OWN_ENTRIES, Origin::Own)] {
        for file in entry_files(&folder.join(inner)) {
            let entries = text(&file, sources)?;
            anchors.overlay(&entries, origin).map_err(|error| FileError::new(&file, error))?;
        }
    }
    let mut intermediates = Vec::new();
    let mut unreadable = Vec::new();
    for file in files_below(folder) {
        match certificates_of(&file, sources) {
            Ok(found) => {
                for certificate in found {
                    // Only a pin makes an anchor; everything else merely completes paths.
                    if anchors.install(certificate.clone()).is_err() {
                        intermediates.push(certificate);
                    }
                }
            }
            Err(error) => unreadable.push(error),
        }
    }
    Ok(Trust { anchors, intermediates, unreadable })
}

/// Whether a certificate below a trust folder counts: not what was withdrawn, nor what is not yet in its place.
pub(super) fn is_in_use(folder: &Path, file: &Path) -> bool {
    let inner = file.strip_prefix(folder).ok().and_then(|inside| inside.components().next());
    let inner = inner.map(|first| first.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
    inner != WITHDRAWN && !inner.starts_with('.')
}

/// The files of entries in a folder, sorted: a later one counts over an earlier one.
fn entry_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_entry = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml") && path.is_file();
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_entry).collect();
    files.sort();
    files
}

/// Every certificate in a file: DER, PEM, or a PKCS#7 bundle.
pub fn certificates_of(file: &Path, sources: &mut Vec<Vec<u8>>) -> Result<Vec<Certificate>, FileError> {
    let octets = octets(file)?;
    let found = match read_certificates(&octets) {
        Ok(found) => found,
        Err(error) => bundle(&octets).ok_or_else(|| FileError::new(file, error))?,
    };
    sources.push(octets);
    Ok(found)
}

/// The certificates of a PKCS#7 bundle (`.p7b`, RFC 5652 SignedData without signers), as the national root publishes
/// its own; `None` when it is none, or holds none.
fn bundle(octets: &[u8]) -> Option<Vec<Certificate>> {
    let unwrapped = pem::decode(octets, "PKCS7").and_then(|blocks| blocks.into_iter().next());
    let (certificates, _) = cms::read_bundle(unwrapped.as_deref().unwrap_or(octets)).ok()?;
    (!certificates.is_empty()).then_some(certificates)
}

/// The certificate files of a folder and of the folders in it, by name or by content, sorted. Those that were withdrawn
/// are none, whoever asks: a trust folder that is named on a command line must not bring them back.
#[must_use]
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            let Ok(inner) = std::fs::read_dir(&path) else { continue };
            files.extend(inner.flatten().map(|entry| entry.path()).filter(|path| path.is_file()));
        } else if path.is_file() {
            files.push(path);
        }
    }
    files.retain(|file| {
        let extension = file.extension().unwrap_or_default().to_ascii_lowercase();
        let is_known = ["der", "crt", "cer", "pem", "p7b", "p7c"].iter().any(|known| extension == *known);
        is_in_use(folder, file) && (is_known || begins_as_der(file))
    });
    files.sort();
    files
}

/// Whether a file begins with a SEQUENCE of more than 255 octets, as every certificate and every list of them does.
fn begins_as_der(file: &Path) -> bool {
    let mut start = [0; 2];
    std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == [0x30, 0x82]
}

/// The octets of a file of reasonable size.
pub fn octets(file: &Path) -> Result<Vec<u8>, FileError> {
    let failed = |error| FileError::new(file, error);
    if !std::fs::metadata(file).map_err(failed)?.is_file() {
        return Err(FileError::new(file, "not a file"));
    }
    let mut octets = Vec::new();
    std::fs::File::open(file).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut octets)).map_err(failed)?;
    if octets.len() as u64 > LARGEST {
        return Err(FileError::new(file, format!("larger than {} MB", LARGEST >> 20)));
    }
    Ok(octets)
}

fn text(file: &Path, sources: &mut Vec<Vec<u8>>) -> Result<String, FileError> {
    let octets = octets(file)?;
    let text = String::from_utf8(octets.clone()).map_err(|error| {
        let sound = &octets[..error.utf8_error().valid_up_to()];
        let line = sound.split(|octet| *octet == b'\n').count();
        FileError::new(file, format!("line {line}: not UTF-8; save the file as UTF-8"))
    })?;
    sources.push(octets);
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
