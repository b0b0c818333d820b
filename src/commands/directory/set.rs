//! `dieu7 directory set`: one mailbox by hand, with the request behind it (Article 6).

use dieu7::io::clock;
use dieu7::message::name::clean;
use dieu7::sender::Kind;
use dieu7::sender::binding::code;
use dieu7::sender::directory::diff::end_of;
use dieu7::sender::directory::field::Field;
use dieu7::sender::directory::{Change, ChangeSet, Listing, Publication, Request, RequestKind};
use dieu7::time::{Period, UnixTime};

use super::super::cli::{Asked, SetArguments};
use super::super::failure::{FINE, FLAGGED, Failure, Text, USAGE};
use super::super::lang::Lang;
use super::super::out;
use super::{import, words};

/// As in directory files.
const LONGEST: usize = 512;

pub fn run(arguments: &SetArguments, lang: Lang) -> Result<u8, Failure> {
    let mailbox = super::mailbox(&arguments.mailbox)?;
    let (settings, directory) = super::read(&arguments.config, lang)?;
    let now = directory.newest(clock::now());
    let known: Vec<&Listing> = directory.history(&mailbox).filter(|listing| listing.known.contains(now)).collect();
    let was = meant(arguments, &known, now)?;
    let becomes = changed(arguments, was, &mailbox)?;
    out::line(format_args!("{} {mailbox}", if was.is_some() { "~" } else { "+" }));
    let mut differs = false;
    for field in Field::ALL {
        let before = was.map_or_else(String::new, |was| words::value(was, field, lang));
        let after = if arguments.retract { String::new() } else { words::value(&becomes, field, lang) };
        if before != after {
            differs = true;
            let name = words::field(field);
            out::line(format_args!("    {}: {before:?} → {after:?}", lang.pick(name.vi, name.en)));
        }
    }
    if !differs {
        out::line(format_args!("{}", lang.pick("Không có gì thay đổi.", "Nothing would change.")));
        return Ok(FINE);
    }
    if !super::agreed(arguments.yes, lang)? {
        return Ok(FLAGGED);
    }
    let change = match was {
        Some(was) if arguments.retract => Change::Retract { of: was.key() },
        Some(was) => Change::Amend { of: was.key(), to: becomes },
        None if arguments.retract => return Err(super::not_listed(&mailbox)),
        None => Change::Add(becomes),
    };
    let set = ChangeSet { changes: vec![change], read_on: None, base: directory.digest() };
    let mut by = super::by(arguments.by.as_deref());
    by.reason = arguments.decision.clone().or_else(|| arguments.reason.clone()).unwrap_or_default();
    super::apply(&settings, &set, &by, lang)
}

/// Which listing is meant; none where a new one begins.
fn meant<'d>(arguments: &SetArguments, known: &[&'d Listing], now: UnixTime) -> Result<Option<&'d Listing>, Failure> {
    if let Some(of) = &arguments.of {
        let from = if of == "-" { None } else { Some(super::day("--of", of)?) };
        let found = known.iter().find(|listing| listing.period.from() == from).copied();
        return found.map(Some).ok_or_else(|| which(known, of));
    }
    let in_force = known.iter().find(|listing| listing.period.contains(now)).copied();
    match (in_force, known) {
        (Some(listing), _) => Ok(Some(listing)),
        (None, []) => Ok(None),
        // A further period of a mailbox that was closed.
        (None, _) if arguments.valid_from.is_some() => Ok(None),
        (None, _) => Err(which(known, &arguments.mailbox)),
    }
}

fn changed(
    arguments: &SetArguments,
    was: Option<&Listing>,
    mailbox: &dieu7::message::Mailbox,
) -> Result<Listing, Failure> {
    let day = |option: &str, text: &Option<String>| text.as_deref().map(|text| super::day(option, text)).transpose();
    let text = |text: &str| clean(text, LONGEST);
    let mut listing = was.cloned().unwrap_or_else(|| Listing {
        mailbox: mailbox.clone(),
        kind: Kind::Unit,
        agency: String::new(),
        aliases: Vec::new(),
        codes: std::collections::BTreeSet::new(),
        logins: std::collections::BTreeSet::new(),
        publication: Publication::Portal,
        published_on: None,
        source: String::new(),
        period: Period::ALWAYS,
        pins: Vec::new(),
        request: None,
        successor: None,
        known: Period::ALWAYS,
    });
    if let Some(kind) = arguments.kind {
        listing.kind = import::kind(kind);
    }
    if let Some(agency) = &arguments.agency {
        listing.agency = text(agency);
    }
    if !arguments.alias.is_empty() {
        listing.aliases = arguments.alias.iter().map(|alias| text(alias)).collect();
    }
    if !arguments.code.is_empty() {
        listing.codes =
            arguments.code.iter().map(|text| code::of(text).ok_or_else(|| no_code(text))).collect::<Result<_, _>>()?;
    }
    if !arguments.login.is_empty() {
        listing.logins = arguments.login.iter().map(|login| login.to_ascii_lowercase()).collect();
    }
    if let Some(publication) = arguments.publication {
        listing.publication = import::publication(publication);
    }
    if let Some(source) = &arguments.source {
        listing.source = text(source);
    }
    listing.published_on = day("--published-on", &arguments.published_on)?.or(listing.published_on);
    if let Some(successor) = &arguments.successor {
        listing.successor = Some(super::mailbox(successor)?);
    }
    let from = day("--valid-from", &arguments.valid_from)?.or(listing.period.from());
    let to = day("--valid-to", &arguments.valid_to)?.map(end_of).or(listing.period.to());
    listing.period = Period::new(from, to).ok_or_else(|| backwards(&arguments.mailbox))?;
    listing.request = request(arguments, listing.request)?;
    if listing.agency.is_empty() && listing.kind == Kind::Unit {
        return Err(no_agency(&arguments.mailbox));
    }
    Ok(listing)
}

/// A request of its own, or further days of the one that stands there.
fn request(arguments: &SetArguments, was: Option<Request>) -> Result<Option<Request>, Failure> {
    let day = |option: &str, text: &Option<String>| text.as_deref().map(|text| super::day(option, text)).transpose();
    let days = [
        day("--requested-on", &arguments.requested_on)?,
        day("--done-on", &arguments.done_on)?,
        day("--notified-on", &arguments.notified_on)?,
    ];
    let says_more = days.iter().any(Option::is_some) || arguments.reason.is_some() || arguments.decision.is_some();
    let mut request = match (arguments.request, was) {
        (Some(asked), _) => {
            let kind = match asked {
                Asked::Create => RequestKind::Create,
                Asked::Change => RequestKind::Change,
                Asked::Cancel => RequestKind::Cancel,
            };
            let nothing = String::new();
            Request {
                kind,
                reason: nothing.clone(),
                decision: nothing,
                requested_on: None,
                done_on: None,
                notified_on: None,
            }
        }
        (None, Some(was)) => was,
        (None, None) if says_more => return Err(no_request(&arguments.mailbox)),
        (None, None) => return Ok(None),
    };
    let [requested_on, done_on, notified_on] = days;
    request.requested_on = requested_on.or(request.requested_on);
    request.done_on = done_on.or(request.done_on);
    request.notified_on = notified_on.or(request.notified_on);
    if let Some(reason) = &arguments.reason {
        request.reason = clean(reason, LONGEST);
    }
    if let Some(decision) = &arguments.decision {
        request.decision = clean(decision, LONGEST);
    }
    Ok(Some(request))
}

fn which(known: &[&Listing], named: &str) -> Failure {
    let days: Vec<String> = known.iter().map(|listing| words::period(&listing.period)).collect();
    Failure::new(
        USAGE,
        Text {
            vi: "Chưa rõ mục nào của hộp thư.", en: "It is not clear which listing of the mailbox is meant."
        },
        format_args!("{named}: {}", days.join(", ")),
        Text {
            vi: "nêu ngày đầu của mục bằng --of, hoặc --valid-from để thêm mục mới.",
            en: "name the listing by its first day with --of, or give --valid-from for a new one.",
        },
    )
}

fn backwards(named: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Ngày cuối trước ngày đầu.", en: "It would end before it begins." },
        named,
        Text { vi: "sửa --valid-from hoặc --valid-to.", en: "mend --valid-from or --valid-to." },
    )
}

fn no_code(text: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không phải mã của cơ quan.", en: "This is no code of an agency." },
        format_args!("--code {text}"),
        Text {
            vi: "viết như MST:5000123456, MNS:1012345 hoặc QĐTL:12/QĐ-UBND.",
            en: "write it as MST:5000123456, MNS:1012345 or QĐTL:12/QĐ-UBND.",
        },
    )
}

fn no_agency(named: &str) -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Hộp thư đơn vị phải có tên cơ quan, đơn vị.",
            en: "A unit's mailbox needs the name of its agency.",
        },
        named,
        Text { vi: "thêm --agency TÊN.", en: "add --agency NAME." },
    )
}

fn no_request(named: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Chưa nêu loại yêu cầu.", en: "The kind of request is not said." },
        named,
        Text { vi: "thêm --request create, change hoặc cancel.", en: "add --request create, change or cancel." },
    )
}
