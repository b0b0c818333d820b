//! What an attacker can make: certificates, CRLs and CMS objects under any key that he has (RFC 5280, RFC 5652).

use std::path::{Path, PathBuf};

use dieu7::asn1::{self, context, encode};
use dieu7::x509::Certificate;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use rsa::{Pkcs1v15Sign, PrivateKey};
use sha1::Digest as _;

const SHA256_RSA: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0];
const SHA1_RSA: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 5, 5, 0];
const SHA256: &[u8] = &[0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0];
const SHA1: &[u8] = &[0x30, 9, 6, 5, 0x2b, 14, 3, 2, 26, 5, 0];
const DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 1];
const SIGNED_DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2];
const CONTENT_TYPE: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 3];
const MESSAGE_DIGEST: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 4];

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// One of the throw-away keys.
pub struct Key(PrivateKey);

impl Key {
    pub fn of(name: &str) -> Self {
        let file = fixtures().join(format!("pki/{name}.key.pem"));
        Self(PrivateKey::from_pkcs8_pem(&std::fs::read_to_string(file).unwrap()).unwrap())
    }

    /// A throw-away key of 1,024 bits.
    pub fn short() -> Self {
        Self(PrivateKey::from_pkcs8_pem(include_str!("short.key.pem")).unwrap())
    }

    pub fn spki(&self) -> Vec<u8> {
        self.0.to_public_key().to_public_key_der().unwrap().into_vec()
    }

    pub fn sign(&self, octets: &[u8], weak: bool) -> Vec<u8> {
        // DigestInfo (RFC 8017, 9.2) by hand: no feature of a digest crate is needed for its name.
        let (algorithm, digest) = digested(octets, weak);
        let info = encode(asn1::SEQUENCE, &[algorithm, &encode(asn1::OCTET_STRING, &[&digest])]);
        self.0.sign(Pkcs1v15Sign::new_unprefixed(), &info).unwrap()
    }
}

pub fn digested(octets: &[u8], weak: bool) -> (&'static [u8], Vec<u8>) {
    if weak { (SHA1, sha1::Sha1::digest(octets).to_vec()) } else { (SHA256, sha2::Sha256::digest(octets).to_vec()) }
}

/// A committed certificate, `certificates/noivu` and the like.
pub fn certificate(name: &str) -> Certificate {
    Certificate::parse(&std::fs::read(fixtures().join(format!("pki/{name}.der"))).unwrap()).unwrap()
}

pub fn extension(arc: u8, value: &[u8]) -> Vec<u8> {
    encode(asn1::SEQUENCE, &[&[6, 3, 0x55, 0x1d, arc], &[1, 1, 0xff], &encode(asn1::OCTET_STRING, &[value])])
}

/// keyUsage with nonRepudiation, as the Government's CA writes it.
pub fn for_documents() -> Vec<Vec<u8>> {
    vec![extension(15, &[3, 2, 0, 0x40])]
}

pub fn for_authorities() -> Vec<Vec<u8>> {
    vec![extension(19, &[0x30, 3, 1, 1, 0xff]), extension(15, &[3, 2, 0, 6])]
}

/// A certificate to be issued; the names come from other certificates, DER.
#[derive(Clone)]
pub struct Draft<'a> {
    pub subject: &'a [u8],
    pub issuer: &'a [u8],
    pub from: &'a str,
    pub to: &'a str,
    pub extensions: Vec<Vec<u8>>,
    pub spki: Vec<u8>,
}

impl<'a> Draft<'a> {
    /// What the Government's issuing CA would write for the department's key.
    pub fn of_department(subject: &'a Certificate, issuer: &'a Certificate, key: &Key) -> Self {
        Self {
            subject: subject.subject().der(),
            issuer: issuer.subject().der(),
            from: "20000101000000Z",
            to: "20991231235959Z",
            extensions: for_documents(),
            spki: key.spki(),
        }
    }

    pub fn issue(&self, key: &Key) -> Certificate {
        let time = |text: &str| encode(asn1::GENERALIZED_TIME, &[text.as_bytes()]);
        let extensions: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        let tbs = encode(
            asn1::SEQUENCE,
            &[
                &[0xa0, 3, 2, 1, 2],
                &[2, 2, 0x7f, 0x7f],
                SHA256_RSA,
                self.issuer,
                &encode(asn1::SEQUENCE, &[&time(self.from), &time(self.to)]),
                self.subject,
                &self.spki,
                &encode(context(3), &[&encode(asn1::SEQUENCE, &extensions)]),
            ],
        );
        Certificate::parse(&sealed(&tbs, key)).unwrap()
    }
}

fn sealed(tbs: &[u8], key: &Key) -> Vec<u8> {
    let signature = encode(asn1::BIT_STRING, &[&[0], &key.sign(tbs, false)]);
    encode(asn1::SEQUENCE, &[tbs, SHA256_RSA, &signature])
}

/// A revocation list without entries.
pub fn crl(issuer: &[u8], key: &Key, this_update: &str, next_update: Option<&str>, delta: bool) -> Vec<u8> {
    let time = |text: &str| encode(asn1::GENERALIZED_TIME, &[text.as_bytes()]);
    let number = encode(asn1::SEQUENCE, &[&[6, 3, 0x55, 0x1d, 20], &[4, 3, 2, 1, 2]]);
    let base = if delta { extension(27, &[2, 1, 1]) } else { Vec::new() };
    let extensions = encode(context(0), &[&encode(asn1::SEQUENCE, &[&number, &base])]);
    let next = next_update.map(time).unwrap_or_default();
    sealed(&encode(asn1::SEQUENCE, &[&[2, 1, 1], SHA256_RSA, issuer, &time(this_update), &next, &extensions]), key)
}

/// A detached CMS signature over `content` with signed attributes (RFC 5652, 5).
pub fn cms(content: &[u8], key: &Key, signer: &Certificate, bag: &[&Certificate], weak: bool) -> Vec<u8> {
    signed_data(content, &[], key, signer, bag, weak)
}

/// The same around its content, as opaque S/MIME has it (RFC 8551, 3.5.2).
pub fn opaque(content: &[u8], key: &Key, signer: &Certificate) -> Vec<u8> {
    let inside = encode(context(0), &[&encode(asn1::OCTET_STRING, &[content])]);
    signed_data(content, &inside, key, signer, &[signer], false)
}

fn signed_data(
    content: &[u8],
    inside: &[u8],
    key: &Key,
    signer: &Certificate,
    bag: &[&Certificate],
    weak: bool,
) -> Vec<u8> {
    let (digest_algorithm, digest) = digested(content, weak);
    let attribute = |oid: &[u8], value: &[u8]| encode(asn1::SEQUENCE, &[oid, &encode(asn1::SET, &[value])]);
    let attributes =
        [attribute(CONTENT_TYPE, DATA), attribute(MESSAGE_DIGEST, &encode(asn1::OCTET_STRING, &[&digest]))].concat();
    let signature = key.sign(&encode(asn1::SET, &[&attributes]), weak);
    let scheme = if weak { SHA1_RSA } else { SHA256_RSA };
    let sid = encode(asn1::SEQUENCE, &[signer.issuer().der(), &encode(asn1::INTEGER, &[signer.serial()])]);
    let info = encode(
        asn1::SEQUENCE,
        &[
            &[2, 1, 1],
            &sid,
            digest_algorithm,
            &encode(context(0), &[&attributes]),
            scheme,
            &encode(asn1::OCTET_STRING, &[&signature]),
        ],
    );
    let certificates: Vec<&[u8]> = bag.iter().map(|certificate| certificate.der()).collect();
    let data = encode(
        asn1::SEQUENCE,
        &[
            &[2, 1, 1],
            &encode(asn1::SET, &[digest_algorithm]),
            &encode(asn1::SEQUENCE, &[DATA, inside]),
            &encode(context(0), &certificates),
            &encode(asn1::SET, &[&info]),
        ],
    );
    encode(asn1::SEQUENCE, &[SIGNED_DATA, &encode(context(0), &[&data])])
}
