//! The story of one message, with each of its three outsiders failing in turn.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use dieu7::audit::{Entry, Receipt};
use dieu7::budget::Budget;
use dieu7::digest::Sha256;
use dieu7::dossier::{self, Examined};
use dieu7::evidence::{Evidence, Need};
use dieu7::gateway::{Append, Compute, Gateway, Identity, Unrecorded};
use dieu7::io::evidence_keeper::EvidenceKeeper;
use dieu7::io::files;
use dieu7::io::milter::Handler as _;
use dieu7::io::reception::Reception;
use dieu7::io::samples::{self, Sample};
use dieu7::io::sources::DropFolder;
use dieu7::io::store::SqliteStore;
use dieu7::io::store::query::LogReader;
use dieu7::io::worker::InProcess;
use dieu7::message::{Envelope, Header, Message};
use dieu7::milter::{Change, Disposition, Outcome, Transaction};
use dieu7::policy::{self, Case, Judgement, Rulebook, Verdict};
use dieu7::settings::{Mode, Settings, TooLarge, Unwritable};
use dieu7::time::UnixTime;

use crate::attacks::forge;
use crate::cases::AT;

/// A computation that can die, and that can be interrupted by something happening elsewhere.
struct Fragile {
    inner: InProcess,
    examination_dies: bool,
    judging_dies: bool,
    judged: AtomicUsize,
    meanwhile: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl Default for Fragile {
    fn default() -> Self {
        let (judged, meanwhile) = (AtomicUsize::new(0), OnceLock::new());
        Self { inner: InProcess::new(2), examination_dies: false, judging_dies: false, judged, meanwhile }
    }
}

impl Compute for Fragile {
    async fn examine(&self, message: Arc<Message>) -> Option<Examined> {
        if self.examination_dies { None } else { self.inner.examine(message).await }
    }

    async fn needs(&self, case: Arc<Case>) -> Vec<Need> {
        self.inner.needs(case).await
    }

    async fn judge(&self, case: Arc<Case>) -> Option<Judgement> {
        let judgement = if self.judging_dies { None } else { self.inner.judge(case).await };
        if self.judged.fetch_add(1, Ordering::SeqCst) == 0
            && let Some(meanwhile) = self.meanwhile.get()
        {
            meanwhile();
        }
        judgement
    }
}

/// A computation that others hold too.
struct Shared(Arc<Fragile>);

impl Compute for Shared {
    fn examine(&self, message: Arc<Message>) -> impl Future<Output = Option<Examined>> + Send {
        self.0.examine(message)
    }

    fn needs(&self, case: Arc<Case>) -> impl Future<Output = Vec<Need>> + Send {
        self.0.needs(case)
    }

    fn judge(&self, case: Arc<Case>) -> impl Future<Output = Option<Judgement>> + Send {
        self.0.judge(case)
    }
}

/// A log that is full.
struct Full;

impl Append for Full {
    async fn append(&self, _entry: Entry) -> Result<Receipt, Unrecorded> {
        Err(Unrecorded("no space left on device".into()))
    }
}

/// A log that shows what it was given, and keeps nothing.
#[derive(Clone, Default)]
struct Shown(Arc<std::sync::Mutex<Vec<Entry>>>);

impl Append for Shown {
    async fn append(&self, entry: Entry) -> Result<Receipt, Unrecorded> {
        self.0.lock().unwrap().push(entry);
        Err(Unrecorded("not kept".into()))
    }
}

struct Site {
    settings: Settings,
    _folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = samples::install(folder.path()).unwrap();
        let settings = Settings::read(&std::fs::read_to_string(file).unwrap(), folder.path()).unwrap();
        Self { settings, _folder: folder }
    }

    fn rulebook(&self) -> Rulebook {
        files::rulebook(&self.settings).unwrap()
    }

    fn store(&self) -> SqliteStore {
        SqliteStore::open(&self.settings.log, "TQ").unwrap().0
    }

    fn gateway<A: Append, C: Compute>(&self, append: A, compute: C) -> Arc<Gateway<DropFolder, A, C>> {
        let identity = Identity {
            gateway: "test".into(),
            header_prefix: self.settings.header_prefix.clone(),
            mode: Mode::Stamp.token(),
        };
        let crls = DropFolder::new(self.settings.crls.clone());
        Arc::new(Gateway::new(crls, append, compute, self.rulebook(), identity))
    }
}

fn sample(id: &str) -> Sample {
    samples::all().into_iter().find(|sample| sample.id.starts_with(id)).unwrap()
}

fn at() -> UnixTime {
    UnixTime::parse(AT).unwrap()
}

/// A message as the milter saw it.
fn transaction(message: &Message) -> Transaction {
    Transaction {
        envelope: message.envelope().clone(),
        headers: message.headers().map(|(name, value)| Header { name: name.into(), value: value.into() }).collect(),
        body: message.body().to_vec(),
        truncated: false,
        leading_space: true,
    }
}

#[tokio::test]
async fn what_is_stamped_is_in_the_log_under_the_same_code() {
    let site = Site::new();
    let gateway = site.gateway(site.store(), InProcess::new(1));
    let decided = gateway.decide(sample("01").message(), false, at()).await.unwrap();
    assert_eq!(decided.judgement.verdict, Verdict::LegallyEquivalent);
    let record = LogReader::open(&site.settings.log).unwrap().find(decided.receipt.id()).unwrap().unwrap();
    assert_eq!(record.verdict, "legally-equivalent-to-paper");
    assert!(decided.stamp.fields()[0].value.contains(decided.receipt.id()));
}

#[tokio::test]
async fn what_the_record_of_a_signed_mail_names_lies_on_disk_and_a_broken_folder_stops_no_mail() {
    let site = Site::new();
    let folder = site.settings.evidence.clone().unwrap();
    let gateway = || Arc::into_inner(site.gateway(site.store(), InProcess::new(1))).unwrap();
    let (keeper, writer) = EvidenceKeeper::start(&folder).unwrap();
    let keeping = gateway().keeping(keeper);
    let unsigned = keeping.decide(sample("05").message(), false, at()).await.unwrap();
    assert!(unsigned.judgement.documents.iter().all(|document| document.signatures.is_empty()));
    let mut indices = Vec::new();
    for _ in 0..2 {
        let decided = keeping.decide(sample("01").message(), false, at()).await.unwrap();
        indices.push(decided.receipt.id().to_owned());
    }
    drop(keeping);
    writer.join().unwrap();
    let held = |digest: &str| {
        let octets = std::fs::read(folder.join("objects").join(&digest[..2]).join(&digest[2..])).unwrap();
        assert_eq!(Sha256::of(&octets).to_string(), digest);
    };
    for id in indices {
        let record = LogReader::open(&site.settings.log).unwrap().find(&id).unwrap().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&record.report).unwrap();
        let evidence = report["evidence"].as_array().unwrap();
        assert!(!evidence.is_empty(), "{report}");
        for cited in evidence {
            held(cited["sha256"].as_str().unwrap());
        }
    }
    // The signature, its certificate and the CAs of the path, each once: two lists, and these.
    let objects = std::fs::read_dir(folder.join("objects")).unwrap();
    let count: usize = objects.map(|inner| std::fs::read_dir(inner.unwrap().path()).unwrap().count()).sum();
    assert!(count >= 5, "{count}");
    held(&forge::certificate("certificates/noivu").fingerprint().to_string());

    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let (keeper, writer) = EvidenceKeeper::start(&folder).unwrap();
    let keeping = gateway().keeping(keeper);
    let decided = keeping.decide(sample("01").message(), false, at()).await.unwrap();
    assert_eq!(decided.judgement.verdict, Verdict::LegallyEquivalent);
    drop(keeping);
    writer.join().unwrap();
}

#[tokio::test]
async fn a_message_that_cannot_be_recorded_gets_no_stamp() {
    let site = Site::new();
    let gateway = site.gateway(Full, InProcess::new(1));
    assert!(gateway.decide(sample("01").message(), false, at()).await.is_err());
}

#[tokio::test]
async fn an_examination_or_a_judgement_that_dies_is_unchecked_and_recorded() {
    let dying = [
        Fragile { examination_dies: true, ..Fragile::default() },
        Fragile { judging_dies: true, ..Fragile::default() },
    ];
    for compute in dying {
        let site = Site::new();
        let gateway = site.gateway(site.store(), compute);
        let decided = gateway.decide(sample("01").message(), false, at()).await.unwrap();
        assert_eq!(decided.judgement.verdict, Verdict::Unchecked);
        assert_eq!(LogReader::open(&site.settings.log).unwrap().count().unwrap(), 1);
    }
}

#[tokio::test]
async fn a_message_that_is_not_whole_is_never_judged_as_if_it_were() {
    let site = Site::new();
    let gateway = site.gateway(site.store(), InProcess::new(1));
    let decided = gateway.decide(sample("01").message(), true, at()).await.unwrap();
    assert_eq!(decided.judgement.verdict, Verdict::Unchecked);
}

#[tokio::test]
async fn a_rulebook_that_changes_before_the_record_is_written_judges_the_message_again() {
    let site = Site::new();
    let compute = Arc::new(Fragile::default());
    let gateway = site.gateway(site.store(), Shared(Arc::clone(&compute)));
    // Meanwhile the operator takes all anchors away.
    let mut bare = Site::new();
    bare.settings.trust = "nowhere".into();
    let rulebook = OnceLock::from(bare.rulebook());
    let other = Arc::clone(&gateway);
    let replace = move || other.replace_rulebook(rulebook.get().unwrap().clone());
    assert!(compute.meanwhile.set(Box::new(replace)).is_ok());
    let decided = gateway.decide(sample("01").message(), false, at()).await.unwrap();
    assert_eq!(compute.judged.load(Ordering::SeqCst), 2);
    assert_eq!(decided.judgement.verdict, Verdict::ConditionUnmet);
    assert_eq!(LogReader::open(&site.settings.log).unwrap().count().unwrap(), 1);
}

fn deletions(outcome: &Outcome) -> usize {
    outcome.changes.iter().filter(|change| matches!(change, Change::Delete { .. })).count()
}

fn insertions(outcome: &Outcome) -> usize {
    outcome.changes.len() - deletions(outcome)
}

#[tokio::test]
async fn stamping_removes_what_came_and_inserts_what_is_ours() {
    let site = Site::new();
    let gateway = site.gateway(site.store(), InProcess::new(1));
    let reception = Reception::new(gateway, Mode::Stamp, TooLarge::Flag, Unwritable::Tempfail);
    let outcome = reception.handle(transaction(&sample("23").message())).await;
    assert!(deletions(&outcome) > 0);
    assert_eq!(insertions(&outcome), 3);
    assert_eq!(outcome.disposition, Disposition::Accept);
}

#[tokio::test]
async fn observing_changes_nothing_and_records_all_the_same() {
    let site = Site::new();
    let gateway = site.gateway(site.store(), InProcess::new(1));
    let reception = Reception::new(gateway, Mode::Observe, TooLarge::Flag, Unwritable::Tempfail);
    let outcome = reception.handle(transaction(&sample("23").message())).await;
    assert_eq!(outcome, Outcome::accept(Vec::new()));
    assert_eq!(LogReader::open(&site.settings.log).unwrap().count().unwrap(), 1);
}

#[tokio::test]
async fn without_a_log_mail_waits_or_goes_unstamped_and_forged_stamps_go_in_any_case() {
    let site = Site::new();
    let forged = || transaction(&sample("23").message());
    let waits =
        Reception::new(site.gateway(Full, InProcess::new(1)), Mode::Stamp, TooLarge::Flag, Unwritable::Tempfail);
    assert!(matches!(waits.handle(forged()).await.disposition, Disposition::TempFail { .. }));
    let unstamped = Unwritable::DeliverUnstamped;
    let goes = Reception::new(site.gateway(Full, InProcess::new(1)), Mode::Stamp, TooLarge::Flag, unstamped);
    let outcome = goes.handle(forged()).await;
    assert_eq!(outcome.disposition, Disposition::Accept);
    assert!(deletions(&outcome) > 0);
    assert_eq!(insertions(&outcome), 0);
}

#[tokio::test]
async fn a_message_over_the_size_limit_waits_or_is_flagged_by_setting() {
    let site = Site::new();
    let large = || Transaction { truncated: true, ..transaction(&sample("01").message()) };
    let gateway = site.gateway(site.store(), InProcess::new(1));
    let waits = Reception::new(Arc::clone(&gateway), Mode::Stamp, TooLarge::Tempfail, Unwritable::Tempfail);
    assert!(matches!(waits.handle(large()).await.disposition, Disposition::TempFail { .. }));
    let flagged = Reception::new(gateway, Mode::Stamp, TooLarge::Flag, Unwritable::Tempfail);
    let outcome = flagged.handle(large()).await;
    let Some(Change::Insert { value, .. }) = outcome.changes.first() else { panic!("{outcome:?}") };
    assert!(value.starts_with(b"flagged-unchecked"));
}

#[tokio::test]
async fn observing_lets_no_mail_wait_for_its_size() {
    let site = Site::new();
    let gateway = site.gateway(site.store(), InProcess::new(1));
    let reception = Reception::new(gateway, Mode::Observe, TooLarge::Tempfail, Unwritable::Tempfail);
    let large = Transaction { truncated: true, ..transaction(&sample("01").message()) };
    assert_eq!(reception.handle(large).await, Outcome::accept(Vec::new()));
}

#[tokio::test]
async fn a_secrecy_mark_in_the_subject_is_told_of_a_message_that_is_not_whole() {
    let site = Site::new();
    let gateway = site.gateway(site.store(), InProcess::new(1));
    let octets = "From: a@b.vn\r\nSubject: Công văn MẬT\r\n\r\n".as_bytes().to_vec();
    let decided = gateway.decide(Message::parse(Envelope::default(), octets), true, at()).await.unwrap();
    assert!(decided.judgement.is_secret());
}

#[tokio::test]
async fn the_record_of_a_mail_with_a_secrecy_mark_does_not_tell_by_its_evidence_who_signed() {
    let site = Site::new();
    for (id, cited) in [("01", true), ("24", false)] {
        let log = Shown::default();
        let gateway = site.gateway(log.clone(), InProcess::new(1));
        assert!(gateway.decide(sample(id).message(), false, at()).await.is_err());
        let entry = log.0.lock().unwrap().pop().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&entry.report).unwrap();
        assert_eq!(!report["evidence"].as_array().unwrap().is_empty(), cited, "{id}");
    }
}

#[test]
fn the_name_of_a_citizen_is_not_shown_even_where_nobody_knows_the_agency() {
    let site = Site::new();
    let mut budget = Budget::for_message();
    let octets = dossier::examine(&sample("27").message(), &mut budget).octets.remove(0);
    let case = Case {
        message: None,
        examined: Some(Arc::new(dossier::examine_file("a.pdf", octets, &mut budget))),
        evidence: Evidence::default(),
        rulebook: Arc::new(site.rulebook()),
        at: at(),
        remarks: Vec::new(),
    };
    let judgement = policy::judge(&case, &mut budget);
    let signature = &judgement.documents[0].signatures[0];
    assert_eq!(signature.binding.token(), "unknown");
    assert!(signature.signer().is_none_or(|signer| !signer.contains("CN=")), "{:?}", signature.signer());
}
