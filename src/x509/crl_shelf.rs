//! Lists that were read already, kept between messages: reading a list of megabytes costs a hundred times as much as
//! asking it, and a gateway asks the same few lists all day.

use std::sync::{Arc, Mutex, PoisonError};

use super::crl::{Crl, CrlError};

/// Lists kept at most. An authority of a province meets ten to twenty CAs.
pub const MAX_SHELVED: usize = 64;
/// Octets kept at most; their indexes take less than as much again.
pub const MAX_SHELVED_OCTETS: usize = 128 << 20;

/// The lists last read, by their octets. It is for lists that were gathered: those that a document brings would push
/// the good ones off, at the will of whoever made it.
///
/// Nothing is believed because it lies here: a list is what its octets say, and its signature is asked for, and paid
/// for, by every message anew.
#[derive(Debug, Default)]
pub struct CrlShelf {
    /// The one used last comes first.
    held: Mutex<Vec<(Arc<[u8]>, Crl)>>,
}

impl CrlShelf {
    /// The list that these octets are, DER or PEM; read when it is not here.
    pub fn read(&self, octets: &Arc<[u8]>) -> Result<Crl, CrlError> {
        if let Some(crl) = self.find(octets) {
            return Ok(crl);
        }
        // Without the lock, so that one large list does not hold up who asks for another.
        let crl = Crl::parse_shared(octets)?;
        self.put(octets, &crl);
        Ok(crl)
    }

    /// Comparing octets is quicker than any digest of them, and mostly it is the same memory.
    fn find(&self, octets: &Arc<[u8]>) -> Option<Crl> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let at = held.iter().position(|(known, _)| Arc::ptr_eq(known, octets) || known == octets)?;
        held.get_mut(..=at)?.rotate_right(1);
        held.first().map(|(_, crl)| crl.clone())
    }

    fn put(&self, octets: &Arc<[u8]>, crl: &Crl) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(0, (Arc::clone(octets), crl.clone()));
        let mut sum = 0_usize;
        let kept = held.iter().take(MAX_SHELVED).take_while(|(octets, _)| {
            sum = sum.saturating_add(octets.len());
            sum <= MAX_SHELVED_OCTETS
        });
        let kept = kept.count();
        held.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Party, crl_der};
    use super::*;

    fn octets(serial: u8) -> Arc<[u8]> {
        Arc::from(crl_der(&Party::new("Root", 1), &[(serial, &[])], &[]))
    }

    #[test]
    fn a_list_is_read_once_however_its_octets_come() {
        let shelf = CrlShelf::default();
        let first = shelf.read(&octets(7)).unwrap();
        let again = shelf.read(&Arc::from(first.der().to_vec())).unwrap();
        // The same octets in the same memory: nothing was read again.
        assert!(std::ptr::eq(first.der(), again.der()));
        assert_ne!(shelf.read(&octets(8)).unwrap().fingerprint(), first.fingerprint());
        assert!(shelf.read(&Arc::from(&b"no list"[..])).is_err());
    }

    #[test]
    fn the_list_that_was_not_used_for_longest_goes_first() {
        let shelf = CrlShelf::default();
        let first = shelf.read(&octets(0)).unwrap();
        let second = shelf.read(&octets(1)).unwrap();
        let fill = |from: u8, to: u8| (from..to).for_each(|serial| drop(shelf.read(&octets(serial)).unwrap()));
        fill(2, 64);
        let is_here = |crl: &Crl| std::ptr::eq(shelf.read(&Arc::from(crl.der().to_vec())).unwrap().der(), crl.der());
        assert!(is_here(&first));
        fill(64, 65);
        assert!(is_here(&first));
        assert!(!is_here(&second));
    }

    #[test]
    fn the_shelf_holds_so_many_octets_and_no_more() {
        let shelf = CrlShelf::default();
        let text = |size: usize| {
            use base64::Engine as _;
            let der = base64::engine::general_purpose::STANDARD.encode(octets(7));
            // PEM may have anything before it.
            format!("{}-----BEGIN X509 CRL-----\n{der}\n-----END X509 CRL-----\n", " ".repeat(size))
        };
        for more in 0..4 {
            shelf.read(&Arc::from(text(MAX_SHELVED_OCTETS / 4 + more).into_bytes())).unwrap();
        }
        assert_eq!(shelf.held.lock().unwrap().len(), 3);
    }
}
