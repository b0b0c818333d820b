//! Durations into the figures that are shown.

use std::time::Duration;

/// Measured durations, sorted.
pub struct Figures(Vec<Duration>);

impl Figures {
    pub fn new(mut measured: Vec<Duration>) -> Self {
        assert!(!measured.is_empty(), "nothing was measured");
        measured.sort_unstable();
        Self(measured)
    }

    pub fn median(&self) -> Duration {
        self.percentile(50)
    }

    /// The smallest duration that `percent` of all do not pass.
    pub fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0[rank - 1]
    }
}

/// Milliseconds with two digits.
pub fn milliseconds(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1000.0)
}
