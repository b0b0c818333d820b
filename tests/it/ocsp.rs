//! Forged and genuine OCSP responses, held against `openssl ocsp` where it is installed: we believe no response that it
//! refuses, and where it believes more, the table says so and why we do not.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dieu7::budget::Budget;
use dieu7::time::UnixTime;
use dieu7::x509::ocsp::{NonceMatch, OcspError, OcspFault, OcspResponse, OcspSet, ResponseStatus};
use dieu7::x509::{AnchorStore, Certificate, PathSearch, Question, RevocationStatus, Silence, Verified};

use crate::attacks::forge::{self, Draft, Key, certificate};

#[path = "../support/ocsp.rs"]
pub mod responses;

use responses::{Answer, Response, for_responders, good, revoked, unknown};

/// The hierarchy of `fixtures/pki` with a responder below its issuing CA.
struct World {
    root: Certificate,
    issuer: Certificate,
    leaf: Certificate,
    issuer_key: Key,
    /// Of whoever answers: no other certificate of the hierarchy has it.
    key: Key,
}

impl World {
    fn new() -> Self {
        Self {
            root: certificate("anchors/gov-root"),
            issuer: certificate("intermediates/gov-issuing"),
            leaf: certificate("certificates/noivu"),
            issuer_key: Key::of("gov-issuing"),
            key: Key::of("tsa"),
        }
    }

    fn responder(&self, extensions: Vec<Vec<u8>>, issuer: &Certificate, issuer_key: &Key) -> Certificate {
        let named = certificate("certificates/tsa");
        let draft = Draft::of_department(&named, issuer, &self.key);
        Draft { extensions, ..draft }.issue(issuer_key)
    }

    fn about(&self, status: Vec<u8>) -> Answer<'static> {
        Answer::about(&self.leaf, &self.issuer, status)
    }

    /// What we say: good, revoked, or why nothing.
    fn ask(&self, response: &[u8]) -> Result<RevocationStatus, OcspFault> {
        let (anchors, verified) = (AnchorStore::trusting([self.root.clone()]), Verified::default());
        let search = PathSearch { pool: &[], anchors: &anchors, purposes: &[], at: UnixTime::from_seconds(0) };
        let question = Question { certificate: &self.leaf, issuer: &self.issuer, search, verified: &verified };
        let mut set = OcspSet::default();
        set.insert(OcspResponse::parse(response).unwrap());
        let said = set.statements(&question, &mut Budget::for_message());
        match said.silent.into_iter().next() {
            Some((_, Silence::Ocsp(fault))) => Err(fault),
            Some((_, other)) => panic!("{other:?}"),
            None => Ok(said.statements[0].status),
        }
    }

    /// What OpenSSL says; `None` where it is not installed.
    fn openssl(&self, folder: &Path, response: &[u8]) -> Option<Theirs> {
        let write = |name: &str, octets: &[u8]| {
            let file = folder.join(name);
            std::fs::write(&file, octets).unwrap();
            file
        };
        let pem = |name: &str, one: &Certificate| {
            let text = STANDARD.encode(one.der());
            write(name, format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").as_bytes())
        };
        let output = Command::new("openssl")
            .args(["ocsp", "-no_nonce", "-validity_period", "4000000000", "-attime", "1767300000", "-respin"])
            .arg(write("response.der", response))
            .arg("-CAfile")
            .arg(pem("root.pem", &self.root))
            .arg("-verify_other")
            .arg(pem("issuer.pem", &self.issuer))
            .arg("-issuer")
            .arg(folder.join("issuer.pem"))
            .arg("-cert")
            .arg(pem("leaf.pem", &self.leaf))
            .output()
            .ok()?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        let status =
            ["good", "revoked", "unknown"].into_iter().find(|word| text.contains(&format!("leaf.pem: {word}")));
        Some(match (text.contains("Response verify OK"), status) {
            (true, Some("good")) => Theirs::Good,
            (true, Some("revoked")) => Theirs::Revoked,
            _ => Theirs::Nothing,
        })
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Theirs {
    Good,
    Nothing,
    Revoked,
}

/// One response: what it is, the octets, what OpenSSL says.
type Row = (&'static str, Vec<u8>, Theirs);

/// Responses that we believe.
fn believed(world: &World) -> Vec<Row> {
    let delegate = world.responder(for_responders(9), &world.issuer, &world.issuer_key);
    let direct = |status| Response::of(&world.issuer_key, &world.issuer, world.about(status)).der();
    let delegated = |status| Response::by_delegate(&world.key, &delegate, world.about(status)).der();
    vec![
        ("by the issuer", direct(good()), Theirs::Good),
        ("by the issuer", direct(revoked("20251231000000Z", 1)), Theirs::Revoked),
        ("by its delegate", delegated(good()), Theirs::Good),
        ("by its delegate", delegated(revoked("20251231000000Z", 1)), Theirs::Revoked),
    ]
}

/// Responses that we do not believe, though each says "good".
fn refused(world: &World) -> Vec<Row> {
    let (issuer, issuer_key) = (&world.issuer, &world.issuer_key);
    let (other, other_key) = (certificate("intermediates/gov-no-crl"), Key::of("gov-no-crl"));
    let delegated = |extensions, issuer: &Certificate, key: &Key| {
        let delegate = world.responder(extensions, issuer, key);
        Response::by_delegate(&world.key, &delegate, world.about(good())).der()
    };
    let mut any = for_responders(9);
    any[1] = forge::extension(37, &[0x30, 6, 6, 4, 0x55, 0x1d, 0x25, 0]);
    let mut for_documents = for_responders(9);
    for_documents[0] = forge::extension(15, &[3, 2, 6, 0x40]);
    let of_leaf = Key::of("noivu");
    let own = Draft { extensions: for_responders(9), ..Draft::of_department(&world.leaf, issuer, &of_leaf) };
    let own = own.issue(issuer_key);
    let both = Response { answers: vec![world.about(good()), world.about(unknown())], ..direct(world, good()) };
    let critical = vec![vec![0x30, 12, 6, 3, 0x2a, 3, 4, 1, 1, 0xff, 4, 2, 5, 0]];
    let backwards = Answer { next_update: Some("20251231000000Z"), ..world.about(good()) };
    vec![
        ("a status that is not known", direct(world, unknown()).der(), Theirs::Nothing),
        ("another CA's delegate", delegated(for_responders(9), &other, &other_key), Theirs::Nothing),
        ("a delegate that certified itself", delegated(for_responders(9), issuer, &world.key), Theirs::Nothing),
        ("for mail", delegated(for_responders(4), issuer, issuer_key), Theirs::Nothing),
        ("for anything", delegated(any, issuer, issuer_key), Theirs::Nothing),
        ("no extended key usage", delegated(forge::for_documents(), issuer, issuer_key), Theirs::Nothing),
        ("the CA above", Response::of(&Key::of("gov-root"), &world.root, world.about(good())).der(), Theirs::Nothing),
        ("signed with another key", Response::of(&world.key, issuer, world.about(good())).der(), Theirs::Nothing),
        (
            "of another certificate",
            Response::of(issuer_key, issuer, Answer::about(&certificate("certificates/cntt"), issuer, good())).der(),
            Theirs::Nothing,
        ),
        ("dates that cannot be", Response { answers: vec![backwards], ..direct(world, good()) }.der(), Theirs::Nothing),
        // OpenSSL asks for none of these. The key usage is of RFC 5280, 4.2.1.3, the extension of RFC 6960, 4.4; and
        // whoever stole a key would answer well of it.
        ("without digitalSignature", delegated(for_documents, issuer, issuer_key), Theirs::Good),
        ("a critical extension", Response { extensions: critical, ..direct(world, good()) }.der(), Theirs::Good),
        ("with its own key", Response::by_delegate(&of_leaf, &own, world.about(good())).der(), Theirs::Good),
        // It takes the first answer of several.
        ("good and unknown", both.der(), Theirs::Good),
    ]
}

fn direct(world: &World, status: Vec<u8>) -> Response<'_> {
    Response::of(&world.issuer_key, &world.issuer, world.about(status))
}

#[test]
fn no_response_is_believed_that_openssl_refuses() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    for (what, response, theirs) in believed(&world) {
        assert_eq!(world.ask(&response).unwrap() == RevocationStatus::Good, theirs == Theirs::Good, "{what}");
        compare(&world, folder.path(), what, &response, theirs);
    }
    for (what, response, theirs) in refused(&world) {
        assert!(world.ask(&response).is_err(), "{what} is believed");
        compare(&world, folder.path(), what, &response, theirs);
    }
}

#[test]
fn good_and_revoked_in_one_response_is_revoked_where_openssl_takes_the_first() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let answers = vec![world.about(good()), world.about(revoked("20251231000000Z", 1))];
    let response = Response { answers, ..direct(&world, good()) }.der();
    assert!(matches!(world.ask(&response), Ok(RevocationStatus::Revoked { .. })));
    compare(&world, folder.path(), "both", &response, Theirs::Good);
}

fn compare(world: &World, folder: &Path, what: &str, response: &[u8], theirs: Theirs) {
    match world.openssl(folder, response) {
        Some(answer) => assert_eq!(answer, theirs, "OpenSSL on {what}"),
        None => println!("left out: openssl is not installed"),
    }
}

#[test]
fn a_response_for_another_request_and_one_without_answer_are_told() {
    let world = World::new();
    let response = Response { extensions: vec![responses::nonce(b"0123456789abcdef")], ..direct(&world, good()) };
    let response = OcspResponse::parse(&response.der()).unwrap();
    assert_eq!(response.nonce_match(b"0123456789abcdef"), NonceMatch::Equal);
    assert_eq!(response.nonce_match(b"fedcba9876543210"), NonceMatch::Different);
    let later = OcspResponse::parse(responses::TRY_LATER);
    assert!(matches!(later, Err(OcspError::NotSuccessful(ResponseStatus::TryLater))));
}
