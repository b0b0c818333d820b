//! The client that asks strangers' addresses: each limit, each trick.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dieu7::io::fetch::{
    Asked, Client, Extent, FetchError, Fetched, Limits, MAX_CRL, MAX_OCSP, Resolve, Stage, Validators,
};
use dieu7::settings::{Revocation, Settings};

use crate::support::web::{Deaf, Names, Server, Step, answer, head, ok};

/// Long enough for whatever is not meant to fail, short enough for what is.
const TOTAL: Duration = Duration::from_millis(400);

fn settings(text: &str) -> Revocation {
    Settings::read(&format!("[revocation]\n{text}"), Path::new("/")).unwrap().revocation
}

fn limits() -> Limits {
    Limits { total: Duration::from_secs(20), ..Limits::default() }
}

/// A client that may ask `ca.test` on the port of `server`, wherever that is.
fn client(server: &Server) -> Client {
    client_with(server, limits(), Names::loopback())
}

fn client_with(server: &Server, limits: Limits, names: impl Resolve) -> Client {
    Client::with(&settings(&format!("hosts = [\"ca.test:{}\"]", server.port)), limits, Arc::new(names))
}

fn list() -> Asked {
    Asked::Crl { known: Validators::default() }
}

fn response() -> Asked {
    Asked::Ocsp { request: b"request".to_vec() }
}

async fn fetched(client: &Client, address: &str, asked: &Asked) -> Vec<u8> {
    match client.fetch(address, asked).await.unwrap() {
        Fetched::Octets { octets, .. } => octets,
        Fetched::Unchanged => panic!("unchanged"),
    }
}

#[tokio::test]
async fn a_list_is_got_and_no_compression_is_asked_for() {
    let server = Server::always(ok(b"list")).await;
    assert_eq!(fetched(&client(&server), &server.at("ca.test", "/a b.crl?x=1"), &list()).await, b"list");
    let asked = &server.asked()[0];
    assert_eq!(asked.line(), "GET /a%20b.crl?x=1 HTTP/1.1");
    assert_eq!(asked.field("host"), Some(format!("ca.test:{}", server.port).as_str()));
    assert_eq!(asked.field("accept-encoding"), None);
    assert_eq!(asked.field("cookie"), None);
}

#[tokio::test]
async fn a_responder_is_asked_by_post() {
    let server = Server::always(ok(b"response")).await;
    assert_eq!(fetched(&client(&server), &server.at("ca.test", "/ocsp"), &response()).await, b"response");
    let asked = &server.asked()[0];
    assert_eq!((asked.line(), asked.body.as_slice()), ("POST /ocsp HTTP/1.1", &b"request"[..]));
    assert_eq!(asked.field("content-type"), Some("application/ocsp-request"));
}

#[tokio::test]
async fn a_list_that_is_known_need_not_be_sent_again() {
    let server = Server::start(|n, _| match n {
        0 => vec![answer("200 OK", &["ETag: \"1\"", "Last-Modified: Mon, 02 Nov 2026 00:00:00 GMT"], b"list")],
        _ => vec![answer("304 Not Modified", &[], b"")],
    })
    .await;
    let (client, address) = (client(&server), server.at("ca.test", "/"));
    let Fetched::Octets { validators, .. } = client.fetch(&address, &list()).await.unwrap() else { panic!() };
    assert_eq!(client.fetch(&address, &Asked::Crl { known: validators }).await, Ok(Fetched::Unchanged));
    assert_eq!(server.asked()[1].field("if-none-match"), Some("\"1\""));
    assert_eq!(client.fetch(&address, &list()).await, Err(FetchError::Status(304)), "of nothing known");
}

#[tokio::test]
async fn hosts_inside_are_not_asked_unless_the_operator_lists_them() {
    let server = Server::always(ok(b"secret")).await;
    let inside = |answers: &[&[&str]]| Client::with(&settings(""), limits(), Arc::new(Names::new(answers)));
    for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fd00:ec2::254"] {
        let error = inside(&[&[address]]).fetch("http://ca.test/", &list()).await.unwrap_err();
        assert!(matches!(error, FetchError::Inside { .. }), "{address}: {error}");
    }
    let system = Client::new(&settings(""));
    for host in ["127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f.1"] {
        let error = system.fetch(&format!("http://{host}/"), &list()).await.unwrap_err();
        assert!(matches!(error, FetchError::Inside { .. } | FetchError::Resolve(_)), "{host}: {error}");
    }
    assert!(server.asked().is_empty());
    assert_eq!(fetched(&client(&server), &server.at("ca.test", "/"), &list()).await, b"secret");
}

#[tokio::test]
async fn one_address_inside_refuses_the_host() {
    let names = Names::new(&[&["8.8.8.8", "2001:4860:4860::8888", "10.0.0.1"]]);
    let client = Client::with(&settings(""), limits(), Arc::new(names));
    let error = client.fetch("http://ca.test/", &list()).await.unwrap_err();
    assert!(matches!(error, FetchError::Inside { address, .. } if address.to_string() == "10.0.0.1"));
}

#[tokio::test]
async fn a_name_is_looked_up_once_so_that_its_second_answer_is_never_used() {
    // The second answer would lead to a port on which nobody listens.
    let server = Server::always(ok(b"list")).await;
    let names = Names::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let client = client_with(&server, limits(), names.clone());
    assert_eq!(fetched(&client, &server.at("ca.test", "/"), &list()).await, b"list");
    assert_eq!(names.asked(), ["ca.test"]);
    // Unlisted: screened is the one answer there is, and the one inside that comes second is refused when its turn comes.
    let names = Names::new(&[&["10.0.0.1"], &["8.8.8.8"]]);
    let client = Client::with(&settings(""), limits(), Arc::new(names.clone()));
    assert!(matches!(client.fetch("http://ca.test/", &list()).await, Err(FetchError::Inside { .. })));
    assert_eq!(names.asked().len(), 1);
}

#[tokio::test]
async fn other_ports_users_and_schemes_are_refused_before_anything_is_looked_up() {
    let names = Names::loopback();
    let client = Client::with(&settings(""), limits(), Arc::new(names.clone()));
    for address in ["http://ca.test:25/", "http://u:p@ca.test/", "ldap://ca.test/", "ftp://ca.test/", "", "http://"] {
        let error = client.fetch(address, &list()).await.unwrap_err();
        assert!(matches!(error, FetchError::Port(25) | FetchError::Address(_)), "{address}: {error}");
    }
    assert!(names.asked().is_empty());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let inner = Server::always(ok(b"inside")).await;
    let to = format!("Location: {}", inner.at("127.0.0.1", "/"));
    for (status, expected) in [("301 Moved", 301), ("302 Found", 302), ("307 Temporary", 307), ("308 Permanent", 308)] {
        let server = Server::always(vec![answer(status, &[&to], b"")]).await;
        let fetched = client(&server).fetch(&server.at("ca.test", "/"), &list()).await;
        assert_eq!(fetched, Err(FetchError::Status(expected)));
    }
    assert!(inner.asked().is_empty());
}

#[tokio::test]
async fn other_statuses_are_no_answer() {
    for (status, expected) in [("204 No Content", 204), ("404 Not Found", 404), ("500 Oops", 500), ("206 Partial", 206)]
    {
        let server = Server::always(vec![answer(status, &[], b"list")]).await;
        let fetched = client(&server).fetch(&server.at("ca.test", "/"), &list()).await;
        assert_eq!(fetched, Err(FetchError::Status(expected)));
    }
}

#[tokio::test]
async fn what_is_compressed_a_web_page_or_empty_is_no_list() {
    let of = |fields: &'static [&'static str], body: &'static [u8]| async move {
        let server = Server::always(vec![answer("200 OK", fields, body)]).await;
        client(&server).fetch(&server.at("ca.test", "/"), &list()).await
    };
    // 10 MB of zeros in a few octets would be the next thing.
    assert_eq!(of(&["Content-Encoding: gzip"], b"\x1f\x8b\x08").await, Err(FetchError::Compressed));
    assert_eq!(of(&["Content-Encoding: identity", "Content-Encoding: br"], b"x").await, Err(FetchError::Compressed));
    assert!(matches!(of(&["Content-Type: Text/HTML; charset=utf-8"], b"<html>").await, Err(FetchError::NotIt(_))));
    assert!(matches!(of(&[], b"").await, Err(FetchError::NotIt(_))));
    assert!(of(&["Content-Encoding: identity", "Content-Type: text/plain"], b"list").await.is_ok());
}

#[tokio::test]
async fn octets_are_counted_while_they_are_read_whatever_was_announced() {
    let too_large = |limit| Err(FetchError::TooLarge { limit });
    // Announced, not announced, chunked.
    let announced = vec![Step::Send(head("200 OK", &[], Some(MAX_OCSP + 1))), Step::Endless(vec![0; 4096])];
    let until_closed = vec![Step::Send(head("200 OK", &["Connection: close"], None)), Step::Endless(vec![0; 4096])];
    let chunk = [&b"1000\r\n"[..], &[0; 4096], b"\r\n"].concat();
    let chunked = vec![Step::Send(head("200 OK", &["Transfer-Encoding: chunked"], None)), Step::Endless(chunk)];
    for steps in [announced, until_closed.clone(), chunked] {
        let server = Server::always(steps).await;
        let fetched = client(&server).fetch(&server.at("ca.test", "/"), &response()).await;
        assert_eq!(fetched, too_large(MAX_OCSP));
    }
    let server = Server::always(until_closed).await;
    assert_eq!(client(&server).fetch(&server.at("ca.test", "/"), &list()).await, too_large(MAX_CRL));
}

#[tokio::test]
async fn the_largest_answers_are_still_read() {
    for (asked, size) in [(list(), MAX_CRL), (response(), MAX_OCSP)] {
        let server = Server::always(ok(&vec![7; size])).await;
        assert_eq!(fetched(&client(&server), &server.at("ca.test", "/"), &asked).await.len(), size);
    }
}

#[tokio::test]
async fn an_answer_that_ends_early_contradicts_itself_or_is_no_http_is_none() {
    let short = [head("200 OK", &[], Some(100)), b"short".to_vec()].concat();
    let contradicting = head("200 OK", &["Content-Length: 5", "Content-Length: 6"], None);
    let half_chunk = [head("200 OK", &["Transfer-Encoding: chunked"], None), b"10\r\nhalf".to_vec()].concat();
    let wrong_chunk = [head("200 OK", &["Transfer-Encoding: chunked"], None), b"zz\r\n".to_vec()].concat();
    for octets in
        [b"".to_vec(), b"SSH-2.0-x\r\n".to_vec(), b"HTTP/1.1 2".to_vec(), short, contradicting, half_chunk, wrong_chunk]
    {
        let server = Server::always(vec![Step::Send(octets.clone())]).await;
        let fetched = client(&server).fetch(&server.at("ca.test", "/"), &list()).await;
        assert!(matches!(fetched, Err(FetchError::Http(_))), "{fetched:?} {}", String::from_utf8_lossy(&octets));
    }
}

#[tokio::test]
async fn what_follows_the_announced_length_is_not_read() {
    let octets = [head("200 OK", &[], Some(4)), b"listHTTP/1.1 200 OK\r\n\r\nevil".to_vec()].concat();
    let server = Server::always(vec![Step::Send(octets)]).await;
    assert_eq!(fetched(&client(&server), &server.at("ca.test", "/"), &list()).await, b"list");
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    let endless = Step::Endless(format!("X-A: {}\r\n", "a".repeat(1000)).into_bytes());
    let server = Server::always(vec![Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()), endless]).await;
    let fetched = client(&server).fetch(&server.at("ca.test", "/"), &list()).await;
    assert!(matches!(fetched, Err(FetchError::Http(_))), "{fetched:?}");
    let interim = Step::Endless(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec());
    let server = Server::always(vec![interim]).await;
    let client = client_with(&server, Limits { total: TOTAL, ..limits() }, Names::loopback());
    assert!(client.fetch(&server.at("ca.test", "/"), &list()).await.is_err());
}

#[tokio::test]
async fn whoever_stalls_or_drips_is_cut_off_at_the_same_time() {
    let in_head = vec![Step::Send(b"HTTP/1.1 200 OK\r\nX-A: ".to_vec()), Step::Drip(Duration::from_millis(5))];
    let in_body = vec![Step::Send(head("200 OK", &[], Some(1 << 20))), Step::Drip(Duration::from_millis(5))];
    for steps in [vec![Step::Stall], in_head, in_body] {
        let server = Server::always(steps).await;
        let client = client_with(&server, Limits { total: TOTAL, ..limits() }, Names::loopback());
        let fetched = client.fetch(&server.at("ca.test", "/"), &list()).await;
        assert_eq!(fetched, Err(FetchError::Slow { stage: Stage::Answering, after: TOTAL }));
    }
}

#[tokio::test]
async fn a_resolver_that_does_not_answer_is_cut_off_too() {
    let client = Client::with(&settings(""), Limits { total: TOTAL, ..limits() }, Arc::new(Deaf));
    let fetched = client.fetch("http://ca.test/", &list()).await;
    assert_eq!(fetched, Err(FetchError::Slow { stage: Stage::Resolving, after: TOTAL }));
}

#[tokio::test]
async fn a_port_on_which_nobody_listens_is_said_so_and_the_next_address_is_tried() {
    let server = Server::always(ok(b"list")).await;
    // Nobody listens on 127.0.0.2: the server has 127.0.0.1 alone.
    let client = client_with(&server, limits(), Names::new(&[&["127.0.0.2"], &["127.0.0.2", "127.0.0.1"]]));
    let address = server.at("ca.test", "/");
    assert!(matches!(client.fetch(&address, &list()).await, Err(FetchError::Connect(_))));
    assert_eq!(fetched(&client, &address, &list()).await, b"list");
}

#[tokio::test]
async fn a_host_that_stalls_takes_no_turns_of_others() {
    let slow = Server::always(vec![Step::Stall]).await;
    let quick = Server::always(ok(b"list")).await;
    let of = settings(&format!("hosts = [\"slow.test:{}\", \"quick.test:{}\"]", slow.port, quick.port));
    let limits = Limits { at_once: 3, a_host: 2, ..limits() };
    let client = Client::with(&of, limits, Arc::new(Names::loopback()));
    let mut stalled = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (client, address) = (client.clone(), slow.at("slow.test", "/"));
        stalled.spawn(async move { client.fetch(&address, &list()).await });
    }
    while slow.asked().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(fetched(&client, &quick.at("quick.test", "/"), &list()).await, b"list");
    assert_eq!(slow.asked().len(), 2, "and no more than its own at a time");
}

#[tokio::test]
async fn a_wait_for_a_turn_is_no_fault_of_the_host() {
    let server = Server::always(ok(b"list")).await;
    let client = client_with(&server, Limits { total: TOTAL, a_host: 0, ..limits() }, Names::loopback());
    let error = client.fetch(&server.at("ca.test", "/"), &list()).await.unwrap_err();
    assert!(error.is_our_own() && error.extent() == Extent::Question, "{error}");
}

#[tokio::test]
async fn an_address_is_rewritten_as_the_operator_says() {
    let server = Server::always(ok(b"list")).await;
    let rewrite = format!("[revocation.rewrite]\n\"http://ca.btc/\" = \"http://127.0.0.1:{}/inner/\"", server.port);
    let names = Names::loopback();
    let client = Client::with(&settings(&rewrite), limits(), Arc::new(names.clone()));
    assert_eq!(fetched(&client, "http://CA.btc/pki/x.crl", &list()).await, b"list");
    assert_eq!(server.asked()[0].line(), "GET /inner/pki/x.crl HTTP/1.1");
    assert_eq!(names.asked(), ["127.0.0.1"], "the name in the certificate is not looked up");
}

#[tokio::test]
async fn through_a_proxy_listed_hosts_are_asked_by_their_whole_address_and_others_not_at_all() {
    let proxy = Server::always(ok(b"list")).await;
    let of = settings(&format!("proxy = \"http://proxy.test:{}\"\nhosts = [\"ca.test\"]", proxy.port));
    let names = Names::loopback();
    let client = Client::with(&of, limits(), Arc::new(names.clone()));
    assert_eq!(client.fetch("http://other.test/", &list()).await, Err(FetchError::NotListed));
    assert!(names.asked().is_empty());
    assert_eq!(fetched(&client, "http://ca.test/x.crl", &list()).await, b"list");
    assert_eq!(proxy.asked()[0].line(), "GET http://ca.test/x.crl HTTP/1.1");
    assert_eq!(names.asked(), ["proxy.test"]);
}

#[tokio::test]
async fn through_a_proxy_tls_has_a_tunnel() {
    let refusing = Server::always(vec![answer("403 Forbidden", &[], b"")]).await;
    let of = |port| settings(&format!("proxy = \"http://proxy.test:{port}\"\nhosts = [\"ca.test\"]"));
    let client = Client::with(&of(refusing.port), limits(), Arc::new(Names::loopback()));
    assert_eq!(client.fetch("https://ca.test/x.crl", &list()).await, Err(FetchError::Proxy(403)));
    assert_eq!(refusing.asked()[0].line(), "CONNECT ca.test:443 HTTP/1.1");
    let opening = Server::always(vec![Step::Send(b"HTTP/1.1 200 Connected\r\n\r\nno TLS at all".to_vec())]).await;
    let client = Client::with(&of(opening.port), limits(), Arc::new(Names::loopback()));
    let fetched = client.fetch("https://ca.test/x.crl", &list()).await;
    assert!(matches!(fetched, Err(FetchError::Tls(_))), "{fetched:?}");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_not_asked_without() {
    let server = Server::always(ok(b"list")).await;
    let client = client_with(&server, Limits { total: TOTAL, ..limits() }, Names::loopback());
    let fetched = client.fetch(&server.at("ca.test", "/").replace("http:", "https:"), &list()).await;
    assert!(matches!(fetched, Err(FetchError::Tls(_) | FetchError::Slow { .. })), "{fetched:?}");
    assert!(server.asked().is_empty());
}
