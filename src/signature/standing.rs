//! What all statements about one certificate come to, for a time that is proven for a signature (EN 319 102-1, 5.2.5):
//! a pure function of the statements and of the times, so that every rule can be shown by hand.
//!
//! To accuse, a statement only has to be believed. To acquit it has to be fresh as well, and the standard alone is not
//! strict enough: whoever signs with a stolen key chooses the time by the timestamp that he asks for, and may bring the
//! last list from before the revocation. So a statement from before the proven time acquits only while it is current
//! *now*, and was gathered by the gateway; one that the document brings along only when it was issued after that time.
//!
//! Of a certificate that has ended lists of today say nothing, so nothing that could still be gathered would ever help a
//! paper of then. For it alone the classic shape of long-term validation counts as well (EN 319 142-1, 5.4): what was
//! current at the proven time, stored in the document and itself proven to exist. What a thief gains by that is the time
//! between a revocation and the next list, as with every list that is current; the policy says how much of it at most, and
//! any word of the revocation that is at hand still counts.

use crate::digest::Sha256;
use crate::time::{UnixTime, Within};
use crate::x509::{Certificate, Reason, RevocationStatus, Statement, StatementKind};

/// How far apart two clocks may be, in seconds: the gateway's, an authority's, a responder's.
pub const SKEW: i64 = 600;

/// A responder that names no nextUpdate has newer information at any time (RFC 6960, 4.2.2.1); one of its responses
/// stands for a day at most, in seconds.
const ALWAYS_NEWER: i64 = A_DAY;

/// A statement, and how it came here.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// What is said.
    pub statement: &'a Statement,
    /// Who brought it.
    pub provenance: Provenance,
}

/// Who brought a statement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Provenance {
    /// The document did: whoever made it chose what to bring.
    Embedded {
        /// The earliest moment at which a validated timestamp over it proves that it existed.
        existed: Option<UnixTime>,
    },
    /// The gateway asked for it, or its operator gave it.
    Gathered,
}

/// The time for which a standing is asked.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// What is to be shown as good existed at this time at the latest.
    pub proven: UnixTime,
    /// A validated timestamp proves it; else it is the time of receipt.
    pub by_token: bool,
    /// Time of receipt: "now" for a judge.
    pub at: UnixTime,
    /// How old a statement may be.
    pub grace: Grace,
}

impl Moment {
    /// The time of receipt, which proves itself.
    #[must_use]
    pub const fn receipt(at: UnixTime, grace: Grace) -> Self {
        Self { proven: at, by_token: false, at, grace }
    }
}

/// How long before the proven time a statement may be issued and still acquit ("maximum accepted revocation freshness",
/// EN 319 102-1, 5.2.5.4), in seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Grace {
    /// Of a current statement that was gathered; `None` for as long as it is current.
    pub gathered: Option<i64>,
    /// Of what the document brings along: within it a thief may use what was true before the revocation.
    pub embedded: i64,
    /// The same for a certificate that has ended since, of what was current at the proven time and is itself proven to exist.
    pub ended: i64,
}

/// Lists are issued daily, so that what a signer's program fetched was at most a day old, in seconds.
const A_DAY: i64 = 86_400;

impl Default for Grace {
    fn default() -> Self {
        Self { gathered: None, embedded: SKEW, ended: A_DAY }
    }
}

/// What is known of one certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Standing {
    /// A fresh statement says that it is neither revoked nor suspended.
    Good {
        /// When that was said.
        this_update: UnixTime,
        /// Digests of the pieces that say so.
        used: Vec<Sha256>,
    },
    /// Suspended.
    Hold {
        /// Since when.
        at: UnixTime,
        /// Digests of the pieces that say so.
        used: Vec<Sha256>,
    },
    /// Revoked.
    Revoked {
        /// When; of several statements the earliest.
        at: UnixTime,
        /// Why; of several the gravest.
        reason: Reason,
        /// From when on the key counts as lost, or the certificate as void.
        invalid_from: Option<UnixTime>,
        /// Digests of the pieces that say so.
        used: Vec<Sha256>,
    },
    /// It was good when somebody last said something, and that is too long ago.
    Stale {
        /// When newer information was due, where that is known.
        next_update: Option<UnixTime>,
    },
    /// Nobody says anything that could be used.
    Unknown,
}

/// Weighs what is said of a certificate.
#[must_use]
pub fn weigh(certificate: &Certificate, heard: &[Heard<'_>], moment: &Moment) -> Standing {
    if let Some(revoked) = revoked(heard) {
        return revoked;
    }
    let acquitting = heard.iter().filter(|one| acquits(certificate, one, moment) == Acquittal::Yes);
    let good = acquitting.max_by_key(|one| one.statement.this_update);
    if let Some(hold) = hold(heard, good, moment) {
        return hold;
    }
    if let Some(Heard { statement, .. }) = good {
        return Standing::Good { this_update: statement.this_update, used: statement.pieces.clone() };
    }
    let outdated = heard.iter().filter(|one| acquits(certificate, one, moment) == Acquittal::TooOld);
    match outdated.max_by_key(|one| one.statement.this_update) {
        Some(newest) => Standing::Stale { next_update: newest.statement.next_update },
        None => Standing::Unknown,
    }
}

/// Revocation has no way back (RFC 5280, 5.3.1), so one that is believed counts however old it is and whoever brought it.
fn revoked(heard: &[Heard<'_>]) -> Option<Standing> {
    let mut worst: Option<(UnixTime, Reason, Option<UnixTime>, Vec<Sha256>)> = None;
    for Heard { statement, .. } in heard {
        let RevocationStatus::Revoked { at, reason, invalid_from } = statement.status else { continue };
        worst = Some(match worst {
            None => (at, reason, invalid_from, statement.pieces.clone()),
            Some((earliest, gravest, since, mut used)) => {
                used.extend(statement.pieces.iter().filter(|piece| !used.contains(piece)).copied().collect::<Vec<_>>());
                let gravest = if gravity(reason) > gravity(gravest) { reason } else { gravest };
                // Statements that name no such date say nothing against the one that does.
                let since = since.into_iter().chain(invalid_from).min();
                (earliest.min(at), gravest, since, used)
            }
        });
    }
    worst.map(|(at, reason, invalid_from, used)| Standing::Revoked { at, reason, invalid_from, used })
}

/// Whether a revocation leaves what was signed before it as it was: the key is not in doubt (RFC 3161, 4; there a reason
/// that is not given is in doubt too).
#[must_use]
pub fn is_harmless(reason: Reason) -> bool {
    matches!(reason, Reason::AffiliationChanged | Reason::CessationOfOperation | Reason::Superseded)
}

fn gravity(reason: Reason) -> u8 {
    match (reason.taints_the_past(), is_harmless(reason)) {
        (true, _) => 2,
        (false, false) => 1,
        (false, true) => 0,
    }
}

/// The newest word decides about a suspension; of two of one time the worse. A time inside of it stays inside, though it
/// was lifted later.
fn hold(heard: &[Heard<'_>], good: Option<&Heard<'_>>, moment: &Moment) -> Option<Standing> {
    let lifted = good.map(|one| one.statement.this_update);
    let holds = heard.iter().filter_map(|Heard { statement, .. }| match statement.status {
        RevocationStatus::Hold { at } => Some((statement, at)),
        RevocationStatus::Good | RevocationStatus::Revoked { .. } => None,
    });
    let standing = holds.filter(|(statement, at)| {
        let inside = moment.by_token && *at <= moment.proven && moment.proven <= statement.this_update;
        inside || lifted.is_none_or(|lifted| lifted <= statement.this_update)
    });
    let (statement, at) = standing.max_by_key(|(statement, _)| statement.this_update)?;
    Some(Standing::Hold { at, used: statement.pieces.clone() })
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Acquittal {
    /// It cannot, at any time.
    No,
    /// It could, if it were newer.
    TooOld,
    Yes,
}

fn acquits(certificate: &Certificate, heard: &Heard<'_>, moment: &Moment) -> Acquittal {
    let Heard { statement, provenance } = heard;
    let says_so = statement.status == RevocationStatus::Good;
    let (issued, due) = (statement.this_update, statement.next_update);
    let odd = due.is_some_and(|due| due < issued) || issued > moment.at.plus(SKEW);
    if !says_so || odd || forgets(certificate, statement) || !vouches(heard, moment) {
        return Acquittal::No;
    }
    // Issued after the fact, to within what clocks may differ: it cannot be from before a revocation that mattered.
    let after = |grace: i64| issued >= moment.proven.plus(-grace);
    let fresh = match provenance {
        Provenance::Embedded { existed } => {
            let ended = certificate.validity().place(moment.at) == Within::After;
            let stored = existed.is_some() && was_current(statement, moment.proven) && after(moment.grace.ended);
            moment.by_token && (after(moment.grace.embedded) || ended && stored)
        }
        Provenance::Gathered if after(SKEW) => true,
        Provenance::Gathered => match (due, moment.grace.gathered) {
            (Some(due), grace) => due >= moment.at && grace.is_none_or(after),
            // EN 319 102-1, 5.2.5.4: without a nextUpdate only the policy can say how old is too old.
            (None, Some(grace)) => after(grace),
            (None, None) => statement.kind == StatementKind::Ocsp && issued >= moment.at.plus(-ALWAYS_NEWER),
        },
    };
    // What came along for a time that nobody proves is not too old: no newer one of its kind would help.
    match (fresh, provenance) {
        (true, _) => Acquittal::Yes,
        (false, Provenance::Embedded { .. }) => Acquittal::No,
        (false, Provenance::Gathered) => Acquittal::TooOld,
    }
}

/// Whether newer information was not yet due then.
fn was_current(statement: &Statement, then: UnixTime) -> bool {
    let always_newer = || (statement.kind == StatementKind::Ocsp).then(|| statement.this_update.plus(ALWAYS_NEWER));
    statement.next_update.or_else(always_newer).is_some_and(|due| then <= due)
}

/// Whether the source leaves the certificate out because it had ended (RFC 5280, 3.3; RFC 6960, 4.4.4).
fn forgets(certificate: &Certificate, statement: &Statement) -> bool {
    let end = certificate.validity().to().filter(|end| *end < statement.this_update);
    end.is_some_and(|end| statement.vouches_since.is_none_or(|since| since > end))
}

/// Whether the word of the signer still counts: its certificate was in force when it spoke, and it still is, or the piece
/// is proven to be from that time (EN 319 102-1, 5.6.2.1). Nobody watches over a key whose certificate has ended.
fn vouches(heard: &Heard<'_>, moment: &Moment) -> bool {
    let life = heard.statement.signer.validity();
    if !life.contains(heard.statement.this_update) {
        return false;
    }
    match (life.place(moment.at), heard.provenance) {
        (Within::Inside, _) => true,
        (Within::After, Provenance::Embedded { existed: Some(existed) }) => life.contains(existed),
        (Within::After | Within::Before, _) => false,
    }
}

#[cfg(test)]
mod tests;
