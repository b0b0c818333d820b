//! `dieu7 directory list`, `at` and `export`.

use dieu7::io::clock;
use dieu7::sender::Directory;
use dieu7::sender::directory::{Listing, guarded, iso_day, kind_token, publication_token};
use dieu7::time::UnixTime;

use super::super::cli::{ConfigFile, FileForm, ShownArguments};
use super::super::failure::{FINE, Failure, Text, USAGE};
use super::super::lang::Lang;
use super::super::out;
use super::{import, words};

pub fn run(at: Option<&str>, shown: &ShownArguments, config: &ConfigFile, lang: Lang) -> Result<u8, Failure> {
    let (_, directory) = super::read(config, lang)?;
    let now = directory.newest(clock::now());
    let at = at.map(super::moment).transpose()?.unwrap_or(now);
    let known_at = shown.known_at.as_deref().map(super::moment).transpose()?.unwrap_or(now);
    let kind = shown.kind.map(import::kind);
    let mut found: Vec<&Listing> =
        directory.at(at, known_at).filter(|listing| kind.is_none_or(|kind| kind == listing.kind)).collect();
    found.sort_by(|one, other| (&one.agency, &one.mailbox).cmp(&(&other.agency, &other.mailbox)));
    if shown.csv {
        print_csv(&found);
    } else {
        print(&found, shown.json, lang);
    }
    Ok(FINE)
}

fn print(found: &[&Listing], json: bool, lang: Lang) {
    for listing in found {
        if json {
            out::line(format_args!("{}", words::json(listing)));
        } else {
            let kind = words::kind(listing.kind, lang);
            out::line(format_args!(
                "{:40} {kind:10} {:25} {}",
                listing.mailbox.to_string(),
                words::period(&listing.period),
                listing.agency
            ));
        }
    }
    if !json {
        out::line(format_args!("{}: {}", lang.pick("Số hộp thư", "Mailboxes"), found.len()));
    }
}

fn print_csv(found: &[&Listing]) {
    out::line(format_args!("mailbox,kind,agency,publication,published_on,valid_from,valid_to,logins,source"));
    let day = |time: Option<UnixTime>| time.map_or_else(String::new, iso_day);
    for listing in found {
        let logins: Vec<&str> = listing.logins.iter().map(String::as_str).collect();
        let cells = [
            listing.mailbox.to_string(),
            kind_token(listing.kind).to_owned(),
            listing.agency.clone(),
            publication_token(listing.publication).to_owned(),
            day(listing.published_on),
            day(listing.period.from()),
            day(listing.period.to()),
            logins.join(";"),
            listing.source.clone(),
        ];
        out::line(format_args!("{}", csv_line(&cells)));
    }
}

/// One line of CSV, without what a spreadsheet program would take for a formula.
pub fn csv_line(cells: &[String]) -> String {
    let quoted = cells.iter().map(|cell| {
        let cell = guarded(cell);
        if cell.contains(['"', ',', ';', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    });
    quoted.collect::<Vec<_>>().join(",")
}

pub fn export(at: Option<&str>, form: FileForm, config: &ConfigFile, lang: Lang) -> Result<u8, Failure> {
    let (_, directory) = super::read(config, lang)?;
    let now = directory.newest(clock::now());
    let at = at.map(super::moment).transpose()?.unwrap_or(now);
    let listings = directory.at(at, now);
    let text = match form {
        FileForm::Csv => Directory::to_csv(directory.read_on(), listings).map_err(unwritable)?,
        FileForm::Toml => Directory::to_toml(directory.read_on(), listings),
    };
    out::line(format_args!("{}", text.trim_end()));
    Ok(FINE)
}

fn unwritable(listing: &Listing) -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Có tên chứa dấu chấm phẩy, CSV không ghi được.",
            en: "A name has a semicolon in it, which CSV cannot write.",
        },
        &listing.mailbox,
        Text { vi: "dùng --format toml.", en: "use --format toml." },
    )
}
