//! Who may sign an answer for whom (RFC 6960, 4.2.2.2).

use std::cell::OnceCell;

use super::super::anchor::Purpose;
use super::super::certificate::Certificate;
use super::super::statement::{Question, Statement, StatementKind};
use super::fault::{OcspFault, ResponderFault};
use super::response::{OcspResponse, ResponderId, key_hash};
use crate::budget::Budget;

/// id-kp-OCSPSigning. anyExtendedKeyUsage does not stand for it (RFC 6960, 4.2.2.2: "MUST include").
const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";

/// Certificates that are tried as the signer of one response. Honest ones have one, or two while keys change.
pub const MAX_CANDIDATES: usize = 4;

/// Certificates for building paths that could be a delegate's, with the digests of their keys: computed once for all
/// responses, because both come from strangers and may be many.
#[derive(Debug, Default)]
pub(super) struct AtHand<'a>(OnceCell<Vec<Delegate<'a>>>);

#[derive(Debug)]
struct Delegate<'a> {
    certificate: &'a Certificate,
    key_hash: Option<Vec<u8>>,
}

impl<'a> AtHand<'a> {
    fn named<'r>(
        &'r self,
        response: &'r OcspResponse,
        question: &Question<'a>,
    ) -> impl Iterator<Item = &'r Certificate> {
        let pool = question.search.pool;
        let delegates = self.0.get_or_init(|| {
            let able = pool.iter().filter(|certificate| may_sign_ocsp(certificate));
            able.map(|certificate| Delegate { certificate, key_hash: key_hash(certificate) }).collect()
        });
        let named = delegates.iter().filter(|delegate| match response.responder() {
            ResponderId::Key(hash) => delegate.key_hash.as_ref() == Some(hash),
            ResponderId::Name(name) => name == delegate.certificate.subject(),
        });
        named.map(|delegate| delegate.certificate)
    }
}

/// The certificate whose key signed `response` and may do so for the question's issuer.
pub(super) fn signer<'a>(
    response: &OcspResponse,
    question: &Question<'a>,
    at_hand: &AtHand<'a>,
    budget: &mut Budget,
) -> Result<Certificate, OcspFault> {
    let mut nearest = OcspFault::Responder(ResponderFault::Missing);
    // By the key of the issuer and not by a certificate in the response: a CA certificate that was issued again with
    // the same key is the same issuer, one of the same name with another key is a stranger.
    if response.responder().names(question.issuer) {
        match by_issuer(response, question, budget) {
            Ok(()) => return Ok(question.issuer.clone()),
            Err(OcspFault::Exhausted) => return Err(OcspFault::Exhausted),
            // Its delegate may have the same name.
            Err(fault) => nearest = fault,
        }
    }
    let pinned =
        question.search.anchors.pinned_for(Purpose::Ocsp).filter(|(_, pinned)| response.responder().names(pinned));
    for (entry, responder) in pinned.take(MAX_CANDIDATES) {
        let outcome = if entry.valid().contains(response.produced_at()) {
            by_pinned(response, responder, question, budget)
        } else {
            Err(OcspFault::Responder(ResponderFault::OutOfPeriod))
        };
        match outcome {
            Ok(()) => return Ok(responder.clone()),
            Err(OcspFault::Exhausted) => return Err(OcspFault::Exhausted),
            Err(fault) => nearest = nearer(nearest, fault),
        }
    }
    let mut seen: Vec<&Certificate> = Vec::new();
    // Responders may leave their own certificate out; then it may lie among those for paths.
    let own = response.certificates().iter().filter(|certificate| response.responder().names(certificate));
    for responder in own.chain(at_hand.named(response, question)) {
        if seen.contains(&responder) {
            continue;
        }
        if seen.len() == MAX_CANDIDATES {
            break;
        }
        seen.push(responder);
        // The issuer's key under another name, or certified again, is the issuer's key.
        let is_issuer = responder.spki() == question.issuer.spki();
        let outcome = if is_issuer {
            by_issuer(response, question, budget)
        } else {
            by_delegate(response, responder, question, budget)
        };
        match outcome {
            Ok(()) if is_issuer => return Ok(question.issuer.clone()),
            Ok(()) => return Ok(responder.clone()),
            Err(OcspFault::Exhausted) => return Err(OcspFault::Exhausted),
            Err(fault) => nearest = nearer(nearest, fault),
        }
    }
    Err(nearest)
}

fn by_issuer(response: &OcspResponse, question: &Question<'_>, budget: &mut Budget) -> Result<(), OcspFault> {
    // The key usage is not asked: CAs without digitalSignature sign responses everywhere, and the key could issue a
    // responder at any time.
    not_its_own(question.issuer, question)?;
    response.signed_by(question.issuer, budget)
}

/// The operator pinned it; where its certificate speaks it is heard, but it need not be for OCSP (first case).
fn by_pinned(
    response: &OcspResponse,
    responder: &Certificate,
    question: &Question<'_>,
    budget: &mut Budget,
) -> Result<(), OcspFault> {
    may_sign(responder, response).map_err(OcspFault::Responder)?;
    not_its_own(responder, question)?;
    response.signed_by(responder, budget)
}

/// The issuer's own key certified it for OCSP (third case). "Some trusted CA" did not do.
fn by_delegate(
    response: &OcspResponse,
    responder: &Certificate,
    question: &Question<'_>,
    budget: &mut Budget,
) -> Result<(), OcspFault> {
    let fault = OcspFault::Responder;
    if responder.issuer() != question.issuer.subject() {
        return Err(fault(ResponderFault::NotIssued));
    }
    if question.verified.signature(responder, question.issuer, budget)?.is_err() {
        return Err(fault(ResponderFault::NotIssued));
    }
    if let Some(wrong) = responder.fault() {
        return Err(fault(ResponderFault::Certificate(wrong.clone())));
    }
    if !may_sign_ocsp(responder) {
        return Err(fault(ResponderFault::ExtendedKeyUsage));
    }
    may_sign(responder, response).map_err(fault)?;
    not_its_own(responder, question)?;
    response.signed_by(responder, budget)
}

pub(super) fn may_sign_ocsp(certificate: &Certificate) -> bool {
    certificate.ext_key_usage().is_some_and(|(oids, _)| oids.iter().any(|oid| oid == OCSP_SIGNING))
}

/// Whether the certificate allows signatures of this kind (RFC 5280, 4.2.1.3) at the time of this one.
fn may_sign(responder: &Certificate, response: &OcspResponse) -> Result<(), ResponderFault> {
    if responder.key_usage().is_some_and(|usage| !usage.digital_signature()) {
        return Err(ResponderFault::KeyUsage);
    }
    if !responder.validity().contains(response.produced_at()) {
        return Err(ResponderFault::OutOfPeriod);
    }
    Ok(())
}

/// Whoever has stolen a key would say that it is not stolen: by the key, because a twin of the certificate has it too.
fn not_its_own(responder: &Certificate, question: &Question<'_>) -> Result<(), OcspFault> {
    if responder.spki() == question.certificate.spki() {
        return Err(OcspFault::Responder(ResponderFault::SelfVouching));
    }
    Ok(())
}

/// Of two faults the one that tells more. That the right signer's signature is wrong tells most.
fn nearer(one: OcspFault, other: OcspFault) -> OcspFault {
    let rank = |fault: &OcspFault| match fault {
        OcspFault::Responder(fault) => fault.nearness(),
        _ => u8::MAX,
    };
    if rank(&other) > rank(&one) { other } else { one }
}

/// The delegated responder behind a statement, `None` where the issuer itself or a responder of the operator speaks.
///
/// Whoever weighs statements asks for its revocation in the lists at hand: revoked there, it is not believed. Without
/// [`Certificate::ocsp_no_check`] the issuer expects that (RFC 6960, 4.2.2.2.1), and with it, it does no harm.
#[must_use]
pub fn delegate<'a>(statement: &'a Statement, question: &Question<'_>) -> Option<&'a Certificate> {
    let signer = &statement.signer;
    let is_delegate = statement.kind == StatementKind::Ocsp
        && signer != question.issuer
        && !question.search.anchors.pinned_for(Purpose::Ocsp).any(|(_, pinned)| pinned == signer);
    is_delegate.then_some(signer)
}
