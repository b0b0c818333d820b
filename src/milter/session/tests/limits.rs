//! Limits, hostile peers, and what is left at the MTA.

use super::*;

#[test]
fn a_body_over_the_limit_is_skipped_and_remembered() {
    let mut session = idle(small());
    open(&mut session);
    assert_eq!(say(&mut session, Command::Body(&[b'x'; 100])), Step::Reply(Response::Continue));
    assert_eq!(say(&mut session, Command::Body(b"y")), Step::Reply(Response::Skip));
    // A piece that would fit again must not make a message with a hole.
    assert_eq!(say(&mut session, Command::Body(b"z")), Step::Reply(Response::Skip));
    let transaction = judged(&mut session, b"end");
    assert!(transaction.truncated);
    assert!(transaction.body.is_empty());
    assert_eq!(transaction.headers.len(), 1);
    open(&mut session);
    assert!(!judged(&mut session, b"fine").truncated);
}

#[test]
fn a_body_is_over_the_limit_by_its_last_piece_too() {
    let mut session = idle(small());
    open(&mut session);
    say(&mut session, Command::Body(&[b'x'; 100]));
    assert!(judged(&mut session, b"y").truncated);
}

#[test]
fn a_body_over_the_limit_is_swallowed_where_skip_is_not_understood() {
    for (steps, expected) in [(Steps::NONE, Step::Reply(Response::Continue)), (Steps::NO_REPLY_BODY, Step::Silent)] {
        let mut session = agreed(small(), 6, steps);
        say(&mut session, Command::Connect { host: b"h", peer: ADDRESS });
        open(&mut session);
        assert_eq!(say(&mut session, Command::Body(&[0; 101])), expected);
        assert!(judged(&mut session, b"").truncated);
    }
}

#[test]
fn a_recipient_over_the_limit_marks_the_message() {
    let mut session = idle(small());
    say(&mut session, mail(b"<a@a.vn>"));
    for path in [&b"<1@b.vn>"[..], b"<2@b.vn>", b"<3@b.vn>", b"<4@b.vn>"] {
        assert_eq!(say(&mut session, rcpt(path)), Step::Silent);
    }
    say(&mut session, Command::EndOfHeader);
    let transaction = judged(&mut session, b"");
    assert!(transaction.truncated);
    assert_eq!(transaction.envelope.recipients.len(), 3);
}

#[test]
fn a_path_of_absurd_length_marks_the_message() {
    let path = [b'a'; crate::milter::transaction::PATH_MAX + 1];
    for (sender, recipient) in [(&path[..], &b"<b@b.vn>"[..]), (b"<a@a.vn>", &path)] {
        let mut session = idle(small());
        say(&mut session, mail(sender));
        say(&mut session, rcpt(recipient));
        say(&mut session, Command::EndOfHeader);
        assert!(judged(&mut session, b"").truncated);
    }
}

#[test]
fn a_header_value_that_would_begin_another_field_marks_the_message() {
    for (value, marked) in [
        (&b" a\nFrom: other@a.vn"[..], true),
        (b" a\r\n\r\nbody", true),
        (b" a\n", true),
        (b" a\n\tb\r\n c", false),
        (b" a\rb", false),
        (b"", false),
    ] {
        let mut session = idle(small());
        say(&mut session, mail(b"<a@a.vn>"));
        say(&mut session, rcpt(b"<b@b.vn>"));
        say(&mut session, header(b"Subject", value));
        say(&mut session, Command::EndOfHeader);
        assert_eq!(judged(&mut session, b"").truncated, marked, "{value:?}");
    }
}

#[test]
fn of_a_header_over_its_limits_all_names_are_kept_so_that_forged_stamps_can_go() {
    let fields_8_000 = vec![(&b"X"[..], &b" y"[..]); 8_000];
    let long = vec![b'a'; 60_000];
    let octets = vec![(&b"X"[..], &long[..]); 100];
    for fields in [fields_8_000, octets] {
        let mut session = idle(Limits::default());
        say(&mut session, mail(b"<a@a.vn>"));
        say(&mut session, rcpt(b"<b@b.vn>"));
        let count = fields.len();
        for (name, value) in fields {
            say(&mut session, header(name, value));
        }
        say(&mut session, header(b"Dieu7-Verdict", b" forged"));
        say(&mut session, Command::EndOfHeader);
        let transaction = judged(&mut session, b"");
        assert!(transaction.truncated);
        assert_eq!(transaction.headers.len(), count + 1);
        assert_eq!(transaction.headers.last().unwrap().name, b"Dieu7-Verdict");
    }
}

#[test]
fn a_header_of_more_names_than_are_kept_lets_the_message_wait_and_the_connection_go_on() {
    let fields = vec![(&b"X"[..], &b" y"[..]); 100_001];
    let name = vec![b'n'; 60_000];
    let names = vec![(&name[..], &b" y"[..]); 200];
    for fields in [fields, names] {
        let mut session = idle(Limits::default());
        say(&mut session, mail(b"<a@a.vn>"));
        say(&mut session, rcpt(b"<b@b.vn>"));
        for (name, value) in fields {
            assert_eq!(say(&mut session, header(name, value)), Step::Silent);
        }
        say(&mut session, Command::EndOfHeader);
        let step = say(&mut session, Command::EndOfBody(b""));
        assert!(matches!(step, Step::Reply(Response::ReplyCode(line)) if line.starts_with(b"451 4.3.0 ")));
        open(&mut session);
        assert!(!judged(&mut session, b"").truncated);
    }
}

#[test]
fn a_header_field_of_60_kb_is_kept_whole() {
    let mut session = idle(Limits::default());
    say(&mut session, mail(b"<a@a.vn>"));
    say(&mut session, rcpt(b"<b@b.vn>"));
    say(&mut session, header(b"Subject", &vec![b'a'; 60_000]));
    say(&mut session, Command::EndOfHeader);
    assert_eq!(judged(&mut session, b"").headers[0].value.len(), 60_000);
}

#[test]
fn more_macros_than_any_mta_has_are_nonsense() {
    let mut session = idle(small());
    let definitions = [b"i\0".to_vec(), vec![b'x'; MACROS_MAX], b"\0".to_vec()].concat();
    let command = Command::Macros { stage: Some(Stage::Mail), definitions: &definitions };
    assert!(matches!(session.step(command), Err(Nonsense::Macros(_))));
}

#[test]
fn a_peer_without_the_needed_changes_is_refused() {
    let mut session = Session::new(small(), Actions::STAMP);
    let offer = Offer { version: 6, actions: Actions::NONE, steps: Steps::ALL };
    assert!(matches!(session.step(Command::Negotiate(offer)), Err(Nonsense::Disagreement(_))));
    let mut observer = Session::new(small(), Actions::NONE);
    assert!(observer.step(Command::Negotiate(offer)).is_ok());
}

#[test]
fn forged_fields_are_all_gone_at_the_mta_after_the_outcome() {
    use crate::message::{Envelope, Message};
    use crate::milter::client::{Client, POSTFIX};
    let terms = Terms::answer(POSTFIX, Actions::STAMP).unwrap();
    let forged = (1..=5).map(|n| Header { name: b"Dieu7-Verdict".to_vec(), value: format!(" {n}").into_bytes() });
    let fields: Vec<Header> = forged.collect();
    let message = Message::rebuild(Envelope::default(), &fields, b"body");
    let mut changes: Vec<Change> =
        (1..=5u32).map(|n| Change::Delete { name: b"dieu7-verdict".to_vec(), index: n.try_into().unwrap() }).collect();
    let insert = |value: &[u8]| Change::Insert { position: 0, name: b"Dieu7-Verdict".to_vec(), value: value.to_vec() };
    changes.extend([insert(b"one"), insert(b"two;\r\n\tfolded")]);
    let stamped = Client::new(terms.offer()).apply(&message, &Outcome::accept(changes).responses(&terms));
    assert_eq!(stamped.octets(), b"Dieu7-Verdict: one\r\nDieu7-Verdict: two;\r\n\tfolded\r\n\r\nbody");
}

/// Numbers that look random and are the same in every run (xorshift).
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[test]
fn no_octets_bring_the_session_down_or_let_it_grow() {
    let letters = b"ABCDEHKLMNOQRTUABDLLMRRXZ\0\xff";
    let mut judged = 0;
    for seed in 1..3_000 {
        let mut noise = Noise(0x9e37_79b9_7f4a_7c15 ^ seed);
        let steps = Steps(u32::try_from(noise.below(1 << 21)).unwrap());
        let mut session = agreed(small(), 6, steps);
        let mut decoder = Decoder::default();
        let plausible = [&b"CRMLNBE"[..], b"CHMRRLLNBBE", b"CMRTNEMRNE", b"CMRAMRNBEK"];
        let mut script = plausible[noise.below(4)].iter();
        'peer: for _ in 0..40 {
            let code = match script.next() {
                Some(code) if noise.below(20) > 0 => *code,
                _ => letters[noise.below(letters.len())],
            };
            let mut payload: Vec<u8> = match code {
                b'C' => b"h\x004\0\x19192.0.2.1\0".to_vec(),
                b'D' => b"Mi\0x\0".to_vec(),
                b'L' => b"X\0y\0".to_vec(),
                b'M' | b'R' | b'H' => b"<a>\0".to_vec(),
                _ => vec![b'x'; noise.below(60)],
            };
            if noise.below(30) == 0 && !payload.is_empty() {
                let at = noise.below(payload.len());
                payload[at] = u8::try_from(noise.below(256)).unwrap();
            }
            let length = u32::try_from(payload.len() + 1 + usize::from(noise.below(50) == 0)).unwrap();
            decoder.room().extend_from_slice(&[&length.to_be_bytes()[..], &[code], &payload].concat());
            loop {
                let step = match decoder.frame() {
                    Ok(Some(frame)) => session.take(frame),
                    Ok(None) => break,
                    Err(_) => break 'peer,
                };
                match step {
                    Ok(Step::Judge(transaction)) => {
                        assert!(transaction.body.len() <= 100 && transaction.headers.len() <= 10);
                        assert!(transaction.envelope.recipients.len() <= 3);
                        judged += 1;
                    }
                    Ok(Step::Reply(_) | Step::Silent) => {}
                    Ok(Step::Close) | Err(_) => break 'peer,
                }
            }
        }
    }
    assert!(judged > 100, "the noise must reach the end of messages, {judged}");
}
