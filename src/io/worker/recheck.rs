//! What a reader says is made again from the octets, as far as that takes no reading: a reader that a document has
//! turned can then lie about less.
//!
//! Made again here: octets, sizes, digests and names of documents, that they are PDFs, the claims of the header, byte
//! ranges, coverage, the revision that is signed. The judge then verifies digests and signature values itself. What
//! remains the reader's word: which parts a message has (said before any document is read), and what revisions after
//! a signature did.

use crate::budget::{Budget, SIGNATURES};
use crate::dossier::{Content, Found};
use crate::message::transfer::Decoded;
use crate::message::{Ambiguity, Extractor, FileKind, FileName, Message, Role, kind};
use crate::pdf::{ByteRange, Coverage, Modification, Reading, Revision, SignatureField, contents_octets};

/// More sections than the reader of PDF accepts in one file.
const REVISIONS: usize = 10_000;

/// The parts again, with their octets; and for each document, whether the reader has promised to say what it holds.
pub(super) fn found(said: Found, message: &Message) -> (Found, Vec<bool>) {
    let mut found = said;
    let mut promised = Vec::new();
    let mut budget = Budget::for_message();
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
    let unexplained = !rest.trim_ascii().is_empty() && later.is_none_or(<[Revision]>::is_empty);
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
