//! What has been found under each rectangle so far.

use crate::pdf::appearance::Ground;
use crate::pdf::geometry::Rectangle;

/// More on one page are not looked at: each of them is held against every mark.
const RECTANGLES: usize = 32;
/// Marks this close to the edge are no proof of anything: glyphs do not fill their width, and sizes are rounded.
const EDGE: f64 = 3.0;

/// How sure it is that a mark is where it is said to be.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Mark {
    Possible,
    Sure,
}

#[derive(Debug)]
pub(super) struct Canvas {
    /// Each rectangle, and the smaller one that a sure mark must meet.
    rectangles: Vec<(Rectangle, Rectangle)>,
    grounds: Vec<Ground>,
}

impl Canvas {
    pub(super) fn new(rectangles: &[Rectangle]) -> Self {
        let grounds =
            (0..rectangles.len()).map(|index| if index < RECTANGLES { Ground::Clear } else { Ground::Unknown });
        Self {
            rectangles: rectangles.iter().take(RECTANGLES).map(|whole| (*whole, whole.grown(-EDGE))).collect(),
            grounds: grounds.collect(),
        }
    }

    /// Something may be anywhere.
    pub(super) fn doubt(&mut self) {
        for ground in &mut self.grounds {
            *ground = (*ground).max(Ground::Unknown);
        }
    }

    pub(super) fn mark(&mut self, place: Rectangle, mark: Mark) {
        if !place.is_finite() {
            self.doubt();
            return;
        }
        for ((whole, inner), ground) in self.rectangles.iter().zip(&mut self.grounds) {
            let found = match mark {
                Mark::Sure if !inner.is_empty() && place.meets(*inner) => Ground::Ink,
                Mark::Possible | Mark::Sure if place.meets(*whole) => Ground::Unknown,
                Mark::Possible | Mark::Sure => Ground::Clear,
            };
            *ground = (*ground).max(found);
        }
    }

    /// An area of one colour: what lies wholly on it hides nothing that could be told, and is in doubt.
    pub(super) fn area(&mut self, place: Rectangle, mark: Mark) {
        if mark == Mark::Sure && self.rectangles.iter().any(|(whole, _)| place.holds(*whole)) {
            // Rectangles that it holds, and those that only meet it, are told apart one by one.
            for ((whole, inner), ground) in self.rectangles.iter().zip(&mut self.grounds) {
                let found = if place.holds(*whole) {
                    Ground::Unknown
                } else if !inner.is_empty() && place.meets(*inner) {
                    Ground::Ink
                } else if place.meets(*whole) {
                    Ground::Unknown
                } else {
                    Ground::Clear
                };
                *ground = (*ground).max(found);
            }
            return;
        }
        self.mark(place, mark);
    }

    pub(super) fn into_grounds(self) -> Vec<Ground> {
        self.grounds
    }
}
