//! Rectangles and matrices of user space (ISO 32000-2, 7.9.5 and 8.3.3).

use serde::{Deserialize, Serialize};

use super::file::File;
use super::value::Located;

/// A rectangle in units of the page's user space, normalised.
///
/// `/Rotate` and `/UserUnit` of the page turn and scale everything on it alike, so shares of the page and what lies
/// on what are the same with and without them.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Rectangle {
    /// Left edge.
    pub left: f64,
    /// Lower edge.
    pub bottom: f64,
    /// Right edge.
    pub right: f64,
    /// Upper edge.
    pub top: f64,
}

impl Rectangle {
    /// Reads four numbers; `None` where programs could make different rectangles of what stands there.
    pub(super) fn read(file: &File<'_>, value: &Located<'_>, revision: usize) -> Option<Self> {
        let array = file.resolve(value, revision)?;
        let numbers: Option<Vec<f64>> = array
            .value
            .as_array()?
            .iter()
            .take(5)
            .map(|item| file.resolve(item, revision)?.value.as_number())
            .collect();
        let corners = <[f64; 4]>::try_from(numbers?).ok()?;
        Some(Self::around(&[(corners[0], corners[1]), (corners[2], corners[3])]))
    }

    /// The smallest one that holds all points.
    pub(super) fn around(points: &[(f64, f64)]) -> Self {
        let start =
            Self { left: f64::INFINITY, bottom: f64::INFINITY, right: f64::NEG_INFINITY, top: f64::NEG_INFINITY };
        points.iter().fold(start, |all, (x, y)| Self {
            left: all.left.min(*x),
            bottom: all.bottom.min(*y),
            right: all.right.max(*x),
            top: all.top.max(*y),
        })
    }

    pub(super) fn area(self) -> f64 {
        (self.right - self.left) * (self.top - self.bottom)
    }

    pub(super) fn is_finite(self) -> bool {
        [self.left, self.bottom, self.right, self.top].into_iter().all(f64::is_finite)
    }

    /// Whether nothing lies inside.
    pub(super) fn is_empty(self) -> bool {
        self.right <= self.left || self.top <= self.bottom
    }

    /// Made larger by `by` on each side, or smaller.
    pub(super) fn grown(self, by: f64) -> Self {
        Self { left: self.left - by, bottom: self.bottom - by, right: self.right + by, top: self.top + by }
    }

    pub(super) fn common(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        }
    }

    /// Whether both share a point, edges included: a line has no area and is seen all the same.
    pub(super) fn meets(self, other: Self) -> bool {
        self.left <= other.right && other.left <= self.right && self.bottom <= other.top && other.bottom <= self.top
    }

    pub(super) fn holds(self, other: Self) -> bool {
        self.left <= other.left && self.bottom <= other.bottom && self.right >= other.right && self.top >= other.top
    }
}

/// A transformation matrix `[a b c d e f]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) const fn moved(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First this one, then `next`.
    #[expect(clippy::many_single_char_names, reason = "as the standard names them")]
    pub(super) fn then(self, next: Self) -> Self {
        let ([a, b, c, d, e, f], [na, nb, nc, nd, ne, nf]) = (self.0, next.0);
        Self([
            a * na + b * nc,
            a * nb + b * nd,
            c * na + d * nc,
            c * nb + d * nd,
            e * na + f * nc + ne,
            e * nb + f * nd + nf,
        ])
    }

    #[expect(clippy::many_single_char_names, reason = "as the standard names them")]
    pub(super) fn point(self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// What a rectangle covers after the transformation; larger where it is turned.
    pub(super) fn cover(self, of: Rectangle) -> Rectangle {
        let corners = [(of.left, of.bottom), (of.right, of.bottom), (of.right, of.top), (of.left, of.top)];
        Rectangle::around(&corners.map(|corner| self.point(corner)))
    }

    /// Whether upright rectangles stay upright rectangles.
    pub(super) fn is_upright(self) -> bool {
        let [a, b, c, d, ..] = self.0;
        b == 0.0 && c == 0.0 || a == 0.0 && d == 0.0
    }

    /// The most by which a length grows.
    pub(super) fn scale(self) -> f64 {
        let [a, b, c, d, ..] = self.0;
        a.hypot(b).max(c.hypot(d))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_rectangle_is_covered_by_one_that_holds_its_corners() {
        let square = Rectangle { left: 0.0, bottom: 0.0, right: 1.0, top: 1.0 };
        let turned = Matrix([0.0, 1.0, -1.0, 0.0, 5.0, 0.0]).cover(square);
        assert_eq!(turned, Rectangle { left: 4.0, bottom: 0.0, right: 5.0, top: 1.0 });
        assert!(Matrix([0.0, 1.0, -1.0, 0.0, 5.0, 0.0]).is_upright());
        assert!(!Matrix([1.0, 1.0, -1.0, 1.0, 0.0, 0.0]).is_upright());
    }

    #[test]
    fn matrices_apply_from_first_to_last() {
        let both = Matrix::moved(1.0, 2.0).then(Matrix([2.0, 0.0, 0.0, 3.0, 10.0, 0.0]));
        assert_eq!(both.point((1.0, 1.0)), (14.0, 9.0));
    }
}
