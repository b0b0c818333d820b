//! Where a document lies in its message, so that its octets can be taken again by whoever does not trust the walk.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::entity::Encoding;
use super::transfer::{self, Decoded};
use super::{Ambiguity, Message, archive};
use crate::budget::{Budget, DEPTH, Exhausted, Resource};
use crate::cms;

/// The way from the octets of a message to those of a document: one step, and one more for each encoded message
/// or archive around it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Source {
    steps: Vec<Step>,
}

/// A range of the octets so far, and how it is encoded.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Step {
    pub span: Range<usize>,
    pub encoding: Encoding,
}

impl Source {
    pub(super) fn new(around: &[Step], last: Step) -> Self {
        Self { steps: around.iter().cloned().chain([last]).collect() }
    }
}

/// Takes the documents of one message from its octets, one after the other.
///
/// Documents inside the same encoded message share its decoded octets: they are asked for in their order, so one stack
/// of them keeps the work linear.
#[derive(Debug)]
pub struct Extractor<'m> {
    message: &'m Message,
    around: Vec<(Step, Vec<u8>)>,
}

impl<'m> Extractor<'m> {
    /// Takes from `message`.
    #[must_use]
    pub fn new(message: &'m Message) -> Self {
        Self { message, around: Vec::new() }
    }

    /// The decoded octets at `source`; `Ok(None)` when the message has no such place.
    ///
    /// # Errors
    /// [`Exhausted`] when decoding would pass the budget.
    pub fn take(&mut self, source: &Source, budget: &mut Budget) -> Result<Option<Decoded>, Exhausted> {
        let Some((last, around)) = source.steps.split_last() else { return Ok(None) };
        if around.len() >= DEPTH as usize {
            return Err(Exhausted(Resource::Depth));
        }
        let unpacked = source.steps.iter().filter(|step| matches!(step.encoding, Encoding::ZipEntry(_))).count();
        if unpacked > archive::LEVELS {
            return Ok(None);
        }
        let shared = self.around.iter().zip(around).take_while(|((step, _), wanted)| step == *wanted).count();
        self.around.truncate(shared);
        for step in around.iter().skip(shared) {
            let Some(decoded) = step.decode(self.octets(), budget)? else { return Ok(None) };
            self.around.push((step.clone(), decoded.octets));
        }
        last.decode(self.octets(), budget)
    }

    fn octets(&self) -> &[u8] {
        self.around.last().map_or(self.message.octets(), |(_, octets)| octets)
    }
}

impl Step {
    fn decode(&self, octets: &[u8], budget: &mut Budget) -> Result<Option<Decoded>, Exhausted> {
        let Some(raw) = octets.get(self.span.clone()) else { return Ok(None) };
        // An archive is all of its octets: whoever chose some of them could choose another directory.
        if matches!(self.encoding, Encoding::ZipEntry(_)) && raw.len() != octets.len() {
            return Ok(None);
        }
        decode(self.encoding, raw, budget).map(Some)
    }
}

/// Undoes a transfer encoding; what none of RFC 2045 is stays as it stands.
pub(super) fn decode(encoding: Encoding, raw: &[u8], budget: &mut Budget) -> Result<Decoded, Exhausted> {
    if let Encoding::ZipEntry(n) = encoding {
        // Who asks for what no sound archive holds gets nothing.
        let odd = || Decoded { octets: Vec::new(), ambiguity: Some(Ambiguity::OddArchive) };
        let taken = archive::take(raw, n, budget)?;
        return Ok(taken.map_or_else(odd, |octets| Decoded { octets, ambiguity: None }));
    }
    pay(encoding, raw, budget)?;
    let plain = |ambiguity| Decoded { octets: raw.to_vec(), ambiguity };
    Ok(match encoding {
        Encoding::Base64 => transfer::base64(raw),
        Encoding::QuotedPrintable => transfer::quoted_printable(raw),
        Encoding::Identity => plain(None),
        Encoding::Unknown | Encoding::ZipEntry(_) => plain(Some(Ambiguity::UnknownEncoding)),
        Encoding::Uuencode => plain(Some(Ambiguity::Uuencode)),
        // Who asks for the content of what is no CMS object gets nothing.
        Encoding::Signed => Decoded { octets: cms::read_content(raw).unwrap_or_default(), ambiguity: None },
    })
}

/// Pays for what decoding would produce at most.
pub(super) fn pay(encoding: Encoding, raw: &[u8], budget: &mut Budget) -> Result<(), Exhausted> {
    budget.decoded(if encoding == Encoding::Base64 { raw.len() / 4 * 3 + 3 } else { raw.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Envelope, walk, walk_past_pdfs};

    const MAIL: &[u8] = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
        Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0x\r\n\
        --b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3Db\r\n\
        --b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        Q29udGVudC1UeXBlOiBtdWx0aXBhcnQvbWl4ZWQ7IGJvdW5kYXJ5PWMNCg0KLS1jDQpDb250ZW50LVR5cGU6IGFwcGxpY2F0aW9uL3gN\r\n\
        Cg0Kb25lDQotLWMNCkNvbnRlbnQtVHlwZTogYXBwbGljYXRpb24veQ0KDQp0d28NCi0tYy0tDQo=\r\n--b--\r\n";

    fn message() -> Message {
        Message::parse(Envelope::default(), MAIL.to_vec())
    }

    #[test]
    fn every_document_is_found_again_at_its_source() {
        let message = message();
        let walk = walk(&message, &mut Budget::for_message());
        let mut extractor = Extractor::new(&message);
        let mut budget = Budget::for_message();
        let again: Vec<Vec<u8>> = walk
            .documents
            .iter()
            .map(|document| extractor.take(&document.source, &mut budget).unwrap().unwrap().octets)
            .collect();
        assert_eq!(again, [&b"%PDF-1"[..], b"a=b", b"one", b"two"]);
        assert!(again.iter().zip(&walk.documents).all(|(octets, document)| *octets == document.octets));
        let past = walk_past_pdfs(&message, &mut Budget::for_message());
        assert!(past.documents[0].octets.is_empty());
        let facts = |walk: &crate::message::Walk| -> Vec<_> {
            walk.documents.iter().map(|one| (one.kind, one.source.clone(), one.ambiguity, one.index)).collect()
        };
        assert_eq!(facts(&past), facts(&walk));
    }

    #[test]
    fn places_outside_the_message_hold_nothing_and_endless_ones_are_not_paid() {
        let message = message();
        let mut extractor = Extractor::new(&message);
        let step = |span: Range<usize>| Step { span, encoding: Encoding::Identity };
        let budget = &mut Budget::for_message();
        assert_eq!(extractor.take(&Source::default(), budget), Ok(None));
        assert_eq!(extractor.take(&Source::new(&[], step(0..MAIL.len() + 1)), budget), Ok(None));
        let backwards = Range { start: 3, end: 2 };
        assert_eq!(extractor.take(&Source::new(&[], step(backwards)), budget), Ok(None));
        assert_eq!(extractor.take(&Source::new(&[step(0..4)], step(0..5)), budget), Ok(None));
        let deep = Source::new(&vec![step(0..9); DEPTH as usize], step(0..9));
        assert_eq!(extractor.take(&deep, budget), Err(Exhausted(Resource::Depth)));
        budget.decoded(usize::try_from(budget.decoded_left()).unwrap()).unwrap();
        assert_eq!(extractor.take(&Source::new(&[], step(0..9)), budget), Err(Exhausted(Resource::Decoded)));
    }
}
