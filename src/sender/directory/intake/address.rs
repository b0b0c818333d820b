//! Addresses as people write them for people. What has one meaning is taken; everything else is named, never guessed.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use super::super::row::turns;
use super::sheet::Cell;
use crate::message::Mailbox;
use crate::message::name::{clean, is_hidden};

/// Why a cell gives no address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AddressFault {
    /// There is nothing in it.
    Empty,
    /// The cell is longer than any address.
    Cut,
    /// A character turns the direction of text: what one sees is not what is there.
    Direction,
    /// The page's own script writes the address; it does not stand in the page.
    Hidden,
    /// The link says another address than its text.
    LinkDiffers {
        /// The address of the link.
        link: String,
    },
    /// Something with an `@` that is no address in plain syntax.
    NotAMailbox(String),
    /// Words stand beside the address, or in it.
    Words(String),
}

/// More addresses than this share no cell.
const MOST: usize = 16;
/// Shown of what is refused.
const SHOWN: usize = 80;
/// Words that stand before an address, folded, without their colon.
const LABELS: [&str; 7] =
    ["email", "e-mail", "mail", "hop thu", "thu dien tu", "dia chi thu dien tu", "hop thu dien tu"];
/// Written in place of `@`. Without brackets only a word of its own counts, and only once.
const AT: [&str; 10] = ["[at]", "(at)", "{at}", "<at>", "[@]", "(@)", "[a còng]", "(a còng)", "[a cong]", "(a cong)"];
/// Written in place of the full stop.
const DOT: [&str; 9] = ["[dot]", "(dot)", "{dot}", "<dot>", "[.]", "(.)", "[chấm]", "(chấm)", "[cham]"];

/// The addresses of a cell, each once, in its order.
pub(super) fn addresses(cell: &Cell) -> Result<Vec<Mailbox>, AddressFault> {
    if cell.is_cut || cell.links.len() > MOST {
        return Err(AddressFault::Cut);
    }
    let linked = cell.links.iter().map(|link| written(link));
    let linked: Vec<Mailbox> = linked.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let found = match written(&cell.text) {
        // "Write to us" with a link, or an address that only a script shows.
        Err(AddressFault::Empty | AddressFault::Hidden | AddressFault::Words(_))
            if !linked.is_empty() && !cell.text.contains('@') =>
        {
            return Ok(once(linked));
        }
        found => found?,
    };
    match linked.iter().find(|link| !found.contains(link)) {
        Some(link) => Err(AddressFault::LinkDiffers { link: link.to_string() }),
        None => Ok(once(found)),
    }
}

/// The addresses of a text.
pub(super) fn written(text: &str) -> Result<Vec<Mailbox>, AddressFault> {
    if text.chars().any(turns) {
        return Err(AddressFault::Direction);
    }
    let plain = plain(text);
    if plain.is_empty() {
        return Err(AddressFault::Empty);
    }
    if !plain.contains('@') {
        let folded = super::columns::folded(&plain);
        let veiled = ["protected", "duoc bao ve", "javascript"].iter().any(|word| folded.contains(word));
        return Err(if veiled { AddressFault::Hidden } else { AddressFault::Words(shown(&plain)) });
    }
    let mut found = Vec::new();
    for piece in plain.split([';', ',', '\n', '|']).flat_map(split_at_words) {
        let piece = unlabelled(&piece);
        if piece.is_empty() {
            continue;
        }
        if !piece.contains('@') {
            return Err(AddressFault::Words(shown(piece)));
        }
        found.extend(words_of(piece)?);
        if found.len() > MOST {
            return Err(AddressFault::Cut);
        }
    }
    if found.is_empty() { Err(AddressFault::Empty) } else { Ok(found) }
}

/// Without what is not seen, with the signs that stand for `@` and the full stop replaced.
fn plain(text: &str) -> String {
    let seen = text.chars().filter(|c| *c == '\n' || *c == '\r' || *c == '\t' || !is_hidden(*c));
    let mut plain: String = seen
        .map(|c| match c {
            '\u{ff20}' | '\u{fe6b}' => '@', // forms of the same sign (UAX 15)
            '\r' => '\n',
            c if c.is_whitespace() && c != '\n' => ' ',
            c => c,
        })
        .nfc()
        .collect();
    for (signs, meant) in [(&AT[..], "@"), (&DOT[..], ".")] {
        for sign in signs {
            plain = replaced(&plain, sign, meant);
        }
    }
    plain.trim().to_owned()
}

/// Every `sign`, in any case, with the blanks around it, replaced.
fn replaced(text: &str, sign: &str, meant: &str) -> String {
    if !text.contains(['[', '(', '{', '<']) {
        return text.to_owned();
    }
    // Lower case keeps the length of what the signs are made of; where it does not, nothing is found.
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return text.to_owned();
    }
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (at, _) in lower.match_indices(sign) {
        let Some(before) = text.get(from..at) else { continue };
        out.push_str(before.trim_end_matches(' '));
        out.push_str(meant);
        let behind = text.get(at + sign.len()..).unwrap_or_default();
        from = text.len() - behind.trim_start_matches(' ').len();
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Two addresses with "or", "and", or a lone stroke between them.
fn split_at_words(piece: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for word in piece.split(' ').filter(|word| !word.is_empty()) {
        if matches!(word.to_lowercase().as_str(), "và" | "hoặc" | "and" | "or" | "/" | "-" | "&") {
            out.push(String::new());
        } else if let Some(last) = out.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    out
}

/// Without "Email:" before it.
fn unlabelled(piece: &str) -> &str {
    let piece = piece.trim();
    match piece.split_once(':') {
        Some((label, rest))
            if LABELS.contains(&super::columns::folded(label).as_str()) || label.eq_ignore_ascii_case("mailto") =>
        {
            rest.trim()
        }
        _ => piece,
    }
}

/// Addresses with blanks between them, or one with blanks around its `@`.
fn words_of(piece: &str) -> Result<Vec<Mailbox>, AddressFault> {
    let words: Vec<&str> = piece.split(' ').filter(|word| !word.is_empty()).collect();
    if let [local, at, domain] = words[..]
        && at == "@"
        && !local.contains('@')
        && !domain.contains('@')
    {
        return Ok(vec![parse(&format!("{local}@{domain}"))?]);
    }
    if let [one, two] = words[..]
        && (one.ends_with('@') || two.starts_with('@'))
        && piece.matches('@').count() == 1
    {
        return Ok(vec![parse(&format!("{one}{two}"))?]);
    }
    if let Some(word) = words.iter().find(|word| !word.contains('@')) {
        return Err(AddressFault::Words(shown(word)));
    }
    words.into_iter().map(parse).collect()
}

fn parse(word: &str) -> Result<Mailbox, AddressFault> {
    let bare =
        word.trim_start_matches(['<', '(', '"', '“', '\'']).trim_end_matches(['>', ')', '"', '”', '\'', '.', ':']);
    Mailbox::parse(bare).map_err(|_| AddressFault::NotAMailbox(shown(word)))
}

fn once(mut found: Vec<Mailbox>) -> Vec<Mailbox> {
    let mut seen = std::collections::HashSet::new();
    found.retain(|mailbox| seen.insert(mailbox.clone()));
    found
}

fn shown(text: &str) -> String {
    clean(text, SHOWN)
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no address in it"),
            Self::Cut => f.write_str("longer than any address"),
            Self::Direction => f.write_str("a character turns the direction of the text"),
            Self::Hidden => f.write_str("the address is written by a script of the page, it does not stand in it"),
            Self::LinkDiffers { link } => write!(f, "the link says {link}, its text another address"),
            Self::NotAMailbox(found) => write!(f, "no address in plain syntax: {found:?}"),
            Self::Words(found) => write!(f, "words beside the address, or none at all: {found:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, AddressFault> {
        written(text).map(|found| found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_has_one_meaning_is_taken() {
        for text in [
            "vanthu@tuyenquang.gov.vn",
            "  VanThu@TuyenQuang.gov.vn. ",
            "Email: vanthu@tuyenquang.gov.vn",
            "Hộp thư: <vanthu@tuyenquang.gov.vn>",
            "mailto:vanthu@tuyenquang.gov.vn",
            "vanthu [at] tuyenquang.gov.vn",
            "vanthu(AT)tuyenquang [dot] gov [dot] vn",
            "vanthu [a còng] tuyenquang.gov.vn",
            "vanthu @ tuyenquang.gov.vn",
            "vanthu @tuyenquang.gov.vn",
            "vanthu＠tuyenquang.gov.vn",
            "van\u{200b}thu@tuyen\u{ad}quang.gov.vn\u{feff}",
        ] {
            assert_eq!(read(text).unwrap(), ["vanthu@tuyenquang.gov.vn"], "{text:?}");
        }
        for text in ["a@b.vn; c@b.vn", "a@b.vn\nc@b.vn", "a@b.vn hoặc c@b.vn", "a@b.vn / c@b.vn", "a@b.vn c@b.vn"] {
            assert_eq!(read(text).unwrap(), ["a@b.vn", "c@b.vn"], "{text:?}");
        }
    }

    #[test]
    fn what_has_none_or_several_is_named() {
        assert_eq!(read("  \u{200b}"), Err(AddressFault::Empty));
        assert!(matches!(read("0207.3822456"), Err(AddressFault::Words(_))));
        assert!(matches!(read("Địa chỉ email này được bảo vệ từ spam bots"), Err(AddressFault::Hidden)));
        assert!(matches!(read("liên hệ vanthu @x.vn"), Err(AddressFault::Words(_))));
        assert!(matches!(read("van thu@x.vn"), Err(AddressFault::Words(_))));
        assert!(matches!(read("vanthu at x.vn"), Err(AddressFault::Words(_))));
        assert!(matches!(read("a@b@c.vn"), Err(AddressFault::NotAMailbox(_))));
        assert!(matches!(read("a@x"), Err(AddressFault::NotAMailbox(_))));
        assert_eq!(read("a@b.vn\u{202e}"), Err(AddressFault::Direction));
        assert!(matches!(read("a@b.vn, ĐT: 0207"), Err(AddressFault::Words(_))));
    }

    #[test]
    fn a_link_and_its_text_say_the_same_or_nothing_is_taken() {
        let cell = |text: &str, link: &str| Cell { text: text.to_owned(), links: vec![link.to_owned()], is_cut: false };
        assert_eq!(addresses(&cell("Gửi thư", "a@b.vn")).unwrap().len(), 1);
        assert_eq!(addresses(&cell("[email protected]", "a@b.vn")).unwrap().len(), 1);
        assert_eq!(addresses(&cell("A@b.vn", "a@B.vn")).unwrap().len(), 1);
        assert!(matches!(addresses(&cell("a@b.vn", "evil@b.vn")), Err(AddressFault::LinkDiffers { .. })));
        assert!(matches!(addresses(&cell("Gửi thư", "a b")), Err(AddressFault::Words(_))));
    }

    #[test]
    fn hostile_cells_cost_their_length() {
        assert_eq!(addresses(&Cell { is_cut: true, ..Cell::default() }), Err(AddressFault::Cut));
        assert_eq!(read(&"a@b.vn ".repeat(500)), Err(AddressFault::Cut));
        let _ = read(&"[at]İ".repeat(900));
        let _ = read(&"(at) ".repeat(900));
    }
}
