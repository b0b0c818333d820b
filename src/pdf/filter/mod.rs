//! Decoding of streams that hold structure or page content (ISO 32000-2, 7.4): Flate with PNG predictors, LZW,
//! ASCII hexadecimal, ASCII base-85, run length. Pictures stay as they are.

mod ascii;
mod lzw;
mod predictor;
mod run_length;

use std::borrow::Cow;
use std::io::Read as _;

use super::value::{Dictionary, Located, Value, decoded_name};
use crate::budget::{Budget, Exhausted, Resource};

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

/// No writer puts more of them one over the other.
const FILTERS: usize = 8;

/// Decodes `data` as the stream dictionary says.
pub(super) fn decode<'d>(
    dictionary: &Dictionary<'_>,
    data: &'d [u8],
    budget: &mut Budget,
) -> Result<Cow<'d, [u8]>, FilterError> {
    let mut unbounded = u64::MAX;
    decode_of(dictionary, data, &mut unbounded, budget)
}

/// As [`decode`], out of `left` octets as well: a share of the budget for one purpose.
pub(super) fn decode_of<'d>(
    dictionary: &Dictionary<'_>,
    data: &'d [u8],
    left: &mut u64,
    budget: &mut Budget,
) -> Result<Cow<'d, [u8]>, FilterError> {
    let most = budget.decoded_left().min(*left);
    let mut rest = most;
    let plain = decode_within(dictionary, data, &mut rest);
    *left = left.saturating_sub(most - rest);
    budget.decoded(usize::try_from(most - rest).unwrap_or(usize::MAX))?;
    plain
}

/// As [`decode`], but at most `left` octets, from which those of each step are taken.
pub(super) fn decode_within<'d>(
    dictionary: &Dictionary<'_>,
    data: &'d [u8],
    left: &mut u64,
) -> Result<Cow<'d, [u8]>, FilterError> {
    // An external file in place of the data (ISO 32000-2, 7.3.8.2) is never opened.
    if dictionary.has(b"F") {
        return Err(FilterError::Unsupported);
    }
    let filters = filters(dictionary)?;
    if filters.len() > FILTERS {
        return Err(FilterError::Unsupported);
    }
    let mut plain = Cow::Borrowed(data);
    for (index, name) in filters.into_iter().enumerate() {
        let parameters = parameters(dictionary, index);
        plain = Cow::Owned(apply(&decoded_name(name), parameters, &plain, left)?);
    }
    Ok(plain)
}

fn apply(
    name: &[u8],
    parameters: Option<&Dictionary<'_>>,
    data: &[u8],
    left: &mut u64,
) -> Result<Vec<u8>, FilterError> {
    // One octet more than is paid for tells "just fits" from "too much".
    let limit = usize::try_from(left.saturating_add(1)).unwrap_or(usize::MAX);
    let plain = match name {
        b"FlateDecode" | b"Fl" => inflate(data, limit)?,
        b"LZWDecode" | b"LZW" => {
            let early = parameters.and_then(|parameters| parameters.integer::<u8>(b"EarlyChange")) != Some(0);
            lzw::decode(data, early, limit).ok_or(FilterError::Damaged)?
        }
        b"ASCIIHexDecode" | b"AHx" => ascii::hexadecimal(data).ok_or(FilterError::Damaged)?,
        b"ASCII85Decode" | b"A85" => ascii::base85(data).ok_or(FilterError::Damaged)?,
        b"RunLengthDecode" | b"RL" => run_length::decode(data, limit).ok_or(FilterError::Damaged)?,
        _ => return Err(FilterError::Unsupported),
    };
    // What was decoded in vain is paid as well: a message may hold many bombs.
    let paid = left.checked_sub(plain.len() as u64);
    *left = paid.unwrap_or_default();
    if paid.is_none() {
        return Err(FilterError::Exhausted(Exhausted(Resource::Decoded)));
    }
    match (name, parameters) {
        (b"FlateDecode" | b"Fl" | b"LZWDecode" | b"LZW", Some(parameters)) => predictor::undo(parameters, plain),
        _ => Ok(plain),
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

/// `/DecodeParms` of one of the filters (table 5).
fn parameters<'d, 'a>(dictionary: &'d Dictionary<'a>, index: usize) -> Option<&'d Dictionary<'a>> {
    let value = dictionary.get(b"DecodeParms")?;
    match value.as_array() {
        Some(items) => items.get(index)?.as_dictionary(),
        None if index == 0 => value.as_dictionary(),
        None => None,
    }
}

fn inflate(data: &[u8], limit: usize) -> Result<Vec<u8>, FilterError> {
    let mut plain = Vec::new();
    let mut decoder = flate2::read::ZlibDecoder::new(data).take(limit as u64);
    decoder.read_to_end(&mut plain).map_err(|_| FilterError::Damaged)?;
    Ok(plain)
}
