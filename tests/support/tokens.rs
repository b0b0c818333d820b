//! CMS objects of every kind that a PDF may hold: with ESS, with time-stamp tokens, as tokens, with the digest inside, and
//! the bare signature of old (RFC 5652; RFC 3161; ISO 32000-1, 12.8.3).

use dieu7::asn1::{self, context, encode};
use dieu7::x509::Certificate;

use super::forge::{Draft, Key, certificate, digested, extension};

const DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 1];
pub const TST_INFO: &[u8] = &[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 16, 1, 4];
const SIGNED_DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2];
const CONTENT_TYPE: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 3];
const MESSAGE_DIGEST: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 4];
const SIGNING_CERTIFICATE_V2: &[u8] = &[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 16, 2, 47];
const TIME_STAMP_TOKEN: &[u8] = &[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 16, 2, 14];
const ARCHIVAL: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x2f, 1, 1, 8];
const SHA256_RSA: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0];

pub fn attribute(oid: &[u8], value: &[u8]) -> Vec<u8> {
    encode(asn1::SEQUENCE, &[oid, &encode(asn1::SET, &[value])])
}

/// signing-certificate-v2 for this certificate (RFC 5035, 3).
pub fn ess(named: &Certificate) -> Vec<u8> {
    let digest = encode(asn1::OCTET_STRING, &[&digested(named.der(), false).1]);
    let list = encode(asn1::SEQUENCE, &[&encode(asn1::SEQUENCE, &[&digest])]);
    attribute(SIGNING_CERTIFICATE_V2, &encode(asn1::SEQUENCE, &[&list]))
}

/// revocationInfoArchival with these lists.
pub fn archival(crls: &[&[u8]]) -> Vec<u8> {
    let crls = encode(context(0), &[&encode(asn1::SEQUENCE, crls)]);
    attribute(ARCHIVAL, &encode(asn1::SEQUENCE, &[&crls]))
}

/// Makes a token over octets.
pub type Stamp<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

/// A signature to be made; the fields are what tests bend.
#[derive(Clone)]
pub struct Signature<'a> {
    pub key: &'a Key,
    pub signer: &'a Certificate,
    pub content_type: &'a [u8],
    /// The content stands inside.
    pub inside: bool,
    /// Further signed attributes; `None` signs the content itself.
    pub attributes: Option<Vec<Vec<u8>>>,
    /// Tokens over the signature value, made when it is known.
    pub token: Option<Stamp<'a>>,
    pub bag: Vec<&'a Certificate>,
    pub crls: Vec<&'a [u8]>,
}

impl<'a> Signature<'a> {
    /// As a CAdES signer makes it.
    pub fn of(key: &'a Key, signer: &'a Certificate) -> Self {
        Self {
            key,
            signer,
            content_type: DATA,
            inside: false,
            attributes: Some(vec![ess(signer)]),
            token: None,
            bag: vec![signer],
            crls: Vec::new(),
        }
    }

    pub fn over(&self, content: &[u8]) -> Vec<u8> {
        let (algorithm, digest) = digested(content, false);
        let signed = self.attributes.as_ref().map(|further| {
            let first = [
                attribute(CONTENT_TYPE, self.content_type),
                attribute(MESSAGE_DIGEST, &encode(asn1::OCTET_STRING, &[&digest])),
            ];
            [first.concat(), further.concat()].concat()
        });
        let value = match &signed {
            Some(signed) => self.key.sign(&encode(asn1::SET, &[signed]), false),
            None => self.key.sign(content, false),
        };
        let sid =
            encode(asn1::SEQUENCE, &[self.signer.issuer().der(), &encode(asn1::INTEGER, &[self.signer.serial()])]);
        let signed = signed.map_or_else(Vec::new, |signed| encode(context(0), &[&signed]));
        let unsigned = self
            .token
            .map_or_else(Vec::new, |token| encode(context(1), &[&attribute(TIME_STAMP_TOKEN, &token(&value))]));
        let value = encode(asn1::OCTET_STRING, &[&value]);
        let info = encode(asn1::SEQUENCE, &[&[2, 1, 1], &sid, algorithm, &signed, SHA256_RSA, &value, &unsigned]);
        let inside = encode(context(0), &[&encode(asn1::OCTET_STRING, &[content])]);
        let encapsulated =
            encode(asn1::SEQUENCE, &[self.content_type, if self.inside { inside.as_slice() } else { &[] }]);
        let bag: Vec<&[u8]> = self.bag.iter().map(|certificate| certificate.der()).collect();
        let crls = if self.crls.is_empty() { Vec::new() } else { encode(context(1), &self.crls) };
        let data = encode(
            asn1::SEQUENCE,
            &[
                &[2, 1, 3],
                &encode(asn1::SET, &[algorithm]),
                &encapsulated,
                &encode(context(0), &bag),
                &crls,
                &encode(asn1::SET, &[&info]),
            ],
        );
        encode(asn1::SEQUENCE, &[SIGNED_DATA, &encode(context(0), &[&data])])
    }
}

/// extKeyUsage with timeStamping alone, critical (RFC 3161, 2.3).
pub fn for_timestamps() -> Vec<Vec<u8>> {
    let usage = encode(asn1::SEQUENCE, &[&[6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 8]]);
    vec![extension(15, &[3, 2, 0, 0x80]), extension(37, &usage)]
}

/// The certificate of an authority with these extensions, whose key is that of `tsa`.
pub fn authority(extensions: Vec<Vec<u8>>) -> Certificate {
    let (tsa, issuing) = (certificate("certificates/tsa"), certificate("intermediates/gov-issuing"));
    Draft { extensions, ..Draft::of_department(&tsa, &issuing, &Key::of("tsa")) }.issue(&Key::of("gov-issuing"))
}

/// TSTInfo over these octets.
pub fn info(imprinted: &[u8], time: &str) -> Vec<u8> {
    info_of(&imprint(imprinted), time, &[])
}

/// `MessageImprint` of these octets.
pub fn imprint(octets: &[u8]) -> Vec<u8> {
    let (algorithm, digest) = digested(octets, false);
    encode(asn1::SEQUENCE, &[algorithm, &encode(asn1::OCTET_STRING, &[&digest])])
}

/// TSTInfo with an imprint that somebody else made, and what stands behind the time, whole fields.
pub fn info_of(imprint: &[u8], time: &str, further: &[u8]) -> Vec<u8> {
    let time = encode(asn1::GENERALIZED_TIME, &[time.as_bytes()]);
    encode(asn1::SEQUENCE, &[&[2, 1, 1], &[6, 3, 0x2a, 3, 4], imprint, &[2, 1, 9], &time, further])
}

/// A token over these octets, as an authority makes it.
pub fn token(imprinted: &[u8]) -> Vec<u8> {
    let (key, signer) = (Key::of("tsa"), authority(for_timestamps()));
    let signature = Signature { content_type: TST_INFO, inside: true, ..Signature::of(&key, &signer) };
    signature.over(&info(imprinted, "20261102010000Z"))
}

/// adbe.pkcs7.sha1 over these octets, without signed attributes as its signers made it.
pub fn sha1_inside(octets: &[u8], key: &Key, signer: &Certificate) -> Vec<u8> {
    let signature = Signature { inside: true, attributes: None, ..Signature::of(key, signer) };
    signature.over(&digested(octets, true).1)
}

/// adbe.x509.rsa_sha1 over these octets.
pub fn rsa_sha1(signed: &[u8], key: &Key) -> Vec<u8> {
    encode(asn1::OCTET_STRING, &[&key.sign(signed, true)])
}
