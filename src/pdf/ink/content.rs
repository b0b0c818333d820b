//! The operators of a content stream (ISO 32000-2, annex A), followed for where they leave marks.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Ledger;
use super::canvas::{Canvas, Mark};
use super::font::Font;
use super::path::Path;
use super::resources::{Form, Outside, Scope};
use super::state::{Space, State};
use super::text::TextPosition;
use crate::budget::Budget;
use crate::pdf::file::{File, Object};
use crate::pdf::filter;
use crate::pdf::geometry::{Matrix, Rectangle};
use crate::pdf::lexer::{Lexer, Token, is_white};
use crate::pdf::value::{Id, Located, Value};

/// Forms inside forms; real ones nest three or four deep.
const FORMS: u32 = 12;
/// `q` inside `q`.
const STATES: usize = 256;
/// No operator takes more.
const OPERANDS: usize = 64;

/// The square into which every picture is drawn (8.9.5).
const UNIT: Rectangle = Rectangle { left: 0.0, bottom: 0.0, right: 1.0, top: 1.0 };

pub(super) struct Painter<'p, 'f> {
    pub(super) file: &'f File<'f>,
    pub(super) revision: usize,
    pub(super) canvas: &'p mut Canvas,
    pub(super) ledger: &'p mut Ledger,
    budget: &'p mut Budget,
    pub(super) state: State,
    stack: Vec<State>,
    pub(super) text: TextPosition,
    pub(super) path: Path,
    /// `BX` without `EX`.
    compatibility: u32,
    fonts: BTreeMap<Id, Rc<Font>>,
    forms: BTreeMap<Id, Outside<Rc<Form<'f>>>>,
}

/// What stands before an operator.
#[derive(Debug)]
pub(super) enum Operand<'c> {
    Array(Vec<Operand<'c>>),
    Name(&'c [u8]),
    Number(f64),
    Other,
    Text(Vec<u8>),
}

/// All operands as numbers, if they are as many.
pub(super) fn numbers<const N: usize>(operands: &[Operand<'_>]) -> Option<[f64; N]> {
    all_numbers(operands)?.try_into().ok()
}

fn all_numbers(operands: &[Operand<'_>]) -> Option<Vec<f64>> {
    operands.iter().map(|operand| if let Operand::Number(number) = operand { Some(*number) } else { None }).collect()
}

impl<'p, 'f> Painter<'p, 'f> {
    pub(super) fn new(
        file: &'f File<'f>,
        revision: usize,
        canvas: &'p mut Canvas,
        ledger: &'p mut Ledger,
        budget: &'p mut Budget,
    ) -> Self {
        Self {
            file,
            revision,
            canvas,
            ledger,
            budget,
            state: State::new(),
            stack: Vec::new(),
            text: TextPosition::default(),
            path: Path::default(),
            compatibility: 0,
            fonts: BTreeMap::new(),
            forms: BTreeMap::new(),
        }
    }

    /// Decodes a stream within what is left for content.
    pub(super) fn decode(&mut self, object: &Object<'_>) -> Option<Vec<u8>> {
        let data = object.stream?;
        let plain = filter::decode_of(object.dictionary()?, data, &mut self.ledger.octets, self.budget);
        plain.ok().map(Cow::into_owned)
    }

    pub(super) fn page(&mut self, content: &[u8], scope: &Scope<'f>) {
        self.run(content, scope, FORMS);
    }

    fn run(&mut self, content: &[u8], scope: &Scope<'f>, depth: u32) {
        let floor = self.stack.len();
        let mut lexer = Lexer::new(content, 0);
        let mut operands = Vec::new();
        loop {
            if !self.ledger.step(1) || operands.len() > OPERANDS {
                self.canvas.doubt();
                return;
            }
            match lexer.next().1 {
                Token::End => break,
                Token::Keyword(b"BI") => {
                    operands.clear();
                    lexer = self.inline_image(content, lexer);
                }
                Token::Keyword(b"true" | b"false" | b"null") => operands.push(Operand::Other),
                Token::Keyword(word) => {
                    if self.operator(word, &operands, scope, depth, floor).is_none() {
                        self.canvas.doubt();
                    }
                    operands.clear();
                }
                token => {
                    let operand = self.operand(token, &mut lexer);
                    operands.push(operand);
                }
            }
        }
        self.stack.truncate(floor);
    }

    fn operand<'c>(&mut self, token: Token<'c>, lexer: &mut Lexer<'c>) -> Operand<'c> {
        match token {
            Token::ArrayOpen => {
                let mut items = Vec::new();
                while self.ledger.step(1) {
                    match lexer.next().1 {
                        Token::ArrayClose => return Operand::Array(items),
                        Token::End | Token::Stray | Token::ArrayOpen => break,
                        token => items.push(simple(token).unwrap_or(Operand::Other)),
                    }
                }
                self.canvas.doubt();
                Operand::Other
            }
            // Properties of marked content and of nothing else.
            Token::DictionaryOpen => {
                let mut open = 1_u32;
                while open > 0 && self.ledger.step(1) {
                    match lexer.next().1 {
                        Token::DictionaryOpen => open = open.saturating_add(1),
                        Token::DictionaryClose => open -= 1,
                        Token::End => break,
                        _ => {}
                    }
                }
                Operand::Other
            }
            token => simple(token).unwrap_or_else(|| {
                self.canvas.doubt();
                Operand::Other
            }),
        }
    }

    /// `None` where the operator is not known or its operands are not what it takes.
    fn operator(
        &mut self,
        word: &[u8],
        operands: &[Operand<'_>],
        scope: &Scope<'f>,
        depth: u32,
        floor: usize,
    ) -> Option<()> {
        match word {
            b"q" => {
                if self.stack.len() - floor >= STATES {
                    return None;
                }
                self.stack.push(self.state.clone());
            }
            b"Q" if self.stack.len() > floor => self.state = self.stack.pop()?,
            b"cm" => self.state.matrix = Matrix(numbers(operands)?).then(self.state.matrix),
            b"w" => [self.state.line_width] = numbers(operands)?,
            b"gs" => {
                let [Operand::Name(name)] = operands else { return None };
                let set = scope.state(self, name)?;
                self.state.line_width = set.line_width.unwrap_or(self.state.line_width);
            }
            b"sh" => self.mark(self.state.clip.bounds, Mark::Possible),
            b"Do" => {
                let [Operand::Name(name)] = operands else { return None };
                self.external(name, scope, depth)?;
            }
            // Line style, rendering intent, flatness and marked content move no mark; `Q` may stand alone.
            b"Q" | b"J" | b"j" | b"M" | b"d" | b"ri" | b"i" | b"BMC" | b"BDC" | b"EMC" | b"MP" | b"DP" => {}
            b"BX" => self.compatibility = self.compatibility.saturating_add(1),
            b"EX" => self.compatibility = self.compatibility.saturating_sub(1),
            b"CS" | b"cs" | b"SC" | b"SCN" | b"sc" | b"scn" | b"G" | b"g" | b"RG" | b"rg" | b"K" | b"k" => {
                self.colour(word, operands, scope)?;
            }
            _ => {
                let known = self.path_operator(word, operands)? || self.text_operator(word, operands, scope)?;
                if !known && self.compatibility == 0 {
                    return None;
                }
            }
        }
        Some(())
    }

    /// What is left of a mark by the clip.
    pub(super) fn mark(&mut self, place: Rectangle, mark: Mark) {
        let left = place.common(self.state.clip.bounds);
        if left.right < left.left || left.top < left.bottom {
            return;
        }
        self.canvas.mark(left, if self.state.clip.is_exact { mark } else { Mark::Possible });
    }

    fn colour(&mut self, word: &[u8], operands: &[Operand<'_>], scope: &Scope<'f>) -> Option<()> {
        let space = match word {
            b"g" | b"G" => Some(Space::Additive(1)),
            b"rg" | b"RG" => Some(Space::Additive(3)),
            b"k" | b"K" => Some(Space::Cmyk),
            b"cs" | b"CS" => {
                let [Operand::Name(name)] = operands else { return None };
                Some(scope.space(self, name))
            }
            _ => None,
        };
        let is_stroke = word.first().is_some_and(u8::is_ascii_uppercase);
        let colour = if is_stroke { &mut self.state.stroke } else { &mut self.state.fill };
        match space {
            Some(space) if word.ends_with(b"cs") || word.ends_with(b"CS") => {
                // 8.6.8: the first colour is black, or what comes nearest.
                *colour = super::state::Colour { space, is_white: false };
                return Some(());
            }
            Some(space) => colour.space = space,
            None => {}
        }
        // A pattern is named, and is never white.
        colour.set(&all_numbers(operands).unwrap_or_default());
        Some(())
    }

    /// Reads a font once, whatever its names.
    pub(super) fn font(&mut self, value: &Located<'f>) -> Rc<Font> {
        let id = value.as_reference();
        if let Some(known) = id.and_then(|id| self.fonts.get(&id)) {
            return Rc::clone(known);
        }
        let font = Rc::new(Font::read(self.file, value, self.revision, self.ledger));
        if let Some(id) = id {
            self.fonts.insert(id, Rc::clone(&font));
        }
        font
    }

    fn external(&mut self, name: &[u8], scope: &Scope<'f>, depth: u32) -> Option<()> {
        let id = scope.reference(self, b"XObject", name)?;
        let known = if let Some(known) = self.forms.get(&id) {
            known.clone()
        } else {
            let read = Form::read(self, id)?;
            self.forms.insert(id, read.clone());
            read
        };
        match known {
            Outside::Picture => self.mark(self.state.matrix.cover(UNIT), Mark::Possible),
            Outside::Form(form) => {
                let depth = depth.checked_sub(1)?;
                let state = self.state.clone();
                let path = std::mem::take(&mut self.path);
                let text = self.text;
                self.state.matrix = form.matrix.then(state.matrix);
                self.clip(form.bounds, true);
                self.run(&form.plain, form.scope.as_ref().unwrap_or(scope), depth);
                (self.state, self.path, self.text) = (state, path, text);
            }
        }
        Some(())
    }

    /// Makes the clip smaller by a rectangle of the current user space.
    pub(super) fn clip(&mut self, bounds: Rectangle, is_exact: bool) {
        let matrix = self.state.matrix;
        let clip = &mut self.state.clip;
        clip.bounds = clip.bounds.common(matrix.cover(bounds));
        clip.is_exact &= is_exact && matrix.is_upright();
    }

    /// A picture in the stream itself (8.9.7): from after `BI` to after `EI`.
    fn inline_image<'c>(&mut self, content: &'c [u8], mut lexer: Lexer<'c>) -> Lexer<'c> {
        self.mark(self.state.matrix.cover(UNIT), Mark::Possible);
        while self.ledger.step(1) {
            match lexer.next().1 {
                Token::Keyword(b"ID") => {
                    let data = lexer.at().saturating_add(1);
                    let rest = content.get(data..).unwrap_or_default();
                    // The end of the data is a guess; where it is wrong, what follows is no operator, and in doubt.
                    let end = rest
                        .windows(4)
                        .position(|octets| is_white(octets[0]) && &octets[1..3] == b"EI" && is_white(octets[3]));
                    if let Some(end) = end {
                        return Lexer::new(content, data + end + 3);
                    }
                    if !rest.ends_with(b"EI") {
                        self.canvas.doubt();
                    }
                    return Lexer::new(content, content.len());
                }
                Token::End => break,
                _ => {}
            }
        }
        self.canvas.doubt();
        Lexer::new(content, content.len())
    }
}

fn simple(token: Token<'_>) -> Option<Operand<'_>> {
    let value = match token {
        Token::Name(name) => return Some(Operand::Name(name)),
        Token::Integer(number) => Value::Integer(number),
        Token::Real(text) => Value::Real(text),
        Token::Literal(text) => Value::Literal(text),
        Token::Hexadecimal(digits) => Value::Hexadecimal(digits),
        _ => return None,
    };
    let value = Located { start: 0, end: 0, value };
    value.as_number().map(Operand::Number).or_else(|| value.as_string().map(Operand::Text))
}
