//! Taking a bundle over: what it would change, and the change, in one step as far as trust goes.
//!
//! Everything that decides whom to trust lies in one folder, `bundle` in the trust folder, and is exchanged as a whole: a
//! program that is killed leaves the old one or the new one. Revocation lists and responses are added before, one file
//! each; they are verified at each use, and more of them can only tell more. The directory follows as one file.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::digest::Sha256;
use crate::sender::Directory;
use crate::settings::Settings;
use crate::time::UnixTime;
use crate::x509::{AnchorEntry, AnchorStore, Certificate, Crl, Origin};

use super::super::files::{BUNDLE, Trust, certificates_of, files_below};
use super::super::trust_folder::{TrustFolder, sync_folder, write_whole};
use super::manifest::{self, Manifest};
use super::{Bundle, Kind};

/// In a trust folder: fingerprints of the gateways whose bundles are taken, one a line.
const KEYS: &str = "bundle-keys";
/// Clocks differ; a bundle from further ahead would keep every later one out.
const SKEW: i64 = 86_400;

/// Why a bundle is not taken over.
#[derive(Debug, thiserror::Error)]
pub enum ImportFault {
    /// It is dated after now.
    #[error("made {made}, which is still to come; one of the two clocks is wrong")]
    Ahead {
        /// When.
        made: UnixTime,
    },
    /// A file in it is not what its name says.
    #[error("{0}")]
    Content(String),
    /// A file could not be written.
    #[error("{}: {error}", file.display())]
    NotWritten {
        /// Which.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A later one was taken over before.
    #[error("made {made}, and one made {last} was taken over already")]
    Older {
        /// When.
        made: UnixTime,
        /// When the other one was.
        last: UnixTime,
    },
}

/// What becomes of an anchor.
#[derive(Clone, Debug)]
pub enum AnchorChange {
    /// It is trusted otherwise: other purposes or another period.
    Changed(AnchorEntry),
    /// No bundle vouches for it any more.
    Dropped(AnchorEntry),
    /// It becomes trusted.
    New(AnchorEntry),
}

/// A bundle that may be taken over, and what that changes.
#[derive(Debug)]
pub struct Import<'a> {
    bundle: &'a Bundle,
    /// Anchors that nobody vouched for before, or no longer, or otherwise.
    pub anchors: Vec<AnchorChange>,
    /// Certificates that were not there.
    pub certificates: Vec<Certificate>,
    /// Certificates of the bundle before that this one does not have.
    pub leaving: Vec<Certificate>,
    /// Revocation lists that were not there.
    pub crls: Vec<Crl>,
    /// OCSP responses that were not there.
    pub responses: usize,
    /// The directory's file and its new octets, where it changes.
    pub directory: Option<(PathBuf, Vec<u8>)>,
    /// A directory came, and the settings name no file for one.
    pub directory_unplaced: bool,
    /// Every pin that counts now.
    pinned: Vec<Sha256>,
}

impl<'a> Import<'a> {
    /// Reads every file of a bundle, and compares it with what is there.
    pub fn plan(bundle: &'a Bundle, settings: &Settings, trust: &Trust, now: UnixTime) -> Result<Self, ImportFault> {
        let made = bundle.manifest.made();
        if made > now.plus(SKEW) {
            return Err(ImportFault::Ahead { made });
        }
        if let Some(last) = last(&settings.trust).map(|last| last.made()).filter(|last| made < *last) {
            return Err(ImportFault::Older { made, last });
        }
        let mut plan = Self {
            bundle,
            anchors: Vec::new(),
            certificates: Vec::new(),
            leaving: leaving(bundle, &settings.trust),
            crls: Vec::new(),
            responses: 0,
            directory: None,
            directory_unplaced: false,
            pinned: trust.anchors.entries().iter().filter_map(AnchorEntry::sha256).collect(),
        };
        let mut coming = Vec::new();
        for item in &bundle.items {
            let octets = item.octets.as_slice();
            let name = item.kind.name(octets);
            let odd = |problem: String| ImportFault::Content(format!("{name}: {problem}"));
            match &item.kind {
                Kind::Anchor(id) => coming.push(entry(id, octets).map_err(odd)?),
                Kind::Certificate => {
                    let certificate = Certificate::parse(octets).map_err(|error| odd(error.to_string()))?;
                    if !is_there(trust, &certificate) {
                        plan.certificates.push(certificate);
                    }
                }
                Kind::Crl => {
                    let crl = Crl::parse(octets).map_err(|error| odd(error.to_string()))?;
                    if !place(settings, &item.kind, octets).exists() {
                        plan.crls.push(crl);
                    }
                }
                Kind::Ocsp => plan.responses += usize::from(!place(settings, &item.kind, octets).exists()),
                Kind::Directory { toml } => plan.directory(octets, *toml, settings).map_err(odd)?,
            }
        }
        plan.anchors = changes(&coming, trust);
        Ok(plan)
    }

    fn directory(&mut self, octets: &[u8], toml: bool, settings: &Settings) -> Result<(), String> {
        let text = std::str::from_utf8(octets).map_err(|error| error.to_string())?;
        let read = if toml { Directory::from_toml(text) } else { Directory::from_csv(text) };
        read.map_err(|errors| errors.first().map(ToString::to_string).unwrap_or_default())?;
        let is_toml = |file: &Path| file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
        match &settings.directory {
            Some(file) if is_toml(file) == toml => {
                if fs::read(file).ok().as_deref() != Some(octets) {
                    self.directory = Some((file.clone(), octets.to_vec()));
                }
            }
            _ => self.directory_unplaced = true,
        }
        Ok(())
    }

    /// Whether somebody has to say yes: the question of whom to trust is not answered by a file.
    #[must_use]
    pub fn needs_confirmation(&self) -> bool {
        let decides = |one: &Certificate| self.pinned.contains(&one.fingerprint());
        !self.anchors.is_empty() || self.leaving.iter().any(decides)
    }

    /// Whether nothing would be other than it is, but for the date of the last bundle.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let certificates = self.certificates.is_empty() && self.leaving.is_empty();
        certificates
            && self.anchors.is_empty()
            && self.crls.is_empty()
            && self.responses == 0
            && self.directory.is_none()
    }

    /// Makes the change.
    pub fn apply(&self, settings: &Settings, now: UnixTime) -> Result<(), ImportFault> {
        for item in &self.bundle.items {
            if matches!(item.kind, Kind::Crl | Kind::Ocsp) {
                let file = place(settings, &item.kind, &item.octets);
                if !file.exists() {
                    write_whole(&file, &item.octets).map_err(|error| not_written(&file, error))?;
                }
            }
        }
        self.exchange(&settings.trust, now).map_err(|error| not_written(&settings.trust, error))?;
        if let Some((file, octets)) = &self.directory {
            write_whole(file, octets).map_err(|error| not_written(file, error))?;
        }
        Ok(())
    }

    /// Puts the new folder together out of sight, and lets it change places with the old one.
    fn exchange(&self, trust: &Path, now: UnixTime) -> io::Result<()> {
        let (here, new) = (trust.join(BUNDLE), trust.join(format!(".{BUNDLE}-new")));
        // What a killed import left.
        if new.exists() {
            TrustFolder::new(trust).set_aside(&new, now)?;
        }
        fs::create_dir_all(&new)?;
        for item in &self.bundle.items {
            let name = match &item.kind {
                Kind::Anchor(id) => format!("{id}.toml"),
                Kind::Certificate => format!("{}.der", Sha256::of(&item.octets)),
                Kind::Crl | Kind::Ocsp | Kind::Directory { .. } => continue,
            };
            write_whole(&new.join(name), &item.octets)?;
        }
        write_whole(&new.join(manifest::NAME), &self.bundle.manifest_octets)?;
        write_whole(&new.join(manifest::SIGNATURE), &self.bundle.signature)?;
        sync_folder(&new)?;
        if !here.exists() {
            fs::rename(&new, &here)?;
            return sync_folder(trust);
        }
        renameat_with(CWD, &new, CWD, &here, RenameFlags::EXCHANGE)?;
        sync_folder(trust)?;
        TrustFolder::new(trust).set_aside_as(&new, BUNDLE, now).map(|_| ())
    }
}

/// The manifest of the bundle that was taken over last.
#[must_use]
pub fn last(trust: &Path) -> Option<Manifest> {
    let octets = fs::read(trust.join(BUNDLE).join(manifest::NAME)).ok()?;
    Manifest::read(&octets).ok()
}

/// Whether bundles of this gateway are taken.
#[must_use]
pub fn is_confirmed(trust: &Path, fingerprint: Sha256) -> bool {
    let text = fs::read_to_string(trust.join(KEYS)).unwrap_or_default();
    text.lines().filter_map(|line| line.split_whitespace().next()).any(|key| Sha256::from_hex(key) == Some(fingerprint))
}

/// Takes bundles of this gateway from now on; an operator compared its fingerprint.
pub fn confirm_key(trust: &Path, fingerprint: Sha256, now: UnixTime) -> io::Result<()> {
    let file = trust.join(KEYS);
    let mut text = fs::read_to_string(&file).unwrap_or_default();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let _ = writeln!(text, "{fingerprint} {now}");
    write_whole(&file, text.as_bytes())
}

fn entry(id: &str, octets: &[u8]) -> Result<AnchorEntry, String> {
    let text = std::str::from_utf8(octets).map_err(|error| error.to_string())?;
    let mut store = AnchorStore::default();
    let ids = store.overlay(text, Origin::Bundle).map_err(|error| error.to_string())?;
    match store.entries() {
        [entry] if ids == [id] && entry.sha256().is_some() => Ok(entry.clone()),
        _ => Err("not one entry with this id and a pin".to_owned()),
    }
}

/// What this makes of the anchors. An entry of the operator's own counts over the bundle's, so nothing changes there.
fn changes(coming: &[AnchorEntry], trust: &Trust) -> Vec<AnchorChange> {
    let mut changes = Vec::new();
    let current = |entry: &AnchorEntry| entry.sha256().and_then(|pin| trust.anchors.entry(&pin.to_string()));
    for entry in coming {
        match current(entry) {
            None => changes.push(AnchorChange::New(entry.clone())),
            Some(known) if known.origin() > Origin::Bundle => {}
            Some(known) if known.purposes() == entry.purposes() && known.valid() == entry.valid() => {}
            Some(_) => changes.push(AnchorChange::Changed(entry.clone())),
        }
    }
    let stays = |pin: Option<Sha256>| coming.iter().any(|entry| entry.sha256() == pin);
    let dropped = trust.anchors.entries().iter().filter(|known| known.origin() == Origin::Bundle);
    changes.extend(dropped.filter(|known| !stays(known.sha256())).cloned().map(AnchorChange::Dropped));
    changes
}

fn leaving(bundle: &Bundle, trust: &Path) -> Vec<Certificate> {
    let stays = |one: &Certificate| bundle.items.iter().any(|item| item.octets == one.der());
    let files = files_below(&trust.join(BUNDLE)).into_iter();
    let found = files.flat_map(|file| certificates_of(&file, &mut Vec::new()).unwrap_or_default());
    found.filter(|one| !stays(one)).collect()
}

fn is_there(trust: &Trust, certificate: &Certificate) -> bool {
    let installed = trust.anchors.entry_of(certificate).is_some_and(|entry| trust.anchors.certificate(entry).is_some());
    installed || trust.intermediates.contains(certificate)
}

/// Where a list or a response goes: named by its content, so that it displaces nothing.
fn place(settings: &Settings, kind: &Kind, octets: &[u8]) -> PathBuf {
    let extension = if *kind == Kind::Crl { "crl" } else { "ocsp" };
    settings.crls.join(format!("{}.{extension}", Sha256::of(octets)))
}

fn not_written(file: &Path, error: io::Error) -> ImportFault {
    ImportFault::NotWritten { file: file.to_owned(), error }
}
