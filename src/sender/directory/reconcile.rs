//! Real accounts held against the published list (Articles 5, 6 and 14): what is published without an account, and what
//! exists without being published.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::accounts::{Account, Accounts, State};
use super::{Change, Directory, Kind, Listing};
use crate::message::Mailbox;
use crate::time::UnixTime;

/// How a mailbox and an account stand to each other.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Finding {
    /// Published, and no account or alias receives for it.
    PublishedWithoutAccount,
    /// Published, and its account is closed, disabled or locked.
    PublishedClosed,
    /// Published, and the export says two things about its account.
    PublishedDoubtful,
    /// Published, and an alias of another account: whoever logs in there may send from it.
    PublishedAlias,
    /// An account that looks like a unit's, which nobody published.
    UnitUnpublished,
    /// An account of a person, which is not listed.
    PersonalUnlisted,
    /// An account that is not listed, of which nothing tells whose it is.
    Unlisted,
    /// Published, with an account that works.
    Agrees,
}

impl Finding {
    /// All of them, the most pressing first.
    pub const ALL: [Self; 8] = [
        Self::PublishedWithoutAccount,
        Self::PublishedClosed,
        Self::PublishedDoubtful,
        Self::PublishedAlias,
        Self::UnitUnpublished,
        Self::PersonalUnlisted,
        Self::Unlisted,
        Self::Agrees,
    ];

    /// As programs read it.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::PublishedWithoutAccount => "published-without-account",
            Self::PublishedClosed => "published-closed",
            Self::PublishedDoubtful => "published-doubtful",
            Self::PublishedAlias => "published-alias",
            Self::UnitUnpublished => "unit-unpublished",
            Self::PersonalUnlisted => "personal-unlisted",
            Self::Unlisted => "unlisted",
            Self::Agrees => "agrees",
        }
    }
}

/// One mailbox of either side.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// How both stand to each other.
    pub finding: Finding,
    /// The mailbox.
    pub mailbox: &'a Mailbox,
    /// What is published of it.
    pub listing: Option<&'a Listing>,
    /// Accounts that receive for it.
    pub accounts: Vec<&'a Account>,
}

/// Holds accounts against what is in force on a day. Accounts outside the domains of the list are of no matter: without
/// one listing of a domain nobody could tell what was to be published there.
#[must_use]
pub fn reconcile<'a>(
    accounts: &'a Accounts,
    directory: &'a Directory,
    day: UnixTime,
    known_at: UnixTime,
) -> Vec<Row<'a>> {
    let mut own: HashMap<&Mailbox, Vec<&Account>> = HashMap::new();
    let mut by_alias: HashMap<&Mailbox, Vec<&Account>> = HashMap::new();
    for account in &accounts.accounts {
        if let Some(mailbox) = &account.mailbox {
            own.entry(mailbox).or_default().push(account);
        }
        for alias in &account.aliases {
            by_alias.entry(alias).or_default().push(account);
        }
    }
    let listed: Vec<&Listing> = directory.at(day, known_at).collect();
    let published: HashSet<&Mailbox> = listed.iter().map(|listing| &listing.mailbox).collect();
    let mut rows: Vec<Row<'a>> = listed
        .iter()
        .map(|listing| {
            let mailbox = &listing.mailbox;
            let (finding, found) = match (own.get(mailbox), by_alias.get(mailbox)) {
                (Some(found), _) => (of_state(found), found.clone()),
                (None, Some(found)) => (Finding::PublishedAlias, found.clone()),
                (None, None) => (Finding::PublishedWithoutAccount, Vec::new()),
            };
            Row { finding, mailbox, listing: Some(listing), accounts: found }
        })
        .collect();
    for account in &accounts.accounts {
        let Some(mailbox) = account.mailbox.as_ref().filter(|mailbox| !published.contains(mailbox)) else { continue };
        // An account whose alias is published is told there.
        if account.state == State::Closed || account.aliases.iter().any(|alias| published.contains(alias)) {
            continue;
        }
        let finding = match account.kind {
            Some(Kind::Unit) => Finding::UnitUnpublished,
            Some(Kind::Personal) => Finding::PersonalUnlisted,
            None => Finding::Unlisted,
        };
        rows.push(Row { finding, mailbox, listing: None, accounts: vec![account] });
    }
    rows.sort_by(|one, other| (one.finding, one.mailbox).cmp(&(other.finding, other.mailbox)));
    rows
}

fn of_state(accounts: &[&Account]) -> Finding {
    if accounts.len() > 1 || accounts.iter().any(|account| account.state == State::Doubtful) {
        Finding::PublishedDoubtful
    } else if accounts.iter().any(|account| account.state == State::Closed) {
        Finding::PublishedClosed
    } else {
        Finding::Agrees
    }
}

/// The logins of accounts that work, into the listings of units that they receive for (Article 11.1). Logins that stand
/// there already stay: who may send is taken away by a person.
#[must_use]
pub fn logins(rows: &[Row<'_>]) -> Vec<Change> {
    let mut changes = Vec::new();
    for row in rows {
        let Some(listing) = row.listing.filter(|listing| listing.kind == Kind::Unit) else { continue };
        if !matches!(row.finding, Finding::Agrees | Finding::PublishedAlias) {
            continue;
        }
        let working = row.accounts.iter().filter(|account| account.state == State::Active);
        let found: BTreeSet<String> = working.flat_map(|account| account.logins.iter().cloned()).collect();
        let logins: BTreeSet<String> = listing.logins.union(&found).cloned().collect();
        if logins != listing.logins {
            changes.push(Change::LoginsSet { of: listing.key(), logins });
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::super::accounts;
    use super::*;

    fn day() -> UnixTime {
        UnixTime::parse("2026-11-01").unwrap()
    }

    fn directory() -> Directory {
        Directory::from_csv(
            "mailbox,kind,agency,aliases,logins,published_on,source,valid_from,valid_to,signers\n\
             a@x.vn,unit,A,,cu,,,,,\nb@x.vn,unit,B,,,,,,,\nc@x.vn,unit,C,,,,,,,\nd@x.vn,unit,D,,,,,,,\ne@x.vn,unit,E,,,,,,2020-12-31,\n",
        )
        .unwrap()
    }

    const EXPORT: &str = "dn: a\nmail: a@x.vn\nuid: vanthua\n\ndn: b\nmail: b@x.vn\nnsAccountLock: true\n\n\
        dn: s\nmail: soyte@x.vn\nmailAlternateAddress: c@x.vn\n\ndn: p\nmail: lan@x.vn\nsn: a\ngivenName: b\n\n\
        dn: q\nmail: q@x.vn\ncn: Phòng Tài chính\n\ndn: z\nmail: z@x.vn\n\ndn: y\nmail: y@x.vn\nnsAccountLock: true\n";

    #[test]
    fn each_mailbox_of_either_side_has_its_finding() {
        let (accounts, directory) = (accounts::read(EXPORT.as_bytes()).unwrap(), directory());
        let rows = reconcile(&accounts, &directory, day(), day());
        let found: Vec<(&str, String)> =
            rows.iter().map(|row| (row.finding.token(), row.mailbox.to_string())).collect();
        let expected = [
            ("published-without-account", "d@x.vn"),
            ("published-closed", "b@x.vn"),
            ("published-alias", "c@x.vn"),
            ("unit-unpublished", "q@x.vn"),
            ("personal-unlisted", "lan@x.vn"),
            ("unlisted", "z@x.vn"),
            ("agrees", "a@x.vn"),
        ];
        assert_eq!(found, expected.map(|(finding, mailbox)| (finding, mailbox.to_owned())));
    }

    #[test]
    fn logins_of_accounts_that_work_are_added_to_those_that_stand() {
        let (accounts, directory) = (accounts::read(EXPORT.as_bytes()).unwrap(), directory());
        let changes = logins(&reconcile(&accounts, &directory, day(), day()));
        let logins = |change: &Change| match change {
            Change::LoginsSet { logins, .. } => logins.iter().cloned().collect::<Vec<_>>().join(" "),
            other => panic!("{other:?}"),
        };
        let said: Vec<String> = changes.iter().map(logins).collect();
        assert_eq!(said, ["soyte@x.vn", "a@x.vn cu vanthua"]);
    }
}
