//! Everything together, in one folder that goes with it.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use dieu7::io::samples::{self, Sample};
use dieu7::io::store::query::{LogReader, Record};

use super::client::{Client, Reply};
use super::gateway::{ACCOUNT, Gateway};
use super::letters::Letter;
use super::mail::Delivered;
use super::postfix::{Postfix, own};
use super::requirements;
use super::sink::Sink;

/// What differs between sites.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// `stamp` or `observe`.
    pub mode: &'static str,
    /// Lines of the table `[milter]`.
    pub milter: &'static str,
    /// Programs that the test needs beside those of every test, with their packages.
    pub programs: &'static [(&'static str, &'static str)],
}

impl Default for Wish {
    fn default() -> Self {
        Self { mode: "stamp", milter: "", programs: &[] }
    }
}

/// Postfix, sink and folder; the gateway is started by the test.
#[derive(Debug)]
pub struct Site {
    // Fields are dropped in this order: Postfix first, then the folder.
    /// The running Postfix.
    pub postfix: Postfix,
    /// Where its mail ends.
    pub sink: Sink,
    folder: tempfile::TempDir,
}

impl Site {
    /// Sets everything up; `None` when this machine cannot, and that is allowed.
    pub fn new(wish: Wish) -> Option<Self> {
        if !requirements::met(wish.programs) {
            return None;
        }
        let folder = tempfile::Builder::new().prefix("dieu7-e2e").tempdir().unwrap();
        open(folder.path(), 0o755);
        let sink = Sink::start(TcpListener::bind((address(), 0)).unwrap());
        let logins: BTreeSet<String> = samples::all().iter().filter_map(login).collect();
        let logins: Vec<String> = logins.into_iter().collect();
        let postfix = Postfix::start(folder.path(), "unix:dieu7/dieu7.sock", sink.address, &logins);
        let site = Self { postfix, sink, folder };
        let socket = site.socket();
        let below_queue = socket.parent().unwrap();
        fs::create_dir(below_queue).unwrap();
        own(below_queue, &format!("{ACCOUNT}:postfix"));
        open(below_queue, 0o2750);
        let home = site.folder.path().join("dieu7");
        samples::install(&home).unwrap();
        fs::create_dir(home.join("log")).unwrap();
        own(&home.join("log"), ACCOUNT);
        fs::write(site.settings(), settings(wish, &socket)).unwrap();
        Some(site)
    }

    /// Starts the gateway.
    pub fn start_gateway(&self) -> Gateway {
        Gateway::start(&self.settings(), &self.socket())
    }

    /// The settings file.
    pub fn settings(&self) -> PathBuf {
        self.folder.path().join("dieu7/dieu7.toml")
    }

    /// The milter socket, below the queue directory.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("queue/dieu7/dieu7.sock")
    }

    /// The folder of the log.
    pub fn log_folder(&self) -> PathBuf {
        self.folder.path().join("dieu7/log")
    }

    /// The installed directory of mailboxes.
    pub fn directory(&self) -> PathBuf {
        self.folder.path().join("dieu7/directory.csv")
    }

    /// A file of the test's own.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Every record, newest first.
    pub fn records(&self) -> Vec<Record> {
        LogReader::open(&self.log_folder().join("log.sqlite")).unwrap().newest(None, None, u32::MAX).unwrap()
    }

    /// Sends a mail from outside.
    pub fn send(&self, letter: &Letter) -> Reply {
        Client::connect(self.postfix.inbound).unwrap().send(letter).unwrap()
    }

    /// Sends a mail that must be taken, and waits for it.
    pub fn deliver(&self, letter: &Letter) -> Delivered {
        let already = self.sink.mails().len();
        let reply = self.send(letter);
        assert_eq!(reply.code, 250, "{reply:?}");
        self.sink.wait_for(already + 1).pop().unwrap()
    }

    /// Sends a sample by the service that its envelope names.
    pub fn send_sample(&self, sample: &Sample) -> Reply {
        let server = match sample.message().envelope().daemon_name.as_deref() {
            Some(b"submission") => self.postfix.submission,
            _ => self.postfix.inbound,
        };
        let client = Client::connect(server).unwrap();
        let client = login(sample).into_iter().fold(client, |client, login| client.login(&login).unwrap());
        let mut client = client;
        client.send(&Letter::from(sample)).unwrap()
    }

    /// Panics unless every mail of the sink bears one stamp whose record, with the mail's own Message-ID, is in the log.
    pub fn assert_stamped_and_recorded(&self, mails: &[Delivered]) {
        let records = self.records();
        for mail in mails {
            let verdict = mail.verdict();
            let record = records.iter().find(|record| record.id == verdict.id);
            let record = record.unwrap_or_else(|| panic!("stamped without a record: {verdict:?}"));
            assert_eq!((&record.verdict, &record.message_id), (&verdict.token, &mail.message_id()));
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.postfix.log();
            let last: Vec<&str> = log.lines().rev().take(40).collect();
            eprintln!("the end of Postfix's log:");
            last.iter().rev().for_each(|line| eprintln!("  {line}"));
        }
    }
}

fn login(sample: &Sample) -> Option<String> {
    sample.message().envelope().auth_login.clone().map(|login| String::from_utf8(login).unwrap())
}

fn settings(wish: Wish, socket: &Path) -> String {
    let Wish { mode, milter, .. } = wish;
    let socket = socket.display();
    format!(
        "mode = \"{mode}\"
site = \"E2E\"

[milter]
socket = \"unix:{socket}\"
socket-group = \"postfix\"
{milter}

[log]
file = \"log/log.sqlite\"

[trust]
folder = \"trust-anchors\"
crls = \"crls\"

[directory]
file = \"directory.csv\"

[dns]
lookup = false

[sender]
agency-domains = [\"tinhmau.example\"]
submission-services = [\"submission\"]
parent-names = [\"Ủy ban nhân dân tỉnh Mẫu\", \"Mẫu\"]
"
    )
}

/// An address of the loopback that no other site of this run has, nor any other run at the same time.
pub fn address() -> Ipv4Addr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let process = std::process::id();
    let site = NEXT.fetch_add(1, Ordering::SeqCst);
    let octet = |value: u32| u8::try_from(1 + value % 250).unwrap();
    Ipv4Addr::new(127, octet(process / 250), octet(process), octet(site))
}

fn open(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
