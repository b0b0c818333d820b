//! The key with which a gateway signs its bundles: Ed25519 (RFC 8032), made at first use, for nothing else.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::digest::{Sha256, hex, hex_decode};

/// `SubjectPublicKeyInfo` of an Ed25519 key (RFC 8410) up to its 32 octets.
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A key that signs bundles.
#[derive(Debug)]
pub struct BundleKey(SigningKey);

impl BundleKey {
    /// The key in `file`, or a new one put there, readable by its owner alone. Says whether it is new.
    pub fn open(file: &Path) -> io::Result<(Self, bool)> {
        match fs::read_to_string(file) {
            Ok(text) => {
                let seed = hex_decode(text.trim().as_bytes()).and_then(|octets| <[u8; 32]>::try_from(octets).ok());
                let seed = seed.ok_or_else(|| io::Error::other("not 64 hexadecimal digits"))?;
                Ok((Self::of(&seed), false))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut seed = [0; 32];
                fs::File::open("/dev/urandom")?.read_exact(&mut seed)?;
                if let Some(folder) = file.parent() {
                    fs::create_dir_all(folder)?;
                }
                // `create_new`: of two that start at once one makes the key, and the other says so.
                let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
                out.write_all(format!("{}\n", hex(&seed)).as_bytes())?;
                out.sync_all()?;
                Ok((Self::of(&seed), true))
            }
            Err(error) => Err(error),
        }
    }

    /// The key with this seed.
    #[must_use]
    pub fn of(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Its public part, `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn spki(&self) -> Vec<u8> {
        [&SPKI[..], self.0.verifying_key().as_bytes()].concat()
    }

    pub(super) fn sign(&self, octets: &[u8]) -> Vec<u8> {
        self.0.sign(octets).to_bytes().to_vec()
    }
}

/// By what operators know a key: the SHA-256 of its `SubjectPublicKeyInfo`.
#[must_use]
pub fn fingerprint(spki: &[u8]) -> Sha256 {
    Sha256::of(spki)
}

/// Whether the key made this signature over the octets (RFC 8032, with the strict rules for points).
pub(super) fn verifies(spki: &[u8], octets: &[u8], signature: &[u8]) -> bool {
    let key = spki.strip_prefix(&SPKI).and_then(|key| <&[u8; 32]>::try_from(key).ok());
    let key = key.and_then(|key| VerifyingKey::from_bytes(key).ok());
    let signature = Signature::from_slice(signature);
    matches!((key, signature), (Some(key), Ok(signature)) if key.verify_strict(octets, &signature).is_ok())
}
