//! What lists and responses say of each certificate of a path at one time. Only "good" from a piece that was current then
//! is good; what nobody tells of is not known.

use crate::budget::Budget;
use crate::time::UnixTime;
use crate::x509::{
    Certificate, CrlFault, CrlSet, OcspFault, OcspResponse, OcspSet, Path, PathSearch, Purpose, Question, Reason,
    RevocationStatus, Said, Silence, Statement, Verified,
};

use super::super::responders::said_by_responders;
use super::super::standing::{Grace, Heard, Moment, Provenance, Standing, weigh};

/// What was given to tell of revocation.
#[derive(Clone, Debug, Default)]
pub struct RevocationPieces {
    /// Lists.
    pub crls: CrlSet,
    /// OCSP responses.
    pub ocsp: OcspSet,
    /// Why responses that were given could not be read.
    pub unread: Vec<String>,
}

impl RevocationPieces {
    /// Adds an OCSP response, as it came.
    pub fn respond(&mut self, octets: &[u8]) {
        match OcspResponse::parse(octets) {
            Ok(response) => self.ocsp.insert(response),
            Err(error) => self.unread.push(error.to_string()),
        }
    }
}

/// How one certificate stands.
#[derive(Clone, Debug)]
pub struct RevocationFinding {
    /// Whose.
    pub certificate: Certificate,
    /// How.
    pub status: RevocationAnswer,
}

/// What is known of one certificate, the worst of all that was said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RevocationAnswer {
    /// Not revoked.
    Good {
        /// As of when it was said.
        as_of: UnixTime,
    },
    /// Suspended since.
    Hold {
        /// When.
        at: UnixTime,
    },
    /// Revoked.
    Revoked {
        /// When.
        at: UnixTime,
        /// Why.
        reason: Reason,
    },
    /// The newest that was said was out of date already.
    Stale {
        /// When newer information was due, where that is known.
        next_update: Option<UnixTime>,
    },
    /// Nothing was said that counts; why each piece does not.
    Unknown(Vec<String>),
}

impl RevocationAnswer {
    /// Whether it is known not to be revoked.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Good { .. })
    }
}

/// How each certificate below the anchor stands, from the leaf up.
pub(super) fn of(
    path: &Path,
    pieces: &RevocationPieces,
    (search, verified): (PathSearch<'_>, &Verified),
    budget: &mut Budget,
) -> Vec<RevocationFinding> {
    path.issuers()
        .map(|(certificate, issuer)| {
            // Whoever signs lists and answers is trusted for that, whatever the leaf is wanted for.
            let search = PathSearch { purposes: &Purpose::ALL, ..search };
            let question = Question { certificate, issuer, search, verified };
            RevocationFinding { certificate: certificate.clone(), status: status(&question, pieces, budget) }
        })
        .collect()
}

fn status(question: &Question<'_>, pieces: &RevocationPieces, budget: &mut Budget) -> RevocationAnswer {
    let at = question.search.at;
    let mut said = pieces.crls.statements(question, budget);
    let by_responders = said_by_responders(question, &pieces.crls, &pieces.ocsp, budget);
    said.statements.extend(by_responders.statements);
    said.silent.extend(by_responders.silent);
    let statements = said.statements.as_slice();
    // Who was not heard might have accused. A responder that does not know the certificate accuses nobody (RFC 6960,
    // 2.2): the list of the CA that issued it knows all that are revoked.
    let doubt = said.silent.iter().any(|(_, silence)| match silence {
        Silence::Fault(fault) => *fault == CrlFault::Exhausted,
        Silence::Ocsp(fault) => *fault == OcspFault::Exhausted,
        Silence::Unusable(_) => false,
    });
    let heard: Vec<Heard<'_>> = statements
        .iter()
        .filter(|statement| counts(statement, at))
        .map(|statement| Heard { statement, provenance: Provenance::Gathered })
        .collect();
    match weigh(question.certificate, &heard, &Moment::receipt(at, Grace::default())) {
        Standing::Good { this_update, .. } if !doubt => RevocationAnswer::Good { as_of: this_update },
        Standing::Hold { at, .. } => RevocationAnswer::Hold { at },
        Standing::Revoked { at, reason, .. } => RevocationAnswer::Revoked { at, reason },
        Standing::Stale { next_update } => RevocationAnswer::Stale { next_update },
        Standing::Good { .. } | Standing::Unknown => {
            let outdated = statements.iter().filter(|statement| !counts(statement, at));
            match outdated.max_by_key(|statement| statement.this_update) {
                Some(newest) => RevocationAnswer::Stale { next_update: newest.next_update },
                None => RevocationAnswer::Unknown(why(&said, pieces)),
            }
        }
    }
}

/// Why each piece says nothing of use.
fn why(said: &Said, pieces: &RevocationPieces) -> Vec<String> {
    let silent = said.silent.iter().map(|(_, silence)| match silence {
        Silence::Fault(fault) => fault.to_string(),
        Silence::Ocsp(fault) => fault.to_string(),
        Silence::Unusable(unusable) => unusable.to_string(),
    });
    let mut why: Vec<String> = silent.chain(pieces.unread.iter().cloned()).collect();
    why.extend(said.statements.iter().map(|one| format!("dated {}", one.this_update)));
    why
}

/// To acquit, a piece must be the newest that there could be: an operator who gives one from before its own end asks for
/// nothing less.
fn counts(statement: &Statement, at: UnixTime) -> bool {
    statement.status != RevocationStatus::Good || statement.next_update.is_none_or(|due| due >= at)
}
