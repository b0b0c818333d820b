//! Certificates seen often from an official mailbox, for an operator to pin (mail.md, "Sent from the official mailbox").
//!
//! What is counted is only what proves something: mail whose mailbox was authenticated, signatures that were intact below a
//! lawful anchor. Nothing is pinned here, and what speaks against a pin is said: one certificate from the mailboxes of several
//! agencies is hardly any of theirs, more likely a ministry's whose circulars are passed on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::digest::Sha256;
use crate::message::{Mailbox, name};
use crate::policy::mask;
use crate::sender::{Directory, Listing, Standing};
use crate::time::UnixTime;

/// Fewer mails may be one document that was sent again.
pub const MAILS: usize = 3;
/// All of one day may be one mistake.
pub const DAYS: usize = 2;
/// Pairs of mailbox and certificate that are kept; a province has some hundred mailboxes.
const PAIRS: usize = 100_000;
const DAY: i64 = 86_400;
/// Vietnam's days begin at 17:00 UTC.
const OFFSET: i64 = 7 * 3_600;
const SHOWN: usize = 200;

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Sightings {
    pairs: BTreeMap<(Mailbox, Sha256), Seen>,
    /// Reports from before certificates stood in them.
    pub too_old: u64,
    /// Pairs beyond the limit.
    pub left_out: u64,
}

#[derive(Debug)]
struct Seen {
    mails: BTreeSet<String>,
    days: BTreeSet<i64>,
    first: UnixTime,
    last: UnixTime,
    signer: String,
    binding: String,
    why: Option<String>,
    /// At least one of its signatures failed, or was another agency's.
    spoiled: bool,
}

/// A certificate that may be pinned for a mailbox.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Suggestion {
    /// The mailbox that sent it.
    pub mailbox: Mailbox,
    /// The agency of the mailbox, as the directory calls it.
    pub agency: String,
    /// The signer, as reports show him.
    pub signer: String,
    /// SHA-256 of the certificate.
    pub certificate: Sha256,
    /// In how many mails it was seen.
    pub mails: usize,
    /// On how many days.
    pub days: usize,
    /// When first.
    pub first: UnixTime,
    /// When last.
    pub last: UnixTime,
    /// How it binds without a pin, as a token of reports.
    pub binding: String,
    /// Why it does not bind, as a token of reports.
    pub why: Option<String>,
    /// It is a person's: only a pin as head or delegate, with its days, will do.
    pub of_person: bool,
    /// Other mailboxes that sent it too.
    pub also: Vec<Mailbox>,
}

impl Sightings {
    /// Takes in one report of the log, with the time of receipt.
    pub fn see(&mut self, report: &Value, at: UnixTime) {
        let judgement = &report["judgement"];
        let sender = &judgement["sender"];
        if sender["provenance"] != "official" {
            return;
        }
        let Some(mailbox) = sender["mailbox"].as_str().and_then(|text| Mailbox::parse(text).ok()) else { return };
        let message = report["message"].as_str().unwrap_or_default();
        for document in judgement["documents"].as_array().into_iter().flatten() {
            for signature in document["signatures"].as_array().into_iter().flatten() {
                self.signature(&mailbox, message, signature, at);
            }
        }
    }

    fn signature(&mut self, mailbox: &Mailbox, message: &str, signature: &Value, at: UnixTime) {
        let lawful = matches!(signature["hierarchy"].as_str(), Some("public-ca" | "public-duty"));
        let Some(certificate) = signature["certificate"].as_str().and_then(Sha256::from_hex) else {
            self.too_old += u64::from(signature["hierarchy"].is_null() && !signature["signer"].is_null());
            return;
        };
        if !lawful || signature["sub_filter"] == "ETSI.RFC3161" {
            return;
        }
        let key = (mailbox.clone(), certificate);
        if !self.pairs.contains_key(&key) && self.pairs.len() >= PAIRS {
            self.left_out += 1;
            return;
        }
        let seen = self.pairs.entry(key).or_insert_with(|| Seen {
            mails: BTreeSet::new(),
            days: BTreeSet::new(),
            first: at,
            last: at,
            signer: String::new(),
            binding: String::new(),
            why: None,
            spoiled: false,
        });
        let text = |value: &Value| value.as_str().map(|text| name::clean(text, SHOWN)).unwrap_or_default();
        let failed = signature["integrity"] != "intact" || signature["indication"] == "TOTAL-FAILED";
        seen.spoiled |= failed || signature["binding"] == "other-agency";
        seen.mails.insert(message.to_owned());
        seen.days.insert(at.seconds().saturating_add(OFFSET).div_euclid(DAY));
        seen.first = seen.first.min(at);
        if seen.last <= at || seen.binding.is_empty() {
            seen.last = seen.last.max(at);
            seen.signer = mask(&text(&signature["signer"]));
            seen.binding = text(&signature["binding"]);
            seen.why = signature["compared"]["why"].as_str().map(|text| name::clean(text, SHOWN));
        }
    }

    /// What an operator may pin, the most frequent first: seen in at least [`MAILS`] mails on [`DAYS`] days, never failed,
    /// never another agency's, and not pinned for the mailbox for any day.
    #[must_use]
    pub fn suggestions(&self, directory: &Directory, at: UnixTime) -> Vec<Suggestion> {
        let mut senders: BTreeMap<Sha256, BTreeSet<&Mailbox>> = BTreeMap::new();
        for (mailbox, certificate) in self.pairs.keys() {
            senders.entry(*certificate).or_default().insert(mailbox);
        }
        let often = self.pairs.iter().filter(|(_, seen)| {
            seen.mails.len() >= MAILS && seen.days.len() >= DAYS && !seen.spoiled && seen.binding != "pinned"
        });
        let mut found: Vec<Suggestion> = often
            .filter_map(|((mailbox, certificate), seen)| {
                let Standing::Official(listing) = directory.standing(mailbox, at) else { return None };
                if is_pinned(listing, certificate) {
                    return None;
                }
                let also = senders.get(certificate).into_iter().flatten().filter(|other| **other != mailbox);
                Some(Suggestion {
                    mailbox: mailbox.clone(),
                    agency: listing.agency.clone(),
                    signer: seen.signer.clone(),
                    certificate: *certificate,
                    mails: seen.mails.len(),
                    days: seen.days.len(),
                    first: seen.first,
                    last: seen.last,
                    binding: seen.binding.clone(),
                    why: seen.why.clone(),
                    of_person: seen.binding == "person",
                    also: also.map(|other| (*other).clone()).collect(),
                })
            })
            .collect();
        found.sort_by(|one, other| other.mails.cmp(&one.mails).then_with(|| one.mailbox.cmp(&other.mailbox)));
        found
    }
}

fn is_pinned(listing: &Listing, certificate: &Sha256) -> bool {
    listing.pins.iter().any(|pin| pin.certificate == *certificate)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HEADER: &str = "mailbox,kind,agency,aliases,logins,published_on,source,valid_from,valid_to,signers\n";

    fn directory() -> Directory {
        let pinned = Sha256::of(b"pinned");
        Directory::from_csv(&format!("{HEADER}a@tq.vn,unit,Sở A,,,,,,,{pinned}\nb@tq.vn,unit,Sở B,,,,,,,\n")).unwrap()
    }

    fn report(mailbox: &str, certificate: &[u8], message: &str) -> Value {
        json!({
            "message": message,
            "judgement": {
                "sender": {"mailbox": mailbox, "provenance": "official"},
                "documents": [{"signatures": [{
                    "certificate": Sha256::of(certificate).to_string(), "hierarchy": "public-ca", "integrity": "intact",
                    "indication": "TOTAL-PASSED", "signer": "CN=Sở A", "binding": "unknown",
                    "compared": {"why": "public-ca"}, "sub_filter": "adbe.pkcs7.detached",
                }]}],
            },
        })
    }

    fn day(text: &str) -> UnixTime {
        UnixTime::parse(text).unwrap()
    }

    fn seen(reports: &[(Value, &str)]) -> Vec<Suggestion> {
        let mut sightings = Sightings::default();
        for (report, at) in reports {
            sightings.see(report, day(at));
        }
        sightings.suggestions(&directory(), day("2026-11-24"))
    }

    fn three(change: impl Fn(&mut Value)) -> Vec<Suggestion> {
        let of = |message: &str| {
            let mut report = report("a@tq.vn", b"x", message);
            change(&mut report);
            report
        };
        seen(&[(of("1"), "2026-11-01"), (of("2"), "2026-11-02"), (of("3"), "2026-11-02")])
    }

    #[test]
    fn a_certificate_seen_in_three_mails_on_two_days_is_suggested_and_less_is_not() {
        let found = three(|_| {});
        let [one] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((one.agency.as_str(), one.mails, one.days, one.why.as_deref()), ("Sở A", 3, 2, Some("public-ca")));
        assert_eq!((one.first, one.last), (day("2026-11-01"), day("2026-11-02")));
        let of = |message: &str| report("a@tq.vn", b"x", message);
        assert!(seen(&[(of("1"), "2026-11-01"), (of("2"), "2026-11-02")]).is_empty());
        assert!(seen(&[(of("1"), "2026-11-01"), (of("2"), "2026-11-01"), (of("3"), "2026-11-01")]).is_empty());
        // One mail that was sent again and again is one.
        assert!(seen(&[(of("1"), "2026-11-01"), (of("1"), "2026-11-02"), (of("1"), "2026-11-03")]).is_empty());
    }

    #[test]
    fn what_proves_nothing_is_not_counted() {
        let signature = |report: &mut Value, key: &str, value: Value| {
            report["judgement"]["documents"][0]["signatures"][0][key] = value;
        };
        assert!(three(|report| report["judgement"]["sender"]["provenance"] = "unproven".into()).is_empty());
        assert!(three(|report| report["judgement"]["sender"]["mailbox"] = "c@tq.vn".into()).is_empty());
        assert!(three(|report| signature(report, "hierarchy", "other".into())).is_empty());
        assert!(three(|report| signature(report, "integrity", "failed".into())).is_empty());
        assert!(three(|report| signature(report, "indication", "TOTAL-FAILED".into())).is_empty());
        assert!(three(|report| signature(report, "binding", "other-agency".into())).is_empty());
        assert!(three(|report| signature(report, "certificate", Value::Null)).is_empty());
        let pinned = Sha256::of(b"pinned").to_string();
        assert!(three(|report| signature(report, "certificate", pinned.clone().into())).is_empty());
    }

    #[test]
    fn one_certificate_from_two_mailboxes_is_said_to_be_that() {
        let mut reports = Vec::new();
        for mailbox in ["a@tq.vn", "b@tq.vn"] {
            for (message, at) in [("1", "2026-11-01"), ("2", "2026-11-02"), ("3", "2026-11-03")] {
                reports.push((report(mailbox, b"x", message), at));
            }
        }
        let found = seen(&reports);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].also, [Mailbox::parse("b@tq.vn").unwrap()]);
    }

    #[test]
    fn a_report_of_any_shape_is_taken_in() {
        let mut sightings = Sightings::default();
        for report in [json!(null), json!([]), json!({"judgement": {"sender": 1, "documents": {}}})] {
            sightings.see(&report, day("2026-11-01"));
        }
        assert!(sightings.suggestions(&directory(), day("2026-11-24")).is_empty());
    }
}
