//! One message through the six stages.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::ArcSwap;

use crate::audit::{Circumstances, Entry, Receipt};
use crate::digest::Sha256;
use crate::dossier::Examined;
use crate::evidence::{Answer, Evidence, Need};
use crate::message::stamps::stamps;
use crate::message::{Claims, Message};
use crate::policy::{Case, Judgement, ROUNDS, Reason, Rulebook};
use crate::stamp::Stamp;
use crate::time::UnixTime;

/// Asks the outside world.
pub trait Gather: Send + Sync + 'static {
    /// Answers every need; silence is an answer without pieces.
    fn gather(&self, needs: Vec<Need>) -> impl Future<Output = Vec<(Need, Answer)>> + Send;

    /// The same for one round of a message that may ask the web only as long as `fetches` last.
    fn gather_within(&self, needs: Vec<Need>, fetches: &Fetches) -> impl Future<Output = Vec<(Need, Answer)>> + Send {
        // Who asks nobody needs no bound.
        let _ = fetches;
        self.gather(needs)
    }
}

/// What one message may still ask of the web, in all its rounds together. Clones share it.
#[derive(Clone, Debug)]
pub struct Fetches(Arc<AtomicUsize>);

/// A signature with a timestamp has two paths of three certificates; with OCSP and a second signer there are 16.
pub const FETCHES: usize = 16;

impl Default for Fetches {
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(FETCHES)))
    }
}

impl Fetches {
    /// Takes one; whether there was one left.
    #[must_use]
    pub fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

/// Keeps the record.
pub trait Append: Send + Sync + 'static {
    /// Answers when the entry is durable.
    fn append(&self, entry: Entry) -> impl Future<Output = Result<Receipt, Unrecorded>> + Send;
}

/// Computes, apart from the threads that wait: as many at a time as there are cores, behind a bounded queue.
pub trait Compute: Send + Sync + 'static {
    /// Reads the octets of a message; `None` when the examination died.
    fn examine(&self, message: Arc<Message>) -> impl Future<Output = Option<Examined>> + Send;

    /// What would have to be asked outside.
    fn needs(&self, case: Arc<Case>) -> impl Future<Output = Vec<Need>> + Send;

    /// Judges.
    fn judge(&self, case: Arc<Case>) -> impl Future<Output = Option<Judgement>> + Send;
}

/// The record could not be made durable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unrecorded(pub String);

impl fmt::Display for Unrecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unrecorded {}

/// What came of a message.
#[derive(Debug)]
pub struct Decided {
    /// The judgement.
    pub judgement: Judgement,
    /// Its place in the log.
    pub receipt: Receipt,
    /// The header fields to insert.
    pub stamp: Stamp,
}

/// A message as it came in.
struct Received {
    message: Arc<Message>,
    digest: Sha256,
    whole: bool,
}

/// Facts about this gateway that stand in every record.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Name of the gateway.
    pub gateway: String,
    /// First part of every header name.
    pub header_prefix: String,
    /// `stamp` or `observe`.
    pub mode: &'static str,
}

/// The gateway: three things that wait, and the rulebook of the moment.
#[derive(Debug)]
pub struct Gateway<G, A, C> {
    gather: G,
    append: A,
    compute: C,
    rulebook: ArcSwap<Rulebook>,
    identity: Identity,
}

impl<G: Gather, A: Append, C: Compute> Gateway<G, A, C> {
    /// Puts a gateway together.
    pub fn new(gather: G, append: A, compute: C, rulebook: Rulebook, identity: Identity) -> Self {
        Self { gather, append, compute, rulebook: ArcSwap::from_pointee(rulebook), identity }
    }

    /// Takes a new rulebook; messages under way that are not yet recorded are judged again by it.
    pub fn replace_rulebook(&self, rulebook: Rulebook) {
        self.rulebook.store(Arc::new(rulebook));
    }

    /// The rulebook of the moment.
    pub fn rulebook(&self) -> Arc<Rulebook> {
        self.rulebook.load_full()
    }

    /// Who this gateway is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The story: examine, gather, judge, record, stamp. `truncated` says that the message is not whole, so it is not
    /// examined.
    pub async fn decide(&self, message: Message, truncated: bool, at: UnixTime) -> Result<Decided, Unrecorded> {
        let message = Arc::new(message);
        let examination = async { if truncated { None } else { self.compute.examine(Arc::clone(&message)).await } };
        // Polled in this order: the digest is made here while the message is examined elsewhere.
        let (examined, digest) = tokio::join!(biased; examination, async { Sha256::of(message.octets()) });
        let received = Received { message: Arc::clone(&message), digest, whole: !truncated };
        let stamped_before = !stamps(&message, &self.identity.header_prefix).is_empty();
        let mut case = Case {
            message: Some(message),
            examined: examined.map(Arc::new),
            evidence: Evidence::default(),
            rulebook: self.rulebook.load_full(),
            at,
            remarks: stamped_before.then_some(Reason::StampRemoved).into_iter().collect(),
        };
        // One for all rounds, also when it is judged again by another rulebook.
        let fetches = Fetches::default();
        loop {
            case = self.gather(case, &fetches).await;
            let shared = Arc::new(case);
            let judgement = match self.compute.judge(Arc::clone(&shared)).await {
                Some(judgement) => judgement,
                // Judging died: nothing is known, and that is what the record says.
                None => crate::policy::unexamined(&shared),
            };
            let current = self.rulebook.load_full();
            if !Arc::ptr_eq(&current, &shared.rulebook) {
                case = Arc::unwrap_or_clone(shared);
                case.rulebook = current;
                continue;
            }
            let receipt = self.append.append(self.entry(&shared, &received, &judgement)).await?;
            let stamp = Stamp::new(&judgement, &receipt, &self.identity.header_prefix);
            return Ok(Decided { judgement, receipt, stamp });
        }
    }

    async fn gather(&self, case: Case, fetches: &Fetches) -> Case {
        let mut case = case;
        for _ in 0..ROUNDS {
            let shared = Arc::new(case);
            let needs = self.compute.needs(Arc::clone(&shared)).await;
            case = Arc::unwrap_or_clone(shared);
            let needs = case.unanswered(needs);
            if needs.is_empty() {
                break;
            }
            case.take(self.gather.gather_within(needs, fetches).await);
        }
        case
    }

    fn entry(&self, case: &Case, received: &Received, judgement: &Judgement) -> Entry {
        // Of a message that could not be examined the header is read all the same: its record must be found.
        let claims = match &case.examined {
            Some(examined) => examined.dossier.claims.clone(),
            None => Claims::read(&received.message, &[]),
        };
        let message_id = claims.message_id.filter(|_| !judgement.is_secret() && claims.secret_mark.is_none());
        let around = Circumstances {
            envelope: received.message.envelope(),
            message: received.digest,
            whole: received.whole,
            message_id: message_id.as_deref().unwrap_or_default(),
            evidence: &case.evidence,
            rulebook: case.rulebook.digest(),
            gateway: &self.identity.gateway,
            mode: self.identity.mode,
        };
        Entry::new(judgement, around)
    }
}
