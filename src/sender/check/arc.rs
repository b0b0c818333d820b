//! The chain of ARC sets (RFC 8617, 5.2): what earlier hosts say they saw, and whether they really said it. It proves
//! nothing of the sender by itself: whoever seals may have invented what he sealed.

use std::ops::Range;

use mail_auth::arc;
use mail_auth::common::crypto::Algorithm;

use super::canonical::{BodyDigests, Form, field};
use super::dns::Dns;
use super::fields::{Fields, without};
use super::key::{self, Key};
use super::signed::{Kind, Signed, instance, names};
use super::tags::{self, Tags};
use crate::sender::checks::{Arc, AuthResult};
use crate::time::UnixTime;

/// RFC 8617, 4.2.1.
const SETS: usize = 50;
/// Octets of all ARC fields together. Each seal is made over those of all sets before it, so what is hashed grows with
/// the square; honest chains have two or three sets of a few thousand octets.
const OCTETS: usize = 512 << 10;

const SEAL: &str = "arc-seal";
const MESSAGE: &str = "arc-message-signature";
const RESULTS: &str = "arc-authentication-results";
const DKIM: &str = "dkim-signature";

/// One host's set.
struct Set<'a> {
    results: (&'a [u8], &'a [u8]),
    message: (&'a [u8], &'a [u8]),
    seal: Seal<'a>,
}

/// ARC-Seal (RFC 8617, 4.1.3).
struct Seal<'a> {
    field: (&'a [u8], &'a [u8]),
    blank: Range<usize>,
    domain: String,
    selector: String,
    algorithm: Algorithm,
    signature: Vec<u8>,
    instance: usize,
    chain: &'a [u8],
}

/// A chain whose form is right.
struct Chain<'a> {
    sets: Vec<Set<'a>>,
    last: Signed<'a>,
}

/// Names of the keys that the chain needs.
pub(super) fn keys(fields: &Fields) -> Vec<String> {
    let Ok(Some(chain)) = read(fields) else { return Vec::new() };
    if chain.last.objection_to_message(fields).is_some() {
        return Vec::new();
    }
    let seals = chain.sets.iter().map(|set| key::name(&set.seal.selector, &set.seal.domain));
    seals.chain([chain.last.key_name()]).collect()
}

/// Checks the chain of a message with this From domain.
pub(super) fn check(fields: &Fields, bodies: &mut BodyDigests, dns: &mut Dns, at: UnixTime, from: Option<&str>) -> Arc {
    match read(fields) {
        Ok(None) => Arc::default(),
        Err(result) => Arc { result, ..Arc::default() },
        Ok(Some(chain)) => {
            let sealers = chain.sets.iter().map(|set| set.seal.domain.clone()).collect();
            let result = verified(&chain, fields, bodies, dns, at).err().unwrap_or(AuthResult::Pass);
            let covers = from.is_some_and(|from| covers(&chain.last, fields, from));
            Arc { result, sealers, covers }
        }
    }
}

/// A signature that the last host put on top afterwards is its own; one of the From domain would be another's word.
fn covers(last: &Signed, fields: &Fields, from: &str) -> bool {
    let domain = |field: (&[u8], &[u8])| names(&Tags::read(field.1)?).ok().map(|(domain, _)| domain);
    let mut open = fields.named(DKIM).take(last.unsigned_on_top(fields, DKIM));
    last.covered(fields).all() && !open.any(|field| domain(field).as_deref() == Some(from))
}

fn read<'a>(fields: &Fields<'a>) -> Result<Option<Chain<'a>>, AuthResult> {
    let counts = [RESULTS, MESSAGE, SEAL].map(|name| fields.count(name));
    let [count, ..] = counts;
    if counts == [0; 3] {
        return Ok(None);
    }
    if fields.ambiguous {
        return Err(AuthResult::Permerror);
    }
    let octets: usize = [RESULTS, MESSAGE, SEAL].iter().flat_map(|name| fields.named(name)).map(|f| f.1.len()).sum();
    if counts != [count; 3] || count > SETS || octets > OCTETS {
        return Err(AuthResult::Fail);
    }
    sets(fields, count).ok_or(AuthResult::Fail).map(Some)
}

/// Puts the fields in the order of their instances, each of which stands once (RFC 8617, 5.2, steps 1 and 3).
fn sets<'a>(fields: &Fields<'a>, count: usize) -> Option<Chain<'a>> {
    let results = ordered(fields.named(RESULTS), count, |field| {
        let first = tags::trim(field.1.split(|o| *o == b';').next()?);
        let (name, value) = first.split_at(first.iter().position(|o| *o == b'=')?);
        (tags::trim(name) == b"i").then(|| instance(tags::trim(&value[1..])))?
    })?;
    let messages = ordered(fields.named(MESSAGE), count, |field| instance(Tags::read(field.1)?.value("i")?))?;
    let seals = ordered(fields.named(SEAL), count, |field| instance(Tags::read(field.1)?.value("i")?))?;
    let last = Signed::read(Kind::Arc, *messages.last()?).ok().filter(|last| !last.names(SEAL))?;
    let mut sets = Vec::new();
    for ((results, message), seal) in results.into_iter().zip(messages).zip(seals) {
        let seal = Seal::read(seal)?;
        let expected: &[u8] = if seal.instance == 1 { b"none" } else { b"pass" };
        // A host that says `fail` ends the chain (RFC 8617, 5.2, step 2).
        if !seal.chain.eq_ignore_ascii_case(expected) {
            return None;
        }
        sets.push(Set { results, message, seal });
    }
    Some(Chain { sets, last })
}

/// Fields by instance, from 1 to `count` without a gap.
fn ordered<'a>(
    fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    count: usize,
    instance: impl Fn((&'a [u8], &'a [u8])) -> Option<usize>,
) -> Option<Vec<(&'a [u8], &'a [u8])>> {
    let mut slots = vec![None; count];
    for field in fields {
        let slot = slots.get_mut(instance(field)?.checked_sub(1)?)?;
        if slot.replace(field).is_some() {
            return None;
        }
    }
    slots.into_iter().collect()
}

impl<'a> Seal<'a> {
    fn read(field: (&'a [u8], &'a [u8])) -> Option<Self> {
        let tags = Tags::read(field.1)?;
        let (domain, selector) = names(&tags).ok()?;
        let seal = Self {
            field,
            blank: tags.place("b")?,
            domain,
            selector,
            algorithm: Algorithm::parse(tags.value("a")?).filter(|a| *a != Algorithm::RsaSha1)?,
            signature: tags::base64(tags.value("b")?).filter(|b| !b.is_empty())?,
            instance: instance(tags.value("i")?)?,
            chain: tags.value("cv")?,
        };
        // A seal says itself what it is made over; one that lists fields is none (RFC 8617, 4.1.3).
        let second = arc::Seal::parse(field.1).ok()?;
        let agrees = tags.value("h").is_none()
            && (second.d, second.s) == (tags.text("d")?.to_lowercase(), tags.text("s")?.to_lowercase())
            && (second.a, second.b) == (seal.algorithm, seal.signature.clone())
            && usize::try_from(second.i) == Ok(seal.instance);
        agrees.then_some(seal)
    }
}

fn verified(
    chain: &Chain,
    fields: &Fields,
    bodies: &mut BodyDigests,
    dns: &mut Dns,
    at: UnixTime,
) -> Result<(), AuthResult> {
    // Of the hosts' signatures of the message only the last need hold (RFC 8617, 5.2, step 4).
    if let Some(result) = chain.last.objection_to_message(fields) {
        return Err(result);
    }
    if chain.last.objection_at(at).is_some() || !chain.last.fits_body(bodies) {
        return Err(AuthResult::Fail);
    }
    let key = key_of(dns, &chain.last.key_name(), chain.last.algorithm)?;
    if !chain.last.verifies(fields, &key) {
        return Err(AuthResult::Fail);
    }
    let mut before = Vec::new();
    for set in &chain.sets {
        let key = key_of(dns, &key::name(&set.seal.selector, &set.seal.domain), set.seal.algorithm)?;
        for (name, value) in [set.results, set.message] {
            field(Form::Relaxed, name, value, &mut before);
            before.extend_from_slice(b"\r\n");
        }
        let end = before.len();
        let (name, value) = set.seal.field;
        field(Form::Relaxed, name, &without(value, &set.seal.blank), &mut before);
        if !key.verifies(&before, &set.seal.signature, set.seal.algorithm) {
            return Err(AuthResult::Fail);
        }
        before.truncate(end);
        field(Form::Relaxed, name, value, &mut before);
        before.extend_from_slice(b"\r\n");
    }
    Ok(())
}

fn key_of(dns: &mut Dns, name: &str, algorithm: Algorithm) -> Result<Key, AuthResult> {
    let reply = dns.text(name).map_err(|_| AuthResult::Temperror)?;
    match Key::of(reply, algorithm) {
        Ok(key) if key.testing => Err(AuthResult::Policy),
        Ok(key) => Ok(key),
        Err(_) => Err(AuthResult::Fail),
    }
}
