//! What a message is judged by: policies, trust anchors, directory; taken once per message.

use std::fmt;
use std::sync::Arc;

use crate::digest::Sha256;
use crate::sender::{Directory, SenderSettings};
use crate::signature::Known;
use crate::time::UnixTime;
use crate::x509::{AnchorStore, Certificate, CrlShelf};

use super::read::Policy;

/// Policies, anchors and directory, as they were at one moment.
#[derive(Clone, Debug)]
pub struct Rulebook {
    policies: Vec<Policy>,
    anchors: AnchorStore,
    intermediates: Vec<Certificate>,
    directory: Option<Directory>,
    sender: SenderSettings,
    /// Of what the parts were read from.
    sources: Sha256,
    digest: Sha256,
    /// Lists that were read for earlier messages; saves work and decides nothing.
    shelf: Arc<CrlShelf>,
}

/// Why there is no rulebook.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RulebookError {
    /// No policy is loaded.
    NoPolicy,
}

impl fmt::Display for RulebookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPolicy => f.write_str("no policy is loaded"),
        }
    }
}

impl std::error::Error for RulebookError {}

impl Rulebook {
    /// Puts a rulebook together. `sources` are the octets that the parts were read from, whose digest names the
    /// rulebook in the log.
    pub fn new(
        policies: Vec<Policy>,
        anchors: AnchorStore,
        intermediates: Vec<Certificate>,
        directory: Option<Directory>,
        sender: SenderSettings,
        sources: &[Vec<u8>],
    ) -> Result<Self, RulebookError> {
        if policies.is_empty() {
            return Err(RulebookError::NoPolicy);
        }
        let mut digests = Vec::with_capacity(sources.len() * 32);
        for source in sources {
            digests.extend_from_slice(Sha256::of(source).as_bytes());
        }
        let sources = Sha256::of(&digests);
        let digest = named(sources, directory.as_ref());
        // Now, not while the first message waits.
        let directory = directory.map(Directory::prepared);
        Ok(Self { policies, anchors, intermediates, directory, sender, sources, digest, shelf: Arc::default() })
    }

    /// The same rulebook with another state of the living directory, which names itself: it has no source among those
    /// that the rulebook was put together from.
    #[must_use]
    pub fn with_directory(&self, directory: Directory) -> Self {
        let digest = named(self.sources, Some(&directory));
        Self { directory: Some(directory.prepared()), digest, ..self.clone() }
    }

    /// The policy in force at the time of receipt: of several the one that began last. When none is in force (a
    /// clock before 2013, say) the first stands in to name the rule; [`Self::in_force`] tells that it binds nobody.
    #[must_use]
    pub fn policy(&self, at: UnixTime) -> &Policy {
        self.policies
            .iter()
            .filter(|policy| policy.in_force.contains(at))
            .max_by_key(|policy| policy.in_force.from())
            .unwrap_or(&self.policies[0])
    }

    /// Whether any policy is in force at the time of receipt. Where none is, nothing can be equivalent by it.
    #[must_use]
    pub fn in_force(&self, at: UnixTime) -> bool {
        self.policies.iter().any(|policy| policy.in_force.contains(at))
    }

    /// All policies.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// Trust anchors.
    #[must_use]
    pub fn anchors(&self) -> &AnchorStore {
        &self.anchors
    }

    /// Certificates of issuing CAs that complete paths.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// The directory of official mailboxes; `None` when there is none.
    #[must_use]
    pub fn directory(&self) -> Option<&Directory> {
        self.directory.as_ref()
    }

    /// How senders are known.
    #[must_use]
    pub fn sender(&self) -> &SenderSettings {
        &self.sender
    }

    /// What a judge may know before the message: certificates whose keys remember what they verified, and lists that
    /// were read already.
    #[must_use]
    pub fn known(&self) -> Known {
        Known::keeping(&self.intermediates, Arc::clone(&self.shelf))
    }

    /// Names the rulebook in the log.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        self.digest
    }
}

/// A directory with a history is named by it; one that is a file is one of the sources.
fn named(sources: Sha256, directory: Option<&Directory>) -> Sha256 {
    match directory.and_then(Directory::digest) {
        Some(history) => Sha256::of(&[*sources.as_bytes(), *history.as_bytes()].concat()),
        None => sources,
    }
}
