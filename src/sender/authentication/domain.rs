//! What is known of the From domain, put together: own check, border host, ARC, and what speaks against the message.
//!
//! A signature that holds here is arithmetic, and no report takes anything from it. The word of a border host stands in
//! where DNS cannot be asked here. Where it saw hold what does not hold here the message was changed in between, or both
//! read it differently: neither is believed.

use super::border_host::Report;
use super::dkim::Own;
use super::replay;
use super::{AuthFailure, Authentication, Method, Proof, Silence, arc, login, webmail};
use crate::message::Mailbox;
use crate::sender::Listing;
use crate::sender::checks::{AuthResult, Dkim};
use crate::sender::provenance::Question;
use crate::sender::settings::Attestation;

/// A proof, and the signatures that it rests on.
struct Candidate<'a> {
    method: Method,
    proof: Proof,
    signatures: Vec<&'a Dkim>,
}

/// What the domain's signatures prove, or what speaks against the message.
pub(super) fn answer(question: &Question<'_>, listing: &Listing) -> Authentication {
    let from = &listing.mailbox;
    let own = Own::of(question.checks, from);
    let report = Report::of(question.message, from, question.settings);
    let Some(attested) = attestation(question, from) else {
        // Who vouches for the domain is asked last: what failed has failed with it or without.
        return without_proof(question, from, &own, report.as_ref(), None);
    };
    let candidates = candidates(question, from, attested, &own, report.as_ref());
    let mut refused = None;
    for candidate in candidates {
        if question.rules.methods.contains(&candidate.method) {
            return weigh(question, candidate);
        }
        refused = refused.or(Some(candidate.method));
    }
    without_proof(question, from, &own, report.as_ref(), refused)
}

/// Proofs in the order in which they are believed.
fn candidates<'a>(
    question: &Question<'a>,
    from: &Mailbox,
    attested: &Attestation,
    own: &Own<'a>,
    report: Option<&Report<'_>>,
) -> Vec<Candidate<'a>> {
    let mut candidates = Vec::new();
    let attested = || attested.clone();
    // Of several the freshest: a domain that signs twice has sent it when it signed last.
    if let Some(one) = own.proofs().max_by_key(|one| one.signed_at) {
        let (domain, selector) = (one.domain.clone(), one.selector.clone());
        let proof = Proof::Dkim { domain, selector, dnssec: one.dnssec, attested: attested() };
        candidates.push(Candidate { method: Method::Dkim, proof, signatures: vec![one] });
    }
    if let Some(report) = report.filter(|report| report.passes() && !report.contradicts_itself())
        && own.against_the_word_of_others(false).is_none()
    {
        let proof = Proof::BorderHost { authserv_id: report.authserv_id.to_owned(), attested: attested() };
        candidates.push(Candidate { method: Method::BorderHost, proof, signatures: own.aligned().to_vec() });
    }
    if let Some(sealer) = arc::sealer(question, from)
        && arc::covers(question)
        && own.against_the_word_of_others(true).is_none()
    {
        let proof = Proof::Arc { sealer: sealer.to_owned(), attested: attested() };
        candidates.push(Candidate { method: Method::Arc, proof, signatures: own.aligned().to_vec() });
    }
    candidates
}

/// A proof counts when nothing suggests that it was used before.
fn weigh(question: &Question<'_>, candidate: Candidate<'_>) -> Authentication {
    let doubt = |one: &&Dkim| replay::doubt(question.message, one, question.seen, question.rules, question.at);
    match candidate.signatures.iter().find_map(doubt) {
        Some(doubt) => Authentication::Suspect(candidate.proof, doubt),
        None => Authentication::Proven(candidate.proof),
    }
}

/// What remains to be said where nothing proves: what could not be told before what failed, and that before nothing.
fn without_proof(
    question: &Question<'_>,
    from: &Mailbox,
    own: &Own<'_>,
    report: Option<&Report<'_>>,
    refused: Option<Method>,
) -> Authentication {
    use Authentication::{Failed, Nothing};
    if let Some(method) = refused {
        return Nothing(Silence::NotAccepted(method));
    }
    if own.proofs().next().is_some() {
        return Nothing(Silence::NotAttested);
    }
    if own.has(AuthResult::Pass) {
        return Nothing(Silence::NotCovered);
    }
    if let Some(report) = report {
        if report.contradicts_itself() {
            return Nothing(Silence::Contradiction);
        }
        if report.passes() {
            return Nothing(own.against_the_word_of_others(false).unwrap_or(Silence::NotAttested));
        }
        if report.fails_dkim() {
            return Failed(AuthFailure::Dkim);
        }
        if report.fails_dmarc() {
            return Failed(AuthFailure::Dmarc);
        }
    }
    if arc::sealer(question, from).is_some() && own.against_the_word_of_others(true).is_none() {
        return Nothing(if arc::covers(question) { Silence::NotAttested } else { Silence::NotCovered });
    }
    if own.left_out() {
        return Nothing(Silence::LeftOut);
    }
    if own.has(AuthResult::Temperror) {
        return Nothing(Silence::NoAnswer);
    }
    if own.has(AuthResult::Fail) {
        return Failed(AuthFailure::Dkim);
    }
    let checks = question.checks;
    // Behind a host of our own the client is that host, of which the sender's SPF knows nothing.
    let direct = !is_own_host(question);
    if direct && checks.dmarc.result == AuthResult::Fail {
        return Failed(AuthFailure::Dmarc);
    }
    let own_spf =
        direct && checks.spf.result == AuthResult::Fail && checks.spf.domain.as_deref() == Some(from.domain());
    if own_spf || report.is_some_and(Report::fails_spf) {
        return Failed(AuthFailure::Spf);
    }
    let passes = checks.spf.result == AuthResult::Pass || checks.dkim.iter().any(|one| one.result == AuthResult::Pass);
    Nothing(if !own.aligned().is_empty() {
        Silence::Unusable
    } else if webmail::is_unclear(question) {
        Silence::LoginUnclear
    } else if passes || report.is_some() {
        Silence::OtherProof
    } else if login::is_elsewhere(question) {
        Silence::ServiceNotConfigured
    } else {
        Silence::NoCheck
    })
}

fn is_own_host(question: &Question<'_>) -> bool {
    let Some(client) = question.message.envelope().client else { return false };
    let settings = question.settings;
    settings.border_hosts.iter().any(|host| host.clients.contains(&client))
        || settings.webmail_hosts.iter().any(|host| host.clients.contains(&client))
}

fn attestation<'a>(question: &Question<'a>, from: &Mailbox) -> Option<&'a Attestation> {
    let attested = &question.settings.attested_domains;
    attested.iter().find(|one| one.domain.as_str() == from.domain() && one.on.start() <= question.at)
}
