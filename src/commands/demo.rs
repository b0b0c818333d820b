//! `dieu7 demo`: the real gateway on a throw-away PKI, with sample mails sent through its milter socket as an MTA would.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dieu7::io::clock;
use dieu7::io::milter::MtaClient;
use dieu7::io::samples::{self, Sample};
use dieu7::io::store::query::{LogReader, Record};
use dieu7::message::Message;
use dieu7::milter::client::POSTFIX;
use dieu7::policy::{Reason, Verdict};
use dieu7::settings::Listen;
use serde_json::Value;
use tokio::sync::oneshot;

use super::cli::{ConfigFile, DemoArguments};
use super::config;
use super::failure::{self, FINE, FLAGGED, Failure, Text, USAGE};
use super::lang::Lang;
use super::serve::{self, Running};

const PREFIX: &str = "Dieu7-Demo-";

pub fn run(arguments: &DemoArguments, lang: Lang) -> Result<u8, Failure> {
    let folder = folder(arguments.folder.as_deref()).map_err(|error| cannot(&error))?;
    let settings_file = samples::install(&folder).map_err(|error| cannot(&error))?;
    println!("{}: {}", lang.pick("Thư mục của bản trình diễn", "Folder of the demo"), folder.display());
    serve::runtime()?.block_on(show(&folder, settings_file, arguments.keep, lang))
}

async fn show(folder: &Path, settings_file: PathBuf, keep: bool, lang: Lang) -> Result<u8, Failure> {
    let (settings, _) = config::load(&ConfigFile { config: Some(settings_file.clone()) })?;
    let Listen::Unix(socket) = settings.listen.clone() else { return Err(cannot(&"no unix socket")) };
    let log = settings.log.clone();
    let running = Running::start(settings).await?;
    let (stop, stopping) = oneshot::channel::<()>();
    let gateway = tokio::spawn(running.serve(async {
        let _ = stopping.await;
    }));
    let sent = send_all(&socket).await.map_err(|error| cannot(&error))?;
    let all_right = table(&sent, &log, lang)?;
    headers(&sent, lang);
    how_to_look_up(&sent, &settings_file, &log, lang)?;
    if keep {
        println!(
            "\n{} {} ({})",
            lang.pick("Cổng kiểm tra chữ ký số vẫn chạy tại", "The gateway is still running at"),
            socket.display(),
            lang.pick("Ctrl-C để dừng", "Ctrl-C to stop")
        );
        let _ = tokio::signal::ctrl_c().await;
    }
    let _ = stop.send(());
    let _ = gateway.await;
    println!(
        "\n{} {} {}",
        lang.pick("Xong. Có thể xoá thư mục", "Done. The folder"),
        folder.display(),
        lang.pick("", "may be deleted.")
    );
    Ok(if all_right { FINE } else { FLAGGED })
}

struct Sent {
    sample: Sample,
    stamped: Message,
    took: Duration,
}

/// All samples over one connection, as Postfix sends several mails over one.
async fn send_all(socket: &Path) -> Result<Vec<Sent>, dieu7::io::milter::MtaError> {
    let mut mta = MtaClient::unix(socket, POSTFIX).await?;
    let mut sent = Vec::new();
    for sample in samples::all() {
        let started = Instant::now();
        let delivered = mta.send(&sample.message_dated(clock::now())).await?;
        sent.push(Sent { sample, stamped: delivered.message, took: started.elapsed() });
    }
    mta.quit().await?;
    Ok(sent)
}

impl Sent {
    fn field(&self, name: &str) -> String {
        let name = format!("{PREFIX}{name}");
        let value = self.stamped.values(&name).next().unwrap_or_default();
        String::from_utf8_lossy(value).trim().to_owned()
    }

    fn token(&self) -> String {
        self.field("Verdict").split(';').next().unwrap_or_default().trim().to_owned()
    }
}

/// Prints a row for each mail. Whether all came out as their sample expects.
fn table(sent: &[Sent], log: &Path, lang: Lang) -> Result<bool, Failure> {
    let records = records(log, sent.len())?;
    println!(
        "\n{} - {}",
        lang.pick("KIỂM TRA THỬ", "TRIAL"),
        lang.pick(
            "thư mẫu, chứng thư và danh bạ giả định; hộp thư và đăng nhập là giả định",
            "sample mails; PKI, directory, mailboxes and logins are assumed"
        )
    );
    let mut all_right = true;
    for one in sent {
        let token = one.token();
        let verdict = Verdict::from_token(&token);
        let expected = token == one.sample.expect.verdict;
        all_right &= expected;
        let mark = match verdict {
            Some(Verdict::LegallyEquivalent) => "✓",
            Some(Verdict::NotApplicable) => "–",
            _ => "!",
        };
        println!("\n{mark} {:24} {}", one.sample.id, lang.pick(&one.sample.title.vi, &one.sample.title.en));
        let (vi, en) = verdict.map_or(("?", "?"), |verdict| (verdict.short_vi(), verdict.short_en()));
        println!("    {vi} / {en}   ({token}, {:.1} ms)", one.took.as_secs_f64() * 1000.0);
        for reason in records.iter().find(|r| is_of(r, one)).map(reasons).unwrap_or_default() {
            println!("    - {reason}: {}", lang.pick(reason.vi(), reason.en()));
        }
        println!("    > {}", lang.pick(&one.sample.why.vi, &one.sample.why.en));
        if !expected {
            println!("    {} {}", lang.pick("KHÁC MONG ĐỢI:", "NOT AS EXPECTED:"), one.sample.expect.verdict);
        }
    }
    Ok(all_right)
}

fn records(log: &Path, count: usize) -> Result<Vec<Record>, Failure> {
    let reader = LogReader::open(log).map_err(failure::log_unread)?;
    reader.newest(None, None, u32::try_from(count).unwrap_or(u32::MAX)).map_err(failure::log_unread)
}

fn is_of(record: &Record, sent: &Sent) -> bool {
    sent.field("Verdict").contains(&format!("\"{}\"", record.id))
}

/// What stands against the documents of a record, then the message's remarks.
fn reasons(record: &Record) -> Vec<Reason> {
    let report: Value = serde_json::from_slice(&record.report).unwrap_or_default();
    let judgement = &report["judgement"];
    let mut codes: Vec<&str> = Vec::new();
    for document in judgement["documents"].as_array().into_iter().flatten() {
        for letter in ["a", "b", "c"] {
            codes.extend(strings(&document["conditions"][letter]["reasons"]));
        }
    }
    codes.extend(strings(&judgement["remarks"]));
    let mut reasons: Vec<Reason> = codes.into_iter().filter_map(Reason::from_code).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn headers(sent: &[Sent], lang: Lang) {
    let Some(one) = sent.iter().find(|one| one.token() == Verdict::LegallyEquivalent.token()) else { return };
    println!(
        "\n{} {}:\n",
        lang.pick("Các trường được ghi vào đầu thư", "The header fields stamped onto mail"),
        one.sample.id
    );
    for (name, value) in one.stamped.headers().take_while(|(name, _)| name.starts_with(PREFIX.as_bytes())) {
        println!("{}:{}", String::from_utf8_lossy(name), String::from_utf8_lossy(value).replace("\r\n", "\n"));
    }
}

fn how_to_look_up(sent: &[Sent], settings: &Path, log: &Path, lang: Lang) -> Result<(), Failure> {
    let count = LogReader::open(log).and_then(|reader| reader.count()).map_err(failure::log_unread)?;
    println!(
        "\n{} {count} {} {} {}",
        lang.pick("Nhật ký có", "The log holds"),
        lang.pick("bản ghi cho", "records for"),
        sent.len(),
        lang.pick("thư. Tra cứu:", "mails. Look them up:")
    );
    let program = std::env::args().next().unwrap_or_else(|| "dieu7".to_owned());
    let settings = settings.display();
    println!("  {program} log list --config {settings}");
    if let Some(record) = records(log, 1)?.first() {
        println!("  {program} log show {} --config {settings}", record.id);
    }
    Ok(())
}

fn folder(asked: Option<&Path>) -> std::io::Result<PathBuf> {
    let folder = match asked {
        Some(folder) => std::path::absolute(folder)?,
        None => std::env::temp_dir().join(format!("dieu7-demo-{}", std::process::id())),
    };
    // Only its owner may enter: whoever reaches the socket can claim any login. A folder that is there already counts
    // only when it was asked for; below /tmp it may be somebody else's.
    fs::DirBuilder::new().recursive(asked.is_some()).mode(0o700).create(&folder)?;
    Ok(folder)
}

fn cannot(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Bản trình diễn không chạy được.", en: "The demo cannot run." },
        error,
        Text {
            vi: "chọn thư mục khác, đường dẫn ngắn, ghi được: dieu7 demo --folder THƯ-MỤC",
            en: "choose another folder, a short path that can be written: dieu7 demo --folder DIR",
        },
    )
}
