//! Rules of lists and exports of mailboxes, whatever is in them.

use crate::message::Mailbox;
use crate::message::name::clean;
use crate::sender::directory::intake::{Request, Told, read};
use crate::sender::directory::{Publication, accounts};
use crate::sender::{Directory, Kind};
use crate::time::UnixTime;

/// What a list gives is what it would give when it were written in our own form and read again; no name in it steers a
/// terminal, and no account has an address that is none.
pub(super) fn intake(octets: &[u8]) {
    let request = Request {
        publication: Publication::Portal,
        source: "https://example.vn/",
        read_on: UnixTime::from_seconds(1_793_466_000), // midnight in Vietnam
        kind: Kind::Unit,
        valid_from: None,
        columns: Told::default(),
        charset: None,
    };
    if let Ok(intake) = read(octets, &request) {
        for entry in &intake.entries {
            let listing = &entry.listing;
            assert_eq!(Mailbox::parse(&listing.mailbox.to_string()).as_ref(), Ok(&listing.mailbox));
            assert_eq!(clean(&listing.agency, 512), listing.agency, "names are clean");
            let toml = Directory::to_toml(None, std::iter::once(listing));
            let again = Directory::from_toml(&toml).expect("what is written is read");
            assert_eq!(again.listings(), std::slice::from_ref(listing), "an export says the same");
        }
    }
    if let Ok(read) = accounts::read(octets) {
        for account in &read.accounts {
            let mailbox = account.mailbox.as_ref().expect("an account has an address");
            assert!(account.logins.contains(&mailbox.to_string()) && !account.aliases.contains(mailbox));
        }
    }
}
