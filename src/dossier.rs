//! Everything that a message claims, gathered by the reader of its octets. Nothing here is believed: a claim becomes a
//! fact only when `policy::judge` has checked it against the octets and the evidence.

use serde::{Deserialize, Serialize};

use crate::budget::{Budget, Exhausted};
use crate::digest::Sha256;
use crate::message::{self, Ambiguity, Attachment, Claims, FileKind, FileName, Message, Role};
use crate::pdf::{self, ReadError, Reading};

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
    /// Text of the message does not use Unicode.
    pub legacy_charset: bool,
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

/// Reads a message. Never fails: what cannot be read is a fact about it.
#[must_use]
pub fn examine(message: &Message, budget: &mut Budget) -> Examined {
    let walk = message::walk(message, budget);
    let claims = Claims::read(message, &walk.documents);
    let mut documents = Vec::with_capacity(walk.documents.len());
    let mut octets = Vec::with_capacity(walk.documents.len());
    // The signature of a signed mail signs the mail; it is no document of its own.
    for attachment in walk.documents.into_iter().filter(|attachment| attachment.role == Role::Document) {
        documents.push(document(&attachment, budget));
        octets.push(attachment.octets);
    }
    let legacy_charset = !walk.foreign_charsets.is_empty();
    Examined {
        dossier: Dossier { documents, stopped: walk.stopped, structure: walk.structure, claims, legacy_charset },
        octets,
    }
}

/// A single file on its own, as `verify` is given it.
#[must_use]
pub fn examine_file(name: &str, octets: Vec<u8>, budget: &mut Budget) -> Examined {
    let attachment = Attachment {
        index: 1,
        name: FileName::new(name),
        declared_type: String::new(),
        kind: message::kind::recognise(&octets, ""),
        octets,
        nested: false,
        role: Role::Document,
        ambiguity: None,
    };
    let documents = vec![document(&attachment, budget)];
    let dossier =
        Dossier { documents, stopped: None, structure: None, claims: Claims::default(), legacy_charset: false };
    Examined { dossier, octets: vec![attachment.octets] }
}

fn document(attachment: &Attachment, budget: &mut Budget) -> Document {
    let size = attachment.octets.len() as u64;
    let content = match attachment.kind {
        FileKind::TooLarge => Content::TooLarge,
        _ if size > DOCUMENT => Content::TooLarge,
        FileKind::Pdf => Content::Pdf(pdf::read(&attachment.octets, budget)),
        _ => Content::Other,
    };
    Document {
        n: attachment.index,
        name: attachment.name.as_str().to_owned(),
        kind: attachment.kind,
        size,
        sha256: Sha256::of(&attachment.octets),
        nested: attachment.nested,
        ambiguity: attachment.ambiguity,
        content,
    }
}
