mod bent;
mod corpora;

use std::fs;

use super::attribute::{
    ALGORITHM_PROTECTION, CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2, SIGNING_TIME,
    TIME_STAMP_TOKEN,
};
use super::*;
use crate::algorithm::{DigestAlgorithm, SchemeError, SignatureScheme};
use crate::asn1::{self, Asn1Error, context, encode};
use crate::budget::Budget;
use crate::time::UnixTime;
use crate::x509::testing::{Draft, ECDSA_SHA256, Party, corpora, files, key_usage, mutations};
use crate::x509::{AnchorStore, Certificate, Name, PathSearch, Purpose, read_certificates};

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const CONTENT: &[u8] = b"what the two ranges of a PDF hold";

/// A signature to be made; the fields are what tests bend.
struct Message {
    signer: Party,
    certificates: Vec<Vec<u8>>,
    content_type: &'static [u8],
    content: Option<Vec<u8>>,
    /// AlgorithmIdentifier of the digest, its content.
    digest: Vec<u8>,
    signature_algorithm: Vec<u8>,
    /// Each with header; `None` leaves signed attributes out and signs the content.
    attributes: Option<Vec<Vec<u8>>>,
    unsigned: Vec<u8>,
    signers: usize,
}

fn digest_identifier(oid: &[u8], parameters: &[u8]) -> Vec<u8> {
    [&encode(asn1::OID, &[oid]), parameters].concat()
}

fn attribute(oid: &[u8], values: &[&[u8]]) -> Vec<u8> {
    encode(asn1::SEQUENCE, &[&encode(asn1::OID, &[oid]), &encode(asn1::SET, values)])
}

fn digest_attribute(content: &[u8]) -> Vec<u8> {
    let digest = DigestAlgorithm::Sha256.digest(&[content]).unwrap();
    attribute(MESSAGE_DIGEST, &[&encode(asn1::OCTET_STRING, &[&digest])])
}

fn type_attribute(oid: &[u8]) -> Vec<u8> {
    attribute(CONTENT_TYPE, &[&encode(asn1::OID, &[oid])])
}

/// signingCertificateV2 for this certificate.
fn ess(der: &[u8]) -> Vec<u8> {
    let digest = DigestAlgorithm::Sha256.digest(&[der]).unwrap();
    let id = encode(asn1::SEQUENCE, &[&encode(asn1::OCTET_STRING, &[&digest])]);
    attribute(SIGNING_CERTIFICATE_V2, &[&encode(asn1::SEQUENCE, &[&encode(asn1::SEQUENCE, &[&id])])])
}

fn ca() -> Party {
    Party::new("CA", 2)
}

impl Message {
    fn new() -> Self {
        let signer = Party::new("Person", 3);
        Self {
            certificates: vec![Draft::leaf(&signer, &ca()).der()],
            signer,
            content_type: DATA,
            content: None,
            digest: digest_identifier(DigestAlgorithm::Sha256.oid(), &[]),
            signature_algorithm: ECDSA_SHA256.to_vec(),
            attributes: Some(vec![type_attribute(DATA), digest_attribute(CONTENT)]),
            unsigned: Vec::new(),
            signers: 1,
        }
    }

    fn with(attributes: Vec<Vec<u8>>) -> Self {
        Self { attributes: Some(attributes), ..Self::new() }
    }

    fn adding(attribute: Vec<u8>) -> Self {
        Self::with(vec![type_attribute(DATA), digest_attribute(CONTENT), attribute])
    }

    fn der(&self) -> Vec<u8> {
        let algorithm = encode(asn1::SEQUENCE, &[&self.digest]);
        let attributes: Vec<&[u8]> = self.attributes.iter().flatten().map(Vec::as_slice).collect();
        let (signed, signature) = match self.attributes {
            Some(_) => (encode(context(0), &attributes), self.signer.sign(&encode(asn1::SET, &attributes))),
            None => (Vec::new(), self.signer.sign(self.content.as_deref().unwrap_or(CONTENT))),
        };
        let issuer = Name::from_text(&ca().name).unwrap();
        let info = encode(
            asn1::SEQUENCE,
            &[
                &[2, 1, 1],
                &encode(asn1::SEQUENCE, &[issuer.der(), &[2, 1, 7]]),
                &algorithm,
                &signed,
                &self.signature_algorithm,
                &encode(asn1::OCTET_STRING, &[&signature]),
                &self.unsigned,
            ],
        );
        let content = self
            .content
            .as_ref()
            .map_or_else(Vec::new, |content| encode(context(0), &[&encode(asn1::OCTET_STRING, &[content])]));
        let certificates: Vec<&[u8]> = self.certificates.iter().map(Vec::as_slice).collect();
        let data = encode(
            asn1::SEQUENCE,
            &[
                &[2, 1, 1],
                &encode(asn1::SET, &[&algorithm]),
                &encode(asn1::SEQUENCE, &[&encode(asn1::OID, &[self.content_type]), &content]),
                &encode(context(0), &certificates),
                &encode(asn1::SET, &vec![info.as_slice(); self.signers]),
            ],
        );
        encode(asn1::SEQUENCE, &[&encode(asn1::OID, &[SIGNED_DATA]), &encode(context(0), &[&data])])
    }

    fn parsed(&self) -> SignedData {
        SignedData::parse(&self.der()).unwrap()
    }

    fn verify(&self) -> Result<(), CmsFault> {
        self.parsed().verify(&[CONTENT])
    }
}

/// Writes every constructed value with an indefinite length.
fn indefinite(der: &[u8]) -> Vec<u8> {
    let mut reader = asn1::Reader::new(der);
    let mut octets = Vec::new();
    while let Ok(value) = reader.any() {
        if value.is_constructed() {
            octets.extend([value.tag, 0x80]);
            octets.extend(indefinite(value.content));
            octets.extend([0, 0]);
        } else {
            octets.extend(value.raw);
        }
    }
    octets
}

fn malformed(result: &Result<(), CmsFault>, oid: &[u8]) -> bool {
    matches!(result, Err(CmsFault::Attribute { oid: found, fault: AttributeFault::Malformed(_) }) if *found == asn1::dotted(oid))
}

fn not_single(oid: &[u8]) -> Result<(), CmsFault> {
    Err(CmsFault::Attribute { oid: asn1::dotted(oid), fault: AttributeFault::NotSingle })
}

#[test]
fn a_detached_signature_covers_the_parts_and_nothing_else() {
    let signed = Message::new().parsed();
    assert_eq!(signed.verify(&[CONTENT]), Ok(()));
    assert_eq!(signed.verify(&[&CONTENT[..5], &CONTENT[5..]]), Ok(()));
    assert_eq!(signed.verify(&[CONTENT, b" "]), Err(CmsFault::HashMismatch));
    assert_eq!(signed.verify(&[]), Err(CmsFault::HashMismatch));
    assert_eq!(signed.scheme(), Ok(SignatureScheme::Ecdsa { digest: DigestAlgorithm::Sha256 }));
    assert_eq!(signed.padding(), Padding::None);
    assert!(!signed.has_ess());
    assert_eq!(signed.signing_time(), Ok(None));
}

#[test]
fn indefinite_lengths_and_zero_padding_are_read_as_vgca_writes_them() {
    let der = Message::new().der();
    let mut octets = indefinite(&der);
    assert_eq!(to_der(&octets).unwrap().octets(), der);
    let consumed = octets.len();
    octets.resize(10_000, 0);
    let signed = SignedData::parse(&octets).unwrap();
    assert_eq!(signed.verify(&[CONTENT]), Ok(()));
    assert_eq!((signed.consumed(), signed.padding()), (consumed, Padding::Zeros { octets: 10_000 - consumed }));
    octets[9_999] = 1;
    let padding = SignedData::parse(&octets).unwrap().padding();
    assert_eq!(padding, Padding::Other { octets: 10_000 - consumed });
}

#[test]
fn another_signature_value_is_told_from_changed_content() {
    let other = Message { signer: Party::new("Other", 9), ..Message::new() };
    assert_eq!(other.verify(), Err(CmsFault::SignatureMismatch));
}

#[test]
fn exactly_one_signer_is_read() {
    for count in [0, 2, 3] {
        let der = Message { signers: count, ..Message::new() }.der();
        assert_eq!(SignedData::parse(&der).unwrap_err(), CmsError::Signers { count });
    }
}

#[test]
fn without_signed_attributes_nothing_is_proven() {
    let bare = Message { attributes: None, ..Message::new() };
    assert_eq!(bare.verify(), Err(CmsFault::NoSignedAttributes));
    // Attributes that were signed once, presented as the content of a signature without attributes.
    let set = encode(asn1::SET, &[&type_attribute(DATA), &digest_attribute(CONTENT)]);
    let signed = Message { attributes: None, content: Some(set.clone()), ..Message::new() }.parsed();
    assert_eq!(signed.verify(&[&set]), Err(CmsFault::Content));
    assert_eq!(signed.verify_encapsulated(DATA), Err(CmsFault::NoSignedAttributes));
}

#[test]
fn the_message_digest_is_one_octet_string() {
    let digest = DigestAlgorithm::Sha256.digest(&[CONTENT]).unwrap();
    // OpenSSL 2026: the same octets under another type.
    for tag in [asn1::INTEGER, asn1::BIT_STRING, 0x0c, asn1::SEQUENCE] {
        let odd = attribute(MESSAGE_DIGEST, &[&encode(tag, &[&digest])]);
        assert!(malformed(&Message::with(vec![type_attribute(DATA), odd]).verify(), MESSAGE_DIGEST));
    }
    let value = encode(asn1::OCTET_STRING, &[&digest]);
    let twice = attribute(MESSAGE_DIGEST, &[&value, &value]);
    assert_eq!(Message::with(vec![type_attribute(DATA), twice]).verify(), not_single(MESSAGE_DIGEST));
    let none = attribute(MESSAGE_DIGEST, &[]);
    assert_eq!(Message::with(vec![type_attribute(DATA), none]).verify(), not_single(MESSAGE_DIGEST));
    assert_eq!(Message::adding(digest_attribute(b"other")).verify(), not_single(MESSAGE_DIGEST));
    let missing = Message::with(vec![type_attribute(DATA)]).verify();
    assert!(matches!(missing, Err(CmsFault::Attribute { fault: AttributeFault::Missing, .. })));
    let short = attribute(MESSAGE_DIGEST, &[&encode(asn1::OCTET_STRING, &[&digest[..16]])]);
    assert_eq!(Message::with(vec![type_attribute(DATA), short]).verify(), Err(CmsFault::HashMismatch));
}

#[test]
fn the_content_type_is_data_inside_and_in_the_attribute() {
    let with = |content_type, attributes| Message { content_type, ..Message::with(attributes) }.verify();
    let digest = || digest_attribute(CONTENT);
    assert_eq!(with(TST_INFO, vec![type_attribute(DATA), digest()]), Err(CmsFault::ContentType));
    assert_eq!(with(DATA, vec![type_attribute(TST_INFO), digest()]), Err(CmsFault::ContentType));
    assert_eq!(with(TST_INFO, vec![type_attribute(TST_INFO), digest()]), Err(CmsFault::ContentType));
    assert_eq!(with(DATA, vec![type_attribute(DATA), type_attribute(DATA), digest()]), not_single(CONTENT_TYPE));
}

#[test]
fn a_token_is_verified_over_the_content_inside_of_its_type() {
    let token = |content: &[u8]| Message {
        content_type: TST_INFO,
        content: Some(content.to_vec()),
        ..Message::with(vec![type_attribute(TST_INFO), digest_attribute(CONTENT)])
    };
    assert_eq!(token(CONTENT).parsed().verify_encapsulated(TST_INFO), Ok(()));
    assert_eq!(token(b"x").parsed().verify_encapsulated(TST_INFO), Err(CmsFault::HashMismatch));
    assert_eq!(token(CONTENT).parsed().verify_encapsulated(DATA), Err(CmsFault::ContentType));
    assert_eq!(token(CONTENT).parsed().verify(&[CONTENT]), Err(CmsFault::Content));
    assert_eq!(Message::new().parsed().verify_encapsulated(DATA), Err(CmsFault::Content));
}

#[test]
fn adbe_pkcs7_sha1_signs_the_digest_of_the_content() {
    let inside = DigestAlgorithm::Sha1.digest(&[CONTENT]).unwrap();
    let attributes = vec![type_attribute(DATA), digest_attribute(&inside)];
    let signed = Message { content: Some(inside), ..Message::with(attributes) }.parsed();
    assert_eq!(signed.verify_sha1_content(|| DigestAlgorithm::Sha1.digest(&[CONTENT])), Ok(()));
    assert_eq!(signed.verify_sha1_content(|| DigestAlgorithm::Sha1.digest(&[b"other"])), Err(CmsFault::HashMismatch));
    assert_eq!(signed.verify(&[CONTENT]), Err(CmsFault::Content));
}

#[test]
fn digest_and_signature_algorithm_must_agree() {
    let message = Message { digest: digest_identifier(DigestAlgorithm::Sha512.oid(), &[]), ..Message::new() };
    assert!(matches!(message.verify(), Err(CmsFault::Scheme(SchemeError::Disagrees { .. }))));
    let rsa = vec![0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0];
    let message = Message { signature_algorithm: rsa, ..Message::new() };
    assert!(matches!(message.verify(), Err(CmsFault::Verify(_))));
    let md5 = vec![0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4, 5, 0];
    let message = Message {
        signature_algorithm: md5,
        digest: digest_identifier(DigestAlgorithm::Md5.oid(), &[]),
        ..Message::new()
    };
    assert!(matches!(message.verify(), Err(CmsFault::Verify(_))));
}

#[test]
fn algorithm_protection_is_held_against_what_was_used() {
    let protect = |digest: DigestAlgorithm, signature: &[u8]| {
        let digest = encode(asn1::SEQUENCE, &[&encode(asn1::OID, &[digest.oid()])]);
        let value = encode(asn1::SEQUENCE, &[&digest, &encode(context(1), &[signature])]);
        Message::adding(attribute(ALGORITHM_PROTECTION, &[&value])).verify()
    };
    let ecdsa = &ECDSA_SHA256[2..];
    assert_eq!(protect(DigestAlgorithm::Sha256, ecdsa), Ok(()));
    assert_eq!(protect(DigestAlgorithm::Sha1, ecdsa), Err(CmsFault::AlgorithmProtection));
    assert_eq!(protect(DigestAlgorithm::Sha256, &[6, 1, 0x2a]), Err(CmsFault::AlgorithmProtection));
    let odd = Message::adding(attribute(ALGORITHM_PROTECTION, &[&[5, 0]])).verify();
    assert!(malformed(&odd, ALGORITHM_PROTECTION));
}

#[test]
fn the_certificate_is_the_one_that_the_signed_attribute_names() {
    let signer = Party::new("Person", 3);
    let genuine = Draft::leaf(&signer, &ca()).der();
    // Same key, name, issuer and serial number, other usage.
    let twin = Draft { extensions: vec![key_usage(0x80)], ..Draft::leaf(&signer, &ca()) }.der();
    let bag = |attributes, certificates| Message { certificates, ..Message::with(attributes) };
    let plain = || vec![type_attribute(DATA), digest_attribute(CONTENT)];
    let named = || [plain(), vec![ess(&genuine)]].concat();

    let message = bag(named(), vec![twin.clone(), genuine.clone()]);
    assert_eq!(message.parsed().signer_certificate().unwrap().der(), genuine);
    assert_eq!(message.verify(), Ok(()));
    assert!(message.parsed().has_ess());
    assert_eq!(bag(named(), vec![twin.clone()]).verify(), Err(CmsFault::CertificateSubstituted));
    assert_eq!(bag(plain(), vec![twin, genuine.clone()]).verify(), Err(CmsFault::CertificateAmbiguous));
    assert_eq!(bag(plain(), vec![genuine.clone(), genuine]).verify(), Ok(()));
    assert_eq!(bag(plain(), vec![]).verify(), Err(CmsFault::CertificateMissing));
    let odd = attribute(SIGNING_CERTIFICATE, &[&[0x30, 0]]);
    assert!(malformed(&Message::adding(odd).verify(), SIGNING_CERTIFICATE));
}

#[test]
fn an_odd_certificate_is_dropped_and_counted() {
    let mut message = Message::new();
    message.certificates.insert(0, encode(asn1::SEQUENCE, &[&[2, 1, 1]]));
    message.certificates.push(encode(context(1), &[&[2, 1, 1]]));
    message.certificates.push(encode(asn1::SEQUENCE, &[&[4, 9, 9]]));
    let signed = SignedData::parse(&message.der()).unwrap();
    assert_eq!((signed.certificates().len(), signed.dropped_certificates()), (1, 3));
    assert_eq!(signed.verify(&[CONTENT]), Ok(()));
    let beside = Message { certificates: vec![message.certificates[1].clone(); 2], ..Message::new() };
    assert_eq!(beside.parsed().certificates().len(), 1);
}

#[test]
fn unsigned_attributes_cannot_hurt() {
    let token = attribute(TIME_STAMP_TOKEN, &[&[0x30, 0]]);
    let signed = Message { unsigned: encode(context(1), &[&token, &token]), ..Message::new() }.parsed();
    assert_eq!(signed.timestamp_tokens().collect::<Vec<_>>(), [[0x30, 0], [0x30, 0]]);
    assert_eq!(signed.verify(&[CONTENT]), Ok(()));
    let signed = Message { unsigned: encode(context(1), &[&[5, 0]]), ..Message::new() }.parsed();
    assert!(signed.unsigned_attributes_malformed());
    assert_eq!(signed.verify(&[CONTENT]), Ok(()));
}

#[test]
fn the_signing_time_is_told_as_claimed() {
    let at = |value: &[u8]| Message::adding(attribute(SIGNING_TIME, &[value])).parsed().signing_time();
    assert_eq!(at(&encode(asn1::UTC_TIME, &[b"180913160748Z"])), Ok(UnixTime::parse("2018-09-13T16:07:48Z")));
    assert!(at(&[5, 0]).is_err());
}

#[test]
fn other_kinds_of_cms_are_refused() {
    let other = encode(asn1::SEQUENCE, &[&encode(asn1::OID, &[DATA]), &encode(context(0), &[&[5, 0]])]);
    assert_eq!(SignedData::parse(&other).unwrap_err(), CmsError::NotSignedData);
    assert_eq!(SignedData::parse(&[]).unwrap_err(), CmsError::Ber(BerError::Truncated));
    assert_eq!(
        SignedData::parse(&[5, 0]).unwrap_err(),
        CmsError::Malformed(Asn1Error::Tag { expected: 0x30, found: 5 })
    );
}

#[test]
fn a_bundle_gives_its_certificates_without_a_signer() {
    let der = Message { signers: 0, ..Message::new() }.der();
    assert_eq!(read_bundle(&der).unwrap().0.len(), 1);
}

#[test]
fn bent_signatures_never_panic_and_never_cover_other_content() {
    for octets in [Message::new().der(), indefinite(&Message::new().der())] {
        for bent in mutations(&octets, 3_000) {
            let _ = to_der(&bent);
            if let Ok(signed) = SignedData::parse(&bent) {
                let _ = signed.verify(&[CONTENT]);
                assert!(signed.verify(&[b"other"]).is_err());
                let _ = (signed.signing_time(), signed.signer_id(), signed.scheme());
            }
        }
    }
}

// ---- data of others ----

#[test]
fn signatures_made_by_openssl_verify() {
    let Some(folder) = corpora("x509/selfmade") else { return };
    let content = fs::read(folder.join("content.bin")).unwrap();
    for path in files(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("cms_") {
            continue;
        }
        let signed = SignedData::parse(&fs::read(&path).unwrap()).unwrap();
        let outcome =
            if signed.content().is_some() { signed.verify_encapsulated(DATA) } else { signed.verify(&[&content]) };
        println!(
            "{name}: {:?} {outcome:?}, ESS {}",
            signed.scheme().map(|scheme| scheme.to_string()),
            signed.has_ess()
        );
        assert_eq!(outcome, Ok(()), "{name}");
        if signed.content().is_none() {
            assert_eq!(signed.verify(&[&content, b" "]), Err(CmsFault::HashMismatch), "{name}");
        }
    }
    let token = SignedData::parse(&fs::read(folder.join("ts.tst")).unwrap()).unwrap();
    assert_eq!(token.verify_encapsulated(TST_INFO), Ok(()));
}
