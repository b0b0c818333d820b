//! Joins the milter server with the gateway: a transaction becomes a message, a decision becomes header changes.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::gateway::{Append, Compute, Gateway, Gather};
use crate::io::clock;
use crate::io::milter::Handler;
use crate::message::stamps::{stamps, told};
use crate::milter::{Change, Outcome, Transaction};
use crate::settings::{Mode, TooLarge, Unwritable};

/// Postfix searches its queue file anew for each deletion: to remove forged stamps takes it 0.1 s for 1,000 of them,
/// 1.2 s for 5,000, 23 s for 19,000. No honest mail brings more than a few.
const STAMPS: usize = 2_000;

/// Answers Postfix for each message.
#[derive(Debug)]
pub struct Reception<G, A, C> {
    gateway: Arc<Gateway<G, A, C>>,
    mode: Mode,
    too_large: TooLarge,
    unwritable: Unwritable,
}

impl<G, A, C> Reception<G, A, C> {
    /// Puts a reception before a gateway.
    pub fn new(gateway: Arc<Gateway<G, A, C>>, mode: Mode, too_large: TooLarge, unwritable: Unwritable) -> Self {
        Self { gateway, mode, too_large, unwritable }
    }
}

impl<G: Gather, A: Append, C: Compute> Handler for Reception<G, A, C> {
    async fn handle(&self, transaction: Transaction) -> Outcome {
        let truncated = transaction.truncated;
        let message = transaction.into_message();
        let queue_id = String::from_utf8_lossy(message.envelope().queue_id.as_deref().unwrap_or(b"?")).into_owned();
        if truncated && self.too_large == TooLarge::Tempfail && self.mode == Mode::Stamp {
            tracing::warn!(queue_id, "message over a limit, asked to wait");
            return Outcome::temp_fail("message over a limit of dieu7 (size, recipients or header fields)");
        }
        let prefix = &self.gateway.identity().header_prefix;
        // Old stamps go whatever else happens: a forged one must not survive because our log is full.
        let found = stamps(&message, prefix);
        if !found.is_empty() {
            tracing::warn!(queue_id, stamps = found.len(), names = ?told(&found), "stamps on arrival, removed");
        }
        let mut changes: Vec<Change> = found
            .into_iter()
            .filter_map(|found| Some(Change::Delete { name: found.name, index: NonZeroU32::new(found.index)? }))
            .collect();
        if changes.len() > STAMPS && self.mode == Mode::Stamp {
            tracing::warn!(queue_id, stamps = changes.len(), "more forged stamps than can be removed, asked to wait");
            return Outcome::temp_fail("more forged stamps than dieu7 can remove");
        }
        let started = std::time::Instant::now();
        match self.gateway.decide(message, truncated, clock::now()).await {
            Ok(decided) => {
                let verdict = decided.judgement.verdict;
                let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                tracing::info!(queue_id, verdict = %verdict, id = decided.receipt.id(), milliseconds, "decided");
                if self.mode == Mode::Observe {
                    return Outcome::accept(Vec::new());
                }
                changes.extend(decided.stamp.fields().iter().map(|field| Change::Insert {
                    position: 0,
                    name: field.name.clone().into_bytes(),
                    value: field.value.clone().into_bytes(),
                }));
                Outcome::accept(changes)
            }
            Err(error) => {
                tracing::error!(queue_id, %error, "not recorded");
                match self.unwritable {
                    Unwritable::Tempfail => Outcome::temp_fail("dieu7 could not write its log; the mail waits"),
                    Unwritable::DeliverUnstamped if self.mode == Mode::Observe => Outcome::accept(Vec::new()),
                    Unwritable::DeliverUnstamped => Outcome::accept(changes),
                }
            }
        }
    }
}
