//! Input that is broken, hostile or not there: a verdict or a message that says so, never a panic, never a wait.

use std::path::Path;
use std::process::{Command, Output};

use dieu7::message::{Envelope, Message};
use dieu7::policy::{Judgement, Reason, Verdict};

use crate::attacks::paper::{Paper, value};
use crate::attacks::world::{Mail, World, genuine, part};

fn judged(octets: Vec<u8>) -> Judgement {
    let envelope = Mail::new(b"").envelope;
    World::default().judge(Message::parse(envelope, octets))
}

fn reasons(judgement: &Judgement) -> Vec<Reason> {
    judgement.documents.iter().flat_map(dieu7::policy::DocumentJudgement::reasons).collect()
}

#[test]
fn a_mail_cut_anywhere_is_never_equivalent() {
    let octets = Mail::new(&genuine("x")).octets();
    for length in (0..octets.len()).step_by(97).chain(octets.len() - 9..octets.len() - 4) {
        let verdict = judged(octets[..length].to_vec()).verdict;
        assert_ne!(verdict, Verdict::LegallyEquivalent, "{length} of {}", octets.len());
    }
}

#[test]
fn a_mail_of_ten_thousand_parts_ends_in_a_verdict_that_says_what_was_not_seen() {
    let mut mail = Mail::new(&genuine("x"));
    for _ in 0..10_100 {
        mail.parts.push(b"Content-Type: text/plain\r\n\r\nx".to_vec());
    }
    let judgement = judged(mail.octets());
    assert_ne!(judgement.verdict, Verdict::LegallyEquivalent);
    assert!(reasons(&judgement).contains(&Reason::FileTooLarge));
}

#[test]
fn deep_nesting_ends_in_a_verdict() {
    let mut octets = Mail::new(&genuine("x")).octets();
    for n in 0..200 {
        let head = format!("Content-Type: multipart/mixed; boundary=n{n}\r\n\r\n--n{n}\r\n");
        octets = [head.as_bytes(), &octets, format!("\r\n--n{n}--\r\n").as_bytes()].concat();
    }
    assert_ne!(judged(octets).verdict, Verdict::LegallyEquivalent);
}

#[test]
fn headers_of_60_kb_and_nul_octets_end_in_a_verdict() {
    let good = Mail::new(&genuine("x"));
    let long = "x".repeat(60_000);
    assert_eq!(
        World::default().verdict(&good.clone().header(&format!("X-Long: {long}\r\n{}", good.header))),
        Verdict::LegallyEquivalent
    );
    for header in [
        format!("From: {long}@tinhmau.example\r\n"),
        format!("From: \"{long}\" <vanthu.sonoivu@tinhmau.example>\r\n"),
        format!("From: {}\r\n", "(".repeat(60_000)),
        format!("From: {}\r\n", "=?utf-8?q?=".repeat(6_000)),
        format!("Subject: \0\r\n{}", good.header.replace("@tinhmau", "\0@tinhmau")),
    ] {
        assert_ne!(judged(good.clone().header(&header).octets()).verdict, Verdict::LegallyEquivalent);
    }
    let many = "Authentication-Results: demo; none\r\n".repeat(20_000);
    judged(good.clone().header(&format!("{many}{}", good.header)).octets());
}

#[test]
fn documents_that_are_none_are_named_so() {
    for (octets, reason) in [
        (&b"%PDF-1.7\n"[..], Reason::FileBroken),
        (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n", Reason::FileBroken),
        (
            b"%PDF-1.7\nxref\n0 0\ntrailer\n<< /Root 1 0 R /Encrypt 2 0 R >>\nstartxref\n9\n%%EOF\n",
            Reason::FileEncrypted,
        ),
        (b"%PDF-1.7\nstartxref\n99999999999999999999\n%%EOF", Reason::FileBroken),
        (b"", Reason::FileNotPdf),
    ] {
        let judgement = judged(Mail::new(octets).octets());
        assert!(reasons(&judgement).contains(&reason), "{:?}", reasons(&judgement));
        assert_ne!(judgement.verdict, Verdict::LegallyEquivalent);
    }
}

#[test]
fn a_thousand_signature_fields_end_in_a_verdict() {
    use std::fmt::Write as _;
    let mut fields = String::new();
    let mut paper = Paper::unsigned("x");
    for n in 0..1_000_u32 {
        write!(fields, "{} 0 R ", 100 + n * 2).unwrap();
        paper = paper
            .object(100 + n * 2, &format!("<< /FT /Sig /T (f{n}) /V {} 0 R >>", 101 + n * 2))
            .object(101 + n * 2, &value("").replace(&"0".repeat(12_000), "00"));
    }
    let catalog = format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{fields}] /SigFlags 3 >> >>");
    let pdf = paper.object(1, &catalog).revision();
    assert_ne!(judged(Mail::new(&pdf.octets).octets()).verdict, Verdict::LegallyEquivalent);
}

#[test]
fn many_empty_attachments_end_in_a_verdict() {
    let mut mail = Mail::new(&genuine("x"));
    for _ in 0..500 {
        mail.parts.push(part("application/pdf", "attachment", b""));
    }
    assert_eq!(judged(mail.octets()).verdict, Verdict::Partial);
    assert_ne!(judged(Vec::new()).verdict, Verdict::LegallyEquivalent);
    assert_eq!(
        World::default().judge(Message::parse(Envelope::default(), b"\r\n".to_vec())).verdict,
        Verdict::NotApplicable
    );
}

fn dieu7(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_dieu7"))
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .args(arguments)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    (output.status.code().unwrap(), said)
}

/// A folder with settings that work, which tests break.
fn installed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    dieu7::io::samples::install(folder.path()).unwrap();
    std::fs::write(folder.path().join("good.pdf"), genuine("x")).unwrap();
    folder
}

const VERIFY: [&str; 5] = ["verify", "--lang", "en", "--config", "dieu7.toml"];

fn verify(folder: &Path, arguments: &[&str]) -> (i32, String) {
    dieu7(folder, &[&VERIFY[..], arguments].concat())
}

#[test]
fn verify_of_what_is_not_there_or_no_document_says_so() {
    let folder = installed();
    let path = folder.path();
    assert_eq!(verify(path, &["--at", "2026-11-02", "good.pdf"]).0, 0);
    let (code, said) = verify(path, &["missing.pdf"]);
    assert_eq!(code, 3);
    assert!(said.contains("missing.pdf"), "{said}");
    std::fs::create_dir(path.join("empty")).unwrap();
    std::fs::write(path.join("empty.pdf"), b"").unwrap();
    std::fs::write(path.join("random.pdf"), [0x93_u8, 0, 0xff, 7].repeat(500)).unwrap();
    std::fs::write(path.join("empty.eml"), b"").unwrap();
    for file in ["empty.pdf", "random.pdf"] {
        assert_eq!(verify(path, &[file]).0, 1, "{file}");
    }
    for file in ["empty", "empty.eml"] {
        assert_eq!(verify(path, &[file]).0, 3, "{file}");
    }
    assert_eq!(verify(path, &["crls"]).0, 1);
    assert_eq!(verify(path, &["--at", "yesterday", "good.pdf"]).0, 2);
    assert_eq!(verify(path, &[]).0, 2);
}

#[test]
fn settings_policies_and_directories_that_are_broken_are_named_with_their_line() {
    for (file, text, said) in [
        ("dieu7.toml", "mode = \"stamp\"\nmodus = 1\n", "line 2"),
        ("dieu7.toml", "mode = [\n", "line"),
        ("directory.csv", "mailbox,kind\n", "line"),
        ("trust-anchors/anchors.toml", "[[anchor]]\nid = 3\n", "line 2"),
    ] {
        let folder = installed();
        std::fs::write(folder.path().join(file), text).unwrap();
        let (code, words) = verify(folder.path(), &["good.pdf"]);
        assert_eq!(code, 2, "{file}: {words}");
        assert!(words.contains(said) && words.contains(file.rsplit('/').next().unwrap()), "{file}: {words}");
    }
    let folder = installed();
    std::fs::write(folder.path().join("policy.toml"), "id = \"x\"\nunknown = 1\n").unwrap();
    let (code, words) = verify(folder.path(), &["--policy", "policy.toml", "good.pdf"]);
    assert_eq!(code, 2);
    assert!(words.contains("line 2") && words.contains("policy.toml"), "{words}");
    std::fs::write(folder.path().join("directory.csv"), b"mailbox\n\xff\n").unwrap();
    let (code, words) = dieu7(folder.path(), &["directory", "--lang", "en", "check", "directory.csv"]);
    assert!(code == 2 || code == 1, "{code} {words}");
    assert!(words.contains("line 2"), "{words}");
}

#[test]
fn anchors_that_cannot_be_read_are_said_and_prove_nothing() {
    let folder = installed();
    std::fs::write(folder.path().join("trust-anchors/anchors/gov-root.der"), b"garbage").unwrap();
    let (code, _) = verify(folder.path(), &["--at", "2026-11-02", "good.pdf"]);
    assert_eq!(code, 1);
    let (code, words) = verify(folder.path(), &["--trust-anchors", "no-such-folder", "good.pdf"]);
    assert!(code == 2 || code == 3, "{code} {words}");
    assert!(words.contains("no-such-folder"), "{words}");
    std::fs::remove_dir_all(folder.path().join("trust-anchors")).unwrap();
    assert_eq!(verify(folder.path(), &["good.pdf"]).0, 1);
}

#[test]
fn a_log_folder_that_cannot_be_written_ends_serve_with_words_in_the_language() {
    let folder = installed();
    // A file where a folder must be: that holds even for root.
    std::fs::write(folder.path().join("blocked"), b"").unwrap();
    let file = folder.path().join("dieu7.toml");
    let settings = std::fs::read_to_string(&file).unwrap().replace("log.sqlite", "blocked/log.sqlite");
    std::fs::write(&file, settings).unwrap();
    for (language, word) in [("vi", "ghi"), ("en", "log")] {
        let (code, words) = dieu7(folder.path(), &["serve", "--lang", language, "--config", "dieu7.toml"]);
        assert_eq!(code, 2, "{words}");
        assert!(words.contains("blocked") && words.contains(word), "{words}");
    }
}

#[test]
fn a_verdict_that_is_none_and_a_peer_that_is_no_address_are_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (exit, said) = dieu7(folder.path(), &["--lang", "en", "log", "list", "--verdict", "flagged-unsined"]);
    assert_eq!(exit, 2);
    assert!(said.contains("flagged-unsigned"), "{said}");
    let settings = "[milter]\nsocket = \"inet:127.0.0.1:8895\"\nallow-peers = [\"my-host\"]\n";
    std::fs::write(folder.path().join("peers.toml"), settings).unwrap();
    let (exit, said) = dieu7(folder.path(), &["--lang", "en", "config", "show", "--config", "peers.toml"]);
    assert_eq!(exit, 2);
    assert!(said.contains("my-host"), "{said}");
}
