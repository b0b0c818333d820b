//! What all sources at hand say of one certificate: what was gathered, and what the document brings along.

use std::collections::HashSet;

use crate::budget::Budget;
use crate::digest::Sha256;
use crate::evidence::{Evidence, Need};
use crate::time::UnixTime;
use crate::x509::{Certificate, Crl, Silence, Statement, StatementKind};

use super::embedded::{Embedded, Source};
use super::existence::Existence;
use super::known::Known;
use super::standing::{Heard, Provenance};

/// Where to look, and what is proven of the age of what the document brings.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    /// What was gathered.
    pub(super) evidence: &'a Evidence,
    /// What the document brings along.
    pub(super) embedded: &'a Embedded,
    /// What was found already.
    pub(super) known: &'a Known,
    /// How old the parts of the document are proven to be.
    pub(super) existence: &'a Existence,
    /// Where the signature ends that the embedded material came with.
    pub(super) end: Option<u64>,
    /// By when the signature is proven to exist, and with it what stands among its signed attributes.
    pub(super) signed: Option<UnixTime>,
}

/// Everything that was said of one certificate, whatever it is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Spoken {
    /// By what was gathered alone.
    gathered: Vec<Statement>,
    /// By that and what the document brings together: one list may lift what another says.
    all: Vec<Statement>,
    /// Why pieces say nothing.
    pub(super) silent: Vec<(Sha256, Silence)>,
    /// A limit was reached before all were read: then nothing that acquits counts, because what accuses may be missing.
    pub(super) cut_off: bool,
}

/// What is asked for the lists of an issuer.
pub(super) fn need(certificate: &Certificate, issuer: &Certificate) -> Need {
    let mut points: Vec<String> = certificate.crl_urls().into_iter().map(str::to_owned).collect();
    points.sort();
    points.dedup();
    Need::Crl { issuer: issuer.subject().der().to_vec(), key: issuer.spki().to_vec(), points }
}

impl Spoken {
    /// Reads what there is, once for all signatures that ask.
    pub(super) fn of(
        certificate: &Certificate,
        issuer: &Certificate,
        sources: &Sources<'_>,
        budget: &mut Budget,
    ) -> Self {
        let embedded: Vec<(&Crl, Sha256)> = sources.embedded.crls_of(certificate.issuer()).collect();
        let mut spoken = Self::default();
        let mut lists = Vec::new();
        for piece in sources.evidence.pieces(&need(certificate, issuer)) {
            // Lists have megabytes, and a file may bear a thousand signatures that name their issuer.
            if budget.digested(piece.octets.len() as u64).is_err() {
                spoken.cut_off = true;
                return spoken;
            }
            if let Ok(crl) = Crl::parse(&piece.octets) {
                lists.push(crl);
            }
        }
        spoken.gathered = ask(&lists, certificate, issuer, &mut spoken.silent, budget);
        if embedded.is_empty() {
            return spoken;
        }
        for (crl, _) in embedded {
            if budget.digested(crl.der().len() as u64).is_err() {
                spoken.cut_off = true;
                return spoken;
            }
            lists.push(crl.clone());
        }
        spoken.silent.clear();
        spoken.all = ask(&lists, certificate, issuer, &mut spoken.silent, budget);
        spoken
    }

    /// Whether a responder says that it does not know the certificate.
    pub(super) fn ocsp_unknown(&self) -> bool {
        false
    }

    /// The statements with who brought them.
    pub(super) fn heard<'s>(&'s self, sources: &Sources<'_>) -> Vec<Heard<'s>> {
        let gathered = self.gathered.iter().map(|statement| Heard { statement, provenance: Provenance::Gathered });
        let alone: HashSet<&[Sha256]> = self.gathered.iter().map(|one| one.pieces.as_slice()).collect();
        let together =
            self.all.iter().filter(|statement| !alone.contains(statement.pieces.as_slice())).map(|statement| {
                let existed = sources.existed(&statement.pieces);
                Heard { statement, provenance: Provenance::Embedded { existed } }
            });
        gathered.chain(together).collect()
    }
}

impl Sources<'_> {
    /// By when all those of the pieces existed that the document brings; `None` where that is not proven.
    fn existed(&self, pieces: &[Sha256]) -> Option<UnixTime> {
        let mut latest = None;
        for (_, source) in self.embedded.sources().filter(|(digest, _)| pieces.contains(digest)) {
            let one = match source {
                Source::SecurityStore { written } => self.existence.proven(written),
                Source::SignedData => self.existence.proven(self.end?),
                // Under the signature value: what proves that it existed proves them too.
                Source::Archival => self.signed.into_iter().chain(self.existence.proven(self.end?)).min(),
            }?;
            latest = latest.max(Some(one));
        }
        latest
    }
}

/// What complete lists of the issuer say, each for itself. While a delta list is at hand no list is the newest word, and
/// none acquits.
fn ask(
    lists: &[Crl],
    certificate: &Certificate,
    issuer: &Certificate,
    silent: &mut Vec<(Sha256, Silence)>,
    budget: &mut Budget,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut delta_at_hand = false;
    for crl in lists {
        if let Err(fault) = crl.signed_by(issuer, budget) {
            silent.push((crl.fingerprint(), Silence::Fault(fault)));
            continue;
        }
        delta_at_hand |= crl.is_delta();
        match crl.status(certificate) {
            Err(why) => silent.push((crl.fingerprint(), Silence::Unusable(why))),
            Ok(status) => statements.push(Statement {
                status,
                kind: StatementKind::Crl,
                pieces: vec![crl.fingerprint()],
                this_update: crl.this_update(),
                next_update: crl.next_update(),
                signer: issuer.clone(),
                vouches_since: None,
            }),
        }
    }
    if delta_at_hand {
        statements.retain(|statement| statement.status != crate::x509::RevocationStatus::Good);
    }
    statements
}
