//! PNG predictors: each octet was written as its difference from a neighbour (ISO 32000-2, 7.4.4.4; PNG, 9.2).

use super::FilterError;
use crate::pdf::value::Dictionary;

/// Undoes what the parameters say was done.
pub(super) fn undo(parameters: &Dictionary<'_>, plain: Vec<u8>) -> Result<Vec<u8>, FilterError> {
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
        undo(&dictionary, plain.to_vec())
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
