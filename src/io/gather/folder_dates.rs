//! Dates of the lists in the drop folder, as far as the issuer's key signed them. To read and verify megabytes for each
//! message would cost; the folder hands out the same octets until a file changes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::io::cache::{Inquiry, inspect};
use crate::time::UnixTime;
use crate::x509::Crl;

/// As many as the folder has files, at most.
const REMEMBERED: usize = 1000;
/// More keys than any CA has generations.
const KEYS: usize = 16;

/// When a list was made, and when the next one is due.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Made {
    this_update: UnixTime,
    next_update: Option<UnixTime>,
}

impl Made {
    /// Whether a newer one need not be asked for: nextUpdate alone does not say so, since CAs publish lists long
    /// before it, and the next revocation stands in those.
    pub(super) fn is_fresh(self, now: UnixTime, ask_again: Duration) -> bool {
        let seconds = i64::try_from(ask_again.as_secs()).unwrap_or(i64::MAX);
        self.this_update <= now
            && now < self.this_update.plus(seconds)
            && self.next_update.is_some_and(|next| now < next)
    }
}

/// A list, held once, and what was found with each key that was asked with: CAs of several generations have one name.
#[derive(Debug)]
struct Seen {
    octets: Arc<[u8]>,
    by_key: Vec<(Vec<u8>, Option<Made>)>,
}

/// What was read of the folder's lists. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct FolderDates {
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl FolderDates {
    /// The dates of a list that speaks of all certificates of its issuer; `None` for any other, and when the holder of
    /// `key`, named `issuer`, did not sign it.
    pub(super) async fn of(&self, octets: &Arc<[u8]>, issuer: &[u8], key: &[u8], now: UnixTime) -> Option<Made> {
        if let Some((_, made)) = self.seen(octets, key) {
            return made;
        }
        let list = Arc::clone(octets);
        let inquiry = Inquiry { address: "".into(), issuer: issuer.into(), key: key.into(), serial: None };
        let dates = tokio::task::spawn_blocking(move || {
            let dates = inspect(&inquiry, &list, now).ok().flatten()?;
            is_whole(&list).then_some(dates)
        })
        .await;
        let dates = dates.ok().flatten();
        let made = dates.map(|dates| Made { this_update: dates.this_update, next_update: dates.next_update });
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Octets that only this memory holds are those of files that have gone.
        all.retain(|seen| Arc::strong_count(&seen.octets) > 1);
        let found = (key.to_vec(), made);
        let room = all.len() < REMEMBERED;
        match all.iter_mut().find(|seen| Arc::ptr_eq(&seen.octets, octets)) {
            Some(seen) if seen.by_key.len() < KEYS => seen.by_key.push(found),
            None if room => {
                all.push(Seen { octets: Arc::clone(octets), by_key: vec![found] });
            }
            Some(_) | None => {}
        }
        made
    }

    fn seen(&self, octets: &Arc<[u8]>, key: &[u8]) -> Option<(Vec<u8>, Option<Made>)> {
        let all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = all.iter().find(|seen| Arc::ptr_eq(&seen.octets, octets))?;
        seen.by_key.iter().find(|(known, _)| known == key).cloned()
    }
}

/// The object identifier of issuingDistributionPoint (RFC 5280, 5.2.5) as it stands in a list.
const ISSUING_POINT: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x1c];

/// Whether nothing limits what a list speaks of. One that is taken for limited by chance is fetched once too often,
/// while one for other certificates must not keep anybody from fetching the right one.
fn is_whole(octets: &[u8]) -> bool {
    let Ok(crl) = Crl::parse(octets) else { return false };
    !crl.is_delta() && memchr::memmem::find(crl.der(), ISSUING_POINT).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::Name;
    use crate::x509::testing::{CrlDraft, NOW, Party, extension};

    #[tokio::test]
    async fn a_list_is_read_once_for_each_key_and_let_go_with_its_file() {
        let (dates, party, next_generation) = (FolderDates::default(), Party::new("CA", 1), Party::new("CA", 2));
        let issuer = Name::from_text(&party.name).unwrap();
        let octets: Arc<[u8]> = CrlDraft::new(&party).der().into();
        let made = dates.of(&octets, issuer.der(), &party.spki(), NOW).await.unwrap();
        assert_eq!(dates.seen(&octets, &party.spki()).unwrap().1, Some(made));
        assert_eq!(dates.of(&octets, issuer.der(), &next_generation.spki(), NOW).await, None);
        drop(octets);
        let none: Arc<[u8]> = Arc::from(&b"no list"[..]);
        assert_eq!(dates.of(&none, issuer.der(), &party.spki(), NOW).await, None);
        assert_eq!(dates.seen.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_list_of_changes_or_of_some_certificates_keeps_nobody_from_fetching() {
        let (dates, party) = (FolderDates::default(), Party::new("CA", 1));
        let issuer = Name::from_text(&party.name).unwrap();
        let of_users_only = extension(28, true, &[0x30, 3, 0x81, 1, 0xff]);
        let delta = extension(27, true, &[2, 1, 1]);
        for limit in [of_users_only, delta] {
            let octets: Arc<[u8]> = CrlDraft { extensions: vec![limit], ..CrlDraft::new(&party) }.der().into();
            assert_eq!(dates.of(&octets, issuer.der(), &party.spki(), NOW).await, None);
        }
    }

    #[test]
    fn a_list_is_fresh_for_as_long_as_one_that_was_fetched() {
        let hour = Duration::from_hours(1);
        let made = Made { this_update: NOW, next_update: Some(NOW.plus(86_400)) };
        assert!(made.is_fresh(NOW.plus(3599), hour));
        assert!(!made.is_fresh(NOW.plus(3600), hour));
        assert!(!made.is_fresh(NOW.plus(-1), hour), "from the future");
        assert!(!Made { next_update: Some(NOW.plus(60)), ..made }.is_fresh(NOW.plus(60), hour));
        assert!(!Made { next_update: None, ..made }.is_fresh(NOW, hour));
    }
}
