//! Folder, cache and web together: what is asked, how often, and what becomes of the answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use dieu7::evidence::{Answer, Failure, Need, Piece};
use dieu7::gateway::{FETCHES, Fetches, Gather as _};
use dieu7::io::cache::{Cache, Dates, Inquiry, Record, list as listed};
use dieu7::io::fetch::{Client, Limits, Validators};
use dieu7::io::gather::{Sources, Web, refresh};
use dieu7::io::sources::DropFolder;
use dieu7::settings::Settings;
use dieu7::time::UnixTime;

use crate::attacks::forge::{self, Key};
use crate::ocsp::responses;
use crate::support::web::{Names, Server, Step, answer, head, ok};

const NOW: i64 = 1_800_000_000;
const HOUR: Duration = Duration::from_hours(1);

fn now() -> UnixTime {
    UnixTime::from_seconds(NOW)
}

fn issuer() -> Vec<u8> {
    forge::certificate("intermediates/gov-issuing").subject().der().to_vec()
}

/// A list of the Government's issuing CA, made so many seconds before now.
fn list(age: i64) -> Vec<u8> {
    let time = |at: i64| UnixTime::from_seconds(at).to_string().replace(['-', ':', 'T'], "");
    let (made, next) = (time(NOW - age), time(NOW - age + 7 * 86_400));
    forge::crl(&issuer(), &Key::of("gov-issuing"), &made, Some(&next), false)
}

fn lists_at(points: &[String]) -> Need {
    Need::Crl { issuer: issuer(), key: Key::of("gov-issuing").spki(), points: points.to_vec() }
}

fn responses_at(serial: u8, responders: &[String]) -> Need {
    Need::Ocsp {
        issuer: issuer(),
        key: Key::of("gov-issuing").spki(),
        serial: vec![serial],
        responders: responders.to_vec(),
    }
}

/// What the Government's issuing CA says of the first certificates that it issued.
fn response() -> Vec<u8> {
    let (ca, key) = (forge::certificate("intermediates/gov-issuing"), Key::of("gov-issuing"));
    let about = |serial| responses::Answer::on(&[serial], &ca, responses::good());
    responses::Response { answers: (0..20).map(about).collect(), ..responses::Response::of(&key, &ca, about(0)) }.der()
}

struct Site {
    sources: Sources,
    folder: tempfile::TempDir,
}

impl Site {
    fn new(servers: &[&Server]) -> Self {
        Self::with(servers, Cache::in_memory(64 << 20), now, Duration::from_secs(20))
    }

    fn with(servers: &[&Server], cache: Cache, clock: fn() -> UnixTime, total: Duration) -> Self {
        let hosts: Vec<String> = servers.iter().map(|server| format!("\"ca.test:{}\"", server.port)).collect();
        let text = format!("[revocation]\nhosts = [{}]", hosts.join(", "));
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::read(&text, folder.path()).unwrap().revocation;
        let limits = Limits { total, ..Limits::default() };
        let client = Client::with(&settings, limits, Arc::new(Names::loopback()));
        let web = Web::new(Some(client), cache, HOUR, clock);
        Self { sources: Sources::new(DropFolder::new(folder.path().to_owned()), web), folder }
    }

    async fn ask(&self, need: Need) -> Answer {
        let answers = self.sources.gather(vec![need.clone()]).await;
        let [(answered, answer)] = <[_; 1]>::try_from(answers).unwrap();
        assert_eq!(answered, need);
        answer
    }

    async fn pieces(&self, need: Need) -> Vec<Piece> {
        let answer = self.ask(need).await;
        assert!(!answer.pieces.is_empty(), "{answer:?}");
        answer.pieces
    }
}

#[tokio::test]
async fn a_thousand_messages_of_one_signer_are_one_fetch() {
    let server = Server::always(ok(&list(60))).await;
    let site = Arc::new(Site::new(&[&server]));
    let need = lists_at(&[server.at("ca.test", "/x.crl")]);
    let mut messages = tokio::task::JoinSet::new();
    for _ in 0..500 {
        let (site, need) = (Arc::clone(&site), need.clone());
        messages.spawn(async move { site.pieces(need).await.remove(0) });
    }
    let first = messages.join_next().await.unwrap().unwrap();
    assert_eq!((first.source.as_str(), first.taken), (server.at("ca.test", "/x.crl").as_str(), Some(now())));
    for piece in messages.join_all().await {
        assert!(Arc::ptr_eq(&piece.octets, &first.octets), "shared, not copied");
    }
    for _ in 0..500 {
        assert!(Arc::ptr_eq(&site.pieces(need.clone()).await[0].octets, &first.octets));
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_thousand_messages_of_one_signer_ask_its_responder_once() {
    let server = Server::always(ok(&response())).await;
    let site = Arc::new(Site::new(&[&server]));
    let mut messages = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let (site, need) = (Arc::clone(&site), responses_at(1, &[server.at("ca.test", "/")]));
        messages.spawn(async move { site.pieces(need).await });
    }
    assert!(messages.join_all().await.iter().all(|pieces| **pieces[0].octets == *response()));
    assert_eq!(server.asked().len(), 1);
    site.pieces(responses_at(2, &[server.at("ca.test", "/")])).await;
    assert_eq!(server.asked().len(), 2, "another certificate is another question");
}

#[tokio::test]
async fn a_list_in_the_folder_that_is_new_enough_is_not_asked_for() {
    let server = Server::always(ok(&list(60))).await;
    let site = Site::new(&[&server]);
    let need = lists_at(&[server.at("ca.test", "/x.crl")]);
    std::fs::write(site.folder.path().join("a.crl"), list(120)).unwrap();
    let pieces = site.pieces(need.clone()).await;
    assert_eq!((pieces.len(), pieces[0].source.as_str()), (1, "a.crl"));
    assert!(server.asked().is_empty());
    // An older one, or one of a CA with the same name, is used, too, but a newer one is asked for.
    let site = Site::new(&[&server]);
    std::fs::write(site.folder.path().join("a.crl"), list(7200)).unwrap();
    assert_eq!(site.pieces(need.clone()).await.len(), 2);
    assert_eq!(server.asked().len(), 1);
    let site = Site::new(&[&server]);
    let made = now().plus(-120).to_string().replace(['-', ':', 'T'], "");
    let of_another = forge::crl(&issuer(), &Key::of("untrusted-root"), &made, Some("20991231000000Z"), false);
    std::fs::write(site.folder.path().join("a.crl"), of_another).unwrap();
    assert_eq!(site.pieces(need).await.len(), 2);
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn what_failed_is_said_and_not_asked_again_for_a_while() {
    let server = Server::always(vec![answer("404 Not Found", &[], b"")]).await;
    let site = Site::new(&[&server]);
    let points = [server.at("ca.test", "/x.crl"), "ldap://ca.test/x".to_owned(), "http://10.0.0.1:25/".to_owned()];
    for _ in 0..3 {
        let Answer { pieces, tried } = site.ask(lists_at(&points)).await;
        assert!(pieces.is_empty());
        // The folder was looked into first.
        let [_, asked @ ..] = &tried[..] else { panic!("{tried:?}") };
        let sources: Vec<&str> = asked.iter().map(|attempt| attempt.source.as_str()).collect();
        assert_eq!(sources, points);
        let failed = |at: usize| match &asked[at].failure {
            Failure::Remembered { before } => (**before).clone(),
            failure => failure.clone(),
        };
        let expected =
            [Failure::Status { status: 404 }, Failure::Scheme { scheme: "ldap".into() }, Failure::Port { port: 25 }];
        assert_eq!([failed(0), failed(1), failed(2)], expected);
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_server_where_nobody_answers_costs_its_time_once_for_all_its_addresses() {
    let dead = Server::always(vec![]).await;
    let port = dead.port;
    let site = Site::new(&[&dead]);
    drop(dead);
    let at = |path: &str| [format!("http://ca.test:{port}{path}")];
    // Until the listener is gone.
    let mut first = site.ask(lists_at(&at("/0"))).await;
    for n in 1_u32.. {
        if matches!(first.tried[1].failure, Failure::Connect { .. }) {
            break;
        }
        first = site.ask(lists_at(&at(&format!("/{n}")))).await;
    }
    let second = site.ask(responses_at(1, &at("/ocsp"))).await;
    let Failure::Remembered { before } = &second.tried[1].failure else { panic!("{second:?}") };
    assert!(matches!(**before, Failure::Connect { .. }), "{before:?}");
}

#[tokio::test]
async fn a_message_waits_only_so_long_for_all_its_rounds_together() {
    let stalled = Server::always(vec![Step::Stall]).await;
    let site = Site::new(&[&stalled]);
    let sources = site.sources.clone().within(Duration::from_millis(50));
    let fetches = Fetches::default();
    let late = Failure::Deadline { milliseconds: 50 };
    for (need, path) in
        [(lists_at(&[stalled.at("ca.test", "/a")]), "/a"), (responses_at(1, &[stalled.at("ca.test", "/b")]), "/b")]
    {
        let answers = sources.gather_within(vec![need], &fetches).await;
        assert_eq!(answers[0].1.tried[1].failure, late, "{path}");
    }
    // Another message begins anew, and its own time runs.
    let again = sources.gather_within(vec![lists_at(&[stalled.at("ca.test", "/c")])], &Fetches::default()).await;
    assert_eq!(again[0].1.tried[1].failure, late);
    assert!(stalled.asked().iter().any(|asked| asked.line().contains("/c")));
}

#[tokio::test]
async fn what_is_no_list_or_no_response_is_not_handed_over() {
    let server = Server::start(|n, _| match n {
        0 => ok(b"\x30\x03no list"),
        1 => ok(&[0x30, 3, 0x0a, 1, 6]),
        _ => ok(&response()),
    })
    .await;
    let site = Site::new(&[&server]);
    // What failed is left alone, so each has an address of its own.
    let at = |path: &str| [server.at("ca.test", path)];
    assert!(site.ask(lists_at(&at("/0"))).await.pieces.is_empty());
    assert!(site.ask(responses_at(1, &at("/1"))).await.pieces.is_empty());
    // A response about others is no answer either.
    assert!(site.ask(responses_at(99, &at("/2"))).await.pieces.is_empty());
    assert_eq!(site.pieces(responses_at(2, &at("/3"))).await.len(), 1);
}

#[tokio::test]
async fn a_message_asks_only_so_many_addresses_in_all_its_rounds() {
    let server = Server::always(ok(&response())).await;
    let site = Site::new(&[&server]);
    let fetches = Fetches::default();
    let round = |from: u8, to: u8| (from..to).map(|n| responses_at(n, &[server.at("ca.test", "/")])).collect();
    site.sources.gather_within(round(0, 10), &fetches).await;
    let second = site.sources.gather_within(round(10, 20), &fetches).await;
    assert_eq!(server.asked().len(), FETCHES);
    let refused = second.iter().filter(|(_, answer)| answer.pieces.is_empty()).count();
    assert_eq!(refused, 20 - FETCHES);
    // What is known costs nothing, and another message asks again.
    site.sources.gather_within(round(0, 20), &fetches).await;
    assert_eq!(server.asked().len(), FETCHES);
    site.sources.gather(round(0, 20)).await;
    assert_eq!(server.asked().len(), 20);
}

#[tokio::test]
async fn an_older_list_than_before_is_handed_over_but_does_not_drive_out_the_newer() {
    static CLOCK: AtomicI64 = AtomicI64::new(NOW);
    let server = Server::start(|n, _| if n == 0 { ok(&list(60)) } else { ok(&list(7200)) }).await;
    let clock = || UnixTime::from_seconds(CLOCK.load(Ordering::SeqCst));
    let site = Site::with(&[&server], Cache::in_memory(1 << 20), clock, Duration::from_secs(20));
    let need = lists_at(&[server.at("ca.test", "/x.crl")]);
    let newer = site.pieces(need.clone()).await.remove(0);
    CLOCK.fetch_add(3600, Ordering::SeqCst);
    let both = site.pieces(need.clone()).await;
    assert_eq!((both.len(), &both[0].octets, &**both[1].octets), (2, &newer.octets, &*list(7200)));
    assert_eq!(server.asked().len(), 2);
    let kept = site.pieces(need).await;
    assert_eq!((kept.len(), &kept[0].octets, server.asked().len()), (1, &newer.octets, 2));
}

#[tokio::test]
async fn an_old_list_is_still_handed_over_when_its_address_no_longer_answers() {
    static CLOCK: AtomicI64 = AtomicI64::new(NOW);
    let server = Server::start(|n, _| if n == 0 { ok(&list(60)) } else { vec![] }).await;
    let clock = || UnixTime::from_seconds(CLOCK.load(Ordering::SeqCst));
    let site = Site::with(&[&server], Cache::in_memory(1 << 20), clock, Duration::from_secs(20));
    let need = lists_at(&[server.at("ca.test", "/x.crl")]);
    site.pieces(need.clone()).await;
    CLOCK.fetch_add(3600, Ordering::SeqCst);
    assert_eq!(site.pieces(need).await.len(), 1);
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn a_list_that_the_issuer_did_not_sign_is_asked_for_again_in_minutes() {
    static CLOCK: AtomicI64 = AtomicI64::new(NOW);
    let planted = forge::crl(&issuer(), &Key::of("untrusted-root"), "20260101000000Z", Some("20990101000000Z"), false);
    let server = Server::start(move |n, _| if n == 0 { ok(&planted) } else { ok(&list(60)) }).await;
    let clock = || UnixTime::from_seconds(CLOCK.load(Ordering::SeqCst));
    let site = Site::with(&[&server], Cache::in_memory(1 << 20), clock, Duration::from_secs(20));
    let need = lists_at(&[server.at("ca.test", "/x.crl")]);
    site.pieces(need.clone()).await;
    site.pieces(need.clone()).await;
    assert_eq!(server.asked().len(), 1);
    CLOCK.fetch_add(600, Ordering::SeqCst);
    assert_eq!(**site.pieces(need).await[0].octets, *list(60));
}

#[tokio::test]
async fn a_clock_that_jumps_makes_lists_due_and_never_fresh_for_ever() {
    static CLOCK: AtomicI64 = AtomicI64::new(NOW);
    let server = Server::always(ok(&list(7200))).await;
    let clock = || UnixTime::from_seconds(CLOCK.load(Ordering::SeqCst));
    let site = Site::with(&[&server], Cache::in_memory(1 << 20), clock, Duration::from_secs(20));
    let need = lists_at(&[server.at("ca.test", "/x.crl")]);
    // A year ahead, then back: two further fetches, and then all is as before.
    for (at, asked) in [(NOW, 1), (NOW + 31_536_000, 2), (NOW, 3), (NOW, 3), (NOW + 1800, 3), (NOW + 3600, 4)] {
        CLOCK.store(at, Ordering::SeqCst);
        site.pieces(need.clone()).await;
        assert_eq!(server.asked().len(), asked, "at {at}");
    }
}

#[tokio::test]
async fn a_stalled_responder_of_one_message_does_not_delay_another() {
    let stalled = Server::always(vec![Step::Stall]).await;
    let quick = Server::always(ok(&list(60))).await;
    let site = Arc::new(Site::new(&[&stalled, &quick]));
    let waiting = {
        let (site, need) = (Arc::clone(&site), responses_at(1, &[stalled.at("ca.test", "/")]));
        tokio::spawn(async move { site.ask(need).await })
    };
    while stalled.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(site.pieces(lists_at(&[quick.at("ca.test", "/x.crl")])).await.len(), 1);
    assert!(!waiting.is_finished());
    waiting.abort();
}

#[tokio::test]
async fn lists_are_fetched_ahead_and_a_newer_one_takes_the_place() {
    static CLOCK: AtomicI64 = AtomicI64::new(NOW);
    let server = Server::start(|n, asked| match (n, asked.field("if-none-match")) {
        (0, _) => vec![answer("200 OK", &["ETag: \"1\""], &list(3600))],
        (1, Some("\"1\"")) => vec![answer("304 Not Modified", &[], b"")],
        _ => vec![answer("200 OK", &["ETag: \"2\""], &list(60))],
    })
    .await;
    let clock = || UnixTime::from_seconds(CLOCK.load(Ordering::SeqCst));
    let site = Site::with(&[&server], Cache::in_memory(1 << 20), clock, Duration::from_secs(20));
    let need = lists_at(&[server.at("ca.test", "/x.crl")]);
    site.pieces(need.clone()).await;
    for n in 2..=3 {
        // Not yet due for messages, but ahead of it.
        CLOCK.fetch_add(3599, Ordering::SeqCst);
        let (_, next) = site.sources.web().cache().due(clock());
        let ahead = tokio::spawn(refresh(Arc::clone(site.sources.web())));
        while site.sources.web().cache().due(clock()).1 == next {
            tokio::task::yield_now().await;
        }
        ahead.abort();
        assert_eq!(server.asked().len(), n);
    }
    assert_eq!(**site.pieces(need).await[0].octets, *list(60));
    assert_eq!(server.asked().len(), 3, "no message waited for it");
}

#[tokio::test]
async fn with_the_network_off_nothing_is_asked_and_what_is_known_is_used() {
    let server = Server::always(ok(&list(60))).await;
    let cache = Cache::in_memory(1 << 20);
    let online = Site::with(&[&server], cache.clone(), now, Duration::from_secs(20));
    let need = lists_at(&[server.at("ca.test", "/x.crl")]);
    online.pieces(need.clone()).await;
    let folder = DropFolder::new(online.folder.path().to_owned());
    let offline = |cache| Sources::new(folder.clone(), Web::new(None, cache, HOUR, now));
    let known = offline(cache).gather(vec![need.clone()]).await;
    assert_eq!(known[0].1.pieces.len(), 1);
    let unknown = offline(Cache::in_memory(1 << 20)).gather(vec![need]).await;
    assert_eq!((unknown[0].1.pieces.len(), unknown[0].1.tried.len()), (0, 2));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn what_was_fetched_is_there_after_a_restart() {
    let server = Server::always(ok(&list(60))).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("revocation.sqlite");
    let need = lists_at(&[server.at("ca.test", "/x.crl")]);
    for _ in 0..2 {
        let (cache, writer) = Cache::open(&file, 1 << 20);
        let site = Site::with(&[&server], cache.clone(), now, Duration::from_secs(20));
        assert_eq!(**site.pieces(need.clone()).await[0].octets, *list(60));
        cache.close();
        writer.unwrap().join().unwrap();
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn hostile_answers_of_every_kind_end_in_words_and_the_next_message_is_answered() {
    let mut lie = list(60);
    *lie.last_mut().unwrap() ^= 1;
    let hostile: Vec<Vec<Step>> = vec![
        vec![],
        vec![Step::Send(b"\x15\x03\x01".to_vec())],
        vec![answer("200 OK", &["Content-Encoding: gzip"], &list(60))],
        vec![Step::Send(head("200 OK", &[], Some(1 << 40)))],
        ok(&vec![0x30; 1 << 20]),
        ok(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
        vec![answer("302 Found", &["Location: /x.crl"], b"")],
    ];
    let kinds = hostile.len();
    let server = Server::start(move |n, _| hostile.get(n).cloned().unwrap_or_else(|| ok(&lie))).await;
    let site = Site::new(&[&server]);
    for n in 0..kinds {
        let answer = site.ask(lists_at(&[server.at("ca.test", &format!("/{n}"))])).await;
        assert_eq!((answer.pieces.len(), answer.tried.len()), (0, 2), "{n}: {answer:?}");
    }
    // A list with a bent signature is a list; whoever uses it verifies it.
    assert_eq!(site.pieces(lists_at(&[server.at("ca.test", "/bent")])).await.len(), 1);
}

/// Not a test of its own: the process that the next one kills. It writes until then.
#[test]
fn a_process_that_keeps_answers_until_it_is_killed() {
    let Some(file) = std::env::var_os("DIEU7_TEST_CACHE") else { return };
    let (cache, _writer) = Cache::open(file.as_ref(), 1 << 30);
    for n in 0_u32.. {
        let inquiry =
            Inquiry { address: n.to_string().into(), issuer: [1][..].into(), key: [2][..].into(), serial: None };
        let dates = Dates { this_update: now(), next_update: None, number: None };
        let octets = n.to_be_bytes().repeat(10_000);
        cache.offer(inquiry, Record::new(octets.into(), Some(dates), Validators::default(), now(), HOUR));
        std::thread::yield_now();
    }
}

#[test]
fn a_cache_whose_process_is_killed_while_it_writes_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("revocation.sqlite");
    let mut least = 0;
    for _ in 0..3 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "gather::a_process_that_keeps_answers_until_it_is_killed"])
            .env("DIEU7_TEST_CACHE", &file)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let count = || listed(&file).map_or(0, |(lists, _)| lists.len());
        while count() <= least {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        least = count();
        let (cache, writer) = Cache::open(&file, 1 << 30);
        // Each record was read again with its digest.
        assert_eq!(cache.size(), (least, least * 40_000));
        cache.close();
        writer.unwrap().join().unwrap();
    }
}
