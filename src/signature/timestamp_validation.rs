//! Time-stamp validation (EN 319 102-1, 5.4; RFC 3161, 4): whether a token that is intact comes from an authority that may
//! be relied on, and so proves a time.
//!
//! The key of an authority makes times for whoever has it: a list that acquits it must be fresh for the time at which the
//! *token* is proven to exist, which is now when nothing covers it, and never for the time that it states itself.

use crate::budget::Budget;
use crate::time::{UnixTime, Within};
use crate::x509::{Certificate, Path};

use super::acceptance::{Means, strong};
use super::certificate_validation::{self, Subject, Trust};
use super::conclusion::Doubt;
use super::context::Context;
use super::revocation_freshness::{CertificateStanding, standings};
use super::standing::{Moment, SKEW, Standing, is_harmless};
use super::statements::Sources;
use super::timestamp::Timestamp;

/// What a token proves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Proof {
    /// Its time, and a conclusion may rest on it.
    Sound,
    /// Its time, unless its authority was revoked, which is not known.
    Open(Doubt),
    /// Nothing.
    None(Worthless),
}

/// Why a token proves nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Worthless {
    /// The CA of its authority is known by its pin, but its certificate is not installed.
    AnchorMissing,
    /// It is no token over these octets.
    Broken,
    /// An algorithm did not count any more at the time that it states.
    Weak,
    /// It states a time after the one at which it is proven to exist.
    Future,
    /// No path leads from its authority to an anchor for timestamps, or none that held at the time stated.
    NotTrusted,
    /// The authority is revoked in a way that leaves its tokens in doubt.
    Revoked,
    /// It was not asked.
    Unexamined,
}

/// What was found of the authority of a token.
pub(super) struct Validated {
    pub(super) proof: Proof,
    pub(super) trust: Trust,
    pub(super) standings: Vec<CertificateStanding>,
}

/// What the token of `timestamp` proves, when `covered` is the earliest time at which it is itself proven to exist.
pub(super) fn validate(
    timestamp: &Timestamp,
    covered: Option<UnixTime>,
    elsewhere: &[Certificate],
    (context, sources): (&Context<'_>, &Sources<'_>),
    budget: &mut Budget,
) -> Validated {
    let nothing = |why, trust| Validated { proof: Proof::None(why), trust, standings: Vec::new() };
    let (Some(stated), Some(earliest), Some(latest)) = (timestamp.time(), timestamp.earliest(), timestamp.latest())
    else {
        return nothing(Worthless::Broken, Trust::NoCertificate);
    };
    let subject = Subject {
        signer: timestamp.signer(),
        is_timestamp: true,
        pools: [timestamp.certificates(), elsewhere, context.intermediates],
    };
    let trust = certificate_validation::follow(&subject, stated, context, budget);
    if !timestamp.is_intact() {
        return nothing(Worthless::Broken, trust);
    }
    let known = covered.unwrap_or(context.at);
    if earliest > known.plus(SKEW) {
        return nothing(Worthless::Future, trust);
    }
    let path = match &trust {
        Trust::Trusted(path) => path,
        Trust::AnchorMissing { .. } => return nothing(Worthless::AnchorMissing, trust),
        Trust::Limit => return nothing(Worthless::Unexamined, trust),
        _ => return nothing(Worthless::NotTrusted, trust),
    };
    if path.out_of_period(stated).is_some() {
        return nothing(Worthless::NotTrusted, trust);
    }
    let means =
        Means { digests: timestamp.digests().collect(), scheme: timestamp.scheme(), signer: timestamp.signer() };
    if !strong(&means, Some(path), &context.constraints.algorithms, stated) {
        return nothing(Worthless::Weak, trust);
    }
    let moment =
        Moment { proven: known, by_token: covered.is_some(), at: context.at, grace: context.constraints.grace };
    let standings = standings(path, sources, &moment, budget);
    let proof = weigh(path, &standings, latest, (covered, known));
    Validated { proof, trust, standings }
}

fn weigh(
    path: &Path,
    standings: &[CertificateStanding],
    latest: UnixTime,
    (covered, known): (Option<UnixTime>, UnixTime),
) -> Proof {
    let mut doubt = None;
    for one in standings {
        match &one.standing {
            Standing::Good { .. } => {}
            Standing::Revoked { at, reason, invalid_from, .. } => {
                let void = invalid_from.map_or(*at, |from| from.min(*at));
                // RFC 3161, 4: where the key is not in doubt, what was stamped before stays good. Else only what another
                // authority proves to be older than the revocation.
                let older = (is_harmless(*reason) && latest < void) || covered.is_some_and(|covered| covered < void);
                if !older {
                    return Proof::None(Worthless::Revoked);
                }
            }
            Standing::Hold { .. } => doubt = Some(Doubt::OnHold),
            Standing::Stale { .. } => doubt = doubt.or(Some(Doubt::RevocationStale)),
            Standing::Unknown => doubt = doubt.or(Some(Doubt::RevocationUnavailable)),
        }
    }
    // Of an ended certificate nobody says any more whether its key was lost, and whoever has it can still make times: what
    // it stamped needs a later proof from its life (EN 319 102-1, 5.4.4 and 5.6.2.4), or an issuer that keeps ended
    // certificates on its lists. The trust in an anchor has a period of its own, but nobody vouches for one that signs.
    let signer_alone = path.leaf().filter(|_| path.certificates().len() == 1);
    let unheard = standings.iter().filter(|one| !matches!(one.standing, Standing::Good { .. }));
    let mut unheard = unheard.map(|one| &one.certificate).chain(signer_alone);
    let ended = unheard.any(|one| one.validity().place(known) == Within::After);
    match doubt {
        _ if ended => Proof::Open(Doubt::Expired),
        Some(doubt) => Proof::Open(doubt),
        None => Proof::Sound,
    }
}
