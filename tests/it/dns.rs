//! Senders looked up in DNS, at a server that can do everything wrong.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use dieu7::digest::Sha256;
use dieu7::evidence::{Answer, Evidence, FORMAT, Input, Lookup, Need, Record, Rules, Session, answered};
use dieu7::gateway::Gather as _;
use dieu7::io::cache::Cache;
use dieu7::io::evidence_store::EvidenceStore;
use dieu7::io::gather::{Dns, Missing, Sources, Web};
use dieu7::io::sources::DropFolder;
use dieu7::sender::missing;
use dieu7::sender::transcript::{Data, Outcome, Question, RecordKind, Reply, Transcript};
use dieu7::settings::{self, Dnssec};
use dieu7::time::UnixTime;
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;
use serde_json::Value;

use crate::support::dns::{Mood, Server, Zone};

const NOW: i64 = 1_800_000_000;
const KEY: &str = "s._domainkey.so.test";
const TEXT: &str = "v=DKIM1; p=AAAA";

fn now() -> UnixTime {
    UnixTime::from_seconds(NOW)
}

fn settings(servers: &[SocketAddr]) -> settings::Dns {
    settings::Dns {
        lookup: true,
        servers: servers.to_vec(),
        // Long where an answer comes; tests of silence shorten it.
        timeout: Duration::from_secs(10),
        deadline: Duration::from_secs(30),
        dnssec: Dnssec::None,
    }
}

/// Where silence is to be seen.
fn impatient(servers: &[SocketAddr]) -> settings::Dns {
    settings::Dns { timeout: Duration::from_millis(400), ..settings(servers) }
}

fn dns(settings: &settings::Dns) -> Dns {
    Dns::new(settings, false, missing, now)
}

fn keys(names: &[&str]) -> Lookup {
    Lookup { keys: names.iter().map(|name| (*name).to_owned()).collect(), ..Lookup::default() }
}

fn text(name: &str) -> Question {
    Question::new(name, RecordKind::Txt)
}

fn reply(answer: &Answer, name: &str) -> Option<Reply> {
    Transcript::read(&answer.pieces).reply(&text(name)).cloned()
}

fn outcome(answer: &Answer, name: &str) -> Option<Outcome> {
    reply(answer, name).map(|reply| reply.outcome)
}

#[tokio::test]
async fn what_a_server_says_is_the_evidence_also_that_there_is_nothing() {
    let server = Server::start(Zone::default().txt(KEY, TEXT).address("other.test", [192, 0, 2, 1].into()));
    let dns = dns(&settings(&[server.address()]));
    let answer = dns.answer(&keys(&[KEY, "other.test", "nowhere.test"])).await;
    assert_eq!(answer.tried, []);
    assert!(answer.pieces.iter().all(|piece| piece.source == format!("dns:{}", server.address())));
    assert!(answer.pieces.iter().all(|piece| piece.taken == Some(now())));
    let found = reply(&answer, KEY).unwrap();
    assert_eq!(found.records, [Data::Text(TEXT.into())]);
    assert_eq!(outcome(&answer, "other.test"), Some(Outcome::NoData));
    assert_eq!(outcome(&answer, "nowhere.test"), Some(Outcome::NoName));
}

#[tokio::test]
async fn aliases_are_followed_and_a_circle_of_them_is_no_answer() {
    let zone = Zone::default().alias(KEY, "k.host.test").txt("k.host.test", TEXT);
    let zone = zone.alias("a.test", "b.test").alias("b.test", "a.test");
    let server = Server::start(zone);
    let answer = dns(&settings(&[server.address()])).answer(&keys(&[KEY, "a.test"])).await;
    assert_eq!(reply(&answer, KEY).unwrap().records, [Data::Text(TEXT.into())]);
    assert_eq!(outcome(&answer, "a.test"), Some(Outcome::Failed));
}

#[tokio::test]
async fn what_does_not_fit_a_datagram_is_asked_for_over_tcp() {
    let long = "k".repeat(60_000);
    let server = Server::start(Zone::default().txt(KEY, &long));
    let answer = dns(&settings(&[server.address()])).answer(&keys(&[KEY])).await;
    assert_eq!(reply(&answer, KEY).unwrap().records, [Data::Text(long.into())]);
    assert_eq!(server.asked().iter().map(|asked| asked.tcp).collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn a_thousand_records_are_kept_as_they_came_and_answer_nothing() {
    let zone = (0..1000).fold(Zone::default(), |zone, n| zone.txt(KEY, &format!("v=DKIM1; n={n}")));
    let server = Server::start(zone);
    let answer = dns(&settings(&[server.address()])).answer(&keys(&[KEY])).await;
    assert_eq!(outcome(&answer, KEY), Some(Outcome::Failed));
    assert!(answer.pieces[0].octets.len() > 15_000);
}

#[tokio::test]
async fn a_silent_server_is_given_up_and_said() {
    let server = Server::start(Zone::default().txt("other.test", "x").mood(KEY, Mood::Silent));
    let answer = dns(&impatient(&[server.address()])).answer(&keys(&[KEY, "other.test"])).await;
    assert_eq!(outcome(&answer, "other.test"), Some(Outcome::Found));
    assert_eq!(outcome(&answer, KEY), None);
    // Datagrams get lost, so the only server is asked twice.
    assert_eq!(answer.tried.len(), 2);
    assert_eq!(answer.tried[0].source, format!("dns:{}", server.address()));
    assert!(answer.tried[0].failure.to_string().contains("s._domainkey.so.test TXT: no answer within 400 ms"));
}

#[tokio::test]
async fn a_message_waits_no_longer_than_its_deadline_and_keeps_what_came() {
    let server = Server::start(Zone::default().txt("other.test", "x").mood(KEY, Mood::Silent));
    // One server would be waited for longer than the whole message may take.
    let patient = settings::Dns {
        timeout: Duration::from_hours(1),
        deadline: Duration::from_secs(2),
        ..settings(&[server.address()])
    };
    let answer = dns(&patient).answer(&keys(&[KEY, "other.test"])).await;
    assert_eq!(outcome(&answer, "other.test"), Some(Outcome::Found));
    assert_eq!(answer.tried.len(), 1);
    assert!(answer.tried[0].failure.to_string().ends_with("no answer within 2 s"), "{}", answer.tried[0].failure);
}

#[tokio::test]
async fn answers_to_other_questions_are_not_heard() {
    for mood in [Mood::OtherQuestion, Mood::Garbage, Mood::Cut, Mood::Drip] {
        let server = Server::start(Zone::default().txt(KEY, TEXT).mood(KEY, mood));
        let answer = dns(&impatient(&[server.address()])).answer(&keys(&[KEY])).await;
        assert!(answer.pieces.is_empty(), "{mood:?}");
        assert_eq!(answer.tried.len(), 2, "{mood:?}");
    }
    // One that repeats the question, with records of another name, has said that there are none.
    let server = Server::start(Zone::default().txt(KEY, TEXT).mood(KEY, Mood::OtherOwner));
    let answer = dns(&settings(&[server.address()])).answer(&keys(&[KEY])).await;
    assert_eq!(outcome(&answer, KEY), Some(Outcome::NoData));
}

#[tokio::test]
async fn a_lie_that_comes_first_does_not_keep_the_truth_away() {
    let server = Server::start(Zone::default().txt(KEY, TEXT).mood(KEY, Mood::OtherNumber(3)));
    let answer = dns(&settings(&[server.address()])).answer(&keys(&[KEY])).await;
    assert_eq!(reply(&answer, KEY).unwrap().records, [Data::Text(TEXT.into())]);
    assert!(server.asked().iter().all(|asked| !asked.tcp));
}

#[tokio::test]
async fn where_somebody_guesses_the_question_is_asked_over_tcp() {
    let server = Server::start(Zone::default().txt(KEY, TEXT).mood(KEY, Mood::LiesOverUdp));
    let answer = dns(&settings(&[server.address()])).answer(&keys(&[KEY])).await;
    assert_eq!(reply(&answer, KEY).unwrap().records, [Data::Text(TEXT.into())]);
    assert!(server.asked()[1].tcp);
}

#[tokio::test]
async fn a_server_that_does_not_know_edns_is_asked_without() {
    let server = Server::start(Zone::default().txt(KEY, TEXT).mood(KEY, Mood::NoEdns));
    let answer = dns(&settings(&[server.address()])).answer(&keys(&[KEY])).await;
    assert_eq!(outcome(&answer, KEY), Some(Outcome::Found));
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn where_one_server_fails_the_next_is_asked() {
    for mood in [Mood::Silent, Mood::Code(ResponseCode::ServFail), Mood::Code(ResponseCode::Refused)] {
        let failing = Server::start(Zone::default().mood(KEY, mood).mood("other.test", mood));
        let good = Server::start(Zone::default().txt(KEY, TEXT).txt("other.test", "x"));
        let dns = dns(&impatient(&[failing.address(), good.address()]));
        let answer = dns.answer(&keys(&[KEY])).await;
        assert_eq!(outcome(&answer, KEY), Some(Outcome::Found));
        assert_eq!(answer.pieces[0].source, format!("dns:{}", good.address()));
        assert_eq!(answer.tried[0].source, format!("dns:{}", failing.address()));
        dns.answer(&keys(&["other.test"])).await;
        // A server that does not answer at all comes last from then on; one that fails for a name does not.
        let again = if mood == Mood::Silent { 1 } else { 2 };
        assert_eq!(failing.asked().len(), again, "{mood:?}");
    }
}

#[tokio::test]
async fn a_failure_is_no_evidence_that_there_is_no_record() {
    let server = Server::start(Zone::default().mood(KEY, Mood::Code(ResponseCode::ServFail)));
    let answer = dns(&settings(&[server.address()])).answer(&keys(&[KEY])).await;
    assert!(answer.pieces.is_empty());
    assert!(answer.tried[0].failure.to_string().contains("(2)"), "{}", answer.tried[0].failure);
}

#[tokio::test]
async fn a_thousand_messages_of_one_sender_ask_once() {
    let server = Server::start(Zone::default().txt(KEY, TEXT));
    let dns = dns(&settings(&[server.address()]));
    let mut messages = tokio::task::JoinSet::new();
    for _ in 0..500 {
        let dns = dns.clone();
        messages.spawn(async move { dns.answer(&keys(&[KEY])).await.pieces.remove(0) });
    }
    let first = messages.join_next().await.unwrap().unwrap();
    for piece in messages.join_all().await {
        assert!(Arc::ptr_eq(&piece.octets, &first.octets), "shared, not copied");
    }
    for _ in 0..500 {
        dns.answer(&keys(&[KEY])).await;
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn what_is_known_is_asked_for_again_when_its_time_is_over() {
    static CLOCK: AtomicI64 = AtomicI64::new(NOW);
    let zone = |ttl| Zone::default().txt(KEY, TEXT).ttl(ttl).mood("failing.test", Mood::Code(ResponseCode::ServFail));
    let server = Server::start(zone(60));
    let clock = || UnixTime::from_seconds(CLOCK.load(Ordering::SeqCst));
    let dns = Dns::new(&settings(&[server.address()]), false, missing, clock);
    let asked = async |name: &str, after: i64| {
        CLOCK.fetch_add(after, Ordering::SeqCst);
        let before = server.asked().len();
        dns.answer(&keys(&[name])).await;
        server.asked().len() - before
    };
    assert_eq!((asked(KEY, 0).await, asked(KEY, 59).await, asked(KEY, 1).await), (1, 0, 1));
    assert_eq!((asked("nowhere.test", 0).await, asked("nowhere.test", 59).await), (1, 0));
    assert_eq!(asked("nowhere.test", 1).await, 1);
    assert_eq!((asked("failing.test", 0).await, asked("failing.test", 29).await), (2, 0));
    assert_eq!(asked("failing.test", 1).await, 2);
    // However long a zone allows: keys are taken back.
    server.become_zone(zone(86_400));
    assert_eq!((asked(KEY, 60).await, asked(KEY, 3599).await, asked(KEY, 1).await), (1, 0, 1));
    assert_eq!((asked("nowhere.test", 0).await, asked("nowhere.test", 300).await), (1, 1));
    server.become_zone(zone(0));
    assert_eq!((asked(KEY, 3600).await, asked(KEY, 0).await), (1, 1));
    // The clock went back: nobody knows how old what is known is.
    server.become_zone(zone(60));
    assert_eq!((asked(KEY, 0).await, asked(KEY, 0).await, asked(KEY, -3600).await), (1, 0, 1));
}

#[tokio::test]
async fn a_stalled_question_of_one_message_delays_no_other_and_not_its_own_others() {
    let server = Server::start(Zone::default().txt(KEY, TEXT).mood("stalled.test", Mood::Silent));
    let dns = dns(&settings(&[server.address()]));
    let waiting = {
        let dns = dns.clone();
        tokio::spawn(async move { dns.answer(&keys(&["stalled.test"])).await })
    };
    while server.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(outcome(&dns.answer(&keys(&[KEY])).await, KEY), Some(Outcome::Found));
    assert!(!waiting.is_finished());
    waiting.abort();
}

/// Asks for the name that the last answer said.
fn chain(lookup: &Lookup, transcript: &Transcript) -> Vec<Question> {
    let mut name = lookup.keys[0].clone();
    loop {
        match transcript.reply(&text(&name)).map(|reply| reply.records.as_slice()) {
            Some([Data::Text(next)]) => name = String::from_utf8(next.clone()).unwrap(),
            Some(_) => return Vec::new(),
            None => return [text(&name)].into_iter().chain([text("stalled.test")]).collect(),
        }
    }
}

#[tokio::test]
async fn what_an_answer_makes_necessary_is_asked_while_others_stall() {
    let zone = Zone::default().txt("a.test", "b.test").txt("b.test", "c.test").mood("stalled.test", Mood::Silent);
    let server = Server::start(zone);
    let settings = settings::Dns { deadline: Duration::from_secs(2), ..settings(&[server.address()]) };
    let answer = Dns::new(&settings, false, chain, now).answer(&keys(&["a.test"])).await;
    assert_eq!(outcome(&answer, "c.test"), Some(Outcome::NoName));
    assert_eq!((answer.pieces.len(), answer.tried.len()), (3, 1));
}

/// Never has enough.
fn greedy(_: &Lookup, transcript: &Transcript) -> Vec<Question> {
    let all = (0..1000).map(|n| text(&format!("{n}.greedy.test")));
    all.filter(|question| transcript.reply(question).is_none()).collect()
}

#[tokio::test]
async fn a_message_asks_only_so_many_questions_in_all_and_at_a_time() {
    let server = Server::start(Zone::default());
    let answer = Dns::new(&settings(&[server.address()]), false, greedy, now).answer(&Lookup::default()).await;
    assert_eq!((answer.pieces.len(), server.asked().len()), (64, 64));
    assert!(answer.tried[0].failure.to_string().contains("936 questions not asked"), "{:?}", answer.tried);
    let silent = (0..1000).fold(Zone::default(), |zone, n| zone.mood(&format!("{n}.greedy.test"), Mood::Silent));
    let server = Server::start(silent);
    let settings = settings::Dns { deadline: Duration::from_secs(2), ..settings(&[server.address()]) };
    Dns::new(&settings, false, greedy, now).answer(&Lookup::default()).await;
    assert_eq!(server.asked().len(), 16);
}

#[tokio::test]
async fn only_a_trusted_server_is_believed_that_it_validated() {
    let server = Server::start(Zone::default().txt(KEY, TEXT).authenticated());
    for (dnssec, believed) in [(Dnssec::None, false), (Dnssec::TrustedResolver, true)] {
        let settings = settings::Dns { dnssec, ..settings(&[server.address()]) };
        let answer = dns(&settings).answer(&keys(&[KEY])).await;
        assert_eq!(reply(&answer, KEY).unwrap().authenticated, believed);
    }
}

#[tokio::test]
async fn what_is_no_name_is_not_asked() {
    let server = Server::start(Zone::default());
    let answer = dns(&settings(&[server.address()])).answer(&keys(&["a..test", &"a".repeat(300)])).await;
    assert!(answer.pieces.is_empty() && server.asked().is_empty());
    assert!(answer.tried.iter().all(|tried| tried.failure.to_string().contains("no name of DNS")));
}

#[tokio::test]
async fn with_lookups_off_or_offline_nobody_is_asked() {
    let server = Server::start(Zone::default().txt(KEY, TEXT));
    let off = settings::Dns { lookup: false, ..settings(&[server.address()]) };
    for dns in [Dns::new(&off, false, missing, now), Dns::new(&settings(&[server.address()]), true, missing, now)] {
        let answer = dns.answer(&keys(&[KEY])).await;
        assert!(answer.pieces.is_empty() && answer.tried.len() == 1);
    }
    assert!(server.asked().is_empty());
}

fn sources(settings: &settings::Dns, missing: Missing, folder: &Path) -> Sources {
    let web = Web::new(None, Cache::in_memory(1 << 20), Duration::from_hours(1), now);
    Sources::new(DropFolder::new(folder.to_owned()), web).asking(Dns::new(settings, false, missing, now))
}

#[tokio::test]
async fn kept_evidence_gives_the_same_transcript_without_a_server() {
    let zone = Zone::default().txt(KEY, TEXT).alias("_dmarc.so.test", "d.test").mood("late.test", Mood::Silent);
    let server = Server::start(zone);
    let folder = tempfile::tempdir().unwrap();
    let lookup = Lookup { from: Some("so.test".into()), ..keys(&[KEY, "late.test"]) };
    let spf = dieu7::evidence::SpfIdentity {
        client: "2001:db8::1".parse().unwrap(),
        helo: "mx.so.test".into(),
        mail_from: "vanthu@so.test".into(),
    };
    let need = Need::Sender(Lookup { spf: Some(spf), ..lookup });
    let sources = sources(&impatient(&[server.address()]), missing, folder.path());
    let [(_, first)] = <[_; 1]>::try_from(sources.gather(vec![need.clone()]).await).unwrap();
    drop(server);
    // The key, the policy, the one above it, and SPF; the silent name was asked twice.
    assert_eq!((first.pieces.len(), first.tried.len()), (4, 2), "{:?}", first.tried);
    let mut evidence = Evidence::default();
    evidence.answer(need.clone(), first.clone());
    let (answers, objects) = answered(&evidence);
    let digest = Sha256::of(b"the mail");
    let rules = Rules {
        rulebook: digest,
        policy: String::new(),
        policies: digest,
        anchors: digest,
        directory: digest,
        sender: digest,
    };
    let record = Record {
        format: FORMAT.to_owned(),
        program: String::new(),
        input: Input { name: "a.eml".into(), sha256: digest, kind: "message".into() },
        at: now(),
        session: Session::default(),
        rules,
        answers,
        signatures: Vec::new(),
        certificates: Vec::new(),
        report: Value::Null,
    };
    EvidenceStore::create(folder.path()).unwrap().keep(&record, &objects, false).unwrap();
    let replay = EvidenceStore::open(folder.path()).replay(digest).unwrap();
    let [(again, kept)] = <[_; 1]>::try_from(replay.answers(vec![need.clone()])).unwrap();
    assert_eq!(again, need);
    assert_eq!(Transcript::read(&kept.pieces), Transcript::read(&first.pieces));
    assert_eq!(outcome(&kept, KEY), Some(Outcome::Found));
    assert_eq!(kept.tried, first.tried);
}

#[test]
fn doctor_says_who_answers_and_what_that_is_worth() {
    let doctor = |settings: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("dieu7.toml"), settings).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dieu7"));
        command.current_dir(folder.path()).args(["doctor", "--lang", "en", "--config", "dieu7.toml"]);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let server = Server::start(Zone::default().authenticated());
    let address = server.address();
    let found = doctor(&format!("[dns]\nservers = [\"{address}\"]\ndnssec = \"trusted-resolver\"\n"));
    assert!(found.contains(&format!("name server {address} answers after")), "{found}");
    assert!(found.contains("validated (DNSSEC, AD bit) by a server on this computer"), "{found}");
    assert_eq!((server.asked()[0].name.as_str(), server.asked()[0].kind), ("", RecordType::TXT));
    server.become_zone(Zone::default().mood("", Mood::Silent));
    let found = doctor(&format!("[dns]\nservers = [\"{address}\"]\ntimeout-ms = 50\n"));
    assert!(found.contains("no name server answers"), "{found}");
    assert!(doctor("[dns]\nlookup = false\n").contains("DNS is not asked"));
}
