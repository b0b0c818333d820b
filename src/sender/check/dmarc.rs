//! DMARC of the From domain (RFC 9989): whether what passed speaks for the domain that a reader sees, and what its owner
//! asks for where nothing does.

use std::collections::BTreeMap;

use super::dns::{Dns, NoAnswer};
use super::key::is_below;
use super::spf;
use super::tags::Tags;
use crate::sender::checks::{AuthResult, Dkim, Dmarc, Spf};
use crate::sender::transcript::{Data, Outcome, RecordKind};

/// Names asked for on the way to the top (RFC 9989, 4.10).
const NAMES: usize = 8;

/// What a record says, as far as it is needed.
#[derive(Clone, Debug)]
struct Record {
    policy: Option<Policy>,
    subdomains: Option<Policy>,
    absent: Option<Policy>,
    dkim: Match,
    spf: Match,
    /// psd=: whether the domain is one below which others register.
    suffix: Option<bool>,
    testing: bool,
    reports: bool,
}

/// adkim=, aspf=: what it takes to belong together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Match {
    Relaxed,
    Strict,
}

/// From harmless to hard.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Policy {
    None,
    Quarantine,
    Reject,
}

/// Checks the domain against what passed.
pub(super) fn check(dns: &mut Dns, from: &str, dkim: &[Dkim], spf: &Spf) -> Dmarc {
    evaluate(dns, from, dkim, spf).unwrap_or_else(|_| Dmarc { result: AuthResult::Temperror, ..Dmarc::default() })
}

/// Asks everything that [`check`] may ask, whatever passes.
pub(super) fn ask_all(dns: &mut Dns, from: &str, domains: &[&str]) {
    let walk = walk(dns, from);
    let Ok(walk) = walk else { return };
    if walk.is_empty() {
        return;
    }
    let organization = organization(&walk, from);
    let _ = applicable(dns, &walk, from, &organization);
    for domain in domains.iter().filter(|domain| is_below(domain, &organization)) {
        let _ = self::walk(dns, domain);
    }
}

fn evaluate(dns: &mut Dns, from: &str, dkim: &[Dkim], spf: &Spf) -> Result<Dmarc, NoAnswer> {
    let walk = walk(dns, from)?;
    let organization = organization(&walk, from);
    let Some((at, record, policy)) = applicable(dns, &walk, from, &organization)? else { return Ok(Dmarc::default()) };

    let mut alignment = Alignment { dns, from, organization: &organization, known: BTreeMap::new() };
    let mut best = AuthResult::Fail;
    let spf_domain = spf.domain.as_deref().and_then(spf::host);
    let offered = dkim
        .iter()
        .map(|dkim| (dkim.domain.as_str(), dkim.result, record.dkim))
        .chain(spf_domain.as_deref().map(|domain| (domain, spf.result, record.spf)));
    for (domain, result, how) in offered {
        // A pass that a rule of this gateway does not accept is no failure of the domain either.
        let counts = matches!(result, AuthResult::Pass | AuthResult::Policy | AuthResult::Temperror);
        if counts && rank(result) > rank(best) {
            let reached = match alignment.holds(domain, how) {
                Ok(true) => result,
                Ok(false) => AuthResult::Fail,
                Err(_) => AuthResult::Temperror,
            };
            if rank(reached) > rank(best) {
                best = reached;
            }
        }
    }
    Ok(Dmarc { result: best, domain: Some(at), policy: Some(policy.word().to_owned()) })
}

/// The stronger result stands: a pass above what is open, that above what is not accepted.
fn rank(result: AuthResult) -> u8 {
    match result {
        AuthResult::Pass => 3,
        AuthResult::Temperror => 2,
        AuthResult::Policy => 1,
        AuthResult::None | AuthResult::Fail | AuthResult::Neutral | AuthResult::Softfail | AuthResult::Permerror => 0,
    }
}

/// Who belongs together with the From domain.
struct Alignment<'a, 'b, 'd> {
    dns: &'a mut Dns<'d>,
    from: &'b str,
    organization: &'b str,
    known: BTreeMap<String, String>,
}

impl Alignment<'_, '_, '_> {
    /// RFC 9989, 4.10.2: equal, or of the same organization where that is enough.
    fn holds(&mut self, domain: &str, how: Match) -> Result<bool, NoAnswer> {
        if domain == self.from || how == Match::Strict || !is_below(domain, self.organization) {
            return Ok(domain == self.from);
        }
        if let Some(organization) = self.known.get(domain) {
            return Ok(organization == self.organization);
        }
        let walk = walk(self.dns, domain)?;
        let organization = organization(&walk, domain);
        let same = organization == self.organization;
        self.known.insert(domain.to_owned(), organization);
        Ok(same)
    }
}

/// The records from a domain up to the top, longest name first (RFC 9989, 4.10). All names are asked for, so that one
/// round of questions is enough; what stands above a record that says where the organization ends does not count.
fn walk(dns: &mut Dns, domain: &str) -> Result<Vec<(String, Record)>, NoAnswer> {
    let replies: Vec<_> = names(domain).into_iter().map(|name| (name, dns.text(&format!("_dmarc.{name}")))).collect();
    let mut found = Vec::new();
    for (name, reply) in replies {
        let mut records = reply?.records.iter().filter_map(|record| match record {
            Data::Text(text) => Record::read(text),
            Data::Address(_) | Data::Exchange { .. } | Data::Name(_) => None,
        });
        // RFC 9989, 4.10.1: several records are none.
        if let (Some(record), None) = (records.next(), records.next()) {
            let ends = record.suffix.is_some();
            found.push((name.to_owned(), record));
            if ends {
                break;
            }
        }
    }
    Ok(found)
}

fn names(domain: &str) -> Vec<&str> {
    let mut names = vec![domain];
    let labels = domain.split('.').count();
    let mut rest = domain;
    for left in (1..labels).rev() {
        let Some((_, shorter)) = rest.split_once('.') else { break };
        rest = shorter;
        if left < NAMES {
            names.push(rest);
        }
    }
    if labels < 2 { Vec::new() } else { names }
}

/// RFC 9989, 4.10.2.
fn organization(walk: &[(String, Record)], start: &str) -> String {
    for (name, record) in walk {
        match record.suffix {
            Some(false) => return name.clone(),
            Some(true) if name != start => return below(name, start).to_owned(),
            Some(true) | None => {}
        }
    }
    walk.last().map_or(start, |(name, _)| name).to_owned()
}

/// The name one label longer than `suffix` on the way to `start`.
fn below<'a>(suffix: &str, start: &'a str) -> &'a str {
    let Some(rest) = start.strip_suffix(suffix).and_then(|rest| rest.strip_suffix('.')) else { return start };
    let label = rest.rfind('.').map_or(0, |dot| dot + 1);
    &start[label..]
}

/// The record that applies, where it stands, and what it asks for (RFC 9989, 4.10.1 and 4.7).
fn applicable(
    dns: &mut Dns,
    walk: &[(String, Record)],
    from: &str,
    organization: &str,
) -> Result<Option<(String, Record, Policy)>, NoAnswer> {
    let own = walk.iter().find(|(name, _)| name == from);
    let above = || walk.iter().find(|(name, _)| name == organization).or_else(|| walk.last());
    let Some((name, record)) = own.or_else(above) else { return Ok(None) };
    let stated = match (record.policy, own) {
        // A record without a usable p= asks for reports, or for nothing.
        (None, _) if record.reports => Policy::None,
        (None, _) => return Ok(None),
        (Some(policy), Some(_)) => policy,
        (Some(policy), None) => {
            let subdomains = record.subdomains.unwrap_or(policy);
            let absent = record.absent.unwrap_or(subdomains);
            // RFC 9989, 4.7, np=: for names that do not exist.
            if absent != subdomains && dns.ask(from, RecordKind::A)?.outcome == Outcome::NoName {
                absent
            } else {
                subdomains
            }
        }
    };
    let policy = match stated {
        Policy::Reject if record.testing => Policy::Quarantine,
        Policy::Quarantine if record.testing => Policy::None,
        stated => stated,
    };
    Ok(Some((name.clone(), record.clone(), policy)))
}

impl Record {
    /// Reads a text; `None` where it is no DMARC record. What cannot be read in it counts as absent (RFC 9989, 4.7).
    fn read(text: &[u8]) -> Option<Self> {
        let tags = Tags::read(text)?;
        if tags.first() != Some("v") || tags.value("v") != Some(b"DMARC1") {
            return None;
        }
        let is = |tag: &str, value: &str| tags.text(tag).is_some_and(|text| text.eq_ignore_ascii_case(value));
        let policy = |tag| tags.text(tag).and_then(Policy::read);
        Some(Self {
            policy: policy("p"),
            subdomains: policy("sp"),
            absent: policy("np"),
            dkim: if is("adkim", "s") { Match::Strict } else { Match::Relaxed },
            spf: if is("aspf", "s") { Match::Strict } else { Match::Relaxed },
            suffix: if is("psd", "y") { Some(true) } else { is("psd", "n").then_some(false) },
            testing: is("t", "y"),
            reports: tags.text("rua").is_some_and(|rua| rua.contains(':')),
        })
    }
}

impl Policy {
    fn read(text: &str) -> Option<Self> {
        [Self::None, Self::Quarantine, Self::Reject].into_iter().find(|policy| text.eq_ignore_ascii_case(policy.word()))
    }

    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_the_top_has_eight_names_at_most() {
        assert_eq!(names("a.tq.gov.vn"), ["a.tq.gov.vn", "tq.gov.vn", "gov.vn", "vn"]);
        let long = names("a.b.c.d.e.f.g.h.i.vn");
        assert_eq!((long.len(), long[0], long[1]), (8, "a.b.c.d.e.f.g.h.i.vn", "d.e.f.g.h.i.vn"));
        assert_eq!(names("vn"), Vec::<&str>::new());
    }

    #[test]
    fn the_organization_ends_below_a_public_suffix() {
        assert_eq!(below("gov.vn", "a.b.gov.vn"), "b.gov.vn");
        assert_eq!(below("gov.vn", "b.gov.vn"), "b.gov.vn");
    }
}
