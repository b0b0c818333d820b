//! Name constraints (RFC 5280, 4.2.1.10): which names may stand below a CA.
//!
//! What cannot be compared is refused: an unreadable name of a constrained kind, a kind that is not known, a URI
//! without a host.

use serde::{Deserialize, Serialize};

use super::certificate::Certificate;
use super::general_name::GeneralName;
use crate::asn1::{self, Asn1Error, Reader, Value, context};

/// The subtrees in which names must lie, and those in which they must not.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct NameConstraints {
    permitted: Vec<GeneralName>,
    excluded: Vec<GeneralName>,
}

/// More subtrees than this are found in attacks only.
pub const MAX_SUBTREES: usize = 1_000;
/// Comparisons of names with subtrees on one path: 500 names under 500 subtrees, about 10 ms.
pub const MAX_COMPARISONS: usize = 250_000;

/// Why a certificate does not fit under its CAs.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum NameFault {
    /// A name lies outside what is permitted, inside what is excluded, or cannot be compared.
    Constrained,
    /// More than [`MAX_COMPARISONS`] would be needed.
    TooMany,
}

impl NameConstraints {
    /// Reads the extension's value.
    pub(super) fn read(value: &[u8]) -> Result<Self, Asn1Error> {
        let mut fields = Value::only(value)?.inside(asn1::SEQUENCE)?;
        let permitted = read_subtrees(fields.optional(context(0))?)?;
        let excluded = read_subtrees(fields.optional(context(1))?)?;
        fields.finish()?;
        Ok(Self { permitted, excluded })
    }

    /// Whether every name of `certificate` is allowed; pays from `left` for each comparison.
    pub fn check(&self, certificate: &Certificate, left: &mut usize) -> Result<(), NameFault> {
        for name in certificate.alternative_names() {
            self.allow(name, left)?;
        }
        if !certificate.subject().is_empty() {
            self.allow(&GeneralName::Directory(certificate.subject().clone()), left)?;
        }
        for email in certificate.subject().emails() {
            self.allow(&GeneralName::Email(email), left)?;
        }
        Ok(())
    }

    fn allow(&self, name: &GeneralName, left: &mut usize) -> Result<(), NameFault> {
        *left = left.checked_sub(self.permitted.len() + self.excluded.len()).ok_or(NameFault::TooMany)?;
        let mut permitted = self.permitted.iter().filter(|base| kind(base) == kind(name)).peekable();
        let mut excluded = self.excluded.iter().filter(|base| kind(base) == kind(name));
        if excluded.any(|base| overlaps(name, base) != Some(false)) {
            return Err(NameFault::Constrained);
        }
        if permitted.peek().is_some() && !permitted.any(|base| lies_within(name, base) == Some(true)) {
            return Err(NameFault::Constrained);
        }
        Ok(())
    }
}

fn read_subtrees(field: Option<Value<'_>>) -> Result<Vec<GeneralName>, Asn1Error> {
    let Some(field) = field else { return Ok(Vec::new()) };
    let mut reader = Reader::new(field.content);
    let mut subtrees = Vec::new();
    while !reader.is_empty() {
        if subtrees.len() == MAX_SUBTREES {
            return Err(Asn1Error::Value);
        }
        let mut subtree = reader.inside(asn1::SEQUENCE)?;
        subtrees.push(GeneralName::read(&subtree.any()?));
        // RFC 5280: minimum must be zero (and then is left out), maximum absent.
        subtree.finish()?;
    }
    Ok(subtrees)
}

/// The tag number of the alternative, also of one that could not be read.
fn kind(name: &GeneralName) -> u8 {
    match name {
        GeneralName::Email(_) => 1,
        GeneralName::Dns(_) => 2,
        GeneralName::Directory(_) => 4,
        GeneralName::Uri(_) => 6,
        GeneralName::Ip(_) => 7,
        GeneralName::Other(tag) => tag & 0x1f,
    }
}

/// Whether `name` lies in the subtree; `None` when they cannot be compared.
fn lies_within(name: &GeneralName, base: &GeneralName) -> Option<bool> {
    match (name, base) {
        (GeneralName::Directory(name), GeneralName::Directory(base)) => Some(name.is_within(base)),
        (GeneralName::Email(name), GeneralName::Email(base)) => email_within(name, base),
        (GeneralName::Dns(name), GeneralName::Dns(base)) => is_comparable(name).then(|| dns_within(name, base)),
        (GeneralName::Uri(name), GeneralName::Uri(base)) => Some(host_within(uri_host(name)?, base)),
        (GeneralName::Ip(name), GeneralName::Ip(base)) => ip_within(name, base),
        _ => None,
    }
}

/// Whether `name` may stand for anything in the subtree: for a wildcard, or a mailbox whose host does not mind the case,
/// that is more than lying within it.
fn overlaps(name: &GeneralName, base: &GeneralName) -> Option<bool> {
    if let (GeneralName::Email(name), GeneralName::Email(base)) = (name, base) {
        return email_within(&name.to_ascii_lowercase(), &base.to_ascii_lowercase());
    }
    if let GeneralName::Dns(name) = name
        && !is_comparable(name)
    {
        return None;
    }
    if let (GeneralName::Dns(name), GeneralName::Dns(base)) = (name, base)
        && let Some(parent) = name.strip_prefix("*.")
    {
        let base = base.strip_prefix('.').unwrap_or(base);
        return Some(dns_within(parent, base) || dns_within(base, parent));
    }
    if let (GeneralName::Dns(name), GeneralName::Dns(base)) = (name, base) {
        return Some(dns_within(name, base.strip_prefix('.').unwrap_or(base)));
    }
    lies_within(name, base)
}

/// A host name with a wildcard for its first label at most: nobody knows what others make of `a*.gov.vn`.
fn is_comparable(name: &str) -> bool {
    let rest = name.strip_prefix("*.").unwrap_or(name);
    !rest.is_empty() && !rest.contains('*')
}

fn email_within(name: &str, base: &str) -> Option<bool> {
    let (local, host) = name.rsplit_once('@')?;
    if local.is_empty() || host.is_empty() {
        return None;
    }
    Some(match base.rsplit_once('@') {
        Some((base_local, base_host)) => local == base_local && host.eq_ignore_ascii_case(base_host),
        None => host_within(host, base),
    })
}

/// For mailboxes and URIs: a leading dot means any host below, its absence that host alone.
fn host_within(host: &str, base: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    if base.is_empty() {
        true
    } else if base.starts_with('.') {
        ends_with_ignoring_case(host, base)
    } else {
        host.eq_ignore_ascii_case(base)
    }
}

/// For host names: the host and everything below it.
fn dns_within(name: &str, base: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let base = base.strip_suffix('.').unwrap_or(base);
    if base.is_empty() || name.eq_ignore_ascii_case(base) {
        return true;
    }
    if base.starts_with('.') {
        return ends_with_ignoring_case(name, base);
    }
    let Some(at) = name.len().checked_sub(base.len()) else { return false };
    name.get(at..).is_some_and(|tail| tail.eq_ignore_ascii_case(base))
        && name.get(..at).is_some_and(|head| head.ends_with('.'))
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    let Some(at) = text.len().checked_sub(end.len()) else { return false };
    at > 0 && text.get(at..).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// The host of a URI; `None` for one without authority or with an address instead of a name, which RFC 5280 refuses, and
/// for one in an encoding that another reader may take for another host.
fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    if host.starts_with('[') {
        return None;
    }
    let host = host.split(':').next()?;
    let is_address = host.parse::<std::net::Ipv4Addr>().is_ok();
    let is_plain = host.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-._".contains(&octet));
    (!host.is_empty() && is_plain && !is_address).then_some(host)
}

fn ip_within(address: &[u8], base: &[u8]) -> Option<bool> {
    if !matches!(address.len(), 4 | 16) || !matches!(base.len(), 8 | 32) {
        return None;
    }
    let (network, mask) = base.split_at(base.len() / 2);
    if network.len() != address.len() {
        return Some(false);
    }
    Some(address.iter().zip(network).zip(mask).all(|((octet, network), mask)| octet & mask == network & mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dns(name: &str) -> GeneralName {
        GeneralName::Dns(name.to_owned())
    }

    fn allows(permitted: &[GeneralName], excluded: &[GeneralName], name: &GeneralName) -> bool {
        let constraints = NameConstraints { permitted: permitted.to_vec(), excluded: excluded.to_vec() };
        constraints.allow(name, &mut MAX_COMPARISONS.clone()).is_ok()
    }

    #[test]
    fn hosts_lie_within_whole_labels_only() {
        assert!(allows(&[dns("gov.vn")], &[], &dns("ca.GOV.vn")));
        assert!(!allows(&[dns("gov.vn")], &[], &dns("notgov.vn")));
        assert!(!allows(&[], &[dns("gov.vn")], &dns("ca.gov.vn.")));
        assert!(!allows(&[], &[dns("")], &dns("anything")));
    }

    #[test]
    fn a_wildcard_does_not_slip_past_an_excluded_host_below_it() {
        assert!(!allows(&[], &[dns("secret.gov.vn")], &dns("*.gov.vn")));
        assert!(!allows(&[], &[dns("gov.vn")], &dns("*.ca.gov.vn")));
        assert!(allows(&[], &[dns("gov.vn")], &dns("*.com.vn")));
        assert!(!allows(&[dns("ca.gov.vn")], &[], &dns("*.gov.vn")));
        assert!(allows(&[dns("gov.vn")], &[], &dns("*.ca.gov.vn")));
        for odd in ["a*.gov.vn", "*.*.gov.vn", "*", "*.", ""] {
            assert!(!allows(&[dns("gov.vn")], &[], &dns(odd)), "{odd}");
            assert!(!allows(&[], &[dns("com.vn")], &dns(odd)), "{odd}");
        }
    }

    #[test]
    fn mailboxes_are_constrained_by_address_host_and_domain() {
        let email = |text: &str| GeneralName::Email(text.to_owned());
        assert!(allows(&[email("a@x.vn")], &[], &email("a@X.vn")));
        assert!(!allows(&[email("a@x.vn")], &[], &email("A@x.vn")));
        assert!(allows(&[email("x.vn")], &[], &email("b@x.vn")));
        assert!(!allows(&[email("x.vn")], &[], &email("b@y.x.vn")));
        assert!(allows(&[email(".x.vn")], &[], &email("b@y.x.vn")));
        assert!(!allows(&[email(".x.vn")], &[], &email("b@x.vn")));
        assert!(!allows(&[], &[email("x.vn")], &email("no-mailbox")));
        // Most hosts do not tell A from a, whatever the standard says: both are excluded, one is permitted.
        assert!(!allows(&[], &[email("a@x.vn")], &email("A@x.vn")));
        assert!(!allows(&[], &[email("x.vn")], &email("\"b@y.vn\"@x.vn.")));
    }

    #[test]
    fn a_uri_without_a_host_name_is_refused_where_uris_are_constrained() {
        let uri = |text: &str| GeneralName::Uri(text.to_owned());
        assert!(allows(&[uri(".x.vn")], &[], &uri("http://u:p@a.x.vn:80/b@y")));
        for odd in [
            "urn:a",
            "http://10.0.0.1/",
            "http://[::1]/",
            "http:///a",
            "http://a.x.vn@evil/",
            "http://a%2ex.vn/",
            "http://a.x.vn\\.y/",
        ] {
            assert!(!allows(&[uri(".x.vn")], &[], &uri(odd)), "{odd}");
            assert_eq!(allows(&[], &[uri(".x.vn")], &uri(odd)), odd.contains("evil"), "{odd}");
        }
    }

    #[test]
    fn addresses_are_compared_under_the_mask_of_their_own_family() {
        let ip = |octets: &[u8]| GeneralName::Ip(octets.to_vec());
        let base = ip(&[10, 0, 0, 0, 255, 0, 0, 0]);
        assert!(allows(std::slice::from_ref(&base), &[], &ip(&[10, 1, 2, 3])));
        assert!(!allows(std::slice::from_ref(&base), &[], &ip(&[11, 1, 2, 3])));
        assert!(!allows(std::slice::from_ref(&base), &[], &ip(&[0; 16])));
        assert!(!allows(&[], &[base], &ip(&[1, 2, 3])));
    }

    #[test]
    fn a_kind_that_is_not_read_is_refused_when_constrained_and_free_otherwise() {
        assert!(!allows(&[GeneralName::Other(0xa0)], &[], &GeneralName::Other(0xa0)));
        assert!(!allows(&[], &[dns("x")], &GeneralName::Other(0x82)));
        assert!(allows(&[dns("x")], &[], &GeneralName::Other(0xa0)));
    }

    #[test]
    fn comparisons_are_paid_for() {
        let constraints = NameConstraints { permitted: vec![dns("x"); 10], excluded: Vec::new() };
        assert_eq!(constraints.allow(&dns("x"), &mut 9), Err(NameFault::TooMany));
    }
}
