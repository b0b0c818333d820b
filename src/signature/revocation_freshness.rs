//! Revocation freshness for a whole path (EN 319 102-1, 5.2.5 and 5.2.6; RFC 5280, 6.3): what is known of the signer and of
//! every CA above it, for the time that is proven, and what that means for a signature.

use crate::budget::Budget;
use crate::digest::Sha256;
use crate::time::UnixTime;
use crate::x509::{Certificate, Path};

use super::standing::{Moment, Standing, is_harmless, weigh};
use super::statements::{Sources, Spoken};

/// What is known of revocation for a whole path. In order of weight: the worst of all certificates counts.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Revocation {
    /// What is fresh says of every certificate that it is neither revoked nor suspended.
    Clear,
    /// One was revoked later than the proven time, which takes nothing away.
    Later,
    /// What is known is too old.
    Stale,
    /// There is nothing that can be used.
    Unavailable,
    /// A responder says that it does not know the certificate (RFC 6960, 2.2).
    OcspUnknown,
    /// The signer's certificate, or a CA of the path, is on hold: that may be lifted, and accuses nobody.
    OnHold,
    /// A CA of the path was revoked later than the proven time, for a reason that leaves open whose hands its key was in
    /// by then.
    CaRevokedSince,
    /// A CA of the path is revoked, and nothing proves that the signature is older.
    CaRevoked,
    /// The signer's certificate is revoked, and nothing proves that the signature is older.
    Revoked,
    /// It was revoked, and a timestamp over the content proves that the signature was made after that.
    Before,
}

/// One certificate of a path and what is known of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CertificateStanding {
    /// The certificate.
    pub certificate: Certificate,
    /// What is known.
    pub standing: Standing,
    /// A responder says that it does not know it.
    pub ocsp_unknown: bool,
}

impl Standing {
    /// Digests of the pieces that it rests on, to be kept as evidence.
    #[must_use]
    pub fn used(&self) -> &[Sha256] {
        match self {
            Self::Good { used, .. } | Self::Hold { used, .. } | Self::Revoked { used, .. } => used,
            Self::Stale { .. } | Self::Unknown => &[],
        }
    }
}

/// What is known of each certificate below the anchor.
pub(super) fn standings(
    path: &Path,
    sources: &Sources<'_>,
    moment: &Moment,
    budget: &mut Budget,
) -> Vec<CertificateStanding> {
    path.issuers().map(|(certificate, issuer)| standing(certificate, issuer, sources, moment, budget)).collect()
}

/// What is known of one certificate.
pub(super) fn standing(
    certificate: &Certificate,
    issuer: &Certificate,
    sources: &Sources<'_>,
    moment: &Moment,
    budget: &mut Budget,
) -> CertificateStanding {
    let spoken = Spoken::of(certificate, issuer, sources, budget);
    let standing = weigh(certificate, &spoken.heard(sources), moment);
    let acquitted = matches!(standing, Standing::Good { .. });
    // Who was not heard might have accused.
    let standing = if spoken.is_cut_off() && acquitted { Standing::Unknown } else { standing };
    CertificateStanding { certificate: certificate.clone(), standing, ocsp_unknown: spoken.ocsp_unknown() }
}

/// What it means for a signature that is proven to exist at `moment`; `made_after` is what a timestamp over the content
/// proves (EN 319 102-1, 5.3.4 and 5.5.4).
pub(super) fn of_signature(
    standings: &[CertificateStanding],
    moment: &Moment,
    made_after: Option<UnixTime>,
) -> Revocation {
    let of = |(depth, one): (usize, &CertificateStanding)| match &one.standing {
        Standing::Good { .. } => Revocation::Clear,
        Standing::Hold { .. } => Revocation::OnHold,
        // Whatever its date: a list at hand that names a day after the receipt shows that our clock is slow, or that
        // the receipt was only assumed. Neither proves that the signature is older.
        Standing::Revoked { at, reason, invalid_from, .. } => {
            let void = invalid_from.map_or(*at, |from| from.min(*at));
            let older = moment.by_token && moment.proven < void;
            match depth {
                0 if older => Revocation::Later,
                0 if made_after.is_some_and(|made_after| made_after > *at) => Revocation::Before,
                0 => Revocation::Revoked,
                _ if older && is_harmless(*reason) => Revocation::Later,
                // A revocation ends trust from its date on (RFC 5280, 5.3), which EN 319 102-1, 5.6.2.2 takes as the
                // time by which all below has to be proven. But the day on which the loss of a key is noted is not the
                // day of the loss: with the key of a CA anybody may have made the signer's certificate before. Nothing
                // proves that, and nothing the contrary.
                _ if older => Revocation::CaRevokedSince,
                _ => Revocation::CaRevoked,
            }
        }
        Standing::Stale { .. } => Revocation::Stale,
        Standing::Unknown if one.ocsp_unknown => Revocation::OcspUnknown,
        Standing::Unknown => Revocation::Unavailable,
    };
    standings.iter().enumerate().map(of).max().unwrap_or(Revocation::Clear)
}

#[cfg(test)]
mod tests {
    use super::super::context::{Constraints, Context};
    use super::super::embedded::Embedded;
    use super::super::existence::Existence;
    use super::super::known::Known;
    use super::super::standing::Grace;
    use super::super::statements::{lists_of, response_at_hand};
    use super::*;
    use crate::evidence::{Answer, Evidence, Piece};
    use crate::x509::testing::*;
    use crate::x509::{AnchorStore, PathSearch, Purpose, Reason};

    /// A leaf below an issuing CA below a root; both have serial number 7.
    fn path(top: &Party, middle: &Party) -> Path {
        let person = Party::new("Person", 3);
        let leaf = Draft::leaf(&person, middle).certificate();
        let pool = [Draft::authority(middle, top).certificate()];
        let anchors = AnchorStore::trusting([root(top)]);
        let search = PathSearch { pool: &pool, anchors: &anchors, purposes: &[Purpose::PublicDuty], at: NOW };
        search.build(&leaf, &mut Budget::for_message()).unwrap()
    }

    fn gathered(path: &Path, lists: &[Vec<u8>]) -> Evidence {
        let mut evidence = Evidence::default();
        for need in path.issuers().map(|(certificate, issuer)| lists_of(certificate, issuer, &AnchorStore::default())) {
            let pieces = lists.iter().map(|der| Piece::new(&der[..], "", None));
            evidence.answer(need, Answer::of(pieces.collect()));
        }
        evidence
    }

    fn check(path: &Path, evidence: &Evidence, at: UnixTime, known: &Known, budget: &mut Budget) -> Revocation {
        let (embedded, existence) = (Embedded::default(), Existence::default());
        let (anchors, constraints) = (AnchorStore::default(), Constraints::default());
        let context = Context { anchors: &anchors, intermediates: &[], evidence, known, at, constraints: &constraints };
        let sources =
            Sources { context: &context, embedded: &embedded, existence: &existence, end: None, signed: None };
        let moment = Moment::receipt(at, Grace::default());
        of_signature(&standings(path, &sources, &moment, budget), &moment, None)
    }

    #[test]
    fn a_ca_on_hold_is_not_called_revoked() {
        let (top, middle) = (Party::new("Root", 1), Party::new("CA", 2));
        let path = path(&top, &middle);
        let listed = |extensions: &[Vec<u8>]| {
            let lists = [crl_der(&top, &[(7, extensions)], &[]), crl_der(&middle, &[], &[])];
            check(&path, &gathered(&path, &lists), NOW, &Known::default(), &mut Budget::for_message())
        };
        assert_eq!(listed(&[extension(21, false, &[0x0a, 1, 6])]), Revocation::OnHold);
        assert_eq!(listed(&[]), Revocation::CaRevoked);
    }

    #[test]
    fn a_ca_revoked_after_the_proven_time_leaves_it_open_unless_its_key_is_not_in_doubt() {
        let (top, middle) = (Party::new("Root", 1), Party::new("CA", 2));
        let path = path(&top, &middle);
        let certificates: Vec<Certificate> = path.certificates().to_vec();
        let of = |standing, certificate: &Certificate| CertificateStanding {
            certificate: certificate.clone(),
            standing,
            ocsp_unknown: false,
        };
        let day = |days: i64| NOW.plus(days * 86_400);
        // The CA is revoked two days ago; what is asked is a signature proven by a token, or only received.
        let found = |reason, invalid_from, proven, by_token| {
            let good = Standing::Good { this_update: NOW, used: Vec::new() };
            let revoked = Standing::Revoked { at: day(-2), reason, invalid_from, used: Vec::new() };
            let standings = [of(good, &certificates[0]), of(revoked, &certificates[1])];
            let moment = Moment { proven, by_token, at: NOW, grace: Grace::default() };
            of_signature(&standings, &moment, None)
        };
        for reason in [Reason::Superseded, Reason::CessationOfOperation] {
            assert_eq!(found(reason, None, day(-3), true), Revocation::Later);
        }
        for reason in [Reason::Unspecified, Reason::KeyCompromise, Reason::CaCompromise] {
            assert_eq!(found(reason, None, day(-3), true), Revocation::CaRevokedSince, "{reason:?}");
        }
        // Proven later than the revocation, or than the day from which the CA was not to be trusted, or not at all.
        assert_eq!(found(Reason::Superseded, None, day(-1), true), Revocation::CaRevoked);
        assert_eq!(found(Reason::KeyCompromise, Some(day(-4)), day(-3), true), Revocation::CaRevoked);
        assert_eq!(found(Reason::Superseded, None, NOW, false), Revocation::CaRevoked);
        assert_eq!(found(Reason::Superseded, None, day(-3), false), Revocation::CaRevoked);
    }

    #[test]
    fn a_revocation_dated_after_the_receipt_proves_a_slow_clock_and_not_an_older_signature() {
        let (top, middle) = (Party::new("Root", 1), Party::new("CA", 2));
        let path = path(&top, &middle);
        let lists = [crl_der(&top, &[], &[]), crl_der(&middle, &[(7, &[])], &[])];
        for at in [NOW, UnixTime::from_seconds(0)] {
            let found = check(&path, &gathered(&path, &lists), at, &Known::default(), &mut Budget::for_message());
            assert_eq!(found, Revocation::Revoked, "{at}");
        }
    }

    #[test]
    fn a_response_at_hand_that_says_revoked_is_heard_though_a_list_acquits() {
        use crate::x509::ocsp::testing::{AnswerDraft, GOOD, OcspDraft, UNKNOWN, revoked};
        let (top, middle) = (Party::new("Root", 1), Party::new("CA", 2));
        let path = path(&top, &middle);
        let (leaf, issuer) = path.issuers().next().unwrap();
        let check = |status: &[u8]| {
            let mut evidence = gathered(&path, &[crl_der(&top, &[], &[]), crl_der(&middle, &[], &[])]);
            let octets = OcspDraft::new(&middle, AnswerDraft::good(leaf, issuer).saying(status)).der();
            let piece = Piece::new(octets, "", None);
            evidence.answer(response_at_hand(leaf, issuer), Answer::of(vec![piece]));
            check(&path, &evidence, NOW, &Known::default(), &mut Budget::for_message())
        };
        assert_eq!(check(&revoked("20270101000000Z", Some(1))), Revocation::Revoked);
        assert_eq!(check(&GOOD), Revocation::Clear);
        // Who does not know the certificate accuses nobody (RFC 6960, 2.2).
        assert_eq!(check(&UNKNOWN), Revocation::Clear);
    }

    #[test]
    fn lists_are_paid_for_by_their_size_when_they_are_read() {
        let (top, middle) = (Party::new("Root", 1), Party::new("CA", 2));
        let path = path(&top, &middle);
        let evidence = gathered(&path, &[crl_der(&top, &[], &[]), crl_der(&middle, &[], &[])]);
        let mut budget = Budget::for_message();
        let known = Known::default();
        assert_eq!(check(&path, &evidence, NOW, &known, &mut budget), Revocation::Clear);
        while budget.digested(1).is_ok() {
            let _ = budget.digested(crate::budget::DIGESTED / 1_000);
        }
        // What is known costs nothing.
        assert_eq!(check(&path, &evidence, NOW, &known, &mut budget), Revocation::Clear);
        assert_eq!(check(&path, &evidence, NOW, &Known::default(), &mut budget), Revocation::Unavailable);
    }
}
