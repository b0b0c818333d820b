//! The history of a directory as it is written down, and the directory that it makes.
//!
//! Each change set is a link of a chain: its digest names what it opened and closed and everything before it. So one
//! digest in the log's entry stands for the directory with all its history, and rows that somebody altered afterwards
//! show themselves when they are read.

use std::fmt;

use super::change::{known_before, since};
use super::written::{self, WrittenFault};
use super::{Directory, Listing};
use crate::digest::Sha256;
use crate::time::UnixTime;

/// A change set as it is recorded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recorded {
    /// From when on it counts.
    pub known_from: UnixTime,
    /// When the portal was read for it.
    pub read_on: Option<UnixTime>,
    /// Digest of the directory after it.
    pub digest: Sha256,
}

/// A version of a listing as it is recorded.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// Place of the change set that opened it, from 0.
    pub opened: usize,
    /// Place of the change set that closed it.
    pub closed: Option<usize>,
    /// What [`Listing::write`] made of it.
    pub text: &'a str,
}

/// Why a history cannot be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HistoryFault {
    /// The record of this change set, from 0, does not match the listings that are there: one of both was altered.
    Altered(usize),
    /// A version, from 0, names a change set that is not there, or one that came before it.
    NoSuchChange(usize),
    /// A version, from 0, cannot be read.
    Unreadable(usize, WrittenFault),
}

/// What a link of the chain stands for.
pub(super) struct Link {
    pub before: Option<Sha256>,
    pub known_from: UnixTime,
    pub read_on: Option<UnixTime>,
    pub closed: Vec<Sha256>,
    pub opened: Vec<Sha256>,
}

impl Link {
    pub(super) fn digest(&self) -> Sha256 {
        let mut octets = Vec::with_capacity(80 + 32 * (self.closed.len() + self.opened.len()));
        octets.extend_from_slice(self.before.as_ref().map_or(&[0; 32][..], |before| before.as_bytes()));
        octets.extend_from_slice(&self.known_from.seconds().to_be_bytes());
        // Lengths and presence stand before what they speak of, so that no two links have the same octets.
        octets.push(u8::from(self.read_on.is_some()));
        octets.extend_from_slice(&self.read_on.map_or(0, UnixTime::seconds).to_be_bytes());
        for digests in [&self.closed, &self.opened] {
            octets.extend_from_slice(&u64::try_from(digests.len()).unwrap_or(u64::MAX).to_be_bytes());
            octets.extend(digests.iter().flat_map(|digest| *digest.as_bytes()));
        }
        Sha256::of(&octets)
    }
}

impl Directory {
    /// The directory that a history makes, and for each of its listings the place of the version that it was read from.
    pub fn read(changes: Vec<Recorded>, versions: &[Version<'_>]) -> Result<(Self, Vec<usize>), HistoryFault> {
        verify(&changes, versions)?;
        let counts_from = effective(&changes);
        let (mut listings, mut places) = (Vec::with_capacity(versions.len()), Vec::with_capacity(versions.len()));
        let mut reader = written::Reader::default();
        for (n, version) in versions.iter().enumerate() {
            let listing = reader.read(version.text).map_err(|fault| HistoryFault::Unreadable(n, fault))?;
            let time = |change: usize| counts_from.get(change).copied().ok_or(HistoryFault::NoSuchChange(n));
            let mut known = Some(since(time(version.opened)?));
            if let Some(closed) = version.closed {
                let at = time(closed)?;
                known = known.and_then(|known| known_before(&known, at, true));
            }
            if let Some(known) = known {
                listings.push(Listing { known, ..listing });
                places.push(n);
            }
        }
        Ok((Self::restored(listings, changes, None), places))
    }
}

/// Makes the chain again.
fn verify(changes: &[Recorded], versions: &[Version<'_>]) -> Result<(), HistoryFault> {
    let mut closed: Vec<Vec<Sha256>> = vec![Vec::new(); changes.len()];
    let mut opened = closed.clone();
    for (n, version) in versions.iter().enumerate() {
        let digest = Sha256::of(version.text.as_bytes());
        opened.get_mut(version.opened).ok_or(HistoryFault::NoSuchChange(n))?.push(digest);
        if let Some(place) = version.closed {
            let later = closed.get_mut(place).filter(|_| place > version.opened);
            later.ok_or(HistoryFault::NoSuchChange(n))?.push(digest);
        }
    }
    let mut before = None;
    for (n, ((change, closed), opened)) in changes.iter().zip(closed).zip(opened).enumerate() {
        let link = Link { before, known_from: change.known_from, read_on: change.read_on, closed, opened };
        if link.digest() != change.digest {
            return Err(HistoryFault::Altered(n));
        }
        before = Some(change.digest);
    }
    Ok(())
}

/// From when on each change counts. What is recorded later was not known earlier: where a clock was ahead of its time
/// for a while, a change counts from the next one at the latest.
pub(super) fn effective(changes: &[Recorded]) -> Vec<UnixTime> {
    let mut times: Vec<UnixTime> = changes.iter().map(|change| change.known_from).collect();
    let mut next: Option<UnixTime> = None;
    for time in times.iter_mut().rev() {
        *time = next.map_or(*time, |next| next.min(*time));
        next = Some(*time);
    }
    times
}

impl fmt::Display for HistoryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered(change) => write!(f, "change {change} of the directory was altered after it was recorded"),
            Self::NoSuchChange(version) => write!(f, "listing {version} names a change that is not there"),
            Self::Unreadable(version, fault) => write!(f, "listing {version} cannot be read: {fault}"),
        }
    }
}

impl std::error::Error for HistoryFault {}
