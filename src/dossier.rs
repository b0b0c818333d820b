//! Everything that a message claims, gathered by the reader of its octets. Nothing here is believed: a claim becomes a
//! fact only when `policy::judge` has checked it against the octets and the evidence.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::budget::{Budget, Exhausted};
use crate::digest::Sha256;
use crate::message::secret::SecretMark;
use crate::message::{self, Ambiguity, Attachment, Claims, FileKind, FileName, ForeignText, Message, Role, Source};
use crate::pdf::{self, Limit, ReadError, Reading};

/// A document over this many octets is not examined (scan.md of the design: 64 MB).
pub const DOCUMENT: u64 = 64 << 20;

/// What the reader found in one message.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Dossier {
    /// Every document, in order.
    pub documents: Vec<Document>,
    /// The limit that ended the walk; what lies behind it was not seen.
    pub stopped: Option<Exhausted>,
    /// Mail readers may see other parts than these.
    pub structure: Option<Ambiguity>,
    /// What the header says of the message.
    pub claims: Claims,
    /// Texts of the message that do not use Unicode (Article 7.4).
    pub foreign_texts: Vec<ForeignText>,
}

/// One document.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Document {
    /// Position among the documents, from 1.
    pub n: u32,
    /// Name, cleaned.
    pub name: String,
    /// Kind, by content.
    pub kind: FileKind,
    /// Size in octets, decoded.
    pub size: u64,
    /// Digest of the decoded octets.
    pub sha256: Sha256,
    /// It lies inside a forwarded message.
    pub nested: bool,
    /// Two mail readers could show different things.
    pub ambiguity: Option<Ambiguity>,
    /// The document beside which this one lies as its detached signature, by name alone (`a.pdf` and `a.pdf.p7s`).
    pub beside: Option<u32>,
    /// What it holds.
    pub content: Content,
}

/// What a document holds.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub enum Content {
    /// Not a PDF.
    Other,
    /// A PDF, as its reader found it.
    Pdf(Result<Reading, ReadError>),
    /// Over the size that is examined.
    TooLarge,
}

/// A dossier with the decoded octets of its documents, in the same order. The octets go their own way across the
/// worker's boundary: they are hashed and verified, never parsed, by whoever judges.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The facts.
    pub dossier: Dossier,
    /// Octets of each document.
    pub octets: Vec<Vec<u8>>,
}

/// What the walk over a message found, before any document was read.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Found {
    /// Every part that is a document, or the signature of the mail.
    pub attachments: Vec<Attachment>,
    /// The limit that ended the walk.
    pub stopped: Option<Exhausted>,
    /// Mail readers may see other parts than these.
    pub structure: Option<Ambiguity>,
    /// Texts of the message that do not use Unicode (Article 7.4).
    pub foreign_texts: Vec<ForeignText>,
    /// The highest secrecy mark in what the message contains beside subject and file names.
    pub secret_mark: Option<SecretMark>,
}

/// Walks a message down to its documents, with their octets.
#[must_use]
pub fn find(message: &Message, budget: &mut Budget) -> Found {
    Found::of(message::walk(message, budget))
}

/// Walks a message down to its documents, and leaves it to others to take their octets.
#[must_use]
pub fn locate(message: &Message, budget: &mut Budget) -> Found {
    Found::of(message::walk_past_pdfs(message, budget))
}

impl Found {
    fn of(walk: message::Walk) -> Self {
        Self {
            attachments: walk.documents,
            stopped: walk.stopped,
            structure: walk.structure,
            foreign_texts: walk.foreign_texts.into_iter().collect(),
            secret_mark: walk.secret_mark,
        }
    }

    /// The documents: the signature of a signed mail signs the mail, it is no document of its own.
    pub fn documents(&self) -> impl Iterator<Item = &Attachment> {
        self.attachments.iter().filter(|attachment| attachment.role == Role::Document)
    }

    /// Puts the dossier together; digests, sizes and the claims of the header are taken from the octets here. Where a
    /// reader is needed to say what a document holds, it counts as unread until its content is set.
    #[must_use]
    pub fn assemble(self, message: &Message) -> Examined {
        let mut claims = Claims::read(message, &self.attachments);
        claims.secret_mark = claims.secret_mark.max(self.secret_mark);
        let documents = self.attachments.into_iter().filter(|attachment| attachment.role == Role::Document);
        let (mut documents, octets): (Vec<_>, _) = documents.map(document).unzip();
        pair(&mut documents);
        let (stopped, structure, foreign_texts) = (self.stopped, self.structure, self.foreign_texts);
        Examined { dossier: Dossier { documents, stopped, structure, claims, foreign_texts }, octets }
    }
}

impl Content {
    /// What a document of `kind` holds, as far as that can be said without reading it.
    #[must_use]
    pub fn unread(kind: FileKind, size: usize) -> Self {
        match kind {
            FileKind::TooLarge => Self::TooLarge,
            _ if size as u64 > DOCUMENT => Self::TooLarge,
            FileKind::Pdf => Self::Pdf(Err(ReadError::TooLarge(Limit::Reader))),
            _ => Self::Other,
        }
    }

    /// Whether a reader is needed to say more, or did not come to its end.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        matches!(self, Self::Pdf(Err(ReadError::TooLarge(Limit::Reader))))
    }

    /// Reads a document of `kind`. Never fails: what cannot be read is a fact about it.
    #[must_use]
    pub fn read(kind: FileKind, octets: &[u8], budget: &mut Budget) -> Self {
        let content = Self::unread(kind, octets.len());
        if content.is_unread() { Self::Pdf(pdf::read(octets, budget)) } else { content }
    }
}

/// Reads a message. Never fails: what cannot be read is a fact about it.
#[must_use]
pub fn examine(message: &Message, budget: &mut Budget) -> Examined {
    let mut examined = find(message, budget).assemble(message);
    for (document, octets) in examined.dossier.documents.iter_mut().zip(&examined.octets) {
        document.content = Content::read(document.kind, octets, budget);
    }
    examined
}

/// A single file on its own, as `verify` is given it.
#[must_use]
pub fn examine_file(name: &str, octets: Vec<u8>, budget: &mut Budget) -> Examined {
    let kind = message::kind::recognise(&octets, "");
    let content = Content::read(kind, &octets, budget);
    assemble_file(name, octets, kind, content)
}

/// The dossier of a file on its own, from what its reader found.
#[must_use]
pub fn assemble_file(name: &str, octets: Vec<u8>, kind: FileKind, content: Content) -> Examined {
    let (mut document, octets) = document(Attachment {
        index: 1,
        name: FileName::new(name),
        declared_type: String::new(),
        kind,
        octets,
        source: Source::default(),
        nested: false,
        role: Role::Document,
        ambiguity: None,
    });
    document.content = content;
    let documents = vec![document];
    let dossier =
        Dossier { documents, stopped: None, structure: None, claims: Claims::default(), foreign_texts: Vec::new() };
    Examined { dossier, octets: vec![octets] }
}

/// Finds the document that each detached signature is named after; where several bear the name, it is none of them.
fn pair(documents: &mut [Document]) {
    let mut named: HashMap<(bool, &str), Option<u32>> = HashMap::new();
    for document in documents.iter().filter(|document| !document.name.is_empty()) {
        let name = (document.nested, document.name.as_str());
        named.entry(name).and_modify(|n| *n = None).or_insert(Some(document.n));
    }
    let beside = |document: &Document| {
        let name = document.name.strip_suffix(".p7s").filter(|_| document.kind == FileKind::Pkcs7)?;
        named.get(&(document.nested, name)).copied().flatten()
    };
    let found: Vec<Option<u32>> = documents.iter().map(beside).collect();
    for (document, beside) in documents.iter_mut().zip(found) {
        document.beside = beside;
    }
}

fn document(attachment: Attachment) -> (Document, Vec<u8>) {
    let document = Document {
        n: attachment.index,
        name: attachment.name.as_str().to_owned(),
        kind: attachment.kind,
        size: attachment.octets.len() as u64,
        sha256: Sha256::of(&attachment.octets),
        nested: attachment.nested,
        ambiguity: attachment.ambiguity,
        beside: None,
        content: Content::unread(attachment.kind, attachment.octets.len()),
    };
    (document, attachment.octets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Envelope;

    fn beside(names: &[&str]) -> Vec<Option<u32>> {
        let parts = names.iter().fold(String::new(), |all, name| {
            let octets = if name.contains("p7s") { "-----BEGIN PKCS7-----" } else { "%PDF-1.7" };
            let disposition = format!("Content-Disposition: attachment; filename=\"{name}\"");
            all + "--b\r\nContent-Type: application/octet-stream\r\n" + &disposition + "\r\n\r\n" + octets + "\r\n"
        });
        let mail = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n");
        let message = Message::parse(Envelope::default(), mail.into_bytes());
        let Examined { dossier, .. } = examine(&message, &mut Budget::for_message());
        dossier.documents.iter().map(|document| document.beside).collect()
    }

    #[test]
    fn a_detached_signature_lies_beside_the_document_that_it_is_named_after() {
        assert_eq!(beside(&["a.pdf.p7s", "a.pdf", "b.pdf"]), [Some(2), None, None]);
        assert_eq!(beside(&["a.pdf", "smime.p7s", "b.pdf.p7s"]), [None; 3]);
        assert_eq!(beside(&["a.pdf", "a.pdf", "a.pdf.p7s"]), [None; 3], "it may be meant for either");
    }
}
