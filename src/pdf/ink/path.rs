//! Paths: lines, curves and rectangles (ISO 32000-2, 8.5).

use super::canvas::Mark;
use super::content::{Operand, Painter, numbers};
use crate::pdf::geometry::Rectangle;

/// Lines of one path; a drawing of more is not followed.
const LINES: usize = 100_000;
/// A filled rectangle of many that is thinner is a line.
const THIN: f64 = 5.0;
/// How far a mitred corner may stick out, in halves of the line's width (8.4.3.5).
const MITRE: f64 = 10.0;

/// A path in units of the page.
#[derive(Debug, Default)]
pub(super) struct Path {
    lines: Vec<Line>,
    parts: Vec<Part>,
    start: (f64, f64),
    at: (f64, f64),
    /// `W` or `W*` was met.
    clips: bool,
}

#[derive(Debug)]
struct Line {
    cover: Rectangle,
    ends: [(f64, f64); 2],
    is_curve: bool,
}

/// A subpath.
#[derive(Clone, Copy, Debug)]
struct Part {
    cover: Rectangle,
    is_rectangle: bool,
}

impl Path {
    fn begin(&mut self, point: (f64, f64)) {
        (self.start, self.at) = (point, point);
        self.parts.push(Part { cover: Rectangle::around(&[point]), is_rectangle: false });
    }

    /// `None` where the path has too many lines.
    fn go(&mut self, points: &[(f64, f64)]) -> Option<()> {
        let end = *points.last()?;
        let from = self.at;
        let cover = Rectangle::around(&[points, &[from]].concat());
        if self.lines.len() >= LINES {
            return None;
        }
        self.lines.push(Line { cover, ends: [from, end], is_curve: points.len() > 1 });
        let part = self.parts.last_mut()?;
        part.cover = Rectangle::around(&[
            (part.cover.left, part.cover.bottom),
            (part.cover.right, part.cover.top),
            (cover.left, cover.bottom),
            (cover.right, cover.top),
        ]);
        part.is_rectangle = false;
        self.at = end;
        Some(())
    }
}

impl Painter<'_, '_> {
    /// Whether the operator was one of these; `None` where its operands are not what it takes.
    pub(super) fn path_operator(&mut self, word: &[u8], operands: &[Operand<'_>]) -> Option<bool> {
        let matrix = self.state.matrix;
        match word {
            b"m" => {
                let [x, y] = numbers(operands)?;
                if self.path.parts.len() >= LINES {
                    return None;
                }
                self.path.begin(matrix.point((x, y)));
            }
            b"l" => {
                let [x, y] = numbers(operands)?;
                self.path.go(&[matrix.point((x, y))])?;
            }
            b"c" => {
                let [x1, y1, x2, y2, x3, y3] = numbers(operands)?;
                self.path.go(&[(x1, y1), (x2, y2), (x3, y3)].map(|point| matrix.point(point)))?;
            }
            b"v" | b"y" => {
                let [x1, y1, x2, y2] = numbers(operands)?;
                self.path.go(&[(x1, y1), (x2, y2)].map(|point| matrix.point(point)))?;
            }
            b"h" => self.close()?,
            b"re" => {
                let [x, y, width, height] = numbers(operands)?;
                self.rectangle([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])?;
            }
            b"W" | b"W*" => self.path.clips = true,
            b"S" => self.paint(false, true),
            b"f" | b"F" | b"f*" => self.paint(true, false),
            b"B" | b"B*" => self.paint(true, true),
            b"s" => {
                self.close()?;
                self.paint(false, true);
            }
            b"b" | b"b*" => {
                self.close()?;
                self.paint(true, true);
            }
            b"n" => self.paint(false, false),
            _ => return Some(false),
        }
        Some(true)
    }

    fn close(&mut self) -> Option<()> {
        if self.path.parts.is_empty() {
            return Some(());
        }
        let start = self.path.start;
        self.path.go(&[start])
    }

    fn rectangle(&mut self, corners: [(f64, f64); 4]) -> Option<()> {
        let matrix = self.state.matrix;
        let [first, rest @ ..] = corners.map(|corner| matrix.point(corner));
        self.path.begin(first);
        for corner in rest {
            self.path.go(&[corner])?;
        }
        self.path.go(&[first])?;
        self.path.parts.last_mut()?.is_rectangle = matrix.is_upright();
        Some(())
    }

    /// Paints the path and ends it.
    fn paint(&mut self, fills: bool, strokes: bool) {
        let path = std::mem::take(&mut self.path);
        if fills && !self.state.fill.is_white {
            let single = path.parts.len() == 1;
            for part in &path.parts {
                // Of several rectangles one may be the hole in another.
                let thin = (part.cover.right - part.cover.left).min(part.cover.top - part.cover.bottom) < THIN;
                let sure = part.is_rectangle && (single || thin);
                self.area(part.cover, if sure { Mark::Sure } else { Mark::Possible });
            }
        }
        if strokes && !self.state.stroke.is_white {
            let reach = self.state.line_width.abs() * self.state.matrix.scale() / 2.0;
            for line in &path.lines {
                self.mark(line.cover.grown(reach * MITRE), Mark::Possible);
                let [(x1, y1), (x2, y2)] = line.ends;
                #[expect(clippy::float_cmp, reason = "upright is what was written so; what is nearly so is not sure")]
                let upright = !line.is_curve && (x1 == x2 || y1 == y2);
                if upright {
                    self.mark(line.cover, Mark::Sure);
                } else {
                    line.ends.iter().for_each(|end| self.mark(Rectangle::around(&[*end]), Mark::Sure));
                }
            }
        }
        if path.clips
            && let Some(first) = path.parts.first()
        {
            let cover = path.parts.iter().fold(first.cover, |all, part| {
                let corners = [(all.left, all.bottom), (all.right, all.top)];
                let others = [(part.cover.left, part.cover.bottom), (part.cover.right, part.cover.top)];
                Rectangle::around(&[corners, others].concat())
            });
            let clip = &mut self.state.clip;
            clip.bounds = clip.bounds.common(cover);
            clip.is_exact &= path.parts.len() == 1 && first.is_rectangle;
        }
    }

    fn area(&mut self, place: Rectangle, mark: Mark) {
        let clip = self.state.clip;
        let left = place.common(clip.bounds);
        if left.right >= left.left && left.top >= left.bottom {
            self.canvas.area(left, if clip.is_exact { mark } else { Mark::Possible });
        }
    }
}
