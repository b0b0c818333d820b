//! Text: where the glyphs of a string fall (ISO 32000-2, 9.4).

use super::canvas::Mark;
use super::content::{Operand, Painter, numbers};
use super::font::{Font, Glyph};
use super::resources::Scope;
use crate::pdf::geometry::{Matrix, Rectangle};

/// No glyph of a font whose widths are not known is wider, in units of its size.
const WIDEST: f64 = 1.2;
/// Every glyph that is not blank leaves a mark so near to its start.
const NARROWEST: f64 = 0.15;
/// How far glyphs may reach beyond their width to either side, below the line and above it: Vietnamese capitals carry
/// two marks.
const OVERHANG: f64 = 0.3;
const DESCENT: f64 = 0.4;
const ASCENT: f64 = 1.3;
/// Every line of text leaves marks between these.
const BODY: (f64, f64) = (0.05, 0.4);

/// Where the next glyph begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextPosition {
    matrix: Matrix,
    line: Matrix,
    /// How much further on it may be, because widths were not known.
    spread: f64,
}

impl Default for TextPosition {
    fn default() -> Self {
        Self { matrix: Matrix::IDENTITY, line: Matrix::IDENTITY, spread: 0.0 }
    }
}

impl TextPosition {
    fn set(&mut self, line: Matrix) {
        *self = Self { matrix: line, line, spread: 0.0 };
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.set(Matrix::moved(x, y).then(self.line));
    }

    fn advance(&mut self, by: f64) {
        self.matrix = Matrix::moved(by, 0.0).then(self.matrix);
    }
}

/// Glyphs without a gap between them.
#[derive(Debug, Default)]
struct Word {
    from: f64,
    to: f64,
    /// How much further on it may end.
    spread: f64,
    first: Option<u16>,
    /// One and the same glyph again and again may be a blank one.
    varies: bool,
    /// Whether it begins where it is said to.
    known: bool,
}

impl<'f> Painter<'_, 'f> {
    /// Whether the operator was one of these; `None` where its operands are not what it takes.
    pub(super) fn text_operator(&mut self, word: &[u8], operands: &[Operand<'_>], scope: &Scope<'f>) -> Option<bool> {
        match word {
            b"BT" => self.text = TextPosition::default(),
            b"ET" => {}
            b"Tc" => [self.state.character_spacing] = numbers(operands)?,
            b"Tw" => [self.state.word_spacing] = numbers(operands)?,
            b"Tz" => self.state.horizontal = numbers::<1>(operands)?[0] / 100.0,
            b"TL" => [self.state.leading] = numbers(operands)?,
            b"Ts" => [self.state.rise] = numbers(operands)?,
            b"Tr" => {
                let [mode] = numbers(operands)?;
                self.state.render = (0..=7_i32).find(|known| (f64::from(*known) - mode).abs() < 0.5)?;
            }
            b"Tf" => {
                let [Operand::Name(name), Operand::Number(size)] = operands else { return None };
                self.state.font = Some(scope.font(self, name));
                self.state.font_size = *size;
            }
            b"Td" | b"TD" => {
                let [x, y] = numbers(operands)?;
                if word == b"TD" {
                    self.state.leading = -y;
                }
                self.text.next_line(x, y);
            }
            b"Tm" => self.text.set(Matrix(numbers(operands)?)),
            b"T*" => self.text.next_line(0.0, -self.state.leading),
            b"Tj" => {
                let [Operand::Text(text)] = operands else { return None };
                self.show(text)?;
            }
            b"'" => {
                let [Operand::Text(text)] = operands else { return None };
                self.text.next_line(0.0, -self.state.leading);
                self.show(text)?;
            }
            b"\"" => {
                let [Operand::Number(words), Operand::Number(characters), Operand::Text(text)] = operands else {
                    return None;
                };
                (self.state.word_spacing, self.state.character_spacing) = (*words, *characters);
                self.text.next_line(0.0, -self.state.leading);
                self.show(text)?;
            }
            b"TJ" => {
                let [Operand::Array(items)] = operands else { return None };
                for item in items {
                    match item {
                        Operand::Text(text) => self.show(text)?,
                        Operand::Number(back) => {
                            self.text.advance(-back / 1_000.0 * self.state.font_size * self.state.horizontal);
                        }
                        Operand::Array(_) | Operand::Name(_) | Operand::Other => return None,
                    }
                }
            }
            _ => return Some(false),
        }
        Some(true)
    }

    /// `None` where nobody can tell what is drawn.
    fn show(&mut self, text: &[u8]) -> Option<()> {
        // Neither filled nor stroked (9.3.6): the words that a reader of scans adds, or a clip.
        let is_drawn = match self.state.render {
            3 | 7 => false,
            0 | 4 => !self.state.fill.is_white,
            1 | 5 => !self.state.stroke.is_white,
            _ => !self.state.fill.is_white || !self.state.stroke.is_white,
        };
        let font = self.state.font.clone()?;
        if is_drawn && matches!(*font, Font::Strange) {
            return None;
        }
        let glyphs = font.glyphs(text);
        if !self.ledger.step(glyphs.len()) {
            return None;
        }
        let composite = !matches!(*font, Font::Simple { .. });
        let em = self.state.font_size * self.state.horizontal;
        // Where widths are not known it matters into which direction they grow.
        if is_drawn && em < 0.0 && (self.text.spread > 0.0 || glyphs.iter().any(|glyph| glyph.width.is_none())) {
            return None;
        }
        let mut word: Option<Word> = None;
        let mut x = 0.0;
        for glyph in glyphs {
            let Glyph { code, width, is_word_space, is_blank } = glyph;
            let wide = width.unwrap_or(0.0) * em;
            if is_blank {
                self.end_word(word.take(), is_drawn, composite);
            } else {
                let word = word.get_or_insert_with(|| Word {
                    from: x,
                    to: x,
                    known: self.text.spread == 0.0,
                    ..Word::default()
                });
                word.to = x + wide;
                word.varies |= word.first.is_some_and(|first| first != code);
                word.first = word.first.or(Some(code));
                if width.is_none() {
                    self.text.spread += WIDEST * em;
                }
                word.spread = self.text.spread;
            }
            if is_blank && width.is_none() {
                self.text.spread += WIDEST * em;
            }
            let spacing = if is_word_space { self.state.word_spacing } else { 0.0 };
            x += wide + (self.state.character_spacing + spacing) * self.state.horizontal;
        }
        self.end_word(word, is_drawn, composite);
        self.text.advance(x);
        Some(())
    }

    fn end_word(&mut self, word: Option<Word>, is_drawn: bool, composite: bool) {
        let Some(word) = word.filter(|_| is_drawn) else { return };
        let size = self.state.font_size;
        let rise = Matrix::moved(0.0, self.state.rise);
        let matrix = rise.then(self.text.matrix).then(self.state.matrix);
        let overhang = OVERHANG * size.abs();
        let row = |from: f64, to: f64, low: f64, high: f64| Rectangle::around(&[(from, low * size), (to, high * size)]);
        let most = row(word.from, word.to + word.spread, -DESCENT, ASCENT);
        let most = Rectangle { left: most.left - overhang, right: most.right + overhang, ..most };
        self.mark(matrix.cover(most), Mark::Possible);
        let to = if word.spread == 0.0 { word.to } else { word.from + NARROWEST * size * self.state.horizontal };
        if word.known && (word.varies || !composite) && matrix.is_upright() {
            self.mark(matrix.cover(row(word.from, to, BODY.0, BODY.1)), Mark::Sure);
        }
    }
}
