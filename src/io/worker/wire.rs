//! What crosses between the gateway and a reader: frames of a length, one octet of version, and a value (postcard).
//! What comes back is as untrusted as the mail it was read from.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::sandbox::Layers;
use crate::budget::Unpacking;
use crate::dossier::{Content, Found};
use crate::message::{FileKind, Layout};

/// Changed whenever the shape of what crosses changes, so that a worker of another build is refused, not misread.
const VERSION: u8 = 5;
/// Largest frame. A thousand signatures take a third of it; ten thousand parts of a message as much.
pub const FRAME: usize = 4 << 20;

/// The octets of an order are handed over in pieces of this length: small enough for a processor's cache.
pub(super) const PIECE: usize = 256 << 10;
/// Follows the order once for each piece, when that can be read.
pub(super) const WRITTEN: u8 = 1;

/// What a reader is asked to do, once. Its octets are written to its standard input, piece by piece.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Order {
    /// What the octets are.
    pub what: What,
    /// How many there are.
    pub octets: usize,
}

/// What a reader is given.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub enum What {
    /// A file on its own. Answered by [`Said::File`].
    File,
    /// A message without its envelope. Answered by [`Said::Found`], then one [`Said::Content`] for each PDF.
    /// Archives in it are looked into as the site has it.
    Message(Layout, Unpacking),
    /// Nothing: it shall try what it must not be able to do. Answered by [`Said::Tried`], if it lives.
    Trial(Trial),
}

/// What no reader may be able to do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Trial {
    /// Opens a file that everybody may read.
    File,
    /// Opens a socket to the network.
    Network,
    /// Starts a program.
    Program,
}

/// What a reader says.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub enum Said {
    /// It has locked itself in, and waits.
    Ready(Layers),
    /// The documents of a message, without their octets. It is said before any of them is read, so that whatever
    /// one of them does to the reader comes too late to hide another.
    Found(Found),
    /// What the next PDF holds.
    Content(Content),
    /// What a file is and holds.
    File(FileKind, Content),
    /// Whether it could do what it tried.
    Tried(bool),
}

/// Why a frame cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The other side is gone, or too slow.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The octets are no value.
    #[error("malformed frame")]
    Malformed,
    /// More than [`FRAME`] octets.
    #[error("frame of {0} octets")]
    TooLarge(usize),
    /// Another version wrote it.
    #[error("frame of version {0}")]
    Version(u8),
}

/// Writes one frame.
pub fn send<T: Serialize>(to: &mut impl Write, value: &T) -> Result<(), WireError> {
    let mut octets = postcard::to_extend(value, vec![0, 0, 0, 0, VERSION]).map_err(|_| WireError::Malformed)?;
    let length = octets.len() - 4;
    let field = u32::try_from(length).ok().filter(|_| length <= FRAME).ok_or(WireError::TooLarge(length))?;
    if let Some(head) = octets.get_mut(..4) {
        head.copy_from_slice(&field.to_le_bytes());
    }
    Ok(to.write_all(&octets)?)
}

/// Reads one frame; nothing but the value may stand in it.
pub fn receive<T: DeserializeOwned>(from: &mut impl Read) -> Result<T, WireError> {
    let mut head = [0; 4];
    from.read_exact(&mut head)?;
    let length = usize::try_from(u32::from_le_bytes(head)).unwrap_or(usize::MAX);
    if length > FRAME {
        return Err(WireError::TooLarge(length));
    }
    let mut octets = vec![0; length];
    from.read_exact(&mut octets)?;
    match octets.split_first() {
        Some((&VERSION, rest)) => match postcard::take_from_bytes(rest) {
            Ok((value, [])) => Ok(value),
            Ok(_) | Err(_) => Err(WireError::Malformed),
        },
        Some((version, _)) => Err(WireError::Version(*version)),
        None => Err(WireError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::{MAX_STORE, Reading, SecurityStore, Stored};

    fn frame(said: &Said) -> Vec<u8> {
        let mut octets = Vec::new();
        send(&mut octets, said).unwrap();
        octets
    }

    fn read(octets: &[u8]) -> Result<Said, WireError> {
        receive(&mut &octets[..])
    }

    #[test]
    fn what_was_said_comes_through_and_another_version_does_not() {
        let mut octets = frame(&Said::Content(Content::Other));
        assert!(matches!(read(&octets), Ok(Said::Content(Content::Other))));
        octets[4] = VERSION + 1;
        assert!(matches!(read(&octets), Err(WireError::Version(version)) if version == VERSION + 1));
    }

    #[test]
    fn octets_after_a_value_and_frames_cut_short_are_refused() {
        let mut octets = frame(&Said::Tried(true));
        assert!(matches!(read(&octets[..octets.len() - 1]), Err(WireError::Io(_))));
        octets.push(0);
        octets[0] += 1;
        assert!(matches!(read(&octets), Err(WireError::Malformed)));
        assert!(matches!(read(&[0; 4]), Err(WireError::Malformed)));
    }

    #[test]
    fn a_frame_larger_than_any_honest_one_is_not_even_read() {
        assert!(matches!(read(&[0xff; 4]), Err(WireError::TooLarge(_))));
        assert!(matches!(send(&mut Vec::new(), &vec![0_u8; FRAME]), Err(WireError::TooLarge(_))));
    }

    #[test]
    fn a_paper_with_the_largest_store_that_is_read_fits_into_a_frame() {
        let stored = Stored { octets: vec![0xff; MAX_STORE], written: u64::MAX };
        let reading = Reading {
            revisions: Vec::new(),
            signatures: Vec::new(),
            oddities: Vec::new(),
            active: Vec::new(),
            store: Box::new(SecurityStore { crls: vec![stored], ..SecurityStore::default() }),
            shadow: Vec::new(),
            page_count: None,
        };
        let octets = frame(&Said::Content(Content::Pdf(Ok(reading))));
        assert!(octets.len() < FRAME / 3 * 2, "the rest is for signatures and what came after them");
        assert!(matches!(read(&octets), Ok(Said::Content(Content::Pdf(Ok(_))))));
    }

    #[test]
    fn garbage_is_malformed_and_never_a_panic() {
        for length in 1..200_u8 {
            for filler in [0_u8, 1, 0x7f, 0x80, 0xff] {
                let mut octets = vec![length, 0, 0, 0, VERSION];
                octets.extend(std::iter::repeat_n(filler, usize::from(length) - 1));
                let _ = read(&octets);
            }
        }
    }
}
