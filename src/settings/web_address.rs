//! Addresses of the web as certificates and settings write them (RFC 3986): read once, strictly, and then used as they
//! were read, so that no second reader can see another host in them.

use std::fmt;
use std::net::Ipv6Addr;

use hyper::Uri;

/// Longer addresses stand in no certificate that a CA issues.
const LONGEST: usize = 2048;

/// An address with the scheme `http` or `https`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct WebAddress {
    secure: bool,
    /// In lower case, an IPv6 address without its brackets.
    host: String,
    port: u16,
    target: String,
}

/// Why a text is no address that can be asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AddressFault {
    /// `.` or `..` as a part of the path: what it leads to hangs on who resolves it.
    DotSegment,
    /// Not the grammar of RFC 3986.
    Malformed,
    /// Longer than any real one.
    TooLong,
    /// Another scheme than http and https, `ldap` for example.
    Scheme(String),
    /// A name or password before the host (RFC 3986, 7.5).
    UserInfo,
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DotSegment => f.write_str("address has `.` or `..` in its path"),
            Self::Malformed => f.write_str("not an address (RFC 3986)"),
            Self::TooLong => write!(f, "address is longer than {LONGEST} characters"),
            Self::Scheme(scheme) => write!(f, "`{scheme}` is not asked, only http and https"),
            Self::UserInfo => f.write_str("address names a user"),
        }
    }
}

impl std::error::Error for AddressFault {}

impl WebAddress {
    /// Reads an absolute address. A fragment is dropped, since it never goes to a server.
    pub fn parse(text: &str) -> Result<Self, AddressFault> {
        if text.len() > LONGEST {
            return Err(AddressFault::TooLong);
        }
        // CAs that run on Windows write the name of their list with its blanks.
        let text = text.trim().split('#').next().unwrap_or_default().replace(' ', "%20");
        let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
        let secure = match scheme.as_str() {
            "http" => false,
            "https" => true,
            other if !other.is_empty() && other.bytes().all(|octet| octet.is_ascii_alphanumeric()) => {
                return Err(AddressFault::Scheme(other.to_owned()));
            }
            _ => return Err(AddressFault::Malformed),
        };
        // Without the slashes a host may be read where another reader sees a path (RFC 3986, 3).
        if !text.get(scheme.len()..).is_some_and(|rest| rest.starts_with("://")) {
            return Err(AddressFault::Malformed);
        }
        let uri: Uri = text.parse().map_err(|_| AddressFault::Malformed)?;
        let authority = uri.authority().ok_or(AddressFault::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(AddressFault::UserInfo);
        }
        let host = host(authority.host()).ok_or(AddressFault::Malformed)?;
        // A port that is written but is none must not become the scheme's own.
        let written = authority.as_str().get(authority.host().len()..).unwrap_or_default();
        let port = match (authority.port_u16(), written) {
            (Some(port), _) if port > 0 => port,
            (None, "" | ":") => default_port(secure),
            _ => return Err(AddressFault::Malformed),
        };
        let target = uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        if target.split('?').next().unwrap_or_default().split('/').any(is_dot_segment) {
            return Err(AddressFault::DotSegment);
        }
        let target = if target.starts_with('/') { target } else { format!("/{target}") };
        Ok(Self { secure, host, port, target })
    }

    /// Whether TLS is spoken.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Name or address of the host, in lower case, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Path and query, as they are sent.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Host and port as the field `Host` has them (RFC 9110, 7.2).
    #[must_use]
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == default_port(self.secure) { host } else { format!("{host}:{}", self.port) }
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", if self.secure { "https" } else { "http" }, self.authority(), self.target)
    }
}

fn default_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

/// A host in lower case without brackets and final dot, when its characters are those of names and addresses.
pub(super) fn host(written: &str) -> Option<String> {
    if let Some(inside) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inside.parse::<Ipv6Addr>().ok().map(|address| address.to_string());
    }
    let host = written.strip_suffix('.').unwrap_or(written).to_ascii_lowercase();
    let sound = !host.is_empty()
        && host.len() <= 253
        && host.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_'));
    sound.then_some(host)
}

fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> AddressFault {
        WebAddress::parse(text).unwrap_err()
    }

    #[test]
    fn an_address_is_read_once_with_host_port_and_target() {
        let address = WebAddress::parse("HTTP://CA.Gov.VN./pki/a b.crl?x=1#part").unwrap();
        assert_eq!((address.host(), address.port(), address.is_secure()), ("ca.gov.vn", 80, false));
        assert_eq!(address.target(), "/pki/a%20b.crl?x=1");
        assert_eq!(address.to_string(), "http://ca.gov.vn/pki/a%20b.crl?x=1");
        let address = WebAddress::parse("https://[2001:DB8::1]:8443").unwrap();
        assert_eq!((address.host(), address.port(), address.target()), ("2001:db8::1", 8443, "/"));
        assert_eq!(address.authority(), "[2001:db8::1]:8443");
    }

    #[test]
    fn other_schemes_are_named() {
        assert_eq!(fault("ldap://ca.gov.vn/cn=x"), AddressFault::Scheme("ldap".to_owned()));
        assert_eq!(fault("file:///etc/passwd"), AddressFault::Scheme("file".to_owned()));
        assert_eq!(fault("gopher://a/"), AddressFault::Scheme("gopher".to_owned()));
    }

    #[test]
    fn a_user_before_the_host_is_refused() {
        assert_eq!(fault("http://ca.gov.vn@evil.example/"), AddressFault::UserInfo);
        assert_eq!(fault("http://a:b@evil.example/"), AddressFault::UserInfo);
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        for text in [
            "",
            "http:",
            "http://",
            "http:///crl",
            "http:ca.gov.vn/",
            "//ca.gov.vn/",
            "http://ca.gov.vn\\@evil.example/",
            "http://ca.gov.vn:80:80/",
            "http://ca.gov.vn:0/",
            "http://ca.gov.vn:99999/",
            "http://ca.gov.vn/\r\nHost: evil",
            "http://ca%2egov.vn/",
            "http://[::1/",
            "http://[fe80::1%25eth0]/",
            "http://cơ-quan.vn/",
        ] {
            assert_eq!(fault(text), AddressFault::Malformed, "{text}");
        }
        for text in ["http://a/crl/../admin", "http://a/crl/%2E%2e/admin", "http://a/./b"] {
            assert_eq!(fault(text), AddressFault::DotSegment, "{text}");
        }
        assert_eq!(fault(&format!("http://a/{}", "x".repeat(LONGEST))), AddressFault::TooLong);
    }
}
