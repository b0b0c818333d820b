//! A listing as it is kept: canonical JSON (RFC 8785), legible to whoever opens the table, and what its digest is of.
//!
//! `known` is not in it: it follows from the changes that opened and closed the version.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Kind, Listing, Pin, Publication, Request, RequestKind, Role};
use crate::digest::Sha256;
use crate::message::Mailbox;
use crate::time::{Period, UnixTime};

/// Why a kept listing cannot be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WrittenFault {
    /// No such JSON: the reader's own words.
    Json(String),
    /// A mailbox is none.
    Mailbox(String),
    /// A period ends before it begins.
    Period,
    /// A digest of a certificate is none.
    Pin(String),
}

// Keys in alphabetical order, as RFC 8785 asks; what is empty is left out.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    agency: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    codes: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<UnixTime>,
    kind: Kind,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    logins: BTreeSet<String>,
    mailbox: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pins: Vec<WrittenPin>,
    publication: Publication,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published_on: Option<UnixTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<WrittenRequest>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    successor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<UnixTime>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenPin {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    by: String,
    certificate: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<UnixTime>,
    role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<UnixTime>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenRequest {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    decision: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done_on: Option<UnixTime>,
    kind: RequestKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notified_on: Option<UnixTime>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    requested_on: Option<UnixTime>,
}

impl Listing {
    /// The form in which it is kept.
    #[must_use]
    pub fn write(&self) -> String {
        let pin = |pin: &Pin| WrittenPin {
            by: pin.by.clone(),
            certificate: pin.certificate.to_string(),
            from: pin.period.from(),
            role: pin.role,
            to: pin.period.to(),
        };
        let request = |request: &Request| WrittenRequest {
            decision: request.decision.clone(),
            done_on: request.done_on,
            kind: request.kind,
            notified_on: request.notified_on,
            reason: request.reason.clone(),
            requested_on: request.requested_on,
        };
        let written = Written {
            agency: self.agency.clone(),
            aliases: self.aliases.clone(),
            codes: self.codes.clone(),
            from: self.period.from(),
            kind: self.kind,
            logins: self.logins.clone(),
            mailbox: self.mailbox.to_string(),
            pins: self.pins.iter().map(pin).collect(),
            publication: self.publication,
            published_on: self.published_on,
            request: self.request.as_ref().map(request),
            source: self.source.clone(),
            successor: self.successor.as_ref().map(Mailbox::to_string),
            to: self.period.to(),
        };
        serde_json::to_string(&written).expect("texts and integers are always JSON")
    }

    /// Digest of that form.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        Sha256::of(self.write().as_bytes())
    }
}

/// Reads many listings. Most mailboxes have several versions, and an address is dear to read.
#[derive(Default)]
pub(super) struct Reader {
    mailboxes: HashMap<String, Mailbox>,
}

impl Reader {
    /// The listing; known at all times.
    pub(super) fn read(&mut self, text: &str) -> Result<Listing, WrittenFault> {
        let written: Written = serde_json::from_str(text).map_err(|error| WrittenFault::Json(error.to_string()))?;
        Ok(Listing {
            mailbox: self.mailbox(written.mailbox)?,
            kind: written.kind,
            agency: written.agency,
            aliases: written.aliases,
            codes: written.codes,
            logins: written.logins,
            publication: written.publication,
            published_on: written.published_on,
            source: written.source,
            period: Period::new(written.from, written.to).ok_or(WrittenFault::Period)?,
            pins: written.pins.into_iter().map(pin).collect::<Result<_, _>>()?,
            request: written.request.map(request),
            successor: written.successor.map(|text| self.mailbox(text)).transpose()?,
            known: Period::ALWAYS,
        })
    }

    fn mailbox(&mut self, text: String) -> Result<Mailbox, WrittenFault> {
        if let Some(mailbox) = self.mailboxes.get(&text) {
            return Ok(mailbox.clone());
        }
        let mailbox = Mailbox::parse(&text).map_err(|_| WrittenFault::Mailbox(text.clone()))?;
        self.mailboxes.insert(text, mailbox.clone());
        Ok(mailbox)
    }
}

fn pin(pin: WrittenPin) -> Result<Pin, WrittenFault> {
    Ok(Pin {
        certificate: Sha256::from_hex(&pin.certificate).ok_or(WrittenFault::Pin(pin.certificate))?,
        role: pin.role,
        period: Period::new(pin.from, pin.to).ok_or(WrittenFault::Period)?,
        by: pin.by,
    })
}

fn request(request: WrittenRequest) -> Request {
    Request {
        kind: request.kind,
        reason: request.reason,
        decision: request.decision,
        requested_on: request.requested_on,
        done_on: request.done_on,
        notified_on: request.notified_on,
    }
}

impl fmt::Display for WrittenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(words) => f.write_str(words),
            Self::Mailbox(text) => write!(f, "{text:?} is no mailbox"),
            Self::Period => f.write_str("a period ends before it begins"),
            Self::Pin(text) => write!(f, "{text:?} is no digest"),
        }
    }
}

impl std::error::Error for WrittenFault {}
