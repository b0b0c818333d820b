//! Where evidence comes from: the drop folder of revocation lists. It is read again when its files change, so that an
//! operator only has to put a newer list there.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::evidence::{Answer, Need, Piece};
use crate::gateway::Gather;
use crate::x509::{Crl, Name};

/// The folder is looked at again at most this often.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// A larger file is no list that a CA publishes (pki.md of the design: 20 MiB).
const LARGEST: u64 = 20 << 20;
/// More files than all Vietnamese CAs publish together.
const FILES: usize = 1000;

/// A folder of CRLs, DER or PEM, known by content. Clones share what was read.
#[derive(Clone, Debug)]
pub struct CrlFolder {
    folder: PathBuf,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    looked: Option<Instant>,
    seen: Vec<(PathBuf, u64, Option<SystemTime>)>,
    by_issuer: Arc<HashMap<Name, Vec<Piece>>>,
}

/// One file of the folder, for `doctor`.
#[derive(Debug)]
pub struct Listed {
    /// The file.
    pub file: PathBuf,
    /// The list in it; why not otherwise.
    pub crl: Result<Crl, String>,
}

impl CrlFolder {
    /// Looks at `folder`; it need not exist yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, state: Arc::default() }
    }

    /// Reads every file now.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        files(&self.folder)
            .into_iter()
            .map(|(file, _, _)| {
                let crl = read(&file)
                    .map_err(|error| error.to_string())
                    .and_then(|octets| Crl::parse(&octets).map_err(|error| error.to_string()));
                Listed { file, crl }
            })
            .collect()
    }

    /// Answers what can be answered from the folder.
    #[must_use]
    pub fn answers(&self, needs: Vec<Need>) -> Vec<(Need, Answer)> {
        needs
            .into_iter()
            .map(|need| {
                let pieces = match &need {
                    Need::Crl { issuer, .. } => self.pieces(issuer),
                    Need::Ocsp { .. } => Vec::new(),
                };
                let answer = if pieces.is_empty() { Answer::Unavailable(Vec::new()) } else { Answer::Pieces(pieces) };
                (need, answer)
            })
            .collect()
    }

    /// The lists of `issuer` (a DER name).
    fn pieces(&self, issuer: &[u8]) -> Vec<Piece> {
        // Names are equal after RFC 5280's normalisation, however they are encoded.
        Name::parse(issuer).ok().and_then(|name| self.current().get(&name).cloned()).unwrap_or_default()
    }

    fn current(&self) -> Arc<HashMap<Name, Vec<Piece>>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.is_none_or(|looked| looked.elapsed() >= LOOK_AGAIN) {
            let seen = files(&self.folder);
            if seen != state.seen {
                state.by_issuer = Arc::new(index(&seen));
                state.seen = seen;
            }
            state.looked = Some(Instant::now());
        }
        Arc::clone(&state.by_issuer)
    }
}

fn files(folder: &Path) -> Vec<(PathBuf, u64, Option<SystemTime>)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let facts = std::fs::metadata(entry.path()).ok()?;
            facts.is_file().then(|| (entry.path(), facts.len(), facts.modified().ok()))
        })
        .collect();
    // Sorted first: which files are left out must not hang on the order of the folder.
    files.sort();
    files.truncate(FILES);
    files
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    if std::fs::metadata(file)?.len() > LARGEST {
        return Err(io::Error::other(format!("larger than {} MB", LARGEST >> 20)));
    }
    std::fs::read(file)
}

fn index(files: &[(PathBuf, u64, Option<SystemTime>)]) -> HashMap<Name, Vec<Piece>> {
    let mut by_issuer: HashMap<Name, Vec<Piece>> = HashMap::new();
    for (file, _, _) in files {
        let octets = match read(file) {
            Ok(octets) => octets,
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "revocation list not read");
                continue;
            }
        };
        match Crl::parse(&octets) {
            Ok(crl) => {
                let source = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let piece = Piece { octets: octets.into(), source, taken: None };
                by_issuer.entry(crl.issuer().clone()).or_default().push(piece);
            }
            Err(error) => tracing::warn!(file = %file.display(), %error, "no revocation list"),
        }
    }
    by_issuer
}

impl Gather for CrlFolder {
    async fn gather(&self, needs: Vec<Need>) -> Vec<(Need, Answer)> {
        let (folder, asked) = (self.clone(), needs.clone());
        // Lists have megabytes, and whoever asks next waits for whoever reads: not on a thread that answers peers.
        let answers = tokio::task::spawn_blocking(move || folder.answers(asked)).await;
        answers.unwrap_or_else(|error| {
            tracing::error!(%error, "revocation lists not read");
            needs.into_iter().map(|need| (need, Answer::Unavailable(Vec::new()))).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_too_large_for_a_list_is_named_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(folder.path().join("large.crl")).unwrap();
        file.set_len(LARGEST + 1).unwrap();
        let listed = CrlFolder::new(folder.path().to_owned()).list();
        assert!(matches!(&listed[..], [Listed { crl: Err(_), .. }]));
    }
}
