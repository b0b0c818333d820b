//! What may be asked, as the operator wants it: hosts, ports, rewritten addresses, the proxy.

use crate::settings::{ListedHost, Revocation, Rewrite, WebAddress};

use super::failure::FetchError;

/// The operator's part of a decision whether to ask.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    hosts: Vec<ListedHost>,
    rewrites: Vec<Rewrite>,
    proxy: Option<WebAddress>,
}

/// An address that may be asked, as far as can be told without looking its name up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Route {
    /// What is asked.
    pub(super) address: WebAddress,
    /// The operator vouches for its host, wherever that is.
    pub(super) listed: bool,
    /// Through whom.
    pub(super) proxy: Option<WebAddress>,
}

impl Reach {
    pub(super) fn new(settings: &Revocation) -> Self {
        let mut rewrites = settings.rewrites.clone();
        // The longest that fits counts.
        rewrites.sort_by_key(|rewrite| std::cmp::Reverse(rewrite.from.target().len()));
        Self { hosts: settings.hosts.clone(), rewrites, proxy: settings.proxy.clone() }
    }

    /// The way to an address as a certificate writes it.
    pub(super) fn route(&self, written: &str) -> Result<Route, FetchError> {
        let address = WebAddress::parse(written).map_err(FetchError::Address)?;
        // What the operator wrote as the new address is the operator's word for its host, too.
        if let Some(address) = self.rewritten(&address)? {
            return Ok(Route { address, listed: true, proxy: self.proxy.clone() });
        }
        let mut of_host = self.hosts.iter().filter(|listed| listed.host == address.host()).peekable();
        let listed = of_host.peek().is_some();
        if !matches!(address.port(), 80 | 443) && !of_host.any(|listed| listed.port == Some(address.port())) {
            return Err(FetchError::Port(address.port()));
        }
        if self.proxy.is_some() && !listed {
            return Err(FetchError::NotListed);
        }
        Ok(Route { address, listed, proxy: self.proxy.clone() })
    }

    fn rewritten(&self, address: &WebAddress) -> Result<Option<WebAddress>, FetchError> {
        let same_place = |from: &WebAddress| {
            from.host() == address.host() && from.port() == address.port() && from.is_secure() == address.is_secure()
        };
        for Rewrite { from, to } in self.rewrites.iter().filter(|rewrite| same_place(&rewrite.from)) {
            if let Some(rest) = address.target().strip_prefix(from.target()) {
                return WebAddress::parse(&format!("{to}{rest}")).map(Some).map_err(FetchError::Address);
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::Settings;

    fn reach(text: &str) -> Reach {
        Reach::new(&Settings::read(&format!("[revocation]\n{text}"), Path::new("/")).unwrap().revocation)
    }

    #[test]
    fn only_the_ports_of_the_web_are_asked_unless_the_operator_lists_one() {
        let reach = reach(r#"hosts = ["a.vn:8080", "b.vn"]"#);
        assert!(!reach.route("http://x.vn/").unwrap().listed);
        assert_eq!(reach.route("http://x.vn:8080/"), Err(FetchError::Port(8080)));
        assert!(reach.route("http://a.vn:8080/").unwrap().listed);
        assert!(reach.route("http://a.vn/").unwrap().listed);
        assert_eq!(reach.route("http://b.vn:25/"), Err(FetchError::Port(25)));
        assert_eq!(reach.route("http://a.vn.evil.example:8080/"), Err(FetchError::Port(8080)));
    }

    #[test]
    fn the_longest_beginning_is_rewritten_and_its_new_host_is_the_operators_word() {
        let reach = reach(
            "[revocation.rewrite]\n\"http://ca.btc/\" = \"http://10.0.0.5:81/\"\n\"http://ca.btc/ocsp/\" = \"http://10.0.0.6/\"",
        );
        let route = reach.route("http://CA.btc/pki/x.crl").unwrap();
        assert_eq!((route.address.to_string().as_str(), route.listed), ("http://10.0.0.5:81/pki/x.crl", true));
        assert_eq!(reach.route("http://ca.btc/ocsp/a").unwrap().address.to_string(), "http://10.0.0.6/a");
        assert!(!reach.route("http://ca.btc.evil.example/x.crl").unwrap().listed);
        assert!(!reach.route("https://ca.btc/x.crl").unwrap().listed);
    }

    #[test]
    fn through_a_proxy_only_listed_hosts_are_asked() {
        let reach = reach("proxy = \"http://10.0.0.1:3128\"\nhosts = [\"ca.vn\"]");
        assert_eq!(reach.route("http://x.vn/"), Err(FetchError::NotListed));
        assert!(reach.route("http://ca.vn/x.crl").unwrap().proxy.is_some());
    }
}
