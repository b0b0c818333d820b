//! `dieu7 directory suggest-pins`: certificates that official mailboxes send often, and the command that approves each.

use dieu7::audit::sightings::{DAYS, MAILS, Sightings, Suggestion};
use dieu7::io::clock;
use dieu7::io::store::query::LogReader;
use dieu7::sender::Directory;
use serde_json::json;

use super::super::cli::SuggestArguments;
use super::super::config;
use super::super::failure::{self, FINE, Failure};
use super::super::lang::Lang;
use super::super::out;
use super::pin::Place;

/// Entries that are read at a time.
const PAGE: u32 = 500;

pub fn run(arguments: &SuggestArguments, lang: Lang) -> Result<u8, Failure> {
    let place = Place::open(&arguments.config, lang)?;
    let directory = place.directory();
    let (settings, _) = config::load(&arguments.config)?;
    let log = LogReader::open(&settings.log)
        .map_err(|error| failure::log_unread(format_args!("{}: {error}", settings.log.display())))?;
    let sightings = seen(&log, arguments.days)?;
    say(&sightings, directory, arguments.json, lang);
    Ok(FINE)
}

/// Everything that the log has of the last days, newest first.
fn seen(log: &LogReader, days: u32) -> Result<Sightings, Failure> {
    let since = clock::now().seconds().saturating_sub(i64::from(days).saturating_mul(86_400));
    let mut sightings = Sightings::default();
    let mut before = None;
    loop {
        let page = log.newest(before, None, PAGE).map_err(failure::log_unread)?;
        let Some(last) = page.last() else { return Ok(sightings) };
        before = Some(last.index);
        for record in &page {
            if record.at.seconds() < since {
                return Ok(sightings);
            }
            let report = serde_json::from_slice(&record.report).unwrap_or_default();
            sightings.see(&report, record.at);
        }
    }
}

fn say(sightings: &Sightings, directory: &Directory, is_json: bool, lang: Lang) {
    let found = sightings.suggestions(directory, clock::now());
    for one in &found {
        if is_json { line_json(one) } else { line(one, lang) }
    }
    if is_json {
        return;
    }
    if found.is_empty() {
        out::line(format_args!(
            "{} ({MAILS} {}, {DAYS} {}).",
            lang.pick("Không có chứng thư số nào được thấy đủ thường xuyên", "No certificate was seen often enough"),
            lang.pick("thư", "mails"),
            lang.pick("ngày", "days"),
        ));
    } else {
        let last = lang.pick(
            "Chưa ghi gì vào danh bạ. Hỏi cơ quan gửi qua kênh đã biết, đối chiếu SHA-256, rồi mới chạy lệnh.",
            "Nothing was pinned. Ask the agency by a way that you know and compare the SHA-256 before you run a command.",
        );
        out::line(format_args!("\n{last}"));
    }
    if sightings.too_old > 0 {
        let said = lang.pick(
            "Chữ ký trong bản ghi cũ, không ghi chứng thư số nào",
            "Signatures of old records, which do not say the certificate",
        );
        out::line(format_args!("{said}: {}", sightings.too_old));
    }
    if sightings.left_out > 0 {
        out::line(format_args!(
            "{}: {}",
            lang.pick("Vượt giới hạn, bỏ qua", "Over the limit, left out"),
            sightings.left_out
        ));
    }
}

fn line(one: &Suggestion, lang: Lang) {
    out::line(format_args!("\n{} ({})", one.mailbox, one.agency));
    out::line(format_args!("  {}: {}", lang.pick("Chứng thư số cấp cho", "Certificate of"), one.signer));
    out::line(format_args!("  SHA-256: {}", one.certificate));
    let (mails, days) = (lang.pick("thư", "mails"), lang.pick("ngày", "days"));
    let (first, last) = (one.first.vietnamese(), one.last.vietnamese());
    out::line(format_args!("  {} {mails}, {} {days}; {first} – {last}", one.mails, one.days));
    let why = one.why.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
    out::line(format_args!("  {}: {}{why}", lang.pick("Hiện đối chiếu được bằng", "Matched now by"), one.binding));
    if !one.also.is_empty() {
        let said = lang.pick(
            "Hộp thư khác cũng gửi chứng thư số này, có thể là văn bản của cơ quan khác được chuyển tiếp",
            "Other mailboxes send it too; it may be another agency's, whose documents are passed on",
        );
        let also: Vec<String> = one.also.iter().map(ToString::to_string).collect();
        out::line(format_args!("  ! {said}: {}", also.join(", ")));
    }
    out::line(format_args!("  → {}", command(one, lang)));
}

/// What approves it. The mailbox is quoted for a shell (POSIX, 2.2.2): an address may have a dollar sign.
fn command(one: &Suggestion, lang: Lang) -> String {
    let days = if one.of_person { lang.pick(" --role head --from NGÀY", " --role head --from DAY") } else { "" };
    format!("dieu7 directory pin '{}' {}{days}", one.mailbox.to_string().replace('\'', r"'\''"), one.certificate)
}

fn line_json(one: &Suggestion) {
    let row = json!({
        "mailbox": one.mailbox.to_string(),
        "agency": one.agency,
        "signer": one.signer,
        "certificate": one.certificate.to_string(),
        "mails": one.mails,
        "days": one.days,
        "first": one.first.to_string(),
        "last": one.last.to_string(),
        "binding": one.binding,
        "why": one.why,
        "of_person": one.of_person,
        "also": one.also.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    out::line(format_args!("{row}"));
}
