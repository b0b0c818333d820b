//! What a reader says is made again from the octets, as far as that takes no reading: a reader that a document has
//! turned can then lie about less.
//!
//! Made again here: octets, sizes, digests and names of documents, that they are PDFs, the claims of the header, byte
//! ranges, coverage, the revision that is signed. The judge then verifies digests and signature values itself.
//!
//! What remains the reader's word: which parts a message has (said before any document is read); and of each PDF what
//! revisions after a signature did, what is odd, which signature fields there are, their forms, permissions and
//! appearances, active and prepared content, the material of its store (each piece believed as far as its own signature
//! goes).

use crate::budget::{Budget, SIGNATURES, Unpacking};
use crate::dossier::{Content, Found};
use crate::message::transfer::Decoded;
use crate::message::{Ambiguity, Extractor, FileKind, FileName, ForeignText, Message, Role, charset, kind};
use crate::pdf::{ByteRange, Coverage, Modification, Reading, Revision, SignatureField, contents_octets, is_white};

/// More sections than the reader of PDF accepts in one file.
const REVISIONS: usize = 10_000;

/// The parts again, with their octets; and for each document, whether the reader has promised to say what it holds.
pub(super) fn found(said: Found, message: &Message, unpacking: Unpacking) -> (Found, Vec<bool>) {
    let mut found = said;
    let mut promised = Vec::new();
    found.foreign_texts.truncate(charset::MOST);
    found.foreign_texts = found.foreign_texts.iter().map(ForeignText::cleaned).collect();
    let mut budget = Budget::for_message().unpacking(unpacking);
    let mut extractor = Extractor::new(message);
    for (index, attachment) in (1..).zip(&mut found.attachments) {
        let was_promised = attachment.role == Role::Document && attachment.kind == FileKind::Pdf;
        attachment.index = index;
        attachment.name = FileName::new(attachment.name.whole());
        attachment.declared_type.clear();
        attachment.octets = Vec::new();
        if budget.part().is_err() {
            attachment.kind = FileKind::TooLarge;
        }
        let taken = match attachment.kind {
            // Not decoded by the reader either, because it was too large.
            FileKind::TooLarge => Ok(Some(Decoded { octets: Vec::new(), ambiguity: None })),
            _ => extractor.take(&attachment.source, &mut budget),
        };
        match taken {
            Ok(Some(decoded)) => {
                attachment.kind = checked_kind(attachment.kind, &decoded.octets);
                attachment.ambiguity = attachment.ambiguity.or(decoded.ambiguity);
                attachment.octets = decoded.octets;
                // The signature of a mail is no PDF, so no PDF is hidden by calling it one.
                if attachment.kind == FileKind::Pdf {
                    attachment.role = Role::Document;
                }
            }
            Ok(None) => {
                attachment.kind = FileKind::TooLarge;
                attachment.ambiguity = Some(Ambiguity::OddBoundary);
            }
            Err(exhausted) => {
                attachment.kind = FileKind::TooLarge;
                found.stopped = found.stopped.or(Some(exhausted));
            }
        }
        if attachment.role == Role::Document {
            promised.push(was_promised);
        }
    }
    (found, promised)
}

/// A file's kind and content again.
pub(super) fn file(said: FileKind, claimed: Content, octets: &[u8]) -> (FileKind, Content) {
    let kind = checked_kind(said, octets);
    let blank = Content::unread(kind, octets.len());
    let content = if blank.is_unread() { content(claimed, octets) } else { blank };
    (kind, content)
}

/// The content of a PDF again; what cannot be so is unread.
pub(super) fn content(said: Content, octets: &[u8]) -> Content {
    match said {
        Content::Pdf(Ok(reading)) => match checked_reading(reading, octets) {
            Some(reading) => Content::Pdf(Ok(reading)),
            None => Content::unread(FileKind::Pdf, octets.len()),
        },
        Content::Pdf(Err(error)) => Content::Pdf(Err(error)),
        Content::Other | Content::TooLarge => Content::unread(FileKind::Pdf, octets.len()),
    }
}

/// A PDF is known by its header alone, so whether it is one need not be believed.
fn checked_kind(said: FileKind, octets: &[u8]) -> FileKind {
    match said {
        FileKind::TooLarge if octets.is_empty() => said,
        // What the declared type makes of the part, or an encoded file in its text, goes before its octets.
        FileKind::External | FileKind::Partial | FileKind::Unknown => said,
        _ if kind::is_pdf(octets) => FileKind::Pdf,
        FileKind::Pdf => FileKind::Unknown,
        other => other,
    }
}

fn checked_reading(said: Reading, octets: &[u8]) -> Option<Reading> {
    let mut reading = said;
    let end = octets.len() as u64;
    let ordered = reading.revisions.windows(2).all(|pair| pair[0].end < pair[1].end);
    let inside = reading.revisions.iter().all(|revision| revision.end <= end && revision.xref.end() <= end);
    let few = reading.revisions.len() <= REVISIONS && reading.signatures.len() as u64 <= SIGNATURES;
    if !(ordered && inside && few) || reading.revisions.is_empty() {
        return None;
    }
    let Reading { revisions, signatures, .. } = &mut reading;
    for signature in signatures {
        check_signature(signature, revisions, octets)?;
    }
    Some(reading)
}

/// Makes positions again; `None` when they are not in these octets.
fn check_signature(signature: &mut SignatureField, revisions: &[Revision], octets: &[u8]) -> Option<()> {
    let end = octets.len() as u64;
    if let Ok(range) = &mut signature.byte_range {
        *range = ByteRange::new(range.raw(), end).ok()?;
    }
    if let Ok(span) = signature.contents {
        contents_octets(octets, span).ok()?;
    }
    signature.coverage = match (&signature.byte_range, signature.contents) {
        (Ok(range), Ok(span)) => range.coverage(span, end),
        _ => Coverage::GapNotContents,
    };
    let covered = signature.byte_range.as_ref().map_or(0, ByteRange::end);
    signature.revision = signature.revision.filter(|index| ends_at(revisions, *index, covered));
    let later = signature.revision.and_then(|index| revisions.get(index.saturating_add(1)..));
    let done = later.map_or(Modification::Other, |later| {
        later.iter().map(|revision| revision.change.level).max().unwrap_or(Modification::None)
    });
    // Where something follows that is more than an empty end, there is a revision that wrote it.
    let rest = usize::try_from(covered).ok().and_then(|covered| octets.get(covered..)).unwrap_or_default();
    let unexplained = !rest.iter().all(|octet| is_white(*octet)) && later.is_none_or(<[Revision]>::is_empty);
    let done = if unexplained { Modification::Other } else { done };
    signature.modification = signature.modification.max(done);
    Some(())
}

/// Whether a range that ends at `covered` can be that of the revision at `index`: after the one before, and before the
/// end of the one after.
fn ends_at(revisions: &[Revision], index: usize, covered: u64) -> bool {
    let before = index.checked_sub(1).and_then(|before| revisions.get(before)).is_none_or(|one| one.end < covered);
    let after = index.checked_add(1).and_then(|after| revisions.get(after)).is_none_or(|one| covered < one.end);
    revisions.get(index).is_some() && before && after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::{Change, Span, XrefKind};

    fn revisions(ends: &[u64]) -> Vec<Revision> {
        let revision = |end: &u64| Revision {
            end: *end,
            xref: Span::new(0, *end).unwrap(),
            kind: XrefKind::Table,
            objects: 1,
            change: Change { level: Modification::None, unexplained: Vec::new(), fields: Vec::new() },
        };
        ends.iter().map(revision).collect()
    }

    #[test]
    fn a_range_belongs_to_the_revision_at_whose_end_it_ends() {
        let revisions = revisions(&[100, 200, 300]);
        assert!(ends_at(&revisions, 0, 100) && ends_at(&revisions, 1, 199) && ends_at(&revisions, 2, 310));
        assert!(!ends_at(&revisions, 2, 100), "before the revision that it is said to cover");
        assert!(!ends_at(&revisions, 0, 200), "after the next one");
        assert!(!ends_at(&revisions, 3, 300) && !ends_at(&revisions, usize::MAX, 300));
    }

    #[test]
    fn a_pdf_is_one_by_its_header_whatever_it_is_called() {
        assert_eq!(checked_kind(FileKind::Calendar, b"\n%PDF-1.7"), FileKind::Pdf);
        assert_eq!(checked_kind(FileKind::Pdf, b"BEGIN:VCALENDAR"), FileKind::Unknown);
        assert_eq!(checked_kind(FileKind::External, b"%PDF-1.7"), FileKind::External);
        assert_eq!(checked_kind(FileKind::TooLarge, b""), FileKind::TooLarge);
    }

    #[test]
    fn a_reading_whose_revisions_are_none_of_this_file_is_no_reading() {
        let reading = |ends: &[u64]| Reading {
            revisions: revisions(ends),
            signatures: Vec::new(),
            oddities: Vec::new(),
            active: Vec::new(),
            store: Box::default(),
            shadow: Vec::new(),
            page_count: None,
        };
        let file = [b' '; 300];
        assert!(checked_reading(reading(&[100, 300]), &file).is_some());
        for ends in [&[][..], &[100, 301], &[200, 100], &[100, 100]] {
            assert!(checked_reading(reading(ends), &file).is_none(), "{ends:?}");
        }
    }
}
