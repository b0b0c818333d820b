//! A second opinion: hayro-syntax, which shares no code with our reader, reads the same file. Its signatures, its pages
//! and what each page draws are held against ours. Where both differ, neither is believed.
//!
//! It has no limits of its own, so it is asked only where what it could do was counted before.

mod form;
mod pages;

use std::ops::Range;

use hayro_syntax::Pdf;
use hayro_syntax::object::ObjectIdentifier;

use super::file::File;
use super::lexer::is_white;
use super::oddity::{Oddities, OddityKind};
use super::pages::Pages;
use super::signature::SignatureField;
use super::survey::DataStream;
use super::value::Id;
use super::xref::Place;
use crate::budget::Budget;

/// What our own reader found.
#[derive(Clone, Copy)]
pub(super) struct First<'f> {
    pub(super) file: &'f File<'f>,
    pub(super) signatures: &'f [SignatureField],
    /// `None` where our reader could not walk the page tree.
    pub(super) pages: Option<&'f Pages>,
    /// Streams that may hold what is not compared.
    pub(super) streams: &'f [DataStream],
}

/// Object streams are decoded a second time, and held beside ours.
const DECODED: u64 = 32 << 20;
/// It reads the resources of a page again for each page; at some 200 MB a second this is a third of a second.
const PRICE: u64 = 64 << 20;
/// Where it meets what it cannot read it looks for objects itself, and each word `obj` may make it read to the end of
/// the file.
const SEARCHED: usize = 512 << 20;

/// It follows 256 sections, of which a revision may have two, and looks for objects itself where there are more.
const SECTIONS: usize = 120;

/// Reports where the second reader sees something else.
pub(super) fn ask(first: First<'_>, budget: &mut Budget, odd: &mut Oddities) {
    let pieces = pieces(first, odd);
    let asked = may_be_asked(first, odd) && may_be_searched(first.file, &pieces);
    let opened = if asked { Pdf::new(copy(first.file.octets(), &pieces)).ok() } else { None };
    let Some(second) = opened else {
        // It refuses the file as a whole, not what one revision did: a remark, wherever that is.
        odd.add(OddityKind::SecondReaderRefuses, 0);
        return;
    };
    if let Some(number) = form::difference(first, &second) {
        let newest = first.file.parts().last().map_or(0, |part| part.xref.0);
        odd.add(OddityKind::SecondReaderDiffers { number }, newest);
    }
    if let Some(difference) = pages::difference(first, &second, budget) {
        odd.add(OddityKind::PagesDiffer { page: difference.page }, difference.position);
    }
}

fn may_be_asked(first: First<'_>, odd: &Oddities) -> bool {
    let file = first.file;
    // What ours could not read was not counted.
    !odd.has_unreadable()
        && file.decoded() <= DECODED
        && first.pages.is_none_or(|pages| pages.price <= PRICE)
        && file.parts().len() <= SECTIONS
        && file.parts().iter().all(|part| part.usual)
}

/// What the second reader is given: all but the data of pictures, fonts and other streams that are not compared. That
/// saves copying them, and looking for objects in them.
fn pieces(first: First<'_>, odd: &Oddities) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let known = first.pages.filter(|_| !odd.has_overlap());
    let blank = first.streams.iter().filter(|stream| known.is_some_and(|pages| !pages.drawn.contains(&stream.number)));
    for stream in blank {
        pieces.push(at..stream.start);
        at = stream.end;
    }
    pieces.push(at..first.file.octets().len());
    pieces
}

fn copy(octets: &[u8], pieces: &[Range<usize>]) -> Vec<u8> {
    // Zeros that are never written take no memory.
    let mut copy = vec![0; octets.len()];
    for piece in pieces {
        if let (Some(to), Some(from)) = (copy.get_mut(piece.clone()), octets.get(piece.clone())) {
            to.copy_from_slice(from);
        }
    }
    copy
}

/// Whether there are few heads of objects beyond those that the cross-reference names.
fn may_be_searched(file: &File<'_>, pieces: &[Range<usize>]) -> bool {
    let octets = file.octets();
    let is_head = |at: usize| {
        let before = octets.get(..at).unwrap_or_default();
        let last = before.iter().rposition(|octet| !is_white(*octet));
        let space = last.and_then(|last| before.get(last + 1..)).unwrap_or_default();
        // The line before may be a comment, and the number before that.
        last.and_then(|last| before.get(last)).is_some_and(u8::is_ascii_digit)
            || space.iter().any(|octet| matches!(octet, b'\r' | b'\n'))
    };
    let heads = pieces.iter().flat_map(|piece| {
        let found = memchr::memmem::find_iter(octets.get(piece.clone()).unwrap_or_default(), b"obj");
        found.map(|at| piece.start + at)
    });
    let heads = heads.filter(|at| is_head(*at)).count();
    let known = file.versions().iter().filter(|version| matches!(version.place, Place::InFile { .. })).count();
    heads.saturating_sub(known).saturating_mul(octets.len()) <= SEARCHED
}

/// The number and generation as ours has them; no reference has others.
fn id(theirs: ObjectIdentifier) -> Option<Id> {
    Some((theirs.obj_number, u16::try_from(theirs.gen_number).ok()?))
}

fn identifier(ours: Id) -> ObjectIdentifier {
    ObjectIdentifier::new(ours.0, i32::from(ours.1))
}
