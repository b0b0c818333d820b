//! A time-stamping authority over HTTP (RFC 3161, 3.4) that is honest, or wrong in one way; and the small client of a
//! signing tool, which takes what it gets, so that a test decides what is looked at.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use dieu7::asn1::{self, Reader, Value, encode};
use dieu7::x509::Certificate;

use super::web::{Asked, Server, Step, answer, head};
use crate::attacks::forge::Key;
use crate::attacks::tokens::{Signature, TST_INFO, authority, for_timestamps, imprint, info_of};

/// The most that a tool reads: no token is near it.
const MOST: u64 = 64 << 10;

/// How an authority answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Manner {
    Honest,
    /// Its tokens are over other octets.
    OtherImprint,
    /// Its tokens answer another request.
    OtherNonce,
    /// Its answer has no end.
    Huge,
    /// It never answers.
    Slow,
    /// It sends whoever asks elsewhere.
    Redirecting,
    /// It says that it makes no token now (RFC 3161, 2.4.2: rejection).
    Refusing,
}

/// An authority; the fields are what tests bend.
#[derive(Clone)]
pub struct Authority {
    pub certificate: Certificate,
    /// The time in the n-th token, the last one again and again.
    pub times: Vec<&'static str>,
    pub manner: Manner,
}

impl Default for Authority {
    fn default() -> Self {
        Self { certificate: authority(for_timestamps()), times: vec!["20261102010000Z"], manner: Manner::Honest }
    }
}

impl Authority {
    /// Answers from now on.
    pub async fn start(self) -> Server {
        Server::start(move |n, asked| self.answers(n, asked)).await
    }

    fn answers(&self, n: usize, asked: &Asked) -> Vec<Step> {
        let typed = "Content-Type: application/timestamp-reply";
        if asked.field("content-type") != Some("application/timestamp-query") {
            return vec![answer("415 Unsupported Media Type", &[], b"")];
        }
        match self.manner {
            Manner::Huge => vec![Step::Send(head("200 OK", &[typed], None)), Step::Endless(vec![0x30; 4096])],
            Manner::Slow => vec![Step::Stall],
            Manner::Redirecting => vec![answer("302 Found", &["Location: /elsewhere"], b"")],
            Manner::Refusing => vec![answer("200 OK", &[typed], &[0x30, 5, 0x30, 3, 2, 1, 2])],
            _ => vec![answer("200 OK", &[typed], &self.response(n, &asked.body))],
        }
    }

    /// `TimeStampResp` for this `TimeStampReq`.
    fn response(&self, n: usize, request: &[u8]) -> Vec<u8> {
        let mut fields = Value::only(request).unwrap().inside(asn1::SEQUENCE).unwrap();
        fields.expect(asn1::INTEGER).unwrap();
        let asked = encode(asn1::SEQUENCE, &[fields.expect(asn1::SEQUENCE).unwrap()]);
        fields.optional(asn1::OID).unwrap();
        let nonce = fields.optional(asn1::INTEGER).unwrap().map(|nonce| nonce.content.to_vec());
        let imprinted = if self.manner == Manner::OtherImprint { imprint(b"other octets") } else { asked };
        let nonce = if self.manner == Manner::OtherNonce { Some(vec![0x55; 8]) } else { nonce };
        let nonce = nonce.map_or_else(Vec::new, |nonce| encode(asn1::INTEGER, &[&nonce]));
        let key = Key::of("tsa");
        let signature = Signature { content_type: TST_INFO, inside: true, ..Signature::of(&key, &self.certificate) };
        let time = self.times[n.min(self.times.len() - 1)];
        let token = signature.over(&info_of(&imprinted, time, &nonce));
        encode(asn1::SEQUENCE, &[&[0x30, 3, 2, 1, 0], &token])
    }
}

/// `TimeStampReq` over these octets, that asks for the certificate.
pub fn request(octets: &[u8], nonce: &[u8]) -> Vec<u8> {
    encode(asn1::SEQUENCE, &[&[2, 1, 1], &imprint(octets), &encode(asn1::INTEGER, &[nonce]), &[1, 1, 0xff]])
}

/// Why a tool has no token.
#[derive(Debug)]
pub enum NoToken {
    Connection(io::Error),
    /// The answer ends within its head.
    Cut,
    /// It is still sending.
    Endless,
    /// Its status line says that this is no answer.
    Status(String),
    /// The authority says that it makes none.
    Refused,
}

impl From<io::Error> for NoToken {
    fn from(error: io::Error) -> Self {
        Self::Connection(error)
    }
}

/// Longer than an honest answer takes on the busiest machine.
pub const PATIENT: Duration = Duration::from_mins(1);

/// Asks for a response. Blocking, as signing in tests is: the server must run on another thread.
pub fn ask(server: &Server, request: &[u8], patience: Duration) -> Result<Vec<u8>, NoToken> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port))?;
    stream.set_read_timeout(Some(patience))?;
    let fields = ["Content-Type: application/timestamp-query", "Connection: close"];
    let mut octets = head("", &fields, Some(request.len()));
    octets.splice(..octets.iter().position(|octet| *octet == b'\r').unwrap(), *b"POST /tsa HTTP/1.1");
    stream.write_all(&octets)?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer)?;
    if answer.len() as u64 == MOST {
        return Err(NoToken::Endless);
    }
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or(NoToken::Cut)?;
    let status = String::from_utf8_lossy(&answer[..end]).lines().next().unwrap_or_default().to_owned();
    if status == "HTTP/1.1 200 OK" { Ok(answer.split_off(end + 4)) } else { Err(NoToken::Status(status)) }
}

/// The token of a response, whatever it says.
pub fn token(response: &[u8]) -> Result<Vec<u8>, NoToken> {
    let mut fields: Reader<'_> = Value::only(response).unwrap().inside(asn1::SEQUENCE).unwrap();
    fields.expect(asn1::SEQUENCE).unwrap();
    if fields.is_empty() { Err(NoToken::Refused) } else { Ok(fields.rest().to_vec()) }
}
