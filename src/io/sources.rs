//! Where evidence comes from: the drop folder of revocation lists. It is read again when its files change, so that an
//! operator only has to put a newer list there.

use std::collections::HashMap;
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

/// A folder of CRLs, DER or PEM, known by content.
#[derive(Debug)]
pub struct CrlFolder {
    folder: PathBuf,
    state: Mutex<State>,
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
        Self { folder, state: Mutex::default() }
    }

    /// Reads every file now.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        files(&self.folder)
            .into_iter()
            .map(|(file, _, _)| {
                let crl = std::fs::read(&file)
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
                let Need::Crl { issuer } = &need;
                let pieces = self.pieces(issuer);
                let answer = if pieces.is_empty() { Answer::Unavailable } else { Answer::Pieces(pieces) };
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
            (facts.is_file() && facts.len() <= LARGEST).then(|| (entry.path(), facts.len(), facts.modified().ok()))
        })
        .take(FILES)
        .collect();
    files.sort();
    files
}

fn index(files: &[(PathBuf, u64, Option<SystemTime>)]) -> HashMap<Name, Vec<Piece>> {
    let mut by_issuer: HashMap<Name, Vec<Piece>> = HashMap::new();
    for (file, _, _) in files {
        let Ok(octets) = std::fs::read(file) else { continue };
        match Crl::parse(&octets) {
            Ok(crl) => {
                let source = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let piece = Piece { octets: octets.into(), source };
                by_issuer.entry(crl.issuer().clone()).or_default().push(piece);
            }
            Err(error) => tracing::warn!(file = %file.display(), %error, "no revocation list"),
        }
    }
    by_issuer
}

impl Gather for CrlFolder {
    async fn gather(&self, needs: Vec<Need>) -> Vec<(Need, Answer)> {
        self.answers(needs)
    }
}
