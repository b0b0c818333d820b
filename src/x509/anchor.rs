//! Trust anchors: what is pinned, for which purpose, from when to when, by which law and from which source.
//!
//! An entry is data of this project or of the operator; a certificate becomes an anchor only when its SHA-256 equals
//! the pin of an entry, never by its name. Nothing of a message ends up here.

mod entry;
mod fault;
mod own;

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::certificate::Certificate;
use super::name::Name;
use crate::digest::Sha256;
use crate::time::{Period, UnixTime};

pub use entry::{AnchorEntry, AnchorKind, Purpose};
pub use fault::{AnchorsError, AnchorsFault};
pub use own::{AnchorStatement, Origin};

/// The entries that come with the program: both Vietnamese hierarchies.
pub const PUBLISHED: &str = include_str!("../../trust-anchors/anchors.toml");

/// Entries, and the certificates that were installed for them.
#[derive(Clone, Debug, Default)]
pub struct AnchorStore {
    entries: Vec<AnchorEntry>,
    by_pin: HashMap<Sha256, usize>,
    installed: HashMap<Sha256, Certificate>,
    by_subject: HashMap<Name, Vec<Sha256>>,
}

/// The certificate is not pinned by any entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotPinned {
    /// Digest of what was offered.
    pub sha256: Sha256,
}

impl fmt::Display for NotPinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no entry pins {}", self.sha256)
    }
}

impl std::error::Error for NotPinned {}

impl AnchorStore {
    /// A store of the published entries, nothing installed.
    pub fn published() -> Result<Self, AnchorsError> {
        let mut store = Self::default();
        store.read(PUBLISHED)?;
        Ok(store)
    }

    /// Trusts these certificates as they are, for every purpose and without a period: what an operator gives on the
    /// command line for one call.
    pub fn trusting(certificates: impl IntoIterator<Item = Certificate>) -> Self {
        let mut store = Self::default();
        for certificate in certificates {
            store.trust(certificate);
        }
        store
    }

    /// Adds one certificate as [`trusting`](Self::trusting) does, beside what is there.
    pub fn trust(&mut self, certificate: Certificate) {
        let pin = certificate.fingerprint();
        if let Some(entry) = self.by_pin.get(&pin).and_then(|at| self.entries.get_mut(*at)) {
            entry.purposes = Purpose::ALL.to_vec();
            entry.valid = Period::ALWAYS;
        } else {
            let id = format!("given-{}", pin.to_string().get(..16).unwrap_or_default());
            self.by_pin.insert(pin, self.entries.len());
            self.entries.push(AnchorEntry {
                id,
                kind: if certificate.is_self_issued() { AnchorKind::Root } else { AnchorKind::Issuing },
                purposes: Purpose::ALL.to_vec(),
                subject: certificate.subject().clone(),
                valid: Period::ALWAYS,
                sha256: Some(pin),
                sha1: None,
                source: String::new(),
                legal_basis: String::new(),
                crl: Vec::new(),
                origin: Origin::Given,
            });
        }
        self.hold(certificate);
    }

    /// Adds the entries of a file; on an error nothing is added.
    pub fn read(&mut self, text: &str) -> Result<(), AnchorsError> {
        self.read_file(text).map(|_| ())
    }

    /// As [`read`](Self::read); says whether the file leaves the published entries beside its own.
    fn read_file(&mut self, text: &str) -> Result<bool, AnchorsError> {
        let line_of = |at: usize| 1 + text.bytes().take(at).filter(|octet| *octet == b'\n').count();
        let file: File = toml::from_str(text).map_err(|error| AnchorsError {
            line: error.span().map_or(1, |span| line_of(span.start)),
            fault: AnchorsFault::Syntax(error.message().to_owned()),
        })?;
        let mut next = self.clone();
        for raw in file.anchor {
            next.add(raw).map_err(|(at, fault)| AnchorsError { line: line_of(at), fault })?;
        }
        *self = next;
        Ok(file.published.unwrap_or(true))
    }

    fn add(&mut self, raw: RawEntry) -> Result<(), (usize, AnchorsFault)> {
        let at = raw.id.span().start;
        let id = raw.id.into_inner();
        if self.entries.iter().any(|entry| entry.id == id) {
            return Err((at, AnchorsFault::DuplicateId(id)));
        }
        if raw.purpose.get_ref().is_empty() {
            return Err((raw.purpose.span().start, AnchorsFault::Purpose));
        }
        let sha256 = match raw.sha256 {
            None => None,
            Some(pin) => {
                let bad = || (pin.span().start, AnchorsFault::Pin(pin.get_ref().clone()));
                Some((Sha256::from_hex(pin.get_ref()).ok_or_else(bad)?, pin.span().start))
            }
        };
        let subject = Name::from_text(raw.subject.get_ref())
            .ok_or_else(|| (raw.subject.span().start, AnchorsFault::Subject(raw.subject.get_ref().clone())))?;
        if let Some(odd) = raw.crl.iter().find(|address| !is_web(address.get_ref())) {
            return Err((odd.span().start, AnchorsFault::Crl(odd.get_ref().clone())));
        }
        let valid = raw.valid.map_or(Ok(Period::ALWAYS), |valid| read_period(&valid))?;
        if let Some((pin, at)) = sha256
            && self.by_pin.insert(pin, self.entries.len()).is_some()
        {
            return Err((at, AnchorsFault::DuplicatePin(pin)));
        }
        self.entries.push(AnchorEntry {
            id,
            kind: raw.kind,
            purposes: raw.purpose.into_inner(),
            subject,
            valid,
            sha256: sha256.map(|(pin, _)| pin),
            sha1: raw.sha1,
            source: raw.source,
            legal_basis: raw.legal_basis,
            crl: raw.crl.into_iter().map(Spanned::into_inner).collect(),
            origin: Origin::Own,
        });
        Ok(())
    }

    /// Installs a certificate for the entry that pins it.
    pub fn install(&mut self, certificate: Certificate) -> Result<&AnchorEntry, NotPinned> {
        let sha256 = certificate.fingerprint();
        let at = *self.by_pin.get(&sha256).ok_or(NotPinned { sha256 })?;
        self.hold(certificate);
        self.entries.get(at).ok_or(NotPinned { sha256 })
    }

    fn hold(&mut self, certificate: Certificate) {
        let pin = certificate.fingerprint();
        if !self.installed.contains_key(&pin) {
            self.by_subject.entry(certificate.subject().clone()).or_default().push(pin);
            self.installed.insert(pin, certificate);
        }
    }

    /// All entries, in the order of their files.
    #[must_use]
    pub fn entries(&self) -> &[AnchorEntry] {
        &self.entries
    }

    /// The entry that pins this certificate, installed or not.
    #[must_use]
    pub fn entry_of(&self, certificate: &Certificate) -> Option<&AnchorEntry> {
        self.by_pin.get(&certificate.fingerprint()).and_then(|at| self.entries.get(*at))
    }

    /// The certificate that is installed for an entry.
    #[must_use]
    pub fn certificate(&self, entry: &AnchorEntry) -> Option<&Certificate> {
        self.installed.get(&entry.sha256?)
    }

    /// Entries without their certificate; a path that ends there is undetermined until an operator adds it.
    pub fn missing(&self) -> impl Iterator<Item = &AnchorEntry> {
        self.entries.iter().filter(|entry| self.certificate(entry).is_none())
    }

    /// Whether no certificate is installed at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.installed.is_empty()
    }

    /// The entry under which this certificate is an anchor for one of the purposes.
    pub(super) fn anchoring(&self, certificate: &Certificate, purposes: &[Purpose]) -> Option<(&AnchorEntry, Purpose)> {
        if !self.is_installed(certificate) {
            return None;
        }
        let entry = self.entry_of(certificate)?;
        Some((entry, entry.serves(purposes)?))
    }

    /// Installed certificates that are pinned for this purpose, with their entries.
    pub(super) fn pinned_for(&self, purpose: Purpose) -> impl Iterator<Item = (&AnchorEntry, &Certificate)> {
        let serving = self.entries.iter().filter(move |entry| entry.purposes.contains(&purpose));
        serving.filter_map(|entry| Some((entry, self.certificate(entry)?)))
    }

    /// Whether this very certificate is installed.
    pub(super) fn is_installed(&self, certificate: &Certificate) -> bool {
        self.installed.contains_key(&certificate.fingerprint())
    }

    /// Installed certificates with this subject.
    pub(super) fn named(&self, subject: &Name) -> impl Iterator<Item = &Certificate> {
        self.by_subject.get(subject).into_iter().flatten().filter_map(|pin| self.installed.get(pin))
    }

    /// The first entry with this subject that has no certificate and would serve one of the purposes.
    pub(super) fn missing_named(&self, subject: &Name, purposes: &[Purpose]) -> Option<&AnchorEntry> {
        self.missing().find(|entry| entry.subject == *subject && entry.serves(purposes).is_some())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Whether the entries that come with the program count beside these, as they do by default.
    #[serde(default)]
    published: Option<bool>,
    #[serde(default)]
    anchor: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawEntry {
    id: Spanned<String>,
    kind: AnchorKind,
    purpose: Spanned<Vec<Purpose>>,
    subject: Spanned<String>,
    valid: Option<RawPeriod>,
    sha256: Option<Spanned<String>>,
    sha1: Option<String>,
    source: String,
    legal_basis: String,
    #[serde(default)]
    crl: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPeriod {
    from: Option<Spanned<String>>,
    to: Option<Spanned<String>>,
}

/// Whether an address begins as those of the web do; whoever asks it reads the rest.
fn is_web(address: &str) -> bool {
    let rest = ["http://", "https://"].iter().find_map(|scheme| address.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty()) && address.bytes().all(|octet| octet.is_ascii_graphic())
}

fn read_period(raw: &RawPeriod) -> Result<Period, (usize, AnchorsFault)> {
    let bad = |text: &Spanned<String>| (text.span().start, AnchorsFault::Period(text.get_ref().clone()));
    let read = |text: &Option<Spanned<String>>, last_second: i64| match text {
        None => Ok(None),
        Some(text) => match UnixTime::parse(text.get_ref()) {
            // A period "to" a day includes that day.
            Some(time) if text.get_ref().len() == "2030-03-05".len() => Ok(Some(time.plus(last_second))),
            Some(time) => Ok(Some(time)),
            None => Err(bad(text)),
        },
    };
    let (from, to) = (read(&raw.from, 0)?, read(&raw.to, 86_399)?);
    Period::new(from, to).ok_or_else(|| raw.to.as_ref().map_or((0, AnchorsFault::Period(String::new())), bad))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIN: &str = "f7bc89054cec7f12730d7b8cd3eb7955b163835087e5eb873edfb584763b3f90";

    fn entry(id: &str, pin: &str) -> String {
        format!(
            "[[anchor]]\nid = \"{id}\"\nkind = \"root\"\npurpose = [\"public-duty\"]\nsubject = \"CN=x\"\n\
             valid = {{ from = \"2010-03-10\", to = \"2030-03-05\" }}\nsha256 = \"{pin}\"\nsource = \"s\"\n\
             legal-basis = \"l\"\n"
        )
    }

    fn read(text: &str) -> Result<AnchorStore, AnchorsError> {
        let mut store = AnchorStore::default();
        store.read(text).map(|()| store)
    }

    #[test]
    fn what_is_given_for_one_call_speaks_for_no_other_issuer() {
        assert!(!Purpose::ALL.contains(&Purpose::Ocsp));
        let store = read(&entry("a", PIN).replace("public-duty", "ocsp")).unwrap();
        assert_eq!(store.entries()[0].purposes(), [Purpose::Ocsp]);
        assert_eq!(store.pinned_for(Purpose::Ocsp).count(), 0, "pinned is not yet installed");
    }

    #[test]
    fn the_published_entries_are_read_and_none_is_installed() {
        let store = AnchorStore::published().unwrap();
        assert!(store.entries().len() >= 14);
        assert!(store.is_empty());
        assert_eq!(store.missing().count(), store.entries().len());
    }

    #[test]
    fn errors_name_the_line() {
        let at = |text: &str| read(text).unwrap_err();
        let odd = entry("a", "xy");
        assert_eq!(at(&odd), AnchorsError { line: 7, fault: AnchorsFault::Pin("xy".to_owned()) });
        let twice = entry("a", PIN) + &entry("a", PIN);
        assert_eq!(at(&twice), AnchorsError { line: 11, fault: AnchorsFault::DuplicateId("a".to_owned()) });
        let same = entry("a", PIN) + &entry("b", PIN);
        assert_eq!(at(&same).fault, AnchorsFault::DuplicatePin(Sha256::from_hex(PIN).unwrap()));
        assert!(matches!(at("[[anchor]]\nid = 1\n"), AnchorsError { line: 2, fault: AnchorsFault::Syntax(_) }));
        assert!(matches!(at(&(entry("a", PIN) + "x = 1\n")), AnchorsError { line: 10, .. }));
        let backwards = entry("a", PIN).replace("2030-03-05", "2000-01-01");
        assert_eq!(at(&backwards), AnchorsError { line: 6, fault: AnchorsFault::Period("2000-01-01".to_owned()) });
        let nameless = entry("a", PIN).replace("CN=x", "x");
        assert_eq!(at(&nameless), AnchorsError { line: 5, fault: AnchorsFault::Subject("x".to_owned()) });
        let elsewhere = entry("a", PIN) + "crl = [\"http://ca.vn/a.crl\",\n \"ldap://ca.vn/a\"]\n";
        assert_eq!(at(&elsewhere), AnchorsError { line: 11, fault: AnchorsFault::Crl("ldap://ca.vn/a".to_owned()) });
        let idle = entry("a", PIN).replace("[\"public-duty\"]", "[]");
        assert_eq!(at(&idle), AnchorsError { line: 4, fault: AnchorsFault::Purpose });
    }

    #[test]
    fn a_file_with_an_error_adds_nothing() {
        let mut store = read(&entry("a", PIN)).unwrap();
        store.read(&(entry("b", &"00".repeat(32)) + "x = 1\n")).unwrap_err();
        assert_eq!(store.entries().len(), 1);
    }

    #[test]
    fn a_period_to_a_day_includes_that_day_in_vietnam() {
        let store = read(&entry("a", PIN)).unwrap();
        let valid = store.entries()[0].valid();
        assert!(valid.contains(UnixTime::parse("2030-03-05T23:59:59+07:00").unwrap()));
        assert!(!valid.contains(UnixTime::parse("2030-03-06T00:00:00+07:00").unwrap()));
    }
}
