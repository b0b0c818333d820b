//! The signature over a whole mail (S/MIME, RFC 8551, 3.5): what it covers and the CMS object, located by the header of the
//! message alone. Whether it holds is not asked here.

use std::borrow::Cow;

use super::Message;
use super::delimiter::{self, Frame, FrameKind};
use super::entity::{Encoding, Entity, HeaderBlock};
use super::source;
use crate::budget::Budget;

/// A mail that says that it is signed with S/MIME.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SignedMail<'m> {
    /// multipart/signed: the first part as it is signed, with line ends of CRLF, and the CMS object beside it.
    Detached {
        /// What is signed.
        content: Cow<'m, [u8]>,
        /// The CMS object.
        cms: Vec<u8>,
    },
    /// application/pkcs7-mime: the content lies in the CMS object.
    Opaque {
        /// The CMS object.
        cms: Vec<u8>,
    },
    /// The structure is not that of RFC 1847, 2.1, or readers differ about it.
    Unclear,
}

/// A CMS object beside its content has some kilobytes; with every certificate of a hierarchy some dozens.
const DETACHED: usize = 1 << 20;

impl<'m> SignedMail<'m> {
    /// Looks at a message; `None` where it does not say that it is signed so.
    #[must_use]
    pub fn of(message: &'m Message, budget: &mut Budget) -> Option<Self> {
        let entity = Entity::read(message.headers(), "text/plain");
        match entity.media_type.as_str() {
            "multipart/signed" => Self::detached(message, &entity, budget),
            _ if is_opaque(&entity) => {
                let raw = message.body();
                let cms =
                    source::decode(entity.encoding, raw, budget).ok().filter(|decoded| decoded.ambiguity.is_none());
                Some(cms.map_or(Self::Unclear, |decoded| Self::Opaque { cms: decoded.octets }))
            }
            _ => None,
        }
    }

    fn detached(message: &'m Message, entity: &Entity, budget: &mut Budget) -> Option<Self> {
        let protocol = entity.content_type.plain("protocol").next().unwrap_or_default().to_ascii_lowercase();
        if !matches!(protocol.as_slice(), b"application/pkcs7-signature" | b"application/x-pkcs7-signature") {
            return None;
        }
        Some(parts(message, entity, budget).unwrap_or(Self::Unclear))
    }
}

/// Whether an entity is a CMS object around a content (RFC 8551, 3.2).
pub(super) fn is_opaque(entity: &Entity) -> bool {
    matches!(entity.media_type.as_str(), "application/pkcs7-mime" | "application/x-pkcs7-mime")
}

/// The two parts; `None` where there are not just two, with everything where it belongs.
fn parts<'m>(message: &'m Message, entity: &Entity, budget: &mut Budget) -> Option<SignedMail<'m>> {
    let octets = message.octets();
    let boundary = entity.content_type.plain("boundary").next().filter(|boundary| !boundary.is_empty())?;
    let doubled =
        entity.content_type.plain("boundary").count() > 1 || entity.content_type.extended("boundary").is_some();
    if doubled || entity.ambiguity.is_some() || entity.encoding != Encoding::Identity {
        return None;
    }
    let frames = [Frame {
        boundary: Some(boundary.to_vec()),
        kind: FrameKind::Signed,
        closed: false,
        parts: 0,
        scope: 0,
        nested: false,
        branch: None,
    }];
    let next = |from| delimiter::next(octets, from, &frames).filter(|(_, odd)| !odd).map(|(found, _)| found);
    let first = next(message.body_range().start).filter(|delimiter| !delimiter.close)?;
    let second = next(first.next).filter(|delimiter| !delimiter.close)?;
    let end = next(second.next).filter(|delimiter| delimiter.close)?;
    if delimiter::next(octets, end.next, &frames).is_some() {
        return None;
    }
    let block = HeaderBlock::read(octets, second.next, |line| delimiter::match_line(&frames, line).is_some());
    let fields =
        block.fields.iter().filter_map(|(name, value)| Some((octets.get(name.clone())?, octets.get(value.clone())?)));
    let signature = Entity::read(fields, "text/plain");
    let raw = octets.get(block.body..end.content_end).filter(|raw| raw.len() <= DETACHED && !block.junk)?;
    if signature.ambiguity.is_some() || !signature.media_type.ends_with("pkcs7-signature") {
        return None;
    }
    let decoded = source::decode(signature.encoding, raw, budget).ok().filter(|decoded| decoded.ambiguity.is_none())?;
    let content = octets.get(first.next..second.content_end)?;
    budget.decoded(content.len()).ok()?;
    Some(SignedMail::Detached { content: canonical(content), cms: decoded.octets })
}

/// Line ends as they are signed (RFC 8551, 3.1.1): a file of mail may have lost its carriage returns.
fn canonical(content: &[u8]) -> Cow<'_, [u8]> {
    let is_bare = |at: usize| at.checked_sub(1).and_then(|before| content.get(before)) != Some(&b'\r');
    if !memchr::memchr_iter(b'\n', content).any(is_bare) {
        return Cow::Borrowed(content);
    }
    let mut octets = Vec::with_capacity(content.len().saturating_add(content.len() / 16));
    for line in content.split_inclusive(|octet| *octet == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(text) => {
                octets.extend_from_slice(text.strip_suffix(b"\r").unwrap_or(text));
                octets.extend_from_slice(b"\r\n");
            }
            None => octets.extend_from_slice(line),
        }
    }
    Cow::Owned(octets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Envelope;

    fn signed(mail: &str) -> Option<(String, Vec<u8>)> {
        let message = Message::parse(Envelope::default(), mail.as_bytes().to_vec());
        match SignedMail::of(&message, &mut Budget::for_message())? {
            SignedMail::Detached { content, cms } => Some((String::from_utf8(content.into_owned()).unwrap(), cms)),
            SignedMail::Opaque { cms } => Some((String::new(), cms)),
            SignedMail::Unclear => Some(("unclear".to_owned(), Vec::new())),
        }
    }

    const MAIL: &str = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\r\n\r\n\
        preamble\r\n--b\r\nContent-Type: text/plain\r\n\r\nxin chao\r\n\r\n--b\r\n\
        Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b--\r\n";

    #[test]
    fn the_first_part_is_signed_without_the_line_end_of_the_delimiter() {
        let expected = ("Content-Type: text/plain\r\n\r\nxin chao\r\n".to_owned(), b"ABC".to_vec());
        assert_eq!(signed(MAIL), Some(expected.clone()));
        assert_eq!(signed(&MAIL.replace("\r\n", "\n")), Some(expected));
    }

    #[test]
    fn other_structures_are_unclear_and_other_protocols_no_s_mime() {
        for (from, to) in [
            ("--b--", "--b\r\n\r\nx\r\n--b--"),
            ("--b--\r\n", ""),
            ("--b\r\n", "--b junk\r\n"),
            ("boundary=b", "boundary=b; boundary=c"),
            ("QUJD", "QUJD!"),
            ("Content-Type: application/pkcs7", "Content-Type: application/x; y=pkcs7"),
            ("--b--\r\n", "--b--\r\n--b\r\n\r\nx\r\n--b--\r\n"),
        ] {
            assert!(MAIL.contains(from), "{from}");
            let found = signed(&MAIL.replacen(from, to, 1));
            assert_eq!(found.map(|(content, _)| content).as_deref(), Some("unclear"), "{to}");
        }
        assert_eq!(signed(&MAIL.replace("pkcs7", "pgp")), None);
        assert_eq!(signed("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n"), None);
    }
}
