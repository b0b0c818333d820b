//! Whether a message goes from agency to agency (rule reading 6).

use serde::{Deserialize, Serialize};

use super::settings::{MixedRecipients, SenderSettings};
use crate::message::Envelope;
use crate::message::mailbox::domain_name;

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
    let text = std::str::from_utf8(recipient).ok();
    let Some(name) = text.and_then(destination) else { return false };
    settings.agency_domains.iter().any(|domain| {
        let rest = name.strip_suffix(domain.as_str());
        rest.is_some_and(|rest| rest.is_empty() || (settings.agency_subdomains && rest.ends_with('.')))
    })
}

/// The domain that a forward path leads to (RFC 5321, 4.1.2), as A-labels in lower case. Unlike a sender's address it may
/// have any form that a relay takes: who receives is no claim of the sender, so nothing is gained by refusing odd ones, and
/// mail that is called out of scope is not judged at all. `None` for address literals, and where it cannot be told.
fn destination(path: &str) -> Option<String> {
    // A source route is dropped (RFC 5321, 4.1.1.3 and appendix C).
    let address = if path.starts_with('@') { path.split_once(':')?.1 } else { path };
    let (local, domain) = address.rsplit_once('@')?;
    let plain = match local.strip_prefix('"') {
        Some(rest) => !rest.is_empty() && rest.ends_with('"'),
        None => !local.is_empty() && !local.contains(['@', '"', ':', ',', '<', '>', ' ']),
    };
    // Postfix and others send these on to what stands in the local part.
    if !plain || local.contains(['%', '!']) {
        return None;
    }
    // Postfix takes the root's full stop away when it delivers.
    domain_name(domain.strip_suffix('.').unwrap_or(domain))
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
    fn every_form_of_a_path_that_leads_inside_is_inside() {
        for recipient in [
            "A@TUYENQUANG.GOV.VN",
            "a+so-noi-vu@tuyenquang.gov.vn",
            "bounce+b=gmail.com@tuyenquang.gov.vn",
            "@x.vn:a@tuyenquang.gov.vn",
            "@x.vn,@y.vn:a@tuyenquang.gov.vn",
            "\"a b\"@tuyenquang.gov.vn",
            "\"a@gmail.com\"@tuyenquang.gov.vn",
            "a@tuyenquang.gov.vn.",
            "văn.thư@tuyenquang.gov.vn",
            "a@ｔuyenquang.gov.vn",
        ] {
            assert_eq!(scope_of(&[recipient], false), Scope::InScope, "{recipient}");
        }
    }

    #[test]
    fn every_form_of_a_path_that_leads_elsewhere_is_outside() {
        for recipient in [
            "a%gmail.com@tuyenquang.gov.vn",
            "gmail.com!a@tuyenquang.gov.vn",
            "\"a%gmail.com\"@tuyenquang.gov.vn",
            "@tuyenquang.gov.vn:a@gmail.com",
            "@tuyenquang.gov.vn",
            "a@[192.0.2.1]",
            "a@[IPv6:2001:db8::1]",
            "@[IPv6:2001:db8::1]:a@tuyenquang.gov.vn",
            "a@192.0.2.1",
            "a@tuyenquang.gov.vn@gmail.com",
            "a@gmail.com@tuyenquang.gov.vn",
            "\"a@tuyenquang.gov.vn",
            "tuyenquang.gov.vn",
            "postmaster",
            "",
            "a@tuyenquang.gov.vn..",
            "a@tuyenqu\u{430}ng.gov.vn",
            "a@tuyenquang.gov.vn\0",
        ] {
            assert_eq!(scope_of(&[recipient], false), Scope::OutOfScope, "{recipient}");
        }
        let settings = SenderSettings {
            agency_domains: vec!["tuyenquang.gov.vn".to_owned().try_into().unwrap()],
            ..SenderSettings::default()
        };
        let latin = Envelope { recipients: vec![b"v\xe3n@tuyenquang.gov.vn".to_vec()], ..Envelope::default() };
        assert_eq!(scope(&latin, &settings), Scope::OutOfScope);
    }

    #[test]
    fn a_domain_in_its_own_letters_is_the_same_domain() {
        let settings = SenderSettings {
            agency_domains: vec!["xã-tân.vn".to_owned().try_into().unwrap()],
            ..SenderSettings::default()
        };
        for recipient in ["a@xã-tân.vn", "a@XA\u{303}-TA\u{302}N.vn"] {
            let recipients = vec![recipient.as_bytes().to_vec()];
            assert_eq!(scope(&Envelope { recipients, ..Envelope::default() }, &settings), Scope::InScope);
        }
    }

    #[test]
    fn one_outside_among_thousands_and_the_same_one_twice_are_counted() {
        let many: Vec<String> = (0..5_000).map(|n| format!("a{n}@tuyenquang.gov.vn")).collect();
        let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(scope_of(&many, false), Scope::InScope);
        many.push("b@gmail.com");
        assert_eq!(scope_of(&many, false), Scope::Mixed);
        assert_eq!(scope_of(&["a@tuyenquang.gov.vn", "a@tuyenquang.gov.vn"], false), Scope::InScope);
        assert_eq!(scope_of(&["b@gmail.com", "a@tuyenquang.gov.vn", "b@gmail.com"], false), Scope::Mixed);
    }

    #[test]
    fn by_setting_a_mixed_message_is_out_of_scope() {
        let settings = SenderSettings {
            agency_domains: vec!["tuyenquang.gov.vn".to_owned().try_into().unwrap()],
            mixed_recipients: MixedRecipients::OutOfScope,
            ..SenderSettings::default()
        };
        let of = |recipients: &[&str]| {
            let recipients = recipients.iter().map(|one| one.as_bytes().to_vec()).collect();
            scope(&Envelope { recipients, ..Envelope::default() }, &settings)
        };
        assert_eq!(of(&["a@tuyenquang.gov.vn", "b@gmail.com"]), Scope::OutOfScope);
        assert_eq!(of(&["a@tuyenquang.gov.vn"]), Scope::InScope);
    }

    #[test]
    fn without_domains_or_recipients_everything_is_in_scope() {
        let envelope = Envelope { recipients: vec![b"x".to_vec()], ..Envelope::default() };
        assert_eq!(scope(&envelope, &SenderSettings::default()), Scope::InScope);
        assert_eq!(scope_of(&[], false), Scope::InScope);
    }
}
