//! What the MTA says (`SMFIC_*`), read from and written to frames. All octets are as they came.

use std::net::IpAddr;

use super::frame::{self, Frame};
use super::negotiate::Offer;

/// One command, where it lies in the decoder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Command<'a> {
    /// The message is given up; the connection goes on.
    Abort,
    /// A piece of the body.
    Body(&'a [u8]),
    /// A client has connected to the MTA.
    Connect {
        /// Its name, as the MTA found it.
        host: &'a [u8],
        /// Its address.
        peer: Peer<'a>,
    },
    /// The DATA command of SMTP.
    Data,
    /// The message is complete; may carry the last piece of the body.
    EndOfBody(&'a [u8]),
    /// All header fields were told.
    EndOfHeader,
    /// One header field.
    Header {
        /// Without the colon.
        name: &'a [u8],
        /// After the colon; with its leading space only where that was agreed on.
        value: &'a [u8],
    },
    /// The HELO or EHLO argument.
    Helo(&'a [u8]),
    /// Macros for the command that follows.
    Macros {
        /// That command; `None` for one that this program does not know.
        stage: Option<Stage>,
        /// Name and value by turns, each ended by NUL; checked to be whole pairs.
        definitions: &'a [u8],
    },
    /// The reverse path, and its parameters, each ended by NUL.
    Mail {
        /// As given, with angle brackets.
        path: &'a [u8],
        /// ESMTP parameters (RFC 5321, 4.1.1.11).
        parameters: &'a [u8],
    },
    /// What the peer can do; the first command of a connection.
    Negotiate(Offer),
    /// The connection is over.
    Quit,
    /// The MTA's client is gone, another one follows on this connection.
    QuitNewConnection,
    /// One forward path, and its parameters.
    Recipient {
        /// As given, with angle brackets.
        path: &'a [u8],
        /// ESMTP parameters.
        parameters: &'a [u8],
    },
    /// A command of SMTP that the MTA does not know.
    Unknown(&'a [u8]),
}

/// Address of the MTA's client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Peer<'a> {
    /// IPv4 or IPv6, as text.
    Inet {
        /// `4` or `6`.
        family: u8,
        /// TCP port; 0 where the MTA does not know it.
        port: u16,
        /// The address, perhaps with the prefix `IPv6:`.
        address: &'a [u8],
    },
    /// A local socket.
    Local(&'a [u8]),
    /// The MTA does not know.
    Unknown,
}

impl Peer<'_> {
    /// The address as a value, where it is one.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Peer::Inet { address, .. } => read_ip(address),
            Peer::Local(_) | Peer::Unknown => None,
        }
    }
}

/// Reads an address as MTAs write it, with or without `IPv6:` (RFC 5321, 4.1.3).
pub(super) fn read_ip(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let bare = match text.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => text.get(5..)?,
        Some(_) | None => text,
    };
    bare.parse().ok()
}

/// Commands that macros come with, in the order of a transaction.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Stage {
    /// Lives as long as the client's connection.
    Connect,
    /// Until the next HELO.
    Helo,
    /// From here on, until the end of the message.
    Mail,
    /// Until the next recipient.
    Recipient,
    /// DATA.
    Data,
    /// A header field.
    Header,
    /// End of the header.
    EndOfHeader,
    /// A piece of the body.
    Body,
    /// End of the message.
    EndOfBody,
    /// A command of SMTP that the MTA does not know.
    Unknown,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 10] = [
        Self::Connect,
        Self::Helo,
        Self::Mail,
        Self::Recipient,
        Self::Data,
        Self::Header,
        Self::EndOfHeader,
        Self::Body,
        Self::EndOfBody,
        Self::Unknown,
    ];

    fn code(self) -> u8 {
        match self {
            Self::Connect => b'C',
            Self::Helo => b'H',
            Self::Mail => b'M',
            Self::Recipient => b'R',
            Self::Data => b'T',
            Self::Header => b'L',
            Self::EndOfHeader => b'N',
            Self::Body => b'B',
            Self::EndOfBody => b'E',
            Self::Unknown => b'U',
        }
    }

    fn of(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

/// Why a frame is no command.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CommandError {
    /// The payload has not the form that its letter asks for.
    #[error("malformed command {0:#04x}")]
    Malformed(u8),
    /// No such letter.
    #[error("unknown command {0:#04x}")]
    Unknown(u8),
}

impl<'a> Command<'a> {
    /// Reads the payload by its letter.
    pub fn read(frame: Frame<'a>) -> Result<Self, CommandError> {
        let payload = frame.payload;
        let command = match frame.code {
            b'A' => Some(Self::Abort),
            b'B' => Some(Self::Body(payload)),
            b'C' => read_connect(payload),
            b'D' => read_macros(payload),
            b'E' => Some(Self::EndOfBody(payload)),
            b'H' => payload.strip_suffix(b"\0").map(Self::Helo),
            b'K' => Some(Self::QuitNewConnection),
            b'L' => read_header(payload),
            b'M' => read_path(payload).map(|(path, parameters)| Self::Mail { path, parameters }),
            b'N' => Some(Self::EndOfHeader),
            b'O' => Offer::read(payload).map(Self::Negotiate),
            b'Q' => Some(Self::Quit),
            b'R' => read_path(payload).map(|(path, parameters)| Self::Recipient { path, parameters }),
            b'T' => Some(Self::Data),
            b'U' => Some(Self::Unknown(payload.strip_suffix(b"\0").unwrap_or(payload))),
            code => return Err(CommandError::Unknown(code)),
        };
        command.ok_or(CommandError::Malformed(frame.code))
    }

    /// Appends the command as a frame, as an MTA sends it.
    pub fn write(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Abort => frame::push(out, b'A', &[]),
            Self::Body(piece) => frame::push(out, b'B', &[piece]),
            Self::Connect { host, peer: Peer::Unknown } => frame::push(out, b'C', &[host, b"\0U"]),
            Self::Connect { host, peer: Peer::Local(path) } => {
                frame::push(out, b'C', &[host, b"\0L\0\0", path, b"\0"]);
            }
            Self::Connect { host, peer: Peer::Inet { family, port, address } } => {
                frame::push(out, b'C', &[host, b"\0", &[family], &port.to_be_bytes(), address, b"\0"]);
            }
            Self::Data => frame::push(out, b'T', &[]),
            Self::EndOfBody(piece) => frame::push(out, b'E', &[piece]),
            Self::EndOfHeader => frame::push(out, b'N', &[]),
            Self::Header { name, value } => frame::push(out, b'L', &[name, b"\0", value, b"\0"]),
            Self::Helo(name) => frame::push(out, b'H', &[name, b"\0"]),
            // A stage without a letter cannot be announced.
            Self::Macros { stage: None, .. } => {}
            Self::Macros { stage: Some(stage), definitions } => {
                frame::push(out, b'D', &[&[stage.code()], definitions]);
            }
            Self::Mail { path, parameters } => frame::push(out, b'M', &[path, b"\0", parameters]),
            Self::Negotiate(offer) => frame::push(out, b'O', &[&offer.octets()]),
            Self::Quit => frame::push(out, b'Q', &[]),
            Self::QuitNewConnection => frame::push(out, b'K', &[]),
            Self::Recipient { path, parameters } => frame::push(out, b'R', &[path, b"\0", parameters]),
            Self::Unknown(line) => frame::push(out, b'U', &[line, b"\0"]),
        }
    }
}

fn read_connect(payload: &[u8]) -> Option<Command<'_>> {
    let (host, rest) = split_at_nul(payload)?;
    let (family, rest) = rest.split_first()?;
    let peer = match family {
        b'U' => Peer::Unknown,
        b'L' => Peer::Local(split_at_nul(rest.get(2..)?)?.0),
        b'4' | b'6' => {
            let (port, rest) = rest.split_first_chunk::<2>()?;
            Peer::Inet { family: *family, port: u16::from_be_bytes(*port), address: split_at_nul(rest)?.0 }
        }
        _ => return None,
    };
    Some(Command::Connect { host, peer })
}

fn read_macros(payload: &[u8]) -> Option<Command<'_>> {
    let (code, definitions) = payload.split_first()?;
    // Whole pairs leave an even number of parts, and nothing behind the last NUL.
    let parts = definitions.split(|octet| *octet == 0).count();
    let whole = parts % 2 == 1 && (definitions.is_empty() || definitions.ends_with(b"\0"));
    whole.then_some(Command::Macros { stage: Stage::of(*code), definitions })
}

/// The value reaches to the last NUL, so a NUL inside it stays where it is and hides nothing behind it.
fn read_header(payload: &[u8]) -> Option<Command<'_>> {
    let (name, rest) = split_at_nul(payload)?;
    let value = rest.strip_suffix(b"\0")?;
    // Such a name would make other fields of the rebuilt message than the MTA has; no MTA can send it.
    let broken = name.is_empty() || name.iter().any(|octet| matches!(octet, b':' | b'\r' | b'\n'));
    (!broken).then_some(Command::Header { name, value })
}

fn read_path(payload: &[u8]) -> Option<(&[u8], &[u8])> {
    split_at_nul(payload)
}

fn split_at_nul(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let nul = octets.iter().position(|octet| *octet == 0)?;
    Some((octets.get(..nul)?, octets.get(nul + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::milter::{Actions, Decoder, Steps};

    fn read(code: u8, payload: &[u8]) -> Result<Command<'_>, CommandError> {
        Command::read(Frame { code, payload })
    }

    #[test]
    fn every_command_is_read_back_as_it_was_written() {
        let offer = Offer { version: 6, actions: Actions::STAMP, steps: Steps::ALL };
        let commands = [
            Command::Abort,
            Command::Body(b"\0\xff\r\n"),
            Command::Connect { host: b"mx", peer: Peer::Inet { family: b'4', port: 25, address: b"192.0.2.1" } },
            Command::Connect { host: b"mx", peer: Peer::Local(b"/run/x") },
            Command::Connect { host: b"", peer: Peer::Unknown },
            Command::Data,
            Command::EndOfBody(b""),
            Command::EndOfBody(b"last"),
            Command::EndOfHeader,
            Command::Header { name: b"Subject", value: b" \xe2\x28 a\n\tb" },
            Command::Helo(b"mx.example"),
            Command::Macros { stage: Some(Stage::Mail), definitions: b"i\0A1\0" },
            Command::Macros { stage: Some(Stage::EndOfBody), definitions: b"" },
            Command::Mail { path: b"<a@b>", parameters: b"SIZE=1\0BODY=8BITMIME\0" },
            Command::Negotiate(offer),
            Command::Quit,
            Command::QuitNewConnection,
            Command::Recipient { path: b"<>", parameters: b"" },
            Command::Unknown(b"XYZZY"),
        ];
        let mut decoder = Decoder::default();
        for command in commands {
            let mut octets = Vec::new();
            command.write(&mut octets);
            decoder.room().extend_from_slice(&octets);
            assert_eq!(Command::read(decoder.frame().unwrap().unwrap()), Ok(command));
        }
    }

    #[test]
    fn a_command_cut_short_is_malformed() {
        for (code, payload) in [
            (b'C', &b""[..]),
            (b'C', b"host"),
            (b'C', b"host\0"),
            (b'C', b"host\x004\0"),
            (b'C', b"host\x004\0\x19192.0.2.1"),
            (b'C', b"host\0L"),
            (b'C', b"host\0Z"),
            (b'D', b""),
            (b'D', b"Mi"),
            (b'D', b"Mi\0"),
            (b'D', b"Mi\0A"),
            (b'H', b"name"),
            (b'L', b""),
            (b'L', b"Subject\0"),
            (b'L', b"Subject\0value"),
            (b'L', b"\0value\0"),
            (b'M', b"<a@b>"),
            (b'O', b"\0\0\0\x06\0\0"),
            (b'R', b""),
        ] {
            assert_eq!(read(code, payload), Err(CommandError::Malformed(code)), "{payload:?}");
        }
    }

    #[test]
    fn a_letter_that_no_mta_uses_is_unknown() {
        let known = b"ABCDEHKLMNOQRTU";
        for code in (0..=255).filter(|code| !known.contains(code)) {
            assert_eq!(read(code, b""), Err(CommandError::Unknown(code)));
        }
    }

    #[test]
    fn nul_in_a_header_value_hides_nothing() {
        assert_eq!(read(b'L', b"X\0a\0b\0"), Ok(Command::Header { name: b"X", value: b"a\0b" }));
    }

    #[test]
    fn a_header_name_cannot_break_the_line() {
        for payload in [&b"X\nFrom\0v\0"[..], b"X\r\0v\0", b"X:\0v\0"] {
            assert_eq!(read(b'L', payload), Err(CommandError::Malformed(b'L')));
        }
    }

    #[test]
    fn macros_of_a_stage_from_the_future_are_no_error() {
        assert_eq!(read(b'D', b"Zi\0A\0"), Ok(Command::Macros { stage: None, definitions: b"i\0A\0" }));
    }

    #[test]
    fn addresses_are_read_with_and_without_their_tag() {
        let v6 = Some(IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1]));
        assert_eq!(read_ip(b"192.0.2.1"), Some(IpAddr::from([192, 0, 2, 1])));
        assert_eq!(read_ip(b"IPv6:2001:db8::1"), v6);
        assert_eq!(read_ip(b"2001:db8::1"), v6);
        assert_eq!(read_ip(b"\xff\xfe"), None);
        assert_eq!(read_ip(b""), None);
    }
}
