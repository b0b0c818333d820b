//! What a content stream names: fonts, forms, pictures, colour spaces, graphics states (ISO 32000-2, 7.8.3).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::content::Painter;
use super::font::Font;
use super::state::Space;
use crate::pdf::file::File;
use crate::pdf::geometry::{Matrix, Rectangle};
use crate::pdf::inherit::inherited;
use crate::pdf::value::{Dictionary, Id, Located, Value};

/// Names of one kind that are remembered; real streams use some dozens.
const NAMES: usize = 1_024;

/// The names that hold in one stream.
#[derive(Debug, Default)]
pub(super) struct Scope<'f> {
    /// The dictionaries inside the resources, by their key.
    kinds: Vec<(&'static [u8], Located<'f>)>,
    /// What was read already, by name: streams name the same things thousands of times.
    fonts: RefCell<BTreeMap<Vec<u8>, Rc<Font>>>,
    spaces: RefCell<BTreeMap<Vec<u8>, Space>>,
    states: RefCell<BTreeMap<Vec<u8>, Option<StateParameters>>>,
    /// They are a form's own.
    of_form: bool,
}

/// What a graphics state parameter dictionary (8.4.5) sets, as far as it moves marks.
#[derive(Clone, Copy, Debug)]
pub(super) struct StateParameters {
    pub(super) line_width: Option<f64>,
}

/// An object outside the stream that it draws.
#[derive(Clone, Debug)]
pub(super) enum Outside<F> {
    Form(F),
    Picture,
}

/// A form (8.10), decoded.
#[derive(Debug)]
pub(super) struct Form<'f> {
    pub(super) plain: Vec<u8>,
    pub(super) matrix: Matrix,
    pub(super) bounds: Rectangle,
    /// Without resources of its own it uses those of the stream that draws it (7.8.3).
    pub(super) scope: Option<Scope<'f>>,
}

fn follow<'f>(file: &'f File<'f>, value: &Located<'f>, revision: usize) -> Option<Located<'f>> {
    match value.as_reference() {
        Some(id) => Some(file.resolve_id(id, revision)?.value.into_owned()),
        None => Some(value.clone()),
    }
}

fn keep<T>(known: &RefCell<BTreeMap<Vec<u8>, T>>, name: &[u8], value: T) {
    // A stream may name a million things that are not there.
    let mut known = known.borrow_mut();
    if known.len() < NAMES {
        known.insert(name.to_vec(), value);
    }
}

const KINDS: [&[u8]; 4] = [b"ColorSpace", b"ExtGState", b"Font", b"XObject"];

impl<'f> Scope<'f> {
    fn new(file: &'f File<'f>, resources: &Located<'f>, revision: usize) -> Self {
        let resources = follow(file, resources, revision);
        let dictionary = resources.as_ref().and_then(Located::as_dictionary);
        let kind = |kind: &'static [u8]| Some((kind, follow(file, dictionary?.get(kind)?, revision)?));
        let kinds = KINDS.into_iter().filter_map(kind).collect();
        Self { kinds, ..Self::default() }
    }

    /// The resources of a page, or those that it inherits (7.7.3.4).
    pub(super) fn of_page(file: &'f File<'f>, page: Id, revision: usize) -> Self {
        let own = |node: &Dictionary<'f>| node.get(b"Resources").map(|value| Self::new(file, value, revision));
        inherited(file, page, revision, own).unwrap_or_default()
    }

    /// What stands for `name` as it is written.
    fn named(&self, painter: &mut Painter<'_, 'f>, kind: &[u8], name: &[u8]) -> Option<&Located<'f>> {
        let dictionary = self.kinds.iter().find(|(known, _)| *known == kind)?.1.as_dictionary()?;
        // Names are looked up one by one; a thousand of them cost as much as a few operators.
        if !painter.ledger.step(dictionary.0.len() / 16) {
            return None;
        }
        let found = dictionary.get(&crate::pdf::value::decoded_name(name))?;
        // What stands there directly is copied.
        painter.ledger.step(found.end.saturating_sub(found.start) / 64).then_some(found)
    }

    pub(super) fn reference(&self, painter: &mut Painter<'_, 'f>, kind: &[u8], name: &[u8]) -> Option<Id> {
        self.named(painter, kind, name)?.as_reference()
    }

    /// A font by its name; one that is not there is replaced by one of those that every reader has.
    pub(super) fn font(&self, painter: &mut Painter<'_, 'f>, name: &[u8]) -> Rc<Font> {
        if let Some(known) = self.fonts.borrow().get(name) {
            return Rc::clone(known);
        }
        let font = match self.named(painter, b"Font", name) {
            Some(value) => painter.font(value),
            // Some programs look further up, where anything may have this name.
            None if self.of_form => Rc::new(Font::Strange),
            None => Rc::new(Font::Simple { widths: None, space: true }),
        };
        keep(&self.fonts, name, Rc::clone(&font));
        font
    }

    /// Graphics state parameters by their name; `None` where they cannot be told, or choose a font.
    pub(super) fn state(&self, painter: &mut Painter<'_, 'f>, name: &[u8]) -> Option<StateParameters> {
        if let Some(known) = self.states.borrow().get(name) {
            return *known;
        }
        let read = self.read_state(painter, name);
        keep(&self.states, name, read);
        read
    }

    fn read_state(&self, painter: &mut Painter<'_, 'f>, name: &[u8]) -> Option<StateParameters> {
        let state = self.find(painter, b"ExtGState", name)?;
        let state = state.as_dictionary()?;
        let line_width = match state.get(b"LW") {
            Some(width) => Some(follow(painter.file, width, painter.revision)?.as_number()?),
            None => None,
        };
        // Difference and its like show white as black; so may a transfer function (10.5).
        let keeps_white = state
            .get(b"BM")
            .is_none_or(|mode| matches!(mode.value, Value::Name(b"Normal" | b"Compatible" | b"Multiply" | b"Darken")));
        let transfers = [b"TR".as_slice(), b"TR2"].into_iter().filter_map(|key| state.get(key));
        let mut transfers = transfers.map(|transfer| &transfer.value);
        let keeps_tone = transfers.all(|transfer| matches!(transfer, Value::Name(b"Identity" | b"Default")));
        (!state.has(b"Font") && keeps_white && keeps_tone).then_some(StateParameters { line_width })
    }

    fn find(&self, painter: &mut Painter<'_, 'f>, kind: &[u8], name: &[u8]) -> Option<Located<'f>> {
        let (file, revision) = (painter.file, painter.revision);
        follow(file, self.named(painter, kind, name)?, revision)
    }

    /// What stands for a space of the device: the resources may name another one (8.6.5.6).
    pub(super) fn device_space(&self, painter: &mut Painter<'_, 'f>, name: &[u8], device: Space) -> Space {
        let spaces = self.kinds.iter().find(|(known, _)| *known == b"ColorSpace");
        let is_named = spaces.and_then(|(_, spaces)| spaces.as_dictionary()).is_some_and(|spaces| spaces.has(name));
        if is_named { self.space(painter, name) } else { device }
    }

    /// A colour space by its name (8.6.3).
    pub(super) fn space(&self, painter: &mut Painter<'_, 'f>, name: &[u8]) -> Space {
        match name {
            b"DeviceGray" => return self.device_space(painter, b"DefaultGray", Space::Additive(1)),
            b"DeviceRGB" => return self.device_space(painter, b"DefaultRGB", Space::Additive(3)),
            b"DeviceCMYK" => return self.device_space(painter, b"DefaultCMYK", Space::Cmyk),
            _ => {}
        }
        if let Some(known) = self.spaces.borrow().get(name) {
            return *known;
        }
        let space = self.defined_space(painter, name).unwrap_or(Space::Other);
        keep(&self.spaces, name, space);
        space
    }

    fn defined_space(&self, painter: &mut Painter<'_, 'f>, name: &[u8]) -> Option<Space> {
        let space = self.find(painter, b"ColorSpace", name)?;
        let items = space.as_array()?;
        let Value::Name(family) = items.first()?.value else { return None };
        match family {
            b"CalGray" => Some(Space::Additive(1)),
            b"CalRGB" => Some(Space::Additive(3)),
            b"ICCBased" => {
                let profile = follow(painter.file, items.get(1)?, painter.revision)?;
                match profile.as_dictionary()?.integer::<usize>(b"N")? {
                    count @ (1 | 3) => Some(Space::Additive(count)),
                    4 => Some(Space::Cmyk),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl<'f> Form<'f> {
    /// `None` for what is neither a form nor a picture, or cannot be read.
    pub(super) fn read(painter: &mut Painter<'_, 'f>, id: Id) -> Option<Outside<Rc<Self>>> {
        let (file, revision) = (painter.file, painter.revision);
        let object = file.object(id, revision)?;
        let dictionary = object.dictionary()?;
        if dictionary.is(b"Subtype", b"Image") {
            return Some(Outside::Picture);
        }
        if !dictionary.is(b"Subtype", b"Form") {
            return None;
        }
        let bounds = Rectangle::read(file, dictionary.get(b"BBox")?, revision)?;
        let matrix = match dictionary.get(b"Matrix") {
            None => Matrix::IDENTITY,
            Some(matrix) => {
                let items = follow(file, matrix, revision)?;
                let numbers: Option<Vec<f64>> =
                    items.as_array()?.iter().take(7).map(|item| follow(file, item, revision)?.as_number()).collect();
                Matrix(numbers?.try_into().ok()?)
            }
        };
        let scope = dictionary.get(b"Resources");
        let scope = scope.map(|own| Scope { of_form: true, ..Scope::new(file, own, revision) });
        let plain = painter.decode(&object)?;
        Some(Outside::Form(Rc::new(Self { plain, matrix, bounds, scope })))
    }
}
