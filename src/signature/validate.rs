//! Runs the building blocks in order and concludes (EN 319 102-1, 5.3: basic signature validation).

use crate::budget::Budget;
use crate::evidence::Need;
use crate::pdf::{ByteRange, Coverage, Modification, Oddity, SignatureField, SignatureKind, Weight};
use crate::time::{UnixTime, Within};
use crate::x509::Certificate;

use super::acceptance::strong;
use super::certificate_validation::{self, Trust};
use super::conclusion::{Conclusion, TimeSource, conclude};
use super::context::Context;
use super::integrity::{self, Checked, Integrity};
use super::revocation_freshness::{self, Revocation};

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

/// Validates one signature of `file`; `oddities` are what its reader found odd about the structure.
#[must_use]
pub fn validate(
    file: &[u8],
    field: &SignatureField,
    oddities: &[Oddity],
    context: &Context<'_>,
    budget: &mut Budget,
) -> Validated {
    let checked = integrity::check(file, field, oddities, budget);
    let trust = trust(&checked, context, budget);
    let in_force = in_force(&trust, context.at);
    let revocation = match &trust {
        Trust::Trusted(path) => {
            Some(revocation_freshness::check(path, context.evidence, context.at, context.known, budget))
        }
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
        Trust::Trusted(path) => revocation_freshness::needs(&path),
        _ => Vec::new(),
    }
}

fn ambiguous(field: &SignatureField, oddities: &[Oddity]) -> bool {
    let signed_end = field.byte_range.as_ref().map_or(0, ByteRange::end);
    oddities.iter().any(|oddity| oddity.weight(signed_end) >= Weight::Ambiguous)
}

fn trust(checked: &Checked, context: &Context<'_>, budget: &mut Budget) -> Trust {
    let bag = checked.cms.as_ref().map_or(&[][..], |cms| cms.certificates());
    certificate_validation::follow(checked.signer(), bag, context.intermediates, context.anchors, context.at, budget)
}

fn in_force(trust: &Trust, at: UnixTime) -> InForce {
    let Trust::Trusted(path) = trust else { return InForce::Unknown };
    match path.out_of_period(at) {
        None => InForce::Yes,
        Some((_, Within::Before)) => InForce::NotYet,
        Some((_, Within::After | Within::Inside)) => InForce::Ended,
    }
}
