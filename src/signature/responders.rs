//! What responders say, less what is not to be taken from them (RFC 6960, 3.2 and 4.2.2): for whoever weighs it.
//!
//! Only "good" is taken away here. To accuse, it is enough that the issuer or its responder once signed it.

use crate::algorithm::{DigestAlgorithm, SignatureScheme};
use crate::budget::Budget;
use crate::x509::{
    CrlFault, CrlSet, OcspFault, OcspSet, Question, ResponderFault, RevocationStatus, Said, Silence, Statement,
    delegate,
};

use super::standing::SKEW;

/// What `responses` say of the certificate in question. `lists` tell whether a responder is revoked itself.
pub(super) fn said_by_responders(
    question: &Question<'_>,
    lists: &CrlSet,
    responses: &OcspSet,
    budget: &mut Budget,
) -> Said {
    let Said { statements, mut silent } = responses.statements(question, budget);
    let mut kept = Vec::with_capacity(statements.len());
    for statement in statements {
        let fault = match statement.status {
            RevocationStatus::Good => why_not_good(&statement, question, (lists, responses), budget),
            RevocationStatus::Hold { .. } | RevocationStatus::Revoked { .. } => None,
        };
        match (fault, statement.pieces.first()) {
            (Some(fault), Some(piece)) => silent.push((*piece, Silence::Ocsp(fault))),
            (Some(_), None) => {}
            (None, _) => kept.push(statement),
        }
    }
    Said { statements: kept, silent }
}

fn why_not_good(
    statement: &Statement,
    question: &Question<'_>,
    (lists, responses): (&CrlSet, &OcspSet),
    budget: &mut Budget,
) -> Option<OcspFault> {
    let response = statement.pieces.first().and_then(|piece| responses.response(*piece))?;
    let produced_at = response.produced_at();
    if produced_at > question.search.at.plus(SKEW) {
        return Some(OcspFault::FromTheFuture { produced_at });
    }
    // A nonce is chosen by whoever asks, and with it collisions of SHA-1 can be made: it may be an answer about another
    // certificate. Without a nonce nobody but the responder chooses what it signs.
    let digest = response.scheme().ok().and_then(SignatureScheme::digest);
    if response.nonce().is_some() && digest.is_some_and(|digest| digest <= DigestAlgorithm::Sha1) {
        return Some(OcspFault::CollisionGround);
    }
    // RFC 6960, 4.2.2.2.1: a responder that its issuer has revoked speaks for nobody. Of one that nobody lists nothing
    // is known against it.
    let responder = delegate(statement, question)?;
    let about = lists.statements(&Question { certificate: responder, ..*question }, budget);
    if about.silent.iter().any(|(_, silence)| *silence == Silence::Fault(CrlFault::Exhausted)) {
        return Some(OcspFault::Exhausted);
    }
    let listed = about.statements.iter().any(|one| one.status != RevocationStatus::Good);
    listed.then_some(OcspFault::Responder(ResponderFault::Revoked))
}
