//! RSA verification (RFC 8017): PKCS#1 v1.5 and PSS.
//!
//! PSS is unpadded here because the `rsa` crate ties the digest inside MGF1 to that of the message, and real signers
//! use two different ones. The modular arithmetic is the crate's.

use std::sync::OnceLock;

use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pkcs1v15Sign};

use super::{DigestAlgorithm, KeyError, VerifyError};
use crate::asn1::{self, Asn1Error, Value};

/// An RSA public key with a modulus of [`MIN_BITS`] to [`MAX_BITS`].
#[derive(Clone, Debug)]
pub(super) struct RsaKey {
    /// Without leading zeros.
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    bits: u32,
    /// Made when it is needed: what it makes ready for its arithmetic takes as long as a fast check.
    prepared: OnceLock<Option<rsa::PublicKey>>,
}

/// Below this a modulus has been factored on a desk; policy asks for 2048.
const MIN_BITS: u32 = 1024;
/// A longer modulus makes one check cost milliseconds, and no CA issues it.
const MAX_BITS: u32 = 8192;
/// A longer exponent makes the check as dear as signing is; both crates draw the line here.
const MAX_EXPONENT_BITS: u32 = 33;

impl RsaKey {
    /// Reads `RSAPublicKey` (RFC 8017, A.1.1).
    pub(super) fn read(der: &[u8]) -> Result<Self, KeyError> {
        let mut fields = Value::only(der)?.inside(asn1::SEQUENCE)?;
        let modulus = unsigned(fields.expect(asn1::INTEGER)?)?;
        let exponent = unsigned(fields.expect(asn1::INTEGER)?)?;
        fields.finish()?;
        let bits = bit_length(modulus);
        if !(MIN_BITS..=MAX_BITS).contains(&bits) || modulus.last().is_none_or(|last| last & 1 == 0) {
            return Err(KeyError::Modulus { bits });
        }
        let odd = exponent.last().is_some_and(|last| last & 1 == 1);
        if !odd || exponent == [1] || bit_length(exponent) > MAX_EXPONENT_BITS {
            return Err(KeyError::Exponent);
        }
        let (modulus, exponent) = (modulus.to_vec(), exponent.to_vec());
        Ok(Self { modulus, exponent, bits, prepared: OnceLock::new() })
    }

    /// Length of the modulus.
    pub(super) fn bits(&self) -> u32 {
        self.bits
    }

    /// Modulus, exponent, and the length of the modulus.
    pub(super) fn numbers(&self) -> (&[u8], &[u8], u32) {
        (&self.modulus, &self.exponent, self.bits)
    }

    /// `None` never comes of a key within the limits, which are also those of the crate; it verifies nothing.
    fn prepared(&self) -> Option<&rsa::PublicKey> {
        let prepare = || {
            let modulus = BoxedUint::from_be_slice_vartime(&self.modulus);
            let exponent = BoxedUint::from_be_slice_vartime(&self.exponent);
            rsa::PublicKey::new(modulus, exponent).ok()
        };
        self.prepared.get_or_init(prepare).as_ref()
    }

    /// RSASSA-PKCS1-v1_5 by encoding and comparing (RFC 8017, 8.2.2): padding to the full length, the NULL in its
    /// place, nothing after the digest.
    pub(super) fn verify_pkcs1(
        &self,
        algorithm: DigestAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        let oid = asn1::encode(asn1::OID, &[algorithm.oid()]);
        let identifier = asn1::encode(asn1::SEQUENCE, &[&oid, &[asn1::NULL, 0]]);
        let value = asn1::encode(asn1::OCTET_STRING, &[digest]);
        let whole = asn1::encode(asn1::SEQUENCE, &[&identifier, &value]);
        let prefix = whole.get(..whole.len().saturating_sub(digest.len())).unwrap_or_default();
        let scheme = Pkcs1v15Sign { hash_len: Some(algorithm.output_len()), prefix: prefix.into() };
        let key = self.prepared().ok_or(VerifyError::Mismatch)?;
        key.verify(scheme, digest, signature).map_err(|_| VerifyError::Mismatch)
    }

    /// EMSA-PSS-VERIFY (RFC 8017, 9.1.2) with the salt length as stated.
    pub(super) fn verify_pss(
        &self,
        algorithm: DigestAlgorithm,
        mgf_digest: DigestAlgorithm,
        salt_len: usize,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        let encoded = self.recover(signature).ok_or(VerifyError::Mismatch)?;
        // The encoding is one bit shorter than the modulus: with 8n + 1 bits it is one octet shorter too.
        let em_bits = self.bits().saturating_sub(1);
        let em_len = usize::try_from(em_bits.div_ceil(8)).map_err(|_| VerifyError::Mismatch)?;
        let (head, encoded) =
            encoded.split_at_checked(encoded.len().saturating_sub(em_len)).ok_or(VerifyError::Mismatch)?;
        if head.iter().any(|octet| *octet != 0) {
            return Err(VerifyError::Mismatch);
        }
        let unused = em_len * 8 - usize::try_from(em_bits).map_err(|_| VerifyError::Mismatch)?;
        let top_mask = 0xff_u8 >> unused;

        let db_len = em_len.checked_sub(algorithm.output_len() + 1).ok_or(VerifyError::Mismatch)?;
        let (masked, rest) = encoded.split_at_checked(db_len).ok_or(VerifyError::Mismatch)?;
        let (hash, trailer) = rest.split_at_checked(algorithm.output_len()).ok_or(VerifyError::Mismatch)?;
        if trailer != [0xbc] || masked.first().is_none_or(|first| first & !top_mask != 0) {
            return Err(VerifyError::Mismatch);
        }
        let mask = mgf1(mgf_digest, hash, db_len).ok_or(VerifyError::Weak(mgf_digest))?;
        let mut block: Vec<u8> = masked.iter().zip(&mask).map(|(left, right)| left ^ right).collect();
        if let Some(first) = block.first_mut() {
            *first &= top_mask;
        }
        let padding_len =
            db_len.checked_sub(salt_len).and_then(|len| len.checked_sub(1)).ok_or(VerifyError::Mismatch)?;
        let (padding, rest) = block.split_at_checked(padding_len).ok_or(VerifyError::Mismatch)?;
        let Some((0x01, salt)) = rest.split_first() else {
            return Err(VerifyError::Mismatch);
        };
        if padding.iter().any(|octet| *octet != 0) {
            return Err(VerifyError::Mismatch);
        }
        let expected = algorithm.digest(&[&[0; 8], digest, salt]).ok_or(VerifyError::Weak(algorithm))?;
        if expected == hash { Ok(()) } else { Err(VerifyError::Mismatch) }
    }

    /// RSAVP1 (RFC 8017, 5.2.2): the signature must have the length of the modulus and be smaller than it.
    fn recover(&self, signature: &[u8]) -> Option<Vec<u8>> {
        let key = self.prepared()?;
        let modulus = key.n().as_ref();
        let len = usize::try_from(modulus.bit_width_vartime().div_ceil(8)).ok()?;
        if signature.len() != len {
            return None;
        }
        let value = BoxedUint::from_be_slice(signature, modulus.bits_precision()).ok()?;
        if value >= *modulus {
            return None;
        }
        let octets = rsa::hazmat::rsa_encrypt(key, &value).ok()?.to_be_bytes();
        // The limbs may be longer than the modulus; what is left of it is zero since the result is smaller.
        octets.get(octets.len().checked_sub(len)?..).map(<[u8]>::to_vec)
    }
}

/// MGF1 (RFC 8017, B.2.1); `None` for a digest that is not computed.
fn mgf1(algorithm: DigestAlgorithm, seed: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut mask = Vec::new();
    let mut counter = 0_u32;
    while mask.len() < len {
        mask.extend(algorithm.digest(&[seed, &counter.to_be_bytes()])?);
        counter = counter.checked_add(1)?;
    }
    mask.truncate(len);
    Some(mask)
}

/// The digits of an INTEGER that must be positive, without leading zeros.
fn unsigned(content: &[u8]) -> Result<&[u8], Asn1Error> {
    if content.first().is_none_or(|first| first & 0x80 != 0) {
        return Err(Asn1Error::Value);
    }
    let zeros = content.iter().take_while(|octet| **octet == 0).count();
    content.get(zeros..).filter(|digits| !digits.is_empty()).ok_or(Asn1Error::Value)
}

/// Bits of a number without leading zero octets; what is longer than can be counted is as long as can be.
fn bit_length(digits: &[u8]) -> u32 {
    let Some(first) = digits.first() else { return 0 };
    u32::try_from(digits.len())
        .ok()
        .and_then(|len| len.checked_mul(8))
        .map_or(u32::MAX, |bits| bits - first.leading_zeros())
}
