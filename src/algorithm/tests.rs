use p256::ecdsa::signature::Signer as _;
use rsa::BoxedUint;
use rsa::traits::PublicKeyParts as _;

use super::*;
use crate::asn1::{self, context, encode};

const P: &str = "f68ba274ec9e8c876057f5341a7d954c4338d4b0a3ef4a6f579c9ffd5921585b\
                 8a246a49f56235c30662a5127d178740739682c6d6af3ff58526eff4ce5652a1";
const Q: &str = "e803032b3b18c6cb632f10c2125f6a007237481f7199eaab6cdb613c68760031\
                 d1e815404a3d16c37dc74eed727cc55685120b92f97dd60e65d262332e30778f";
const LONG_P: &str = "f75b76e994329efe3ba80383c1cc318477e7a88598ad5aab0d058c948218d4eb\
                      a5b0b6adddf989b9d5081674859fea4f5f9525151765bd397ff9b55b8d2084c2\
                      e828ad702323c703ea91e2e611c0b130f07505f73ef8fc547c0e298b299f7f8f\
                      2e8a01598e36c6e5c633ba17751744dbb8c1b56e6fa56a5ac7a5349f56fac6c9";
const LONG_Q: &str = "dab766611ea2ae315b9127e97eed5e01d7e3bd13c1506a41651a85132f9b457b\
                      590662117fe83b273cd390686cf703ac311644025c3fb03088decf805b58fbf9\
                      7bd64c71d15056b2fc116a4ea1553d4fe77a068a30ae93bb6d388d35aa746d37\
                      694b44237b6af73f49655de5f2e0c0e68a4d26069d0ab3c7706ebb403e89f259";
/// Octets of a modulus of which ring does not take the first length.
pub(super) const LENGTHS: [usize; 2] = [128, 256];
pub(super) const SHA256: SignatureScheme = SignatureScheme::RsaPkcs1 { digest: DigestAlgorithm::Sha256 };

/// An RSA key of that many octets that everybody knows.
pub(super) fn rsa_key(len: usize) -> rsa::PrivateKey {
    let (p, q) = if len == 128 { (P, Q) } else { (LONG_P, LONG_Q) };
    let prime = |digits: &str| BoxedUint::from_be_slice_vartime(&crate::digest::hex_decode(digits.as_bytes()).unwrap());
    rsa::PrivateKey::from_p_q(prime(p), prime(q), BoxedUint::from(65_537_u64)).unwrap()
}

pub(super) fn rsa_spki(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let key = encode(0x30, &[&encode(2, &[&[0], modulus]), &encode(2, &[exponent])]);
    let algorithm = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    encode(0x30, &[&algorithm, &encode(3, &[&[0], &key])])
}

pub(super) fn public(len: usize) -> PublicKey {
    PublicKey::from_spki(&rsa_spki(&rsa_key(len).to_public_key().n_bytes(), &[1, 0, 1])).unwrap()
}

/// The private operation on an encoded message as it stands, whatever it is; its length is the key's.
pub(super) fn raw_sign(encoded: &[u8]) -> Vec<u8> {
    let key = rsa_key(encoded.len());
    let value = BoxedUint::from_be_slice(encoded, key.n().bits_precision()).unwrap();
    let signed = rsa::hazmat::rsa_decrypt::<rsa::rand_core::UnwrapErr<NoRandomness>>(None, &key, &value).unwrap();
    let octets = signed.to_be_bytes();
    octets[octets.len() - encoded.len()..].to_vec()
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

/// Padding of type 1 to `len` octets around `info`, then `garbage`.
pub(super) fn padded(len: usize, info: &[u8], garbage: &[u8]) -> Vec<u8> {
    let filler = vec![0xff; len - 3 - info.len() - garbage.len()];
    [&[0, 1], filler.as_slice(), &[0], info, garbage].concat()
}

pub(super) fn digest_info(message: &[u8]) -> Vec<u8> {
    [INFO.as_slice(), &DigestAlgorithm::Sha256.digest(&[message]).unwrap()].concat()
}

#[test]
fn a_pkcs1_signature_verifies_over_parts_as_over_the_whole() {
    for len in LENGTHS {
        let signature = raw_sign(&padded(len, &digest_info(b"message"), b""));
        let verify = |scheme, parts: &[&[u8]]| public(len).verify(scheme, parts, &signature);
        assert_eq!(verify(SHA256, &[b"message"]), Ok(()));
        assert_eq!(verify(SHA256, &[b"mess", b"", b"age"]), Ok(()));
        assert_eq!(verify(SHA256, &[b"Message"]), Err(VerifyError::Mismatch));
        assert_eq!(verify(SHA256, &[]), Err(VerifyError::Mismatch));
        let other = SignatureScheme::RsaPkcs1 { digest: DigestAlgorithm::Sha512 };
        assert_eq!(verify(other, &[b"message"]), Err(VerifyError::Mismatch));
    }
}

#[test]
fn lax_pkcs1_forgeries_are_refused() {
    for (len, info) in LENGTHS.map(|len| (len, digest_info(b"message"))) {
        for forged in lax(len, &info) {
            let signature = raw_sign(&forged);
            assert_eq!(public(len).verify(SHA256, &[b"message"], &signature), Err(VerifyError::Mismatch));
        }
    }
}

/// Encodings of `info` that verifiers were known to take.
pub(super) fn lax(len: usize, info: &[u8]) -> Vec<Vec<u8>> {
    let good = padded(len, info, b"");
    // Octets between the padding and the digest, hidden in the NULL.
    let mut hidden = info.to_vec();
    hidden.splice(15..17, [5, 4, 1, 2, 3, 4]);
    (hidden[1], hidden[3]) = (hidden[1] + 4, hidden[3] + 4);
    let mut missing = info.to_vec();
    missing.drain(15..17);
    (missing[1], missing[3]) = (missing[1] - 2, missing[3] - 2);
    let mut forged = vec![
        // Bleichenbacher 2006: garbage after the digest, with the padding shortened for it.
        padded(len, info, &[7; 60]),
        padded(len, info, &[0]),
        padded(len, &hidden, b""),
        // Without the NULL.
        padded(len, &missing, b""),
        // The bare digest.
        padded(len, info.get(19..).unwrap(), b""),
    ];
    // Padding that is not all ones, of type 2, or without its end.
    for (at, octet) in [(0, 0x7f_u8), (1, 2), (40, 0xfe), (len - info.len() - 1, 1)] {
        let mut bent = good.clone();
        bent[at] = octet.min(0x7f);
        forged.push(bent);
    }
    forged
}

#[test]
fn a_signature_of_another_length_or_beyond_the_modulus_is_refused() {
    let sha256 = DigestAlgorithm::Sha256;
    let pss = SignatureScheme::RsaPss { digest: sha256, mgf_digest: sha256, salt_len: 32 };
    for len in LENGTHS {
        let signature = raw_sign(&padded(len, &digest_info(b"message"), b""));
        let mut one = vec![0; len];
        one[len - 1] = 1;
        let longer = [&[0], signature.as_slice()].concat();
        for bent in [&[], &signature[1..], &longer, &vec![0xff; len], &vec![0; len], &one] {
            for scheme in [SHA256, pss] {
                assert_eq!(public(len).verify(scheme, &[b"message"], bent), Err(VerifyError::Mismatch));
            }
        }
    }
}

/// Encodes for PSS with the digests given (RFC 8017, 9.1.1), for one bit less than `len` octets.
pub(super) fn pss_encoded(
    len: usize,
    (digest, mgf): (DigestAlgorithm, DigestAlgorithm),
    salt: &[u8],
    message: &[u8],
) -> Vec<u8> {
    let hashed = digest.digest(&[message]).unwrap();
    let hash = digest.digest(&[&[0; 8], &hashed, salt]).unwrap();
    let len = len - hash.len() - 1;
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
    let choices = [(sha256, sha256, 32), (sha256, sha1, 20), (sha1, sha1, 0), (sha256, sha256, 94)];
    for (len, (digest, mgf, salt)) in LENGTHS.into_iter().flat_map(|len| choices.map(|choice| (len, choice))) {
        let signature = raw_sign(&pss_encoded(len, (digest, mgf), &vec![9; salt], b"message"));
        let check = |digest, mgf_digest, salt_len| {
            let scheme = SignatureScheme::RsaPss { digest, mgf_digest, salt_len };
            public(len).verify(scheme, &[b"message"], &signature).is_ok()
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

/// Circular 15/2025/TT-BKHCN, appendix I, names them; values of "abc" as OpenSSL computes them.
#[test]
fn sha_3_and_the_truncated_forms_of_sha_512_are_computed_and_named_in_schemes() {
    let digests = [
        (5, DigestAlgorithm::Sha512t224, "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa"),
        (6, DigestAlgorithm::Sha512t256, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
        (7, DigestAlgorithm::Sha3t224, "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"),
        (8, DigestAlgorithm::Sha3t256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
        (
            9,
            DigestAlgorithm::Sha3t384,
            "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
        ),
        (
            10,
            DigestAlgorithm::Sha3t512,
            "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
        ),
    ];
    for (last, algorithm, expected) in digests {
        assert_eq!(DigestAlgorithm::from_oid(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, last]), Some(algorithm));
        let digest = algorithm.digest(&[b"a", b"bc"]).unwrap();
        assert_eq!((crate::digest::hex(&digest).as_str(), digest.len()), (expected, algorithm.output_len()));
    }
    let scheme = |oid: &[u8]| SignatureScheme::from_identifier(&encode(0x30, &[&encode(6, &[oid])])).unwrap();
    let nist = |last| scheme(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, last]);
    assert_eq!(nist(0x0a), SignatureScheme::Ecdsa { digest: DigestAlgorithm::Sha3t256 });
    assert_eq!(nist(0x10), SignatureScheme::RsaPkcs1 { digest: DigestAlgorithm::Sha3t512 });
    let rsa = scheme(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x10]);
    assert_eq!(rsa, SignatureScheme::RsaPkcs1 { digest: DigestAlgorithm::Sha512t256 });
    for length in LENGTHS {
        let algorithm = DigestAlgorithm::Sha3t256;
        let oid = encode(6, &[algorithm.oid()]);
        let digest = algorithm.digest(&[b"message"]).unwrap();
        let info = encode(0x30, &[&encode(0x30, &[&oid, &[5, 0]]), &encode(4, &[&digest])]);
        let signature = raw_sign(&padded(length, &info, b""));
        let key = public(length);
        let scheme = SignatureScheme::RsaPkcs1 { digest: algorithm };
        assert_eq!(key.verify(scheme, &[b"message"], &signature), Ok(()));
        assert_eq!(key.verify(SHA256, &[b"message"], &signature), Err(VerifyError::Mismatch));
    }
}

#[test]
fn md5_is_named_and_never_computed() {
    let scheme = SignatureScheme::RsaPkcs1 { digest: DigestAlgorithm::Md5 };
    assert_eq!(public(128).verify(scheme, &[b""], &[0; 128]), Err(VerifyError::Weak(DigestAlgorithm::Md5)));
    assert_eq!(DigestAlgorithm::Md5.digest(&[b""]), None);
    assert!(DigestAlgorithm::Md5 < DigestAlgorithm::Sha1);
}

#[test]
fn rsa_keys_outside_the_limits_are_refused() {
    let read = |modulus: &[u8], exponent: &[u8]| PublicKey::from_spki(&rsa_spki(modulus, exponent)).map(|_| ());
    let modulus = rsa_key(128).to_public_key().n_bytes();
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
    assert_eq!(public(128).kind(), KeyKind::Rsa { bits: 1024 });
    assert_eq!(public(128).kind().strength(), 80);
}

pub(super) fn ec_spki(parameters: &[u8], point: &[u8]) -> Vec<u8> {
    let algorithm = encode(0x30, &[&[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1], parameters]);
    encode(0x30, &[&algorithm, &encode(3, &[&[0], point])])
}

pub(super) const NAMED_P256: [u8; 10] = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

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
    for digest in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
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
    let spki = rsa_spki(&rsa_key(128).to_public_key().n_bytes(), &[1, 0, 1]);
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
