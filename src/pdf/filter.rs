//! Decoding of the streams that hold structure: object streams and cross-reference streams (ISO 32000-2, 7.4).
//!
//! Only Flate with PNG predictors is known: nothing else is used for them in practice.

use std::io::Read as _;

use super::value::{Dictionary, Located, Value, same_name};
use crate::budget::{Budget, Exhausted};

/// Why a stream could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum FilterError {
    Damaged,
    Exhausted(Exhausted),
    Unsupported,
}

impl From<Exhausted> for FilterError {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}

/// Decodes `data` as the stream dictionary says.
pub(super) fn decode(dictionary: &Dictionary<'_>, data: &[u8], budget: &mut Budget) -> Result<Vec<u8>, FilterError> {
    decode_within(dictionary, data, u64::MAX, budget)
}

/// As [`decode`], for streams that need not be decoded: `most` octets and no more; what is longer is damaged.
pub(super) fn decode_within(
    dictionary: &Dictionary<'_>,
    data: &[u8],
    most: u64,
    budget: &mut Budget,
) -> Result<Vec<u8>, FilterError> {
    // An external file in place of the data (ISO 32000-2, 7.3.8.2) is never opened.
    if dictionary.has(b"F") {
        return Err(FilterError::Unsupported);
    }
    match filters(dictionary)?.as_slice() {
        [] => {
            if data.len() as u64 > most {
                return Err(FilterError::Damaged);
            }
            budget.decoded(data.len())?;
            Ok(data.to_vec())
        }
        [name] if same_name(name, b"FlateDecode") || same_name(name, b"Fl") => {
            let plain = inflate(data, most, budget)?;
            match parameters(dictionary) {
                Some(parameters) => predict(parameters, plain),
                None => Ok(plain),
            }
        }
        _ => Err(FilterError::Unsupported),
    }
}

fn filters<'a>(dictionary: &Dictionary<'a>) -> Result<Vec<&'a [u8]>, FilterError> {
    let name = |item: &Located<'a>| match item.value {
        Value::Name(name) => Ok(name),
        _ => Err(FilterError::Unsupported),
    };
    match dictionary.get(b"Filter") {
        None | Some(Located { value: Value::Null, .. }) => Ok(Vec::new()),
        Some(Located { value: Value::Array(items), .. }) => items.iter().map(name).collect(),
        Some(item) => Ok(vec![name(item)?]),
    }
}

fn parameters<'d, 'a>(dictionary: &'d Dictionary<'a>) -> Option<&'d Dictionary<'a>> {
    let value = dictionary.get(b"DecodeParms")?;
    value.as_array().map_or(Some(value), <[_]>::first)?.as_dictionary()
}

fn inflate(data: &[u8], most: u64, budget: &mut Budget) -> Result<Vec<u8>, FilterError> {
    let mut plain = Vec::new();
    // One octet more than is paid for tells "just fits" from "too much".
    let limit = budget.decoded_left().min(most).saturating_add(1);
    flate2::read::ZlibDecoder::new(data).take(limit).read_to_end(&mut plain).map_err(|_| FilterError::Damaged)?;
    if plain.len() as u64 > most {
        return Err(FilterError::Damaged);
    }
    budget.decoded(plain.len())?;
    Ok(plain)
}

/// Undoes the PNG predictors (ISO 32000-2, 7.4.4.4; PNG, 9.2).
fn predict(parameters: &Dictionary<'_>, plain: Vec<u8>) -> Result<Vec<u8>, FilterError> {
    match parameters.integer::<u32>(b"Predictor") {
        None if !parameters.has(b"Predictor") => return Ok(plain),
        Some(1) => return Ok(plain),
        Some(10..=15) => {}
        _ => return Err(FilterError::Unsupported),
    }
    if parameters.integer(b"Colors").unwrap_or(1) != 1 || parameters.integer(b"BitsPerComponent").unwrap_or(8) != 8 {
        return Err(FilterError::Unsupported);
    }
    let columns: usize = parameters.integer(b"Columns").unwrap_or(1);
    if columns == 0 || columns > plain.len() {
        return Err(FilterError::Damaged);
    }
    let mut above = vec![0_u8; columns];
    let mut undone = Vec::with_capacity(plain.len());
    for row in plain.chunks(columns + 1) {
        let (kind, row) = row.split_first().ok_or(FilterError::Damaged)?;
        let (mut left, mut above_left) = (0_u8, 0_u8);
        for (octet, up) in row.iter().zip(&mut above) {
            let guess = match kind {
                0 => 0,
                1 => left,
                2 => *up,
                3 => u8::midpoint(left, *up),
                4 => paeth(left, *up, above_left),
                _ => return Err(FilterError::Damaged),
            };
            above_left = *up;
            left = octet.wrapping_add(guess);
            *up = left;
            undone.push(left);
        }
    }
    Ok(undone)
}

fn paeth(left: u8, up: u8, above_left: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(above_left);
    [left, up, above_left].into_iter().min_by_key(|octet| (estimate - i16::from(*octet)).abs()).unwrap_or(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::lexer::Lexer;
    use crate::pdf::value::read_dictionary;

    fn undone(parameters: &str, plain: &[u8]) -> Result<Vec<u8>, FilterError> {
        let dictionary = read_dictionary(&mut Lexer::new(parameters.as_bytes(), 0)).unwrap();
        predict(&dictionary, plain.to_vec())
    }

    #[test]
    fn each_png_predictor_is_undone() {
        let rows = [0, 1, 2, 3, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, 4, 1, 1, 1];
        let expected = [1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5];
        assert_eq!(undone("<</Predictor 15/Columns 3>>", &rows).unwrap(), expected);
        assert_eq!(undone("<</Predictor 1>>", b"ab").unwrap(), b"ab");
    }

    #[test]
    fn other_predictors_and_impossible_rows_are_refused() {
        assert_eq!(undone("<</Predictor 2>>", b"ab"), Err(FilterError::Unsupported));
        assert_eq!(undone("<</Predictor 12/Colors 3>>", b"ab"), Err(FilterError::Unsupported));
        assert_eq!(undone("<</Predictor 12/Columns 0>>", b"ab"), Err(FilterError::Damaged));
        assert_eq!(undone("<</Predictor 12/Columns 1>>", &[9, 1]), Err(FilterError::Damaged));
    }
}
