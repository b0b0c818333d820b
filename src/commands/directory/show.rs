//! `dieu7 directory show` and `history`.

use dieu7::io::clock;
use dieu7::io::store::directory::{DirectoryReader, Made};
use dieu7::sender::directory::field::Field;
use dieu7::sender::directory::{Listing, iso_day};

use super::super::cli::ConfigFile;
use super::super::failure::{FINE, Failure};
use super::super::lang::Lang;
use super::super::out;
use super::words;

pub fn show(mailbox: &str, json: bool, config: &ConfigFile, lang: Lang) -> Result<u8, Failure> {
    let mailbox = super::mailbox(mailbox)?;
    let (_, directory) = super::read(config, lang)?;
    let now = directory.newest(clock::now());
    let found: Vec<&Listing> = directory.history(&mailbox).filter(|listing| listing.known.contains(now)).collect();
    if found.is_empty() {
        return Err(super::not_listed(&mailbox));
    }
    for listing in found {
        if json {
            out::line(format_args!("{}", words::json(listing)));
        } else {
            let in_force = listing.in_force_as_known(now, now);
            let mark = if in_force {
                lang.pick("có hiệu lực", "in force")
            } else {
                lang.pick("không hiệu lực", "not in force")
            };
            out::line(format_args!("{mailbox}  {}  [{mark}]", words::period(&listing.period)));
            fields(listing, lang);
        }
    }
    Ok(FINE)
}

pub fn history(mailbox: &str, json: bool, config: &ConfigFile, lang: Lang) -> Result<u8, Failure> {
    let mailbox = super::mailbox(mailbox)?;
    let (settings, directory) = super::read(config, lang)?;
    let reader = DirectoryReader::open(&settings.log).map_err(super::unread)?;
    let made = reader.map_or_else(|| Ok(Vec::new()), |reader| reader.changes()).map_err(super::unread)?;
    let versions: Vec<&Listing> = directory.history(&mailbox).collect();
    if versions.is_empty() {
        return Err(super::not_listed(&mailbox));
    }
    for (n, listing) in (1..).zip(versions) {
        let change = made.iter().find(|made| Some(made.known_from) == listing.known.from());
        if json {
            let mut said = words::json(listing);
            said["change"] = change.map_or(serde_json::Value::Null, for_programs);
            out::line(format_args!("{said}"));
            continue;
        }
        let moment = |time: Option<dieu7::time::UnixTime>| {
            time.map_or_else(|| "…".to_owned(), dieu7::time::UnixTime::vietnamese)
        };
        let (from, to) = (moment(listing.known.from()), moment(listing.known.to()));
        out::line(format_args!("{n}. {}: {from} – {to}", lang.pick("Biết từ – đến", "Known from – to")));
        if let Some(made) = change {
            tell(made, lang);
        }
        fields(listing, lang);
    }
    Ok(FINE)
}

/// Who made a change, and from what.
fn tell(made: &Made, lang: Lang) {
    let erased = || lang.pick("đã xoá", "erased").to_owned();
    let (name, user) = (made.name.clone().unwrap_or_else(erased), made.user.clone().unwrap_or_else(erased));
    out::line(format_args!("    {}: {name} ({user}), {}", lang.pick("người ghi", "recorded by"), made.at.vietnamese()));
    let digest = made.source_sha256.map_or_else(String::new, |digest| format!(" (SHA-256 {digest})"));
    for (word, said) in [
        (lang.pick("đọc từ", "read from"), format!("{}{digest}", made.source)),
        (lang.pick("căn cứ", "because of"), made.reason.clone()),
    ] {
        if !said.is_empty() {
            out::line(format_args!("    {word}: {said}"));
        }
    }
}

fn for_programs(made: &Made) -> serde_json::Value {
    serde_json::json!({
        "number": made.number,
        "index": made.index,
        "at": made.at.to_string(),
        "read_on": made.read_on.map(iso_day),
        "source": made.source,
        "sha256": made.source_sha256.map(|digest| digest.to_string()),
        "reason": made.reason,
        "user": made.user,
        "name": made.name,
    })
}

fn fields(listing: &Listing, lang: Lang) {
    for field in Field::ALL {
        let value = words::value(listing, field, lang);
        if !value.is_empty() {
            let name = words::field(field);
            out::line(format_args!("    {}: {value}", lang.pick(name.vi, name.en)));
        }
    }
}
