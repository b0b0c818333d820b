//! The manifest of a bundle: who made it, when, and each file with its name, length and digest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::time::UnixTime;

use super::super::trust_folder::is_id;
use super::key::{BundleKey, fingerprint};
use super::{Item, MAX_FILES};

pub(super) const NAME: &str = "manifest.json";
pub(super) const SIGNATURE: &str = "manifest.sig";
const FORMAT: u32 = 1;
/// `MAX_FILES` with room to spare.
const LARGEST: usize = 4 << 20;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// What a file of a bundle is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Kind {
    /// One entry of `anchors.toml`, by its id.
    Anchor(String),
    /// A certificate, DER.
    Certificate,
    /// A revocation list, DER or PEM.
    Crl,
    /// The directory of mailboxes, TOML or else CSV.
    Directory {
        /// Whether it is TOML.
        toml: bool,
    },
    /// An OCSP response, DER.
    Ocsp,
}

impl Kind {
    /// Its name in the bundle. Files whose content names them cannot displace each other.
    pub(super) fn name(&self, octets: &[u8]) -> String {
        match self {
            Self::Anchor(id) => format!("anchors/{id}.toml"),
            Self::Certificate => format!("certificates/{}.der", Sha256::of(octets)),
            Self::Crl => format!("crls/{}.crl", Sha256::of(octets)),
            Self::Directory { toml: true } => "directory.toml".to_owned(),
            Self::Directory { toml: false } => "directory.csv".to_owned(),
            Self::Ocsp => format!("ocsp/{}.ocsp", Sha256::of(octets)),
        }
    }

    fn of(name: &str) -> Option<Self> {
        let stem = |folder: &str, extension: &str| name.strip_prefix(folder)?.strip_suffix(extension);
        if let Some(id) = stem("anchors/", ".toml") {
            return is_id(id).then(|| Self::Anchor(id.to_owned()));
        }
        match name {
            "directory.csv" => Some(Self::Directory { toml: false }),
            "directory.toml" => Some(Self::Directory { toml: true }),
            _ if stem("certificates/", ".der").is_some() => Some(Self::Certificate),
            _ if stem("crls/", ".crl").is_some() => Some(Self::Crl),
            _ if stem("ocsp/", ".ocsp").is_some() => Some(Self::Ocsp),
            _ => None,
        }
    }
}

/// What a bundle says of itself.
#[derive(Clone, Debug)]
pub struct Manifest {
    text: Text,
    key: Vec<u8>,
    made: UnixTime,
    fresh_until: UnixTime,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Text {
    dieu7_bundle: u32,
    made: String,
    fresh_until: String,
    gateway: String,
    /// `SubjectPublicKeyInfo`, base64: what stands between the lines of a PEM file.
    key: String,
    files: Vec<File>,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    bytes: u64,
    sha256: String,
}

/// What is wrong with a manifest.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ManifestFault {
    /// The files are not those that it names, in its order, with its lengths and digests.
    #[error("{name}: not the file that the manifest names")]
    File {
        /// The first that differs.
        name: String,
    },
    /// A version of the format that this program does not know.
    #[error("format {0} is not known; a newer program may read it")]
    Format(u32),
    /// The archive does not begin with a manifest and its signature.
    #[error("not there")]
    Missing,
    /// A name that no file of a bundle has, or names out of order.
    #[error("{0}: no name of a file in a bundle, or out of order")]
    Name(String),
    /// Not the JSON of a manifest.
    #[error("{0}")]
    Syntax(String),
    /// A time that cannot be read.
    #[error("{0}: not a time")]
    Time(String),
}

impl Manifest {
    pub(super) fn new(gateway: &str, made: UnixTime, days: u32, key: &BundleKey, files: &[(String, Vec<u8>)]) -> Self {
        let fresh_until = made.plus(i64::from(days).saturating_mul(DAY));
        let listed = |(name, octets): &(String, Vec<u8>)| File {
            name: name.clone(),
            bytes: octets.len() as u64,
            sha256: Sha256::of(octets).to_string(),
        };
        let spki = key.spki();
        let text = Text {
            dieu7_bundle: FORMAT,
            made: made.to_string(),
            fresh_until: fresh_until.to_string(),
            gateway: gateway.to_owned(),
            key: STANDARD.encode(&spki),
            files: files.iter().map(listed).collect(),
        };
        Self { text, key: spki, made, fresh_until }
    }

    pub(super) fn octets(&self) -> Vec<u8> {
        let mut text = serde_json::to_string_pretty(&self.text).unwrap_or_default();
        text.push('\n');
        text.into_bytes()
    }

    /// Reads one, before its signature is verified: it holds the key for that.
    pub(super) fn read(octets: &[u8]) -> Result<Self, ManifestFault> {
        if octets.len() > LARGEST {
            return Err(ManifestFault::Syntax(format!("larger than {} MB", LARGEST >> 20)));
        }
        let text: Text = serde_json::from_slice(octets).map_err(|error| ManifestFault::Syntax(error.to_string()))?;
        if text.dieu7_bundle != FORMAT {
            return Err(ManifestFault::Format(text.dieu7_bundle));
        }
        let time = |text: &String| UnixTime::parse(text).ok_or_else(|| ManifestFault::Time(text.clone()));
        let (made, fresh_until) = (time(&text.made)?, time(&text.fresh_until)?);
        let key = STANDARD.decode(&text.key).map_err(|error| ManifestFault::Syntax(error.to_string()))?;
        if text.files.len() > MAX_FILES {
            return Err(ManifestFault::Syntax(format!("more than {MAX_FILES} files")));
        }
        // Strictly rising names: none occurs twice.
        let mut names = text.files.iter().map(|file| file.name.as_str());
        let mut before = "";
        if let Some(odd) = names.find(|name| {
            let rises = before < *name && Kind::of(name).is_some();
            before = name;
            !rises
        }) {
            return Err(ManifestFault::Name(odd.to_owned()));
        }
        Ok(Self { text, key, made, fresh_until })
    }

    /// Holds the files of the archive against it.
    pub(super) fn hold(&self, files: &[(&str, &[u8])]) -> Result<Vec<Item>, ManifestFault> {
        let longest = files.len().max(self.text.files.len());
        let mut items = Vec::new();
        for at in 0..longest {
            let (listed, found) = (self.text.files.get(at), files.get(at));
            let name = listed.map(|file| file.name.as_str()).or(found.map(|(name, _)| *name)).unwrap_or_default();
            let fault = || ManifestFault::File { name: name.to_owned() };
            let (Some(listed), Some((found, octets))) = (listed, found) else { return Err(fault()) };
            let kind = Kind::of(found).ok_or_else(fault)?;
            let holds = listed.name == **found
                && listed.bytes == octets.len() as u64
                && listed.sha256 == Sha256::of(octets).to_string()
                && kind.name(octets) == **found;
            if !holds {
                return Err(fault());
            }
            items.push(Item { kind, octets: octets.to_vec() });
        }
        Ok(items)
    }

    /// When it was made.
    #[must_use]
    pub fn made(&self) -> UnixTime {
        self.made
    }

    /// After this a newer one should have come.
    #[must_use]
    pub fn fresh_until(&self) -> UnixTime {
        self.fresh_until
    }

    /// The gateway's name for itself.
    #[must_use]
    pub fn gateway(&self) -> &str {
        &self.text.gateway
    }

    /// How many files it names.
    #[must_use]
    pub fn files(&self) -> usize {
        self.text.files.len()
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// By what operators know its maker.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        fingerprint(&self.key)
    }
}
