//! Mails to be sent.

use dieu7::io::samples::Sample;

/// A mail with its envelope.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Letter {
    /// Reverse path.
    pub mail_from: String,
    /// Forward paths.
    pub recipients: Vec<String>,
    /// The message, lines ended by CRLF.
    pub octets: Vec<u8>,
}

impl Letter {
    /// From an agency outside to an office of the province.
    pub fn new(octets: impl Into<Vec<u8>>) -> Self {
        Self {
            mail_from: "canbo@coquan.example".to_owned(),
            recipients: vec!["vanthu.vpubnd@tinhmau.example".to_owned()],
            octets: octets.into(),
        }
    }

    /// A few lines of text.
    pub fn plain(name: &str) -> Self {
        Self::new(format!("{}\r\nK\u{ed}nh g\u{1eed}i\r\n.\r\n..hai\r\n", header(name, "text/plain; charset=UTF-8")))
    }

    /// Puts one text in the place of another, which must be there; only its first appearance.
    pub fn replace(&mut self, old: &str, new: &str) {
        let at = self.octets.windows(old.len()).position(|window| window == old.as_bytes());
        let at = at.unwrap_or_else(|| panic!("no {old} in the mail"));
        self.octets.splice(at..at + old.len(), new.bytes());
    }

    /// Puts fields on top.
    pub fn on_top(&mut self, fields: &str) {
        self.octets.splice(..0, fields.bytes());
    }

    /// A sample with another Message-ID, so that many of it can be told apart.
    pub fn of_sample(sample: &Sample, name: &str) -> Self {
        let mut letter = Self::from(sample);
        let old = format!("Message-ID: <{}.", sample.id);
        let at = letter.octets.windows(old.len()).position(|window| window == old.as_bytes()).unwrap();
        letter.octets.splice(at..at + old.len(), format!("Message-ID: <{name}.").into_bytes());
        letter
    }
}

impl From<&Sample> for Letter {
    fn from(sample: &Sample) -> Self {
        let message = sample.message();
        let text = |octets: &[u8]| String::from_utf8(octets.to_owned()).unwrap();
        Self {
            mail_from: text(&message.envelope().mail_from),
            recipients: message.envelope().recipients.iter().map(|recipient| text(recipient)).collect(),
            octets: message.octets().to_vec(),
        }
    }
}

/// The usual fields, without the empty line after them.
pub fn header(name: &str, content_type: &str) -> String {
    format!(
        "From: canbo@coquan.example\r\nTo: vanthu.vpubnd@tinhmau.example\r\nSubject: {name}\r\n\
         Date: Mon, 02 Nov 2026 08:15:00 +0700\r\nMessage-ID: <{name}@coquan.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: {content_type}\r\nContent-Transfer-Encoding: 8bit\r\n"
    )
}
