//! Delimiter lines of the multiparts that are open (RFC 2046, 5.1.1).

use memchr::memchr;

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
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum FrameKind {
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
    while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) {
        let end = memchr(b'\n', rest).map_or(octets.len(), |n| at + n + 1);
        #[cfg(test)]
        work::add(1);
        if rest.starts_with(b"--")
            && let Some(found) = match_line(frames, trim_line_end(&octets[at..end]))
        {
            let content = trim_line_end(octets.get(from..at).unwrap_or_default()).len();
            let delimiter =
                Delimiter { frame: found.frame, close: found.close, content_end: from + content, next: end };
            return Some((delimiter, found.odd));
        }
        at = end;
    }
    None
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
    fn the_line_end_before_a_delimiter_belongs_to_it() {
        let (found, odd) = next(b"x\r\n\r\n--a\r\ny", 0, &frames(&["a"])).unwrap();
        assert_eq!(found, Delimiter { frame: 0, close: false, content_end: 3, next: 10 });
        assert!(!odd);
    }
}
