//! The output of `zmprov -l gaa -v`: `# name ADDRESS`, then one attribute a line, then an empty line.

use super::{AccountFault, Accounts, Attributes, MOST, Source, State};
use crate::message::Mailbox;

/// Attributes of which an account has one. A second one comes from somebody's text.
const SINGLE: [&str; 2] = ["zimbraAccountStatus", "zimbraMailDeliveryAddress"];

/// Reads the accounts. What follows a value with line breaks up to the next account may be anybody's words: attributes
/// are written in alphabetical order, so whatever breaks it is such a word.
pub(super) fn read(text: &str) -> Accounts {
    let mut out = Accounts { source: Some(Source::Zmprov), ..Accounts::default() };
    let mut open: Option<Open> = None;
    for (line, text) in (1..).zip(text.lines()) {
        if let Some(name) = text.strip_prefix("# name ") {
            finish(open.take(), &mut out);
            if out.accounts.len() >= MOST {
                out.faults.push((line, AccountFault::TooMany));
                return out;
            }
            let attributes = Attributes { line, name: Some(name.trim().to_owned()), ..Attributes::default() };
            open = Some(Open { attributes, last: String::new(), single: Vec::new(), is_doubtful: false });
            continue;
        }
        let Some(open) = &mut open else { continue };
        let Some((attribute, value)) = text.split_once(": ").filter(|(name, _)| is_attribute(name)) else {
            // A further line of a value, or an attribute without one.
            continue;
        };
        if attribute < open.last.as_str() {
            continue;
        }
        attribute.clone_into(&mut open.last);
        if let Some(name) = SINGLE.iter().find(|name| **name == attribute) {
            open.is_doubtful |= open.single.contains(name);
            open.single.push(name);
        }
        // Its own address is the name; `mail` has the others, too.
        if attribute == "zimbraMailDeliveryAddress" {
            continue;
        }
        open.attributes.take(attribute, value);
    }
    finish(open, &mut out);
    // Two accounts of one name: one of them is somebody's text.
    let mut places: std::collections::HashMap<Mailbox, usize> = std::collections::HashMap::new();
    let mut twice = Vec::new();
    for (n, account) in out.accounts.iter().enumerate() {
        if let Some(mailbox) = &account.mailbox
            && let Some(first) = places.insert(mailbox.clone(), n)
        {
            twice.extend([first, n]);
        }
    }
    for n in twice {
        if let Some(account) = out.accounts.get_mut(n) {
            account.state = State::Doubtful;
        }
    }
    out
}

struct Open {
    attributes: Attributes,
    last: String,
    single: Vec<&'static str>,
    is_doubtful: bool,
}

fn finish(open: Option<Open>, out: &mut Accounts) {
    let Some(open) = open else { return };
    if let Some(mut account) = open.attributes.account(&mut out.faults) {
        if open.is_doubtful {
            account.state = State::Doubtful;
        }
        out.accounts.push(account);
    }
}

fn is_attribute(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(|o| o.is_ascii_alphanumeric() || o == b'-')
}
