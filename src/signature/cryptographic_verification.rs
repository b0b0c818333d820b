//! Cryptographic verification (EN 319 102-1, 5.2.7): are the signed octets the ones that were signed, by the key of the
//! certificate that was named?

use crate::algorithm::{DigestAlgorithm, VerifyError};
use crate::budget::Budget;
use crate::cms::{CmsFault, TstInfo};

use super::conclusion::{Failure, FormatFault};
use super::format_checking::{Form, Formatted, RSA_SHA1, Signed, Value};
use super::integrity::Integrity;
use super::signing_certificate;
use super::timestamp::{Timestamp, TimestampFault, TimestampKind};

/// Verifies; for a document timestamp the token is told beside it.
pub(super) fn verify(formatted: &Formatted<'_>, budget: &mut Budget) -> (Result<(), Integrity>, Option<Timestamp>) {
    let Formatted { form, value, signed, .. } = formatted;
    let digested = digest_algorithm(*form, value).map_or(0, |algorithm| signed.price(algorithm));
    if budget.signature_check().and_then(|()| budget.digested(digested)).is_err() {
        return (Err(Integrity::Unexamined), None);
    }
    let verified = match (form, value) {
        (Form::Timestamp, Value::Cms(cms)) => {
            let token = Timestamp::of(TimestampKind::Document, cms, |algorithm| signed.digest(algorithm));
            return (token.outcome().map_err(of_token), Some(token));
        }
        (Form::Cades | Form::Pkcs7, Value::Cms(cms)) => cms.verify_by(|algorithm| signed.digest(algorithm)),
        (Form::Pkcs7Sha1, Value::Cms(cms)) => cms.verify_sha1_content(|| signed.digest(DigestAlgorithm::Sha1)),
        (Form::RsaSha1, Value::Pkcs1 { signature, .. }) => return (bare(value, signed, signature), None),
        (Form::RsaSha1, Value::Cms(_))
        | (Form::Cades | Form::Pkcs7 | Form::Pkcs7Sha1 | Form::Timestamp, Value::Pkcs1 { .. }) => {
            return (Err(Integrity::Unsupported), None);
        }
    };
    let integrity = match verified {
        Ok(()) if signing_certificate::is_protected(*form, value) => Ok(()),
        Ok(()) => Err(Integrity::Unsupported),
        Err(fault) => Err(of_fault(&fault)),
    };
    (integrity, None)
}

/// The timestamps over the content of a detached signature (EN 319 122-1, 5.2.8): it was made after them.
pub(super) fn content_timestamps(formatted: &Formatted<'_>, budget: &mut Budget) -> Vec<Timestamp> {
    let (Form::Cades | Form::Pkcs7, Value::Cms(cms)) = (formatted.form, &formatted.value) else { return Vec::new() };
    let digest = |algorithm, budget: &mut Budget| {
        budget.digested(formatted.signed.price(algorithm)).ok()?;
        formatted.signed.digest(algorithm)
    };
    Timestamp::of_content(cms, &digest, budget)
}

/// With what the document itself is digested.
fn digest_algorithm(form: Form, value: &Value) -> Option<DigestAlgorithm> {
    match (form, value) {
        (Form::Cades | Form::Pkcs7, Value::Cms(cms)) => cms.digest_algorithm(),
        (Form::Timestamp, Value::Cms(cms)) => TstInfo::parse(cms.content()?).ok()?.imprint_algorithm(),
        (Form::Pkcs7Sha1 | Form::RsaSha1, _) => Some(DigestAlgorithm::Sha1),
        (Form::Cades | Form::Pkcs7 | Form::Timestamp, Value::Pkcs1 { .. }) => None,
    }
}

fn bare(value: &Value, signed: &Signed<'_>, signature: &[u8]) -> Result<(), Integrity> {
    let certificate = signing_certificate::identify(value).ok_or(Integrity::NoCertificate)?;
    let key = certificate.public_key().map_err(|_| Integrity::Unsupported)?;
    let signed = signed.slices().ok_or(Integrity::Failed(Failure::Format(FormatFault::ByteRange)))?;
    key.verify(RSA_SHA1, &signed, signature).map_err(|error| match error {
        VerifyError::Mismatch => Integrity::Failed(Failure::SigCrypto),
        VerifyError::OtherKey | VerifyError::Weak(_) => Integrity::Unsupported,
    })
}

/// What a fault of the CMS object says about the document: only a mismatch proves that something was changed.
fn of_fault(fault: &CmsFault) -> Integrity {
    match fault {
        CmsFault::HashMismatch => Integrity::Failed(Failure::Hash),
        CmsFault::SignatureMismatch => Integrity::Failed(Failure::SigCrypto),
        // The standard has no harder word for a certificate that is not the one named (EN 319 102-1, 5.2.3.4): the right
        // one may only be missing.
        CmsFault::CertificateAmbiguous | CmsFault::CertificateMissing | CmsFault::CertificateSubstituted => {
            Integrity::NoCertificate
        }
        // RFC 5652 allows a signature without signed attributes, PAdES does not; nothing is known to be changed.
        CmsFault::NoSignedAttributes | CmsFault::Key(_) | CmsFault::Scheme(_) | CmsFault::Verify(_) => {
            Integrity::Unsupported
        }
        CmsFault::AlgorithmProtection | CmsFault::Attribute { .. } | CmsFault::Content | CmsFault::ContentType => {
            Integrity::Failed(Failure::Format(FormatFault::Cms))
        }
    }
}

/// The same of a token that stands in the place of a signature.
fn of_token(fault: &TimestampFault) -> Integrity {
    match fault {
        TimestampFault::Imprint => Integrity::Failed(Failure::Hash),
        TimestampFault::Token(fault) => of_fault(fault),
        TimestampFault::Cms(_) | TimestampFault::Content(_) => Integrity::Failed(Failure::Format(FormatFault::Cms)),
        TimestampFault::ImprintAlgorithm | TimestampFault::Unprotected | TimestampFault::Usage => {
            Integrity::Unsupported
        }
        TimestampFault::Unexamined => Integrity::Unexamined,
    }
}
