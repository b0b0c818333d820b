//! What the operator says about senders and recipients.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::message::mailbox::domain_name;
use crate::time::UnixTime;

/// The table `[sender]` of the settings.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SenderSettings {
    /// Domains of state agencies. With none every recipient counts as one: a gateway that was not told its domains
    /// checks all mail rather than none.
    pub agency_domains: Vec<Domain>,
    /// Also the domains below the agency domains. Article 4 has a flat domain, so this is off.
    pub agency_subdomains: bool,
    /// Postfix services (`{daemon_name}`) on which users log in, such as `submission`.
    pub submission_services: Vec<String>,
    /// Hosts that authenticate mail before it reaches this one.
    pub border_hosts: Vec<BorderHost>,
    /// Webmail servers that submit without SASL, and tell the login in a header field.
    pub webmail_hosts: Vec<WebmailHost>,
    /// Domains whose ARC seals are believed (RFC 8617), where the policy takes ARC for a proof.
    pub trusted_sealers: Vec<Domain>,
    /// Domains whose servers let a login send only from its own mailbox. DKIM proves a domain, not a mailbox: elsewhere
    /// any clerk could send as any unit.
    pub attested_domains: Vec<Attestation>,
    /// After how many days a directory has to be read again (`dir-stale`).
    pub directory_max_age_days: u32,
    /// Names that certificates of listed agencies may bear as organisation (O) or place (L) beside the agency's own,
    /// such as `UBND tỉnh Tuyên Quang`, `Tuyên Quang`. Without them two provinces' *Sở Y tế* could not be told apart.
    pub parent_names: Vec<String>,
    /// What a recipient outside the agency domains makes of a message that has one inside too.
    pub mixed_recipients: MixedRecipients,
}

/// A host whose Authentication-Results are believed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BorderHost {
    /// The authserv-id that it writes (RFC 8601, 2.5). It must remove fields with this name from incoming mail.
    pub authserv_id: String,
    /// Addresses from which it delivers to this host. The field of a message from anywhere else is a forgery.
    pub clients: Vec<IpAddr>,
    /// How many Received fields the border host and those behind it write above its results.
    #[serde(default = "one")]
    pub received_above: u8,
}

/// A webmail server whose word on logins is believed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WebmailHost {
    /// Addresses from which it submits. The field of a message from anywhere else is a claim.
    pub clients: Vec<IpAddr>,
    /// The field in which it tells the login.
    #[serde(default)]
    pub header: FieldName,
    /// How many Received fields it writes above that field itself.
    #[serde(default)]
    pub received_above: u8,
}

/// The field in which Zimbra tells the login.
pub const DEFAULT_LOGIN_FIELD: &str = "X-Authenticated-User";

/// The name of a header field (RFC 5322, 2.2), of letters, digits and hyphens only.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String")]
pub struct FieldName(String);

impl FieldName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for FieldName {
    fn default() -> Self {
        Self(DEFAULT_LOGIN_FIELD.to_owned())
    }
}

impl TryFrom<String> for FieldName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_name = text.len() <= 76 && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
        // People write From, Subject and the rest themselves: none of those is a server's own word.
        if is_name && text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-")) {
            Ok(Self(text))
        } else {
            Err(format!("expected the name of a field such as {DEFAULT_LOGIN_FIELD}, found {text:?}"))
        }
    }
}

/// Who vouches that the servers of a domain bind logins to From, and since when.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Attestation {
    /// The domain, exactly as after the `@`.
    pub domain: Domain,
    /// Name of the office or person who attested it.
    pub by: String,
    /// The day of the attestation; it counts from then on.
    pub on: Day,
}

/// A host name, as A-labels in lower case.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String")]
pub struct Domain(String);

impl Domain {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Domain {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        domain_name(&text)
            .map(Self)
            .ok_or_else(|| format!("expected a domain such as tuyenquang.gov.vn, found {text:?}"))
    }
}

/// The first moment of a day in Vietnam, written in ISO form.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(into = "String", try_from = "String")]
pub struct Day {
    written: String,
    start: UnixTime,
}

impl Day {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// When it begins.
    #[must_use]
    pub fn start(&self) -> UnixTime {
        self.start
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.written
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match UnixTime::parse(&text) {
            Some(start) if text.len() == 10 => Ok(Self { written: text, start }),
            _ => Err(format!("expected a date such as 2026-11-01, found {text:?}")),
        }
    }
}

/// Rule reading 6: a milter marks the message, not one recipient's copy.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MixedRecipients {
    /// In scope, with the remark `scope-mixed`.
    #[default]
    Remark,
    /// Out of scope.
    OutOfScope,
}

impl Default for SenderSettings {
    fn default() -> Self {
        Self {
            agency_domains: Vec::new(),
            agency_subdomains: false,
            submission_services: Vec::new(),
            border_hosts: Vec::new(),
            webmail_hosts: Vec::new(),
            trusted_sealers: Vec::new(),
            attested_domains: Vec::new(),
            directory_max_age_days: 90,
            parent_names: Vec::new(),
            mixed_recipients: MixedRecipients::default(),
        }
    }
}

fn one() -> u8 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_with_their_defaults_and_wrong_ones_are_refused() {
        let settings: SenderSettings = toml::from_str(
            "agency-domains = [\"TuyenQuang.gov.vn\"]\n[[border-hosts]]\nauthserv-id = \"mx\"\nclients = [\"10.0.0.1\"]\n\
             [[attested-domains]]\ndomain = \"a.vn\"\nby = \"x\"\non = \"2026-01-01\"\n",
        )
        .unwrap();
        assert_eq!(settings.agency_domains[0].as_str(), "tuyenquang.gov.vn");
        assert_eq!((settings.border_hosts[0].received_above, settings.directory_max_age_days), (1, 90));
        let webmail = "trusted-sealers = [\"mx.vn\"]\n[[webmail-hosts]]\nclients = [\"10.0.0.7\"]\n";
        let settings: SenderSettings = toml::from_str(webmail).unwrap();
        assert_eq!(settings.webmail_hosts[0].header.as_str(), "X-Authenticated-User");
        assert_eq!(settings.webmail_hosts[0].received_above, 0);
        for wrong in [
            "agency-domains = [\"gov\"]",
            "agency-domains = [\"a@b.vn\"]",
            "unknown = 1",
            "mixed_recipients = \"maybe\"",
            "[[attested-domains]]\ndomain = \"a.vn\"\nby = \"x\"\non = \"1/1/2026\"",
            "[[border-hosts]]\nauthserv-id = \"mx\"",
            "[[webmail-hosts]]\nheader = \"X-Login\"",
            "[[webmail-hosts]]\nclients = [\"10.0.0.7\"]\nheader = \"From\"",
            "[[webmail-hosts]]\nclients = [\"10.0.0.7\"]\nheader = \"X-A: b\"",
            "trusted-sealers = [\"mx\"]",
        ] {
            assert!(toml::from_str::<SenderSettings>(wrong).is_err(), "{wrong}");
        }
        assert_eq!(toml::from_str::<SenderSettings>("").unwrap(), SenderSettings::default());
    }
}
