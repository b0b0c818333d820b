//! Certificate revocation lists (RFC 5280, section 5): complete lists signed by the issuer of the certificates.
//!
//! Delta and indirect lists, and lists of some reasons only, are recognised and give no answer: the caller's
//! conclusion is then "undetermined", never "good".

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::certificate::{Certificate, SignatureFault, range_in};
use super::extension::read_point_name;
use super::general_name::GeneralName;
use super::name::Name;
use super::pem;
use super::revocation::{Reason, RevocationStatus, Unusable};
use crate::algorithm::{SchemeError, SignatureScheme};
use crate::asn1::{self, Asn1Error, Reader, Value, context, context_primitive};
use crate::budget::{Budget, Exhausted};
use crate::digest::Sha256;
use crate::time::UnixTime;

/// A list with its octets, indexed by serial number.
#[derive(Clone, Debug)]
pub struct Crl {
    der: Vec<u8>,
    tbs: Range<usize>,
    signature: Range<usize>,
    scheme: Result<SignatureScheme, SchemeError>,
    algorithms_agree: bool,
    issuer: Name,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
    number: Option<Vec<u8>>,
    scope: Scope,
    unusable: Option<Unusable>,
    /// Sorted by serial number.
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    serial: Range<usize>,
    revoked_at: UnixTime,
    reason: Option<Reason>,
    invalid_from: Option<UnixTime>,
}

/// What the issuing distribution point (RFC 5280, 5.2.5) limits the list to.
#[derive(Clone, Debug, Default)]
struct Scope {
    points: Option<Vec<GeneralName>>,
    only_users: bool,
    only_authorities: bool,
}

/// Why octets are not a CRL.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum CrlError {
    /// Not the structure of RFC 5280, 5.1.
    Malformed(Asn1Error),
    /// Neither DER nor PEM of one list.
    Pem,
    /// Larger than [`MAX_CRL`], or more entries than [`MAX_ENTRIES`].
    TooLarge,
}

impl fmt::Display for CrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "not a CRL: {error}"),
            Self::Pem => f.write_str("not a CRL in DER or PEM"),
            Self::TooLarge => f.write_str("CRL is too large"),
        }
    }
}

impl std::error::Error for CrlError {}

impl From<Asn1Error> for CrlError {
    fn from(error: Asn1Error) -> Self {
        Self::Malformed(error)
    }
}

/// Why a list is not to be believed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum CrlFault {
    /// The algorithm inside what is signed is not the one outside.
    AlgorithmsDiffer,
    /// The budget for public-key operations is spent.
    Exhausted,
    /// The signer's key usage does not have cRLSign.
    NotForSigning,
    /// The signer has another name than the list's issuer.
    OtherIssuer,
    /// The signature.
    Signature(SignatureFault),
}

impl fmt::Display for CrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlgorithmsDiffer => f.write_str("signature algorithm inside and outside the CRL differ"),
            Self::Exhausted => f.write_str("limit on signature checks reached"),
            Self::NotForSigning => f.write_str("signer of the CRL lacks the key usage cRLSign"),
            Self::OtherIssuer => f.write_str("signer and issuer of the CRL differ"),
            Self::Signature(fault) => write!(f, "CRL: {fault}"),
        }
    }
}

impl From<Exhausted> for CrlFault {
    fn from(_: Exhausted) -> Self {
        Self::Exhausted
    }
}

/// As much as is fetched; the largest Vietnamese list has some megabytes.
pub const MAX_CRL: usize = 20 << 20;
/// What fits in [`MAX_CRL`] at 20 octets an entry.
pub const MAX_ENTRIES: usize = 1 << 20;

const CRL_NUMBER: &str = "2.5.29.20";
const DELTA: &str = "2.5.29.27";
const ISSUING_POINT: &str = "2.5.29.28";
const AUTHORITY_KEY: &str = "2.5.29.35";
const REASON: &[u8] = &[0x55, 0x1d, 0x15];
const INVALIDITY_DATE: &[u8] = &[0x55, 0x1d, 0x18];
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 0x1d];

impl Crl {
    /// Reads one list in DER or PEM.
    pub fn parse(octets: &[u8]) -> Result<Self, CrlError> {
        if octets.first() == Some(&asn1::SEQUENCE) {
            return Self::from_der(octets.to_vec());
        }
        if octets.len() > MAX_CRL * 2 {
            return Err(CrlError::TooLarge);
        }
        let blocks = pem::decode(octets, "X509 CRL").ok_or(CrlError::Pem)?;
        let [der] = <[Vec<u8>; 1]>::try_from(blocks).map_err(|_| CrlError::Pem)?;
        Self::from_der(der)
    }

    fn from_der(der: Vec<u8>) -> Result<Self, CrlError> {
        if der.len() > MAX_CRL {
            return Err(CrlError::TooLarge);
        }
        let mut outer = Value::only(&der)?.inside(asn1::SEQUENCE)?;
        let tbs = outer.value(asn1::SEQUENCE)?;
        let algorithm = outer.value(asn1::SEQUENCE)?;
        let signature = outer.bit_string()?;
        outer.finish()?;

        let mut fields = Reader::new(tbs.content);
        fields.optional(asn1::INTEGER)?;
        let inner_algorithm = fields.value(asn1::SEQUENCE)?;
        let issuer = Name::parse(fields.value(asn1::SEQUENCE)?.raw)?;
        let this_update = fields.any()?.time()?;
        let next_update = match fields.peek() {
            Some(asn1::UTC_TIME | asn1::GENERALIZED_TIME) => Some(fields.any()?.time()?),
            _ => None,
        };
        let mut unusable = None;
        let entries = match fields.optional(asn1::SEQUENCE)? {
            Some(list) => read_entries(&der, list.content, &mut unusable)?,
            None => Vec::new(),
        };
        let mut crl = Self {
            tbs: range_in(&der, tbs.raw),
            signature: range_in(&der, signature),
            scheme: SignatureScheme::from_identifier(algorithm.raw),
            algorithms_agree: inner_algorithm.raw == algorithm.raw,
            issuer,
            this_update,
            next_update,
            number: None,
            scope: Scope::default(),
            unusable,
            entries,
            der: Vec::new(),
        };
        if let Some(extensions) = fields.optional(context(0))? {
            crl.read_extensions(Value::only(extensions.content)?.inside(asn1::SEQUENCE)?)?;
        }
        fields.finish()?;
        crl.der = der;
        Ok(crl)
    }

    fn read_extensions(&mut self, mut extensions: Reader<'_>) -> Result<(), CrlError> {
        let mut seen = Vec::new();
        while !extensions.is_empty() {
            let (oid, critical, value) = read_extension(&mut extensions)?;
            let oid = asn1::dotted(oid);
            if seen.len() == 100 || seen.contains(&oid) {
                return Err(Asn1Error::Value.into());
            }
            match oid.as_str() {
                CRL_NUMBER => self.number = Some(Value::only(value)?.expect(asn1::INTEGER)?.to_vec()),
                DELTA => self.spoil(Unusable::Delta),
                ISSUING_POINT => self.read_issuing_point(value)?,
                AUTHORITY_KEY => {}
                _ if critical => self.spoil(Unusable::CriticalExtension { oid: oid.clone() }),
                _ => {}
            }
            seen.push(oid);
        }
        Ok(())
    }

    fn read_issuing_point(&mut self, value: &[u8]) -> Result<(), Asn1Error> {
        let mut fields = Value::only(value)?.inside(asn1::SEQUENCE)?;
        if let Some(point) = fields.optional(context(0))? {
            self.scope.points = Some(read_point_name(point.content)?);
        }
        let mut flag = |number| match fields.optional(context_primitive(number)) {
            Ok(Some(Value { content: [0], .. }) | None) => Ok(false),
            Ok(Some(Value { content: [_], .. })) => Ok(true),
            Ok(Some(_)) => Err(Asn1Error::Value),
            Err(error) => Err(error),
        };
        self.scope.only_users = flag(1)?;
        self.scope.only_authorities = flag(2)?;
        let some_reasons = fields.optional(context_primitive(3))?.is_some();
        let mut flag =
            |number| Ok(fields.optional(context_primitive(number))?.is_some_and(|value| value.content != [0]));
        let (indirect, attributes): (bool, bool) = (flag(4)?, flag(5)?);
        fields.finish()?;
        if some_reasons {
            self.spoil(Unusable::SomeReasons);
        }
        if indirect {
            self.spoil(Unusable::Indirect);
        }
        if attributes {
            self.spoil(Unusable::AttributeCertificates);
        }
        Ok(())
    }

    fn spoil(&mut self, why: Unusable) {
        self.unusable.get_or_insert(why);
    }

    /// The octets in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Digest of the octets.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(&self.der)
    }

    /// Who issued it.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// When it was issued.
    #[must_use]
    pub fn this_update(&self) -> UnixTime {
        self.this_update
    }

    /// When the next one is due at the latest. RFC 5280 wants it; without it nobody knows how old is too old.
    #[must_use]
    pub fn next_update(&self) -> Option<UnixTime> {
        self.next_update
    }

    /// Content octets of the CRL number, which never goes back.
    #[must_use]
    pub fn number(&self) -> Option<&[u8]> {
        self.number.as_deref()
    }

    /// Whether it lists changes to another list only. While such a list is at hand and not evaluated, the complete one
    /// is not the newest word.
    #[must_use]
    pub fn is_delta(&self) -> bool {
        self.unusable == Some(Unusable::Delta)
    }

    /// Certificates listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no certificate is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How it is signed.
    pub fn scheme(&self) -> Result<SignatureScheme, &SchemeError> {
        self.scheme.as_ref().copied()
    }

    /// Whether `signer`, whose own path the caller has proven, signed it.
    pub fn signed_by(&self, signer: &Certificate, budget: &mut Budget) -> Result<(), CrlFault> {
        if *signer.subject() != self.issuer {
            return Err(CrlFault::OtherIssuer);
        }
        if signer.key_usage().is_some_and(|usage| !usage.crl_sign()) {
            return Err(CrlFault::NotForSigning);
        }
        if !self.algorithms_agree {
            return Err(CrlFault::AlgorithmsDiffer);
        }
        budget.signature_check()?;
        let scheme = self.scheme().map_err(|error| SignatureFault::Scheme(error.clone()));
        let key = signer.public_key().map_err(|error| SignatureFault::Key(error.clone()));
        let octets = |range: &Range<usize>| self.der.get(range.clone()).unwrap_or_default();
        scheme
            .and_then(|scheme| Ok((scheme, key?)))
            .and_then(|(scheme, key)| {
                key.verify(scheme, &[octets(&self.tbs)], octets(&self.signature)).map_err(SignatureFault::Verify)
            })
            .map_err(CrlFault::Signature)
    }

    /// What it says of `certificate`, when that lies in its scope (RFC 5280, 6.3.3).
    pub fn status(&self, certificate: &Certificate) -> Result<RevocationStatus, Unusable> {
        if let Some(why) = &self.unusable {
            return Err(why.clone());
        }
        if *certificate.issuer() != self.issuer {
            return Err(Unusable::OtherIssuer);
        }
        let other_kind = if certificate.is_ca() { self.scope.only_users } else { self.scope.only_authorities };
        if other_kind {
            return Err(Unusable::OtherScope);
        }
        if let Some(points) = &self.scope.points {
            // A list for one point is complete for the certificates that name this point, with all reasons.
            let named = certificate
                .distribution_points()
                .iter()
                .filter(|point| !point.some_reasons)
                .any(|point| point.names.iter().any(|name| points.contains(name)));
            if !named {
                return Err(Unusable::OtherPoint);
            }
        }
        Ok(self.look_up(certificate.serial()))
    }

    /// The worst that is said of a serial number.
    fn look_up(&self, serial: &[u8]) -> RevocationStatus {
        let serial = minimal(serial);
        let listed = |entry: &Entry| minimal(self.der.get(entry.serial.clone()).unwrap_or_default());
        let first = self.entries.partition_point(|entry| by_length(listed(entry), serial) == Ordering::Less);
        let mut status = RevocationStatus::Good;
        for entry in self.entries.iter().skip(first).take_while(|entry| listed(entry) == serial) {
            status = match (entry.reason, status) {
                (Some(Reason::RemoveFromCrl), status) => status,
                (Some(Reason::CertificateHold), RevocationStatus::Good) => {
                    RevocationStatus::Hold { at: entry.revoked_at }
                }
                (Some(Reason::CertificateHold), RevocationStatus::Hold { at }) => {
                    RevocationStatus::Hold { at: at.min(entry.revoked_at) }
                }
                (_, RevocationStatus::Revoked { at, .. }) if at <= entry.revoked_at => status,
                (reason, _) => RevocationStatus::Revoked {
                    at: entry.revoked_at,
                    reason: reason.unwrap_or(Reason::Unspecified),
                    invalid_from: entry.invalid_from,
                },
            };
        }
        status
    }
}

fn read_entries(der: &[u8], list: &[u8], unusable: &mut Option<Unusable>) -> Result<Vec<Entry>, CrlError> {
    let mut reader = Reader::new(list);
    // An entry without extensions has about 32 octets.
    let mut entries = Vec::with_capacity((list.len() / 32).min(MAX_ENTRIES));
    while !reader.is_empty() {
        if entries.len() == MAX_ENTRIES {
            return Err(CrlError::TooLarge);
        }
        let mut fields = reader.inside(asn1::SEQUENCE)?;
        let serial = range_in(der, fields.expect(asn1::INTEGER)?);
        let revoked_at = fields.any()?.time()?;
        let mut entry = Entry { serial, revoked_at, reason: None, invalid_from: None };
        if let Some(extensions) = fields.optional(asn1::SEQUENCE)? {
            let mut extensions = Reader::new(extensions.content);
            while !extensions.is_empty() {
                let (oid, critical, value) = read_extension(&mut extensions)?;
                match oid {
                    REASON => entry.reason = Some(read_reason(value)?),
                    INVALIDITY_DATE => entry.invalid_from = Some(Value::only(value)?.time()?),
                    CERTIFICATE_ISSUER => {
                        unusable.get_or_insert(Unusable::Indirect);
                    }
                    _ if critical => {
                        unusable.get_or_insert_with(|| Unusable::CriticalExtension { oid: asn1::dotted(oid) });
                    }
                    _ => {}
                }
            }
        }
        fields.finish()?;
        entries.push(entry);
    }
    let serial = |entry: &Entry| minimal(der.get(entry.serial.clone()).unwrap_or_default());
    entries.sort_by(|left, right| by_length(serial(left), serial(right)));
    Ok(entries)
}

fn read_reason(value: &[u8]) -> Result<Reason, Asn1Error> {
    match Value::only(value)?.expect(asn1::ENUMERATED)? {
        [code] => Ok(Reason::from_code(*code)),
        _ => Err(Asn1Error::Value),
    }
}

/// Object identifier, whether critical, and value of the next extension.
fn read_extension<'a>(extensions: &mut Reader<'a>) -> Result<(&'a [u8], bool, &'a [u8]), Asn1Error> {
    let mut fields = extensions.inside(asn1::SEQUENCE)?;
    let oid = fields.expect(asn1::OID)?;
    let critical = match fields.optional(asn1::BOOLEAN)? {
        None | Some(Value { content: [0], .. }) => false,
        Some(Value { content: [_], .. }) => true,
        Some(_) => return Err(Asn1Error::Value),
    };
    let value = fields.expect(asn1::OCTET_STRING)?;
    fields.finish()?;
    Ok((oid, critical, value))
}

/// The shortest form of an INTEGER that is not negative; CAs have written serial numbers with zeros before.
fn minimal(mut serial: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = serial
        && rest.first().is_some_and(|next| next & 0x80 == 0)
    {
        serial = rest;
    }
    serial
}

/// A total order that compares most pairs by length alone.
fn by_length(left: &[u8], right: &[u8]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}
