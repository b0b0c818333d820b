//! Real and hostile files of others through the whole of `verify`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dieu7::budget::Budget;
use dieu7::dossier;
use dieu7::evidence::Evidence;
use dieu7::io::files;
use dieu7::message::{Envelope, Message};
use dieu7::policy::{Case, Condition, DocumentResult, Judgement, Reason, Rulebook, judge, needs};
use dieu7::signature::{Conclusion, Doubt, Indeterminate, Integrity, Proof, TimeSource, Trust, Validated};
use dieu7::time::UnixTime;
use dieu7::x509::Certificate;
use serde::Deserialize;

use crate::attacks::world::World;

pub fn corpora() -> Option<PathBuf> {
    let root = std::env::var_os("DIEU7_CORPORA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"), PathBuf::from);
    if root.is_dir() {
        return Some(root);
    }
    println!("left out: no test data at {}", root.display());
    None
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.file_name().is_some_and(|name| name != "sealed.bin") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn judged(rulebook: &Arc<Rulebook>, octets: Vec<u8>, message: bool, at: UnixTime) -> Judgement {
    let mut budget = Budget::for_message();
    let (message, examined) = if message {
        let message = Message::parse(Envelope::default(), octets);
        let examined = dossier::examine(&message, &mut budget);
        (Some(Arc::new(message)), examined)
    } else {
        (None, dossier::examine_file("a", octets, &mut budget))
    };
    let case = Case {
        message,
        examined: Some(Arc::new(examined)),
        evidence: Evidence::default(),
        rulebook: Arc::clone(rulebook),
        at,
        remarks: Vec::new(),
    };
    let _ = needs(&case, &mut Budget::for_message());
    judge(&case, &mut Budget::for_message())
}

/// The built-in policy, with the certificates of these files trusted on the spot.
fn trusting(certificates: &[PathBuf]) -> Arc<Rulebook> {
    let mut sources = Vec::new();
    let policies = files::policies(&[], &mut sources).unwrap();
    let mut trust = files::trust(Path::new("no-folder"), &mut sources).unwrap();
    for certificate in certificates.iter().flat_map(|file| files::certificates_of(file, &mut sources).unwrap()) {
        trust.anchors.trust(certificate);
    }
    let sender = World::default().rulebook.sender().clone();
    Arc::new(files::assemble(policies, trust, None, sender, &sources).unwrap())
}

#[test]
fn no_file_of_others_panics_or_is_met() {
    let Some(root) = corpora() else { return };
    let rulebook = Arc::clone(&World::default().rulebook);
    let at = UnixTime::parse(crate::cases::AT).unwrap();
    let (mut count, mut slowest) = (0, (Duration::ZERO, PathBuf::new()));
    for file in files(&root) {
        let octets = std::fs::read(&file).unwrap();
        for message in [false, true] {
            // A PDF of the scans has no header of a mail; once is enough.
            if message && octets.starts_with(b"%PDF") {
                continue;
            }
            let start = Instant::now();
            let judgement = judged(&rulebook, octets.clone(), message, at);
            let took = start.elapsed();
            assert!(judgement.documents.iter().all(|d| d.result != DocumentResult::Met), "{}", file.display());
            slowest = slowest.max((took, file.clone()));
            count += 1;
        }
    }
    println!("{count} runs; the slowest {:?}: {}", slowest.0, slowest.1.display());
}

#[test]
fn the_governments_own_documents_are_intact_and_lead_to_its_root() {
    let Some(root) = corpora() else { return };
    let certificates = files(&root.join("vn"))
        .into_iter()
        .filter(|file| {
            let ending = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            ["crt", "cer", "der", "pem", "p7b"].contains(&ending.as_str()) || file.ends_with("CP_BIN")
        })
        // As an operator has them: CAs, not the signers and the authority that they certify.
        .filter(|file| {
            files::certificates_of(file, &mut Vec::new()).is_ok_and(|found| found.iter().all(Certificate::is_ca))
        })
        .collect::<Vec<_>>();
    let rulebook = trusting(&certificates);
    let at = UnixTime::parse("2026-11-02").unwrap();
    let mut signed = 0;
    for file in files(&root.join("vn/pdf")) {
        let judgement = judged(&rulebook, std::fs::read(&file).unwrap(), false, at);
        for signature in judgement.documents.iter().flat_map(|document| &document.signatures) {
            signed += 1;
            let one = &signature.validated;
            assert_eq!(one.integrity, Integrity::Intact, "{}", file.display());
            let Trust::Trusted(_) = &one.trust else { panic!("{}: {:?}", file.display(), one.trust) };
            // Without lists: by a timestamp of 2018 that SHA-1 is old enough, and nothing of revocation.
            let doubt = Indeterminate::TryLater(Doubt::RevocationUnavailable);
            assert!(
                matches!(&one.conclusion, Conclusion::Indeterminate(found) if *found == doubt),
                "{}: {:?}",
                file.display(),
                one.conclusion
            );
            assert!(one.best_signature_time.to_string().starts_with("2018-"), "{}", file.display());
            assert_eq!(one.time_source, TimeSource::SignatureTimestamp, "{}", file.display());
            assert!(matches!(one.timestamps[0].proof(), Proof::Open(_)), "{}", file.display());
            assert!(one.strong, "{}", file.display());
            let reasons = signature.reasons();
            assert!(reasons.contains(&Reason::RevUnavailable), "{}: {reasons:?}", file.display());
            println!("{}: {:?}, {:?}", file.display(), one.integrity, doubt);
        }
    }
    assert!(signed >= 2, "{signed} signatures");
}

/// A file of which the manifest says one thing and we another, and why that is right.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    id: String,
    expected: String,
    ours: String,
    why: String,
}

#[derive(Deserialize)]
struct Exceptions {
    #[serde(default)]
    exception: Vec<Exception>,
}

/// What stands for a document: intact when one of its signatures is, and no later one spoils it.
fn integrity(judgement: &Judgement) -> String {
    let document = &judgement.documents[0];
    let signatures: Vec<&Validated> = document.signatures.iter().map(|one| &one.validated).collect();
    if signatures.is_empty() {
        let reasons: Vec<&str> = document.condition(Condition::A).1.iter().map(|reason| reason.code()).collect();
        return format!("no signature: {}", reasons.join(" "));
    }
    let mut said: Vec<String> = signatures
        .iter()
        // A document timestamp is nobody's signature.
        .filter(|one| !one.is_timestamp)
        .map(|one| {
            let doubt = if one.ambiguous { "Ambiguous, " } else { "" };
            format!("{doubt}{:?}", one.integrity)
        })
        .collect();
    said.dedup();
    said.join("; ")
}

#[test]
fn the_suites_of_others_agree_on_integrity_but_for_declared_exceptions() {
    let Some(root) = corpora() else { return };
    let exceptions: Exceptions = toml::from_str(include_str!("exceptions.toml")).unwrap();
    let manifest = std::fs::read_to_string(root.join("pdf/manifest.tsv")).unwrap();
    let mut differing = std::collections::BTreeMap::new();
    let mut counts = [0; 2];
    for row in manifest.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [path, _, _, _, anchor, time, expected, ..] = columns[..] else { panic!("{row}") };
        let anchors: Vec<PathBuf> = anchor
            .split([',', ';', ' '])
            .map(|one| root.join("pdf").join(one))
            .filter(|file| file.is_file() && files::certificates_of(file, &mut Vec::new()).is_ok())
            .collect();
        let at = UnixTime::parse(time).unwrap_or_else(|| UnixTime::parse("2026-11-02").unwrap());
        let Ok(octets) = std::fs::read(root.join("pdf").join(path)) else { continue };
        let judgement = judged(&trusting(&anchors), octets, false, at);
        // Nothing is gathered here, and lists that a document brings along prove nothing alone.
        let mut all = judgement.documents.iter().flat_map(|d| &d.signatures).map(|s| &s.validated);
        assert!(all.all(|one| !one.conclusion.is_passed()), "{path}");
        let ours = integrity(&judgement);
        let all_intact = ours == "Intact";
        let agrees = match expected {
            "VALID" | "CRYPTO-OK" => all_intact,
            "INVALID" => !all_intact,
            _ => continue,
        };
        counts[usize::from(agrees)] += 1;
        if !agrees {
            differing.insert(path.to_owned(), (expected.to_owned(), ours, columns.last().unwrap().to_string()));
        }
    }
    println!("{} agree, {} differ", counts[1], counts[0]);
    let mut wrong = Vec::new();
    for (path, (expected, ours, note)) in &differing {
        let known = exceptions.exception.iter().find(|exception| exception.id == *path);
        match known {
            Some(known) if known.expected == *expected && known.ours == *ours && !known.why.is_empty() => {}
            _ => wrong.push(format!(
                "[[exception]]\nid = {path:?}\nexpected = {expected:?}\nours = {ours:?}\nwhy = {note:?}\n"
            )),
        }
    }
    wrong.extend(
        exceptions
            .exception
            .iter()
            .filter(|exception| !differing.contains_key(&exception.id))
            .map(|exception| format!("{} agrees now; take its exception away", exception.id)),
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
