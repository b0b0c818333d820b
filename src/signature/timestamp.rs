//! Time-stamp validation, as far as the token goes (EN 319 102-1, 5.4; RFC 3161, 2.4.2): is it a token over these
//! octets, signed by the certificate that it names, and may that one make timestamps?
//!
//! Not here: whether the authority is trusted and not revoked (`timestamp_validation`). Until that is shown a token
//! proves no time.

use std::fmt;

use crate::algorithm::{DigestAlgorithm, SignatureScheme};
use crate::budget::Budget;
use crate::cms::{Accuracy, CmsError, CmsFault, SignedData, TST_INFO, TstInfo, TstInfoError};
use crate::time::UnixTime;
use crate::x509::Certificate;

use super::timestamp_validation::{Proof, Worthless};

/// A token, and what it proves by itself.
#[derive(Clone, Debug)]
pub struct Timestamp {
    kind: TimestampKind,
    fault: Option<TimestampFault>,
    info: Option<TstInfo>,
    scheme: Option<SignatureScheme>,
    signer: Option<Certificate>,
    certificates: Vec<Certificate>,
    proof: Proof,
}

/// What a token is made over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TimestampKind {
    /// What is signed, before it was signed (EN 319 122-1, 5.2.8): the signature was made after it.
    Content,
    /// The byte range of a document timestamp (ISO 32000-2, 12.8.5).
    Document,
    /// The value of a signature (EN 319 122-1, 5.3): the signature existed then.
    Signature,
}

/// Why a token proves nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TimestampFault {
    /// It is no CMS signature of one signer, or something follows it.
    Cms(CmsError),
    /// What is signed is no TSTInfo.
    Content(TstInfoError),
    /// The imprint is that of other octets.
    Imprint,
    /// The imprint was made with an algorithm that is not known, or that proves nothing any more.
    ImprintAlgorithm,
    /// The signature of the token.
    Token(CmsFault),
    /// A limit was reached before it was examined.
    Unexamined,
    /// The signed attributes do not name the authority's certificate (RFC 3161, 2.4.1; RFC 5816).
    Unprotected,
    /// The extended key usage of the certificate is not timeStamping alone, and critical (RFC 3161, 2.3).
    Usage,
}

impl TimestampFault {
    /// A word for reports.
    #[must_use]
    pub const fn token(&self) -> &'static str {
        match self {
            Self::Cms(_) | Self::Content(_) => "format",
            Self::Imprint => "imprint",
            Self::ImprintAlgorithm => "imprint-algorithm",
            Self::Token(_) => "signature",
            Self::Unexamined => "unexamined",
            Self::Unprotected => "signing-certificate",
            Self::Usage => "key-usage",
        }
    }
}

impl fmt::Display for TimestampFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cms(error) => error.fmt(f),
            Self::Content(error) => error.fmt(f),
            Self::Imprint => f.write_str("timestamp over other octets"),
            Self::ImprintAlgorithm => f.write_str("timestamp with an imprint that proves nothing"),
            Self::Token(fault) => fault.fmt(f),
            Self::Unexamined => f.write_str("timestamp not examined"),
            Self::Unprotected => f.write_str("timestamp does not name the certificate of its signer"),
            Self::Usage => f.write_str("certificate is not for timestamps alone"),
        }
    }
}

/// A signature has one token, rarely two; each costs a public-key operation.
pub const MAX_TOKENS: usize = 8;

/// id-kp-timeStamping.
const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";

impl Timestamp {
    /// The tokens of a signature over its value. `elsewhere` are certificates of the document that they may mean.
    pub(super) fn of_signature(cms: &SignedData, elsewhere: &[Certificate], budget: &mut Budget) -> Vec<Self> {
        let tokens = cms.timestamp_tokens().take(MAX_TOKENS);
        tokens.map(|octets| Self::read(octets, cms.signature(), elsewhere, budget)).collect()
    }

    /// The tokens over its content, of which the digest is known by `digest`.
    pub(super) fn of_content(
        cms: &SignedData,
        digest: &dyn Fn(DigestAlgorithm, &mut Budget) -> Option<Vec<u8>>,
        budget: &mut Budget,
    ) -> Vec<Self> {
        let mut found = Vec::new();
        for octets in cms.content_timestamp_tokens().take(MAX_TOKENS) {
            found.push(match Self::parse(octets, &[], budget) {
                Ok(token) => Self::of(TimestampKind::Content, &token, |algorithm| digest(algorithm, budget)),
                Err(fault) => Self::broken(TimestampKind::Content, fault),
            });
        }
        found
    }

    fn read(octets: &[u8], value: &[u8], elsewhere: &[Certificate], budget: &mut Budget) -> Self {
        match Self::parse(octets, elsewhere, budget) {
            Ok(token) => Self::of(TimestampKind::Signature, &token, |algorithm| algorithm.digest(&[value])),
            Err(fault) => Self::broken(TimestampKind::Signature, fault),
        }
    }

    fn parse(octets: &[u8], elsewhere: &[Certificate], budget: &mut Budget) -> Result<SignedData, TimestampFault> {
        let paid = budget.signature_check().and_then(|()| budget.digested(octets.len() as u64));
        paid.map_err(|_| TimestampFault::Unexamined)?;
        let mut token = SignedData::parse(octets).map_err(TimestampFault::Cms)?;
        token.complete(elsewhere);
        Ok(token)
    }

    fn broken(kind: TimestampKind, fault: TimestampFault) -> Self {
        let proof = Proof::None(Worthless::Unexamined);
        Self { kind, fault: Some(fault), info: None, scheme: None, signer: None, certificates: Vec::new(), proof }
    }

    /// The token in `cms` over octets with this digest.
    pub(super) fn of(
        kind: TimestampKind,
        cms: &SignedData,
        digest: impl FnOnce(DigestAlgorithm) -> Option<Vec<u8>>,
    ) -> Self {
        let read = cms.content().map(TstInfo::parse);
        Self {
            kind,
            fault: check(cms, read.as_ref(), digest).err(),
            info: read.and_then(Result::ok),
            scheme: cms.scheme().ok(),
            signer: cms.signer_certificate().ok().cloned(),
            certificates: cms.certificates().to_vec(),
            proof: Proof::None(Worthless::Unexamined),
        }
    }

    /// This, with what was found that it proves.
    pub(super) fn proving(mut self, proof: Proof) -> Self {
        self.proof = proof;
        self
    }

    /// What it proves.
    #[must_use]
    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// What it is made over.
    #[must_use]
    pub fn kind(&self) -> TimestampKind {
        self.kind
    }

    /// Whether it is a token over these octets, signed by the certificate that it names.
    pub fn outcome(&self) -> Result<(), &TimestampFault> {
        self.fault.as_ref().map_or(Ok(()), Err)
    }

    /// Whether it is intact; the trust in its authority is another question.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.fault.is_none()
    }

    /// What the authority states, where it can be read. Of a token with a fault it is anybody's word.
    #[must_use]
    pub fn info(&self) -> Option<&TstInfo> {
        self.info.as_ref()
    }

    /// The time stated.
    #[must_use]
    pub fn time(&self) -> Option<UnixTime> {
        self.info.as_ref().map(TstInfo::time)
    }

    /// The time stated and what the clock may be off: what it covers existed then.
    #[must_use]
    pub fn latest(&self) -> Option<UnixTime> {
        self.info.as_ref().map(|info| info.time().plus(info.accuracy().map_or(0, Accuracy::ceiling)))
    }

    /// The time stated less what the clock may be off: it was not made before. The time is rounded up by up to a second.
    #[must_use]
    pub fn earliest(&self) -> Option<UnixTime> {
        self.info.as_ref().map(|info| info.time().plus(-1 - info.accuracy().map_or(0, Accuracy::ceiling)))
    }

    /// The certificate of the authority's key.
    #[must_use]
    pub fn signer(&self) -> Option<&Certificate> {
        self.signer.as_ref()
    }

    /// The certificates that came along.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// How the authority signed.
    #[must_use]
    pub fn scheme(&self) -> Option<SignatureScheme> {
        self.scheme
    }

    /// Every digest on which it rests beside its scheme.
    pub(super) fn digests(&self) -> impl Iterator<Item = DigestAlgorithm> {
        self.imprint_algorithm().into_iter()
    }

    /// With what the imprint was made.
    #[must_use]
    pub fn imprint_algorithm(&self) -> Option<DigestAlgorithm> {
        self.info.as_ref()?.imprint_algorithm()
    }
}

fn check(
    cms: &SignedData,
    info: Option<&Result<TstInfo, TstInfoError>>,
    digest: impl FnOnce(DigestAlgorithm) -> Option<Vec<u8>>,
) -> Result<(), TimestampFault> {
    cms.verify_encapsulated(TST_INFO).map_err(TimestampFault::Token)?;
    let info = match info {
        Some(Ok(info)) => info,
        Some(Err(error)) => return Err(TimestampFault::Content(*error)),
        None => return Err(TimestampFault::Token(CmsFault::Content)),
    };
    if !cms.has_ess() {
        return Err(TimestampFault::Unprotected);
    }
    let signer = cms.signer_certificate().map_err(TimestampFault::Token)?;
    match signer.ext_key_usage() {
        Some(([only], true)) if only == TIME_STAMPING => {}
        _ => return Err(TimestampFault::Usage),
    }
    match info.covers(digest) {
        Some(true) => Ok(()),
        Some(false) => Err(TimestampFault::Imprint),
        None => Err(TimestampFault::ImprintAlgorithm),
    }
}
