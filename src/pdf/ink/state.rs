//! The graphics state as far as it decides where marks fall (ISO 32000-2, 8.4.1 and 9.3.1).

use std::rc::Rc;

use super::font::Font;
use crate::pdf::geometry::{Matrix, Rectangle};

/// Where marks can fall at all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clip {
    pub(super) bounds: Rectangle,
    /// Everything inside the bounds is left; else only part of it, and no mark there is sure.
    pub(super) is_exact: bool,
}

/// A colour space as far as white can be told in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Space {
    /// White is 1 in each of as many components.
    Additive(usize),
    /// White is 0 in each of four components.
    Cmyk,
    /// White cannot be told.
    Other,
}

/// A colour that is being used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Colour {
    pub(super) space: Space,
    pub(super) is_white: bool,
}

impl Colour {
    const BLACK: Self = Self { space: Space::Additive(1), is_white: false };

    pub(super) fn set(&mut self, components: &[f64]) {
        let all = |white: f64| components.iter().all(|component| (*component - white).abs() < f64::EPSILON);
        self.is_white = match self.space {
            Space::Additive(count) => components.len() == count && all(1.0),
            Space::Cmyk => components.len() == 4 && all(0.0),
            Space::Other => false,
        };
    }
}

#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) matrix: Matrix,
    pub(super) clip: Clip,
    pub(super) fill: Colour,
    pub(super) stroke: Colour,
    pub(super) line_width: f64,
    pub(super) font: Option<Rc<Font>>,
    pub(super) font_size: f64,
    pub(super) character_spacing: f64,
    pub(super) word_spacing: f64,
    pub(super) horizontal: f64,
    pub(super) leading: f64,
    pub(super) rise: f64,
    pub(super) render: i32,
}

impl State {
    pub(super) fn new() -> Self {
        let bounds = Rectangle { left: f64::MIN, bottom: f64::MIN, right: f64::MAX, top: f64::MAX };
        Self {
            matrix: Matrix::IDENTITY,
            clip: Clip { bounds, is_exact: true },
            fill: Colour::BLACK,
            stroke: Colour::BLACK,
            line_width: 1.0,
            font: None,
            font_size: 0.0,
            character_spacing: 0.0,
            word_spacing: 0.0,
            horizontal: 1.0,
            leading: 0.0,
            rise: 0.0,
            render: 0,
        }
    }
}
