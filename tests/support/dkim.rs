//! Mail signed by its domain (RFC 6376) and sealed on its way (RFC 8617), with throw-away keys that everybody knows, and
//! what a name server says of them. Header and body are put in canonical form by mail-auth, not by the program under
//! test: what both read differently does not verify.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dieu7::evidence::{Answer, Lookup, Piece};
use dieu7::sender::missing;
use dieu7::sender::transcript::{Question, Transcript};
use dieu7::time::UnixTime;
use hickory_proto::op::{Message, Query};
use mail_auth::AuthenticatedMessage;
use mail_auth::common::headers::Writable as _;
use mail_auth::dkim::Canonicalization;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use sha2::{Digest as _, Sha256};

use super::forge;
use crate::support::dns::Zone;

/// Everything that tells one message from another.
pub const COVERS: &str = "From:Subject:Date:Message-ID:Content-Type";

static RSA: LazyLock<forge::Key> = LazyLock::new(|| forge::Key::of("noivu"));

/// Keys by which mail is signed.
#[derive(Clone, Copy, Debug)]
pub enum Secret {
    /// Made from this octet alone (RFC 8463).
    Ed25519(u8),
    /// One of 2,048 bits.
    Rsa,
}

/// The agency's own key, and one of somebody else.
pub const AGENCY: Secret = Secret::Ed25519(7);
pub const STRANGER: Secret = Secret::Ed25519(66);

impl Secret {
    fn ed25519(octet: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[octet; 32]).unwrap()
    }

    fn algorithm(self) -> &'static str {
        match self {
            Self::Ed25519(_) => "ed25519-sha256",
            Self::Rsa => "rsa-sha256",
        }
    }

    fn sign(self, octets: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(octet) => Self::ed25519(octet).sign(&Sha256::digest(octets)).as_ref().to_vec(),
            Self::Rsa => RSA.sign(octets, false),
        }
    }

    /// The record of its public half (RFC 6376, 3.6.1).
    pub fn record(self) -> String {
        match self {
            Self::Ed25519(octet) => {
                format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(Self::ed25519(octet).public_key()))
            }
            Self::Rsa => format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(RSA.spki())),
        }
    }
}

/// What a signature is to say of itself; tests bend it.
#[derive(Clone, Debug)]
pub struct Signature {
    pub secret: Secret,
    pub domain: String,
    pub selector: String,
    /// c=.
    pub forms: &'static str,
    /// h=.
    pub covers: String,
    /// Further tags, each with a `; ` before it.
    pub further: String,
    /// Octets of the body that are signed, where not all.
    pub length: Option<usize>,
}

impl Signature {
    /// As an honest domain signs, a minute before `at`.
    pub fn of(domain: &str, at: UnixTime) -> Self {
        Self {
            secret: AGENCY,
            domain: domain.to_owned(),
            selector: "s".to_owned(),
            forms: "relaxed/relaxed",
            covers: COVERS.to_owned(),
            further: signed_at(at.plus(-60)),
            length: None,
        }
    }

    /// The message with the signature on top.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.try_sign(message).unwrap()
    }

    /// The same; `None` where mail-auth finds no header.
    pub fn try_sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let value = self.value("DKIM-Signature", "v=1", message)?;
        Some([b"DKIM-Signature:", value.as_bytes(), b"\r\n", message].concat())
    }

    fn value(&self, name: &str, first: &str, message: &[u8]) -> Option<String> {
        let (header_form, body_form) = self.forms.split_once('/').unwrap();
        let parsed = AuthenticatedMessage::parse(message)?;
        let body = &message[parsed.body_offset()..];
        let signed = &body[..self.length.unwrap_or(body.len())];
        let mut canonical = Vec::new();
        form(body_form).canonical_body(signed, 0).write(&mut canonical);
        let length = self.length.map(|length| format!("; l={length}")).unwrap_or_default();
        let value = format!(
            " {first}; a={}; c={}; d={}; s={}{}{length}; h={}; bh={}; b=",
            self.secret.algorithm(),
            self.forms,
            self.domain,
            self.selector,
            self.further,
            self.covers,
            STANDARD.encode(Sha256::digest(&canonical)),
        );
        let mut octets = Vec::new();
        form(header_form).canonicalize_headers(self.taken(&parsed).into_iter(), &mut octets);
        octets.extend_from_slice(&last(form(header_form), name, &value));
        Some(format!("{value}{}", STANDARD.encode(self.secret.sign(&octets))))
    }

    /// Of each name in h= the lowest field not taken yet (RFC 6376, 5.4.2).
    fn taken<'a>(&self, parsed: &AuthenticatedMessage<'a>) -> Vec<(&'a [u8], &'a [u8])> {
        let mut left: Vec<(&[u8], &[u8])> = parsed.headers.iter().rev().copied().collect();
        let mut taken = Vec::new();
        for wanted in self.covers.split(':') {
            if let Some(place) = left.iter().position(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes())) {
                taken.push(left.remove(place));
            }
        }
        taken
    }
}

/// t=.
pub fn signed_at(at: UnixTime) -> String {
    format!("; t={}", at.seconds())
}

fn form(word: &str) -> Canonicalization {
    if word == "relaxed" { Canonicalization::Relaxed } else { Canonicalization::Simple }
}

/// The field of the signature itself, which has no end of line (RFC 6376, 3.7).
fn last(form: Canonicalization, name: &str, value: &str) -> Vec<u8> {
    let (value, mut octets) = (format!("{value}\r\n"), Vec::new());
    form.canonicalize_headers([(name.as_bytes(), value.as_bytes())].into_iter(), &mut octets);
    octets.truncate(octets.len() - 2);
    octets
}

/// The message with the first set of a chain on top, by whoever has the key of `domain`: it says of the message what
/// `results` say.
pub fn seal(secret: Secret, domain: &str, results: &str, at: UnixTime, message: &[u8]) -> Vec<u8> {
    let results = format!(" i=1; {domain}; {results}");
    let signature = Signature { secret, covers: "from:subject".into(), ..Signature::of(domain, at) };
    let signature = signature.value("ARC-Message-Signature", "i=1", message).unwrap();
    let relaxed = Canonicalization::Relaxed;
    let mut octets = Vec::new();
    for (name, value) in [("ARC-Authentication-Results", &results), ("ARC-Message-Signature", &signature)] {
        octets.extend(last(relaxed, name, value));
        octets.extend_from_slice(b"\r\n");
    }
    let seal = format!(" i=1; a={}; t={}; cv=none; d={domain}; s=s; b=", secret.algorithm(), at.seconds());
    octets.extend(last(relaxed, "ARC-Seal", &seal));
    let seal = format!("{seal}{}", STANDARD.encode(secret.sign(&octets)));
    let set =
        format!("ARC-Seal:{seal}\r\nARC-Message-Signature:{signature}\r\nARC-Authentication-Results:{results}\r\n");
    [set.as_bytes(), message].concat()
}

/// What a gateway has in hand after it asked a server with this zone, in wire form.
pub fn transcript(zone: &Zone, lookup: &Lookup) -> Answer {
    let mut pieces = Vec::new();
    loop {
        let asked = missing(lookup, &Transcript::read(&pieces));
        if asked.is_empty() {
            return Answer::of(pieces);
        }
        pieces.extend(asked.iter().map(|question| Piece::new(response(zone, question), "dns:test", None)));
    }
}

fn response(zone: &Zone, question: &Question) -> Vec<u8> {
    let mut query = Message::query();
    query.add_query(Query::query(question.dns_name().unwrap(), question.kind.record_type()));
    zone.answer(&query).to_vec().unwrap()
}
