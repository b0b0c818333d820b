//! The province of the samples, and mails into it.

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dieu7::budget::Budget;
use dieu7::dossier::{self, Examined};
use dieu7::evidence::{Answer, Evidence, Need, Piece};
use dieu7::io::files;
use dieu7::io::samples::{self, Sample};
use dieu7::message::{Envelope, Message};
use dieu7::policy::{Case, Judgement, Rulebook, Verdict, judge};
use dieu7::sender::{Directory, SenderSettings, replay};
use dieu7::settings::Settings;
use dieu7::time::UnixTime;

use super::dkim;
use super::forge::{self, Key};
use super::paper::{self, Paper};
use crate::cases::AT;
use crate::support::dns::Zone;

/// The rulebook and the lists of the samples.
#[derive(Clone)]
pub struct World {
    pub rulebook: Arc<Rulebook>,
    pub crls: Vec<Vec<u8>>,
    pub names: Names,
}

/// What DNS and the log answer when they are asked for the sender.
#[derive(Clone, Default)]
pub enum Names {
    /// Nobody asks them.
    #[default]
    Unasked,
    /// DNS is silent; the log never saw the message.
    Silent,
    /// DNS says what stands here; the log never saw the message.
    Known(Zone),
}

static RULES: LazyLock<(Settings, Vec<Vec<u8>>)> = LazyLock::new(|| {
    let folder = Box::leak(Box::new(tempfile::tempdir().unwrap()));
    let file = samples::install(folder.path()).unwrap();
    let settings = Settings::read(&std::fs::read_to_string(file).unwrap(), folder.path()).unwrap();
    let mut crls: Vec<_> = std::fs::read_dir(&settings.crls).unwrap().map(|entry| entry.unwrap().path()).collect();
    crls.sort();
    (settings, crls.iter().map(|file| std::fs::read(file).unwrap()).collect())
});

static RULEBOOK: LazyLock<Arc<Rulebook>> = LazyLock::new(|| Arc::new(files::rulebook(&RULES.0).unwrap()));

impl Default for World {
    fn default() -> Self {
        Self { rulebook: Arc::clone(&RULEBOOK), crls: RULES.1.clone(), names: Names::default() }
    }
}

impl World {
    pub fn with_directory(directory: Option<Directory>) -> Self {
        Self::with(directory, RULES.0.sender.clone())
    }

    /// The same with other settings of the sender, made from those of the samples.
    pub fn with_sender(directory: Option<Directory>, change: impl FnOnce(&mut SenderSettings)) -> Self {
        let mut sender = RULES.0.sender.clone();
        change(&mut sender);
        Self::with(directory, sender)
    }

    fn with(directory: Option<Directory>, sender: SenderSettings) -> Self {
        let mut sources = Vec::new();
        let policies = files::policies(&[], &mut sources).unwrap();
        let trust = files::trust(&RULES.0.trust, &mut sources).unwrap();
        let rulebook = files::assemble(policies, trust, directory, sender, &sources).unwrap();
        Self { rulebook: Arc::new(rulebook), ..Self::default() }
    }

    pub fn judge_at(&self, message: Message, at: &str) -> Judgement {
        self.judge_and_examined(message, at).0
    }

    /// The judgement, and what the reader found.
    pub fn judge_and_examined(&self, message: Message, at: &str) -> (Judgement, Arc<Examined>) {
        let examined = Arc::new(dossier::examine(&message, &mut Budget::for_message()));
        let pieces = || self.crls.iter().map(|octets| Piece::new(octets.clone(), "", None)).collect();
        let case = Case {
            message: Some(Arc::new(message)),
            examined: Some(Arc::clone(&examined)),
            evidence: Evidence::default(),
            rulebook: Arc::clone(&self.rulebook),
            at: UnixTime::parse(at).unwrap(),
            remarks: Vec::new(),
        }
        .gathered(|needs| {
            let answer = |need: &Need| match (&self.names, need) {
                (Names::Known(zone), Need::Sender(lookup)) => dkim::transcript(zone, lookup),
                (Names::Silent, Need::Sender(_)) => Answer::default(),
                (Names::Known(_) | Names::Silent, Need::SeenBefore { .. }) => replay::answer("log", 1, &[]),
                _ => Answer::of(pieces()),
            };
            needs.into_iter().map(|need| (need.clone(), answer(&need))).collect()
        });
        (judge(&case, &mut Budget::for_message()), examined)
    }

    pub fn judge(&self, message: Message) -> Judgement {
        self.judge_at(message, AT)
    }

    pub fn verdict(&self, mail: &Mail) -> Verdict {
        self.judge(mail.message()).verdict
    }
}

/// The sample `01-met` or another one.
pub fn sample(start: &str) -> Sample {
    samples::all().into_iter().find(|sample| sample.id.starts_with(start)).unwrap()
}

/// The first document of a sample.
pub fn document_of(start: &str) -> Vec<u8> {
    let message = sample(start).message();
    dossier::examine(&message, &mut Budget::for_message()).octets.swap_remove(0)
}

/// A mail of the department to the committee's office, as it should be; tests bend it.
#[derive(Clone)]
pub struct Mail {
    pub envelope: Envelope,
    /// Fields above those of MIME.
    pub header: String,
    /// Parts of the multipart/mixed, each with its header.
    pub parts: Vec<Vec<u8>>,
    /// Type of the whole, without boundary.
    pub kind: &'static str,
}

pub const FROM: &str = "vanthu.sonoivu@tinhmau.example";

impl Mail {
    pub fn new(pdf: &[u8]) -> Self {
        Self {
            envelope: sample("01").message().envelope().clone(),
            header: format!("From: Van thu <{FROM}>\r\nTo: vanthu.vpubnd@tinhmau.example\r\nSubject: QD 15\r\n"),
            parts: vec![part("application/pdf", "attachment; filename=\"a.pdf\"", pdf)],
            kind: "multipart/mixed",
        }
    }

    #[must_use]
    pub fn header(mut self, header: &str) -> Self {
        header.clone_into(&mut self.header);
        self
    }

    #[must_use]
    pub fn part(mut self, part: Vec<u8>) -> Self {
        self.parts.push(part);
        self
    }

    pub fn octets(&self) -> Vec<u8> {
        let mut octets =
            format!("{}MIME-Version: 1.0\r\nContent-Type: {}; boundary=b\r\n\r\n", self.header, self.kind).into_bytes();
        for part in &self.parts {
            octets.extend_from_slice(b"--b\r\n");
            octets.extend_from_slice(part);
            octets.extend_from_slice(b"\r\n");
        }
        octets.extend_from_slice(b"--b--\r\n");
        octets
    }

    pub fn message(&self) -> Message {
        Message::parse(self.envelope.clone(), self.octets())
    }
}

pub fn part(kind: &str, disposition: &str, octets: &[u8]) -> Vec<u8> {
    let disposition =
        if disposition.is_empty() { String::new() } else { format!("Content-Disposition: {disposition}\r\n") };
    let encoded: Vec<String> =
        STANDARD.encode(octets).as_bytes().chunks(76).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect();
    format!("Content-Type: {kind}\r\n{disposition}Content-Transfer-Encoding: base64\r\n\r\n{}", encoded.join("\r\n"))
        .into_bytes()
}

/// A paper signed by the department as it should be, made by the same tools as the forgeries: what shows that a
/// forgery fails for the reason that its test names.
pub fn genuine(words: &str) -> Vec<u8> {
    paper::sign(Paper::unsigned(words).field().revision(), |signed| {
        let signer = forge::certificate("certificates/noivu");
        forge::cms(signed, &Key::of("noivu"), &signer, &[&signer], false)
    })
}
