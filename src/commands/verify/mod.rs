//! `dieu7 verify`: judges files as a trial. Nothing is logged, nothing is stamped; what was assumed is said.

mod input;
mod line;
mod written;

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;

use dieu7::budget::Budget;
use dieu7::dossier::Dossier;
use dieu7::evidence::Evidence;
use dieu7::gateway::{Fetches, Gather as _};
use dieu7::io::cache::Cache;
use dieu7::io::clock;
use dieu7::io::fetch::Client;
use dieu7::io::files::{self, Trust};
use dieu7::io::gather::{Sources, Web};
use dieu7::io::sources::CrlFolder;
use dieu7::io::worker::Processes;
use dieu7::message::{Envelope, Message};
use dieu7::policy::{Case, Judgement, Rulebook, judge};
use dieu7::report::{Judged, Said, Subject, Words};
use dieu7::settings::Settings;
use dieu7::time::UnixTime;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::runtime::Runtime;

use super::cli::VerifyArguments;
use super::config;
use super::failure::{self, FINE, FLAGGED, Failure, Text, UNREADABLE, USAGE};
use super::lang::Lang;
use super::out;
use super::serve;
use input::{Input, Octets};
use written::Written;

/// Name of Postfix's submission service.
const SUBMISSION: &str = "submission";

pub fn run(arguments: &VerifyArguments, lang: Lang) -> Result<u8, Failure> {
    let (settings, _) = config::load(&arguments.config)?;
    let bench = Bench::new(arguments, &settings)?;
    let (inputs, mut unread) = input::find(&arguments.files);
    let assumed = bench.assumed(arguments, lang);
    let names = inputs.iter().map(|input| input.name.as_str());
    let mut written = Written::new(arguments, lang, names, &assumed)?;
    let bar = progress(inputs.len(), written.is_for_programs());
    let check = |input: Input| {
        let name = input.name.clone();
        input.read().map(|octets| bench.check(name.clone(), octets)).map_err(|error| format!("{name}: {error}"))
    };
    line::in_order(inputs, bench.readers.at_once(), check, |checked| {
        match checked {
            Ok(checked) => {
                bar.set_message(out::harmless(&checked.name));
                written.add(&checked.judged(&assumed))?;
            }
            Err(error) => unread.push(error),
        }
        bar.inc(1);
        Ok(())
    })?;
    bar.finish_and_clear();
    let fine = written.finish()?;
    for error in &unread {
        failure::unreadable(error).report(lang);
    }
    Ok(if !unread.is_empty() {
        UNREADABLE
    } else if fine {
        FINE
    } else {
        FLAGGED
    })
}

/// What was judged.
struct Checked {
    /// File, and the number of the message in it.
    name: String,
    judgement: Judgement,
    /// What the reader found; `None` when it could not be examined. The octets are let go: many may wait for their turn.
    dossier: Option<Dossier>,
    subject: Subject,
}

impl Checked {
    fn judged<'a>(&'a self, assumed: &'a [Said]) -> Judged<'a> {
        Judged {
            name: &self.name,
            subject: self.subject,
            judgement: &self.judgement,
            dossier: self.dossier.as_ref(),
            assumed,
        }
    }
}

/// What all files of one call are judged against.
struct Bench {
    rulebook: Arc<Rulebook>,
    sources: Sources,
    runtime: Runtime,
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
        let of = &settings.revocation;
        let client = (of.fetch && !arguments.offline).then(|| Client::new(of));
        // Not the gateway's file: a trial by another account must neither change nor lock it.
        let web = Web::new(client, Cache::in_memory(of.cache_octets), of.ask_again, clock::now);
        let sources = Sources::new(crls, web);
        let readers = Processes::start(&settings.workers, settings.message_octets, None);
        Ok(Self { rulebook: Arc::new(rulebook), sources, runtime: serve::runtime()?, readers, at, envelope })
    }

    fn check(&self, name: String, octets: Octets) -> Checked {
        let (message, examined, subject) = match octets {
            Octets::Document(octets) => {
                let file = Path::new(&name).file_name().unwrap_or_default().to_string_lossy().into_owned();
                (None, Some(self.readers.file(&file, octets)), Subject::File)
            }
            Octets::Message(octets) => {
                let message = Message::parse(self.envelope.clone(), octets);
                let examined = self.readers.message(&message);
                (Some(Arc::new(message)), examined, Subject::Message)
            }
        };
        let examined = examined.map(Arc::new);
        let fetches = Fetches::default();
        let case = Case {
            message,
            examined: examined.clone(),
            evidence: Evidence::default(),
            rulebook: Arc::clone(&self.rulebook),
            at: self.at,
            remarks: Vec::new(),
        }
        .gathered(|needs| self.runtime.block_on(self.sources.gather_within(needs, &fetches)));
        let judgement = judge(&case, &mut Budget::for_message());
        drop(case);
        let dossier = examined.and_then(Arc::into_inner).map(|examined| examined.dossier);
        Checked { name, judgement, dossier, subject }
    }

    /// What was taken for granted because the command line or a default said so.
    fn assumed(&self, arguments: &VerifyArguments, lang: Lang) -> Vec<Said> {
        let own = |vi, en| Said::own(Words::new(vi, en).of(lang.of_report())).and(" ");
        let mut assumed = vec![own("thời điểm nhận", "time of receipt").and_token(&self.at.to_string())];
        for path in &arguments.trust_anchors {
            let said = own("tin cậy các chứng thư trong", "the certificates trusted are those of");
            assumed.push(said.and_other(&path.to_string_lossy()));
        }
        let given = [
            (own("danh sách thu hồi", "revocation lists"), &arguments.revocation),
            (own("danh bạ", "directory"), &arguments.directory),
            (own("chính sách", "policy"), &arguments.policy),
        ];
        for (said, path) in given {
            assumed.extend(path.iter().map(|path| said.clone().and_other(&path.to_string_lossy())));
        }
        match (&arguments.mail_from, &arguments.auth_user) {
            (None, None) => assumed.push(Said::own(
                Words::new(
                    "không có dữ liệu phiên gửi (đăng nhập, MAIL FROM)",
                    "no data of the sending session (login, MAIL FROM)",
                )
                .of(lang.of_report()),
            )),
            (from, login) => {
                assumed.extend(from.iter().map(|from| Said::own("MAIL FROM ").and_other(from)));
                let service = own("đăng nhập (qua dịch vụ submission)", "login (on a submission service)");
                assumed.extend(login.iter().map(|login| service.clone().and_other(login)));
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
