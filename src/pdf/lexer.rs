//! Octets into tokens with their positions (ISO 32000-2, 7.2 and 7.3). Nothing is decoded, nothing copied.

/// A token; strings are given without their delimiters, names without the solidus, both as they are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    ArrayClose,
    ArrayOpen,
    DictionaryClose,
    DictionaryOpen,
    End,
    Hexadecimal(&'a [u8]),
    Integer(i64),
    Keyword(&'a [u8]),
    Literal(&'a [u8]),
    Name(&'a [u8]),
    Real(&'a [u8]),
    /// A delimiter that opens nothing, or a string without an end.
    Stray,
}

#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    octets: &'a [u8],
    at: usize,
}

/// White space of ISO 32000-2, table 1.
pub const fn is_white(octet: u8) -> bool {
    matches!(octet, 0 | 9 | 10 | 12 | 13 | 32)
}

/// A digit, or white space between digits (ISO 32000-2, 7.3.4.3).
const fn is_hexadecimal(octet: u8) -> bool {
    octet.is_ascii_hexdigit() | is_white(octet)
}

/// Octets that are neither white space nor delimiters (tables 1 and 2), looked up for each octet outside of streams.
const REGULAR: [bool; 256] = {
    let mut regular = [true; 256];
    let mut octet = 0_u8;
    loop {
        let delimiter = matches!(octet, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%');
        regular[octet as usize] = !is_white(octet) && !delimiter;
        if octet == u8::MAX {
            break;
        }
        octet += 1;
    }
    regular
};

fn is_regular(octet: u8) -> bool {
    REGULAR[usize::from(octet)]
}

impl<'a> Lexer<'a> {
    pub(super) fn new(octets: &'a [u8], at: usize) -> Self {
        Self { octets, at: at.min(octets.len()) }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn peek_octet(&self) -> Option<u8> {
        self.octets.get(self.at).copied()
    }

    /// Skips white space and comments.
    pub(super) fn skip_space(&mut self) {
        loop {
            self.skip_white();
            if self.peek_octet() != Some(b'%') {
                return;
            }
            self.skip_line();
        }
    }

    pub(super) fn skip_white(&mut self) {
        self.take_while(is_white);
    }

    /// Skips the rest of a line and the end-of-line marker after it.
    pub(super) fn skip_line(&mut self) {
        self.take_while(|octet| octet != b'\r' && octet != b'\n');
        self.skip_end_of_line();
    }

    /// Skips one end-of-line marker if there is one: CR, LF, or CR LF.
    pub(super) fn skip_end_of_line(&mut self) {
        self.skip_octet(b'\r');
        self.skip_octet(b'\n');
    }

    fn skip_octet(&mut self, octet: u8) -> bool {
        let here = self.peek_octet() == Some(octet);
        self.at += usize::from(here);
        here
    }

    /// Skips `word` if it stands here.
    pub(super) fn skip_word(&mut self, word: &[u8]) -> bool {
        let here = self.octets.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        if here {
            self.at += word.len();
        }
        here
    }

    /// The next token and where it begins; it ends at [`Lexer::at`].
    pub(super) fn next(&mut self) -> (usize, Token<'a>) {
        self.skip_space();
        let start = self.at;
        let Some(first) = self.peek_octet() else { return (start, Token::End) };
        if is_regular(first) {
            return (start, word(self.take_while(is_regular)));
        }
        self.at += 1;
        let token = match first {
            b'/' => Token::Name(self.take_while(is_regular)),
            b'[' => Token::ArrayOpen,
            b']' => Token::ArrayClose,
            b'(' => self.literal(),
            b'<' if self.skip_octet(b'<') => Token::DictionaryOpen,
            b'<' => self.hexadecimal(),
            b'>' if self.skip_octet(b'>') => Token::DictionaryClose,
            _ => Token::Stray,
        };
        (start, token)
    }

    /// The next token if it is an integer that fits.
    pub(super) fn integer<T: TryFrom<i64>>(&mut self) -> Option<T> {
        match self.next().1 {
            Token::Integer(value) => T::try_from(value).ok(),
            _ => None,
        }
    }

    /// Whether the next token is the keyword `word`; it is consumed either way.
    pub(super) fn keyword(&mut self, word: &[u8]) -> bool {
        self.next().1 == Token::Keyword(word)
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.octets.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|octet| !wanted(*octet)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn literal(&mut self) -> Token<'a> {
        let start = self.at;
        let mut open = 1_u32;
        while let Some(octet) = self.peek_octet() {
            self.at += 1;
            match octet {
                b'\\' => self.at = (self.at + 1).min(self.octets.len()),
                b'(' => open = open.saturating_add(1),
                b')' => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Token::Literal(&self.octets[start..self.at - 1]);
            }
        }
        Token::Stray
    }

    fn hexadecimal(&mut self) -> Token<'a> {
        let start = self.at;
        // Signature values have tens of thousands of digits: by blocks, for which there are wide instructions.
        let blocks = self.octets.get(start..).unwrap_or_default().as_chunks::<64>().0;
        let good = |block: &&[u8; 64]| block.iter().fold(true, |all, octet| all & is_hexadecimal(*octet));
        self.at += blocks.iter().take_while(good).count() * 64;
        self.take_while(is_hexadecimal);
        let digits = &self.octets[start..self.at];
        if self.skip_octet(b'>') { Token::Hexadecimal(digits) } else { Token::Stray }
    }
}

fn word(text: &[u8]) -> Token<'_> {
    // By far the most numbers: no sign, and too few digits to overflow.
    if text.len() <= 18 && text.iter().all(u8::is_ascii_digit) {
        return Token::Integer(text.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')));
    }
    if !text.iter().all(|octet| octet.is_ascii_digit() || matches!(octet, b'+' | b'-' | b'.')) {
        return Token::Keyword(text);
    }
    match std::str::from_utf8(text).ok().and_then(|digits| digits.parse().ok()) {
        Some(value) => Token::Integer(value),
        None => Token::Real(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &[u8]) -> Vec<Token<'_>> {
        let mut lexer = Lexer::new(text, 0);
        std::iter::from_fn(|| Some(lexer.next().1).filter(|token| *token != Token::End)).collect()
    }

    #[test]
    fn tokens_end_at_delimiters_and_comments_are_space() {
        assert_eq!(
            tokens(b"<</A#20b 1%x\n-2 .5>>[R(a(b)\\)c)<3 0>"),
            [
                Token::DictionaryOpen,
                Token::Name(b"A#20b"),
                Token::Integer(1),
                Token::Integer(-2),
                Token::Real(b".5"),
                Token::DictionaryClose,
                Token::ArrayOpen,
                Token::Keyword(b"R"),
                Token::Literal(b"a(b)\\)c"),
                Token::Hexadecimal(b"3 0"),
            ]
        );
    }

    #[test]
    fn strings_without_an_end_and_integers_beyond_64_bits_are_told_apart() {
        assert_eq!(tokens(b"(a\\"), [Token::Stray]);
        assert_eq!(tokens(b"<3g>")[0], Token::Stray);
        // However long, and wherever the end or a wrong octet stands.
        for length in [62, 63, 64, 65, 127, 128, 129, 200] {
            let digits = b"0aF \n".repeat(length)[..length].to_vec();
            let long = [b"<", digits.as_slice(), b">7"].concat();
            assert_eq!(tokens(&long), [Token::Hexadecimal(&digits), Token::Integer(7)]);
            assert_eq!(tokens(&long[..=length]), [Token::Stray]);
            let mut wrong = long.clone();
            wrong[length] = b'g';
            assert_eq!(tokens(&wrong)[..2], [Token::Stray, Token::Keyword(b"g")]);
        }
        assert_eq!(tokens(b"99999999999999999999"), [Token::Real(b"99999999999999999999")]);
    }
}
