//! One answer of a response (RFC 6960, 4.2.1 and 4.4).

use super::super::revocation::{Reason, RevocationStatus};
use super::cert_id::CertId;
use super::extension::{self, generalized_time};
use super::fault::{OcspError, OcspFault};
use crate::asn1::{self, Asn1Error, Reader, Value, context, context_primitive};
use crate::time::UnixTime;

/// What is said of one certificate.
#[derive(Clone, Debug)]
pub struct SingleResponse {
    pub(super) id: CertId,
    status: CertStatus,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
    archive_cutoff: Option<UnixTime>,
    /// The first critical extension that is not known.
    pub(super) critical: Option<String>,
}

/// The three words of a responder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CertStatus {
    /// Not revoked, suspended or revoked. "Never issued" is written as a suspension since 1970 (RFC 6960, 2.2 and
    /// 4.4.8), and stays one here: not passed, and lifted by a newer answer of a responder that lagged behind.
    Known(RevocationStatus),
    /// The responder does not know the certificate.
    Unknown,
}

/// How much later than its signature an answer may be known, by clocks of one responder that differ; what OpenSSL
/// grants between two machines, in seconds.
pub const SKEW: i64 = 300;

/// id-pkix-ocsp-crl: which list it was taken from.
const CRL_ID: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 3];
/// id-pkix-ocsp-archive-cutoff.
const ARCHIVE_CUTOFF: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 6];
/// The entry extensions of CRLs, which may stand here too (RFC 6960, 4.4.5).
const REASON: &[u8] = &[0x55, 0x1d, 0x15];
const INVALIDITY_DATE: &[u8] = &[0x55, 0x1d, 0x18];

impl SingleResponse {
    pub(super) fn read(mut fields: Reader<'_>) -> Result<Self, OcspError> {
        let id = CertId::read(fields.inside(asn1::SEQUENCE)?)?;
        let status = fields.any()?;
        let this_update = generalized_time(&fields.any()?)?;
        let next_update = match fields.optional(context(0))? {
            Some(field) => Some(generalized_time(&Value::only(field.content)?)?),
            None => None,
        };
        let mut said = Said::default();
        if let Some(field) = fields.optional(context(1))? {
            said.read(field.content)?;
        }
        fields.finish()?;
        let status = read_status(&status, &said)?;
        let Said { archive_cutoff, critical, .. } = said;
        Ok(Self { id, status, this_update, next_update, archive_cutoff, critical })
    }

    /// How it calls the certificate.
    #[must_use]
    pub fn id(&self) -> &CertId {
        &self.id
    }

    /// What it says.
    #[must_use]
    pub fn status(&self) -> CertStatus {
        self.status
    }

    /// Since when that is known to be so.
    #[must_use]
    pub fn this_update(&self) -> UnixTime {
        self.this_update
    }

    /// When newer information is due; `None` when it is there at any time.
    #[must_use]
    pub fn next_update(&self) -> Option<UnixTime> {
        self.next_update
    }

    /// It still speaks of certificates that ended at or after this moment (RFC 6960, 4.4.4).
    #[must_use]
    pub fn archive_cutoff(&self) -> Option<UnixTime> {
        self.archive_cutoff
    }

    /// Dates that cannot be, seen from the moment of the signature.
    pub(super) fn dates(&self, produced_at: UnixTime) -> Result<(), OcspFault> {
        match self.next_update {
            Some(next_update) if next_update < self.this_update => Err(OcspFault::EndsBeforeItBegins { next_update }),
            _ if self.this_update > produced_at.plus(SKEW) => Err(OcspFault::KnownAfterProduced { produced_at }),
            _ => Ok(()),
        }
    }
}

/// What the extensions of an answer say.
#[derive(Debug, Default)]
struct Said {
    archive_cutoff: Option<UnixTime>,
    critical: Option<String>,
    invalid_from: Option<UnixTime>,
    reason: Option<Reason>,
}

impl Said {
    fn read(&mut self, content: &[u8]) -> Result<(), OcspError> {
        for extension in extension::read_all(content)? {
            match extension.oid {
                ARCHIVE_CUTOFF => self.archive_cutoff = Some(generalized_time(&Value::only(extension.value)?)?),
                INVALIDITY_DATE => self.invalid_from = Some(generalized_time(&Value::only(extension.value)?)?),
                REASON => self.reason = Some(read_reason(&Value::only(extension.value)?)?),
                CRL_ID => {}
                oid if extension.critical => {
                    self.critical.get_or_insert_with(|| asn1::dotted(oid));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn read_status(status: &Value<'_>, said: &Said) -> Result<CertStatus, Asn1Error> {
    const GOOD: u8 = context_primitive(0);
    const REVOKED: u8 = context(1);
    const UNKNOWN: u8 = context_primitive(2);
    match (status.tag, status.content) {
        (GOOD, []) => Ok(CertStatus::Known(RevocationStatus::Good)),
        (UNKNOWN, []) => Ok(CertStatus::Unknown),
        (REVOKED, content) => read_revoked(Reader::new(content), said).map(CertStatus::Known),
        (GOOD | UNKNOWN, _) => Err(Asn1Error::Value),
        (found, _) => Err(Asn1Error::Tag { expected: GOOD, found }),
    }
}

fn read_revoked(mut fields: Reader<'_>, said: &Said) -> Result<RevocationStatus, Asn1Error> {
    let at = generalized_time(&fields.any()?)?;
    let reason = match fields.optional(context(0))? {
        Some(field) => Some(read_reason(&Value::only(field.content)?)?),
        None => None,
    };
    fields.finish()?;
    // A reason beside the answer may add one, and not soften the one inside.
    Ok(match reason.or(said.reason).unwrap_or(Reason::Unspecified) {
        Reason::CertificateHold => RevocationStatus::Hold { at },
        // Only changes of a list can lift a suspension; "revoked because no longer revoked" is no reason at all.
        Reason::RemoveFromCrl => {
            RevocationStatus::Revoked { at, reason: Reason::Unknown, invalid_from: said.invalid_from }
        }
        reason => RevocationStatus::Revoked { at, reason, invalid_from: said.invalid_from },
    })
}

fn read_reason(value: &Value<'_>) -> Result<Reason, Asn1Error> {
    match value.expect(asn1::ENUMERATED)? {
        [code] => Ok(Reason::from_code(*code)),
        _ => Err(Asn1Error::Value),
    }
}
