use p256::ecdsa::signature::Signer as _;
use rsa::BoxedUint;
use rsa::traits::PublicKeyParts as _;

use super::*;
use crate::asn1::{self, context, encode};

const P: &str = "f68ba274ec9e8c876057f5341a7d954c4338d4b0a3ef4a6f579c9ffd5921585b\
                 8a246a49f56235c30662a5127d178740739682c6d6af3ff58526eff4ce5652a1";
const Q: &str = "e803032b3b18c6cb632f10c2125f6a007237481f7199eaab6cdb613c68760031\
                 d1e815404a3d16c37dc74eed727cc55685120b92f97dd60e65d262332e30778f";
const SHA256: SignatureScheme = SignatureScheme::RsaPkcs1 { digest: DigestAlgorithm::Sha256 };

/// An RSA key of 1024 bits that everybody knows.
fn rsa_key() -> rsa::PrivateKey {
    let prime = |digits: &str| BoxedUint::from_be_slice_vartime(&crate::digest::hex_decode(digits.as_bytes()).unwrap());
    rsa::PrivateKey::from_p_q(prime(P), prime(Q), BoxedUint::from(65_537_u64)).unwrap()
}

fn rsa_spki(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let key = encode(0x30, &[&encode(2, &[&[0], modulus]), &encode(2, &[exponent])]);
    let algorithm = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    encode(0x30, &[&algorithm, &encode(3, &[&[0], &key])])
}

fn public() -> PublicKey {
    PublicKey::from_spki(&rsa_spki(&rsa_key().to_public_key().n_bytes(), &[1, 0, 1])).unwrap()
}

/// The private operation on an encoded message as it stands, whatever it is.
fn raw_sign(encoded: &[u8]) -> Vec<u8> {
    let key = rsa_key();
    let value = BoxedUint::from_be_slice(encoded, key.n().bits_precision()).unwrap();
    let signed = rsa::hazmat::rsa_decrypt::<rsa::rand_core::UnwrapErr<NoRandomness>>(None, &key, &value).unwrap();
    let octets = signed.to_be_bytes();
    octets[octets.len() - 128..].to_vec()
}

/// Stands for the blinding that a test does not need.
enum NoRandomness {}

impl rsa::rand_core::TryRng for NoRandomness {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        match *self {}
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        match *self {}
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        match *self {}
    }
}

impl rsa::rand_core::TryCryptoRng for NoRandomness {}

/// DigestInfo of SHA-256 up to the digest.
const INFO: [u8; 19] = [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];

/// Padding of type 1 to 128 octets around `info`, then `garbage`.
fn padded(info: &[u8], garbage: &[u8]) -> Vec<u8> {
    let filler = vec![0xff; 125 - info.len() - garbage.len()];
    [&[0, 1], filler.as_slice(), &[0], info, garbage].concat()
}

fn digest_info(message: &[u8]) -> Vec<u8> {
    [INFO.as_slice(), &DigestAlgorithm::Sha256.digest(&[message]).unwrap()].concat()
}

#[test]
fn a_pkcs1_signature_verifies_over_parts_as_over_the_whole() {
    let signature = raw_sign(&padded(&digest_info(b"message"), b""));
    assert_eq!(public().verify(SHA256, &[b"message"], &signature), Ok(()));
    assert_eq!(public().verify(SHA256, &[b"mess", b"", b"age"], &signature), Ok(()));
    assert_eq!(public().verify(SHA256, &[b"Message"], &signature), Err(VerifyError::Mismatch));
    let other = SignatureScheme::RsaPkcs1 { digest: DigestAlgorithm::Sha512 };
    assert_eq!(public().verify(other, &[b"message"], &signature), Err(VerifyError::Mismatch));
}

#[test]
fn lax_pkcs1_forgeries_are_refused() {
    let info = digest_info(b"message");
    let refused = |encoded: &[u8]| {
        assert_eq!(public().verify(SHA256, &[b"message"], &raw_sign(encoded)), Err(VerifyError::Mismatch));
    };
    // Bleichenbacher 2006: garbage after the digest, with the padding shortened for it.
    refused(&padded(&info, &[7; 60]));
    // Octets between the padding and the digest info, hidden in the NULL.
    let mut hidden = info.clone();
    hidden.splice(15..17, [5, 4, 1, 2, 3, 4]);
    (hidden[1], hidden[3]) = (hidden[1] + 4, hidden[3] + 4);
    refused(&padded(&hidden, b""));
    // Missing NULL.
    let mut missing = info.clone();
    missing.drain(15..17);
    (missing[1], missing[3]) = (missing[1] - 2, missing[3] - 2);
    refused(&padded(&missing, b""));
    // Padding that is not all ones, of type 2, or without its end.
    let good = padded(&info, b"");
    for (at, octet) in [(0, 0x7f_u8), (1, 2), (40, 0xfe), (76, 1)] {
        let mut bent = good.clone();
        bent[at] = octet.min(0x7f);
        refused(&bent);
    }
    // The bare digest.
    refused(&padded(info.get(19..).unwrap(), b""));
}

#[test]
fn a_signature_of_another_length_or_beyond_the_modulus_is_refused() {
    let signature = raw_sign(&padded(&digest_info(b"message"), b""));
    let refused = |signature: &[u8]| {
        assert_eq!(public().verify(SHA256, &[b"message"], signature), Err(VerifyError::Mismatch));
        let pss = SignatureScheme::RsaPss {
            digest: DigestAlgorithm::Sha256,
            mgf_digest: DigestAlgorithm::Sha256,
            salt_len: 32,
        };
        assert_eq!(public().verify(pss, &[b"message"], signature), Err(VerifyError::Mismatch));
    };
    refused(&[]);
    refused(&signature[1..]);
    refused(&[&[0], signature.as_slice()].concat());
    refused(&[0xff; 128]);
    refused(&[0; 128]);
    let mut one = [0; 128];
    one[127] = 1;
    refused(&one);
}

/// Encodes for PSS with the digests given (RFC 8017, 9.1.1), for 1023 bits.
fn pss_encoded(digest: DigestAlgorithm, mgf: DigestAlgorithm, salt: &[u8], message: &[u8]) -> Vec<u8> {
    let hashed = digest.digest(&[message]).unwrap();
    let hash = digest.digest(&[&[0; 8], &hashed, salt]).unwrap();
    let len = 128 - hash.len() - 1;
    let mut block = vec![0; len - salt.len() - 1];
    block.push(1);
    block.extend_from_slice(salt);
    let mask = (0_u32..).flat_map(|counter| mgf.digest(&[&hash, &counter.to_be_bytes()]).unwrap());
    let mut masked: Vec<u8> = block.iter().zip(mask).map(|(left, right)| left ^ right).collect();
    masked[0] &= 0x7f;
    [masked.as_slice(), &hash, &[0xbc]].concat()
}

#[test]
fn pss_verifies_with_the_parameters_that_were_stated_and_no_others() {
    let (sha1, sha256) = (DigestAlgorithm::Sha1, DigestAlgorithm::Sha256);
    for (digest, mgf, salt) in [(sha256, sha256, 32), (sha256, sha1, 20), (sha1, sha1, 0), (sha256, sha256, 94)] {
        let signature = raw_sign(&pss_encoded(digest, mgf, &vec![9; salt], b"message"));
        let check = |digest, mgf_digest, salt_len| {
            let scheme = SignatureScheme::RsaPss { digest, mgf_digest, salt_len };
            public().verify(scheme, &[b"message"], &signature).is_ok()
        };
        assert!(check(digest, mgf, salt));
        assert!(!check(digest, mgf, salt + 1));
        assert!(!check(digest, mgf, usize::MAX));
        assert!(!check(digest, DigestAlgorithm::Sha512, salt));
    }
}

#[test]
fn pss_parameters_are_all_read() {
    let oid = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0a];
    let scheme = |fields: &[&[u8]]| SignatureScheme::from_identifier(&encode(0x30, &[&oid, &encode(0x30, fields)]));
    let sha256 = encode(0x30, &[&encode(6, &[DigestAlgorithm::Sha256.oid()])]);
    let mgf = encode(0x30, &[&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8], &sha256]);
    let (digest, mgf_digest) = (DigestAlgorithm::Sha1, DigestAlgorithm::Sha1);
    assert_eq!(scheme(&[]), Ok(SignatureScheme::RsaPss { digest, mgf_digest, salt_len: 20 }));
    let digest = DigestAlgorithm::Sha256;
    let hash = encode(context(0), &[&sha256]);
    assert_eq!(scheme(&[&hash]), Ok(SignatureScheme::RsaPss { digest, mgf_digest, salt_len: 20 }));
    let full = [hash.as_slice(), &encode(context(1), &[&mgf]), &encode(context(2), &[&[2, 1, 32]])];
    assert_eq!(scheme(&full), Ok(SignatureScheme::RsaPss { digest, mgf_digest: digest, salt_len: 32 }));
    assert!(scheme(&[&encode(context(3), &[&[2, 1, 2]])]).is_err());
    assert!(scheme(&[&encode(context(2), &[&[2, 1, 0xff]])]).is_err());
    assert!(scheme(&[&[5, 0]]).is_err());
    assert!(SignatureScheme::from_identifier(&encode(0x30, &[&oid])).is_err());
}

#[test]
fn the_digest_beside_a_scheme_must_be_its_own() {
    let rsa = |last: u8| [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, last, 5, 0];
    let sha256 = DigestAlgorithm::Sha256;
    assert_eq!(SignatureScheme::with_digest(&rsa(1), sha256), Ok(SHA256));
    assert_eq!(SignatureScheme::with_digest(&rsa(11), sha256), Ok(SHA256));
    assert!(matches!(SignatureScheme::with_digest(&rsa(5), sha256), Err(SchemeError::Disagrees { .. })));
    assert!(matches!(SignatureScheme::from_identifier(&rsa(1)), Err(SchemeError::Unsupported { .. })));
    let ed25519 = [0x30, 5, 6, 3, 0x2b, 0x65, 0x70];
    assert!(SignatureScheme::with_digest(&ed25519, DigestAlgorithm::Sha512).is_ok());
    assert!(SignatureScheme::with_digest(&ed25519, sha256).is_err());
}

#[test]
fn md5_is_named_and_never_computed() {
    let scheme = SignatureScheme::RsaPkcs1 { digest: DigestAlgorithm::Md5 };
    assert_eq!(public().verify(scheme, &[b""], &[0; 128]), Err(VerifyError::Weak(DigestAlgorithm::Md5)));
    assert_eq!(DigestAlgorithm::Md5.digest(&[b""]), None);
    assert!(DigestAlgorithm::Md5 < DigestAlgorithm::Sha1);
}

#[test]
fn rsa_keys_outside_the_limits_are_refused() {
    let read = |modulus: &[u8], exponent: &[u8]| PublicKey::from_spki(&rsa_spki(modulus, exponent)).map(|_| ());
    let modulus = rsa_key().to_public_key().n_bytes();
    assert_eq!(read(&modulus, &[3]), Ok(()));
    for exponent in [&[1][..], &[2], &[0], &[1, 0, 0], &[0x7f, 0, 0, 0, 0, 1], &[0x80, 1], &[1; 128]] {
        assert!(matches!(read(&modulus, exponent), Err(KeyError::Exponent | KeyError::Malformed(_))), "{exponent:?}");
    }
    assert_eq!(read(&[0xff; 127], &[3]), Err(KeyError::Modulus { bits: 1016 }));
    assert_eq!(read(&[0xff; 1024], &[3]), Ok(()));
    assert_eq!(read(&[0xff; 1025], &[3]), Err(KeyError::Modulus { bits: 8200 }));
    let mut even = modulus.to_vec();
    *even.last_mut().unwrap() ^= 1;
    assert!(matches!(read(&even, &[3]), Err(KeyError::Modulus { .. })));
    assert_eq!(public().kind(), KeyKind::Rsa { bits: 1024 });
    assert_eq!(public().kind().strength(), 80);
}

fn ec_spki(parameters: &[u8], point: &[u8]) -> Vec<u8> {
    let algorithm = encode(0x30, &[&[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1], parameters]);
    encode(0x30, &[&algorithm, &encode(3, &[&[0], point])])
}

const NAMED_P256: [u8; 10] = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

#[test]
fn ecdsa_with_zero_for_r_or_s_is_refused() {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let public = PublicKey::from_spki(&ec_spki(&NAMED_P256, point.as_bytes())).unwrap();
    let scheme = SignatureScheme::Ecdsa { digest: DigestAlgorithm::Sha256 };
    let signature: p256::ecdsa::Signature = key.sign(b"message");
    let der = signature.to_der();
    assert_eq!(public.verify(scheme, &[b"message"], der.as_bytes()), Ok(()));
    let order = crate::digest::hex_decode(b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").unwrap();
    let order = encode(2, &[&[0], &order]);
    for (r, s) in
        [(&[2, 1, 0][..], &[2, 1, 0][..]), (&[2, 1, 1], &[2, 1, 0]), (&[2, 1, 0], &[2, 1, 1]), (&order, &order)]
    {
        let forged = encode(0x30, &[r, s]);
        assert_eq!(public.verify(scheme, &[b"message"], &forged), Err(VerifyError::Mismatch));
    }
    let trailing = [der.as_bytes(), &[0]].concat();
    assert_eq!(public.verify(scheme, &[b"message"], &trailing), Err(VerifyError::Mismatch));
    assert_eq!(public.verify(SHA256, &[b"message"], der.as_bytes()), Err(VerifyError::OtherKey));
}

#[test]
fn curves_are_named_and_points_lie_on_them() {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let explicit = encode(0x30, &[&[2, 1, 1]]);
    assert_eq!(PublicKey::from_spki(&ec_spki(&explicit, point.as_bytes())).unwrap_err(), KeyError::ExplicitCurve);
    assert!(matches!(
        PublicKey::from_spki(&ec_spki(&[6, 5, 0x2b, 0x81, 4, 0, 0x0a], point.as_bytes())),
        Err(KeyError::Unsupported { .. })
    ));
    let mut off = point.as_bytes().to_vec();
    off[64] ^= 1;
    assert_eq!(PublicKey::from_spki(&ec_spki(&NAMED_P256, &off)).unwrap_err(), KeyError::Point);
    assert_eq!(PublicKey::from_spki(&ec_spki(&NAMED_P256, &[0])).unwrap_err(), KeyError::Point);
    assert_eq!(PublicKey::from_spki(&ec_spki(&NAMED_P256, &[])).unwrap_err(), KeyError::Point);
    assert!(PublicKey::from_spki(&ec_spki(&[5, 0], point.as_bytes())).is_err());
}

#[test]
fn every_curve_verifies_with_digests_longer_and_shorter_than_itself() {
    fn check(parameters: &[u8], point: &[u8], digest: DigestAlgorithm, sign: impl Fn(&[u8]) -> Vec<u8>) {
        let public = PublicKey::from_spki(&ec_spki(parameters, point)).unwrap();
        let signature = sign(&digest.digest(&[b"message"]).unwrap());
        let scheme = SignatureScheme::Ecdsa { digest };
        assert_eq!(public.verify(scheme, &[b"message"], &signature), Ok(()), "{scheme} {}", public.kind());
        assert_eq!(public.verify(scheme, &[b"other"], &signature), Err(VerifyError::Mismatch));
    }
    use p256::ecdsa::signature::hazmat::PrehashSigner as _;
    let p256 = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let p384 = p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap();
    let mut scalar = [7; 66];
    scalar[0] = 0;
    let p521 = p521::ecdsa::SigningKey::from_slice(&scalar).unwrap();
    for digest in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
        check(&NAMED_P256, p256.verifying_key().to_sec1_point(false).as_bytes(), digest, |hash| {
            let signature: p256::ecdsa::Signature = p256.sign_prehash(hash).unwrap();
            signature.to_der().as_bytes().to_vec()
        });
        let named = [6, 5, 0x2b, 0x81, 4, 0, 0x22];
        check(&named, p384.verifying_key().to_sec1_point(false).as_bytes(), digest, |hash| {
            let signature: p384::ecdsa::Signature = p384.sign_prehash(hash).unwrap();
            signature.to_der().as_bytes().to_vec()
        });
        let named = [6, 5, 0x2b, 0x81, 4, 0, 0x23];
        check(&named, p521.verifying_key().to_sec1_point(false).as_bytes(), digest, |hash| {
            let signature: p521::ecdsa::Signature = p521.sign_prehash(hash).unwrap();
            signature.to_der().as_bytes().to_vec()
        });
    }
}

#[test]
fn ed25519_verifies_strictly() {
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let spki = |point: &[u8]| encode(0x30, &[&[0x30, 5, 6, 3, 0x2b, 0x65, 0x70], &encode(3, &[&[0], point])]);
    let public = PublicKey::from_spki(&spki(key.verifying_key().as_bytes())).unwrap();
    let signature = key.sign(b"message").to_bytes();
    assert_eq!(public.verify(SignatureScheme::Ed25519, &[b"mess", b"age"], &signature), Ok(()));
    assert_eq!(public.verify(SignatureScheme::Ed25519, &[b"other"], &signature), Err(VerifyError::Mismatch));
    assert_eq!(public.verify(SignatureScheme::Ed25519, &[b"other"], &[]), Err(VerifyError::Mismatch));
    // The neutral element as key: s = 0 and R = neutral would verify for every message.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    if let Ok(weak) = PublicKey::from_spki(&spki(&neutral)) {
        let forged = [neutral, [0; 32]].concat();
        assert_eq!(weak.verify(SignatureScheme::Ed25519, &[b"any"], &forged), Err(VerifyError::Mismatch));
    }
    assert_eq!(PublicKey::from_spki(&spki(&[1; 31])).unwrap_err(), KeyError::Point);
}

#[test]
fn bent_keys_and_identifiers_never_panic() {
    use crate::x509::testing::mutations;
    let spki = rsa_spki(&rsa_key().to_public_key().n_bytes(), &[1, 0, 1]);
    for bent in mutations(&spki, 2_000) {
        if let Ok(key) = PublicKey::from_spki(&bent) {
            let _ = key.verify(SHA256, &[b"message"], &[1; 128]);
            let _ = key.kind().to_string();
        }
    }
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    for bent in mutations(&ec_spki(&NAMED_P256, key.verifying_key().to_sec1_point(false).as_bytes()), 500) {
        let _ = PublicKey::from_spki(&bent);
    }
    let identifier = encode(0x30, &[&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0a], &encode(0x30, &[])]);
    for bent in mutations(&identifier, 1_000) {
        let _ = SignatureScheme::from_identifier(&bent);
    }
    assert!(asn1::Value::only(&spki).is_ok());
}
