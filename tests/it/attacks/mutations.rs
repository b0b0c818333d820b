//! Thousands of small changes to good mails and good documents: none panics, and none makes another document met.

use std::collections::BTreeSet;

use dieu7::budget::Budget;
use dieu7::digest::Sha256;
use dieu7::dossier;
use dieu7::io::samples;
use dieu7::message::Message;
use dieu7::policy::{DocumentResult, Judgement, Verdict};

use super::world::{Mail, World, document_of, genuine, sample};

/// Always the same numbers (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % sides.max(1)
    }

    fn bend(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut bent = octets.to_vec();
        for _ in 0..=self.roll(2) {
            let at = self.roll(bent.len());
            let end = (at + 1 + self.roll(200)).min(bent.len());
            match self.roll(8) {
                0 => bent.truncate(at),
                1 => drop(bent.drain(at..end)),
                2 => {
                    let block = bent[at..end].to_vec();
                    bent.splice(at..at, block);
                }
                3 => {
                    // A line or a field of the header stands twice, or elsewhere.
                    let block = bent[at..end].to_vec();
                    let to = self.roll(bent.len());
                    bent.splice(to..to, block);
                }
                4 if at < bent.len() => bent[at] = b" \r\n\0-%<>()[]/:;=09afR"[self.roll(21)],
                5 if at < bent.len() => bent[at] ^= 0x20,
                _ if at < bent.len() => bent[at] ^= 1 << self.roll(8),
                _ => {}
            }
        }
        bent
    }
}

/// Octets of what is signed: all but the contents of the signature dictionaries, and white space at the end.
fn signed(octets: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut rest = octets.trim_ascii_end();
    while let Some(at) = rest.windows(9).position(|window| window == b"/Contents") {
        let Some(open) = rest[at..].iter().position(|o| *o == b'<').map(|n| at + n) else { break };
        if open - at > 12 || rest.get(open + 1) == Some(&b'<') {
            kept.extend_from_slice(&rest[..at + 9]);
            rest = &rest[at + 9..];
            continue;
        }
        kept.extend_from_slice(&rest[..=open]);
        rest = &rest[open + 1..];
        let close = rest.iter().position(|o| *o == b'>').unwrap_or(rest.len());
        rest = &rest[close..];
    }
    kept.extend_from_slice(rest);
    kept
}

/// What is signed of each document that is met, by digest.
fn met_documents(message: &Message, judgement: &Judgement) -> Vec<Sha256> {
    let octets = dossier::examine(message, &mut Budget::for_message()).octets;
    let met = judgement.documents.iter().zip(&octets).filter(|(document, _)| document.result == DocumentResult::Met);
    met.map(|(_, octets)| Sha256::of(&signed(octets))).collect()
}

#[test]
fn no_change_to_a_sample_mail_makes_a_document_met_that_was_not() {
    let world = World::default();
    let mut known = BTreeSet::new();
    let mails: Vec<Message> = samples::all().iter().map(samples::Sample::message).collect();
    let mut small = Vec::new();
    for mail in mails {
        let judgement = world.judge(mail.clone());
        known.extend(met_documents(&mail, &judgement));
        if mail.octets().len() < 100_000 {
            small.push(mail);
        }
    }
    assert!(known.len() >= 6 && small.len() > 20);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for mail in &small {
        for round in 0..24 {
            // Every second change hits the header, where little octets decide much.
            let header = mail.body_range().start + 400;
            let octets = if round % 2 == 0 {
                let (head, body) = mail.octets().split_at(header.min(mail.octets().len()));
                [&dice.bend(head), body].concat()
            } else {
                dice.bend(mail.octets())
            };
            let bent = Message::parse(mail.envelope().clone(), octets);
            let judgement = world.judge(bent.clone());
            let met = met_documents(&bent, &judgement);
            assert!(met.iter().all(|one| known.contains(one)), "{}", String::from_utf8_lossy(bent.octets()));
        }
    }
}

#[test]
fn no_change_to_a_signed_document_keeps_it_met_but_in_what_nobody_signs() {
    let world = World::default();
    let mut dice = Dice(0x0123_4567_89ab_cdef);
    let mut tolerated = 0;
    for (good, rounds) in [
        (genuine("15/QD-SNV"), 500),
        (document_of("01"), 150),
        (document_of("02"), 150),
        (document_of("03"), 200),
        (document_of("30"), 150),
        (document_of("36"), 150),
    ] {
        let envelope_of = if good == document_of("30") { "30" } else { "01" };
        let mut mail = Mail::new(&good);
        mail.envelope = sample(envelope_of).message().envelope().clone();
        let (digest, kept) = (Sha256::of(&good), signed(&good));
        for _ in 0..rounds {
            let bent = dice.bend(&good);
            if Sha256::of(&bent) == digest {
                continue;
            }
            mail.parts = vec![super::world::part("application/pdf", "attachment; filename=a.pdf", &bent)];
            let judgement = world.judge(mail.message());
            if judgement.documents.iter().any(|document| document.result == DocumentResult::Met) {
                tolerated += 1;
                assert!(signed(&bent) == kept, "{}", String::from_utf8_lossy(&bent));
            }
        }
    }
    println!("met all the same, changed only inside the signature value or at the end: {tolerated}");
}

#[test]
fn any_octets_at_all_end_in_a_verdict() {
    let world = World::default();
    let mut dice = Dice(77);
    for length in 0..200 {
        let octets: Vec<u8> = (0..length).map(|_| u8::try_from(dice.roll(256)).unwrap()).collect();
        let alone = dossier::examine_file("x", octets.clone(), &mut Budget::for_message());
        assert_eq!(alone.octets[0], octets);
        let verdict = world.judge(Message::parse(sample_envelope(), octets)).verdict;
        assert_ne!(verdict, Verdict::LegallyEquivalent);
    }
}

fn sample_envelope() -> dieu7::message::Envelope {
    Mail::new(b"x").envelope
}
