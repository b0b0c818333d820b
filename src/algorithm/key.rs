//! Public keys as certificates carry them.

use std::fmt;
use std::sync::Arc;

use ed25519_dalek as ed25519;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use serde::{Deserialize, Serialize};

use super::memory::{Made, Memory};
use super::rsa_key::RsaKey;
use super::{DigestAlgorithm, SignatureScheme, fast};
use crate::asn1::{self, Asn1Error, Value};

/// A public key that can verify. Clones share what they remember.
#[derive(Clone, Debug)]
pub struct PublicKey {
    key: Key,
    memory: Arc<Memory>,
}

#[derive(Clone, Debug)]
enum Key {
    Ed25519(Box<ed25519::VerifyingKey>),
    P256(Box<p256::ecdsa::VerifyingKey>),
    P384(Box<p384::ecdsa::VerifyingKey>),
    P521(Box<p521::ecdsa::VerifyingKey>),
    Rsa(Box<RsaKey>),
}

/// What policy needs to know of a key.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum KeyKind {
    /// A point on a named curve.
    Ec(Curve),
    /// Ed25519.
    Ed25519,
    /// RSA with a modulus of this many bits.
    Rsa {
        /// Length of the modulus.
        bits: u32,
    },
}

/// The curves of FIPS 186-5 that are read. Parameters written out are refused, whatever curve they describe.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Curve {
    /// secp256r1.
    P256,
    /// secp384r1.
    P384,
    /// secp521r1.
    P521,
}

/// Why a `SubjectPublicKeyInfo` gives no key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum KeyError {
    /// Curve parameters written out instead of named (CVE-2020-0601 is what they are good for).
    ExplicitCurve,
    /// Exponent that is even, below 3, or above 33 bits.
    Exponent,
    /// Not a `SubjectPublicKeyInfo`.
    Malformed(Asn1Error),
    /// The point is not on its curve, or not a point at all.
    Point,
    /// RSA modulus outside 1024 to 8192 bits, or even.
    Modulus {
        /// Its length.
        bits: u32,
    },
    /// An algorithm or curve that is not verified here.
    Unsupported {
        /// Its object identifier, dotted.
        oid: String,
    },
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExplicitCurve => f.write_str("public key writes its curve out instead of naming it"),
            Self::Exponent => f.write_str("public exponent is even, below 3 or too large"),
            Self::Malformed(error) => write!(f, "public key: {error}"),
            Self::Point => f.write_str("public key is not a point on its curve"),
            Self::Modulus { bits } => write!(f, "RSA modulus of {bits} bits is not usable"),
            Self::Unsupported { oid } => write!(f, "public key algorithm {oid} is not supported"),
        }
    }
}

impl std::error::Error for KeyError {}

impl From<Asn1Error> for KeyError {
    fn from(error: Asn1Error) -> Self {
        Self::Malformed(error)
    }
}

/// Why a signature does not verify.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum VerifyError {
    /// The signature was not made with this key over these octets.
    Mismatch,
    /// The scheme is for another kind of key.
    OtherKey,
    /// The scheme needs a digest that is not computed.
    Weak(DigestAlgorithm),
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mismatch => f.write_str("signature does not match"),
            Self::OtherKey => f.write_str("signature algorithm and key are of different kinds"),
            Self::Weak(digest) => write!(f, "{digest} is not computed"),
        }
    }
}

impl std::error::Error for VerifyError {}

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` (RFC 5280, 4.1.2.7).
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let mut fields = Value::only(der)?.inside(asn1::SEQUENCE)?;
        let mut algorithm = fields.inside(asn1::SEQUENCE)?;
        let octets = fields.bit_string()?;
        fields.finish()?;
        let oid = algorithm.expect(asn1::OID)?;
        let key = match oid {
            RSA_ENCRYPTION => Key::Rsa(Box::new(RsaKey::read(octets)?)),
            EC_PUBLIC_KEY => match algorithm.any()? {
                Value { tag: asn1::OID, content, .. } => read_point(content, octets)?,
                Value { tag: asn1::SEQUENCE, .. } => return Err(KeyError::ExplicitCurve),
                _ => return Err(KeyError::Unsupported { oid: asn1::dotted(oid) }),
            },
            ED25519 => {
                let octets = octets.try_into().map_err(|_| KeyError::Point)?;
                Key::Ed25519(Box::new(ed25519::VerifyingKey::from_bytes(octets).map_err(|_| KeyError::Point)?))
            }
            // RSA keys bound to PSS (id-RSASSA-PSS) and DSA are not seen in this country.
            _ => return Err(KeyError::Unsupported { oid: asn1::dotted(oid) }),
        };
        Ok(Self { key, memory: Arc::default() })
    }

    /// Verifies a signature over the parts as if they stood one after the other.
    pub fn verify(&self, scheme: SignatureScheme, message: &[&[u8]], signature: &[u8]) -> Result<(), VerifyError> {
        let algorithm = match (&self.key, scheme) {
            (Key::Ed25519(key), SignatureScheme::Ed25519) => return verify_ed25519(key, message, signature),
            (Key::P256(_) | Key::P384(_) | Key::P521(_), SignatureScheme::Ecdsa { digest })
            | (Key::Rsa(_), SignatureScheme::RsaPkcs1 { digest } | SignatureScheme::RsaPss { digest, .. }) => digest,
            (Key::Ed25519(_) | Key::P256(_) | Key::P384(_) | Key::P521(_) | Key::Rsa(_), _) => {
                return Err(VerifyError::OtherKey);
            }
        };
        let digest = algorithm.digest(message).ok_or(VerifyError::Weak(algorithm))?;
        let made = Made::new(scheme, &digest, signature);
        if self.memory.holds(made) {
            return Ok(());
        }
        match self.verify_fast(scheme, message, signature) {
            Some(true) => {}
            Some(false) => return Err(VerifyError::Mismatch),
            None => self.verify_portable(scheme, &digest, signature)?,
        }
        self.memory.keep(made);
        Ok(())
    }

    /// With ring; `None` where it does not have scheme, curve or length.
    pub(super) fn verify_fast(&self, scheme: SignatureScheme, message: &[&[u8]], signature: &[u8]) -> Option<bool> {
        match (&self.key, scheme) {
            (Key::P256(key), SignatureScheme::Ecdsa { digest }) => {
                fast::ecdsa(Curve::P256, digest, key.to_sec1_point(false).as_bytes(), message, signature)
            }
            (Key::P384(key), SignatureScheme::Ecdsa { digest }) => {
                fast::ecdsa(Curve::P384, digest, key.to_sec1_point(false).as_bytes(), message, signature)
            }
            (Key::Rsa(key), _) => fast::rsa(scheme, key.numbers(), message, signature),
            (Key::Ed25519(_) | Key::P256(_) | Key::P384(_) | Key::P521(_), _) => None,
        }
    }

    /// With the RustCrypto crates, which have all that is read here. Ed25519 takes more than a digest.
    pub(super) fn verify_portable(
        &self,
        scheme: SignatureScheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        match (&self.key, scheme) {
            (Key::Rsa(key), SignatureScheme::RsaPkcs1 { digest: algorithm }) => {
                key.verify_pkcs1(algorithm, digest, signature)
            }
            (Key::Rsa(key), SignatureScheme::RsaPss { digest: algorithm, mgf_digest, salt_len }) => {
                key.verify_pss(algorithm, mgf_digest, salt_len, digest, signature)
            }
            (Key::P256(key), SignatureScheme::Ecdsa { .. }) => {
                let signature = p256::ecdsa::Signature::from_der(signature).map_err(|_| VerifyError::Mismatch)?;
                key.verify_prehash(digest, &signature).map_err(|_| VerifyError::Mismatch)
            }
            (Key::P384(key), SignatureScheme::Ecdsa { .. }) => {
                let signature = p384::ecdsa::Signature::from_der(signature).map_err(|_| VerifyError::Mismatch)?;
                key.verify_prehash(digest, &signature).map_err(|_| VerifyError::Mismatch)
            }
            (Key::P521(key), SignatureScheme::Ecdsa { .. }) => {
                let signature = p521::ecdsa::Signature::from_der(signature).map_err(|_| VerifyError::Mismatch)?;
                key.verify_prehash(digest, &signature).map_err(|_| VerifyError::Mismatch)
            }
            (Key::Ed25519(_) | Key::P256(_) | Key::P384(_) | Key::P521(_) | Key::Rsa(_), _) => {
                Err(VerifyError::OtherKey)
            }
        }
    }

    /// Its kind and length.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match &self.key {
            Key::Ed25519(_) => KeyKind::Ed25519,
            Key::P256(_) => KeyKind::Ec(Curve::P256),
            Key::P384(_) => KeyKind::Ec(Curve::P384),
            Key::P521(_) => KeyKind::Ec(Curve::P521),
            Key::Rsa(key) => KeyKind::Rsa { bits: key.bits() },
        }
    }
}

impl KeyKind {
    /// Bits of security after NIST SP 800-57 part 1, table 2; lengths between two rows count as the lower one.
    #[must_use]
    pub fn strength(self) -> u32 {
        match self {
            Self::Ec(Curve::P256) | Self::Ed25519 => 128,
            Self::Ec(Curve::P384) => 192,
            Self::Ec(Curve::P521) => 256,
            Self::Rsa { bits } => match bits {
                0..=1023 => 0,
                1024..=2047 => 80,
                2048..=3071 => 112,
                3072..=7679 => 128,
                7680.. => 192,
            },
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ec(Curve::P256) => f.write_str("EC P-256"),
            Self::Ec(Curve::P384) => f.write_str("EC P-384"),
            Self::Ec(Curve::P521) => f.write_str("EC P-521"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
        }
    }
}

fn verify_ed25519(key: &ed25519::VerifyingKey, message: &[&[u8]], signature: &[u8]) -> Result<(), VerifyError> {
    let signature = ed25519::Signature::from_slice(signature).map_err(|_| VerifyError::Mismatch)?;
    // Strict: small-order points would verify under messages that nobody signed.
    key.verify_strict(&message.concat(), &signature).map_err(|_| VerifyError::Mismatch)
}

fn read_point(curve: &[u8], point: &[u8]) -> Result<Key, KeyError> {
    let off_curve = |_| KeyError::Point;
    Ok(match curve {
        P256 => Key::P256(Box::new(p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(off_curve)?)),
        P384 => Key::P384(Box::new(p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(off_curve)?)),
        P521 => Key::P521(Box::new(p521::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(off_curve)?)),
        _ => return Err(KeyError::Unsupported { oid: asn1::dotted(curve) }),
    })
}
