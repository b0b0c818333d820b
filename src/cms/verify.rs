//! What a SignedData proves: that the key of the named certificate signed this content (RFC 5652, 5.4 to 5.6).

use super::attribute::{self, AttributeFault};
use super::fault::CmsFault;
use super::signed_data::{DATA, SignedData};
use crate::algorithm::{DigestAlgorithm, VerifyError};
use crate::asn1::{self, Asn1Error, Reader, Value, context};
use crate::x509::{Certificate, Name};

impl SignedData {
    /// The signer's certificate among those that came along: named by the sid and, when the signed attributes have it,
    /// by digest (ESS). The digest decides between twins; without it two that fit are refused.
    pub fn signer_certificate(&self) -> Result<&Certificate, CmsFault> {
        let mut fitting =
            self.certificates().iter().filter(|certificate| self.signer.sid.names(certificate)).peekable();
        if fitting.peek().is_none() {
            return Err(CmsFault::CertificateMissing);
        }
        if let Some(named) = self.ess()? {
            return fitting
                .find(|certificate| named.iter().all(|one| one.names(certificate)))
                .ok_or(CmsFault::CertificateSubstituted);
        }
        match (fitting.next(), fitting.next()) {
            (Some(certificate), None) => Ok(certificate),
            (None, _) => Err(CmsFault::CertificateMissing),
            (Some(_), Some(_)) => Err(CmsFault::CertificateAmbiguous),
        }
    }

    /// Whether a signed attribute names another issuer or serial number than the certificate has whose digest it names.
    #[must_use]
    pub fn issuer_serial_differs(&self) -> bool {
        let (Ok(Some(named)), Ok(certificate)) = (self.ess(), self.signer_certificate()) else { return false };
        named.iter().any(|one| !one.agrees(certificate))
    }

    /// Verifies a detached signature over the parts as if they stood one after the other: the two ranges of a PDF.
    pub fn verify(&self, content: &[&[u8]]) -> Result<(), CmsFault> {
        self.verify_by(|algorithm| algorithm.digest(content))
    }

    /// Verifies a detached signature over content that is digested elsewhere; `None` for what is never computed.
    pub fn verify_by(&self, digest: impl FnOnce(DigestAlgorithm) -> Option<Vec<u8>>) -> Result<(), CmsFault> {
        if self.content().is_some() {
            return Err(CmsFault::Content);
        }
        self.verify_content(DATA, digest)
    }

    /// Verifies a signature over the content inside, which must be of this type: a time-stamp token.
    pub fn verify_encapsulated(&self, content_type: &[u8]) -> Result<(), CmsFault> {
        let content = self.content().ok_or(CmsFault::Content)?;
        self.verify_content(content_type, |algorithm| algorithm.digest(&[content]))
    }

    /// Verifies adbe.pkcs7.sha1: the content inside is the SHA-1 digest `content` (ISO 32000-1, 12.8.3.3.1, no
    /// longer in ISO 32000-2).
    ///
    /// Here alone signed attributes may be missing, as they are in the signatures of its time: content of twenty octets
    /// cannot be attributes that were signed elsewhere, which take more for their object identifiers alone.
    pub fn verify_sha1_content(&self, content: impl FnOnce() -> Option<Vec<u8>>) -> Result<(), CmsFault> {
        let inside = self.content().ok_or(CmsFault::Content)?;
        let verified = match self.signer.signed_octets {
            Some(_) => self.verify_content(DATA, |algorithm| algorithm.digest(&[inside])),
            None => self.verify_bare(DATA, inside),
        };
        verified?;
        // Last, as for the others: only of a digest that was signed may one say that the content was changed.
        if content().as_deref() == Some(inside) { Ok(()) } else { Err(CmsFault::HashMismatch) }
    }

    /// Without signed attributes the content itself is signed (RFC 5652, 5.4).
    fn verify_bare(&self, content_type: &[u8], content: &[u8]) -> Result<(), CmsFault> {
        if self.content_type() != content_type {
            return Err(CmsFault::ContentType);
        }
        self.verify_value(&[content])
    }

    fn verify_content(
        &self,
        content_type: &[u8],
        content: impl FnOnce(DigestAlgorithm) -> Option<Vec<u8>>,
    ) -> Result<(), CmsFault> {
        let Some(signed_octets) = &self.signer.signed_octets else { return Err(CmsFault::NoSignedAttributes) };
        let digest = self.digest().map_err(CmsFault::Scheme)?;

        let claimed = self.signed_value(attribute::CONTENT_TYPE, asn1::OID)?;
        if self.content_type() != content_type || claimed != content_type {
            return Err(CmsFault::ContentType);
        }
        let claimed = self.signed_value(attribute::MESSAGE_DIGEST, asn1::OCTET_STRING)?;
        let computed = content(digest).ok_or(CmsFault::Verify(VerifyError::Weak(digest)))?;
        self.signing_time()?;
        self.check_algorithm_protection()?;

        // RFC 5652, 5.4: signed is the SET, not the [0] that stands in its place; all other octets are as they are.
        let rest = signed_octets.get(1..).unwrap_or_default();
        self.verify_value(&[&[asn1::SET], rest])?;
        // Last, so that "content was changed" is said only of a digest that the signer did sign.
        if claimed == computed { Ok(()) } else { Err(CmsFault::HashMismatch) }
    }

    fn verify_value(&self, signed: &[&[u8]]) -> Result<(), CmsFault> {
        let scheme = self.scheme().map_err(CmsFault::Scheme)?;
        let key = self.signer_certificate()?.public_key().map_err(|error| CmsFault::Key(error.clone()))?;
        match key.verify(scheme, signed, &self.signer.signature) {
            Ok(()) => Ok(()),
            Err(VerifyError::Mismatch) => Err(CmsFault::SignatureMismatch),
            Err(error @ (VerifyError::OtherKey | VerifyError::Weak(_))) => Err(CmsFault::Verify(error)),
        }
    }

    fn signed_value(&self, oid: &[u8], tag: u8) -> Result<&[u8], CmsFault> {
        self.signer
            .signed
            .required(oid)
            .and_then(|value| value.expect(tag).map_err(AttributeFault::Malformed))
            .map_err(|fault| CmsFault::attribute(oid, fault))
    }

    /// RFC 6211: when the attribute is there, it names the algorithms that the SignerInfo has outside of what is signed.
    fn check_algorithm_protection(&self) -> Result<(), CmsFault> {
        let oid = attribute::ALGORITHM_PROTECTION;
        let fault = |fault| CmsFault::attribute(oid, fault);
        let Some(value) = self.signer.signed.single(oid).map_err(fault)? else { return Ok(()) };
        let read = || -> Result<bool, Asn1Error> {
            let mut fields = value.inside(asn1::SEQUENCE)?;
            let digest = fields.inside(asn1::SEQUENCE)?.expect(asn1::OID)?;
            let signature = fields.expect(context(1))?;
            fields.finish()?;
            let used = Value::only(&self.signer.signature_algorithm)?.content;
            Ok(digest == self.signer.digest_oid && without_null(signature) == without_null(used))
        };
        match read() {
            Ok(true) => Ok(()),
            Ok(false) => Err(CmsFault::AlgorithmProtection),
            Err(error) => Err(fault(AttributeFault::Malformed(error))),
        }
    }

    /// What the signed attributes say of the signer's certificate; `None` when they say nothing.
    fn ess(&self) -> Result<Option<Vec<CertificateDigest>>, CmsFault> {
        let mut named = Vec::new();
        for (oid, default) in [
            (attribute::SIGNING_CERTIFICATE, DigestAlgorithm::Sha1),
            (attribute::SIGNING_CERTIFICATE_V2, DigestAlgorithm::Sha256),
        ] {
            let fault = |fault| CmsFault::attribute(oid, fault);
            let Some(value) = self.signer.signed.single(oid).map_err(fault)? else { continue };
            let one = CertificateDigest::read(&value, default);
            named.push(one.map_err(|error| fault(AttributeFault::Malformed(error)))?);
        }
        Ok((!named.is_empty()).then_some(named))
    }
}

/// ESSCertID or ESSCertIDv2 (RFC 5035, 3 and 4). The digest decides; the issuer and serial number in it add nothing to
/// it, and signers are known to get them wrong, so that a difference is told and no more (EN 319 102-1, 5.2.3.4).
struct CertificateDigest {
    /// `None` for an algorithm that is not known: then no certificate is the one.
    algorithm: Option<DigestAlgorithm>,
    digest: Vec<u8>,
    /// IssuerSerial, its content.
    issuer_serial: Option<Vec<u8>>,
}

impl CertificateDigest {
    /// Reads the first of the list, which is the signer's (RFC 5035, 3); the others are its issuers.
    fn read(value: &Value<'_>, default: DigestAlgorithm) -> Result<Self, Asn1Error> {
        let mut fields: Reader<'_> = value.inside(asn1::SEQUENCE)?.inside(asn1::SEQUENCE)?.inside(asn1::SEQUENCE)?;
        let mut algorithm = Some(default);
        if default != DigestAlgorithm::Sha1
            && let Some(identifier) = fields.optional(asn1::SEQUENCE)?
        {
            algorithm = DigestAlgorithm::from_identifier(Reader::new(identifier.content))?;
        }
        let digest = fields.expect(asn1::OCTET_STRING)?.to_vec();
        let issuer_serial = fields.optional(asn1::SEQUENCE)?.map(|value| value.content.to_vec());
        Ok(Self { algorithm, digest, issuer_serial })
    }

    /// Whether issuer and serial number, where they are stated, are those of this certificate.
    fn agrees(&self, certificate: &Certificate) -> bool {
        let Some(content) = &self.issuer_serial else { return true };
        let read = || -> Result<bool, Asn1Error> {
            let mut fields = Reader::new(content);
            // One directoryName among GeneralNames (RFC 5035, 5.4.1).
            let issuer = Name::parse(fields.inside(asn1::SEQUENCE)?.expect(context(4))?)?;
            let serial = fields.expect(asn1::INTEGER)?;
            Ok(issuer == *certificate.issuer() && serial == certificate.serial())
        };
        read().unwrap_or(false)
    }

    fn names(&self, certificate: &Certificate) -> bool {
        self.algorithm.and_then(|algorithm| algorithm.digest(&[certificate.der()])).as_ref() == Some(&self.digest)
    }
}

/// An absent parameter and NULL are the same for the algorithms here.
fn without_null(identifier: &[u8]) -> &[u8] {
    identifier.strip_suffix(&[asn1::NULL, 0]).unwrap_or(identifier)
}
