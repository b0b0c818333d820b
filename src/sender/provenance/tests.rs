use std::net::IpAddr;

use super::super::checks::{AuthResult, Covered, Dkim, DkimFault};
use super::super::settings::{Attestation, BorderHost};
use super::*;
use crate::digest::Sha256;
use crate::message::Envelope;

const DIRECTORY: &str = "mailbox,kind,agency,aliases,logins,published_on,source,valid_from,valid_to,signers\n\
    unit@tq.vn,unit,Đơn vị,,vanthu,,,,,\n\
    nologin@tq.vn,unit,Đơn vị không tài khoản,,,,,,,\n\
    old@tq.vn,unit,Đơn vị cũ,,vanthu,,,,2020-01-01,\n\
    person@tq.vn,personal,,,vanthu,,,,,\n\
    unit@flat.vn,unit,Đơn vị khác,,vanthu,,,,,\n";
const BORDER: &str = "10.0.0.25";
const PASS: &str = "Authentication-Results: mx.tq.vn; dkim=pass header.d=tq.vn\r\n";

fn settings() -> SenderSettings {
    SenderSettings {
        submission_services: vec!["submission".into()],
        border_hosts: vec![BorderHost {
            authserv_id: "mx.tq.vn".into(),
            clients: vec![BORDER.parse::<IpAddr>().unwrap()],
            received_above: 1,
        }],
        attested_domains: vec![Attestation {
            domain: "TQ.vn".to_owned().try_into().unwrap(),
            by: "Sở TTTT".into(),
            on: "2026-01-01".to_owned().try_into().unwrap(),
        }],
        ..SenderSettings::default()
    }
}

/// A message of which DNS says nothing; what comes from the border host bears a signature of each domain.
fn judge(envelope: Envelope, header: &str, at: &str) -> Provenance {
    let from_border = envelope.client == border().client;
    let checks = Checks {
        dkim: if from_border { ["tq.vn", "flat.vn"].map(|domain| unanswered(domain, at)).to_vec() } else { Vec::new() },
        ..Checks::default()
    };
    judge_with(envelope, header, &checks, at)
}

fn judge_with(envelope: Envelope, header: &str, checks: &Checks, at: &str) -> Provenance {
    let directory = Directory::from_csv(DIRECTORY).unwrap();
    let message = Message::parse(envelope, format!("{header}\r\n\r\nx\r\n").into_bytes());
    let at = UnixTime::parse(at).unwrap();
    let (settings, rules) = (settings(), ProofRules::default());
    let (directory, seen) = (Some(&directory), Seen::First);
    provenance(&Question { message: &message, directory, settings: &settings, rules: &rules, checks, seen, at })
}

/// A signature whose key could not be asked for.
fn unanswered(domain: &str, at: &str) -> Dkim {
    Dkim {
        domain: domain.into(),
        selector: "s".into(),
        result: AuthResult::Temperror,
        fault: Some(DkimFault::NoAnswer),
        covered: Covered { from: true, date: true, subject: true, message_id: true, content_type: true },
        signed_at: UnixTime::parse(at),
        expires: None,
        signature: Sha256::of(domain.as_bytes()),
        dnssec: false,
    }
}

fn login(login: &str, service: &str, mail_from: &str) -> Envelope {
    Envelope {
        auth_login: Some(login.into()),
        daemon_name: Some(service.into()),
        mail_from: mail_from.into(),
        ..Envelope::default()
    }
}

fn border() -> Envelope {
    Envelope { client: Some(BORDER.parse().unwrap()), mail_from: b"list-bounce@x.vn".to_vec(), ..Envelope::default() }
}

fn official(provenance: &Provenance) -> bool {
    matches!(provenance, Provenance::Official(..))
}

const TODAY: &str = "2026-11-24";

#[test]
fn honest_senders_are_official() {
    assert!(official(&judge(login("VanThu", "submission", "unit@tq.vn"), "From: Unit <Unit@TQ.vn>", TODAY)));
    assert!(official(&judge(login("vanthu", "submission", ""), "From: unit@tq.vn", TODAY)));
    assert!(official(&judge(border(), &format!("{PASS}From: unit@tq.vn"), TODAY)));
    let behind = format!("Received: by mx.tq.vn\r\n{PASS}Received: by x\r\nFrom: nologin@tq.vn");
    assert!(official(&judge(border(), &behind, TODAY)));
}

/// Every way to prove x every From x every state of the directory: nothing but the honest rows is official.
#[test]
fn no_row_of_the_matrix_is_official_but_the_honest_ones() {
    let froms = [
        ("From: unit@tq.vn", true),
        ("From: person@tq.vn", false),
        ("From: old@tq.vn", false),
        ("From: nobody@tq.vn", false),
        ("From: unit@evil.vn", false),
        ("From: unit@sub.tq.vn", false),
        ("From: unit@tq.vn\r\nFrom: unit@tq.vn", false),
        ("From: unit@tq.vn, x@evil.vn", false),
        ("From : unit@tq.vn", false),
        (" From: x@evil.vn\r\nFrom: unit@tq.vn", false),
        ("From: unit@tq.vn (unit)", false),
        ("From: <@evil.vn:unit@tq.vn>", false),
        ("From: \"x@evil.vn\" <unit@tq.vn>", false),
        ("From: =?utf-8?q?unit=40tq.vn?= <x@evil.vn>", false),
        ("From: \"un\\it\" <unit@tq.vn>", false),
        ("From: group: unit@tq.vn;", false),
        ("From: unit@tq.vn\0", false),
        ("X: y\r\n From: x@evil.vn\r\nFrom: unit@tq.vn", false),
        ("Sender: unit@tq.vn\r\nFrom: x@evil.vn", false),
    ];
    let ways: [(Envelope, String, bool); 22] = [
        (login("vanthu", "submission", "unit@tq.vn"), String::new(), true),
        (login("other", "submission", "unit@tq.vn"), String::new(), false),
        (login("", "submission", "unit@tq.vn"), String::new(), false),
        (login("vanthu\0", "submission", "unit@tq.vn"), String::new(), false),
        (login("vanthu", "smtpd", "unit@tq.vn"), String::new(), false),
        (login("vanthu", "submission", "other@tq.vn"), String::new(), false),
        (login("vanthu", "submission", "un it"), String::new(), false),
        (Envelope::default(), PASS.into(), false),
        (Envelope { client: Some("10.0.0.26".parse().unwrap()), ..Envelope::default() }, PASS.into(), false),
        (border(), PASS.into(), true),
        (border(), format!("Received: a\r\nReceived: b\r\n{PASS}"), false),
        (border(), PASS.replace("mx.tq.vn", "mx.evil.vn"), false),
        (border(), PASS.replace("header.d=tq.vn", "header.d=evil.vn"), false),
        (border(), PASS.replace("header.d=tq.vn", "header.d=sub.tq.vn header.i=@tq.vn"), false),
        (border(), PASS.replace("header.d=tq.vn", "header.i=@tq.vn"), false),
        (border(), PASS.replace("dkim=pass", "dkim=fail"), false),
        (border(), PASS.replace("dkim=pass header.d=tq.vn", "spf=pass smtp.mailfrom=unit@tq.vn"), false),
        (border(), format!("{PASS}Authentication-Results: mx.tq.vn; dkim=fail header.d=tq.vn\r\n"), false),
        (border(), format!("Authentication-Results: mx.tq.vn; dkim=none\r\nReceived: a\r\n{PASS}"), false),
        (border(), format!("{PASS}{PASS}"), true),
        (border(), format!("{PASS}Authentication-Results: mx.tq.vn; dmarc=fail header.from=tq.vn\r\n"), false),
        (border(), PASS.replace("dkim", "(dkim=pass header.d=tq.vn) x=y; dkim2"), false),
    ];
    for (from, honest_from) in froms {
        for (envelope, results, honest_way) in &ways {
            for (at, honest_day) in [(TODAY, true), ("2025-01-01", results.is_empty())] {
                let found = judge(envelope.clone(), &format!("{results}{from}"), at);
                let honest = honest_from && *honest_way && honest_day;
                assert_eq!(official(&found), honest, "{from:?} {results:?} {envelope:?} {at} {found:?}");
            }
        }
    }
}

#[test]
fn a_failed_check_and_none_at_all_are_told_apart() {
    let of = |envelope, results: &str| judge(envelope, &format!("{results}From: unit@tq.vn"), TODAY);
    let failed = |provenance| match provenance {
        Provenance::Failed(_, failure) => failure,
        other => panic!("{other:?}"),
    };
    let unproven = |provenance| match provenance {
        Provenance::Unproven(_, silence) => silence,
        other => panic!("{other:?}"),
    };
    assert_eq!(failed(of(login("x", "submission", "unit@tq.vn"), "")), AuthFailure::LoginNotListed);
    assert_eq!(failed(of(border(), &PASS.replace("pass", "fail"))), AuthFailure::Dkim);
    let spf = "Authentication-Results: mx.tq.vn; spf=fail smtp.mailfrom=tq.vn\r\n";
    let unsigned =
        |results: &str| judge_with(border(), &format!("{results}From: unit@tq.vn"), &Checks::default(), TODAY);
    assert_eq!(failed(unsigned(spf)), AuthFailure::Spf);
    assert!(official(&of(border(), &format!("{spf}{PASS}"))));
    let dmarc = "Authentication-Results: mx.tq.vn; dmarc=fail header.from=tq.vn\r\n";
    assert_eq!(failed(of(border(), dmarc)), AuthFailure::Dmarc);
    assert_eq!(unproven(of(Envelope::default(), PASS)), Silence::NoCheck);
    assert_eq!(unproven(unsigned(&spf.replace("fail", "pass"))), Silence::OtherProof);
    assert_eq!(unproven(unsigned(&PASS.replace("pass", "temperror"))), Silence::OtherProof);
    assert_eq!(unproven(of(border(), &PASS.replace("pass", "temperror"))), Silence::NoAnswer);
    assert_eq!(unproven(unsigned(PASS)), Silence::SignatureMissing);
    assert_eq!(unproven(of(border(), &format!("{PASS}{dmarc}"))), Silence::Contradiction);
    assert_eq!(unproven(of(login("vanthu", "smtpd", ""), "")), Silence::ServiceNotConfigured);
    let flat = judge(border(), &format!("{}From: unit@flat.vn", PASS.replace("d=tq.vn", "d=flat.vn")), TODAY);
    assert_eq!(unproven(flat), Silence::NotAttested);
    let none = judge(login("vanthu", "submission", ""), "From: nologin@tq.vn", TODAY);
    assert_eq!(unproven(none), Silence::NoLoginsListed);
}

#[test]
fn what_the_directory_says_comes_before_who_sent_it() {
    let of = |from: &str| judge(login("vanthu", "submission", ""), from, TODAY);
    assert!(matches!(of("From: person@tq.vn"), Provenance::Personal(_)));
    assert!(matches!(of("From: old@tq.vn"), Provenance::NotInForce(_)));
    assert!(matches!(of("From: x@tq.vn"), Provenance::NotListed(_)));
    assert_eq!(of("From: a@b.vn, c@d.vn"), Provenance::Mismatch(Mismatch::From(FromFault::SeveralMailboxes)));
    let another = judge(login("vanthu", "submission", "x@tq.vn"), "From: unit@tq.vn", TODAY);
    assert_eq!(another, Provenance::Mismatch(Mismatch::EnvelopeSender));
}

#[test]
fn without_a_directory_nothing_is_known() {
    let message = Message::parse(login("vanthu", "submission", ""), b"From: unit@tq.vn\r\n\r\n".to_vec());
    let at = UnixTime::parse(TODAY).unwrap();
    let (settings, rules, checks) = (settings(), ProofRules::default(), Checks::default());
    let (settings, rules, checks) = (&settings, &rules, &checks);
    let question = Question { message: &message, directory: None, settings, rules, checks, seen: Seen::First, at };
    assert_eq!(provenance(&question), Provenance::Unknown);
}
