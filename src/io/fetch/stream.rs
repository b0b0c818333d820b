//! The connection: to an address that was screened, through the proxy where there is one, with TLS where it is asked.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::settings::WebAddress;

use super::failure::FetchError;

/// Of a host with more addresses the others are not tried: one round of all must fit into the deadline.
const TRIED: usize = 4;

/// Both directions of a connection.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// A connection, whatever lies under it.
pub(super) type Stream = Box<dyn Duplex>;

/// Connects to the first of `addresses` that lets it.
pub(super) async fn connect(addresses: &[IpAddr], port: u16, within: Duration) -> Result<TcpStream, FetchError> {
    let mut failed = FetchError::Resolve("no address".to_owned());
    // IPv4 first: a network without IPv6 often swallows it instead of saying so.
    let (v4, v6): (Vec<IpAddr>, Vec<IpAddr>) = addresses.iter().partition(|address| address.is_ipv4());
    for address in v4.into_iter().chain(v6).take(TRIED) {
        match tokio::time::timeout(within, TcpStream::connect(SocketAddr::new(address, port))).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failed = FetchError::Connect(format!("{address}: {error}")),
            Err(_) => failed = FetchError::Connect(format!("{address}: no answer for {} ms", within.as_millis())),
        }
    }
    Err(failed)
}

/// Asks a proxy for a tunnel (RFC 9110, 9.3.6). What drives it lives in `driving`.
pub(super) async fn tunnel(
    stream: TcpStream,
    to: &WebAddress,
    driving: &mut JoinSet<()>,
) -> Result<Stream, FetchError> {
    let broken = |error: hyper::Error| FetchError::Http(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    driving.spawn(async move {
        // Whoever waits for the answer is told of the same error.
        let _ = connection.with_upgrades().await;
    });
    let host = if to.host().contains(':') { format!("[{}]", to.host()) } else { to.host().to_owned() };
    let target = format!("{host}:{}", to.port());
    let request = Request::builder()
        .method(Method::CONNECT)
        .uri(&target)
        .header(hyper::header::HOST, &target)
        .body(Empty::<Bytes>::new())
        .map_err(|error| FetchError::Http(error.to_string()))?;
    let answer = sender.send_request(request).await.map_err(broken)?;
    if !answer.status().is_success() {
        return Err(FetchError::Proxy(answer.status().as_u16()));
    }
    Ok(Box::new(TokioIo::new(hyper::upgrade::on(answer).await.map_err(broken)?)))
}

/// TLS, with the roots that the system trusts. They are read when they are first needed.
#[derive(Debug, Default)]
pub(super) struct Tls {
    config: OnceCell<Arc<ClientConfig>>,
}

impl Tls {
    pub(super) async fn over(&self, stream: Stream, host: &str) -> Result<Stream, FetchError> {
        let config = self.config.get_or_try_init(configure).await?;
        let name = ServerName::try_from(host.to_owned()).map_err(|error| FetchError::Tls(error.to_string()))?;
        let connecting = TlsConnector::from(Arc::clone(config)).connect(name, stream);
        Ok(Box::new(connecting.await.map_err(|error| FetchError::Tls(error.to_string()))?))
    }
}

async fn configure() -> Result<Arc<ClientConfig>, FetchError> {
    let loaded = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
    let loaded = loaded.map_err(|error| FetchError::Tls(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(loaded.certs);
    if added == 0 {
        return Err(FetchError::Tls("the system has no trusted roots (package ca-certificates)".to_owned()));
    }
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| FetchError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
