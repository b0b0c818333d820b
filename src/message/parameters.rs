//! Values of Content-Type and Content-Disposition (RFC 2045, 5.1; RFC 2183) with their parameters (RFC 2231).

use std::collections::BTreeMap;

use super::{transfer, words};

/// A value and its parameters, read as most readers do; `odd` where they would not agree.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Parameters {
    /// What stands before the first semicolon, in lower case without comments: `application/pdf`, `attachment`.
    pub value: String,
    /// The value strays from the grammar in a way in which readers differ.
    pub odd: bool,
    plain: Vec<(String, Vec<u8>)>,
    /// Beginnings of values with white space outside quotes, at which strict readers cut them.
    cut: Vec<(String, Vec<u8>)>,
    /// Name -> section -> (percent-encoded, octets).
    extended: BTreeMap<String, BTreeMap<u32, (bool, Vec<u8>)>>,
}

/// More parameters than this are found in attacks only.
const MOST: usize = 256;

impl Parameters {
    /// Reads a field value as it stands.
    #[must_use]
    pub fn read(value: &[u8]) -> Self {
        let mut pieces = split(value);
        let first = pieces.next().unwrap_or_default();
        let mut read = Self { value: String::from_utf8_lossy(&first.text).trim().to_lowercase(), ..Self::default() };
        read.odd = first.odd || first.quoted || read.value.contains(|c: char| c.is_whitespace() || c.is_control());
        for (count, piece) in pieces.enumerate() {
            if count == MOST {
                read.odd = true;
                break;
            }
            read.odd |= piece.odd;
            read.take(&piece);
        }
        read
    }

    fn take(&mut self, piece: &Piece) {
        let Some(equals) = piece.equals else {
            // `; ;` and a semicolon at the end are common and harmless.
            return;
        };
        let name = String::from_utf8_lossy(&piece.text[..equals]).trim().to_lowercase();
        let value = piece.text[equals + 1..].trim_ascii().to_vec();
        if let Some(end) = value.iter().position(u8::is_ascii_whitespace).filter(|_| !piece.quoted) {
            self.cut.push((name.clone(), value[..end].to_vec()));
        }
        let Some((base, section)) = name.split_once('*') else {
            self.plain.push((name, value));
            return;
        };
        let (number, encoded) = match section.strip_suffix('*') {
            Some(number) => (number, true),
            None => (section, section.is_empty()),
        };
        // RFC 2231, 7: no leading zeros; who does not mind reads another order of the sections.
        let written = number.len() == 1 || !number.starts_with(['0', '+']);
        let Some(number) = (if number.is_empty() { Some(0) } else { number.parse::<u32>().ok().filter(|_| written) })
        else {
            self.odd = true;
            return;
        };
        let sections = self.extended.entry(base.to_owned()).or_default();
        if sections.insert(number, (encoded, value)).is_some() {
            self.odd = true;
        }
    }

    /// Octets of every occurrence of a parameter in its plain form.
    pub fn plain<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.plain.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    /// Every beginning at which a strict reader ends the parameter, where it has white space outside quotes.
    pub fn cut<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.cut.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    /// Whether a section of the parameter is missing: some readers end there, others join what is left.
    #[must_use]
    pub fn has_gap(&self, name: &str) -> bool {
        let sections = self.extended.get(name);
        sections.is_some_and(|sections| (0_u32..).zip(sections.keys()).any(|(expected, number)| *number != expected))
    }

    /// Text of a parameter written by RFC 2231: sections joined, percent-encoding and character set undone.
    #[must_use]
    pub fn extended(&self, name: &str) -> Option<String> {
        let (octets, charset) = self.extended_octets(name)?;
        Some(words::text(&octets, &charset))
    }

    /// The same before its character set is undone, and the name of that set.
    #[must_use]
    pub fn extended_octets(&self, name: &str) -> Option<(Vec<u8>, Vec<u8>)> {
        let sections = self.extended.get(name)?;
        let mut charset = Vec::new();
        let mut octets = Vec::new();
        for (expected, (number, (encoded, value))) in (0_u32..).zip(sections) {
            if *number != expected {
                break; // a missing section ends the value
            }
            let mut value = value.as_slice();
            if expected == 0 && *encoded {
                let mut parts = value.splitn(3, |o| *o == b'\'');
                if let (Some(set), Some(_language), Some(rest)) = (parts.next(), parts.next(), parts.next()) {
                    charset = set.to_vec();
                    value = rest;
                }
            }
            if *encoded {
                octets.extend(transfer::percent(value));
            } else {
                octets.extend_from_slice(value);
            }
        }
        Some((octets, charset))
    }

    /// Every text that some reader takes for the parameter: the RFC 2231 form first, then the plain ones, in which
    /// encoded words are decoded although RFC 2047, 5 forbids them there: senders use them and readers show them.
    #[must_use]
    pub fn readings(&self, name: &str) -> Vec<String> {
        self.extended(name).into_iter().chain(self.plain(name).map(words::decode)).collect()
    }
}

#[derive(Default)]
struct Piece {
    text: Vec<u8>,
    /// Where the first equals sign outside quotes stands in `text`.
    equals: Option<usize>,
    quoted: bool,
    odd: bool,
}

impl Piece {
    /// Text that goes on beside a quoted string, `"a.pdf".exe`: some readers end at the quote.
    fn outside(&mut self, octet: u8) {
        self.odd |= self.quoted && !octet.is_ascii_whitespace();
        self.text.push(octet);
    }

    /// A quoted string that begins in the middle of a value.
    fn opens_late(&self) -> bool {
        let value = self.equals.and_then(|equals| self.text.get(equals + 1..)).unwrap_or_default();
        self.quoted || !value.trim_ascii().is_empty()
    }
}

/// Pieces between semicolons outside quotes and comments, with quotes, comments and folding removed.
fn split(value: &[u8]) -> impl Iterator<Item = Piece> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= value.len() {
            return None;
        }
        let mut piece = Piece::default();
        let mut quoted = false;
        let mut comment = 0_u32;
        while let Some(&octet) = value.get(at) {
            at += 1;
            match octet {
                b'\r' | b'\n' => {}
                b'\\' if quoted || comment > 0 => {
                    if let Some(&next) = value.get(at) {
                        // Paths of Windows stand unescaped in quotes: `"C:\van ban.pdf"`.
                        if quoted && !matches!(next, b'"' | b'\\') {
                            piece.text.push(b'\\');
                        }
                        if quoted {
                            piece.text.push(next);
                        }
                        at += 1;
                    }
                }
                b'"' if comment == 0 => {
                    piece.odd |= !quoted && piece.opens_late();
                    quoted = !quoted;
                    piece.quoted = true;
                }
                _ if quoted => piece.text.push(octet),
                // Parentheses inside an unquoted name, `name=a(1).pdf`, are part of it for most readers.
                b'(' if piece.text.last().is_none_or(u8::is_ascii_whitespace) || comment > 0 => comment += 1,
                b')' if comment > 0 => comment -= 1,
                _ if comment > 0 => {}
                b';' => return Some(piece),
                b'=' => {
                    piece.equals.get_or_insert(piece.text.len());
                    piece.outside(octet);
                }
                0 => {
                    piece.odd = true;
                    piece.text.push(octet);
                }
                _ => piece.outside(octet),
            }
        }
        piece.odd |= quoted || comment > 0;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continued_and_percent_encoded_names_are_joined() {
        let read = Parameters::read(
            b" application/pdf;\r\n name*0*=UTF-8'vi'Quy%E1%BA%BFt;\r\n name*1*=%20%C4%91;\r\n name*2=\"inh; 15.pdf\"",
        );
        assert_eq!(read.value, "application/pdf");
        assert_eq!(read.extended("name").as_deref(), Some("Quyết đinh; 15.pdf"));
        assert!(!read.odd);
        let latin = Parameters::read(b"attachment; filename*=iso-8859-1''caf%E9.pdf");
        assert_eq!(latin.readings("filename"), ["café.pdf"]);
    }

    #[test]
    fn encoded_words_in_quotes_are_decoded_although_forbidden() {
        let read = Parameters::read(b"attachment; filename=\"=?utf-8?B?w6kucGRm?=\"");
        assert_eq!(read.readings("filename"), ["é.pdf"]);
    }

    #[test]
    fn a_missing_section_ends_the_value_and_a_doubled_one_is_odd() {
        let gap = Parameters::read(b"a; name*0=x; name*2=z");
        assert_eq!(gap.extended("name").as_deref(), Some("x"));
        assert!(Parameters::read(b"a; name*0=x; name*0=z").odd);
        assert!(Parameters::read(b"a; name*4294967296=x").odd);
    }

    #[test]
    fn an_open_quote_or_nul_is_odd_and_nothing_panics() {
        assert!(Parameters::read(b"a/b; boundary=\"x").odd);
        assert!(Parameters::read(b"a/b; boundary=x\0y").odd);
        for octets in [&b""[..], b";", b"=", b";=;", b"(", b")", b"\\", b"a;*=", b"a;**=x", b"\"\\"] {
            let _ = Parameters::read(octets);
        }
    }
}
