//! One entry of the log: a short leaf that commits to everything by digest, and the report with all findings.
//!
//! Both are canonical JSON (RFC 8785): keys sorted, no insignificant space, integers only. The leaf stays below
//! 65,535 octets whatever the message holds, because the tree of the log needs it so (C2SP tlog-tiles).

use serde::Serialize;
use serde_json::{Value, json};

use crate::digest::Sha256;
use crate::evidence::Evidence;
use crate::message::Envelope;
use crate::policy::Judgement;

/// Version of the leaf's and the report's shape.
pub(super) const VERSION: u32 = 1;
/// A leaf names this many documents; their count and the report's digest speak for the rest.
const DOCUMENTS_IN_LEAF: usize = 50;
/// What a person typed is kept up to this length.
const TEXT: usize = 500;

/// What the log keeps of one message, or of one change of what messages are judged by.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The leaf, canonical JSON.
    pub leaf: Vec<u8>,
    /// The report with all findings, canonical JSON; the leaf holds its digest.
    pub report: Vec<u8>,
    /// The columns that queries use.
    pub rulings: Rulings,
}

/// What a query can ask of an entry. Of one that is about no message all but the time is empty.
#[derive(Clone, Debug)]
pub struct Rulings {
    /// When the message was received, or the change recorded.
    pub at: crate::time::UnixTime,
    /// Verdict token.
    pub verdict: &'static str,
    /// Postfix's queue id.
    pub queue_id: String,
    /// Message-ID, cleaned.
    pub message_id: String,
    /// From mailbox, cleaned.
    pub mailbox: String,
    /// Digest of the whole message.
    pub message: Option<Sha256>,
    /// Per document: digest, name, result token.
    pub documents: Vec<(String, String, &'static str)>,
    /// Digests of the DKIM signatures by which the message is known if it comes again.
    pub signatures: Vec<Sha256>,
}

/// What an entry says beside the judgement.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The envelope of the message.
    pub envelope: &'a Envelope,
    /// Digest of the message.
    pub message: Sha256,
    /// The message was received whole; else the digest is of what was kept of it.
    pub whole: bool,
    /// Message-ID, cleaned.
    pub message_id: &'a str,
    /// Everything that was asked outside.
    pub evidence: &'a Evidence,
    /// Digest of policy, anchors and directory as they were.
    pub rulebook: Sha256,
    /// Which gateway decided.
    pub gateway: &'a str,
    /// Whether the mail was changed (`stamp`) or only watched (`observe`).
    pub mode: &'static str,
}

impl Entry {
    /// Writes down a judgement.
    #[must_use]
    pub fn new(judgement: &Judgement, around: Circumstances<'_>) -> Self {
        let envelope = around.envelope;
        let queue_id = text(envelope.queue_id.as_deref().unwrap_or_default());
        // An answer about one certificate, and where it came from, tells who signed a paper of which nothing is told.
        let evidence = if judgement.is_secret() { Vec::new() } else { around.evidence.cited() };
        let report = canonical(&json!({
            "v": VERSION,
            "judgement": judgement.report(),
            "evidence": evidence,
            "envelope": {
                "client": envelope.client.map(|client| client.to_string()),
                "helo": text(&envelope.helo),
                "mail_from": text(&envelope.mail_from),
                "recipients": envelope.recipients.iter().take(1000).map(|r| text(r)).collect::<Vec<_>>(),
                "auth_login": envelope.auth_login.as_deref().map(text),
                "daemon_name": envelope.daemon_name.as_deref().map(text),
                "queue_id": queue_id,
            },
            "message_id": around.message_id,
            "message": around.message.to_string(),
        }));
        let documents: Vec<_> = judgement
            .documents
            .iter()
            .map(|document| {
                let digest = document.sha256.map(|digest| digest.to_string()).unwrap_or_default();
                (digest, document.name.clone(), document.result.token())
            })
            .collect();
        let leaf = canonical(&json!({
            "v": VERSION,
            "kind": "message",
            "at": judgement.at.seconds(),
            "gateway": around.gateway,
            "mode": around.mode,
            "message": around.message.to_string(),
            "whole": around.whole,
            "policy": judgement.policy,
            "rule": judgement.rule,
            "rulebook": around.rulebook.to_string(),
            "verdict": judgement.verdict.token(),
            "document_count": documents.len(),
            "documents": documents
                .iter()
                .take(DOCUMENTS_IN_LEAF)
                .map(|(digest, _, result)| json!([digest, result]))
                .collect::<Vec<_>>(),
            "report": Sha256::of(&report).to_string(),
        }));
        let rulings = Rulings {
            at: judgement.at,
            verdict: judgement.verdict.token(),
            queue_id,
            message_id: around.message_id.to_owned(),
            mailbox: judgement.sender.mailbox.clone().unwrap_or_default(),
            message: Some(around.message),
            documents,
            signatures: judgement.sender.signatures.clone(),
        };
        Self { leaf, report, rulings }
    }
}

/// Octets from outside as a text of bounded length without control characters.
fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).chars().filter(|c| !c.is_control()).take(TEXT).collect()
}

/// Canonical JSON. `serde_json` keeps objects sorted by key and writes strings as RFC 8785 asks; all keys here are
/// ASCII, so that its order is that of the RFC, and no float ever comes in.
pub(super) fn canonical(value: &impl Serialize) -> Vec<u8> {
    let value: Value = serde_json::to_value(value).unwrap_or(Value::Null);
    value.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_json_sorts_its_keys_and_writes_no_space() {
        let value = json!({"b": 1, "a": {"d": "é\u{7}", "c": [1, 2]}});
        assert_eq!(canonical(&value), "{\"a\":{\"c\":[1,2],\"d\":\"é\\u0007\"},\"b\":1}".as_bytes());
    }
}
