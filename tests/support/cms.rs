//! Signs as an agency of the fixtures: a detached CMS object with SHA-256 and RSA (RFC 5652, RFC 8017).

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dieu7::asn1::{self, Reader, Value, context};
use dieu7::digest::Sha256;
use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey};

const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const SHA_256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// A key with its certificate.
pub struct Signer {
    key: PrivateKey,
    certificate: Vec<u8>,
}

impl Signer {
    /// The signer of this name in `fixtures/pki`; its key must be RSA.
    pub fn fixture(name: &str) -> Self {
        let pki = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pki");
        let pem = fs::read_to_string(pki.join(format!("{name}.key.pem"))).unwrap();
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let key = private_key(&STANDARD.decode(base64).unwrap());
        Self { key, certificate: fs::read(pki.join(format!("certificates/{name}.der"))).unwrap() }
    }

    /// `ContentInfo` over the content with this digest.
    pub fn sign(&self, digest: Sha256) -> Vec<u8> {
        let attribute = |kind, value: &[u8]| {
            asn1::encode(asn1::SEQUENCE, &[&asn1::encode(asn1::OID, &[kind]), &asn1::encode(asn1::SET, &[value])])
        };
        // The shorter one first, as DER wants a SET sorted.
        let attributes = [
            attribute(CONTENT_TYPE, &asn1::encode(asn1::OID, &[DATA])),
            attribute(MESSAGE_DIGEST, &asn1::encode(asn1::OCTET_STRING, &[digest.as_bytes()])),
        ]
        .concat();
        let signed = Sha256::of(&asn1::encode(asn1::SET, &[&attributes]));
        let signature = self.key.sign(pkcs1(), signed.as_bytes()).unwrap();
        let signer_info = asn1::encode(
            asn1::SEQUENCE,
            &[
                &asn1::encode(asn1::INTEGER, &[&[1]]),
                &self.issuer_and_serial(),
                &algorithm(SHA_256),
                &asn1::encode(context(0), &[&attributes]),
                &algorithm(RSA),
                &asn1::encode(asn1::OCTET_STRING, &[&signature]),
            ],
        );
        let signed_data = asn1::encode(
            asn1::SEQUENCE,
            &[
                &asn1::encode(asn1::INTEGER, &[&[1]]),
                &asn1::encode(asn1::SET, &[&algorithm(SHA_256)]),
                &asn1::encode(asn1::SEQUENCE, &[&asn1::encode(asn1::OID, &[DATA])]),
                &asn1::encode(context(0), &[&self.certificate]),
                &asn1::encode(asn1::SET, &[&signer_info]),
            ],
        );
        asn1::encode(
            asn1::SEQUENCE,
            &[&asn1::encode(asn1::OID, &[SIGNED_DATA]), &asn1::encode(context(0), &[&signed_data])],
        )
    }

    fn issuer_and_serial(&self) -> Vec<u8> {
        let mut certificate = Value::only(&self.certificate).unwrap().inside(asn1::SEQUENCE).unwrap();
        let mut fields = certificate.inside(asn1::SEQUENCE).unwrap();
        fields.optional(context(0)).unwrap();
        let serial = fields.value(asn1::INTEGER).unwrap().raw;
        fields.value(asn1::SEQUENCE).unwrap();
        let issuer = fields.value(asn1::SEQUENCE).unwrap().raw;
        asn1::encode(asn1::SEQUENCE, &[issuer, serial])
    }
}

fn algorithm(oid: &[u8]) -> Vec<u8> {
    asn1::encode(asn1::SEQUENCE, &[&asn1::encode(asn1::OID, &[oid]), &[asn1::NULL, 0]])
}

/// EMSA-PKCS1-v1_5 with SHA-256: the octets of `DigestInfo` before the digest (RFC 8017, 9.2, note 1).
fn pkcs1() -> Pkcs1v15Sign {
    let digest = asn1::encode(asn1::OCTET_STRING, &[&[0; 32]]);
    let info = asn1::encode(asn1::SEQUENCE, &[&algorithm(SHA_256), &digest]);
    Pkcs1v15Sign { hash_len: Some(32), prefix: info[..info.len() - 32].into() }
}

/// `RSAPrivateKey` inside `PrivateKeyInfo` (RFC 8017, A.1.2; RFC 5958).
fn private_key(pkcs8: &[u8]) -> PrivateKey {
    let mut fields = Value::only(pkcs8).unwrap().inside(asn1::SEQUENCE).unwrap();
    fields.expect(asn1::INTEGER).unwrap();
    fields.expect(asn1::SEQUENCE).unwrap();
    let inner = fields.expect(asn1::OCTET_STRING).unwrap();
    let mut fields = Value::only(inner).unwrap().inside(asn1::SEQUENCE).unwrap();
    fields.expect(asn1::INTEGER).unwrap();
    let number = |fields: &mut Reader<'_>| {
        let octets = fields.expect(asn1::INTEGER).unwrap();
        BoxedUint::from_be_slice_vartime(octets.strip_prefix(&[0]).unwrap_or(octets))
    };
    let [modulus, public, private, p, q] = std::array::from_fn(|_| number(&mut fields));
    PrivateKey::from_components(modulus, public, private, vec![p, q]).unwrap()
}
