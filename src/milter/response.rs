//! What the filter answers (`SMFIR_*`), written to frames, and read from them on the MTA's side.

use super::frame::{self, Frame};
use super::negotiate::Offer;

/// One response. Those that this filter never gives are here so that the MTA's side understands other filters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Response {
    /// The message passes, no further command about it is wanted.
    Accept,
    /// Appends a field at the bottom of the header.
    AddHeader {
        /// Name of the field.
        name: Vec<u8>,
        /// Its value.
        value: Vec<u8>,
    },
    /// Replaces the `index`-th field of that name, counted from 1; an empty value deletes it.
    ChangeHeader {
        /// Which of the fields called so.
        index: u32,
        /// Name of the field.
        name: Vec<u8>,
        /// Its new value.
        value: Vec<u8>,
    },
    /// Go on; at the end of the message: it passes.
    Continue,
    /// Swallow the message.
    Discard,
    /// Inserts a field before the `index`-th field, counted from 0.
    InsertHeader {
        /// Position in the header.
        index: u32,
        /// Name of the field.
        name: Vec<u8>,
        /// Its value.
        value: Vec<u8>,
    },
    /// Answer to the negotiation.
    Negotiate(Offer),
    /// A change of another kind, by its letter.
    Other(u8),
    /// Still working: the MTA starts its timeout anew.
    Progress,
    /// Refuse for good.
    Reject,
    /// Answer the SMTP client with this line.
    ReplyCode(Vec<u8>),
    /// No more commands of this kind for this message, please.
    Skip,
    /// Refuse for now.
    TempFail,
}

impl Response {
    /// Appends the response as a frame.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Accept => frame::push(out, b'a', &[]),
            Self::AddHeader { name, value } => frame::push(out, b'h', &[name, b"\0", value, b"\0"]),
            Self::ChangeHeader { index, name, value } => {
                frame::push(out, b'm', &[&index.to_be_bytes(), name, b"\0", value, b"\0"]);
            }
            Self::Continue => frame::push(out, b'c', &[]),
            Self::Discard => frame::push(out, b'd', &[]),
            Self::InsertHeader { index, name, value } => {
                frame::push(out, b'i', &[&index.to_be_bytes(), name, b"\0", value, b"\0"]);
            }
            Self::Negotiate(offer) => frame::push(out, b'O', &[&offer.octets()]),
            Self::Other(code) => frame::push(out, *code, &[]),
            Self::Progress => frame::push(out, b'p', &[]),
            Self::Reject => frame::push(out, b'r', &[]),
            Self::ReplyCode(line) => frame::push(out, b'y', &[line, b"\0"]),
            Self::Skip => frame::push(out, b's', &[]),
            Self::TempFail => frame::push(out, b't', &[]),
        }
    }

    /// Reads a frame as the MTA does; `None` where it is malformed.
    pub fn read(frame: Frame<'_>) -> Option<Self> {
        let payload = frame.payload;
        Some(match frame.code {
            b'a' => Self::Accept,
            b'h' => {
                let (name, value) = read_field(payload)?;
                Self::AddHeader { name, value }
            }
            b'm' => {
                let (index, rest) = payload.split_first_chunk::<4>()?;
                let (name, value) = read_field(rest)?;
                Self::ChangeHeader { index: u32::from_be_bytes(*index), name, value }
            }
            b'c' => Self::Continue,
            b'd' => Self::Discard,
            b'i' => {
                let (index, rest) = payload.split_first_chunk::<4>()?;
                let (name, value) = read_field(rest)?;
                Self::InsertHeader { index: u32::from_be_bytes(*index), name, value }
            }
            b'O' => Self::Negotiate(Offer::read(payload)?),
            b'p' => Self::Progress,
            b'r' => Self::Reject,
            b'y' => Self::ReplyCode(payload.strip_suffix(b"\0")?.to_vec()),
            b's' => Self::Skip,
            b't' => Self::TempFail,
            b'+' | b'-' | b'2' | b'4' | b'b' | b'e' | b'f' | b'q' => Self::Other(frame.code),
            _ => return None,
        })
    }
}

fn read_field(payload: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let nul = payload.iter().position(|octet| *octet == 0)?;
    let value = payload.get(nul + 1..)?.strip_suffix(b"\0")?;
    Some((payload.get(..nul)?.to_vec(), value.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::milter::Decoder;

    #[test]
    fn every_response_is_read_back_as_it_was_written() {
        let field = || (b"Dieu7-Verdict".to_vec(), b" x\n\ty".to_vec());
        let ((name, value), (again, and_value)) = (field(), field());
        let (third, third_value) = field();
        let responses = [
            Response::Accept,
            Response::AddHeader { name, value },
            Response::ChangeHeader { index: 3, name: again, value: and_value },
            Response::Continue,
            Response::Discard,
            Response::InsertHeader { index: 0, name: third, value: third_value },
            Response::Negotiate(Offer { version: 6, ..Offer::default() }),
            Response::Other(b'q'),
            Response::Progress,
            Response::Reject,
            Response::ReplyCode(b"451 4.3.0 later".to_vec()),
            Response::Skip,
            Response::TempFail,
        ];
        let mut decoder = Decoder::default();
        for response in responses {
            let mut octets = Vec::new();
            response.write(&mut octets);
            decoder.room().extend_from_slice(&octets);
            assert_eq!(Response::read(decoder.frame().unwrap().unwrap()), Some(response));
        }
    }

    #[test]
    fn a_response_cut_short_is_none() {
        for (code, payload) in
            [(b'h', &b"n\0v"[..]), (b'i', b"\0\0"), (b'm', b"\0\0\0\x01n\0"), (b'y', b"451"), (b'Z', b"")]
        {
            assert_eq!(Response::read(Frame { code, payload }), None);
        }
    }
}
