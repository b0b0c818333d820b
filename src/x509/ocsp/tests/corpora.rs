//! Responses that OpenSSL made, and what `openssl ocsp -respin ... -issuer sub -cert eeN` (3.0) says of them.

use super::*;
use crate::digest::Sha256;
use crate::time::UnixTime;
use crate::x509::Reason;
use crate::x509::testing::corpora;

/// What is said of ee1, ee2 and ee3: good, revoked, unknown, nothing. OpenSSL says the same when it asks with the digest
/// of the response; with another one it finds no status at all, because it compares identifiers of one digest only.
const TABLE: [(&str, &str); 10] = [
    ("r1_ca", "g--"),
    ("r1_deleg", "g--"),
    ("r1_ec", "g--"),
    ("r1_nocerts", "g--"),
    ("r1_nonce_deleg", "g--"),
    ("r1_nonext", "g--"),
    ("r3_keyid", "grg"),
    ("r3_sha256_deleg", "grg"),
    ("r3_sha512", "grg"),
    ("r3_unknown", "gru"),
];

struct Made {
    folder: std::path::PathBuf,
    issuer: Certificate,
    anchors: AnchorStore,
}

impl Made {
    fn find() -> Option<Self> {
        let folder = corpora("x509/selfmade")?;
        let certificate = |name: &str| Certificate::parse(&std::fs::read(folder.join(name)).unwrap()).unwrap();
        let anchors = AnchorStore::trusting([certificate("root.der")]);
        Some(Self { issuer: certificate("sub.der"), anchors, folder })
    }

    fn octets(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(format!("{name}.der"))).unwrap()
    }

    fn certificate(&self, name: &str) -> Certificate {
        Certificate::parse(&self.octets(name)).unwrap()
    }

    fn ask(&self, response: &str, leaf: &str, issuer: &Certificate) -> Result<Statement, OcspFault> {
        let (certificate, verified) = (self.certificate(leaf), Verified::default());
        let search = PathSearch { pool: &[], anchors: &self.anchors, purposes: &[], at: NOW };
        let question = Question { certificate: &certificate, issuer, search, verified: &verified };
        let mut set = OcspSet::default();
        set.insert(OcspResponse::parse(&self.octets(response)).unwrap());
        let mut said = set.statements(&question, &mut Budget::for_message());
        match said.silent.pop() {
            Some((_, Silence::Ocsp(fault))) => Err(fault),
            Some((_, other)) => panic!("{other:?}"),
            None => Ok(said.statements.remove(0)),
        }
    }
}

#[test]
fn responses_that_openssl_made_say_what_openssl_reads() {
    let Some(made) = Made::find() else { return };
    let gone = RevocationStatus::Revoked {
        at: UnixTime::parse("2026-11-23T18:30:51Z").unwrap(),
        reason: Reason::KeyCompromise,
        invalid_from: None,
    };
    for (response, says) in TABLE {
        for (leaf, says) in ["ee1", "ee2", "ee3"].into_iter().zip(says.chars()) {
            let answer = made.ask(response, leaf, &made.issuer);
            let as_expected = match says {
                'g' => matches!(&answer, Ok(statement) if statement.status == RevocationStatus::Good),
                'r' => matches!(&answer, Ok(statement) if statement.status == gone),
                'u' => matches!(&answer, Err(OcspFault::Unknown)),
                _ => matches!(&answer, Err(OcspFault::OtherCertificate)),
            };
            assert!(as_expected, "{response} of {leaf}: {answer:?}");
        }
    }
}

#[test]
fn the_signer_is_the_issuer_or_its_delegate() {
    let Some(made) = Made::find() else { return };
    for (response, signer) in [
        ("r1_ca", "sub"),
        ("r1_nocerts", "sub"),
        ("r1_deleg", "ocsp"),
        ("r1_ec", "ocspec"),
        ("r3_keyid", "ocsp"),
        ("r3_sha512", "ocsp"),
    ] {
        assert_eq!(made.ask(response, "ee1", &made.issuer).unwrap().signer, made.certificate(signer), "{response}");
    }
}

#[test]
fn dates_nonces_and_a_missing_next_update_are_read() {
    let Some(made) = Made::find() else { return };
    let update = |name| made.ask(name, "ee1", &made.issuer).unwrap().next_update.map(|time| time.to_string());
    assert_eq!(update("r1_deleg").as_deref(), Some("2026-11-30T18:30:53Z"));
    assert_eq!(update("r3_sha512").as_deref(), Some("2026-11-26T18:30:53Z"));
    assert_eq!(update("r1_nonext"), None);
    let nonce = crate::digest::hex_decode(b"171937dc3eb5856ac079818ea393298b").unwrap();
    let matching = |name: &str| OcspResponse::parse(&made.octets(name)).unwrap().nonce_match(&nonce);
    assert_eq!(matching("r1_nonce_deleg"), NonceMatch::Equal);
    assert_eq!(matching("r1_deleg"), NonceMatch::Absent);
    assert_eq!(matching("r3_keyid"), NonceMatch::Different);
    let later = OcspResponse::parse(&made.octets("r_trylater"));
    assert!(matches!(later, Err(OcspError::NotSuccessful(ResponseStatus::TryLater))));
}

#[test]
fn another_issuer_is_not_answered_for() {
    let Some(made) = Made::find() else { return };
    let root = made.certificate("root");
    for (response, _) in TABLE {
        assert!(matches!(made.ask(response, "ee1", &root), Err(OcspFault::OtherCertificate)));
    }
}

#[test]
fn a_bent_response_never_says_more_than_was_signed() {
    let Some(made) = Made::find() else { return };
    let (leaf, verified) = (made.certificate("ee2"), Verified::default());
    let search = PathSearch { pool: &[], anchors: &made.anchors, purposes: &[], at: NOW };
    let question = Question { certificate: &leaf, issuer: &made.issuer, search, verified: &verified };
    for name in ["r3_keyid", "r3_unknown"] {
        let octets = made.octets(name);
        let signed = Sha256::of(OcspResponse::parse(&octets).unwrap().signed_octets());
        for bent in crate::x509::testing::mutations(&octets, 3_000) {
            let Ok(response) = OcspResponse::parse(&bent) else { continue };
            let is_signed = Sha256::of(response.signed_octets()) == signed;
            let mut set = OcspSet::default();
            set.insert(response);
            for statement in set.statements(&question, &mut Budget::for_message()).statements {
                assert!(is_signed && matches!(statement.status, RevocationStatus::Revoked { .. }));
            }
        }
    }
}
