use super::*;
use crate::algorithm::DigestAlgorithm;
use crate::x509::testing::corpora;

fn read(name: &str) -> Option<Vec<u8>> {
    Some(std::fs::read(corpora("x509/selfmade")?.join(name)).unwrap())
}

fn certificates() -> Option<(Certificate, Certificate)> {
    let certificate = |name| read(name).map(|der| Certificate::parse(&der).unwrap());
    certificate("ee1.der").zip(certificate("sub.der"))
}

#[test]
fn a_request_is_octet_for_octet_what_openssl_writes() {
    let Some((leaf, issuer)) = certificates() else { return };
    let subject = Subject::of(&leaf, &issuer).unwrap();
    assert_eq!(subject.request(DigestAlgorithm::Sha1, None), read("q1nn.der"));
    let nonce = crate::digest::hex_decode(b"171937dc3eb5856ac079818ea393298b").unwrap();
    assert_eq!(subject.request(DigestAlgorithm::Sha1, Some(&nonce)), read("q1.der"));
    // One of the three certificates that are asked for there.
    let sha256 = CertId::of(&subject, DigestAlgorithm::Sha256).unwrap().der();
    assert!(read("q3.der").unwrap().windows(sha256.len()).any(|window| window == sha256));
}

#[test]
fn a_request_can_be_made_from_the_fields_of_a_need() {
    let world = World::new();
    let subject = Subject::of(&world.leaf, &world.root).unwrap();
    let (issuer, key, serial) = (subject.issuer.to_vec(), subject.key.to_vec(), subject.serial.to_vec());
    let again = Subject { issuer: &issuer, key: &key, serial: &serial };
    assert_eq!(again.request(DigestAlgorithm::Sha1, None), subject.request(DigestAlgorithm::Sha1, None));
    assert_eq!(subject.key.len(), 65, "an uncompressed point of P-256, without the octet before it");
}

#[test]
fn nonces_have_between_one_and_128_octets_and_digests_are_computed() {
    let world = World::new();
    let subject = Subject::of(&world.leaf, &world.root).unwrap();
    for (len, fits) in [(0, false), (1, true), (32, true), (MAX_NONCE, true), (MAX_NONCE + 1, false)] {
        assert_eq!(subject.request(DigestAlgorithm::Sha256, Some(&vec![7; len])).is_some(), fits, "{len}");
    }
    assert_eq!(subject.request(DigestAlgorithm::Md5, None), None);
}
