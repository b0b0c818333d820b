//! Extensions of responses and of single answers (RFC 6960, 4.4).

use super::super::crl::read_extension;
use super::fault::OcspError;
use crate::asn1::{self, Asn1Error, Value};

/// More extensions than this are found in attacks only.
const MAX_EXTENSIONS: usize = 50;

/// One extension.
pub(super) struct Extension<'a> {
    /// Content of its object identifier.
    pub(super) oid: &'a [u8],
    /// Whether whoever does not know it must not go on.
    pub(super) critical: bool,
    /// Content of its OCTET STRING.
    pub(super) value: &'a [u8],
}

/// All extensions of the `Extensions` in `content`; a second one of a kind is refused (RFC 5280, 4.2).
pub(super) fn read_all(content: &[u8]) -> Result<Vec<Extension<'_>>, OcspError> {
    let mut list = Value::only(content)?.inside(asn1::SEQUENCE)?;
    let mut all: Vec<Extension<'_>> = Vec::new();
    while !list.is_empty() {
        let (oid, critical, value) = read_extension(&mut list)?;
        let extension = Extension { oid, critical, value };
        if all.len() == MAX_EXTENSIONS {
            return Err(OcspError::TooMany);
        }
        if all.iter().any(|seen| seen.oid == extension.oid) {
            return Err(Asn1Error::Value.into());
        }
        all.push(extension);
    }
    Ok(all)
}

/// The moment in a GeneralizedTime: the only kind of time that RFC 6960 has.
pub(super) fn generalized_time(value: &Value<'_>) -> Result<crate::time::UnixTime, Asn1Error> {
    value.expect(asn1::GENERALIZED_TIME)?;
    value.time()
}
