//! One answer that is kept, and until when it is taken for the newest.

use std::sync::Arc;
use std::time::Duration;

use crate::digest::{Digested, Sha256};
use crate::evidence::Piece;
use crate::io::fetch::Validators;
use crate::time::UnixTime;

use super::dates::Dates;

/// An answer whose signature was not verified here (an indirect list, a responder of its own) is asked for again after
/// so many seconds: whoever can put something into a plain connection must not put it there for long.
pub const UNPROVEN: i64 = 600;
/// An answer that brought nothing newer although it was due is asked for again after so many seconds.
pub const RETRY: i64 = 300;
/// A clock that went back by more than this many seconds makes everything due that was taken "later".
const CLOCK_STEP: i64 = 60;
/// A list that no message asked for in so many seconds (a month) is no longer fetched ahead.
const IN_USE: i64 = 30 * 86_400;

/// What is asked, and where: what an answer is kept under.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Inquiry {
    /// The address, as certificates write it.
    pub address: Arc<str>,
    /// The issuer's name, DER.
    pub issuer: Arc<[u8]>,
    /// The issuer's key, SubjectPublicKeyInfo in DER.
    pub key: Arc<[u8]>,
    /// Serial number of the certificate whose status is asked; `None` for a list.
    pub serial: Option<Arc<[u8]>>,
}

impl Inquiry {
    /// Whether a list is asked for.
    #[must_use]
    pub fn is_crl(&self) -> bool {
        self.serial.is_none()
    }

    /// Digest of all that it is, each part with its length.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        let mut octets = Vec::new();
        let serial = self.serial.as_deref();
        for part in [self.address.as_bytes(), &self.issuer, &self.key, serial.unwrap_or_default()] {
            octets.extend_from_slice(&part.len().to_be_bytes());
            octets.extend_from_slice(part);
        }
        octets.push(u8::from(serial.is_some()));
        Sha256::of(&octets)
    }
}

/// An answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    /// As they came. Shared by all messages.
    pub octets: Digested,
    /// When they came.
    pub taken: UnixTime,
    /// When the address last said that they are the newest.
    pub asked: UnixTime,
    /// From when on they are asked for again.
    pub again: UnixTime,
    /// When a message last wanted them.
    pub used: UnixTime,
    /// What they say of themselves, when the issuer's key signed them.
    pub dates: Option<Dates>,
    /// To ask with next time.
    pub validators: Validators,
}

impl Record {
    /// An answer that came at `now`.
    #[must_use]
    pub fn new(
        octets: Digested,
        dates: Option<Dates>,
        validators: Validators,
        now: UnixTime,
        ask_again: Duration,
    ) -> Self {
        let mut record = Self { octets, taken: now, asked: now, again: now, used: now, dates, validators };
        record.confirmed(now, ask_again);
        record
    }

    /// It is the newest at `now`.
    pub(super) fn confirmed(&mut self, now: UnixTime, ask_again: Duration) {
        let most = i64::try_from(ask_again.as_secs()).unwrap_or(i64::MAX);
        let seconds = match &self.dates {
            None => UNPROVEN.min(most),
            Some(Dates { next_update: None, .. }) => most,
            Some(Dates { next_update: Some(next), .. }) => {
                // Past its nextUpdate: the CA is late, and is not asked for each message.
                next.seconds().saturating_sub(now.seconds()).clamp(RETRY.min(most), most)
            }
        };
        self.asked = now;
        self.again = now.plus(seconds);
    }

    /// Whether it need not be asked for. A clock that went back makes nothing fresh for ever.
    #[must_use]
    pub fn is_fresh(&self, now: UnixTime) -> bool {
        now < self.again && self.asked.seconds() <= now.seconds().saturating_add(CLOCK_STEP)
    }

    /// Whether it is newer than `other`, by its number or its date; only where a key vouches for it.
    #[must_use]
    pub(super) fn outdoes(&self, other: &Self) -> bool {
        match (&self.dates, &other.dates) {
            (Some(own), Some(others)) => own.is_newer_than(others),
            // It is asked for again in minutes; until it is no longer valid the proven one stays.
            (Some(own), None) => own.next_update.is_some_and(|next| other.taken < next),
            (None, _) => false,
        }
    }

    pub(super) fn is_in_use(&self, now: UnixTime) -> bool {
        now.seconds().saturating_sub(self.used.seconds()) < IN_USE
    }

    /// When to ask for it ahead of its end: in the last quarter, each list at its own point, so that not all are asked
    /// for at once.
    pub(super) fn refresh_at(&self, inquiry: &Inquiry) -> UnixTime {
        let span = self.again.seconds().saturating_sub(self.asked.seconds()).max(0);
        let [scatter, ..] = inquiry.digest().as_bytes()[..] else { return self.again };
        let part = i64::from(scatter) + 768;
        self.asked.plus(span.saturating_mul(part) / 1024)
    }

    /// As evidence.
    #[must_use]
    pub fn piece(&self, inquiry: &Inquiry) -> Piece {
        Piece::new(self.octets.clone(), &*inquiry.address, Some(self.taken))
    }
}
