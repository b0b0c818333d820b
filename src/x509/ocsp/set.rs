//! Several responses held against one certificate.

use super::super::revocation::RevocationStatus;
use super::super::statement::{Question, Said, Silence, Statement, StatementKind};
use super::cert_id::Called;
use super::fault::OcspFault;
use super::request::Subject;
use super::responder::{self, AtHand};
use super::response::OcspResponse;
use super::single::{CertStatus, SingleResponse};
use crate::budget::Budget;
use crate::digest::Sha256;

/// Responses from wherever they came; none is believed before its signature verifies.
#[derive(Clone, Debug, Default)]
pub struct OcspSet {
    responses: Vec<OcspResponse>,
}

impl OcspSet {
    /// Adds a response; the same octets a second time say nothing more.
    pub fn insert(&mut self, response: OcspResponse) {
        if self.response(response.fingerprint()).is_none() {
            self.responses.push(response);
        }
    }

    /// How many responses there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.responses.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.responses.is_empty()
    }

    /// The response with this digest: the piece behind a statement, with its scheme and the moment of its signature.
    #[must_use]
    pub fn response(&self, fingerprint: Sha256) -> Option<&OcspResponse> {
        self.responses.iter().find(|response| response.fingerprint() == fingerprint)
    }

    /// What each response says of the certificate in question, or why it says nothing.
    ///
    /// Of several answers in one response the worst counts: revoked, suspended, unknown, good. Several revocations each
    /// are a statement, because which of them is worse depends on the time of the signature.
    pub fn statements(&self, question: &Question<'_>, budget: &mut Budget) -> Said {
        let mut called = Called::new(subjects(question));
        let at_hand = AtHand::default();
        let mut said = Said::default();
        for response in &self.responses {
            match answer(response, question, &mut called, &at_hand, budget) {
                Ok(statements) => said.statements.extend(statements),
                Err(fault) => said.silent.push((response.fingerprint(), Silence::Ocsp(fault))),
            }
        }
        said
    }
}

fn subjects<'a>(question: &Question<'a>) -> Vec<Subject<'a>> {
    let Some(subject) = Subject::of(question.certificate, question.issuer) else { return Vec::new() };
    let own_name = question.issuer.subject().der();
    if own_name == subject.issuer { vec![subject] } else { vec![subject, Subject { issuer: own_name, ..subject }] }
}

fn answer<'a>(
    response: &OcspResponse,
    question: &Question<'a>,
    called: &mut Called<'_>,
    at_hand: &AtHand<'a>,
    budget: &mut Budget,
) -> Result<Vec<Statement>, OcspFault> {
    let answers: Vec<&SingleResponse> = response.answers().iter().filter(|answer| called.is(&answer.id)).collect();
    if answers.is_empty() {
        return Err(OcspFault::OtherCertificate);
    }
    if let Some(oid) = response.unknown_critical() {
        return Err(OcspFault::CriticalExtension { oid: oid.to_owned() });
    }
    for answer in &answers {
        answer.dates(response.produced_at())?;
    }
    let signer = responder::signer(response, question, at_hand, budget)?;
    let statements = worst(&answers)?.into_iter().map(|(status, answer)| Statement {
        status,
        kind: StatementKind::Ocsp,
        pieces: vec![response.fingerprint()],
        // Nothing is known to be so after the moment at which it was signed, however clocks differ.
        this_update: answer.this_update().min(response.produced_at()),
        next_update: answer.next_update(),
        signer: signer.clone(),
        vouches_since: answer.archive_cutoff(),
    });
    Ok(statements.collect())
}

fn worst<'a>(answers: &[&'a SingleResponse]) -> Result<Vec<(RevocationStatus, &'a SingleResponse)>, OcspFault> {
    let pick = |wanted: fn(&RevocationStatus) -> bool| -> Vec<(RevocationStatus, &'a SingleResponse)> {
        let mut picked: Vec<(RevocationStatus, &'a SingleResponse)> = Vec::new();
        for answer in answers {
            if let CertStatus::Known(status) = answer.status()
                && wanted(&status)
                && picked.iter().all(|(other, _)| *other != status)
            {
                picked.push((status, answer));
            }
        }
        picked
    };
    let revoked = pick(|status| matches!(status, RevocationStatus::Revoked { .. }));
    if !revoked.is_empty() {
        return Ok(revoked);
    }
    let held = pick(|status| matches!(status, RevocationStatus::Hold { .. }));
    // The newest: a later "good" lifts what is older.
    if let Some(newest) = held.into_iter().max_by_key(|(_, answer)| answer.this_update()) {
        return Ok(vec![newest]);
    }
    if answers.iter().any(|answer| answer.status() == CertStatus::Unknown) {
        return Err(OcspFault::Unknown);
    }
    // The oldest of several that say the same: it claims least.
    let oldest = answers.iter().min_by_key(|answer| answer.this_update());
    Ok(oldest.map(|answer| (RevocationStatus::Good, *answer)).into_iter().collect())
}
