//! What an attacker can bend in a CMS object without the signer's key, and what signers write oddly without harm.

use super::*;
use crate::x509::testing::extension;

/// signingCertificate (SHA-1) for this certificate, with what follows the digest.
fn ess_v1(der: &[u8], rest: &[u8]) -> Vec<u8> {
    let digest = DigestAlgorithm::Sha1.digest(&[der]).unwrap();
    let id = encode(asn1::SEQUENCE, &[&encode(asn1::OCTET_STRING, &[&digest]), rest]);
    attribute(SIGNING_CERTIFICATE, &[&encode(asn1::SEQUENCE, &[&encode(asn1::SEQUENCE, &[&id])])])
}

fn issuer_serial(issuer: &str, serial: u8) -> Vec<u8> {
    let name = Name::from_text(issuer).unwrap();
    let names = encode(asn1::SEQUENCE, &[&encode(context(4), &[name.der()])]);
    encode(asn1::SEQUENCE, &[&names, &[2, 1, serial]])
}

fn plain() -> Vec<Vec<u8>> {
    vec![type_attribute(DATA), digest_attribute(CONTENT)]
}

fn leaf() -> Vec<u8> {
    Draft::leaf(&Party::new("Person", 3), &ca()).der()
}

/// Same key, name, issuer and serial number.
fn twin() -> Vec<u8> {
    Draft { extensions: vec![key_usage(0x80)], ..Draft::leaf(&Party::new("Person", 3), &ca()) }.der()
}

#[test]
fn two_attributes_that_name_different_certificates_name_none() {
    let bag = vec![leaf(), twin()];
    let sign = |v1: &[u8], v2: &[u8]| {
        let attributes = [plain(), vec![ess_v1(v1, &[]), ess(v2)]].concat();
        Message { certificates: bag.clone(), ..Message::with(attributes) }.verify()
    };
    assert_eq!(sign(&leaf(), &leaf()), Ok(()));
    assert_eq!(sign(&leaf(), &twin()), Err(CmsFault::CertificateSubstituted));
    assert_eq!(sign(&twin(), &leaf()), Err(CmsFault::CertificateSubstituted));
}

#[test]
fn an_attribute_with_a_digest_of_an_unknown_kind_names_no_certificate() {
    let digest = DigestAlgorithm::Sha256.digest(&[&leaf()]).unwrap();
    let id = encode(asn1::SEQUENCE, &[&[0x30, 4, 6, 2, 0x2a, 3], &encode(asn1::OCTET_STRING, &[&digest])]);
    let value = encode(asn1::SEQUENCE, &[&encode(asn1::SEQUENCE, &[&id])]);
    let message = Message::adding(attribute(SIGNING_CERTIFICATE_V2, &[&value]));
    assert_eq!(message.verify(), Err(CmsFault::CertificateSubstituted));
}

#[test]
fn an_issuer_or_serial_beside_the_right_digest_is_told_and_decides_nothing() {
    let sign = |rest: &[u8]| Message::with([plain(), vec![ess_v1(&leaf(), rest)]].concat()).parsed();
    let issuer = &ca().name;
    for (rest, differs) in [
        (Vec::new(), false),
        (issuer_serial(issuer, 7), false),
        (issuer_serial(issuer, 8), true),
        (issuer_serial("CN=Other, C=VN", 7), true),
        (vec![0x30, 0], true),
    ] {
        let signed = sign(&rest);
        assert_eq!(signed.verify(&[CONTENT]), Ok(()));
        assert_eq!(signed.issuer_serial_differs(), differs, "{rest:?}");
    }
}

#[test]
fn the_first_certificate_of_the_list_is_the_signers() {
    let id = |der: &[u8]| {
        let digest = DigestAlgorithm::Sha256.digest(&[der]).unwrap();
        encode(asn1::SEQUENCE, &[&encode(asn1::OCTET_STRING, &[&digest])])
    };
    let sign = |first: &[u8], second: &[u8]| {
        let value = encode(asn1::SEQUENCE, &[&encode(asn1::SEQUENCE, &[&id(first), &id(second)])]);
        Message::adding(attribute(SIGNING_CERTIFICATE_V2, &[&value])).verify()
    };
    let authority = Draft::authority(&ca(), &ca()).der();
    assert_eq!(sign(&leaf(), &authority), Ok(()));
    assert_eq!(sign(&authority, &leaf()), Err(CmsFault::CertificateSubstituted));
}

#[test]
fn another_certificate_of_the_same_key_is_not_the_one_that_was_named() {
    // Another CA certified the same key under the same name: without ESS only issuer and serial number tell.
    let signer = Party::new("Person", 3);
    let (other_ca, other_serial) = (Party::new("Other CA", 5), 9);
    let foreign = Draft::leaf(&signer, &other_ca).der();
    let renewed = Draft { serial: other_serial, ..Draft::leaf(&signer, &ca()) }.der();
    for odd in [foreign, renewed] {
        assert_eq!(Message { certificates: vec![odd], ..Message::new() }.verify(), Err(CmsFault::CertificateMissing));
    }
}

#[test]
fn a_signer_named_by_its_key_identifier_is_found_by_it_alone() {
    let with_id = |id: u8| {
        let identifier = extension(14, false, &[4, 1, id]);
        Draft { extensions: vec![key_usage(0x40), identifier], ..Draft::leaf(&Party::new("Person", 3), &ca()) }.der()
    };
    let message = Message { certificates: vec![with_id(1), with_id(2)], ..Message::new() };
    let der = message.der();
    // The sid of issuer and serial number makes way for the identifier.
    let issuer = Name::from_text(&ca().name).unwrap();
    let sid = encode(asn1::SEQUENCE, &[issuer.der(), &[2, 1, 7]]);
    let sign = |id: u8| SignedData::parse(&replaced(&der, &sid, &[0x80, 1, id])).unwrap();
    assert_eq!(sign(2).signer_certificate().unwrap().der(), with_id(2));
    assert_eq!(sign(2).verify(&[CONTENT]), Ok(()));
    assert_eq!(sign(3).verify(&[CONTENT]), Err(CmsFault::CertificateMissing));
}

/// Puts other octets into a structure and mends the lengths around them.
fn replaced(der: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut reader = asn1::Reader::new(der);
    let mut octets = Vec::new();
    while let Ok(value) = reader.any() {
        if value.raw == from {
            octets.extend_from_slice(to);
        } else if value.is_constructed() {
            octets.extend(encode(value.tag, &[&replaced(value.content, from, to)]));
        } else {
            octets.extend_from_slice(value.raw);
        }
    }
    octets
}

#[test]
fn attributes_are_verified_in_the_order_in_which_they_stand() {
    let (first, second) = (type_attribute(DATA), digest_attribute(CONTENT));
    let forward = Message::with(vec![first.clone(), second.clone()]);
    let backward = Message::with(vec![second.clone(), first.clone()]);
    assert_eq!((forward.verify(), backward.verify()), (Ok(()), Ok(())));
    // Signed in one order and written in the other: other octets than those that were signed.
    let swapped =
        replaced(&forward.der(), &encode(context(0), &[&first, &second]), &encode(context(0), &[&second, &first]));
    assert_eq!(SignedData::parse(&swapped).unwrap().verify(&[CONTENT]), Err(CmsFault::SignatureMismatch));
}

#[test]
fn attributes_that_were_signed_as_der_may_be_written_with_indefinite_lengths() {
    let octets = indefinite(&Message::adding(ess(&leaf())).der());
    assert_eq!(SignedData::parse(&octets).unwrap().verify(&[CONTENT]), Ok(()));
}

#[test]
fn a_signed_attribute_taken_away_or_added_breaks_the_signature() {
    let genuine = Message::adding(ess(&leaf()));
    let taken = replaced(&genuine.der(), &ess(&leaf()), &[]);
    assert_eq!(SignedData::parse(&taken).unwrap().verify(&[CONTENT]), Err(CmsFault::SignatureMismatch));
    let more = [digest_attribute(CONTENT), attribute(SIGNING_TIME, &[&encode(asn1::UTC_TIME, &[b"180913160748Z"])])];
    let added = replaced(&genuine.der(), &digest_attribute(CONTENT), &more.concat());
    assert_eq!(SignedData::parse(&added).unwrap().verify(&[CONTENT]), Err(CmsFault::SignatureMismatch));
}

#[test]
fn the_digest_inside_may_be_signed_bare_and_nothing_else_may() {
    let inside = DigestAlgorithm::Sha1.digest(&[CONTENT]).unwrap();
    let bare = |content: Vec<u8>| Message { attributes: None, content: Some(content), ..Message::new() }.parsed();
    assert_eq!(bare(inside.clone()).verify_sha1_content(|| DigestAlgorithm::Sha1.digest(&[CONTENT])), Ok(()));
    assert_eq!(
        bare(inside.clone()).verify_sha1_content(|| DigestAlgorithm::Sha1.digest(&[b"other"])),
        Err(CmsFault::HashMismatch)
    );
    // Attributes that were signed over other content, passed off as content of this form.
    let set = encode(asn1::SET, &[&type_attribute(DATA), &digest_attribute(CONTENT)]);
    assert_eq!(
        bare(set.clone()).verify_sha1_content(|| DigestAlgorithm::Sha1.digest(&[CONTENT])),
        Err(CmsFault::HashMismatch)
    );
    assert_eq!(bare(set).verify_encapsulated(DATA), Err(CmsFault::NoSignedAttributes));
    // The other way round: octets that were signed bare, as attributes. They are none.
    let forged = Message { attributes: Some(vec![inside]), ..Message::new() }.der();
    assert!(matches!(SignedData::parse(&forged), Err(CmsError::Malformed(_))));
    let other = Message { signer: Party::new("Other", 9), ..Message::new() };
    let digest = DigestAlgorithm::Sha1.digest(&[CONTENT]).unwrap();
    let other = Message { attributes: None, content: Some(digest), ..other }.parsed();
    assert_eq!(
        other.verify_sha1_content(|| DigestAlgorithm::Sha1.digest(&[CONTENT])),
        Err(CmsFault::SignatureMismatch)
    );
}

#[test]
fn certificates_found_elsewhere_serve_only_where_none_came_along() {
    let elsewhere = [Certificate::parse(&leaf()).unwrap()];
    let mut lone = Message { certificates: vec![], ..Message::new() }.parsed();
    assert_eq!(lone.verify(&[CONTENT]), Err(CmsFault::CertificateMissing));
    lone.complete(&elsewhere);
    assert_eq!(lone.verify(&[CONTENT]), Ok(()));
    // A twin from elsewhere neither replaces the one that came along nor makes it ambiguous.
    let mut whole = Message::new().parsed();
    whole.complete(&[Certificate::parse(&twin()).unwrap()]);
    assert_eq!((whole.verify(&[CONTENT]), whole.certificates().len()), (Ok(()), 1));
}

#[test]
fn revocation_values_are_found_beside_and_among_the_signed_attributes() {
    let crl: &[u8] = &[0x30, 3, 2, 1, 1];
    let list = encode(context(0), &[&encode(asn1::SEQUENCE, &[crl])]);
    let archival = attribute(super::super::attribute::REVOCATION_INFO_ARCHIVAL, &[&encode(asn1::SEQUENCE, &[&list])]);
    let signed = Message::adding(archival.clone()).parsed();
    assert_eq!((signed.archival().crls, signed.verify(&[CONTENT])), (vec![crl.to_vec()], Ok(())));
    // Among the unsigned attributes anybody could have put it; it has no place there.
    let unsigned = Message { unsigned: encode(context(1), &[&archival]), ..Message::new() }.parsed();
    assert_eq!(unsigned.archival(), RevocationValues::default());
    let odd = attribute(super::super::attribute::REVOCATION_INFO_ARCHIVAL, &[&[5, 0]]);
    let odd = Message::adding(odd).parsed();
    assert_eq!((odd.archival(), odd.verify(&[CONTENT])), (RevocationValues::default(), Ok(())));
}

#[test]
fn a_digest_algorithm_that_is_not_known_is_not_supported_whatever_its_parameters_and_a_known_one_has_none() {
    // id-shake256-len with its length in bits (RFC 8702), as signatures with Ed448 have it.
    let shake = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 0x12];
    let unknown = Message { digest: digest_identifier(&shake, &[2, 2, 2, 0]), ..Message::new() };
    assert!(matches!(unknown.verify(), Err(CmsFault::Scheme(_))));
    let odd = Message { digest: digest_identifier(DigestAlgorithm::Sha256.oid(), &[2, 2, 2, 0]), ..Message::new() };
    assert!(matches!(SignedData::parse(&odd.der()), Err(CmsError::Malformed(_))));
}
