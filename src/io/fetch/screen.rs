//! Addresses behind which stands no public server (RFC 6890 and its registries): who writes one of them into a
//! certificate wants to reach something that only this machine can reach.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not asked, unless the operator listed its host.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Inside {
    /// Benchmarking networks (RFC 2544, RFC 5180).
    Benchmarking,
    /// Broadcast.
    Broadcast,
    /// Documentation (RFC 5737, RFC 3849, RFC 9637).
    Documentation,
    /// Link-local (RFC 3927, RFC 4291), where clouds have their metadata, too.
    LinkLocal,
    /// This machine.
    Loopback,
    /// Another service of cloud providers.
    Metadata,
    /// Multicast.
    Multicast,
    /// Private or unique local (RFC 1918, RFC 4193), or site-local.
    Private,
    /// Reserved, or outside what is given to the Internet.
    Reserved,
    /// Shared by customers of a carrier (RFC 6598).
    Shared,
    /// An IPv4 address in the clothes of IPv6: mapped, 6to4, NAT64, Teredo.
    Translated,
    /// No address at all.
    Unspecified,
}

impl fmt::Display for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Benchmarking => "for benchmarks",
            Self::Broadcast => "broadcast",
            Self::Documentation => "for documentation",
            Self::LinkLocal => "link-local",
            Self::Loopback => "this machine",
            Self::Metadata => "a service of the cloud provider",
            Self::Multicast => "multicast",
            Self::Private => "private",
            Self::Reserved => "reserved",
            Self::Shared => "shared by a carrier's customers",
            Self::Translated => "IPv4 written as IPv6",
            Self::Unspecified => "unspecified",
        })
    }
}

/// Networks of IPv4 that are no public servers.
const V4: [(Ipv4Addr, u32, Inside); 18] = [
    // Azure's wire server has an address that looks public.
    (Ipv4Addr::new(168, 63, 129, 16), 32, Inside::Metadata),
    (Ipv4Addr::UNSPECIFIED, 32, Inside::Unspecified),
    (Ipv4Addr::UNSPECIFIED, 8, Inside::Reserved),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Inside::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Inside::Shared),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Inside::Loopback),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Inside::LinkLocal),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Inside::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Inside::Reserved),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Inside::Documentation),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Inside::Translated),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Inside::Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Inside::Benchmarking),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Inside::Documentation),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Inside::Documentation),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Inside::Multicast),
    (Ipv4Addr::BROADCAST, 32, Inside::Broadcast),
    (Ipv4Addr::new(240, 0, 0, 0), 4, Inside::Reserved),
];

/// Networks of IPv6 that are no public servers; what is none of 2000::/3 is refused after them.
const V6: [(Ipv6Addr, u32, Inside); 16] = [
    (Ipv6Addr::UNSPECIFIED, 128, Inside::Unspecified),
    (Ipv6Addr::LOCALHOST, 128, Inside::Loopback),
    // IPv4-compatible (deprecated), mapped (RFC 4291), SIIT (RFC 2765).
    (Ipv6Addr::UNSPECIFIED, 80, Inside::Translated),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, Inside::Translated),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, Inside::Translated),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, Inside::Reserved),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, Inside::Translated),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, Inside::Benchmarking),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Inside::Reserved),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Inside::Documentation),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, Inside::Translated),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Inside::Documentation),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Inside::Private),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, Inside::LinkLocal),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, Inside::Private),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, Inside::Multicast),
];

/// Why `address` is no public server's; `None` when it may be one.
#[must_use]
pub fn screen(address: IpAddr) -> Option<Inside> {
    match address {
        IpAddr::V4(address) => {
            let bits = u32::from(address);
            let within = |network: &Ipv4Addr, length: u32| (bits ^ u32::from(*network)).leading_zeros() >= length;
            V4.iter().find(|(network, length, _)| within(network, *length)).map(|(_, _, inside)| *inside)
        }
        IpAddr::V6(address) => {
            let bits = u128::from(address);
            let within = |network: &Ipv6Addr, length: u32| (bits ^ u128::from(*network)).leading_zeros() >= length;
            let named = V6.iter().find(|(network, length, _)| within(network, *length)).map(|(_, _, inside)| *inside);
            // Nothing else is given out (RFC 4291, 2.4, and IANA's registry of global unicast).
            named.or_else(|| (bits >> 125 != 1).then_some(Inside::Reserved))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Inside> {
        screen(text.parse().unwrap())
    }

    #[test]
    fn public_servers_may_be_asked() {
        for public in
            ["1.1.1.1", "8.8.8.8", "103.252.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1"]
        {
            assert_eq!(of(public), None, "{public}");
        }
        for public in ["2606:4700::1111", "2001:200::1", "2400:cb00::1", "3ffe::1"] {
            assert_eq!(of(public), None, "{public}");
        }
    }

    #[test]
    fn what_only_this_machine_can_reach_may_not() {
        let refused = [
            ("0.0.0.0", Inside::Unspecified),
            ("0.1.2.3", Inside::Reserved),
            ("10.255.0.1", Inside::Private),
            ("100.64.0.1", Inside::Shared),
            ("100.100.100.200", Inside::Shared),
            ("127.0.0.1", Inside::Loopback),
            ("127.255.255.255", Inside::Loopback),
            ("168.63.129.16", Inside::Metadata),
            ("169.254.169.254", Inside::LinkLocal),
            ("172.16.0.1", Inside::Private),
            ("172.31.255.255", Inside::Private),
            ("192.0.0.192", Inside::Reserved),
            ("192.0.2.1", Inside::Documentation),
            ("192.88.99.1", Inside::Translated),
            ("192.168.1.1", Inside::Private),
            ("198.18.0.1", Inside::Benchmarking),
            ("198.19.255.255", Inside::Benchmarking),
            ("198.51.100.7", Inside::Documentation),
            ("203.0.113.7", Inside::Documentation),
            ("224.0.0.1", Inside::Multicast),
            ("239.255.255.255", Inside::Multicast),
            ("240.0.0.1", Inside::Reserved),
            ("255.255.255.255", Inside::Broadcast),
            ("::", Inside::Unspecified),
            ("::1", Inside::Loopback),
            ("::7f00:1", Inside::Translated),
            ("::ffff:127.0.0.1", Inside::Translated),
            ("::ffff:8.8.8.8", Inside::Translated),
            ("::ffff:0:10.0.0.1", Inside::Reserved),
            ("64:ff9b::7f00:1", Inside::Translated),
            ("64:ff9b:1::a00:1", Inside::Translated),
            ("100::1", Inside::Reserved),
            ("2001::1", Inside::Translated),
            ("2001:2::1", Inside::Benchmarking),
            ("2001:10::1", Inside::Reserved),
            ("2001:db8::1", Inside::Documentation),
            ("2002:7f00:1::", Inside::Translated),
            ("3fff::1", Inside::Documentation),
            ("4000::1", Inside::Reserved),
            ("5f00::1", Inside::Reserved),
            ("fc00::1", Inside::Private),
            ("fd00:ec2::254", Inside::Private),
            ("fe80::1", Inside::LinkLocal),
            ("fec0::1", Inside::Private),
            ("ff02::1", Inside::Multicast),
        ];
        for (address, inside) in refused {
            assert_eq!(of(address), Some(inside), "{address}");
        }
    }
}
