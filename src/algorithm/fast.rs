//! The public-key operations that ring has: the common ones, in assembly, several times as fast as those in Rust alone.
//!
//! What it has not stays with the RustCrypto crates: SHA-1 and SHA-224, RSA below 2048 bits, PSS with another salt or a
//! mask of another digest, P-521, P-256 with SHA-512. Ed25519 too, because ring takes keys of small order. Both accept
//! and refuse the same signatures; the tests hold one against the other.

use std::borrow::Cow;

use ring::signature::{self as ring_signature, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm};

use super::{Curve, DigestAlgorithm, SignatureScheme};

/// The shortest modulus that ring takes with every digest, and therefore here.
const RSA_BITS: u32 = 2048;

/// Verifies with RSA; `None` where ring does not. Modulus and exponent are without leading zeros.
pub(super) fn rsa(
    scheme: SignatureScheme,
    (modulus, exponent, bits): (&[u8], &[u8], u32),
    message: &[&[u8]],
    signature: &[u8],
) -> Option<bool> {
    let parameters = rsa_parameters(scheme).filter(|_| bits >= RSA_BITS)?;
    let key = RsaPublicKeyComponents { n: modulus, e: exponent };
    Some(key.verify(parameters, &joined(message), signature).is_ok())
}

/// Verifies with ECDSA; `None` where ring does not. The point is uncompressed and on its curve.
pub(super) fn ecdsa(
    curve: Curve,
    digest: DigestAlgorithm,
    point: &[u8],
    message: &[&[u8]],
    signature: &[u8],
) -> Option<bool> {
    let algorithm = ecdsa_algorithm(curve, digest)?;
    let key = ring_signature::UnparsedPublicKey::new(algorithm, point);
    Some(key.verify(&joined(message), signature).is_ok())
}

fn rsa_parameters(scheme: SignatureScheme) -> Option<&'static RsaParameters> {
    match scheme {
        SignatureScheme::RsaPkcs1 { digest } => match digest {
            DigestAlgorithm::Sha256 => Some(&ring_signature::RSA_PKCS1_2048_8192_SHA256),
            DigestAlgorithm::Sha384 => Some(&ring_signature::RSA_PKCS1_2048_8192_SHA384),
            DigestAlgorithm::Sha512 => Some(&ring_signature::RSA_PKCS1_2048_8192_SHA512),
            _ => None,
        },
        SignatureScheme::RsaPss { digest, mgf_digest, salt_len } => {
            // RFC 8017, 9.1: ring knows the usual choice only.
            if digest != mgf_digest || salt_len != digest.output_len() {
                return None;
            }
            match digest {
                DigestAlgorithm::Sha256 => Some(&ring_signature::RSA_PSS_2048_8192_SHA256),
                DigestAlgorithm::Sha384 => Some(&ring_signature::RSA_PSS_2048_8192_SHA384),
                DigestAlgorithm::Sha512 => Some(&ring_signature::RSA_PSS_2048_8192_SHA512),
                _ => None,
            }
        }
        SignatureScheme::Ecdsa { .. } | SignatureScheme::Ed25519 => None,
    }
}

fn ecdsa_algorithm(curve: Curve, digest: DigestAlgorithm) -> Option<&'static dyn VerificationAlgorithm> {
    match (curve, digest) {
        (Curve::P256, DigestAlgorithm::Sha256) => Some(&ring_signature::ECDSA_P256_SHA256_ASN1),
        (Curve::P256, DigestAlgorithm::Sha384) => Some(&ring_signature::ECDSA_P256_SHA384_ASN1),
        (Curve::P384, DigestAlgorithm::Sha256) => Some(&ring_signature::ECDSA_P384_SHA256_ASN1),
        (Curve::P384, DigestAlgorithm::Sha384) => Some(&ring_signature::ECDSA_P384_SHA384_ASN1),
        (Curve::P256 | Curve::P384 | Curve::P521, _) => None,
    }
}

/// What is signed is short where it comes in parts: signed attributes behind the tag under which they were signed.
fn joined<'a>(parts: &[&'a [u8]]) -> Cow<'a, [u8]> {
    match parts {
        [only] => Cow::Borrowed(only),
        _ => Cow::Owned(parts.concat()),
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::signature::hazmat::PrehashSigner as _;

    use super::*;
    use crate::algorithm::PublicKey;
    use crate::algorithm::tests::{
        LENGTHS, NAMED_P256, SHA256, digest_info, ec_spki, lax, padded, pss_encoded, public, raw_sign, rsa_key,
        rsa_spki,
    };
    use crate::asn1::encode;
    use crate::x509::testing::mutations;

    const DIGESTS: [DigestAlgorithm; 3] = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];

    /// Both, or it says which signature divides them. Tells whether both accept.
    fn agreed(key: &PublicKey, scheme: SignatureScheme, signature: &[u8]) -> bool {
        let fast = key.verify_fast(scheme, &[b"mess", b"age"], signature).expect("not what is tested");
        let digest = scheme.digest().and_then(|algorithm| algorithm.digest(&[b"message"])).unwrap();
        let portable = key.verify_portable(scheme, &digest, signature).is_ok();
        assert_eq!(fast, portable, "{scheme} {} {signature:02x?}", key.kind());
        fast
    }

    /// As [`agreed`] for the signature, which is good, and for many near it.
    fn agreed_around(key: &PublicKey, scheme: SignatureScheme, signature: &[u8]) {
        assert!(agreed(key, scheme, signature));
        for bent in mutations(signature, 300).filter(|bent| bent != signature) {
            assert!(!agreed(key, scheme, &bent) || scheme != SHA256, "a signature of RSA has one form");
        }
    }

    #[test]
    fn both_agree_on_rsa_signatures_and_on_all_that_is_near_them() {
        let len = LENGTHS[1];
        let key = public(len);
        agreed_around(&key, SHA256, &raw_sign(&padded(len, &digest_info(b"message"), b"")));
        for encoded in lax(len, &digest_info(b"message")) {
            assert!(!agreed(&key, SHA256, &raw_sign(&encoded)));
        }
        for digest in DIGESTS {
            let salt_len = digest.output_len();
            let pss = SignatureScheme::RsaPss { digest, mgf_digest: digest, salt_len };
            agreed_around(&key, pss, &raw_sign(&pss_encoded(len, (digest, digest), &vec![9; salt_len], b"message")));
            // Another length of salt, octets before it that are not zero, and another last octet.
            assert!(!agreed(
                &key,
                pss,
                &raw_sign(&pss_encoded(len, (digest, digest), &vec![9; salt_len + 1], b"message"))
            ));
            let good = pss_encoded(len, (digest, digest), &vec![9; salt_len], b"message");
            for at in [0, 1, 40, len - 1] {
                let mut bent = good.clone();
                bent[at] ^= 4;
                assert!(!agreed(&key, pss, &raw_sign(&bent)));
            }
        }
    }

    #[test]
    fn both_agree_on_keys_of_odd_lengths_and_exponents_of_three_and_more() {
        // Any octets that end oddly are a modulus for a check that fails; cubes of small numbers make it come near.
        for bits in [2048_usize, 2049, 2055, 3000, 4096, 8191, 8192] {
            let len = bits.div_ceil(8);
            let mut modulus = vec![0xc3; len];
            modulus[0] = u8::try_from((1_u32 << ((bits - 1) % 8 + 1)) - 1).unwrap();
            for exponent in [&[3_u8][..], &[5], &[1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
                let key = PublicKey::from_spki(&rsa_spki(&modulus, exponent)).unwrap();
                let mut cube = vec![0; len];
                cube[len - 1] = 2;
                let mut large = vec![0xff; len];
                large[0] = modulus[0];
                for signature in [cube, large, modulus.clone(), vec![0; len], vec![1; len], vec![1; len - 1]] {
                    assert!(!agreed(&key, SHA256, &signature));
                }
            }
        }
        let longest = [2, 0, 0, 0, 1];
        assert!(PublicKey::from_spki(&rsa_spki(&rsa_key(256).to_public_key().n_bytes(), &longest)).is_err());
    }

    use rsa::traits::PublicKeyParts as _;

    #[test]
    fn both_agree_on_ecdsa_signatures_and_on_all_that_is_near_them() {
        let p256 = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let p384 = p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap();
        let named_p384 = [6, 5, 0x2b, 0x81, 4, 0, 0x22];
        for compressed in [false, true] {
            let first = ec_spki(&NAMED_P256, p256.verifying_key().to_sec1_point(compressed).as_bytes());
            let second = ec_spki(&named_p384, p384.verifying_key().to_sec1_point(compressed).as_bytes());
            for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384] {
                let hash = digest.digest(&[b"message"]).unwrap();
                let scheme = SignatureScheme::Ecdsa { digest };
                let signature: p256::ecdsa::Signature = p256.sign_prehash(&hash).unwrap();
                let key = PublicKey::from_spki(&first).unwrap();
                agreed_around(&key, scheme, signature.to_der().as_bytes());
                // The other root: malleable, and accepted by the standard.
                let (r, s) = signature.split_scalars();
                let other = p256::ecdsa::Signature::from_scalars(r, -s).unwrap();
                assert!(agreed(&key, scheme, other.to_der().as_bytes()));
                let signature: p384::ecdsa::Signature = p384.sign_prehash(&hash).unwrap();
                agreed_around(&PublicKey::from_spki(&second).unwrap(), scheme, signature.to_der().as_bytes());
            }
        }
    }

    #[test]
    fn both_refuse_the_numbers_that_forge_ecdsa_where_they_are_not_checked() {
        let p256 = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let key =
            PublicKey::from_spki(&ec_spki(&NAMED_P256, p256.verifying_key().to_sec1_point(false).as_bytes())).unwrap();
        let order = "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
        let order = crate::digest::hex_decode(order.as_bytes()).unwrap();
        let mut below = order.clone();
        below[32] -= 1;
        let numbers: [&[u8]; 8] = [&[], &[0], &[0, 0], &[1], &[0, 1], &[0x81], &order, &below];
        let scheme = SignatureScheme::Ecdsa { digest: DigestAlgorithm::Sha256 };
        for (r, s) in numbers.iter().flat_map(|r| numbers.iter().map(move |s| (r, s))) {
            let signature = encode(0x30, &[&encode(2, &[r]), &encode(2, &[s])]);
            assert!(!agreed(&key, scheme, &signature));
        }
    }

    #[test]
    fn what_ring_does_not_have_is_left_to_the_others() {
        let rsa = |digest| SignatureScheme::RsaPkcs1 { digest };
        assert_eq!(public(128).verify_fast(SHA256, &[b""], &[1; 128]), None);
        for digest in [DigestAlgorithm::Md5, DigestAlgorithm::Sha1, DigestAlgorithm::Sha224] {
            assert_eq!(public(256).verify_fast(rsa(digest), &[b""], &[1; 256]), None);
        }
        let digest = DigestAlgorithm::Sha256;
        for (mgf_digest, salt_len) in [(DigestAlgorithm::Sha1, 32), (digest, 20), (digest, 0)] {
            let scheme = SignatureScheme::RsaPss { digest, mgf_digest, salt_len };
            assert_eq!(public(256).verify_fast(scheme, &[b""], &[1; 256]), None);
        }
    }
}
