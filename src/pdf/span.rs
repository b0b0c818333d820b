//! A range of octets of the file.

use serde::{Deserialize, Serialize};

/// From `start` up to, not including, `end`; never runs backwards.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "(u64, u64)", into = "(u64, u64)")]
pub struct Span {
    start: u64,
    end: u64,
}

impl Span {
    /// The range between the two offsets; `None` when it would end before it begins.
    pub const fn new(start: u64, end: u64) -> Option<Self> {
        if end < start { None } else { Some(Self { start, end }) }
    }

    /// A range found by a reader that only moves forward; the end is raised where it would lie before the start.
    pub(super) fn found(start: usize, end: usize) -> Self {
        Self { start: start as u64, end: end.max(start) as u64 }
    }

    /// Offset of the first octet.
    pub const fn start(self) -> u64 {
        self.start
    }

    /// Offset after the last octet.
    pub const fn end(self) -> u64 {
        self.end
    }

    /// Number of octets.
    pub const fn length(self) -> u64 {
        self.end - self.start
    }

    /// The octets of `file` in this range; `None` where the file is shorter.
    pub fn of(self, file: &[u8]) -> Option<&[u8]> {
        file.get(usize::try_from(self.start).ok()?..usize::try_from(self.end).ok()?)
    }
}

impl TryFrom<(u64, u64)> for Span {
    type Error = &'static str;

    fn try_from((start, end): (u64, u64)) -> Result<Self, Self::Error> {
        Self::new(start, end).ok_or("range ends before it begins")
    }
}

impl From<Span> for (u64, u64) {
    fn from(span: Span) -> Self {
        (span.start, span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_never_runs_backwards_even_when_it_comes_from_a_worker() {
        assert_eq!(Span::new(5, 4), None);
        assert!(serde_json::from_str::<Span>("[5,4]").is_err());
        assert_eq!(serde_json::from_str::<Span>("[4,5]").unwrap(), Span::new(4, 5).unwrap());
    }
}
