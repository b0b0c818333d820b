//! A connected socket of either kind.

use std::io;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

#[derive(Debug)]
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    /// Small answers must not wait for an acknowledgement of the peer (Nagle's algorithm, RFC 896).
    pub(super) fn tcp(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        acknowledge_at_once(&stream);
        Ok(Self::Tcp(stream))
    }

    /// Reads what is there. May be dropped while it waits: nothing is lost.
    pub(super) async fn read(&mut self, into: &mut BytesMut) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => {
                let octets = stream.read_buf(into).await?;
                acknowledge_at_once(stream);
                Ok(octets)
            }
            Self::Unix(stream) => stream.read_buf(into).await,
        }
    }

    pub(super) async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.write_all(octets).await,
            Self::Unix(stream) => stream.write_all(octets).await,
        }
    }
}

/// The peer's Nagle waits for our acknowledgement, and the kernel falls back to delaying it (tcp(7), TCP_QUICKACK),
/// so this is said again after every read. Without it mail is slower by 40 ms, but not wrong.
#[cfg(target_os = "linux")]
fn acknowledge_at_once(stream: &TcpStream) {
    if let Err(error) = stream.set_quickack(true) {
        tracing::trace!(%error, "TCP_QUICKACK");
    }
}

#[cfg(not(target_os = "linux"))]
fn acknowledge_at_once(_: &TcpStream) {}
