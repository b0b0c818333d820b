//! DKIM.

use super::*;
use crate::sender::checks::{AuthResult as R, Dkim, DkimFault as F};

fn with_key(text: &str, record: &str) -> Dkim {
    let checks = check(&mail(text), &texts(&[(KEY_NAME, record)]), NOW);
    checks.dkim.into_iter().next().expect("the message is signed")
}

fn result(text: &str) -> (R, Option<F>) {
    let dkim = with_key(text, &record(""));
    (dkim.result, dkim.fault)
}

const PASS: (R, Option<F>) = (R::Pass, None);

fn refused(result: R, fault: F) -> (R, Option<F>) {
    (result, Some(fault))
}

#[test]
fn an_honest_signature_passes_in_every_form() {
    for form in ["", "c=simple; ", "c=simple/simple; ", "c=relaxed; ", "c=relaxed/simple; ", "c=simple/relaxed; "] {
        let tags = TAGS.replace("c=relaxed/relaxed; ", form);
        assert_eq!(result(&signed(&tags, HONEST, BODY)), PASS, "{form}");
    }
    let dkim = with_key(&signed(&format!("{TAGS}; t=1789999999; x=1790000000"), HONEST, BODY), &record(""));
    assert_eq!((dkim.result, dkim.fault), PASS);
    assert_eq!((dkim.domain.as_str(), dkim.selector.as_str(), dkim.dnssec), ("tq.gov.vn", "k1", true));
    assert_eq!((dkim.signed_at, dkim.expires), (Some(NOW.plus(-1)), Some(NOW)));
    assert!(dkim.covered.all());
}

#[test]
fn the_example_of_rfc_8463_passes_with_both_keys() {
    let text = include_str!("rfc8463.txt").replace('\n', "\r\n");
    let rsa = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jL\
               QiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+\
               2kryOTIKT+l/K4w3QIDAQAB";
    let ed25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let keys = [("brisbane._domainkey.football.example.com", ed25519), ("test._domainkey.football.example.com", rsa)];
    let results = |text: &str| {
        let checks = check(&mail(text), &texts(&keys), NOW);
        checks.dkim.iter().map(|dkim| (dkim.result, dkim.fault)).collect::<Vec<_>>()
    };
    assert_eq!(results(&text), [PASS, PASS]);
    assert_eq!(results(&text.replace("hungry", "angry")), [refused(R::Fail, F::BodyHash); 2]);
    assert_eq!(results(&text.replace("Is dinner", "Was dinner")), [refused(R::Fail, F::Signature); 2]);
}

#[test]
fn what_changes_the_signed_header_or_the_body_fails() {
    let text = signed(TAGS, HONEST, BODY);
    assert_eq!(result(&text.replace("Kinh gui", "Kinh  gui")), PASS);
    assert_eq!(result(&text.replace("Kinh gui", "Kinhgui")), refused(R::Fail, F::BodyHash));
    assert_eq!(result(&text.replace("15/QD", "16/QD")), refused(R::Fail, F::Signature));
    assert_eq!(result(&text.replace("To: a@b.vn", "To: c@b.vn")), PASS);
    assert_eq!(result(&text.replace("d=tq.gov.vn", "d = tq.gov.vn")), refused(R::Fail, F::Signature));
}

#[test]
fn a_length_limit_is_not_accepted() {
    for limit in ["l=0", "l=10", "l=99999999999999999999999"] {
        assert_eq!(result(&signed(&format!("{TAGS}; {limit}"), HONEST, BODY)), refused(R::Policy, F::BodyLength));
    }
}

#[test]
fn every_from_must_be_signed() {
    let without = TAGS.replace("h=From:", "h=To:");
    assert_eq!(result(&signed(&without, HONEST, BODY)), refused(R::Policy, F::FromNotSigned));
    let doubled = format!("From: b@evil.vn\r\n{HONEST}");
    assert_eq!(result(&signed(TAGS, &doubled, BODY)), refused(R::Policy, F::FromNotSigned));
    let added = signed(TAGS, HONEST, BODY).replace("From: Van", "From: b@evil.vn\r\nFrom: Van");
    assert_eq!(result(&added), refused(R::Policy, F::FromNotSigned));
    let oversigned = TAGS.replace("h=From:", "h=From:From:");
    let text = signed(&oversigned, HONEST, BODY);
    assert_eq!(result(&text), PASS);
    assert_eq!(result(&text.replace("From: Van", "From: b@evil.vn\r\nFrom: Van")), refused(R::Fail, F::Signature));
}

#[test]
fn covered_says_which_fields_could_be_another_unseen() {
    let covered = |h: &str, header: &str| {
        let tags = format!("v=1; a=ed25519-sha256; c=relaxed/relaxed; d=tq.gov.vn; s=k1; h={h}");
        with_key(&signed(&tags, header, BODY), &record("")).covered
    };
    let all = "From:Subject:Date:Message-ID:Content-Type";
    assert!(covered(all, HONEST).all());
    let less = covered("From:Date:Message-ID", HONEST);
    assert!(less.from && less.date && less.message_id && !less.subject && !less.content_type);
    // The upper of two is not signed, and may be the one that a reader shows.
    assert!(!covered(all, &format!("Subject: 16/QD\r\n{HONEST}")).subject);
    assert!(!covered(all, &format!("Content-Type: text/html\r\n{HONEST}")).content_type);
    let plain = HONEST.replace("Content-Type: text/plain\r\n", "");
    assert!(covered("From:Subject:Date:Message-ID", &plain).content_type);
    let undated = HONEST.replace("Date: Mon, 2 Nov 2026 08:00:00 +0700\r\n", "");
    assert!(!covered("From:Subject:Message-ID:Content-Type", &undated).date);
    assert!(covered(all, &undated).date);
}

#[test]
fn names_that_programs_read_differently_are_refused_and_not_looked_up() {
    for (old, odd) in [
        ("d=tq.gov.vn", "d=tq.gov.vn."),
        ("d=tq.gov.vn", "d=tq.gov.vn\0.evil.vn"),
        ("d=tq.gov.vn", "d=tq.gov.vn\\x00.evil.vn"),
        ("d=tq.gov.vn", "d=tq. gov.vn"),
        ("d=tq.gov.vn", "d=tq_1.gov.vn"),
        ("d=tq.gov.vn", "d=tq.gov.vn(.evil.vn"),
        ("d=tq.gov.vn", "d=@tq.gov.vn"),
        ("d=tq.gov.vn", "d=.tq.gov.vn"),
        ("d=tq.gov.vn", "d=vn"),
        ("d=tq.gov.vn", "d="),
        ("d=tq.gov.vn", "d=tq\u{202e}.gov.vn"),
        ("s=k1", "s=k1.evil.vn\0"),
        ("s=k1", "s=k1._domainkey.evil.vn."),
        ("s=k1", "s=k1/"),
        ("s=k1", "s=k 1"),
        ("s=k1", "s=k1\\"),
        ("s=k1", "s="),
        ("s=k1", "s=-k"),
        ("s=k1", "s=ké"),
    ] {
        let text = signed(&TAGS.replace(old, odd), HONEST, BODY);
        let dkim = with_key(&text, &record(""));
        // A NUL makes the header ambiguous as well; the name is told first.
        assert_eq!((dkim.result, dkim.fault), refused(R::Permerror, F::OddName), "{odd:?}");
        assert_eq!(lookup(&mail(&text)).unwrap().keys, Vec::<String>::new(), "{odd:?}");
    }
    let text = signed(&TAGS.replace("d=tq.gov.vn; s=k1", "d=TQ.gov.vn; s=K1.a_b"), HONEST, BODY);
    assert_eq!(lookup(&mail(&text)).unwrap().keys, ["k1.a_b._domainkey.tq.gov.vn"]);
    let text = signed(&TAGS.replace("d=tq.gov.vn", "d=tuyênquang.vn"), HONEST, BODY);
    assert_eq!(lookup(&mail(&text)).unwrap().keys, ["k1._domainkey.xn--tuynquang-n4a.vn"]);
}

#[test]
fn tags_that_stand_twice_or_cannot_be_read_are_refused() {
    for tags in [
        format!("{TAGS}; d=evil.vn"),
        format!("{TAGS}; D=evil.vn"),
        format!("{TAGS}; x"),
        format!("{TAGS}; t=now"),
        format!("{TAGS}; t=1234567890123"),
        format!("{TAGS}; x=-1"),
        format!("{TAGS}; x=0"),
        format!("{TAGS}; t=1789999999; x=1789999999"),
        format!("{TAGS}; l=x"),
        format!("{TAGS}; q=other"),
        format!("{TAGS}; i=nobody"),
        format!("{TAGS}; i=a@b@tq.gov.vn"),
        TAGS.replace("v=1; ", ""),
        TAGS.replace("v=1", "v=2"),
        TAGS.replace("v=1", "v=01"),
        TAGS.replace("a=ed25519-sha256; ", ""),
        TAGS.replace("c=relaxed/relaxed", "c=relaxed/other"),
        TAGS.replace("h=From:", "h=From::"),
        TAGS.replace("h=From:", "h=Fr om:From:"),
    ] {
        assert_eq!(result(&signed(&tags, HONEST, BODY)), refused(R::Permerror, F::Syntax), "{tags}");
    }
    let text = signed(TAGS, HONEST, BODY);
    assert_eq!(result(&text.replace("; bh=", "; bh=!")), refused(R::Permerror, F::Syntax));
    assert_eq!(result(&text.replace("; b=", "; b=!")), refused(R::Permerror, F::Syntax));
    assert_eq!(result("DKIM-Signature: v=1\r\nFrom: a@b.vn\r\n\r\n"), refused(R::Permerror, F::Syntax));
}

#[test]
fn a_header_that_programs_split_differently_verifies_nothing() {
    let text = signed(TAGS, HONEST, BODY);
    for odd in [
        text.replace("To: a@b.vn", "To : a@b.vn"),
        text.replace("To: a@b.vn", "T o: a@b.vn"),
        text.replace("To: a@b.vn", "To: a@b.vn\rFrom: b@evil.vn"),
        text.replace("To: a@b.vn", "To: a@b.vn\n\tc"),
        text.replace("To: a@b.vn", "To: a@b.vn\0"),
        text.replace("To: a@b.vn\r\n", "To: a@b.vn\n"),
        text.replace("To: a@b.vn", ": a@b.vn"),
        text.replace("To: a@b.vn", "From\u{e9}: a@b.vn"),
        text.replace("\r\n\r\n", "\r\nno field\r\n\r\n"),
        text.replace("\r\n\r\n", "\r\n\n"),
        format!("From a@b.vn Mon Nov 2: x\r\n{text}"),
        format!(" x: y\r\n{text}"),
    ] {
        assert_eq!(result(&odd), refused(R::Permerror, F::Ambiguous), "{odd:?}");
        assert_eq!(lookup(&mail(&odd)).map(|lookup| lookup.keys).unwrap_or_default(), Vec::<String>::new());
    }
    assert_eq!(result(&text.replace("To: a@b.vn", "To: a@b.vn\r\n \tc")), PASS);
}

#[test]
fn a_value_from_a_milter_that_holds_a_line_of_its_own_verifies_nothing() {
    use crate::message::Header;
    let parsed = mail(&signed(TAGS, HONEST, BODY));
    let mut headers: Vec<Header> =
        parsed.headers().map(|(name, value)| Header { name: name.to_vec(), value: value.to_vec() }).collect();
    let judged = |headers: &[Header]| {
        let message = Message::rebuild(Envelope::default(), headers, BODY.as_bytes());
        let dkim = check(&message, &texts(&[(KEY_NAME, &record(""))]), NOW).dkim;
        (dkim[0].result, dkim[0].fault)
    };
    assert_eq!(judged(&headers), PASS);
    headers.push(Header { name: "X".into(), value: " y\r\nFrom: b@evil.vn".into() });
    assert_eq!(judged(&headers), refused(R::Permerror, F::Ambiguous));
}

#[test]
fn a_body_with_other_line_ends_is_another_body() {
    let text = signed(TAGS, HONEST, "a\r\nb\r\n");
    assert_eq!(result(&text), PASS);
    assert_eq!(result(&text.replace("a\r\nb", "a\nb")), refused(R::Fail, F::BodyHash));
}

#[test]
fn times_are_held_against_the_time_of_the_message() {
    for (times, expected) in [
        ("x=1789999999", refused(R::Fail, F::Expired)),
        ("x=1790000000", PASS),
        ("t=1790086400", PASS),
        ("t=1790086401", refused(R::Permerror, F::Syntax)),
    ] {
        assert_eq!(result(&signed(&format!("{TAGS}; {times}"), HONEST, BODY)), expected, "{times}");
    }
}

#[test]
fn the_identity_lies_below_the_domain() {
    for (identity, expected) in [
        ("@tq.gov.vn", PASS),
        ("a=40b@so.tq.gov.vn", refused(R::Permerror, F::Ambiguous)),
        ("a=20b@so.TQ.gov.vn", PASS),
        ("a@gov.vn", refused(R::Permerror, F::Identity)),
        ("a@xtq.gov.vn", refused(R::Permerror, F::Identity)),
        ("a@tq.gov.vn.evil.vn", refused(R::Permerror, F::Identity)),
    ] {
        assert_eq!(result(&signed(&format!("{TAGS}; i={identity}"), HONEST, BODY)), expected, "{identity}");
    }
    let text = signed(&format!("{TAGS}; i=a@so.tq.gov.vn"), HONEST, BODY);
    let dkim = with_key(&text, &record("t=s; "));
    assert_eq!((dkim.result, dkim.fault), refused(R::Permerror, F::Identity));
    let dkim = with_key(&signed(TAGS, HONEST, BODY), &record("t=s; "));
    assert_eq!((dkim.result, dkim.fault), PASS);
}

#[test]
fn keys_that_are_revoked_weak_or_for_something_else_are_refused() {
    let text = signed(TAGS, HONEST, BODY);
    let ok = record("");
    for (record, expected) in [
        (ok.replace("v=DKIM1; ", ""), PASS),
        (record("h=sha1:sha256; s=tlsrpt:email; n=x; "), PASS),
        (record("s=*; t=x; "), PASS),
        ("v=DKIM1; k=ed25519; p=".to_owned(), refused(R::Permerror, F::KeyRevoked)),
        ("v=DKIM1; k=ed25519".to_owned(), refused(R::Permerror, F::KeyUnusable)),
        (record("t=y; "), refused(R::Policy, F::Testing)),
        (record("t=s:y; "), refused(R::Policy, F::Testing)),
        (record("s=tlsrpt; "), refused(R::Permerror, F::KeyUnusable)),
        (record("s=; "), refused(R::Permerror, F::KeyUnusable)),
        (record("h=sha1; "), refused(R::Permerror, F::KeyUnusable)),
        (record("p=; "), refused(R::Permerror, F::KeyUnusable)),
        (ok.replace("k=ed25519; ", ""), refused(R::Permerror, F::KeyUnusable)),
        (ok.replace("ed25519", "x"), refused(R::Permerror, F::KeyUnusable)),
        (ok.replace("p=", "p=AAAA"), refused(R::Permerror, F::KeyUnusable)),
        (ok.replace("DKIM1", "DKIM2"), refused(R::Permerror, F::NoKey)),
        ("v=spf1 include:a.vn -all".to_owned(), refused(R::Permerror, F::NoKey)),
    ] {
        let dkim = with_key(&text, &record);
        assert_eq!((dkim.result, dkim.fault), expected, "{record}");
    }
}

#[test]
fn short_rsa_keys_and_sha_1_are_refused() {
    // RFC 8301: 512 bits.
    let short = "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALRiMLAh9iimur8VA7qVvdqxevEuUkW4K+2KdMXmnQbG9Aa7k7eBjK1S+0LYmNj\
                 KKlJGNXHDGuy5Fw/d7rjVJ0BLB+ubPK8iA/Tw3hLQgXMRRGRXXCn8ikfuQfjUS1uZSatdLB81mydBETlJhI6GH4twrbDJCR2Bwy/XWXgqg\
                 GRzAgMBAAE=";
    let text = signed(&TAGS.replace("ed25519-sha256", "rsa-sha256"), HONEST, BODY);
    let dkim = with_key(&text, short);
    assert_eq!(dkim.result, R::Permerror);
    assert_eq!(dkim.fault, Some(F::KeyUnusable));
    for algorithm in ["rsa-sha1", "rsa-md5", "x"] {
        let text = signed(&TAGS.replace("ed25519-sha256", algorithm), HONEST, BODY);
        assert_eq!(result(&text), refused(R::Permerror, F::KeyUnusable), "{algorithm}");
        assert_eq!(lookup(&mail(&text)).unwrap().keys, Vec::<String>::new());
    }
}

#[test]
fn two_keys_at_one_name_are_none_and_another_text_beside_the_key_is_nothing() {
    let text = signed(TAGS, HONEST, BODY);
    let judged = |records: &[&str]| {
        let mut transcript = Transcript::default();
        let records = records.iter().map(|text| Data::Text(text.as_bytes().to_vec())).collect();
        put(&mut transcript, KEY_NAME, RecordKind::Txt, records);
        let dkim = check(&mail(&text), &transcript, NOW).dkim;
        (dkim[0].result, dkim[0].fault)
    };
    assert_eq!(judged(&[&record(""), "v=spf1 -all"]), PASS);
    assert_eq!(judged(&[&record(""), &record("")]), PASS);
    assert_eq!(judged(&[&record(""), &record("n=x; ")]), refused(R::Permerror, F::KeyUnusable));
}

#[test]
fn without_an_answer_of_dns_there_is_no_result() {
    let text = signed(TAGS, HONEST, BODY);
    let judged = |transcript: &Transcript| {
        let dkim = check(&mail(&text), transcript, NOW).dkim;
        (dkim[0].result, dkim[0].fault)
    };
    assert_eq!(judged(&Transcript::default()), refused(R::Temperror, F::NoAnswer));
    for (outcome, expected) in [
        (Outcome::Failed, refused(R::Temperror, F::NoAnswer)),
        (Outcome::NoData, refused(R::Permerror, F::NoKey)),
        (Outcome::NoName, refused(R::Permerror, F::NoKey)),
    ] {
        assert_eq!(judged(&answered(KEY_NAME, RecordKind::Txt, outcome)), expected);
    }
}

#[test]
fn eight_signatures_are_looked_at_and_the_others_counted() {
    let one = signature("DKIM-Signature", TAGS, HONEST, BODY);
    let many = format!("DKIM-Signature:{one}\r\n").repeat(11);
    let checks = check(&mail(&format!("{many}{HONEST}\r\n{BODY}")), &texts(&[(KEY_NAME, &record(""))]), NOW);
    assert_eq!((checks.dkim.len(), checks.dkim_left_out), (8, 3));
    assert!(checks.dkim.iter().all(|dkim| dkim.result == R::Pass && dkim.signature == checks.dkim[0].signature));
    let keys: Vec<String> =
        (0..11).map(|n| signature("DKIM-Signature", &TAGS.replace("s=k1", &format!("s=k{n}")), HONEST, BODY)).collect();
    let header = keys.iter().map(|value| format!("DKIM-Signature:{value}\r\n")).collect::<Vec<_>>().concat();
    assert_eq!(lookup(&mail(&format!("{header}{HONEST}\r\n{BODY}"))).unwrap().keys.len(), 8);
}

#[test]
fn long_lists_and_many_fields_cost_no_more_than_their_length() {
    // Quadratic work over these would take minutes.
    let names = (0..5_000).map(|n| format!("x{n}:")).collect::<Vec<_>>().concat();
    let tags = TAGS.replace("h=From", &format!("h={names}{}From", "y:".repeat(20_000)));
    let header: String =
        (0..5_000).map(|n| format!("X{n}: a\r\n")).chain((0..5_000).map(|_| "y: b\r\n".into())).collect();
    let text = signed(&tags, &format!("{header}{HONEST}"), BODY);
    assert_eq!(result(&text), PASS);
}

#[test]
fn any_change_of_one_octet_of_the_signature_ends_in_an_answer_and_never_in_another_domain() {
    let text = signed(TAGS, HONEST, BODY).into_bytes();
    let end = text.windows(4).position(|w| w == b"From").unwrap();
    let transcript = texts(&[(KEY_NAME, &record(""))]);
    for place in 0..end.min(300) {
        for octet in [0, b' ', b';', b'=', b'\r', b'\n', b'A', 0x80] {
            let mut octets = text.clone();
            octets[place] = octet;
            let message = Message::parse(Envelope::default(), octets);
            let checks = check(&message, &transcript, NOW);
            for dkim in checks.dkim.iter().filter(|dkim| dkim.result == R::Pass) {
                assert_eq!((dkim.domain.as_str(), dkim.covered.from), ("tq.gov.vn", true));
            }
        }
    }
}
