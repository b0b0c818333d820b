//! One row of a directory file, as typed, into a listing, as meant.

use super::{DAY, DirectoryError, Kind, Listing, Pin, Publication, Role, RowFault};
use crate::digest::Sha256;
use crate::message::Mailbox;
use crate::sender::binding::code;
use crate::time::{Period, UnixTime};

/// Columns of the CSV form, keys of the TOML form.
pub(super) const COLUMNS: [&str; 10] =
    ["mailbox", "kind", "agency", "aliases", "logins", "published_on", "source", "valid_from", "valid_to", "signers"];

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
}

impl Row {
    /// Checks every cell; all faults of the row are reported. `line_of` tells where a column stands.
    pub fn read(self, line_of: impl Fn(&str) -> u64, errors: &mut Vec<DirectoryError>) -> Option<Listing> {
        let before = errors.len();
        let mut fault = |column: &'static str, fault| {
            errors.push(DirectoryError { line: line_of(column), column: Some(column), fault });
        };
        let mailbox = Mailbox::parse(self.mailbox.trim()).ok();
        if mailbox.is_none() {
            fault("mailbox", RowFault::NotAMailbox(self.mailbox));
        }
        let kind = match self.kind.trim() {
            "personal" => Some(Kind::Personal),
            "unit" => Some(Kind::Unit),
            _ => None,
        };
        if kind.is_none() {
            fault("kind", RowFault::NotAKind(self.kind));
        }
        let agency = self.agency.trim().to_owned();
        if agency.is_empty() && kind == Some(Kind::Unit) {
            fault("agency", RowFault::Empty);
        }
        let mut pins: Vec<Pin> = Vec::new();
        for pin in self.signers {
            match Sha256::from_hex(pin.trim()) {
                Some(certificate) if pins.iter().any(|pin| pin.certificate == certificate) => {}
                Some(certificate) => {
                    pins.push(Pin { certificate, role: Role::Agency, period: Period::ALWAYS, by: String::new() });
                }
                None => fault("signers", RowFault::NotADigest(pin)),
            }
        }
        let mut date = |column, text: String| match text.trim() {
            "" => None,
            day => {
                let moment = UnixTime::parse(day).filter(|_| day.len() == 10);
                if moment.is_none() {
                    fault(column, RowFault::NotADate(text));
                }
                moment
            }
        };
        let published_on = date("published_on", self.published_on);
        let from = date("valid_from", self.valid_from);
        // The last day belongs to the period, to its last second in Vietnam.
        let to = date("valid_to", self.valid_to).map(|day| day.plus(DAY - 1));
        let period = Period::new(from, to);
        if period.is_none() {
            fault("valid_to", RowFault::EndsBeforeStart);
        }
        // Some aliases are no names but codes in certificates: `MST:5000123456` (UID of the subject).
        let (codes, aliases): (Vec<String>, Vec<String>) =
            self.aliases.into_iter().partition(|alias| code::is_marked(alias));
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
            source: self.source.trim().to_owned(),
            publication: Publication::Portal,
            period: period?,
            pins,
            request: None,
            successor: None,
            known: Period::ALWAYS,
        })
    }
}
