//! `dieu7 directory show` and `history`.

use dieu7::io::clock;
use dieu7::sender::directory::Listing;
use dieu7::sender::directory::field::Field;

use super::super::cli::ConfigFile;
use super::super::failure::{FINE, Failure};
use super::super::lang::Lang;
use super::words;

pub fn show(mailbox: &str, json: bool, config: &ConfigFile, lang: Lang) -> Result<u8, Failure> {
    let mailbox = super::mailbox(mailbox)?;
    let (_, directory) = super::read(config)?;
    let now = directory.newest(clock::now());
    let found: Vec<&Listing> = directory.history(&mailbox).filter(|listing| listing.known.contains(now)).collect();
    if found.is_empty() {
        return Err(super::not_listed(&mailbox));
    }
    for listing in found {
        if json {
            println!("{}", words::json(listing));
        } else {
            let in_force = listing.in_force_as_known(now, now);
            let mark = if in_force {
                lang.pick("có hiệu lực", "in force")
            } else {
                lang.pick("không hiệu lực", "not in force")
            };
            println!("{mailbox}  {}  [{mark}]", words::period(&listing.period));
            fields(listing, lang);
        }
    }
    Ok(FINE)
}

pub fn history(mailbox: &str, json: bool, config: &ConfigFile, lang: Lang) -> Result<u8, Failure> {
    let mailbox = super::mailbox(mailbox)?;
    let (_, directory) = super::read(config)?;
    let versions: Vec<&Listing> = directory.history(&mailbox).collect();
    if versions.is_empty() {
        return Err(super::not_listed(&mailbox));
    }
    for (n, listing) in (1..).zip(versions) {
        if json {
            println!("{}", words::json(listing));
            continue;
        }
        let moment =
            |time: Option<dieu7::time::UnixTime>| time.map_or_else(|| "…".to_owned(), |time| time.vietnamese());
        let (from, to) = (moment(listing.known.from()), moment(listing.known.to()));
        println!("{n}. {}: {from} – {to}", lang.pick("Biết từ – đến", "Known from – to"));
        fields(listing, lang);
    }
    Ok(FINE)
}

fn fields(listing: &Listing, lang: Lang) {
    for field in Field::ALL {
        let value = words::value(listing, field, lang);
        if !value.is_empty() {
            let name = words::field(field);
            println!("    {}: {value}", lang.pick(name.vi, name.en));
        }
    }
}
