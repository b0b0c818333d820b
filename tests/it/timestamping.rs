//! Papers whose tool asked an authority over HTTP for the token, honest and not, and what becomes of them. Where OpenSSL
//! is installed, it is asked about the same responses.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dieu7::asn1::{self, encode};
use dieu7::policy::{Judgement, Reason, Verdict};
use dieu7::signature::{Proof, TimeSource, Worthless};
use dieu7::x509::Certificate;

use crate::attacks::forge::{Draft, Key, certificate, extension, fixtures};
use crate::attacks::forms::{judged, only, paper_of};
use crate::attacks::paper;
use crate::attacks::tokens::{Signature, authority, for_timestamps};
use crate::support::tsa::{Authority, Manner, NoToken, PATIENT, ask, request, token};
use crate::support::web::Server;

const NONCE: &[u8] = b"\x0123456789";

/// The department's signature with tokens from these servers, one after the other.
fn signed(servers: &[&Server]) -> Result<Judgement, NoToken> {
    signed_within(PATIENT, servers)
}

fn signed_within(patience: Duration, servers: &[&Server]) -> Result<Judgement, NoToken> {
    let (key, signer) = (Key::of("noivu"), certificate("certificates/noivu"));
    let missing = std::cell::RefCell::new(None);
    let stamp = |value: &[u8]| {
        let tokens = servers.iter().map(|server| token(&ask(server, &request(value, NONCE), patience)?));
        tokens.collect::<Result<Vec<_>, _>>().map_or_else(
            |error| {
                *missing.borrow_mut() = Some(error);
                Vec::new()
            },
            |tokens| tokens.concat(),
        )
    };
    let signature = Signature { token: Some(&stamp), ..Signature::of(&key, &signer) };
    let file = paper::sign(paper_of("ETSI.CAdES.detached", ""), |signed| signature.over(signed));
    missing.into_inner().map_or_else(|| Ok(judged(&file)), Err)
}

fn at_receipt(judgement: &Judgement) -> bool {
    let one = only(judgement);
    one.time_source == TimeSource::Receipt && one.level.unwrap().to_string() == "PAdES-B-B"
}

/// The authority's certificate with this end.
fn until(end: &str) -> Certificate {
    let (named, issuing) = (certificate("certificates/tsa"), certificate("intermediates/gov-issuing"));
    let draft = Draft::of_department(&named, &issuing, &Key::of("tsa"));
    Draft { extensions: for_timestamps(), to: end, ..draft }.issue(&Key::of("gov-issuing"))
}

/// For web servers.
fn for_servers() -> Certificate {
    authority(vec![extension(37, &[0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1])])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_an_authority_gave_over_http_proves_the_time() {
    let server = Authority::default().start().await;
    let judgement = signed(&[&server]).unwrap();
    assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{}", judgement.report());
    let one = only(&judgement);
    assert_eq!(one.timestamps[0].proof(), Proof::Sound);
    assert_eq!(one.best_signature_time.to_string(), "2026-11-02T01:00:00Z");
    assert_eq!(one.time_source, TimeSource::SignatureTimestamp);
    assert_eq!(one.level.unwrap().to_string(), "PAdES-B-T");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_wrong_proves_no_time_and_spoils_no_signature() {
    let wrong = |certificate, time, manner| Authority { certificate, times: vec![time], manner };
    let (own, time, honest) = (authority(for_timestamps()), "20261102010000Z", Manner::Honest);
    for (what, authority, outcome, proof) in [
        ("imprint", wrong(own.clone(), time, Manner::OtherImprint), Some("imprint"), Worthless::Broken),
        ("not for timestamps", wrong(for_servers(), time, honest), Some("key-usage"), Worthless::Broken),
        ("expired", wrong(until("20200101000000Z"), time, honest), None, Worthless::NotTrusted),
        ("from the future", wrong(own, "20270101000000Z", honest), None, Worthless::Future),
    ] {
        let server = authority.start().await;
        let judgement = signed(&[&server]).unwrap();
        let stamp = &only(&judgement).timestamps[0];
        assert_eq!(stamp.outcome().err().map(dieu7::signature::TimestampFault::token), outcome, "{what}");
        assert_eq!(stamp.proof(), Proof::None(proof), "{what}");
        assert_eq!(only(&judgement).time_source, TimeSource::Receipt, "{what}");
        assert!(judgement.documents[0].remarks.contains(&Reason::TsBad), "{what}");
        assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{what}: {}", judgement.report());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_of_another_request_is_seen_by_whoever_asked_and_binds_no_document() {
    // RFC 3161, 2.4.2: the tool refuses it. In a document only the imprint says what is stamped.
    for (manner, same) in [(Manner::Honest, true), (Manner::OtherNonce, false)] {
        let server = Authority { manner, ..Authority::default() }.start().await;
        let response = ask(&server, &request(b"octets", NONCE), PATIENT).unwrap();
        let field = encode(asn1::INTEGER, &[NONCE]);
        assert_eq!(response.windows(field.len()).any(|window| window == field), same, "{manner:?}");
        assert_eq!(only(&signed(&[&server]).unwrap()).timestamps[0].proof(), Proof::Sound, "{manner:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_gives_no_token_leaves_a_signature_of_the_time_of_receipt() {
    for manner in [Manner::Slow, Manner::Huge, Manner::Redirecting, Manner::Refusing] {
        let server = Authority { manner, ..Authority::default() }.start().await;
        let patience = if manner == Manner::Slow { Duration::from_millis(100) } else { PATIENT };
        let error = signed_within(patience, &[&server]).unwrap_err();
        let expected = match (manner, &error) {
            (Manner::Slow, NoToken::Connection(error)) => {
                matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
            }
            (Manner::Huge, NoToken::Endless) | (Manner::Refusing, NoToken::Refused) => true,
            (Manner::Redirecting, NoToken::Status(line)) => line.starts_with("HTTP/1.1 302"),
            _ => false,
        };
        assert!(expected, "{manner:?}: {error:?}");
        assert_eq!(server.asked().len(), 1, "{manner:?}");
    }
    let (key, signer) = (Key::of("noivu"), certificate("certificates/noivu"));
    let file = paper::sign(paper_of("ETSI.CAdES.detached", ""), |signed| Signature::of(&key, &signer).over(signed));
    let judgement = judged(&file);
    assert!(at_receipt(&judgement) && judgement.verdict == Verdict::LegallyEquivalent, "{}", judgement.report());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_tokens_that_contradict_each_other_the_sound_and_earliest_counts() {
    for (times, expected) in [
        (vec!["20261102013000Z", "20261102010000Z"], [Proof::Sound, Proof::Sound]),
        (vec!["20261102010000Z", "20270101000000Z"], [Proof::Sound, Proof::None(Worthless::Future)]),
    ] {
        // The same number for two times.
        let server = Authority { times: times.clone(), ..Authority::default() }.start().await;
        let judgement = signed(&[&server, &server]).unwrap();
        let one = only(&judgement);
        let proofs: Vec<Proof> = one.timestamps.iter().map(dieu7::signature::Timestamp::proof).collect();
        assert_eq!(proofs, expected, "{times:?}");
        assert_eq!(one.best_signature_time.to_string(), "2026-11-02T01:00:00Z", "{times:?}");
        assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{times:?}: {}", judgement.report());
    }
}

fn openssl(folder: &Path, arguments: &[&str]) -> Option<bool> {
    let output = Command::new("openssl").current_dir(folder).args(arguments).output().ok()?;
    println!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.status.success())
}

fn pem(folder: &Path, name: &str, certificate: &Certificate) {
    let body = STANDARD.encode(certificate.der());
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let text = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
    std::fs::write(folder.join(name), text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_believes_the_honest_authority_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("data"), b"octets").unwrap();
    pem(folder, "root.pem", &certificate("anchors/gov-root"));
    pem(folder, "issuing.pem", &certificate("intermediates/gov-issuing"));
    let query = ["ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query"];
    if openssl(folder, &query).is_none() {
        println!("left out: openssl is not installed");
        return;
    }
    let of = |certificate, manner| Authority { certificate, manner, ..Authority::default() };
    let own = authority(for_timestamps());
    for (what, authority, believed) in [
        ("honest", of(own.clone(), Manner::Honest), true),
        ("imprint", of(own.clone(), Manner::OtherImprint), false),
        ("nonce", of(own, Manner::OtherNonce), false),
        ("not for timestamps", of(for_servers(), Manner::Honest), false),
        ("expired", of(until("20200101000000Z"), Manner::Honest), false),
    ] {
        let server = authority.start().await;
        let response = ask(&server, &std::fs::read(folder.join("query")).unwrap(), PATIENT).unwrap();
        std::fs::write(folder.join("response"), response).unwrap();
        let verify = ["ts", "-verify", "-in", "response", "-queryfile", "query", "-CAfile", "root.pem"];
        // The moment of the token (2026-11-02T01:00:00Z): the answer is the same on every day.
        let further = ["-untrusted", "issuing.pem", "-attime", "1793581200"];
        assert_eq!(openssl(folder, &[verify.as_slice(), &further].concat()), Some(believed), "{what}");
    }
}

#[test]
fn a_token_that_openssl_made_is_intact() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let signer = authority(for_timestamps());
    pem(folder, "tsa.pem", &signer);
    std::fs::write(folder.join("serial"), "01\n").unwrap();
    let settings = "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\nsigner_digest = sha256\n\
                    default_policy = 1.2.3.4\ndigests = sha256\ness_cert_id_alg = sha256\n";
    std::fs::write(folder.join("tsa.cnf"), settings).unwrap();
    let key = fixtures().join("pki/tsa.key.pem");
    let reply = ["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-signer", "tsa.pem", "-inkey"];
    let further = [key.to_str().unwrap(), "-token_out", "-out", "token"];
    std::fs::write(folder.join("query"), request(b"", NONCE)).unwrap();
    let Some(made) = openssl(folder, &[reply.as_slice(), &further].concat()) else {
        println!("left out: openssl is not installed");
        return;
    };
    assert!(made);
    let (key, department) = (Key::of("noivu"), certificate("certificates/noivu"));
    let stamp = |value: &[u8]| {
        std::fs::write(folder.join("query"), request(value, NONCE)).unwrap();
        assert_eq!(openssl(folder, &[reply.as_slice(), &further].concat()), Some(true));
        std::fs::read(folder.join("token")).unwrap()
    };
    let signature = Signature { token: Some(&stamp), ..Signature::of(&key, &department) };
    let judgement = judged(&paper::sign(paper_of("ETSI.CAdES.detached", ""), |signed| signature.over(signed)));
    // Its time is that of this machine, which may be before or after the receipt.
    let stamp = &only(&judgement).timestamps[0];
    assert!(stamp.is_intact(), "{:?}", stamp.outcome());
}
