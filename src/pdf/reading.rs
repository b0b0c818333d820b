//! The whole reading of one file: octets into signed revisions.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::active::ActiveContent;
use super::appearance;
use super::byte_range::Coverage;
use super::chain::read_chain;
use super::change::{Comparison, Signing};
use super::fault::{Fault, Limit, ReadError};
use super::field::{Fields, walk};
use super::file::File;
use super::modification::{Change, Modification};
use super::oddity::{Oddities, Oddity, OddityKind, Weight};
use super::pages::Pages;
use super::permission;
use super::second::{self, First};
use super::security_store::{self, SecurityStore};
use super::shadow::{self, Shadow};
use super::signature::{SignatureField, SignatureKind};
use super::span::Span;
use super::survey::{Survey, survey};
use super::xref::{Place, SectionKind};
use crate::algorithm::PrefixDigests;
use crate::budget::Budget;

/// What a file says about its signatures.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Reading {
    /// Oldest first.
    pub revisions: Vec<Revision>,
    /// In the order of the form's fields.
    pub signatures: Vec<SignatureField>,
    /// Everything odd about the structure.
    pub oddities: Vec<Oddity>,
    /// Content that does something.
    pub active: Vec<ActiveContent>,
    /// Validation material that somebody put into the file.
    pub store: Box<SecurityStore>,
    /// Content that could appear or vanish; only looked for where something is signed.
    pub shadow: Vec<Shadow>,
    /// Leaves of the page tree; `None` where it cannot be walked.
    pub page_count: Option<u32>,
}

/// What one save wrote (ISO 32000-2, 7.5.6).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Revision {
    /// Offset after the end-of-line marker that follows its `%%EOF`.
    pub end: u64,
    /// Its newest cross-reference section, trailer included.
    pub xref: Span,
    /// How the section is written.
    pub kind: XrefKind,
    /// Number of objects that it adds, overwrites or frees.
    pub objects: u64,
    /// What it changed, seen from the revision before it.
    pub change: Change,
}

/// How a cross-reference section is written.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum XrefKind {
    /// A table that names a stream for what only newer readers shall see.
    Hybrid,
    /// A stream (ISO 32000-2, 7.5.8).
    Stream,
    /// A table (ISO 32000-2, 7.5.4).
    Table,
}

/// Octets of a PDF into signed revisions. Never fails on what they say: an unreadable file is a [`ReadError`] value.
pub fn read(file: &[u8], budget: &mut Budget) -> Result<Reading, ReadError> {
    let result = read_file(file, budget);
    match result {
        // Where the chain breaks off, the trailer that names the encryption may be the part that was not reached.
        Err(ReadError::Broken { .. }) if names_encryption(file) => Err(ReadError::Encrypted),
        result => result,
    }
}

fn names_encryption(file: &[u8]) -> bool {
    const KEY: &[u8] = b"/Encrypt";
    memchr::memmem::find_iter(file, KEY)
        .any(|at| file.get(at + KEY.len()).is_some_and(|octet| !octet.is_ascii_alphanumeric()))
}

fn read_file(octets: &[u8], budget: &mut Budget) -> Result<Reading, ReadError> {
    let mut odd = Oddities::default();
    let chain = read_chain(octets, budget, &mut odd)?;
    let file = File::new(octets, &chain.parts, budget)?;
    let last = chain.parts.last().ok_or(ReadError::Broken { fault: Fault::StartxrefMissing, offset: 0 })?;
    let newest_xref = last.xref.0;
    let broken = |fault| ReadError::Broken { fault, offset: newest_xref as u64 };
    let root = last.root.ok_or(broken(Fault::TrailerWithoutRoot))?;

    let catalog = file.object(root, file.newest()).ok_or(broken(Fault::CatalogUnreadable))?;
    let catalog = catalog.dictionary().ok_or(broken(Fault::CatalogUnreadable))?;
    let fields = walk(&file, catalog, &mut odd);
    let survey = survey(&file, chain.spans, &fields.appearances, &mut odd);
    if file.is_exhausted() {
        return Err(ReadError::TooLarge(Limit::Work));
    }
    report_values(&file, &survey, &fields, &mut odd);
    let Fields { filled, signature_numbers, .. } = fields;
    let mut signatures = Vec::new();
    for field in filled {
        budget.signature()?;
        signatures.extend(SignatureField::read(&file, field));
    }
    let pages = Pages::walk(&file, catalog);
    if pages.is_none() {
        let root = catalog.reference(b"Pages").and_then(|root| file.position(root.0, file.newest()));
        odd.add(OddityKind::PagesUnreadable, root.unwrap_or(newest_xref));
    }
    let first_signed = signatures.iter().filter_map(|signature| signature.revision).min();
    permission::hold_certifications(&file, root, first_signed.unwrap_or(file.newest()), &mut signatures, &mut odd);
    let changes = changes(&file, &survey, &signature_numbers, &signatures, pages.as_ref());
    for index in 0..signatures.len() {
        let broken = permission::broken_lock(&file, index, &signatures, &changes);
        if let Some(signature) = signatures.get_mut(index) {
            signature.modification = modification(signature, &changes);
            signature.lock_broken = broken;
        }
    }
    let unread = Pages::default();
    let tree = pages.as_ref().unwrap_or(&unread);
    let mut shadow = Vec::new();
    if !signatures.is_empty() {
        appearance::place(&file, tree, &mut signatures, &changes, budget);
        shadow = shadow::prepared(&file, root, tree, &survey.nodes, budget);
    }
    let store = security_store::read(&file, catalog, budget);
    if file.is_exhausted() {
        return Err(ReadError::TooLarge(Limit::Work));
    }
    let first = First { file: &file, signatures: &signatures, pages: pages.as_ref(), streams: &survey.streams };
    second::ask(first, budget, &mut odd);
    Ok(Reading {
        revisions: revisions(&file, changes),
        signatures,
        oddities: odd.into_vec(),
        active: survey.active.into_vec(),
        store: Box::new(store),
        shadow,
        page_count: pages.and_then(|pages| u32::try_from(pages.leaves.len()).ok()),
    })
}

/// Signature dictionaries that were written again, that several fields share, or that no field reaches.
fn report_values(file: &File<'_>, survey: &Survey, fields: &Fields, odd: &mut Oddities) {
    let reached: BTreeSet<u32> = fields.filled.iter().map(|field| field.value.0).collect();
    let mut orphans = BTreeSet::new();
    for (number, revision) in &survey.signatures {
        let newest = file.version(*number, file.newest());
        let position = file.position(*number, *revision).unwrap_or_default();
        if newest.is_some_and(|version| version.revision != *revision) {
            odd.add(OddityKind::SignatureReplaced { number: *number }, position);
        } else if !reached.contains(number) && !holds_inline_value(fields, *number) && orphans.insert(*number) {
            // A field that named it once names another one now, or is gone.
            let kind = if survey.values.contains(number) {
                OddityKind::SignatureReplaced { number: *number }
            } else {
                OddityKind::SignatureWithoutField { number: *number }
            };
            odd.add(kind, position);
        }
    }
    for field in fields.filled.iter().filter(|field| field.sharing > 1) {
        let position = file.position(field.value.0, file.newest()).unwrap_or_default();
        odd.add(OddityKind::SignatureShared { number: field.value.0 }, position);
    }
}

fn holds_inline_value(fields: &Fields, number: u32) -> bool {
    fields.signature_numbers.contains(&number)
}

/// Compares each revision with the one before it.
fn changes(
    file: &File<'_>,
    survey: &Survey,
    signature_numbers: &BTreeSet<u32>,
    signatures: &[SignatureField],
    pages: Option<&Pages>,
) -> Vec<Change> {
    let mut changes = vec![Change::none(); file.parts().len()];
    // Nobody vouched for what came before the first signature.
    let Some(first_signed) = signatures.iter().filter_map(|signature| signature.revision).min() else { return changes };
    if first_signed >= file.newest() {
        return changes;
    }
    let mut signings: Vec<Vec<Signing>> = vec![Vec::new(); file.parts().len()];
    for signature in signatures.iter().filter(|signature| signature.coverage != Coverage::GapNotContents) {
        let written = file.version(signature.value.0, file.newest()).map(|version| version.revision);
        if let Some(revision) = signature.revision.filter(|revision| written == Some(*revision))
            && let Some(signings) = signings.get_mut(revision)
        {
            let only_time = signature.kind == SignatureKind::DocumentTimestamp && signature.shown.is_empty();
            signings.push(Signing { value: signature.value, only_time });
        }
    }
    let comparison = Comparison::new(file, &survey.referrers, signature_numbers, pages);
    for (revision, change) in changes.iter_mut().enumerate().skip(first_signed.saturating_add(1)) {
        *change = match signings.get(revision).map(Vec::as_slice) {
            // Two signatures cannot both be the last thing that one save wrote.
            Some([signing]) => comparison.change(revision, Some(*signing)),
            _ => comparison.change(revision, None),
        };
    }
    changes
}

fn modification(signature: &SignatureField, changes: &[Change]) -> Modification {
    let later = signature.revision.and_then(|revision| changes.get(revision + 1..));
    // A range that ends within a revision leaves the rest of it unexplained.
    later.map_or(Modification::Other, |later| {
        later.iter().map(|change| change.level).max().unwrap_or(Modification::None)
    })
}

fn revisions(file: &File<'_>, changes: Vec<Change>) -> Vec<Revision> {
    let mut written = vec![0_u64; file.parts().len()];
    for version in file.versions() {
        // The head of the free list is no object.
        if version.number != 0
            && let Some(count) = written.get_mut(version.revision)
            && (version.place != Place::Free || version.revision != 0)
        {
            *count += 1;
        }
    }
    let parts = file.parts().iter().zip(written).zip(changes);
    parts
        .map(|((part, objects), change)| Revision {
            end: part.end as u64,
            xref: Span::found(part.xref.0, part.xref.1),
            kind: match (part.hybrid, part.kind) {
                (true, _) => XrefKind::Hybrid,
                (false, SectionKind::Stream) => XrefKind::Stream,
                (false, SectionKind::Table) => XrefKind::Table,
            },
            objects,
            change,
        })
        .collect()
}

impl Reading {
    /// Digests of what the signatures of `file` cover, in one pass over it.
    pub fn digests<'f>(&self, file: &'f [u8]) -> PrefixDigests<'f> {
        let ranges = self.signatures.iter().filter_map(|signature| signature.byte_range.ok());
        PrefixDigests::new(file, ranges.filter_map(|range| Some(range.signed_parts()?.0)))
    }

    /// Oddities with what each means for `signature`.
    pub fn weighed<'r>(&'r self, signature: &SignatureField) -> impl Iterator<Item = (&'r Oddity, Weight)> {
        let end = signature.byte_range.map_or(0, |range| range.end());
        self.oddities.iter().map(move |oddity| (oddity, oddity.weight(end)))
    }

    /// The gravest of them; `None` where there is no oddity at all.
    pub fn weight(&self, signature: &SignatureField) -> Option<Weight> {
        self.weighed(signature).map(|(_, weight)| weight).max()
    }

    /// What revisions after the one that `signature` covers did.
    pub fn later_changes(&self, signature: &SignatureField) -> impl Iterator<Item = &Change> {
        // A range that ends nowhere in particular has every revision after it.
        let first = signature.revision.map_or(0, |revision| revision.saturating_add(1));
        self.revisions.iter().skip(first).map(|revision| &revision.change)
    }

    /// Whether something looks like a signature that could not be listed: then "no signature" would be a lie.
    pub fn has_hidden_signature(&self) -> bool {
        self.oddities.iter().any(|oddity| {
            matches!(
                oddity.kind,
                OddityKind::FieldUnreadable { .. }
                    | OddityKind::SecondReaderDiffers { .. }
                    | OddityKind::SignatureReplaced { .. }
                    | OddityKind::SignatureWithoutField { .. }
                    | OddityKind::TooMany
                    | OddityKind::ValueUnreadable { .. }
            )
        })
    }
}
