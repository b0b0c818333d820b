//! One row of a directory file, as typed, into a listing, as meant; and back.

use super::field::{Field, Fields};
use super::{DAY, DirectoryError, Kind, Listing, Pin, Publication, Request, RequestKind, Role, RowFault};
use crate::digest::Sha256;
use crate::message::Mailbox;
use crate::message::name::{clean, is_hidden};
use crate::sender::binding::code;
use crate::time::{Period, UnixTime};

/// Columns of the CSV form, keys of the TOML form.
pub(super) const COLUMNS: [&str; 10] =
    ["mailbox", "kind", "agency", "aliases", "logins", "published_on", "source", "valid_from", "valid_to", "signers"];
/// Columns that may follow them, in any order. Files without them stay as valid as they were.
pub(super) const FURTHER: [&str; 9] =
    ["publication", "request", "reason", "decision", "requested_on", "done_on", "notified_on", "successor", "pins"];
/// Characters of a name or a reason. Official names with their parents run to about 200.
pub(super) const LONGEST_TEXT: usize = 512;

/// Cells of one row; lists already split.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub mailbox: String,
    pub kind: String,
    pub agency: String,
    pub aliases: Vec<String>,
    pub logins: Vec<String>,
    pub published_on: String,
    pub source: String,
    pub valid_from: String,
    pub valid_to: String,
    pub signers: Vec<String>,
    pub publication: String,
    pub request: String,
    pub reason: String,
    pub decision: String,
    pub requested_on: String,
    pub done_on: String,
    pub notified_on: String,
    pub successor: String,
    pub pins: Vec<PinRow>,
}

/// A pin with its role and days, as typed.
#[derive(Debug, Default)]
pub(super) struct PinRow {
    pub certificate: String,
    pub role: String,
    pub from: String,
    pub to: String,
    pub by: String,
}

/// Where faults of a row go.
struct Faults<'a, F> {
    line_of: F,
    errors: &'a mut Vec<DirectoryError>,
}

impl<F: Fn(&str) -> u64> Faults<'_, F> {
    fn push(&mut self, column: &'static str, fault: RowFault) {
        self.errors.push(DirectoryError { line: (self.line_of)(column), column: Some(column), fault });
    }

    fn day(&mut self, column: &'static str, text: String) -> Option<UnixTime> {
        let day = text.trim();
        if day.is_empty() {
            return None;
        }
        let moment = UnixTime::parse(day).filter(|_| day.len() == 10);
        if moment.is_none() {
            self.push(column, RowFault::NotADate(text));
        }
        moment
    }

    /// NFC, without what is not seen. A text that turns its own direction shows a name that is not there.
    fn text(&mut self, column: &'static str, text: &str) -> String {
        if text.chars().any(turns) {
            self.push(column, RowFault::Direction);
        } else if text.chars().count() > LONGEST_TEXT {
            self.push(column, RowFault::TooLong(LONGEST_TEXT));
        }
        clean(text, LONGEST_TEXT)
    }

    fn period(&mut self, columns: [&'static str; 2], from: String, to: String) -> Option<Period> {
        let from = self.day(columns[0], from);
        // The last day belongs to the period, to its last second in Vietnam.
        let to = self.day(columns[1], to).map(|day| day.plus(DAY - 1));
        let period = Period::new(from, to);
        if period.is_none() {
            self.push(columns[1], RowFault::EndsBeforeStart);
        }
        period
    }

    fn pin(&mut self, row: PinRow) -> Option<Pin> {
        let certificate = Sha256::from_hex(row.certificate.trim());
        if certificate.is_none() {
            self.push("pins", RowFault::NotADigest(row.certificate));
        }
        let role = match row.role.trim() {
            "" | "agency" => Some(Role::Agency),
            "head" => Some(Role::Head),
            "delegate" => Some(Role::Delegate),
            _ => None,
        };
        if role.is_none() {
            self.push("pins", RowFault::NotARole(row.role));
        }
        let period = self.period(["pins", "pins"], row.from, row.to);
        let by = self.text("pins", &row.by);
        Some(Pin { certificate: certificate?, role: role?, period: period?, by })
    }
}

impl Row {
    /// Checks every cell; all faults of the row are reported. `line_of` tells where a column stands.
    pub fn read(self, line_of: impl Fn(&str) -> u64, errors: &mut Vec<DirectoryError>) -> Option<Listing> {
        let before = errors.len();
        let mut faults = Faults { line_of, errors };
        let mailbox = Mailbox::parse(self.mailbox.trim()).ok();
        if mailbox.is_none() {
            faults.push("mailbox", RowFault::NotAMailbox(self.mailbox));
        }
        let kind = match self.kind.trim() {
            "personal" => Some(Kind::Personal),
            "unit" => Some(Kind::Unit),
            _ => None,
        };
        if kind.is_none() {
            faults.push("kind", RowFault::NotAKind(self.kind));
        }
        let agency = faults.text("agency", &self.agency);
        if agency.is_empty() && kind == Some(Kind::Unit) {
            faults.push("agency", RowFault::Empty);
        }
        let mut pins: Vec<Pin> = Vec::new();
        for pin in self.signers {
            match Sha256::from_hex(pin.trim()) {
                Some(certificate) if pins.iter().any(|pin| pin.certificate == certificate) => {}
                Some(certificate) => {
                    pins.push(Pin { certificate, role: Role::Agency, period: Period::ALWAYS, by: String::new() });
                }
                None => faults.push("signers", RowFault::NotADigest(pin)),
            }
        }
        for pin in self.pins {
            pins.extend(faults.pin(pin).filter(|pin| !pins.contains(pin)));
        }
        let published_on = faults.day("published_on", self.published_on);
        let period = faults.period(["valid_from", "valid_to"], self.valid_from, self.valid_to);
        let publication = match self.publication.trim() {
            "" | "portal" => Some(Publication::Portal),
            "own-site" => Some(Publication::OwnSite),
            _ => None,
        };
        if publication.is_none() {
            faults.push("publication", RowFault::NotAPublication(self.publication));
        }
        let successor = match self.successor.trim() {
            "" => None,
            text => {
                let successor = Mailbox::parse(text).ok();
                if successor.is_none() {
                    faults.push("successor", RowFault::NotAMailbox(text.to_owned()));
                }
                successor
            }
        };
        let kind_of_request = match self.request.trim() {
            "" => None,
            "create" => Some(RequestKind::Create),
            "change" => Some(RequestKind::Change),
            "cancel" => Some(RequestKind::Cancel),
            _ => {
                faults.push("request", RowFault::NotARequest(self.request));
                None
            }
        };
        let reason = faults.text("reason", &self.reason);
        let decision = faults.text("decision", &self.decision);
        let requested_on = faults.day("requested_on", self.requested_on);
        let done_on = faults.day("done_on", self.done_on);
        let notified_on = faults.day("notified_on", self.notified_on);
        let days = [requested_on, done_on, notified_on];
        if kind_of_request.is_none()
            && (!reason.is_empty() || !decision.is_empty() || days.iter().any(Option::is_some))
            && faults.errors.len() == before
        {
            faults.push("request", RowFault::Empty);
        }
        let request =
            kind_of_request.map(|kind| Request { kind, reason, decision, requested_on, done_on, notified_on });
        let (codes, aliases): (Vec<String>, Vec<String>) =
            self.aliases.into_iter().partition(|alias| code::is_marked(alias));
        let aliases = aliases.iter().map(|alias| faults.text("aliases", alias)).collect();
        let source = faults.text("source", &self.source);
        if errors.len() > before {
            return None;
        }
        Some(Listing {
            mailbox: mailbox?,
            kind: kind?,
            agency,
            aliases,
            codes: codes.iter().filter_map(|text| code::of(text)).collect(),
            logins: self.logins.iter().map(|login| login.to_ascii_lowercase()).collect(),
            published_on,
            source,
            publication: publication?,
            period: period?,
            pins,
            request,
            successor,
            known: Period::ALWAYS,
        })
    }

    /// A listing as it is typed. What it says of when it was known is not in it.
    pub fn of(listing: &Listing) -> Self {
        let day = |time: Option<UnixTime>| time.map_or_else(String::new, iso_day);
        let is_plain = |pin: &&Pin| pin.role == Role::Agency && pin.period == Period::ALWAYS && pin.by.is_empty();
        let codes = listing.codes.iter().map(|code| code::marked(code));
        let request = listing.request.as_ref();
        Self {
            mailbox: listing.mailbox.to_string(),
            kind: kind_token(listing.kind).to_owned(),
            agency: listing.agency.clone(),
            aliases: listing.aliases.iter().cloned().chain(codes).collect(),
            logins: listing.logins.iter().cloned().collect(),
            published_on: day(listing.published_on),
            source: listing.source.clone(),
            valid_from: day(listing.period.from()),
            valid_to: day(listing.period.to()),
            signers: listing.pins.iter().filter(is_plain).map(|pin| pin.certificate.to_string()).collect(),
            publication: publication_token(listing.publication).to_owned(),
            request: request.map_or("", |request| request_token(request.kind)).to_owned(),
            reason: request.map_or_else(String::new, |request| request.reason.clone()),
            decision: request.map_or_else(String::new, |request| request.decision.clone()),
            requested_on: day(request.and_then(|request| request.requested_on)),
            done_on: day(request.and_then(|request| request.done_on)),
            notified_on: day(request.and_then(|request| request.notified_on)),
            successor: listing.successor.as_ref().map_or_else(String::new, ToString::to_string),
            pins: listing
                .pins
                .iter()
                .filter(|pin| !is_plain(pin))
                .map(|pin| PinRow {
                    certificate: pin.certificate.to_string(),
                    role: role_token(pin.role).to_owned(),
                    from: day(pin.period.from()),
                    to: day(pin.period.to()),
                    by: pin.by.clone(),
                })
                .collect(),
        }
    }
}

impl PinRow {
    /// `SHA256 role from..to by`, as a cell of the CSV form has it; all but the digest may be left out.
    pub fn parse(text: &str) -> Self {
        let mut words = text.split_whitespace().peekable();
        let mut row = Self { certificate: words.next().unwrap_or_default().to_owned(), ..Self::default() };
        words.next().unwrap_or_default().clone_into(&mut row.role);
        if let Some((from, to)) = words.peek().and_then(|days| days.split_once("..")) {
            (row.from, row.to) = (from.to_owned(), to.to_owned());
            words.next();
        }
        row.by = words.collect::<Vec<_>>().join(" ");
        row
    }

    /// The cell.
    pub fn write(&self) -> String {
        let text = format!("{} {} {}..{} {}", self.certificate, self.role, self.from, self.to, self.by);
        text.trim_end().to_owned()
    }
}

/// Whether a line is the header of our CSV form.
pub(super) fn is_header(line: &str) -> bool {
    let mut cells = line.split(',').map(str::trim);
    COLUMNS.iter().all(|column| cells.next() == Some(*column))
}

/// Of which fields a file in one of our forms speaks: of those that may be left out, where one of its rows has them.
pub(super) fn spoken_fields(text: &str, is_toml: bool) -> Fields {
    let first = [Field::Agency, Field::Aliases, Field::Codes, Field::Kind, Field::Logins, Field::PublishedOn];
    let spoken = Fields::of(&first);
    let spoken = [Field::Source, Field::ValidFrom, Field::ValidTo].into_iter().fold(spoken, Fields::with);
    let header = text.lines().find(|line| is_header(line)).unwrap_or_default();
    let has = |name: &str| {
        if is_toml {
            let begins = |line: &str| {
                line.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
            };
            text.lines().any(begins) || (name == "pins" && text.contains("[[mailbox.pins]]"))
        } else {
            header.split(',').any(|cell| cell.trim() == name)
        }
    };
    let further = [
        ("publication", Field::Publication),
        ("request", Field::Request),
        ("successor", Field::Successor),
        ("pins", Field::Pins),
    ];
    further.into_iter().filter(|(name, _)| has(name)).fold(spoken, |spoken, (_, field)| spoken.with(field))
}
/// As files, options and JSON write it.
pub const fn kind_token(kind: Kind) -> &'static str {
    match kind {
        Kind::Personal => "personal",
        Kind::Unit => "unit",
    }
}

/// The same.
pub const fn publication_token(publication: Publication) -> &'static str {
    match publication {
        Publication::OwnSite => "own-site",
        Publication::Portal => "portal",
    }
}

/// The same.
pub const fn request_token(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Cancel => "cancel",
        RequestKind::Change => "change",
        RequestKind::Create => "create",
    }
}

/// The same.
pub const fn role_token(role: Role) -> &'static str {
    match role {
        Role::Agency => "agency",
        Role::Delegate => "delegate",
        Role::Head => "head",
    }
}

/// `yyyy-mm-dd` of the day in Vietnam.
pub fn iso_day(time: UnixTime) -> String {
    let digits = time.vietnamese_day();
    match (digits.get(..4), digits.get(4..6), digits.get(6..)) {
        (Some(year), Some(month), Some(day)) if digits.len() == 8 => format!("{year}-{month}-{day}"),
        _ => digits,
    }
}

/// Characters that turn the direction of what follows (UAX 9).
pub(super) fn turns(c: char) -> bool {
    is_hidden(c) && matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
