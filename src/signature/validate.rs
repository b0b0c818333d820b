//! Runs the building blocks in order and concludes (EN 319 102-1, 5.3: basic signature validation).

use crate::algorithm::{DigestAlgorithm, KeyKind, PrefixDigests, SignatureScheme};
use crate::budget::Budget;
use crate::evidence::{Evidence, Need};
use crate::pdf::{ByteRange, Coverage, Modification, Oddity, SignatureField, SignatureKind, Weight};
use crate::time::{UnixTime, Within};
use crate::x509::{AnchorStore, Certificate};

use super::chain::{self, Trust};
use super::conclusion::{Conclusion, Doubt, Failure, Indeterminate, Passed, TimeSource};
use super::integrity::{self, Checked, Integrity};
use super::revocation::{self, Known, Revocation};

/// What a signature is judged against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Whom the operator trusts, and for what.
    pub anchors: &'a AnchorStore,
    /// Certificates of issuing CAs that the operator has, to complete paths.
    pub intermediates: &'a [Certificate],
    /// What was gathered.
    pub evidence: &'a Evidence,
    /// What was found in it already, for this evidence and this time.
    pub known: &'a Known,
    /// When the message was received.
    pub at: UnixTime,
    /// Shortest RSA modulus in bits.
    pub rsa_bits_least: u32,
    /// SHA-1 counts only with a proof of existence before this moment.
    pub sha1_until: UnixTime,
}

/// Whether the certificates of the path were in force at the best signature time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InForce {
    /// One had ended by then; when the document was signed is not proven.
    Ended,
    /// One had not begun.
    NotYet,
    /// There is no path to ask about.
    Unknown,
    /// All were.
    Yes,
}

/// Everything that is known of one signature.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not a state")]
#[derive(Clone, Debug)]
pub struct Validated {
    /// Full name of the field.
    pub field: String,
    /// It is only a clock's, not a signer's.
    pub is_timestamp: bool,
    /// Name of the form, as in the file.
    pub sub_filter: String,
    /// How far it reaches.
    pub coverage: Coverage,
    /// What later revisions did.
    pub modification: Modification,
    /// Whether something of it is drawn on a page.
    pub visible: bool,
    /// Programs may show different things for what it covers.
    pub ambiguous: bool,
    /// What the octets say.
    pub integrity: Integrity,
    /// Where the certificate leads.
    pub trust: Trust,
    /// Whether the certificates were in force.
    pub in_force: InForce,
    /// What is known of revocation; `None` without a path.
    pub revocation: Option<Revocation>,
    /// The algorithms are still secure at the best signature time.
    pub strong: bool,
    /// The algorithms, for people.
    pub algorithms: Option<String>,
    /// The signer.
    pub signer: Option<Certificate>,
    /// The time that the signer wrote; a claim.
    pub claimed_time: Option<UnixTime>,
    /// There is a timestamp token (not yet evaluated here).
    pub timestamped: bool,
    /// The earliest proven moment.
    pub best_signature_time: UnixTime,
    /// What proves it.
    pub time_source: TimeSource,
    /// The outcome.
    pub conclusion: Conclusion,
}

/// Validates one signature of a file, whose digests all its signatures share; `oddities` are what its reader found odd
/// about the structure.
#[must_use]
pub fn validate(
    file: &PrefixDigests<'_>,
    field: &SignatureField,
    oddities: &[Oddity],
    context: &Context<'_>,
    budget: &mut Budget,
) -> Validated {
    let checked = integrity::check(file, field, oddities, budget);
    let trust = trust(&checked, context, budget);
    let in_force = in_force(&trust, context.at);
    let revocation = match &trust {
        Trust::Trusted(path) => Some(revocation::check(path, context.evidence, context.at, context.known, budget)),
        _ => None,
    };
    let strong = strong(&checked, context);
    let cms = checked.cms.as_ref();
    let conclusion = conclude(&checked.integrity, &trust, in_force, revocation, strong, context.at);
    Validated {
        field: field.field.clone(),
        is_timestamp: field.kind == SignatureKind::DocumentTimestamp,
        sub_filter: field.sub_filter.to_string(),
        coverage: field.coverage,
        modification: field.modification,
        visible: field.shown.is_some(),
        ambiguous: ambiguous(field, oddities),
        claimed_time: cms.and_then(|cms| cms.signing_time().ok().flatten()).or(field.claimed_time),
        timestamped: cms.is_some_and(|cms| cms.timestamp_tokens().next().is_some()),
        algorithms: cms.and_then(|cms| cms.scheme().ok()).map(|scheme| scheme.to_string()),
        signer: checked.signer().cloned(),
        integrity: checked.integrity,
        trust,
        in_force,
        revocation,
        strong,
        best_signature_time: context.at,
        time_source: TimeSource::Receipt,
        conclusion,
    }
}

/// What would have to be asked outside to decide about one signature.
#[must_use]
pub fn needs(file: &[u8], field: &SignatureField, context: &Context<'_>, budget: &mut Budget) -> Vec<Need> {
    let Ok(contents) = field.contents else { return Vec::new() };
    if budget.decoded(contents.of(file).map_or(0, <[u8]>::len)).is_err() {
        return Vec::new();
    }
    let Ok(octets) = crate::pdf::contents_octets(file, contents) else { return Vec::new() };
    let Ok(cms) = crate::cms::SignedData::parse(&octets) else { return Vec::new() };
    let checked = Checked { integrity: Integrity::Intact, cms: Some(cms) };
    match trust(&checked, context, budget) {
        // Only a path that has verified to an anchor may make the gateway ask anybody anything.
        Trust::Trusted(path) => revocation::needs(&path),
        _ => Vec::new(),
    }
}

fn ambiguous(field: &SignatureField, oddities: &[Oddity]) -> bool {
    let signed_end = field.byte_range.as_ref().map_or(0, ByteRange::end);
    oddities.iter().any(|oddity| oddity.weight(signed_end) >= Weight::Ambiguous)
}

fn trust(checked: &Checked, context: &Context<'_>, budget: &mut Budget) -> Trust {
    let bag = checked.cms.as_ref().map_or(&[][..], |cms| cms.certificates());
    chain::follow(checked.signer(), bag, context.intermediates, context.anchors, context.at, budget)
}

fn in_force(trust: &Trust, at: UnixTime) -> InForce {
    let Trust::Trusted(path) = trust else { return InForce::Unknown };
    match path.out_of_period(at) {
        None => InForce::Yes,
        Some((_, Within::Before)) => InForce::NotYet,
        Some((_, Within::After | Within::Inside)) => InForce::Ended,
    }
}

/// Circular 15/2025/TT-BKHCN, appendix I, with SHA-1 by date. Nothing proves a time before the receipt yet.
fn strong(checked: &Checked, context: &Context<'_>) -> bool {
    let Some(cms) = &checked.cms else { return true };
    let sha1 = match cms.scheme() {
        Ok(SignatureScheme::RsaPkcs1 { digest } | SignatureScheme::Ecdsa { digest }) => is_weak(digest),
        Ok(SignatureScheme::RsaPss { digest, mgf_digest, .. }) => is_weak(digest) || is_weak(mgf_digest),
        Ok(SignatureScheme::Ed25519) | Err(_) => false,
    } || cms.digest_algorithm().is_some_and(is_weak);
    let short_key = checked.signer().is_some_and(|signer| is_short(signer, context.rsa_bits_least));
    !short_key && (!sha1 || context.at < context.sha1_until)
}

fn is_weak(digest: DigestAlgorithm) -> bool {
    matches!(digest, DigestAlgorithm::Md5 | DigestAlgorithm::Sha1)
}

fn is_short(certificate: &Certificate, least: u32) -> bool {
    let Ok(key) = certificate.public_key() else { return false };
    matches!(key.kind(), KeyKind::Rsa { bits, .. } if bits < least)
}

fn conclude(
    integrity: &Integrity,
    trust: &Trust,
    in_force: InForce,
    revocation: Option<Revocation>,
    strong: bool,
    at: UnixTime,
) -> Conclusion {
    let doubt = |indeterminate| Conclusion::Indeterminate(indeterminate);
    match integrity {
        Integrity::Intact => {}
        Integrity::Failed(failure) => return Conclusion::Failed(failure.clone()),
        Integrity::NoCertificate => return doubt(Indeterminate::NoSigningCertificateFound),
        Integrity::Unexamined => return doubt(Indeterminate::TryLater(Doubt::Limit)),
        Integrity::Unsupported => return doubt(Indeterminate::SigConstraints),
    }
    let path = match trust {
        Trust::Trusted(path) => path,
        Trust::AnchorMissing { id } => {
            return doubt(Indeterminate::NoCertificateChainFound { missing_anchor: Some(id.clone()) });
        }
        Trust::NotTrusted | Trust::Unlisted => {
            return doubt(Indeterminate::NoCertificateChainFound { missing_anchor: None });
        }
        Trust::Bad(fault) => return doubt(Indeterminate::ChainGeneralFailure(fault.clone())),
        Trust::Limit => return doubt(Indeterminate::TryLater(Doubt::Limit)),
        Trust::NotForDocuments => return doubt(Indeterminate::ChainConstraints),
        Trust::NoCertificate => return doubt(Indeterminate::NoSigningCertificateFound),
    };
    match revocation {
        Some(Revocation::Revoked) => return doubt(Indeterminate::RevokedNoPoe { ca: false }),
        Some(Revocation::CaRevoked) => return doubt(Indeterminate::RevokedNoPoe { ca: true }),
        Some(Revocation::OnHold) => return doubt(Indeterminate::TryLater(Doubt::OnHold)),
        Some(Revocation::Clear | Revocation::Stale | Revocation::Unavailable) | None => {}
    }
    match in_force {
        InForce::Yes => {}
        // Signed before it was received, received before the certificate began: the receipt's upper bound proves it.
        InForce::NotYet => return Conclusion::Failed(Failure::NotYetValid),
        InForce::Ended | InForce::Unknown => return doubt(Indeterminate::OutOfBoundsNoPoe),
    }
    if !strong {
        return doubt(Indeterminate::CryptoConstraintsNoPoe);
    }
    match revocation {
        Some(Revocation::Clear) => Conclusion::Passed(Passed { path: path.clone(), best_signature_time: at }),
        Some(Revocation::Stale) => doubt(Indeterminate::TryLater(Doubt::RevocationStale)),
        _ => doubt(Indeterminate::TryLater(Doubt::RevocationUnavailable)),
    }
}
