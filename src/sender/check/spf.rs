//! SPF of the MAIL FROM identity (RFC 7208): may this address send for this domain?
//!
//! Evaluated here and not by `mail-auth`, which counts void look-ups on its own network path only, takes an included
//! record's pass for that of every record around it, and reads `/33` and `300.1.1.1` as something else.

use std::cmp::Reverse;
use std::net::IpAddr;

use super::dns::{Dns, NoAnswer, spelled};
use super::key::is_below;
use super::spf_macro::{MacroString, Values};
use super::spf_record::{Mechanism, Prefixes, Record, is_spf};
use crate::evidence::SpfIdentity;
use crate::message::mailbox::domain_name;
use crate::sender::checks::AuthResult;
use crate::sender::transcript::{Data, Outcome, RecordKind, Reply};

/// Terms that ask DNS (RFC 7208, 4.6.4).
const LOOKUPS: u32 = 10;
/// Of those, terms whose name has nothing (RFC 7208, 4.6.4).
const VOID_LOOKUPS: u32 = 2;
/// Exchanges of one `mx`, and names of one address (RFC 7208, 4.6.4).
const HOSTS: usize = 10;

/// Evaluates the record of the reverse path's domain.
pub(super) fn check_host(dns: &mut Dns, identity: &SpfIdentity) -> AuthResult {
    match domain(&identity.mail_from) {
        Some(domain) => evaluate(dns, identity, domain),
        None => AuthResult::None,
    }
}

/// `check_host()` of RFC 7208, 4.1, with a domain of its own.
pub(super) fn evaluate(dns: &mut Dns, identity: &SpfIdentity, domain: &str) -> AuthResult {
    let Some(domain) = host(domain) else { return AuthResult::None };
    let sender = match identity.mail_from.rsplit_once('@') {
        Some((local, of)) if !local.is_empty() => format!("{local}@{of}"),
        Some((_, of)) => format!("postmaster@{of}"),
        None => format!("postmaster@{domain}"),
    };
    let client = identity.client.to_canonical();
    let mut evaluation = Evaluation { dns, client, sender, helo: &identity.helo, lookups: 0, void_lookups: 0 };
    match evaluation.record_of(&domain) {
        Ok(result) => result,
        Err(Stop::Permanent) => AuthResult::Permerror,
        Err(Stop::Temporary) => AuthResult::Temperror,
    }
}

/// What stands after the last `@`.
pub(super) fn domain(mail_from: &str) -> Option<&str> {
    mail_from.rsplit_once('@').map(|(_, domain)| domain)
}

/// A domain that SPF can be asked of (RFC 7208, 4.3): two labels or more; underscores are in use.
pub(super) fn host(domain: &str) -> Option<String> {
    if !domain.is_ascii() {
        return domain_name(domain);
    }
    let plain = |o: u8| o.is_ascii_alphanumeric() || matches!(o, b'-' | b'_' | b'.');
    let fits = domain.contains('.') && domain.bytes().all(plain);
    spelled(domain).filter(|_| fits && !domain.ends_with('.'))
}

/// The evaluation ends without a result.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stop {
    Permanent,
    Temporary,
}

impl From<NoAnswer> for Stop {
    fn from(_: NoAnswer) -> Self {
        Self::Temporary
    }
}

struct Evaluation<'a, 'd> {
    dns: &'a mut Dns<'d>,
    client: IpAddr,
    sender: String,
    helo: &'a str,
    lookups: u32,
    void_lookups: u32,
}

impl<'d> Evaluation<'_, 'd> {
    /// The result of a domain's record. `include` and `redirect` come back here, at most as often as terms may ask.
    fn record_of(&mut self, domain: &str) -> Result<AuthResult, Stop> {
        let reply = self.dns.text(domain)?;
        let mut records = reply.records.iter().filter_map(|record| match record {
            Data::Text(text) if is_spf(text) => Some(text),
            _ => None,
        });
        let Some(text) = records.next() else { return Ok(AuthResult::None) };
        if records.next().is_some() {
            return Err(Stop::Permanent);
        }
        let record = Record::read(text).ok_or(Stop::Permanent)?;
        for (result, mechanism) in &record.directives {
            if self.matches(mechanism, domain)? {
                return Ok(*result);
            }
        }
        let Some(redirect) = &record.redirect else { return Ok(AuthResult::Neutral) };
        self.pay()?;
        let target = self.expand(redirect, domain)?.ok_or(Stop::Permanent)?;
        match self.record_of(&target)? {
            AuthResult::None => Err(Stop::Permanent),
            result => Ok(result),
        }
    }

    fn matches(&mut self, mechanism: &Mechanism, domain: &str) -> Result<bool, Stop> {
        Ok(match mechanism {
            Mechanism::All => true,
            Mechanism::Ip4(address, bits) => is_in(self.client, (*address).into(), Prefixes { ip4: *bits, ip6: 128 }),
            Mechanism::Ip6(address, bits) => is_in(self.client, (*address).into(), Prefixes { ip4: 32, ip6: *bits }),
            Mechanism::Include(name) => {
                self.pay()?;
                // RFC 7208, 5.2: no record there is an error of the record that includes it.
                let target = self.expand(name, domain)?.ok_or(Stop::Permanent)?;
                match self.record_of(&target)? {
                    AuthResult::None => return Err(Stop::Permanent),
                    result => result == AuthResult::Pass,
                }
            }
            Mechanism::Addresses(name, prefixes) => {
                self.pay()?;
                match self.asked(name.as_ref(), domain, self.addresses())? {
                    Some(reply) => self.holds_client(reply, *prefixes),
                    None => false,
                }
            }
            Mechanism::Exists(name) => {
                self.pay()?;
                // RFC 7208, 5.7: A is asked for whatever the client's address.
                self.asked(Some(name), domain, RecordKind::A)?.is_some()
            }
            Mechanism::Exchanges(name, prefixes) => {
                self.pay()?;
                match self.asked(name.as_ref(), domain, RecordKind::Mx)? {
                    Some(reply) => self.is_exchange(reply, *prefixes)?,
                    None => false,
                }
            }
            Mechanism::Names(name) => {
                self.pay()?;
                let target = match name {
                    Some(name) => self.expand(name, domain)?,
                    None => Some(domain.to_owned()),
                };
                let names = self.validated_names()?;
                target.is_some_and(|target| names.iter().any(|name| is_below(name, &target)))
            }
        })
    }

    /// Pays for one term that asks DNS.
    fn pay(&mut self) -> Result<(), Stop> {
        self.lookups += 1;
        if self.lookups > LOOKUPS { Err(Stop::Permanent) } else { Ok(()) }
    }

    /// The reply for a term's name; `None`, and counted, where it has nothing.
    fn asked(&mut self, name: Option<&MacroString>, domain: &str, kind: RecordKind) -> Result<Option<&'d Reply>, Stop> {
        let target = match name {
            Some(name) => self.expand(name, domain)?,
            None => Some(domain.to_owned()),
        };
        let reply = match target {
            Some(target) => Some(self.dns.ask(&target, kind)?).filter(|reply| reply.outcome == Outcome::Found),
            None => None,
        };
        if reply.is_none() {
            self.void_lookups += 1;
            if self.void_lookups > VOID_LOOKUPS {
                return Err(Stop::Permanent);
            }
        }
        Ok(reply)
    }

    /// The name that a macro string stands for, as DNS can be asked for it.
    fn expand(&mut self, name: &MacroString, domain: &str) -> Result<Option<String>, Stop> {
        let validated = if name.needs_name() { self.shown_name(domain)? } else { String::new() };
        let values =
            Values { sender: &self.sender, domain, helo: self.helo, client: self.client, validated: &validated };
        Ok(spelled(&name.expand(&values)))
    }

    /// RFC 7208, 7.3, on `p`: the domain itself, a name below it, any other, in this order.
    fn shown_name(&mut self, domain: &str) -> Result<String, Stop> {
        let names = self.validated_names()?;
        let best = names.into_iter().min_by_key(|name| Reverse((name == domain, is_below(name, domain))));
        Ok(best.unwrap_or_else(|| "unknown".to_owned()))
    }

    /// Names of the client that lead back to it (RFC 7208, 5.5). A server that fails takes its name away and no more.
    fn validated_names(&mut self) -> Result<Vec<String>, Stop> {
        let reply = match self.dns.ask(&reverse(self.client), RecordKind::Ptr) {
            Ok(reply) => reply,
            Err(NoAnswer::Failed) => return Ok(Vec::new()),
            Err(NoAnswer::Missing) => return Err(Stop::Temporary),
        };
        let mut names = Vec::new();
        let mut open = false;
        let kind = self.addresses();
        let listed = reply.records.iter().filter_map(|record| match record {
            Data::Name(name) => Some(name),
            Data::Address(_) | Data::Exchange { .. } | Data::Text(_) => None,
        });
        for name in listed.take(HOSTS) {
            match self.dns.ask(name, kind) {
                Ok(reply) if self.holds_client(reply, Prefixes { ip4: 32, ip6: 128 }) => names.push(name.clone()),
                Ok(_) | Err(NoAnswer::Failed) => {}
                Err(NoAnswer::Missing) => open = true,
            }
        }
        if open { Err(Stop::Temporary) } else { Ok(names) }
    }

    /// RFC 7208, 5.4: exchanges in their order; an eleventh is an error, unless an earlier one matches.
    fn is_exchange(&mut self, reply: &Reply, prefixes: Prefixes) -> Result<bool, Stop> {
        let mut hosts: Vec<(u16, &str)> = reply
            .records
            .iter()
            .filter_map(|record| match record {
                Data::Exchange { preference, host } => Some((*preference, host.as_str())),
                Data::Address(_) | Data::Name(_) | Data::Text(_) => None,
            })
            .collect();
        hosts.sort_by_key(|(preference, _)| *preference);
        let kind = self.addresses();
        let mut open = false;
        for (place, (_, host)) in hosts.into_iter().enumerate() {
            if place == HOSTS {
                return Err(if open { Stop::Temporary } else { Stop::Permanent });
            }
            if host.is_empty() {
                // RFC 7505: the domain takes no mail.
                continue;
            }
            match self.dns.ask(host, kind) {
                Ok(reply) if !open && self.holds_client(reply, prefixes) => return Ok(true),
                Ok(_) => {}
                // All that are missing are asked for at once.
                Err(NoAnswer::Missing) => open = true,
                Err(NoAnswer::Failed) => return Err(Stop::Temporary),
            }
        }
        if open { Err(Stop::Temporary) } else { Ok(false) }
    }

    fn holds_client(&self, reply: &Reply, prefixes: Prefixes) -> bool {
        reply.records.iter().any(|record| match record {
            Data::Address(address) => is_in(self.client, *address, prefixes),
            Data::Exchange { .. } | Data::Name(_) | Data::Text(_) => false,
        })
    }

    /// The kind of address that the client has.
    fn addresses(&self) -> RecordKind {
        if self.client.is_ipv4() { RecordKind::A } else { RecordKind::Aaaa }
    }
}

/// Whether an address lies in a network of the same family.
fn is_in(client: IpAddr, network: IpAddr, prefixes: Prefixes) -> bool {
    match (client, network.to_canonical()) {
        (IpAddr::V4(client), IpAddr::V4(network)) => {
            (client.to_bits() ^ network.to_bits()).leading_zeros() >= u32::from(prefixes.ip4)
        }
        (IpAddr::V6(client), IpAddr::V6(network)) => {
            (client.to_bits() ^ network.to_bits()).leading_zeros() >= u32::from(prefixes.ip6)
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// The name at which the names of an address stand (RFC 1035, 3.5; RFC 3596, 2.5).
fn reverse(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(address) => {
            let digits: String = format!("{:032x}", address.to_bits()).chars().rev().flat_map(|c| [c, '.']).collect();
            format!("{digits}ip6.arpa")
        }
    }
}
