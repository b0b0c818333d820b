//! The walk over the MIME tree of a message, down to its documents (RFC 2046; rule reading 11).
//!
//! One pass over the octets with a stack of open boundaries: linear in the size of the message times the depth limit.
//! `mail-parser` is not used for the tree: it restarts its search at each missing boundary, recurses on drop, matches
//! boundaries in the middle of lines, and does not say what it tolerated.
//!
//! An ambiguity of structure (boundaries, doubled fields of a container) decides what all parts are, so it is the
//! ambiguity of every document of the message.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::body::{self, holds_parts};
use super::charset::Texts;
use super::delimiter::{self, Delimiter, Frame, FrameKind};
use super::entity::{self, Encoding, Entity, HeaderBlock};
use super::kind::{self, Image};
use super::secret::{self, SecretMark};
use super::signed;
use super::source::{self, Source, Step};
use super::zip as zip_names;
use super::{Ambiguity, Attachment, FileKind, FileName, ForeignText, Message, Role, archive, transfer, words};
use crate::budget::{Budget, DEPTH, Exhausted, Resource};

/// The documents of a message, and what could not be walked.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Walk {
    /// In the order in which they stand.
    pub documents: Vec<Attachment>,
    /// Set when a limit ended or shortened the walk: there may be more documents than those listed.
    pub stopped: Option<Exhausted>,
    /// The first ambiguity of the message's structure; also set on the documents.
    pub structure: Option<Ambiguity>,
    /// Texts, names and header fields in other character sets than Unicode (Article 7.4), at most [`super::charset::MOST`].
    pub foreign_texts: BTreeSet<ForeignText>,
    /// The highest secrecy mark in subjects of nested messages, in descriptions of parts and in names in ZIP archives, unpacked or not.
    pub secret_mark: Option<SecretMark>,
}

/// Pictures from this size on are documents (rule reading 11).
pub const INLINE_OCTETS: usize = 64 * 1_024;
/// Pictures with a side from this length on are documents (rule reading 11).
pub const INLINE_PIXELS: u32 = 400;

/// Walks a message. Never fails: what cannot be read is a document of an odd kind, or said in [`Walk::stopped`].
#[must_use]
pub fn walk(message: &Message, budget: &mut Budget) -> Walk {
    walk_as(message, false, budget)
}

/// Walks a message, and leaves attached PDFs in base64, which is nearly all that a mail of many octets consists of,
/// where they are: they are known by their beginning. Their octets are to be taken from their source; whether those
/// are ambiguous is said there.
#[must_use]
pub fn walk_past_pdfs(message: &Message, budget: &mut Budget) -> Walk {
    walk_as(message, true, budget)
}

fn walk_as(message: &Message, past_pdfs: bool, budget: &mut Budget) -> Walk {
    let mut walker = Walker {
        budget,
        walk: Walk::default(),
        inline: Vec::new(),
        references: HashSet::new(),
        scopes: 0,
        around: Vec::new(),
        texts: Texts::default(),
        past_pdfs,
    };
    walker.texts.header(message);
    if words::find(message.octets(), b"\r--").is_some() {
        walker.structural(Ambiguity::BareCarriageReturn);
    }
    let before_body = &message.octets()[..message.body_range().start];
    let empty_line = [&b"\n\r\n"[..], b"\n\n"].iter().any(|end| before_body.ends_with(end));
    if message.headers().len() > 0 && !empty_line && !message.body().is_empty() {
        walker.structural(Ambiguity::OddField);
    }
    let top = Entity::read(message.headers(), "text/plain");
    let place = Place { depth: 0, scope: 0, nested: false, ambiguity: None };
    if let Err(exhausted) = walker.octets(message.octets(), top, message.body_range().start, place) {
        walker.stop(exhausted);
    }
    walker.finish()
}

struct Walker<'b> {
    budget: &'b mut Budget,
    walk: Walk,
    /// For each document: the scope and Content-ID under which a body may show it in place.
    inline: Vec<Option<(u32, String)>>,
    /// Content-IDs that bodies refer to, by scope.
    references: HashSet<(u32, String)>,
    scopes: u32,
    /// The encoded messages around what is walked.
    around: Vec<Step>,
    texts: Texts,
    past_pdfs: bool,
}

/// Where a run of octets stands in the tree.
#[derive(Clone, Copy)]
struct Place {
    depth: u32,
    scope: u32,
    nested: bool,
    ambiguity: Option<Ambiguity>,
}

/// The octets of a part as they stand, and where.
#[derive(Clone, Copy)]
struct Raw<'a> {
    octets: &'a [u8],
    start: usize,
}

impl<'a> Raw<'a> {
    fn of(octets: &'a [u8], start: usize, end: usize) -> Self {
        Self { octets: octets.get(start..end).unwrap_or_default(), start }
    }

    fn step(self, encoding: Encoding) -> Step {
        Step { span: self.start..self.start + self.octets.len(), encoding }
    }
}

/// What to do with an entity.
enum Shape {
    Leaf,
    Message,
    Multipart(Vec<u8>, FrameKind),
}

impl Walker<'_> {
    fn octets(&mut self, octets: &[u8], top: Entity, body: usize, place: Place) -> Result<(), Exhausted> {
        let mut frames: Vec<Frame> = Vec::new();
        let (mut entity, mut body) = (top, body);
        loop {
            self.budget.part()?;
            let mut found = match self.shape(&entity, &frames, place) {
                Shape::Multipart(boundary, kind) => {
                    self.structure_of(&entity);
                    let (scope, nested) = surroundings(&frames, place);
                    let boundary = Some(boundary);
                    frames.push(Frame { boundary, kind, closed: false, parts: 0, scope, nested, branch: None });
                    let found = self.next(octets, body, &frames);
                    let opens = |d: &Delimiter| d.frame + 1 == frames.len() && !d.close;
                    let before = found.as_ref().and_then(|first| octets.get(body..first.content_end));
                    if before.is_some_and(holds_parts) {
                        self.structural(Ambiguity::OddBoundary);
                    }
                    if !found.as_ref().is_some_and(opens) {
                        let end = found.as_ref().map_or(octets.len(), |delimiter| delimiter.content_end);
                        self.partless(&entity, Raw::of(octets, body, end), nested);
                    }
                    found
                }
                Shape::Message => {
                    self.structure_of(&entity);
                    self.scopes += 1;
                    let scope = self.scopes;
                    frames.push(Frame {
                        boundary: None,
                        kind: FrameKind::Message,
                        closed: true,
                        parts: 0,
                        scope,
                        nested: true,
                        branch: None,
                    });
                    (entity, body) = self.header(octets, body, &frames);
                    continue;
                }
                Shape::Leaf => {
                    let found = self.next(octets, body, &frames);
                    let end = found.as_ref().map_or(octets.len(), |delimiter| delimiter.content_end);
                    let before = self.walk.documents.len();
                    self.leaf(&entity, Raw::of(octets, body, end), &frames, place)?;
                    if self.walk.documents.len() > before && !stands_in_one_branch(&mut frames) {
                        self.structural(Ambiguity::Alternatives);
                    }
                    found
                }
            };
            // Up to the next part.
            loop {
                let keep = found.as_ref().map_or(0, |delimiter| delimiter.frame + 1);
                if frames.drain(keep..).any(|frame| !frame.closed) {
                    self.structural(Ambiguity::Unterminated);
                }
                let Some(delimiter) = found else { return Ok(()) };
                let Some(frame) = frames.last_mut() else { return Ok(()) };
                if delimiter.close {
                    frame.closed = true;
                    found = self.next(octets, delimiter.next, &frames);
                    let end = found.as_ref().map_or(octets.len(), |next| next.content_end);
                    if octets.get(delimiter.next..end).is_some_and(|rest| !rest.trim_ascii().is_empty()) {
                        self.structural(Ambiguity::Epilogue);
                    }
                    continue;
                }
                frame.parts = frame.parts.saturating_add(1);
                if frame.closed {
                    self.structural(Ambiguity::AfterClose);
                }
                (entity, body) = self.header(octets, delimiter.next, &frames);
                break;
            }
        }
    }

    fn next(&mut self, octets: &[u8], from: usize, frames: &[Frame]) -> Option<Delimiter> {
        let (found, odd) = delimiter::next(octets, from, frames)?;
        if odd {
            self.structural(Ambiguity::OddBoundary);
        }
        Some(found)
    }

    fn header(&mut self, octets: &[u8], start: usize, frames: &[Frame]) -> (Entity, usize) {
        let block = HeaderBlock::read(octets, start, |line| delimiter::match_line(frames, line).is_some());
        if block.junk {
            self.structural(Ambiguity::OddField);
        }
        let digest = frames.last().is_some_and(|frame| frame.kind == FrameKind::Digest);
        let default_type = if digest { "message/rfc822" } else { "text/plain" };
        let fields = || block.fields.iter().map(|(name, value)| (&octets[name.clone()], &octets[value.clone()]));
        let said = fields().filter(|(name, _)| {
            name.eq_ignore_ascii_case(b"subject") || name.eq_ignore_ascii_case(b"content-description")
        });
        self.walk.secret_mark = self.walk.secret_mark.max(said.filter_map(|(_, value)| secret::mark_of(value)).max());
        (Entity::read(fields(), default_type), block.body)
    }

    fn shape(&mut self, entity: &Entity, frames: &[Frame], place: Place) -> Shape {
        let container = entity.media_type.starts_with("multipart/") || is_message(&entity.media_type);
        if !container {
            return Shape::Leaf;
        }
        let depth = u32::try_from(frames.len()).unwrap_or(u32::MAX).saturating_add(place.depth);
        if depth >= DEPTH {
            self.stop(Exhausted(Resource::Depth));
            return Shape::Leaf;
        }
        if is_message(&entity.media_type) {
            return if entity.encoding == Encoding::Identity { Shape::Message } else { Shape::Leaf };
        }
        if entity.encoding != Encoding::Identity {
            self.structural(Ambiguity::EncodedContainer);
        }
        let mut boundaries = entity.content_type.plain("boundary");
        let plain = boundaries.next().map(<[u8]>::to_vec);
        let extended = entity.content_type.extended("boundary").map(String::into_bytes);
        let doubled = boundaries.next().is_some() || extended.is_some();
        let Some(boundary) = plain.or(extended).filter(|boundary| !boundary.is_empty()) else {
            self.structural(Ambiguity::OddBoundary);
            return Shape::Leaf;
        };
        let is_used = frames.iter().any(|frame| frame.boundary.as_ref() == Some(&boundary));
        if doubled || is_used || boundary.len() > 70 || !boundary.iter().all(|o| o.is_ascii_graphic() || *o == b' ') {
            self.structural(Ambiguity::OddBoundary);
        }
        let kind = match entity.media_type.as_str() {
            "multipart/alternative" => FrameKind::Alternative,
            "multipart/digest" => FrameKind::Digest,
            "multipart/signed" => FrameKind::Signed,
            _ => FrameKind::Other,
        };
        Shape::Multipart(boundary, kind)
    }

    fn leaf(&mut self, entity: &Entity, raw: Raw<'_>, frames: &[Frame], place: Place) -> Result<(), Exhausted> {
        if is_message(&entity.media_type) && matches!(entity.encoding, Encoding::Base64 | Encoding::QuotedPrintable) {
            return self.encoded_message(entity, raw, frames, place);
        }
        if signed::is_opaque(entity) && self.opaque(entity, raw, frames, place)? {
            return Ok(());
        }
        let (scope, nested) = surroundings(frames, place);
        let is_body = entity.is_body();
        self.texts.names(entity);
        let (name, name_ambiguity) = entity.name();
        let ambiguity = entity.ambiguity.or(name_ambiguity).or(place.ambiguity);
        let source = self.source(raw, entity.encoding);
        if self.past_pdfs && is_pdf_in_base64(entity, raw) {
            self.pass(entity, name, (source, raw), nested, ambiguity);
            return Ok(());
        }
        let Some((octets, junk)) = self.decode(entity.encoding, raw) else {
            self.push(entity, name, FileKind::TooLarge, (source, Vec::new()), nested, ambiguity);
            return Ok(());
        };
        if entity.media_type.starts_with("text/") {
            self.texts.body(&octets, &entity.content_type);
        }
        if is_body {
            if entity.media_type == "text/html" {
                self.references.extend(body::content_ids(&octets).map(|id| (scope, id)));
            }
            // A container that is odd is odd for its siblings; a body is the text of the container.
            self.structure_of(entity);
            if body::holds_encoded_file(&octets) {
                self.push(entity, name, FileKind::Unknown, (source, octets), nested, Some(Ambiguity::Uuencode));
            } else if body::is_pdf(&octets) {
                self.push(entity, name, FileKind::Pdf, (source, octets), nested, ambiguity.or(junk));
            }
            return Ok(());
        }
        let (kind, kind_ambiguity) = match entity.media_type.as_str() {
            "message/external-body" => (FileKind::External, Some(Ambiguity::External)),
            "message/partial" => (FileKind::Partial, Some(Ambiguity::Partial)),
            declared => (kind::recognise(&octets, declared), None),
        };
        let outside = Outside { name: &name, nested, ambiguity: kind_ambiguity.or(ambiguity).or(junk), level: 0 };
        let odd = match self.unpack(&octets, raw.step(entity.encoding), outside) {
            Unpacked::Files => return Ok(()),
            Unpacked::No => None,
            Unpacked::Odd => Some(Ambiguity::OddArchive),
        };
        let small = octets.len() < INLINE_OCTETS
            && kind::pixels(&octets).is_some_and(|(width, height)| width.max(height) < INLINE_PIXELS);
        let picture = matches!(kind, FileKind::Image(Image::Gif | Image::Jpeg | Image::Png))
            && entity.media_type.starts_with("image/")
            && entity.is_inline();
        self.push(entity, name, kind, (source, octets), nested, kind_ambiguity.or(odd).or(ambiguity).or(junk));
        if let (true, true, Some(id), Some(last)) = (small, picture, &entity.content_id, self.inline.last_mut()) {
            *last = Some((scope, id.clone()));
        }
        let signature = frames.last().is_some_and(|frame| frame.kind == FrameKind::Signed && frame.parts == 2)
            && entity.media_type.ends_with("-signature");
        if let (true, Some(document)) = (signature, self.walk.documents.last_mut())
            && is_signature(document)
        {
            document.role = Role::MessageSignature;
        }
        Ok(())
    }

    /// Leaves a PDF where it is; it is paid for all the same.
    fn pass(
        &mut self,
        entity: &Entity,
        name: FileName,
        (source, raw): (Source, Raw<'_>),
        nested: bool,
        ambiguity: Option<Ambiguity>,
    ) {
        let kind = match source::pay(entity.encoding, raw.octets, self.budget) {
            Ok(()) => FileKind::Pdf,
            Err(exhausted) => {
                self.stop(exhausted);
                FileKind::TooLarge
            }
        };
        self.push(entity, name, kind, (source, Vec::new()), nested, ambiguity);
    }

    /// A multipart in which no part begins: some readers show its octets as a text, so they are not lost in silence.
    fn partless(&mut self, entity: &Entity, raw: Raw<'_>, nested: bool) {
        self.structural(Ambiguity::OddBoundary);
        if raw.octets.trim_ascii().is_empty() {
            return;
        }
        let (kind, octets) = match self.decode(Encoding::Identity, raw) {
            Some((octets, _)) => (kind::recognise(&octets, &entity.media_type), octets),
            None => (FileKind::TooLarge, Vec::new()),
        };
        let source = self.source(raw, Encoding::Identity);
        self.push(entity, entity.name().0, kind, (source, octets), nested, Some(Ambiguity::OddBoundary));
    }

    /// `None` when the budget does not allow to decode it; the walk goes on, a smaller document may still fit.
    fn decode(&mut self, encoding: Encoding, raw: Raw<'_>) -> Option<(Vec<u8>, Option<Ambiguity>)> {
        match source::decode(encoding, raw.octets, self.budget) {
            Ok(decoded) => Some((decoded.octets, decoded.ambiguity)),
            Err(exhausted) => {
                self.stop(exhausted);
                None
            }
        }
    }

    fn source(&self, raw: Raw<'_>, encoding: Encoding) -> Source {
        Source::new(&self.around, raw.step(encoding))
    }

    fn push(
        &mut self,
        entity: &Entity,
        name: FileName,
        kind: FileKind,
        (source, octets): (Source, Vec<u8>),
        nested: bool,
        ambiguity: Option<Ambiguity>,
    ) {
        let otherwise = kind == FileKind::Pdf && entity.is_opened_otherwise(&name);
        let ambiguity = ambiguity.or(otherwise.then_some(Ambiguity::OtherProgram));
        let declared_type = entity::shown_type(&entity.media_type);
        let role = Role::Document;
        let document = Attachment { index: 0, name, declared_type, kind, octets, source, nested, role, ambiguity };
        self.walk.documents.push(document);
        self.inline.push(None);
    }

    fn structure_of(&mut self, entity: &Entity) {
        if let Some(ambiguity) = entity.ambiguity {
            self.structural(ambiguity);
        }
    }

    fn structural(&mut self, ambiguity: Ambiguity) {
        self.walk.structure.get_or_insert(ambiguity);
    }

    fn stop(&mut self, exhausted: Exhausted) {
        self.walk.stopped.get_or_insert(exhausted);
    }

    fn finish(mut self) -> Walk {
        let references = &self.references;
        let mut places = self.inline.iter();
        self.walk.documents.retain(|_| {
            places.next().is_none_or(|place| place.as_ref().is_none_or(|place| !references.contains(place)))
        });
        for (index, document) in (1..).zip(&mut self.walk.documents) {
            document.index = index;
            document.ambiguity = document.ambiguity.or(self.walk.structure);
        }
        self.walk.foreign_texts = self.texts.into_found();
        self.walk
    }
}

/// Whether the octets are a signature, and are called one: the type that a part declares hides no document.
fn is_signature(part: &Attachment) -> bool {
    let armoured = part.octets.trim_ascii_start().starts_with(b"-----BEGIN PGP SIGNATURE-----");
    (armoured || kind::recognise(&part.octets, "") == FileKind::Pkcs7)
        && part.name.ending().is_none_or(|ending| matches!(ending.as_str(), "asc" | "p7s" | "sig"))
}

/// Whether an attachment in base64 decodes to a PDF; its declared type must not make it anything else.
fn is_pdf_in_base64(entity: &Entity, raw: Raw<'_>) -> bool {
    // Line ends, and octets that are skipped, are no digits: of these many some thousand octets come.
    const HEAD: usize = 4 * kind::PDF_WINDOW;
    // An archive that holds a PDF as it stands may be unpacked.
    let is_pdf = |head: &[u8]| kind::is_pdf(head) && !archive::begins(head);
    entity.encoding == Encoding::Base64
        && !entity.media_type.starts_with("text/")
        && !entity.media_type.starts_with("message/")
        && !entity.is_body()
        && is_pdf(&transfer::base64(&raw.octets[..raw.octets.len().min(HEAD)]).octets)
}

/// Notes that a document stands in the open parts; whether it does so in the same branch as those before it. A reader of
/// multipart/alternative shows one branch (RFC 2046, 5.1.4).
fn stands_in_one_branch(frames: &mut [Frame]) -> bool {
    let alternatives = frames.iter_mut().filter(|frame| frame.kind == FrameKind::Alternative);
    // Each is noted, also after one in which they do not.
    alternatives.filter_map(|frame| (*frame.branch.get_or_insert(frame.parts) != frame.parts).then_some(())).count()
        == 0
}

fn is_message(media_type: &str) -> bool {
    matches!(media_type, "message/global" | "message/rfc822")
}

fn surroundings(frames: &[Frame], place: Place) -> (u32, bool) {
    frames.last().map_or((place.scope, place.nested), |frame| (frame.scope, frame.nested))
}

use unpack::{Outside, Unpacked};

mod inside;
#[cfg(test)]
mod tests;
mod unpack;
