//! Both sides of a comparison that did not come out as hoped, for people: what stands in the certificate, and what in the
//! directory.

use serde::{Deserialize, Serialize};

use super::{Listing, SignerFacts};
use crate::message::name::clean;

/// Names in certificates and directories stay below this; a hostile one has megabytes.
const SHOWN: usize = 200;
/// More codes, places or mailboxes than this explain nothing more.
const MANY: usize = 8;

/// The signer's certificate beside the entry of the sending mailbox.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Compared {
    /// What the certificate says.
    pub certificate: CertificateSide,
    /// What the directory says; `None` where it lists no agency for the mailbox.
    pub listing: Option<ListingSide>,
}

/// What a certificate says of its holder. Of a person neither name nor mailbox is kept.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct CertificateSide {
    /// CN.
    pub name: Option<String>,
    /// O, then L.
    pub parents: Vec<String>,
    /// Codes of agencies.
    pub codes: Vec<String>,
    /// rfc822Names of the subjectAltName.
    pub mailboxes: Vec<String>,
}

/// What the directory says of the sender.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ListingSide {
    /// The mailbox.
    pub mailbox: String,
    /// Official name.
    pub agency: String,
    /// Codes.
    pub codes: Vec<String>,
}

impl Compared {
    /// Puts the two beside each other.
    #[must_use]
    pub fn new(signer: &SignerFacts, sender: Option<&Listing>) -> Self {
        let parents: Vec<String> = signer.organizations.iter().chain(&signer.localities).cloned().collect();
        let certificate = CertificateSide {
            name: signer.common_name.as_deref().filter(|_| !signer.of_person).map(|name| clean(name, SHOWN)),
            parents: shown(&parents),
            codes: shown(&signer.codes),
            mailboxes: if signer.of_person { Vec::new() } else { shown(&signer.emails) },
        };
        let listing = sender.map(|listing| ListingSide {
            mailbox: listing.mailbox.to_string(),
            agency: clean(&listing.agency, SHOWN),
            codes: shown(&listing.codes.iter().cloned().collect::<Vec<_>>()),
        });
        Self { certificate, listing }
    }
}

fn shown(texts: &[String]) -> Vec<String> {
    texts.iter().take(MANY).map(|text| clean(text, SHOWN)).collect()
}
