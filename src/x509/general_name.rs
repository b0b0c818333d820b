//! The alternatives of `GeneralName` (RFC 5280, 4.2.1.6).

use serde::{Deserialize, Serialize};

use super::name::{Name, directory_name};
use crate::asn1::{self, Asn1Error, Reader, Value, context, context_primitive};

/// One alternative name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum GeneralName {
    /// A distinguished name.
    Directory(Name),
    /// A host name.
    Dns(String),
    /// A mailbox.
    Email(String),
    /// An address of 4 or 16 octets; with its mask (8 or 32) in name constraints.
    Ip(Vec<u8>),
    /// A kind that is not read, or a value that does not fit its kind; the identifier octet tells which.
    Other(u8),
    /// An address of a resource.
    Uri(String),
}

const SMTP_UTF8_MAILBOX: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 8, 9];

/// 1,000 alternative names are more than any certificate needs, and few enough to compare with every constraint.
pub const MAX_NAMES: usize = 1_000;

impl GeneralName {
    /// Reads one alternative.
    #[must_use]
    pub fn read(value: &Value<'_>) -> Self {
        const OTHER: u8 = context(0);
        const EMAIL: u8 = context_primitive(1);
        const DNS: u8 = context_primitive(2);
        const DIRECTORY: u8 = context(4);
        const URI: u8 = context_primitive(6);
        const IP: u8 = context_primitive(7);
        // IA5String; what is not ASCII cannot be compared and counts as not readable.
        let text = || std::str::from_utf8(value.content).ok().filter(|text| text.is_ascii()).map(str::to_owned);
        match value.tag {
            // A mailbox with a local part beyond ASCII: constraints on mailboxes hold for it too (RFC 9598, 6), so it is
            // a mailbox that was not read.
            OTHER if Reader::new(value.content).expect(asn1::OID) == Ok(SMTP_UTF8_MAILBOX) => Some(Self::Other(EMAIL)),
            EMAIL => text().map(Self::Email),
            DNS => text().map(Self::Dns),
            DIRECTORY => directory_name(value).map(Self::Directory),
            URI => text().map(Self::Uri),
            IP => Some(Self::Ip(value.content.to_vec())),
            _ => None,
        }
        .unwrap_or(Self::Other(value.tag))
    }

    /// Reads all that follow.
    pub fn read_all(mut reader: Reader<'_>) -> Result<Vec<Self>, Asn1Error> {
        let mut names = Vec::new();
        while !reader.is_empty() {
            if names.len() == MAX_NAMES {
                return Err(Asn1Error::Value);
            }
            names.push(Self::read(&reader.any()?));
        }
        Ok(names)
    }
}
