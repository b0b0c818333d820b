//! The entry that says how the directory of mailboxes was changed: by whom, from what source, and what came of it.
//!
//! The leaf names no mailbox and no person. It holds digests, of which the one of the directory stands for every listing
//! with its history, and a salted commitment to who made the change; the plain words stand beside the directory, where
//! they can be erased lawfully.

use serde_json::json;

use super::entry::{Entry, Rulings, VERSION, canonical};
use crate::digest::{Sha256, hex};
use crate::sender::directory::change::{ChangeSet, Counts};
use crate::time::UnixTime;

/// Who changes the directory, and by what.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct By {
    /// Address of the page, or name of the file, that was read; empty where it was typed.
    pub source: String,
    /// Digest of the octets that were read.
    pub sha256: Option<Sha256>,
    /// Account of the operating system.
    pub user: String,
    /// Name that the person gave.
    pub name: String,
    /// Why, in the person's words; a decision's number, say.
    pub reason: String,
}

/// A change of the directory as it is recorded.
#[derive(Clone, Copy, Debug)]
pub struct DirectoryChange<'a> {
    /// When it is recorded.
    pub at: UnixTime,
    /// From when on it counts.
    pub known_from: UnixTime,
    /// Its number, from 1.
    pub number: u64,
    /// Who, and by what.
    pub by: &'a By,
    /// Random octets, without which nobody can try names against the commitment.
    pub salt: &'a [u8; 16],
    /// What was asked for.
    pub set: &'a ChangeSet,
    /// What came of it.
    pub counts: Counts,
    /// Names the directory from before, with its history.
    pub before: Option<Sha256>,
    /// Names it now.
    pub after: Sha256,
}

/// A report lists this many changes; the tables of the directory hold them all.
const LISTED: usize = 1000;

impl By {
    /// Commits to account and name without telling them.
    #[must_use]
    pub fn commitment(&self, salt: &[u8; 16]) -> Sha256 {
        Sha256::of(&canonical(&json!({ "salt": hex(salt), "user": self.user, "name": self.name })))
    }
}

impl Entry {
    /// Writes down a change of the directory.
    #[must_use]
    pub fn directory(change: &DirectoryChange<'_>) -> Self {
        let DirectoryChange { by, set, counts, .. } = change;
        let days = |day: Option<UnixTime>| day.map(UnixTime::seconds);
        let listed = set.changes.iter().take(LISTED);
        let report = canonical(&json!({
            "v": VERSION,
            "directory": {
                "number": change.number,
                "source": by.source,
                "sha256": by.sha256.map(|digest| digest.to_string()),
                "read_on": days(set.read_on),
                "reason": by.reason,
                "known_from": change.known_from.seconds(),
                "added": counts.added,
                "changed": counts.changed,
                "closed": counts.closed,
                "change_count": set.changes.len(),
                "changes": listed.map(|one| json!([one.token(), one.mailbox().to_string()])).collect::<Vec<_>>(),
            },
        }));
        let leaf = canonical(&json!({
            "v": VERSION,
            "kind": "directory",
            "at": change.at.seconds(),
            "known_from": change.known_from.seconds(),
            "number": change.number,
            // The name of a file may be that of a person; a published page's address is nobody's.
            "source": Some(&by.source).filter(|source| source.starts_with("http")),
            "sha256": by.sha256.map(|digest| digest.to_string()),
            "read_on": days(set.read_on),
            "by": by.commitment(change.salt).to_string(),
            "added": counts.added,
            "changed": counts.changed,
            "closed": counts.closed,
            "before": change.before.map(|digest| digest.to_string()),
            "after": change.after.to_string(),
            "report": Sha256::of(&report).to_string(),
        }));
        let rulings = Rulings {
            at: change.at,
            verdict: "",
            queue_id: String::new(),
            message_id: String::new(),
            mailbox: String::new(),
            message: None,
            documents: Vec::new(),
        };
        Self { leaf, report, rulings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Mailbox;
    use crate::sender::directory::{Change, Key};

    fn entry(by: &By, salt: &[u8; 16]) -> Entry {
        let mailbox = Mailbox::parse("soyte@tuyenquang.gov.vn").unwrap();
        let set = ChangeSet {
            changes: vec![Change::Retract { of: Key { mailbox, from: None } }; 5000],
            read_on: Some(UnixTime::from_seconds(5)),
            base: None,
        };
        Entry::directory(&DirectoryChange {
            at: UnixTime::from_seconds(10),
            known_from: UnixTime::from_seconds(12),
            number: 1,
            by,
            salt,
            set: &set,
            counts: Counts { closed: 5000, ..Counts::default() },
            before: None,
            after: Sha256::of(b"after"),
        })
    }

    fn lan() -> By {
        By {
            user: "lan".into(),
            name: "Nguyễn Thị Lan".into(),
            source: "https://tuyenquang.gov.vn".into(),
            ..By::default()
        }
    }

    #[test]
    fn a_leaf_names_neither_a_person_nor_a_mailbox_and_stays_small() {
        let entry = entry(&lan(), &[1; 16]);
        let leaf = String::from_utf8(entry.leaf).unwrap();
        assert!(!leaf.contains("lan") && !leaf.contains("Lan") && !leaf.contains('@'), "{leaf}");
        assert!(leaf.contains("\"kind\":\"directory\"") && leaf.contains("\"closed\":5000"));
        assert!(leaf.len() < 2000 && entry.report.len() < 65_535);
        assert!(leaf.contains(&Sha256::of(&entry.report).to_string()));
    }

    #[test]
    fn who_changed_it_can_be_shown_by_whoever_has_the_salt() {
        let leaf = String::from_utf8(entry(&lan(), &[1; 16]).leaf).unwrap();
        assert!(leaf.contains(&lan().commitment(&[1; 16]).to_string()));
        assert!(!leaf.contains(&lan().commitment(&[2; 16]).to_string()));
        let other = By { user: "root".into(), ..lan() };
        assert_ne!(other.commitment(&[1; 16]), lan().commitment(&[1; 16]));
    }
}
