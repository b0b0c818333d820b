//! Dates of the lists in the drop folder. Parsing megabytes for each message would cost; the folder hands out the same
//! octets until a file changes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::time::UnixTime;
use crate::x509::Crl;

/// As many as the folder has files, at most.
const REMEMBERED: usize = 1000;

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

type Remembered = Vec<(Arc<[u8]>, Option<Made>)>;

/// What was read of the folder's lists. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct FolderDates {
    remembered: Arc<Mutex<Remembered>>,
}

impl FolderDates {
    /// The dates of a list; `None` when it is none.
    pub(super) async fn of(&self, octets: &Arc<[u8]>) -> Option<Made> {
        if let Some((_, made)) = self.remembered(octets) {
            return made;
        }
        let list = Arc::clone(octets);
        let made = tokio::task::spawn_blocking(move || {
            let crl = Crl::parse(&list).ok()?;
            Some(Made { this_update: crl.this_update(), next_update: crl.next_update() })
        });
        let made = made.await.ok().flatten();
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        // Octets that only this memory holds are those of files that have gone.
        remembered.retain(|(octets, _)| Arc::strong_count(octets) > 1);
        if remembered.len() < REMEMBERED {
            remembered.push((Arc::clone(octets), made));
        }
        made
    }

    fn remembered(&self, octets: &Arc<[u8]>) -> Option<(Arc<[u8]>, Option<Made>)> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.iter().find(|(known, _)| Arc::ptr_eq(known, octets)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::testing::{CrlDraft, NOW, Party};

    #[tokio::test]
    async fn a_list_is_read_once_and_let_go_with_its_file() {
        let dates = FolderDates::default();
        let octets: Arc<[u8]> = CrlDraft::new(&Party::new("CA", 1)).der().into();
        let made = dates.of(&octets).await.unwrap();
        assert_eq!(dates.remembered(&octets).unwrap().1, Some(made));
        drop(octets);
        assert_eq!(dates.of(&Arc::from(&b"no list"[..])).await, None);
        assert_eq!(dates.remembered.lock().unwrap().len(), 1);
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
