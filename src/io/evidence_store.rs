//! Evidence on disk: objects by their digest, and a record for each input (docs/evidence.md).
//!
//! ```text
//! objects/ab/cdef…           octets, named by their SHA-256
//! 0123…/evidence.json        the record of the input with this SHA-256
//! ```
//!
//! A file appears whole or not at all, and a record only after everything that it names. Nothing is ever removed.

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::regular;
use crate::digest::{Digested, Sha256};
use crate::evidence::{Answer, FORMAT, Need, Record};

/// No list, response, certificate or signature is larger.
const LARGEST_OBJECT: u64 = 64 << 20;
/// A report of a thousand documents has some megabytes.
const LARGEST_RECORD: u64 = 64 << 20;
/// Objects that are remembered to be there; a gateway that runs for years has millions.
const HELD: usize = 100_000;
/// The record of an input, in the folder named by its digest.
const RECORD: &str = "evidence.json";

/// A folder of evidence.
#[derive(Debug)]
pub struct EvidenceStore {
    folder: PathBuf,
    /// Objects that are known to be there whole; lists are shared by all inputs of a call.
    held: Mutex<HashSet<Sha256>>,
}

/// Why evidence is not kept, or cannot be used again.
#[derive(Debug)]
pub enum EvidenceError {
    /// The octets of an object are not those that its name says.
    Changed {
        /// The file.
        file: PathBuf,
        /// What the record says of it.
        source: String,
        /// Digest of what is there.
        found: Sha256,
    },
    /// A record of another shape.
    Format {
        /// The file.
        file: PathBuf,
        /// What it says of itself.
        format: String,
    },
    /// The system refused.
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// An object that a record names is not there.
    Missing {
        /// The file.
        file: PathBuf,
        /// What the record says of it.
        source: String,
    },
    /// No record of this input.
    NoRecord {
        /// The folder.
        folder: PathBuf,
        /// Digest of the input.
        input: Sha256,
    },
    /// A record that cannot be read.
    Record {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        fault: String,
    },
    /// There is another record of this input.
    Recorded {
        /// The file.
        file: PathBuf,
    },
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { file, source, found } => {
                write!(f, "{}: object was changed ({source}); its SHA-256 is now {found}", file.display())
            }
            Self::Format { file, format } => {
                write!(f, "{}: format \"{format}\", this program reads \"{FORMAT}\"", file.display())
            }
            Self::Io { file, error } => write!(f, "{}: {error}", file.display()),
            Self::Missing { file, source } => write!(f, "{}: object is missing ({source})", file.display()),
            Self::NoRecord { folder, input } => {
                write!(f, "{}: no evidence of an input with SHA-256 {input}", folder.display())
            }
            Self::Record { file, fault } => write!(f, "{}: {fault}", file.display()),
            Self::Recorded { file } => write!(f, "{}: there is another record of this input", file.display()),
        }
    }
}

impl std::error::Error for EvidenceError {}

/// Evidence that was kept, as answers to the same questions.
#[derive(Debug)]
pub struct Replay {
    /// The record.
    pub record: Record,
    answers: Vec<(Need, Answer)>,
}

impl Replay {
    /// What was recorded for each need; what was never asked has no answer now.
    #[must_use]
    pub fn answers(&self, needs: Vec<Need>) -> Vec<(Need, Answer)> {
        let recorded = |need: &Need| self.answers.iter().find(|(known, _)| known == need);
        needs
            .into_iter()
            .map(|need| {
                let answer = recorded(&need).map_or_else(Answer::default, |(_, answer)| answer.clone());
                (need, answer)
            })
            .collect()
    }
}

impl EvidenceStore {
    /// A store to write to; it is made where it is not there. That nothing can be written is said now, before the work.
    pub fn create(folder: &Path) -> Result<Self, EvidenceError> {
        let store = Self::open(folder);
        let objects = folder.join("objects");
        fs::create_dir_all(&objects).map_err(|error| EvidenceError::Io { file: objects.clone(), error })?;
        let probe = draft(&objects);
        let probed = File::create_new(&probe).and_then(|_| fs::remove_file(&probe));
        probed.map_err(|error| EvidenceError::Io { file: objects, error })?;
        Ok(store)
    }

    /// A store to read from.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), held: Mutex::default() }
    }

    /// Keeps a record with everything that it names. Another record of the same input stays, unless `replace` says so.
    pub fn keep(&self, record: &Record, objects: &[Digested], replace: bool) -> Result<(), EvidenceError> {
        let file = self.record_file(record.input.sha256);
        let text = serde_json::to_string_pretty(record)
            .map_err(|error| EvidenceError::Record { file: file.clone(), fault: error.to_string() })?;
        let text = format!("{text}\n");
        let repeated = match regular::read(&file, LARGEST_RECORD) {
            Ok(there) => {
                let repeated = serde_json::from_slice(&there).is_ok_and(|there| record.repeats(&there));
                if !repeated && !replace {
                    return Err(EvidenceError::Recorded { file });
                }
                repeated
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(EvidenceError::Io { file, error }),
        };
        for octets in objects {
            self.keep_object(octets)?;
        }
        if repeated {
            return Ok(());
        }
        place(&file, text.as_bytes()).map_err(|error| EvidenceError::Io { file, error })
    }

    /// Keeps octets under their digest.
    pub fn keep_object(&self, octets: &Digested) -> Result<(), EvidenceError> {
        let digest = octets.sha256();
        let file = self.object_file(digest);
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).contains(&digest);
        // Somebody may have cleared the folder since; whether it is still what it was is compared at each reading.
        if held && fs::metadata(&file).is_ok_and(|there| there.len() == octets.len() as u64) {
            return Ok(());
        }
        // What lies there under this name may have been cut or changed since; then it is made whole again.
        let whole = regular::read(&file, LARGEST_OBJECT).is_ok_and(|there| there[..] == octets[..]);
        if !whole {
            place(&file, octets).map_err(|error| EvidenceError::Io { file, error })?;
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD {
            held.clear();
        }
        held.insert(digest);
        Ok(())
    }

    /// The record of the input with this digest, with every object that it names, each compared with its name.
    pub fn replay(&self, input: Sha256) -> Result<Replay, EvidenceError> {
        let file = self.record_file(input);
        let text = match regular::read(&file, LARGEST_RECORD) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(EvidenceError::NoRecord { folder: self.folder.clone(), input });
            }
            Err(error) => return Err(EvidenceError::Io { file, error }),
        };
        let fault = |fault: String| EvidenceError::Record { file: file.clone(), fault };
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(|error| fault(error.to_string()))?;
        let format = value["format"].as_str().unwrap_or_default();
        if format != FORMAT {
            return Err(EvidenceError::Format { format: format.chars().take(100).collect(), file });
        }
        let record: Record = serde_json::from_value(value).map_err(|error| fault(error.to_string()))?;
        if record.input.sha256 != input {
            return Err(fault(format!("is the record of another input ({})", record.input.sha256)));
        }
        for (digest, source) in record.objects() {
            self.object(digest, &source)?;
        }
        let answers = record.replay(|digest, source| self.object(digest, source))?;
        let answers = answers.ok_or_else(|| fault("a question is not written as one".to_owned()))?;
        Ok(Replay { record, answers })
    }

    fn object(&self, digest: Sha256, source: &str) -> Result<Arc<[u8]>, EvidenceError> {
        let file = self.object_file(digest);
        let source = source.to_owned();
        match regular::read(&file, LARGEST_OBJECT) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(EvidenceError::Missing { file, source }),
            Err(error) => Err(EvidenceError::Io { file, error }),
            Ok(octets) => match Sha256::of(&octets) {
                found if found == digest => Ok(octets.into()),
                found => Err(EvidenceError::Changed { file, source, found }),
            },
        }
    }

    fn record_file(&self, input: Sha256) -> PathBuf {
        self.folder.join(input.to_string()).join(RECORD)
    }

    fn object_file(&self, digest: Sha256) -> PathBuf {
        let name = digest.to_string();
        let (first, rest) = name.split_at(2);
        self.folder.join("objects").join(first).join(rest)
    }
}

/// Writes a file whole, or not at all, and so that it stays.
fn place(file: &Path, octets: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let draft = draft(folder);
    // Of a process of this number that was killed.
    let _ = fs::remove_file(&draft);
    let written = File::create_new(&draft).and_then(|mut opened| {
        opened.write_all(octets)?;
        opened.sync_all()
    });
    let placed = written.and_then(|()| fs::rename(&draft, file)).and_then(|()| File::open(folder)?.sync_all());
    if placed.is_err() {
        let _ = fs::remove_file(&draft);
    }
    placed
}

/// A name that nobody else writes to.
fn draft(folder: &Path) -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    folder.join(format!(".dieu7-{}-{number}", std::process::id()))
}
