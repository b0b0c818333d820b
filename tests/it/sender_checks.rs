//! The sender's checks over what others sign and over their own suites (mail-auth, MimeKit), and over every message of the
//! corpora.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use dieu7::message::{Envelope, Message};
use dieu7::sender::checks::{AuthResult, Checks, DkimFault};
use dieu7::sender::transcript::{Data, Outcome, Question, RecordKind, Reply, Transcript};
use dieu7::sender::{check, lookup, missing};
use dieu7::time::UnixTime;

use crate::corpora::corpora;

/// What is asked for and found; everything else has no name, or is of a server that fails.
#[derive(Default)]
struct Zone(BTreeMap<Question, Vec<Data>>);

impl Zone {
    fn add(&mut self, name: &str, kind: RecordKind, record: Data) {
        self.0.entry(Question::new(name, kind)).or_default().push(record);
    }

    fn text(&mut self, name: &str, text: &str) {
        self.0.insert(Question::new(name, RecordKind::Txt), vec![Data::Text(text.as_bytes().to_vec())]);
    }

    fn reply(&self, question: &Question) -> Reply {
        let records = self.0.get(question).cloned().unwrap_or_default();
        let outcome = match records.is_empty() {
            false => Outcome::Found,
            true if question.name.starts_with("_dns_error") => Outcome::Failed,
            true => Outcome::NoName,
        };
        Reply { outcome, records, authenticated: false }
    }

    /// Asks as a gateway does, and then checks.
    fn check(&self, message: &Message, at: UnixTime) -> Checks {
        let mut transcript = Transcript::default();
        if let Some(lookup) = lookup(message) {
            for _ in 0..dieu7::sender::check::ROUNDS {
                for question in missing(&lookup, &transcript) {
                    let reply = self.reply(&question);
                    transcript.insert(question, reply);
                }
            }
            assert_eq!(missing(&lookup, &transcript), [], "questions without an end");
        }
        check(message, &transcript, at)
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn crlf(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|o| *o == b'\n') {
        let bare = line.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        out.extend_from_slice(bare.unwrap_or(line));
        if bare.is_some() {
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

/// Keys in lines of `name record`, an empty line, and a message.
fn checked(file: &Path, at: UnixTime) -> Checks {
    let text = fs::read_to_string(file).unwrap();
    let (records, message) = text.split_once("\n\n").unwrap();
    let mut zone = Zone::default();
    for (name, record) in records.lines().filter_map(|line| line.split_once(' ')) {
        zone.text(name, record);
    }
    zone.check(&Message::parse(Envelope::default(), crlf(message.as_bytes())), at)
}

/// The day on which mail-auth's suite is evaluated.
const DAY: UnixTime = UnixTime::from_seconds(1_667_843_664);

#[test]
fn signatures_of_others_pass_but_for_those_that_rules_of_this_gateway_refuse() {
    let Some(root) = corpora() else { return };
    let mut last = BTreeMap::new();
    for file in files(&root.join("mail/mail-auth/resources/dkim")) {
        let checks = checked(&file, DAY);
        let dkim = checks.dkim.last().unwrap();
        last.insert(file.file_stem().unwrap().to_str().unwrap().to_owned(), (dkim.result, dkim.fault));
    }
    assert_eq!(last.len(), 6);
    for (file, result) in last {
        let expected = DKIM_EXCEPTIONS.iter().find(|exception| exception.0 == file);
        assert_eq!(result, expected.map_or((AuthResult::Pass, None), |e| (e.1, Some(e.2))), "{file}");
    }
}

/// Files of which mail-auth says `pass`, and why they are refused here.
const DKIM_EXCEPTIONS: &[(&str, AuthResult, DkimFault, &str)] = &[];

#[test]
fn chains_of_others_pass() {
    let Some(root) = corpora() else { return };
    let mut seen = 0;
    for file in files(&root.join("mail/mail-auth/resources/arc")) {
        let checks = checked(&file, DAY.plus(90 * 86_400));
        assert_eq!(checks.arc.result, AuthResult::Pass, "{}", file.display());
        assert!(checks.dkim.iter().any(|dkim| dkim.result == AuthResult::Pass), "{}", file.display());
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn every_message_of_others_is_checked_and_passes_only_with_a_key() {
    let Some(root) = corpora() else { return };
    let mut seen = 0;
    for file in files(&root.join("mail")) {
        let octets = fs::read(&file).unwrap();
        for octets in [crlf(&octets), octets] {
            let message = Message::parse(Envelope::default(), octets);
            let checks = Zone::default().check(&message, DAY);
            let passed = checks.dkim.iter().any(|dkim| dkim.result == AuthResult::Pass);
            assert!(!passed && checks.arc.result != AuthResult::Pass, "{}", file.display());
            seen += 1;
        }
    }
    assert!(seen > 500);
}

/// One row of a suite.
#[derive(Clone, Debug, Default)]
struct Row {
    name: String,
    helo: String,
    sender: String,
    client: Option<IpAddr>,
}

fn spf(zone: &Zone, row: &Row, mail_from: &str) -> AuthResult {
    let envelope = Envelope {
        client: row.client.or("127.0.0.1".parse().ok()),
        helo: row.helo.clone().into_bytes(),
        mail_from: mail_from.as_bytes().to_vec(),
        ..Envelope::default()
    };
    zone.check(&Message::parse(envelope, b"X: y\r\n\r\n".to_vec()), DAY).spf.result
}

/// The suite evaluates HELO first and takes its failure for that of the message; here both are done as reverse paths.
fn both(zone: &Zone, row: &Row) -> AuthResult {
    let helo = spf(zone, row, &format!("postmaster@{}", row.helo));
    if row.sender.is_empty() || helo == AuthResult::Fail { helo } else { spf(zone, row, &row.sender) }
}

#[test]
fn the_suite_of_spf_agrees_but_for_declared_exceptions() {
    let Some(root) = corpora() else { return };
    let mut differing = Vec::new();
    let mut seen = 0;
    for file in files(&root.join("mail/mail-auth/resources/spf")) {
        let text = fs::read_to_string(&file).unwrap();
        for test in text.split("---\n") {
            let (mut zone, mut row) = (Zone::default(), Row::default());
            for line in test.lines() {
                let line = line.trim().trim_start_matches('-').trim();
                let Some((key, value)) = line.split_once(':').map(|(key, value)| (key, value.trim())) else { continue };
                match key {
                    "name" => value.clone_into(&mut row.name),
                    "domain" => value.clone_into(&mut row.helo),
                    "sender" => value.clone_into(&mut row.sender),
                    "ip" => row.client = Some(value.parse().unwrap()),
                    "spf" | "a" | "aaaa" | "mx" | "ptr" => record(&mut zone, key, value),
                    "expect" => {
                        seen += 1;
                        let expected = value.split(' ').next().unwrap().to_lowercase();
                        let result = format!("{:?}", both(&zone, &row)).to_lowercase();
                        if result != expected {
                            let id = format!("{}: {} {}", row.name, row.helo, row.client.unwrap());
                            differing.push((id, expected, result));
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(seen > 100, "{seen}");
    let declared: Vec<_> = SPF_EXCEPTIONS.iter().map(|e| (e.0.to_owned(), e.1.to_owned(), e.2.to_owned())).collect();
    assert_eq!(differing, declared);
}

fn record(zone: &mut Zone, kind: &str, value: &str) {
    let (name, value) = value.split_once(' ').unwrap();
    let items = value.split(',').map(str::trim);
    match kind {
        "spf" => zone.text(name, value.trim()),
        "ptr" => {
            let address: IpAddr = name.parse().unwrap();
            items.for_each(|item| {
                zone.add(&reverse(address), RecordKind::Ptr, Data::Name(item.trim_end_matches('.').into()));
            });
        }
        "mx" => items.zip(1..).for_each(|(item, preference)| {
            let address: IpAddr = item.parse().unwrap();
            let host = format!("mx{preference}.{}.hosts.test", name.replace('.', "-"));
            zone.add(&host, kind_of(address), Data::Address(address));
            zone.add(name, RecordKind::Mx, Data::Exchange { preference, host });
        }),
        _ => items.for_each(|item| {
            let address: IpAddr = item.parse().unwrap();
            zone.add(name, kind_of(address), Data::Address(address));
        }),
    }
}

fn kind_of(address: IpAddr) -> RecordKind {
    if address.is_ipv4() { RecordKind::A } else { RecordKind::Aaaa }
}

fn reverse(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(address) => {
            let digits: String = format!("{:032x}", address.to_bits()).chars().rev().flat_map(|c| [c, '.']).collect();
            format!("{digits}ip6.arpa")
        }
    }
}

/// Rows of which the suite says one thing and dieu7 another, and why ours is right.
const SPF_EXCEPTIONS: &[(&str, &str, &str, &str)] = &[
    (
        "All test: test.org 10.0.0.1",
        "fail",
        "permerror",
        "`ip:` is no mechanism; an error anywhere in a record is told before anything is evaluated (RFC 7208, 4.6)",
    ),
    (
        "DNS Lookup Limits: ok.test.org 172.168.0.1",
        "softfail",
        "permerror",
        "ten names without an address; two are allowed (RFC 7208, 4.6.4)",
    ),
    ("Exists: ip6.test.org 167.1.2.3", "pass", "fail", "`exists` asks for A only (RFC 7208, 5.7)"),
    ("Macro expansion 2: mx.example.org 2001:db8::cb01", "pass", "fail", "the same: `exists` asks for A only"),
];
