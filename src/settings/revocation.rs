//! The section `[revocation]`: whether and how revocation data is fetched, and where it is kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::web_address::{self, WebAddress};

/// Name of the cache's file in the folder of the log.
const CACHE: &str = "revocation.sqlite";

/// As typed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct RawRevocation {
    fetch: bool,
    hosts: Vec<String>,
    proxy: String,
    rewrite: BTreeMap<String, String>,
    cache: PathBuf,
    cache_megabytes: usize,
    ask_again_minutes: u64,
    message_seconds: u64,
}

impl Default for RawRevocation {
    fn default() -> Self {
        Self {
            fetch: true,
            hosts: Vec::new(),
            proxy: String::new(),
            rewrite: BTreeMap::new(),
            // Beside the log, but not in its file: nothing that happens to a cache may stop the log.
            cache: PathBuf::new(),
            // A few lists of some megabytes each, and many thousand OCSP answers.
            cache_megabytes: 128,
            // Lists are made daily or hourly; a revocation should not wait long for its effect.
            ask_again_minutes: 60,
            // Lists, then responders: two fetches one after the other, each with its whole time.
            message_seconds: 16,
        }
    }
}

/// How revocation data is fetched and kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Revocation {
    /// Whether the network is asked at all.
    pub fetch: bool,
    /// Hosts of which the operator says that they may be asked, wherever they are.
    pub hosts: Vec<ListedHost>,
    /// An HTTP proxy, through which everything goes. Then only hosts of the list are asked.
    pub proxy: Option<WebAddress>,
    /// Addresses that are asked instead of those in certificates.
    pub rewrites: Vec<Rewrite>,
    /// File of the cache.
    pub cache: PathBuf,
    /// Octets that the cache may hold.
    pub cache_octets: usize,
    /// What was fetched is used for so long at most before it is asked for again.
    pub ask_again: Duration,
    /// One message waits for so long at most, for all that it asks together.
    pub message: Duration,
}

/// A host that the operator vouches for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListedHost {
    /// Name or address, in lower case.
    pub host: String,
    /// The port that may be used beside 80 and 443.
    pub port: Option<u16>,
}

/// A beginning of addresses that is replaced. Both end in `/`, so that a host or folder is never replaced in part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rewrite {
    /// As certificates have it.
    pub from: WebAddress,
    /// What is asked.
    pub to: WebAddress,
}

impl RawRevocation {
    /// What is meant, where `log` is the log's file; else the key that is wrong, and why.
    pub(super) fn meant(&self, base: &Path, log: &Path) -> Result<Revocation, (&'static str, String)> {
        if !(1..=4096).contains(&self.cache_megabytes) {
            return Err(("cache-megabytes", "`cache-megabytes` is from 1 to 4096".to_owned()));
        }
        if !(1..=10_080).contains(&self.ask_again_minutes) {
            return Err(("ask-again-minutes", "`ask-again-minutes` is from 1 to 10080 (a week)".to_owned()));
        }
        // Postfix waits 300 s for a milter's answer to the end of a message.
        if !(1..=120).contains(&self.message_seconds) {
            return Err(("message-seconds", "`message-seconds` is from 1 to 120".to_owned()));
        }
        let hosts = self.hosts.iter().map(|text| {
            listed(text).ok_or_else(|| ("hosts", format!("`hosts` are names or addresses, `host:port`; not `{text}`")))
        });
        let rewrites = self.rewrite.iter().map(|(from, to)| Ok(Rewrite { from: prefix(from)?, to: prefix(to)? }));
        Ok(Revocation {
            fetch: self.fetch,
            hosts: hosts.collect::<Result<_, _>>()?,
            proxy: proxy(&self.proxy)?,
            rewrites: rewrites.collect::<Result<_, _>>()?,
            cache: if self.cache.as_os_str().is_empty() { log.with_file_name(CACHE) } else { base.join(&self.cache) },
            cache_octets: self.cache_megabytes << 20,
            ask_again: Duration::from_secs(self.ask_again_minutes.saturating_mul(60)),
            message: Duration::from_secs(self.message_seconds),
        })
    }
}

fn listed(text: &str) -> Option<ListedHost> {
    let (name, port) = match text.rsplit_once(':') {
        // An IPv6 address without brackets has colons of its own.
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
            (name, Some(port.parse().ok().filter(|port: &u16| *port > 0)?))
        }
        _ => (text, None),
    };
    let bracketed = if name.contains(':') && !name.starts_with('[') { format!("[{name}]") } else { name.to_owned() };
    Some(ListedHost { host: web_address::host(&bracketed)?, port })
}

fn proxy(text: &str) -> Result<Option<WebAddress>, (&'static str, String)> {
    if text.is_empty() {
        return Ok(None);
    }
    match WebAddress::parse(text) {
        Ok(address) if !address.is_secure() && address.target() == "/" => Ok(Some(address)),
        Ok(_) => Err(("proxy", format!("`proxy` is http://host:port, not `{text}`"))),
        Err(fault) => Err(("proxy", format!("`proxy` `{text}`: {fault}"))),
    }
}

fn prefix(text: &str) -> Result<WebAddress, (&'static str, String)> {
    let address = WebAddress::parse(text).map_err(|fault| ("rewrite", format!("`{text}`: {fault}")))?;
    // `http://ca.vn` is also how `http://ca.vn.evil.example` begins.
    if text.ends_with('/') && !address.target().contains('?') {
        Ok(address)
    } else {
        Err(("rewrite", format!("`{text}` does not end in `/`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Revocation, (&'static str, String)> {
        toml::from_str::<RawRevocation>(text)
            .unwrap()
            .meant(Path::new("/etc/dieu7"), Path::new("/var/lib/dieu7/log.sqlite"))
    }

    #[test]
    fn with_no_section_public_hosts_are_asked_and_no_others() {
        let meant = read("").unwrap();
        assert!(meant.fetch && meant.hosts.is_empty() && meant.proxy.is_none() && meant.rewrites.is_empty());
        assert_eq!(meant.cache, Path::new("/var/lib/dieu7/revocation.sqlite"));
        assert_eq!(read("cache = \"c.sqlite\"").unwrap().cache, Path::new("/etc/dieu7/c.sqlite"));
    }

    #[test]
    fn hosts_are_names_or_addresses_with_or_without_a_port() {
        let meant = read(r#"hosts = ["CA.btc", "10.0.0.5:8080", "fd00::5", "[fd00::5]:8080"]"#).unwrap();
        let listed: Vec<(&str, Option<u16>)> =
            meant.hosts.iter().map(|listed| (listed.host.as_str(), listed.port)).collect();
        let expected = [("ca.btc", None), ("10.0.0.5", Some(8080)), ("fd00::5", None), ("fd00::5", Some(8080))];
        assert_eq!(listed, expected);
        for wrong in ["http://ca.btc/", "ca.btc:0", "ca.btc:x", "", "a b"] {
            assert_eq!(read(&format!("hosts = [\"{wrong}\"]")).unwrap_err().0, "hosts", "{wrong}");
        }
    }

    #[test]
    fn a_rewrite_replaces_whole_hosts_and_folders_only() {
        let meant = read("[rewrite]\n\"http://ca.btc/\" = \"http://10.0.0.5/ca/\"").unwrap();
        assert_eq!(meant.rewrites[0].to.to_string(), "http://10.0.0.5/ca/");
        assert_eq!(read("[rewrite]\n\"http://ca.btc\" = \"http://10.0.0.5/\"").unwrap_err().0, "rewrite");
        assert_eq!(read("[rewrite]\n\"http://ca.btc/\" = \"ldap://10.0.0.5/\"").unwrap_err().0, "rewrite");
    }

    #[test]
    fn a_proxy_is_an_http_host_and_nothing_more() {
        assert!(read("proxy = \"http://10.0.0.1:3128\"").unwrap().proxy.is_some());
        for wrong in ["https://10.0.0.1", "http://u:p@10.0.0.1", "http://10.0.0.1/path", "10.0.0.1:3128"] {
            assert_eq!(read(&format!("proxy = \"{wrong}\"")).unwrap_err().0, "proxy", "{wrong}");
        }
    }

    #[test]
    fn limits_have_limits() {
        assert_eq!(read("cache-megabytes = 0").unwrap_err().0, "cache-megabytes");
        assert_eq!(read("ask-again-minutes = 0").unwrap_err().0, "ask-again-minutes");
        for wrong in [0, 121] {
            assert_eq!(read(&format!("message-seconds = {wrong}")).unwrap_err().0, "message-seconds");
        }
    }
}
