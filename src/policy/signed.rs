//! Conditions (a) and (b) as one signature meets them. Conditions are never collected from different signatures
//! (rule, reading 1).

use crate::pdf::Modification;
use crate::sender::Binding;
use crate::signature::{
    Failure, FormatFault, InForce, Integrity, Note, Proof, Revocation, TimestampFault, Trust, Validated, Worthless,
};

use super::constraint::{ConstraintId, Finding};
use super::outcome::Outcome::{self, Met, Undetermined, Unmet};
use super::read::Policy;
use super::reason::Reason;

/// What later signatures of the same file mean for this one; from harmless to grave.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Later {
    /// There is none.
    None,
    /// Each one passed by itself and leaves what was signed as it is seen.
    Sound,
    /// One did not pass, or nobody can tell what it was drawn on.
    Doubtful,
    /// What they draw takes too much of a page, or lies on what was there.
    Overlaid,
}

/// What the other signatures of the file mean for one of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    /// What was signed before no longer stands as it was signed.
    pub(super) earlier_broken: bool,
    /// What was signed later.
    pub(super) later: Later,
}

/// The findings of one signature for (a) and (b).
pub(super) fn weigh(signature: &Validated, beside: Beside, binding: &Binding, policy: &Policy) -> Vec<Finding> {
    let finding = |constraint, (outcome, reason): (Outcome, Option<Reason>)| Finding {
        constraint,
        outcome,
        reasons: reason.into_iter().collect(),
        level: policy.level(constraint),
    };
    let mut findings = vec![
        finding(ConstraintId::Readable, if signature.ambiguous { doubt(Reason::FileAmbiguous) } else { (Met, None) }),
        finding(ConstraintId::SignaturePresent, (Met, None)),
        finding(ConstraintId::SignatureIntact, intact(&signature.integrity)),
        finding(ConstraintId::Unchanged, unchanged(signature, beside)),
        finding(ConstraintId::Coverage, covered(&signature.integrity)),
        finding(ConstraintId::LaterSignatures, later_signatures(beside.later)),
        finding(ConstraintId::SignerIsSender, signer(signature, binding)),
        finding(ConstraintId::TrustedPath, trusted(signature)),
        finding(ConstraintId::InForce, in_force(signature)),
        finding(ConstraintId::NotRevoked, not_revoked(signature.revocation)),
        finding(ConstraintId::Algorithm, if signature.strong { (Met, None) } else { doubt(Reason::SigWeak) }),
    ];
    findings.extend(broken_timestamp(signature).then(|| finding(ConstraintId::Timestamp, doubt(Reason::TsBad))));
    // What depends on a path has nothing to say without one; the path itself tells why (b) is not met.
    if !matches!(signature.trust, Trust::Trusted(_)) {
        findings.retain(|f| !matches!(f.constraint, ConstraintId::InForce | ConstraintId::NotRevoked));
    }
    findings
}

fn doubt(reason: Reason) -> (Outcome, Option<Reason>) {
    (Undetermined, Some(reason))
}

fn no(reason: Reason) -> (Outcome, Option<Reason>) {
    (Unmet, Some(reason))
}

fn intact(integrity: &Integrity) -> (Outcome, Option<Reason>) {
    match integrity {
        Integrity::Intact => (Met, None),
        Integrity::Unexamined => doubt(Reason::FileTooLarge),
        Integrity::Unsupported | Integrity::NoCertificate => doubt(Reason::SigFormat),
        Integrity::Failed(failure) => match failure {
            Failure::Format(FormatFault::Changed(_) | FormatFault::Gap | FormatFault::Structure)
            | Failure::Expired
            | Failure::NotYetValid
            | Failure::Revoked => (Met, None),
            Failure::Format(FormatFault::ByteRange | FormatFault::Cms | FormatFault::Contents)
            | Failure::Hash
            | Failure::SigCrypto => no(Reason::SigBad),
        },
    }
}

fn unchanged(signature: &Validated, beside: Beside) -> (Outcome, Option<Reason>) {
    // pdf.md of the design, 11: content changed between the head's and the office's signature is refused.
    if beside.earlier_broken {
        return no(Reason::DocChanged);
    }
    match &signature.integrity {
        Integrity::Failed(Failure::Format(FormatFault::Changed(_) | FormatFault::Structure)) => no(Reason::DocChanged),
        _ => (Met, None),
    }
}

fn covered(integrity: &Integrity) -> (Outcome, Option<Reason>) {
    match integrity {
        Integrity::Failed(Failure::Format(FormatFault::Gap)) => no(Reason::SigPartial),
        _ => (Met, None),
    }
}

fn later_signatures(later: Later) -> (Outcome, Option<Reason>) {
    match later {
        Later::None | Later::Sound => (Met, None),
        Later::Doubtful => doubt(Reason::LaterSignature),
        Later::Overlaid => no(Reason::DocOverlaid),
    }
}

/// Article 7.2 a: "the digital signature *of the sender*" (reading 2).
fn signer(signature: &Validated, binding: &Binding) -> (Outcome, Option<Reason>) {
    if signature.signer.is_none() {
        return doubt(Reason::SignerUnknown);
    }
    match binding {
        Binding::Bound(_) => (Met, None),
        Binding::OtherAgency { .. } => no(Reason::SignerNotSender),
        Binding::Person(_) => doubt(Reason::SignerPerson),
        Binding::Unknown(_) => doubt(Reason::SignerUnknown),
    }
}

fn trusted(signature: &Validated) -> (Outcome, Option<Reason>) {
    match &signature.trust {
        Trust::Trusted(_) => (Met, None),
        Trust::AnchorMissing { .. } => doubt(Reason::AnchorMissing),
        Trust::Bad(_) | Trust::NotForDocuments => no(Reason::PathBad),
        Trust::NotTrusted => no(Reason::CaNotTrusted),
        Trust::Unlisted => doubt(Reason::CaUnlisted),
        Trust::Limit => doubt(Reason::FileTooLarge),
        Trust::NoCertificate => doubt(Reason::SigFormat),
    }
}

fn in_force(signature: &Validated) -> (Outcome, Option<Reason>) {
    match signature.in_force {
        // What holds only at a time that may not be relied on holds at no time that is proven.
        InForce::Yes if rests_on_nothing(signature) => doubt(Reason::TimeUnproven),
        InForce::Yes => (Met, None),
        // Proven to exist before the certificate began, so signed before it began.
        InForce::NotYet => no(Reason::CertNotYetValid),
        InForce::Expired => no(Reason::CertExpired),
        // An upper bound of the signing time never proves "expired when signed".
        InForce::Ended | InForce::Unknown => doubt(Reason::TimeUnproven),
    }
}

/// A signature that did not pass although nothing else stands against it: its time is what is missing.
fn rests_on_nothing(signature: &Validated) -> bool {
    let sound = signature.integrity == Integrity::Intact
        && matches!(signature.trust, Trust::Trusted(_))
        && matches!(signature.revocation, Some(Revocation::Clear | Revocation::Later))
        && signature.strong;
    sound && !signature.conclusion.is_passed()
}

fn not_revoked(revocation: Option<Revocation>) -> (Outcome, Option<Reason>) {
    match revocation {
        Some(Revocation::Clear | Revocation::Later) => (Met, None),
        Some(Revocation::Stale) => doubt(Reason::RevStale),
        Some(Revocation::OcspUnknown) => doubt(Reason::OcspUnknown),
        Some(Revocation::Unavailable) | None => doubt(Reason::RevUnavailable),
        Some(Revocation::OnHold) => doubt(Reason::CertSuspended),
        Some(Revocation::Revoked) => doubt(Reason::CertRevokedNoProof),
        Some(Revocation::CaRevokedSince) => doubt(Reason::CaRevokedNoProof),
        Some(Revocation::CaRevoked) => no(Reason::CaRevoked),
        Some(Revocation::Before) => no(Reason::CertRevoked),
    }
}

/// A token that proves nothing while none proves anything. Unsigned attributes are anybody's: a bad token beside a good one
/// takes nothing away, and one that was merely not examined, or of an authority that is not installed, accuses nobody.
fn broken_timestamp(signature: &Validated) -> bool {
    let tokens = &signature.timestamps;
    !signature.is_timestamp
        && !tokens.iter().any(|token| matches!(token.proof(), Proof::Sound | Proof::Open(_)))
        && tokens.iter().any(|token| match token.proof() {
            Proof::None(Worthless::Broken) => token.outcome() != Err(&TimestampFault::Unexamined),
            Proof::None(Worthless::Future | Worthless::NotTrusted | Worthless::Revoked | Worthless::Weak) => true,
            Proof::None(Worthless::AnchorMissing | Worthless::Unexamined) | Proof::Open(_) | Proof::Sound => false,
        })
}

/// Remarks on a signature that decide nothing.
pub(super) fn remarks(signature: &Validated) -> Vec<Reason> {
    let mut remarks = Vec::new();
    if !signature.timestamped {
        remarks.push(Reason::TsNone);
    }
    if signature.revocation == Some(Revocation::Later) && signature.conclusion.is_passed() {
        remarks.push(Reason::CertRevokedLater);
    }
    if signature.notes.contains(&Note::TimeShifted) {
        remarks.push(Reason::TimeShift7h);
    }
    if signature.integrity == Integrity::Intact && signature.modification != Modification::None {
        remarks.push(Reason::DocChangedAllowed);
    }
    remarks
}
