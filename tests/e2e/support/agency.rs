//! A mail server outside that signs with DKIM what it sends: a Postfix of its own with OpenDKIM for its milter.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dieu7::io::clock;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter as _;
use mail_auth::dkim::{Canonicalization, DkimSigner};

use super::client::Client;
use super::letters::Letter;
use super::postfix::Postfix;
use super::requirements::find;
use super::sink::Sink;
use super::site::address;
use super::until;

/// What has to be on the machine.
pub const PROGRAMS: &[(&str, &str)] = &[("opendkim", "opendkim"), ("opendkim-genkey", "opendkim-tools")];

/// The domain that OpenDKIM signs for.
pub const DOMAIN: &str = "tinhmau.example";

/// What OpenDKIM must be told so that its signatures cover what they must here; by default it leaves out the last two.
pub const COVERING: &str = "SignHeaders *,+Message-ID,+Content-Type";

/// What must be covered for a signature to count here.
const COVERED: [&str; 7] = ["From", "To", "Date", "Subject", "Message-ID", "MIME-Version", "Content-Type"];

/// The running server; it ends with the value.
#[derive(Debug)]
pub struct Agency {
    // Dropped in this order: Postfix before its folder.
    postfix: Postfix,
    sink: Sink,
    signer: Child,
    selector: &'static str,
    folder: tempfile::TempDir,
}

impl Agency {
    /// Makes a key, for a selector of its own, and starts both, OpenDKIM with one more line of settings.
    pub fn start(selector: &'static str, line: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("dieu7-e2e-agency").tempdir().unwrap();
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let made = Command::new(find("opendkim-genkey").unwrap())
            .args(["-b", "2048", "-d", DOMAIN, "-s", selector, "-D"])
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let sink = Sink::start(TcpListener::bind((address(), 0)).unwrap());
        let port = TcpListener::bind((sink.address.ip(), 0)).unwrap().local_addr().unwrap();
        let socket = format!("inet:{}@{}", port.port(), port.ip());
        let key = folder.path().join(format!("{selector}.private"));
        let settings = folder.path().join("opendkim.conf");
        let text = format!(
            "Syslog no\nBackground no\nMode s\nDomain {DOMAIN}\nSelector {selector}\nKeyFile {}\nSocket {socket}\n\
             Canonicalization relaxed/relaxed\nSignatureAlgorithm rsa-sha256\nInternalHosts 0.0.0.0/0\n\
             RequireSafeKeys no\n{line}\n",
            key.display()
        );
        fs::write(&settings, text).unwrap();
        let signer = Command::new(find("opendkim").unwrap())
            .arg("-f")
            .arg("-x")
            .arg(&settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        until("OpenDKIM listens", || TcpStream::connect(port).ok());
        let postfix = Postfix::start(folder.path(), &format!("inet:{port}"), sink.address, &[]);
        Self { postfix, sink, signer, selector, folder }
    }

    /// Where the key stands in DNS, and the record.
    pub fn record(&self) -> (String, String) {
        let text = fs::read_to_string(self.folder.path().join(format!("{}.txt", self.selector))).unwrap();
        // A zone file: the strings between quotation marks are one text.
        let record = text.split('"').skip(1).step_by(2).collect();
        (format!("{}._domainkey.{DOMAIN}", self.selector), record)
    }

    /// What leaves the server when this is handed to it.
    pub fn sign(&self, letter: &Letter) -> Letter {
        let already = self.sink.mails().len();
        let reply = Client::connect(self.postfix.inbound).unwrap().send(letter).unwrap();
        assert_eq!(reply.code, 250, "{reply:?}");
        let mail = self.sink.wait_for(already + 1).pop().unwrap();
        let signed = Letter { octets: mail.octets, ..letter.clone() };
        let text = String::from_utf8_lossy(&signed.octets);
        assert!(text.contains("DKIM-Signature: v=1; a=rsa-sha256;"), "OpenDKIM did not sign:\n{}", self.postfix.log());
        signed
    }
}

impl Drop for Agency {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the agency's log:\n{}", self.postfix.log());
        }
        let _ = self.signer.kill();
        let _ = self.signer.wait();
    }
}

/// Signs as OpenDKIM does not, with the signer of mail-auth.
#[derive(Debug)]
pub struct OddSigner {
    pkcs8: Vec<u8>,
}

impl OddSigner {
    /// With a key of its own.
    pub fn new() -> Self {
        Self { pkcs8: Ed25519Key::generate_pkcs8().unwrap() }
    }

    /// The record for DNS.
    pub fn record(&self) -> String {
        format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(self.key().public_key()))
    }

    /// Signs in a domain's name by the key at a selector; `length`: says how much of the body it covers (`l=`).
    pub fn sign(&self, letter: &Letter, domain: &str, selector: &str, length: bool) -> Letter {
        let signer = DkimSigner::from_key(self.key())
            .domain(domain)
            .selector(selector)
            .headers(COVERED)
            .header_canonicalization(Canonicalization::Relaxed)
            .body_canonicalization(Canonicalization::Relaxed)
            .body_length(length);
        let mut octets = signer.sign(&letter.octets).unwrap().to_header().into_bytes();
        octets.extend_from_slice(&letter.octets);
        Letter { octets, ..letter.clone() }
    }

    fn key(&self) -> Ed25519Key {
        Ed25519Key::from_pkcs8_der(&self.pkcs8).unwrap()
    }
}

/// The sample that is equivalent when its mailbox sends it, written now, with a Message-ID of its own.
pub fn written_now(name: &str) -> Letter {
    let sample = dieu7::io::samples::all().into_iter().find(|sample| sample.id == "01-met").unwrap();
    let mut letter = Letter::from(&sample);
    letter.octets = sample.message_dated(clock::now()).octets().to_vec();
    letter.replace("<01-met.", &format!("<{name}."));
    letter
}
