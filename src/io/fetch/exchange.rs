//! One request and one answer over a connection that stands (RFC 9112).

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;

use super::client::{Asked, Fetched, Validators};
use super::failure::FetchError;
use super::reach::Route;
use super::stream::Stream;

/// The largest list that is read (pki.md of the design); the largest Vietnamese one has some megabytes.
pub const MAX_CRL: usize = 20 << 20;
/// The largest OCSP response that is read: a response for one certificate, with a chain of large ones, has 10 KiB.
pub const MAX_OCSP: usize = 64 << 10;
/// Octets of an answer's head.
const HEAD: usize = 64 << 10;
/// Fields of an answer's head.
const FIELDS: usize = 64;
/// A longer validator is not sent back.
const VALIDATOR: usize = 256;

/// Asks over `stream`.
pub(super) async fn exchange(stream: Stream, route: &Route, asked: &Asked) -> Result<Fetched, FetchError> {
    let broken = |error: hyper::Error| FetchError::Http(said(&error));
    let connecting = http1::Builder::new().max_buf_size(HEAD).max_headers(FIELDS).handshake(TokioIo::new(stream));
    let (mut sender, connection) = connecting.await.map_err(broken)?;
    // Dropped with this future, so that a deadline ends the connection, too.
    let mut driving = JoinSet::new();
    driving.spawn(async move {
        let _ = connection.await;
    });
    let request = request(route, asked).map_err(|error| FetchError::Http(error.to_string()))?;
    let answer = sender.send_request(request).await.map_err(broken)?;
    let known = matches!(asked, Asked::Crl { known } if known.any());
    match answer.status() {
        StatusCode::OK => read(answer, asked.limit()).await,
        StatusCode::NOT_MODIFIED if known => Ok(Fetched::Unchanged),
        other => Err(FetchError::Status(other.as_u16())),
    }
}

fn request(route: &Route, asked: &Asked) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let address = &route.address;
    // A proxy that is asked without a tunnel needs the whole address (RFC 9112, 3.2.2).
    let whole = route.proxy.is_some() && !address.is_secure();
    let target = if whole { address.to_string() } else { address.target().to_owned() };
    let request = Request::builder()
        .uri(target)
        .header(header::HOST, address.authority())
        .header(header::USER_AGENT, concat!("dieu7/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close");
    match asked {
        Asked::Crl { known } => {
            let mut request = request.method(Method::GET).header(header::ACCEPT, "application/pkix-crl, */*;q=0.1");
            if let Some(tag) = &known.tag {
                request = request.header(header::IF_NONE_MATCH, tag);
            }
            if let Some(modified) = &known.modified {
                request = request.header(header::IF_MODIFIED_SINCE, modified);
            }
            request.body(Full::default())
        }
        // RFC 6960, A.1.
        Asked::Ocsp { request: octets } => request
            .method(Method::POST)
            .header(header::ACCEPT, "application/ocsp-response")
            .header(header::CONTENT_TYPE, "application/ocsp-request")
            .body(Full::new(Bytes::copy_from_slice(octets))),
    }
}

async fn read(answer: Response<hyper::body::Incoming>, limit: usize) -> Result<Fetched, FetchError> {
    let (head, mut body) = answer.into_parts();
    let is_plain = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if !head.headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) {
        return Err(FetchError::Compressed);
    }
    // Servers call lists by many types; only a page for people is certainly none (a portal, a login).
    let kind = head.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if kind.get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b"text/html")) {
        return Err(FetchError::NotIt("a web page".to_owned()));
    }
    let mut octets = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| FetchError::Http(said(&error)))?;
        if let Some(data) = frame.data_ref() {
            if data.len() > limit.saturating_sub(octets.len()) {
                return Err(FetchError::TooLarge { limit });
            }
            octets.extend_from_slice(data);
        }
    }
    if octets.is_empty() {
        return Err(FetchError::NotIt("empty".to_owned()));
    }
    let validators = Validators {
        tag: validator(&head.headers, &header::ETAG),
        modified: validator(&head.headers, &header::LAST_MODIFIED),
    };
    Ok(Fetched::Octets { octets, validators })
}

fn validator(fields: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = fields.get(name)?.to_str().ok()?;
    (value.len() <= VALIDATOR).then(|| value.to_owned())
}

/// An error of hyper with its cause, which it does not show by itself.
fn said(error: &hyper::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
