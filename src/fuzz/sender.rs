//! Rules of the sender's checks (RFC 6376).

use std::collections::BTreeSet;

use crate::message::{Envelope, Message, from};
use crate::sender::checks::{AuthResult, Checks};
use crate::sender::transcript::{Data, Outcome, Question, RecordKind, Reply, Transcript};
use crate::sender::{check, lookup, missing};
use crate::time::UnixTime;

/// The seed that is signed (RFC 8463, A), by keys of which nobody here has the private part.
const SIGNED: &[u8] = include_bytes!("../../tests/fuzz/seeds/sender/rfc8463.eml");
const KEYS: [(&str, &str); 2] = [
    ("brisbane", "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
    (
        "test",
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16J\
         Yi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+\
         l/K4w3QIDAQAB",
    ),
];
const FROM: &str = "joe@football.example.com";

/// Octets as a message: what passes was signed, for the address that every reader sees and with the text that was signed.
/// Then as the text of every record: asking comes to an end.
pub(super) fn sender(octets: &[u8]) {
    let message = Message::parse(envelope(), octets.to_vec());
    let transcript = keys();
    let at = UnixTime::from_seconds(1_790_000_000);
    let checks = check(&message, &transcript, at);
    let known = signatures(&check(&Message::parse(envelope(), SIGNED.to_vec()), &transcript, at));
    assert_eq!(known.len(), 2, "the seed passes");
    for dkim in checks.dkim.iter().filter(|dkim| dkim.result == AuthResult::Pass) {
        assert!(known.contains(dkim.signature.as_bytes()), "a signature that nobody made");
        assert_eq!(dkim.domain, "football.example.com");
        assert!(dkim.covered.from, "another From could stand beside");
        let shown = from::read(&message).map_or_else(|_| FROM.to_owned(), |from| from.to_string());
        assert_eq!(shown, FROM, "a signature vouches for an address that it was not made over");
        let words =
            |octets: &[u8]| String::from_utf8_lossy(octets).split_ascii_whitespace().collect::<Vec<_>>().concat();
        let signed = Message::parse(envelope(), SIGNED.to_vec());
        assert_eq!(words(message.body()), words(signed.body()), "a signature vouches for another text");
    }
    assert_ne!(checks.arc.result, AuthResult::Pass, "the seed has no chain");
    ask(octets);
}

fn ask(text: &[u8]) {
    let message = Message::parse(envelope(), SIGNED.to_vec());
    let asked = lookup(&message).expect("the seed is signed");
    let mut transcript = Transcript::default();
    for _ in 0..=crate::sender::check::ROUNDS {
        let questions = missing(&asked, &transcript);
        if questions.is_empty() {
            let _ = check(&message, &transcript, UnixTime::from_seconds(1_790_000_000));
            return;
        }
        for question in questions {
            let record = match question.kind {
                RecordKind::A | RecordKind::Aaaa => Data::Address([192, 0, 2, 9].into()),
                RecordKind::Mx => Data::Exchange { preference: 1, host: "mx.football.example.com".into() },
                RecordKind::Ptr => Data::Name("h.football.example.com".into()),
                RecordKind::Txt => Data::Text(text.to_vec()),
            };
            transcript.insert(question, Reply { outcome: Outcome::Found, records: vec![record], authenticated: false });
        }
    }
    panic!("questions without an end");
}

fn keys() -> Transcript {
    let mut transcript = Transcript::default();
    for (selector, key) in KEYS {
        let question = Question::new(&format!("{selector}._domainkey.football.example.com"), RecordKind::Txt);
        let records = vec![Data::Text(key.as_bytes().to_vec())];
        transcript.insert(question, Reply { outcome: Outcome::Found, records, authenticated: false });
    }
    transcript
}

fn signatures(checks: &Checks) -> BTreeSet<[u8; 32]> {
    let passed = checks.dkim.iter().filter(|dkim| dkim.result == AuthResult::Pass);
    passed.map(|dkim| *dkim.signature.as_bytes()).collect()
}

fn envelope() -> Envelope {
    let client = Some([192, 0, 2, 1].into());
    Envelope { client, mail_from: FROM.into(), helo: b"mx.example.com".to_vec(), ..Envelope::default() }
}
