//! The boundary behind which attachments are read: one process for each message, the same binary, without files or
//! network, started ahead and replaced.
//!
//! The gateway never parses an attachment: it hands octets over (`examine`), hears what a reader says ([`wire`]),
//! and makes again from the octets whatever can be (`recheck`). Judging runs in the gateway's own threads; it hashes
//! the original octets and verifies signatures, and never walks a PDF.

mod examine;
mod in_process;
mod pool;
mod process;
mod processes;
mod reader;
mod recheck;
mod sandbox;
mod trial;
pub mod wire;

use std::time::Duration;

pub use examine::{MESSAGE, file as examine_file, message as examine_message};
pub use in_process::InProcess;
pub use pool::Pool;
pub use process::{Lost, Setup};
pub use processes::Processes;
pub use reader::{answer, entered};
pub use sandbox::Layers;
pub use trial::{Refusal, trials};

use wire::{Order, Said};

/// Gives readers, each for one order.
pub trait Readers {
    /// One of them.
    type Reader: Reader;

    /// Takes a reader that waits.
    fn reader(&self) -> Result<Self::Reader, Lost>;
}

/// One reader, whose end is its own.
pub trait Reader {
    /// Hands it the only order it will get.
    fn ask(&mut self, order: &Order, octets: &[u8]) -> Result<(), Lost>;

    /// What it says next.
    fn hear(&mut self, within: Duration) -> Result<Said, Lost>;

    /// Its process, for the operator.
    fn id(&self) -> u32;
}
