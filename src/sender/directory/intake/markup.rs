//! HTML into pieces of text and tags, by the tokenisation rules of the HTML standard (13.2.5), as far as a table of
//! addresses needs them. One pass without a tree: the cost of a page is its length, whatever its author nests or repeats.
//!
//! Not here: foreign content (SVG, MathML) and the double escapes of scripts. What a script would write into a page is
//! not seen: a page that does that is downloaded by a person who sees it.

use mail_parser::decoders::html::add_html_token;

/// A piece of a page.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Piece<'p> {
    /// Character data, references not yet replaced.
    Text(&'p str),
    /// A start tag.
    Start(Tag<'p>),
    /// The name of an end tag, in lower case.
    End(String),
}

/// A start tag with the attributes that matter here; of one written twice the first counts (13.2.5.33).
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Tag<'p> {
    /// In lower case.
    pub name: String,
    attributes: Vec<(&'static str, &'p str)>,
}

impl<'p> Tag<'p> {
    /// The value of an attribute, references not yet replaced.
    pub fn attribute(&self, name: &str) -> Option<&'p str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// Attributes that are kept; all others are passed over, so a tag of a million of them costs its length.
const KEPT: [&str; 6] = ["colspan", "data-cfemail", "hidden", "href", "rowspan", "style"];
/// Elements whose content is no markup (13.1.2), up to their own end tag.
const RAW: [&str; 9] = ["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"];
/// No character reference in use has a longer name.
const LONGEST_REFERENCE: usize = 32;
/// Longer names are no elements.
const LONGEST_NAME: usize = 32;

/// Walks over a page.
pub(super) struct Pieces<'p> {
    page: &'p str,
    at: usize,
    /// Inside such an element.
    raw: Option<String>,
}

impl<'p> Pieces<'p> {
    pub fn of(page: &'p str) -> Self {
        Self { page, at: 0, raw: None }
    }

    /// Where the next piece begins, in octets.
    pub fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'p str {
        self.page.get(self.at..).unwrap_or_default()
    }

    /// Behind the next `end`, or at the end of the page.
    fn skip_past(&mut self, from: usize, end: &str) {
        let rest = self.page.get(from..).unwrap_or_default();
        self.at = rest.find(end).map_or(self.page.len(), |found| from + found + end.len());
    }

    /// What is no text: a tag, a comment, or something that is passed over. `None` where `<` is but a character.
    #[expect(clippy::option_option, reason = "no mark at all, or one that is passed over")]
    fn marked(&mut self) -> Option<Option<Piece<'p>>> {
        let rest = self.rest();
        let mut octets = rest.bytes().skip(1);
        match octets.next() {
            Some(b'!') if rest.starts_with("<!-->") => self.at += "<!-->".len(),
            Some(b'!') if rest.starts_with("<!--->") => self.at += "<!--->".len(),
            Some(b'!') if rest.starts_with("<!--") => self.comment(),
            Some(b'!' | b'?') => self.skip_past(self.at, ">"),
            Some(b'/') => match octets.next() {
                Some(letter) if letter.is_ascii_alphabetic() => {
                    self.at += 2;
                    return Some(self.tag().map(|tag| Piece::End(tag.name)));
                }
                Some(_) => self.skip_past(self.at, ">"),
                None => return None,
            },
            Some(letter) if letter.is_ascii_alphabetic() => {
                self.at += 1;
                let tag = self.tag();
                if let Some(tag) = &tag
                    && RAW.contains(&tag.name.as_str())
                {
                    self.raw = Some(tag.name.clone());
                }
                return Some(tag.map(Piece::Start));
            }
            _ => return None,
        }
        Some(None)
    }

    /// A comment ends with `-->` or `--!>` (13.2.5.50), whichever comes first.
    fn comment(&mut self) {
        let mut from = self.at + "<!--".len();
        loop {
            let rest = self.page.get(from..).unwrap_or_default();
            let Some(found) = rest.find("--") else {
                self.at = self.page.len();
                return;
            };
            let behind = rest.get(found + 2..).unwrap_or_default();
            if let Some(length) = [">", "!>"].iter().find(|end| behind.starts_with(**end)).map(|end| end.len()) {
                self.at = from + found + 2 + length;
                return;
            }
            from += found + 1;
        }
    }

    /// A tag from its name to its `>`; `None` where the page ends before it.
    fn tag(&mut self) -> Option<Tag<'p>> {
        let octets = self.page.as_bytes();
        let run = |from: usize, stop: &dyn Fn(u8) -> bool| {
            octets.get(from..).and_then(|rest| rest.iter().position(|o| stop(*o))).map_or(octets.len(), |n| from + n)
        };
        let ends_name = |o: u8| o.is_ascii_whitespace() || o == b'/' || o == b'>';
        let end = run(self.at, &ends_name);
        let written = self.page.get(self.at..end).unwrap_or_default();
        let name = if written.len() <= LONGEST_NAME { written.to_ascii_lowercase() } else { String::new() };
        let mut tag = Tag { name, attributes: Vec::new() };
        self.at = end;
        loop {
            self.at = run(self.at, &|o| !o.is_ascii_whitespace() && o != b'/');
            match octets.get(self.at) {
                None => return None,
                Some(b'>') => {
                    self.at += 1;
                    return Some(tag);
                }
                Some(_) => {}
            }
            // An equals sign at the beginning is part of the name (13.2.5.32).
            let name_end = run(self.at + 1, &|o| ends_name(o) || o == b'=');
            let name = self.page.get(self.at..name_end).unwrap_or_default();
            self.at = run(name_end, &|o| !o.is_ascii_whitespace());
            let mut value = "";
            if octets.get(self.at) == Some(&b'=') {
                self.at = run(self.at + 1, &|o| !o.is_ascii_whitespace());
                let quote = octets.get(self.at).copied().filter(|octet| matches!(octet, b'"' | b'\''));
                let (from, to, next) = if let Some(quote) = quote {
                    let end = run(self.at + 1, &|o| o == quote);
                    (self.at + 1, end, end + 1)
                } else {
                    let end = run(self.at, &|o| o.is_ascii_whitespace() || o == b'>');
                    (self.at, end, end)
                };
                value = self.page.get(from..to).unwrap_or_default();
                self.at = next.min(octets.len());
            }
            let kept = KEPT.into_iter().find(|kept| kept.eq_ignore_ascii_case(name));
            if let Some(kept) = kept.filter(|kept| tag.attribute(kept).is_none()) {
                tag.attributes.push((kept, value));
            }
        }
    }
}

impl<'p> Iterator for Pieces<'p> {
    type Item = Piece<'p>;

    fn next(&mut self) -> Option<Piece<'p>> {
        if let Some(name) = self.raw.take() {
            self.at = end_of_raw(self.page, self.at, &name);
        }
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return None;
            }
            if rest.starts_with('<') {
                match self.marked() {
                    Some(Some(piece)) => return Some(piece),
                    // Passed over, or a tag without end: then the page is over, too.
                    Some(None) => continue,
                    None => {}
                }
            }
            // A `<` that begins nothing is a character.
            let end = rest.bytes().skip(1).position(|o| o == b'<').map_or(rest.len(), |n| n + 1);
            self.at += end;
            return Some(Piece::Text(rest.get(..end).unwrap_or_default()));
        }
    }
}

/// Where `</name` stands next, or the end of the page.
fn end_of_raw(page: &str, from: usize, name: &str) -> usize {
    let octets = page.as_bytes();
    let mut at = from;
    while let Some(found) = octets.get(at..).and_then(|rest| memchr::memchr(b'<', rest)) {
        at += found;
        let end = at + 2 + name.len();
        let is_name = |slice: &[u8]| slice.starts_with(b"</") && slice[2..].eq_ignore_ascii_case(name.as_bytes());
        let ends = octets.get(end).is_none_or(|o| o.is_ascii_whitespace() || matches!(o, b'/' | b'>'));
        if octets.get(at..end).is_some_and(is_name) && ends {
            return at;
        }
        at += 1;
    }
    page.len()
}

/// Text with its character references replaced (13.2.5.72): by number, and by name with a semicolon.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.find('&').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        let name = from.bytes().skip(1).take(LONGEST_REFERENCE).take_while(|o| o.is_ascii_alphanumeric() || *o == b'#');
        let end = 1 + name.count();
        if from.as_bytes().get(end) == Some(&b';') {
            let (reference, behind) = from.split_at_checked(end + 1).unwrap_or((from, ""));
            add_html_token(&mut out, reference.as_bytes(), false);
            rest = behind;
        } else {
            out.push('&');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(page: &str) -> Vec<String> {
        Pieces::of(page)
            .map(|piece| match piece {
                Piece::Text(text) => unescaped(text),
                Piece::Start(tag) => {
                    format!("<{}{}>", tag.name, tag.attribute("href").map_or(String::new(), |h| format!(" {h}")))
                }
                Piece::End(name) => format!("</{name}>"),
            })
            .collect()
    }

    #[test]
    fn tags_attributes_and_references_are_read_as_browsers_do() {
        assert_eq!(
            said("<TD class=x HREF='a>b' href=c>S&#7903; Y t&#x1EBF; &agrave;&nbsp;&unknown; 1 < 2 & 3</TD>"),
            ["<td a>b>", "Sở Y tế à\u{a0}&unknown; 1 ", "< 2 & 3", "</td>"]
        );
        assert_eq!(said("<a/href=x>"), ["<a x>"]);
        assert_eq!(said("<br/><img a=\"b\"c>"), ["<br>", "<img>"]);
    }

    #[test]
    fn what_is_no_content_is_passed_over() {
        assert_eq!(said("a<!-- <td>x@y.vn</td> -->b"), ["a", "b"]);
        assert_eq!(said("a<!--> b --!> <!-- x --!>c"), ["a", " b --!> ", "c"]);
        assert_eq!(said("<!DOCTYPE html><?php ?></ x>a"), ["a"]);
        assert_eq!(said("<script>'<td>'</SCRIPT >b"), ["<script>", "</script>", "b"]);
        assert_eq!(said("<style>x</styles></style>"), ["<style>", "</style>"]);
    }

    #[test]
    fn a_page_that_breaks_off_ends_there() {
        for page in ["<", "</", "<a", "<a href='x", "<!--", "<!-", "<script>x", "a&", "&#", "<a b=", "<a b", "<é"] {
            let _ = said(page);
        }
        assert_eq!(said("a<b"), ["a"]);
        assert_eq!(said("a <é"), ["a ", "<é"]);
    }
}
