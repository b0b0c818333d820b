//! Entries of several origins in one store: those that come with the program, those of a bundle, the operator's own.
//!
//! All are read, so that an update of the program brings new pins and takes none of the operator's away. Where two speak
//! of one certificate the operator's word counts, because he may know of a licence that ended.

use std::fmt::Write as _;

use super::{AnchorEntry, AnchorKind, AnchorStore, AnchorsError, PUBLISHED, Purpose};
use crate::digest::Sha256;
use crate::time::{Period, UnixTime};
use crate::x509::{Certificate, Name};

/// Who says that an anchor is trusted. Of two that pin one certificate the later one in this order counts.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Origin {
    /// This project, with every update of the program.
    Published,
    /// A bundle of another gateway, confirmed by the operators of both.
    Bundle,
    /// The operator, in files of the trust folder.
    Own,
    /// The command line, for one call.
    Given,
}

/// What an operator says of a certificate that he trusts; becomes an entry with the certificate's own pin.
#[derive(Clone, Debug)]
pub struct AnchorStatement<'a> {
    /// The name by which reports shall call it.
    pub id: &'a str,
    /// Where it stands in its hierarchy.
    pub kind: AnchorKind,
    /// What it is trusted for.
    pub purposes: &'a [Purpose],
    /// When: the licence. Beyond it the certificate's own validity holds.
    pub valid: Period,
    /// Where it is published.
    pub source: &'a str,
    /// Why it is trusted.
    pub legal_basis: &'a str,
    /// Where the CA publishes its lists.
    pub crl: &'a [String],
}

impl AnchorStore {
    /// The published entries, under those of the operator's main file. That file may leave the published ones out
    /// (`published = false`), as laboratories do.
    pub fn under(own: Option<&str>) -> Result<Self, AnchorsError> {
        let mut mine = Self::default();
        let with_published = match own {
            Some(text) => mine.read_file(text)?,
            None => true,
        };
        let mut store = Self::default();
        if with_published {
            store.read(PUBLISHED)?;
            store.entries.iter_mut().for_each(|entry| entry.origin = Origin::Published);
        }
        store.merge(mine.entries);
        Ok(store)
    }

    /// Adds the entries of a further file on top; on an error nothing is added. Gives their ids.
    pub fn overlay(&mut self, text: &str, origin: Origin) -> Result<Vec<String>, AnchorsError> {
        let mut further = Self::default();
        further.read_file(text)?;
        further.entries.iter_mut().for_each(|entry| entry.origin = origin);
        let ids = further.entries.iter().map(|entry| entry.id.clone()).collect();
        self.merge(further.entries);
        Ok(ids)
    }

    /// The entry that a name means: an id, or a pin.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&AnchorEntry> {
        let pin = Sha256::from_hex(name);
        self.entries.iter().find(|entry| entry.id == name || (pin.is_some() && entry.sha256 == pin))
    }

    /// Entries with this subject that have no pin yet: what is published of them is a SHA-1 fingerprint.
    pub fn unpinned(&self, subject: &Name) -> impl Iterator<Item = &AnchorEntry> {
        self.entries.iter().filter(move |entry| entry.sha256.is_none() && entry.subject == *subject)
    }

    fn merge(&mut self, entries: Vec<AnchorEntry>) {
        for entry in entries {
            self.put(entry);
        }
        self.by_pin = self.entries.iter().enumerate().filter_map(|(at, entry)| Some((entry.sha256?, at))).collect();
    }

    fn put(&mut self, mut entry: AnchorEntry) {
        let same_pin = |other: &AnchorEntry| entry.sha256.is_some() && other.sha256 == entry.sha256;
        // An entry that waited for its pin is completed by one of its name.
        let completed = |other: &AnchorEntry| other.id == entry.id && other.sha256.is_none();
        if let Some(at) = self.entries.iter().position(|other| same_pin(other) || completed(other)) {
            let other = self.entries.remove(at);
            if entry.origin < other.origin {
                self.entries.insert(at, other);
                return;
            }
            entry.sha1 = entry.sha1.take().or(other.sha1);
            // Where lists are published decides about no trust, and an entry that is silent about it denies nothing.
            if entry.crl.is_empty() {
                entry.crl = other.crl;
            }
            self.make_room(&entry.id);
            self.entries.insert(at, entry);
        } else {
            self.make_room(&entry.id);
            self.entries.push(entry);
        }
    }

    /// Two pins under one name stay both: neither may vanish because the other one came. The later one gets the name.
    fn make_room(&mut self, id: &str) {
        let ids: Vec<String> = self.entries.iter().map(|entry| entry.id.clone()).collect();
        let mut numbers = 1_u32..;
        for entry in self.entries.iter_mut().filter(|entry| entry.id == id) {
            let names = numbers.by_ref().map(|number| format!("{id}-{}-{number}", entry.origin.token()));
            if let Some(free) = names.into_iter().find(|name| !ids.contains(name)) {
                entry.id = free;
            }
        }
    }
}

impl Origin {
    /// A word for reports and files.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Bundle => "bundle",
            Self::Own => "own",
            Self::Given => "given",
        }
    }
}

impl AnchorKind {
    /// A word for reports and files.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Issuing => "issuing",
            Self::Root => "root",
            Self::Service => "service",
        }
    }

    /// What a certificate looks like by itself.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        match (certificate.is_self_issued(), certificate.is_ca()) {
            (true, _) => Self::Root,
            (false, true) => Self::Issuing,
            (false, false) => Self::Service,
        }
    }
}

impl AnchorStatement<'_> {
    /// The text of a file with this one entry.
    #[must_use]
    pub fn written(&self, certificate: &Certificate) -> String {
        let subject = certificate.subject().to_string();
        let pin = certificate.fingerprint();
        entry_text(self, &subject, pin)
    }
}

impl AnchorEntry {
    /// The text of a file with this one entry; `None` while it has no pin.
    #[must_use]
    pub fn written(&self) -> Option<String> {
        let statement = AnchorStatement {
            id: &self.id,
            kind: self.kind,
            purposes: &self.purposes,
            valid: self.valid,
            source: &self.source,
            legal_basis: &self.legal_basis,
            crl: &self.crl,
        };
        Some(entry_text(&statement, &self.subject.to_string(), self.sha256?))
    }
}

fn entry_text(statement: &AnchorStatement<'_>, subject: &str, pin: Sha256) -> String {
    let purposes: Vec<String> = statement.purposes.iter().map(|purpose| format!("\"{purpose}\"")).collect();
    let mut text = format!(
        "[[anchor]]\nid = {}\nkind = \"{}\"\npurpose = [{}]\nsubject = {}\n",
        quoted(statement.id),
        statement.kind.token(),
        purposes.join(", "),
        quoted(subject),
    );
    let moment = |key: &str, time: Option<UnixTime>| time.map(|time| format!("{key} = \"{time}\""));
    let ends: Vec<String> =
        [moment("from", statement.valid.from()), moment("to", statement.valid.to())].into_iter().flatten().collect();
    if !ends.is_empty() {
        let _ = writeln!(text, "valid = {{ {} }}", ends.join(", "));
    }
    let _ = write!(
        text,
        "sha256 = \"{pin}\"\nsource = {}\nlegal-basis = {}\n",
        quoted(statement.source),
        quoted(statement.legal_basis)
    );
    if !statement.crl.is_empty() {
        let addresses: Vec<String> = statement.crl.iter().map(|address| quoted(address)).collect();
        let _ = writeln!(text, "crl = [{}]", addresses.join(", "));
    }
    text
}

/// A TOML string on one line, whatever is in it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for symbol in text.chars() {
        match symbol {
            '"' | '\\' => out.extend(['\\', symbol]),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Party, root};
    use super::*;

    const PIN: &str = "f7bc89054cec7f12730d7b8cd3eb7955b163835087e5eb873edfb584763b3f90";

    fn entry(id: &str, pin: Option<&str>) -> String {
        let pin = pin.map_or_else(String::new, |pin| format!("sha256 = \"{pin}\"\n"));
        format!(
            "[[anchor]]\nid = \"{id}\"\nkind = \"root\"\npurpose = [\"timestamping\"]\nsubject = \"CN=x\"\n{pin}\
             source = \"s\"\nlegal-basis = \"l\"\n"
        )
    }

    #[test]
    fn published_entries_stay_beside_those_of_the_operator() {
        let published = AnchorStore::published().unwrap().entries().len();
        let store = AnchorStore::under(Some(&entry("mine", Some(&"11".repeat(32))))).unwrap();
        assert_eq!(store.entries().len(), published + 1);
        assert_eq!(store.entry("mine").unwrap().origin(), Origin::Own);
        assert_eq!(AnchorStore::under(None).unwrap().entries().len(), published);
        let alone = format!("published = false\n{}", entry("mine", Some(PIN)));
        assert_eq!(AnchorStore::under(Some(&alone)).unwrap().entries().len(), 1);
    }

    #[test]
    fn of_two_entries_for_one_pin_the_operators_counts() {
        let mut store = AnchorStore::under(Some(&entry("mine", Some(PIN)))).unwrap();
        let found = store.entry(PIN).unwrap();
        assert_eq!((found.id(), found.purposes()), ("mine", &[Purpose::Timestamping][..]));
        assert!(store.entry("vgca-root-g1").is_none());
        store.overlay(&entry("theirs", Some(PIN)), Origin::Bundle).unwrap();
        assert_eq!(store.entry(PIN).unwrap().id(), "mine");
    }

    #[test]
    fn an_entry_that_is_silent_about_lists_keeps_the_published_address_and_one_that_is_not_replaces_it() {
        let of = |text: &str| {
            let store = AnchorStore::under(Some(&format!("{}{text}", entry("mine", Some(PIN))))).unwrap();
            store.entry(PIN).unwrap().crl().to_vec()
        };
        assert_eq!(of(""), ["http://ca.gov.vn/pki/pub/crl/rootca.crl"]);
        assert_eq!(of("crl = [\"http://10.0.0.5/rootca.crl\"]\n"), ["http://10.0.0.5/rootca.crl"]);
    }

    #[test]
    fn an_entry_without_a_pin_is_completed_by_one_of_its_name() {
        let store = AnchorStore::under(Some(&entry("neac-rs", Some(&"22".repeat(32))))).unwrap();
        let found = store.entry("neac-rs").unwrap();
        assert!(found.sha256().is_some() && found.sha1().is_some());
        assert_eq!(store.entries().len(), AnchorStore::published().unwrap().entries().len());
    }

    #[test]
    fn another_pin_under_a_published_name_displaces_neither() {
        let mut store = AnchorStore::under(Some(&entry("vgca-root-g1", Some(&"33".repeat(32))))).unwrap();
        assert_eq!(store.entry("vgca-root-g1").unwrap().sha256(), Sha256::from_hex(&"33".repeat(32)));
        assert_eq!(store.entry(PIN).unwrap().id(), "vgca-root-g1-published-1");
        store.overlay(&entry("vgca-root-g1", Some(&"44".repeat(32))), Origin::Own).unwrap();
        assert_eq!(store.entry(&"33".repeat(32)).unwrap().id(), "vgca-root-g1-own-1");
        let mut ids: Vec<&str> = store.entries().iter().map(AnchorEntry::id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), store.entries().len());
    }

    #[test]
    fn what_is_written_reads_back_whatever_the_words_are() {
        let certificate = root(&Party::new("Root 1", 1));
        let statement = AnchorStatement {
            id: "a",
            kind: AnchorKind::of(&certificate),
            purposes: &[Purpose::PublicCa, Purpose::Timestamping],
            valid: Period::new(Some(UnixTime::from_seconds(0)), None).unwrap(),
            source: "\"\"\"\n[[anchor]]\r\nid = \"b\"\u{7f}\0",
            legal_basis: "Nghị định 23/2025/NĐ-CP \\ '''",
            crl: &["http://ca.vn/\"a\\.crl".to_owned(), "https://ca.vn/b.crl".to_owned()],
        };
        let text = statement.written(&certificate);
        let mut store = AnchorStore::default();
        store.overlay(&text, Origin::Own).unwrap();
        let [entry] = store.entries() else { panic!() };
        assert_eq!((entry.source(), entry.legal_basis()), (statement.source, statement.legal_basis));
        assert_eq!((entry.valid(), entry.subject()), (statement.valid, certificate.subject()));
        assert_eq!(entry.crl(), statement.crl);
        assert_eq!(entry.written().unwrap(), text);
        assert_eq!(store.install(certificate).unwrap().id(), "a");
    }
}
