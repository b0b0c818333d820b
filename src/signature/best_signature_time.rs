//! Best-signature-time (EN 319 102-1, 5.5.4): the earliest moment at which a signature is proven to exist, and whether a
//! conclusion may rest on it.

use crate::time::UnixTime;

use super::conclusion::{Doubt, TimeSource};
use super::existence::Existence;
use super::timestamp::Timestamp;
use super::timestamp_validation::Proof;

/// A moment, and what proves it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Proven {
    pub(super) time: UnixTime,
    pub(super) source: TimeSource,
}

impl Proven {
    /// What received it proves.
    pub(super) fn receipt(at: UnixTime) -> Self {
        Self { time: at, source: TimeSource::Receipt }
    }

    /// A token says so, not the receipt.
    pub(super) fn by_token(self) -> bool {
        self.source != TimeSource::Receipt
    }
}

/// The moments of one signature that ends at `end`.
pub(super) struct Moments {
    /// The earliest one that may be relied on.
    pub(super) sound: Proven,
    /// An earlier one, of an authority of which it is not known whether it was revoked.
    pub(super) open: Option<Proven>,
}

impl Moments {
    /// From the tokens over the signature, those over the document, and the receipt.
    pub(super) fn of(tokens: &[Timestamp], end: Option<u64>, existence: &Existence, at: UnixTime) -> Self {
        let covering = end.and_then(|end| end.checked_add(1));
        let own = |open: bool| {
            let proves = move |token: &&Timestamp| match token.proof() {
                Proof::Sound => true,
                Proof::Open(_) => open,
                Proof::None(_) => false,
            };
            tokens.iter().filter(proves).filter_map(Timestamp::latest).min()
        };
        let pick = |own: Option<UnixTime>, document: Option<UnixTime>| {
            let own = own.map(|time| Proven { time, source: TimeSource::SignatureTimestamp });
            let document = document.map(|time| Proven { time, source: TimeSource::DocumentTimestamp });
            own.into_iter().chain(document).filter(|one| one.time < at).min_by_key(|one| one.time)
        };
        let sound = pick(own(false), covering.and_then(|end| existence.proven(end)));
        let sound = sound.unwrap_or_else(|| Proven::receipt(at));
        let open = pick(own(true), covering.and_then(|end| existence.told(end)));
        Self { sound, open: open.filter(|open| open.time < sound.time) }
    }
}

/// Why a moment may not be relied on, in the words of a conclusion.
pub(super) fn doubt_of(tokens: &[Timestamp], open: Proven) -> Doubt {
    let own = tokens.iter().find(|token| token.latest() == Some(open.time));
    match own.map(Timestamp::proof) {
        Some(Proof::Open(Doubt::Expired)) => Doubt::Expired,
        _ => Doubt::Authority,
    }
}

/// What writing local time as if it were UTC makes of it: Viet Nam is seven hours ahead. Some minutes lie between the
/// signer's clock and that of the authority.
const SHIFT: i64 = 7 * 3600;
const AROUND: u64 = 900;

/// Whether a claimed time is seven hours off from one that an authority states.
pub(super) fn is_shifted(claimed: UnixTime, stated: UnixTime) -> bool {
    let off = claimed.seconds().saturating_sub(stated.seconds());
    off.unsigned_abs().abs_diff(SHIFT.unsigned_abs()) <= AROUND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_hours_off_in_either_direction_is_a_shift_and_an_hour_or_a_day_is_none() {
        let stated = UnixTime::from_seconds(1_536_829_668);
        for off in [7 * 3600, 7 * 3600 + 18, 7 * 3600 - 899, -7 * 3600] {
            assert!(is_shifted(stated.plus(off), stated), "{off}");
        }
        for off in [0, 18, 3600, 6 * 3600, 8 * 3600, 86_400, i64::MAX] {
            assert!(!is_shifted(stated.plus(off), stated), "{off}");
        }
    }
}
