//! https, with the roots of the system: in a process of its own, because they are named by its environment.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use dieu7::asn1::{self, encode};
use dieu7::io::fetch::{Asked, Client, FetchError, Limits, Validators};
use dieu7::settings::Settings;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::attacks::forge::{self, Draft, Key};
use crate::support::web::Names;

/// subjectAltName with one DNS name.
fn name(host: &str) -> Vec<u8> {
    let names = encode(asn1::SEQUENCE, &[&encode(0x82, &[host.as_bytes()])]);
    encode(asn1::SEQUENCE, &[&[6, 3, 0x55, 0x1d, 17], &encode(asn1::OCTET_STRING, &[&names])])
}

/// A root in PEM, and a server's certificate that it issued for `ca.test`.
fn issued() -> (String, Vec<u8>) {
    let root = forge::certificate("anchors/gov-root");
    let key = Key::of("gov-root");
    let draft = Draft {
        subject: root.subject().der(),
        issuer: root.subject().der(),
        from: "20000101000000Z",
        to: "20991231235959Z",
        extensions: forge::for_authorities(),
        spki: key.spki(),
    };
    let pem = rsa::pkcs8::der::pem::encode_string("CERTIFICATE", rsa::pkcs8::LineEnding::LF, draft.issue(&key).der());
    let server = forge::certificate("certificates/noivu");
    let leaf = Draft {
        subject: server.subject().der(),
        extensions: vec![name("ca.test")],
        spki: Key::of("noivu").spki(),
        ..draft.clone()
    };
    (pem.unwrap(), leaf.issue(&key).der().to_vec())
}

/// Serves `list` to whoever speaks TLS, on a port of this machine.
async fn serve(certificate: Vec<u8>) -> u16 {
    let pem = std::fs::read_to_string(forge::fixtures().join("pki/noivu.key.pem")).unwrap();
    let key = rsa::PrivateKey::from_pkcs8_pem(&pem).unwrap().to_pkcs8_der().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(certificate)], PrivateKeyDer::Pkcs8(key.as_bytes().to_vec().into()))
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not like the certificate goes.
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlist").await;
                let _ = stream.shutdown().await;
            }
        }
    });
    port
}

/// Not a test of its own: the process that asks.
#[tokio::test]
async fn a_process_with_roots_of_its_own_asks() {
    let Ok(address) = std::env::var("DIEU7_TEST_ADDRESS") else { return };
    let port = address.rsplit_once(':').unwrap().1;
    let text = format!("[revocation]\nhosts = [\"ca.test:{port}\", \"other.test:{port}\"]");
    let settings = Settings::read(&text, Path::new("/")).unwrap().revocation;
    let limits = Limits { total: Duration::from_secs(20), ..Limits::default() };
    let client = Client::with(&settings, limits, Arc::new(Names::loopback()));
    let fetched = client.fetch(&address, &Asked::Crl { known: Validators::default() }).await;
    let code = match fetched {
        Ok(_) => 0,
        Err(FetchError::Tls(_)) => 40,
        Err(_) => 41,
    };
    std::process::exit(code);
}

fn ask(address: String, roots: &Path) -> Option<i32> {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tls::a_process_with_roots_of_its_own_asks"])
        .env("DIEU7_TEST_ADDRESS", address)
        .env("SSL_CERT_FILE", roots)
        .env_remove("SSL_CERT_DIR")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.unwrap().code()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_believed_by_the_systems_roots_and_its_name() {
    let (root, certificate) = issued();
    let port = serve(certificate).await;
    let folder = tempfile::tempdir().unwrap();
    let (roots, none, others) = (folder.path().join("roots"), folder.path().join("none"), folder.path().join("others"));
    std::fs::write(&roots, root).unwrap();
    std::fs::write(&none, "").unwrap();
    let other = forge::certificate("certificates/noivu");
    let other = rsa::pkcs8::der::pem::encode_string("CERTIFICATE", rsa::pkcs8::LineEnding::LF, other.der()).unwrap();
    std::fs::write(&others, other).unwrap();
    assert_eq!(ask(format!("https://ca.test:{port}"), &roots), Some(0));
    assert_eq!(ask(format!("https://other.test:{port}"), &roots), Some(40), "another name");
    assert_eq!(ask(format!("https://ca.test:{port}"), &none), Some(40), "no roots at all");
    assert_eq!(ask(format!("https://ca.test:{port}"), &others), Some(40), "another root");
}
