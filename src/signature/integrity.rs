//! Format checking and cryptographic verification (EN 319 102-1, 5.2.2 and 5.2.7): are the signed octets the ones
//! that were signed, and does the signature reach over what is shown?

use crate::algorithm::PrefixDigests;
use crate::budget::Budget;
use crate::cms::{CmsFault, SignedData};
use crate::pdf::{self, Coverage, Modification, Oddity, SignatureField, SignatureKind, SubFilter, Weight};
use crate::x509::Certificate;

use super::conclusion::{Failure, FormatFault};

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

/// Result of this block: the signed data, where it could be read, serves the next ones.
pub(super) struct Checked {
    pub(super) integrity: Integrity,
    pub(super) cms: Option<SignedData>,
}

impl Checked {
    fn failed(failure: Failure, cms: Option<SignedData>) -> Self {
        Self { integrity: Integrity::Failed(failure), cms }
    }

    pub(super) fn signer(&self) -> Option<&Certificate> {
        self.cms.as_ref()?.signer_certificate().ok()
    }
}

/// Checks one signature field against the octets of its file.
pub(super) fn check(
    digests: &PrefixDigests<'_>,
    field: &SignatureField,
    oddities: &[Oddity],
    budget: &mut Budget,
) -> Checked {
    let file = digests.file();
    let format = |fault| Checked::failed(Failure::Format(fault), None);
    let Ok(contents) = field.contents else { return format(FormatFault::Contents) };
    // The reader bounds this too; but its word is not taken for how many fields share one value of megabytes.
    if budget.decoded(contents.of(file).map_or(0, <[u8]>::len)).is_err() {
        return Checked { integrity: Integrity::Unexamined, cms: None };
    }
    let Ok(octets) = pdf::contents_octets(file, contents) else { return format(FormatFault::Contents) };
    let supported = matches!(field.sub_filter, SubFilter::AdbePkcs7Detached | SubFilter::EtsiCadesDetached)
        && field.kind == SignatureKind::Signature;
    let cms = match SignedData::parse(&octets) {
        Ok(cms) => cms,
        // adbe.x509.rsa_sha1 holds no CMS at all; it is present, and not supported.
        Err(_) if !supported => return Checked { integrity: Integrity::Unsupported, cms: None },
        Err(_) => return format(FormatFault::Cms),
    };
    let Ok(range) = &field.byte_range else {
        return Checked::failed(Failure::Format(FormatFault::ByteRange), Some(cms));
    };
    if !pdf::padding_is_zero(&octets, cms.consumed()) {
        return Checked::failed(Failure::Format(FormatFault::Contents), Some(cms));
    }
    let file_len = file.len() as u64;
    // Coverage is computed here again from the octets' positions: the reader's word is not taken for it.
    let coverage = range.coverage(contents, file_len);
    if coverage == Coverage::GapNotContents {
        return Checked::failed(Failure::Format(FormatFault::Gap), Some(cms));
    }
    let Some((first, second)) = range.signed_parts() else {
        return Checked::failed(Failure::Format(FormatFault::ByteRange), Some(cms));
    };
    if !supported {
        return Checked { integrity: Integrity::Unsupported, cms: Some(cms) };
    }
    // EN 319 142-1, 6.3: the signing certificate must be protected by the signature in this form.
    let ess_missing = field.sub_filter == SubFilter::EtsiCadesDetached && !cms.has_ess();
    let digested = cms.digest_algorithm().map_or(0, |algorithm| digests.price(algorithm, first, &second));
    if budget.signature_check().and_then(|()| budget.digested(digested)).is_err() {
        return Checked { integrity: Integrity::Unexamined, cms: Some(cms) };
    }
    let integrity = match cms.verify_by(|algorithm| digests.digest(algorithm, first, second)) {
        Ok(()) if ess_missing => Integrity::Unsupported,
        Ok(()) => after_signing(field, coverage, oddities, range.end()),
        Err(fault) => of_fault(&fault),
    };
    Checked { integrity, cms: Some(cms) }
}

/// The signed octets hold; now what came after them, and around them.
fn after_signing(field: &SignatureField, coverage: Coverage, oddities: &[Oddity], signed_end: u64) -> Integrity {
    if oddities.iter().any(|oddity| oddity.weight(signed_end) == Weight::Fatal) {
        return Integrity::Failed(Failure::Format(FormatFault::Structure));
    }
    match coverage {
        Coverage::WholeFile => Integrity::Intact,
        Coverage::GapNotContents => Integrity::Failed(Failure::Format(FormatFault::Gap)),
        Coverage::Revision { .. } if field.modification <= allowed(field) => Integrity::Intact,
        Coverage::Revision { .. } => Integrity::Failed(Failure::Format(FormatFault::Changed(field.modification))),
    }
}

/// What may come after this signature. One that certifies with P = 1 allows no change but validation data and document
/// timestamps (ISO 32000-2, table 257).
fn allowed(field: &SignatureField) -> Modification {
    if field.doc_mdp == Some(1) { Modification::LongTermValidation } else { Modification::FurtherSignature }
}

/// What a fault of the CMS object says about the document: only a mismatch proves that something was changed.
fn of_fault(fault: &CmsFault) -> Integrity {
    match fault {
        CmsFault::HashMismatch => Integrity::Failed(Failure::Hash),
        CmsFault::SignatureMismatch => Integrity::Failed(Failure::SigCrypto),
        CmsFault::CertificateAmbiguous | CmsFault::CertificateMissing => Integrity::NoCertificate,
        // RFC 5652 allows a signature without signed attributes, PAdES does not; nothing is known to be changed.
        CmsFault::NoSignedAttributes | CmsFault::Key(_) | CmsFault::Scheme(_) | CmsFault::Verify(_) => {
            Integrity::Unsupported
        }
        CmsFault::AlgorithmProtection
        | CmsFault::Attribute { .. }
        | CmsFault::CertificateSubstituted
        | CmsFault::Content
        | CmsFault::ContentType => Integrity::Failed(Failure::Format(FormatFault::Cms)),
    }
}
