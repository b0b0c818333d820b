//! The MTA's side of the protocol: sends messages to a filter as Postfix does, and makes the changes it asks for.
//!
//! For the demonstration and for tests; it speaks every version and agrees to every step.

use std::net::IpAddr;

use super::command::{Command, Peer, Stage};
use super::frame;
use super::negotiate::{Actions, Offer, Steps, Terms, VERSION};
use super::response::Response;
use crate::message::{Header, Message};

/// Postfix cuts the body into pieces of this size.
const PIECE: usize = 65_535;

/// What the peer can do: as Postfix offers it.
pub const POSTFIX: Offer = Offer { version: VERSION, actions: Actions(0x1ff), steps: Steps::ALL };

/// Some commands, ready to be sent, and whether the filter replies to the last of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exchange {
    /// One or more frames.
    pub octets: Vec<u8>,
    /// What is awaited then.
    pub awaits: Awaits,
}

/// What the filter sends after an exchange.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Awaits {
    /// Nothing at all.
    Nothing,
    /// A reply to a piece of body: after "skip" the other pieces are left out.
    Piece,
    /// One reply.
    Reply,
    /// Changes and progress, then the final reply.
    Outcome,
}

/// How the filter has disposed of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// It passes.
    Accepted,
    /// It is swallowed.
    Discarded,
    /// It is refused for good.
    Rejected,
    /// The SMTP client gets this line.
    Replied(Vec<u8>),
    /// It is refused for now.
    TempFailed,
}

impl Answer {
    /// Of a final response; `None` where it is not final.
    pub fn of(response: &Response) -> Option<Self> {
        match response {
            Response::Accept | Response::Continue => Some(Self::Accepted),
            Response::Discard => Some(Self::Discarded),
            Response::Reject => Some(Self::Rejected),
            Response::ReplyCode(line) => Some(Self::Replied(line.clone())),
            Response::TempFail => Some(Self::TempFailed),
            Response::AddHeader { .. }
            | Response::ChangeHeader { .. }
            | Response::InsertHeader { .. }
            | Response::Negotiate(_)
            | Response::Other(_)
            | Response::Progress
            | Response::Skip => None,
        }
    }
}

/// One connection to a filter, after negotiation.
#[derive(Debug)]
pub struct Client {
    terms: Terms,
    /// Address and HELO name that the filter was told.
    told: Option<(Option<IpAddr>, Vec<u8>)>,
}

impl Client {
    /// The first octets of a connection.
    pub fn offer(offer: Offer) -> Vec<u8> {
        let mut octets = Vec::new();
        Command::Negotiate(offer).write(&mut octets);
        octets
    }

    /// Takes the filter's answer to the offer.
    pub fn new(answer: Offer) -> Self {
        Self { terms: Terms::from_answer(answer), told: None }
    }

    /// What was agreed on.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Everything that is sent about one message. A message of another client begins a new connection of the MTA.
    pub fn exchanges(&mut self, message: &Message) -> Vec<Exchange> {
        let mut script = Script { terms: self.terms, exchanges: Vec::new(), octets: Vec::new() };
        let envelope = message.envelope();
        let client = (envelope.client, envelope.helo.clone());
        if self.told.as_ref() != Some(&client) {
            if self.told.is_some() {
                Command::QuitNewConnection.write(&mut script.octets);
            }
            script.connection(message);
            self.told = Some(client);
        }
        script.envelope(message);
        script.header(message);
        script.body(message);
        script.exchanges
    }

    /// Makes the changes that `responses` ask for, in their order, as the MTA does.
    pub fn apply(&self, message: &Message, responses: &[Response]) -> Message {
        let mut headers: Vec<Header> =
            message.headers().map(|(name, value)| Header { name: name.to_vec(), value: value.to_vec() }).collect();
        for response in responses {
            match response {
                Response::AddHeader { name, value } => headers.push(self.field(name, value)),
                Response::ChangeHeader { index, name, value } => {
                    let mut called = (0..headers.len()).filter(|at| headers[*at].name.eq_ignore_ascii_case(name));
                    let nth = usize::try_from(index.saturating_sub(1)).unwrap_or(usize::MAX);
                    match called.nth(nth) {
                        Some(at) if value.is_empty() => drop(headers.remove(at)),
                        Some(at) => headers[at] = self.field(name, value),
                        None => {}
                    }
                }
                Response::InsertHeader { index, name, value } => {
                    let at = usize::try_from(*index).unwrap_or(usize::MAX).min(headers.len());
                    headers.insert(at, self.field(name, value));
                }
                Response::Accept
                | Response::Continue
                | Response::Discard
                | Response::Negotiate(_)
                | Response::Other(_)
                | Response::Progress
                | Response::Reject
                | Response::ReplyCode(_)
                | Response::Skip
                | Response::TempFail => {}
            }
        }
        Message::rebuild(message.envelope().clone(), &headers, message.body())
    }

    fn field(&self, name: &[u8], value: &[u8]) -> Header {
        let space: &[u8] = if self.terms.leading_space() { b"" } else { b" " };
        Header { name: name.to_vec(), value: [space, value].concat() }
    }
}

struct Script {
    terms: Terms,
    exchanges: Vec<Exchange>,
    octets: Vec<u8>,
}

impl Script {
    fn connection(&mut self, message: &Message) {
        let envelope = message.envelope();
        self.macros(Stage::Connect, &[("{daemon_name}", envelope.daemon_name.as_deref()), ("j", Some(b"mx"))]);
        let address = envelope.client.map(|ip| ip.to_string()).unwrap_or_default();
        let peer = match envelope.client {
            Some(IpAddr::V4(_)) => Peer::Inet { family: b'4', port: 0, address: address.as_bytes() },
            Some(IpAddr::V6(_)) => Peer::Inet { family: b'6', port: 0, address: address.as_bytes() },
            None => Peer::Unknown,
        };
        self.say(Command::Connect { host: b"unknown", peer }, Steps::NO_REPLY_CONNECT);
        self.say(Command::Helo(&envelope.helo), Steps::NO_REPLY_HELO);
    }

    fn envelope(&mut self, message: &Message) {
        let envelope = message.envelope();
        self.macros(Stage::Mail, &[("{auth_authen}", envelope.auth_login.as_deref())]);
        let size = format!("SIZE={}\0", message.octets().len());
        let path = [b"<", envelope.mail_from.as_slice(), b">"].concat();
        self.say(Command::Mail { path: &path, parameters: size.as_bytes() }, Steps::NO_REPLY_MAIL);
        for recipient in &envelope.recipients {
            let path = [b"<", recipient.as_slice(), b">"].concat();
            self.macros(Stage::Recipient, &[("i", envelope.queue_id.as_deref())]);
            self.say(Command::Recipient { path: &path, parameters: b"" }, Steps::NO_REPLY_RECIPIENT);
        }
        if !self.terms.has(Steps::NO_DATA) {
            self.say(Command::Data, Steps::NO_REPLY_DATA);
        }
    }

    fn header(&mut self, message: &Message) {
        for (name, value) in message.headers() {
            // A queue file has lines, not CRLF.
            let value: Vec<u8> = value.iter().copied().filter(|octet| *octet != b'\r').collect();
            let stripped = value.strip_prefix(b" ").unwrap_or(&value);
            let value = if self.terms.leading_space() { &value } else { stripped };
            self.say(Command::Header { name, value }, Steps::NO_REPLY_HEADER);
        }
        self.say(Command::EndOfHeader, Steps::NO_REPLY_END_OF_HEADER);
    }

    fn body(&mut self, message: &Message) {
        for piece in message.body().chunks(PIECE) {
            Command::Body(piece).write(&mut self.octets);
            self.end(if self.terms.has(Steps::NO_REPLY_BODY) { Awaits::Nothing } else { Awaits::Piece });
        }
        self.macros(Stage::EndOfBody, &[("i", message.envelope().queue_id.as_deref())]);
        Command::EndOfBody(b"").write(&mut self.octets);
        self.end(Awaits::Outcome);
    }

    fn macros(&mut self, stage: Stage, values: &[(&str, Option<&[u8]>)]) {
        let mut definitions = Vec::new();
        for (name, value) in values {
            if let Some(value) = value {
                definitions.extend_from_slice(&[name.as_bytes(), b"\0", value, b"\0"].concat());
            }
        }
        Command::Macros { stage: Some(stage), definitions: &definitions }.write(&mut self.octets);
    }

    fn say(&mut self, command: Command<'_>, no_reply: Steps) {
        command.write(&mut self.octets);
        if !self.terms.has(no_reply) {
            self.end(Awaits::Reply);
        }
    }

    fn end(&mut self, awaits: Awaits) {
        self.exchanges.push(Exchange { octets: std::mem::take(&mut self.octets), awaits });
    }
}

/// Gives the message up; the connection can be used for another one.
pub fn abort() -> Vec<u8> {
    let mut octets = Vec::new();
    frame::push(&mut octets, b'A', &[]);
    octets
}
