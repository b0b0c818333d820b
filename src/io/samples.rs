//! The sample mails of `fixtures/`, with a throw-away PKI and directory: what the demo shows and the tests hold the
//! gateway to.

use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::message::{Envelope, Message};
use crate::time::UnixTime;

#[derive(rust_embed::Embed)]
#[folder = "fixtures/"]
#[include = "cases/*"]
#[include = "pki/anchors.toml"]
#[include = "pki/anchors/*"]
#[include = "pki/intermediates/*"]
#[include = "pki/crls/*"]
#[include = "directory.csv"]
struct Fixtures;

/// A sample mail, what the gateway must find, and what there is to learn from it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Folder below `fixtures/cases`.
    #[serde(skip)]
    pub id: String,
    /// What it is.
    pub title: Bilingual,
    /// The SMTP transaction.
    pub envelope: SampleEnvelope,
    /// What must come out.
    pub expect: Expected,
    /// Why, and what a clerk does with it.
    pub why: Bilingual,
}

/// A text in both languages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// The SMTP transaction of a sample.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SampleEnvelope {
    mail_from: String,
    recipients: Vec<String>,
    auth_login: Option<String>,
    daemon_name: String,
    client: String,
}

/// What must come out of a sample.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Verdict token.
    pub verdict: String,
    /// Reasons that must be remarked on the message.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// Per document.
    #[serde(default)]
    pub document: Vec<ExpectedDocument>,
}

/// What must come out for one document; what is not named is not held.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedDocument {
    /// File name, as it is shown.
    pub name: String,
    /// Result token.
    pub verdict: String,
    /// Condition (a).
    pub a: Option<String>,
    /// Condition (b).
    pub b: Option<String>,
    /// Condition (c).
    pub c: Option<String>,
    /// Reasons and remarks that must be among those found.
    #[serde(default)]
    pub reasons: Vec<String>,
}

/// Every sample, in the order of its folder's name.
///
/// # Panics
/// Never, unless the fixtures of this build are broken; the tests read all of them.
#[must_use]
pub fn all() -> Vec<Sample> {
    let mut samples: Vec<Sample> = Fixtures::iter()
        .filter_map(|path| {
            let id = path.strip_prefix("cases/")?.strip_suffix("/case.toml")?.to_owned();
            let text = String::from_utf8(Fixtures::get(&path)?.data.into_owned()).ok()?;
            let sample: Sample = toml::from_str(&text).expect("a committed sample reads");
            Some(Sample { id, ..sample })
        })
        .collect();
    samples.sort_by(|a, b| a.id.cmp(&b.id));
    samples
}

impl Sample {
    /// The message with its envelope.
    #[must_use]
    pub fn message(&self) -> Message {
        self.with(self.octets())
    }

    /// The same as if it had been written at `now`, for a gateway whose clock is the real one.
    #[must_use]
    pub fn message_dated(&self, now: UnixTime) -> Message {
        let octets = self.octets();
        let Some(start) = octets.windows(8).position(|window| window == b"\r\nDate: ").map(|at| at + 8) else {
            return self.with(octets);
        };
        let length = octets[start..].iter().position(|octet| *octet == b'\r').unwrap_or(0);
        let dated = [&octets[..start], now.mail_date().as_bytes(), &octets[start + length..]].concat();
        self.with(dated)
    }

    fn octets(&self) -> Vec<u8> {
        let file = Fixtures::get(&format!("cases/{}/message.eml", self.id));
        file.map(|file| file.data.into_owned()).unwrap_or_default()
    }

    fn with(&self, octets: Vec<u8>) -> Message {
        let envelope = &self.envelope;
        let envelope = Envelope {
            client: envelope.client.parse().ok(),
            helo: b"mail.tinhmau.example".to_vec(),
            mail_from: envelope.mail_from.clone().into_bytes(),
            recipients: envelope.recipients.iter().map(|recipient| recipient.clone().into_bytes()).collect(),
            auth_login: envelope.auth_login.clone().map(String::into_bytes),
            daemon_name: Some(envelope.daemon_name.clone().into_bytes()),
            queue_id: Some(format!("DEMO{}", self.id.split('-').next().unwrap_or_default()).into_bytes()),
        };
        Message::parse(envelope, octets)
    }
}

/// Writes PKI, revocation lists, directory and settings into `folder`, ready for a gateway. Gives the path of the
/// settings file.
pub fn install(folder: &Path) -> io::Result<std::path::PathBuf> {
    for path in Fixtures::iter() {
        let Some(place) = place(&path) else { continue };
        let file = folder.join(place);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, Fixtures::get(&path).map(|file| file.data).unwrap_or_default())?;
    }
    let settings = folder.join("dieu7.toml");
    fs::write(&settings, SETTINGS)?;
    Ok(settings)
}

fn place(path: &str) -> Option<String> {
    if path == "directory.csv" {
        return Some(path.to_owned());
    }
    let rest = path.strip_prefix("pki/")?;
    Some(match rest.strip_prefix("crls/") {
        Some(crl) => format!("crls/{crl}"),
        None => format!("trust-anchors/{rest}"),
    })
}

/// Settings of the demo: everything in its own folder, a header prefix of its own so that no filter mistakes it.
pub const SETTINGS: &str = r#"# dieu7 demo
mode = "stamp"
header-prefix = "Dieu7-Demo-"
site = "DEMO"
gateway = "demo"

[milter]
socket = "unix:dieu7.sock"
socket-group = ""

[log]
file = "log.sqlite"

[trust]
folder = "trust-anchors"
crls = "crls"

[directory]
file = "directory.csv"

# Domains of samples are nobody's.
[dns]
lookup = false

[sender]
agency-domains = ["tinhmau.example"]
submission-services = ["submission"]
parent-names = ["Ủy ban nhân dân tỉnh Mẫu", "Mẫu"]
"#;
