//! What crosses from reader to judge: one octet of version, then the dossier (postcard). What comes back is as
//! untrusted as the mail it was read from.

use crate::dossier::Dossier;

/// Changed whenever the shape of a [`Dossier`] changes, so that a worker of another build is refused, not misread.
const VERSION: u8 = 1;

/// Why an encoding cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WireError {
    /// The octets are no dossier.
    Malformed,
    /// Another version wrote it.
    Version(Option<u8>),
}

pub fn encode(dossier: &Dossier) -> Result<Vec<u8>, WireError> {
    postcard::to_extend(dossier, vec![VERSION]).map_err(|_| WireError::Malformed)
}

pub fn decode(octets: &[u8]) -> Result<Dossier, WireError> {
    match octets.split_first() {
        Some((&VERSION, rest)) => match postcard::take_from_bytes(rest) {
            Ok((dossier, [])) => Ok(dossier),
            Ok(_) | Err(_) => Err(WireError::Malformed),
        },
        other => Err(WireError::Version(other.map(|(version, _)| *version))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::dossier::examine;
    use crate::message::{Envelope, Message};

    #[test]
    fn a_dossier_comes_through_and_another_version_does_not() {
        let message = Message::parse(Envelope::default(), b"From: a@b.vn\r\n\r\nhello".to_vec());
        let dossier = examine(&message, &mut Budget::for_message()).dossier;
        let mut octets = encode(&dossier).unwrap();
        assert_eq!(decode(&octets).unwrap().documents.len(), dossier.documents.len());
        octets[0] = VERSION + 1;
        assert_eq!(decode(&octets).unwrap_err(), WireError::Version(Some(VERSION + 1)));
        assert_eq!(decode(&[]).unwrap_err(), WireError::Version(None));
    }

    #[test]
    fn octets_after_a_dossier_are_refused() {
        let message = Message::parse(Envelope::default(), b"\r\n".to_vec());
        let mut octets = encode(&examine(&message, &mut Budget::for_message()).dossier).unwrap();
        octets.push(0);
        assert_eq!(decode(&octets).unwrap_err(), WireError::Malformed);
    }

    #[test]
    fn garbage_is_malformed_and_never_a_panic() {
        for length in 0..64 {
            let garbage: Vec<u8> = (0..length).map(|i| if i == 0 { VERSION } else { 0xff }).collect();
            let _ = decode(&garbage);
        }
    }
}
