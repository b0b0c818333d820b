//! Bundles: what a gateway without Internet needs, in one signed and dated file.
//!
//! A bundle is a plain tar archive (POSIX.1-1988 ustar), so that an auditor opens it with tar, jq, sha256sum and openssl:
//! `manifest.json`, its Ed25519 signature `manifest.sig` over the octets as they stand, then the files that the manifest
//! names, in its order. The manifest binds every name, length and digest; nothing else is accepted. Nothing in it is
//! compressed, so that it cannot grow when it is read.
//!
//! A bundle is believed because its key was confirmed by an operator, and then no further than its files go: each of
//! them is read here, new anchors are named to the operator, and lists and responses are verified at each use as ever.

mod archive;
mod import;
mod key;
mod manifest;

use std::io::Read as _;
use std::path::Path;

use crate::digest::Sha256;
use crate::time::UnixTime;

pub use archive::{ArchiveFault, MAX_FILES};
pub use import::{AnchorChange, Import, ImportFault, confirm_key, is_confirmed, last};
pub use key::{BundleKey, fingerprint};
pub use manifest::{Kind, Manifest, ManifestFault};

/// A hundred lists of the largest that Vietnamese CAs publish.
pub const MAX_BUNDLE: u64 = 256 << 20;

/// A file to be packed.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is; with its octets this gives its name in the bundle.
    pub kind: Kind,
    /// Its octets.
    pub octets: Vec<u8>,
}

/// A bundle whose structure, digests and signature hold. Whether its key is one to be believed is another question.
#[derive(Clone, Debug)]
pub struct Bundle {
    manifest: Manifest,
    manifest_octets: Vec<u8>,
    signature: Vec<u8>,
    items: Vec<Item>,
}

/// Why a file is no bundle to be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BundleFault {
    /// The archive is not as this program writes it.
    #[error("archive: {0}")]
    Archive(#[from] ArchiveFault),
    /// The manifest is not, or does not agree with the files.
    #[error("manifest: {0}")]
    Manifest(#[from] ManifestFault),
    /// It cannot be read.
    #[error("{0}")]
    Read(String),
    /// The signature is not that of the key in the manifest over the manifest.
    #[error("the signature does not verify")]
    Signature,
    /// Larger than [`MAX_BUNDLE`].
    #[error("larger than {} MB", MAX_BUNDLE >> 20)]
    TooLarge,
}

impl Bundle {
    /// The octets of a bundle of these files, signed and dated.
    pub fn pack(
        items: Vec<Item>,
        gateway: &str,
        made: UnixTime,
        days: u32,
        key: &BundleKey,
    ) -> Result<Vec<u8>, BundleFault> {
        let mut named: Vec<(String, Vec<u8>)> =
            items.into_iter().map(|item| (item.kind.name(&item.octets), item.octets)).collect();
        named.sort();
        named.dedup_by(|one, other| one.0 == other.0);
        let manifest = Manifest::new(gateway, made, days, key, &named);
        let octets = manifest.octets();
        let signature = key.sign(&octets);
        let mut files = vec![(manifest::NAME.to_owned(), octets), (manifest::SIGNATURE.to_owned(), signature)];
        files.append(&mut named);
        let packed = archive::write(&files)?;
        if packed.len() as u64 > MAX_BUNDLE {
            return Err(BundleFault::TooLarge);
        }
        Ok(packed)
    }

    /// Reads a bundle from a file.
    pub fn open(file: &Path) -> Result<Self, BundleFault> {
        let unread = |error: std::io::Error| BundleFault::Read(error.to_string());
        if !std::fs::metadata(file).map_err(unread)?.is_file() {
            return Err(BundleFault::Read("not a file".to_owned()));
        }
        let mut octets = Vec::new();
        std::fs::File::open(file)
            .and_then(|file| file.take(MAX_BUNDLE + 1).read_to_end(&mut octets))
            .map_err(unread)?;
        if octets.len() as u64 > MAX_BUNDLE {
            return Err(BundleFault::TooLarge);
        }
        Self::read(&octets)
    }

    /// Reads a bundle.
    pub fn read(octets: &[u8]) -> Result<Self, BundleFault> {
        let files = archive::read(octets)?;
        let [(first, manifest_octets), (second, signature), rest @ ..] = files.as_slice() else {
            return Err(ManifestFault::Missing.into());
        };
        if *first != manifest::NAME || *second != manifest::SIGNATURE {
            return Err(ManifestFault::Missing.into());
        }
        let manifest = Manifest::read(manifest_octets)?;
        // Before anything that it says of its files is believed.
        if !key::verifies(manifest.key(), manifest_octets, signature) {
            return Err(BundleFault::Signature);
        }
        let items = manifest.hold(rest)?;
        Ok(Self { manifest, manifest_octets: manifest_octets.to_vec(), signature: signature.to_vec(), items })
    }

    /// Who made it, when, and what is in it.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its files.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Names the bundle in words to the operator.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        Sha256::of(&self.manifest_octets)
    }
}

#[cfg(test)]
mod tests;
