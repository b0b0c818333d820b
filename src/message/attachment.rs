//! One document of a message, and why readers may disagree about it.

use serde::{Deserialize, Serialize};

use super::{FileKind, FileName, Source};

/// A document as Article 7.2 speaks of it: one leaf of the MIME tree with its decoded octets.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Attachment {
    /// Place among the documents of the message, from 1.
    pub index: u32,
    /// Name given by the sender; empty when there is none.
    pub name: FileName,
    /// Declared MIME type in lower case, cleaned; a claim.
    pub declared_type: String,
    /// What the octets are.
    pub kind: FileKind,
    /// Decoded octets; none for [`FileKind::TooLarge`].
    pub octets: Vec<u8>,
    /// Where they lie in the message.
    pub source: Source,
    /// Stands inside a forwarded message (message/rfc822), so the outer sender did not send it as its own.
    pub nested: bool,
    /// What the part is for.
    pub role: Role,
    /// Set where two lenient readings differ in what a user would see or open.
    pub ambiguity: Option<Ambiguity>,
}

/// What a leaf is for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Something that a user opens.
    Document,
    /// The signature over the message in multipart/signed (RFC 1847): no document of its own.
    MessageSignature,
}

/// Ways in which two mail readers make different things of the same octets.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ambiguity {
    /// Parts follow after the closing delimiter of their multipart.
    AfterClose,
    /// Several branches of a multipart/alternative hold documents, and a reader shows one branch.
    Alternatives,
    /// A carriage return alone stands where some readers see a line end and a boundary.
    BareCarriageReturn,
    /// Base64 with foreign octets, data after its padding, or padding missing.
    Base64Junk,
    /// A name with control, zero-width or direction characters.
    DeceptiveName,
    /// A Content field stands twice.
    DoubledField,
    /// A message or multipart is transfer-encoded, which RFC 2045, 6.4 forbids and some readers undo.
    EncodedContainer,
    /// Something other than white space follows the last delimiter.
    Epilogue,
    /// The content is elsewhere.
    External,
    /// Programs that unpack an archive could find different files in it.
    OddArchive,
    /// A boundary is absent, empty, doubled, longer than 70 characters, or a delimiter carries more than itself.
    OddBoundary,
    /// A Content field, or the header of a part, strays from the grammar.
    OddField,
    /// A PDF by its content, which its name or declared type has another program open or show.
    OtherProgram,
    /// One piece of several.
    Partial,
    /// An equals sign that encodes nothing.
    QuotedPrintableJunk,
    /// Two names with different endings.
    TwoNames,
    /// A transfer encoding that RFC 2045 does not know.
    UnknownEncoding,
    /// A multipart without its closing delimiter.
    Unterminated,
    /// A uuencoded, yEnc or BinHex file inside a text.
    Uuencode,
}
