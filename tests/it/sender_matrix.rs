//! Attack x authentication x state of the directory -> what becomes of the mailbox in condition (c). Each row says in words
//! what happens; no row is met but the honest ones.

use std::collections::BTreeSet;

use dieu7::digest::Sha256;
use dieu7::message::{Envelope, Message};
use dieu7::policy::{Outcome, Reason, mailbox};
use dieu7::sender::checks::{Arc, AuthResult, Checks, Covered, Dkim, DkimFault, Dmarc, Spf};
use dieu7::sender::replay::{Entry, Seen};
use dieu7::sender::{Directory, Method, ProofRules, Provenance, Question, SenderSettings, provenance};
use dieu7::time::UnixTime;

use AuthResult::{Fail, Neutral, Pass, Permerror, Policy, Softfail, Temperror};
use Outcome::{Met, Undetermined, Unmet};

const AT: &str = "2026-11-24T08:00:00Z";
const DIRECTORY: &str = "mailbox,kind,agency,aliases,logins,published_on,source,valid_from,valid_to,signers\n\
    unit@tq.vn,unit,Sở Nội vụ,,vanthu;vanthu@tq.vn,,,,,\n\
    nologin@tq.vn,unit,Sở Tài chính,,,,,,,\n\
    old@tq.vn,unit,Sở cũ,,vanthu,,,,2026-11-01,\n\
    later@tq.vn,unit,Sở mới,,vanthu,2026-12-01,,,,\n\
    person@tq.vn,personal,Ông A,,vanthu,,,,,\n\
    unit@flat.vn,unit,Đơn vị khác,,vanthu,,,,,\n";
const SETTINGS: &str = r#"
submission-services = ["submission"]
trusted-sealers = ["lists.tq.vn", "mx.tq.vn"]
[[border-hosts]]
authserv-id = "mx.tq.vn"
clients = ["10.0.0.25"]
[[webmail-hosts]]
clients = ["10.0.0.7"]
[[attested-domains]]
domain = "tq.vn"
by = "Sở TTTT"
on = "2026-01-01"
"#;
const INSIDE: &str = "To: a@b.vn\r\nDate: Tue, 24 Nov 2026 07:59:00 +0000\r\nMessage-ID: <a@tq.vn>\r\n";
const REPORT: &str = "Authentication-Results: mx.tq.vn; dkim=pass header.d=tq.vn\r\n";
const SEEN_BY_LIST: &str = "ARC-Authentication-Results: i=1; lists.tq.vn; dkim=pass header.d=tq.vn\r\n";
const TOLD: &str = "X-Authenticated-User: vanthu@tq.vn\r\n";

/// One message on its way in: an honest one, until a row bends it.
#[derive(Clone)]
struct Mail {
    envelope: Envelope,
    /// Above From.
    above: String,
    from: String,
    checks: Checks,
    seen: Seen,
    at: String,
    methods: BTreeSet<Method>,
}

/// An honest mail, with what is done to it.
type Bend = fn(&mut Mail);
/// What happens, what it does to the mail, what comes out.
type Row = (&'static str, Bend, Outcome);

fn plain() -> Mail {
    Mail {
        envelope: Envelope {
            client: "203.0.113.9".parse().ok(),
            mail_from: b"unit@tq.vn".to_vec(),
            recipients: vec![b"a@b.vn".to_vec()],
            daemon_name: Some(b"smtpd".to_vec()),
            queue_id: Some(b"Q1".to_vec()),
            ..Envelope::default()
        },
        above: String::new(),
        from: "From: Van thu <unit@tq.vn>".into(),
        checks: Checks::default(),
        seen: Seen::First,
        at: AT.into(),
        methods: ProofRules::default().methods,
    }
}

fn by_login() -> Mail {
    let mut mail = plain();
    mail.envelope.daemon_name = Some(b"submission".to_vec());
    mail.envelope.auth_login = Some(b"vanthu".to_vec());
    mail
}

fn by_webmail() -> Mail {
    let mut mail = plain();
    mail.envelope.client = "10.0.0.7".parse().ok();
    mail.above = TOLD.into();
    mail
}

fn by_dkim() -> Mail {
    let mut mail = plain();
    mail.checks = Checks {
        dkim: vec![signature("tq.vn")],
        spf: Spf { result: Pass, domain: Some("tq.vn".into()) },
        dmarc: Dmarc { result: Pass, domain: Some("tq.vn".into()), policy: Some("reject".into()) },
        ..Checks::default()
    };
    mail
}

/// A gateway without DNS behind a border host.
fn by_border_host() -> Mail {
    let mut mail = by_dkim();
    mail.envelope.client = "10.0.0.25".parse().ok();
    mail.above = REPORT.into();
    mail.checks = Checks { dkim: vec![bent(Temperror)], ..Checks::default() };
    mail.checks.spf.result = Temperror;
    mail
}

/// A list that changes the text of what it sends on.
fn by_arc() -> Mail {
    let mut mail = by_dkim();
    mail.above = SEEN_BY_LIST.into();
    mail.checks.dkim = vec![bent(Fail)];
    mail.checks.arc = Arc { result: Pass, sealers: vec!["lists.tq.vn".into(), "mx.tq.vn".into()], covers: true };
    mail.methods.insert(Method::Arc);
    mail
}

fn signature(domain: &str) -> Dkim {
    Dkim {
        domain: domain.into(),
        selector: "s2026".into(),
        result: Pass,
        fault: None,
        covered: Covered { from: true, date: true, subject: true, message_id: true, content_type: true },
        signed_at: UnixTime::parse("2026-11-24T07:59:00Z"),
        expires: None,
        signature: Sha256::of(domain.as_bytes()),
        dnssec: true,
    }
}

fn bent(result: AuthResult) -> Dkim {
    let fault = match result {
        Pass => None,
        Fail => Some(DkimFault::BodyHash),
        Temperror => Some(DkimFault::NoAnswer),
        _ => Some(DkimFault::NoKey),
    };
    Dkim { result, fault, ..signature("tq.vn") }
}

fn without(mail: &mut Mail, method: Method) {
    mail.methods.remove(&method);
}

fn judge(mail: &Mail) -> Provenance {
    let header = format!("{}{}\r\n{INSIDE}\r\nx\r\n", mail.above, mail.from);
    let message = Message::parse(mail.envelope.clone(), header.into_bytes());
    let directory = Directory::from_csv(DIRECTORY).unwrap();
    let settings: SenderSettings = toml::from_str(SETTINGS).unwrap();
    let rules = ProofRules { methods: mail.methods.clone(), ..ProofRules::default() };
    provenance(&Question {
        message: &message,
        directory: Some(&directory),
        settings: &settings,
        rules: &rules,
        checks: &mail.checks,
        seen: mail.seen,
        at: UnixTime::parse(&mail.at).unwrap(),
    })
}

fn hold(honest: fn() -> Mail, rows: &[Row]) {
    assert_eq!(mailbox(&judge(&honest())).0, Met, "the honest one");
    for (what, bend, expected) in rows {
        let mut mail = honest();
        bend(&mut mail);
        let found = judge(&mail);
        assert_eq!(mailbox(&found).0, *expected, "{what}: {found:?}");
    }
}

#[test]
fn login_on_an_own_submission_service() {
    hold(
        by_login,
        &[
            // What happens to the login
            ("in another case", |m| m.envelope.auth_login = Some(b"VanThu".to_vec()), Met),
            ("the other login of the unit", |m| m.envelope.auth_login = Some(b"vanthu@tq.vn".to_vec()), Met),
            ("the null path, as of receipts", |m| m.envelope.mail_from.clear(), Met),
            ("another clerk", |m| m.envelope.auth_login = Some(b"ketoan".to_vec()), Unmet),
            ("a login that begins alike", |m| m.envelope.auth_login = Some(b"vanthu2".to_vec()), Unmet),
            ("a login with a NUL", |m| m.envelope.auth_login = Some(b"vanthu\0".to_vec()), Unmet),
            ("a login that is not UTF-8", |m| m.envelope.auth_login = Some(b"vanthu\xff".to_vec()), Unmet),
            ("no login", |m| m.envelope.auth_login = None, Undetermined),
            ("an empty login", |m| m.envelope.auth_login = Some(Vec::new()), Undetermined),
            ("on the port for all", |m| m.envelope.daemon_name = Some(b"smtpd".to_vec()), Undetermined),
            ("MAIL FROM of another", |m| m.envelope.mail_from = b"other@tq.vn".to_vec(), Unmet),
            (
                "a good signature does not help another clerk",
                |m| {
                    m.envelope.auth_login = Some(b"ketoan".to_vec());
                    m.checks = by_dkim().checks;
                },
                Unmet,
            ),
            ("the policy takes no logins", |m| without(m, Method::Login), Undetermined),
            // The directory
            ("a mailbox without logins", |m| m.from = "From: nologin@tq.vn".into(), Undetermined),
            ("a mailbox of a person", |m| m.from = "From: person@tq.vn".into(), Unmet),
            ("a mailbox that was withdrawn", |m| m.from = "From: old@tq.vn".into(), Unmet),
            ("a mailbox that is not published yet", |m| m.from = "From: later@tq.vn".into(), Unmet),
            ("a mailbox that nobody lists", |m| m.from = "From: none@tq.vn".into(), Unmet),
            ("a domain below", |m| m.from = "From: unit@a.tq.vn".into(), Unmet),
            ("a domain that looks alike", |m| m.from = "From: unit@tԛ.vn".into(), Unmet),
        ],
    );
}

#[test]
fn from_that_some_reader_shows_otherwise() {
    for honest in [by_login as fn() -> Mail, by_dkim, by_border_host] {
        hold(
            honest,
            &[
                ("case and name", |m| m.from = "From: =?utf-8?q?V=C4=83n_th=C6=B0?= <Unit@TQ.vn>".into(), Met),
                ("folded value", |m| m.from = "From: Van thu\r\n <unit@tq.vn>".into(), Met),
                ("Sender is somebody else", |m| m.from += "\r\nSender: x@evil.vn", Met),
                ("Reply-To is somebody else", |m| m.from += "\r\nReply-To: x@evil.vn", Met),
                ("two From", |m| m.from += "\r\nFrom: unit@tq.vn", Unmet),
                ("two From, one in another case", |m| m.from += "\r\nFROM: x@evil.vn", Unmet),
                ("white space before the name", |m| m.from = " From: x@evil.vn\r\nFrom: unit@tq.vn".into(), Unmet),
                ("white space before the colon", |m| m.from = "From : unit@tq.vn".into(), Unmet),
                ("a NUL in the name", |m| m.from = "From\0: unit@tq.vn".into(), Unmet),
                ("a folded name", |m| m.from += "\r\nFrom\r\n : x@evil.vn", Unmet),
                ("From behind a bare CR", |m| m.from += "\r\nX: y\rFrom: x@evil.vn", Unmet),
                ("From in a continuation", |m| m.from += "\r\nX: y\r\n From: x@evil.vn", Unmet),
                ("several addresses", |m| m.from = "From: unit@tq.vn, x@evil.vn".into(), Unmet),
                ("a group", |m| m.from = "From: g: unit@tq.vn;".into(), Unmet),
                ("a comment", |m| m.from = "From: unit@tq.vn (x@evil.vn)".into(), Unmet),
                ("a route", |m| m.from = "From: <@evil.vn:unit@tq.vn>".into(), Unmet),
                ("a quoted pair", |m| m.from = "From: \"u\\nit\" <unit@tq.vn>".into(), Unmet),
                ("a quoted local part", |m| m.from = "From: <\"unit\"@tq.vn>".into(), Unmet),
                ("another address as name", |m| m.from = "From: \"x@evil.vn\" <unit@tq.vn>".into(), Unmet),
                ("the address as name", |m| m.from = "From: \"unit@tq.vn\" <x@evil.vn>".into(), Unmet),
                ("an encoded address as name", |m| m.from = "From: =?utf-8?q?unit=40tq.vn?= <x@evil.vn>".into(), Unmet),
                ("an encoded address", |m| m.from = "From: =?utf-8?q?unit=40tq.vn?=".into(), Unmet),
                ("two addresses in brackets", |m| m.from = "From: <unit@tq.vn><x@evil.vn>".into(), Unmet),
                ("hidden characters", |m| m.from = "From: <unit@tq.vn\u{200b}>".into(), Unmet),
                ("only Sender", |m| m.from = "Sender: unit@tq.vn".into(), Unmet),
                ("only Resent-From", |m| m.from = "Resent-From: unit@tq.vn".into(), Unmet),
                ("Sender says the unit", |m| m.from = "Sender: unit@tq.vn\r\nFrom: x@evil.vn".into(), Unmet),
            ],
        );
    }
}

#[test]
fn login_told_by_a_webmail_host() {
    hold(
        by_webmail,
        &[
            ("the short login", |m| m.above = "X-Authenticated-User: vanthu\r\n".into(), Met),
            ("in another case", |m| m.above = "x-authenticated-USER: VanThu@tq.vn\r\n".into(), Met),
            // Whose word it is
            ("from anywhere", |m| m.envelope.client = "203.0.113.9".parse().ok(), Undetermined),
            ("from the border host", |m| m.envelope.client = "10.0.0.25".parse().ok(), Undetermined),
            ("from nowhere", |m| m.envelope.client = None, Undetermined),
            ("below a Received field", |m| m.above = format!("Received: by mx\r\n{TOLD}"), Undetermined),
            (
                "below a Received field of another case",
                |m| m.above = format!("RECEIVED : by mx\r\n{TOLD}"),
                Undetermined,
            ),
            ("twice", |m| m.above = format!("{TOLD}{TOLD}"), Undetermined),
            ("twice, once below", |m| m.from += "\r\nX-Authenticated-User: vanthu", Undetermined),
            ("twice, once with an odd name", |m| m.from += "\r\nX-Authenticated-User : ketoan", Undetermined),
            ("with an odd name", |m| m.above = "X-Authenticated-User : vanthu\r\n".into(), Undetermined),
            ("with another name", |m| m.above = "X-Auth-User: vanthu\r\n".into(), Undetermined),
            ("nothing told", |m| m.above.clear(), Undetermined),
            // What it says
            ("another clerk", |m| m.above = "X-Authenticated-User: ketoan@tq.vn\r\n".into(), Unmet),
            ("two words", |m| m.above = "X-Authenticated-User: vanthu ketoan\r\n".into(), Undetermined),
            ("a comment", |m| m.above = "X-Authenticated-User: vanthu (x)\r\n".into(), Undetermined),
            ("folded", |m| m.above = "X-Authenticated-User:\r\n vanthu\r\n".into(), Undetermined),
            ("quoted", |m| m.above = "X-Authenticated-User: \"vanthu\"\r\n".into(), Undetermined),
            ("empty", |m| m.above = "X-Authenticated-User:\r\n".into(), Undetermined),
            ("MAIL FROM of another", |m| m.envelope.mail_from = b"other@tq.vn".to_vec(), Unmet),
            ("the policy takes none", |m| without(m, Method::Webmail), Undetermined),
            ("a mailbox of a person", |m| m.from = "From: person@tq.vn".into(), Unmet),
        ],
    );
}

#[test]
fn signature_of_the_domain_checked_here() {
    hold(
        by_dkim,
        &[
            // Whose signature
            ("a list's signature beside it", |m| m.checks.dkim.push(signature("list.vn")), Met),
            ("a broken one beside a good one", |m| m.checks.dkim.insert(0, bent(Fail)), Met),
            ("a MAIL FROM of a forwarder", |m| m.checks.spf = Spf { result: Fail, domain: Some("tq.vn".into()) }, Met),
            ("no DNSSEC", |m| m.checks.dkim[0].dnssec = false, Met),
            ("another domain", |m| m.checks.dkim[0] = signature("evil.vn"), Undetermined),
            ("a domain below", |m| m.checks.dkim[0] = signature("mail.tq.vn"), Undetermined),
            ("the domain above", |m| m.checks.dkim[0] = signature("vn"), Undetermined),
            ("an odd domain", |m| m.checks.dkim[0] = signature(""), Undetermined),
            ("SPF alone", |m| m.checks.dkim.clear(), Undetermined),
            ("SPF and DMARC by SPF", |m| m.checks.dkim.clear(), Undetermined),
            ("nothing at all", |m| m.checks = Checks::default(), Undetermined),
            // How it stands
            ("changed", |m| m.checks.dkim[0] = bent(Fail), Unmet),
            ("DNS does not answer", |m| m.checks.dkim[0] = bent(Temperror), Undetermined),
            (
                "DNS does not answer for one, the other is broken",
                |m| m.checks.dkim = vec![bent(Fail), bent(Temperror)],
                Undetermined,
            ),
            ("no key", |m| m.checks.dkim[0] = bent(Permerror), Undetermined),
            ("l=", |m| m.checks.dkim[0] = bent(Policy), Undetermined),
            ("neutral", |m| m.checks.dkim[0] = bent(Neutral), Undetermined),
            (
                "more signatures than are looked at",
                |m| {
                    m.checks.dkim = vec![signature("evil.vn"); 8];
                    m.checks.dkim_left_out = 1;
                },
                Undetermined,
            ),
        ],
    );
}

#[test]
fn signature_of_the_domain_and_what_it_covers_and_when() {
    hold(
        by_dkim,
        &[
            // What it covers
            ("From not covered", |m| m.checks.dkim[0].covered.from = false, Undetermined),
            ("Date not covered", |m| m.checks.dkim[0].covered.date = false, Undetermined),
            ("Subject not covered", |m| m.checks.dkim[0].covered.subject = false, Undetermined),
            ("Message-ID not covered", |m| m.checks.dkim[0].covered.message_id = false, Undetermined),
            ("Content-Type not covered", |m| m.checks.dkim[0].covered.content_type = false, Undetermined),
            // What speaks against
            (
                "DMARC fails, no signature",
                |m| {
                    m.checks.dkim.clear();
                    m.checks.dmarc.result = Fail;
                },
                Unmet,
            ),
            (
                "DMARC fails with p=none",
                |m| {
                    m.checks.dkim.clear();
                    m.checks.dmarc = Dmarc { result: Fail, domain: None, policy: Some("none".into()) };
                },
                Unmet,
            ),
            (
                "SPF fails, no signature",
                |m| m.checks = Checks { spf: Spf { result: Fail, domain: Some("tq.vn".into()) }, ..Checks::default() },
                Unmet,
            ),
            (
                "SPF of another domain fails",
                |m| m.checks = Checks { spf: Spf { result: Fail, domain: Some("x.vn".into()) }, ..Checks::default() },
                Undetermined,
            ),
            (
                "SPF softly fails",
                |m| {
                    m.checks =
                        Checks { spf: Spf { result: Softfail, domain: Some("tq.vn".into()) }, ..Checks::default() }
                },
                Undetermined,
            ),
            // When
            ("six days in a queue", |m| m.at = "2026-11-30T08:00:00Z".into(), Met),
            ("eight days later", |m| m.at = "2026-12-02T08:00:00Z".into(), Undetermined),
            ("a clock an hour ahead", |m| m.at = "2026-11-24T07:00:00Z".into(), Met),
            ("signed in the future", |m| m.at = "2026-11-22T08:00:00Z".into(), Undetermined),
            ("no t=, a Date of today", |m| m.checks.dkim[0].signed_at = None, Met),
            (
                "no t=, two Dates",
                |m| {
                    m.checks.dkim[0].signed_at = None;
                    m.from += "\r\nDate: Tue, 24 Nov 2026 07:59:00 +0000";
                },
                Undetermined,
            ),
            ("the log has it of another transaction", |m| m.seen = before(), Undetermined),
            ("the log cannot be read", |m| m.seen = Seen::Unasked, Undetermined),
            // The directory
            (
                "a domain that nobody vouches for",
                |m| {
                    m.from = "From: unit@flat.vn".into();
                    m.checks.dkim[0] = signature("flat.vn");
                },
                Undetermined,
            ),
            (
                "before somebody vouched",
                |m| {
                    m.at = "2025-12-31T00:00:00Z".into();
                    m.checks.dkim[0].signed_at = UnixTime::parse("2025-12-31T00:00:00Z");
                },
                Undetermined,
            ),
            ("another unit of the domain, with its own name", |m| m.from = "From: nologin@tq.vn".into(), Met),
            ("a person's mailbox of the domain", |m| m.from = "From: person@tq.vn".into(), Unmet),
            ("a mailbox that was withdrawn", |m| m.from = "From: old@tq.vn".into(), Unmet),
            ("the policy takes no DKIM", |m| without(m, Method::Dkim), Undetermined),
        ],
    );
}

fn before() -> Seen {
    Seen::Before(Entry { index: 3, at: UnixTime::parse(AT).unwrap() })
}

#[test]
fn results_of_a_border_host() {
    hold(
        by_border_host,
        &[
            ("two fields that agree", |m| m.above = format!("{REPORT}{REPORT}"), Met),
            ("behind its own Received", |m| m.above = format!("Received: by mx\r\n{REPORT}"), Met),
            ("checked here, too", |m| m.checks.dkim = vec![bent(Pass)], Met),
            (
                "SPF fails here: the client is the border host",
                |m| m.checks.spf = Spf { result: Fail, domain: Some("tq.vn".into()) },
                Met,
            ),
            // Whose word it is
            ("from anywhere", |m| m.envelope.client = "203.0.113.9".parse().ok(), Undetermined),
            ("of another host", |m| m.above = REPORT.replace("mx.tq.vn", "mx.evil.vn"), Undetermined),
            (
                "brought along from before it",
                |m| m.above = format!("Received: a\r\nReceived: b\r\n{REPORT}"),
                Undetermined,
            ),
            (
                "an invention below its own",
                |m| m.above = format!("Authentication-Results: mx.tq.vn; dkim=none\r\n{REPORT}"),
                Undetermined,
            ),
            // What it says
            ("another domain", |m| m.above = REPORT.replace("d=tq.vn", "d=evil.vn"), Undetermined),
            (
                "SPF only",
                |m| m.above = "Authentication-Results: mx.tq.vn; spf=pass smtp.mailfrom=tq.vn\r\n".into(),
                Undetermined,
            ),
            ("broken", |m| m.above = REPORT.replace("pass", "fail"), Unmet),
            (
                "DMARC fails",
                |m| m.above = "Authentication-Results: mx.tq.vn; dmarc=fail header.from=tq.vn\r\n".into(),
                Unmet,
            ),
            (
                "one thing and another",
                |m| m.above = format!("{REPORT}{}", REPORT.replace("pass", "fail")),
                Undetermined,
            ),
            // What is seen here
            ("the mail bears no such signature", |m| m.checks.dkim.clear(), Undetermined),
            ("the signature does not hold here", |m| m.checks.dkim = vec![bent(Fail)], Undetermined),
            ("a signature with l=", |m| m.checks.dkim = vec![bent(Policy)], Undetermined),
            ("one with l= beside a plain one", |m| m.checks.dkim.push(bent(Policy)), Undetermined),
            ("fields left open", |m| m.checks.dkim[0].covered.subject = false, Undetermined),
            ("more signatures than are looked at", |m| m.checks.dkim_left_out = 1, Undetermined),
            ("signed long ago", |m| m.at = "2026-12-02T08:00:00Z".into(), Undetermined),
            ("the log has it already", |m| m.seen = before(), Undetermined),
            ("the policy takes none", |m| without(m, Method::BorderHost), Undetermined),
            ("a person's mailbox", |m| m.from = "From: person@tq.vn".into(), Unmet),
        ],
    );
}

#[test]
fn chain_of_trusted_sealers() {
    hold(
        by_arc,
        &[
            ("the policy does not take ARC: it was changed", |m| without(m, Method::Arc), Undetermined),
            ("a broken chain", |m| m.checks.arc.result = Fail, Unmet),
            ("a stranger among the sealers", |m| m.checks.arc.sealers.push("evil.vn".into()), Unmet),
            ("a stranger first", |m| m.checks.arc.sealers.insert(0, "evil.vn".into()), Unmet),
            ("nobody sealed", |m| m.checks.arc.sealers.clear(), Unmet),
            ("what tells it from another is not sealed", |m| m.checks.arc.covers = false, Undetermined),
            ("the list saw it broken", |m| m.above = SEEN_BY_LIST.replace("pass", "fail"), Unmet),
            ("the list saw another domain", |m| m.above = SEEN_BY_LIST.replace("d=tq.vn", "d=evil.vn"), Unmet),
            ("only the second sealer saw it", |m| m.above = SEEN_BY_LIST.replace("i=1", "i=2"), Unmet),
            ("two first hops", |m| m.above = format!("{SEEN_BY_LIST}{SEEN_BY_LIST}"), Unmet),
            ("no signature left", |m| m.checks.dkim.clear(), Undetermined),
            ("the log has it already", |m| m.seen = before(), Undetermined),
        ],
    );
}

#[test]
fn what_was_sent_before_and_what_nobody_could_ask_have_reasons_of_their_own() {
    let reason = |seen| {
        let mut mail = by_dkim();
        mail.seen = seen;
        mailbox(&judge(&mail)).1
    };
    assert_eq!(reason(before()), Some(Reason::ReplaySuspect));
    assert_eq!(reason(Seen::Unasked), Some(Reason::ReplayUnchecked));
    assert_eq!(reason(Seen::First), None);
}
