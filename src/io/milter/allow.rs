//! Who may connect to an inet socket. Whoever reaches it can claim any sender and any login, so there is no default.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Networks that may connect (RFC 4632).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AllowList {
    networks: Vec<Network>,
}

/// Why a list of peers is none.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AllowError {
    /// Not `ADDRESS` or `ADDRESS/BITS`.
    #[error("'{0}' is neither an address nor a network")]
    Malformed(String),
    /// Nobody could connect.
    #[error("no peer is listed")]
    Nobody,
    /// Bits of the address lie outside of its network: a likely slip.
    #[error("'{0}' has bits beyond the length of its network")]
    HostBits(String),
}

impl AllowList {
    /// Reads addresses and networks: `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`.
    pub fn new<S: AsRef<str>>(networks: &[S]) -> Result<Self, AllowError> {
        if networks.is_empty() {
            return Err(AllowError::Nobody);
        }
        let networks = networks.iter().map(|network| network.as_ref().parse()).collect::<Result<_, _>>()?;
        Ok(Self { networks })
    }

    /// Whether `peer` is listed. An IPv4 address in IPv6 clothes (`::ffff:192.0.2.7`) is that IPv4 address.
    pub fn allows(&self, peer: IpAddr) -> bool {
        let peer = bits(peer.to_canonical());
        self.networks.iter().any(|network| network.has(peer))
    }
}

/// Left-aligned address of one family.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Bits {
    V4(u32),
    V6(u128),
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Network {
    first: Bits,
    length: u32,
}

impl Network {
    fn has(&self, peer: Bits) -> bool {
        match (self.first, peer) {
            (Bits::V4(first), Bits::V4(peer)) => (first ^ peer).checked_shr(32 - self.length).unwrap_or(0) == 0,
            (Bits::V6(first), Bits::V6(peer)) => (first ^ peer).checked_shr(128 - self.length).unwrap_or(0) == 0,
            (Bits::V4(_), Bits::V6(_)) | (Bits::V6(_), Bits::V4(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = AllowError;

    fn from_str(text: &str) -> Result<Self, AllowError> {
        let malformed = || AllowError::Malformed(text.to_owned());
        let (address, length) = match text.trim().split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().map_err(|_| malformed())?)),
            None => (text.trim(), None),
        };
        let first = bits(address.parse().map_err(|_| malformed())?);
        let (width, host_bits) = match first {
            Bits::V4(first) => (32, first.checked_shl(length.unwrap_or(32)).unwrap_or(0) != 0),
            Bits::V6(first) => (128, first.checked_shl(length.unwrap_or(128)).unwrap_or(0) != 0),
        };
        let length = length.unwrap_or(width);
        if length > width {
            return Err(malformed());
        }
        if host_bits {
            return Err(AllowError::HostBits(text.to_owned()));
        }
        Ok(Self { first, length })
    }
}

impl fmt::Display for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, network) in self.networks.iter().enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            let address = match network.first {
                Bits::V4(first) => IpAddr::from(first.to_be_bytes()),
                Bits::V6(first) => IpAddr::from(first.to_be_bytes()),
            };
            write!(f, "{separator}{address}/{}", network.length)?;
        }
        Ok(())
    }
}

fn bits(address: IpAddr) -> Bits {
    match address {
        IpAddr::V4(v4) => Bits::V4(v4.to_bits()),
        IpAddr::V6(v6) => Bits::V6(v6.to_bits()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(list: &[&str], peer: &str) -> bool {
        AllowList::new(list).unwrap().allows(peer.parse().unwrap())
    }

    #[test]
    fn a_peer_is_allowed_by_address_or_network() {
        assert!(allows(&["192.0.2.7"], "192.0.2.7"));
        assert!(!allows(&["192.0.2.7"], "192.0.2.8"));
        assert!(allows(&["::1", "10.0.0.0/8"], "10.255.0.1"));
        assert!(!allows(&["10.0.0.0/8"], "11.0.0.0"));
        assert!(allows(&["2001:db8::/32"], "2001:db8:ffff::1"));
        assert!(!allows(&["2001:db8::/32"], "2001:db9::1"));
        assert!(allows(&["0.0.0.0/0"], "203.0.113.1"));
        assert!(!allows(&["0.0.0.0/0"], "2001:db8::1"));
        assert!(allows(&["::/0"], "2001:db8::1"));
    }

    #[test]
    fn a_mapped_address_is_its_ipv4_address() {
        assert!(allows(&["192.0.2.0/24"], "::ffff:192.0.2.7"));
        assert!(!allows(&["::/0"], "::ffff:192.0.2.7"));
    }

    #[test]
    fn a_list_of_nobody_or_of_nonsense_is_refused() {
        assert_eq!(AllowList::new::<&str>(&[]), Err(AllowError::Nobody));
        for text in ["", "mail.example", "192.0.2.1/33", "::/129", "192.0.2.1/x", "192.0.2.1/"] {
            assert_eq!(AllowList::new(&[text]), Err(AllowError::Malformed(text.to_owned())));
        }
        for text in ["192.0.2.1/24", "2001:db8::1/64", "10.0.0.0/0"] {
            assert_eq!(AllowList::new(&[text]), Err(AllowError::HostBits(text.to_owned())));
        }
    }
}
