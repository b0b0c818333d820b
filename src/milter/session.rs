//! One connection of an MTA as a machine: a command in, a step out.
//!
//! The order of commands is that of libmilter for a filter that leaves no step out. What a command does to an open message follows RFC 5321: MAIL and
//! HELO begin anew, and whatever was open is dropped; nothing is lost, for it was neither judged nor answered.

use std::net::IpAddr;

use super::command::{Command, CommandError, Stage, read_ip};
use super::frame::{Frame, FrameError};
use super::macros::{MACROS_MAX, Macros};
use super::negotiate::{Actions, Disagreement, Offer, Steps, Terms};
use super::reply::temporary_failure;
use super::response::Response;
use super::transaction::{Incoming, Limits, Phase, Transaction};

#[cfg(test)]
mod tests;

/// What the connection has to do next.
#[derive(Debug, Eq, PartialEq)]
pub enum Step {
    /// The peer has said goodbye.
    Close,
    /// A message is complete. The peer waits for its outcome; until that is sent no command is to be processed.
    Judge(Box<Transaction>),
    /// Send this.
    Reply(Response),
    /// Send nothing: the peer awaits nothing, and would take any reply for that to its next command.
    Silent,
}

/// Why the peer is not understood. Its connection has to be closed; no other one is concerned.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Nonsense {
    /// No command.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// No agreement possible.
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
    /// No frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// More macros for one command than any MTA has.
    #[error("macros of {0} octets")]
    Macros(usize),
    /// A command at a time when it means nothing.
    #[error("command {0} out of order")]
    OutOfOrder(&'static str),
}

/// What has been said on the connection so far.
#[derive(Debug)]
pub struct Session {
    limits: Limits,
    needed: Actions,
    terms: Terms,
    macros: Macros,
    client: Option<IpAddr>,
    helo: Vec<u8>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Nothing is agreed on.
    New,
    /// Agreed; the MTA has no client.
    Agreed,
    /// The MTA has a client, and no message is open.
    Idle,
    Receiving(Box<Incoming>),
}

impl Session {
    /// A connection on which nothing was said. `needed` are the changes that will be asked for.
    pub fn new(limits: Limits, needed: Actions) -> Self {
        Self {
            limits,
            needed,
            terms: Terms::default(),
            macros: Macros::default(),
            client: None,
            helo: Vec::new(),
            state: State::New,
        }
    }

    /// Takes one frame.
    pub fn take(&mut self, frame: Frame<'_>) -> Result<Step, Nonsense> {
        self.step(Command::read(frame)?)
    }

    /// Takes one command.
    pub fn step(&mut self, command: Command<'_>) -> Result<Step, Nonsense> {
        if matches!(self.state, State::New) && !matches!(command, Command::Negotiate(_) | Command::Quit) {
            return Err(Nonsense::OutOfOrder("before negotiation"));
        }
        match command {
            Command::Abort => Ok(self.abort()),
            Command::Body(piece) => self.body(piece),
            Command::Connect { peer, .. } => self.connect(peer.ip()),
            Command::Data => self.data(),
            Command::EndOfBody(piece) => self.end_of_body(piece),
            Command::EndOfHeader => self.end_of_header(),
            Command::Header { name, value } => self.header(name, value),
            Command::Helo(name) => self.helo(name),
            Command::Macros { stage, definitions } => self.announce(stage, definitions),
            Command::Mail { path, .. } => self.mail(path),
            Command::Negotiate(offer) => self.negotiate(offer),
            Command::Quit => Ok(Step::Close),
            Command::QuitNewConnection => Ok(self.new_connection()),
            Command::Recipient { path, .. } => self.recipient(path),
            Command::Unknown(_) => Ok(self.answer(Steps::NO_REPLY_UNKNOWN)),
        }
    }

    /// What was agreed on; the defaults before that.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Whether no message is open, so that closing the connection now loses none.
    pub fn at_rest(&self) -> bool {
        match self.state {
            State::New | State::Agreed | State::Idle => true,
            State::Receiving(_) => false,
        }
    }

    fn negotiate(&mut self, offer: Offer) -> Result<Step, Nonsense> {
        if !matches!(self.state, State::New) {
            return Err(Nonsense::OutOfOrder("negotiation"));
        }
        self.terms = Terms::answer(offer, self.needed)?;
        self.state = State::Agreed;
        Ok(Step::Reply(Response::Negotiate(self.terms.offer())))
    }

    fn announce(&mut self, stage: Option<Stage>, definitions: &[u8]) -> Result<Step, Nonsense> {
        if definitions.len() > MACROS_MAX {
            return Err(Nonsense::Macros(definitions.len()));
        }
        if let Some(stage) = stage {
            self.macros.announce(stage, definitions);
        }
        Ok(Step::Silent)
    }

    fn connect(&mut self, client: Option<IpAddr>) -> Result<Step, Nonsense> {
        if !matches!(self.state, State::Agreed) {
            return Err(Nonsense::OutOfOrder("connect"));
        }
        self.macros.enter(Stage::Connect);
        self.client = client;
        self.helo = Vec::new();
        self.state = State::Idle;
        Ok(self.answer(Steps::NO_REPLY_CONNECT))
    }

    fn helo(&mut self, name: &[u8]) -> Result<Step, Nonsense> {
        if matches!(self.state, State::New | State::Agreed) {
            return Err(Nonsense::OutOfOrder("helo"));
        }
        self.macros.enter(Stage::Helo);
        self.helo = name.to_vec();
        self.state = State::Idle;
        Ok(self.answer(Steps::NO_REPLY_HELO))
    }

    fn mail(&mut self, path: &[u8]) -> Result<Step, Nonsense> {
        if matches!(self.state, State::New | State::Agreed) {
            return Err(Nonsense::OutOfOrder("mail"));
        }
        self.macros.enter(Stage::Mail);
        // Postfix sends no end-of-message after a discarded recipient list, so the previous message may still be
        // open here. Dropping it loses nothing: it was neither judged nor answered.
        self.state = State::Receiving(Box::new(Incoming::begin(path, self.terms.leading_space())));
        Ok(self.answer(Steps::NO_REPLY_MAIL))
    }

    fn recipient(&mut self, path: &[u8]) -> Result<Step, Nonsense> {
        let limits = self.limits;
        let incoming = self.incoming(Phase::Sender..=Phase::Recipients, "rcpt")?;
        incoming.phase = Phase::Recipients;
        incoming.recipient(path, &limits);
        self.macros.enter(Stage::Recipient);
        Ok(self.answer(Steps::NO_REPLY_RECIPIENT))
    }

    fn data(&mut self) -> Result<Step, Nonsense> {
        self.incoming(Phase::Recipients..=Phase::Recipients, "data")?.phase = Phase::Data;
        self.macros.enter(Stage::Data);
        Ok(self.answer(Steps::NO_REPLY_DATA))
    }

    fn header(&mut self, name: &[u8], value: &[u8]) -> Result<Step, Nonsense> {
        let limits = self.limits;
        let incoming = self.incoming(Phase::Recipients..=Phase::Header, "header")?;
        incoming.phase = Phase::Header;
        incoming.header(name, value, &limits);
        self.macros.enter(Stage::Header);
        Ok(self.answer(Steps::NO_REPLY_HEADER))
    }

    fn end_of_header(&mut self) -> Result<Step, Nonsense> {
        self.incoming(Phase::Recipients..=Phase::Header, "end of header")?.phase = Phase::Body;
        self.macros.enter(Stage::EndOfHeader);
        Ok(self.answer(Steps::NO_REPLY_END_OF_HEADER))
    }

    fn body(&mut self, piece: &[u8]) -> Result<Step, Nonsense> {
        let limits = self.limits;
        let fits = self.incoming(Phase::Body..=Phase::Body, "body")?.body(piece, &limits);
        self.macros.enter(Stage::Body);
        // What is beyond the limit cannot matter any more: the message is marked already.
        if !fits && self.terms.has(Steps::SKIP) && !self.terms.has(Steps::NO_REPLY_BODY) {
            return Ok(Step::Reply(Response::Skip));
        }
        Ok(self.answer(Steps::NO_REPLY_BODY))
    }

    fn end_of_body(&mut self, piece: &[u8]) -> Result<Step, Nonsense> {
        let limits = self.limits;
        self.incoming(Phase::Body..=Phase::Body, "end of body")?.body(piece, &limits);
        self.macros.enter(Stage::EndOfBody);
        let State::Receiving(incoming) = std::mem::replace(&mut self.state, State::Idle) else {
            return Err(Nonsense::OutOfOrder("end of body"));
        };
        let Incoming { mut transaction, header_overflow, .. } = *incoming;
        self.fill(&mut transaction);
        self.macros.expire(Stage::Mail);
        if header_overflow {
            // A forged stamp may be among the fields of which not even the name was kept, and it could not be removed:
            // the message must neither pass nor be lost.
            return Ok(Step::Reply(temporary_failure("header is too large to be examined")));
        }
        Ok(Step::Judge(Box::new(transaction)))
    }

    fn abort(&mut self) -> Step {
        if let State::Receiving(_) = self.state {
            self.state = State::Idle;
        }
        self.macros.expire(Stage::Mail);
        Step::Silent
    }

    fn new_connection(&mut self) -> Step {
        self.macros.expire(Stage::Connect);
        self.client = None;
        self.helo = Vec::new();
        self.state = State::Agreed;
        Step::Silent
    }

    fn fill(&self, transaction: &mut Transaction) {
        let told = |name| self.macros.value(name).map(<[u8]>::to_vec);
        let envelope = &mut transaction.envelope;
        envelope.client = self.client.or_else(|| self.macros.value("client_addr").and_then(read_ip));
        envelope.helo.clone_from(&self.helo);
        envelope.auth_login = told("auth_authen");
        envelope.daemon_name = told("daemon_name");
        envelope.queue_id = told("i");
    }

    fn incoming(
        &mut self,
        phases: std::ops::RangeInclusive<Phase>,
        command: &'static str,
    ) -> Result<&mut Incoming, Nonsense> {
        match &mut self.state {
            State::Receiving(incoming) if phases.contains(&incoming.phase) => Ok(incoming),
            State::Receiving(_) | State::New | State::Agreed | State::Idle => Err(Nonsense::OutOfOrder(command)),
        }
    }

    fn answer(&self, unless: Steps) -> Step {
        if self.terms.has(unless) { Step::Silent } else { Step::Reply(Response::Continue) }
    }
}
