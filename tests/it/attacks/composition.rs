//! The attacks of "Composition Kills: A Case Study of Email Sender Authentication" (Chen, Paxson, Jiang; USENIX Security
//! 2020), rebuilt from their description: two programs on the way read one mail differently, so that what the one has
//! authenticated is not what the other shows.
//!
//! Everything is set so that a naive reading would pass: the document is the agency's, the mailbox is official, its domain
//! is attested, and the border host, which is believed, reports what a naive host would; the mail bears a signature of
//! the From domain that covers all, and DNS is silent, so that nothing but the host's word is in doubt. Each row says by
//! which code (c) is not met. Rows come by one of three ways; what is done to the signature itself where it is verified
//! here is a fourth ([`super::domain_signatures`]).

use dieu7::message::{Envelope, Message};
use dieu7::policy::{Condition, Judgement, Outcome, Reason, Verdict};
use dieu7::sender::Directory;
use dieu7::sender::settings::{Attestation, BorderHost};
use dieu7::time::UnixTime;

use super::dkim::Signature;
use super::forge::fixtures;
use super::world::{FROM, Mail, Names, World, genuine};
use crate::cases::AT;

const BORDER: &str = "192.0.2.25";
const PASS: &str = "dkim=pass header.d=tinhmau.example header.s=s";
pub const TO: &str = "To: vanthu.vpubnd@tinhmau.example\r\nSubject: QD 15\r\n\
                      Date: Mon, 2 Nov 2026 08:29:00 +0700\r\nMessage-ID: <15@tinhmau.example>\r\n";

/// How the mail reached the gateway.
enum Way {
    /// Through a border host that wrote these results, with this MAIL FROM.
    Border { results: String, mail_from: Vec<u8> },
    /// Straight from the attacker's server, with this HELO and MAIL FROM and whatever the mail says of itself.
    Direct { helo: &'static str, mail_from: Vec<u8> },
    /// Through the submission service, by somebody who has a mailbox there.
    Login(&'static str),
}

struct Row {
    /// What the paper, or its tool, calls it.
    name: &'static str,
    way: Way,
    /// The fields of the mail down to Subject.
    header: Vec<u8>,
    code: Reason,
}

pub fn world(names: Names) -> World {
    let directory = std::fs::read_to_string(fixtures().join("directory.csv")).unwrap();
    world_of(Some(Directory::from_csv(&directory).unwrap()), names)
}

/// The same with another directory.
pub fn world_of(directory: Option<Directory>, names: Names) -> World {
    let world = World::with_sender(directory, |sender| {
        sender.border_hosts = vec![BorderHost {
            authserv_id: "mx.tinhmau.example".into(),
            clients: vec![BORDER.parse().unwrap()],
            received_above: 1,
        }];
        sender.attested_domains = vec![Attestation {
            domain: "tinhmau.example".to_owned().try_into().unwrap(),
            by: "Sở TTTT".into(),
            on: "2026-01-01".to_owned().try_into().unwrap(),
        }];
    });
    World { names, ..world }
}

fn judge(way: &Way, header: &[u8]) -> Judgement {
    let mail = Mail::new(&genuine("15/QD-SNV")).header("");
    let envelope = Envelope { recipients: mail.envelope.recipients.clone(), ..Envelope::default() };
    let inbound = Envelope { daemon_name: Some(b"smtpd".to_vec()), ..envelope.clone() };
    let (envelope, results) = match way {
        Way::Border { results, mail_from } => (
            Envelope { client: BORDER.parse().ok(), mail_from: mail_from.clone(), ..inbound },
            format!("Authentication-Results: mx.tinhmau.example; {results}\r\n"),
        ),
        Way::Direct { helo, mail_from } => {
            let client = "203.0.113.66".parse().ok();
            (Envelope { client, helo: (*helo).into(), mail_from: mail_from.clone(), ..inbound }, String::new())
        }
        Way::Login(login) => {
            let (auth_login, daemon_name) = (Some((*login).into()), Some(b"submission".to_vec()));
            (Envelope { auth_login, daemon_name, mail_from: FROM.into(), ..envelope }, String::new())
        }
    };
    let mail = [header, TO.as_bytes(), &mail.octets()].concat();
    let mail = match way {
        Way::Border { .. } => signed(&mail),
        Way::Direct { .. } | Way::Login(_) => mail,
    };
    world(Names::Silent).judge(Message::parse(envelope, [results.into_bytes(), mail].concat()))
}

/// With a signature that covers all, such as the agency makes. A header that begins in the middle of a field has nothing
/// to sign.
fn signed(mail: &[u8]) -> Vec<u8> {
    let signature = Signature::of("tinhmau.example", UnixTime::parse(AT).unwrap());
    signature.try_sign(mail).unwrap_or_else(|| mail.to_vec())
}

/// Condition (c) of the one document.
pub fn official(judgement: &Judgement) -> (Outcome, Vec<Reason>) {
    judgement.documents[0].condition(Condition::C)
}

fn from() -> Vec<u8> {
    format!("From: <{FROM}>\r\n").into_bytes()
}

fn border(results: &str) -> Way {
    Way::Border { results: results.into(), mail_from: b"any@attack.example".to_vec() }
}

fn passed() -> Way {
    border(PASS)
}

fn direct(helo: &'static str, mail_from: &[u8]) -> Way {
    Way::Direct { helo, mail_from: mail_from.to_vec() }
}

#[test]
fn the_honest_sibling_of_every_way_is_met() {
    for (way, method) in [(Way::Login("sonoivu.vanthu1"), "login"), (passed(), "border-host")] {
        let judgement = judge(&way, &from());
        assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{}", judgement.report());
        assert_eq!(judgement.sender.provenance.detail(), Some(method));
    }
}

#[test]
fn nothing_that_two_programs_read_differently_is_sent_from_the_official_mailbox() {
    let mut seen = Vec::new();
    for row in rows() {
        let judgement = judge(&row.way, &row.header);
        let (outcome, reasons) = official(&judgement);
        let refused = outcome != Outcome::Met && judgement.verdict != Verdict::LegallyEquivalent;
        // Where the header ends in the middle of a field nobody can say what the document is; the sender is told apart.
        let told = reasons.contains(&row.code)
            || (row.code == Reason::MboxMismatch && judgement.sender.provenance.token() == "mismatch");
        if !refused || !told {
            seen.push(format!("{}: {outcome:?} {reasons:?}, expected {}", row.name, row.code));
        }
    }
    assert!(seen.is_empty(), "\n{}", seen.join("\n"));
}

fn rows() -> Vec<Row> {
    [between_hosts(), between_header_fields(), inside_from(), by_an_account()].into_iter().flatten().collect()
}

/// The paper's A1 to A5 (section 4.1 and 4.2): the components that authenticate read names differently.
fn between_hosts() -> Vec<Row> {
    let row = |name, way| Row { name, way, header: from(), code: Reason::MboxUnauthenticated };
    let spf = |results: &str, mail_from: &[u8]| Way::Border { results: results.into(), mail_from: mail_from.to_vec() };
    vec![
        row(
            "A1: HELO is authenticated, MAIL FROM is aligned; a sub-domain that does not exist",
            spf(
                "spf=pass smtp.helo=attack.example smtp.mailfrom=any@none.tinhmau.example; dmarc=pass header.from=tinhmau.example",
                b"any@none.tinhmau.example",
            ),
        ),
        row(
            "A1: the same straight from the attacker, who says the agency's name in HELO",
            direct("tinhmau.example", b"any@none.tinhmau.example"),
        ),
        row(
            "A2: MAIL FROM that one reads as empty and the other as the agency's",
            spf("spf=pass smtp.helo=attack.example; dmarc=pass header.from=tinhmau.example", b"(any@tinhmau.example"),
        ),
        row("A2: the null path, whose HELO passed", spf("spf=pass smtp.helo=tinhmau.example", b"")),
        row("A2: the null path, straight from the attacker", direct("tinhmau.example", b"")),
        row("A3: NUL in the selector", border("dkim=pass header.d=tinhmau.example header.s=attack.example.\0.any")),
        row("A3: NUL in the domain", border("dkim=pass header.d=tinhmau.example\0.attack.example header.s=s")),
        row("A3: NUL in quotes", border("dkim=pass header.d=\"tinhmau.example\0.attack.example\" header.s=s")),
        row("A4: a quotation mark in the domain", border("dkim=pass header.d=tinhmau.example'a.attack.example")),
        row("A4: a quotation mark of the grammar", border("dkim=pass header.d=tinhmau.example\".attack.example\"")),
        row(
            "A4: a comment begins in the domain and ends in what follows",
            border("dkim=pass header.d=tinhmau.example(.attack.example; spf=fail smtp.mailfrom=a)"),
        ),
        row(
            "A4: a comment with its end",
            border("dkim=pass (good signature) header.d=tinhmau.example(a).attack.example"),
        ),
        row("A4: results inside a comment", border("dkim=none (x; dkim=pass header.d=tinhmau.example)")),
        row(
            "A5: results of SPF, and MAIL FROM with a quotation mark",
            spf(
                "spf=pass smtp.mailfrom=any@tinhmau.example'@a.attack.example",
                b"any@tinhmau.example'@a.attack.example",
            ),
        ),
        row(
            "A5: MAIL FROM with a comment",
            spf(
                "spf=pass smtp.mailfrom=any@tinhmau.example(@a.attack.example)",
                b"any@tinhmau.example(@a.attack.example",
            ),
        ),
        row(
            "A5: MAIL FROM that writes a further result",
            spf(
                "spf=pass smtp.mailfrom=\"a; dkim=pass header.d=tinhmau.example\"@attack.example",
                b"\"a; dkim=pass header.d=tinhmau.example\"@attack.example",
            ),
        ),
        row(
            "A6: a route in MAIL FROM",
            spf(
                "spf=pass smtp.mailfrom=attack.example; dmarc=pass header.from=tinhmau.example",
                b"@tinhmau.example,@any.example:'any@attack.example",
            ),
        ),
        row("DKIM of a parent domain", border("dkim=pass header.d=example header.s=s")),
        row(
            "DKIM of a sub-domain, with the identity of the agency",
            border("dkim=pass header.d=x.tinhmau.example header.i=@tinhmau.example"),
        ),
        row("DKIM of a domain that looks alike", border("dkim=pass header.d=t\u{456}nhmau.example")),
        row(
            "two results that contradict each other",
            border("dkim=fail header.d=tinhmau.example; dkim=pass header.d=tinhmau.example"),
        ),
        row(
            "ARC of a forwarder that tells of a pass",
            border("arc=pass header.oldest-pass=1; dkim=fail header.d=tinhmau.example"),
        ),
        row(
            "a mailing list that signs for itself",
            border(
                "dkim=pass header.d=list.example; dkim=fail header.d=tinhmau.example; dmarc=fail header.from=tinhmau.example",
            ),
        ),
        Row {
            name: "results that the attacker wrote himself, below his own Received",
            way: direct("mx.tinhmau.example", FROM.as_bytes()),
            header: [format!("Authentication-Results: mx.tinhmau.example; {PASS}\r\n").into_bytes(), from()].concat(),
            code: Reason::MboxUnauthenticated,
        },
        Row {
            name: "results that the attacker wrote himself, through the border host",
            way: border("dkim=none"),
            header: [
                format!("Received: from a\r\nAuthentication-Results: mx.tinhmau.example; {PASS}\r\n").into_bytes(),
                from(),
            ]
            .concat(),
            code: Reason::MboxUnauthenticated,
        },
    ]
}

/// Section 4.3: which of the header fields names the sender.
fn between_header_fields() -> Vec<Row> {
    let row =
        |name, header: String| Row { name, way: passed(), header: header.into_bytes(), code: Reason::MboxMismatch };
    let attacker = "<a@attack.example>";
    let nul = [format!("From: <{FROM}>").as_bytes(), b"\0", format!("\r\nFrom: {attacker}\r\n").as_bytes()].concat();
    vec![
        row("A8: two From, the agency first", format!("From: <{FROM}>\r\nFrom: {attacker}\r\n")),
        row("A8: two From, the attacker first", format!("From: {attacker}\r\nFrom: <{FROM}>\r\n")),
        row("A8: two From that are the same", format!("From: <{FROM}>\r\nFrom: <{FROM}>\r\n")),
        row("A9: a space before the first field", format!(" From: {attacker}\r\nFrom: <{FROM}>\r\n")),
        row("A9: a space before a later field", format!("From: <{FROM}>\r\n From: {attacker}\r\n")),
        row("A9: a space after the name", format!("From : <{FROM}>\r\nFrom: {attacker}\r\n")),
        row("A9: the only field, with a space after the name", format!("From : <{FROM}>\r\n")),
        row("A9: a name that is folded", format!("From\r\n : <{FROM}>\r\nFrom: {attacker}\r\n")),
        row("A9: a tab before the colon", format!("From\t: <{FROM}>\r\nFrom: {attacker}\r\n")),
        row("A10: Sender is the agency's, there is no From", format!("Sender: <{FROM}>\r\n")),
        row(
            "A10: Sender is the agency's, From the attacker's and the agency's",
            format!("Sender: <{FROM}>\r\nFrom: {attacker}, <{FROM}>\r\n"),
        ),
        row("A10: Resent-From is the agency's, there is no From", format!("Resent-From: <{FROM}>\r\n")),
        row("A10: From is empty", format!("From:\r\nSender: <{FROM}>\r\n")),
        row("A line that ends in a bare LF", format!("X: y\nFrom: {attacker}\r\nFrom: <{FROM}>\r\n")),
        row("A line that ends in a bare CR", format!("X: y\rFrom: {attacker}\r\nFrom: <{FROM}>\r\n")),
        Row { name: "NUL between two From", way: passed(), header: nul, code: Reason::MboxMismatch },
        Row {
            name: "From is the attacker's, Sender the agency's",
            way: passed(),
            header: format!("From: {attacker}\r\nSender: <{FROM}>\r\n").into_bytes(),
            code: Reason::MboxNotListed,
        },
        Row {
            name: "From is the attacker's, Resent-From and Reply-To are the agency's",
            way: passed(),
            header: format!("From: {attacker}\r\nResent-From: <{FROM}>\r\nReply-To: <{FROM}>\r\n").into_bytes(),
            code: Reason::MboxNotListed,
        },
    ]
}

/// Section 4.3 and the table of the tool: which address a From field names.
fn inside_from() -> Vec<Row> {
    let with =
        |name, value: String, code| Row { name, way: passed(), header: format!("From: {value}\r\n").into(), code };
    let row = |name, value| with(name, value, Reason::MboxMismatch);
    let base64 = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let attacker = "a@attack.example";
    vec![
        row("A11: several addresses, the agency first", format!("<{FROM}>, <{attacker}>")),
        row("A11: several addresses, the attacker first", format!("<{attacker}>, <{FROM}>")),
        row("A11: several addresses without brackets", format!("{FROM},{attacker}")),
        row("A11: several addresses, apart by a semicolon", format!("{FROM};{attacker}")),
        row("A11: a comma in brackets", format!("<{FROM},{attacker}>")),
        row("A11: a group", format!("x: <{FROM}>, <{attacker}>;")),
        row("A12: an encoded word for the whole", format!("=?utf-8?B?{}?=", base64(FROM))),
        row("A12: an encoded word, and the attacker behind it", format!("=?utf-8?B?{}?=, <{attacker}>", base64(FROM))),
        row("A12: an encoded word, and the attacker in brackets", format!("=?utf-8?Q?<{FROM}>?= <{attacker}>")),
        row("A12: an encoded word in brackets", format!("<=?utf-8?B?{}?=>", base64(FROM))),
        row("A12: an encoded local part", format!("=?utf-8?Q?{}?=@tinhmau.example", FROM.split('@').next().unwrap())),
        row("A12: a NUL in an encoded word", format!("=?utf-8?Q?{FROM}=00?= <{FROM}>")),
        row("A13: a route", format!("<@attack.example:{FROM}>")),
        row("A13: a route of several hosts", format!("<@attack.example,@any.example:{FROM}>")),
        row("A13: a route through the agency", format!("<@tinhmau.example,@any.example:{attacker}>")),
        row("A14: a quoted pair between two addresses", format!("<{FROM}>\\,<{attacker}>")),
        row("A14: a quoted pair in the local part", format!("\\{FROM}")),
        row("A14: a quotation mark that is quoted", format!("\"{FROM}\\\" <{attacker}>\" <{FROM}>")),
        row("A15: what is special to one reader", format!("{FROM},<{attacker}>")),
        row("A15: two addresses, nothing between them", format!("<{FROM}><{attacker}>")),
        row("A15: an address after the brackets", format!("<{attacker}>{FROM}")),
        row("A15: an address before the brackets", format!("{FROM}<{attacker}>")),
        row("A15: brackets in brackets", format!("<<{FROM}>@attack.example>")),
        row("A15: a bracket without its end", format!("<{FROM}")),
        row("A15: two at signs", format!("<{FROM}@attack.example>")),
        row("A15: a comment with the other address", format!("{FROM} ({attacker})")),
        row("A15: a comment in the address", "vanthu.sonoivu(x)@tinhmau.example".into()),
        row("A15: a quoted local part with both", format!("\"{FROM}\"@attack.example")),
        row("A15: a percent sign", "vanthu.sonoivu%tinhmau.example@attack.example".into()),
        row("A display name that is another address", format!("\"{attacker}\" <{FROM}>")),
        row("A display name that is the agency's address", format!("\"{FROM}\" <{attacker}>")),
        row("A display name turned around", format!("\u{202e}{attacker} <{FROM}>")),
        row("A name without address", "\"Van thu So Noi vu\"".into()),
        with(
            "A domain that looks alike",
            format!("<{}>", FROM.replace("tinhmau", "t\u{456}nhmau")),
            Reason::MboxNotListed,
        ),
        with("A domain below the agency's", format!("<{}>", FROM.replace('@', "@x.")), Reason::MboxNotListed),
        with("A domain that goes on", format!("<{FROM}.attack.example>"), Reason::MboxNotListed),
        with(
            "A name of the agency, an address of the attacker",
            format!("So Noi vu <{attacker}>"),
            Reason::MboxNotListed,
        ),
    ]
}

/// Section 5: the attacker has an account where the mail is sent from, and section 6: an honest mail that is sent again.
fn by_an_account() -> Vec<Row> {
    let attacker = "canbo01.sonoivu@tinhmau.example";
    let row =
        |name, header: String, code| Row { name, way: Way::Login("canbo01.sonoivu"), header: header.into(), code };
    vec![
        row("client A1: From of the agency", format!("From: <{FROM}>\r\n"), Reason::MboxUnauthenticated),
        row("client A1: From of the attacker", format!("From: <{attacker}>\r\n"), Reason::MboxPersonal),
        row("client A2: two From", format!("From: <{attacker}>\r\nFrom: <{FROM}>\r\n"), Reason::MboxMismatch),
        row("client A2: two addresses", format!("From: <{attacker}>, <{FROM}>\r\n"), Reason::MboxMismatch),
        row(
            "client A2: two addresses, turned around",
            format!("From: <{FROM}>, <{attacker}>\r\n"),
            Reason::MboxMismatch,
        ),
        row(
            "client A3: the agency as Sender",
            format!("From: <{attacker}>\r\nSender: <{FROM}>\r\n"),
            Reason::MboxPersonal,
        ),
        row(
            "client A3: the attacker as Sender",
            format!("Sender: <{attacker}>\r\nFrom: <{FROM}>\r\n"),
            Reason::MboxUnauthenticated,
        ),
        Row {
            name: "client A1 at another domain's provider that signs for it: From of the agency",
            way: border("dkim=pass header.d=provider.example"),
            header: from(),
            code: Reason::MboxUnauthenticated,
        },
        Row {
            name: "client B: a signed mail is sent again with a second From above the signed one",
            way: passed(),
            header: format!("From: <a@attack.example>\r\nFrom: <{FROM}>\r\n").into(),
            code: Reason::MboxMismatch,
        },
    ]
}

/// Client B of the paper: the signature covers a part of the body or of the header, and the attacker adds his own. What
/// the gateway judges is what it received, so a document that was put in its place is judged for what it is.
#[test]
fn a_structure_put_around_a_signed_one_shows_nothing_unjudged() {
    let plain = super::paper::Paper::unsigned("16/QD-SNV").revision().octets;
    let inner = Mail::new(&genuine("15/QD-SNV"));
    let inner = String::from_utf8(inner.octets()).unwrap();
    let (_, body) = inner.split_once("\r\n\r\n").unwrap();
    let forged =
        String::from_utf8(super::world::part("application/pdf", "attachment; filename=\"a.pdf\"", &plain)).unwrap();
    // l= ends before the forged part; the boundary of the signed body becomes part of an epilogue or a preamble.
    let bodies = [
        ("another boundary: the signed body is the epilogue", format!("--new\r\n{forged}\r\n--new--\r\n{body}"), "new"),
        ("another boundary: the signed body is the preamble", format!("{body}--new\r\n{forged}\r\n--new--\r\n"), "new"),
        ("the same boundary, a further part after the end", format!("{body}--b\r\n{forged}\r\n--b--\r\n"), "b"),
        ("the same boundary, a part before the first", format!("--b\r\n{forged}\r\n{body}"), "b"),
    ];
    for (name, body, boundary) in bodies {
        let header = format!(
            "From: <{FROM}>\r\n{TO}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary={boundary}\r\n"
        );
        let results = format!("Authentication-Results: mx.tinhmau.example; {PASS}\r\n");
        let mail = Mail::new(&[]);
        let envelope = Envelope {
            recipients: mail.envelope.recipients,
            client: BORDER.parse().ok(),
            daemon_name: Some(b"smtpd".to_vec()),
            ..Envelope::default()
        };
        let mail = signed(format!("{header}\r\n{body}").as_bytes());
        let octets = [results.into_bytes(), mail].concat();
        let judgement = world(Names::Silent).judge(Message::parse(envelope, octets));
        assert_ne!(judgement.verdict, Verdict::LegallyEquivalent, "{name}: {}", judgement.report());
    }
}
