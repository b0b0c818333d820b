//! Frames: four octets of length (big endian), one octet that says what it is, and the rest.

use bytes::{Buf, BytesMut};

/// Peers send at most 65,535 octets of body or header in a frame unless a larger size was negotiated, which we do
/// not ask for. Four times that leaves room for long macro lists and for peers that count differently.
pub const FRAME_MAX: usize = 256 * 1024;

/// Enough for every command of a small message at once, and little for a connection at rest.
const FIRST_READ: usize = 4 * 1024;

const LENGTH: usize = 4;

/// One frame, where it lies in the decoder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Frame<'a> {
    /// What the frame is: the letter of a command or of a response.
    pub code: u8,
    /// What follows the letter.
    pub payload: &'a [u8],
}

/// Why octets are no frame. Nothing after it can be understood: the connection is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FrameError {
    /// A frame has at least its letter.
    #[error("frame of length 0")]
    Empty,
    /// More than [`FRAME_MAX`]; nothing was allocated for it.
    #[error("frame of {length} octets, more than {FRAME_MAX}")]
    TooLong {
        /// The length that the peer announced.
        length: u32,
    },
}

/// Cuts a stream of octets into frames. Holds at most one unfinished frame and what was read together with it.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: BytesMut,
    /// Octets at the front that belong to the frame handed out last.
    done: usize,
}

impl Decoder {
    /// Where the next octets of the stream go. Room is made for the frame that is awaited, after its length was
    /// checked, so an announced length alone costs nothing.
    pub fn room(&mut self) -> &mut BytesMut {
        self.forget();
        let missing = match self.length() {
            Ok(Some(length)) => (LENGTH + length).saturating_sub(self.buffer.len()),
            Ok(None) | Err(_) => 0,
        };
        self.buffer.reserve(missing.max(FIRST_READ));
        &mut self.buffer
    }

    /// The next whole frame; `None` until more octets have come.
    pub fn frame(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        self.forget();
        let Some(length) = self.length()? else { return Ok(None) };
        let Some([code, payload @ ..]) = self.buffer.get(LENGTH..LENGTH + length) else { return Ok(None) };
        self.done = LENGTH + length;
        Ok(Some(Frame { code: *code, payload }))
    }

    /// Gives memory back between messages: most connections are at rest most of the time.
    pub fn rest(&mut self) {
        if self.waiting() == 0 {
            *self = Self::default();
        }
    }

    /// Octets that have come and were not yet handed out.
    pub fn waiting(&self) -> usize {
        self.buffer.len().saturating_sub(self.done)
    }

    fn forget(&mut self) {
        self.buffer.advance(self.done.min(self.buffer.len()));
        self.done = 0;
    }

    fn length(&self) -> Result<Option<usize>, FrameError> {
        let Some(length) = self.buffer.first_chunk::<LENGTH>() else { return Ok(None) };
        let length = u32::from_be_bytes(*length);
        match usize::try_from(length) {
            Ok(0) => Err(FrameError::Empty),
            Ok(octets) if octets <= FRAME_MAX => Ok(Some(octets)),
            Ok(_) | Err(_) => Err(FrameError::TooLong { length }),
        }
    }
}

/// Appends a frame whose payload is the concatenation of `parts`.
pub(super) fn push(out: &mut Vec<u8>, code: u8, parts: &[&[u8]]) {
    let length = 1 + parts.iter().map(|part| part.len()).sum::<usize>();
    let announced = u32::try_from(length).expect("frames are built in memory, far below 4 GiB");
    out.reserve(LENGTH + length);
    out.extend_from_slice(&announced.to_be_bytes());
    out.push(code);
    for part in parts {
        out.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoder(octets: &[u8]) -> Decoder {
        let mut decoder = Decoder::default();
        decoder.room().extend_from_slice(octets);
        decoder
    }

    #[test]
    fn frames_come_out_whole_however_the_stream_is_cut() {
        let mut stream = Vec::new();
        push(&mut stream, b'H', &[b"mail.example\0"]);
        push(&mut stream, b'N', &[]);
        push(&mut stream, b'B', &[&vec![7; 70_000]]);
        for cut in [1, 2, 3, 5, 17, 4096, 1 << 20] {
            let mut decoder = Decoder::default();
            let mut seen = Vec::new();
            for piece in stream.chunks(cut) {
                decoder.room().extend_from_slice(piece);
                while let Some(frame) = decoder.frame().unwrap() {
                    seen.push((frame.code, frame.payload.len()));
                }
            }
            assert_eq!(seen, [(b'H', 13), (b'N', 0), (b'B', 70_000)]);
            assert_eq!(decoder.waiting(), 0);
        }
    }

    #[test]
    fn a_frame_without_a_letter_is_refused() {
        assert_eq!(decoder(&[0, 0, 0, 0]).frame(), Err(FrameError::Empty));
    }

    #[test]
    fn the_length_is_refused_before_anything_is_allocated_for_it() {
        for length in [u32::MAX, 0x7fff_ffff, 256 * 1024 + 1] {
            let mut decoder = decoder(&length.to_be_bytes());
            assert_eq!(decoder.frame(), Err(FrameError::TooLong { length }));
            assert!(decoder.room().capacity() <= 4 * FIRST_READ);
        }
    }

    #[test]
    fn the_longest_frame_is_accepted() {
        let mut stream = Vec::new();
        push(&mut stream, b'B', &[&vec![0; FRAME_MAX - 1]]);
        assert_eq!(decoder(&stream).frame().unwrap().unwrap().payload.len(), FRAME_MAX - 1);
    }

    #[test]
    fn an_announced_frame_that_never_comes_is_only_awaited() {
        let mut decoder = decoder(&[0, 0, 1, 0, b'B', 1, 2]);
        assert_eq!(decoder.frame(), Ok(None));
        assert_eq!(decoder.waiting(), 7);
    }
}
