//! PDF objects as values with positions (ISO 32000-2, 7.3), borrowed from the octets that they were read from.

use std::borrow::Cow;

use super::lexer::{Lexer, Token};
use crate::budget::DEPTH;

/// Values of one object; arrays of real files stay below a tenth of it, and two such objects take about 40 MB while
/// they are compared.
pub(super) const VALUES: usize = 400_000;

/// Object number and generation.
pub(super) type Id = (u32, u16);

#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Array(Vec<Located<'a>>),
    Boolean(bool),
    Dictionary(Dictionary<'a>),
    Hexadecimal(&'a [u8]),
    Integer(i64),
    Literal(&'a [u8]),
    Name(&'a [u8]),
    Null,
    Real(&'a [u8]),
    Reference(Id),
}

/// A value and where its token or tokens stand.
#[derive(Clone, Debug)]
pub(super) struct Located<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) value: Value<'a>,
}

/// Entries in the order of the file, duplicates included.
#[derive(Clone, Debug, Default)]
pub(super) struct Dictionary<'a>(pub(super) Vec<(&'a [u8], Located<'a>)>);

impl<'a> Dictionary<'a> {
    /// The value of `key`, which is given decoded; of duplicates the last, as most readers do.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Located<'a>> {
        self.0.iter().rev().find(|(name, _)| &*decoded_name(name) == key).map(|(_, value)| value)
    }

    pub(super) fn has(&self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    /// Whether the value of `key` is the name `name`.
    pub(super) fn is(&self, key: &[u8], name: &[u8]) -> bool {
        matches!(self.get(key), Some(Located { value: Value::Name(raw), .. }) if &*decoded_name(raw) == name)
    }

    pub(super) fn integer<T: TryFrom<i64>>(&self, key: &[u8]) -> Option<T> {
        match self.get(key)?.value {
            Value::Integer(value) => T::try_from(value).ok(),
            _ => None,
        }
    }

    pub(super) fn reference(&self, key: &[u8]) -> Option<Id> {
        self.get(key)?.as_reference()
    }

    /// Whether both have the same entries in whatever order.
    pub(super) fn same(&self, other: &Dictionary<'_>) -> bool {
        let (one, two) = (self.sorted(), other.sorted());
        one.len() == two.len() && one.iter().zip(&two).all(|(one, two)| one.0 == two.0 && one.1.same(two.1))
    }

    /// Entries by decoded name; duplicates stay in the order of the file.
    pub(super) fn sorted(&self) -> Vec<(Cow<'a, [u8]>, &Located<'a>)> {
        let mut entries: Vec<_> = self.0.iter().map(|(name, value)| (decoded_name(name), value)).collect();
        entries.sort_by(|one, two| one.0.cmp(&two.0));
        entries
    }

    /// The first key that stands twice.
    pub(super) fn duplicate(&self) -> Option<Cow<'a, [u8]>> {
        let mut keys: Vec<_> = self.0.iter().map(|(name, _)| decoded_name(name)).collect();
        keys.sort_unstable();
        keys.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone())
    }
}

impl<'a> Located<'a> {
    pub(super) fn as_reference(&self) -> Option<Id> {
        match self.value {
            Value::Reference(id) => Some(id),
            _ => None,
        }
    }

    pub(super) fn as_dictionary(&self) -> Option<&Dictionary<'a>> {
        match &self.value {
            Value::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    pub(super) fn as_array(&self) -> Option<&[Located<'a>]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn as_number(&self) -> Option<f64> {
        match self.value {
            Value::Integer(value) => i32::try_from(value).ok().map(f64::from),
            Value::Real(text) => std::str::from_utf8(text).ok()?.parse().ok(),
            _ => None,
        }
    }

    /// The octets that a string stands for.
    pub(super) fn as_string(&self) -> Option<Vec<u8>> {
        match self.value {
            Value::Hexadecimal(digits) => Some(decoded_hexadecimal(digits)),
            Value::Literal(text) => Some(decoded_literal(text)),
            _ => None,
        }
    }

    /// Calls `visit` for this value and each one inside it, with the key it has in its dictionary.
    pub(super) fn visit(&self, key: Option<&'a [u8]>, visit: &mut impl FnMut(Option<&'a [u8]>, &Self)) {
        visit(key, self);
        match &self.value {
            Value::Array(items) => items.iter().for_each(|item| item.visit(None, visit)),
            Value::Dictionary(dictionary) => dictionary.0.iter().for_each(|(key, item)| item.visit(Some(key), visit)),
            _ => {}
        }
    }

    /// Whether both stand for the same value, however they are written. References count by their number.
    pub(super) fn same(&self, other: &Located<'_>) -> bool {
        match (&self.value, &other.value) {
            (Value::Array(one), Value::Array(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.same(two))
            }
            (Value::Boolean(one), Value::Boolean(two)) => one == two,
            (Value::Dictionary(one), Value::Dictionary(two)) => one.same(two),
            (Value::Integer(one), Value::Integer(two)) => one == two,
            (Value::Name(one), Value::Name(two)) => same_name(one, two),
            (Value::Null, Value::Null) => true,
            (Value::Real(one), Value::Real(two)) => one == two,
            (Value::Reference(one), Value::Reference(two)) => one == two,
            _ => self.as_string().is_some_and(|text| other.as_string() == Some(text)),
        }
    }
}

/// An object between `obj` and `endobj` or `stream`.
#[derive(Clone, Debug)]
pub(super) struct Body<'a> {
    pub(super) value: Located<'a>,
    /// Whether `stream` follows; else `endobj` did, or the end of the octets.
    pub(super) stream: bool,
}

/// Why octets are no object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ValueError {
    TooDeep,
    TooMany,
    Unexpected,
}

/// Reads one object up to and including `endobj` or `stream`; inside an object stream, up to the end of the octets.
pub(super) fn read_body<'a>(lexer: &mut Lexer<'a>) -> Result<Body<'a>, ValueError> {
    let mut reader = Reader { lexer, left: VALUES };
    let (items, close) = reader.items(DEPTH)?;
    let stream = match close {
        Token::Keyword(b"stream") => true,
        Token::Keyword(b"endobj") | Token::End => false,
        _ => return Err(ValueError::Unexpected),
    };
    let [value] = <[Located; 1]>::try_from(items).map_err(|_| ValueError::Unexpected)?;
    Ok(Body { value, stream })
}

/// Reads a dictionary that stands here.
pub(super) fn read_dictionary<'a>(lexer: &mut Lexer<'a>) -> Result<Dictionary<'a>, ValueError> {
    let mut reader = Reader { lexer, left: VALUES };
    if reader.lexer.next().1 != Token::DictionaryOpen {
        return Err(ValueError::Unexpected);
    }
    reader.dictionary(DEPTH)
}

struct Reader<'l, 'a> {
    lexer: &'l mut Lexer<'a>,
    left: usize,
}

impl<'a> Reader<'_, 'a> {
    /// Values up to a token that closes or follows them. `1 0 R` is two integers until the `R` comes.
    fn items(&mut self, depth: u32) -> Result<(Vec<Located<'a>>, Token<'a>), ValueError> {
        let mut items: Vec<Located> = Vec::new();
        loop {
            let (start, token) = self.lexer.next();
            let value = match token {
                Token::ArrayOpen => {
                    let (items, close) = self.items(depth.checked_sub(1).ok_or(ValueError::TooDeep)?)?;
                    if close != Token::ArrayClose {
                        return Err(ValueError::Unexpected);
                    }
                    Value::Array(items)
                }
                Token::DictionaryOpen => {
                    Value::Dictionary(self.dictionary(depth.checked_sub(1).ok_or(ValueError::TooDeep)?)?)
                }
                Token::Hexadecimal(digits) => Value::Hexadecimal(digits),
                Token::Integer(value) => Value::Integer(value),
                Token::Keyword(b"R") => {
                    let reference = reference(&mut items).ok_or(ValueError::Unexpected)?;
                    items.push(Located { end: self.lexer.at(), ..reference });
                    continue;
                }
                Token::Keyword(b"false") => Value::Boolean(false),
                Token::Keyword(b"null") => Value::Null,
                Token::Keyword(b"true") => Value::Boolean(true),
                Token::Literal(text) => Value::Literal(text),
                Token::Name(name) => Value::Name(name),
                Token::Real(text) => Value::Real(text),
                Token::ArrayClose | Token::DictionaryClose | Token::End | Token::Keyword(_) | Token::Stray => {
                    return Ok((items, token));
                }
            };
            self.left = self.left.checked_sub(1).ok_or(ValueError::TooMany)?;
            items.push(Located { start, end: self.lexer.at(), value });
        }
    }

    fn dictionary(&mut self, depth: u32) -> Result<Dictionary<'a>, ValueError> {
        let (items, close) = self.items(depth)?;
        if close != Token::DictionaryClose || !items.len().is_multiple_of(2) {
            return Err(ValueError::Unexpected);
        }
        let mut entries = Vec::with_capacity(items.len() / 2);
        let mut items = items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            let Value::Name(name) = key.value else { return Err(ValueError::Unexpected) };
            entries.push((name, value));
        }
        Ok(Dictionary(entries))
    }
}

fn reference<'a>(items: &mut Vec<Located<'a>>) -> Option<Located<'a>> {
    let generation = items.pop()?;
    let number = items.pop()?;
    let (Value::Integer(of), Value::Integer(version)) = (number.value, generation.value) else { return None };
    let id = (u32::try_from(of).ok()?, u16::try_from(version).ok()?);
    Some(Located { start: number.start, end: generation.end, value: Value::Reference(id) })
}

/// Whether two names as written are the same; `#xx` is decoded (ISO 32000-2, 7.3.5).
pub(super) fn same_name(raw: &[u8], name: &[u8]) -> bool {
    raw == name || (raw.contains(&b'#') || name.contains(&b'#')) && decoded_name(raw) == decoded_name(name)
}

pub(super) fn decoded_name(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.contains(&b'#') {
        return Cow::Borrowed(raw);
    }
    let mut name = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((first, tail)) = rest.split_first() {
        if let Some(octet) = tail.get(..2).filter(|_| *first == b'#').and_then(crate::digest::hex_decode) {
            name.extend(octet);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            name.push(*first);
            rest = tail;
        }
    }
    Cow::Owned(name)
}

fn decoded_hexadecimal(digits: &[u8]) -> Vec<u8> {
    let mut digits: Vec<u8> = digits.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    // A missing last digit counts as 0 (ISO 32000-2, 7.3.4.3).
    if !digits.len().is_multiple_of(2) {
        digits.push(b'0');
    }
    crate::digest::hex_decode(&digits).unwrap_or_default()
}

fn decoded_literal(text: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied().peekable();
    while let Some(octet) = rest.next() {
        if octet != b'\\' {
            octets.push(octet);
            continue;
        }
        match rest.next() {
            Some(b'n') => octets.push(b'\n'),
            Some(b'r') => octets.push(b'\r'),
            Some(b't') => octets.push(b'\t'),
            Some(b'b') => octets.push(8),
            Some(b'f') => octets.push(12),
            Some(b'\r') => {
                rest.next_if_eq(&b'\n');
            }
            Some(b'\n') | None => {}
            Some(digit @ b'0'..=b'7') => {
                let mut code = digit - b'0';
                for _ in 0..2 {
                    let Some(digit) = rest.next_if(|octet| matches!(octet, b'0'..=b'7')) else { break };
                    // High-order overflow is ignored (ISO 32000-2, 7.3.4.2).
                    code = code.wrapping_mul(8).wrapping_add(digit - b'0');
                }
                octets.push(code);
            }
            Some(other) => octets.push(other),
        }
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &[u8]) -> Result<Body<'_>, ValueError> {
        read_body(&mut Lexer::new(text, 0))
    }

    #[test]
    fn references_are_told_from_integers() {
        let read = body(b"[1 2 3 0 R]endobj").unwrap();
        let items = read.value.as_array().unwrap();
        assert_eq!(items.len(), 3);
        assert_eq!(items[2].as_reference(), Some((3, 0)));
        assert_eq!((items[2].start, items[2].end), (5, 10));
        for odd in [b"[R]endobj".as_slice(), b"[1 R]endobj", b"[1 /A R]endobj", b"[1 99999 R]endobj", b"[-1 0 R]endobj"]
        {
            assert_eq!(body(odd).unwrap_err(), ValueError::Unexpected);
        }
    }

    #[test]
    fn nesting_ends_at_the_limit() {
        let nested = |depth: usize| [b"[".repeat(depth), b"]".repeat(depth), b"endobj".to_vec()].concat();
        assert!(body(&nested(DEPTH as usize)).is_ok());
        assert_eq!(body(&nested(DEPTH as usize + 1)).unwrap_err(), ValueError::TooDeep);
        assert_eq!(body(&nested(100_000)).unwrap_err(), ValueError::TooDeep);
    }

    #[test]
    fn values_of_one_object_end_at_the_limit() {
        let text = b"[]".repeat(VALUES + 1);
        assert_eq!(body(&text).unwrap_err(), ValueError::TooMany);
    }

    #[test]
    fn the_same_value_may_be_written_in_many_ways() {
        let same = |one: &[u8], two: &[u8]| body(one).unwrap().value.same(&body(two).unwrap().value);
        assert!(same(b"<</A(a)/#42 1>>endobj", b"<</B 1/A<61>>>endobj"));
        assert!(same(b"(\\101\\n)endobj", b"<410a>endobj"));
        assert!(!same(b"<</A 1/A 2>>endobj", b"<</A 2/A 1>>endobj"));
        assert!(!same(b"[1 0 R]endobj", b"[2 0 R]endobj"));
    }

    #[test]
    fn a_key_that_stands_twice_is_found_however_it_is_written() {
        let read = body(b"<</A 1/#41 2/B 3>>endobj").unwrap();
        let dictionary = read.value.as_dictionary().unwrap();
        assert_eq!(dictionary.duplicate().as_deref(), Some(b"A".as_slice()));
        assert_eq!(dictionary.integer::<u8>(b"A"), Some(2));
    }

    #[test]
    fn a_name_is_decoded_once_and_what_it_then_spells_is_no_code() {
        let mut lexer = Lexer::new(b"<</A 1/F#2341 2/#41#42 3>>", 0);
        let dictionary = read_dictionary(&mut lexer).unwrap();
        assert_eq!(dictionary.integer(b"A"), Some(1));
        assert_eq!(dictionary.integer(b"F#41"), Some(2));
        assert_eq!(dictionary.integer::<u8>(b"FA"), None);
        assert_eq!(dictionary.integer(b"AB"), Some(3));
        assert_eq!(dictionary.integer::<u8>(b"#41#42"), None);
    }
}
