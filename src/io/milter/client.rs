//! A client that sends messages to a milter as Postfix does, and returns them as the milter wants them changed.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::stream::Stream;
use crate::message::Message;
use crate::milter::client::{Answer, Awaits, Client, abort};
use crate::milter::{Command, Decoder, FrameError, Offer, Response, Terms};

/// Postfix's milter_content_timeout; each sign of life starts it anew.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// Commands that get no reply are collected up to this size.
const COLLECT_MAX: usize = 64 * 1024;

/// Why a message got no answer.
#[derive(Debug, thiserror::Error)]
pub enum MtaError {
    /// The milter has closed the connection: an MTA would now do what `milter_default_action` says.
    #[error("the milter has closed the connection")]
    Closed,
    /// No frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The socket failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Nothing came for the whole patience.
    #[error("the milter does not answer")]
    Silent,
    /// A response that is none, or at a time when none is awaited.
    #[error("the milter's response is out of order")]
    Unexpected,
}

/// A message that was answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delivered {
    /// With all changes made.
    pub message: Message,
    /// The final word.
    pub answer: Answer,
    /// Signs of life that came before it.
    pub progress: usize,
}

/// A connection to a milter.
#[derive(Debug)]
pub struct MtaClient {
    stream: Stream,
    decoder: Decoder,
    client: Client,
    patience: Duration,
}

impl MtaClient {
    /// Connects to a unix socket.
    pub async fn unix(path: &Path, offer: Offer) -> Result<Self, MtaError> {
        Self::negotiate(Stream::Unix(UnixStream::connect(path).await?), offer).await
    }

    /// Connects by TCP.
    pub async fn inet(address: SocketAddr, offer: Offer) -> Result<Self, MtaError> {
        Self::negotiate(Stream::tcp(TcpStream::connect(address).await?)?, offer).await
    }

    /// Sends one message. May be called many times.
    pub async fn send(&mut self, message: &Message) -> Result<Delivered, MtaError> {
        let mut pending = Vec::new();
        let mut skipping = false;
        for exchange in self.client.exchanges(message) {
            if skipping && exchange.awaits == Awaits::Piece {
                continue;
            }
            pending.extend_from_slice(&exchange.octets);
            if exchange.awaits != Awaits::Nothing || pending.len() > COLLECT_MAX {
                self.stream.write(&pending).await?;
                pending.clear();
            }
            match exchange.awaits {
                Awaits::Nothing => {}
                Awaits::Outcome => return self.outcome(message).await,
                Awaits::Piece | Awaits::Reply => match self.response().await? {
                    Response::Continue => {}
                    Response::Skip if exchange.awaits == Awaits::Piece => skipping = true,
                    early => {
                        let answer = Answer::of(&early).ok_or(MtaError::Unexpected)?;
                        self.stream.write(&abort()).await?;
                        return Ok(Delivered { message: message.clone(), answer, progress: 0 });
                    }
                },
            }
        }
        Err(MtaError::Unexpected)
    }

    /// What was agreed on.
    pub fn terms(&self) -> &Terms {
        self.client.terms()
    }

    /// Says goodbye.
    pub async fn quit(mut self) -> Result<(), MtaError> {
        let mut octets = Vec::new();
        Command::Quit.write(&mut octets);
        Ok(self.stream.write(&octets).await?)
    }

    async fn negotiate(stream: Stream, offer: Offer) -> Result<Self, MtaError> {
        let client = Client::new(Offer::default());
        let mut connection = Self { stream, decoder: Decoder::default(), client, patience: PATIENCE };
        connection.stream.write(&Client::offer(offer)).await?;
        match connection.response().await? {
            Response::Negotiate(answer) => connection.client = Client::new(answer),
            _ => return Err(MtaError::Unexpected),
        }
        Ok(connection)
    }

    async fn outcome(&mut self, message: &Message) -> Result<Delivered, MtaError> {
        let mut changes = Vec::new();
        let mut progress = 0;
        loop {
            let response = self.response().await?;
            if let Some(answer) = Answer::of(&response) {
                // Something left over would be taken for the reply to the next message's first command.
                if self.decoder.waiting() > 0 {
                    return Err(MtaError::Unexpected);
                }
                let delivered = match answer {
                    Answer::Accepted => self.client.apply(message, &changes),
                    Answer::Discarded | Answer::Rejected | Answer::Replied(_) | Answer::TempFailed => message.clone(),
                };
                return Ok(Delivered { message: delivered, answer, progress });
            }
            if response == Response::Progress {
                progress += 1;
            } else {
                changes.push(response);
            }
        }
    }

    async fn response(&mut self) -> Result<Response, MtaError> {
        loop {
            if let Some(frame) = self.decoder.frame()? {
                return Response::read(frame).ok_or(MtaError::Unexpected);
            }
            let read = timeout(self.patience, self.stream.read(self.decoder.room())).await;
            if read.map_err(|_| MtaError::Silent)?? == 0 {
                return Err(MtaError::Closed);
            }
        }
    }
}
