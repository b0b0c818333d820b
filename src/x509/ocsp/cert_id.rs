//! How requests and responses call a certificate: by its issuer's name and key, digested, and its serial number.

use std::collections::BTreeMap;

use super::super::crl_entry::minimal;
use super::request::Subject;
use crate::algorithm::DigestAlgorithm;
use crate::asn1::{self, Asn1Error, Reader, encode};

/// `CertID` (RFC 6960, 4.1.1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CertId {
    /// `None` for a digest that is not known; such an identifier calls nothing.
    digest: Option<DigestAlgorithm>,
    name_hash: Vec<u8>,
    key_hash: Vec<u8>,
    /// Content octets, in the shortest form.
    serial: Vec<u8>,
}

impl CertId {
    /// What `subject` is called under `digest`; `None` for a digest that is never computed.
    #[must_use]
    pub fn of(subject: &Subject<'_>, digest: DigestAlgorithm) -> Option<Self> {
        Some(Self {
            digest: Some(digest),
            name_hash: digest.digest(&[subject.issuer])?,
            key_hash: digest.digest(&[subject.key])?,
            serial: minimal(subject.serial).to_vec(),
        })
    }

    pub(super) fn read(mut fields: Reader<'_>) -> Result<Self, Asn1Error> {
        let digest = DigestAlgorithm::from_identifier(fields.inside(asn1::SEQUENCE)?)?;
        let name_hash = fields.expect(asn1::OCTET_STRING)?.to_vec();
        let key_hash = fields.expect(asn1::OCTET_STRING)?.to_vec();
        let serial = fields.expect(asn1::INTEGER)?;
        fields.finish()?;
        if serial.is_empty() {
            return Err(Asn1Error::Value);
        }
        Ok(Self { digest, name_hash, key_hash, serial: minimal(serial).to_vec() })
    }

    /// In DER, with the NULL beside the digest that old responders ask for (RFC 3279, 2.1).
    pub(super) fn der(&self) -> Vec<u8> {
        let oid = encode(asn1::OID, &[self.digest.map_or(&[][..], DigestAlgorithm::oid)]);
        encode(
            asn1::SEQUENCE,
            &[
                &encode(asn1::SEQUENCE, &[&oid, &[asn1::NULL, 0]]),
                &encode(asn1::OCTET_STRING, &[&self.name_hash]),
                &encode(asn1::OCTET_STRING, &[&self.key_hash]),
                &encode(asn1::INTEGER, &[&self.serial]),
            ],
        )
    }

    /// Content octets of the serial number, in the shortest form.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }
}

/// Everything that one certificate may be called, computed as far as it is asked for.
#[derive(Debug)]
pub(super) struct Called<'a> {
    subjects: Vec<Subject<'a>>,
    serial: &'a [u8],
    known: BTreeMap<DigestAlgorithm, Vec<CertId>>,
}

impl<'a> Called<'a> {
    /// The subjects are one certificate whose issuer's name is written in several ways, all equal after RFC 5280, 7.1:
    /// some responders digest the name as the issuer's own certificate has it, others as the certificate does.
    pub(super) fn new(subjects: Vec<Subject<'a>>) -> Self {
        let serial = subjects.first().map_or(&[][..], |subject| minimal(subject.serial));
        Self { subjects, serial, known: BTreeMap::new() }
    }

    /// Whether `id` means the certificate. All four fields must agree; the digest is that of the identifier.
    pub(super) fn is(&mut self, id: &CertId) -> bool {
        let Some(digest) = id.digest.filter(|_| id.serial == self.serial) else { return false };
        let subjects = &self.subjects;
        let names = self
            .known
            .entry(digest)
            .or_insert_with(|| subjects.iter().filter_map(|subject| CertId::of(subject, digest)).collect());
        names.contains(id)
    }
}
