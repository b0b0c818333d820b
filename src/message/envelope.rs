//! What the SMTP transaction said beside the message itself (RFC 5321), and what Postfix told by macros.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The envelope of one message. All octets are as the peer sent them: they need not be UTF-8.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Envelope {
    /// Address of the SMTP client, where it has one.
    pub client: Option<IpAddr>,
    /// What the client said in HELO or EHLO.
    pub helo: Vec<u8>,
    /// Reverse path without angle brackets; empty for the null path.
    pub mail_from: Vec<u8>,
    /// Forward paths without angle brackets, in order.
    pub recipients: Vec<Vec<u8>>,
    /// SASL login, macro `{auth_authen}`; `None` when the client did not log in.
    pub auth_login: Option<Vec<u8>>,
    /// Name of the Postfix service, macro `{daemon_name}`; tells submission from inbound.
    pub daemon_name: Option<Vec<u8>>,
    /// Queue id, macro `i`.
    pub queue_id: Option<Vec<u8>>,
}
