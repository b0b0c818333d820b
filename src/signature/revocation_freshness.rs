//! Revocation freshness (EN 319 102-1, 5.2.5; RFC 5280, 6.3): what the lists say of the signer and of every CA on its
//! path. Those found inside the document are held to the same checks, and can only make it worse: whoever made the
//! document chose them, and would choose the last list from before a revocation.

use crate::budget::Budget;
use crate::evidence::{Evidence, Need};
use crate::time::UnixTime;
use crate::x509::{Certificate, Crl, CrlAnswer, CrlSet, NoAnswer, Path, RevocationStatus};

use super::embedded::Embedded;
use super::known::Known;

/// What is known of revocation for a whole path. In order of weight: the worst of all certificates counts.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Revocation {
    /// Fresh lists name no certificate of the path.
    Clear,
    /// The newest list is past its nextUpdate.
    Stale,
    /// There is no list, or none that can be used.
    Unavailable,
    /// The signer's certificate, or a CA of the path, is on hold: that may be lifted, and accuses nobody.
    OnHold,
    /// A CA of the path is revoked.
    CaRevoked,
    /// The signer's certificate is revoked.
    Revoked,
}

/// The need of each certificate below the anchor.
pub(super) fn needs(path: &Path) -> Vec<Need> {
    path.issuers().map(|(certificate, issuer)| need(certificate, issuer)).collect()
}

fn need(certificate: &Certificate, issuer: &Certificate) -> Need {
    let mut points: Vec<String> = certificate.crl_urls().into_iter().map(str::to_owned).collect();
    points.sort();
    points.dedup();
    Need::Crl { issuer: issuer.subject().der().to_vec(), key: issuer.spki().to_vec(), points }
}

/// What there is to look into.
#[derive(Clone, Copy)]
pub(super) struct Lists<'a> {
    /// What was gathered.
    pub(super) evidence: &'a Evidence,
    /// What the document brings along.
    pub(super) embedded: &'a Embedded,
}

/// The worst that is known of any certificate of the path.
pub(super) fn check(path: &Path, lists: Lists<'_>, at: UnixTime, known: &Known, budget: &mut Budget) -> Revocation {
    path.issuers()
        .enumerate()
        .map(|(depth, (certificate, issuer))| {
            let embedded: Vec<&Crl> =
                lists.embedded.crls().map(|(crl, _)| crl).filter(|crl| crl.issuer() == certificate.issuer()).collect();
            let digests = embedded.iter().map(|crl| crl.fingerprint()).collect();
            let asked = (certificate.fingerprint(), issuer.fingerprint(), digests);
            let status = known.status(asked, || status(certificate, issuer, (lists.evidence, &embedded), at, budget));
            // Whose certificate it is decides what a revocation means.
            match status {
                Revocation::Revoked if depth > 0 => Revocation::CaRevoked,
                other => other,
            }
        })
        .max()
        .unwrap_or(Revocation::Clear)
}

fn status(
    certificate: &Certificate,
    issuer: &Certificate,
    (evidence, embedded): (&Evidence, &[&Crl]),
    at: UnixTime,
    budget: &mut Budget,
) -> Revocation {
    let mut lists = CrlSet::default();
    for piece in evidence.pieces(&need(certificate, issuer)) {
        // Lists have megabytes, and a file may bear a thousand signatures that name their issuer.
        if budget.digested(piece.octets.len() as u64).is_err() {
            return Revocation::Unavailable;
        }
        if let Ok(crl) = Crl::parse(&piece.octets) {
            lists.insert(crl);
        }
    }
    let gathered = answer(&lists, certificate, issuer, at, budget);
    if embedded.is_empty() || gathered == Revocation::Revoked {
        return gathered;
    }
    // One set, because a suspension that one list knows may be lifted by a newer one. What was gathered is not outdone:
    // "not revoked" in a list of the document holds for a time of which nobody proves that the signature is so old.
    for crl in embedded {
        if budget.digested(crl.der().len() as u64).is_err() {
            return Revocation::Unavailable;
        }
        lists.insert((*crl).clone());
    }
    gathered.max(answer(&lists, certificate, issuer, at, budget))
}

fn answer(
    lists: &CrlSet,
    certificate: &Certificate,
    issuer: &Certificate,
    at: UnixTime,
    budget: &mut Budget,
) -> Revocation {
    match lists.status(certificate, issuer, at, budget) {
        CrlAnswer::Known { status: RevocationStatus::Good, .. } => Revocation::Clear,
        CrlAnswer::Known { status: RevocationStatus::Hold { .. }, .. } => Revocation::OnHold,
        // Whatever its date: a list at hand that names a day after the receipt shows that our clock is slow, or that
        // the receipt was only assumed. Neither proves that the signature is older.
        CrlAnswer::Known { status: RevocationStatus::Revoked { .. }, .. } => Revocation::Revoked,
        CrlAnswer::Unknown(why) if why.iter().any(|(_, why)| matches!(why, NoAnswer::Stale { .. })) => {
            Revocation::Stale
        }
        CrlAnswer::Unknown(_) => Revocation::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::evidence::{Answer, Piece};
    use crate::x509::testing::*;
    use crate::x509::{AnchorStore, PathSearch, Purpose};

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
        for need in needs(path) {
            let pieces =
                lists.iter().map(|der| Piece { octets: Arc::from(&der[..]), source: String::new(), taken: None });
            evidence.answer(need, Answer::Pieces(pieces.collect()));
        }
        evidence
    }

    fn only(evidence: &Evidence) -> Lists<'_> {
        static NOTHING: std::sync::LazyLock<Embedded> = std::sync::LazyLock::new(Embedded::default);
        Lists { evidence, embedded: &NOTHING }
    }

    #[test]
    fn a_ca_on_hold_is_not_called_revoked() {
        let (top, middle) = (Party::new("Root", 1), Party::new("CA", 2));
        let path = path(&top, &middle);
        let listed = |extensions: &[Vec<u8>]| {
            let lists = [crl_der(&top, &[(7, extensions)], &[]), crl_der(&middle, &[], &[])];
            check(&path, only(&gathered(&path, &lists)), NOW, &Known::default(), &mut Budget::for_message())
        };
        assert_eq!(listed(&[extension(21, false, &[0x0a, 1, 6])]), Revocation::OnHold);
        assert_eq!(listed(&[]), Revocation::CaRevoked);
    }

    #[test]
    fn a_revocation_dated_after_the_receipt_proves_a_slow_clock_and_not_an_older_signature() {
        let (top, middle) = (Party::new("Root", 1), Party::new("CA", 2));
        let path = path(&top, &middle);
        let lists = [crl_der(&top, &[], &[]), crl_der(&middle, &[(7, &[])], &[])];
        for at in [NOW, UnixTime::from_seconds(0)] {
            let found = check(&path, only(&gathered(&path, &lists)), at, &Known::default(), &mut Budget::for_message());
            assert_eq!(found, Revocation::Revoked, "{at}");
        }
    }

    #[test]
    fn lists_are_paid_for_by_their_size_when_they_are_read() {
        let (top, middle) = (Party::new("Root", 1), Party::new("CA", 2));
        let path = path(&top, &middle);
        let evidence = gathered(&path, &[crl_der(&top, &[], &[]), crl_der(&middle, &[], &[])]);
        let mut budget = Budget::for_message();
        let known = Known::default();
        assert_eq!(check(&path, only(&evidence), NOW, &known, &mut budget), Revocation::Clear);
        while budget.digested(1).is_ok() {
            let _ = budget.digested(crate::budget::DIGESTED / 1_000);
        }
        // What is known costs nothing.
        assert_eq!(check(&path, only(&evidence), NOW, &known, &mut budget), Revocation::Clear);
        assert_eq!(check(&path, only(&evidence), NOW, &Known::default(), &mut budget), Revocation::Unavailable);
    }
}
