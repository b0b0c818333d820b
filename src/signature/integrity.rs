//! Whether the octets are what was signed: format checking and cryptographic verification (EN 319 102-1, 5.2.2 and 5.2.7)
//! one after the other, and whether the signature reaches over what is shown, for which the standard has no block.

use crate::algorithm::{DigestAlgorithm, PrefixDigests};
use crate::budget::Budget;
use crate::cms::SignedData;
use crate::pdf::{Coverage, Modification, Oddity, SignatureField, Weight};
use crate::x509::Certificate;

use super::acceptance::Means;
use super::conclusion::{Failure, FormatFault};
use super::context::Context;
use super::cryptographic_verification;
use super::embedded::Embedded;
use super::format_checking::{self, Form, Stopped, Value};
use super::signing_certificate;
use super::timestamp::Timestamp;

/// What the octets say, before anybody asks whose certificate it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Integrity {
    /// Digest and signature value hold, over all that is shown.
    Intact,
    /// They do not.
    Failed(Failure),
    /// The certificate that the signature names is not there, or there is more than one that it could be.
    NoCertificate,
    /// A limit was reached before it was examined.
    Unexamined,
    /// The form or an algorithm is not supported, so nothing is known.
    Unsupported,
}

/// Result of these blocks: the signature value, where it could be read, serves the next ones.
pub(super) struct Checked {
    pub(super) integrity: Integrity,
    pub(super) form: Option<Form>,
    pub(super) value: Option<Value>,
    /// The token of a document timestamp.
    pub(super) timestamp: Option<Timestamp>,
    /// Those over the content, of a signature that verifies.
    pub(super) content: Vec<Timestamp>,
}

impl Checked {
    pub(super) fn cms(&self) -> Option<&SignedData> {
        self.value.as_ref()?.cms()
    }

    pub(super) fn signer(&self) -> Option<&Certificate> {
        signing_certificate::identify(self.value.as_ref()?)
    }

    pub(super) fn certificates(&self) -> &[Certificate] {
        self.value.as_ref().map_or(&[], Value::certificates)
    }

    /// Every algorithm on which the signature rests.
    pub(super) fn means(&self) -> Means<'_> {
        let content = self.cms().and_then(SignedData::digest_algorithm);
        // Whatever signs it, the document is known to the signature by its SHA-1 digest only.
        let inner = (self.form == Some(Form::Pkcs7Sha1)).then_some(DigestAlgorithm::Sha1);
        let imprint = self.timestamp.as_ref().and_then(Timestamp::imprint_algorithm);
        Means {
            digests: [content, inner, imprint].into_iter().flatten().collect(),
            scheme: self.value.as_ref().and_then(Value::scheme),
            signer: self.signer(),
        }
    }
}

/// Checks one signature field against the octets of its file. `store` is its security store.
pub(super) fn check(
    file: &PrefixDigests<'_>,
    field: &SignatureField,
    oddities: &[Oddity],
    (store, context): (&Embedded, &Context<'_>),
    budget: &mut Budget,
) -> Checked {
    let formatted = match format_checking::check(file, field, (store, context.known), budget) {
        Ok(formatted) => formatted,
        Err(Stopped { integrity, form, value }) => {
            return Checked { integrity, form, value, timestamp: None, content: Vec::new() };
        }
    };
    let (verified, timestamp) = cryptographic_verification::verify(&formatted, budget);
    let before = match &verified {
        Ok(()) => cryptographic_verification::content_timestamps(&formatted, budget),
        Err(_) => Vec::new(),
    };
    let integrity = match verified {
        Ok(()) => after_signing(
            field,
            formatted.coverage,
            oddities,
            context.constraints.changes_allowed,
            formatted.signed_end,
        ),
        Err(integrity) => integrity,
    };
    Checked { integrity, form: Some(formatted.form), value: Some(formatted.value), timestamp, content: before }
}

/// The signed octets hold; now what came after them, and around them.
fn after_signing(
    field: &SignatureField,
    coverage: Coverage,
    oddities: &[Oddity],
    allowed: Modification,
    signed_end: u64,
) -> Integrity {
    if oddities.iter().any(|oddity| oddity.weight(signed_end) == Weight::Fatal) {
        return Integrity::Failed(Failure::Format(FormatFault::Structure));
    }
    match coverage {
        Coverage::WholeFile => Integrity::Intact,
        Coverage::GapNotContents => Integrity::Failed(Failure::Format(FormatFault::Gap)),
        Coverage::Revision { .. } if field.permits(allowed) => Integrity::Intact,
        Coverage::Revision { .. } => Integrity::Failed(Failure::Format(FormatFault::Changed(field.modification))),
    }
}
