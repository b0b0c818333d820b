//! A SASL login on a service of our own (RFC 4954), as Postfix tells it.

use super::{AuthFailure, Authentication, Proof, Silence};
use crate::sender::Listing;
use crate::sender::provenance::Question;

/// What a login says; `None` where nobody logged in on a submission service.
pub(super) fn answer(question: &Question<'_>, listing: &Listing) -> Option<Authentication> {
    let login = login(question)?;
    if !on_submission_service(question) {
        // A relay may log in too: what is known of the domain is asked before the login is called useless.
        return None;
    }
    Some(weigh(question, listing, login, |login| Proof::Login { login }))
}

/// Whether somebody logged in where logins are not believed.
pub(super) fn is_elsewhere(question: &Question<'_>) -> bool {
    login(question).is_some() && !on_submission_service(question)
}

/// Whether the directory lists the login for the mailbox (Article 11.1); without a list nobody may judge.
pub(super) fn weigh(
    question: &Question<'_>,
    listing: &Listing,
    login: &[u8],
    proof: impl FnOnce(String) -> Proof,
) -> Authentication {
    if listing.logins.is_empty() {
        return Authentication::Nothing(Silence::NoLoginsListed);
    }
    let login = std::str::from_utf8(login).map(str::to_ascii_lowercase).ok();
    let Some(login) = login.filter(|login| listing.logins.contains(login)) else {
        return Authentication::Failed(AuthFailure::LoginNotListed);
    };
    let proof = proof(login);
    if question.rules.methods.contains(&proof.method()) {
        Authentication::Proven(proof)
    } else {
        Authentication::Nothing(Silence::NotAccepted(proof.method()))
    }
}

fn login<'a>(question: &Question<'a>) -> Option<&'a [u8]> {
    question.message.envelope().auth_login.as_deref().filter(|login| !login.is_empty())
}

fn on_submission_service(question: &Question<'_>) -> bool {
    let service = question.message.envelope().daemon_name.as_deref();
    question.settings.submission_services.iter().any(|name| Some(name.as_bytes()) == service)
}
