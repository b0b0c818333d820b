//! Attributes of a SignerInfo (RFC 5652, section 11): a set of object identifiers with sets of values.

use serde::{Deserialize, Serialize};

use crate::asn1::{self, Asn1Error, Reader, Value};

/// content-type.
pub const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
/// message-digest.
pub const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
/// signing-time.
pub const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5];
/// CMSAlgorithmProtection (RFC 6211).
pub const ALGORITHM_PROTECTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 52];
/// signingCertificate (RFC 2634, 5.4).
pub const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 12];
/// signingCertificateV2 (RFC 5035, 3).
pub const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
/// signatureTimeStampToken (RFC 3161, appendix A).
pub const TIME_STAMP_TOKEN: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];
/// content-time-stamp (ETSI EN 319 122-1, 5.2.8).
pub const CONTENT_TIME_STAMP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 20];
/// Adobe's revocationInfoArchival (ISO 32000-2, 12.8.3.3.2).
pub const REVOCATION_INFO_ARCHIVAL: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x2f, 1, 1, 8];

/// Signers write up to ten; a long list only costs time.
pub const MAX_ATTRIBUTES: usize = 100;

/// Why an attribute does not count.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum AttributeFault {
    /// The value is not of the attribute's type.
    Malformed(Asn1Error),
    /// It must be there and is not.
    Missing,
    /// It occurs more than once, or with no value, or with several (RFC 5652, 5.3 and 11).
    NotSingle,
}

/// A set of attributes, as it stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    list: Vec<Attribute>,
}

#[derive(Clone, Debug)]
struct Attribute {
    oid: Vec<u8>,
    /// Each value with its header.
    values: Vec<Vec<u8>>,
}

impl Attributes {
    /// Reads the content of the SET.
    pub(super) fn read(content: &[u8]) -> Result<Self, Asn1Error> {
        let mut reader = Reader::new(content);
        let mut list = Vec::new();
        while !reader.is_empty() {
            if list.len() == MAX_ATTRIBUTES {
                return Err(Asn1Error::Value);
            }
            let mut fields = reader.inside(asn1::SEQUENCE)?;
            let oid = fields.expect(asn1::OID)?.to_vec();
            let mut set = fields.inside(asn1::SET)?;
            fields.finish()?;
            let mut values = Vec::new();
            while !set.is_empty() {
                if values.len() == MAX_ATTRIBUTES {
                    return Err(Asn1Error::Value);
                }
                values.push(set.any()?.raw.to_vec());
            }
            list.push(Attribute { oid, values });
        }
        Ok(Self { list })
    }

    /// The only value of an attribute, `None` when the attribute is not there.
    pub(super) fn single(&self, oid: &[u8]) -> Result<Option<Value<'_>>, AttributeFault> {
        let mut found = self.list.iter().filter(|attribute| attribute.oid == oid);
        let Some(attribute) = found.next() else { return Ok(None) };
        match (attribute.values.as_slice(), found.next()) {
            ([value], None) => Value::only(value).map(Some).map_err(AttributeFault::Malformed),
            _ => Err(AttributeFault::NotSingle),
        }
    }

    /// The only value of an attribute that must be there.
    pub(super) fn required(&self, oid: &[u8]) -> Result<Value<'_>, AttributeFault> {
        self.single(oid)?.ok_or(AttributeFault::Missing)
    }

    /// Whether an attribute is there at all.
    pub(super) fn has(&self, oid: &[u8]) -> bool {
        self.list.iter().any(|attribute| attribute.oid == oid)
    }

    /// Every value of every attribute with this identifier.
    pub(super) fn values(&self, oid: &[u8]) -> impl Iterator<Item = &[u8]> {
        self.list
            .iter()
            .filter(move |attribute| attribute.oid == oid)
            .flat_map(|attribute| &attribute.values)
            .map(Vec::as_slice)
    }
}
