//! `dieu7 directory import`: a published list is read, held against the directory, shown, and followed once agreed to.

use dieu7::digest::Sha256;
use dieu7::io::{clock, files};
use dieu7::sender::Kind;
use dieu7::sender::directory::diff::{self, Diff, Question};
use dieu7::sender::directory::intake::{self, Charset, Intake, LookAlikes, Oddity, Request, Told};
use dieu7::sender::directory::{Directory, Publication, iso_day};
use dieu7::settings::Settings;
use dieu7::time::UnixTime;

use super::super::cli::{ImportArguments, MailboxKind, PublishedOn};
use super::super::failure::{self, FINE, FLAGGED, Failure, Text, UNREADABLE, USAGE};
use super::super::lang::Lang;
use super::super::out;
use super::words;

/// Listed one by one; of more only the number is told.
const LISTED: usize = 200;

pub fn run(arguments: &ImportArguments, lang: Lang) -> Result<u8, Failure> {
    let written = arguments.file.to_string_lossy();
    if written.starts_with("http://") || written.starts_with("https://") {
        return Err(download(&written));
    }
    let (settings, directory) = super::read(&arguments.config, lang)?;
    let octets = files::octets(&arguments.file).map_err(failure::unreadable)?;
    let now = clock::now();
    let today = UnixTime::parse(&iso_day(now)).unwrap_or(now);
    let told_day = arguments.read_on.as_deref().map(|text| super::day("--read-on", text)).transpose()?;
    let valid_from = arguments.valid_from.as_deref().map(|text| super::day("--valid-from", text)).transpose()?;
    let source = arguments.source.clone().unwrap_or_default();
    let publication = publication(arguments.kind);
    let mut request = Request {
        publication,
        source: &source,
        read_on: told_day.unwrap_or(today),
        kind: kind(arguments.mailboxes),
        valid_from,
        columns: columns(arguments.columns.as_deref())?,
        charset: charset(arguments.encoding.as_deref())?,
    };
    let mut intake = intake::read(&octets, &request).map_err(|fault| unread(arguments, &fault))?;
    if let (None, Some(own)) = (told_day, intake.read_on) {
        request.read_on = own;
        intake = intake::read(&octets, &request).map_err(|fault| unread(arguments, &fault))?;
    }
    let day = request.read_on;
    let known_at = directory.newest(now);
    let question = Question { directory: &directory, known_at, day, publication, reopen: arguments.reopen };
    let diff = diff::diff(&intake, &question);
    let digest = Sha256::of(&octets);
    out::line(format_args!("{} ({digest})", super::shown(&arguments.file)));
    out::line(format_args!("{}: {}", lang.pick("Ngày đọc", "Read on"), iso_day(day)));
    tell_columns(&intake, lang);
    tell_refused(&intake, lang);
    let look_alike = tell_oddities(&intake, &directory, known_at, &settings, lang);
    show(&diff, arguments.close_missing, lang);
    let flagged = if intake.refused.is_empty() { FINE } else { FLAGGED };
    if arguments.dry_run {
        out::line(format_args!("{}", lang.pick("Chạy thử: không ghi gì.", "A trial: nothing was written.")));
        return Ok(if diff.is_empty(arguments.close_missing) { flagged } else { FLAGGED });
    }
    guard(arguments, &intake, &diff, look_alike)?;
    // A list that says the same is recorded too: it renews the age of the directory.
    if !super::agreed(arguments.yes, lang)? {
        return Ok(FLAGGED);
    }
    let read_on = (publication == Publication::Portal).then_some(day);
    let set = diff.changes(&directory, read_on, arguments.close_missing);
    let mut by = super::by(arguments.by.as_deref());
    by.source = if source.is_empty() { super::shown(&arguments.file) } else { source.clone() };
    by.sha256 = Some(digest);
    by.reason = arguments.reason.clone().unwrap_or_default();
    super::apply(&settings, &set, &by, lang)?;
    Ok(flagged)
}

pub fn publication(kind: PublishedOn) -> Publication {
    match kind {
        PublishedOn::OwnSite => Publication::OwnSite,
        PublishedOn::Portal => Publication::Portal,
    }
}

pub fn kind(kind: MailboxKind) -> Kind {
    match kind {
        MailboxKind::Personal => Kind::Personal,
        MailboxKind::Unit => Kind::Unit,
    }
}

fn columns(text: Option<&str>) -> Result<Told, Failure> {
    Told::parse(text.unwrap_or_default()).map_err(|piece| {
        let known: Vec<&str> = intake::Column::ALL.iter().map(|column| column.name()).collect();
        Failure::new(
            USAGE,
            Text { vi: "Không hiểu --columns.", en: "--columns is not understood." },
            format_args!("{piece}; {}", known.join(", ")),
            Text { vi: "viết như mailbox=3,agency=2.", en: "write it as mailbox=3,agency=2." },
        )
    })
}

fn charset(name: Option<&str>) -> Result<Option<Charset>, Failure> {
    let Some(name) = name else { return Ok(None) };
    Charset::named(name).map(Some).ok_or_else(|| {
        Failure::new(
            USAGE,
            Text { vi: "Không biết bộ mã này.", en: "This set of characters is not known." },
            name,
            Text { vi: "utf-8, utf-16 hoặc windows-1258.", en: "utf-8, utf-16 or windows-1258." },
        )
    })
}

fn tell_columns(intake: &Intake, lang: Lang) {
    for (table, columns) in &intake.tables {
        let said: Vec<String> = columns.all().map(|(column, at)| format!("{}={at}", column.name())).collect();
        out::line(format_args!("{} {table}: {}", lang.pick("Bảng", "Table"), said.join(", ")));
    }
}

fn tell_refused(intake: &Intake, lang: Lang) {
    for refused in intake.refused.iter().take(LISTED) {
        let (line, of) = (refused.line, &refused.of);
        out::line(format_args!(
            "! {} {line} ({of}): {}",
            lang.pick("dòng", "line"),
            words::refusal(&refused.refusal, lang)
        ));
    }
    if !intake.refused.is_empty() {
        out::line(format_args!("{}: {}", lang.pick("Dòng không đọc được", "Rows refused"), intake.refused.len()));
    }
}

/// Warns of odd addresses (Article 4); whether some look like others.
fn tell_oddities(intake: &Intake, directory: &Directory, known_at: UnixTime, settings: &Settings, lang: Lang) -> bool {
    let domains: Vec<&str> =
        settings.sender.agency_domains.iter().map(dieu7::sender::settings::Domain::as_str).collect();
    let mut met = LookAlikes::default();
    for listing in directory.known(known_at) {
        let _ = met.meet(&listing.mailbox);
    }
    let (mut told, mut look_alike) = (0, false);
    for entry in &intake.entries {
        let mailbox = &entry.listing.mailbox;
        let mut odd = intake::oddities(mailbox, &domains);
        if let Some(other) = met.meet(mailbox) {
            look_alike = true;
            odd.push(Oddity::LooksLike(other.clone()));
        }
        for oddity in odd {
            told += 1;
            if told <= LISTED {
                out::line(format_args!("! {mailbox}: {}", words::oddity(&oddity, lang)));
            }
        }
    }
    look_alike
}

fn show(diff: &Diff, close_missing: bool, lang: Lang) {
    for (listing, _) in diff.added.iter().take(LISTED) {
        out::line(format_args!("+ {}  {}  {}", listing.mailbox, words::kind(listing.kind, lang), listing.agency));
    }
    for changed in diff.changed.iter().take(LISTED) {
        let from =
            changed.from.map_or_else(String::new, |day| format!(" ({} {})", lang.pick("từ", "from"), iso_day(day)));
        out::line(format_args!("~ {}{from}", changed.was.mailbox));
        for field in &changed.fields {
            let name = words::field(*field);
            let (was, becomes) =
                (words::value(&changed.was, *field, lang), words::value(&changed.becomes, *field, lang));
            out::line(format_args!("    {}: {was:?} → {becomes:?}", lang.pick(name.vi, name.en)));
        }
    }
    for listing in diff.missing.iter().take(LISTED) {
        out::line(format_args!("- {}  {}", listing.mailbox, listing.agency));
    }
    for row in diff.not_followed.iter().take(LISTED) {
        out::line(format_args!("! {}: {}", row.entry.mailbox, words::reason(row.reason, lang)));
    }
    let (added, changed, missing, unchanged) =
        (diff.added.len(), diff.changed.len(), diff.missing.len(), diff.unchanged);
    out::line(format_args!(
        "{}",
        words::say(
            lang,
            format!("Thêm {added}, thay đổi {changed}, không còn trong danh sách {missing}, không đổi {unchanged}."),
            format!("{added} added, {changed} changed, {missing} missing from the list, {unchanged} unchanged."),
        )
    ));
    if missing > 0 && !close_missing {
        out::line(format_args!(
            "{}",
            lang.pick(
                "Hộp thư không còn trong danh sách vẫn giữ nguyên; --close-missing để đóng.",
                "What is missing stays as it is; --close-missing closes it."
            )
        ));
    }
}

/// What a person has to look at twice.
fn guard(arguments: &ImportArguments, intake: &Intake, diff: &Diff, look_alike: bool) -> Result<(), Failure> {
    if arguments.force {
        return Ok(());
    }
    let what = if arguments.close_missing && diff.misses_too_many() {
        Text {
            vi: "Hơn 20 % hộp thư không còn trong danh sách.", en: "More than 20 % of the mailboxes are missing."
        }
    } else if arguments.close_missing && !intake.refused.is_empty() {
        Text {
            vi: "Có dòng không đọc được, nên chưa biết hộp thư nào thật sự không còn.",
            en: "Rows were refused, so it is not known which mailboxes are really missing.",
        }
    } else if look_alike {
        Text { vi: "Có địa chỉ trông giống địa chỉ khác.", en: "An address looks like another one." }
    } else {
        return Ok(());
    };
    Err(Failure::new(
        USAGE,
        what,
        super::shown(&arguments.file),
        Text {
            vi: "kiểm tra lại danh sách; nếu đúng là vậy, chạy lại với --force. Chưa thay đổi gì.",
            en: "look at the list again; if it is right, run it again with --force. Nothing was changed.",
        },
    ))
}

fn unread(arguments: &ImportArguments, fault: &intake::IntakeFault) -> Failure {
    Failure::new(
        UNREADABLE,
        Text { vi: "Không đọc được danh sách.", en: "The list cannot be read." },
        format_args!("{}: {fault}", arguments.file.display()),
        words::advice(fault),
    )
}

/// Pages are not fetched: what counts is what a person saw, and a page may look different to a program.
fn download(address: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Trang web không được tải tự động.", en: "Pages are not downloaded by this program." },
        address,
        Text {
            vi: "mở trang, lưu lại, rồi: dieu7 directory import TỆP --source ĐỊA-CHỈ.",
            en: "open the page, save it, then: dieu7 directory import FILE --source ADDRESS.",
        },
    )
}
