//! Delimiter lines of the multiparts that are open (RFC 2046, 5.1.1).

use memchr::{memchr, memmem};

use super::entity::trim_line_end;

/// A container that is open while its parts are read.
#[derive(Debug)]
pub(super) struct Frame {
    /// `None` for message/rfc822, which ends where the multipart around it goes on.
    pub boundary: Option<Vec<u8>>,
    pub kind: FrameKind,
    /// Its closing delimiter was seen.
    pub closed: bool,
    /// Parts so far.
    pub parts: u32,
    /// Which message the parts belong to; inline pictures are looked for in the same one.
    pub scope: u32,
    pub nested: bool,
    /// The part in which the first document stands, of a multipart/alternative.
    pub branch: Option<u32>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum FrameKind {
    Alternative,
    Digest,
    Message,
    Other,
    Signed,
}

/// A delimiter line found.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Delimiter {
    /// Index of its multipart among the open frames.
    pub frame: usize,
    pub close: bool,
    /// Where the content before it ends: the line end before a delimiter belongs to it.
    pub content_end: usize,
    /// Where the next line begins.
    pub next: usize,
}

/// What a line is to the open multiparts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Match {
    pub frame: usize,
    pub close: bool,
    /// Readers differ: the line carries more than a delimiter, or more than one boundary fits.
    pub odd: bool,
}

/// Which delimiter a line is. RFC 2046 asks to compare the beginning only; most readers want the whole line. An exact
/// line wins, else the longest boundary that it begins with; where the two would differ the match is odd.
pub(super) fn match_line(frames: &[Frame], line: &[u8]) -> Option<Match> {
    let text = line.strip_prefix(b"--")?;
    let mut best: Option<(bool, usize, Match)> = None;
    let mut fitting = 0;
    #[cfg(test)]
    work::add(frames.len());
    // From the inside out, so that of equals the innermost stays.
    for (frame, boundary) in frames.iter().enumerate().rev().filter_map(|(n, f)| Some((n, f.boundary.as_deref()?))) {
        let Some(rest) = text.strip_prefix(boundary) else { continue };
        fitting += 1;
        let (close, rest) = rest.strip_prefix(b"--").map_or((false, rest), |rest| (true, rest));
        let exact = rest.trim_ascii().is_empty();
        let found = (exact, boundary.len(), Match { frame, close, odd: !exact });
        if best.as_ref().is_none_or(|(was_exact, len, _)| (exact, boundary.len()) > (*was_exact, *len)) {
            best = Some(found);
        }
    }
    best.map(|(_, _, found)| Match { odd: found.odd || fitting > 1, ..found })
}

/// Finds the next delimiter line at or after `from`, which is the start of a line.
pub(super) fn next(octets: &[u8], from: usize, frames: &[Frame]) -> Option<(Delimiter, bool)> {
    if frames.iter().all(|frame| frame.boundary.is_none()) {
        return None;
    }
    let mut at = from;
    // Line by line would do; but a line that begins otherwise is no delimiter, and nearly all are lines of base64.
    while let Some(line) = dashed(octets, at) {
        let end = memchr(b'\n', &octets[line..]).map_or(octets.len(), |n| line + n + 1);
        #[cfg(test)]
        work::add(1);
        if let Some(found) = match_line(frames, trim_line_end(&octets[line..end])) {
            let content = trim_line_end(octets.get(from..line).unwrap_or_default()).len();
            let delimiter =
                Delimiter { frame: found.frame, close: found.close, content_end: from + content, next: end };
            return Some((delimiter, found.odd));
        }
        at = end;
    }
    None
}

/// Where the next line with two dashes begins, at or after `at`, which is the start of a line.
fn dashed(octets: &[u8], at: usize) -> Option<usize> {
    let rest = octets.get(at..)?;
    if rest.starts_with(b"--") {
        return Some(at);
    }
    memmem::find(rest, b"\n--").map(|end| at + end + 1)
}

/// Counts lines looked at and boundaries compared, so that tests see work that grows too fast without a clock.
#[cfg(test)]
pub(super) mod work {
    use std::cell::Cell;

    thread_local!(static DONE: Cell<usize> = const { Cell::new(0) });

    pub fn add(count: usize) {
        DONE.set(DONE.get() + count);
    }

    /// What was done on this thread since it was last asked.
    pub fn take() -> usize {
        DONE.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(boundaries: &[&str]) -> Vec<Frame> {
        let frame = |b: &&str| Frame {
            boundary: Some(b.as_bytes().to_vec()),
            kind: FrameKind::Other,
            closed: false,
            parts: 0,
            scope: 0,
            nested: false,
            branch: None,
        };
        boundaries.iter().map(frame).collect()
    }

    #[test]
    fn an_exact_line_wins_over_a_longer_or_inner_beginning_but_is_odd_then() {
        let open = frames(&["a", "ab"]);
        assert_eq!(match_line(&open, b"--ab"), Some(Match { frame: 1, close: false, odd: true }));
        assert_eq!(match_line(&open, b"--a"), Some(Match { frame: 0, close: false, odd: false }));
        assert_eq!(match_line(&open, b"--a-- "), Some(Match { frame: 0, close: true, odd: false }));
        assert_eq!(match_line(&open, b"--abc"), Some(Match { frame: 1, close: false, odd: true }));
        assert_eq!(match_line(&open, b"--x"), None);
        assert_eq!(match_line(&frames(&["a", "a"]), b"--a").map(|m| (m.frame, m.odd)), Some((1, true)));
    }

    #[test]
    fn the_first_line_that_is_a_delimiter_is_found_as_if_each_line_were_looked_at() {
        let frames = frames(&["b"]);
        let slow = |octets: &[u8]| {
            let mut at = 0;
            for line in octets.split_inclusive(|octet| *octet == b'\n') {
                if match_line(&frames, trim_line_end(line)).is_some() {
                    return Some(at + line.len());
                }
                at += line.len();
            }
            None
        };
        let mail = b"x--b\n-\n--\n\r--b\n---b\n\n\n--c\n--b--\r\n--b\n--b";
        for (from, to) in (0..mail.len()).flat_map(|from| (from..=mail.len()).map(move |to| (from, to))) {
            let piece = &mail[from..to];
            assert_eq!(next(piece, 0, &frames).map(|(delimiter, _)| delimiter.next), slow(piece), "{from}..{to}");
        }
    }

    #[test]
    fn the_line_end_before_a_delimiter_belongs_to_it() {
        let (found, odd) = next(b"x\r\n\r\n--a\r\ny", 0, &frames(&["a"])).unwrap();
        assert_eq!(found, Delimiter { frame: 0, close: false, content_end: 3, next: 10 });
        assert!(!odd);
    }
}
