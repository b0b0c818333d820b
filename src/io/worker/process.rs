//! The gateway's side of one reader process.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{FallocateFlags, MemfdFlags, fallocate, memfd_create};

use super::reader::{AHEAD, READER};
use super::wire::{self, Order, PIECE, Said, WRITTEN, WireError};

/// How much of a dead reader's last words is kept.
const LAST_WORDS: u64 = 400;
/// How a reader's allocator takes memory (glibc; others do not look): in large steps, and never back. A reader lives for
/// one mail, and much of what it costs is page faults. Huge pages are not asked for: to find them costs more than they
/// save (measured in a virtual machine: three times the processor time for 62 MB).
const ALLOCATOR: &str =
    "glibc.malloc.top_pad=8388608:glibc.malloc.trim_threshold=268435456:glibc.malloc.mmap_threshold=33554432";
/// A frame to a reader that waits for it fits into the socket's buffer, nearly always.
const ASKING: Duration = Duration::from_secs(2);

/// Why a reader gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// It died by itself or was killed by the kernel.
    #[error("died: {how}{}{words}", if words.is_empty() { "" } else { ": " })]
    Died {
        /// Its exit code or signal.
        how: ExitStatus,
        /// What it wrote on standard error, cut.
        words: String,
    },
    /// It was killed because its time was over.
    #[error("killed: not done within {0:?}")]
    Late(Duration),
    /// It said what it was not asked for, or what is no frame.
    #[error("killed: {0}")]
    Nonsense(String),
    /// None could be started.
    #[error("not started: {0}")]
    NotStarted(String),
}

impl Lost {
    /// Whether a system call that is not allowed ended it.
    #[must_use]
    pub fn is_forbidden_call(&self) -> bool {
        matches!(self, Self::Died { how, .. } if how.signal() == Some(libc::SIGSYS))
    }
}

/// What a reader process is started with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The program; `None` means this very one, whatever stands in its place on the disk by now.
    pub program: Option<PathBuf>,
    /// Octets of address space.
    pub memory: u64,
    /// Seconds of processor time.
    pub seconds: u64,
}

/// A running reader; it is killed when this value goes. Whoever wants no zombie waits for it.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    socket: UnixStream,
    input: File,
}

impl Process {
    /// Starts one. It inherits no variable of the environment, no working directory, and no terminal's signals.
    pub(super) fn start(setup: &Setup) -> io::Result<Self> {
        let (socket, theirs) = UnixStream::pair()?;
        socket.set_write_timeout(Some(ASKING))?;
        // Memory that both see: the octets go over in two copies, however slow the reader is to take them.
        let input = File::from(memfd_create("dieu7", MemfdFlags::CLOEXEC)?);
        // Pages made now are not made while a mail waits. Where there are none the write will say so.
        let _ = fallocate(&input, FallocateFlags::empty(), 0, AHEAD as u64);
        let child = Command::new(setup.program.as_deref().unwrap_or(Path::new("/proc/self/exe")))
            .arg0("dieu7-reader")
            .arg(READER)
            .arg(setup.memory.to_string())
            .arg(setup.seconds.to_string())
            .env_clear()
            .env("GLIBC_TUNABLES", ALLOCATOR)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::from(input.try_clone()?))
            .stdout(Stdio::from(OwnedFd::from(theirs)))
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(Self { child, socket, input })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Hands the order and its octets over.
    pub(super) fn ask(&mut self, order: &Order, octets: &[u8]) -> Result<(), Lost> {
        match wire::send(&mut self.socket, order) {
            Ok(()) => {}
            Err(WireError::Io(_)) => return Err(self.dead()),
            Err(error) => return Err(Lost::NotStarted(error.to_string())),
        }
        // The reader takes one piece while the next one is written, from the processor's cache rather than from memory.
        for (piece, at) in octets.chunks(PIECE).zip((0..).step_by(PIECE)) {
            if let Err(error) = self.input.write_all_at(piece, at) {
                return Err(Lost::NotStarted(format!("no memory for its input: {error}")));
            }
            if self.socket.write_all(&[WRITTEN]).is_err() {
                return Err(self.dead());
            }
        }
        Ok(())
    }

    /// What it says next, if it does within this time.
    pub(super) fn hear(&mut self, within: Duration) -> Result<Said, Lost> {
        let until = Instant::now() + within;
        match wire::receive(&mut Timed { socket: &self.socket, until }) {
            Ok(said) => Ok(said),
            Err(WireError::Io(error)) if is_late(&error) => {
                self.end();
                Err(Lost::Late(within))
            }
            Err(WireError::Io(_)) => Err(self.dead()),
            Err(error) => {
                self.end();
                Err(Lost::Nonsense(error.to_string()))
            }
        }
    }

    /// Kills it and waits for its end.
    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// How one ended whose socket is closed. Its last words are bounded: they may hold octets of the mail.
    fn dead(&mut self) -> Lost {
        let patience = Instant::now() + Duration::from_millis(200);
        let how = loop {
            match self.child.try_wait() {
                Ok(Some(how)) => break how,
                Ok(None) if Instant::now() < patience => std::thread::sleep(Duration::from_millis(1)),
                Ok(None) | Err(_) => {
                    self.end();
                    return Lost::Nonsense("it has closed its socket".to_owned());
                }
            }
        };
        let mut words = Vec::new();
        if let Some(stderr) = self.child.stderr.take() {
            let _ = stderr.take(LAST_WORDS).read_to_end(&mut words);
        }
        let words = String::from_utf8_lossy(&words).trim().replace('\n', " | ");
        Lost::Died { how, words }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// A socket that is read until a moment, however small the pieces are in which a frame comes.
struct Timed<'a> {
    socket: &'a UnixStream,
    until: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.socket.set_read_timeout(Some(left))?;
        self.socket.read(into)
    }
}
