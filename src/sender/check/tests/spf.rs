//! SPF.

use super::*;
use crate::sender::check::spf::check_host;
use crate::sender::checks::AuthResult as R;

/// A zone in lines of `kind name values`.
pub(super) fn zone(lines: &str) -> Transcript {
    let mut transcript = Transcript::default();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.splitn(3, ' ');
        let (kind, name, rest) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap_or(""));
        let (kind, records) = match kind {
            "txt" => (RecordKind::Txt, vec![Data::Text(rest.as_bytes().to_vec())]),
            "a" => (RecordKind::A, rest.split(' ').map(|a| Data::Address(a.parse().unwrap())).collect()),
            "aaaa" => (RecordKind::Aaaa, rest.split(' ').map(|a| Data::Address(a.parse().unwrap())).collect()),
            "mx" => {
                let hosts = (0..).zip(rest.split(' '));
                let host = |(preference, host): (u16, &str)| Data::Exchange { preference, host: host.to_owned() };
                (RecordKind::Mx, hosts.map(host).collect())
            }
            "ptr" => (RecordKind::Ptr, rest.split(' ').map(|name| Data::Name(name.to_owned())).collect()),
            "none" => {
                for kind in [RecordKind::A, RecordKind::Aaaa, RecordKind::Mx, RecordKind::Ptr, RecordKind::Txt] {
                    put(&mut transcript, name, kind, Vec::new());
                }
                continue;
            }
            _ => panic!("{line}"),
        };
        put(&mut transcript, name, kind, records);
    }
    transcript
}

fn result(lines: &str, client: &str) -> R {
    let identity =
        SpfIdentity { client: client.parse().unwrap(), helo: "mx.a.vn".into(), mail_from: "vanthu@a.vn".into() };
    check_host(&mut Dns::new(&zone(lines)), &identity)
}

fn evaluated(message: &Message, transcript: &Transcript) -> (R, Option<String>) {
    let spf = check(message, transcript, NOW).spf;
    (spf.result, spf.domain)
}

fn from_client(mail_from: &str, client: Option<&str>) -> Message {
    let envelope = Envelope {
        client: client.map(|client| client.parse().unwrap()),
        helo: b"good.vn".to_vec(),
        mail_from: mail_from.into(),
        ..Envelope::default()
    };
    Message::parse(envelope, format!("{HONEST}\r\n").into_bytes())
}

#[test]
fn only_the_reverse_path_is_evaluated() {
    let zone = zone("txt a.vn v=spf1 ip4:10.0.0.1 -all\ntxt good.vn v=spf1 +all");
    let a_vn = Some("a.vn".to_owned());
    assert_eq!(evaluated(&from_client("vanthu@a.vn", Some("10.0.0.1")), &zone), (R::Pass, a_vn.clone()));
    assert_eq!(evaluated(&from_client("vanthu@A.vn", Some("10.0.0.2")), &zone), (R::Fail, a_vn));
    // HELO good.vn would pass; it proves no mailbox.
    for (mail_from, client) in [
        ("", Some("10.0.0.1")),
        ("vanthu", Some("10.0.0.1")),
        ("vanthu@a.vn", None),
        ("vanthu@vn", Some("10.0.0.1")),
        ("vanthu@a..vn", Some("10.0.0.1")),
        ("vanthu@a.vn.", Some("10.0.0.1")),
        ("vanthu@[10.0.0.1]", Some("10.0.0.1")),
        ("vanthu@a.vn\0.b.vn", Some("10.0.0.1")),
    ] {
        assert_eq!(evaluated(&from_client(mail_from, client), &zone), (R::None, None), "{mail_from:?}");
    }
}

#[test]
fn mechanisms_match_addresses_exchanges_names_and_networks() {
    let zone = "a a.vn 10.0.0.1\naaaa a.vn 2001:db8::1\nmx a.vn mx1.a.vn mx2.a.vn\na mx1.a.vn 10.0.1.1\n\
                a mx2.a.vn 10.0.1.2\nptr 3.0.0.10.in-addr.arpa forged.a.vn x.a.vn\na forged.a.vn 10.9.9.9\n\
                a x.a.vn 10.0.0.3\nptr 4.0.0.10.in-addr.arpa forged.a.vn\na 10.0.0.5.vanthu.e.vn 127.0.0.2";
    for (terms, client, expected) in [
        ("a -all", "10.0.0.1", R::Pass),
        ("a -all", "2001:db8::1", R::Pass),
        ("a -all", "10.0.0.9", R::Fail),
        ("a/24 -all", "10.0.0.9", R::Pass),
        ("a//64 -all", "2001:db8::9", R::Pass),
        ("a/0 -all", "192.0.2.1", R::Pass),
        ("mx -all", "10.0.1.2", R::Pass),
        ("ptr -all", "10.0.0.3", R::Pass),
        ("ptr -all", "10.0.0.4", R::Fail),
        ("exists:%{i}.%{l}.e.vn ~all", "10.0.0.5", R::Pass),
        ("ip4:10.0.0.0/8 -all", "::ffff:10.1.1.1", R::Pass),
        ("ip6:2001:db8::/32 ?all", "2001:db9::1", R::Neutral),
        ("", "10.0.0.1", R::Neutral),
        ("ip4:300.0.0.1 +all", "10.0.0.1", R::Permerror),
    ] {
        assert_eq!(result(&format!("{zone}\ntxt a.vn v=spf1 {terms}"), client), expected, "{terms} {client}");
    }
}

#[test]
fn a_pass_two_includes_down_is_what_each_level_makes_of_it() {
    // mail-auth 0.13.3 answers `pass` to the first and `fail` to the second.
    let zone =
        "txt c.vn v=spf1 ip4:10.0.0.1 -all\ntxt b.vn v=spf1 include:c.vn -all\ntxt n.vn v=spf1 -include:c.vn +all\n";
    assert_eq!(result(&format!("{zone}txt a.vn v=spf1 ?include:b.vn -all"), "10.0.0.1"), R::Neutral);
    assert_eq!(result(&format!("{zone}txt a.vn v=spf1 include:n.vn ~all"), "10.0.0.1"), R::Softfail);
    assert_eq!(result(&format!("{zone}txt a.vn v=spf1 redirect=b.vn"), "10.0.0.1"), R::Pass);
}

#[test]
fn more_look_ups_than_the_standard_allows_are_an_error() {
    let a = (1..=11).map(|n| format!("a a{n}.b.vn 10.1.1.1\n")).collect::<Vec<_>>().concat();
    let terms = |count: usize| (1..=count).map(|n| format!("a:a{n}.b.vn ")).collect::<Vec<_>>().concat();
    assert_eq!(result(&format!("{a}txt a.vn v=spf1 {}~all", terms(10)), "10.0.0.1"), R::Softfail);
    assert_eq!(result(&format!("{a}txt a.vn v=spf1 {}~all", terms(11)), "10.0.0.1"), R::Permerror);
    assert_eq!(result("txt a.vn v=spf1 include:a.vn", "10.0.0.1"), R::Permerror);
    assert_eq!(result("txt a.vn v=spf1 redirect=a.vn", "10.0.0.1"), R::Permerror);
    let none = "none x.vn\nnone y.vn\nnone z.vn\n";
    assert_eq!(result(&format!("{none}txt a.vn v=spf1 a:x.vn mx:y.vn ~all"), "10.0.0.1"), R::Softfail);
    assert_eq!(result(&format!("{none}txt a.vn v=spf1 a:x.vn mx:y.vn exists:z.vn ~all"), "10.0.0.1"), R::Permerror);
    assert_eq!(result("txt a.vn v=spf1 a:%{l}..b.vn a:a..b.vn exists:.c.vn ~all", "10.0.0.1"), R::Permerror);
    let hosts = |count: usize| (1..=count).map(|n| format!(" a{n}.b.vn")).collect::<Vec<_>>().concat();
    assert_eq!(result(&format!("{a}mx a.vn{}\ntxt a.vn v=spf1 mx ~all", hosts(10)), "10.0.0.1"), R::Softfail);
    assert_eq!(result(&format!("{a}mx a.vn{}\ntxt a.vn v=spf1 mx ~all", hosts(11)), "10.0.0.1"), R::Permerror);
    assert_eq!(result(&format!("{a}mx a.vn{}\ntxt a.vn v=spf1 mx ~all", hosts(11)), "10.1.1.1"), R::Pass);
}

#[test]
fn no_record_is_none_and_none_below_an_include_is_an_error() {
    assert_eq!(result("none a.vn", "10.0.0.1"), R::None);
    assert_eq!(result("txt a.vn v=spf10 +all", "10.0.0.1"), R::None);
    assert_eq!(result("none b.vn\ntxt a.vn v=spf1 include:b.vn +all", "10.0.0.1"), R::Permerror);
    assert_eq!(result("none b.vn\ntxt a.vn v=spf1 redirect=b.vn", "10.0.0.1"), R::Permerror);
    let mut two = Transcript::default();
    let record = |text: &[u8]| Data::Text(text.to_vec());
    put(&mut two, "a.vn", RecordKind::Txt, vec![record(b"v=spf1 +all"), record(b"v=spf1 -all")]);
    assert_eq!(evaluated(&from_client("x@a.vn", Some("10.0.0.1")), &two).0, R::Permerror);
}

#[test]
fn without_an_answer_of_dns_there_is_no_result() {
    assert_eq!(result("", "10.0.0.1"), R::Temperror);
    for terms in
        ["a +all", "mx +all", "ptr +all", "include:b.vn +all", "exists:b.vn +all", "redirect=b.vn", "a:%{p} +all"]
    {
        assert_eq!(result(&format!("txt a.vn v=spf1 {terms}"), "10.0.0.1"), R::Temperror, "{terms}");
    }
    assert_eq!(result("txt a.vn v=spf1 ip4:10.0.0.1 a -all", "10.0.0.1"), R::Pass);
    let failed = answered("a.vn", RecordKind::Txt, Outcome::Failed);
    assert_eq!(evaluated(&from_client("x@a.vn", Some("10.0.0.1")), &failed).0, R::Temperror);
}

#[test]
fn asking_what_is_missing_until_nothing_is_leads_to_the_result() {
    let whole = zone(
        "txt a.vn v=spf1 a:x.vn include:b.vn -all\nnone x.vn\ntxt b.vn v=spf1 mx ptr redirect=c.vn\n\
         mx b.vn mx1.b.vn mx2.b.vn\na mx1.b.vn 10.0.0.8\na mx2.b.vn 10.0.0.9\nptr 1.0.0.10.in-addr.arpa h.vn\n\
         a h.vn 10.0.0.1\ntxt c.vn v=spf1 ip4:10.0.0.1 -all\nnone _dmarc.tq.gov.vn\nnone _dmarc.gov.vn\nnone _dmarc.vn",
    );
    let message = from_client("vanthu@a.vn", Some("10.0.0.1"));
    let asked = lookup(&message).unwrap();
    let mut transcript = Transcript::default();
    let mut rounds = 0;
    loop {
        let questions = missing(&asked, &transcript);
        if questions.is_empty() {
            break;
        }
        rounds += 1;
        assert!(rounds <= ROUNDS);
        for question in questions {
            let reply = whole.reply(&question).unwrap_or_else(|| panic!("{question:?}")).clone();
            transcript.insert(question, reply);
        }
    }
    assert_eq!(evaluated(&message, &transcript).0, R::Pass);
    // The exchanges were asked for in one round.
    assert_eq!(rounds, 8);
}
