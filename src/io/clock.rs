//! The gateway's own clock.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::time::UnixTime;

/// Now, in whole seconds.
#[must_use]
pub fn now() -> UnixTime {
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    };
    UnixTime::from_seconds(seconds)
}
