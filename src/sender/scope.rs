//! Whether a message goes from agency to agency (rule reading 6).

use serde::{Deserialize, Serialize};

use super::settings::{MixedRecipients, SenderSettings};
use crate::message::{Envelope, Mailbox};

/// How the recipients lie to the agency domains.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// All are in agency domains.
    InScope,
    /// Some are; remarked as `scope-mixed`.
    Mixed,
    /// None is, or some are not and the operator wants those messages left alone.
    OutOfScope,
}

/// Judges the recipients of the envelope. Without recipients (a stored message) nothing speaks against scope.
#[must_use]
pub fn scope(envelope: &Envelope, settings: &SenderSettings) -> Scope {
    if settings.agency_domains.is_empty() || envelope.recipients.is_empty() {
        return Scope::InScope;
    }
    let inside = envelope.recipients.iter().filter(|recipient| is_inside(recipient, settings)).count();
    match (inside, settings.mixed_recipients) {
        (0, _) => Scope::OutOfScope,
        (inside, _) if inside == envelope.recipients.len() => Scope::InScope,
        (_, MixedRecipients::Remark) => Scope::Mixed,
        (_, MixedRecipients::OutOfScope) => Scope::OutOfScope,
    }
}

fn is_inside(recipient: &[u8], settings: &SenderSettings) -> bool {
    let Some(mailbox) = std::str::from_utf8(recipient).ok().and_then(|text| Mailbox::parse(text).ok()) else {
        return false;
    };
    settings.agency_domains.iter().any(|domain| {
        let rest = mailbox.domain().strip_suffix(domain.as_str());
        rest.is_some_and(|rest| rest.is_empty() || (settings.agency_subdomains && rest.ends_with('.')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope_of(recipients: &[&str], subdomains: bool) -> Scope {
        let settings = SenderSettings {
            agency_domains: vec!["TuyenQuang.gov.vn".to_owned().try_into().unwrap()],
            agency_subdomains: subdomains,
            ..SenderSettings::default()
        };
        let recipients = recipients.iter().map(|r| r.as_bytes().to_vec()).collect();
        scope(&Envelope { recipients, ..Envelope::default() }, &settings)
    }

    #[test]
    fn one_recipient_inside_is_enough_and_one_outside_is_remarked() {
        assert_eq!(scope_of(&["a@tuyenquang.gov.vn"], false), Scope::InScope);
        assert_eq!(scope_of(&["a@tuyenquang.gov.vn", "b@gmail.com"], false), Scope::Mixed);
        assert_eq!(scope_of(&["b@gmail.com", "\u{feff}"], false), Scope::OutOfScope);
    }

    #[test]
    fn a_domain_below_or_beside_is_another_one() {
        assert_eq!(scope_of(&["a@x.tuyenquang.gov.vn"], false), Scope::OutOfScope);
        assert_eq!(scope_of(&["a@x.tuyenquang.gov.vn"], true), Scope::InScope);
        assert_eq!(scope_of(&["a@eviltuyenquang.gov.vn"], true), Scope::OutOfScope);
    }

    #[test]
    fn without_domains_or_recipients_everything_is_in_scope() {
        let envelope = Envelope { recipients: vec![b"x".to_vec()], ..Envelope::default() };
        assert_eq!(scope(&envelope, &SenderSettings::default()), Scope::InScope);
        assert_eq!(scope_of(&[], false), Scope::InScope);
    }
}
