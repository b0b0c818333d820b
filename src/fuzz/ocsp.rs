//! Rules of OCSP responses (RFC 6960).

use std::sync::LazyLock;

use crate::budget::Budget;
use crate::digest::Sha256;
use crate::time::UnixTime;
use crate::x509::ocsp::{MAX_ANSWERS, MAX_CERTIFICATES, NonceMatch, OcspResponse, OcspSet};
use crate::x509::{AnchorStore, Certificate, PathSearch, Question, Verified};

/// Who issued the certificate that is asked about, and whose responses are in the seeds.
static ISSUER: LazyLock<Certificate> =
    LazyLock::new(|| certificate(include_bytes!("../../tests/fuzz/seeds/ocsp/issuer.der")));
static LEAF: LazyLock<Certificate> =
    LazyLock::new(|| certificate(include_bytes!("../../tests/fuzz/seeds/ocsp/leaf.der")));

/// All that the issuer and its responder ever signed, and how many statements are in each.
static SIGNED: LazyLock<Vec<(Sha256, usize)>> = LazyLock::new(|| {
    let seeds: [(&[u8], usize); 4] = [
        (include_bytes!("../../tests/fuzz/seeds/ocsp/delegated.der"), 1),
        (include_bytes!("../../tests/fuzz/seeds/ocsp/direct.der"), 1),
        (include_bytes!("../../tests/fuzz/seeds/ocsp/revoked-twice.der"), 2),
        (include_bytes!("../../tests/fuzz/seeds/ocsp/unknown.der"), 0),
    ];
    let signed = |octets| OcspResponse::parse(octets).expect("a committed response reads");
    seeds.map(|(octets, count)| (Sha256::of(signed(octets).signed_octets()), count)).to_vec()
});

fn certificate(der: &[u8]) -> Certificate {
    Certificate::parse(der).expect("a committed certificate reads")
}

pub(super) fn ocsp(octets: &[u8]) {
    let Ok(response) = OcspResponse::parse(octets) else { return };
    assert_eq!(response.octets(), octets, "responses are kept as they came");
    assert!(response.answers().len() <= MAX_ANSWERS && response.certificates().len() <= MAX_CERTIFICATES);
    let _ = (response.scheme(), response.responder(), response.unknown_critical(), response.answers());
    match response.nonce() {
        None => assert_eq!(response.nonce_match(b""), NonceMatch::Absent),
        Some(nonce) => assert_eq!(response.nonce_match(nonce), NonceMatch::Equal),
    }

    let (anchors, verified) = (AnchorStore::trusting([ISSUER.clone()]), Verified::default());
    let pool = response.certificates().to_vec();
    let search = PathSearch { pool: &pool, anchors: &anchors, purposes: &[], at: UnixTime::from_seconds(0) };
    let question = Question { certificate: &LEAF, issuer: &ISSUER, search, verified: &verified };
    let mut set = OcspSet::default();
    set.insert(response.clone());
    let said = set.statements(&question, &mut Budget::for_message());
    assert_eq!(said.statements.is_empty(), said.silent.len() == 1, "it speaks, or tells why not");
    if said.statements.is_empty() {
        return;
    }
    let signed = Sha256::of(response.signed_octets());
    let known = SIGNED.iter().find(|(digest, _)| *digest == signed);
    assert_eq!(known.map(|(_, count)| *count), Some(said.statements.len()), "an answer that nobody signed");
    assert!(said.statements.iter().all(|statement| statement.this_update <= response.produced_at()));
}
