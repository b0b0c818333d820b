//! Rules of CMS in BER or DER (RFC 5652; ITU-T X.690).

use crate::algorithm::DigestAlgorithm;
use crate::cms::{Padding, SignedData, TST_INFO, TstInfo, read_bundle, to_der};

/// Content that nobody has signed.
const UNSIGNED: &[&[u8]] = &[b"nobody signed ", b"this"];

pub(super) fn cms(octets: &[u8]) {
    canonical(octets);
    let _ = read_bundle(octets);
    let Ok(read) = SignedData::parse(octets) else { return };
    assert!(read.consumed() <= octets.len());
    match read.padding() {
        Padding::None => assert_eq!(read.consumed(), octets.len()),
        Padding::Other { octets: left } | Padding::Zeros { octets: left } => {
            assert_eq!(read.consumed() + left, octets.len());
        }
    }
    look(&read);
    assert!(read.verify(UNSIGNED).is_err(), "a signature over what nobody signed");
    let digest = || DigestAlgorithm::Sha1.digest(UNSIGNED);
    assert!(read.verify_sha1_content(digest).is_err(), "a signature over what nobody signed");

    // What follows the value is told, and changes nothing else.
    let padded = [&octets[..read.consumed()], &[0; 3]].concat();
    let again = SignedData::parse(&padded).expect("zeros after a value do no harm");
    assert_eq!((again.consumed(), again.padding()), (read.consumed(), Padding::Zeros { octets: 3 }));
    assert_eq!(again.signature(), read.signature());
    assert_eq!(again.verify_encapsulated(TST_INFO), read.verify_encapsulated(TST_INFO));
}

/// DER is left alone, and what BER becomes is DER.
fn canonical(octets: &[u8]) {
    let Ok(der) = to_der(octets) else { return };
    assert!(der.consumed() <= octets.len());
    let again = to_der(der.octets()).expect("what was written can be read");
    assert_eq!((again.octets(), again.consumed()), (der.octets(), der.octets().len()));
}

/// Asks everything that a report would ask.
fn look(read: &SignedData) {
    let _ = (read.signer_certificate(), read.scheme(), read.digest_algorithm(), read.signing_time(), read.has_ess());
    let _ = (read.signer_id(), read.content_type(), read.content(), read.unsigned_attributes_malformed());
    for token in read.timestamp_tokens() {
        if let Ok(token) = SignedData::parse(token) {
            let _ = (token.verify_encapsulated(TST_INFO), token.signer_certificate());
        }
    }
    for values in [read.revocation_values(), &read.archival()] {
        values.crls.iter().for_each(|crl| super::x509::x509(crl));
    }
    if let Some(info) = read.content().and_then(|content| TstInfo::parse(content).ok()) {
        let _ = (info.policy(), info.imprint_algorithm(), info.serial(), info.time(), info.accuracy(), info.nonce());
        assert_ne!(info.covers(|_| Some(b"no digest".to_vec())), Some(true));
    }
    read.certificates().iter().for_each(super::x509::certificate);
}
