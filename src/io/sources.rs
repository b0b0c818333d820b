//! Where evidence comes from: the drop folder of revocation lists and OCSP responses. It is read again when its files
//! change, so that an operator only has to put a newer file there.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::evidence::{Answer, Attempt, Failure, Need, Piece};
use crate::gateway::Gather;
use crate::x509::Name;

mod content;
mod listing;

pub use content::{Content, Unrecognised};

use content::Found;
use listing::Seen;

/// The folder is looked at again at most this often.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// What is offered for one question. A CA has a list for each kind of certificate, and some generations of each.
const OFFERED: usize = 64;
/// Indirect lists speak of certificates of any issuer, so they are offered to every question; few CAs publish one.
const INDIRECT: usize = 16;

/// A folder of CRLs and OCSP responses, DER or PEM, known by content. Clones share what was read.
#[derive(Clone, Debug)]
pub struct DropFolder {
    folder: PathBuf,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    looked: Option<Instant>,
    files: Vec<(Seen, Read)>,
    /// What is wrong with the folder as a whole, as far as it was said.
    said: Option<String>,
    index: Arc<Index>,
}

/// What one file turned out to hold; read once, however often its neighbours change.
type Read = Result<Arc<Vec<Found>>, Arc<Unreadable>>;

/// One file of the folder, for `doctor`.
#[derive(Debug)]
pub struct Listed {
    /// The file.
    pub file: PathBuf,
    /// What is in it; why nothing otherwise.
    pub content: Result<Vec<Content>, String>,
}

/// What the folder has, newest file first.
#[derive(Debug, Default)]
struct Index {
    by_issuer: HashMap<Name, Vec<Piece>>,
    indirect: Vec<Piece>,
    responses: Vec<Piece>,
}

/// Why a file gives nothing.
#[derive(Debug)]
enum Unreadable {
    Content(Unrecognised),
    File(io::Error),
    /// The folder holds more than is read.
    NoRoom,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content(error) => error.fmt(f),
            Self::File(error) => error.fmt(f),
            Self::NoRoom => write!(f, "not read: the folder holds more than {} MB", listing::ALL >> 20),
        }
    }
}

impl DropFolder {
    /// Looks at `folder`; it need not exist yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, state: Arc::default() }
    }

    /// Reads every file now.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        let mut files = self.read();
        files.sort_by(|(one, _), (other, _)| one.file.cmp(&other.file));
        let listed = files.into_iter().map(|(seen, read)| Listed {
            content: match &read {
                Ok(found) => Ok(found.iter().map(|one| one.content.clone()).collect()),
                Err(error) => Err(error.to_string()),
            },
            file: seen.file,
        });
        listed.collect()
    }

    fn read(&self) -> Vec<(Seen, Read)> {
        listing::files(&self.folder).map_or_else(|_| Vec::new(), |(files, _)| look(files, &[]))
    }

    /// Every list and response that is read now, each once, with the file that holds it.
    #[must_use]
    pub fn pieces(&self) -> Vec<(Content, Piece)> {
        let read = self.read().into_iter().filter_map(|(_, read)| read.ok());
        read.flat_map(|found| found.iter().map(|one| (one.content.clone(), one.piece.clone())).collect::<Vec<_>>())
            .collect()
    }

    /// Answers what can be answered from the folder.
    #[must_use]
    pub fn answers(&self, needs: Vec<Need>) -> Vec<(Need, Answer)> {
        let index = self.current();
        needs
            .into_iter()
            .map(|need| {
                let pieces = index.pieces(&need);
                let answer = if pieces.is_empty() { self.in_vain(&need) } else { Answer::of(pieces) };
                (need, answer)
            })
            .collect()
    }

    /// That the folder was looked at stands in the record too.
    fn in_vain(&self, need: &Need) -> Answer {
        let failure = match need {
            Need::Crl { .. } => Failure::NoList,
            Need::Ocsp { .. } => Failure::NoResponse,
            Need::Sender(_) | Need::SeenBefore { .. } => return Answer::default(),
        };
        Answer::in_vain(vec![Attempt { source: self.folder.display().to_string(), failure }])
    }

    fn current(&self) -> Arc<Index> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.is_none_or(|looked| looked.elapsed() >= LOOK_AGAIN) {
            let problem = match listing::files(&self.folder) {
                Ok((files, more)) => {
                    state.take(files);
                    (more > 0).then(|| format!("{more} older files are not read, only the {} newest", listing::FILES))
                }
                // What was read before is not gone because the disk, or a handle, is short for a moment.
                Err(error) => Some(error.to_string()),
            };
            if let Some(problem) = problem.as_ref().filter(|problem| state.said.as_ref() != Some(*problem)) {
                tracing::warn!(folder = %self.folder.display(), problem, "folder of revocation lists");
            }
            state.said = problem;
            state.looked = Some(Instant::now());
        }
        Arc::clone(&state.index)
    }
}

impl State {
    fn take(&mut self, files: Vec<Seen>) {
        let before = std::mem::take(&mut self.files);
        let files = look(files, &before);
        let outcome = |(seen, read): &(Seen, Read)| (seen.clone(), read.is_ok());
        if !files.iter().map(outcome).eq(before.iter().map(outcome)) {
            self.index = Arc::new(Index::of(&files));
        }
        let known: HashSet<&Seen> = before.iter().map(|(seen, _)| seen).collect();
        for (seen, read) in &files {
            // Said once for each state of a file, not each time that something beside it changes.
            if let Err(error) = read
                && !known.contains(seen)
            {
                tracing::warn!(file = %seen.file.display(), %error, "no revocation list or OCSP response");
            }
        }
        self.files = files;
    }
}

/// Files with what is in them. What was read `before` and has not changed is not read again.
fn look(files: Vec<Seen>, before: &[(Seen, Read)]) -> Vec<(Seen, Read)> {
    let mut room = listing::ALL;
    let known: HashMap<&Seen, &Read> = before.iter().map(|(seen, read)| (seen, read)).collect();
    let files = files.into_iter().map(|seen| {
        let read = match known.get(&seen) {
            _ if seen.length > room => Err(Arc::new(Unreadable::NoRoom)),
            // A file for which there was no room may have some now, and one that was refused may be read.
            Some(Err(error)) if !matches!(**error, Unreadable::Content(_)) => read(&seen),
            Some(known) => (*known).clone(),
            None => read(&seen),
        };
        if read.is_ok() {
            room = room.saturating_sub(seen.length);
        }
        (seen, read)
    });
    files.collect()
}

fn read(seen: &Seen) -> Read {
    let octets = listing::read(&seen.file).map_err(|error| Arc::new(Unreadable::File(error)))?;
    let name = seen.file.file_name().unwrap_or_default().to_string_lossy();
    let found = content::recognise(&octets, &name, seen.modified());
    found.map(Arc::new).map_err(|error| Arc::new(Unreadable::Content(error)))
}

impl Index {
    /// Of `files` that stand with the newest first: what is left out, where there is too much, is the oldest.
    fn of(files: &[(Seen, Read)]) -> Self {
        let mut index = Self::default();
        for one in files.iter().filter_map(|(_, read)| read.as_ref().ok()).flat_map(|found| found.iter()) {
            match &one.content {
                Content::Crl { issuer, indirect, .. } => {
                    if *indirect {
                        index.indirect.push(one.piece.clone());
                    }
                    index.by_issuer.entry(issuer.clone()).or_default().push(one.piece.clone());
                }
                Content::Ocsp => index.responses.push(one.piece.clone()),
            }
        }
        index
    }

    fn pieces(&self, need: &Need) -> Vec<Piece> {
        match need {
            Need::Crl { issuer, .. } => {
                // Names are equal after RFC 5280's normalisation, however they are encoded.
                let name = Name::parse(issuer).ok();
                let own = name.and_then(|name| self.by_issuer.get(&name)).map(Vec::as_slice).unwrap_or_default();
                let mut pieces: Vec<Piece> = own.iter().take(OFFERED).cloned().collect();
                for piece in self.indirect.iter().take(INDIRECT) {
                    if !own.iter().any(|mine| Arc::ptr_eq(&mine.octets, &piece.octets)) {
                        pieces.push(piece.clone());
                    }
                }
                pieces
            }
            Need::Ocsp { serial, .. } => {
                let about = |piece: &&Piece| content::names_serial(&piece.octets, serial);
                self.responses.iter().filter(about).take(OFFERED).cloned().collect()
            }
            Need::Sender(_) | Need::SeenBefore { .. } => Vec::new(),
        }
    }
}

impl Gather for DropFolder {
    async fn gather(&self, needs: Vec<Need>) -> Vec<(Need, Answer)> {
        let (folder, asked) = (self.clone(), needs.clone());
        // Lists have megabytes, and whoever asks next waits for whoever reads: not on a thread that answers peers.
        let answers = tokio::task::spawn_blocking(move || folder.answers(asked)).await;
        answers.unwrap_or_else(|error| {
            tracing::error!(%error, "revocation lists not read");
            needs.into_iter().map(|need| (need, Answer::default())).collect()
        })
    }
}

#[cfg(test)]
mod tests;
