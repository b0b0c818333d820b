//! What a message and the answers of DNS show of its sender: DKIM, SPF of MAIL FROM, DMARC and ARC, as pure functions of
//! the octets, of a transcript of DNS and of a time.
//!
//! Of `mail-auth` this takes its second reading of header and tags, its signature values and keys; nothing of it that asks
//! a network or a clock. Header and body are put in canonical form here, over the fields that [`Message`] found: what is
//! verified is the message that is judged, and where a second reader sees other fields nothing is.
//!
//! Not here: whom to believe (`authentication`), how DNS is asked (`io`).
//! Standards: RFC 6376, 8301, 8463, 8616 (DKIM), 7208 (SPF), 9989 (DMARC), 8617 (ARC).

mod arc;
mod canonical;
mod dkim;
mod dmarc;
mod dns;
mod fields;
mod key;
mod signed;
mod spf;
mod spf_macro;
mod spf_record;
mod tags;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::canonical::BodyDigests;
use self::dns::Dns;
use self::fields::Fields;
use super::checks::{Checks, Dmarc, Spf};
use super::transcript::{Question, Transcript};
use crate::evidence::{Lookup, SpfIdentity};
use crate::message::{Mailbox, Message, from};
use crate::time::UnixTime;

/// What must be asked of DNS before [`check`] can say anything; `None` where nothing needs an answer.
#[must_use]
pub fn lookup(message: &Message) -> Option<Lookup> {
    let fields = Fields::of(message);
    let keys: BTreeSet<String> = dkim::keys(&fields).into_iter().chain(arc::keys(&fields)).collect();
    let from = from::read(message).ok().map(|from| from.domain().to_owned());
    let lookup = Lookup { keys: keys.into_iter().collect(), from, spf: identity(message) };
    let asks = !lookup.keys.is_empty() || lookup.from.is_some() || lookup.spf.is_some();
    asks.then_some(lookup)
}

/// Questions that the transcript does not answer yet. Answers raise new ones: ask, add them, and come again until there
/// are none, at most [`ROUNDS`] times.
#[must_use]
pub fn missing(lookup: &Lookup, transcript: &Transcript) -> Vec<Question> {
    let mut dns = Dns::new(transcript);
    for name in &lookup.keys {
        let _ = dns.text(name);
    }
    let mut aligned: Vec<&str> = lookup.keys.iter().filter_map(|name| key::domain_of(name)).collect();
    if let Some(identity) = &lookup.spf {
        spf::check_host(&mut dns, identity);
        aligned.extend(spf::domain(&identity.mail_from));
    }
    if let Some(from) = &lookup.from {
        dmarc::ask_all(&mut dns, from, &aligned);
    }
    dns.missing()
}

/// Rounds after which [`missing`] has nothing left to ask: SPF follows ten terms, each with a name, its exchanges and
/// their addresses; keys and policies are asked for beside them.
pub const ROUNDS: usize = 40;

/// Checks a message. What rests on a question without an answer is a temporary error, never a result.
#[must_use]
pub fn check(message: &Message, transcript: &Transcript, at: UnixTime) -> Checks {
    let fields = Fields::of(message);
    let mut dns = Dns::new(transcript);
    let mut bodies = BodyDigests::new(message.body());
    let (dkim, dkim_left_out) = dkim::check(&fields, &mut bodies, &mut dns, at);
    let from = from::read(message).ok();
    let arc = arc::check(&fields, &mut bodies, &mut dns, at, from.as_ref().map(Mailbox::domain));
    let spf = match identity(message) {
        Some(identity) => {
            let result = spf::check_host(&mut dns, &identity);
            Spf { result, domain: spf::domain(&identity.mail_from).map(str::to_owned) }
        }
        None => Spf::default(),
    };
    let dmarc = match &from {
        Some(from) => dmarc::check(&mut dns, from.domain(), &dkim, &spf),
        None => Dmarc::default(),
    };
    Checks { dkim, dkim_left_out, spf, dmarc, arc }
}

/// What SPF is evaluated for: the MAIL FROM identity and nothing in its place (RFC 7208, 2.4; a null path has none here,
/// since HELO proves no mailbox).
fn identity(message: &Message) -> Option<SpfIdentity> {
    let envelope = message.envelope();
    let mail_from = std::str::from_utf8(&envelope.mail_from).ok()?;
    let (local, domain) = mail_from.rsplit_once('@')?;
    let domain = spf::host(domain)?;
    let helo = String::from_utf8_lossy(&envelope.helo).into_owned();
    Some(SpfIdentity { client: envelope.client?.to_canonical(), helo, mail_from: format!("{local}@{domain}") })
}
