//! Where the time goes: the stages of `gateway::decide` one by one, as library functions in this process.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dieu7::audit::{Circumstances, Entry};
use dieu7::budget::Budget;
use dieu7::digest::Sha256;
use dieu7::dossier::{self, Content};
use dieu7::evidence::Evidence;
use dieu7::gateway::Append as _;
use dieu7::io::sources::DropFolder;
use dieu7::io::store::SqliteStore;
use dieu7::io::{clock, files, samples};
use dieu7::message::stamps::stamps;
use dieu7::message::{self, Header, Message};
use dieu7::pdf;
use dieu7::policy::{self, Case, Rulebook};
use dieu7::settings::Settings;
use dieu7::stamp::Stamp;

use crate::disk;
use crate::figures::{Figures, milliseconds};
use crate::load::{self, Mail};

const PREFIX: &str = "Dieu7-Demo-";

/// Durations of one stage for each mail.
#[derive(Default)]
struct Clock(Vec<(&'static str, Vec<Duration>)>);

impl Clock {
    fn time<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = black_box(work());
        self.note(stage, started.elapsed());
        result
    }

    fn note(&mut self, stage: &'static str, took: Duration) {
        match self.0.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, all)) => all.push(took),
            None => self.0.push((stage, vec![took])),
        }
    }
}

struct Bench {
    rulebook: Arc<Rulebook>,
    crls: DropFolder,
    store: SqliteStore,
}

impl Bench {
    fn new(folder: &Path) -> Self {
        let file = samples::install(folder).unwrap();
        let settings = Settings::read(&std::fs::read_to_string(file).unwrap(), folder).unwrap();
        let (store, _) = SqliteStore::open(&settings.log, &settings.site).unwrap();
        Self { rulebook: Arc::new(files::rulebook(&settings).unwrap()), crls: DropFolder::new(settings.crls), store }
    }

    async fn pass(&self, mail: &Mail, clock: &mut Clock) {
        let sent = &mail.message;
        let headers: Vec<Header> =
            sent.headers().map(|(name, value)| Header { name: name.to_vec(), value: value.to_vec() }).collect();
        let message = clock
            .time("rebuild the message", || Arc::new(Message::rebuild(sent.envelope().clone(), &headers, sent.body())));
        let examined = clock.time("examine, all of it", || dossier::examine(&message, &mut Budget::for_message()));
        clock.time("· walk, base64, kinds", || message::walk(&message, &mut Budget::for_message()));
        clock.time("· SHA-256 of documents", || examined.octets.iter().map(|o| Sha256::of(o)).collect::<Vec<_>>());
        clock.time("· PDF, both readers", || {
            let documents = examined.dossier.documents.iter().zip(&examined.octets);
            let pdfs = documents.filter(|(document, _)| matches!(document.content, Content::Pdf(_)));
            pdfs.map(|(_, octets)| pdf::read(octets, &mut Budget::for_message())).collect::<Vec<_>>()
        });
        let digest = clock.time("SHA-256 of the message", || Sha256::of(message.octets()));
        clock.time("stamps of others", || stamps(&message, PREFIX));
        let mut case = Case {
            message: Some(Arc::clone(&message)),
            examined: Some(Arc::new(examined)),
            evidence: Evidence::default(),
            rulebook: Arc::clone(&self.rulebook),
            at: clock::now(),
            remarks: Vec::new(),
        };
        let needs = clock.time("needs (CMS, path)", || policy::needs(&case, &mut Budget::for_message()));
        for (need, answer) in clock.time("gather (CRLs of the folder)", || self.crls.answers(needs)) {
            case.evidence.answer(need, answer);
        }
        clock.time("needs, second round", || policy::needs(&case, &mut Budget::for_message()));
        let judgement =
            clock.time("judge (digest, CMS, path, CRLs)", || policy::judge(&case, &mut Budget::for_message()));
        assert_eq!(judgement.verdict.token(), mail.verdict, "not what was to be measured");
        let around = Circumstances {
            envelope: message.envelope(),
            whole: true,
            message: digest,
            message_id: "",
            evidence: &case.evidence,
            rulebook: self.rulebook.digest(),
            gateway: "bench",
            mode: "stamp",
        };
        let entry = clock.time("entry (report, leaf)", || Entry::new(&judgement, around));
        let started = Instant::now();
        let receipt = self.store.append(entry).await.unwrap();
        clock.note("record (queue, commit, sync)", started.elapsed());
        clock.time("stamp", || Stamp::new(&judgement, &receipt, PREFIX));
    }
}

pub async fn run(quick: bool) {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::new(folder.path());
    let mails = load::mails();
    let mut clocks = Vec::new();
    for mail in &mails {
        bench.pass(mail, &mut Clock::default()).await;
        let mut clock = Clock::default();
        for _ in 0..if quick { 5 } else { 40 } {
            bench.pass(mail, &mut clock).await;
            for took in disk::syncs(folder.path(), 1) {
                clock.note("(the disk's own sync)", took);
            }
        }
        clocks.push(clock);
    }
    println!("\n## Where the time goes, medians in milliseconds\n");
    println!("| stage | {} |", mails.each_ref().map(|mail| mail.name).join(" | "));
    println!("|---|--:|--:|--:|");
    let first = clocks.first().unwrap();
    for (row, (stage, _)) in first.0.iter().enumerate() {
        let cells: Vec<String> =
            clocks.iter().map(|clock| milliseconds(Figures::new(clock.0[row].1.clone()).median())).collect();
        println!("| {stage} | {} |", cells.join(" | "));
    }
}
