//! What is done to a DKIM signature on its way, or in its place (RFC 6376, 8), where the gateway verifies it itself: real
//! signatures, real keys in DNS, and the judgement of the whole mail. The document is the agency's own in every row.

use dieu7::message::{Envelope, Message};
use dieu7::policy::{Judgement, Outcome, Reason, Verdict};
use dieu7::time::UnixTime;

use super::composition::{TO, official, world};
use super::dkim::{AGENCY, COVERS, STRANGER, Secret, Signature, seal, signed_at};
use super::world::{FROM, Mail, Names, genuine};
use crate::cases::AT;
use crate::support::dns::Zone;

use Outcome::{Undetermined, Unmet};
use Reason::{MboxMismatch, MboxUnauthenticated, ReplaySuspect};

const DOMAIN: &str = "tinhmau.example";
const DAY: i64 = 86_400;

pub fn at() -> UnixTime {
    UnixTime::parse(AT).unwrap()
}

/// The agency's keys, and those of everybody else; the policies that say what a naive gateway would take for a proof.
pub fn zone() -> Zone {
    Zone::default()
        .txt("s._domainkey.tinhmau.example", &AGENCY.record())
        .txt("r._domainkey.tinhmau.example", &Secret::Rsa.record())
        .txt("s._domainkey.mail.tinhmau.example", &STRANGER.record())
        .txt("s._domainkey.attack.example", &STRANGER.record())
        .txt("tinhmau.example", "v=spf1 ip4:203.0.113.0/24 -all")
        .txt("_dmarc.tinhmau.example", "v=DMARC1; p=reject")
}

/// The mail before anybody signs it, with fields above its own.
pub fn mail(above: &str) -> Vec<u8> {
    let rest = Mail::new(&genuine("15/QD-SNV")).header("").octets();
    [format!("{above}From: Van thu <{FROM}>\r\n{TO}").as_bytes(), &rest].concat()
}

fn judge(client: &str, octets: Vec<u8>) -> Judgement {
    let envelope = Envelope {
        client: client.parse().ok(),
        mail_from: FROM.into(),
        daemon_name: Some(b"smtpd".to_vec()),
        recipients: Mail::new(&[]).envelope.recipients,
        ..Envelope::default()
    };
    world(Names::Known(zone())).judge(Message::parse(envelope, octets))
}

pub const CLIENT: &str = "203.0.113.9";

pub fn agency() -> Signature {
    Signature::of(DOMAIN, at())
}

fn stranger(domain: &str) -> Signature {
    Signature { secret: STRANGER, ..Signature::of(domain, at()) }
}

/// Signed as the bent signature says.
fn bent(bend: impl FnOnce(&mut Signature)) -> Vec<u8> {
    let mut signature = agency();
    bend(&mut signature);
    signature.sign(&mail(""))
}

/// Signed, then changed once.
pub fn changed(signature: &Signature, old: &str, new: &str) -> Vec<u8> {
    let signed = String::from_utf8(signature.sign(&mail(""))).unwrap();
    assert!(signed.contains(old), "{old}");
    signed.replacen(old, new, 1).into_bytes()
}

fn above(field: &str, signed: &[u8]) -> Vec<u8> {
    [field.as_bytes(), b"\r\n", signed].concat()
}

/// What happens, the mail, how (c) stands, by which code, and what is known of the sender.
type Row = (&'static str, Vec<u8>, Outcome, Reason, &'static str);

fn hold(rows: Vec<Row>) {
    let mut wrong = Vec::new();
    for (name, octets, outcome, code, detail) in rows {
        let judgement = judge(CLIENT, octets);
        let (found, reasons) = official(&judgement);
        let told = judgement.sender.provenance.detail().unwrap_or_default();
        let refused = judgement.verdict != Verdict::LegallyEquivalent && found != Outcome::Met;
        if !refused || (found, told) != (outcome, detail) || !reasons.contains(&code) {
            wrong.push(format!("{name}: {found:?} {reasons:?} {told}, expected {outcome:?} {code} {detail}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn honest_signatures_of_the_domain_are_met() {
    let rsa = |s: &mut Signature| (s.secret, s.selector) = (Secret::Rsa, "r".into());
    let plain = agency().sign(&mail(""));
    let rows = [
        ("as it is", plain.clone()),
        ("RSA", bent(rsa)),
        ("simple/simple", bent(|s| s.forms = "simple/simple")),
        ("relaxed/simple", bent(|s| s.forms = "relaxed/simple")),
        ("oversigned", bent(|s| s.covers = format!("{COVERS}:From:Subject:Content-Type"))),
        ("i= of the mailbox", bent(|s| s.further = format!("{}; i={FROM}", s.further))),
        ("i= of a sub-domain", bent(|s| s.further += "; i=@gw.tinhmau.example")),
        ("x= in an hour", bent(|s| s.further = format!("{}; x={}", s.further, at().plus(3600).seconds()))),
        ("six days on its way", bent(|s| s.further = signed_at(at().plus(-6 * DAY)))),
        ("signed by the forwarder as well", stranger("attack.example").sign(&plain)),
        ("a broken signature of a forwarder", above("DKIM-Signature: v=1; d=list.example", &plain)),
        ("sealed by a stranger", seal(STRANGER, "attack.example", "dkim=fail", at(), &plain)),
        ("folded otherwise", changed(&agency(), "Subject: QD 15", "Subject:\r\n\tQD   15 ")),
        ("Received on top", above("Received: from a by b; Mon, 2 Nov 2026 01:29:30 +0000", &plain)),
        ("white space at ends of lines", changed(&agency(), "--b--\r\n", "--b-- \t\r\n\r\n\r\n")),
    ];
    for (name, octets) in rows {
        let judgement = judge(CLIENT, octets);
        let found = (judgement.verdict, judgement.sender.provenance.detail());
        assert_eq!(found, (Verdict::LegallyEquivalent, Some("dkim")), "{name}: {}", judgement.report());
    }
}

#[test]
fn names_in_a_signature_that_programs_read_differently() {
    let named =
        |domain: &str, selector: &str| Signature { selector: selector.into(), ..stranger(domain) }.sign(&mail(""));
    let row = |name, octets, detail| (name, octets, Undetermined, MboxUnauthenticated, detail);
    hold(vec![
        row("NUL in d=", named("tinhmau.example\0.attack.example", "s"), "other-proof"),
        row("NUL in s=", named(DOMAIN, "s.attack.example\0"), "other-proof"),
        row("\\x00 in d=", named("tinhmau.example\\x00.attack.example", "s"), "other-proof"),
        row("\\x00 in s=", named(DOMAIN, "s._domainkey.attack.example.\\x00"), "other-proof"),
        row("a comment in d=", named("tinhmau.example(.attack.example", "s"), "other-proof"),
        row("d= twice", bent(|s| (s.secret, s.further) = (STRANGER, "; d=attack.example".into())), "other-proof"),
        row("the attacker's selector, unknown to the agency", named(DOMAIN, "attack"), "unusable"),
        row("a selector that is a name of the attacker's", named(DOMAIN, "s._domainkey.attack.example"), "unusable"),
        ("the agency's selector, another key", named(DOMAIN, "s"), Unmet, MboxUnauthenticated, "dkim"),
    ]);
}

#[test]
fn signatures_of_others() {
    let broken = changed(&agency(), "QD 15", "QD 16");
    let plain = mail("");
    let row = |name, octets, detail| (name, octets, Undetermined, MboxUnauthenticated, detail);
    hold(vec![
        row("of the attacker's domain", stranger("attack.example").sign(&plain), "other-proof"),
        row("of a sub-domain", stranger("mail.tinhmau.example").sign(&plain), "other-proof"),
        row("of the parent domain", stranger("example").sign(&plain), "other-proof"),
        row("SPF alone, aligned", plain.clone(), "other-proof"),
        row(
            "of the attacker's domain, i= of the agency",
            Signature { further: format!("; i={FROM}"), ..stranger("attack.example") }.sign(&plain),
            "other-proof",
        ),
        row(
            "of a sub-domain, i= of the agency",
            Signature { further: format!("; i={FROM}"), ..stranger("mail.tinhmau.example") }.sign(&plain),
            "other-proof",
        ),
        row("i= of the attacker", bent(|s| s.further += "; i=a@attack.example"), "unusable"),
        row("i= with two at signs", bent(|s| s.further += "; i=\"a@attack.example\"@tinhmau.example"), "unusable"),
        (
            "beside a broken one of the agency",
            stranger("attack.example").sign(&broken),
            Unmet,
            MboxUnauthenticated,
            "dkim",
        ),
        row(
            "a stranger seals that he saw a pass",
            seal(STRANGER, "attack.example", "dkim=pass header.d=tinhmau.example", at(), &plain),
            "other-proof",
        ),
        (
            "a stranger seals that he saw a pass of what he changed",
            seal(STRANGER, "attack.example", "dkim=pass header.d=tinhmau.example", at(), &broken),
            Unmet,
            MboxUnauthenticated,
            "dkim",
        ),
        row(
            "more than are looked at, the agency's last",
            (0..8).fold(agency().sign(&plain), |mail, _| stranger("attack.example").sign(&mail)),
            "left-out",
        ),
    ]);
}

#[test]
fn times_of_a_signature() {
    let times = |further: String| bent(|s| s.further = further);
    let replayed = |name, octets, detail| (name, octets, Undetermined, ReplaySuspect, detail);
    hold(vec![
        (
            "x= has passed",
            times(format!("{}; x={}", signed_at(at().plus(-120)), at().plus(-1).seconds())),
            Unmet,
            MboxUnauthenticated,
            "dkim",
        ),
        replayed("t= of last week", times(signed_at(at().plus(-8 * DAY))), "signed-long-ago"),
        (
            "t= of the day after tomorrow",
            times(signed_at(at().plus(2 * DAY))),
            Undetermined,
            MboxUnauthenticated,
            "unusable",
        ),
        replayed(
            "no t=, a Date of last month",
            Signature { further: String::new(), ..agency() }.sign(&bytes(&mail(""), "2 Nov", "2 Oct")),
            "signed-long-ago",
        ),
        replayed(
            "no t=, a Date of next month",
            Signature { further: String::new(), ..agency() }.sign(&bytes(&mail(""), "2 Nov", "2 Dec")),
            "signed-in-the-future",
        ),
        replayed(
            "no t=, no Date",
            Signature { further: String::new(), ..agency() }.sign(&bytes(
                &mail(""),
                "Date: Mon, 2 Nov 2026 08:29:00 +0700\r\n",
                "",
            )),
            "undated",
        ),
    ]);
}

/// Changed once.
fn bytes(octets: &[u8], old: &str, new: &str) -> Vec<u8> {
    let text = std::str::from_utf8(octets).unwrap();
    assert!(text.contains(old), "{old}");
    text.replacen(old, new, 1).into_bytes()
}

#[test]
fn fields_added_or_left_out_of_a_signature() {
    let plain = agency().sign(&mail(""));
    let over = bent(|s| s.covers = format!("{COVERS}:{COVERS}"));
    let open = |name, octets| (name, octets, Undetermined, MboxUnauthenticated, "not-covered");
    let broken = |name, octets| (name, octets, Unmet, MboxUnauthenticated, "dkim");
    let without = |name: &str| bent(|s| s.covers = COVERS.replace(name, "To"));
    hold(vec![
        open("Subject above the signed one", above("Subject: QD 16", &plain)),
        open("Date above the signed one", above("Date: Tue, 3 Nov 2026 08:29:00 +0700", &plain)),
        open("Message-ID above the signed one", above("Message-ID: <16@tinhmau.example>", &plain)),
        open("Content-Type above the signed one", above("Content-Type: multipart/mixed; boundary=c", &plain)),
        broken("Subject above one that is signed twice", above("Subject: QD 16", &over)),
        broken(
            "Content-Type above one that is signed twice",
            above("Content-Type: multipart/mixed; boundary=c", &over),
        ),
        open("Subject is not signed", without("Subject")),
        open("Date is not signed", without("Date")),
        open("Message-ID is not signed", without("Message-ID")),
        open("Content-Type is not signed", without("Content-Type")),
        ("From is not signed", without("From"), Undetermined, MboxUnauthenticated, "unusable"),
        ("a second From", above("From: <a@attack.example>", &plain), Unmet, MboxMismatch, "from-several-fields"),
        (
            "the same From again",
            above(&format!("From: Van thu <{FROM}>"), &plain),
            Unmet,
            MboxMismatch,
            "from-several-fields",
        ),
        broken("another Subject", changed(&agency(), "QD 15", "QD 16")),
        broken(
            "another Content-Type, so that the signed body is another",
            changed(&agency(), "boundary=b", "boundary=c"),
        ),
    ]);
}

#[test]
fn bodies_and_lines_that_only_look_signed() {
    let whole = mail("");
    let body = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let limited = Signature { length: Some(whole.len() - body), ..agency() };
    let appended = [limited.sign(&whole), b"--b\r\n\r\nfurther\r\n--b--\r\n".to_vec()].concat();
    let simple = Signature { forms: "simple/simple", ..agency() };
    let weak = |name, octets| (name, octets, Undetermined, MboxUnauthenticated, "unusable");
    let broken = |name, octets| (name, octets, Unmet, MboxUnauthenticated, "dkim");
    hold(vec![
        weak("l= and a part behind it", appended),
        weak("l= of the whole body", limited.sign(&whole)),
        weak("l=1", Signature { length: Some(1), ..agency() }.sign(&whole)),
        broken("a part behind the signed end", [agency().sign(&whole), b"--b\r\n\r\nx\r\n--b--\r\n".to_vec()].concat()),
        broken("another word in the body", changed(&agency(), "filename=\"a", "filename=\"b")),
        broken("white space put into a word of the body", changed(&agency(), "attachment; file", "attachment; fi le")),
        broken("folded otherwise, in simple form", changed(&simple, "Subject: QD 15", "Subject:  QD 15")),
        broken("white space at ends of lines, in simple form", changed(&simple, "--b--\r\n", "--b-- \r\n")),
        broken("a bare LF in the body", changed(&agency(), "\r\n--b--\r\n", "\n--b--\r\n")),
        weak("a bare LF in the header", changed(&agency(), "To: ", "X: y\nTo: ")),
        weak("a bare CR in the header", changed(&agency(), "To: ", "X: y\rTo: ")),
        weak("a space before the colon", changed(&agency(), "To: ", "To : ")),
        (
            "a bare CR that hides another From",
            changed(&agency(), "To: ", "X: y\rFrom: <a@attack.example>\r\nTo: "),
            Unmet,
            MboxMismatch,
            "from-hidden-field",
        ),
    ]);
}

#[test]
fn without_a_signature_a_foreign_address_fails_the_policy_of_the_domain() {
    let judgement = judge("198.51.100.9", mail(""));
    assert_eq!(official(&judgement), (Unmet, vec![MboxUnauthenticated]));
    assert_eq!(judgement.sender.provenance.detail(), Some("dmarc"));
}

/// Relaxed form forgives white space at the end of a line (RFC 6376, 3.4.4), also where the line is the empty one that
/// ends the header of a part: then the part goes on for some readers and begins for others.
#[test]
fn a_line_of_white_space_that_relaxed_form_forgives_makes_no_part_that_readers_find_at_different_places() {
    let octets = changed(&agency(), "base64\r\n\r\n", "base64\r\n \r\n");
    let judgement = judge(CLIENT, octets);
    assert_eq!(judgement.sender.provenance.detail(), Some("dkim"));
    assert_ne!(judgement.verdict, Verdict::LegallyEquivalent, "{}", judgement.report());
}
