//! How wide the glyphs of a font are (ISO 32000-2, 9.2.4, 9.6 and 9.7). The program of the font is not read.

use std::collections::BTreeMap;

use super::Ledger;
use crate::pdf::file::File;
use crate::pdf::value::{Dictionary, Located, Value};

#[derive(Debug)]
pub(super) enum Font {
    /// Draws by operators of its own, or downwards.
    Strange,
    /// Two octets a glyph.
    Composite { default: f64, widths: BTreeMap<u16, f64> },
    /// One octet a glyph; whether the octet 32 is a space.
    Simple { widths: Option<Widths>, space: bool },
    /// Widths and the length of codes are not known.
    Unknown,
}

/// Widths of the codes of a simple font.
#[derive(Debug)]
pub(super) struct Widths {
    first: i64,
    listed: Vec<f64>,
    missing: f64,
}

/// One glyph of a string.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    pub(super) code: u16,
    /// In units of the font size; `None` where it is not known.
    pub(super) width: Option<f64>,
    /// The single octet 32, to which word spacing applies (9.3.3).
    pub(super) is_word_space: bool,
    /// Leaves no mark.
    pub(super) is_blank: bool,
}

/// Units of glyph space in one unit of text space.
const UNITS: f64 = 1_000.0;

impl Font {
    pub(super) fn read(file: &File<'_>, value: &Located<'_>, revision: usize, ledger: &mut Ledger) -> Self {
        let resolved = file.resolve(value, revision);
        let Some(font) = resolved.as_ref().and_then(|font| font.value.as_dictionary()) else { return Self::Strange };
        if font.is(b"Subtype", b"Type3") {
            Self::Strange
        } else if font.is(b"Subtype", b"Type0") {
            Self::composite(file, font, revision, ledger)
        } else {
            let descriptor = font.get(b"FontDescriptor").and_then(|value| file.resolve(value, revision));
            let descriptor = descriptor.as_ref().and_then(|descriptor| descriptor.value.as_dictionary());
            let space = has_space(file, font, descriptor.is_some(), revision);
            Self::Simple { widths: Widths::read(file, font, descriptor, revision, ledger), space }
        }
    }

    fn composite(file: &File<'_>, font: &Dictionary<'_>, revision: usize, ledger: &mut Ledger) -> Self {
        match font.get(b"Encoding").map(|encoding| &encoding.value) {
            Some(Value::Name(name)) if *name == b"Identity-H" => {}
            Some(Value::Name(name)) if !name.ends_with(b"V") => return Self::Unknown,
            _ => return Self::Strange,
        }
        Self::descendant(file, font, revision, ledger).unwrap_or(Self::Unknown)
    }

    fn descendant(file: &File<'_>, font: &Dictionary<'_>, revision: usize, ledger: &mut Ledger) -> Option<Self> {
        let fonts = file.resolve(font.get(b"DescendantFonts")?, revision)?;
        let descendant = file.resolve(fonts.value.as_array()?.first()?, revision)?;
        let descendant = descendant.value.as_dictionary()?;
        let number = |value: &Located<'_>| file.resolve(value, revision)?.value.as_number();
        // 9.7.4.3: 1,000 where nothing is stated.
        let default = descendant.get(b"DW").map_or(Some(UNITS), number)?;
        let mut widths = BTreeMap::new();
        if let Some(value) = descendant.get(b"W") {
            let resolved = file.resolve(value, revision)?;
            let mut items = resolved.value.as_array()?.iter();
            while let Some(first) = items.next() {
                let first = cid(number(first)?)?;
                let next = file.resolve(items.next()?, revision)?;
                if let Some(list) = next.value.as_array() {
                    if !ledger.step(list.len()) {
                        return None;
                    }
                    for (code, width) in (first..=u16::MAX).zip(list) {
                        widths.insert(code, number(width)?);
                    }
                } else {
                    let last = cid(next.value.as_number()?)?;
                    let width = number(items.next()?)?;
                    if !ledger.step(usize::from(last.saturating_sub(first)) + 1) {
                        return None;
                    }
                    widths.extend((first..=last).map(|code| (code, width)));
                }
            }
        }
        Some(Self::Composite { default, widths })
    }

    /// The glyphs of a string.
    pub(super) fn glyphs(&self, text: &[u8]) -> Vec<Glyph> {
        let octet = |octet: &u8, width, is_blank| Glyph {
            code: u16::from(*octet),
            width,
            is_word_space: *octet == 32,
            is_blank,
        };
        match self {
            Self::Composite { default, widths } => {
                let (codes, _) = text.as_chunks::<2>();
                let glyph = |code| {
                    let width = widths.get(&code).unwrap_or(default) / UNITS;
                    Glyph { code, width: Some(width), is_word_space: false, is_blank: false }
                };
                codes.iter().map(|code| glyph(u16::from_be_bytes(*code))).collect()
            }
            Self::Simple { widths, space } => {
                let width = |of: u8| widths.as_ref().map(|widths| widths.of(of));
                text.iter().map(|of| octet(of, width(*of), *of == 32 && *space)).collect()
            }
            // As many as there can be.
            Self::Strange | Self::Unknown => text.iter().map(|of| octet(of, None, false)).collect(),
        }
    }
}

impl Widths {
    fn read(
        file: &File<'_>,
        font: &Dictionary<'_>,
        descriptor: Option<&Dictionary<'_>>,
        revision: usize,
        ledger: &mut Ledger,
    ) -> Option<Self> {
        let number = |value: &Located<'_>| file.resolve(value, revision)?.value.as_number();
        #[expect(clippy::cast_possible_truncation, reason = "compared with codes below 256 only; casts saturate")]
        let first = number(font.get(b"FirstChar")?)? as i64;
        let resolved = file.resolve(font.get(b"Widths")?, revision)?;
        let items = resolved.value.as_array()?;
        if items.len() > 256 || !ledger.step(items.len()) {
            return None;
        }
        let listed = items.iter().map(number).collect::<Option<_>>()?;
        let missing = descriptor.and_then(|descriptor| number(descriptor.get(b"MissingWidth")?));
        Some(Self { first, listed, missing: missing.unwrap_or(0.0) })
    }

    fn of(&self, octet: u8) -> f64 {
        let index = i64::from(octet).checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| self.listed.get(index)).unwrap_or(&self.missing) / UNITS
    }
}

/// Whether the octet 32 shows nothing (9.6.5, annex D): a subset may have put any glyph there.
fn has_space(file: &File<'_>, font: &Dictionary<'_>, is_described: bool, revision: usize) -> bool {
    let encoding = font.get(b"Encoding").and_then(|encoding| file.resolve(encoding, revision));
    match encoding.as_ref().map(|encoding| &encoding.value.value) {
        Some(Value::Name(_)) => true,
        Some(Value::Dictionary(encoding)) => {
            let differences = encoding.get(b"Differences").and_then(|value| file.resolve(value, revision));
            let items = differences.as_ref().and_then(|differences| differences.value.as_array()).unwrap_or_default();
            let mut code = 0_i64;
            for item in items {
                match item.value {
                    Value::Integer(next) => code = next,
                    Value::Name(name) if code != 32 || name == b"space" => code = code.saturating_add(1),
                    _ => return false,
                }
            }
            encoding.has(b"BaseEncoding") || !is_described
        }
        // The encoding of the font's own program, which is known of the fonts that every reader has.
        _ => !is_described,
    }
}

fn cid(number: f64) -> Option<u16> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held inside the range just before")]
    (0.0..=65_535.0).contains(&number).then_some(number as u16)
}
