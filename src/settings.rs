//! What the operator wrote becomes what is meant: `RawSettings` (as typed, TOML) into [`Settings`].
//!
//! With no file at all the defaults serve one machine with Debian's Postfix. Unknown keys and wrong types are errors
//! with file and line. Nothing is read here but the text itself.

mod dns;
mod evidence;
mod revocation;
mod web_address;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::budget::Unpacking;
use crate::policy::{line_of, line_of_key};
use crate::sender::SenderSettings;

use dns::RawDns;
use evidence::RawEvidence;
use revocation::RawRevocation;

pub use dns::{Dns, Dnssec};
pub use revocation::{ListedHost, Revocation, Rewrite};
pub use web_address::{AddressFault, WebAddress};

/// As typed, with the defaults filled in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct RawSettings {
    mode: Mode,
    header_prefix: String,
    site: String,
    gateway: String,
    policies: Vec<PathBuf>,
    milter: RawMilter,
    log: RawLog,
    trust: RawTrust,
    revocation: RawRevocation,
    dns: RawDns,
    evidence: RawEvidence,
    directory: RawDirectory,
    workers: RawWorkers,
    sender: SenderSettings,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct RawMilter {
    socket: String,
    socket_mode: String,
    socket_group: String,
    allow_peers: Vec<String>,
    connections: usize,
    message_megabytes: usize,
    too_large: TooLarge,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct RawLog {
    file: PathBuf,
    unwritable: Unwritable,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct RawTrust {
    folder: PathBuf,
    crls: PathBuf,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct RawDirectory {
    file: PathBuf,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct RawWorkers {
    count: usize,
    memory_megabytes: u64,
    document_seconds: u64,
    unpack_zip: bool,
}

impl Default for RawWorkers {
    fn default() -> Self {
        // Design: 2 s and 256 MB a document. Real ones take milliseconds, and a few times their size.
        Self { count: 0, memory_megabytes: 256, document_seconds: 2, unpack_zip: false }
    }
}

impl Default for RawSettings {
    fn default() -> Self {
        Self {
            mode: Mode::Stamp,
            header_prefix: "Dieu7-".to_owned(),
            site: "D7".to_owned(),
            gateway: "dieu7".to_owned(),
            policies: Vec::new(),
            milter: RawMilter::default(),
            log: RawLog::default(),
            trust: RawTrust::default(),
            revocation: RawRevocation::default(),
            dns: RawDns::default(),
            evidence: RawEvidence::default(),
            directory: RawDirectory::default(),
            workers: RawWorkers::default(),
            sender: SenderSettings::default(),
        }
    }
}

impl Default for RawMilter {
    fn default() -> Self {
        Self {
            // Below the queue directory, because Debian's smtpd is chrooted there.
            socket: "unix:/var/spool/postfix/dieu7/dieu7.sock".to_owned(),
            socket_mode: "0660".to_owned(),
            socket_group: "postfix".to_owned(),
            allow_peers: Vec::new(),
            // Postfix's default process limit is 100, each with one connection.
            connections: 200,
            // Postfix's own default is 10 MB; provinces raise it to 25 or 50.
            message_megabytes: 64,
            too_large: TooLarge::Flag,
        }
    }
}

impl Default for RawLog {
    fn default() -> Self {
        Self { file: "/var/lib/dieu7/log.sqlite".into(), unwritable: Unwritable::Tempfail }
    }
}

impl Default for RawTrust {
    fn default() -> Self {
        Self { folder: "/etc/dieu7/trust-anchors".into(), crls: "/var/lib/dieu7/crls".into() }
    }
}

/// What the gateway does to mail.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Judges and logs, but changes no mail.
    Observe,
    /// Judges, logs and stamps.
    Stamp,
}

impl Mode {
    /// The word in settings and in the log.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Stamp => "stamp",
        }
    }
}

/// What becomes of a message over the size limit.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TooLarge {
    /// It is delivered, flagged as unchecked.
    Flag,
    /// It waits in Postfix's queue (451), until the operator raises the limit.
    Tempfail,
}

/// What becomes of a message whose record cannot be written.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unwritable {
    /// It is delivered without any stamp.
    DeliverUnstamped,
    /// It waits in Postfix's queue (451); nothing is lost.
    Tempfail,
}

/// Where the milter listens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Listen {
    /// TCP; only peers that are allowed are answered.
    Inet(SocketAddr),
    /// A unix socket.
    Unix(PathBuf),
}

/// The processes that read attachments.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Workers {
    /// How many may work at a time; 0 is as many as there are cores.
    pub count: usize,
    /// Memory that each may take beside the message itself.
    pub memory_octets: u64,
    /// How long each may take for one document.
    pub document: Duration,
    /// Whether archives are looked into.
    pub unpacking: Unpacking,
}

/// As meant.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Observe or stamp.
    pub mode: Mode,
    /// First part of every header name, with its hyphen.
    pub header_prefix: String,
    /// First part of every look-up code.
    pub site: String,
    /// Name of this gateway in the log.
    pub gateway: String,
    /// Policy files; none means the policy that is built in.
    pub policies: Vec<PathBuf>,
    /// Where the milter listens.
    pub listen: Listen,
    /// Permission bits of the unix socket.
    pub socket_mode: u32,
    /// Group of the unix socket; empty leaves it as it is.
    pub socket_group: String,
    /// Peers that may use the TCP socket: addresses or networks (`10.0.0.0/24`).
    pub allow_peers: Vec<String>,
    /// Connections at the same time.
    pub connections: usize,
    /// Largest message, in octets.
    pub message_octets: usize,
    /// What becomes of a larger one.
    pub too_large: TooLarge,
    /// The log's file.
    pub log: PathBuf,
    /// What becomes of mail that cannot be logged.
    pub unwritable: Unwritable,
    /// Folder with `anchors.toml` (optional) and certificates.
    pub trust: PathBuf,
    /// Drop folder for CRLs.
    pub crls: PathBuf,
    /// How revocation data is fetched and kept.
    pub revocation: Revocation,
    /// Whom to ask about senders, and how.
    pub dns: Dns,
    /// Folder in which the gateway keeps what its verdicts rest on; `None` when it does not.
    pub evidence: Option<PathBuf>,
    /// The directory of official mailboxes, CSV or TOML; `None` when there is none.
    pub directory: Option<PathBuf>,
    /// The processes that read attachments.
    pub workers: Workers,
    /// How senders are known.
    pub sender: SenderSettings,
    shown: Vec<Shown>,
}

/// One effective value, for `config show`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shown {
    /// Dotted key.
    pub key: String,
    /// TOML value.
    pub value: String,
    /// Whether the file says so; else it is the default.
    pub from_file: bool,
}

/// Why settings cannot be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SettingsError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong there, and what is expected.
    pub message: String,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// Reads the text of a settings file; an empty text gives the defaults. Relative paths are taken from `base`,
    /// the folder of the file.
    pub fn read(text: &str, base: &Path) -> Result<Self, SettingsError> {
        let raw: RawSettings = toml::from_str(text).map_err(|error| SettingsError {
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })?;
        let wrong = |key: &str, message: String| SettingsError { line: line_of_key(text, key), message };
        let listen = listen(&raw.milter.socket, base).ok_or_else(|| {
            let message = format!("`socket` is unix:/path or inet:address:port, not `{}`", raw.milter.socket);
            wrong("socket", message)
        })?;
        if matches!(listen, Listen::Inet(_)) && raw.milter.allow_peers.is_empty() {
            let message = "an inet socket needs `allow-peers`: whoever reaches it can claim any login".to_owned();
            return Err(wrong("socket", message));
        }
        let socket_mode = u32::from_str_radix(&raw.milter.socket_mode, 8)
            .ok()
            .filter(|mode| *mode <= 0o777)
            .ok_or_else(|| wrong("socket-mode", "`socket-mode` is octal, like \"0660\"".to_owned()))?;
        check_prefix(&raw.header_prefix).map_err(|message| wrong("header-prefix", message))?;
        if raw.site.is_empty() || !raw.site.bytes().all(|o| o.is_ascii_alphanumeric()) || raw.site.len() > 16 {
            return Err(wrong("site", "`site` is 1 to 16 ASCII letters and digits".to_owned()));
        }
        if raw.milter.connections == 0 {
            return Err(wrong("connections", "`connections` is at least 1".to_owned()));
        }
        if raw.milter.message_megabytes == 0 || raw.milter.message_megabytes > 1024 {
            return Err(wrong("message-megabytes", "`message-megabytes` is from 1 to 1024".to_owned()));
        }
        let workers = workers(&raw.workers).map_err(|(key, message)| wrong(key, message))?;
        let log = base.join(&raw.log.file);
        let revocation = raw.revocation.meant(base, &log).map_err(|(key, message)| wrong(key, message))?;
        let dns = raw.dns.meant().map_err(|(key, message)| wrong(key, message))?;
        let evidence = raw.evidence.meant(base, &log);
        let shown = shown(&raw, text);
        Ok(Self {
            mode: raw.mode,
            header_prefix: raw.header_prefix,
            site: raw.site,
            gateway: raw.gateway,
            policies: raw.policies.iter().map(|file| base.join(file)).collect(),
            listen,
            socket_mode,
            socket_group: raw.milter.socket_group,
            allow_peers: raw.milter.allow_peers,
            connections: raw.milter.connections,
            message_octets: raw.milter.message_megabytes << 20,
            too_large: raw.milter.too_large,
            log,
            unwritable: raw.log.unwritable,
            trust: base.join(raw.trust.folder),
            crls: base.join(raw.trust.crls),
            revocation,
            dns,
            evidence,
            directory: Some(raw.directory.file).filter(|file| !file.as_os_str().is_empty()).map(|file| base.join(file)),
            workers,
            sender: raw.sender,
            shown,
        })
    }

    /// Every effective value and where it came from, in the order of the file's tables.
    #[must_use]
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }
}

fn workers(raw: &RawWorkers) -> Result<Workers, (&'static str, String)> {
    if raw.count > 1024 {
        return Err(("count", "`count` is at most 1024; 0 is as many as there are cores".to_owned()));
    }
    if !(64..=16_384).contains(&raw.memory_megabytes) {
        return Err(("memory-megabytes", "`memory-megabytes` is from 64 to 16384".to_owned()));
    }
    if !(1..=30).contains(&raw.document_seconds) {
        return Err(("document-seconds", "`document-seconds` is from 1 to 30".to_owned()));
    }
    Ok(Workers {
        count: raw.count,
        memory_octets: raw.memory_megabytes << 20,
        document: Duration::from_secs(raw.document_seconds),
        unpacking: if raw.unpack_zip { Unpacking::Zip } else { Unpacking::Never },
    })
}

fn listen(socket: &str, base: &Path) -> Option<Listen> {
    if let Some(path) = socket.strip_prefix("unix:").filter(|path| !path.is_empty()) {
        return Some(Listen::Unix(base.join(path)));
    }
    socket.strip_prefix("inet:")?.parse().ok().map(Listen::Inet)
}

/// First parts of field names that mail lives by: every inbound field of the family is removed.
const TAKEN: [&str; 14] = [
    "arc-",
    "authentication-",
    "content-",
    "delivered-",
    "dkim-",
    "in-",
    "list-",
    "message-",
    "mime-",
    "received-",
    "reply-",
    "resent-",
    "return-",
    "x-",
];

/// A prefix is a token of RFC 5322 field names that ends in a hyphen, and collides with nobody's.
fn check_prefix(prefix: &str) -> Result<(), String> {
    if TAKEN.iter().any(|taken| prefix.eq_ignore_ascii_case(taken)) {
        return Err(format!("`header-prefix` {prefix} is that of other fields, which would all be removed"));
    }
    let sound = prefix.len() >= 3
        && prefix.len() <= 32
        && prefix.ends_with('-')
        && prefix.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    if sound { Ok(()) } else { Err("`header-prefix` is letters, digits and hyphens, and ends in a hyphen".to_owned()) }
}

fn shown(raw: &RawSettings, text: &str) -> Vec<Shown> {
    let effective = toml::Table::try_from(raw).unwrap_or_default();
    let written: toml::Table = toml::from_str(text).unwrap_or_default();
    let mut rows = Vec::new();
    flatten("", &effective, Some(&written), &mut rows);
    rows
}

fn flatten(prefix: &str, table: &toml::Table, written: Option<&toml::Table>, rows: &mut Vec<Shown>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        let here = written.and_then(|table| table.get(name));
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, here.and_then(toml::Value::as_table), rows),
            other => rows.push(Shown { key, value: other.to_string(), from_file: here.is_some() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, SettingsError> {
        Settings::read(text, Path::new("/etc/dieu7"))
    }

    #[test]
    fn no_file_at_all_gives_a_socket_below_postfix_queue_directory() {
        let settings = read("").unwrap();
        assert_eq!(settings.listen, Listen::Unix("/var/spool/postfix/dieu7/dieu7.sock".into()));
        assert_eq!(settings.mode, Mode::Stamp);
        assert!(settings.shown().iter().all(|row| !row.from_file));
    }

    #[test]
    fn relative_paths_start_at_the_folder_of_the_file_and_values_know_their_origin() {
        let settings = read("mode = \"observe\"\n[log]\nfile = \"log.sqlite\"\n").unwrap();
        assert_eq!(settings.log, Path::new("/etc/dieu7/log.sqlite"));
        let origin = |key: &str| settings.shown().iter().find(|row| row.key == key).unwrap().from_file;
        assert!(origin("mode") && origin("log.file") && !origin("log.unwritable"));
    }

    #[test]
    fn unknown_keys_and_wrong_values_are_errors_at_their_line() {
        assert_eq!(read("mode = \"stamp\"\nmoode = 1\n").unwrap_err().line, 2);
        assert_eq!(read("[milter]\nsocket = \"tcp:25\"\n").unwrap_err().line, 2);
        assert_eq!(read("header-prefix = \"X: \\r\\n\"\n").unwrap_err().line, 1);
        assert_eq!(read("header-prefix = \"Content-\"\n").unwrap_err().line, 1);
        assert_eq!(read("site = \"a b\"\n").unwrap_err().line, 1);
        assert_eq!(read("[milter]\n\nsocket-mode = \"0999\"\n").unwrap_err().line, 3);
        assert_eq!(read("[milter]\nsocket-mode = \"0660\"\nsocket = \"tcp:25\"\n").unwrap_err().line, 3);
        assert_eq!(read("[milter]\nconnections = 0\n").unwrap_err().line, 2);
        assert_eq!(read("[workers]\ncount = 0\nmemory-megabytes = 1\n").unwrap_err().line, 3);
        assert_eq!(read("[workers]\ndocument-seconds = 0\n").unwrap_err().line, 2);
    }

    #[test]
    fn an_inet_socket_without_an_allow_list_is_refused() {
        assert!(read("[milter]\nsocket = \"inet:127.0.0.1:8895\"\n").is_err());
        assert!(read("[milter]\nsocket = \"inet:127.0.0.1:8895\"\nallow-peers = [\"127.0.0.1\"]\n").is_ok());
    }
}
