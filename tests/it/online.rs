//! Mail through the whole gateway while CAs publish their lists and run responders: who is asked, how often, and what a
//! message says in the end.

use std::sync::Arc;
use std::time::Duration;

use dieu7::asn1::{self, context, context_primitive, encode};
use dieu7::gateway::{Gateway, Identity};
use dieu7::io::cache::Cache;
use dieu7::io::fetch::{Client, Limits};
use dieu7::io::files;
use dieu7::io::gather::{Sources, Web};
use dieu7::io::samples;
use dieu7::io::sources::DropFolder;
use dieu7::io::store::SqliteStore;
use dieu7::io::worker::InProcess;
use dieu7::policy::{Condition, Judgement, Outcome, Reason};
use dieu7::settings::Settings;
use dieu7::time::UnixTime;

use crate::attacks::forge::{self, Draft, Key};
use crate::attacks::paper::{self, Paper};
use crate::attacks::world::Mail;
use crate::cases::AT;
use crate::ocsp::responses::{Answer, Response, good, revoked, unknown};
use crate::support::web::{Asked, Names, Server, Step, answer, head, ok};

fn at() -> UnixTime {
    UnixTime::parse(AT).unwrap()
}

type Online = Gateway<Sources, SqliteStore, InProcess>;

/// A gateway with the samples' rulebook, whose folder lacks the list of the issuing CA.
struct Site {
    gateway: Arc<Online>,
    _folder: tempfile::TempDir,
}

impl Site {
    fn new(servers: &[&Server], message: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = samples::install(folder.path()).unwrap();
        let hosts: Vec<String> = servers.iter().map(|server| format!("\"ca.test:{}\"", server.port)).collect();
        let text =
            std::fs::read_to_string(file).unwrap() + &format!("\n[revocation]\nhosts = [{}]\n", hosts.join(", "));
        let settings = Settings::read(&text, folder.path()).unwrap();
        std::fs::remove_file(settings.crls.join("gov-issuing.crl")).unwrap();
        // A fetch alone would wait longer than any test.
        let limits = Limits { total: Duration::from_mins(10), ..Limits::default() };
        let client = Client::with(&settings.revocation, limits, Arc::new(Names::loopback()));
        let web = Web::new(Some(client), Cache::in_memory(64 << 20), Duration::from_hours(1), at);
        let sources = Sources::new(DropFolder::new(settings.crls.clone()), web).within(message);
        let identity = Identity { gateway: "test".into(), header_prefix: "Dieu7-".into(), mode: "stamp" };
        let store = SqliteStore::open(&settings.log, "TQ").unwrap().0;
        let rulebook = files::rulebook(&settings).unwrap();
        let gateway = Arc::new(Gateway::new(sources, store, InProcess::new(2), rulebook, identity));
        Self { gateway, _folder: folder }
    }

    async fn judge(&self, pdf: &[u8]) -> Judgement {
        self.gateway.decide(Mail::new(pdf).message(), false, at()).await.unwrap().judgement
    }

    /// How condition (b) stands.
    async fn certificate(&self, pdf: &[u8]) -> (Outcome, Vec<Reason>) {
        self.judge(pdf).await.documents[0].condition(Condition::B)
    }
}

fn plain(oid: &[u8], value: &[u8]) -> Vec<u8> {
    encode(asn1::SEQUENCE, &[oid, &encode(asn1::OCTET_STRING, &[value])])
}

/// cRLDistributionPoints and authorityInfoAccess (RFC 5280, 4.2.1.13 and 4.2.2.1).
fn addresses(list: &str, responder: &str) -> Vec<Vec<u8>> {
    let uri = |address: &str| encode(context_primitive(6), &[address.as_bytes()]);
    let point = encode(asn1::SEQUENCE, &[&encode(context(0), &[&encode(context(0), &[&uri(list)])])]);
    let access = encode(asn1::SEQUENCE, &[&[6, 8, 0x2b, 6, 1, 5, 5, 7, 48, 1], &uri(responder)]);
    vec![
        plain(&[6, 3, 0x55, 0x1d, 31], &encode(asn1::SEQUENCE, &[&point])),
        plain(&[6, 8, 0x2b, 6, 1, 5, 5, 7, 1, 1], &encode(asn1::SEQUENCE, &[&access])),
    ]
}

/// A paper of the department, whose certificate names these addresses.
fn signed(list: &str, responder: &str) -> Vec<u8> {
    let (named, issuer) = (forge::certificate("certificates/noivu"), forge::certificate("intermediates/gov-issuing"));
    let key = Key::of("noivu");
    let extensions = [forge::for_documents(), addresses(list, responder)].concat();
    let signer = Draft { extensions, ..Draft::of_department(&named, &issuer, &key) }.issue(&Key::of("gov-issuing"));
    paper::sign(Paper::unsigned("15/QD-SNV").field().revision(), |signed| {
        forge::cms(signed, &key, &signer, &[&signer], false)
    })
}

/// The list of the issuing CA from before the receipt.
fn list() -> Vec<u8> {
    let issuer = forge::certificate("intermediates/gov-issuing");
    let (made, next) = ("20261102010000Z", Some("20261109010000Z"));
    forge::crl(issuer.subject().der(), &Key::of("gov-issuing"), made, next, false)
}

/// What its responder says of the paper's signer.
fn response(status: Vec<u8>) -> Vec<u8> {
    let (ca, key) = (forge::certificate("intermediates/gov-issuing"), Key::of("gov-issuing"));
    let about = Answer { this_update: "20261102010000Z", ..Answer::on(&[0x7f, 0x7f], &ca, status) };
    Response { produced_at: "20261102010000Z", ..Response::of(&key, &ca, about) }.der()
}

fn nothing() -> Vec<Step> {
    vec![answer("404 Not Found", &[], b"")]
}

/// A CA: what it gives for its list and says of the signer.
async fn authority(list: Vec<Step>, status: Vec<u8>) -> Server {
    let said = ok(&response(status));
    Server::start(move |_, asked: &Asked| if asked.line().starts_with("GET ") { list.clone() } else { said.clone() })
        .await
}

fn kinds(server: &Server) -> (usize, usize) {
    let asked = server.asked();
    let lists = asked.iter().filter(|asked| asked.line().starts_with("GET ")).count();
    (lists, asked.len() - lists)
}

const LONG: Duration = Duration::from_mins(10);

#[tokio::test]
async fn where_there_is_no_list_the_responder_decides_and_where_there_is_one_it_is_not_asked() {
    let met = (Outcome::Met, Vec::new());
    let doubt = |reason| (Outcome::Undetermined, vec![reason]);
    for (list, status, expected, asked) in [
        (ok(&list()), good(), met.clone(), (1, 0)),
        (nothing(), good(), met, (1, 1)),
        (nothing(), revoked("20261001000000Z", 1), doubt(Reason::CertRevokedNoProof), (1, 1)),
        (nothing(), unknown(), doubt(Reason::OcspUnknown), (1, 1)),
    ] {
        let server = authority(list, status).await;
        let site = Site::new(&[&server], LONG);
        let file = signed(&server.at("ca.test", "/ca.crl"), &server.at("ca.test", "/ocsp"));
        assert_eq!(site.certificate(&file).await, expected);
        assert_eq!(kinds(&server), asked, "{expected:?}");
        // What is known is not asked again.
        assert_eq!(site.certificate(&file).await, expected);
        assert_eq!(kinds(&server), asked, "{expected:?}");
    }
}

/// Each kind of wrong answer comes from both, list and responder, beside the right ones of the first test.
#[tokio::test]
async fn a_ca_that_is_wrong_stale_huge_redirecting_or_contradictory_passes_nobody() {
    let (ca, key, other) =
        (forge::certificate("intermediates/gov-issuing"), Key::of("gov-issuing"), Key::of("untrusted-root"));
    let name = ca.subject().der();
    let about = |status, day| Answer { this_update: day, ..Answer::on(&[0x7f, 0x7f], &ca, status) };
    let said = |key, answers: Vec<Answer<'_>>, day| {
        ok(&Response { answers, produced_at: day, ..Response::of(key, &ca, about(good(), day)) }.der())
    };
    let (day, before) = ("20261102010000Z", "20250102010000Z");
    let old = Answer { next_update: Some("20250109010000Z"), ..about(good(), before) };
    let stale = forge::crl(name, &key, before, Some("20250109010000Z"), false);
    let wrong = forge::crl(name, &other, day, Some("20261109010000Z"), false);
    let both = |first, second| said(&key, vec![about(first, day), about(second, day)], day);
    let redirect = vec![answer("302 Found", &["Location: /good.crl"], b"")];
    let huge = vec![Step::Send(head("200 OK", &[], None)), Step::Endless(vec![0x30; 1 << 16])];
    let revoked = || revoked("20261001000000Z", 1);
    for (what, list, response, reason) in [
        ("redirecting", redirect.clone(), redirect, Reason::RevUnavailable),
        ("huge", huge.clone(), huge, Reason::RevUnavailable),
        ("signed by others", ok(&wrong), said(&other, vec![about(good(), day)], day), Reason::RevUnavailable),
        ("stale", ok(&stale), said(&key, vec![old], before), Reason::RevStale),
        ("good, then revoked", nothing(), both(good(), revoked()), Reason::CertRevokedNoProof),
        ("revoked, then good", nothing(), both(revoked(), good()), Reason::CertRevokedNoProof),
        ("an old list against the responder", ok(&stale), both(revoked(), revoked()), Reason::CertRevokedNoProof),
    ] {
        let server = Server::start(
            move |_, asked| if asked.line().starts_with("GET ") { list.clone() } else { response.clone() },
        )
        .await;
        let site = Site::new(&[&server], LONG);
        let file = signed(&server.at("ca.test", "/ca.crl"), &server.at("ca.test", "/ocsp"));
        assert_eq!(site.certificate(&file).await, (Outcome::Undetermined, vec![reason]), "{what}");
        assert_eq!(kinds(&server), (1, 1), "{what}");
    }
}

#[tokio::test]
async fn a_responder_that_stalls_leaves_its_message_undetermined_and_keeps_no_other_waiting() {
    let quick = authority(ok(&list()), good()).await;
    let stalled =
        Server::start(|_, asked| if asked.line().starts_with("GET ") { nothing() } else { vec![Step::Stall] }).await;
    // One may wait long, and still waits when the other is judged.
    let site = Site::new(&[&quick, &stalled], LONG);
    let slow = signed(&stalled.at("ca.test", "/ca.crl"), &stalled.at("ca.test", "/ocsp"));
    let file = signed(&quick.at("ca.test", "/ca.crl"), &quick.at("ca.test", "/ocsp"));
    let waiting = {
        let (gateway, slow) = (Arc::clone(&site.gateway), slow.clone());
        tokio::spawn(async move { gateway.decide(Mail::new(&slow).message(), false, at()).await })
    };
    while kinds(&stalled).1 == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(site.certificate(&file).await, (Outcome::Met, Vec::new()));
    assert!(!waiting.is_finished());
    waiting.abort();
    // The other may wait for a moment only.
    let site = Site::new(&[&stalled], Duration::from_millis(300));
    assert_eq!(site.certificate(&slow).await, (Outcome::Undetermined, vec![Reason::RevUnavailable]));
}

#[tokio::test]
async fn a_hundred_mails_of_one_signer_are_one_fetch() {
    let server = authority(ok(&list()), good()).await;
    let site = Site::new(&[&server], LONG);
    let file = Arc::new(signed(&server.at("ca.test", "/ca.crl"), &server.at("ca.test", "/ocsp")));
    let mut mails = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (gateway, file) = (Arc::clone(&site.gateway), Arc::clone(&file));
        mails.spawn(async move { gateway.decide(Mail::new(&file).message(), false, at()).await.unwrap().judgement });
    }
    for judgement in mails.join_all().await {
        assert_eq!(judgement.documents[0].condition(Condition::B).0, Outcome::Met);
    }
    assert_eq!(kinds(&server), (1, 0));
}

/// With the program itself: what it is given, it judges by.
#[tokio::test]
async fn verify_asks_the_web_unless_it_is_given_the_evidence_or_told_not_to() {
    let server = authority(ok(&list()), good()).await;
    let folder = tempfile::tempdir().unwrap();
    let settings = samples::install(folder.path()).unwrap();
    std::fs::remove_file(folder.path().join("crls/gov-issuing.crl")).unwrap();
    let text = std::fs::read_to_string(&settings).unwrap();
    let hosts = format!("\n[revocation]\nhosts = [\"127.0.0.1:{}\"]\n", server.port);
    std::fs::write(&settings, text + &hosts).unwrap();
    let file = signed(&server.at("127.0.0.1", "/ca.crl"), &server.at("127.0.0.1", "/ocsp"));
    std::fs::write(folder.path().join("a.pdf"), file).unwrap();
    for (further, asked, result) in [
        (&["--offline"][..], 0, "undetermined"),
        (&["--revocation", "crls"], 0, "undetermined"),
        (&["--revocation", "crls", "--online"], 1, "met"),
        (&["--evidence", "kept"], 2, "met"),
        (&["--evidence-from", "kept"], 2, "met"),
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dieu7"));
        command.current_dir(folder.path()).args(["verify", "--json", "--config", "dieu7.toml", "a.pdf"]).args(further);
        if further[0] != "--evidence-from" {
            command.args(["--at", AT]);
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect(&said);
        let condition = &report["documents"][0]["conditions"]["b"];
        assert_eq!((condition["result"].as_str(), kinds(&server).0), (Some(result), asked), "{further:?} {condition}");
    }
}
