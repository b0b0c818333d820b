//! The reader's side: a process that reads one message or file, says what it found, and ends.
//!
//! It is entered before any thread or runtime starts, and has locked itself in before it is given anything.

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use rustix::fs::{FileType, fstat};
use rustix::stdio::{stdin, stdout};

use super::sandbox;
use super::wire::{self, Order, PIECE, Said, Trial, What, WireError};
use crate::budget::{Budget, Unpacking};
use crate::dossier::{self, Content};
use crate::message::{self, Envelope, Extractor, FileKind, Message, Source};

/// The argument by which the program is told to be a reader; its address space and its processor time follow.
pub(super) const READER: &str = "--reader";

/// Octets for which both sides make room ahead; most mails with a document are smaller.
pub(super) const AHEAD: usize = 2 << 20;

/// A mail with one signed PDF.
const SAMPLE: &[u8] = include_bytes!("../../../fixtures/cases/01-met/message.eml");

/// Runs as a reader if the program was started as one; `None` otherwise.
#[must_use]
pub fn entered() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != READER {
        return None;
    }
    let mut number = || arguments.next()?.to_str()?.parse().ok();
    let (Some(memory), Some(seconds), true) = (number(), number(), is_socket()) else {
        let _ = writeln!(io::stderr(), "dieu7: readers are started by dieu7 itself");
        return Some(ExitCode::from(2));
    };
    let layers = sandbox::lock(memory, seconds);
    Some(match serve(layers) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    })
}

fn is_socket() -> bool {
    fstat(stdout()).is_ok_and(|facts| FileType::from_raw_mode(facts.st_mode) == FileType::Socket)
}

/// Waits for the one order and does it.
fn serve(layers: sandbox::Layers) -> Result<(), WireError> {
    let gateway = &mut Gateway;
    warm_up();
    let mut octets = vec![1; AHEAD];
    wire::send(gateway, &Said::Ready(layers))?;
    let order: Order = match wire::receive(gateway) {
        Ok(order) => order,
        // The gateway has ended without a need for this reader.
        Err(WireError::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
        Err(error) => return Err(error),
    };
    if order.octets > octets.len() {
        octets = vec![0; order.octets];
    }
    octets.truncate(order.octets);
    for piece in octets.chunks_mut(PIECE) {
        let mut written = [0];
        gateway.read_exact(&mut written)?;
        Input.read_exact(piece)?;
    }
    answer(order.what, octets, &mut |said| wire::send(gateway, &said))
}

/// Does what was ordered with `octets`; each piece is said as soon as it is known.
pub fn answer(
    what: What,
    octets: Vec<u8>,
    say: &mut dyn FnMut(Said) -> Result<(), WireError>,
) -> Result<(), WireError> {
    let budget = &mut Budget::for_message();
    match what {
        What::File => {
            let kind = message::kind::recognise(&octets, "");
            say(Said::File(kind, Content::read(kind, &octets, budget)))
        }
        What::Message(layout, unpacking) => {
            let budget = &mut Budget::for_message().unpacking(unpacking);
            let message = Message::laid_out(Envelope::default(), octets, layout).ok_or(WireError::Malformed)?;
            let mut found = dossier::locate(&message, budget);
            for one in &mut found.attachments {
                one.octets = Vec::new();
            }
            let sources: Vec<Source> =
                found.documents().filter(|one| one.kind == FileKind::Pdf).map(|one| one.source.clone()).collect();
            say(Said::Found(found))?;
            // The gateway takes the same octets from the message meanwhile. They were paid for in the walk.
            let (mut extractor, mut paid) = (Extractor::new(&message), Budget::for_message().unpacking(unpacking));
            sources.iter().try_for_each(|source| {
                let taken = extractor.take(source, &mut paid).ok().flatten();
                let content = taken.map(|taken| Content::read(FileKind::Pdf, &taken.octets, budget));
                say(Said::Content(content.unwrap_or(Content::TooLarge)))
            })
        }
        What::Trial(trial) => say(Said::Tried(succeeds(trial))),
    }
}

/// Reads a mail of the samples, and writes to memory, while nobody waits: pages of program and heap, and what the
/// processor can do, are then known when a mail comes. In a virtual machine that is most of what a new process costs.
fn warm_up() {
    // The first one teaches the allocator to keep what the others use.
    drop(black_box(vec![1_u8; AHEAD]));
    drop(black_box([vec![1_u8; AHEAD / 2], vec![1_u8; AHEAD / 2], vec![1_u8; AHEAD / 2]]));
    let message = Message::parse(Envelope::default(), SAMPLE.to_vec());
    let _ = answer(What::Message(message.layout(), Unpacking::Never), message.octets().to_vec(), &mut |_| Ok(()));
}

fn succeeds(trial: Trial) -> bool {
    match trial {
        Trial::File => std::fs::File::open("/etc/passwd").is_ok(),
        Trial::Network => std::net::TcpListener::bind("127.0.0.1:0").is_ok(),
        Trial::Program => std::process::Command::new("/bin/true").spawn().is_ok(),
    }
}

/// The socket to the gateway, standard output. Without the buffers and locks of `std::io`.
struct Gateway;

impl Read for Gateway {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(stdout(), into)?)
    }
}

impl Write for Gateway {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(stdout(), octets)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is to be read, standard input.
struct Input;

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(stdin(), into)?)
    }
}
