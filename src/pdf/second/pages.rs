//! The second reader's pages: as many, in the same order, each drawing the same octets.
//!
//! Streams are compared decoded. One that our reader cannot decode is compared as it is in the file, and one that
//! several pages name is compared once.

use std::collections::BTreeSet;

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, MaybeRef, Object, Stream};

use super::{First, id, identifier};
use crate::budget::Budget;
use crate::pdf::file::File;
use crate::pdf::filter;
use crate::pdf::pages::{Contents, Page, Pages, references};
use crate::pdf::value::Id;

/// Both readers hold a decoded stream, and no page has so much to draw.
const STREAM: u64 = 8 << 20;
/// All streams together; what is beyond is compared as it is in the file.
const DECODED: u64 = 32 << 20;

/// The first page about which both differ.
pub(super) struct Difference {
    /// Counted from 1; one more than there are where the second reader has more pages.
    pub(super) page: u32,
    /// Where what they differ about stands.
    pub(super) position: usize,
}

/// Compares all pages.
pub(super) fn difference(first: First<'_>, second: &Pdf, budget: &mut Budget) -> Option<Difference> {
    let pages = first.pages?;
    // Page content must not leave too little for the structure of the documents that follow in the same message.
    let allowed = DECODED.min(budget.decoded_left() / 4);
    let mut comparison = Comparison { file: first.file, second, compared: BTreeSet::new(), left: allowed };
    let found = comparison.pages(pages);
    // Cannot fail: it was less than what is left.
    let _ = budget.decoded(usize::try_from(allowed - comparison.left).unwrap_or(usize::MAX));
    found
}

fn page(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
}

struct Comparison<'c> {
    file: &'c File<'c>,
    second: &'c Pdf,
    /// Objects that were found to be the same.
    compared: BTreeSet<Id>,
    left: u64,
}

/// The same, or where what differs stands.
type Same = Result<(), usize>;

impl Comparison<'_> {
    fn pages(&mut self, ours: &Pages) -> Option<Difference> {
        let theirs = self.second.pages();
        for (index, leaf) in ours.leaves.iter().enumerate() {
            let same = match theirs.get(index) {
                Some(theirs) if theirs.raw().obj_id().and_then(id) == Some(leaf.id) => {
                    self.page(leaf, theirs.raw().get_raw("Contents"))
                }
                _ => Err(ours.position),
            };
            if let Err(position) = same {
                return Some(Difference { page: page(index), position });
            }
        }
        let more = theirs.len() > ours.leaves.len();
        more.then_some(Difference { page: page(ours.leaves.len()), position: ours.position })
    }

    fn page(&mut self, ours: &Page, theirs: Option<MaybeRef<Object<'_>>>) -> Same {
        let position = self.position(ours.id);
        match (&ours.contents, theirs) {
            (Contents::Absent, None | Some(MaybeRef::NotRef(Object::Null(_)))) => Ok(()),
            (Contents::Array(ours), Some(MaybeRef::NotRef(Object::Array(theirs)))) => {
                self.array(ours, &theirs, position)
            }
            (Contents::Reference(ours), Some(MaybeRef::Ref(theirs))) if id(theirs.into()) == Some(*ours) => {
                self.reference(*ours)
            }
            _ => Err(position),
        }
    }

    /// A stream, or an array of streams.
    fn reference(&mut self, id: Id) -> Same {
        if self.compared.contains(&id) {
            return Ok(());
        }
        let file = self.file;
        let ours = file.resolve_id(id, file.newest());
        let items = ours.as_ref().and_then(|ours| ours.value.as_array()).map(references);
        match (items, self.second.xref().get::<Object<'_>>(identifier(id))) {
            (Some(ours), Some(Object::Array(theirs))) => self.array(&ours, &theirs, self.position(id))?,
            (None, theirs) => self.stream(id, theirs)?,
            (Some(_), _) => return Err(self.position(id)),
        }
        self.compared.insert(id);
        Ok(())
    }

    fn array(&mut self, ours: &[Id], theirs: &Array<'_>, position: usize) -> Same {
        let theirs = theirs.raw_iter().filter_map(|item| item.as_obj_ref()).map(|theirs| id(theirs.into()));
        if !theirs.eq(ours.iter().copied().map(Some)) {
            return Err(position);
        }
        for id in ours {
            if !self.compared.contains(id) {
                self.stream(*id, self.second.xref().get::<Object<'_>>(identifier(*id)))?;
                self.compared.insert(*id);
            }
        }
        Ok(())
    }

    fn stream(&mut self, id: Id, theirs: Option<Object<'_>>) -> Same {
        let position = self.position(id);
        let ours = self.file.object(id, self.file.newest());
        let data = ours.as_ref().and_then(|ours| Some((ours.dictionary()?, ours.stream?)));
        let (dictionary, ours, theirs) = match (data, theirs) {
            (Some((dictionary, data)), Some(Object::Stream(theirs))) => (dictionary, data, theirs),
            // What is no stream draws nothing, whatever it is.
            (None, Some(Object::Stream(_))) | (Some(_), _) => return Err(position),
            (None, _) => return Ok(()),
        };
        let allowed = self.left.min(STREAM);
        let mut left = allowed;
        let same = match filter::decode_within(dictionary, ours, &mut left) {
            Ok(plain) => is_same(&theirs, &plain),
            Err(_) => *theirs.raw_data() == *ours,
        };
        self.left -= allowed - left;
        if same { Ok(()) } else { Err(position) }
    }

    fn position(&self, id: Id) -> usize {
        self.file.stated(id.0, self.file.newest())
    }
}

fn is_same(theirs: &Stream<'_>, ours: &[u8]) -> bool {
    theirs.decoded_data().is_ok_and(|theirs| *theirs == *ours)
}
