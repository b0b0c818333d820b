//! The signature over the mail itself (S/MIME): evidence of who sent it, told beside the verdict. It signs the mail, not a
//! document, so it meets no condition on documents.

use serde::Serialize;

use crate::budget::Budget;
use crate::cms::{CmsFault, DATA, SignedData};
use crate::digest::Sha256;
use crate::evidence::Need;
use crate::message::{Mailbox, SignedMail, from};
use crate::signature::{self, Inquiry, RevocationPieces, TrustFindings, TrustVerdict, Use};
use crate::x509::{Certificate, Crl, PathError, Purpose};

use super::case::Case;
use super::person::is_of_person;
use super::report::shown;

/// What is known of it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MailSignature {
    /// Whether it holds.
    pub outcome: MailOutcome,
    /// Why not, in a few technical words; empty where it does.
    pub detail: String,
    /// The signer as it may be shown: of a person only the agency.
    pub signer: Option<String>,
    /// Digest of the signer's certificate.
    pub certificate: Option<Sha256>,
    /// The certificate names the From address (RFC 8550, 3). Without this it proves nothing of the sender.
    pub names_from: bool,
}

/// Words of EN 319 102-1 for a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailOutcome {
    /// Digest and signature value hold, by a certificate that is trusted, in force and not revoked at receipt.
    Valid,
    /// The mail was changed after it was signed, or the signature is none of the certificate's key.
    Invalid,
    /// Neither is known.
    Undetermined,
}

/// Extended key usages of certificates for mail: id-kp-emailProtection, anyExtendedKeyUsage (RFC 8550, 4.4.4).
const FOR_MAIL: [&str; 2] = ["1.3.6.1.5.5.7.3.4", "2.5.29.37.0"];

impl MailSignature {
    /// Looks at the mail of a case; `None` where it does not say that it is signed.
    pub(super) fn of(case: &Case, budget: &mut Budget) -> Option<Self> {
        let message = case.message.as_deref()?;
        let unclear = |detail: String| Self {
            outcome: MailOutcome::Undetermined,
            detail,
            signer: None,
            certificate: None,
            names_from: false,
        };
        let signed = SignedMail::of(message, budget)?;
        let cms = match &signed {
            SignedMail::Detached { cms, .. } | SignedMail::Opaque { cms } => cms,
            SignedMail::Unclear => return Some(unclear("not the structure of RFC 1847".to_owned())),
        };
        let parsed = match SignedData::parse(cms) {
            Ok(parsed) => parsed,
            // Encrypted mail is not signed on the outside.
            Err(crate::cms::CmsError::NotSignedData) if matches!(signed, SignedMail::Opaque { .. }) => return None,
            Err(error) => return Some(unclear(error.to_string())),
        };
        let mut found = unclear(String::new());
        let certificate = parsed.signer_certificate().ok();
        if let Some(certificate) = certificate {
            let subject = certificate.subject();
            found.signer = if is_of_person(certificate) {
                subject.organization().map(|agency| shown(&agency))
            } else {
                Some(shown(&subject.to_string()))
            };
            found.certificate = Some(certificate.fingerprint());
            found.names_from = from::read(message).is_ok_and(|from| names(certificate, &from));
        }
        (found.outcome, found.detail) = match verify(&parsed, &signed, budget) {
            Err(Unverified::Limit) => (MailOutcome::Undetermined, "a limit was reached".to_owned()),
            Err(Unverified::Fault(fault @ (CmsFault::HashMismatch | CmsFault::SignatureMismatch))) => {
                (MailOutcome::Invalid, fault.to_string())
            }
            Err(Unverified::Fault(fault)) => (MailOutcome::Undetermined, fault.to_string()),
            Ok(()) => certificate.map_or_else(
                || (MailOutcome::Undetermined, CmsFault::CertificateMissing.to_string()),
                |certificate| trusted(case, certificate, &parsed, budget),
            ),
        };
        Some(found)
    }
}

/// What would have to be asked about the certificate: only where its path has verified to an anchor, and only of a
/// signature that holds.
pub(super) fn needs(case: &Case, budget: &mut Budget) -> Vec<Need> {
    let Some(message) = case.message.as_deref() else { return Vec::new() };
    let Some(signed) = SignedMail::of(message, budget) else { return Vec::new() };
    let (SignedMail::Detached { cms, .. } | SignedMail::Opaque { cms }) = &signed else { return Vec::new() };
    let Ok(parsed) = SignedData::parse(cms) else { return Vec::new() };
    let Ok(certificate) = parsed.signer_certificate() else { return Vec::new() };
    if verify(&parsed, &signed, budget).is_err() {
        return Vec::new();
    }
    let findings = inquire(case, certificate, &parsed, None, budget);
    findings.path.map(|path| signature::needs_of_path(&path, case.rulebook.anchors())).unwrap_or_default()
}

enum Unverified {
    Fault(CmsFault),
    Limit,
}

fn verify(cms: &SignedData, signed: &SignedMail<'_>, budget: &mut Budget) -> Result<(), Unverified> {
    let length = match signed {
        SignedMail::Detached { content, .. } => content.len(),
        SignedMail::Opaque { cms } => cms.len(),
        SignedMail::Unclear => return Err(Unverified::Fault(CmsFault::Content)),
    };
    budget.signature_check().and_then(|()| budget.digested(length as u64)).map_err(|_| Unverified::Limit)?;
    let verified = match signed {
        SignedMail::Detached { content, .. } => cms.verify(&[content]),
        SignedMail::Opaque { .. } | SignedMail::Unclear => cms.verify_encapsulated(DATA),
    };
    verified.map_err(Unverified::Fault)
}

fn names(certificate: &Certificate, from: &Mailbox) -> bool {
    certificate.emails().iter().any(|email| Mailbox::parse(email).is_ok_and(|mailbox| mailbox == *from))
}

fn inquire(
    case: &Case,
    certificate: &Certificate,
    cms: &SignedData,
    revocation: Option<&RevocationPieces>,
    budget: &mut Budget,
) -> TrustFindings {
    let rulebook = &case.rulebook;
    let pool: Vec<Certificate> = cms.certificates().iter().chain(rulebook.intermediates()).cloned().collect();
    let inquiry = Inquiry {
        certificate,
        pool: &pool,
        anchors: rulebook.anchors(),
        // What it may sign is asked here: a certificate for mail need not serve documents.
        usage: Use::Any,
        policies: &[],
        at: case.at,
        revocation,
        algorithms: &rulebook.policy(case.at).parameters.constraints.algorithms,
    };
    inquiry.answer(budget)
}

fn trusted(case: &Case, certificate: &Certificate, cms: &SignedData, budget: &mut Budget) -> (MailOutcome, String) {
    let undetermined = |detail: &str| (MailOutcome::Undetermined, detail.to_owned());
    let signs = certificate.key_usage().is_none_or(|usage| usage.digital_signature() || usage.non_repudiation());
    let for_mail =
        certificate.ext_key_usage().is_none_or(|(oids, _)| oids.iter().any(|oid| FOR_MAIL.contains(&oid.as_str())));
    if !signs || !for_mail {
        return undetermined("the certificate does not serve mail");
    }
    let first = inquire(case, certificate, cms, None, budget);
    let mut pieces = RevocationPieces::default();
    for need in first.path.iter().flat_map(|path| signature::needs_of_path(path, case.rulebook.anchors())) {
        for piece in case.evidence.pieces(&need) {
            if budget.digested(piece.octets.len() as u64).is_err() {
                return undetermined("a limit was reached");
            }
            match need {
                Need::Crl { .. } => {
                    if let Ok(list) = Crl::parse(&piece.octets) {
                        pieces.crls.insert(list);
                    }
                }
                Need::Ocsp { .. } => pieces.respond(&piece.octets),
                Need::Sender(_) | Need::SeenBefore { .. } => {}
            }
        }
    }
    let findings = inquire(case, certificate, cms, Some(&pieces), budget);
    match (&findings.path, findings.verdict()) {
        (Ok(path), TrustVerdict::Trusted) if path.purpose() != Purpose::Timestamping => {
            (MailOutcome::Valid, String::new())
        }
        (Err(PathError::NotTrusted), _) | (Ok(_), TrustVerdict::Trusted) => undetermined("no trusted path"),
        (Err(_), _) => undetermined("the path is not valid, or its anchor is missing"),
        (Ok(_), TrustVerdict::NotTrusted) => {
            undetermined("the certificate is revoked, weak or out of its period at receipt")
        }
        (Ok(_), TrustVerdict::Undetermined) => undetermined("revocation or licence of the CA is not known"),
    }
}
