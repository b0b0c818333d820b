//! What one signature says: a DKIM-Signature (RFC 6376, 3.5) or an ARC-Message-Signature (RFC 8617, 4.1.2).

use std::ops::Range;

use mail_auth::common::crypto::Algorithm;
use mail_auth::dkim::Canonicalization;
use mail_auth::{arc, dkim};

use super::canonical::{BodyDigests, Form, field};
use super::fields::{Fields, without};
use super::key::{self, Key};
use super::tags::{self, Tags};
use crate::message::mailbox::domain_name;
use crate::sender::checks::{AuthResult, Covered, DkimFault};
use crate::time::UnixTime;

/// Why a signature does not pass, in the words of RFC 8601 and of this gateway.
pub(super) type Refusal = (AuthResult, DkimFault);

/// Clocks differ, by no more than a day.
const SKEW: i64 = 86_400;

/// Which field a signature stands in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Arc,
    Dkim,
}

/// A signature that every reader understands in the same way.
#[derive(Debug)]
pub(super) struct Signed<'a> {
    name: &'a [u8],
    value: &'a [u8],
    /// Where the value of b= stands.
    blank: Range<usize>,
    pub domain: String,
    pub selector: String,
    pub algorithm: Algorithm,
    signature: Vec<u8>,
    body_digest: Vec<u8>,
    /// Names of h= in lower case.
    names: Vec<String>,
    header_form: Form,
    body_form: Form,
    /// Domain of i=.
    identity: Option<String>,
    limited: bool,
    /// t=.
    pub since: Option<UnixTime>,
    /// x=.
    pub expires: Option<UnixTime>,
    /// i= of ARC.
    pub instance: usize,
}

impl<'a> Signed<'a> {
    /// Reads a field.
    pub fn read(kind: Kind, (name, value): (&'a [u8], &'a [u8])) -> Result<Self, Refusal> {
        let tags = Tags::read(value).ok_or(SYNTAX)?;
        let (domain, selector) = names(&tags)?;
        let signed = Self::of(kind, name, value, &tags, domain, selector).ok_or(SYNTAX)?;
        let signed = signed?;
        if signed.second_reader_agrees(kind, &tags) {
            Ok(signed)
        } else {
            Err((AuthResult::Permerror, DkimFault::Ambiguous))
        }
    }

    fn of(
        kind: Kind,
        name: &'a [u8],
        value: &'a [u8],
        tags: &Tags,
        domain: String,
        selector: String,
    ) -> Option<Result<Self, Refusal>> {
        let instance = match kind {
            Kind::Dkim if tags.value("v")? != b"1" => return None,
            Kind::Dkim => 0,
            Kind::Arc => instance(tags.value("i")?)?,
        };
        if tags.text("q").is_some_and(|q| !q.split(':').any(|method| method.trim() == "dns/txt")) {
            return None;
        }
        let Some(algorithm) = Algorithm::parse(tags.value("a")?) else { return Some(Err(KEY)) };
        let (header_form, body_form) = match tags.text("c") {
            None => (Form::Simple, Form::Simple),
            Some(forms) => match forms.split_once('/') {
                Some((header, body)) => (form(header)?, form(body)?),
                None => (form(forms)?, Form::Simple),
            },
        };
        let identity = match (kind, tags.value("i")) {
            (Kind::Dkim, Some(identity)) => Some(identity_domain(identity)?),
            _ => None,
        };
        let [since, expires] = ["t", "x"].map(|tag| tags.value(tag).map(time));
        let (since, expires) = (optional(since)?, optional(expires)?);
        if since.zip(expires).is_some_and(|(from, to)| to <= from) {
            return None;
        }
        let length = tags.value("l");
        if length.is_some_and(|l| !(1..=76).contains(&l.len()) || !l.iter().all(u8::is_ascii_digit)) {
            return None;
        }
        let signature = tags::base64(tags.value("b")?).filter(|b| !b.is_empty())?;
        let body_digest = tags::base64(tags.value("bh")?).filter(|b| !b.is_empty())?;
        Some(Ok(Self {
            name,
            value,
            blank: tags.place("b")?,
            domain,
            selector,
            algorithm,
            signature,
            body_digest,
            names: field_names(tags.value("h")?)?,
            header_form,
            body_form,
            identity,
            limited: length.is_some(),
            since,
            expires,
            instance,
        }))
    }

    /// Name of the key's record (RFC 6376, 3.6.2.1).
    pub fn key_name(&self) -> String {
        key::name(&self.selector, &self.domain)
    }

    pub fn covered(&self, fields: &Fields) -> Covered {
        let listed = |name: &str| self.names.iter().filter(|listed| *listed == name).count();
        // A field that is there and not signed could be another one; one that is absent could be added, unless h= names
        // it all the same (RFC 6376, 8.15).
        let signed = |name: &str| listed(name) >= fields.count(name).max(1);
        Covered {
            from: fields.count("from") > 0 && signed("from"),
            date: signed("date"),
            subject: signed("subject"),
            message_id: signed("message-id"),
            // Without one this copy is plain text, whatever another copy has: it was not added here.
            content_type: fields.count("content-type") == 0 || signed("content-type"),
        }
    }

    /// Of the fields of a name, given in lower case, how many stand above those that are signed: signing begins at the
    /// lowest (RFC 6376, 5.4.2).
    pub fn unsigned_on_top(&self, fields: &Fields, name: &str) -> usize {
        fields.count(name).saturating_sub(self.names.iter().filter(|listed| *listed == name).count())
    }

    /// What speaks against it before its key is known, whatever the time.
    pub fn objection(&self, fields: &Fields) -> Option<Refusal> {
        if fields.ambiguous {
            Some((AuthResult::Permerror, DkimFault::Ambiguous))
        } else if self.algorithm == Algorithm::RsaSha1 {
            // RFC 8301, 3.1: verifiers must not take it for a signature.
            Some(KEY)
        } else if !self.covered(fields).from {
            Some((AuthResult::Policy, DkimFault::FromNotSigned))
        } else if self.limited {
            Some((AuthResult::Policy, DkimFault::BodyLength))
        } else if self.identity.as_deref().is_some_and(|identity| !key::is_below(identity, &self.domain)) {
            Some((AuthResult::Permerror, DkimFault::Identity))
        } else {
            None
        }
    }

    /// The same for a signature that speaks of the message and not of From (ARC).
    pub fn objection_to_message(&self, fields: &Fields) -> Option<AuthResult> {
        match self.objection(fields) {
            None | Some((_, DkimFault::FromNotSigned)) if self.limited => Some(AuthResult::Policy),
            None | Some((_, DkimFault::FromNotSigned)) => None,
            Some((AuthResult::Policy, _)) => Some(AuthResult::Policy),
            Some(_) => Some(AuthResult::Fail),
        }
    }

    /// What speaks against it at a time.
    pub fn objection_at(&self, at: UnixTime) -> Option<Refusal> {
        if self.expires.is_some_and(|expires| at > expires) {
            Some((AuthResult::Fail, DkimFault::Expired))
        } else if self.since.is_some_and(|since| since > at.plus(SKEW)) {
            Some(SYNTAX)
        } else {
            None
        }
    }

    /// Whether bh= is the digest of the body.
    pub fn fits_body(&self, bodies: &mut BodyDigests) -> bool {
        bodies.sha256(self.body_form).as_slice() == self.body_digest
    }

    /// Whether a key lets itself be used for the identity (RFC 6376, 3.6.1, t=s).
    pub fn fits_identity(&self, key: &Key) -> bool {
        !key.exact_identity || self.identity.as_deref().is_none_or(|identity| identity == self.domain)
    }

    /// Whether b= verifies over the header (RFC 6376, 3.7).
    pub fn verifies(&self, fields: &Fields, key: &Key) -> bool {
        let mut octets = fields.signed(&self.names, self.header_form);
        field(self.header_form, self.name, &without(self.value, &self.blank), &mut octets);
        key.verifies(&octets, &self.signature, self.algorithm)
    }

    pub fn names(&self, field: &str) -> bool {
        self.names.iter().any(|name| name == field)
    }

    fn second_reader_agrees(&self, kind: Kind, tags: &Tags) -> bool {
        let form = |form| if form == Canonicalization::Relaxed { Form::Relaxed } else { Form::Simple };
        let length = tags.text("l").map_or(Some(0), |l| l.parse().ok());
        let seconds = |time: Option<UnixTime>| time.map_or(0, |time| u64::try_from(time.seconds()).unwrap_or(u64::MAX));
        let lower = |tag| tags.text(tag).map(str::to_lowercase);
        let agree = |d: &String, s: &String, h: &[String], l: u64, x: u64, t: u64| {
            Some(d) == lower("d").as_ref()
                && Some(s) == lower("s").as_ref()
                && h.len() == self.names.len()
                && h.iter().zip(&self.names).all(|(theirs, ours)| theirs.eq_ignore_ascii_case(ours))
                && length.is_none_or(|length| length == l)
                && (x, t) == (seconds(self.expires), seconds(self.since))
        };
        match kind {
            Kind::Dkim => dkim::Signature::parse(self.value).is_ok_and(|second| {
                agree(&second.d, &second.s, &second.h, second.l, second.x, second.t)
                    && (second.a, form(second.ch), form(second.cb))
                        == (self.algorithm, self.header_form, self.body_form)
                    && (&second.b, &second.bh) == (&self.signature, &self.body_digest)
                    && self.identity == tags.value("i").and_then(|_| domain_after_at(&second.i))
            }),
            Kind::Arc => arc::Signature::parse(self.value).is_ok_and(|second| {
                agree(&second.d, &second.s, &second.h, second.l, second.x, second.t)
                    && (second.a, form(second.ch), form(second.cb))
                        == (self.algorithm, self.header_form, self.body_form)
                    && (&second.b, &second.bh) == (&self.signature, &self.body_digest)
                    && usize::try_from(second.i) == Ok(self.instance)
            }),
        }
    }
}

pub(super) const SYNTAX: Refusal = (AuthResult::Permerror, DkimFault::Syntax);
const KEY: Refusal = (AuthResult::Permerror, DkimFault::KeyUnusable);

/// d= as A-label and s=, both in lower case.
pub(super) fn names(tags: &Tags) -> Result<(String, String), Refusal> {
    const ODD: Refusal = (AuthResult::Permerror, DkimFault::OddName);
    if tags.value("d").is_none() || tags.value("s").is_none() {
        return Err(SYNTAX);
    }
    let domain = tags.text("d").and_then(domain_name).ok_or(ODD)?;
    let selector = tags.text("s").filter(|s| key::is_selector(s)).ok_or(ODD)?;
    Ok((domain, selector.to_ascii_lowercase()))
}

/// i= of ARC (RFC 8617, 4.2.1).
pub(super) fn instance(value: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(value).ok()?;
    let plain = text.len() <= 2 && text.bytes().all(|o| o.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|instance| plain && (1..=50).contains(instance))
}

fn form(text: &str) -> Option<Form> {
    match text.trim() {
        text if text.eq_ignore_ascii_case("relaxed") => Some(Form::Relaxed),
        text if text.eq_ignore_ascii_case("simple") => Some(Form::Simple),
        _ => None,
    }
}

/// A number of at most twelve digits (RFC 6376, 3.5).
fn time(value: &[u8]) -> Option<UnixTime> {
    let text = std::str::from_utf8(value).ok()?;
    let plain = (1..=12).contains(&text.len()) && text.bytes().all(|o| o.is_ascii_digit());
    // Zero is how a reader of numbers says that there is none.
    text.parse().ok().filter(|seconds| plain && *seconds > 0).map(UnixTime::from_seconds)
}

/// Turns a tag that may be absent, and may be unreadable, inside out.
#[expect(clippy::option_option, reason = "absent is fine, unreadable is not")]
fn optional<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(read) => read.map(Some),
    }
}

fn field_names(value: &[u8]) -> Option<Vec<String>> {
    value
        .split(|o| *o == b':')
        .map(|name| {
            let name = tags::trim(name);
            let plain = !name.is_empty() && name.iter().all(|o| o.is_ascii_graphic() && *o != b';');
            std::str::from_utf8(name).ok().filter(|_| plain).map(str::to_ascii_lowercase)
        })
        .collect()
}

/// The domain of i=, whose local part may hold octets as `=XX` (RFC 6376, 2.11) and is nobody's business.
fn identity_domain(value: &[u8]) -> Option<String> {
    let text: String = std::str::from_utf8(value).ok()?.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    domain_after_at(&text)
}

/// One `@`: with a second one, in whatever quotes, readers split at different places.
fn domain_after_at(text: &str) -> Option<String> {
    let (_, domain) = text.split_once('@')?;
    if domain.contains('@') { None } else { domain_name(domain) }
}
