//! The living directory: verdicts by what was known at receipt, which directory counts, and what programs say of it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use dieu7::io::files;
use dieu7::io::samples;
use dieu7::io::store::directory::{By, DirectoryStore, LEAD};
use dieu7::message::Mailbox;
use dieu7::policy::{DocumentJudgement, Reason, Verdict};
use dieu7::sender::directory::{Change, ChangeSet, Directory, Key, Listing, Publication};
use dieu7::settings::Settings;
use dieu7::time::UnixTime;

use crate::attacks::world::{FROM, Mail, World, genuine};
use crate::cases::AT;

fn at() -> UnixTime {
    UnixTime::parse(AT).unwrap()
}

fn by() -> By {
    By { user: "lan".into(), name: "Lan".into(), source: "https://tinhmau.example/danh-ba".into(), ..By::default() }
}

/// The folder of the samples, whose settings name no file of a directory, but where there is one.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = samples::install(folder.path()).unwrap();
        let text = std::fs::read_to_string(&settings).unwrap();
        std::fs::write(&settings, text.replace("[directory]\nfile = \"directory.csv\"\n", "")).unwrap();
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn csv(&self) -> PathBuf {
        self.path().join("directory.csv")
    }

    fn settings(&self) -> Settings {
        let text = std::fs::read_to_string(self.path().join("dieu7.toml")).unwrap();
        Settings::read(&text, self.path()).unwrap()
    }

    fn store(&self) -> DirectoryStore {
        DirectoryStore::open(&self.settings().log, "TQ").unwrap()
    }

    /// Puts the samples' directory into the store, the day before the samples are received.
    fn import(&self) {
        let now = at().plus(-86_400);
        let listings = files::directory(&self.csv(), &mut Vec::new()).unwrap();
        let changes = listings.listings().iter().cloned().map(Change::Add).collect();
        self.store().apply(&ChangeSet { changes, read_on: Some(now), base: None }, &by(), now).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_dieu7"))
            .args(arguments)
            .args(["--lang", "en", "--config", "dieu7.toml"])
            .current_dir(self.path())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
    }
}

fn sonoivu(directory: &Directory) -> Listing {
    let mailbox = Mailbox::parse(FROM).unwrap();
    directory.history(&mailbox).find(|listing| listing.known.to().is_none()).unwrap().clone()
}

fn verdict(directory: Directory, at: UnixTime) -> (Verdict, Vec<Reason>) {
    let judgement =
        World::with_directory(Some(directory)).judge_at(Mail::new(&genuine("15/QD")).message(), &at.to_string());
    let reasons = judgement.documents.iter().flat_map(DocumentJudgement::reasons).collect();
    (judgement.verdict, reasons)
}

#[test]
fn a_verdict_comes_out_the_same_after_the_directory_was_changed() {
    let site = Site::new();
    site.import();
    let store = site.store();
    assert_eq!(verdict(store.read().unwrap(), at()).0, Verdict::LegallyEquivalent);
    let listing = sonoivu(&store.read().unwrap());
    // Recorded an hour after receipt, of days long before it.
    let later = at().plus(3600);
    let retract = ChangeSet { changes: vec![Change::Retract { of: listing.key() }], ..ChangeSet::default() };
    store.apply(&retract, &by(), later).unwrap();
    let today = store.read().unwrap();
    assert_eq!(verdict(today.clone(), at()).0, Verdict::LegallyEquivalent);
    // What is received up to the moment at which the change counts is judged by what was known.
    assert_eq!(verdict(today.clone(), later.plus(LEAD - 1)).0, Verdict::LegallyEquivalent);
    let (after, reasons) = verdict(today, later.plus(LEAD));
    assert_eq!(after, Verdict::ConditionUnmet);
    assert!(reasons.contains(&Reason::MboxNotListed), "{reasons:?}");
}

#[test]
fn a_mailbox_published_on_the_units_own_site_alone_is_unmet_with_a_reason_of_its_own() {
    let site = Site::new();
    site.import();
    let store = site.store();
    let listing = sonoivu(&store.read().unwrap());
    let of: Key = listing.key();
    let own = Listing { publication: Publication::OwnSite, ..listing };
    let amend = ChangeSet { changes: vec![Change::Amend { of, to: own }], ..ChangeSet::default() };
    store.apply(&amend, &by(), at().plus(-3600)).unwrap();
    let (verdict, reasons) = verdict(store.read().unwrap(), at());
    assert_eq!(verdict, Verdict::ConditionUnmet);
    assert!(reasons.contains(&Reason::MboxOwnSite), "{reasons:?}");
}

#[test]
fn a_mailbox_that_was_merged_away_is_unmet_and_the_report_names_its_successor() {
    let site = Site::new();
    site.import();
    let store = site.store();
    let of = sonoivu(&store.read().unwrap()).key();
    let successor = Some(Mailbox::parse("moi@tinhmau.example").unwrap());
    let close = Change::Close { of, on: at().plus(-7200), request: None, successor };
    store.apply(&ChangeSet { changes: vec![close], ..ChangeSet::default() }, &by(), at().plus(-3600)).unwrap();
    let world = World::with_directory(Some(store.read().unwrap()));
    let judgement = world.judge_at(Mail::new(&genuine("15/QD")).message(), AT);
    assert_eq!(judgement.sender.provenance.token(), "not-in-force");
    let successor = judgement.sender.provenance.listing().and_then(|listing| listing.successor.as_ref());
    assert_eq!(successor.map(ToString::to_string).as_deref(), Some("moi@tinhmau.example"));
}

#[test]
fn a_file_that_settings_name_counts_alone_and_without_one_the_living_directory_does() {
    let site = Site::new();
    assert!(files::rulebook(&site.settings()).unwrap().directory().is_none());
    site.import();
    let living = files::rulebook(&site.settings()).unwrap();
    assert_eq!(living.directory().unwrap().revision(), 1);
    let mut settings = site.settings();
    settings.directory = Some(site.csv());
    assert_eq!(files::rulebook(&settings).unwrap().directory().unwrap().revision(), 0);
    // One that cannot be read is not replaced by the other.
    settings.directory = Some(site.path().join("no-such-file.csv"));
    assert!(files::rulebook(&settings).is_err());
}

#[test]
fn the_digest_of_the_rulebook_covers_the_directory_as_it_is_known() {
    let site = Site::new();
    let none = files::rulebook(&site.settings()).unwrap();
    site.import();
    let one = files::rulebook(&site.settings()).unwrap();
    let directory = site.store().read().unwrap();
    assert_ne!(none.digest(), one.digest());
    assert_eq!(none.with_directory(directory).digest(), one.digest());
    let read = ChangeSet { read_on: Some(at()), ..ChangeSet::default() };
    site.store().apply(&read, &by(), at()).unwrap();
    let two = site.store().read().unwrap();
    assert_eq!(one.with_directory(two).digest(), files::rulebook(&site.settings()).unwrap().digest());
    assert_ne!(one.digest(), files::rulebook(&site.settings()).unwrap().digest());
}

#[test]
fn verify_judges_by_the_living_directory_and_by_a_file_where_one_is_named() {
    let site = Site::new();
    let good = samples::all().into_iter().find(|sample| sample.id.starts_with("01")).unwrap();
    std::fs::write(site.path().join("good.eml"), good.message().octets()).unwrap();
    let session = ["--at", AT, "--mail-from", FROM, "--auth-user", "sonoivu.vanthu1"];
    let verify = |more: &[&str]| site.run(&[&["verify"], more, &session[..], &["good.eml"]].concat());
    let (code, said) = verify(&[]);
    assert_eq!(code, 1, "{said}");
    let (code, said) = verify(&["--directory", "directory.csv"]);
    assert_eq!(code, 0, "{said}");
    site.import();
    let (code, said) = verify(&[]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn doctor_names_two_directories_and_the_log_tells_changes_in_words() {
    let site = Site::new();
    assert!(site.run(&["doctor"]).1.contains("there is no directory of mailboxes"));
    site.import();
    let said = site.run(&["doctor"]).1;
    assert!(said.contains("directory in the log"), "{said}");
    let (code, said) = site.run(&["log", "list"]);
    assert_eq!(code, 0);
    assert!(said.contains("Directory changed: ") && said.contains("0 closed"), "{said}");
    let said = site.run(&["log", "show", "0"]).1;
    assert!(said.contains("Made by: Lan (lan)") && said.contains(&format!("added {FROM}")), "{said}");
    let file = site.path().join("dieu7.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text + "\n[directory]\nfile = \"directory.csv\"\n").unwrap();
    let said = site.run(&["doctor"]).1;
    assert!(said.contains("there are two directories"), "{said}");
}

/// A gateway, ended when it goes out of scope.
struct Served {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Served {
    fn start(site: &Site) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dieu7"))
            .args(["serve", "--config", "dieu7.toml"])
            .current_dir(site.path())
            .env_remove("RUST_LOG")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (said, lines) = mpsc::channel();
        let errors = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || errors.lines().map_while(Result::ok).try_for_each(|line| said.send(line)));
        Self { child, lines }
    }

    /// Waits for a line with these words; half a minute is for machines that are busy.
    fn says(&self, words: &str) -> String {
        let mut before = Vec::new();
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(30));
            let line = line.unwrap_or_else(|error| panic!("{words}: {error}; {before:?}"));
            if line.contains(words) {
                return line;
            }
            before.push(line);
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_running_gateway_takes_a_change_of_the_living_directory_without_being_told() {
    let site = Site::new();
    let served = Served::start(&site);
    served.says("ready");
    site.import();
    let line = served.says("directory changed");
    assert!(line.contains("revision=1"), "{line}");
    // What another process reads is the same rulebook.
    let digest = files::rulebook(&site.settings()).unwrap().digest();
    assert!(line.contains(&digest.to_string()), "{line}");
    let read = ChangeSet { read_on: Some(at()), ..ChangeSet::default() };
    site.store().apply(&read, &by(), at()).unwrap();
    assert!(served.says("directory changed").contains("revision=2"));
}
