//! Evidence that `verify` keeps, and what becomes of a replay when it is bent: with the real program.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use dieu7::io::cache::{Cache, Inquiry, Record, inspect};
use dieu7::io::fetch::Validators;
use dieu7::io::samples;
use serde_json::Value;

use crate::attacks::forge::{self, Key};

/// A folder with the samples' settings and all sample mails.
struct Site {
    folder: tempfile::TempDir,
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        let ran = Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) };
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran
    }

    /// The reports, without what was assumed: a replay assumes its evidence.
    fn reports(&self) -> Vec<Value> {
        let reports = self.out.lines().map(|line| {
            let mut report: Value = serde_json::from_str(line).unwrap();
            report.as_object_mut().unwrap().remove("assumed").unwrap();
            report
        });
        reports.collect()
    }
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        samples::install(folder.path()).unwrap();
        // What is compared must not hang on how busy the machine is.
        let settings = folder.path().join("dieu7.toml");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, text + "\n[workers]\ndocument-seconds = 30\n").unwrap();
        for sample in samples::all() {
            fs::write(folder.path().join(format!("{}.eml", sample.id)), sample.message().octets()).unwrap();
        }
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dieu7"));
        command.current_dir(self.path()).env("LC_ALL", "C.UTF-8");
        command.args(["verify", "--lang", "en", "--config", "dieu7.toml"]).args(arguments);
        command
    }

    fn verify(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().unwrap())
    }

    /// Keeps the evidence of a sample.
    fn keep(&self, sample: &str) -> Ran {
        self.verify(&["--at", "2026-11-02T01:30:00Z", "--json", "--evidence", "kept", sample])
    }

    fn replay(&self, sample: &str) -> Ran {
        self.verify(&["--json", "--evidence-from", "kept", sample])
    }

    fn records(&self) -> Vec<PathBuf> {
        files(&self.path().join("kept")).into_iter().filter(|file| file.ends_with("evidence.json")).collect()
    }

    fn objects(&self) -> Vec<PathBuf> {
        files(&self.path().join("kept/objects"))
    }

    /// The file of the first list that was offered.
    fn list(&self) -> PathBuf {
        let record: Value = serde_json::from_slice(&fs::read(&self.records()[0]).unwrap()).unwrap();
        let digest = record["answers"][0]["pieces"][0]["sha256"].as_str().unwrap();
        self.path().join("kept/objects").join(&digest[..2]).join(&digest[2..])
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

const GOOD: &str = "01-met.eml";

#[test]
fn every_sample_judged_by_its_evidence_alone_gives_the_same_report() {
    let site = Site::new();
    let samples: Vec<String> = samples::all().into_iter().map(|sample| format!("{}.eml", sample.id)).collect();
    let samples: Vec<&str> = samples.iter().map(String::as_str).collect();
    let at = ["--at", "2026-11-02T01:30:00Z", "--mail-from", "vanthu.sonoivu@tinhmau.example"];
    let session = ["--auth-user", "sonoivu.vanthu1", "--json"];
    let first = site.verify(&[&at[..], &session, &["--evidence", "kept"], &samples].concat());
    assert!(first.out.contains("\"legally-equivalent-to-paper\""), "{}", first.err);
    // What the folder of lists holds has no say any more, nor has the clock.
    fs::remove_dir_all(site.path().join("crls")).unwrap();
    let again = site.verify(&[&["--json", "--evidence-from", "kept"][..], &samples].concat());
    assert_eq!(first.reports().len(), samples.len());
    assert_eq!(first.reports(), again.reports());
    assert_eq!(first.code, again.code);
    assert!(!again.out.contains("DIFFERS"), "{}", again.out);
}

#[test]
fn a_record_names_what_the_circular_wants_kept() {
    let site = Site::new();
    assert_eq!(site.keep(GOOD).code, Some(1));
    let record: Value = serde_json::from_slice(&fs::read(&site.records()[0]).unwrap()).unwrap();
    assert_eq!(record["format"], "dieu7-evidence-1");
    assert_eq!(record["at"], "2026-11-02T01:30:00Z");
    assert_eq!(record["input"]["name"], GOOD);
    let piece = &record["answers"][0]["pieces"][0];
    assert!(piece["source"].as_str().unwrap().contains("gov") && piece["taken"].is_string(), "{piece}");
    let signature = &record["signatures"][0];
    assert_eq!(signature["path"].as_array().unwrap().len(), 3);
    assert_eq!(signature["value"].as_array().unwrap().len(), 1);
    assert!(signature["anchor"].is_string());
    assert_eq!(record["report"]["documents"][0]["signatures"][0]["indication"], "TOTAL-PASSED");
    // Every object is what its name says, and nothing half-written lies about.
    for object in site.objects() {
        let name = object.strip_prefix(site.path().join("kept/objects")).unwrap();
        let name = name.to_str().unwrap().replace('/', "");
        assert_eq!(dieu7::digest::Sha256::of(&fs::read(&object).unwrap()).to_string(), name);
    }
}

#[test]
fn a_secrecy_mark_leaves_no_name_certificate_or_report_in_the_record() {
    let site = Site::new();
    site.keep("24-secrecy-mark.eml");
    let text = fs::read_to_string(&site.records()[0]).unwrap();
    let record: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(record["input"]["name"], "");
    assert!(record["report"].is_null());
    assert_eq!(record["certificates"], Value::Array(Vec::new()));
    assert_eq!(record["signatures"], Value::Array(Vec::new()));
    assert_eq!(site.keep("24-secrecy-mark.eml").reports(), site.replay("24-secrecy-mark.eml").reports());
}

#[test]
fn an_object_that_was_changed_or_is_missing_is_named_and_gives_no_verdict() {
    let site = Site::new();
    site.keep(GOOD);
    let list = site.list();
    let octets = fs::read(&list).unwrap();
    let name = list.file_name().unwrap().to_str().unwrap().to_owned();
    let mut bent = octets.clone();
    bent[40] ^= 1;
    for (change, word) in [(Some(bent.as_slice()), "changed"), (Some(&octets[..100]), "changed"), (None, "missing")] {
        match change {
            Some(octets) => fs::write(&list, octets).unwrap(),
            None => fs::remove_file(&list).unwrap(),
        }
        let ran = site.replay(GOOD);
        assert_eq!(ran.code, Some(3), "{word}");
        assert_eq!(ran.out, "");
        assert!(ran.err.contains(&name) && ran.err.contains(word) && ran.err.contains(".crl"), "{}", ran.err);
    }
    // A pipe in its place keeps nobody waiting.
    assert!(Command::new("mkfifo").arg(&list).status().unwrap().success());
    assert_eq!(site.replay(GOOD).code, Some(3));
    fs::remove_file(&list).unwrap();
    fs::write(&list, &octets).unwrap();
    assert_eq!(site.replay(GOOD).reports(), site.keep(GOOD).reports());
    // Whoever keeps again mends what was damaged.
    fs::write(&list, b"").unwrap();
    site.keep(GOOD);
    assert!(fs::read(&list).unwrap() == octets);
}

#[test]
fn a_record_that_is_not_there_or_none_or_anothers_is_said() {
    let site = Site::new();
    site.keep(GOOD);
    let ran = site.replay("05-unsigned.eml");
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("no evidence of an input with SHA-256"), "{}", ran.err);
    let record = site.records().remove(0);
    let text = fs::read_to_string(&record).unwrap();
    let digest = record.parent().unwrap().file_name().unwrap().to_str().unwrap();
    for (bent, word) in [
        (String::new(), "evidence.json"),
        (text[..text.len() / 2].to_owned(), "evidence.json"),
        (text.replace("dieu7-evidence-1", "dieu7-evidence-9"), "dieu7-evidence-9"),
        (text.replace(&format!("\"sha256\": \"{digest}\""), &format!("\"sha256\": \"{}\"", "0".repeat(64))), "another"),
        (text.replace("\"kind\": \"crl\"", "\"kind\": \"rumour\""), "rumour"),
        ("[".repeat(100_000), "evidence.json"),
    ] {
        assert_ne!(bent, text, "{word}");
        fs::write(&record, &bent).unwrap();
        let ran = site.replay(GOOD);
        assert_eq!(ran.code, Some(3), "{word}");
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
    let ran = site.verify(&["--evidence-from", "no-such-folder", GOOD]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("no-such-folder"), "{}", ran.err);
}

#[test]
fn rules_that_are_not_those_of_the_record_are_named_and_used() {
    let site = Site::new();
    site.keep(GOOD);
    let directory = site.path().join("directory.csv");
    let text = fs::read_to_string(&directory).unwrap();
    fs::write(&directory, format!("{text}\n")).unwrap();
    let ran = site.replay(GOOD);
    assert!(ran.out.contains("DIFFERS from what was recorded: the directory"), "{}", ran.out);
    assert!(!ran.out.contains("THE RESULT DIFFERS"), "{}", ran.out);
    fs::write(&directory, &text).unwrap();
    fs::remove_dir_all(site.path().join("trust-anchors/anchors")).unwrap();
    let ran = site.replay(GOOD);
    assert!(ran.out.contains("DIFFERS from what was recorded: trusted certificates"), "{}", ran.out);
    assert!(ran.out.contains("THE RESULT DIFFERS"), "{}", ran.out);
}

#[test]
fn another_record_of_an_input_is_not_replaced_unless_that_is_asked_for() {
    let site = Site::new();
    site.keep(GOOD);
    let before = fs::read(&site.records()[0]).unwrap();
    // The same octets under another name, at the same time: nothing new.
    fs::copy(site.path().join(GOOD), site.path().join("copy.eml")).unwrap();
    assert_eq!(site.keep("copy.eml").code, Some(1));
    let later = ["--at", "2026-11-03", "--evidence", "kept", GOOD];
    let ran = site.verify(&later);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("--force"), "{}", ran.err);
    assert!(fs::read(&site.records()[0]).unwrap() == before);
    assert_eq!(site.verify(&[&later[..], &["--force"]].concat()).code, Some(1));
    assert!(fs::read(&site.records()[0]).unwrap() != before);
    assert_eq!(site.verify(&["--force", GOOD]).code, Some(2));
}

#[test]
fn a_folder_that_cannot_be_written_is_said_before_the_work() {
    let site = Site::new();
    // A file in the place of a folder: that holds even for root.
    fs::write(site.path().join("kept"), b"").unwrap();
    let ran = site.keep(GOOD);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("kept") && ran.err.contains("What to do"), "{}", ran.err);
    fs::remove_file(site.path().join("kept")).unwrap();
    fs::create_dir(site.path().join("kept")).unwrap();
    fs::set_permissions(site.path().join("kept"), fs::Permissions::from_mode(0o500)).unwrap();
    let ran = site.keep(GOOD);
    fs::set_permissions(site.path().join("kept"), fs::Permissions::from_mode(0o700)).unwrap();
    // Root may write all the same.
    assert!(ran.code == Some(2) || rustix::process::geteuid().is_root(), "{}", ran.err);
}

/// Runs `verify` where no file may grow over this many octets: a full disk, as far as a program sees it.
fn on_a_full_disk(site: &Site, blocks: &str, arguments: &[&str]) -> Ran {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" verify --lang en --config dieu7.toml \"$@\"");
    let mut command = Command::new("sh");
    command.current_dir(site.path()).arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_dieu7")).args(arguments);
    Ran::of(&command.output().unwrap())
}

#[test]
fn a_full_disk_leaves_the_old_record_and_no_half_of_a_new_one() {
    let site = Site::new();
    site.keep(GOOD);
    let (records, objects) = (site.records(), site.objects());
    let before: Vec<_> = records.iter().chain(&objects).map(|file| fs::read(file).unwrap()).collect();
    // Objects of the first call fit where they are; its record of some ten kilobytes does not.
    let later = ["--at", "2026-11-03", "--evidence", "kept", "--force", GOOD, "25-met-public-ca.eml"];
    let ran = on_a_full_disk(&site, "2", &later);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("The evidence cannot be kept"), "{}", ran.err);
    let after: Vec<_> = records.iter().chain(&objects).map(|file| fs::read(file).unwrap()).collect();
    assert!(before == after);
    let drafts = files(&site.path().join("kept"));
    assert!(drafts.iter().all(|file| !file.file_name().unwrap().to_str().unwrap().starts_with('.')), "{drafts:?}");
    assert_eq!(site.replay(GOOD).code, Some(1));
}

#[test]
fn a_call_that_is_killed_leaves_whole_records_only() {
    let site = Site::new();
    let samples: Vec<String> = samples::all().into_iter().map(|sample| format!("{}.eml", sample.id)).collect();
    let samples: Vec<&str> = samples.iter().map(String::as_str).collect();
    let at = ["--at", "2026-11-02T01:30:00Z", "--json", "--evidence", "kept"];
    let mut child = site
        .command(&[&at[..], &samples].concat())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // In the middle: something is there, and more is to come.
    while site.records().is_empty() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = site.records();
    assert!(!kept.is_empty());
    let replayed: Vec<&str> = samples
        .into_iter()
        .filter(|sample| {
            let digest = dieu7::digest::Sha256::of(&fs::read(site.path().join(sample)).unwrap()).to_string();
            kept.iter().any(|record| record.to_str().unwrap().contains(&digest))
        })
        .collect();
    assert_eq!(replayed.len(), kept.len());
    let ran = site.verify(&[&["--json", "--evidence-from", "kept"][..], &replayed].concat());
    assert_eq!(ran.reports().len(), replayed.len(), "{}", ran.err);
    assert_eq!(ran.err, "");
}

/// What `doctor` says of lists.
fn doctor(site: &Site) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dieu7"));
    command.current_dir(site.path()).args(["doctor", "--lang", "en", "--config", "dieu7.toml"]);
    Ran::of(&command.output().unwrap()).out
}

#[test]
fn doctor_asks_for_a_list_of_every_ca_that_is_installed_before_it_runs_out() {
    let site = Site::new();
    let said = doctor(&site);
    for ca in ["DEMO RootCA", "DEMO CA phục vụ các cơ quan Nhà nước"] {
        assert!(said.contains(&format!("of \"{ca}\": issued 01/01/2020")), "{said}");
    }
    let authority = forge::certificate("intermediates/gov-issuing");
    let key = Key::of("gov-issuing");
    let list = |from: i64, to: Option<i64>| {
        let moment = |days: i64| {
            let time = dieu7::io::clock::now().plus(days * 86_400).to_string();
            time.replace(['-', ':', 'T'], "")
        };
        forge::crl(authority.subject().der(), &key, &moment(from), to.map(moment).as_deref(), false)
    };
    let file = site.path().join("crls/gov-issuing.crl");
    for (octets, word) in [
        (list(-9, Some(-2)), "is out of date since"),
        (list(-5, Some(2)), "runs out soon"),
        (list(-5, None), "does not say when the next one is due"),
        (list(2, Some(9)), "issued in the future"),
        (b"no list".to_vec(), "gov-issuing.crl is of no use as a CRL or OCSP response"),
    ] {
        fs::write(&file, octets).unwrap();
        let said = doctor(&site);
        assert!(said.contains(word), "{word}: {said}");
    }
    let said = doctor(&site);
    assert!(said.contains("no revocation list (CRL) of \"DEMO CA phục vụ các cơ quan Nhà nước\""), "{said}");
    assert!(said.contains("ask the CA where it publishes"), "{said}");
    assert!(!said.contains("asked in vain"), "{said}");
    // What was fetched counts as what was put there; an address that the CA is published at and that failed is told.
    let settings =
        dieu7::settings::Settings::read(&fs::read_to_string(site.path().join("dieu7.toml")).unwrap(), site.path());
    let (cache, writer) = Cache::open(&settings.unwrap().revocation.cache, 1 << 20);
    let now = dieu7::io::clock::now();
    let inquiry = Inquiry {
        address: "http://ca.test/gov.crl".into(),
        issuer: authority.subject().der().into(),
        key: key.spki().into(),
        serial: None,
    };
    let octets = list(-5, Some(9));
    let dates = inspect(&inquiry, &octets, now).unwrap();
    cache.offer(inquiry, Record::new(octets.into(), dates, Validators::default(), now, Duration::from_hours(1)));
    cache.failed("http://ca.test/gov.crl", now, "status 404");
    cache.failed("http://elsewhere.test/", now, "status 404");
    cache.close();
    writer.unwrap().join().unwrap();
    let pin = authority.fingerprint();
    let entry = format!(
        "[[anchor]]\nid = \"gov-issuing\"\nkind = \"issuing\"\npurpose = [\"public-duty\"]\nsubject = \"{}\"\n\
         sha256 = \"{pin}\"\nsource = \"s\"\nlegal-basis = \"l\"\ncrl = [\"http://ca.test/gov.crl\"]\n",
        authority.subject()
    );
    fs::create_dir_all(site.path().join("trust-anchors/anchors.d")).unwrap();
    fs::write(site.path().join("trust-anchors/anchors.d/gov-issuing.toml"), entry).unwrap();
    let said = doctor(&site);
    assert!(said.contains("CRL http://ca.test/gov.crl of \"DEMO CA phục vụ các cơ quan Nhà nước\": issued"), "{said}");
    assert!(said.contains("asked in vain the last time: http://ca.test/gov.crl"), "{said}");
    assert!(!said.contains("elsewhere.test"), "{said}");
}

#[test]
fn a_report_says_which_list_is_missing_and_who_was_asked() {
    let site = Site::new();
    fs::remove_file(site.path().join("crls/gov-issuing.crl")).unwrap();
    let arguments = ["--at", "2026-11-02T01:30:00Z", GOOD];
    let said = site.verify(&arguments).out;
    let name = "no revocation list (CRL) of “DEMO CA phục vụ các cơ quan Nhà nước”";
    assert!(said.contains(name) && said.contains("no list of this CA"), "{said}");
    let report = site.verify(&[&arguments[..], &["--json"]].concat()).reports().remove(0);
    let missing: Vec<_> =
        report["evidence"].as_array().unwrap().iter().filter(|one| one["state"] == "missing").collect();
    assert_eq!(missing.len(), 1, "{report}");
    assert_eq!(missing[0]["tried"].as_array().unwrap().len(), 1);
    let explanation = &report["documents"][0]["signatures"][0]["explanation"];
    assert_eq!(explanation["waits_for"], "revocation-unavailable");
    assert!(explanation["vi"]["action"].as_str().unwrap().contains("CRL"), "{explanation}");
    // In date, and not to be believed: signed by another key.
    let authority = forge::certificate("intermediates/gov-issuing");
    let (from, to) = ("20261101000000Z", Some("20261109000000Z"));
    let list = forge::crl(authority.subject().der(), &Key::of("gov-root"), from, to, false);
    fs::write(site.path().join("crls/forged.crl"), list).unwrap();
    let said = site.verify(&arguments).out;
    assert!(said.contains("does not suffice for this signature; issued 01/11/2026 07:00"), "{said}");
}
