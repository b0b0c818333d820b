//! `dieu7 verify`: judges files as a trial. Nothing is logged, nothing is stamped; what was assumed is said.

mod input;
mod show;

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;

use dieu7::budget::Budget;
use dieu7::evidence::Evidence;
use dieu7::io::clock;
use dieu7::io::files::{self, Trust};
use dieu7::io::sources::CrlFolder;
use dieu7::io::worker::Processes;
use dieu7::message::{Envelope, Message};
use dieu7::policy::{Case, Judgement, Rulebook, Verdict, judge};
use dieu7::settings::Settings;
use dieu7::time::UnixTime;
use indicatif::{ProgressBar, ProgressStyle};

use super::cli::VerifyArguments;
use super::config;
use super::failure::{self, FINE, FLAGGED, Failure, Text, UNREADABLE, USAGE};
use super::lang::Lang;
use super::out;
use input::Octets;

/// Name of Postfix's submission service.
const SUBMISSION: &str = "submission";

/// What was judged.
pub struct Checked {
    /// File, and the number of the message in it.
    pub name: String,
    /// The judgement.
    pub judgement: Judgement,
    /// A file on its own, of which no sender is known.
    pub alone: bool,
}

impl Checked {
    /// Whether all is well: every document of a mail equivalent (or none to judge); every signature of a file passed.
    pub fn is_fine(&self) -> bool {
        if !self.alone {
            return matches!(self.judgement.verdict, Verdict::LegallyEquivalent | Verdict::NotApplicable);
        }
        self.judgement.documents.iter().all(|document| {
            // A document timestamp is nobody's signature, and not evaluated yet.
            let mut signers = document.signatures.iter().filter(|one| !one.validated.is_timestamp).peekable();
            signers.peek().is_some() && signers.all(|signature| signature.validated.conclusion.is_passed())
        })
    }
}

pub fn run(arguments: &VerifyArguments, lang: Lang) -> Result<u8, Failure> {
    let (settings, _) = config::load(&arguments.config)?;
    let bench = Bench::new(arguments, &settings)?;
    let (inputs, mut unread) = input::find(&arguments.files);
    let bar = progress(inputs.len(), arguments.json);
    let mut checked = Vec::new();
    for input in inputs {
        let name = input.name.clone();
        bar.set_message(out::harmless(&name));
        match input.read() {
            Ok(octets) => checked.push(bench.check(name, octets)),
            Err(error) => unread.push(format!("{name}: {error}")),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let assumed = bench.assumed(arguments, lang);
    if arguments.json {
        for one in &checked {
            println!("{}", show::json(one, &assumed));
        }
    } else {
        show::table(&checked, &assumed, lang);
    }
    for error in &unread {
        failure::unreadable(error).report(lang);
    }
    Ok(if !unread.is_empty() {
        UNREADABLE
    } else if checked.iter().all(Checked::is_fine) {
        FINE
    } else {
        FLAGGED
    })
}

/// What all files of one call are judged against.
struct Bench {
    rulebook: Arc<Rulebook>,
    crls: CrlFolder,
    readers: Processes,
    at: UnixTime,
    envelope: Envelope,
}

impl Bench {
    fn new(arguments: &VerifyArguments, settings: &Settings) -> Result<Self, Failure> {
        let at = match &arguments.at {
            Some(text) => UnixTime::parse(text).ok_or_else(|| wrong_time(text))?,
            None => clock::now(),
        };
        if let Some(folder) = arguments.revocation.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(failure::unreadable(format_args!("--revocation {}", folder.display())));
        }
        let mut sources = Vec::new();
        let policies = match &arguments.policy {
            Some(file) => vec![files::policy(file, &mut sources).map_err(failure::settings)?],
            None => files::policies(&settings.policies, &mut sources).map_err(failure::settings)?,
        };
        let mut trust = files::trust(&settings.trust, &mut sources).map_err(failure::settings)?;
        for path in &arguments.trust_anchors {
            trust_path(&mut trust, path)?;
        }
        let directory = arguments.directory.as_ref().or(settings.directory.as_ref());
        let directory = match directory {
            Some(file) => Some(files::directory(file, &mut sources).map_err(failure::settings)?),
            None => None,
        };
        let mut sender = settings.sender.clone();
        // A login that is assumed is assumed on a submission service, also where none is configured.
        if sender.submission_services.is_empty() {
            sender.submission_services.push(SUBMISSION.to_owned());
        }
        let service = sender.submission_services.first().map(|name| name.as_bytes().to_vec());
        let rulebook = files::assemble(policies, trust, directory, sender, &sources).map_err(failure::settings)?;
        let octets = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
        let envelope = Envelope {
            mail_from: octets(&arguments.mail_from).unwrap_or_default(),
            auth_login: octets(&arguments.auth_user),
            daemon_name: service.filter(|_| arguments.auth_user.is_some()),
            ..Envelope::default()
        };
        let crls = CrlFolder::new(arguments.revocation.clone().unwrap_or_else(|| settings.crls.clone()));
        let readers = Processes::start(&settings.workers, settings.message_octets, None);
        Ok(Self { rulebook: Arc::new(rulebook), crls, readers, at, envelope })
    }

    fn check(&self, name: String, octets: Octets) -> Checked {
        let (message, examined, alone) = match octets {
            Octets::Document(octets) => {
                let file = Path::new(&name).file_name().unwrap_or_default().to_string_lossy().into_owned();
                (None, Some(self.readers.file(&file, octets)), true)
            }
            Octets::Message(octets) => {
                let message = Message::parse(self.envelope.clone(), octets);
                let examined = self.readers.message(&message);
                (Some(Arc::new(message)), examined, false)
            }
        };
        let case = Case {
            message,
            examined: examined.map(Arc::new),
            evidence: Evidence::default(),
            rulebook: Arc::clone(&self.rulebook),
            at: self.at,
            remarks: Vec::new(),
        }
        .gathered(|needs| self.crls.answers(needs));
        Checked { name, judgement: judge(&case, &mut Budget::for_message()), alone }
    }

    /// What was taken for granted because the command line or a default said so.
    fn assumed(&self, arguments: &VerifyArguments, lang: Lang) -> Vec<String> {
        let mut assumed = vec![format!("{} {}", lang.pick("thời điểm nhận", "time of receipt"), self.at)];
        for path in &arguments.trust_anchors {
            let what = lang.pick("tin cậy các chứng thư trong", "the certificates trusted are those of");
            assumed.push(format!("{what} {}", path.display()));
        }
        let given = [
            (lang.pick("danh sách thu hồi", "revocation lists"), &arguments.revocation),
            (lang.pick("danh bạ", "directory"), &arguments.directory),
            (lang.pick("chính sách", "policy"), &arguments.policy),
        ];
        for (what, path) in given {
            assumed.extend(path.iter().map(|path| format!("{what} {}", path.display())));
        }
        match (&arguments.mail_from, &arguments.auth_user) {
            (None, None) => assumed.push(
                lang.pick(
                    "không có dữ liệu phiên gửi (đăng nhập, MAIL FROM)",
                    "no data of the sending session (login, MAIL FROM)",
                )
                .to_owned(),
            ),
            (from, login) => {
                assumed.extend(from.iter().map(|from| format!("MAIL FROM {from}")));
                let service = lang.pick("đăng nhập (qua dịch vụ submission)", "login (on a submission service)");
                assumed.extend(login.iter().map(|login| format!("{service} {login}")));
            }
        }
        assumed
    }
}

fn trust_path(trust: &mut Trust, path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        let files = files::files_below(path);
        if files.is_empty() {
            return Err(failure::unreadable(format_args!("{}: no certificate files", path.display())));
        }
        return files.iter().try_for_each(|file| trust_path(trust, file));
    }
    let certificates = files::certificates_of(path, &mut Vec::new()).map_err(failure::unreadable)?;
    for certificate in certificates {
        trust.anchors.trust(certificate);
    }
    Ok(())
}

fn wrong_time(text: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Thời điểm không đúng dạng.", en: "The time cannot be read." },
        text,
        Text {
            vi: "viết theo RFC 3339 (2026-11-02T08:30:00+07:00) hoặc ngày (2026-11-02).",
            en: "write RFC 3339 (2026-11-02T08:30:00+07:00) or a date (2026-11-02).",
        },
    )
}

fn progress(files: usize, json: bool) -> ProgressBar {
    if json || files < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(files as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {eta} {wide_msg}") {
        bar.set_style(style);
    }
    bar
}
