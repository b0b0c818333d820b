//! One rule a test, over messages signed here with a key that everybody knows.

mod arc;
mod dkim;
mod dmarc;
mod spf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use sha2::{Digest as _, Sha256};

use super::canonical::{BodyDigests, Form, field};
use super::fields::Fields;
use super::*;
use crate::message::Envelope;
use crate::sender::transcript::{Data, Outcome, RecordKind, Reply};

pub(super) const NOW: UnixTime = UnixTime::from_seconds(1_790_000_000);
pub(super) const HONEST: &str = "From: Van thu <vanthu@tq.gov.vn>\r\nTo: a@b.vn\r\nSubject: 15/QD\r\n\
                                 Date: Mon, 2 Nov 2026 08:00:00 +0700\r\nMessage-ID: <1@tq.gov.vn>\r\n\
                                 Content-Type: text/plain\r\n";
pub(super) const BODY: &str = "Kinh gui\r\n";
/// What honest tags are, but for `bh` and `b`.
pub(super) const TAGS: &str = "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=tq.gov.vn; s=k1; \
                               h=From:Subject:Date:Message-ID:Content-Type";
pub(super) const KEY_NAME: &str = "k1._domainkey.tq.gov.vn";

pub(super) fn key_pair() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()
}

/// The record of the key, with further tags before p=.
pub(super) fn record(tags: &str) -> String {
    format!("v=DKIM1; k=ed25519; {tags}p={}", STANDARD.encode(key_pair().public_key().as_ref()))
}

pub(super) fn mail(text: &str) -> Message {
    Message::parse(Envelope::default(), text.as_bytes().to_vec())
}

pub(super) fn texts(entries: &[(&str, &str)]) -> Transcript {
    let mut transcript = Transcript::default();
    for (name, text) in entries {
        put(&mut transcript, name, RecordKind::Txt, vec![Data::Text(text.as_bytes().to_vec())]);
    }
    transcript
}

pub(super) fn put(transcript: &mut Transcript, name: &str, kind: RecordKind, records: Vec<Data>) {
    let outcome = if records.is_empty() { Outcome::NoData } else { Outcome::Found };
    transcript.insert(Question::new(name, kind), Reply { outcome, records, authenticated: true });
}

pub(super) fn answered(name: &str, kind: RecordKind, outcome: Outcome) -> Transcript {
    let mut transcript = Transcript::default();
    transcript.insert(Question::new(name, kind), Reply { outcome, records: Vec::new(), authenticated: false });
    transcript
}

fn tag<'a>(tags: &'a str, name: &str) -> Option<&'a str> {
    tags.split(';').find_map(|tag| tag.trim().strip_prefix(name)?.trim_start().strip_prefix('=')).map(str::trim)
}

/// The value of a signature's field: `tags`, then bh= and b= as h= and c= in them say.
pub(super) fn signature(name: &str, tags: &str, header: &str, body: &str) -> String {
    let message = mail(&format!("{header}\r\n{body}"));
    let fields = Fields::of(&message);
    let form = |text: &str| if text.trim() == "relaxed" { Form::Relaxed } else { Form::Simple };
    let (header_form, body_form) = tag(tags, "c").map_or((Form::Simple, Form::Simple), |c| {
        let (header, body) = c.split_once('/').unwrap_or((c, "simple"));
        (form(header), form(body))
    });
    let digest = STANDARD.encode(BodyDigests::new(body.as_bytes()).sha256(body_form));
    let names: Vec<String> =
        tag(tags, "h").unwrap_or("from").split(':').map(|name| name.trim().to_ascii_lowercase()).collect();
    let value = format!(" {tags}; bh={digest}; b=");
    let mut octets = fields.signed(&names, header_form);
    field(header_form, name.as_bytes(), value.as_bytes(), &mut octets);
    format!("{value}{}", STANDARD.encode(key_pair().sign(&Sha256::digest(&octets))))
}

/// A message with one DKIM signature on top.
pub(super) fn signed(tags: &str, header: &str, body: &str) -> String {
    format!("DKIM-Signature:{}\r\n{header}\r\n{body}", signature("DKIM-Signature", tags, header, body))
}
