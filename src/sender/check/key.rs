//! The record of a key in DNS (RFC 6376, 3.6.1; RFC 8301 for lengths, RFC 8463 for Ed25519).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::Algorithm;
use mail_auth::common::parse::TxtRecordParser as _;
use mail_auth::common::verify::DomainKey;

use super::tags::{self, Tags};
use crate::sender::checks::DkimFault;
use crate::sender::transcript::{Data, Reply};

const INFIX: &str = "._domainkey.";
/// Shorter ones are broken by anyone (RFC 8301, 3.2); longer ones cost more than they give.
const RSA_BITS: std::ops::RangeInclusive<usize> = 1_024..=8_192;

/// A key that may be used for mail.
pub(super) struct Key {
    inner: DomainKey,
    /// t=y: the domain only tests.
    pub testing: bool,
    /// t=s: i= must be d= itself.
    pub exact_identity: bool,
}

impl Key {
    /// Finds the one key in a reply.
    pub fn of(reply: &Reply, algorithm: Algorithm) -> Result<Self, DkimFault> {
        let mut texts: Vec<&[u8]> = reply
            .records
            .iter()
            .filter_map(|record| match record {
                Data::Text(text) => Some(text.as_slice()),
                Data::Address(_) | Data::Exchange { .. } | Data::Name(_) => None,
            })
            .filter(|text| looks_like_key(text))
            .collect();
        texts.sort_unstable();
        texts.dedup();
        match texts.as_slice() {
            [] => Err(DkimFault::NoKey),
            [text] => Self::read(text, algorithm),
            // What verifies would depend on the order in which a server lists them (RFC 6376, 3.6.2.2).
            _ => Err(DkimFault::KeyUnusable),
        }
    }

    fn read(text: &[u8], algorithm: Algorithm) -> Result<Self, DkimFault> {
        let tags = Tags::read(text).ok_or(DkimFault::KeyUnusable)?;
        let octets = tags.value("p").and_then(tags::base64).ok_or(DkimFault::KeyUnusable)?;
        if octets.is_empty() {
            return Err(DkimFault::KeyRevoked);
        }
        let lists = |tag: &str, wanted: &[&str]| match tags.text(tag) {
            Some(list) => list.split(':').any(|item| wanted.iter().any(|w| item.trim().eq_ignore_ascii_case(w))),
            None => tags.value(tag).is_none(),
        };
        let kind = tags.value("k").unwrap_or(b"rsa");
        let fits = match algorithm {
            Algorithm::RsaSha256 => kind.eq_ignore_ascii_case(b"rsa"),
            Algorithm::Ed25519Sha256 => kind.eq_ignore_ascii_case(b"ed25519") && octets.len() == 32,
            Algorithm::RsaSha1 => false,
        };
        if !fits || !lists("h", &["sha256"]) || !lists("s", &["*", "email"]) {
            return Err(DkimFault::KeyUnusable);
        }
        // Written anew, so that the second reader of the record finds nothing else in it.
        let kind = if algorithm == Algorithm::Ed25519Sha256 { "ed25519" } else { "rsa" };
        let record = format!("v=DKIM1; k={kind}; p={}", STANDARD.encode(&octets));
        let inner = DomainKey::parse(record.as_bytes()).map_err(|_| DkimFault::KeyUnusable)?;
        if algorithm == Algorithm::RsaSha256 && !RSA_BITS.contains(&inner.p.public_key_bits()) {
            return Err(DkimFault::KeyUnusable);
        }
        let flag = |flag: &str| tags.value("t").is_some() && lists("t", &[flag]);
        Ok(Self { inner, testing: flag("y"), exact_identity: flag("s") })
    }

    pub fn verifies(&self, octets: &[u8], signature: &[u8], algorithm: Algorithm) -> bool {
        self.inner.p.verify_bytes(octets, signature, algorithm).is_ok()
    }
}

/// A version, where there is one, stands first and is `DKIM1`; other texts may share the name.
fn looks_like_key(text: &[u8]) -> bool {
    let Some(tags) = Tags::read(text) else { return text.trim_ascii_start().starts_with(b"v=DKIM1") };
    match tags.value("v") {
        Some(version) => version == b"DKIM1" && tags.first() == Some("v"),
        None => tags.value("p").is_some(),
    }
}

/// Name of a key's record.
pub(super) fn name(selector: &str, domain: &str) -> String {
    format!("{selector}{INFIX}{domain}")
}

/// The domain that a key of this name speaks for.
pub(super) fn domain_of(name: &str) -> Option<&str> {
    name.split_once(INFIX).map(|(_, domain)| domain)
}

/// Labels of letters, digits, hyphens and underscores, none longer than DNS carries.
pub(super) fn is_selector(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && label.bytes().all(|o| o.is_ascii_alphanumeric() || matches!(o, b'-' | b'_'))
    };
    text.len() <= 128 && text.split('.').all(label)
}

/// Whether a name is a domain or below it.
pub(super) fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
