//! One question to one server: over UDP, and over TCP where that does not do (RFC 7766, 5).

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::failure::Failure;
use super::wire::{Query, Response};
use crate::sender::transcript::Question;

/// Room for a datagram; servers are asked to keep within less.
const DATAGRAM: usize = 4096;
/// After so many datagrams that are no answer somebody may be guessing the number, which TCP leaves no chance
/// (RFC 5452, 9.3).
const STRANGE: usize = 8;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) octets: Vec<u8>,
    /// Seconds for which it may be used.
    pub(super) kept: u32,
}

/// Asks; everything together takes no longer than `limit`.
pub(super) async fn ask(
    server: SocketAddr,
    question: &Question,
    believed: bool,
    limit: Duration,
) -> Result<Answer, Failure> {
    let query = Query::new(question, believed).ok_or(Failure::Name)?;
    let strange = AtomicUsize::new(0);
    let asked = timeout(limit, attempt(server, query, &strange)).await;
    asked.unwrap_or_else(|_| Err(Failure::Slow { after: limit, strange: strange.load(Ordering::Relaxed) }))
}

async fn attempt(server: SocketAddr, query: Query, strange: &AtomicUsize) -> Result<Answer, Failure> {
    let mut query = query;
    loop {
        let response = match over_udp(server, &query, strange).await? {
            Response::Truncated => over_tcp(server, &query).await?,
            response => response,
        };
        match response {
            Response::Answer { octets, kept } => return Ok(Answer { octets, kept }),
            Response::Code(ResponseCode::FormErr | ResponseCode::NotImp) if query.has_edns() => query = query.plain(),
            Response::Code(code) => return Err(Failure::Code(code)),
            Response::Truncated => return Err(Failure::Truncated),
        }
    }
}

/// From a port of its own for each question, as the system deals them (RFC 5452, 9.2), and from no other server: the
/// socket is connected.
async fn over_udp(server: SocketAddr, query: &Query, strange: &AtomicUsize) -> Result<Response, Failure> {
    let any = if server.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind::<SocketAddr>(any).await?;
    socket.connect(server).await?;
    socket.send(&query.octets()).await?;
    let mut room = vec![0; DATAGRAM];
    loop {
        let length = socket.recv(&mut room).await?;
        if let Some(response) = room.get(..length).and_then(|octets| query.read(octets)) {
            return Ok(response);
        }
        let before = strange.fetch_add(1, Ordering::Relaxed);
        // Longer than there is room for, or more of them than an honest mistake.
        if length == DATAGRAM || before.saturating_add(1) >= STRANGE {
            return Ok(Response::Truncated);
        }
    }
}

async fn over_tcp(server: SocketAddr, query: &Query) -> Result<Response, Failure> {
    let mut stream = TcpStream::connect(server).await?;
    let octets = query.octets();
    // Both in one write: some servers want the length and the question in one segment (RFC 7766, 8).
    let length = u16::try_from(octets.len()).map_err(|_| Failure::Name)?;
    stream.write_all(&[&length.to_be_bytes()[..], &octets].concat()).await?;
    let length = stream.read_u16().await?;
    let mut octets = Vec::new();
    // Not reserved ahead: a length is only promised.
    (&mut stream).take(u64::from(length)).read_to_end(&mut octets).await?;
    query.read(&octets).ok_or(Failure::NotAnswer)
}
