//! What the operator says about senders and recipients.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The table `[sender]` of the settings.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SenderSettings {
    /// Domains of state agencies. With none every recipient counts as one: a gateway that was not told its domains
    /// checks all mail rather than none.
    pub agency_domains: Vec<String>,
    /// Also the domains below the agency domains. Article 4 has a flat domain, so this is off.
    pub agency_subdomains: bool,
    /// Postfix services (`{daemon_name}`) on which users log in, such as `submission`.
    pub submission_services: Vec<String>,
    /// Hosts that authenticate mail before it reaches this one.
    pub border_hosts: Vec<BorderHost>,
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
#[serde(deny_unknown_fields)]
pub struct BorderHost {
    /// The authserv-id that it writes (RFC 8601, 2.5). It must remove fields with this name from incoming mail.
    pub authserv_id: String,
    /// Addresses from which it delivers to this host. The field of a message from anywhere else is a forgery.
    pub clients: Vec<IpAddr>,
    /// How many Received fields the border host and those behind it write above its results.
    #[serde(default = "one")]
    pub received_above: u8,
}

/// Who vouches that the servers of a domain bind logins to From, and since when.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// The domain, exactly as after the `@`.
    pub domain: String,
    /// Name of the office or person who attested it.
    pub by: String,
    /// The day of the attestation, in ISO form.
    pub on: String,
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
