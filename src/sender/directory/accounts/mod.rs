//! Real accounts of the mail servers, as administrators export them, known by their content: LDIF, the output of
//! `zmprov -l gaa`, or a plain list. They are held against the published list (`super::reconcile`); they prove nothing
//! about it.

mod ldif;
mod zmprov;

use std::collections::BTreeSet;
use std::fmt;

use super::Kind;
use super::intake::{Charset, IntakeFault, decode};
use crate::message::Mailbox;
use crate::message::name::clean;

/// One account of a server.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Account {
    /// Its address.
    pub mailbox: Option<Mailbox>,
    /// Further addresses at which it receives.
    pub aliases: BTreeSet<Mailbox>,
    /// Names under which it logs in, in lower case.
    pub logins: BTreeSet<String>,
    /// Whether it works.
    pub state: State,
    /// What the attributes make of it; `None` where they do not tell.
    pub kind: Option<Kind>,
    /// How it calls itself, cleaned.
    pub name: String,
    /// Where it begins.
    pub line: u64,
}

/// Whether an account works.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum State {
    /// Receives and sends, as far as the export says.
    #[default]
    Active,
    /// Closed, disabled or locked.
    Closed,
    /// The export says two things about it.
    Doubtful,
}

/// In what form the export came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// RFC 2849. A value cannot pass for another line there, so logins may be taken from it.
    Ldif,
    /// One address a line.
    List,
    /// `zmprov -l gaa -v`. It writes values with line breaks as they are, so that a user's own text can look like lines of
    /// another account: good for a comparison that a person reads, not for logins.
    Zmprov,
}

/// An export that was read.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    /// In what form; `None` of nothing.
    pub source: Option<Source>,
    /// The accounts.
    pub accounts: Vec<Account>,
    /// Lines that could not be read, and why.
    pub faults: Vec<(u64, AccountFault)>,
}

/// Why a line of an export is not read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AccountFault {
    /// Not `attribute: value`.
    NotAnAttribute,
    /// Not an address.
    NotAMailbox(String),
    /// Not base64, or no text in it.
    NotText(String),
    /// A value that lies in another file or at another address; it is not fetched.
    Elsewhere(String),
    /// A change of an entry, not an entry.
    NotAnEntry,
    /// More accounts than [`MOST`].
    TooMany,
}

/// No server of a province has more accounts.
pub const MOST: usize = 500_000;
/// No export of them is larger.
pub const LARGEST: usize = 256 << 20;
/// Faults that are told one by one.
const TOLD: usize = 1_000;

/// Reads an export.
pub fn read(octets: &[u8]) -> Result<Accounts, IntakeFault> {
    if octets.len() > LARGEST {
        return Err(IntakeFault::TooLarge);
    }
    let decoded = decode(octets, None)?;
    if decoded.charset == Charset::Windows1258 {
        return Err(IntakeFault::CharsetUntold);
    }
    let text = decoded.text;
    let mut accounts = match form(&text) {
        Source::Ldif => ldif::read(&text),
        Source::Zmprov => zmprov::read(&text),
        Source::List => list(&text),
    };
    accounts.faults.truncate(TOLD);
    Ok(accounts)
}

fn form(text: &str) -> Source {
    for line in text.lines() {
        let lower = line.get(..10).unwrap_or(line).to_ascii_lowercase();
        if lower.starts_with("# name ") {
            return Source::Zmprov;
        }
        if lower.starts_with("dn:") || lower.starts_with("version:") {
            return Source::Ldif;
        }
        if !(line.trim().is_empty() || line.starts_with('#')) {
            break;
        }
    }
    Source::List
}

/// `zmprov -l gaa` without details, or any list of addresses, one a line.
fn list(text: &str) -> Accounts {
    let mut out = Accounts { source: Some(Source::List), ..Accounts::default() };
    let mut seen = std::collections::HashSet::new();
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match Mailbox::parse(text) {
            Ok(mailbox) if seen.insert(mailbox.clone()) => {
                if out.accounts.len() >= MOST {
                    out.faults.push((line, AccountFault::TooMany));
                    return out;
                }
                let logins = BTreeSet::from([mailbox.to_string()]);
                out.accounts.push(Account { mailbox: Some(mailbox), logins, line, ..Account::default() });
            }
            Ok(_) => {}
            Err(_) => out.faults.push((line, AccountFault::NotAMailbox(clean(text, 80)))),
        }
    }
    out
}

/// What the attributes of one account say, gathered whatever the form.
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute that is there or not")]
#[derive(Default)]
struct Attributes {
    line: u64,
    name: Option<String>,
    mail: Vec<String>,
    aliases: Vec<String>,
    logins: Vec<String>,
    states: Vec<State>,
    given_name: bool,
    surname: bool,
    is_group: bool,
    display: String,
    title: bool,
    is_machine: bool,
}

impl Attributes {
    /// Takes in one attribute; options such as `;lang-vi` (RFC 4512, 2.5) are of no matter here.
    fn take(&mut self, attribute: &str, value: &str) {
        let name = attribute.split(';').next().unwrap_or_default().to_ascii_lowercase();
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        match name.as_str() {
            "mail" | "email" | "zimbramaildeliveryaddress" => self.mail.push(value.to_owned()),
            "mailalternateaddress" | "mailalias" | "rfc822mailbox" | "zimbramailalias" => {
                self.aliases.push(value.to_owned());
            }
            // Exchange: the prefix in capitals is the primary address.
            "proxyaddresses" => {
                if let Some(address) = value.strip_prefix("SMTP:") {
                    self.mail.insert(0, address.to_owned());
                } else if let Some(address) = value.strip_prefix("smtp:") {
                    self.aliases.push(address.to_owned());
                }
            }
            "samaccountname" | "uid" | "userprincipalname" => self.logins.push(value.to_lowercase()),
            "accountstatus" | "mailuserstatus" | "zimbraaccountstatus" => {
                let works = matches!(value.to_ascii_lowercase().as_str(), "active" | "enabled");
                self.states.push(if works { State::Active } else { State::Closed });
            }
            "useraccountcontrol" => {
                // ACCOUNTDISABLE of Active Directory.
                let disabled = value.parse::<u32>().is_ok_and(|flags| flags & 2 != 0);
                self.states.push(if disabled { State::Closed } else { State::Active });
            }
            "nsaccountlock" => {
                let locked = value.eq_ignore_ascii_case("true");
                self.states.push(if locked { State::Closed } else { State::Active });
            }
            "pwdaccountlockedtime" => self.states.push(State::Closed),
            "givenname" => self.given_name = true,
            "sn" | "surname" => self.surname = true,
            "personaltitle" | "title" => self.title = true,
            "displayname" => self.display = clean(value, 120),
            "cn" if self.display.is_empty() => self.display = clean(value, 120),
            "objectclass" => {
                self.is_group |= ["group", "groupofnames", "mailgroup", "zimbradistributionlist"]
                    .iter()
                    .any(|group| value.eq_ignore_ascii_case(group));
                self.is_machine |= value.eq_ignore_ascii_case("computer");
            }
            "zimbraissystemaccount" | "zimbraissystemresource" => self.is_machine |= value.eq_ignore_ascii_case("true"),
            _ => {}
        }
    }

    /// The account, where it has an address; `None` of persons without mail, units of organisation and machines.
    fn account(self, faults: &mut Vec<(u64, AccountFault)>) -> Option<Account> {
        if self.is_machine {
            return None;
        }
        let line = self.line;
        let mut read = |text: &str| {
            let mailbox = Mailbox::parse(text).ok();
            if mailbox.is_none() {
                faults.push((line, AccountFault::NotAMailbox(clean(text, 80))));
            }
            mailbox
        };
        let named = self.name.as_deref().and_then(&mut read);
        let mails: Vec<Mailbox> = self.mail.iter().filter_map(|text| read(text)).collect();
        let mailbox = named.or_else(|| mails.first().cloned())?;
        let mut aliases: BTreeSet<Mailbox> = self.aliases.iter().filter_map(|text| read(text)).collect();
        aliases.extend(mails);
        aliases.remove(&mailbox);
        let mut states = self.states.iter();
        let first = states.next().copied().unwrap_or_default();
        let state = if states.all(|other| *other == first) { first } else { State::Doubtful };
        let kind = if self.is_group || is_unit_name(&self.display) {
            Some(Kind::Unit)
        } else if self.given_name && self.surname || self.title {
            Some(Kind::Personal)
        } else {
            None
        };
        let mut logins: BTreeSet<String> = self.logins.into_iter().collect();
        logins.insert(mailbox.to_string());
        Some(Account { mailbox: Some(mailbox), aliases, logins, state, kind, name: self.display, line })
    }
}

/// Words with which names of agencies and units begin.
const UNITS: [&str; 28] = [
    "ban",
    "benh vien",
    "bo phan mot cua",
    "chi cuc",
    "cong an",
    "cong an tinh",
    "cuc",
    "dang uy",
    "doan",
    "hoi",
    "hdnd",
    "hoi dong nhan dan",
    "kho bac",
    "mat tran",
    "phong",
    "so",
    "thanh tra",
    "tinh uy",
    "toa an",
    "tram",
    "trung tam",
    "trung tam hanh chinh",
    "truong",
    "ubnd",
    "uy ban",
    "van phong",
    "van thu",
    "vien",
];

fn is_unit_name(name: &str) -> bool {
    let folded = crate::sender::binding::name::folded(name);
    UNITS.iter().any(|unit| folded.strip_prefix(unit).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

impl fmt::Display for AccountFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnAttribute => f.write_str("expected \"attribute: value\""),
            Self::NotAMailbox(found) => write!(f, "no address: {found:?}"),
            Self::NotText(attribute) => write!(f, "{attribute}: no base64 with text in it"),
            Self::Elsewhere(attribute) => write!(f, "{attribute}: its value lies elsewhere, which is not fetched"),
            Self::NotAnEntry => f.write_str("a change of an entry, not an entry"),
            Self::TooMany => write!(f, "more than {MOST} accounts"),
        }
    }
}

#[cfg(test)]
mod tests;
