//! Certificate revocation lists (RFC 5280, section 5) as facts: complete and delta lists, direct and indirect ones.
//!
//! What a list says of a certificate, and whether it is to be believed, is said in `crl_search`.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::certificate::{Certificate, SignatureFault, range_in};
use super::crl_entry::{Entries, Listed};
use super::crl_number::CrlNumber;
use super::crl_scope::{Reasons, Scope};
use super::extension::{DistributionPoint, read_points};
use super::name::Name;
use super::path::Verified;
use super::pem;
use super::revocation::{RevocationStatus, Unusable};
use crate::algorithm::{PublicKey, SchemeError, SignatureScheme};
use crate::asn1::{self, Asn1Error, Reader, Value, context};
use crate::budget::{Budget, Exhausted};
use crate::digest::Sha256;
use crate::time::UnixTime;

/// A list with its octets, indexed by serial number. Cloning is cheap: whoever keeps a list between messages keeps this
/// and not its octets, since reading them again costs a hundred times as much as asking.
#[derive(Clone, Debug)]
pub struct Crl {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    der: Arc<[u8]>,
    fingerprint: OnceLock<Sha256>,
    tbs: Range<usize>,
    signature: Range<usize>,
    scheme: Result<SignatureScheme, SchemeError>,
    algorithms_agree: bool,
    issuer: Name,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
    extensions: Extensions,
    unusable: Option<Unusable>,
    /// Where `revokedCertificates` lies.
    list: Range<usize>,
    entries: Entries,
    /// The key whose signature this is, once it was found. The octets decide that, so it is true for ever.
    signed_with: OnceLock<Vec<u8>>,
}

/// What the extensions of a list say.
#[derive(Debug, Default)]
struct Extensions {
    number: Option<CrlNumber>,
    /// The number of the complete list that a delta changes (RFC 5280, 5.2.4).
    base: Option<CrlNumber>,
    scope: Scope,
    authority_key: Option<Vec<u8>>,
    fresher: Vec<DistributionPoint>,
    expired_since: Option<UnixTime>,
}

/// Why octets are not a CRL.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum CrlError {
    /// Not the structure of RFC 5280, 5.1.
    Malformed(Asn1Error),
    /// Neither DER nor PEM of one list.
    Pem,
    /// Larger than [`MAX_CRL`], more entries than [`MAX_ENTRIES`], or more issuers than [`MAX_ISSUERS`].
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
    /// The certificate of its signer is revoked or suspended.
    SignerRevoked,
    /// Its signer has no path to the anchor of the certificate that was asked for.
    SignerUnproven,
}

impl fmt::Display for CrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlgorithmsDiffer => f.write_str("signature algorithm inside and outside the CRL differ"),
            Self::Exhausted => f.write_str("limit on signature checks reached"),
            Self::NotForSigning => f.write_str("signer of the CRL lacks the key usage cRLSign"),
            Self::OtherIssuer => f.write_str("signer and issuer of the CRL differ"),
            Self::Signature(fault) => write!(f, "CRL: {fault}"),
            Self::SignerRevoked => f.write_str("certificate of the CRL's signer is revoked or suspended"),
            Self::SignerUnproven => f.write_str("signer of the CRL has no path to the same trust anchor"),
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
/// What fits in [`MAX_CRL`] at 20 octets an entry; their index takes 16 MB.
pub const MAX_ENTRIES: usize = 1 << 20;
/// Issuers named in an indirect list. There are some hundred CAs in the world's largest trusted lists.
pub const MAX_ISSUERS: usize = 10_000;
/// Extensions of one list; the standard has eight.
const MAX_EXTENSIONS: usize = 100;

const CRL_NUMBER: &str = "2.5.29.20";
const DELTA: &str = "2.5.29.27";
const ISSUING_POINT: &str = "2.5.29.28";
const AUTHORITY_KEY: &str = "2.5.29.35";
const FRESHEST: &str = "2.5.29.46";
const EXPIRED_CERTIFICATES: &str = "2.5.29.60";

impl Crl {
    /// Reads one list in DER or PEM.
    pub fn parse(octets: &[u8]) -> Result<Self, CrlError> {
        if octets.first() == Some(&asn1::SEQUENCE) {
            return if octets.len() > MAX_CRL { Err(CrlError::TooLarge) } else { Self::from_der(&octets.into()) };
        }
        if octets.len() > MAX_CRL * 2 {
            return Err(CrlError::TooLarge);
        }
        let blocks = pem::decode(octets, "X509 CRL").ok_or(CrlError::Pem)?;
        let [der] = <[Vec<u8>; 1]>::try_from(blocks).map_err(|_| CrlError::Pem)?;
        Self::from_der(&der.into())
    }

    /// As [`parse`](Self::parse), without a copy of octets in DER that somebody else keeps too.
    pub fn parse_shared(octets: &Arc<[u8]>) -> Result<Self, CrlError> {
        if octets.first() == Some(&asn1::SEQUENCE) { Self::from_der(octets) } else { Self::parse(octets) }
    }

    fn from_der(der: &Arc<[u8]>) -> Result<Self, CrlError> {
        if der.len() > MAX_CRL {
            return Err(CrlError::TooLarge);
        }
        let mut outer = Value::only(der)?.inside(asn1::SEQUENCE)?;
        let tbs = outer.value(asn1::SEQUENCE)?;
        let algorithm = outer.value(asn1::SEQUENCE)?;
        let signature = outer.bit_string()?;
        outer.finish()?;

        let mut fields = Reader::new(tbs.content);
        // RFC 5280, 5.1.2.1: absent for version 1, which has no extensions, and 1 for version 2.
        let extensible = match fields.optional(asn1::INTEGER)? {
            None => false,
            Some(Value { content: [1], .. }) => true,
            Some(_) => return Err(Asn1Error::Value.into()),
        };
        let inner_algorithm = fields.value(asn1::SEQUENCE)?;
        let issuer = Name::parse(fields.value(asn1::SEQUENCE)?.raw)?;
        let this_update = fields.any()?.time()?;
        let next_update = match fields.peek() {
            Some(asn1::UTC_TIME | asn1::GENERALIZED_TIME) => Some(fields.any()?.time()?),
            _ => None,
        };
        let list = fields.optional(asn1::SEQUENCE)?.map_or(&[][..], |list| list.content);
        let (entries, mut unusable) = Entries::read(list)?;
        let extensions = match fields.optional(context(0))? {
            Some(_) if !extensible => return Err(Asn1Error::Value.into()),
            Some(extensions) => {
                let reader = Value::only(extensions.content)?.inside(asn1::SEQUENCE)?;
                Extensions::read(reader, &issuer, &mut unusable)?
            }
            None => Extensions::default(),
        };
        fields.finish()?;
        if entries.has_other_issuers() && !extensions.scope.indirect {
            unusable.get_or_insert(Unusable::Indirect);
        }
        let inner = Inner {
            fingerprint: OnceLock::new(),
            tbs: range_in(der, tbs.raw),
            signature: range_in(der, signature),
            scheme: SignatureScheme::from_identifier(algorithm.raw),
            algorithms_agree: inner_algorithm.raw == algorithm.raw,
            issuer,
            this_update,
            next_update,
            extensions,
            unusable,
            list: range_in(der, list),
            entries,
            signed_with: OnceLock::new(),
            der: Arc::clone(der),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The octets in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// Digest of the octets.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        *self.inner.fingerprint.get_or_init(|| Sha256::of(&self.inner.der))
    }

    /// Who issued it.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.inner.issuer
    }

    /// When it was issued.
    #[must_use]
    pub fn this_update(&self) -> UnixTime {
        self.inner.this_update
    }

    /// When the next one is due at the latest. RFC 5280 wants it; without it nobody knows how old is too old.
    #[must_use]
    pub fn next_update(&self) -> Option<UnixTime> {
        self.inner.next_update
    }

    /// The CRL number, which never goes back.
    #[must_use]
    pub fn number(&self) -> Option<&CrlNumber> {
        self.inner.extensions.number.as_ref()
    }

    /// Whether it lists changes to another list only.
    #[must_use]
    pub fn is_delta(&self) -> bool {
        self.base().is_some()
    }

    /// Of a delta list, the number of the oldest complete list to which it can be applied.
    #[must_use]
    pub fn base(&self) -> Option<&CrlNumber> {
        self.inner.extensions.base.as_ref()
    }

    /// Since when certificates stay on it that have ended (`expiredCertsOnCRL`, X.509 and EN 319 411-2).
    #[must_use]
    pub fn expired_since(&self) -> Option<UnixTime> {
        self.inner.extensions.expired_since
    }

    /// Addresses of lists with what changed since (freshestCRL).
    pub fn fresher_urls(&self) -> impl Iterator<Item = &str> {
        self.inner.extensions.fresher.iter().flat_map(DistributionPoint::urls)
    }

    /// Certificates listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.entries.len()
    }

    /// Whether no certificate is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How it is signed.
    pub fn scheme(&self) -> Result<SignatureScheme, &SchemeError> {
        self.inner.scheme.as_ref().copied()
    }

    /// Whether `signer`, whose own path the caller has proven, signed it.
    pub fn signed_by(&self, signer: &Certificate, budget: &mut Budget) -> Result<(), CrlFault> {
        self.signed_by_knowing(&Verified::default(), signer, budget)
    }

    /// As [`signed_by`](Self::signed_by); what is known from other questions is neither computed nor paid for again.
    pub(super) fn signed_by_knowing(
        &self,
        verified: &Verified,
        signer: &Certificate,
        budget: &mut Budget,
    ) -> Result<(), CrlFault> {
        if signer.subject() != self.issuer() {
            return Err(CrlFault::OtherIssuer);
        }
        if signer.key_usage().is_some_and(|usage| !usage.crl_sign()) {
            return Err(CrlFault::NotForSigning);
        }
        if !self.inner.algorithms_agree {
            return Err(CrlFault::AlgorithmsDiffer);
        }
        verified.list(self.fingerprint(), signer, || {
            // Paid for although an earlier message may have found the key: what one message may cost, and so what it
            // is told, must not depend on the mail before it.
            budget.signature_check()?;
            budget.digested(self.inner.tbs.len() as u64)?;
            Ok(self.verify(signer))
        })
    }

    fn verify(&self, signer: &Certificate) -> Result<(), SignatureFault> {
        if self.inner.signed_with.get().is_some_and(|spki| spki == signer.spki()) {
            return Ok(());
        }
        self.verify_by(signer.public_key().map_err(|error| SignatureFault::Key(error.clone()))?)?;
        // Should another key have verified it before, that one stays noted and this one is computed again.
        let _ = self.inner.signed_with.set(signer.spki().to_vec());
        Ok(())
    }

    fn verify_by(&self, key: &PublicKey) -> Result<(), SignatureFault> {
        let scheme = self.scheme().map_err(|error| SignatureFault::Scheme(error.clone()))?;
        let octets = |range: &Range<usize>| self.inner.der.get(range.clone()).unwrap_or_default();
        key.verify(scheme, &[octets(&self.inner.tbs)], octets(&self.inner.signature)).map_err(SignatureFault::Verify)
    }

    /// Whether an issuer of this name and key (SubjectPublicKeyInfo) signed it: enough to keep it, for what it says is
    /// weighed at each use.
    #[must_use]
    pub fn is_signed_under(&self, issuer: &Name, spki: &[u8]) -> bool {
        issuer == self.issuer()
            && self.inner.algorithms_agree
            && PublicKey::from_spki(spki).is_ok_and(|key| self.verify_by(&key).is_ok())
    }

    /// What keeps it from being used at all.
    pub(super) fn unusable(&self) -> Option<&Unusable> {
        self.inner.unusable.as_ref()
    }

    /// The reasons for which it speaks of `certificate`, whoever signed it (RFC 5280, 6.3.3 b).
    pub(super) fn reach(&self, certificate: &Certificate) -> Result<Reasons, Unusable> {
        self.inner.extensions.scope.reach(self.issuer(), certificate)
    }

    /// What its entries say of `certificate`.
    pub(super) fn look_up(&self, certificate: &Certificate) -> Listed {
        let list = self.inner.der.get(self.inner.list.clone()).unwrap_or_default();
        let other = Some(certificate.issuer()).filter(|issuer| *issuer != self.issuer());
        let listed = self.inner.entries.look_up(list, other, certificate.serial());
        if other.is_some() {
            return listed;
        }
        // An indirect list may name its own issuer beside others.
        let named = self.inner.entries.look_up(list, Some(certificate.issuer()), certificate.serial());
        Listed { status: listed.status.worse(named.status), removed: listed.removed || named.removed }
    }

    /// Whether a delta list and a complete one cover the same certificates and reasons, and say that the same key
    /// signed them (RFC 5280, 6.3.3 c).
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        let (one, two) = (&self.inner.extensions, &other.inner.extensions);
        self.issuer() == other.issuer() && one.scope == two.scope
    }

    /// Whether the two say that different keys signed them.
    pub(super) fn names_other_key(&self, other: &Self) -> bool {
        match (&self.inner.extensions.authority_key, &other.inner.extensions.authority_key) {
            (Some(one), Some(two)) => one != two,
            _ => false,
        }
    }

    /// What it says of `certificate` by itself, when it speaks of it for all reasons; indirect and delta lists are not
    /// evaluated.
    pub fn status(&self, certificate: &Certificate) -> Result<RevocationStatus, Unusable> {
        if let Some(why) = self.unusable() {
            return Err(why.clone());
        }
        if self.is_delta() {
            return Err(Unusable::Delta);
        }
        if self.inner.extensions.scope.indirect {
            return Err(Unusable::Indirect);
        }
        let reasons = self.reach(certificate)?;
        if self.inner.extensions.scope.is_partial() || !reasons.is_all() {
            return Err(Unusable::SomeReasons);
        }
        Ok(self.look_up(certificate).status)
    }
}

impl Extensions {
    fn read(mut reader: Reader<'_>, issuer: &Name, unusable: &mut Option<Unusable>) -> Result<Self, CrlError> {
        let mut all = Self::default();
        let mut seen = Vec::new();
        while !reader.is_empty() {
            let (oid, critical, value) = read_extension(&mut reader)?;
            let oid = asn1::dotted(oid);
            if seen.len() == MAX_EXTENSIONS || seen.contains(&oid) {
                return Err(Asn1Error::Value.into());
            }
            match oid.as_str() {
                CRL_NUMBER => all.number = Some(CrlNumber::read(value)?),
                DELTA => all.base = Some(CrlNumber::read(value)?),
                ISSUING_POINT => all.scope = Scope::read(value, issuer)?,
                AUTHORITY_KEY => all.authority_key = read_key_identifier(value),
                // Where to look for changes decides nothing; a list that says it badly says the rest all the same.
                FRESHEST => all.fresher = read_points(value, issuer).unwrap_or_default(),
                EXPIRED_CERTIFICATES => all.expired_since = Value::only(value).and_then(|value| value.time()).ok(),
                _ if critical => {
                    unusable.get_or_insert_with(|| Unusable::CriticalExtension { oid: oid.clone() });
                }
                _ => {}
            }
            seen.push(oid);
        }
        Ok(all)
    }
}

/// `keyIdentifier` of authorityKeyIdentifier, when it is there and can be read: it is a hint.
fn read_key_identifier(value: &[u8]) -> Option<Vec<u8>> {
    let mut fields = Value::only(value).and_then(|value| value.inside(asn1::SEQUENCE)).ok()?;
    Some(fields.optional(asn1::context_primitive(0)).ok()??.content.to_vec())
}

/// Object identifier, whether critical, and value of the next extension.
pub(super) fn read_extension<'a>(extensions: &mut Reader<'a>) -> Result<(&'a [u8], bool, &'a [u8]), Asn1Error> {
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
