//! `dieu7 verify`: judges files as a trial. Nothing is logged, nothing is stamped; what was assumed is said.

mod input;
mod kept;
mod line;
mod written;

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;

use dieu7::budget::Budget;
use dieu7::digest::Sha256;
use dieu7::dossier::Dossier;
use dieu7::evidence::{Answer, Evidence, Need, Rules, Session};
use dieu7::gateway::{Fetches, Gather as _};
use dieu7::io::cache::Cache;
use dieu7::io::clock;
use dieu7::io::fetch::Client;
use dieu7::io::files::{self, Trust};
use dieu7::io::gather::{Dns, Sources, Web};
use dieu7::io::sources::DropFolder;
use dieu7::io::worker::Processes;
use dieu7::message::{Envelope, Message};
use dieu7::policy::{Case, Judgement, Rulebook, judge};
use dieu7::report::{Judged, Said, Subject, Words};
use dieu7::sender::{self, Directory, replay};
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
use kept::Kept;
use written::Written;

/// Name of Postfix's submission service.
const SUBMISSION: &str = "submission";

pub fn run(arguments: &VerifyArguments, lang: Lang) -> Result<u8, Failure> {
    let (settings, _) = config::load(&arguments.config)?;
    let bench = Bench::new(arguments, &settings, lang)?;
    let (inputs, unread) = input::find(&arguments.files);
    let mut unread: Vec<Failure> = unread.into_iter().map(failure::unreadable).collect();
    let assumed = bench.assumed(arguments);
    // A record says for each input when it was received; what all have in common stands on top.
    let common = if arguments.evidence_from.is_some() { assumed.clone() } else { bench.given.around(&assumed, lang) };
    let names = inputs.iter().map(|input| input.name.as_str());
    let mut written = Written::new(arguments, lang, names, &common)?;
    let bar = progress(inputs.len(), written.is_for_programs());
    let check = |input: Input| {
        let name = input.name.clone();
        input
            .read()
            .map_err(|error| Trouble::Unread(failure::unreadable(format_args!("{name}: {error}"))))
            .and_then(|octets| bench.check(name, octets, &assumed))
    };
    line::in_order(inputs, bench.readers.at_once(), check, |checked| {
        match checked {
            Ok(checked) => {
                bar.set_message(out::harmless(&checked.name));
                written.add(&checked.judged())?;
            }
            Err(Trouble::Failed(failure)) => return Err(failure),
            Err(Trouble::Unread(failure)) => unread.push(failure),
        }
        bar.inc(1);
        Ok(())
    })?;
    bar.finish_and_clear();
    let fine = written.finish()?;
    for trouble in &unread {
        trouble.report(lang);
    }
    Ok(if !unread.is_empty() {
        UNREADABLE
    } else if fine {
        FINE
    } else {
        FLAGGED
    })
}

/// Why there is no result.
enum Trouble {
    /// The call ends.
    Failed(Failure),
    /// This input is left out.
    Unread(Failure),
}

/// What was judged.
struct Checked {
    /// File, and the number of the message in it.
    name: String,
    judgement: Judgement,
    /// What the reader found; `None` when it could not be examined. The octets are let go: many may wait for their turn.
    dossier: Option<Dossier>,
    evidence: Evidence,
    subject: Subject,
    assumed: Vec<Said>,
}

impl Checked {
    fn judged(&self) -> Judged<'_> {
        Judged {
            name: &self.name,
            subject: self.subject,
            judgement: &self.judgement,
            dossier: self.dossier.as_ref(),
            evidence: Some(&self.evidence),
            assumed: &self.assumed,
        }
    }
}

/// What all files of one call are judged against.
struct Bench {
    rulebook: Arc<Rulebook>,
    rules: Rules,
    sources: Sources,
    runtime: Runtime,
    kept: Kept,
    readers: Processes,
    /// When and from whom, unless a record says so.
    given: Moment,
    /// Name of a submission service, on which a login is assumed.
    service: Option<Vec<u8>>,
    lang: Lang,
}

impl Bench {
    fn new(arguments: &VerifyArguments, settings: &Settings, lang: Lang) -> Result<Self, Failure> {
        let at = match &arguments.at {
            Some(text) => UnixTime::parse(text).ok_or_else(|| wrong_time(text))?,
            None => clock::now(),
        };
        if let Some(folder) = arguments.revocation.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(failure::unreadable(format_args!("--revocation {}", folder.display())));
        }
        let kept = Kept::new(arguments)?;
        let mut policy_files = Vec::new();
        let policies = match &arguments.policy {
            Some(file) => vec![files::policy(file, &mut policy_files).map_err(failure::settings)?],
            None => files::policies(&settings.policies, &mut policy_files).map_err(failure::settings)?,
        };
        let mut anchor_files = Vec::new();
        let mut trust = files::trust(&settings.trust, &mut anchor_files).map_err(failure::settings)?;
        for path in &arguments.trust_anchors {
            trust_path(&mut trust, path, &mut anchor_files)?;
        }
        let mut directory_files = Vec::new();
        let directory = match &arguments.directory {
            Some(file) => files::directory(file, &mut directory_files).map(Some),
            None => files::directory_in_force(settings, &mut directory_files),
        };
        let directory = directory.map_err(failure::settings)?;
        let history = directory.as_ref().and_then(Directory::digest);
        let mut sender = settings.sender.clone();
        // A login that is assumed is assumed on a submission service, also where none is configured.
        if sender.submission_services.is_empty() {
            sender.submission_services.push(SUBMISSION.to_owned());
        }
        let service = sender.submission_services.first().map(|name| name.as_bytes().to_vec());
        let [policies_digest, anchors_digest, directory_digest] =
            [&policy_files, &anchor_files, &directory_files].map(|files| digest_of(files));
        let sources = [policy_files, anchor_files, directory_files].concat();
        let senders = Sha256::of(&serde_json::to_vec(&sender).unwrap_or_default());
        let rulebook = files::assemble(policies, trust, directory, sender, &sources).map_err(failure::settings)?;
        let rules = Rules {
            rulebook: rulebook.digest(),
            policy: String::new(),
            policies: policies_digest,
            anchors: anchors_digest,
            directory: history.unwrap_or(directory_digest),
            sender: senders,
        };
        let session = Session { mail_from: arguments.mail_from.clone(), auth_user: arguments.auth_user.clone() };
        let crls = DropFolder::new(arguments.revocation.clone().unwrap_or_else(|| settings.crls.clone()));
        let of = &settings.revocation;
        let client = (of.fetch && asks_the_web(arguments)).then(|| Client::new(of));
        // Not the gateway's file: a trial by another account must neither change nor lock it.
        let web = Web::new(client, Cache::in_memory(of.cache_octets), of.ask_again, clock::now);
        let dns = Dns::new(&settings.dns, !asks_the_web(arguments), sender::missing, clock::now);
        let sources = Sources::new(crls, web).within(of.message).asking(dns);
        let readers = Processes::start(&settings.workers, settings.message_octets, None);
        let given = Moment { at, session };
        let (rulebook, runtime) = (Arc::new(rulebook), serve::runtime()?);
        Ok(Self { rulebook, rules, sources, runtime, kept, readers, given, service, lang })
    }

    fn envelope(&self, session: &Session) -> Envelope {
        let octets = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
        Envelope {
            mail_from: octets(&session.mail_from).unwrap_or_default(),
            auth_login: octets(&session.auth_user),
            daemon_name: self.service.clone().filter(|_| session.auth_user.is_some()),
            ..Envelope::default()
        }
    }

    fn check(&self, name: String, octets: Octets, assumed: &[Said]) -> Result<Checked, Trouble> {
        let input = Sha256::of(match &octets {
            Octets::Document(octets) | Octets::Message(octets) => octets,
        });
        let replay = self.kept.replay(input);
        let replay = replay.map_err(|error| Trouble::Unread(kept::not_replayed(format_args!("{name}: {error}"))))?;
        let moment = match &replay {
            Some(replay) => Moment { at: replay.record.at, session: replay.record.session.clone() },
            None => self.given.clone(),
        };
        let (message, examined, subject) = match octets {
            Octets::Document(octets) => {
                let file = Path::new(&name).file_name().unwrap_or_default().to_string_lossy().into_owned();
                (None, Some(self.readers.file(&file, octets)), Subject::File)
            }
            Octets::Message(octets) => {
                let message = Message::parse(self.envelope(&moment.session), octets);
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
            at: moment.at,
            remarks: Vec::new(),
        }
        .gathered(|needs| match &replay {
            Some(replay) => replay.answers(needs),
            None => of_no_log(self.runtime.block_on(self.sources.gather_within(needs, &fetches))),
        });
        let judgement = judge(&case, &mut Budget::for_message());
        let mut assumed = moment.around(assumed, self.lang);
        let rules = Rules { policy: judgement.policy.clone(), ..self.rules.clone() };
        if let (Some(replay), Kept::From(_)) = (&replay, &self.kept) {
            assumed.extend(kept::differences(&replay.record, &rules, self.lang));
        }
        let dossier = examined.as_ref().map(|examined| &examined.dossier);
        let judged = Judged {
            name: &name,
            subject,
            judgement: &judgement,
            dossier,
            evidence: Some(&case.evidence),
            assumed: &assumed,
        };
        self.kept.keep(&judged, &case, (input, moment.session.clone(), rules)).map_err(Trouble::Failed)?;
        let differs = replay.as_ref().and_then(|one| kept::differs(&one.record, &judged, self.lang));
        assumed.extend(differs);
        let evidence = case.evidence.clone();
        drop(case);
        let dossier = examined.and_then(Arc::into_inner).map(|examined| examined.dossier);
        Ok(Checked { name, judgement, dossier, evidence, subject, assumed })
    }

    /// What was taken for granted of every input because the command line or a default said so.
    fn assumed(&self, arguments: &VerifyArguments) -> Vec<Said> {
        let own = |vi, en| Said::own(Words::new(vi, en).of(self.lang)).and(" ");
        let mut assumed = Vec::new();
        for path in &arguments.trust_anchors {
            let said = own("tin cậy các chứng thư trong", "the certificates trusted are those of");
            assumed.push(said.and_other(&path.to_string_lossy()));
        }
        let given = [
            (own("danh sách thu hồi", "revocation lists"), &arguments.revocation),
            (own("bằng chứng đã lưu trong", "evidence kept in"), &arguments.evidence_from),
            (own("danh bạ", "directory"), &arguments.directory),
            (own("chính sách", "policy"), &arguments.policy),
        ];
        for (said, path) in given {
            assumed.extend(path.iter().map(|path| said.clone().and_other(&path.to_string_lossy())));
        }
        assumed
    }
}

/// Who brings the evidence asks nobody for more: an address in a stranger's file is asked because somebody wanted it so.
fn asks_the_web(arguments: &VerifyArguments) -> bool {
    let given = arguments.revocation.is_some() || arguments.evidence_from.is_some();
    !arguments.offline && (arguments.online || !given)
}

/// When and from whom an input came.
#[derive(Clone)]
struct Moment {
    at: UnixTime,
    session: Session,
}

impl Moment {
    /// What is assumed of it, around what else is.
    fn around(&self, assumed: &[Said], lang: Lang) -> Vec<Said> {
        let own = |vi, en| Said::own(Words::new(vi, en).of(lang));
        let mut said = vec![own("thời điểm nhận ", "time of receipt ").and_token(&self.at.to_string())];
        said.extend_from_slice(assumed);
        let Session { mail_from, auth_user } = &self.session;
        if mail_from.is_none() && auth_user.is_none() {
            said.push(own(
                "không có dữ liệu phiên gửi (đăng nhập, MAIL FROM)",
                "no data of the sending session (login, MAIL FROM)",
            ));
        }
        said.extend(mail_from.iter().map(|from| Said::own("MAIL FROM ").and_other(from)));
        let service = own("đăng nhập (qua dịch vụ submission) ", "login (on a submission service) ");
        said.extend(auth_user.iter().map(|login| service.clone().and_other(login)));
        said
    }
}

/// A trial has no log: a mail that is on its own now may be in the gateway's, and be the same one.
fn of_no_log(mut answers: Vec<(Need, Answer)>) -> Vec<(Need, Answer)> {
    for (need, answer) in &mut answers {
        if matches!(need, Need::SeenBefore { .. }) {
            *answer = replay::assumed();
        }
    }
    answers
}

/// One digest over those of several files, as the rulebook has one over all.
fn digest_of(files: &[Vec<u8>]) -> Sha256 {
    let digests: Vec<u8> = files.iter().flat_map(|file| *Sha256::of(file).as_bytes()).collect();
    Sha256::of(&digests)
}

fn trust_path(trust: &mut Trust, path: &Path, sources: &mut Vec<Vec<u8>>) -> Result<(), Failure> {
    if path.is_dir() {
        let files = files::files_below(path);
        if files.is_empty() {
            return Err(failure::unreadable(format_args!("{}: no certificate files", path.display())));
        }
        return files.iter().try_for_each(|file| trust_path(trust, file, sources));
    }
    let certificates = files::certificates_of(path, sources).map_err(failure::unreadable)?;
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
