//! Whether the mailbox in From really sent the message (Articles 7.2 c and 11.1).
//!
//! Two proofs count: a SASL login that the directory lists for the mailbox, on a service of our own where users log in;
//! or a DKIM pass for exactly the From domain, reported by a border host, where someone attested that the servers of the
//! domain let a login send from its own mailbox only. SPF alone proves no mailbox and never suffices.
//!
//! Whom to believe: anyone can write an Authentication-Results field. It counts only when the message came from an address
//! of the border host, bears the host's authserv-id, and stands above the Received field by which the message entered that
//! host: what stands lower passed through foreign hands (RFC 8601, 5 and 7.1). Several fields of the host there, as one per
//! filter, are one answer; where they contradict each other there is none.

use serde::{Deserialize, Serialize};

use super::results::{MethodResult, Results};
use super::settings::BorderHost;
use super::{Listing, SenderSettings};
use crate::message::mailbox::domain_name;
use crate::message::{Mailbox, Message};
use crate::time::UnixTime;

/// The answer about the sender's mailbox.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authentication {
    /// A check failed: unmet.
    Failed(AuthFailure),
    /// Nothing to check, or nothing that proves: undetermined.
    Nothing(Silence),
    /// The mailbox sent it.
    Proven(Proof),
}

/// What proves the mailbox.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// DKIM of the From domain, reported by a border host.
    BorderHost {
        /// Its authserv-id.
        authserv_id: String,
    },
    /// A login listed for the mailbox.
    Login {
        /// The login, in lower case.
        login: String,
    },
}

/// Checks that failed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthFailure {
    /// The border host reports a broken signature of the From domain.
    Dkim,
    /// The border host reports that neither DKIM nor SPF fits From (RFC 7489).
    Dmarc,
    /// The login may not send from this mailbox.
    LoginNotListed,
    /// The border host reports an address that may not send for the From domain.
    Spf,
}

/// Why nothing is proven.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// Results of one host contradict each other.
    Contradiction,
    /// Neither a login nor results of a border host.
    NoCheck,
    /// Nobody attested that the domain binds logins to From.
    NotAttested,
    /// The directory lists no logins for the mailbox.
    NoLoginsListed,
    /// Only a signature of another domain passed, or only SPF.
    OtherProof,
    /// The login was on a service that is not configured as one where users log in.
    ServiceNotConfigured,
}

/// Finds what proves that the mailbox of `listing` sent the message.
#[must_use]
pub fn authenticate(message: &Message, listing: &Listing, settings: &SenderSettings, at: UnixTime) -> Authentication {
    let login = message.envelope().auth_login.as_deref().filter(|login| !login.is_empty());
    match login {
        Some(login) if on_submission_service(message, settings) => by_login(login, listing),
        // A relay may log in too: what its host reports is asked before the login is called useless.
        Some(_) => match by_border_host(message, &listing.mailbox, settings, at) {
            Authentication::Nothing(Silence::NoCheck) => Authentication::Nothing(Silence::ServiceNotConfigured),
            other => other,
        },
        None => by_border_host(message, &listing.mailbox, settings, at),
    }
}

fn on_submission_service(message: &Message, settings: &SenderSettings) -> bool {
    let service = message.envelope().daemon_name.as_deref();
    settings.submission_services.iter().any(|name| Some(name.as_bytes()) == service)
}

fn by_login(login: &[u8], listing: &Listing) -> Authentication {
    if listing.logins.is_empty() {
        return Authentication::Nothing(Silence::NoLoginsListed);
    }
    match std::str::from_utf8(login).map(str::to_ascii_lowercase) {
        Ok(login) if listing.logins.contains(&login) => Authentication::Proven(Proof::Login { login }),
        _ => Authentication::Failed(AuthFailure::LoginNotListed),
    }
}

fn by_border_host(message: &Message, from: &Mailbox, settings: &SenderSettings, at: UnixTime) -> Authentication {
    let Some(client) = message.envelope().client else { return Authentication::Nothing(Silence::NoCheck) };
    let reports = settings
        .border_hosts
        .iter()
        .filter(|host| host.clients.contains(&client))
        .map(|host| (host, reported(message, host)))
        .find(|(_, fields)| !fields.is_empty());
    let Some((host, fields)) = reports else { return Authentication::Nothing(Silence::NoCheck) };
    let report = Report { fields: &fields, from };
    let failed = if report.says("dkim", "header.d", "fail") {
        Some(AuthFailure::Dkim)
    } else if report.says("dmarc", "header.from", "fail") {
        Some(AuthFailure::Dmarc)
    } else {
        None
    };
    match (report.says("dkim", "header.d", "pass"), failed) {
        _ if !report.agrees_on_dkim() => Authentication::Nothing(Silence::Contradiction),
        (true, Some(_)) => Authentication::Nothing(Silence::Contradiction),
        (true, None) if !is_attested(from, settings, at) => Authentication::Nothing(Silence::NotAttested),
        (true, None) => Authentication::Proven(Proof::BorderHost { authserv_id: host.authserv_id.clone() }),
        (false, Some(failure)) => Authentication::Failed(failure),
        // Forwarding breaks SPF, so it only speaks against a message that nothing else speaks for.
        (false, None) if report.says("spf", "smtp.mailfrom", "fail") => Authentication::Failed(AuthFailure::Spf),
        (false, None) => Authentication::Nothing(Silence::OtherProof),
    }
}

/// Fields that the border host wrote above the Received field by which the message entered it.
fn reported(message: &Message, host: &BorderHost) -> Vec<Results> {
    let mut received = 0;
    let mut fields = Vec::new();
    for (name, value) in message.headers() {
        if name.trim_ascii().eq_ignore_ascii_case(b"received") {
            received += 1;
            if received > u32::from(host.received_above) {
                break;
            }
        }
        if name.eq_ignore_ascii_case(b"authentication-results") {
            fields.extend(Results::read(value).filter(|read| read.authserv_id.eq_ignore_ascii_case(&host.authserv_id)));
        }
    }
    fields
}

/// What a border host says about one From domain.
struct Report<'a> {
    fields: &'a [Results],
    from: &'a Mailbox,
}

impl Report<'_> {
    fn says(&self, method: &str, property: &str, result: &str) -> bool {
        self.fields.iter().any(|field| self.field_says(field, method, property, result))
    }

    fn field_says(&self, field: &Results, method: &str, property: &str, result: &str) -> bool {
        field.methods.iter().any(|m| m.method == method && m.result == result && self.is_from(m, property))
    }

    /// Two fields that speak of DKIM must say the same of the From domain: the lower one may be an invention that stands
    /// right below the host's own, where the host fails to remove it.
    fn agrees_on_dkim(&self) -> bool {
        let mut answers =
            self.fields.iter().filter(|field| field.methods.iter().any(|m| m.method == "dkim")).map(|field| {
                let says = |result| self.field_says(field, "dkim", "header.d", result);
                (says("pass"), says("fail"))
            });
        let first = answers.next();
        answers.all(|answer| Some(answer) == first)
    }

    fn is_from(&self, method: &MethodResult, property: &str) -> bool {
        let value = method.property(property);
        let domain = value.map(|value| value.rsplit_once('@').map_or(value, |(_, domain)| domain));
        domain.and_then(domain_name).as_deref() == Some(self.from.domain())
    }
}

fn is_attested(from: &Mailbox, settings: &SenderSettings, at: UnixTime) -> bool {
    settings
        .attested_domains
        .iter()
        .any(|attestation| attestation.domain.as_str() == from.domain() && attestation.on.start() <= at)
}
