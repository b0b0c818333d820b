//! Messages and contents that lie inside an encoding: they are walked in octets of their own.

use super::{Place, Raw, Walker, surroundings};
use crate::budget::{DEPTH, Exhausted, Resource};
use crate::message::delimiter::Frame;
use crate::message::entity::{Encoding, Entity};
use crate::message::source::Step;
use crate::message::{Ambiguity, FileKind};

impl Walker<'_> {
    /// RFC 2045, 6.4 forbids to encode a message; Exchange does it, some readers undo it, others show octets.
    pub(super) fn encoded_message(
        &mut self,
        entity: &Entity,
        raw: Raw<'_>,
        frames: &[Frame],
        place: Place,
    ) -> Result<(), Exhausted> {
        let depth = u32::try_from(frames.len()).unwrap_or(u32::MAX).saturating_add(place.depth).saturating_add(1);
        let decoded = if depth >= DEPTH { None } else { self.decode(entity.encoding, raw) };
        let Some((octets, _)) = decoded else {
            if depth >= DEPTH {
                self.stop(Exhausted(Resource::Depth));
            }
            let (name, _) = entity.name();
            let place = (self.source(raw, entity.encoding), Vec::new());
            self.push(entity, name, FileKind::TooLarge, place, true, Some(Ambiguity::EncodedContainer));
            return Ok(());
        };
        let (top, body) = self.header(&octets, 0, &[]);
        self.scopes += 1;
        let ambiguity = Some(Ambiguity::EncodedContainer);
        self.around.push(raw.step(entity.encoding));
        let walked = self.octets(&octets, top, body, Place { depth, scope: self.scopes, nested: true, ambiguity });
        self.around.pop();
        walked
    }

    /// A signed content inside a CMS object, which programs with S/MIME show in the place of the part; whether there is one.
    /// It is walked whether the signature holds or not: that is told of the mail as a whole.
    pub(super) fn opaque(
        &mut self,
        entity: &Entity,
        raw: Raw<'_>,
        frames: &[Frame],
        place: Place,
    ) -> Result<bool, Exhausted> {
        let depth = u32::try_from(frames.len()).unwrap_or(u32::MAX).saturating_add(place.depth).saturating_add(2);
        if depth >= DEPTH {
            return Ok(false);
        }
        let Some((cms, junk)) = self.decode(entity.encoding, raw) else { return Ok(false) };
        let inside = Step { span: 0..cms.len(), encoding: Encoding::Signed };
        let content = self.decode(Encoding::Signed, Raw { octets: &cms, start: 0 });
        let Some((content, _)) = content.filter(|(content, _)| !content.is_empty()) else { return Ok(false) };
        let (top, body) = self.header(&content, 0, &[]);
        let (_, nested) = surroundings(frames, place);
        self.scopes += 1;
        let ambiguity = entity.ambiguity.or(place.ambiguity).or(junk);
        let place = Place { depth, scope: self.scopes, nested, ambiguity };
        let outer = self.around.len();
        self.around.extend([raw.step(entity.encoding), inside]);
        let walked = self.octets(&content, top, body, place);
        self.around.truncate(outer);
        walked.map(|()| true)
    }
}
