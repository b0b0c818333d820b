//! The section `[dns]`: who is asked about senders, how long is waited, and what of the answer is believed.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Port of DNS (RFC 1035, 4.2).
const PORT: u16 = 53;
/// Each further server lengthens the wait for a name that none of them knows.
const SERVERS: usize = 4;

/// As typed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct RawDns {
    lookup: bool,
    servers: Vec<String>,
    timeout_ms: u64,
    deadline_seconds: u64,
    dnssec: Dnssec,
}

impl Default for RawDns {
    fn default() -> Self {
        Self {
            lookup: true,
            servers: Vec::new(),
            // A resolver that has to go to the far end of the country and back takes a few hundred.
            timeout_ms: 2000,
            // SPF may take ten questions one after the other. Postfix waits 300 s in all, for the documents, too.
            deadline_seconds: 10,
            dnssec: Dnssec::None,
        }
    }
}

/// Whom to ask about senders, and how.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dns {
    /// Whether anybody is asked at all.
    pub lookup: bool,
    /// Recursive name servers, in the order in which they are asked; none means those of the system.
    pub servers: Vec<SocketAddr>,
    /// How long one server is waited for.
    pub timeout: Duration,
    /// How long one message waits for all its answers together.
    pub deadline: Duration,
    /// Whether a server is believed that DNSSEC validated an answer.
    pub dnssec: Dnssec,
}

/// Whether the AD bit of answers is believed (RFC 4035, 3.2.3).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dnssec {
    /// It is not; answers count as not validated.
    None,
    /// It is: the operator vouches for the servers and for the way to them (RFC 4035, 4.9.3).
    TrustedResolver,
}

impl RawDns {
    /// What is meant; else the key that is wrong, and why.
    pub(super) fn meant(&self) -> Result<Dns, (&'static str, String)> {
        let servers = self.servers.iter().map(|text| {
            let wrong = || format!("`servers` are addresses, \"10.0.0.53\" or \"[::1]:5353\"; not `{text}`");
            server(text).ok_or_else(|| ("servers", wrong()))
        });
        let servers: Vec<SocketAddr> = servers.collect::<Result<_, _>>()?;
        if servers.len() > SERVERS {
            return Err(("servers", format!("`servers` are at most {SERVERS}")));
        }
        if !(50..=10_000).contains(&self.timeout_ms) {
            return Err(("timeout-ms", "`timeout-ms` is from 50 to 10000".to_owned()));
        }
        if !(1..=60).contains(&self.deadline_seconds) {
            return Err(("deadline-seconds", "`deadline-seconds` is from 1 to 60".to_owned()));
        }
        // Those of the system may come from whoever answers DHCP.
        if self.dnssec == Dnssec::TrustedResolver && servers.is_empty() {
            let message = "`dnssec` \"trusted-resolver\" needs `servers`: only named ones can be trusted";
            return Err(("dnssec", message.to_owned()));
        }
        Ok(Dns {
            lookup: self.lookup,
            servers,
            timeout: Duration::from_millis(self.timeout_ms),
            deadline: Duration::from_secs(self.deadline_seconds),
            dnssec: self.dnssec,
        })
    }
}

/// An address with or without a port; an IPv6 address in brackets where it has one.
fn server(text: &str) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let server = text.parse().ok().or_else(|| Some(SocketAddr::new(bare.parse::<IpAddr>().ok()?, PORT)))?;
    (server.port() > 0).then_some(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Dns, (&'static str, String)> {
        toml::from_str::<RawDns>(text).unwrap().meant()
    }

    #[test]
    fn with_no_section_the_servers_of_the_system_are_asked_and_no_bit_of_theirs_is_believed() {
        let dns = read("").unwrap();
        assert!(dns.lookup && dns.servers.is_empty());
        assert_eq!(dns.dnssec, Dnssec::None);
    }

    #[test]
    fn servers_are_addresses_with_or_without_a_port() {
        let dns = read(r#"servers = ["10.0.0.53", "127.0.0.1:5353", "::1", "[::1]:5353"]"#).unwrap();
        let shown: Vec<String> = dns.servers.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["10.0.0.53:53", "127.0.0.1:5353", "[::1]:53", "[::1]:5353"]);
        for wrong in ["dns.google", "10.0.0.53:0", "10.0.0.53:x", "", "[10.0.0.1"] {
            assert_eq!(read(&format!("servers = [\"{wrong}\"]")).unwrap_err().0, "servers", "{wrong}");
        }
        let many = ["\"10.0.0.1\""; SERVERS + 1].join(",");
        assert_eq!(read(&format!("servers = [{many}]")).unwrap_err().0, "servers");
    }

    #[test]
    fn only_a_named_server_can_be_believed_that_it_validated() {
        assert_eq!(read("dnssec = \"trusted-resolver\"").unwrap_err().0, "dnssec");
        let dns = read("dnssec = \"trusted-resolver\"\nservers = [\"::1\"]").unwrap();
        assert_eq!(dns.dnssec, Dnssec::TrustedResolver);
    }

    #[test]
    fn waits_have_bounds() {
        assert_eq!(read("timeout-ms = 0").unwrap_err().0, "timeout-ms");
        assert_eq!(read("deadline-seconds = 61").unwrap_err().0, "deadline-seconds");
    }
}
