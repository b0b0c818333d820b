//! A SASL login on a service of our own (RFC 4954), as Postfix tells it.

use super::{AuthFailure, Authentication, Method, Proof, Silence};
use crate::sender::Listing;
use crate::sender::provenance::Question;

/// What a login says; `None` where nobody logged in on a submission service.
pub(super) fn answer(question: &Question<'_>, listing: &Listing) -> Option<Authentication> {
    let login = login(question)?;
    if !on_submission_service(question) {
        // A relay may log in too: what is known of the domain is asked before the login is called useless.
        return None;
    }
    let answer = match listed(login, listing) {
        Ok(_) if !question.rules.methods.contains(&Method::Login) => {
            Authentication::Nothing(Silence::NotAccepted(Method::Login))
        }
        Ok(login) => Authentication::Proven(Proof::Login { login }),
        Err(answer) => answer,
    };
    Some(answer)
}

/// Whether somebody logged in where logins are not believed.
pub(super) fn is_elsewhere(question: &Question<'_>) -> bool {
    login(question).is_some() && !on_submission_service(question)
}

/// The login in lower case where the directory lists it for the mailbox (Article 11.1). Without a list nobody may judge.
pub(super) fn listed(login: &[u8], listing: &Listing) -> Result<String, Authentication> {
    if listing.logins.is_empty() {
        return Err(Authentication::Nothing(Silence::NoLoginsListed));
    }
    match std::str::from_utf8(login).map(str::to_ascii_lowercase) {
        Ok(login) if listing.logins.contains(&login) => Ok(login),
        _ => Err(Authentication::Failed(AuthFailure::LoginNotListed)),
    }
}

fn login<'a>(question: &Question<'a>) -> Option<&'a [u8]> {
    question.message.envelope().auth_login.as_deref().filter(|login| !login.is_empty())
}

fn on_submission_service(question: &Question<'_>) -> bool {
    let service = question.message.envelope().daemon_name.as_deref();
    question.settings.submission_services.iter().any(|name| Some(name.as_bytes()) == service)
}
