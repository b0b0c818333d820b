//! Several revocation lists held against one certificate: which are believed, which counts.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::certificate::Certificate;
use super::crl::{Crl, CrlFault};
use super::name::Name;
use super::revocation::{RevocationStatus, Unusable};
use crate::budget::Budget;
use crate::digest::Sha256;
use crate::time::{UnixTime, Within};

/// Lists from wherever they came; none is believed before its signature verifies.
#[derive(Clone, Debug, Default)]
pub struct CrlSet {
    by_issuer: HashMap<Name, Vec<Crl>>,
}

/// What the lists say together.
#[derive(Clone, Debug)]
pub enum CrlAnswer<'a> {
    /// A believed list answers.
    Known {
        /// What it says. The caller holds the times in it against the time of the signature.
        status: RevocationStatus,
        /// The list, to be kept as evidence.
        crl: &'a Crl,
    },
    /// None answers; each list of this issuer with the reason, none where there is no list.
    Unknown(Vec<(Sha256, NoAnswer)>),
}

/// Why a list does not answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum NoAnswer {
    /// It was issued after the certificate had ended, and such lists leave ended certificates out.
    AfterExpiry,
    /// A delta list is at hand that may say otherwise, and it is not evaluated.
    DeltaAtHand,
    /// It is not to be believed.
    Fault(CrlFault),
    /// It does not say when the next one is due.
    NoNextUpdate,
    /// A newer list was due before the time asked for.
    Stale {
        /// When.
        next_update: UnixTime,
    },
    /// It says nothing about this certificate.
    Unusable(Unusable),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AfterExpiry => f.write_str("CRL was issued after the certificate had ended"),
            Self::DeltaAtHand => f.write_str("a delta CRL is at hand and not evaluated"),
            Self::Fault(fault) => fault.fmt(f),
            Self::NoNextUpdate => f.write_str("CRL does not say when the next one is due"),
            Self::Stale { next_update } => write!(f, "CRL is stale since {next_update}"),
            Self::Unusable(why) => why.fmt(f),
        }
    }
}

impl CrlSet {
    /// Adds a list.
    pub fn insert(&mut self, crl: Crl) {
        self.by_issuer.entry(crl.issuer().clone()).or_default().push(crl);
    }

    /// Lists with this issuer's name, whoever signed them.
    pub(super) fn issued_by(&self, issuer: &Name) -> impl Iterator<Item = &Crl> {
        self.by_issuer.get(issuer).into_iter().flatten()
    }

    /// How many lists there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_issuer.values().map(Vec::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_issuer.is_empty()
    }

    /// What the lists signed by `issuer`, the next certificate of a proven path, say of `certificate` at `at`.
    ///
    /// Revoked in one list is revoked, however old the list: revocation has no way back. Otherwise the newest list
    /// counts, because a suspension may have been lifted; "good" it can say only while it is not stale.
    pub fn status(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: UnixTime,
        budget: &mut Budget,
    ) -> CrlAnswer<'_> {
        let mut silent = Vec::new();
        let mut newest: Option<(RevocationStatus, &Crl)> = None;
        let mut revoked: Option<(UnixTime, RevocationStatus, &Crl)> = None;
        let mut delta_at_hand = false;
        for crl in self.by_issuer.get(certificate.issuer()).into_iter().flatten() {
            if let Err(fault) = crl.signed_by(issuer, budget) {
                silent.push((crl.fingerprint(), NoAnswer::Fault(fault)));
                continue;
            }
            delta_at_hand |= crl.is_delta();
            match crl.status(certificate) {
                Err(why) => silent.push((crl.fingerprint(), NoAnswer::Unusable(why))),
                Ok(status) => {
                    if let RevocationStatus::Revoked { at, .. } = status
                        && revoked.is_none_or(|(earliest, ..)| at < earliest)
                    {
                        revoked = Some((at, status, crl));
                    }
                    if newest.is_none_or(|(_, other)| crl.this_update() > other.this_update()) {
                        newest = Some((status, crl));
                    }
                }
            }
        }
        if let Some((_, status, crl)) = revoked {
            return CrlAnswer::Known { status, crl };
        }
        let Some((status, crl)) = newest else { return CrlAnswer::Unknown(silent) };
        match doubt(crl, certificate, at, delta_at_hand) {
            Some(why) if status == RevocationStatus::Good => {
                silent.push((crl.fingerprint(), why));
                CrlAnswer::Unknown(silent)
            }
            _ => CrlAnswer::Known { status, crl },
        }
    }
}

/// Why "good" from this list is not to be taken at `at`.
fn doubt(crl: &Crl, certificate: &Certificate, at: UnixTime, delta_at_hand: bool) -> Option<NoAnswer> {
    match crl.next_update() {
        None => return Some(NoAnswer::NoNextUpdate),
        Some(next_update) if next_update < at => return Some(NoAnswer::Stale { next_update }),
        Some(_) => {}
    }
    if certificate.validity().place(crl.this_update()) == Within::After {
        return Some(NoAnswer::AfterExpiry);
    }
    delta_at_hand.then_some(NoAnswer::DeltaAtHand)
}

#[cfg(test)]
mod tests {
    use super::super::revocation::Reason;
    use super::super::testing::{CrlDraft, Draft, NOW, Party, extension, root};
    use super::*;

    fn ask(crls: Vec<Crl>, leaf: &Certificate, at: UnixTime) -> Result<RevocationStatus, Vec<NoAnswer>> {
        let mut set = CrlSet::default();
        for crl in crls {
            set.insert(crl);
        }
        match set.status(leaf, &root(&Party::new("Root", 1)), at, &mut Budget::for_message()) {
            CrlAnswer::Known { status, .. } => Ok(status),
            CrlAnswer::Unknown(why) => Err(why.into_iter().map(|(_, why)| why).collect()),
        }
    }

    fn leaf() -> Certificate {
        Draft::leaf(&Party::new("Person", 3), &Party::new("Root", 1)).certificate()
    }

    fn reason(code: u8) -> Vec<Vec<u8>> {
        vec![extension(21, false, &[0x0a, 1, code])]
    }

    #[test]
    fn no_list_is_no_answer_and_a_fresh_one_is() {
        let top = Party::new("Root", 1);
        assert_eq!(ask(vec![], &leaf(), NOW), Err(vec![]));
        assert_eq!(ask(vec![CrlDraft::new(&top).crl()], &leaf(), NOW), Ok(RevocationStatus::Good));
        let forged = CrlDraft::new(&Party::new("Root", 9)).crl();
        assert!(matches!(ask(vec![forged], &leaf(), NOW).unwrap_err()[..], [NoAnswer::Fault(_)]));
    }

    #[test]
    fn good_goes_stale_and_revoked_does_not() {
        let top = Party::new("Root", 1);
        let old = || CrlDraft { next_update: "20200101000000Z", ..CrlDraft::new(&top) };
        assert!(matches!(ask(vec![old().crl()], &leaf(), NOW).unwrap_err()[..], [NoAnswer::Stale { .. }]));
        let revoked = CrlDraft { entries: vec![(7, reason(1))], ..old() }.crl();
        let fresh = CrlDraft::new(&top).crl();
        let answer = ask(vec![fresh, revoked], &leaf(), NOW);
        assert!(matches!(answer, Ok(RevocationStatus::Revoked { reason: Reason::KeyCompromise, .. })));
    }

    #[test]
    fn a_newer_list_lifts_a_suspension() {
        let top = Party::new("Root", 1);
        let held = CrlDraft { entries: vec![(7, reason(6))], ..CrlDraft::new(&top) }.crl();
        let newer = CrlDraft { this_update: "20260101000000Z", ..CrlDraft::new(&top) }.crl();
        assert!(matches!(ask(vec![held.clone()], &leaf(), NOW), Ok(RevocationStatus::Hold { .. })));
        assert_eq!(ask(vec![newer, held], &leaf(), NOW), Ok(RevocationStatus::Good));
    }

    #[test]
    fn a_delta_at_hand_and_an_ended_certificate_leave_it_open() {
        let top = Party::new("Root", 1);
        let fresh = || CrlDraft::new(&top).crl();
        let delta = CrlDraft { extensions: vec![extension(27, true, &[2, 1, 1])], ..CrlDraft::new(&top) }.crl();
        let why = ask(vec![fresh(), delta], &leaf(), NOW).unwrap_err();
        assert_eq!(why, [NoAnswer::Unusable(Unusable::Delta), NoAnswer::DeltaAtHand]);
        let ended = Draft { to: "20200101000000Z", ..Draft::leaf(&Party::new("Person", 3), &top) }.certificate();
        assert_eq!(ask(vec![fresh()], &ended, NOW), Err(vec![NoAnswer::AfterExpiry]));
    }
}
