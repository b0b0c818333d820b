//! Identification of the signing certificate (EN 319 102-1, 5.2.3): the one that the signature names, and by what.

use crate::x509::Certificate;

use super::format_checking::{Form, Value};

/// The signer's certificate: in CMS the one of the sid and of the ESS attribute, else the first one of `/Cert`.
pub(super) fn identify(value: &Value) -> Option<&Certificate> {
    match value {
        Value::Cms(cms) => cms.signer_certificate().ok(),
        Value::Pkcs1 { certificates, .. } => certificates.first(),
    }
}

/// Whether the signed attributes name the certificate where the form demands it, so that a twin with the same key
/// cannot take its place (EN 319 142-1, 6.3; RFC 5035, 5).
pub(super) fn is_protected(form: Form, value: &Value) -> bool {
    match form {
        Form::Cades | Form::Timestamp => value.cms().is_some_and(crate::cms::SignedData::has_ess),
        Form::Pkcs7 | Form::Pkcs7Sha1 | Form::RsaSha1 => true,
    }
}
