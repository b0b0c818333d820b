//! ARC.

use super::*;
use crate::sender::checks::{Arc, AuthResult as R};

/// Puts the set of the next host on top of a message.
fn sealed(instance: usize, domain: &str, cv: &str, header: &str) -> String {
    sealed_over("from:subject", instance, domain, cv, header)
}

fn sealed_over(names: &str, instance: usize, domain: &str, cv: &str, header: &str) -> String {
    let results = format!(" i={instance}; {domain}; dkim=pass");
    let tags = format!("i={instance}; a=ed25519-sha256; c=relaxed/relaxed; d={domain}; s=k1; h={names}");
    let message = signature("ARC-Message-Signature", &tags, header, BODY);
    // The seal is made over all sets from the first on.
    let mut octets = Vec::new();
    let parsed = mail(&format!("{header}\r\n"));
    for below in 1..instance {
        for name in ["arc-authentication-results", "arc-message-signature", "arc-seal"] {
            let fields = Fields::of(&parsed);
            let wanted = format!(" i={below};");
            let found = fields.named(name).find(|field| field.1.starts_with(wanted.as_bytes())).unwrap();
            field(Form::Relaxed, found.0, found.1, &mut octets);
            octets.extend_from_slice(b"\r\n");
        }
    }
    for (name, value) in [("arc-authentication-results", &results), ("arc-message-signature", &message)] {
        field(Form::Relaxed, name.as_bytes(), value.as_bytes(), &mut octets);
        octets.extend_from_slice(b"\r\n");
    }
    let seal = format!(" i={instance}; a=ed25519-sha256; t=1789999999; cv={cv}; d={domain}; s=k1; b=");
    field(Form::Relaxed, b"ARC-Seal", seal.as_bytes(), &mut octets);
    let seal = format!("{seal}{}", STANDARD.encode(key_pair().sign(&Sha256::digest(&octets))));
    format!("ARC-Seal:{seal}\r\nARC-Message-Signature:{message}\r\nARC-Authentication-Results:{results}\r\n{header}")
}

fn two_hosts() -> String {
    sealed(2, "b.vn", "pass", &sealed(1, "a.vn", "none", HONEST))
}

fn judged(header: &str) -> Arc {
    let record = record("");
    let keys = ["a.vn", "b.vn"].map(|domain| format!("k1._domainkey.{domain}"));
    let keys: Vec<(&str, &str)> = keys.iter().map(|name| (name.as_str(), record.as_str())).collect();
    check(&mail(&format!("{header}\r\n{BODY}")), &texts(&keys), NOW).arc
}

#[test]
fn a_chain_passes_and_names_who_sealed() {
    assert_eq!(judged(HONEST), Arc::default());
    assert_eq!(
        judged(&two_hosts()),
        Arc { result: R::Pass, sealers: vec!["a.vn".into(), "b.vn".into()], covers: false }
    );
    let keys = lookup(&mail(&format!("{}\r\n{BODY}", two_hosts()))).unwrap().keys;
    assert_eq!(keys, ["k1._domainkey.a.vn", "k1._domainkey.b.vn"]);
}

#[test]
fn a_chain_that_lacks_a_link_or_has_one_too_many_fails() {
    let honest = two_hosts();
    let without = |name: &str| {
        let (before, after) = honest.split_at(honest.find(name).unwrap());
        format!("{before}{}", after.split_once("\r\n").unwrap().1)
    };
    for name in ["ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"] {
        assert_eq!(judged(&without(name)).result, R::Fail, "{name}");
    }
    for (old, new) in [
        (" i=2; b.vn; dkim", " i=1; b.vn; dkim"),
        (" i=2; b.vn; dkim", " i=3; b.vn; dkim"),
        (" i=1; a.vn; dkim", " i=0; a.vn; dkim"),
        ("cv=pass", "cv=none"),
        ("cv=pass", "cv=fail"),
        ("cv=none", "cv=pass"),
        ("dkim=pass", "dkim=fail"),
        ("Subject: 15/QD", "Subject: 16/QD"),
        ("t=1789999999", "h=from; t=1789999999"),
    ] {
        assert!(honest.contains(old), "{old}");
        assert_eq!(judged(&honest.replace(old, new)).result, R::Fail, "{old} {new}");
    }
    let again = format!("{honest}{}", &honest[..honest.find("ARC-Message").unwrap()]);
    assert_eq!(judged(&again).result, R::Fail);
}

#[test]
fn a_body_that_changed_after_the_last_host_breaks_the_chain() {
    let text = format!("{}\r\nother\r\n", two_hosts());
    let record = record("");
    let keys = [("k1._domainkey.a.vn", record.as_str()), ("k1._domainkey.b.vn", record.as_str())];
    assert_eq!(check(&mail(&text), &texts(&keys), NOW).arc.result, R::Fail);
}

#[test]
fn fifty_sets_are_looked_at_and_no_more() {
    let text = |sets: usize| {
        let set = |n: usize| {
            format!("ARC-Seal: i={n}\r\nARC-Message-Signature: i={n}\r\nARC-Authentication-Results: i={n}; x\r\n")
        };
        (1..=sets).map(set).collect::<String>() + HONEST
    };
    for sets in [50, 51, 600] {
        assert_eq!(judged(&text(sets)), Arc { result: R::Fail, ..Arc::default() });
        assert_eq!(lookup(&mail(&format!("{}\r\n", text(sets)))).unwrap().keys, Vec::<String>::new());
    }
}

#[test]
fn a_chain_without_answers_is_open_and_an_ambiguous_header_has_none() {
    let text = format!("{}\r\n{BODY}", two_hosts());
    let arc = check(&mail(&text), &Transcript::default(), NOW).arc;
    assert_eq!((arc.result, arc.sealers.len()), (R::Temperror, 2));
    assert_eq!(judged(&two_hosts().replace("To: a@b.vn", "To : a@b.vn")).result, R::Permerror);
}

#[test]
fn what_the_last_host_left_unsigned_is_told_and_a_signature_of_the_from_domain_put_on_top_too() {
    const ALL: &str = "from:subject:date:message-id:content-type:dkim-signature";
    let message = signed(TAGS, HONEST, BODY);
    let (header, _) = message.split_once("\r\n\r\n").unwrap();
    let covers = |names: &str, above: &str| {
        let header = format!("{above}{}", sealed_over(names, 1, "a.vn", "none", &format!("{header}\r\n")));
        let arc = judged(&header);
        assert_eq!(arc.result, R::Pass, "{names} {above}");
        arc.covers
    };
    assert!(covers(ALL, ""));
    assert!(covers(ALL, "DKIM-Signature: v=1; d=a.vn; s=k1; b=YQ==\r\n"), "the host's own, put on top afterwards");
    assert!(!covers(ALL, "DKIM-Signature: v=1; d=TQ.gov.vn; s=k1; b=YQ==\r\n"));
    assert!(!covers("from:subject:date:message-id:content-type", ""), "the signature could be another one");
    for open in ["from", "subject", "date", "message-id", "content-type"] {
        assert!(!covers(&ALL.replace(&format!("{open}:"), ""), ""), "{open}");
    }
}
