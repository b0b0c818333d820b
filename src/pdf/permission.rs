//! What a signature permits to come after it: DocMDP (ISO 32000-2, 12.8.2.2), FieldMDP (12.8.2.4) and the lock of its
//! field (12.7.5.5), as the signed revision states them.
//!
//! Each signature is held against everything that came after it, so permissions of several add up to the narrowest,
//! and what a later one claims never loosens. What cannot be read permits least.

use serde::{Deserialize, Serialize};

use super::file::File;
use super::modification::{Change, Modification};
use super::oddity::{Oddities, OddityKind};
use super::signature::{SignatureField, SignatureKind};
use super::text;
use super::value::{Dictionary, Id, Located, Value, decoded_name};

/// What one signature permits.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Permissions {
    /// It certifies the document: the access that its DocMDP transform grants.
    pub certifies: Option<Access>,
    /// The narrowest access that it grants, the lock of its field included.
    pub access: Access,
    /// Fields that it locks.
    pub locks: Vec<FieldLock>,
}

/// `/P` of the DocMDP transform and of field locks (ISO 32000-2, tables 236 and 257); from strict to loose.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Access {
    /// 1: nothing but validation data and document timestamps.
    NoChanges,
    /// 2: filling in forms and signing.
    FormFilling,
    /// 3: annotations as well.
    Annotations,
}

/// Which fields must keep their values. Names are sorted; the name of a field stands for those below it, because a
/// field with others below it has no value of its own that could be meant.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum FieldLock {
    /// Every field.
    All,
    /// Every field but these.
    Exclude(Vec<String>),
    /// These fields.
    Include(Vec<String>),
}

/// References of real signatures are one or two.
const REFERENCES: usize = 16;
/// Names of one lock. What is longer locks every field.
const NAMES: usize = 1_024;
/// Names that were cut when they were read could stand for others.
const NAME_LENGTH: usize = 1_024;

impl Access {
    /// The most that may have happened later.
    #[must_use]
    pub const fn allows(self) -> Modification {
        match self {
            // ISO 32000-2, table 257: these two "shall not be considered as changes".
            Self::NoChanges => Modification::LongTermValidation,
            Self::FormFilling => Modification::FormFilling,
            Self::Annotations => Modification::Annotation,
        }
    }
}

impl FieldLock {
    /// Whether the field with this full name must not change.
    ///
    /// The lock is held against the form as it is now (12.8.2.4: "all form fields"), so a field that was added later
    /// counts as well: under `All`, and under `Exclude` where it is not named, nobody signs or fills in anything more.
    #[must_use]
    pub fn locks(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Exclude(names) => !named(names, name),
            Self::Include(names) => named(names, name),
        }
    }
}

/// Whether `names` has this one, or one above it.
fn named(names: &[String], name: &str) -> bool {
    let has = |part: &str| names.binary_search_by(|known| known.as_str().cmp(part)).is_ok();
    has(name) || name.match_indices('.').any(|(dot, _)| name.get(..dot).is_some_and(has))
}

impl SignatureField {
    /// Whether what came after this signature stays within what it permits itself, and within `most`.
    #[must_use]
    pub fn permits(&self, most: Modification) -> bool {
        self.lock_broken.is_none() && self.modification <= self.permissions.access.allows().min(most)
    }
}

impl Permissions {
    /// Reads what the signature dictionary and its field said in `revision`, the signed one.
    pub(super) fn read(file: &File<'_>, signature: &Dictionary<'_>, field: Id, revision: usize) -> Self {
        // Without a certification everything is open that the standard can open (table 236).
        let mut found = Self { certifies: None, access: Access::Annotations, locks: Vec::new() };
        found.references(file, signature.get(b"Reference"), revision);
        let field = file.object(field, revision);
        if let Some(lock) = field.as_ref().and_then(|field| field.dictionary()?.get(b"Lock")) {
            found.field_lock(file, lock, revision);
        }
        found
    }

    fn permit_least(&mut self) {
        self.access = Access::NoChanges;
        self.locks = vec![FieldLock::All];
    }

    fn references(&mut self, file: &File<'_>, value: Option<&Located<'_>>, revision: usize) {
        let Some(value) = value.filter(|value| !matches!(value.value, Value::Null)) else { return };
        let resolved = file.resolve(value, revision);
        let Some(items) = resolved.as_ref().and_then(|resolved| resolved.value.as_array()) else {
            self.permit_least();
            return;
        };
        if items.len() > REFERENCES {
            self.permit_least();
        }
        for item in items.iter().take(REFERENCES) {
            let resolved = file.resolve(item, revision);
            match resolved.as_ref().and_then(|reference| reference.value.as_dictionary()) {
                Some(reference) => self.transform(file, reference, revision),
                None => self.permit_least(),
            }
        }
    }

    /// One signature reference dictionary (ISO 32000-2, table 256).
    fn transform(&mut self, file: &File<'_>, reference: &Dictionary<'_>, revision: usize) {
        let method = reference.get(b"TransformMethod").and_then(|method| match method.value {
            Value::Name(name) => Some(decoded_name(name)),
            _ => None,
        });
        let parameters = reference.get(b"TransformParams");
        match method.as_deref() {
            Some(b"DocMDP") => {
                // Table 257: 2 where nothing is stated.
                let stated = match parameters {
                    None | Some(Located { value: Value::Null, .. }) => None,
                    Some(parameters) => match file.resolve(parameters, revision) {
                        Some(resolved) => match resolved.value.as_dictionary() {
                            Some(parameters) => access(file, parameters, revision),
                            None => Some(Access::NoChanges),
                        },
                        None => Some(Access::NoChanges),
                    },
                };
                self.certify(stated.unwrap_or(Access::FormFilling));
            }
            Some(b"FieldMDP") => match parameters {
                Some(parameters) => self.field_lock(file, parameters, revision),
                None => self.locks = vec![FieldLock::All],
            },
            // Usage rights grant what a program may offer to do, and restrict nothing.
            Some(b"Identity" | b"UR" | b"UR3") => {}
            _ => self.permit_least(),
        }
    }

    fn certify(&mut self, access: Access) {
        self.certifies = Some(self.certifies.map_or(access, |earlier| earlier.min(access)));
        self.access = self.access.min(access);
    }

    /// A signature field lock dictionary (ISO 32000-2, table 236) or FieldMDP parameters (table 259). Acrobat writes
    /// the `/P` of the first into the second as well.
    fn field_lock(&mut self, file: &File<'_>, value: &Located<'_>, revision: usize) {
        if matches!(value.value, Value::Null) {
            return;
        }
        let resolved = file.resolve(value, revision);
        let Some(lock) = resolved.as_ref().and_then(|lock| lock.value.as_dictionary()) else {
            self.permit_least();
            return;
        };
        if let Some(access) = access(file, lock, revision) {
            self.access = self.access.min(access);
        }
        let names = || names(file, lock.get(b"Fields")?, revision);
        let lock = if lock.is(b"Action", b"Include") {
            names().map(FieldLock::Include)
        } else if lock.is(b"Action", b"Exclude") {
            names().map(FieldLock::Exclude)
        } else {
            None
        };
        self.locks.push(lock.unwrap_or(FieldLock::All));
    }
}

/// `/P`; `None` where it is not stated.
fn access(file: &File<'_>, dictionary: &Dictionary<'_>, revision: usize) -> Option<Access> {
    let value = dictionary.get(b"P").filter(|value| !matches!(value.value, Value::Null))?;
    let resolved = file.resolve(value, revision);
    Some(match resolved.as_ref().map(|resolved| &resolved.value.value) {
        Some(Value::Integer(2)) => Access::FormFilling,
        Some(Value::Integer(3)) => Access::Annotations,
        _ => Access::NoChanges,
    })
}

/// The names of a lock, sorted; `None` where they cannot be told.
fn names(file: &File<'_>, fields: &Located<'_>, revision: usize) -> Option<Vec<String>> {
    let resolved = file.resolve(fields, revision)?;
    let items = resolved.value.as_array().filter(|items| items.len() <= NAMES)?;
    let mut names = Vec::with_capacity(items.len());
    for item in items {
        let name = text::decode(&file.resolve(item, revision)?.value.as_string()?);
        if name.chars().count() >= NAME_LENGTH {
            return None;
        }
        names.push(name);
    }
    names.sort_unstable();
    Some(names)
}

/// The first field that the signature at `index` locks and that a later revision signed or changed all the same.
pub(super) fn broken_lock(
    file: &File<'_>,
    index: usize,
    signatures: &[SignatureField],
    changes: &[Change],
) -> Option<String> {
    let signature = signatures.get(index)?;
    let (locks, signed) = (&signature.permissions.locks, signature.revision?);
    if locks.is_empty() {
        return None;
    }
    // Validation data and timestamps are no changes (table 257), though they come with a field of their own.
    let counts = |revision: usize| {
        revision > signed && changes.get(revision).is_some_and(|change| change.level > Modification::LongTermValidation)
    };
    let signed_later = signatures.iter().filter(|other| other.revision.is_some_and(counts)).map(|other| &other.field);
    let touched = changes.iter().enumerate().filter(|(revision, _)| counts(*revision));
    let mut names = signed_later.chain(touched.flat_map(|(_, change)| &change.fields).map(|field| &field.name));
    // Thousands of signatures over thousands of fields end here; that the file was not gone through is said later.
    names.find(|name| file.pay(name.len()).is_err() || locks.iter().any(|lock| lock.locks(name))).cloned()
}

/// Holds `/Perms` of the catalog against the signatures, and looks for certifications that are not the first
/// signature (ISO 32000-2, 12.8.2.2.1: "it shall be the first signed field in the document").
pub(super) fn hold_certifications(
    file: &File<'_>,
    root: Id,
    first_signed: usize,
    signatures: &mut [SignatureField],
    odd: &mut Oddities,
) {
    // Whatever later revisions make of the key is a change of the catalog that no rule explains.
    if let Some(named) = named_certification(file, root, first_signed) {
        let certified = signatures.iter_mut().find(|signature| signature.value == named);
        let contradicted = match certified {
            Some(signature) if signature.permissions.certifies.is_some() => false,
            Some(signature) => {
                signature.permissions.certify(Access::FormFilling);
                true
            }
            None => true,
        };
        if contradicted {
            odd.add(
                OddityKind::CertificationDisputed { number: named.0 },
                file.position(root.0, first_signed).unwrap_or_default(),
            );
        }
    }
    let end = |signature: &SignatureField| signature.byte_range.map_or(0, |range| range.end());
    let signs =
        |signature: &&SignatureField| signature.kind == SignatureKind::Signature && signature.revision.is_some();
    let first = signatures.iter().filter(signs).map(end).min().unwrap_or_default();
    for signature in signatures.iter().filter(signs) {
        if signature.permissions.certifies.is_some() && end(signature) > first {
            let number = signature.value.0;
            odd.add(
                OddityKind::CertificationMisplaced { number },
                file.position(number, file.newest()).unwrap_or_default(),
            );
        }
    }
}

/// What `/Perms` names as the certification (12.8.6); the catalog itself, which is no signature, where that is no
/// reference.
fn named_certification(file: &File<'_>, root: Id, revision: usize) -> Option<Id> {
    let catalog = file.object(root, revision)?;
    let permissions = file.resolve(catalog.dictionary()?.get(b"Perms")?, revision)?;
    let named = permissions.value.as_dictionary()?.get(b"DocMDP")?;
    (!matches!(named.value, Value::Null)).then(|| named.as_reference().unwrap_or(root))
}

#[cfg(test)]
mod tests;
