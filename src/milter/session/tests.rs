mod limits;

use std::net::IpAddr;

use super::*;
use crate::message::Header;
use crate::milter::command::Peer;
use crate::milter::{Change, Decoder, Outcome};

const ADDRESS: Peer<'static> = Peer::Inet { family: b'4', port: 2525, address: b"192.0.2.1" };

fn small() -> Limits {
    Limits { body: 100, header_octets: 1_000, header_fields: 10, recipients: 3 }
}

fn agreed(limits: Limits, version: u32, steps: Steps) -> Session {
    let mut session = Session::new(limits, Actions::STAMP);
    let offer = Offer { version, actions: Actions(0x1ff), steps };
    assert!(matches!(session.step(Command::Negotiate(offer)), Ok(Step::Reply(Response::Negotiate(_)))));
    session
}

/// Agreed on everything; the MTA has a client.
fn idle(limits: Limits) -> Session {
    let mut session = agreed(limits, 6, Steps::ALL);
    macros(&mut session, Stage::Connect, b"{daemon_name}\0submission\0{client_addr}\x00192.0.2.9\0");
    say(&mut session, Command::Connect { host: b"client.example", peer: ADDRESS });
    say(&mut session, Command::Helo(b"client.example"));
    session
}

fn say(session: &mut Session, command: Command<'_>) -> Step {
    session.step(command).unwrap()
}

fn macros(session: &mut Session, stage: Stage, definitions: &[u8]) {
    assert_eq!(say(session, Command::Macros { stage: Some(stage), definitions }), Step::Silent);
}

fn mail(path: &[u8]) -> Command<'_> {
    Command::Mail { path, parameters: b"SIZE=100\0" }
}

fn rcpt(path: &[u8]) -> Command<'_> {
    Command::Recipient { path, parameters: b"" }
}

fn header<'a>(name: &'a [u8], value: &'a [u8]) -> Command<'a> {
    Command::Header { name, value }
}

/// MAIL to the end of the header.
fn open(session: &mut Session) {
    for command in [mail(b"<a@a.vn>"), rcpt(b"<b@b.vn>"), header(b"From", b" a@a.vn"), Command::EndOfHeader] {
        say(session, command);
    }
}

fn judged(session: &mut Session, last: &[u8]) -> Transaction {
    match say(session, Command::EndOfBody(last)) {
        Step::Judge(transaction) => *transaction,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_transaction_holds_what_was_told_octet_by_octet() {
    let mut session = idle(Limits::default());
    macros(&mut session, Stage::Mail, b"{auth_authen}\0an\xff\0{auth_type}\0PLAIN\0");
    say(&mut session, mail(b"<a\xe9@a.vn>"));
    say(&mut session, rcpt(b"<b@b.vn>"));
    say(&mut session, rcpt(b"c@c.vn"));
    say(&mut session, header(b"Subject", b" \xff\n\tfolded"));
    say(&mut session, header(b"X-Nul", b" a\0b"));
    say(&mut session, Command::EndOfHeader);
    say(&mut session, Command::Body(b"one\r\n"));
    macros(&mut session, Stage::EndOfBody, b"i\0A1B2\0");
    let transaction = judged(&mut session, b"two\r\n");
    assert_eq!(
        transaction,
        Transaction {
            envelope: crate::message::Envelope {
                client: Some(IpAddr::from([192, 0, 2, 1])),
                helo: b"client.example".to_vec(),
                mail_from: b"a\xe9@a.vn".to_vec(),
                recipients: vec![b"b@b.vn".to_vec(), b"c@c.vn".to_vec()],
                auth_login: Some(b"an\xff".to_vec()),
                daemon_name: Some(b"submission".to_vec()),
                queue_id: Some(b"A1B2".to_vec()),
            },
            headers: vec![
                Header { name: b"Subject".to_vec(), value: b" \xff\n\tfolded".to_vec() },
                Header { name: b"X-Nul".to_vec(), value: b" a\0b".to_vec() },
            ],
            body: b"one\r\ntwo\r\n".to_vec(),
            truncated: false,
            leading_space: true,
        }
    );
    assert_eq!(transaction.into_message().octets(), b"Subject: \xff\r\n\tfolded\r\nX-Nul: a\0b\r\n\r\none\r\ntwo\r\n");
}

#[test]
fn without_leading_space_each_value_gets_its_one_space_back() {
    let mut session = agreed(small(), 6, Steps(Steps::ALL.0 & !Steps::LEADING_SPACE.0));
    say(&mut session, Command::Connect { host: b"h", peer: ADDRESS });
    say(&mut session, mail(b"<>"));
    say(&mut session, rcpt(b"<b@b.vn>"));
    say(&mut session, header(b"A", b"v"));
    say(&mut session, header(b"B", b" two"));
    say(&mut session, Command::EndOfHeader);
    let message = judged(&mut session, b"").into_message();
    assert_eq!(message.octets(), b"A: v\r\nB:  two\r\n\r\n");
    assert!(message.envelope().mail_from.is_empty());
}

#[test]
fn the_client_address_is_taken_from_the_macro_only_where_the_command_has_none() {
    for (peer, expected) in [
        (Peer::Unknown, [192, 0, 2, 9]),
        (Peer::Local(b"/socket"), [192, 0, 2, 9]),
        (Peer::Inet { family: b'4', port: 0, address: b"203.0.113.5" }, [203, 0, 113, 5]),
    ] {
        let mut session = agreed(small(), 6, Steps::ALL);
        macros(&mut session, Stage::Connect, b"{client_addr}\x00192.0.2.9\0");
        say(&mut session, Command::Connect { host: b"h", peer });
        open(&mut session);
        assert_eq!(judged(&mut session, b"").envelope.client, Some(IpAddr::from(expected)));
    }
}

/// Every command that can be declared to get no reply, with what must be said before it.
fn silenced() -> Vec<(Steps, Vec<Command<'static>>, Command<'static>)> {
    let connect = Command::Connect { host: b"h", peer: ADDRESS };
    let (sender, recipient) = (mail(b"<a@a.vn>"), rcpt(b"<b@b.vn>"));
    let (data, field) = (Command::Data, header(b"A", b" v"));
    vec![
        (Steps::NO_REPLY_CONNECT, vec![], connect),
        (Steps::NO_REPLY_HELO, vec![connect], Command::Helo(b"h")),
        (Steps::NO_REPLY_MAIL, vec![connect], sender),
        (Steps::NO_REPLY_RECIPIENT, vec![connect, sender], recipient),
        (Steps::NO_REPLY_DATA, vec![connect, sender, recipient], data),
        (Steps::NO_REPLY_UNKNOWN, vec![connect], Command::Unknown(b"XYZZY")),
        (Steps::NO_REPLY_HEADER, vec![connect, sender, recipient], field),
        (Steps::NO_REPLY_END_OF_HEADER, vec![connect, sender, recipient, field], Command::EndOfHeader),
        (Steps::NO_REPLY_BODY, vec![connect, sender, recipient, Command::EndOfHeader], Command::Body(b"x")),
    ]
}

#[test]
fn a_command_gets_no_reply_where_that_was_agreed_on_and_exactly_one_elsewhere() {
    for (step, before, command) in silenced() {
        let others = Steps(Steps::ALL.0 & !step.0);
        for (offered, silent) in [(step, true), (others, false), (Steps::NONE, false), (Steps(step.0 | 0x1), true)] {
            let mut session = agreed(small(), 6, offered);
            for said in &before {
                say(&mut session, *said);
            }
            let expected = if silent { Step::Silent } else { Step::Reply(Response::Continue) };
            assert_eq!(say(&mut session, command), expected, "{command:?}, offered {offered:?}");
        }
    }
}

#[test]
fn with_all_steps_offered_only_body_and_end_of_message_are_answered() {
    for (step, before, command) in silenced() {
        let mut session = agreed(small(), 6, Steps::ALL);
        for said in before {
            say(&mut session, said);
        }
        assert_eq!(matches!(say(&mut session, command), Step::Reply(_)), step == Steps::NO_REPLY_BODY);
    }
}

#[test]
fn abort_and_macros_and_new_connection_never_get_a_reply() {
    for steps in [Steps::NONE, Steps::ALL] {
        let mut session = agreed(small(), 6, steps);
        for command in [
            Command::Macros { stage: Some(Stage::Connect), definitions: b"" },
            Command::Macros { stage: None, definitions: b"i\0x\0" },
            Command::Abort,
            Command::QuitNewConnection,
        ] {
            assert_eq!(say(&mut session, command), Step::Silent);
        }
    }
}

#[test]
fn older_peers_are_answered_at_every_step() {
    for version in 2..=5 {
        let mut session = agreed(small(), version, Steps(0x7f));
        assert_eq!(session.terms().offer(), Offer { version, actions: Actions::STAMP, steps: Steps::NONE });
        let connect = Command::Connect { host: b"h", peer: ADDRESS };
        let message = [mail(b"<>"), rcpt(b"<b@b.vn>"), Command::Data, header(b"A", b"v"), Command::EndOfHeader];
        for command in [connect].into_iter().chain(message) {
            assert_eq!(say(&mut session, command), Step::Reply(Response::Continue));
        }
        assert_eq!(say(&mut session, Command::Body(b"x")), Step::Reply(Response::Continue));
        assert_eq!(judged(&mut session, b"").body, b"x");
    }
}

#[test]
fn commands_before_negotiation_are_nonsense() {
    let definitions = b"{auth_authen}\0root\0";
    for command in [
        Command::Macros { stage: Some(Stage::Connect), definitions },
        Command::Connect { host: b"h", peer: ADDRESS },
        Command::Helo(b"h"),
        mail(b"<>"),
        Command::EndOfBody(b""),
        Command::Abort,
    ] {
        let mut session = Session::new(small(), Actions::STAMP);
        assert_eq!(session.step(command), Err(Nonsense::OutOfOrder("before negotiation")));
    }
    assert_eq!(Session::new(small(), Actions::STAMP).step(Command::Quit), Ok(Step::Close));
}

#[test]
fn commands_out_of_order_are_nonsense() {
    let connect = Command::Connect { host: b"h", peer: ADDRESS };
    let (sender, recipient, eoh) = (mail(b"<a@a.vn>"), rcpt(b"<b@b.vn>"), Command::EndOfHeader);
    let (field, end) = (header(b"A", b" v"), Command::EndOfBody(b""));
    let negotiate = Command::Negotiate(Offer { version: 6, actions: Actions(0x1ff), steps: Steps::ALL });
    for (before, command) in [
        (vec![], negotiate),
        (vec![], Command::Helo(b"h")),
        (vec![], sender),
        (vec![connect], connect),
        (vec![connect], recipient),
        (vec![connect], field),
        (vec![connect], eoh),
        (vec![connect], Command::Body(b"x")),
        (vec![connect], end),
        (vec![connect, sender], Command::Data),
        (vec![connect, sender], field),
        (vec![connect, sender], end),
        (vec![connect, sender, recipient], end),
        (vec![connect, sender, recipient, field], recipient),
        (vec![connect, sender, recipient, field], Command::Data),
        (vec![connect, sender, recipient, field], Command::Body(b"x")),
        (vec![connect, sender, recipient, field], end),
        (vec![connect, sender, recipient, eoh], field),
        (vec![connect, sender, recipient, eoh], eoh),
        (vec![connect, sender, recipient, eoh], recipient),
        (vec![connect, sender, recipient, eoh, end], end),
        (vec![connect, sender, recipient, eoh, Command::Abort], end),
        (vec![connect, sender, Command::QuitNewConnection], sender),
    ] {
        let mut session = agreed(small(), 6, Steps::ALL);
        for said in &before {
            say(&mut session, *said);
        }
        assert!(matches!(session.step(command), Err(Nonsense::OutOfOrder(_))), "{command:?} after {before:?}");
    }
}

#[test]
fn two_messages_on_one_connection_do_not_mix() {
    let mut session = idle(Limits::default());
    macros(&mut session, Stage::Mail, b"{auth_authen}\0an\0");
    open(&mut session);
    say(&mut session, Command::Body(b"first"));
    macros(&mut session, Stage::EndOfBody, b"i\0ONE\0");
    let first = judged(&mut session, b"").envelope;
    open(&mut session);
    let second = judged(&mut session, b"second");
    assert_eq!((first.auth_login.as_deref(), first.queue_id.as_deref()), (Some(&b"an"[..]), Some(&b"ONE"[..])));
    assert_eq!((second.envelope.auth_login, second.envelope.queue_id), (None, None));
    assert_eq!(second.envelope.daemon_name.as_deref(), Some(&b"submission"[..]));
    assert_eq!(second.envelope.recipients.len(), 1);
    assert_eq!(second.body, b"second");
}

#[test]
fn macros_announced_for_an_aborted_message_do_not_reach_the_next() {
    let mut session = idle(Limits::default());
    macros(&mut session, Stage::Mail, b"{auth_authen}\0an\0");
    open(&mut session);
    macros(&mut session, Stage::EndOfBody, b"i\0ONE\0");
    say(&mut session, Command::Abort);
    open(&mut session);
    let envelope = judged(&mut session, b"").envelope;
    assert_eq!((envelope.auth_login, envelope.queue_id), (None, None));
}

#[test]
fn macros_for_the_next_sender_say_nothing_about_the_open_message() {
    let mut session = idle(Limits::default());
    open(&mut session);
    macros(&mut session, Stage::Mail, b"{auth_authen}\0an\0");
    assert_eq!(judged(&mut session, b"").envelope.auth_login, None);
}

#[test]
fn a_new_sender_or_helo_drops_the_open_message() {
    let mut session = idle(Limits::default());
    open(&mut session);
    say(&mut session, Command::Body(b"first"));
    open(&mut session);
    assert_eq!(judged(&mut session, b"second").body, b"second");
    open(&mut session);
    say(&mut session, Command::Helo(b"again"));
    assert!(session.at_rest());
    open(&mut session);
    assert_eq!(judged(&mut session, b"").envelope.helo, b"again");
}

#[test]
fn a_new_connection_forgets_the_client_and_keeps_the_terms() {
    let mut session = idle(Limits::default());
    let terms = *session.terms();
    open(&mut session);
    say(&mut session, Command::QuitNewConnection);
    say(&mut session, Command::Connect { host: b"other", peer: Peer::Unknown });
    open(&mut session);
    let envelope = judged(&mut session, b"").envelope;
    assert_eq!((envelope.client, envelope.daemon_name, envelope.helo), (None, None, vec![]));
    assert_eq!(*session.terms(), terms);
}
