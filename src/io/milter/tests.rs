use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::*;
use crate::message::{Envelope, Header, Message};
use crate::milter::client::{Answer, Client, POSTFIX};
use crate::milter::{Actions, Change, Command, Decoder, Limits, Offer, Outcome, Response, Steps, Transaction};

/// Stamps with what it has seen; does by Subject what a handler may do wrong.
#[derive(Default)]
struct Stamper {
    begun: AtomicUsize,
    finished: AtomicUsize,
}

impl Handler for Stamper {
    async fn handle(&self, transaction: Transaction) -> Outcome {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let forged = transaction.headers.iter().filter(|header| header.name == b"Dieu7-Verdict").count();
        let truncated = transaction.truncated;
        let message = transaction.into_message();
        match message.values("Subject").next().unwrap_or_default() {
            b" panic" => panic!("a handler that panics"),
            b" slow" => sleep(Duration::from_millis(400)).await,
            b" never" => sleep(Duration::from_hours(1)).await,
            b" wait" => return Outcome::temp_fail("later"),
            _ => {}
        }
        self.finished.fetch_add(1, Ordering::SeqCst);
        let delete = |n: usize| Change::Delete {
            name: b"Dieu7-Verdict".to_vec(),
            index: u32::try_from(n).unwrap().try_into().unwrap(),
        };
        let envelope = message.envelope();
        let login = String::from_utf8_lossy(envelope.auth_login.as_deref().unwrap_or(b"-")).into_owned();
        let value = format!("{} {} {login} {truncated}", message.body().len(), envelope.recipients.len());
        let insert = Change::Insert { position: 0, name: b"Dieu7-Verdict".to_vec(), value: value.into_bytes() };
        Outcome::accept((1..=forged).map(delete).chain([insert]).collect())
    }
}

struct Running {
    folder: tempfile::TempDir,
    address: Option<SocketAddr>,
    handler: Arc<Stamper>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Stopped>,
}

impl Running {
    fn path(&self) -> PathBuf {
        self.folder.path().join("milter")
    }

    async fn client(&self) -> MtaClient {
        match self.address {
            Some(address) => MtaClient::inet(address, POSTFIX).await.unwrap(),
            None => MtaClient::unix(&self.path(), POSTFIX).await.unwrap(),
        }
    }

    async fn stop(self) -> Stopped {
        self.stop.send(()).unwrap();
        timeout(Duration::from_secs(10), self.task).await.unwrap().unwrap()
    }
}

fn quick() -> Settings {
    Settings { progress: Duration::from_millis(50), grace: Duration::from_secs(5), ..Settings::default() }
}

fn run(listener: Listener, folder: tempfile::TempDir, settings: Settings) -> Running {
    let (stop, stopped) = oneshot::channel();
    let handler = Arc::new(Stamper::default());
    let address = listener.address();
    let task = tokio::spawn(serve(listener, Arc::clone(&handler), settings, async {
        stopped.await.ok();
    }));
    Running { folder, address, handler, stop, task }
}

fn unix(settings: Settings) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let socket = UnixSocket { path: folder.path().join("milter"), mode: 0o600, group: None };
    run(Listener::unix(&socket).unwrap(), folder, settings)
}

async fn inet(settings: Settings, allow: &str) -> Running {
    let allow = AllowList::new(&[allow]).unwrap();
    let listener = Listener::inet("127.0.0.1:0".parse().unwrap(), allow).await.unwrap();
    run(listener, tempfile::tempdir().unwrap(), settings)
}

fn letter(subject: &str, body: usize) -> Message {
    let field = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    let headers = [
        field("Dieu7-Verdict", " forged 1"),
        field("From", " An <an@a.vn>"),
        field("Dieu7-Verdict", " forged 2"),
        field("Subject", &format!(" {subject}")),
        field("Dieu7-Verdict", " forged\r\n\t3"),
    ];
    let envelope = Envelope {
        client: Some(IpAddr::from([192, 0, 2, 1])),
        helo: b"client.example".to_vec(),
        mail_from: b"an@a.vn".to_vec(),
        recipients: vec![b"b@b.vn".to_vec(), b"c@c.vn".to_vec()],
        auth_login: Some(b"an".to_vec()),
        daemon_name: None,
        queue_id: Some(b"A1".to_vec()),
    };
    Message::rebuild(envelope, &headers, &vec![b'x'; body])
}

fn stamps(message: &Message) -> Vec<String> {
    message.values("Dieu7-Verdict").map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}

#[tokio::test]
async fn messages_over_both_kinds_of_socket_are_stamped_and_forged_stamps_are_gone() {
    for running in [unix(quick()), inet(quick(), "127.0.0.0/8").await] {
        let mut client = running.client().await;
        for body in [0, 10, 65_535, 200_000] {
            let delivered = client.send(&letter("hello", body)).await.unwrap();
            assert_eq!(delivered.answer, Answer::Accepted);
            assert_eq!(stamps(&delivered.message), [format!(" {body} 2 an false")]);
            assert!(delivered.message.octets().starts_with(b"Dieu7-Verdict: "));
            assert!(delivered.message.octets().ends_with(&vec![b'x'; body]));
        }
        client.quit().await.unwrap();
        assert_eq!(running.stop().await, Stopped { cut: 0 });
    }
}

#[tokio::test]
async fn peers_of_every_version_and_with_any_single_step_are_served() {
    let running = unix(quick());
    let offers = (2..=6).map(|version| Offer { version, steps: Steps(0x7f), ..POSTFIX });
    let single = (7..21).map(|bit| Offer { steps: Steps(1 << bit), ..POSTFIX });
    for offer in offers.chain(single) {
        let mut client = MtaClient::unix(&running.path(), offer).await.unwrap();
        for _ in 0..2 {
            let delivered = client.send(&letter("hello", 70_000)).await.unwrap();
            assert_eq!(stamps(&delivered.message), [" 70000 2 an false"], "{offer:?}");
        }
    }
}

#[tokio::test]
async fn a_slow_handler_keeps_its_peer_patient() {
    let running = unix(quick());
    let delivered = running.client().await.send(&letter("slow", 10)).await.unwrap();
    assert!(delivered.progress >= 3, "{}", delivered.progress);
    assert_eq!(delivered.answer, Answer::Accepted);
}

#[tokio::test]
async fn a_handler_that_panics_or_hangs_lets_the_message_wait_and_the_connection_go_on() {
    let running = unix(Settings { handling: Duration::from_millis(200), ..quick() });
    let mut client = running.client().await;
    for subject in ["panic", "never", "wait"] {
        let delivered = client.send(&letter(subject, 10)).await.unwrap();
        assert!(matches!(delivered.answer, Answer::Replied(line) if line.starts_with(b"451 4.3.0 ")));
        assert_eq!(stamps(&delivered.message).len(), 3);
        assert_eq!(client.send(&letter("hello", 10)).await.unwrap().answer, Answer::Accepted);
    }
}

#[tokio::test]
async fn a_message_over_the_limit_is_skipped_and_marked() {
    let limits = Limits { body: 100_000, ..Limits::default() };
    let running = unix(Settings { limits, ..quick() });
    for steps in [Steps::ALL, Steps::NONE, Steps::NO_REPLY_BODY] {
        let mut client = MtaClient::unix(&running.path(), Offer { steps, ..POSTFIX }).await.unwrap();
        let delivered = client.send(&letter("hello", 1_000_000)).await.unwrap();
        assert_eq!(stamps(&delivered.message), [" 0 2 an true"]);
        assert_eq!(stamps(&client.send(&letter("hello", 10)).await.unwrap().message), [" 10 2 an false"]);
    }
}

#[tokio::test]
async fn a_peer_that_talks_nonsense_loses_its_connection_and_others_notice_nothing() {
    let running = inet(quick(), "127.0.0.1").await;
    let mut good = running.client().await;
    let address = running.address.unwrap();
    for nonsense in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"\0\0\0\0",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x01Z",
        b"\0\0\0\x05Mi\0x\0",
        b"\0\0\0\x02Dx",
        b"\0\0\0\x03O\0\0",
    ] {
        let mut bad = TcpStream::connect(address).await.unwrap();
        bad.write_all(nonsense).await.unwrap();
        let mut answer = Vec::new();
        let closed = timeout(Duration::from_secs(5), bad.read_to_end(&mut answer)).await;
        assert!(closed.is_ok(), "{nonsense:?}");
        assert!(answer.is_empty());
        assert_eq!(good.send(&letter("hello", 10)).await.unwrap().answer, Answer::Accepted);
    }
}

#[tokio::test]
async fn a_bare_probe_is_no_error() {
    let running = inet(quick(), "127.0.0.1").await;
    for _ in 0..20 {
        drop(TcpStream::connect(running.address.unwrap()).await.unwrap());
    }
    assert_eq!(running.client().await.send(&letter("hello", 1)).await.unwrap().answer, Answer::Accepted);
    assert_eq!(running.stop().await, Stopped { cut: 0 });
}

#[tokio::test]
async fn a_peer_that_is_not_on_the_list_is_closed() {
    let running = inet(quick(), "192.0.2.1").await;
    let refused = MtaClient::inet(running.address.unwrap(), POSTFIX).await;
    assert!(matches!(refused, Err(MtaError::Closed | MtaError::Io(_))));
    assert_eq!(running.handler.begun.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_silent_peer_and_a_slow_message_lose_their_connection() {
    let idle = unix(Settings { idle: Duration::from_millis(100), ..quick() });
    let slow = unix(Settings { message: Duration::from_millis(150), ..quick() });
    let mut silent = UnixStream::connect(idle.path()).await.unwrap();
    let mut answer = Vec::new();
    assert!(timeout(Duration::from_secs(5), silent.read_to_end(&mut answer)).await.is_ok());

    let mut drip = UnixStream::connect(slow.path()).await.unwrap();
    drip.write_all(&Client::offer(POSTFIX)).await.unwrap();
    let started = started(&mut drip).await;
    drip.write_all(&started).await.unwrap();
    let dripped = async {
        loop {
            let mut octets = Vec::new();
            Command::Header { name: b"X", value: b" y" }.write(&mut octets);
            if drip.write_all(&octets).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(timeout(Duration::from_secs(5), dripped).await.is_ok());
    // Idle time is no part of the message's.
    let mut patient = slow.client().await;
    sleep(Duration::from_millis(300)).await;
    assert_eq!(patient.send(&letter("hello", 10)).await.unwrap().answer, Answer::Accepted);
}

/// Reads the answer to the offer; gives the commands that open a message.
async fn started(stream: &mut UnixStream) -> Vec<u8> {
    let mut decoder = Decoder::default();
    let answer = loop {
        assert!(stream.read_buf(decoder.room()).await.unwrap() > 0);
        if let Some(frame) = decoder.frame().unwrap() {
            break Response::read(frame).unwrap();
        }
    };
    let Response::Negotiate(answer) = answer else { panic!("{answer:?}") };
    let mut exchanges = Client::new(answer).exchanges(&letter("slow", 10));
    exchanges.truncate(5);
    exchanges.into_iter().flat_map(|exchange| exchange.octets).collect()
}

#[tokio::test]
async fn messages_under_way_are_finished_at_a_stop_and_idle_connections_are_closed() {
    let running = unix(quick());
    let path = running.path();
    let mut idle = running.client().await;
    assert_eq!(idle.send(&letter("hello", 10)).await.unwrap().answer, Answer::Accepted);
    let mut busy = running.client().await;
    let handler = Arc::clone(&running.handler);
    let under_way = tokio::spawn(async move {
        let delivered = busy.send(&letter("slow", 10)).await;
        (delivered, busy.send(&letter("hello", 10)).await)
    });
    while handler.begun.load(Ordering::SeqCst) < 2 {
        sleep(Duration::from_millis(5)).await;
    }
    let mut coming_in = UnixStream::connect(&path).await.unwrap();
    coming_in.write_all(&Client::offer(POSTFIX)).await.unwrap();
    let opening = started(&mut coming_in).await;
    coming_in.write_all(&opening).await.unwrap();
    sleep(Duration::from_millis(50)).await;

    let stopped = tokio::spawn(running.stop());
    while path.exists() {
        sleep(Duration::from_millis(5)).await;
    }
    sleep(Duration::from_millis(150)).await;
    assert!(idle.send(&letter("hello", 10)).await.is_err());
    assert!(UnixStream::connect(&path).await.is_err());
    let mut rest = Vec::new();
    Command::EndOfHeader.write(&mut rest);
    Command::EndOfBody(b"body").write(&mut rest);
    coming_in.write_all(&rest).await.unwrap();
    let mut answer = Vec::new();
    coming_in.read_to_end(&mut answer).await.unwrap();
    assert!(answer.ends_with(b"\0\0\0\x01a"));

    let (first, second) = under_way.await.unwrap();
    assert_eq!(first.unwrap().answer, Answer::Accepted);
    assert!(second.is_err());
    assert_eq!(stopped.await.unwrap(), Stopped { cut: 0 });
}

#[tokio::test]
async fn a_message_that_had_come_before_the_stop_is_finished() {
    let running = unix(quick());
    let mut stream = UnixStream::connect(running.path()).await.unwrap();
    stream.write_all(&Client::offer(POSTFIX)).await.unwrap();
    let mut message = started(&mut stream).await;
    Command::EndOfHeader.write(&mut message);
    Command::EndOfBody(b"body").write(&mut message);
    // The server is asleep, at rest, until this test waits.
    assert_eq!(stream.try_write(&message).unwrap(), message.len());
    assert_eq!(running.stop().await, Stopped { cut: 0 });
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.ends_with(b"\0\0\0\x01a"));
}

#[tokio::test]
async fn a_message_that_does_not_end_is_cut_at_the_end_of_the_grace() {
    let running = unix(Settings { grace: Duration::from_millis(100), ..quick() });
    let mut client = running.client().await;
    let handler = Arc::clone(&running.handler);
    let never = tokio::spawn(async move { client.send(&letter("never", 10)).await });
    while handler.begun.load(Ordering::SeqCst) < 1 {
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(running.stop().await, Stopped { cut: 1 });
    assert!(matches!(never.await.unwrap(), Err(MtaError::Closed | MtaError::Io(_))));
}

#[tokio::test]
async fn a_handler_finishes_what_it_has_begun_when_its_peer_hangs_up() {
    let running = unix(quick());
    let handler = Arc::clone(&running.handler);
    let mut client = running.client().await;
    let sending = tokio::spawn(async move { client.send(&letter("slow", 10)).await });
    while handler.begun.load(Ordering::SeqCst) < 1 {
        sleep(Duration::from_millis(5)).await;
    }
    sending.abort();
    let done = async {
        while handler.finished.load(Ordering::SeqCst) < 1 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), done).await.unwrap();
    assert_eq!(running.stop().await, Stopped { cut: 0 });
}

#[tokio::test]
async fn peers_that_hang_up_do_not_make_more_handlers_than_connections() {
    let running = unix(Settings { connections: 2, ..quick() });
    let handler = Arc::clone(&running.handler);
    for _ in 0..4 {
        let mut client = running.client().await;
        let begun = handler.begun.load(Ordering::SeqCst);
        let sending = tokio::spawn(async move { client.send(&letter("slow", 10)).await });
        while handler.begun.load(Ordering::SeqCst) == begun {
            sleep(Duration::from_millis(5)).await;
        }
        sending.abort();
        assert!(handler.begun.load(Ordering::SeqCst) - handler.finished.load(Ordering::SeqCst) <= 2);
    }
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_their_turn() {
    let running = unix(Settings { connections: 2, ..quick() });
    let (mut first, second) = (running.client().await, running.client().await);
    let path = running.path();
    let third = tokio::spawn(async move { MtaClient::unix(&path, POSTFIX).await?.send(&letter("hello", 1)).await });
    sleep(Duration::from_millis(100)).await;
    assert!(!third.is_finished());
    assert_eq!(first.send(&letter("hello", 1)).await.unwrap().answer, Answer::Accepted);
    second.quit().await.unwrap();
    assert_eq!(third.await.unwrap().unwrap().answer, Answer::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_messages_on_many_connections_are_all_stamped_with_their_own() {
    let running = unix(quick());
    let mut tasks = Vec::new();
    for connection in 0..20 {
        let mut client = running.client().await;
        tasks.push(tokio::spawn(async move {
            for message in 0..10 {
                let body = connection * 1_000 + message;
                let delivered = client.send(&letter("hello", body)).await.unwrap();
                assert_eq!(stamps(&delivered.message), [format!(" {body} 2 an false")]);
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(running.handler.finished.load(Ordering::SeqCst), 200);
}

#[tokio::test]
async fn an_observer_changes_nothing_even_if_its_handler_asks_for_it() {
    let running = unix(Settings { needed: Actions::NONE, ..quick() });
    let mut client = running.client().await;
    assert_eq!(client.terms().offer().actions, Actions::NONE);
    let delivered = client.send(&letter("hello", 10)).await.unwrap();
    assert_eq!((stamps(&delivered.message).len(), delivered.answer), (3, Answer::Accepted));
}
