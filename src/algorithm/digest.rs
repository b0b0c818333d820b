//! Digest algorithms.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::digest::DynDigest;

use crate::asn1::{self, Asn1Error, Reader};

/// A digest algorithm, from weak to strong.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum DigestAlgorithm {
    /// Named in reports, never computed: collisions cost nothing since 2004.
    Md5,
    /// Computed for documents of its time; policy says until when (chosen-prefix collisions since 2020).
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-512/224 (FIPS 180-4, 6.6).
    Sha512t224,
    /// SHA3-224 (FIPS 202).
    Sha3t224,
    /// SHA-256.
    Sha256,
    /// SHA-512/256 (FIPS 180-4, 6.7).
    Sha512t256,
    /// SHA3-256.
    Sha3t256,
    /// SHA-384.
    Sha384,
    /// SHA3-384.
    Sha3t384,
    /// SHA-512.
    Sha512,
    /// SHA3-512.
    Sha3t512,
}

/// Content octets of the object identifiers (RFC 3279, RFC 5754, RFC 8702) beside what they name.
const OIDS: [(&[u8], DigestAlgorithm); 12] = [
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05], DigestAlgorithm::Md5),
    (&[0x2b, 0x0e, 0x03, 0x02, 0x1a], DigestAlgorithm::Sha1),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01], DigestAlgorithm::Sha256),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02], DigestAlgorithm::Sha384),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03], DigestAlgorithm::Sha512),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04], DigestAlgorithm::Sha224),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x05], DigestAlgorithm::Sha512t224),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x06], DigestAlgorithm::Sha512t256),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x07], DigestAlgorithm::Sha3t224),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x08], DigestAlgorithm::Sha3t256),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x09], DigestAlgorithm::Sha3t384),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x0a], DigestAlgorithm::Sha3t512),
];

impl DigestAlgorithm {
    /// The algorithm with this object identifier (content octets), when it is known.
    #[must_use]
    pub fn from_oid(oid: &[u8]) -> Option<Self> {
        OIDS.iter().find(|(known, _)| *known == oid).map(|(_, algorithm)| *algorithm)
    }

    /// Reads an `AlgorithmIdentifier` (content of its SEQUENCE); the inner `None` is a digest that is not known.
    pub(crate) fn from_identifier(mut identifier: Reader<'_>) -> Result<Option<Self>, Asn1Error> {
        let oid = identifier.expect(asn1::OID)?;
        // RFC 5754, 2: parameters are absent, or NULL as older signers write.
        identifier.optional(asn1::NULL)?;
        identifier.finish()?;
        Ok(Self::from_oid(oid))
    }

    /// Content octets of its object identifier.
    #[must_use]
    pub fn oid(self) -> &'static [u8] {
        OIDS.iter().find(|(_, algorithm)| *algorithm == self).map_or(&[], |(oid, _)| oid)
    }

    /// Octets of its output.
    #[must_use]
    pub fn output_len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 | Self::Sha512t224 | Self::Sha3t224 => 28,
            Self::Sha256 | Self::Sha512t256 | Self::Sha3t256 => 32,
            Self::Sha384 | Self::Sha3t384 => 48,
            Self::Sha512 | Self::Sha3t512 => 64,
        }
    }

    /// Digests the parts as if they stood one after the other; `None` for what is never computed.
    #[must_use]
    pub fn digest(self, parts: &[&[u8]]) -> Option<Vec<u8>> {
        let mut running = self.begin()?;
        for part in parts {
            running.update(part);
        }
        Some(running.finalize().into_vec())
    }

    /// A digest of nothing yet; `None` for what is never computed.
    pub(super) fn begin(self) -> Option<Box<dyn DynDigest>> {
        Some(match self {
            Self::Md5 => return None,
            Self::Sha1 => Box::new(sha1::Sha1::default()),
            Self::Sha224 => Box::new(sha2::Sha224::default()),
            Self::Sha512t224 => Box::new(sha2::Sha512_224::default()),
            Self::Sha3t224 => Box::new(sha3::Sha3_224::default()),
            Self::Sha256 => Box::new(sha2::Sha256::default()),
            Self::Sha512t256 => Box::new(sha2::Sha512_256::default()),
            Self::Sha3t256 => Box::new(sha3::Sha3_256::default()),
            Self::Sha384 => Box::new(sha2::Sha384::default()),
            Self::Sha3t384 => Box::new(sha3::Sha3_384::default()),
            Self::Sha512 => Box::new(sha2::Sha512::default()),
            Self::Sha3t512 => Box::new(sha3::Sha3_512::default()),
        })
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha512t224 => "SHA-512/224",
            Self::Sha3t224 => "SHA3-224",
            Self::Sha256 => "SHA-256",
            Self::Sha512t256 => "SHA-512/256",
            Self::Sha3t256 => "SHA3-256",
            Self::Sha384 => "SHA-384",
            Self::Sha3t384 => "SHA3-384",
            Self::Sha512 => "SHA-512",
            Self::Sha3t512 => "SHA3-512",
        })
    }
}
