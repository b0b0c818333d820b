//! Mail with a real DKIM signature through the whole gateway, which asks a name server on this machine and remembers in
//! its log what it has seen; and through `verify`, with evidence that is kept.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use dieu7::gateway::{Decided, Gateway, Identity};
use dieu7::io::cache::Cache;
use dieu7::io::files;
use dieu7::io::gather::{Dns, Sources, Web};
use dieu7::io::samples;
use dieu7::io::sources::DropFolder;
use dieu7::io::store::{Remembering, SqliteStore};
use dieu7::io::worker::InProcess;
use dieu7::message::{Envelope, Message};
use dieu7::policy::{Condition, Outcome, Reason, Verdict};
use dieu7::sender::missing;
use dieu7::settings::Settings;
use serde_json::Value;

use crate::attacks::domain_signatures::{CLIENT, agency, at, changed, mail, zone};
use crate::attacks::world::{FROM, sample};
use crate::cases::AT;
use crate::support::dns::{Mood, Server, Zone};

const KEY: &str = "s._domainkey.tinhmau.example";

struct Site {
    gateway: Arc<Gateway<Remembering<Sources>, SqliteStore, InProcess>>,
    server: Server,
    _folder: tempfile::TempDir,
}

/// The samples' settings, where somebody vouches for the domain and this server is asked.
fn settings_with(text: &str, server: &Server) -> String {
    assert!(text.contains("lookup = false"), "{text}");
    text.replace("lookup = false", &format!("servers = [\"{}\"]", server.address()))
        + "\n[[sender.attested-domains]]\ndomain = \"tinhmau.example\"\nby = \"Sở TTTT\"\non = \"2026-01-01\"\n"
}

impl Site {
    fn new(zone: Zone) -> Self {
        let (server, folder) = (Server::start(zone), tempfile::tempdir().unwrap());
        let file = samples::install(folder.path()).unwrap();
        let text = settings_with(&std::fs::read_to_string(file).unwrap(), &server);
        let mut settings = Settings::read(&text, folder.path()).unwrap();
        // Where silence is to be seen.
        settings.dns.timeout = Duration::from_millis(400);
        let web = Web::new(None, Cache::in_memory(1 << 20), Duration::from_hours(1), at);
        let dns = Dns::new(&settings.dns, false, missing, at);
        let sources = Sources::new(DropFolder::new(settings.crls.clone()), web).asking(dns);
        let store = SqliteStore::open(&settings.log, "TQ").unwrap().0;
        let sources = Remembering::new(sources, settings.log.clone());
        let identity = Identity { gateway: "test".into(), header_prefix: "Dieu7-".into(), mode: "stamp" };
        let rulebook = files::rulebook(&settings).unwrap();
        let gateway = Arc::new(Gateway::new(sources, store, InProcess::new(2), rulebook, identity));
        Self { gateway, server, _folder: folder }
    }

    async fn decide(&self, octets: &[u8], queue_id: &str) -> Decided {
        self.gateway.decide(received(octets, queue_id), false, at()).await.unwrap()
    }

    /// How (c) stands, and why the sender stands as he does.
    async fn official(&self, octets: &[u8], queue_id: &str) -> (Outcome, Vec<Reason>) {
        self.decide(octets, queue_id).await.judgement.documents[0].condition(Condition::C)
    }
}

fn received(octets: &[u8], queue_id: &str) -> Message {
    let envelope = Envelope {
        client: CLIENT.parse().ok(),
        mail_from: FROM.into(),
        daemon_name: Some(b"smtpd".to_vec()),
        queue_id: Some(queue_id.into()),
        recipients: sample("01").message().envelope().recipients.clone(),
        ..Envelope::default()
    };
    Message::parse(envelope, octets.to_vec())
}

fn honest() -> Vec<u8> {
    agency().sign(&mail(""))
}

const MET: (Outcome, Vec<Reason>) = (Outcome::Met, Vec::new());

#[tokio::test]
async fn a_signed_mail_asks_dns_and_is_stamped_and_the_same_mail_again_is_a_replay_but_for_a_retry() {
    let site = Site::new(zone());
    let decided = site.decide(&honest(), "Q1").await;
    assert_eq!(decided.judgement.verdict, Verdict::LegallyEquivalent, "{}", decided.judgement.report());
    assert_eq!(decided.judgement.sender.provenance.detail(), Some("dkim"));
    assert!(decided.stamp.fields()[0].value.contains(decided.receipt.id()));
    assert!(site.server.asked().iter().any(|asked| asked.name == KEY));
    let replayed = (Outcome::Undetermined, vec![Reason::ReplaySuspect]);
    assert_eq!(site.official(&honest(), "Q2").await, replayed);
    // Postfix hands over what it could not be rid of under the same queue id, also after others tried.
    assert_eq!(site.official(&honest(), "Q1").await, MET);
    assert_eq!(site.official(&honest(), "").await, replayed);
    // A copy with other fields around is the same message, and one with its own signature is another.
    let wrapped = [b"Received: from a by b; Mon, 2 Nov 2026 01:29:30 +0000\r\n", &honest()[..]].concat();
    assert_eq!(site.official(&wrapped, "Q3").await, replayed);
    let another = agency().sign(&bytes(&mail(""), "<15@", "<16@"));
    assert_eq!(site.official(&another, "Q4").await, MET);
}

fn bytes(octets: &[u8], old: &str, new: &str) -> Vec<u8> {
    std::str::from_utf8(octets).unwrap().replacen(old, new, 1).into_bytes()
}

#[tokio::test]
async fn of_copies_at_the_same_moment_exactly_one_is_met() {
    let site = Site::new(zone());
    let octets = Arc::new(honest());
    let mut copies = tokio::task::JoinSet::new();
    for n in 0..4 {
        let (gateway, octets) = (Arc::clone(&site.gateway), Arc::clone(&octets));
        copies.spawn(async move {
            let decided = gateway.decide(received(&octets, &format!("Q{n}")), false, at()).await.unwrap();
            decided.judgement.documents[0].condition(Condition::C)
        });
    }
    let found = copies.join_all().await;
    assert_eq!(found.iter().filter(|one| **one == MET).count(), 1, "{found:?}");
    let replayed = (Outcome::Undetermined, vec![Reason::ReplaySuspect]);
    assert_eq!(found.iter().filter(|one| **one == replayed).count(), 3, "{found:?}");
}

#[tokio::test]
async fn where_dns_is_silent_nothing_is_known_and_what_was_changed_is_unmet() {
    let silent = Site::new(zone().mood(KEY, Mood::Silent));
    let decided = silent.decide(&honest(), "Q1").await;
    let found = decided.judgement.documents[0].condition(Condition::C);
    assert_eq!(found, (Outcome::Undetermined, vec![Reason::MboxUnauthenticated]));
    assert_eq!(decided.judgement.sender.provenance.detail(), Some("no-answer"));
    let site = Site::new(zone());
    let body = changed(&agency(), "filename=\"a", "filename=\"b");
    assert_eq!(site.official(&body, "Q1").await, (Outcome::Unmet, vec![Reason::MboxUnauthenticated]));
}

#[test]
fn kept_evidence_of_a_signed_mail_gives_the_same_verdict_without_a_name_server() {
    let (server, folder) = (Server::start(zone()), tempfile::tempdir().unwrap());
    let settings = samples::install(folder.path()).unwrap();
    let text = settings_with(&std::fs::read_to_string(&settings).unwrap(), &server);
    std::fs::write(&settings, text + "\n[workers]\ndocument-seconds = 30\n").unwrap();
    let forged = changed(&agency(), "filename=\"a", "filename=\"b");
    for (name, octets) in [("honest.eml", honest()), ("forged.eml", forged)] {
        std::fs::write(folder.path().join(name), octets).unwrap();
    }
    let verify = |further: &[&str]| -> Vec<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dieu7"));
        command.current_dir(folder.path()).args(["verify", "--json", "--config", "dieu7.toml"]).args(further);
        let output = command.args(["honest.eml", "forged.eml"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let reports = String::from_utf8(output.stdout).unwrap();
        let reports = reports.lines().map(|line| {
            let mut report: Value = serde_json::from_str(line).expect(&said);
            report.as_object_mut().unwrap().remove("assumed").expect(&said);
            report
        });
        reports.collect()
    };
    let first = verify(&["--at", AT, "--evidence", "kept"]);
    let result = |report: &Value| report["documents"][0]["conditions"]["c"]["result"].as_str().unwrap().to_owned();
    assert_eq!(first.iter().map(result).collect::<Vec<_>>(), ["met", "unmet"], "{first:?}");
    assert!(server.asked().iter().any(|asked| asked.name == KEY));
    drop(server);
    assert_eq!(verify(&["--evidence-from", "kept"]), first);
    // Without evidence and without anybody to ask nothing is known.
    let offline = verify(&["--at", AT, "--offline"]);
    assert_eq!(result(&offline[0]), "undetermined");
}
